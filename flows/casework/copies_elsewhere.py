"""What went out of the home and can prove it later: copies of checkpoints and of the register itself.

A hint where to ask, and no proof: whoever has the machine can write into the file what they like. What
others fetch without the desk is not known here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.casework import kept_lines

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
    place = place.encode(errors="backslashreplace").decode()  # a name of a file may be no text
    row = HandedOut(way=way, place=place, entries=entries, time=office.now(), outside=outside)
    with disk.locked(office.home.state / "handed-out.lock"):
        rows, lost = _read(office.home)
        kept = [each for each in rows if (each.way, each.place) != (way, place)]
        _write(office.home, [row, *kept], lost)


def note_file(office: Office, file: Path, entries: int) -> None:
    """Note that a checkpoint was written to a file."""
    there, own = file.absolute(), office.home.register
    note(office, Way.FILE, str(there), entries, outside=there.stat().st_dev != own.stat().st_dev)


def known(home: Home) -> tuple[HandedOut, ...]:
    """Return what went out, the newest first."""
    return tuple(_read(home)[0])


def lost_lines(home: Home) -> int:
    """Return how many lines of what went out cannot be read."""
    return _read(home)[1]


def mend(home: Home) -> None:
    """Leave what can be read, and put the file aside as it was."""
    with disk.locked(home.state / "handed-out.lock"):
        _write(home, *_read(home))


def _read(home: Home) -> tuple[list[HandedOut], int]:
    return kept_lines.read(home.handed_out, _row)


def _row(row: dict[str, Any]) -> HandedOut:
    time = datetime.fromisoformat(row["time"])
    if not isinstance(row["place"], str) or type(row["entries"]) is not int or time.tzinfo is None:
        raise ValueError("not what went out")
    return HandedOut(**{**row, "way": Way(row["way"]), "time": time})


def _write(home: Home, rows: list[HandedOut], lost: int) -> None:
    told = ({**asdict(each), "time": each.time.isoformat()} for each in rows[:_MOST])
    kept_lines.write(home.handed_out, told, home.mended, lost=lost)
