"""The outbox tells each notice once, and remembers it."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from flows import disk
from flows.domain.procedure import Stage
from flows.notices.folder import Folder
from flows.notices.notice import AuditFailed, Waiting, write_notice
from flows.notices.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED: Final = Waiting(
    reference="1146A/22",
    document="test",
    version=2,
    round=1,
    gate=Stage.LEGAL_REVIEW,
    kind="asked",
    due=date(2022, 12, 5),
)
NOTICE: Final = write_notice(ASKED, {"lawyer"}, checked="", owed="the answer", waits="")
FAILED: Final = AuditFailed(on=date(2022, 12, 5), findings=("E_ROLLBACK at entry 7", "E_PDF at entry 6"))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(Folder(tmp_path / "notices"), tmp_path / "state" / "outbox.sqlite")
    yield opened
    opened.close()


def test_a_notice_is_a_file_that_a_person_opens(outbox: Outbox, tmp_path: Path) -> None:
    outbox.tell(NOTICE)

    (path,) = (tmp_path / "notices").iterdir()
    assert path.name == "1146A-22-version-2-legal-review-asked-2.txt"
    assert path.read_text() == NOTICE.text


def test_what_was_told_is_remembered(outbox: Outbox, tmp_path: Path) -> None:
    assert not outbox.has_told(ASKED)
    outbox.tell(NOTICE)
    outbox.close()

    again = Outbox(Folder(tmp_path / "notices"), tmp_path / "state" / "outbox.sqlite")
    assert again.has_told(ASKED)
    again.close()


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "1146A/23"},
        {"version": 3},
        {"round": 2},
        {"gate": Stage.BALANCING},
        {"kind": "due-soon"},
        {"due": date(2022, 12, 6)},
        {"due": None},
    ],
    ids=lambda change: "another " + next(iter(change)),
)
def test_whatever_differs_is_told_as_well(outbox: Outbox, change: dict[str, Any]) -> None:
    outbox.tell(NOTICE)

    assert not outbox.has_told(replace(ASKED, **change))


def test_a_notice_without_a_deadline_is_remembered_too(outbox: Outbox) -> None:
    about = replace(ASKED, due=None)
    outbox.tell(write_notice(about, (), checked="", owed="the answer", waits=""))

    assert outbox.has_told(about)


def test_a_notice_that_a_kill_kept_from_the_memory_is_repeated_rather_than_lost(tmp_path: Path) -> None:
    folder, memory = tmp_path / "notices", tmp_path / "state" / "outbox.sqlite"
    child = os.fork()
    if child == 0:
        outbox = Outbox(Folder(folder), memory)
        write = disk.write

        def write_and_die(*given: Any) -> None:
            write(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        disk.write = write_and_die  # type: ignore[assignment]
        outbox.tell(NOTICE)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)

    outbox = Outbox(Folder(folder), memory)
    assert not outbox.has_told(ASKED)
    outbox.tell(NOTICE)
    assert outbox.has_told(ASKED)
    outbox.close()
    assert [path.read_text() for path in folder.iterdir()] == [NOTICE.text]


def test_the_memory_holds_no_text(outbox: Outbox, tmp_path: Path) -> None:
    outbox.tell(NOTICE)
    with sqlite3.connect(tmp_path / "state" / "outbox.sqlite") as db:
        rows = db.execute("select * from told").fetchall()
    db.close()

    assert rows == [("1146A-22-version-2-legal-review-asked-2", "2022-12-05")]


def test_each_is_told_their_own_the_newest_first(outbox: Outbox) -> None:
    again = write_notice(replace(ASKED, due=date(2022, 12, 6)), {"lawyer"}, checked="", owed="it", waits="")
    for each in (NOTICE, write_notice(FAILED, {"lawyer", "auditor"}), again):
        outbox.tell(each)

    assert [*outbox.told("lawyer")] == [ASKED.name, FAILED.name]
    assert [*outbox.told("auditor")] == [FAILED.name]
    assert [*outbox.told("nobody")] == []


def test_a_failed_audit_is_told_to_those_named_with_what_to_do(outbox: Outbox, tmp_path: Path) -> None:
    outbox.tell(write_notice(FAILED, {"auditor", "administrator"}))

    assert (tmp_path / "notices" / "audit-failed-2022-12-05.txt").read_text() == (
        "To: administrator, auditor\n"
        "About: the register\n"
        "\n"
        "The register failed its audit on 5 December 2022.\n"
        "Found: E_ROLLBACK at entry 7 and 1 more.\n"
        "\n"
        "Nothing more is recorded until an administrator has decided, whether the register is restored from\n"
        'a copy ("Restoring" in docs/operating.md) or is to go on as it is.\n'
        "\n"
        "See what was found: equipoise audit\n"
        'Go on:              equipoise resume --as PERSON --reason "…"\n'
    )


@pytest.mark.parametrize("change", [{"on": date(2022, 12, 6)}, {"findings": ("E_PDF at entry 6",)}])
def test_a_failed_audit_is_told_again_on_another_day_and_of_other_findings(
    outbox: Outbox, change: dict[str, Any]
) -> None:
    outbox.tell(write_notice(FAILED, ()))

    assert outbox.has_told(FAILED)
    assert not outbox.has_told(replace(FAILED, **change))
