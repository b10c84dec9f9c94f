"""How provisions, dates and enumerations are written in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.citation import format_citations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(when: date) -> str:
    """Return the date as people write it, whatever the locale: ``7 November 2022``."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def listing(words: Iterable[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def sections(citations: Sequence[str]) -> str:
    """Return citations as a phrase: ``section 31(1)(a) and (b)``, ``sections 30(2) and 31(3)``."""
    return format_citations(citations)


def cite(provision: str, limbs: Sequence[str] = (), title: str | None = None) -> str:
    """Return one exemption as people write it, to stand at the start of a line.

    ``Section 31(1)(a) and (b) (Law enforcement)`` where the limbs are the provision's own, else
    ``Section 31(3) (Law enforcement), by virtue of section 31(1)(a) and (b)``.
    """
    own = [limb for limb in limbs if limb.startswith(provision)]
    others = [limb for limb in limbs if limb not in own]
    phrase = sections(own or [provision])
    named = f"{phrase[:1].upper()}{phrase[1:]}{f' ({title})' if title else ''}"
    return f"{named}, by virtue of {sections(others)}" if others else named
