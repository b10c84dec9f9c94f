"""What went out of the home and can prove it later: copies of checkpoints and of the register itself.

A hint where to ask, and no proof: whoever has the machine can write into the file what they like. What
others fetch without the desk is not known here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows import disk

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.home import Home

_MOST: Final = 100


class Way(StrEnum):
    """How it went out."""

    FILE = "file"
    TAKEN = "taken"
    COSIGNED = "cosigned"
    WHOLE = "whole"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOut:
    """What went out last by one way to one place.

    Attributes:
        way: A checkpoint in a file or taken along from the desk, one that a witness cosigned, the whole
            register, or a backup.
        place: The file, the witness's name, or who took it.
        entries: How many it vouches for.
        time: UTC.
        outside: Whether it left the disk on which the register is.
    """

    way: Way
    place: str
    entries: int
    time: datetime
    outside: bool


def note(office: Office, way: Way, place: str, entries: int, *, outside: bool = True) -> None:
    """Note that something went out, in the place of what went there before."""
    if there := office.keys_elsewhere:
        there.ask("handed-out", bool, way=way, place=place, entries=entries)
        return
    row = HandedOut(way=way, place=place, entries=entries, time=office.now(), outside=outside)
    with disk.locked(office.home.state / "handed-out.lock"):
        kept = [each for each in known(office.home) if (each.way, each.place) != (way, place)]
        lines = [json.dumps({**asdict(each), "time": each.time.isoformat()}) for each in [row, *kept]]
        disk.write(office.home.handed_out, "".join(f"{line}\n" for line in lines[:_MOST]).encode())


def note_file(office: Office, file: Path, entries: int) -> None:
    """Note that a checkpoint was written to a file."""
    there, own = file.absolute(), office.home.register
    note(office, Way.FILE, str(there), entries, outside=there.stat().st_dev != own.stat().st_dev)


def known(home: Home) -> tuple[HandedOut, ...]:
    """Return what went out, the newest first."""
    if not home.handed_out.exists():
        return ()
    rows = map(json.loads, home.handed_out.read_text(encoding="utf-8").splitlines())
    return tuple(
        HandedOut(**{**row, "way": Way(row["way"]), "time": datetime.fromisoformat(row["time"])})
        for row in rows
    )
