"""Which days count: weekends, the two days the Act names, and bank holidays as values.

A bank holiday counts against a request wherever the Act looks for it: under FOIA s.10(6) in any one
part of the United Kingdom, under the Scottish Act in Scotland alone. So a holiday keeps its nations,
and whoever counts says which nations matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.domain.english import in_full
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NATIONS: Final = ("England and Wales", "Scotland", "Northern Ireland")
"""The parts of the United Kingdom that have bank holidays of their own, as GOV.UK lists them."""

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """One bank holiday.

    Attributes:
        nations: Where it is one, of ``NATIONS`` and in their order.
        source: Where this is known from.
    """

    date: date
    name: str
    nations: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A time in which there is no session at a school.

    Attributes:
        first, last: Its first and last day.
        name: What it is; empty where nobody said.
        added: The local day on which it was stated.
    """

    first: date
    last: date
    name: str = ""
    added: date

    @property
    def words(self) -> str:
        """When it is."""
        until = f" to {in_full(self.last)}" if self.last > self.first else ""
        return f"{in_full(self.first)}{until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a count.

    Attributes:
        reason: Why it does not count; None where it does.
        nations: Where it is a bank holiday, of those that matter.
        source: Where the bank holiday is known from.
    """

    date: date
    counts: bool
    reason: str | None
    nations: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The bank holidays of every nation, how far the data reaches, and when a school has no session.

    Attributes:
        holidays: By date; one date may have several, each in other nations.
        first: The first day the data covers.
        last: The last day the data covers.
        source: Where the data comes from, with its version.
        closures: Of a school, in the order of their days; where there are any, all that matter are there.
    """

    holidays: Mapping[date, tuple[Holiday, ...]]
    first: date
    last: date
    source: str
    closures: tuple[Closure, ...] = ()
    _days: dict[tuple[date, tuple[str, ...]], Day] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was said of a day before: the counts of many requests run over the same days."""

    @property
    def key(self) -> object:
        """What two calendars share that say the same of every day."""
        return (
            self.first,
            self.last,
            sorted((when, sorted(self.nations_with(when))) for when in self.holidays),
            [(each.first, each.last) for each in self.closures],
        )

    def covers(self, when: date) -> bool:
        """Tell whether the data reaches ``when``."""
        return self.first <= when <= self.last

    def beyond(self, path: str) -> Fault:
        """Return the fault of a day the data does not reach."""
        return Fault(path=path, problem=f"bank holidays are known from {self.first} to {self.last} only")

    def day(self, when: date, nations: tuple[str, ...]) -> Day:
        """Return whether ``when`` counts where the bank holidays of ``nations`` do not, FOIA s.10(6).

        Raises:
            MalformedError: the data does not reach ``when``.
        """
        known = self._days.get((when, nations))
        if known is None:
            known = self._days[when, nations] = self._day(when, nations)
        return known

    def _day(self, when: date, nations: tuple[str, ...]) -> Day:
        if not self.covers(when):
            raise MalformedError("calendar", self.beyond(f"{when:%Y-%m-%d}"))
        if when.weekday() >= _SATURDAY:
            return Day(date=when, counts=False, reason=f"{when:%A}")
        there = [(holiday, _of(nations, holiday)) for holiday in self.holidays.get(when, ())]
        there = [(holiday, of) for holiday, of in there if of]
        reason = named_in_the_act(when)
        if not there and reason is None:
            return Day(date=when, counts=True, reason=None)
        if reason is None:
            reason = f"bank holiday {'; '.join(f'{where(of)}: {h.name}' for h, of in there)}"
        everywhere = {nation for _, of in there for nation in of}
        return Day(
            date=when,
            counts=False,
            reason=reason,
            nations=tuple(nation for nation in nations if nation in everywhere),
            source="; ".join(dict.fromkeys(holiday.source for holiday, _ in there)) or None,
        )

    def closure(self, when: date) -> Closure | None:
        """Return for want of which session ``when`` is no school day; None where there is one."""
        return next((each for each in self.closures if each.first <= when <= each.last), None)

    def adding(self, more: Iterable[Holiday], source: str) -> Calendar:
        """Return this calendar with ``more`` days, where it does not have them already."""
        holidays = dict(self.holidays)
        for holiday in more:
            there = holidays.get(holiday.date, ())
            known = {nation for other in there for nation in other.nations}
            new = tuple(nation for nation in holiday.nations if nation not in known)
            if new:
                holidays[holiday.date] = (*there, replace(holiday, nations=new))
        return replace(self, holidays=holidays, source=source)

    def without(self, fewer: Iterable[Holiday]) -> Calendar:
        """Return this calendar as if ``fewer`` were no holidays, wherever they are known from."""
        holidays = dict(self.holidays)
        for gone in fewer:
            left = [
                replace(holiday, nations=tuple(n for n in holiday.nations if n not in gone.nations))
                for holiday in holidays.get(gone.date, ())
            ]
            holidays[gone.date] = tuple(holiday for holiday in left if holiday.nations)
        return replace(self, holidays=holidays)

    def nations_with(self, when: date) -> frozenset[str]:
        """Return the nations in which ``when`` is known as a bank holiday."""
        return frozenset(nation for holiday in self.holidays.get(when, ()) for nation in holiday.nations)


def _of(nations: tuple[str, ...], holiday: Holiday) -> tuple[str, ...]:
    return tuple(nation for nation in nations if nation in holiday.nations)


def days_from(start: date, calendar: Calendar, nations: tuple[str, ...]) -> Iterator[Day]:
    """Yield each day after ``start`` and whether it counts.

    Raises:
        MalformedError: the calendar does not cover ``start``, or does not reach the day asked for.
    """
    calendar.day(start, nations)
    day = start
    while True:
        day += timedelta(days=1)
        yield calendar.day(day, nations)


def named_in_the_act(when: date) -> str | None:
    """Return the name of a day that s.10(6) itself names, bank holiday or not."""
    if (when.month, when.day) == (12, 25):
        return "Christmas Day"
    return "Good Friday" if when == _good_friday(when.year) else None


@cache
def _good_friday(year: int) -> date:
    # The anonymous Gregorian computus, as in Meeus, Astronomical Algorithms, chapter 8.
    century, of_century = divmod(year, 100)
    golden = year % 19
    leaps = (century + 8) // 25
    epact = (19 * golden + century - century // 4 - (century - leaps + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1) - timedelta(days=2)


def where(nations: Iterable[str]) -> str:
    """Return where a holiday is one, as ``in Scotland and in Northern Ireland``."""
    names = tuple(nations)
    if set(names) == set(NATIONS):
        return "throughout the United Kingdom"
    return f"in {' and in '.join(names)}"
