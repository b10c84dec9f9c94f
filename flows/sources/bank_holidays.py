"""The bank holidays of the United Kingdom, nation by nation, as known when this software was made.

They stand in ``bank_holidays.csv``, written from the ``holidays`` library and compared with it by a test;
for 2012 to 2028 the library's days were compared with those on GOV.UK, and beyond 2028 it only continues
the rules. What was proclaimed later an administrator adds to the policy.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from flows.domain.working_days import NATIONS, Calendar, Holiday

FIRST: Final = date(2005, 1, 1)
"""The day the right of access began."""
LAST: Final = date(2028, 12, 31)
"""Raise it once the library's days for another year agree with those proclaimed."""

FILE: Final = Path(__file__).with_suffix(".csv")
INITIALS: Final = {nation[0]: nation for nation in NATIONS}


@cache
def calendar() -> Calendar:
    """Return the bank holidays that are known, Monday to Friday."""
    source, *rows = FILE.read_text(encoding="utf-8").splitlines()
    found: dict[date, list[Holiday]] = defaultdict(list)
    for row in rows:
        day, initials, name = row.split(",")
        when, nations = date.fromisoformat(day), tuple(INITIALS[initial] for initial in initials)
        found[when].append(Holiday(date=when, name=name, nations=nations, source=source))
    return Calendar(
        holidays={when: tuple(days) for when, days in found.items()},
        first=FIRST,
        last=LAST,
        source=f"{source}, {FIRST.year} to {LAST.year}",
    )
