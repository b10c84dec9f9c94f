"""The days that do not count under FOIA s.10(6), from the ``holidays`` library.

A bank holiday in any one part of the United Kingdom counts for all of it. The library gives rules
and proclaimed days in one; for 2012 to 2028 its days were compared with those on GOV.UK, and beyond
2028 it only continues the rules. What is proclaimed after the library's release it cannot know.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Final

import holidays

from flows.domain.deadline import Calendar

FIRST: Final = date(2005, 1, 1)
"""The day the right of access began."""
LAST: Final = date(2028, 12, 31)
"""Raise it once the library's days for another year agree with those proclaimed."""

_NATIONS: Final = {
    "ENG": "England and Wales",
    "WLS": "England and Wales",
    "SCT": "Scotland",
    "NIR": "Northern Ireland",
}
_EVERYWHERE: Final = frozenset(_NATIONS.values())
_BY_NAME: Final = ("Christmas Day", "Good Friday")
"""Named in s.10(6) itself, bank holiday or not."""
_WRONGLY_LISTED: Final = frozenset({(date(2006, 11, 30), "Scotland")})
"""The library has St Andrew's Day from 2006; its Act is of 2007."""
_SATURDAY: Final = 5
_SUBSTITUTE: Final = "(substitute day)"


@cache
def calendar() -> Calendar:
    """Return the days that do not count, with the nations in which each is a bank holiday."""
    return Calendar(
        holidays={day: _reason(nations) for day, nations in sorted(_bank_holidays().items())},
        first=FIRST,
        last=LAST,
        source=f"holidays {version('holidays')} (PyPI), {FIRST.year} to {LAST.year}",
    )


def _bank_holidays() -> dict[date, dict[str, set[str]]]:
    """Return each day with its names, and the nations that know it by each name."""
    found: dict[date, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    years = range(FIRST.year, LAST.year + 1)
    for code, nation in _NATIONS.items():
        # Every category but the public holidays would be something else than a bank holiday.
        listed = holidays.country_holidays(
            "GB", subdiv=code, years=years, language="en_GB", categories=(holidays.PUBLIC,)
        )
        for day in listed:
            if not FIRST <= day <= LAST or (day, nation) in _WRONGLY_LISTED:
                continue
            for name in listed.get_list(day):
                # At a weekend the day itself is no bank holiday; its substitute is.
                if day.weekday() < _SATURDAY or name in _BY_NAME:
                    found[day][name.replace("(observed)", _SUBSTITUTE)].add(nation)
    return found


def _reason(nations: dict[str, set[str]]) -> str:
    for name in _BY_NAME:
        if name in nations:
            return name
    return "bank holiday " + "; ".join(f"{_where(where)}: {name}" for name, where in sorted(nations.items()))


def _where(nations: set[str]) -> str:
    if nations == _EVERYWHERE:
        return "throughout the United Kingdom"
    return f"in {' and in '.join(sorted(nations))}"
