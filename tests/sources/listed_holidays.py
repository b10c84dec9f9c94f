"""The bank holidays as the ``holidays`` library lists them, and the file that is made of them.

``python tests/sources/listed_holidays.py`` writes the file anew.
"""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import holidays

from flows.domain.working_days import NATIONS
from flows.sources.bank_holidays import FILE, FIRST, LAST

if TYPE_CHECKING:
    from datetime import date

_NATIONS: Final = {
    "ENG": "England and Wales",
    "WLS": "England and Wales",
    "SCT": "Scotland",
    "NIR": "Northern Ireland",
}
_BEFORE_ITS_ACT: Final = "2006-11-30"
"""The library has St Andrew's Day from 2006; its Act is of 2007."""
_SATURDAY: Final = 5


def as_file() -> str:
    """Return what the file should say: the source, then a line for each day and name, with its nations."""
    found: dict[tuple[date, str], set[str]] = defaultdict(set)
    for code, nation in _NATIONS.items():
        # Every category but the public holidays would be something else than a bank holiday.
        listed = holidays.country_holidays(
            "GB",
            subdiv=code,
            years=range(FIRST.year, LAST.year + 1),
            language="en_GB",
            categories=(holidays.PUBLIC,),
        )
        for when in listed:
            # At a weekend the day itself is no bank holiday; its substitute is.
            if FIRST <= when <= LAST and when.weekday() < _SATURDAY and when.isoformat() != _BEFORE_ITS_ACT:
                for name in listed.get_list(when):
                    found[when, name.replace("(observed)", "(substitute day)")].add(nation)
    rows = [
        f"{when},{''.join(nation[0] for nation in NATIONS if nation in there)},{name}"
        for (when, name), there in sorted(found.items())
    ]
    return "\n".join((f"holidays {version('holidays')} (PyPI)", *rows, ""))


if __name__ == "__main__":
    FILE.write_text(as_file(), encoding="utf-8")
