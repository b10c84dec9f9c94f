"""Taking up an invitation over HTTP: what is refused, and that nothing of it is kept."""

from __future__ import annotations

from contextlib import closing
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest
from authenticator import Passkey, SecurityKey, as_a_device_has_it
from web_builders import KeyMaker

from flows.desk.web import invitations
from flows.desk.web.invitations import Invitation, NewKey, Step
from flows.desk.web.store import Store
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.signature import ENROLMENT, SESSION, STATEMENT
from flows.register.webauthn import MAY_BE_COPIED, PRESENT, url64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desk_builders import Desk

    from flows.home import Home

ID: Final = "reviewer.2"


class Newcomer(KeyMaker):
    """Somebody who has a link."""

    def __init__(self, home: Home, at: str) -> None:
        with closing(Store(home.desk)) as store:
            self.link = f"/invitation/{invitations.invite(store, ID, [Role.LEGAL_REVIEWER], 'administrator')}"
        super().__init__(at, self.link)
        self.home = home

    @property
    def kept(self) -> Invitation:
        with closing(Store(self.home.desk)) as store:
            found = invitations.of(store, ID)
        assert found
        return found


@pytest.fixture
def newcomer(home: Home, at: str, command: Desk) -> Iterator[Newcomer]:
    command.done("desk", "set", "--origin", at, "--as", "administrator")
    someone = Newcomer(home, at)
    yield someone
    someone.http.close()


def flagged(flags: int) -> Callable[[Passkey], None]:
    def change(key: Passkey) -> None:
        key.flags = flags

    return change


def framed(key: Passkey) -> None:
    key.framed = True


def at(origin: str) -> Callable[[Passkey], None]:
    def change(key: Passkey) -> None:
        key.origin = origin

    return change


BAD: Final = {
    "nobody verified": (flagged(PRESENT | MAY_BE_COPIED), "did not verify who used it"),
    "a framed page": (framed, "stood within a page of another site"),
    "a sibling": (at("http://other.localhost:1"), "a page that is not the desk's"),
    "another port": (at("http://localhost:1"), "a page that is not the desk's"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_passkey_that_could_not_sign_is_not_taken(newcomer: Newcomer, name: str) -> None:
    change, sentence = BAD[name]
    key = Passkey("localhost", newcomer.at)
    change(key)
    answer = newcomer.makes(key)
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    assert newcomer.kept.keys == ()


def test_a_passkey_of_another_algorithm_is_refused_with_what_would_do(newcomer: Newcomer) -> None:
    answer = newcomer.makes(Passkey("localhost", newcomer.at), publicKeyAlgorithm=-8)
    assert "make one with a phone or a security key instead" in answer.text
    assert newcomer.kept.keys == ()


def test_an_answer_to_another_request_is_not_taken(newcomer: Newcomer) -> None:
    key = Passkey("localhost", newcomer.at)
    answer = newcomer.sends("key", challenge=newcomer.field("challenge"), answer=key.made(url64(b"x" * 32)))
    assert "made for another request" in answer.text
    first = newcomer.field("challenge")
    newcomer.makes(key)
    assert newcomer.kept.unproven
    newcomer.sends("drop")
    answer = newcomer.sends("key", challenge=first, answer=key.made(newcomer.asked))
    assert "too old, or was used" in answer.text
    assert newcomer.kept.keys == ()


def test_a_key_that_is_somebodys_is_not_taken(newcomer: Newcomer, home: Home, command: Desk) -> None:
    public = (home.officers / "foi-officer.pub").read_text(encoding="ascii")
    command.done("officer", "revoke", "foi-officer", "--as", "administrator")
    # Nor is the same key written as a security key has it.
    for line in (public, as_a_device_has_it(public)):
        answer = newcomer.pastes(line)
        assert "That key is on the list already, or was" in answer.text
    assert newcomer.kept.keys == ()


FIRST: Final = {
    "an act": (STATEMENT, "another purpose"),
    "a sign-in": (SESSION, "another purpose"),
}


@pytest.mark.parametrize("name", FIRST)
def test_a_first_signature_of_another_namespace_proves_nothing(
    newcomer: Newcomer, tmp_path: Path, name: str
) -> None:
    namespace, sentence = FIRST[name]
    public = signature.generate(tmp_path / "key")
    newcomer.pastes(public)
    signed = signature.load(tmp_path / "key").sign(newcomer.statement, namespace)
    answer = newcomer.sends("prove", challenge=newcomer.field("challenge"), signature=signed)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert newcomer.kept.proven == ()


def test_a_first_signature_has_to_be_by_the_key_itself(newcomer: Newcomer, tmp_path: Path) -> None:
    signature.generate(tmp_path / "key")
    newcomer.pastes(SecurityKey().public)
    signed = signature.load(tmp_path / "key").sign(newcomer.statement, ENROLMENT)
    answer = newcomer.sends("prove", challenge=newcomer.field("challenge"), signature=signed)
    assert "Another key signed than the one that is to be listed" in answer.text
    assert newcomer.kept.proven == ()


def test_a_passkey_proves_itself_only_where_its_device_verified_the_person(newcomer: Newcomer) -> None:
    key = Passkey("localhost", newcomer.at)
    newcomer.makes(key)
    key.flags = PRESENT
    answer = newcomer.sends(
        "prove", challenge=newcomer.field("challenge"), answer=key.assertion(newcomer.asked)
    )
    assert "did not verify who used it" in answer.text
    key.flags = Passkey().flags
    newcomer.sends("prove", challenge=newcomer.field("challenge"), answer=key.assertion(newcomer.asked))
    assert [each.public for each in newcomer.kept.proven] == [key.public]


def test_a_key_file_is_enrolled_without_script(newcomer: Newcomer, tmp_path: Path) -> None:
    newcomer.sends("hand-in")
    assert "Make a key first" in newcomer.answer.text
    public = signature.generate(tmp_path / "key")
    newcomer.pastes(f"{public} a comment")
    signed = signature.load(tmp_path / "key").sign(newcomer.statement, ENROLMENT)
    newcomer.sends("prove", challenge=newcomer.field("challenge"), signature=signed)
    assert "Make a second one" in newcomer.answer.text
    newcomer.sends("hand-in")
    assert (newcomer.kept.step, [each.public for each in newcomer.kept.proven]) == (Step.HANDED_IN, [public])
    # What was handed in is not changed any more.
    assert newcomer.pastes(SecurityKey().public).status_code == 404


def test_a_link_is_good_once_for_a_day_and_until_the_next(newcomer: Newcomer, home: Home, at: str) -> None:
    assert "This invitation was used" in newcomer.http.get(newcomer.link).text
    assert newcomer.http.post(newcomer.link).status_code == 404
    again = Newcomer(home, at)
    assert newcomer.http.get(newcomer.there).status_code == 404
    assert again.http.get(again.there).status_code == 200
    with closing(Store(home.desk)) as store:
        store.ask("update invitations set expires = expires - ?", invitations.GOOD_FOR)
    assert again.http.get(again.there).status_code == 404
    again.http.close()


def test_the_secret_of_a_link_is_not_kept(newcomer: Newcomer, home: Home) -> None:
    kept = b"".join(path.read_bytes() for path in home.state.rglob("*") if path.is_file())
    for path in (newcomer.link, newcomer.there):
        assert path.rpartition("/")[2].encode() not in kept


def _invited_anew(store: Store, _: Invitation) -> None:
    invitations.invite(store, ID, [Role.LEGAL_REVIEWER], "administrator")


def _invited_and_begun_anew(store: Store, _: Invitation) -> None:
    secret = invitations.invite(store, ID, [Role.LEGAL_REVIEWER], "administrator")
    assert invitations.begin(store, secret)


def _wrote_from_another_window(store: Store, found: Invitation) -> None:
    invitations.keep(store, found, [NewKey(public="mine", proven=True)])


@pytest.mark.parametrize(
    "meanwhile",
    [_invited_anew, _invited_and_begun_anew, _wrote_from_another_window, invitations.hand_in],
)
def test_what_is_sent_while_an_invitation_changes_neither_adds_a_key_nor_hands_it_in(
    newcomer: Newcomer, home: Home, meanwhile: Callable[[Store, Invitation], None]
) -> None:
    found = newcomer.kept  # as a request of the first window has read it
    with closing(Store(home.desk)) as store:
        meanwhile(store, found)
        stands = newcomer.kept
        invitations.keep(store, found, [NewKey(public="another's", proven=True)])
        invitations.hand_in(store, found)
        assert newcomer.kept == stands
