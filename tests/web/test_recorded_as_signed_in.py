"""What a sign-in attests, at the desk: offered where the policy lets it, refused wherever it does not."""

from __future__ import annotations

import json
import re
import time
from contextlib import ExitStack, closing
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

import httpx
import pytest
from desk_builders import CASE, an_officer, passes_audit
from provider import CLIENT, SECRET, Provider
from web_builders import SignedIn

from flows.casework import acts, proposals
from flows.casework.acts import ProposedError, Wish
from flows.casework.evidence_pack import make_pack
from flows.casework.office import open_office
from flows.desk.web import sign_on
from flows.domain.acts import APPROVE, ASSIGN, STEP_ASIDE
from flows.domain.attested import parse_attested
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

PEOPLE: Final = {
    "foi-officer": "object-7",
    "legal-reviewer": "object-8",
    "administrator": "object-9",
}
SAID: Final = "attested by sign-in, not signed by their own key"
OFFER: Final = "Record it without signing"
RECORD: Final = "Record this as signed in"
GIVEN: Final = {"person": "all-three-roles"}


@pytest.fixture
def provider(home: Home) -> Iterator[Provider]:
    with Provider() as provider:
        given = {"issuer": provider.issuer, "client": CLIENT, "secret": "secret", "claim": "oid"}
        lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
        lines += ["[people]", *(f'{person} = "{subject}"' for person, subject in PEOPLE.items())]
        home.sign_on.write_text("\n".join(lines), encoding="utf-8")
        (home.root / "secret").write_text(SECRET, encoding="utf-8")
        yield provider


@pytest.mark.exhaustive
def test_an_administrator_lets_it_and_an_officer_records_an_act_as_signed_in(
    provider: Provider, person: Callable[..., Person], command: Desk, home: Home
) -> None:
    administrator, officer = person("administrator"), person()
    officer.goes("/cases/1146A-22/act?act=assign")
    officer.follows("Sign in with your account")
    officer.page.get_by_label("all-three-roles").check()
    officer.presses("Check and sign")
    assert OFFER not in officer.words
    waits = officer.page.url

    administrator.goes("/policy")
    administrator.page.get_by_text("Change what a sign-in attests").click()
    administrator.page.locator("#attested").get_by_label("assign").check()
    administrator.page.locator("#attested").get_by_label("foi-officer").check()
    assert administrator.page.locator("#attested").get_by_label("approve").count() == 0
    administrator.page.locator("#attested").get_by_role("button").click()
    assert "administrator changed what a sign-in attests." in administrator.words
    administrator.presses("Sign with the key of the sample")
    assert "Recorded" in administrator.words

    # What waited was proposed under the policy of before.
    officer.page.goto(waits)
    officer.presses(RECORD)
    assert "changed" in officer.words
    assert command.told("history", CASE)["entries"][-1]["act"] == "submit"

    # Signed in an hour ago is too long ago; they do so again, and come back to what they were about.
    provider.signed_in = int(time.time()) - 3600
    officer.goes("/sign-in/on?next=/cases/1146A-22/act?act=assign")
    officer.page.get_by_label("all-three-roles").check()
    officer.presses("Check and sign")
    assert "foi-officer did not sign in within the 15 minutes before; sign in again." in officer.words
    officer.follows("Sign in again")
    assert "The service signs for you" in officer.words
    officer.presses(RECORD)
    assert f"foi-officer assigned the case to all-three-roles ({SAID})." in officer.words
    assert "Attested by sign-in, not signed" in officer.words
    (last,) = command.told("history", CASE)["entries"][-1:]
    assert last["attested"].startswith(f"issuer={provider.issuer} account=")
    assert " amr=mfa,pwd acr=urn:example:silver" in last["attested"]
    assert "object-7" not in json.dumps(last)
    every_page_tells(officer, last["sequence"])
    every_command_tells(command, last["sequence"])
    assert not any(b"object-7" in path.read_bytes() for path in home.root.rglob("*.sqlite*"))


def every_page_tells(officer: Person, sequence: int) -> None:
    officer.goes(f"/register/{sequence}")
    assert "The service signed this act for foi-officer" in officer.words
    assert "-I service -n equipoise-act-v1" in officer.words
    officer.goes("/register?attested=yes")
    assert "1 act" in officer.words
    assert "1 entry" in officer.words
    officer.goes("/me")
    assert "attested" in officer.words


def every_command_tells(command: Desk, sequence: int) -> None:
    assert SAID in " ".join(command.done("show", CASE).split())
    assert SAID in " ".join(command.done("history", CASE).split())
    (counted,) = command.told("audit")["attested"]
    assert counted == {
        "entry": sequence,
        "case": CASE,
        "act": "assign",
        "person": "foi-officer",
    }
    assert "Attested     1 act by a sign-in\n" in command.done("audit")
    with open_office(command.home, reading=True) as office:
        data = make_pack(office, CASE).data
    with ZipFile(BytesIO(data)) as pack:
        readme, timeline = (pack.read(name).decode() for name in ("README.txt", "timeline.txt"))
    assert SAID in timeline
    act = "The service signed this act of foi-officer, who did not: it is attested by their sign-in alone."
    assert f"{act}\n    $ ssh-keygen -Y verify -f allowed_signers -I service -n equipoise-act-v1" in readme


def test_a_page_says_it_as_a_dictionary_too(home: Home, at: str) -> None:
    with closing(SignedIn(home, at, "foi-officer")) as officer:
        assert officer.client.get("/register.json").json()["register"]["attested"] == 0


# What it must not get away with


class Visitor:
    """A program that came by single sign-on."""

    def __init__(self, at: str, provider: Provider, person: str, **claims: Any) -> None:
        provider.claims = {"oid": PEOPLE[person]} | claims
        self.client = httpx.Client(base_url=at, follow_redirects=True)
        page = self.client.get("/sign-in/on?next=/me")
        assert page.url.path == "/me", page.text
        self.token = re.findall(r'name="token" value="(\w+)"', page.text)[0]

    def records(self, digest: str, **form: str) -> httpx.Response:
        return self.client.post(
            f"/sign/{digest}",
            headers={"Sec-Fetch-Site": "same-origin"},
            data={"token": self.token, "with": "sign-in", **form},
        )


@pytest.fixture
def came(at: str, provider: Provider) -> Iterator[Callable[..., Visitor]]:
    with ExitStack() as stack:

        def by(person: str = "foi-officer", **claims: Any) -> Visitor:
            visitor = Visitor(at, provider, person, **claims)
            stack.callback(visitor.client.close)
            return visitor

        yield by


def proposed(home: Home, person: str = "foi-officer", wish: Wish | None = None) -> str:
    wish = wish or Wish(kind=ASSIGN, reference=CASE, facts=GIVEN)
    with open_office(home) as office:
        kept = proposals.keep(office, acts.propose(office, person, wish))
    return proposals._digest(kept.content)


def lets(home: Home, *kinds: str, people: tuple[str, ...] = ("foi-officer", "legal-reviewer")) -> None:
    with open_office(home) as office:
        acts.change_attested(office, an_officer(home, "administrator"), kinds, people)


def entries(home: Home) -> int:
    with open_office(home, reading=True) as office:
        return office.register.tip().entry.sequence


@pytest.mark.parametrize(
    ("claims", "issuer"),
    [
        ({"auth_time": 7}, "https://login.example/" + "x" * 200),
        ({"auth_time": 7}, "https://l\u00f6gin.example"),
        ({"auth_time": True}, "https://login.example"),
        ({"auth_time": "7"}, "https://login.example"),
        ({"auth_time": 7.5}, "https://login.example"),
    ],
)
def test_a_sign_in_that_no_statement_could_have_attests_nothing(claims: dict[str, Any], issuer: str) -> None:
    assert sign_on._said(claims, issuer, "0" * 64) is None
    good = sign_on._said({"auth_time": 7, "amr": "pwd", "acr": ["2"]}, "https://login.example", "0" * 64)
    assert good
    assert parse_attested(good.text) == good


@pytest.mark.exhaustive
def test_where_the_policy_or_the_sign_in_does_not_let_it_nothing_is_recorded(
    came: Callable[..., Visitor], home: Home, at: str
) -> None:
    unnamed = proposed(home)
    officer = came("foi-officer")
    before = entries(home)
    assert OFFER not in officer.client.get(f"/sign/{unnamed}").text
    refused = officer.records(unnamed)
    assert (refused.status_code, "does not let a sign-in attest" in refused.text) == (422, True)
    assert entries(home) == before

    lets(home, "assign", people=("legal-reviewer",))
    waits = proposed(home)
    assert OFFER not in officer.client.get(f"/sign/{waits}").text
    unlinked = officer.records(waits)
    assert (unlinked.status_code, "is foi-officer's" in unescape(unlinked.text)) == (422, True)

    lets(home, "assign", "step-aside")
    # Whoever has the machine may say who is whom there, and not in the policy.
    given = home.sign_on.read_text(encoding="utf-8")
    home.sign_on.write_text(given.replace('"object-7"', '"object-1"'), encoding="utf-8")
    somebody = came(oid="object-1")
    assert "does not say that the account" in somebody.records(proposed(home)).text
    home.sign_on.write_text(given, encoding="utf-8")
    waits, before = proposed(home), entries(home)
    # No token, another's form, no session, another person's: as with every signature.
    assert officer.records(waits, token="0" * 64).status_code != 200
    elsewhere = officer.client.post(
        f"/sign/{waits}",
        data={"token": officer.token, "with": "sign-in"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert elsewhere.status_code == 403
    reviewer = came("legal-reviewer")
    assert reviewer.records(waits).status_code == 404
    approving = Wish(kind=APPROVE, reference=CASE, document="test", version=1, gate=Stage.LEGAL_REVIEW)
    approval = proposed(home, "legal-reviewer", approving)
    assert OFFER not in reviewer.client.get(f"/sign/{approval}").text
    assert "never attested by a sign-in" in reviewer.records(approval).text
    # Who came with a key, or whose provider does not say when they signed in.
    with closing(SignedIn(home, at, "foi-officer")) as by_key:
        answer = by_key.sends(f"/sign/{waits}", {"Sec-Fetch-Site": "same-origin"}, **{"with": "sign-in"})
        assert (answer.status_code, "did not come by your authority" in unescape(answer.text)) == (422, True)
    for claim in (None, -1, 1 << 40):
        timeless = came(auth_time=claim)
        assert "did not say when" in timeless.client.get(f"/sign/{waits}").text
        assert timeless.records(waits).status_code == 422
    for age in (16 * 60, -120):
        old = came(auth_time=int(time.time()) - age)
        assert "did not sign in within the 15 minutes" in old.records(waits).text
    # A session that ended is no session, whoever brings its cookie again.
    cookie = officer.client.cookies.get("desk") or ""
    officer.client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}, data={"token": officer.token})
    replayed = httpx.post(
        f"{at}/sign/{waits}",
        headers={"Sec-Fetch-Site": "same-origin"},
        cookies={"desk": cookie},
        data={"token": officer.token, "with": "sign-in"},
    )
    assert replayed.status_code in {303, 401, 403}
    assert entries(home) == before


def test_what_is_recorded_as_signed_in_is_what_was_shown_and_is_so_once(
    came: Callable[..., Visitor], home: Home
) -> None:
    lets(home, "assign", "step-aside")
    first, other = proposed(home), proposed(home, wish=Wish(kind=STEP_ASIDE, reference=CASE, reason="Kin."))
    officer, before = came("foi-officer"), entries(home)

    assert officer.records(first).url.path == "/cases/1146A-22"
    assert officer.records(first).url.path == "/cases/1146A-22"
    assert entries(home) == before + 1
    # Somebody wrote after the other was shown, if only the same person.
    moved = officer.records(other)
    assert (moved.status_code, entries(home)) == (409, before + 1)
    assert passes_audit(home)


def test_no_change_of_the_policy_is_ever_recorded_as_signed_in(
    came: Callable[..., Visitor], home: Home
) -> None:
    lets(home, "assign", people=("administrator",))
    with open_office(home) as office, pytest.raises(ProposedError) as waiting:
        acts.change_attested(
            office, acts.Officer(id="administrator", signer=None), ("draft",), ("foi-officer",)
        )
    with open_office(home) as office:
        kept = proposals.keep(office, waiting.value.proposal)
        digest = proposals._digest(kept.content)
    administrator, before = came("administrator"), entries(home)

    assert OFFER not in administrator.client.get(f"/sign/{digest}").text
    assert "never attested" in administrator.records(digest).text
    assert entries(home) == before
