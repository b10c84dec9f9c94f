"""The two steps of an act: its statement is proposed, and appended with a signature by ssh-keygen itself."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, a_submission, an_officer, another_case, everything, passes_audit

from flows import home as flows_home
from flows.casework import acts
from flows.casework.acts import Wish
from flows.casework.office import Office, open_office
from flows.domain.acts import APPROVE, CLOSE
from flows.domain.documents import TEST
from flows.domain.errors import (
    NotEntitledError,
    RefusedError,
    RegisterError,
    RegisterMovedError,
    WrongStageError,
)
from flows.domain.policy import Person
from flows.domain.procedure import Role, Stage
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.home import Home

MOVED = r"^1146A/22 changed before this was recorded: look at it again, and sign again\.$"


@pytest.fixture
def office(desk: Desk) -> Iterator[Office]:
    """The home of ``desk``, open."""
    with open_office(desk.home) as opened:
        yield opened


def signed(statement: bytes, key: Path, folder: Path, namespace: str = "equipoise-act-v1") -> str:
    """Return the signature that OpenSSH itself makes on a statement."""
    (folder / "statement.json").write_bytes(statement)
    (folder / "statement.json.sig").unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", namespace, folder / "statement.json"], check=True
    )
    return (folder / "statement.json.sig").read_text()


def key_of(home: Home, person: str = "foi-officer") -> Path:
    return home.officers / person


def test_a_statement_that_was_signed_elsewhere_is_appended(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    before = everything(desk.home)
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)
    assert everything(desk.home) == before

    taken = acts.append(office, proposal, armoured)

    assert (taken.recorded.new, taken.case.stage(), taken.act) == (
        True,
        Stage.LEGAL_REVIEW,
        proposal.statement.act,
    )
    dossier = office.register.dossier(CASE)
    assert dossier.read(proposal.statement.path) == proposal.statement.to_bytes()
    assert dossier.read(proposal.statement.signature_path).decode() == armoured
    assert desk.stage() == "legal-review"
    assert passes_audit(desk.home)


def test_the_same_signature_appended_twice_is_done_once(desk: Desk, office: Office, tmp_path: Path) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)
    first = acts.append(office, proposal, armoured)
    desk.approve("legal-review", "legal-reviewer")
    before = everything(desk.home)

    again = acts.append(office, proposal, armoured)

    assert again.recorded == replace(first.recorded, new=False)
    assert again.case.stage() is Stage.BALANCING  # as it stands, and not as the act left it
    assert everything(desk.home) == before


def test_who_writes_first_lets_the_other_look_and_sign_again(
    desk: Desk, office: Office, tmp_path: Path, second_draft: Path
) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)
    desk.draft(second_draft)
    before = everything(desk.home)

    with pytest.raises(RegisterMovedError, match=MOVED):
        acts.append(office, proposal, armoured)

    assert everything(desk.home) == before
    again = acts.propose(office, "foi-officer", a_submission(2))
    assert again.statement.number == proposal.statement.number + 1
    acts.append(office, again, signed(again.statement.to_bytes(), key_of(desk.home), tmp_path))
    assert passes_audit(desk.home)


def test_an_act_on_another_case_does_not_stand_in_the_way(desk: Desk, office: Office, tmp_path: Path) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)
    another_case(desk.home, "2/22", "2022-11-15")

    assert acts.append(office, proposal, armoured).recorded.new
    assert passes_audit(desk.home)


def test_a_policy_that_changed_meanwhile_lets_everyone_sign_again(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)
    public = signature.generate(desk.home.officers / "auditor")
    auditor = Person(id="auditor", roles=frozenset({Role.AUDITOR}), keys=(public,))
    acts.add_officer(office, an_officer(desk.home, "administrator"), auditor)

    with pytest.raises(RegisterMovedError, match=MOVED):
        acts.append(office, proposal, armoured)

    assert desk.stage() == "drafting"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            "another person's key",
            "may not submit: that needs a signature by a key of foi-officer",
        ),
        ("another purpose", "The signature was made for another purpose"),
        ("other bytes", "The signature does not fit what it stands beside"),
        ("no signature", "This is not a whole SSH signature"),
    ],
)
def test_a_signature_that_is_not_the_actors_on_this_statement_is_refused(
    fault: str, sentence: str, desk: Desk, office: Office, tmp_path: Path
) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    statement, key = proposal.statement.to_bytes(), key_of(desk.home)
    armoured = {
        "another person's key": signed(statement, key_of(desk.home, "all-three-roles"), tmp_path),
        "another purpose": signed(statement, key, tmp_path, "git"),
        "other bytes": signed(statement + b"\n", key, tmp_path),
        "no signature": "",
    }[fault]
    before = everything(desk.home)

    with pytest.raises(RefusedError, match=sentence):
        acts.append(office, proposal, armoured)

    assert everything(desk.home) == before


def test_a_signature_is_taken_for_a_day_and_no_longer(desk: Desk, office: Office, tmp_path: Path) -> None:
    proposal = acts.propose(office, "foi-officer", a_submission())
    armoured = signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path)

    def opened(hours: int) -> Office:
        return Office(desk.home, clock=lambda: flows_home.now() + timedelta(hours=hours))

    for hours in (25, -1):
        with opened(hours) as later, pytest.raises(RegisterError, match="sign again"):
            acts.append(later, proposal, armoured)
    with opened(23) as later:
        assert acts.append(later, proposal, armoured).recorded.new


def test_what_the_procedure_forbids_is_refused_before_anything_is_signed(office: Office) -> None:
    approval = Wish(kind=APPROVE, reference=CASE, document=TEST.name, version=1, gate=Stage.LEGAL_REVIEW)

    with pytest.raises(WrongStageError, match=r"cannot be approved at legal review: it is in drafting\.$"):
        acts.propose(office, "legal-reviewer", approval)
    with pytest.raises(NotEntitledError, match="may not approve: that needs the role legal-reviewer"):
        acts.propose(office, "foi-officer", approval)


def test_an_approval_states_what_its_actor_read(desk: Desk, office: Office, tmp_path: Path) -> None:
    desk.submit()
    approval = Wish(kind=APPROVE, reference=CASE, document=TEST.name, version=1, gate=Stage.LEGAL_REVIEW)

    proposal = acts.propose(office, "legal-reviewer", approval)

    stated = proposal.statement.act
    assert (stated.actor, stated.role, stated.gate) == (
        "legal-reviewer",
        Role.LEGAL_REVIEWER,
        Stage.LEGAL_REVIEW,
    )
    assert stated.details == {path: stated.files[path].sha256 for path in TEST.decided_on}
    key = key_of(desk.home, "legal-reviewer")
    acts.append(office, proposal, signed(proposal.statement.to_bytes(), key, tmp_path))
    assert desk.stage() == "balancing"


def test_an_act_on_the_case_itself_goes_the_same_way(desk: Desk, office: Office, tmp_path: Path) -> None:
    closing = Wish(kind=CLOSE, reference=CASE, facts={"ground": "withdrawn"})
    proposal = acts.propose(office, "foi-officer", closing)

    taken = acts.append(office, proposal, signed(proposal.statement.to_bytes(), key_of(desk.home), tmp_path))

    assert (taken.case.stage(), desk.stage()) == (Stage.CLOSED, "closed")
    assert passes_audit(desk.home)
