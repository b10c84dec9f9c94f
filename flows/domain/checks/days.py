"""Days that a text names, as people write them: "14 December 2022", "in May", "spring 2026"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.english import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDS: Final = {"spring": 5, "summer": 8, "autumn": 11}
"""The month in which a season ends, so that nothing is called past too soon; of winter no year is sure."""
_MONTHS: Final = (*MONTHS, "Sept", *(month[:3] for month in MONTHS if month != "May"))
_NAMED: Final = re.compile(
    r"\b(?P<week>[Ww]eeks? (?:commencing|beginning|starting|of) )?(?:the )?"
    r"(?:(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?(?: of)? )?"
    rf"(?P<month>{'|'.join(_MONTHS)}|{'|'.join(_ENDS)})\b(?:\.?,? (?:of )?(?P<year>20[0-9]{{2}})\b)?"
    r"|\b(?P<figures>[0-3]?[0-9][/.][01]?[0-9][/.]20[0-9]{2})\b"
    r"|\b(?P<iso>20[0-9]{2}-[01][0-9]-[0-3][0-9])\b"
    r"|\b(?:[Ii]n|[Bb]y|of|[Dd]uring|[Bb]efore) (?P<whole>20[0-9]{2})\b(?![-/])"
)
_LEADS_TO: Final = re.compile(
    r"\b(?:in|by|of|during|before|until|since|from|early|late|mid|this|next|coming)[ -]\Z", re.IGNORECASE
)
"""What stands before a month or a season without a day and a year; others are words, or in a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A stretch of days that a text names.

    Attributes:
        start: Where in the text it begins.
        end: Where it ends.
        first: Its first day, of a season the first of its last month.
        last: Its last day.
        sure: Whether the text names the year.
    """

    start: int
    end: int
    first: date
    last: date
    sure: bool


def named_days(text: str, near: date) -> Iterator[Named]:
    """Yield the days and months that a text names; where it names no year, the one nearest to ``near``."""
    for found in _NAMED.finditer(text):
        bare = found["month"] and not (found["day"] or found["year"])
        if bare and not _LEADS_TO.search(text[: found.start()]):
            continue
        spans = [span for year in _years(found, near) if (span := _span(found, year))]
        if spans:
            first, last = min(spans, key=lambda span: abs((span[1] - near).days))
            sure = found["year"] is not None or found["month"] is None
            yield Named(start=found.start(), end=found.end(), first=first, last=last, sure=sure)


def _years(found: re.Match[str], near: date) -> tuple[int, ...]:
    if written := found["year"] or found["whole"] or found["iso"]:
        return (int(written[:4]),)
    if found["figures"]:
        return (int(found["figures"][-4:]),)
    return near.year - 1, near.year, near.year + 1


def _span(found: re.Match[str], year: int) -> tuple[date, date] | None:
    """Return the first and the last day; None where there is no such day."""
    try:
        if found["iso"]:
            day = date.fromisoformat(found["iso"])
            return day, day
        if found["whole"]:
            return date(year, 1, 1), date(year, 12, 31)
        if found["figures"]:
            number, month, _ = map(int, re.split(r"[/.]", found["figures"]))
            day = date(year, month, number)
            return day, day
        name = found["month"]
        month = _ENDS.get(name) or next(at for at, each in enumerate(MONTHS, 1) if each[:3] == name[:3])
        if found["day"]:
            day = date(year, month, int(found["day"]))
            return day, day + timedelta(days=6 * bool(found["week"]))
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    except ValueError:
        return None
