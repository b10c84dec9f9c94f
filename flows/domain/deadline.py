"""When a request falls due, as a pure function of what happened when, on a calendar passed in.

The rules are those of the Freedom of Information Act 2000, section by section in the comments; how
many days there are, and whose bank holidays do not count, is data of the Act: a ``Timetable``.

1. The 20 working days run from the day after receipt, whatever day and hour that was. Regulations under
   s.10(4) give some authorities longer, and let the Commissioner specify another day.
2. Clarification starts them again on the day it comes; until then nothing is due. Rounds may follow one
   another.
3. A fees notice stops them, from the day it is given to the day it is paid.
4. An extension for the public interest test moves the decision, not the notice that says so.

How soon a review should be asked for and answered is guidance, and no limit of the Act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from flows.domain.english import in_full, only_date
from flows.domain.errors import Fault, MalformedError
from flows.domain.events import USUAL, Events, lapse
from flows.domain.working_days import days_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.domain.policy import Proclaimed
    from flows.domain.timetable import Limit, Timetable
    from flows.domain.working_days import Calendar, Closure, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """By when an internal review should be asked for and answered, by guidance.

    Attributes:
        ask_by: None where no refusal was issued.
        asked: None where it was not asked for.
        aim: By when it should be answered.
        exceptional: The same, in exceptional cases.
    """

    ask_by: date | None = None
    asked: date | None = None
    aim: date | None = None
    exceptional: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What the statutory clock says, and why.

    Attributes:
        counted_from: The date of receipt that counts: that of the request, or of its last clarification.
        due: The day by which the decision has to be given; None while the clock waits or stands still.
        notice_due: The day by which a refusal, or the notice of an extension, has to be given.
        reached: What ``notice_due`` is: "the 20th working day following receipt, section 10(1) and (6)".
        days: Every day after ``counted_from`` up to ``due``, or to where the clock stands still.
        remarks: What an official should know of this count, as sentences.
        lapsed: The last day on which a fees notice could be paid that was not: nothing is due after it.
    """

    received: date
    counted_from: date
    due: date | None
    notice_due: date | None
    reached: str
    days: tuple[Day, ...]
    remarks: tuple[str, ...]
    review: Review | None
    lapsed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How days that were added after a request came moved its deadline.

    Attributes:
        was: When it was due before.
        because: The bank holidays that no longer count, then the times without a session.
    """

    was: date
    because: tuple[Proclaimed | Closure, ...]


def deadline(
    events: Events,
    calendar: Calendar,
    timetable: Timetable,
    *,
    today: date | None = None,
    on_record: bool = False,
) -> Deadline:
    """Return what the clock says after ``events``.

    Args:
        events: What happened.
        calendar: The bank holidays; for a school, when it has no session.
        timetable: Of the Act, for the kind of authority.
        today: The local day, which tells whether a fees notice has lapsed; None to leave that open.
        on_record: Whether they are counted whatever speaks against a day: what was in time when it was done
            may no longer be, once another day does not count.

    Raises:
        MalformedError: a day is out of order, too late for what it is, or not covered by the calendar;
            with every fault found.
    """
    _refuse(_beyond(events, calendar) if on_record else _out_of_order(events, calendar, timetable))
    count = _Count(events, calendar, timetable, today)
    refuse = _let_pass if on_record else _refuse
    if count.waits:
        days: tuple[Day, ...] = ()
        notice_due = due = None
    elif count.stands_still:
        refuse(count.late_notice())
        days, notice_due, due = count.until_it_stopped(), None, None
    else:
        refuse(count.late_day())
        days = count.days()
        notice_due = due = days[-1].date
        refuse(chain(count.late_notice(), _early_estimate(events, notice_due)))
        if events.extended:
            further = count.further(notice_due)
            days, due = (*days, *further), further[-1].date if further else notice_due
    review = _review(events, calendar, timetable)
    return Deadline(
        received=events.received,
        counted_from=count.start,
        due=due,
        notice_due=notice_due,
        reached=count.reached(days),
        days=days,
        remarks=(*count.remarks(days, notice_due, due), *_remarks_on(review, events, timetable)),
        review=review,
        lapsed=count.lapsed,
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


def latest(events: Events, calendar: Calendar, timetable: Timetable) -> date | None:
    """Return the last day of the limit that a kind of authority has of its own; None where it has none."""
    return _Count(events, calendar, timetable, None).latest()


def moved(
    events: Events, due: date, proclaimed: Iterable[Proclaimed], calendar: Calendar, timetable: Timetable
) -> Moved | None:
    """Return how days added on or after the day of receipt moved ``due``; None where they did not."""
    received = events.received
    later = [day for day in proclaimed if received <= day.added and received < day.date <= due]
    closed = [
        each
        for each in (calendar.closures if has_sessions(timetable) else ())
        if received <= each.added and received < each.last and each.first <= due
    ]
    if not later and not closed:
        return None
    still = tuple(each for each in calendar.closures if each not in closed)
    before = replace(calendar.without(later), closures=still)
    was = deadline(events, before, timetable, on_record=True).due
    if was is None or was == due:
        return None
    span = islice(days_from(received, before, timetable.nations), (due - received).days)
    counted = [day.date for day in span if day.counts]
    because: tuple[Proclaimed | Closure, ...] = (
        *(day for day in later if day.date in counted),
        *(each for each in closed if any(each.first <= when <= each.last for when in counted)),
    )
    return Moved(was=was, because=because)


def has_sessions(timetable: Timetable) -> bool:
    """Tell whether days without a session are left out, as for a school and no other authority."""
    return bool(timetable.own and timetable.own.school_days)


class _Count:
    """One count of working days, and what there is to say of it."""

    def __init__(self, events: Events, calendar: Calendar, timetable: Timetable, today: date | None) -> None:
        self._today = today
        self._events = events
        self._calendar = calendar
        self._timetable = timetable
        # FOIA s.10(6): where clarification is asked for, the day it comes is the date of receipt.
        self._starts = [
            events.received,
            *(each.answered for each in events.rounds if each.answered is not None),
        ]
        self.start = self._starts[-1]

    @property
    def waits(self) -> bool:
        """Whether the applicant has still to say what is wanted, s.1(3)."""
        return self._events.awaited is not None

    @property
    def stands_still(self) -> bool:
        """Whether a fees notice is not paid, s.9(2)."""
        return bool(self._events.fees_notice and not self._events.fees_paid)

    @property
    def lapsed(self) -> date | None:
        """The last day on which the fee could be paid, where that is over, s.9(2); None where it is not."""
        notice = self._events.fees_notice if self.stands_still else None
        last = lapse(notice) if notice else None
        return last if last and self._today and self._today > last else None

    def days(self) -> tuple[Day, ...]:
        """Return the days up to the last on which the request can be complied with in time."""
        usual = self._allowed(self.start, self._timetable.own)
        # SI 2004/3364, regulations 5 and 6: in place of the day of the Act, to give more time and never less.
        if self._events.specified and self._events.specified > usual[-1].date:
            return tuple(islice(self._days_from(self.start), (self._events.specified - self.start).days))
        return usual

    def latest(self) -> date | None:
        """Return the last day of the limit that a kind of authority has of its own."""
        own = self._timetable.own
        # An extension for the public interest test is counted on from the shorter limit.
        if own is None or self._events.extended or self.waits or self.stands_still:
            return None
        return _counting(self._days_from(self.start), own.working_days)[-1].date

    def until_it_stopped(self) -> tuple[Day, ...]:
        """Return the days before the fees notice."""
        stopped = self._events.fees_notice or self.start
        span = max((stopped - self.start).days - 1, 0)
        return tuple(islice(self._plain(self.start), span))

    def further(self, notice_due: date) -> tuple[Day, ...]:
        """Return the days of the extension, s.10(3)."""
        estimate = self._events.extended
        if isinstance(estimate, date):
            return tuple(islice(self._plain(notice_due), max((estimate - notice_due).days, 0)))
        return _counting(self._plain(notice_due), self._timetable.further_working_days or 0)

    def late_day(self) -> Iterator[Fault]:
        """Yield the fault of a day that the regulator cannot have specified."""
        specified, longest = self._events.specified, self._timetable.longest_specified
        if not specified:
            return
        if longest is None:
            yield Fault(path="specified", problem="this Act knows no such day; leave it out")
            return
        last = _counting(self._days_from(self.start), longest)[-1].date
        usual = self._allowed(self.start, self._timetable.own)[-1].date
        if not usual <= specified <= last:
            problem = (
                f"a day from {usual} on is needed, which is the last without it, and up to {last}, the "
                f"{longest}th working day"
            )
            yield Fault(path="specified", problem=problem)

    def late_notice(self) -> Iterator[Fault]:
        """Yield the fault of a fees notice that came too late."""
        notice = self._events.fees_notice
        if notice is None:
            return
        # FOIA s.9(1): within the period for complying, which began anew with each clarification.
        start = max(each for each in self._starts if each <= notice or each == self._events.received)
        last = self._over(start)
        awaited = any(
            each.asked <= notice and not _before(each.answered, notice) for each in self._events.rounds
        )
        if notice > last and not awaited:
            problem = f"a fees notice is given within the {self._period}, here by {last}"
            yield Fault(path="fees-notice", problem=problem)

    def reached(self, days: tuple[Day, ...]) -> str:
        """Return what the last day of the count without an extension is."""
        number, what, where = self._timetable.working_days, "working", "section 10(1) and (6)"
        own = self._timetable.own
        if days and days[-1].date == self._events.specified:
            return "the day that the regulator specified, section 10(4)"
        if own and own.school_days:
            first = sum(day.counts for day in days) >= own.school_days
            number, what = (own.school_days, "school") if first else (own.working_days, "working")
            where = own.under
        following = "receipt" if self.start == self._events.received else "the clarification"
        return f"the {number}th {what} day following {following}, {where}"

    def remarks(self, days: tuple[Day, ...], notice_due: date | None, due: date | None) -> Iterator[str]:
        """Yield what an official should know."""
        yield from self._on_clarification()
        if not self.waits:
            yield from self._on_fees(days)
            yield from self._on_limits()
            yield from self._on_closures(days)
        elif self.lapsed:
            yield from self._on_fees(days)
        elif self._events.fees_notice:
            yield "The fees notice is not counted while clarification is awaited."
        if self._events.extended and notice_due and due:
            yield from self._on_extension(notice_due, due)
        elif self._events.extended:
            yield "The extension is not counted while nothing is due."

    @property
    def _period(self) -> str:
        own = self._timetable.own
        if own and own.school_days:
            return f"{own.school_days} school days, or {own.working_days} working days"
        return f"{self._timetable.working_days} working days"

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

    def _allowed(self, start: date, limit: Limit | None) -> tuple[Day, ...]:
        """Return the days from a date of receipt to the last that the Act, or another limit, allows."""
        if limit is None:
            return _counting(self._days_from(start), self._timetable.working_days)
        found: list[Day] = []
        working = at_school = 0
        for day in self._days_from(start):
            closed = self._closed_on(day.date)
            # SI 2004/3364, regulation 3(2): whichever occurs first.
            working += day.counts
            at_school += day.counts and not closed
            found.append(replace(day, counts=False, reason=closed) if day.counts and closed else day)
            if working == limit.working_days or at_school == limit.school_days:
                break
        return tuple(found)

    def _closed_on(self, when: date) -> str | None:
        """Return why a day is no school day; None where there is a session."""
        closure = self._calendar.closure(when)
        name = f": {closure.name}" if closure and closure.name else ""
        return f"no session, {closure.words}{name}" if closure else None

    def _over(self, start: date) -> date:
        """Return the last day of a period that began with a date of receipt, an extension left out."""
        return (self.days() if start == self.start else self._allowed(start, self._timetable.own))[-1].date

    def _on_clarification(self) -> Iterator[str]:
        """Yield what there is to say of each round, and of where the count begins."""
        for start, each in zip(self._starts, self._events.rounds, strict=False):
            # Lateness is reckoned from the round before: whoever asked in time again was not late.
            last = self._late_after(start, each.asked)
            if last and each.asked > last:
                yield (
                    f"Clarification was asked on {in_full(each.asked)}, after the {self._period} were "
                    f"over on {in_full(last)}: the request was overdue by then, and that stands whatever is "
                    "due now."
                )
        if not self._events.rounds:
            return
        *earlier, newest = self._events.rounds
        for each in earlier:
            if each.answered:
                yield (
                    f"The clarification asked on {in_full(each.asked)} came on {in_full(each.answered)}, and "
                    "the time began anew."
                )
        if newest.answered is None:
            yield (
                f"Nothing is due while the clarification asked on {in_full(newest.asked)} is awaited, "
                f"section 1(3); once it comes, the full {self._period} run from that day."
            )
        else:
            yield (
                f"The clarification asked on {in_full(newest.asked)} came on {in_full(newest.answered)}, "
                f"which counts as the date of receipt: the full {self._period} run from there, sections 1(3) "
                "and 10(6)."
            )

    def _late_after(self, start: date, asked: date) -> date | None:
        """Return the last day on which nothing was overdue yet; None while the clock stood still."""
        notice = self._events.fees_notice
        if self.stands_still and notice and notice <= asked:
            return None
        last = self._allowed(start, self._timetable.own)[-1].date
        if self._events.extended:
            last = max([last, *(day.date for day in self.further(last)[-1:])])
        return max(last, self._events.specified or last)

    def _on_limits(self) -> Iterator[str]:
        """Yield what regulations allow beside the Act, or in its place."""
        for each in filter(None, (self._timetable.own, *self._timetable.others)):
            last = _counting(self._days_from(self.start), each.working_days)[-1].date
            moved = f" {each.unverified} So it moves no day here." if each.unverified else ""
            yield f"By {each.under}, {each.words}: {in_full(last)} is the last day in any case.{moved}"
        if self._events.specified:
            yield (
                "A day is specified by the regulator, for whoever asks for that within "
                f"{self._timetable.working_days} working days following receipt: where information is needed "
                "from people on an operation of the armed forces, or from outside the United Kingdom, SI "
                "2004/3364, regulations 5 and 6."
            )

    def _on_closures(self, days: tuple[Day, ...]) -> Iterator[str]:
        """Yield each time without a session for which a day was left out."""
        closed = ((day.reason, self._closed_on(day.date)) for day in days)
        for reason in dict.fromkeys(closure for reason, closure in closed if closure and reason == closure):
            yield f"{reason[0].upper()}{reason[1:]}."

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
        elif notice and self.lapsed:
            yield (
                f"The fees notice of {in_full(notice)} lapsed unpaid after {in_full(self.lapsed)}: the "
                "request need not be complied with any more, section 9(2)."
            )
        elif notice:
            yield (
                f"The clock stands still since the fees notice of {in_full(notice)}, with "
                f"{sum(day.counts for day in days)} of {self._timetable.working_days} working days gone, "
                f"section 10(2); unpaid, the notice lapses after {in_full(lapse(notice))}, section 9(2)."
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


def _before(when: date | None, other: date) -> bool:
    return when is not None and when < other


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


def _let_pass(_: Iterable[Fault]) -> None:
    """Refuse nothing of what is on record."""


def _refuse(faults: Iterable[Fault]) -> None:
    found = tuple(faults)
    if found:
        raise MalformedError("deadline", *found)


_COMES_AFTER: Final = {
    "fees-notice": "received",
    "fees-paid": "fees-notice",
    "extended": "received",
    "refused": "received",
    "review-asked": "received",
}


def _beyond(events: Events, calendar: Calendar) -> Iterator[Fault]:
    return (calendar.beyond(path) for path, when in events.dates() if not calendar.covers(when))


def _out_of_order(events: Events, calendar: Calendar, timetable: Timetable) -> Iterator[Fault]:
    yield from _beyond(events, calendar)
    given = dict(events.dates())
    for path, earlier in _COMES_AFTER.items():
        if path in given and earlier not in given:
            yield Fault(path=path, problem=f"this needs {earlier} too, on that day or before it")
        elif path in given and given[path] < given[earlier]:
            yield _too_early(path, given[path], given[earlier], earlier)
    yield from _rounds_out_of_order(events)
    notice, paid = events.fees_notice, events.fees_paid
    if notice and paid and calendar.covers(notice) and paid > lapse(notice):
        problem = (
            f"the notice of {notice} lapsed after {lapse(notice)}, section 9(2); a payment by then counts"
        )
        yield Fault(path="fees-paid", problem=problem)
    if events.extended and timetable.further_working_days is None:
        yield Fault(path="extended", problem="this Act knows no extension; leave it out")


def against_closures(timetable: Timetable) -> str | None:
    """Return why no day is left out for want of a session; None for a school."""
    if has_sessions(timetable):
        return None
    # An academy has sessions too, and its limit moves no day as long as its regulations were not read.
    unread = next((each.unverified for each in timetable.others if each.school_days), None)
    why = f": {unread[0].lower()}{unread[1:-1]}" if unread else "; give school as the kind, if it is one"
    return f"no such day is left out for this kind of authority{why}"


def _rounds_out_of_order(events: Events) -> Iterator[Fault]:
    """Yield what is wrong with the order of the rounds, each of which follows the one before."""
    before: date | None = events.received
    what = "received"
    for each in events.rounds:
        if before is None:
            problem = f"before {each.asked} an earlier one was asked that has no answer; give them as one"
            yield Fault(path="clarification-asked", problem=problem)
        elif each.asked < before:
            yield _too_early("clarification-asked", each.asked, before, what)
        if each.answered and each.answered < each.asked:
            yield _too_early("clarification-answered", each.answered, each.asked, "clarification-asked")
        before, what = each.answered, "clarification-answered"


def _too_early(path: str, when: date, earlier: date, what: str) -> Fault:
    problem = f"{when} is before {earlier}, the day of {what}; a day from then on is needed"
    return Fault(path=path, problem=problem)


def _early_estimate(events: Events, notice_due: date) -> Iterator[Fault]:
    if isinstance(events.extended, date) and events.extended < notice_due:
        problem = (
            f"without an extension the decision is due on {notice_due}; an estimate is that day or later"
        )
        yield Fault(path="extended", problem=problem)


def _review(events: Events, calendar: Calendar, timetable: Timetable) -> Review | None:
    def after(start: date | None, number: int) -> date | None:
        days = start and days_from(start, calendar, timetable.nations)
        return _counting(days, number)[-1].date if days else None

    if events.review_asked is None and events.refused is None:
        return None
    return Review(
        ask_by=after(events.refused, timetable.review_asked),
        asked=events.review_asked,
        aim=after(events.review_asked, timetable.review_aim),
        exceptional=after(events.review_asked, timetable.review_exceptional),
    )


def _remarks_on(review: Review | None, events: Events, timetable: Timetable) -> Iterator[str]:
    if review is None:
        return
    if review.ask_by and events.refused:
        yield (
            f"A review of the refusal issued on {in_full(events.refused)} should be asked for by "
            f"{in_full(review.ask_by)}, within {timetable.review_asked} working days."
        )
    if review.asked and review.ask_by and review.asked > review.ask_by:
        yield (
            f"It was asked for on {in_full(review.asked)}, which is later; the authority may review all the "
            "same, and if it does not, it says so."
        )
    if review.asked and review.aim and review.exceptional:
        yield (
            f"The internal review asked for on {in_full(review.asked)} should be answered by "
            f"{in_full(review.aim)} ({timetable.review_aim} working days), in exceptional cases by "
            f"{in_full(review.exceptional)} ({timetable.review_exceptional})."
        )
    if timetable.guidance:
        yield f"{timetable.guidance}."
