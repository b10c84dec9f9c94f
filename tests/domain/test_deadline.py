"""When a request falls due, on calendars made up for the purpose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.deadline import WORKING_DAYS, Calendar, Day, deadline, working_days_until
from flows.domain.errors import MalformedError

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)

days = st.dates(min_value=FIRST, max_value=LAST)
early_days = st.dates(min_value=FIRST, max_value=date(2026, 6, 30))
calendars = st.builds(
    Calendar,
    holidays=st.dictionaries(days, st.just("bank holiday"), max_size=60),
    first=st.just(FIRST),
    last=st.just(LAST),
    source=st.just("made up"),
)
PLAIN = Calendar(holidays={}, first=FIRST, last=LAST, source="made up")


def works(day: date, calendar: Calendar) -> bool:
    return day.weekday() not in {5, 6} and day not in calendar.holidays


@given(received=early_days, calendar=calendars)
def test_the_deadline_is_a_working_day_with_nineteen_before_it(received: date, calendar: Calendar) -> None:
    found = deadline(received, calendar)

    between = [received + timedelta(days=n) for n in range(1, (found.due - received).days + 1)]
    assert works(found.due, calendar)
    assert sum(works(day, calendar) for day in between) == WORKING_DAYS
    assert [day.date for day in found.days] == between
    assert [day.counts for day in found.days] == [day.reason is None for day in found.days]


@given(received=early_days, calendar=calendars)
def test_a_day_without_work_shares_its_deadline_with_the_day_before(
    received: date, calendar: Calendar
) -> None:
    following = received + timedelta(days=1)

    same = deadline(received, calendar).due == deadline(following, calendar).due
    assert same == (not works(following, calendar))


@given(received=early_days, holiday=days, calendar=calendars)
def test_one_more_holiday_never_makes_a_deadline_earlier(
    received: date, holiday: date, calendar: Calendar
) -> None:
    more = Calendar(
        holidays={**calendar.holidays, holiday: "proclaimed"}, first=FIRST, last=LAST, source="made up"
    )

    assert deadline(received, more).due >= deadline(received, calendar).due


@given(received=early_days, calendar=calendars)
def test_the_days_left_run_down_from_twenty_to_none(received: date, calendar: Calendar) -> None:
    due = deadline(received, calendar).due

    assert working_days_until(received, due, calendar) == WORKING_DAYS
    assert working_days_until(due, due, calendar) == 0
    assert working_days_until(due + timedelta(days=3), due, calendar) == 0


def test_a_day_says_why_it_does_not_count() -> None:
    calendar = Calendar(holidays={date(2025, 1, 6): "proclaimed"}, first=FIRST, last=LAST, source="made up")

    assert deadline(date(2025, 1, 3), calendar).days[:4] == (
        Day(date=date(2025, 1, 4), counts=False, reason="Saturday"),
        Day(date=date(2025, 1, 5), counts=False, reason="Sunday"),
        Day(date=date(2025, 1, 6), counts=False, reason="proclaimed"),
        Day(date=date(2025, 1, 7), counts=True, reason=None),
    )


@pytest.mark.parametrize(
    "received",
    [date(2024, 12, 31), date(2026, 12, 4), LAST, date(2027, 1, 1), date.max, date.min],
    ids=[
        "before the data",
        "due after the data",
        "last day",
        "after the data",
        "last of all",
        "first of all",
    ],
)
def test_what_the_calendar_does_not_reach_is_refused_and_never_guessed(received: date) -> None:
    with pytest.raises(MalformedError, match="bank holidays are known from 2025-01-01 to 2026-12-31 only"):
        deadline(received, PLAIN)


def test_the_last_day_of_the_data_can_be_a_deadline() -> None:
    assert deadline(date(2026, 12, 3), PLAIN).due == LAST
