"""When a request falls due, on calendars made up for the purpose."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
from domain_builders import FIRST, LAST, a_calendar, a_closure, a_holiday, a_proclaimed_day, a_timetable
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.domain.deadline import (
    Deadline,
    Moved,
    Review,
    against_closures,
    deadline,
    moved,
    receipt_faults,
    working_days_until,
)
from flows.domain.english import in_full
from flows.domain.errors import MalformedError
from flows.domain.events import USUAL, Events, Round, lapse
from flows.domain.provisions import provisions
from flows.domain.timetable import Limit, Timetable
from flows.domain.working_days import NATIONS, Calendar, Closure, Day, named_in_the_act

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


def asked_on(*days: date) -> tuple[Round, ...]:
    """Rounds of clarification: asked, answered, asked again, answered again."""
    return tuple(
        Round(asked=asked, answered=next(iter(answered), None)) for asked, *answered in batched(days)
    )


def batched(days: tuple[date, ...]) -> list[tuple[date, ...]]:
    return [days[at : at + 2] for at in range(0, len(days), 2)]


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
    scottish = a_timetable(nations=("Scotland",), further_working_days=None, review_exceptional=20)
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
    moment: Any = datetime(2025, 1, 6, 12, tzinfo=UTC)
    given: dict[str, Any] = {"received": date(2025, 1, 6), name: moment}

    with pytest.raises(ValueError, match="a date is needed, not a datetime"):
        Events(**given)
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

    found = told(calendar, received=received, rounds=asked_on(when, came))
    fresh = told(calendar, received=came)

    assert (found.due, found.notice_due, found.days) == (fresh.due, fresh.notice_due, fresh.days)
    assert (found.received, found.counted_from) == (received, came)


def test_while_clarification_is_awaited_nothing_is_due() -> None:
    found = told(received=RECEIVED, rounds=asked_on(date(2025, 2, 10)))

    assert (found.due, found.notice_due, found.days) == (None, None, ())
    assert found.remarks == (
        (
            "Nothing is due while the clarification asked on 10 February 2025 is awaited, section 1(3); "
            "once it comes, the full 20 working days run from that day."
        ),
    )


def test_clarification_asked_late_is_remarked_upon_and_no_more() -> None:
    late = "Clarification was asked on 4 March 2025, after the 20 working days were over on 3 March 2025"
    asked: dict[str, Any] = {"received": RECEIVED}

    assert told(**asked, rounds=asked_on(date(2025, 3, 4))).remarks[0].startswith(late)
    answered = told(**asked, rounds=asked_on(date(2025, 3, 4), date(2025, 3, 5)))
    assert answered.remarks[0].startswith(late)
    assert answered.remarks[1] == (
        "The clarification asked on 4 March 2025 came on 5 March 2025, which counts as the date of receipt: "
        "the full 20 working days run from there, sections 1(3) and 10(6)."
    )
    assert len(told(received=RECEIVED, rounds=asked_on(ON_TIME)).remarks) == 1


def test_clarification_asked_while_a_fees_notice_is_unpaid_is_not_late() -> None:
    found = told(received=RECEIVED, fees_notice=date(2025, 2, 4), rounds=asked_on(date(2025, 4, 1)))

    assert [remark[:7] for remark in found.remarks] == ["Nothing", "The fee"]


@unhurried
@given(received=early_days, days=st.lists(st.integers(0, 12), min_size=4, max_size=8), calendar=calendars)
def test_however_many_rounds_the_days_run_from_the_last_answer(
    received: date, days: list[int], calendar: Calendar
) -> None:
    when = [*accumulate(days, lambda day, gap: day + timedelta(days=gap), initial=received)][1:]
    rounds = asked_on(*when)

    found, fresh = told(calendar, received=received, rounds=rounds), rounds[-1].answered

    assert found.counted_from == (fresh or when[-2])
    if fresh:
        assert (found.due, found.days) == (due(calendar, received=fresh), told(calendar, received=fresh).days)
    else:
        assert (found.due, found.days) == (None, ())
    told_of = " ".join(found.remarks)
    assert all(in_full(each.asked) in told_of for each in rounds)


def test_each_round_is_told_and_a_later_one_within_its_own_time_is_not_late() -> None:
    # Long after the twentieth working day following receipt, and within that following the first answer.
    found = told(received=RECEIVED, rounds=asked_on(date(2025, 2, 6), date(2025, 3, 20), date(2025, 4, 10)))

    assert found.remarks == (
        "The clarification asked on 6 February 2025 came on 20 March 2025, and the time began anew.",
        (
            "Nothing is due while the clarification asked on 10 April 2025 is awaited, section 1(3); "
            "once it comes, the full 20 working days run from that day."
        ),
    )


@pytest.mark.parametrize(
    ("days", "late"),
    [
        ((date(2025, 2, 6), date(2025, 3, 20), date(2025, 4, 17)), None),
        ((date(2025, 2, 6), date(2025, 3, 20), date(2025, 4, 22)), date(2025, 4, 17)),
        ((date(2025, 3, 4), date(2025, 3, 20), date(2025, 4, 10)), ON_TIME),
        ((ON_TIME, date(2025, 3, 20), date(2025, 4, 10)), None),
    ],
    ids=[
        "the second on its last day",
        "the second too late",
        "the first too late",
        "the first on its last day",
    ],
)
def test_only_a_round_that_was_asked_after_its_own_time_was_late(
    days: tuple[date, ...], late: date | None
) -> None:
    said = [
        each for each in told(received=RECEIVED, rounds=asked_on(*days)).remarks if "overdue by then" in each
    ]

    assert len(said) == (late is not None)
    assert all(f"over on {in_full(late)}:" in each for each in said if late)


def test_during_an_extension_a_clarification_is_not_late() -> None:
    asked = asked_on(date(2025, 3, 14))

    within = told(received=RECEIVED, rounds=asked, extended=date(2025, 3, 28)).remarks
    after = told(received=RECEIVED, rounds=asked, extended=date(2025, 3, 13)).remarks

    assert not any("overdue" in each for each in within)
    assert "over on 13 March 2025: the request was overdue" in after[0]


def test_a_fees_notice_of_an_earlier_round_is_in_the_time_of_that_round() -> None:
    rounds = asked_on(date(2025, 2, 10), date(2025, 3, 20), date(2025, 4, 1), date(2025, 5, 6))

    within = told(
        received=RECEIVED, rounds=rounds, fees_notice=date(2025, 3, 25), fees_paid=date(2025, 3, 28)
    )

    assert within.due == due(received=date(2025, 5, 6))
    late = asked_on(date(2025, 2, 10), date(2025, 2, 11), date(2025, 4, 1), date(2025, 5, 6))
    assert faults(
        received=RECEIVED, rounds=late, fees_notice=date(2025, 3, 25), fees_paid=date(2025, 3, 28)
    ) == {"fees-notice": "a fees notice is given within the 20 working days, here by 2025-03-11"}


# Other limits, s.10(4)

SCHOOL = Limit(
    authority=("school",),
    working_days=60,
    school_days=20,
    words="a school has longer",
    under="regulation 3",
    source="made up",
)
ABROAD = Limit(
    authority=(),
    working_days=60,
    specified=True,
    words="it is abroad",
    under="regulation 6",
    source="made up",
)


def of_body(body: str | None, *limits: Limit) -> Timetable:
    return a_timetable(body=body, limits=limits or (SCHOOL, ABROAD))


@unhurried
@given(
    received=early_days,
    spans=st.lists(st.tuples(early_days, st.integers(0, 60)), max_size=4),
    calendar=calendars,
)
def test_a_school_has_twenty_days_with_a_session_or_sixty_working_days(
    received: date, spans: list[tuple[date, int]], calendar: Calendar
) -> None:
    closed = tuple(a_closure(first, first + timedelta(days=more)) for first, more in spans)
    listed = [day for day in working_days(calendar) if day > received]
    assume(len(listed) >= 60)
    sessions = [day for day in listed if not any(each.first <= day <= each.last for each in closed)]

    found = told(replace(calendar, closures=closed), of_body("school"), received=received)

    assert found.due == min([listed[59], *sessions[19:20]])
    assert found.notice_due == found.due
    assert sum(day.counts for day in found.days) == min(20, sum(day <= found.due for day in sessions))


def test_the_last_day_of_a_school_says_which_limit_came_first() -> None:
    spring = a_calendar(closures=(a_closure(date(2025, 2, 17), date(2025, 2, 21)),))
    ever = a_calendar(closures=(a_closure(RECEIVED, date(2025, 12, 31), name="Rebuilding"),))

    by_session = told(spring, of_body("school"), received=RECEIVED)
    by_sixty = told(ever, of_body("school"), received=RECEIVED)

    assert (by_session.due, by_session.reached) == (
        date(2025, 3, 10),
        "the 20th school day following receipt, regulation 3",
    )
    assert (by_sixty.due, by_sixty.reached) == (
        date(2025, 4, 29),
        "the 60th working day following receipt, regulation 3",
    )
    assert {day.reason for day in by_sixty.days if not day.counts and day.date.weekday() < 5} >= {
        "no session, 3 February 2025 to 31 December 2025: Rebuilding"
    }
    assert "29 April 2025 is the last day in any case." in by_session.remarks[0]


def test_whoever_is_no_school_cannot_leave_out_days_without_a_session() -> None:
    closed = a_calendar(closures=(a_closure(date(2025, 2, 17), date(2025, 2, 21)),))
    unread = replace(SCHOOL, authority=("academy",), unverified="It was not read.")

    for body in (None, "other", "government-department"):
        assert told(closed, of_body(body), received=RECEIVED) == told(
            timetable=of_body(body), received=RECEIVED
        )
        assert against_closures(of_body(body)) == (
            "no such day is left out for this kind of authority; give school as the kind, if it is one"
        )
    assert against_closures(of_body("academy", unread)) == (
        "no such day is left out for this kind of authority: it was not read"
    )
    assert against_closures(of_body("school")) is None


def test_a_limit_that_was_not_read_is_told_and_moves_no_day() -> None:
    unread = replace(SCHOOL, unverified="It was not read.")

    found = told(timetable=of_body("school", unread), received=RECEIVED)

    assert found.due == ON_TIME
    assert found.remarks == (
        (
            "By regulation 3, a school has longer: 29 April 2025 is the last day in any case. It was not "
            "read. So it moves no day here."
        ),
    )


@pytest.mark.parametrize(
    ("day", "fits"),
    [
        (date(2025, 4, 29), True),
        (date(2025, 4, 30), False),
        (date(2025, 3, 17), True),
        (ON_TIME, True),
        (ON_TIME - timedelta(days=1), False),
        (date(2025, 2, 4), False),
        (RECEIVED, False),
    ],
)
def test_a_day_may_be_specified_from_the_twentieth_to_the_sixtieth_working_day(
    day: date, *, fits: bool
) -> None:
    if fits:
        found = told(timetable=of_body("other"), received=RECEIVED, specified=day)
        assert (found.due, found.notice_due) == (day, day)
        assert found.reached == "the day that the regulator specified, section 10(4)"
    else:
        told_of = faults(timetable=of_body("other"), received=RECEIVED, specified=day)
        assert told_of == {
            "specified": f"a day from {ON_TIME} on is needed, which is the last without it, and up to "
            "2025-04-29, the 60th working day"
        }


def test_the_limits_of_the_act_s_regulations_are_those_read() -> None:
    limits = provisions().clock.limits

    assert {(each.authority, each.working_days, each.school_days, each.specified) for each in limits} == {
        (("school",), 60, 20, False),
        (("academy",), 60, 20, False),
        (("archive",), 30, None, False),
        ((), 60, None, True),
    }
    read = [each.under for each in limits if not each.unverified]
    assert read == [
        "SI 2004/3364, regulation 3, and SI 2009/1369, regulation 2",
        "SI 2004/3364, regulation 5",
    ]


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


@pytest.mark.parametrize("rounds", [(), asked_on(date(2025, 2, 11))], ids=["alone", "clarification awaited"])
def test_once_a_fees_notice_has_lapsed_nothing_is_due_any_more(rounds: tuple[Round, ...]) -> None:
    events = Events(received=RECEIVED, rounds=rounds, fees_notice=date(2025, 2, 10))
    on_the_last, after = (deadline(events, PLAIN, TIMETABLE, today=date(2025, 5, day)) for day in (9, 10))

    assert (on_the_last.lapsed, on_the_last.due) == (None, None)
    assert (after.lapsed, after.due) == (date(2025, 5, 9), None)
    assert after.remarks[-1] == (
        "The fees notice of 10 February 2025 lapsed unpaid after 9 May 2025: the request need not be "
        "complied with any more, section 9(2)."
    )
    assert not any("lapses" in remark or "stands still" in remark for remark in after.remarks)
    assert "lapsed" not in " ".join(on_the_last.remarks)


def test_a_notice_that_was_paid_never_lapses() -> None:
    paid = Events(received=RECEIVED, fees_notice=date(2025, 2, 10), fees_paid=date(2025, 5, 9))

    assert deadline(paid, PLAIN, TIMETABLE, today=date(2026, 1, 1)).lapsed is None


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
        "rounds": asked_on(date(2025, 2, 10), date(2025, 4, 1)),
    }

    found = told(received=RECEIVED, **clarified, fees_notice=date(2025, 3, 20), fees_paid=date(2025, 3, 25))

    assert found.due == due(received=date(2025, 4, 1))
    assert found.remarks[1] == (
        "Nothing is disregarded for the fees notice of 20 March 2025, paid on 25 March 2025: no working day "
        "of the count lies in that time."
    )


def test_what_is_not_counted_is_said() -> None:
    asked: dict[str, Any] = {"rounds": asked_on(date(2025, 2, 10))}

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
    assert told(received=RECEIVED, rounds=asked_on(RECEIVED), extended=USUAL).due is None
    assert told(received=RECEIVED, fees_notice=RECEIVED, extended=USUAL).due is None


# Internal review


def test_an_internal_review_has_its_own_days_by_the_code_of_practice() -> None:
    found = told(
        timetable=a_timetable(guidance="It is guidance"), received=RECEIVED, review_asked=date(2025, 3, 10)
    )

    assert found.review == Review(asked=date(2025, 3, 10), aim=date(2025, 4, 7), exceptional=date(2025, 5, 6))
    assert found.remarks == (
        (
            "The internal review asked for on 10 March 2025 should be answered by 7 April 2025 "
            "(20 working days), in exceptional cases by 6 May 2025 (40)."
        ),
        "It is guidance.",
    )
    assert found.due == ON_TIME


@pytest.mark.parametrize(
    ("asked", "late"),
    [(date(2025, 4, 29), False), (date(2025, 4, 30), True), (date(2025, 2, 20), False)],
    ids=["on the fortieth working day", "the day after", "for the delay, before there was a refusal"],
)
def test_a_review_is_asked_for_within_forty_working_days_of_the_issue_of_the_refusal(
    asked: date, *, late: bool
) -> None:
    found = told(received=RECEIVED, refused=ON_TIME, review_asked=asked)

    assert found.review is not None
    assert (found.review.ask_by, found.review.asked) == (date(2025, 4, 29), asked)
    assert found.remarks[0] == (
        "A review of the refusal issued on 3 March 2025 should be asked for by 29 April 2025, "
        "within 40 working days."
    )
    assert (
        any("which is later; the authority may review all the same" in each for each in found.remarks) is late
    )


def test_until_when_a_review_is_asked_for_is_known_before_it_is() -> None:
    assert told(received=RECEIVED, refused=ON_TIME).review == Review(ask_by=date(2025, 4, 29))
    assert told(received=RECEIVED).review is None


# What is out of order


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ({"rounds": asked_on(date(2025, 2, 2))}, {"clarification-asked": "before 2025-02-03, the day of"}),
        (
            {"rounds": asked_on(date(2025, 2, 5), date(2025, 2, 4))},
            {"clarification-answered": "before 2025-02-05, the day of clarification-asked"},
        ),
        (
            {"rounds": asked_on(date(2025, 2, 5), date(2025, 2, 10), date(2025, 2, 9))},
            {"clarification-asked": "before 2025-02-10, the day of clarification-answered"},
        ),
        (
            {"rounds": (*asked_on(date(2025, 2, 5)), *asked_on(date(2025, 2, 9), date(2025, 2, 10)))},
            {"clarification-asked": "before 2025-02-09 an earlier one was asked that has no answer"},
        ),
        (
            {"rounds": asked_on(date(2025, 2, 5), date(2027, 1, 1))},
            {"clarification-answered": "bank holidays are known from"},
        ),
        ({"refused": date(2025, 2, 2)}, {"refused": "before 2025-02-03, the day of received"}),
        ({"specified": RECEIVED}, {"specified": "leave it out"}),
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
    return moved(Events(received=received), due(calendar, received=received), days, calendar, TIMETABLE)


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


def closed_by(*closures: Closure) -> Moved | None:
    calendar, timetable = a_calendar(closures=closures), of_body("school")
    now = told(calendar, timetable, received=RECEIVED).due
    return moved(Events(received=RECEIVED), now or RECEIVED, (), calendar, timetable)


def test_a_closure_stated_while_a_request_runs_moves_it() -> None:
    half_term = a_closure(date(2025, 2, 17), date(2025, 2, 21), added=date(2025, 2, 10))
    known = a_closure(date(2025, 2, 24), added=date(2025, 2, 2))

    assert closed_by(half_term) == Moved(was=ON_TIME, because=(half_term,))
    assert closed_by(half_term, known) == Moved(was=date(2025, 3, 4), because=(half_term,))


@pytest.mark.parametrize(
    "closure",
    [
        a_closure(date(2025, 2, 17), date(2025, 2, 21), added=date(2025, 2, 2)),
        a_closure(date(2025, 2, 15), date(2025, 2, 16), added=date(2025, 2, 10)),
        a_closure(date(2025, 1, 27), RECEIVED, added=date(2025, 2, 10)),
        a_closure(date(2025, 3, 4), date(2025, 3, 7), added=date(2025, 2, 10)),
    ],
    ids=["stated before it came", "a weekend", "over by the day it came", "after it is due"],
)
def test_a_closure_that_makes_no_difference_moved_nothing(closure: Closure) -> None:
    assert closed_by(closure) is None


def test_what_was_in_time_when_it_was_done_is_counted_whatever_was_added_since() -> None:
    promised = Events(received=RECEIVED, extended=date(2025, 3, 5))
    longer = a_calendar(closures=(a_closure(date(2025, 2, 17), date(2025, 2, 21)),))
    given = Events(received=RECEIVED, specified=date(2025, 3, 5))

    for events in (promised, given):
        with pytest.raises(MalformedError):
            deadline(events, longer, of_body("school"))
        assert deadline(events, longer, of_body("school"), on_record=True).due == date(2025, 3, 10)


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
