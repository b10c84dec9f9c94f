"""A day and a list in words, as a sentence has them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def only_date(value: date) -> date:
    """Return ``value``, which has to be a date and no moment.

    Raises:
        ValueError: it is a datetime, of which nobody could tell whose date is meant.
    """
    if isinstance(value, datetime):
        raise ValueError("a date is needed, not a datetime; local_day makes one of the other")  # noqa: TRY004
    return value


def in_full(when: date) -> str:
    """Return a date, whatever the locale: ``7 November 2022``."""
    return f"{only_date(when).day} {MONTHS[when.month - 1]} {when.year}"


def begun(words: str) -> str:
    """Return words as a sentence begins with them; a reference, which is a name, stays as it is."""
    return f"The {words[4:]}" if words.startswith("the ") else words


def listing(words: Iterable[str], joined: str = "and") -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``; there is one at least."""
    *most, last = words
    return f"{', '.join(most)} {joined} {last}" if most else last


def spans(numbers: Sequence[int]) -> list[str]:
    """Return ascending numbers as words for a list, three or more in a row as one: ``1 to 4``, ``6``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    in_a_row = 3
    return [
        words
        for run in found
        for words in ([f"{run[0]} to {run[-1]}"] if len(run) >= in_a_row else map(str, run))
    ]
