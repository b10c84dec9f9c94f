"""A backup and a restore, beside `cp -a` and an audit: the first, and one after a day's acts."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING, Final

from figures import Row, at_most, ms, spent, timed, took
from offices import open_staffed
from packed_register import build, references, take_next

from flows import home as flows_home
from flows.casework import backing_up, restoring
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.casework.backing_up import BackedUp

ACTS: Final = 4
"""Of each case; with its opening, and for a closed one its closing, they make some five."""
_A_DAY: Final = 100
_PAPER: Final = 30_000
"""Bytes that stand in `published/` for a case here; a paper with its page has 120 KB."""


def run(place: Path, cases: int) -> Iterator[Row]:
    """Yield the rows of one home with ``cases``."""
    folder, kept = place / "backup-home", place / "backups"
    build(folder, cases, acts=ACTS)
    kept.mkdir()
    for number in range(cases):  # as little to be compressed as a paper is
        data = random.Random(number).randbytes(_PAPER)  # noqa: S311 - no secret
        (folder / "published" / f"{number:06}.pdf").write_bytes(data)
    with open_staffed(folder) as office:
        office.catalogue.cases()
    of = f"of {cases:,} cases"
    first, whole = timed(_back_up, folder, kept / "equipoise-20260301T020000Z")
    floor, _ = timed(_copy, folder, place / "copy")
    what = f"the first backup {of}, {whole.manifest.entries:,} acts and {_size(whole.size)}, read back"
    yield at_most(8, first / floor, what, ms(first), f"{ms(floor)} cp -a and sync")
    with open_staffed(folder) as office:
        for reference in references(cases)[-_A_DAY:]:
            take_next(office, reference, returning=True)
    later, more = timed(_back_up, folder, kept / "equipoise-20260302T020000Z")
    what = f"the same after {_A_DAY} acts"
    yield at_most(0.5, later / first, what, ms(later), f"{ms(first)} the first")
    yield at_most(0.05, more.new / whole.size, f"{what}: bytes written", _size(more.new), _size(whole.size))
    processor, _ = spent(_back_up, folder, kept / "equipoise-20260303T020000Z")
    yield took("the same with nothing new: processor time", processor)
    back, restored = timed(_restore, more.file, place / "restored")
    assert restored.report.entries == more.manifest.entries
    yield took(f"a restore {of}, its audit with it", back)


def _back_up(folder: Path, target: Path) -> BackedUp:
    with open_staffed(folder) as office:
        return backing_up.back_up(office.office, target)


def _restore(backup: Path, folder: Path) -> restoring.Restored:
    return restoring.restore(Home(folder), backup, now=flows_home.now())


def _copy(folder: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", folder, target], check=True)
    os.sync()


def _size(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MiB"
