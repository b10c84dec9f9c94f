"""What people were told, as the notices in the home have it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office

_MOST: Final = 30
_ABOUT: Final = "About: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice: what it is about, and its words."""

    about: str
    text: str


def to(office: Office, person: str) -> tuple[Told, ...]:
    """Return the newest notices to a person."""
    found = (_read(office.home.notices / f"{name}.txt") for name in office.outbox.told(person))
    return tuple(islice(filter(None, found), _MOST))


def _read(path: Path) -> Told | None:
    """Return a notice; None where somebody took its file away."""
    try:
        head, _, words = path.read_text(encoding="utf-8").partition("\n\n")
    except FileNotFoundError:
        return None
    return Told(about=head.partition(_ABOUT)[2].strip(), text=words.strip())
