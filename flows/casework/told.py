"""What people were told, as the notices in the home have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flows.casework.office import Office

_MOST: Final = 30
_TO, _ABOUT = "To: ", "About: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice: what it is about, and its words."""

    about: str
    text: str


def to(office: Office, person: str) -> tuple[Told, ...]:
    """Return the newest notices to a person."""
    paths = sorted(office.home.notices.glob("*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        head, about, *_ = [*text.split("\n"), "", ""]
        if person in head.removeprefix(_TO).split(", "):
            found.append(Told(about=about.removeprefix(_ABOUT), text=text.partition("\n\n")[2].strip()))
        if len(found) == _MOST:
            break
    return tuple(found)
