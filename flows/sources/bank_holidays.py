"""The bank holidays of the United Kingdom, nation by nation, from the ``holidays`` library.

The library gives rules and proclaimed days in one; for 2012 to 2028 its days were compared with those
on GOV.UK, and beyond 2028 it only continues the rules. What is proclaimed after the library's release
it cannot know: an administrator adds such a day to the policy.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Final

import holidays

from flows.domain.working_days import NATIONS, Calendar, Holiday

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
_WRONGLY_LISTED: Final = frozenset({(date(2006, 11, 30), "Scotland")})
"""The library has St Andrew's Day from 2006; its Act is of 2007."""
_SATURDAY: Final = 5
_SUBSTITUTE: Final = "(substitute day)"
_SOURCE: Final = f"holidays {version('holidays')} (PyPI)"


@cache
def calendar() -> Calendar:
    """Return the bank holidays that the library knows, Monday to Friday."""
    return Calendar(
        holidays={when: tuple(found) for when, found in sorted(_by_date().items())},
        first=FIRST,
        last=LAST,
        source=f"{_SOURCE}, {FIRST.year} to {LAST.year}",
    )


def _by_date() -> dict[date, list[Holiday]]:
    found: dict[date, list[Holiday]] = defaultdict(list)
    for (when, name), nations in sorted(_listed().items()):
        there = tuple(nation for nation in NATIONS if nation in nations)
        found[when].append(Holiday(date=when, name=name, nations=there, source=_SOURCE))
    return found


def _listed() -> dict[tuple[date, str], set[str]]:
    """Return the nations that know each day by each name."""
    found: dict[tuple[date, str], set[str]] = defaultdict(set)
    years = range(FIRST.year, LAST.year + 1)
    for code, nation in _NATIONS.items():
        # Every category but the public holidays would be something else than a bank holiday.
        listed = holidays.country_holidays(
            "GB", subdiv=code, years=years, language="en_GB", categories=(holidays.PUBLIC,)
        )
        for when in listed:
            # At a weekend the day itself is no bank holiday; its substitute is.
            if not FIRST <= when <= LAST or when.weekday() >= _SATURDAY or (when, nation) in _WRONGLY_LISTED:
                continue
            for name in listed.get_list(when):
                found[when, name.replace("(observed)", _SUBSTITUTE)].add(nation)
    return found
