"""When a request falls due, on calendars made up for the purpose."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from domain_builders import FIRST, LAST, a_calendar, a_holiday, a_proclaimed_day, a_timetable
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.domain.deadline import (
    USUAL,
    Deadline,
    Events,
    Moved,
    Review,
    deadline,
    lapse,
    moved,
    receipt_faults,
    working_days_until,
)
from flows.domain.errors import MalformedError
from flows.domain.working_days import NATIONS, Calendar, Day, named_in_the_act

PLAIN = a_calendar()
TIMETABLE = a_timetable()
TWENTY = TIMETABLE.working_days
unhurried = settings(deadline=None)  # a busy machine is no counter-example

days = st.dates(min_value=FIRST, max_value=LAST)
early_days = st.dates(min_value=FIRST, max_value=date(2026, 3, 31))
nations = st.lists(st.sampled_from(NATIONS), unique=True).map(tuple)
calendars = st.lists(
    st.builds(
        a_holiday, days, nations=st.lists(st.sampled_from(NATIONS), min_size=1, unique=True).map(tuple)
    ),
    max_size=60,
).map(lambda holidays: a_calendar(*holidays))
gaps = st.integers(min_value=0, max_value=40)


def works(day: date, calendar: Calendar) -> bool:
    return day.weekday() not in {5, 6} and day not in calendar.holidays and named_in_the_act(day) is None


def working_days(calendar: Calendar) -> list[date]:
    return [day for n in range((LAST - FIRST).days + 1) if works(day := FIRST + timedelta(days=n), calendar)]


def told(calendar: Calendar = PLAIN, timetable: Any = TIMETABLE, **events: Any) -> Deadline:
    return deadline(Events(**events), calendar, timetable)


def due(calendar: Calendar = PLAIN, **events: Any) -> date:
    found = told(calendar, **events).due
    assert found is not None
    return found


def faults(calendar: Calendar = PLAIN, timetable: Any = TIMETABLE, **events: Any) -> dict[str, str]:
    with pytest.raises(MalformedError) as refused:
        told(calendar, timetable, **events)
    assert refused.value.source == "deadline"
    return {fault.path: fault.problem for fault in refused.value.faults}


# The twenty days, s.10(1)


@unhurried
@given(received=early_days, calendar=calendars)
def test_the_deadline_is_a_working_day_with_nineteen_before_it(received: date, calendar: Calendar) -> None:
    found = told(calendar, received=received)

    assert found.due is not None
    between = [received + timedelta(days=n) for n in range(1, (found.due - received).days + 1)]
    assert works(found.due, calendar)
    assert sum(works(day, calendar) for day in between) == TWENTY
    assert [day.date for day in found.days] == between
    assert sum(day.counts for day in found.days) == TWENTY
    assert [day.counts for day in found.days] == [day.reason is None for day in found.days]
    assert (found.notice_due, found.counted_from, found.remarks) == (found.due, received, ())


@unhurried
@given(received=early_days, calendar=calendars, number=st.integers(1, 60), there=nations)
def test_it_is_the_same_by_bisection_for_any_timetable(
    received: date, calendar: Calendar, number: int, there: tuple[str, ...]
) -> None:
    own = a_calendar(*(h for found in calendar.holidays.values() for h in found if {*there} & {*h.nations}))
    listed = working_days(own)

    found = told(calendar, a_timetable(working_days=number, nations=there), received=received)

    assert found.due == listed[bisect_right(listed, received) + number - 1]


@unhurried
@given(received=early_days, calendar=calendars)
def test_a_day_without_work_shares_its_deadline_with_the_day_before(
    received: date, calendar: Calendar
) -> None:
    following = received + timedelta(days=1)

    earlier, later = due(calendar, received=received), due(calendar, received=following)
    assert earlier <= later
    assert (earlier == later) == (not works(following, calendar))


@unhurried
@given(received=early_days, holiday=days, calendar=calendars)
def test_one_more_holiday_never_makes_a_deadline_earlier(
    received: date, holiday: date, calendar: Calendar
) -> None:
    more = calendar.adding([a_holiday(holiday)], "made up")

    assert due(more, received=received) >= due(calendar, received=received)


@unhurried
@given(received=early_days, calendar=calendars)
def test_the_days_left_run_down_from_twenty_to_none(received: date, calendar: Calendar) -> None:
    last = due(calendar, received=received)

    assert working_days_until(received, last, calendar, TIMETABLE) == TWENTY
    assert working_days_until(last, last, calendar, TIMETABLE) == 0
    assert working_days_until(last + timedelta(days=3), last, calendar, TIMETABLE) == 0


def test_a_day_says_why_it_does_not_count() -> None:
    calendar = a_calendar(a_holiday(date(2025, 1, 6), nations=("Scotland",)))

    assert told(calendar, received=date(2025, 1, 3)).days[:4] == (
        Day(date=date(2025, 1, 4), counts=False, reason="Saturday"),
        Day(date=date(2025, 1, 5), counts=False, reason="Sunday"),
        Day(
            date=date(2025, 1, 6),
            counts=False,
            reason="bank holiday in Scotland: Games",
            nations=("Scotland",),
            source="made up",
        ),
        Day(date=date(2025, 1, 7), counts=True, reason=None),
    )


def test_another_act_has_another_timetable() -> None:
    scottish = a_timetable(nations=("Scotland",), further_working_days=None, review_latest=20)
    calendar = a_calendar(
        a_holiday(date(2025, 1, 7), nations=("Northern Ireland",)),
        a_holiday(date(2025, 1, 8), nations=("Scotland",)),
    )

    assert told(calendar, scottish, received=date(2025, 1, 3)).due == date(2025, 2, 3)
    assert told(calendar, received=date(2025, 1, 3)).due == date(2025, 2, 4)
    assert faults(calendar, scottish, received=date(2025, 1, 3), extended=USUAL) == {
        "extended": "this Act knows no extension; leave it out"
    }
    environmental = a_timetable(working_days=40, further_working_days=None)
    assert told(PLAIN, environmental, received=date(2025, 1, 3)).due == date(2025, 2, 28)


@pytest.mark.parametrize("name", [name for name, _ in Events.__annotations__.items()])
def test_a_moment_does_not_pass_for_a_day(name: str) -> None:
    moment = datetime(2025, 1, 6, 12, tzinfo=UTC)

    with pytest.raises(ValueError, match="a date is needed, not a datetime"):
        Events(**{"received": date(2025, 1, 6), name: moment})
    with pytest.raises(ValueError, match="a date is needed, not a datetime"):
        working_days_until(moment, LAST, PLAIN, TIMETABLE)


# How far the data reaches


@pytest.mark.parametrize("received", [date(2024, 12, 31), date(2027, 1, 1), date.max, date.min])
def test_a_receipt_the_calendar_does_not_cover_is_refused(received: date) -> None:
    assert faults(received=received) == {
        "received": "bank holidays are known from 2025-01-01 to 2026-12-31 only"
    }


@pytest.mark.parametrize("received", [date(2026, 12, 3), date(2026, 12, 4), LAST])
def test_a_deadline_beyond_the_data_is_refused_and_never_guessed(received: date) -> None:
    with pytest.raises(MalformedError, match="bank holidays are known from 2025-01-01 to 2026-12-31 only"):
        told(received=received)


def test_the_last_day_of_the_data_can_be_a_deadline() -> None:
    assert due(received=date(2026, 12, 2)) == LAST


# Clarification, s.1(3) and s.10(6)

RECEIVED = date(2025, 2, 3)
ON_TIME = date(2025, 3, 3)
"""The twentieth working day after it."""


@unhurried
@given(received=early_days, asked=gaps, answered=gaps, calendar=calendars)
def test_a_clarification_that_came_counts_as_a_fresh_receipt(
    received: date, asked: int, answered: int, calendar: Calendar
) -> None:
    when = received + timedelta(days=asked)
    came = when + timedelta(days=answered)

    found = told(calendar, received=received, clarification_asked=when, clarification_answered=came)
    fresh = told(calendar, received=came)

    assert (found.due, found.notice_due, found.days) == (fresh.due, fresh.notice_due, fresh.days)
    assert (found.received, found.counted_from) == (received, came)


def test_while_clarification_is_awaited_nothing_is_due() -> None:
    found = told(received=RECEIVED, clarification_asked=date(2025, 2, 10))

    assert (found.due, found.notice_due, found.days) == (None, None, ())
    assert found.remarks == (
        (
            "Nothing is due while the clarification asked on 10 February 2025 is awaited, section 1(3); "
            "once it comes, the full 20 working days run from that day."
        ),
    )


def test_clarification_asked_late_is_remarked_upon_and_no_more() -> None:
    late = "Clarification was asked on 4 March 2025, after the 20 working days were over on 3 March 2025"
    asked: dict[str, Any] = {"received": RECEIVED, "clarification_asked": date(2025, 3, 4)}

    assert told(**asked).remarks[0].startswith(late)
    answered = told(**asked, clarification_answered=date(2025, 3, 5))
    assert answered.remarks[0].startswith(late)
    assert answered.remarks[1] == (
        "The clarification came on 5 March 2025, which counts as the date of receipt: "
        "the full 20 working days run from there, sections 1(3) and 10(6)."
    )
    assert len(told(received=RECEIVED, clarification_asked=ON_TIME).remarks) == 1


def test_clarification_asked_while_a_fees_notice_is_unpaid_is_not_late() -> None:
    found = told(received=RECEIVED, fees_notice=date(2025, 2, 4), clarification_asked=date(2025, 4, 1))

    assert [remark[:7] for remark in found.remarks] == ["Nothing", "The fee"]


# Fees, ss.9 and 10(2)


@unhurried
@given(received=early_days, calendar=calendars, notice=gaps, paid=st.integers(0, 80))
def test_a_fee_moves_the_deadline_by_exactly_the_working_days_it_took(
    received: date, calendar: Calendar, notice: int, paid: int
) -> None:
    given_on = received + timedelta(days=notice)
    paid_on = given_on + timedelta(days=paid)
    plain = due(calendar, received=received)
    listed = working_days(calendar)
    assume(given_on <= plain)
    assume(listed.index(plain) + paid < len(listed))

    found = told(calendar, received=received, fees_notice=given_on, fees_paid=paid_on)

    lost = sum(given_on <= day <= paid_on and day > received for day in listed)
    assert found.due == listed[listed.index(plain) + lost]
    assert sum(day.counts for day in found.days) == TWENTY
    assert sum((day.reason or "").startswith("disregarded") for day in found.days) == lost


def test_the_days_of_a_fees_notice_say_so() -> None:
    found = told(received=RECEIVED, fees_notice=date(2025, 2, 7), fees_paid=date(2025, 2, 10))

    reason = "disregarded: fees notice of 7 February 2025, paid 10 February 2025, s.10(2)"
    assert [(day.date.day, day.counts, day.reason) for day in found.days[3:7]] == [
        (7, False, reason),
        (8, False, "Saturday"),
        (9, False, "Sunday"),
        (10, False, reason),
    ]
    assert found.due == date(2025, 3, 5)
    assert found.remarks == (
        (
            "The working days from the fees notice of 7 February 2025 to its payment on 10 February 2025, "
            "both included, are disregarded, section 10(2): 2 in all."
        ),
    )


def test_while_a_fees_notice_is_unpaid_the_clock_stands_still() -> None:
    found = told(received=RECEIVED, fees_notice=date(2025, 2, 10))

    assert (found.due, found.notice_due) == (None, None)
    assert [day.date.day for day in found.days if day.counts] == [4, 5, 6, 7]
    assert found.remarks == (
        (
            "The clock stands still since the fees notice of 10 February 2025, with 4 of 20 working days "
            "gone, section 10(2); unpaid, the notice lapses after 9 May 2025, section 9(2)."
        ),
    )


@pytest.mark.parametrize(
    ("notice", "last"),
    [
        (date(2026, 3, 10), date(2026, 6, 9)),
        (date(2026, 3, 1), date(2026, 5, 31)),
        (date(2025, 12, 1), date(2026, 2, 28)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2025, 11, 29), date(2026, 2, 28)),
        (date(2025, 11, 28), date(2026, 2, 27)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2023, 11, 29), date(2024, 2, 28)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2026, 1, 30), date(2026, 4, 29)),
        (date(2026, 10, 15), date(2027, 1, 14)),
    ],
)
def test_a_fees_notice_lapses_after_three_months_that_begin_with_its_day(notice: date, last: date) -> None:
    assert lapse(notice) == last


def test_a_fee_is_paid_before_its_notice_lapses() -> None:
    notice: dict[str, Any] = {"received": RECEIVED, "fees_notice": date(2025, 2, 10)}

    assert told(**notice, fees_paid=date(2025, 5, 9)).due == date(2025, 6, 2)
    assert faults(**notice, fees_paid=date(2025, 5, 10)) == {
        "fees-paid": "the notice of 2025-02-10 lapsed after 2025-05-09, section 9(2); "
        "a payment by then counts"
    }


@pytest.mark.parametrize("paid", [None, date(2025, 3, 10)])
def test_a_fees_notice_is_given_within_the_twenty_days(paid: date | None) -> None:
    assert faults(received=RECEIVED, fees_notice=date(2025, 3, 4), fees_paid=paid) == {
        "fees-notice": "a fees notice is given within the 20 working days, here by 2025-03-03"
    }
    assert told(received=RECEIVED, fees_notice=ON_TIME).due is None


def test_after_clarification_a_fees_notice_has_the_fresh_twenty_days() -> None:
    clarified: dict[str, Any] = {
        "clarification_asked": date(2025, 2, 10),
        "clarification_answered": date(2025, 4, 1),
    }

    found = told(received=RECEIVED, **clarified, fees_notice=date(2025, 3, 20), fees_paid=date(2025, 3, 25))

    assert found.due == due(received=date(2025, 4, 1))
    assert found.remarks[1] == (
        "Nothing is disregarded for the fees notice of 20 March 2025, paid on 25 March 2025: no working day "
        "of the count lies in that time."
    )


def test_what_is_not_counted_is_said() -> None:
    asked: dict[str, Any] = {"clarification_asked": date(2025, 2, 10)}

    assert told(received=RECEIVED, **asked, fees_notice=date(2025, 2, 12), extended=USUAL).remarks[1:] == (
        "The fees notice is not counted while clarification is awaited.",
        "The extension is not counted while nothing is due.",
    )
    assert told(received=RECEIVED, fees_notice=date(2025, 2, 12), extended=USUAL).remarks[1:] == (
        "The extension is not counted while nothing is due.",
    )


def test_an_estimate_on_no_working_day_is_remarked_on() -> None:
    assert "Saturday" not in told(received=RECEIVED, extended=date(2025, 3, 14)).remarks[-1]
    assert told(received=RECEIVED, extended=date(2025, 3, 15)).remarks[-1] == (
        "15 March 2025 is no working day; the decision has to be given before it, or on it."
    )


# Extension, s.10(3)


def test_an_extension_moves_the_decision_and_not_the_notice() -> None:
    found = told(received=RECEIVED, extended=USUAL)

    assert (found.notice_due, found.due) == (ON_TIME, date(2025, 3, 31))
    assert sum(day.counts for day in found.days) == TWENTY + (TIMETABLE.further_working_days or 0)
    assert found.remarks == (
        (
            "The notice that says so, with the estimate, is still due on 3 March 2025, section 17(1) "
            "and (2); the decision on the public interest is due by the usual longest, 31 March 2025, "
            "section 10(3)."
        ),
    )


def test_an_estimate_is_the_day_of_the_decision() -> None:
    found = told(received=RECEIVED, extended=date(2025, 3, 14))

    assert (found.notice_due, found.due) == (ON_TIME, date(2025, 3, 14))
    assert found.days[-1].date == date(2025, 3, 14)
    assert "by the estimate given, 14 March 2025" in found.remarks[0]
    assert len(found.remarks) == 1


def test_an_estimate_before_the_twentieth_day_is_no_extension() -> None:
    assert faults(received=RECEIVED, extended=date(2025, 2, 28)) == {
        "extended": "without an extension the decision is due on 2025-03-03; an estimate is that day or later"
    }
    assert told(received=RECEIVED, extended=ON_TIME).due == ON_TIME


def test_an_estimate_later_than_usual_is_remarked_upon() -> None:
    found = told(received=RECEIVED, extended=date(2025, 4, 1))

    assert found.due == date(2025, 4, 1)
    assert found.remarks[1] == (
        "The estimate is later than 31 March 2025, 20 further working days, "
        "which should usually be the longest; say in the notice why it has to."
    )
    assert len(told(received=RECEIVED, extended=date(2025, 3, 31)).remarks) == 1


def test_an_extension_of_a_request_that_waits_gives_no_day() -> None:
    assert told(received=RECEIVED, clarification_asked=RECEIVED, extended=USUAL).due is None
    assert told(received=RECEIVED, fees_notice=RECEIVED, extended=USUAL).due is None


# Internal review


def test_an_internal_review_has_its_own_days_by_the_code_of_practice() -> None:
    found = told(received=RECEIVED, review_asked=date(2025, 3, 10))

    assert found.review == Review(asked=date(2025, 3, 10), aim=date(2025, 4, 7), latest=date(2025, 5, 6))
    assert found.remarks == (
        (
            "The internal review asked for on 10 March 2025 should be answered by 7 April 2025 "
            "(20 working days), "
            "and by 6 May 2025 (40) in exceptional cases: the code of practice says so, not the Act."
        ),
    )
    assert found.due == ON_TIME


# What is out of order


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ({"clarification_asked": date(2025, 2, 2)}, {"clarification-asked": "before 2025-02-03, the day of"}),
        (
            {"clarification_answered": date(2025, 2, 5)},
            {"clarification-answered": "needs clarification-asked"},
        ),
        (
            {"clarification_asked": date(2025, 2, 5), "clarification_answered": date(2025, 2, 4)},
            {"clarification-answered": "before 2025-02-05, the day of clarification-asked"},
        ),
        ({"fees_notice": date(2025, 2, 2)}, {"fees-notice": "a day from then on is needed"}),
        ({"fees_paid": date(2025, 2, 5)}, {"fees-paid": "needs fees-notice too"}),
        (
            {"fees_notice": date(2025, 2, 5), "fees_paid": date(2025, 2, 4)},
            {"fees-paid": "before 2025-02-05, the day of fees-notice"},
        ),
        ({"extended": date(2025, 2, 2)}, {"extended": "before 2025-02-03"}),
        ({"review_asked": date(2025, 2, 2)}, {"review-asked": "before 2025-02-03"}),
        ({"review_asked": date(2027, 1, 1)}, {"review-asked": "bank holidays are known from"}),
        ({"fees_notice": date.max}, {"fees-notice": "bank holidays are known from"}),
        (
            {"fees_notice": date(2025, 3, 4), "fees_paid": date(2025, 3, 5), "extended": date(2025, 2, 3)},
            {"fees-notice": "within the 20 working days", "extended": "an estimate is that day or later"},
        ),
        (
            {"fees_paid": date(2025, 2, 2), "review_asked": date(2025, 2, 1)},
            {"fees-paid": "needs fees-notice", "review-asked": "before 2025-02-03"},
        ),
    ],
)
def test_what_is_out_of_order_is_told_all_at_once(events: dict[str, Any], found: dict[str, str]) -> None:
    told = faults(received=RECEIVED, **events)

    assert told.keys() == found.keys()
    assert all(found[path] in told[path] for path in found)


# Days proclaimed while requests run

GAMES = date(2025, 2, 17)
LIBRARY = PLAIN


def moved_by(*days: Any, received: date = RECEIVED, known: Calendar = LIBRARY) -> Moved | None:
    calendar = known.adding(days, "made up and proclaimed")
    return moved(received, due(calendar, received=received), days, calendar, TIMETABLE)


def test_a_day_proclaimed_while_a_request_runs_moves_it() -> None:
    games = a_proclaimed_day(GAMES, added=date(2025, 2, 10))

    assert moved_by(games) == Moved(was=ON_TIME, because=(games,))
    assert moved_by(replace(games, added=RECEIVED)) == Moved(
        was=ON_TIME, because=(replace(games, added=RECEIVED),)
    )


def test_a_day_that_newer_data_knows_too_has_moved_it_all_the_same() -> None:
    games = a_proclaimed_day(GAMES, added=date(2025, 2, 10))
    newer = a_calendar(a_holiday(GAMES, nations=("Scotland",)))

    assert moved_by(games, known=newer) == Moved(was=ON_TIME, because=(games,))


def test_of_two_days_only_those_that_no_longer_count_moved_it() -> None:
    games = a_proclaimed_day(GAMES, added=date(2025, 2, 10))
    too = a_proclaimed_day(date(2025, 2, 18), added=date(2025, 2, 10))
    before = a_proclaimed_day(date(2025, 2, 19), added=date(2025, 1, 1))
    elsewhere = a_calendar(a_holiday(date(2025, 2, 18), nations=("Northern Ireland",)))

    over = a_proclaimed_day(date(2025, 3, 10), added=date(2025, 2, 10))

    assert moved_by(games, over) == Moved(was=ON_TIME, because=(games,))
    assert moved_by(games, too, before) == Moved(was=date(2025, 3, 4), because=(games, too))
    assert moved_by(games, too, known=elsewhere) == Moved(was=date(2025, 3, 4), because=(games,))


@pytest.mark.parametrize(
    "day",
    [
        a_proclaimed_day(GAMES, added=date(2025, 2, 2)),
        a_proclaimed_day(RECEIVED, added=date(2025, 2, 10)),
        a_proclaimed_day(date(2025, 1, 27), added=date(2025, 2, 10)),
        a_proclaimed_day(date(2025, 3, 4), added=date(2025, 2, 10)),
    ],
    ids=["added before it came", "the day it came", "over before it came", "after it is due"],
)
def test_a_day_that_makes_no_difference_moved_nothing(day: Any) -> None:
    assert moved_by(day) is None


def test_a_day_that_is_a_holiday_elsewhere_anyhow_moved_nothing() -> None:
    known = a_calendar(a_holiday(GAMES, nations=("Northern Ireland",)))

    assert moved_by(a_proclaimed_day(GAMES, added=date(2025, 2, 10)), known=known) is None


# A day of receipt


@pytest.mark.parametrize(
    ("received", "today", "fits"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), True),
        (date(2026, 11, 21), date(2026, 11, 20), False),
        (date(2027, 11, 20), date(2026, 11, 20), False),
        (date(2026, 11, 19), date(2026, 11, 20), True),
        (date(2005, 1, 1), date(2026, 11, 20), True),
        (date(2004, 12, 31), date(2026, 11, 20), False),
        (date(1022, 11, 7), date(2026, 11, 20), False),
    ],
    ids=[
        *("today", "tomorrow", "a slip of the year", "yesterday"),
        *("the first day of the Act", "the day before it", "a slip of the century"),
    ],
)
def test_a_request_has_come_by_today_and_under_an_act_in_force(
    received: date, today: date, *, fits: bool
) -> None:
    assert (not [*receipt_faults("received", received, today, TIMETABLE)]) is fits


def test_another_act_begins_on_a_day_of_its_own() -> None:
    later = a_timetable(begins=date(2026, 1, 1))

    (fault,) = receipt_faults("received", date(2025, 12, 31), date(2026, 11, 20), later)

    assert fault.path == "received"
    assert "31 December 2025 is before 1 January 2026" in fault.problem
