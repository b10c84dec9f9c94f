"""When a request falls due, as a pure function of what happened when, on a calendar passed in.

The rules are those of the Freedom of Information Act 2000, section by section in the comments; how
many days there are, and whose bank holidays do not count, is data of the Act: a ``Timetable``.

1. The 20 working days run from the day after receipt, whatever day and hour that was.
2. Clarification starts them again on the day it comes; until then nothing is due.
3. A fees notice stops them, from the day it is given to the day it is paid.
4. An extension for the public interest test moves the decision, not the notice that says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from flows.domain.english import in_full, only_date
from flows.domain.errors import Fault, MalformedError
from flows.domain.working_days import days_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.domain.policy import Proclaimed
    from flows.domain.working_days import Calendar, Day

USUAL: Final = "usual"
"""An extension without an estimate: the usual longest."""

_MONTHS_TO_PAY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """How long an Act allows, and which bank holidays it leaves out of the count.

    Attributes:
        begins: The first day on which there was a right to ask.
        working_days: From the date of receipt to the decision.
        nations: Parts of the United Kingdom whose bank holidays do not count.
        further_working_days: How much longer a public interest test usually takes at most; None where
            the Act knows no extension for it.
        review_aim: Working days in which an internal review should be answered.
        review_latest: Working days in which it has to be, in exceptional cases.
    """

    begins: date
    working_days: int
    nations: tuple[str, ...]
    further_working_days: int | None = None
    review_aim: int
    review_latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened to a request, and on which local day.

    Attributes:
        extended: The estimate given, or ``USUAL`` where none was; None without an extension.
    """

    received: date
    clarification_asked: date | None = None
    clarification_answered: date | None = None
    fees_notice: date | None = None
    fees_paid: date | None = None
    extended: date | Literal["usual"] | None = None
    review_asked: date | None = None

    def __post_init__(self) -> None:
        for _, when in self.dates():
            only_date(when)

    def dates(self) -> Iterator[tuple[str, date]]:
        """Yield each day that is given, under the name an official knows it by."""
        for field in fields(self):
            when = getattr(self, field.name)
            if isinstance(when, date):
                yield field.name.replace("_", "-"), when


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """By when an internal review should be answered, and by when it has to be."""

    asked: date
    aim: date
    latest: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What the statutory clock says, and why.

    Attributes:
        counted_from: The date of receipt that counts: that of the request, or of its clarification.
        due: The day by which the decision has to be given; None while the clock waits or stands still.
        notice_due: The day by which a refusal, or the notice of an extension, has to be given.
        days: Every day after ``counted_from`` up to ``due``, or to where the clock stands still.
        remarks: What an official should know of this count, as sentences.
    """

    received: date
    counted_from: date
    due: date | None
    notice_due: date | None
    days: tuple[Day, ...]
    remarks: tuple[str, ...]
    review: Review | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How days proclaimed after a request came moved its deadline.

    Attributes:
        was: When it was due before.
        because: The days that no longer count.
    """

    was: date
    because: tuple[Proclaimed, ...]


def deadline(events: Events, calendar: Calendar, timetable: Timetable) -> Deadline:
    """Return what the clock says after ``events``.

    Raises:
        MalformedError: a day is out of order, too late for what it is, or not covered by the calendar;
            with every fault found.
    """
    _refuse(_out_of_order(events, calendar, timetable))
    count = _Count(events, calendar, timetable)
    if count.waits:
        days: tuple[Day, ...] = ()
        notice_due = due = None
    elif count.stands_still:
        _refuse(count.late_notice())
        days, notice_due, due = count.until_it_stopped(), None, None
    else:
        days = count.days()
        notice_due = due = days[-1].date
        _refuse([*count.late_notice(), *_early_estimate(events, notice_due)])
        if events.extended:
            further = count.further(notice_due)
            days, due = (*days, *further), further[-1].date if further else notice_due
    review = _review(events, calendar, timetable)
    return Deadline(
        received=events.received,
        counted_from=count.start,
        due=due,
        notice_due=notice_due,
        days=days,
        remarks=(*count.remarks(days, notice_due, due), *_remarks_on(review, timetable)),
        review=review,
    )


def receipt_faults(path: str, received: date, today: date, timetable: Timetable) -> Iterator[Fault]:
    """Yield what is wrong with a day of receipt; nothing for one on which a request can have come.

    Args:
        path: What whoever wrote the day knows it by.
        received: The day.
        today: The authority's local day.
        timetable: Of the Act under which the request was made.
    """
    if received > today:
        problem = f"{in_full(received)} is yet to come; write the day on which the request came"
        yield Fault(path=path, problem=problem)
    elif received < timetable.begins:
        problem = (
            f"{in_full(received)} is before {in_full(timetable.begins)}, the first day of the right to ask; "
            "write the day on which the request came"
        )
        yield Fault(path=path, problem=problem)


def working_days_until(today: date, due: date, calendar: Calendar, timetable: Timetable) -> int:
    """Return how many working days lie after ``today`` up to ``due``; 0 on the day and after it.

    Raises:
        MalformedError: the calendar does not cover these days.
    """
    span = max((only_date(due) - only_date(today)).days, 0)
    return sum(day.counts for day in islice(days_from(today, calendar, timetable.nations), span))


def moved(
    received: date, due: date, proclaimed: Iterable[Proclaimed], calendar: Calendar, timetable: Timetable
) -> Moved | None:
    """Return how days added on or after the day of receipt moved ``due``; None where they did not."""
    later = [day for day in proclaimed if received <= day.added and received < day.date <= due]
    if not later:
        return None
    before = calendar.without(later)
    was = deadline(Events(received=received), before, timetable).due
    if was is None or was == due:
        return None
    because = tuple(day for day in later if before.day(day.date, timetable.nations).counts)
    return Moved(was=was, because=because)


def lapse(notice: date) -> date:
    """Return the last day on which a fees notice can be paid, FOIA s.9(2).

    It is the last of three months that begin with the day of the notice: the day before the one of the
    same number, or the end of a month that has none.
    """
    months = notice.year * 12 + notice.month - 1 + _MONTHS_TO_PAY
    year, month = divmod(months, 12)
    first = date(year, month + 1, 1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=notice.day - 2), end)


class _Count:
    """One count of working days, and what there is to say of it."""

    def __init__(self, events: Events, calendar: Calendar, timetable: Timetable) -> None:
        self._events = events
        self._calendar = calendar
        self._timetable = timetable
        # FOIA s.10(6): where clarification is asked for, the day it comes is the date of receipt.
        self.start = events.clarification_answered or events.received

    @property
    def waits(self) -> bool:
        """Whether the applicant has still to say what is wanted, s.1(3)."""
        return bool(self._events.clarification_asked and not self._events.clarification_answered)

    @property
    def stands_still(self) -> bool:
        """Whether a fees notice is not paid, s.9(2)."""
        return bool(self._events.fees_notice and not self._events.fees_paid)

    def days(self, start: date | None = None) -> tuple[Day, ...]:
        """Return the days up to the one on which the working days are over."""
        return _counting(self._days_from(start or self.start), self._timetable.working_days)

    def until_it_stopped(self) -> tuple[Day, ...]:
        """Return the days before the fees notice."""
        stopped = self._events.fees_notice or self.start
        span = max((stopped - self.start).days - 1, 0)
        return tuple(islice(self._plain(self.start), span))

    def further(self, notice_due: date) -> tuple[Day, ...]:
        """Return the days of the extension, s.10(3)."""
        estimate = self._events.extended
        if isinstance(estimate, date):
            return tuple(islice(self._plain(notice_due), (estimate - notice_due).days))
        return _counting(self._plain(notice_due), self._timetable.further_working_days or 0)

    def late_notice(self) -> Iterator[Fault]:
        """Yield the fault of a fees notice that came too late."""
        notice = self._events.fees_notice
        # FOIA s.9(1): within the period for complying; a notice after it no longer lengthens it.
        last = self.days()[-1].date if notice else None
        if notice and last and notice > last:
            problem = f"a fees notice is given within the {self._number} working days, here by {last}"
            yield Fault(path="fees-notice", problem=problem)

    def remarks(self, days: tuple[Day, ...], notice_due: date | None, due: date | None) -> Iterator[str]:
        """Yield what an official should know."""
        yield from self._on_clarification()
        if not self.waits:
            yield from self._on_fees(days)
        elif self._events.fees_notice:
            yield "The fees notice is not counted while clarification is awaited."
        if self._events.extended and notice_due and due:
            yield from self._on_extension(notice_due, due)
        elif self._events.extended:
            yield "The extension is not counted while nothing is due."

    @property
    def _number(self) -> int:
        return self._timetable.working_days

    def _plain(self, start: date) -> Iterator[Day]:
        return days_from(start, self._calendar, self._timetable.nations)

    def _days_from(self, start: date) -> Iterator[Day]:
        notice, paid = self._events.fees_notice, self._events.fees_paid
        for day in self._plain(start):
            # FOIA s.10(2): from the day of the notice to the day the fee is received, both included.
            if day.counts and notice and paid and notice <= day.date <= paid:
                yield replace(day, counts=False, reason=_pause(notice, paid))
            else:
                yield day

    def _on_clarification(self) -> Iterator[str]:
        asked, answered = self._events.clarification_asked, self._events.clarification_answered
        if asked is None:
            return
        stood_still = self.stands_still and self._events.fees_notice and self._events.fees_notice <= asked
        last = None if stood_still else self.days(self._events.received)[-1].date
        if last and asked > last:
            yield (
                f"Clarification was asked on {in_full(asked)}, after the {self._number} working days were "
                f"over on {in_full(last)}: the request was overdue by then, and that stands whatever is due "
                "now."
            )
        if answered is None:
            yield (
                f"Nothing is due while the clarification asked on {in_full(asked)} is awaited, section 1(3); "
                f"once it comes, the full {self._number} working days run from that day."
            )
        else:
            yield (
                f"The clarification came on {in_full(answered)}, which counts as the date of receipt: "
                f"the full {self._number} working days run from there, sections 1(3) and 10(6)."
            )

    def _on_fees(self, days: tuple[Day, ...]) -> Iterator[str]:
        notice, paid = self._events.fees_notice, self._events.fees_paid
        if notice and paid:
            left_out = sum(day.reason == _pause(notice, paid) for day in days)
            if not left_out:
                yield (
                    f"Nothing is disregarded for the fees notice of {in_full(notice)}, paid on "
                    f"{in_full(paid)}: no working day of the count lies in that time."
                )
            else:
                yield (
                    f"The working days from the fees notice of {in_full(notice)} to its payment on "
                    f"{in_full(paid)}, both included, are disregarded, section 10(2): {left_out} in all."
                )
        elif notice:
            yield (
                f"The clock stands still since the fees notice of {in_full(notice)}, with "
                f"{sum(day.counts for day in days)} of {self._number} working days gone, section 10(2); "
                f"unpaid, the notice lapses after {in_full(lapse(notice))}, section 9(2)."
            )

    def _on_extension(self, notice_due: date, due: date) -> Iterator[str]:
        usual = _counting(self._plain(notice_due), self._timetable.further_working_days or 0)[-1].date
        given = "by the estimate given" if self._events.extended != USUAL else "by the usual longest"
        yield (
            f"The notice that says so, with the estimate, is still due on {in_full(notice_due)}, section "
            f"17(1) and (2); the decision on the public interest is due {given}, {in_full(due)}, section "
            "10(3)."
        )
        if not next(self._plain(due - timedelta(days=1))).counts:
            yield f"{in_full(due)} is no working day; the decision has to be given before it, or on it."
        if due > usual:
            yield (
                f"The estimate is later than {in_full(usual)}, {self._timetable.further_working_days} "
                "further working days, which should usually be the longest; say in the notice why it has to."
            )


def _counting(days: Iterator[Day], number: int) -> tuple[Day, ...]:
    """Return ``days`` up to the one that is the ``number``-th to count."""
    found: list[Day] = []
    counted = 0
    while counted < number:
        found.append(next(days))
        counted += found[-1].counts
    return tuple(found)


def _pause(notice: date, paid: date) -> str:
    return f"disregarded: fees notice of {in_full(notice)}, paid {in_full(paid)}, s.10(2)"


def _refuse(faults: Iterable[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise MalformedError("deadline", *found)


_COMES_AFTER: Final = {
    "clarification-asked": "received",
    "clarification-answered": "clarification-asked",
    "fees-notice": "received",
    "fees-paid": "fees-notice",
    "extended": "received",
    "review-asked": "received",
}


def _out_of_order(events: Events, calendar: Calendar, timetable: Timetable) -> Iterator[Fault]:
    given = dict(events.dates())
    for path, when in given.items():
        if not calendar.covers(when):
            yield calendar.beyond(path)
        earlier = _COMES_AFTER.get(path)
        if earlier and earlier not in given:
            yield Fault(path=path, problem=f"this needs {earlier} too, on that day or before it")
        elif earlier and when < given[earlier]:
            problem = f"{when} is before {given[earlier]}, the day of {earlier}; a day from then on is needed"
            yield Fault(path=path, problem=problem)
    notice, paid = events.fees_notice, events.fees_paid
    if notice and paid and calendar.covers(notice) and paid > lapse(notice):
        problem = (
            f"the notice of {notice} lapsed after {lapse(notice)}, section 9(2); a payment by then counts"
        )
        yield Fault(path="fees-paid", problem=problem)
    if events.extended and timetable.further_working_days is None:
        yield Fault(path="extended", problem="this Act knows no extension; leave it out")


def _early_estimate(events: Events, notice_due: date) -> Iterator[Fault]:
    if isinstance(events.extended, date) and events.extended < notice_due:
        problem = (
            f"without an extension the decision is due on {notice_due}; an estimate is that day or later"
        )
        yield Fault(path="extended", problem=problem)


def _review(events: Events, calendar: Calendar, timetable: Timetable) -> Review | None:
    if events.review_asked is None:
        return None
    aim, latest = (
        _counting(days_from(events.review_asked, calendar, timetable.nations), number)[-1].date
        for number in (timetable.review_aim, timetable.review_latest)
    )
    return Review(asked=events.review_asked, aim=aim, latest=latest)


def _remarks_on(review: Review | None, timetable: Timetable) -> Iterator[str]:
    if review:
        yield (
            f"The internal review asked for on {in_full(review.asked)} should be answered by "
            f"{in_full(review.aim)} ({timetable.review_aim} working days), and by {in_full(review.latest)} "
            f"({timetable.review_latest}) in exceptional cases: the code of practice says so, not the Act."
        )
