"""When a request falls due, FOIA s.10, on a calendar passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORKING_DAYS: Final = 20
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days that do not count, and how far the data reaches.

    Attributes:
        holidays: Each day that is Christmas Day, Good Friday, or a bank holiday in any part of the
            United Kingdom under the Banking and Financial Dealings Act 1971, with its reason.
        first: The first day the data covers.
        last: The last day the data covers.
        source: Where the data comes from, with its version.
    """

    holidays: Mapping[date, str]
    first: date
    last: date
    source: str

    def reason_not_working(self, day: date) -> str | None:
        """Return why ``day`` does not count, None for a working day, FOIA s.10(6).

        Raises:
            MalformedError: the data does not reach ``day``.
        """
        if not self.first <= day <= self.last:
            raise MalformedError(
                "calendar",
                Fault(
                    path=f"{day:%Y-%m-%d}",
                    problem=f"bank holidays are known from {self.first} to {self.last} only",
                ),
            )
        if day.weekday() >= _SATURDAY:
            return f"{day:%A}"
        return self.holidays.get(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the count; ``reason`` says why it does not count, None where it does."""

    date: date
    counts: bool
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The statutory deadline and the days that lead to it, the day of receipt left out."""

    received: date
    due: date
    days: tuple[Day, ...]


def days_from(received: date, calendar: Calendar) -> Iterator[Day]:
    """Yield each day after ``received`` and whether it counts.

    Raises:
        MalformedError: the calendar does not cover ``received``, or does not reach the day asked for.
    """
    calendar.reason_not_working(received)
    day = received
    while True:
        day += timedelta(days=1)
        reason = calendar.reason_not_working(day)
        yield Day(date=day, counts=reason is None, reason=reason)


def deadline(received: date, calendar: Calendar) -> Deadline:
    """Return the twentieth working day following the date of receipt, FOIA s.10(1).

    The date of receipt is the local day of arrival, working day or not, whatever the hour.

    Raises:
        MalformedError: the calendar does not cover ``received``, or does not reach far enough.
    """
    days: list[Day] = []
    counted = 0
    upcoming = days_from(received, calendar)
    while counted < WORKING_DAYS:
        days.append(next(upcoming))
        counted += days[-1].counts
    return Deadline(received=received, due=days[-1].date, days=tuple(days))


def working_days_until(today: date, due: date, calendar: Calendar) -> int:
    """Return how many working days lie after ``today`` up to ``due``; 0 on the day and after it.

    Raises:
        MalformedError: the calendar does not cover these days.
    """
    span = max((due - today).days, 0)
    return sum(day.counts for day in islice(days_from(today, calendar), span))
