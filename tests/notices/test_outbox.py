"""The outbox tells each notice once, and remembers it."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from flows.notices.outbox import Notice, Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTICE: Final = Notice(
    slug="1146A-22", version=2, round=1, gate="legal-review", kind="asked", due=date(2022, 12, 5)
)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "notices", tmp_path / "state" / "outbox.sqlite")
    yield opened
    opened.close()


def test_a_notice_is_a_file_that_a_person_opens(outbox: Outbox, tmp_path: Path) -> None:
    outbox.tell(NOTICE, "Please review.\n")

    (path,) = (tmp_path / "notices").iterdir()
    assert path.name == "1146A-22-version-2-legal-review-asked-2.txt"
    assert path.read_text() == "Please review.\n"


def test_what_was_told_is_remembered(outbox: Outbox, tmp_path: Path) -> None:
    assert not outbox.has_told(NOTICE)
    outbox.tell(NOTICE, "Please review.\n")
    outbox.close()

    again = Outbox(tmp_path / "notices", tmp_path / "state" / "outbox.sqlite")
    assert again.has_told(NOTICE)
    again.close()


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "1146A-23"},
        {"version": 3},
        {"round": 2},
        {"gate": "balancing"},
        {"kind": "due-soon"},
        {"due": date(2022, 12, 6)},
        {"due": None},
    ],
    ids=lambda change: "another " + next(iter(change)),
)
def test_whatever_differs_is_told_as_well(outbox: Outbox, change: dict[str, Any]) -> None:
    outbox.tell(NOTICE, "Please review.\n")

    assert not outbox.has_told(replace(NOTICE, **change))


def test_a_notice_without_a_deadline_is_remembered_too(outbox: Outbox) -> None:
    notice = replace(NOTICE, due=None)
    outbox.tell(notice, "Please review.\n")

    assert outbox.has_told(notice)


def test_a_notice_that_a_kill_kept_from_the_memory_is_repeated_rather_than_lost(tmp_path: Path) -> None:
    folder, memory = tmp_path / "notices", tmp_path / "state" / "outbox.sqlite"
    child = os.fork()
    if child == 0:
        outbox = Outbox(folder, memory)
        replaced = os.replace

        def replace_and_die(*given: Any) -> None:
            replaced(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        os.replace = replace_and_die  # type: ignore[assignment]
        outbox.tell(NOTICE, "Please review.\n")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)

    outbox = Outbox(folder, memory)
    assert not outbox.has_told(NOTICE)
    outbox.tell(NOTICE, "Please review.\n")
    assert outbox.has_told(NOTICE)
    outbox.close()
    assert [path.read_text() for path in folder.iterdir()] == ["Please review.\n"]


def test_the_memory_holds_no_text(outbox: Outbox, tmp_path: Path) -> None:
    outbox.tell(NOTICE, "Please review.\n")
    with sqlite3.connect(tmp_path / "state" / "outbox.sqlite") as db:
        rows = db.execute("select * from told").fetchall()
    db.close()

    assert rows == [("1146A-22", 2, 1, "legal-review", "asked", "2022-12-05")]
