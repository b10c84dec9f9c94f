"""Auditing: the register is verified, and a checkpoint is written when it has grown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flow_builders import TODAY

from flows import home as flows_home
from flows.casework import acts, auditing
from flows.casework import papers as paper
from flows.casework.auditing import last_audit
from flows.casework.papers import check
from flows.domain.acts import RESUME
from flows.domain.documents import DOCUMENT
from flows.domain.errors import MissingReasonError, NotEntitledError, RefusedError, TamperedError
from flows.register.audit import Brought, Verdict, audit
from flows.register.checkpoint import newest_checkpoint
from flows.register.repository import BRANCH
from flows.register.stop import stopped

if TYPE_CHECKING:
    from flow_builders import Clock, Town


def checkpoints(town: Town) -> list[str]:
    folder = town.home.checkpoints
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_register_that_holds_gets_a_checkpoint(town: Town) -> None:
    town.drafted("A/1")

    run = town.run("auditing")

    assert run.completed
    assert checkpoints(town) == ["000000006.txt"]
    (artifact,) = run.artifacts()
    assert "\n| register | 6 entries pass the audit; checkpoint 000000006.txt written |" in artifact
    assert run.tasks() == [("auditing", "COMPLETED", 1)]
    note = (town.home.checkpoints / "000000006.txt").read_text()
    assert audit(town.home.register, check_brought=paper.check, checkpoint=note, now=flows_home.now()).passes


def test_a_register_that_has_not_grown_gets_no_second_checkpoint(town: Town) -> None:
    town.run("auditing")

    run = town.run("auditing")

    assert run.completed
    assert checkpoints(town) == ["000000004.txt"]
    assert run.artifacts() == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("left", ["", "equipoise/", "\0" * 400])
def test_a_torn_checkpoint_is_told_and_written_again(left: str, town: Town) -> None:
    town.run("auditing")
    town.drafted("A/1")
    town.run("auditing")
    (town.home.checkpoints / "000000006.txt").write_text(left)

    run = town.run("auditing")

    assert run.completed
    torn = "checkpoint 000000006.txt cannot be read and was passed over"
    (artifact,) = run.artifacts()
    assert artifact.endswith(
        f"| register | {torn}; 6 entries pass the audit; checkpoint 000000006.txt written |"
    )
    assert checkpoints(town) == ["000000004.txt", "000000006.txt"]
    assert newest_checkpoint(town.home.checkpoints)[1] == []


def test_a_register_that_was_cut_back_is_found_though_the_newest_checkpoint_is_torn(town: Town) -> None:
    head = town.home.register / "refs" / "heads" / "main"
    earlier = head.read_text()
    town.drafted("A/1")
    town.run("auditing")
    town.close()
    head.write_text(earlier)
    (town.home.checkpoints / "000000009.txt").touch()

    assert not town.run("auditing").completed


def test_a_register_that_fails_its_audit_gets_no_checkpoint(town: Town) -> None:
    town.drafted("A/1")
    town.run("auditing")
    town.submit("A/1")
    town.damage("A/1", DOCUMENT)

    run = town.run("auditing")

    assert not run.completed
    assert [type(error) for error in run.failures] == [TamperedError]
    assert run.tasks() == [("auditing", "FAILED", 1)]
    assert checkpoints(town) == ["000000006.txt"]
    (artifact,) = run.artifacts()
    assert "| register | failed: The register fails its audit with E_MISSING at entry 6" in artifact


def test_what_was_looked_into_is_looked_into_again_after_a_week_and_by_another_release(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def look(brought: Brought) -> Verdict:
        looked.extend([] if brought.followed else [1])
        return check(brought)

    monkeypatch.setattr(paper, "check", look)

    def looks() -> int:
        looked.clear()
        auditing.audit_register(town.office)
        return len(looked)

    town.drafted("A/1")
    assert looks() == 2  # the opening and the draft
    assert looks() == 0
    town.submit("A/1")
    clock.time += timedelta(days=1)
    assert looks() == 1
    monkeypatch.setattr(auditing, "version", lambda _: "another")
    assert looks() == 3
    assert looks() == 0
    clock.time += timedelta(days=7)
    assert looks() == 3


def cut_back(town: Town) -> None:
    """Take the newest entry away, as somebody could who has the machine; a checkpoint knew of it."""
    town.drafted("A/1")
    town.run("auditing")
    newest = town.office.register.tip()
    town.close()
    (town.home.register / BRANCH).write_text(f"{newest.entry.parent}\n")


def what_was_found(town: Town) -> tuple[datetime, int, tuple[str, ...]]:
    last = last_audit(town.home)
    assert last
    return last.time, last.entries, last.findings


def test_a_register_cut_back_behind_its_checkpoint_stops_writing_and_is_told(town: Town) -> None:
    cut_back(town)

    run = town.run("auditing")

    (error,) = run.failures
    assert str(error) == (
        "The register fails its audit with E_ROLLBACK at entry 6. Nothing more is recorded until an "
        "administrator decides; `equipoise audit` tells more."
    )
    assert checkpoints(town) == ["000000006.txt"]
    (notice,) = town.notices().values()
    assert notice.startswith("To: administrator\nAbout: the register\n")
    assert what_was_found(town) == (TODAY, 5, ("E_ROLLBACK at entry 6",))
    drafting = town.run("drafting")
    with pytest.raises(RefusedError) as refused:
        town.close_case("A/1")
    assert str(refused.value) == (
        "Nothing is recorded: the register failed its audit of 8 September 2022 with E_ROLLBACK at entry 6; "
        "`equipoise audit` tells more, and an administrator decides with `equipoise resume`."
    )
    assert not drafting.completed
    assert isinstance(drafting.state.result(raise_on_failure=False), RefusedError)
    assert town.entries() == 5


@pytest.mark.exhaustive
def test_a_failed_audit_is_told_once_a_day(town: Town, clock: Clock) -> None:
    cut_back(town)
    town.run("auditing")
    (town.home.notices / "audit-failed-2022-09-08.txt").unlink()
    town.run("auditing")
    assert town.notices() == {}

    clock.time += timedelta(days=1)
    town.run("auditing")

    assert town.notices().keys() == {"audit-failed-2022-09-09.txt"}


def test_the_auditors_are_told_too_and_a_policy_that_cannot_be_read_keeps_nothing_from_anybody(
    town: Town,
) -> None:
    town.amend_policy()
    cut_back(town)
    town.run("auditing")
    (notice,) = town.notices().values()
    assert notice.startswith("To: administrator, person-4\n")

    (town.home.notices / "audit-failed-2022-09-08.txt").unlink()
    town.close()
    (town.home.register / BRANCH).write_text("nowhere\n")
    town.run("auditing")

    (notice,) = town.notices().values()
    assert notice.startswith("To: the administrator\n")
    assert "\nFound: E_REF at refs/heads/main.\n" in notice


@pytest.mark.exhaustive
def test_an_administrator_lets_a_register_be_written_again_and_what_was_decided_stops_nothing(
    town: Town,
) -> None:
    cut_back(town)
    town.run("auditing")

    acts.resume(town.office, town.officer("administrator"), "The copy had no more.")

    assert town.office.register.tip().entry.sequence == 6
    said = town.office.register.dossier("policy").statements[-1].act
    assert (said.kind, said.reason, said.details) == (
        RESUME,
        "The copy had no more.",
        {"findings": "E_ROLLBACK at entry 6"},
    )
    forked = town.run("auditing")
    assert forked.completed
    assert what_was_found(town) == (TODAY, 6, ("E_FORK at entry 6",))
    town.run("drafting")
    assert town.entries() == 7
    assert town.run("auditing").completed
    assert checkpoints(town) == ["000000006.txt", "000000007.txt"]
    assert town.run("auditing").completed
    assert what_was_found(town) == (TODAY, 7, ())
    (remark,) = town.audited().remarks
    assert remark == (
        "entry 6, policy: administrator let the register be written again in spite of E_ROLLBACK at entry 6: "
        "The copy had no more."
    )


@pytest.mark.exhaustive
def test_another_finding_stops_writing_again(town: Town) -> None:
    cut_back(town)
    town.run("auditing")
    acts.resume(town.office, town.officer("administrator"), "The copy had no more.")
    town.run("drafting")
    town.damage("A/1", DOCUMENT)

    run = town.run("auditing")

    assert "E_MISSING at entry 7" in str(run.failures[0])
    with pytest.raises(RefusedError, match="E_MISSING at entry 7"):
        town.close_case("A/1")


def test_only_an_administrator_decides_and_only_with_a_reason(town: Town) -> None:
    with pytest.raises(RefusedError, match="Writing was not stopped"):
        acts.resume(town.office, town.officer("administrator"), "No need.")
    cut_back(town)
    town.run("auditing")

    with pytest.raises(NotEntitledError, match="foi-officer may not let the register be written again"):
        acts.resume(town.office, town.officer("foi-officer"), "I want to go on.")
    with pytest.raises(MissingReasonError, match="The register: say why"):
        acts.resume(town.office, town.officer("administrator"), "  ")

    assert town.entries() == 5
    assert stopped(town.home.register)


@pytest.mark.parametrize(
    ("last", "missed"),
    [
        (None, True),
        (datetime(2022, 9, 8, 0, 59, tzinfo=UTC), True),
        (datetime(2022, 9, 8, 1, 0, tzinfo=UTC), False),  # 2 o'clock in London
        (datetime(2022, 9, 8, 9, 0, tzinfo=UTC), False),
    ],
)
def test_an_audit_is_missed_where_none_was_made_since_two_at_night(
    town: Town, clock: Clock, last: datetime | None, *, missed: bool
) -> None:
    if last:
        clock.time = last
        town.run("auditing")
    clock.time = TODAY

    assert auditing.missed(town.office) is missed


def test_before_two_at_night_the_audit_of_the_day_before_counts(town: Town, clock: Clock) -> None:
    clock.time = datetime(2022, 9, 7, 1, 0, tzinfo=UTC)
    town.run("auditing")

    clock.time = datetime(2022, 9, 8, 0, 59, tzinfo=UTC)

    assert not auditing.missed(town.office)
