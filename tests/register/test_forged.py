"""Entries that somebody without the keys appends: nothing goes on from them, and nothing is published."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from attacker import Attacker
from register_builders import FOUNDED, Office, Opened, bytes_of, codes, found_office

from flows.domain.documents import DOCUMENT
from flows.domain.errors import RegisterError, TamperedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Stage
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from attacker import Step

    from flows.domain.act import Act
    from flows.register.kinds import Signed

CASE: Final = "C/1"
"""At legal review, after three acts."""
EARLY: Final = int(FOUNDED.timestamp())


def attacker(office: Office, *holding: str) -> Attacker:
    """Return somebody who holds those keys; what the service wrote before stays as it is."""
    return Attacker(office.path, {name: office.signers[name] for name in (SERVICE, *holding)})


def forge(a: Attacker, act: Act, *, by: str | None, entry_by: str | None) -> Step:
    """Put an act at the end of the line, signed with the keys of ``by`` and ``entry_by`` if any."""
    like = a.of(act.case)[-1]
    step = a.another(like)
    step.said = replace(step.said, act=act)
    step.committed = int(act.time.timestamp())
    step.signed_as = by or "nobody"
    step.entry_key = entry_by
    a.steps.append(step)
    return step


def two_signatures(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    return head + head[head.index(b"\ngpgsig ") :] + b"\n\n" + body


SIGNATURE: Final[list[bytes]] = []
"""Of an entry that the service did write."""
FORGED: Final[dict[str, tuple[str | None, Callable[[Step], None]]]] = {
    "unsigned": (None, lambda _: None),
    "signed with a key of nobody's": ("outsider", lambda _: None),
    "signed with a person's key": ("foi.officer.2", lambda _: None),
    "with the signature of the entry before": (
        None,
        lambda step: setattr(step, "edit_raw", lambda raw: raw.replace(b"\n\n", SIGNATURE[0] + b"\n\n", 1)),
    ),
    "signed twice": (SERVICE, lambda step: setattr(step, "edit_raw", two_signatures)),
    "changed after it was signed": (
        SERVICE,
        lambda step: setattr(step, "edit_raw", lambda raw: raw.replace(b"approve C/1", b"approve C/2")),
    ),
    "with a number that is not the next": (SERVICE, lambda step: step.entry.update(sequence=99)),
    "without the SHA-256 of the one before": (SERVICE, lambda step: step.entry.update(previous_entry=None)),
    "dated before the one before": (SERVICE, lambda step: step.entry.update(committed=EARLY, authored=EARLY)),
    "of a statement that is not there": (SERVICE, lambda step: step.entry.update(act="0009-approve")),
    "of another statement": (SERVICE, lambda step: step.entry.update(statement="0" * 64)),
    "that changes another case too": (
        SERVICE,
        lambda step: step.changes.update({f"cases/2026/11/02/B-1/{DOCUMENT}": b"softer words\n"}),
    ),
}
"""Whose key signs the newest entry, and what is wrong with it beside that."""


@pytest.mark.parametrize("name", FORGED)
def test_nothing_is_added_to_an_entry_that_the_service_did_not_write(name: str, busy_office: Office) -> None:
    entry_by, spoil = FORGED[name]
    newest = busy_office.register.raw(busy_office.register.tip().id).partition(b"\n\n")[0]
    SIGNATURE[:] = [newest[newest.index(b"\ngpgsig ") :]]
    act = busy_office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)
    a = attacker(busy_office, "outsider", "foi.officer.2")
    spoil(forge(a, act, by="outsider", entry_by=entry_by))
    a.together()
    before = bytes_of(busy_office.path)

    works: tuple[Callable[[Office], object], ...] = (
        lambda office: office.story("D/1"),
        lambda office: office.revoke("foi.officer.2"),
        lambda office: office.register.verify_case("B/1"),
    )
    for work in works:
        with Office(busy_office.folder) as office, pytest.raises(TamperedError, match="`equipoise audit`"):
            work(office)

    assert bytes_of(busy_office.path) == before


def test_what_an_entry_without_a_key_did_is_not_taken_for_done(busy_office: Office) -> None:
    act = busy_office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)
    a = attacker(busy_office)
    forge(a, act, by=None, entry_by=None)
    a.together()

    with (
        Opened(busy_office.path, busy_office.index, busy_office.signers[SERVICE]) as register,
        pytest.raises(TamperedError, match="nothing is added to it"),
    ):
        register.record(act, {}, busy_office.signers["legal-reviewer"])


def test_an_entry_without_a_key_is_read_all_the_same(busy_office: Office) -> None:
    a = attacker(busy_office)
    forge(a, busy_office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW), by=None, entry_by=None)
    a.together()

    with Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register:
        assert register.dossier(CASE).case.stage() is Stage.BALANCING
        assert register.dossier(CASE).read(DOCUMENT) == b"# C/1, first\n"


# A whole case


def signed_off(office: Office) -> None:
    office.approve(CASE, "legal-reviewer", Stage.LEGAL_REVIEW)
    office.approve(CASE, "sign-off-officer", Stage.BALANCING)


def test_a_case_that_holds_is_verified_at_every_stage(office: Office) -> None:
    office.open(CASE)
    office.register.verify_case(CASE)
    office.longer_story("D/1")
    office.revoke("foi.officer.2")
    office.draft(CASE)
    office.register.verify_case(CASE)
    office.register.verify_case("d-1")


STAGED: Final[dict[str, tuple[str, Callable[[Attacker], None]]]] = {}


def staged(name: str, code: str) -> Callable[[Callable[[Attacker], None]], None]:
    def enter(act: Callable[[Attacker], None]) -> None:
        STAGED[name] = (code, act)

    return enter


@staged("an approval is signed with a key of nobody's", "E_UNKNOWN_KEY")
def _(a: Attacker) -> None:
    a.step(CASE, "0005-approve").signed_as = "outsider"


@staged("an approval is signed by the service", "E_ROLE")
def _(a: Attacker) -> None:
    a.step(CASE, "0005-approve").signed_as = SERVICE


@staged("an approval is signed by a colleague", "E_IDENTITY")
def _(a: Attacker) -> None:
    a.step(CASE, "0004-approve").signed_as = "foi.officer.2"


@staged("an approval keeps the signature that it had on other words", "E_SIGNATURE")
def _(a: Attacker) -> None:
    step = a.step(CASE, "0002-draft")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    for later in ("0004-approve", "0005-approve"):
        approval = a.step(CASE, later)
        read = {**approval.said.act.details, DOCUMENT: hashlib.sha256(b"softer words\n").hexdigest()}
        approval.act(details=read)


@staged("a document is another than the one approved", "E_SHA256")
def _(a: Attacker) -> None:
    step = a.step(CASE, "0005-approve")
    step.changes[f"{step.folder}/{DOCUMENT}"] = b"softer words\n"
    step.keep = frozenset({"files"})


@staged("an entry of the case is not signed", "E_UNSIGNED")
def _(a: Attacker) -> None:
    a.step(CASE, "0004-approve").entry_key = None


@staged("the approver was put on the list by nobody", "E_UNKNOWN_KEY")
def _(a: Attacker) -> None:
    next(s for s in a.steps if s.said.act.details.get("person") == "sign-off-officer").signed_as = "outsider"


@staged("the approver had been taken off the list", "E_POLICY")
def _(a: Attacker) -> None:
    revoked, approval = a.steps.pop(), a.step(CASE, "0005-approve")
    assert revoked.said.act.details == {"person": "sign-off-officer"}
    revoked.act(time=approval.said.act.time)
    revoked.committed = approval.committed
    a.steps.insert(a.steps.index(approval), revoked)


@staged("a folder of the case holds another file", "E_TREE")
def _(a: Attacker) -> None:
    step = a.step(CASE, "0005-approve")
    step.changes[f"{step.folder}/note.txt"] = b"as agreed\n"
    step.keep = frozenset({"files"})


@pytest.mark.parametrize("name", STAGED)
def test_a_case_of_which_one_act_does_not_hold_is_not_published(name: str, busy_office: Office) -> None:
    code, stage = STAGED[name]
    signed_off(busy_office)
    busy_office.revoke("sign-off-officer")
    # The service's key is at hand, or the service once believed what was appended: what is then to be
    # found lies beneath an entry that the service wrote.
    a = attacker(busy_office, "outsider", "foi.officer.2", "administrator")
    stage(a)
    a.together()
    with Office(busy_office.folder) as office:
        office.open("Z/1")
        before = bytes_of(office.path)

        with pytest.raises(
            TamperedError, match=f"{CASE} fails its audit at entry .*{code}; .*equipoise audit"
        ):
            office.register.verify_case(CASE)

        assert bytes_of(office.path) == before
        assert code in codes(office.path)


def test_whoever_only_reads_verifies_a_case_as_well(busy_office: Office) -> None:
    a = attacker(busy_office, "outsider")
    forge(a, busy_office.approval(CASE, "legal-reviewer", Stage.LEGAL_REVIEW), by="outsider", entry_by=None)
    a.together()

    with Opened(busy_office.path, busy_office.folder / "anew.sqlite") as register:
        register.verify_case("B/1")
        with pytest.raises(TamperedError, match=f"{CASE} fails its audit at .*E_UNKNOWN_KEY"):
            register.verify_case(CASE)


def test_the_acts_of_other_cases_do_not_stop_a_publication(busy_office: Office) -> None:
    signed_off(busy_office)
    a = attacker(busy_office, "outsider")
    a.step("B/1", "0004-approve").signed_as = "outsider"
    a.together()

    with Office(busy_office.folder) as office:
        office.register.verify_case(CASE)
        with pytest.raises(TamperedError, match="B/1 fails"):
            office.register.verify_case("B/1")


def test_another_register_in_the_place_of_ours_is_not_published_from(office: Office, tmp_path: Path) -> None:
    """Every entry of it holds, and the service at hand wrote none."""
    found_office(tmp_path / "other")
    with Office(tmp_path / "other") as other:
        other.open(CASE)
        other.register.verify_case(CASE)

        with (
            Opened(other.path, other.index, office.signers[SERVICE]) as register,
            pytest.raises(RegisterError, match="not the one the register lists"),
        ):
            register.verify_case(CASE)


# What it costs


def test_one_signature_is_verified_for_the_newest_entry_and_none_where_we_wrote_it(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bytes] = []
    verify = signature.verify

    def counting(armoured: str, message: bytes, namespace: bytes, **more: Any) -> Signed:
        verified.append(namespace)
        return verify(armoured, message, namespace, **more)

    monkeypatch.setattr(signature, "verify", counting)
    for number in range(3):
        busy_office.open(f"E/{number}")
    assert verified.count(signature.ENTRY) == 1

    with Office(busy_office.folder) as other:
        other.open("F/1")
    busy_office.open("F/2")
    assert verified.count(signature.ENTRY) == 3
