"""Editions of the procedure: what was lawful under one stays lawful, and nobody goes back to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from attacker import Attacker
from register_builders import Office, audited, codes, copied

from flows.domain.acts import ADOPT_EDITION
from flows.domain.acts.policy import adopt_edition
from flows.domain.checks import VERSION
from flows.domain.edition import EDITIONS, Edition, latest
from flows.domain.errors import MalformedError, RefusedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage
from flows.register.roster import write_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.register.line import Recorded

NEXT = Edition(gates={"full": (Stage.BALANCING,), "two-person": (Stage.LEGAL_REVIEW,)}, rules=1)
"""An edition in which the approvals of before have other meanings."""
NOW, LATER, LAST = latest(), latest() + 1, latest() + 2


@pytest.fixture
def _next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EDITIONS, LATER, NEXT)


@pytest.fixture
def earlier(told: Path, tmp_path: Path) -> Iterator[Office]:
    """A register of the edition of now, with a case at legal review and a response at its sign-off."""
    with copied(told, tmp_path) as office:
        office.draft("C/1", "foi-officer", document="response")
        office.submit("C/1", document="response")
        yield office


def adopt(office: Office, edition: int = LATER) -> Recorded:
    after = adopt_edition(office.register.policy(), edition)
    return office.amend(ADOPT_EDITION, after, edition=str(edition))


def test_an_edition_of_the_software_changes_nothing_until_it_is_adopted(
    earlier: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = audited(earlier.path)
    monkeypatch.setitem(EDITIONS, LATER, NEXT)

    assert before.passes
    assert audited(earlier.path) == before
    earlier.approve("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    assert earlier.case("C/1").stage() is Stage.BALANCING
    assert codes(earlier.path) == []


@pytest.mark.usefixtures("_next")
def test_what_was_submitted_before_passes_the_approvals_it_was_submitted_for(earlier: Office) -> None:
    assert adopt(earlier).entry.subject == f"policy: adopt edition {LATER} of the procedure"

    earlier.approve("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    earlier.approve("C/1", "sign-off-officer", Stage.BALANCING)
    earlier.approve("C/1", "sign-off-officer", Stage.BALANCING, document="response")
    earlier.publish("C/1")
    earlier.publish("C/1", document="response")

    assert earlier.register.policy().rules.edition == LATER
    assert audited(earlier.path).passes


@pytest.mark.usefixtures("_next")
def test_what_is_submitted_afterwards_passes_those_of_the_new_one(earlier: Office) -> None:
    adopt(earlier)
    earlier.open("D/1")
    earlier.draft("D/1")
    earlier.submit("D/1")

    assert earlier.case("D/1").stage() is Stage.BALANCING
    earlier.approve("D/1", "sign-off-officer", Stage.BALANCING)
    earlier.publish("D/1")
    assert audited(earlier.path).passes


@pytest.mark.usefixtures("_next")
def test_a_row_that_an_edition_changes_judges_what_comes_after_it_alone(
    earlier: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the last edition a writer may approve."""
    earlier.return_("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    rows = {"approve": {"no_writer": False}}
    monkeypatch.setitem(EDITIONS, LAST, replace(NEXT, gates=EDITIONS[NOW].gates, rows=rows))
    earlier.submit("C/1")
    with pytest.raises(RefusedError, match="another person"):
        earlier.approve("C/1", "foi.officer.2", Stage.LEGAL_REVIEW)

    adopt(earlier, LAST)
    earlier.approve("C/1", "foi.officer.2", Stage.LEGAL_REVIEW)

    assert audited(earlier.path).passes
    monkeypatch.setitem(EDITIONS, LAST, replace(NEXT, gates=EDITIONS[NOW].gates))
    assert codes(earlier.path) == ["E_SOD"]


def test_a_register_of_an_edition_that_the_auditor_does_not_know_fails(
    earlier: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(EDITIONS, LATER, NEXT)
        adopt(earlier)
        earlier.open("D/1")

    assert codes(earlier.path) == ["E_POLICY"]
    with pytest.raises(RefusedError, match="this software knows no later one"):
        adopt_edition(earlier.register.policy(6), LATER)


def forged(office: Office, edition: int, stated: int) -> None:
    """Put a change of the edition at the end of the line, in a statement that says another one."""
    attacker = Attacker(office.path, {name: office.signers[name] for name in (SERVICE, "administrator")})
    policy = office.register.policy()
    after = replace(policy, version=policy.version + 1, rules=replace(policy.rules, edition=edition))
    step = attacker.another(
        attacker.of(POLICY)[-1],
        kind=ADOPT_EDITION,
        policy=policy.version,
        version=after.version,
        time=office.time(),
        details={"edition": str(stated)},
    )
    step.changes = {f"{POLICY}/{name}": content for name, content in write_policy(after).items()}
    step.committed = int(office.time().timestamp())
    attacker.steps.append(step)
    attacker.together()


@pytest.mark.usefixtures("_next")
@pytest.mark.parametrize(
    ("edition", "stated"),
    [
        pytest.param(NOW, NOW, id="set back"),
        pytest.param(NOW, LAST, id="set back, and said to be set on"),
        pytest.param(LATER, LATER, id="adopted again"),
        pytest.param(LAST + 1, LAST + 1, id="one that nobody knows"),
        pytest.param(LAST, LATER, id="another than the administrator signed for"),
    ],
)
def test_an_edition_that_was_not_lawfully_adopted_is_found(
    edition: int, stated: int, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EDITIONS, LAST, NEXT)
    adopt(office)
    forged(office, edition, stated)

    assert codes(office.path) == ["E_POLICY"]


@pytest.mark.usefixtures("_next")
def test_who_adopts_an_edition_lawfully_is_no_forger(office: Office) -> None:
    forged(office, LATER, LATER)

    assert codes(office.path) == []


@pytest.mark.usefixtures("_next")
def test_nobody_goes_back_to_an_earlier_edition(office: Office) -> None:
    before = office.register.policy()
    adopt(office)
    back = replace(office.register.policy(), version=7, rules=before.rules)

    for edition in (1, NOW, LATER):
        with pytest.raises(RefusedError, match=f"Edition {LATER} of the procedure is in force"):
            adopt_edition(office.register.policy(), edition)
    with pytest.raises(RefusedError, match="is in force"):
        office.amend(ADOPT_EDITION, back, edition=str(NOW))
    act = office.act(ADOPT_EDITION, POLICY, "administrator", Role.ADMINISTRATOR, version=7, details={})
    with pytest.raises(MalformedError, match="not what this act makes"):
        office.register.record(act, write_policy(back), office.signers["administrator"])


# The version of the rules that were run is no edition; it never goes back either


def test_a_submission_by_older_rules_than_those_before_it_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, now = VERSION, str(int(VERSION) + 1)
    monkeypatch.setattr("flows.domain.acts.drafting.VERSION", now)
    for case, rules in {"A/1": before, "B/1": now, "C/1": now, "D/1": before}.items():
        office.open(case)
        office.draft(case)
        act = office.submission(case, "foi.officer.2", rules=rules)
        office.register.record(act, {}, office.signers["foi.officer.2"])

    found = audited(office.path).findings

    assert [(each.code, each.place) for each in found] == [("E_CHECKS", "entry 17, D/1")]
    assert f"version {before} of the rules" in found[0].sentence


def test_a_text_with_what_nobody_sees_is_remarked_on_under_the_edition_in_which_it_may_be(
    earlier: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier.draft("C/1", "foi-officer", document="clarification", text="soft\u00adly")
    problem = "it has U+00AD (SOFT HYPHEN), which nobody would see; remove it."
    assert [found.sentence for found in audited(earlier.path).findings] == [
        f"The text is unfit, as {problem}"
    ]

    monkeypatch.setitem(EDITIONS, NOW, replace(EDITIONS[NOW], unseen=True))

    report = audited(earlier.path)
    assert report.passes
    assert report.remarks == [f"entry 27, C/1: clarification/document.md is unfit, as {problem}"]
