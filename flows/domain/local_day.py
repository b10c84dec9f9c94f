"""The authority's local day: the one place in which a moment becomes a day.

Acts are timed in UTC; what people and the Act call a day is that of the United Kingdom, so late on a
summer's evening the next day has begun. Whoever needs a day of a moment asks here, a test holds it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.domain.errors import Fault, MalformedError

LOCAL: Final = ZoneInfo("Europe/London")
"""In which days are reckoned."""

_SUMMER: Final = timedelta(hours=1)
_LAST: Final = datetime.max.replace(tzinfo=UTC) - _SUMMER


def local_time(moment: datetime) -> datetime:
    """Return a moment as clocks in the United Kingdom show it.

    Raises:
        MalformedError: the moment does not say how far it is from UTC, or has no day there.
    """
    if moment.utcoffset() is None:
        problem = "a time needs its distance from UTC, as in 2026-06-12T23:30:00Z or …+01:00"
        raise MalformedError("time", Fault(path="", problem=problem))
    try:
        return moment.astimezone(LOCAL)
    except OverflowError:
        raise MalformedError("time", Fault(path="", problem="no calendar reaches that day")) from None


def local_day(moment: datetime) -> date:
    """Return the day on which a moment falls in the United Kingdom.

    Raises:
        MalformedError: as ``local_time``.
    """
    return local_time(moment).date()


def local_days(moment: datetime) -> tuple[date, date]:
    """Return the first and the last day that a moment may be taken for: its own.

    Raises:
        MalformedError: as ``local_time``.
    """
    return local_day(moment), local_day(moment)


def days_of_utc(moment: datetime) -> tuple[date, date]:
    """Return the same without a look at the zone: the day in UTC, and the one an hour on."""
    return moment.date(), (min(moment, _LAST) + _SUMMER).date()
