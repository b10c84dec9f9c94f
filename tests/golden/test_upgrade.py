"""A home that the software of another day made goes on under that of today, and under that of any time zone.

``early-home.tar.xz`` was made by the first version whose acts are of format 1, with its own command line: two
cases, one drafted and one at sign-off, the index of then, and keys that serve for this alone. It is never
made again.
"""

from __future__ import annotations

import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, Desk, publish_now

from flows.casework import papers
from flows.home import Home
from flows.register.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EARLY: Final = Path(__file__).with_name("early-home.tar.xz")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The home as it was left then, on this machine."""
    root = tmp_path / "home"
    root.mkdir(mode=0o700)
    with tarfile.open(EARLY) as archive:
        archive.extractall(root, filter="fully_trusted")  # noqa: S202 - our own file
    return Home(root)


def test_a_home_of_an_early_version_goes_on_to_a_paper_and_passes_its_audit(home: Home) -> None:
    desk = Desk(home)
    assert CASE in desk.done("queue")
    assert desk.done("doctor", "--mend").endswith(("Nothing is wrong with this home.\n", "was mended.\n"))
    desk.approve("balancing", "sign-off-officer")
    desk.done("request", "R/2", "--reason", "To draft it.", "--as", "foi-officer")
    desk.done("adopt-edition", "--as", "administrator")
    publish_now(home)

    report = audit(home.register, check_brought=papers.check)

    assert report.findings == []
    assert (home.published / "1146A-22.pdf").is_file()


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Moves this process, and its children, to a time zone."""

    def move(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


def test_no_time_zone_of_the_machine_changes_a_day(home: Home, zone: Callable[[str], None]) -> None:
    desk = Desk(home)
    reads = (("queue",), ("show", CASE), ("history", "R/2"), ("deadline", "2026-03-27"), ("deadline", CASE))

    # From twelve hours behind UTC to fourteen ahead: at every moment one of them has another day.
    said = []
    for name in ("UTC", "Etc/GMT+12", "Pacific/Kiritimati", ":/nowhere"):
        zone(name)
        said.append([desk.done(*words) for words in reads])

    assert said[1:] == said[:1] * 3
