"""A day and a list in words, as a sentence has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_full(when: date) -> str:
    """Return a date, whatever the locale: ``7 November 2022``."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def listing(words: Iterable[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``; there is one at least."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
