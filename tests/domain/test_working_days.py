"""Which days count, and whose day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from domain_builders import a_calendar, a_holiday

from flows.domain.english import in_full
from flows.domain.errors import MalformedError
from flows.domain.working_days import (
    NATIONS,
    Day,
    date_of_receipt,
    named_in_the_act,
    only_date,
    where,
)

if TYPE_CHECKING:
    from flows.domain.working_days import Calendar

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2025, 1, 6)
SCOTLAND = ("Scotland",)


def test_a_holiday_says_where_and_from_whom_it_is_known() -> None:
    calendar = a_calendar(a_holiday(MONDAY, name="Games", nations=("Scotland", "Northern Ireland")))

    assert calendar.day(MONDAY, NATIONS) == Day(
        date=MONDAY,
        counts=False,
        reason="bank holiday in Scotland and in Northern Ireland: Games",
        nations=("Scotland", "Northern Ireland"),
        source="made up",
    )


def test_a_holiday_elsewhere_counts() -> None:
    calendar = a_calendar(a_holiday(MONDAY, nations=("Northern Ireland",)))

    assert calendar.day(MONDAY, SCOTLAND) == Day(date=MONDAY, counts=True, reason=None)


def test_of_a_holiday_in_several_nations_only_those_that_matter_are_named() -> None:
    calendar = a_calendar(a_holiday(MONDAY, nations=NATIONS))

    assert calendar.day(MONDAY, SCOTLAND).nations == SCOTLAND
    assert calendar.day(MONDAY, SCOTLAND).reason == "bank holiday in Scotland: Games"
    assert calendar.day(MONDAY, NATIONS).reason == "bank holiday throughout the United Kingdom: Games"


def test_two_holidays_on_one_day_are_both_named() -> None:
    calendar = a_calendar(
        a_holiday(MONDAY, name="One", nations=("England and Wales",), source="here"),
        a_holiday(MONDAY, name="Two", nations=SCOTLAND, source="there"),
    )

    day = calendar.day(MONDAY, NATIONS)
    assert day.reason == "bank holiday in England and Wales: One; in Scotland: Two"
    assert day.nations == ("England and Wales", "Scotland")
    assert day.source == "here; there"


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (date(2025, 12, 25), "Christmas Day"),
        (date(2025, 4, 18), "Good Friday"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2025, 1, 4), "Saturday"),
        (date(2025, 1, 5), "Sunday"),
        (date(2025, 4, 21), None),
        (date(2025, 12, 26), None),
        (MONDAY, None),
    ],
)
def test_without_any_data_weekends_and_the_two_named_days_do_not_count(
    when: date, reason: str | None
) -> None:
    assert a_calendar().day(when, SCOTLAND) == Day(date=when, counts=reason is None, reason=reason)


# Easter Sunday as printed in the Book of Common Prayer's tables
@pytest.mark.parametrize(
    "easter",
    [
        *(date(2008, 3, 23), date(2011, 4, 24), date(2016, 3, 27), date(2019, 4, 21), date(2024, 3, 31)),
        *(date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25), date(2000, 4, 23)),
        *(date(1954, 4, 18), date(1981, 4, 19), date(2049, 4, 18), date(2076, 4, 19)),
    ],
)
def test_good_friday_is_two_days_before_easter(easter: date) -> None:
    friday = easter - timedelta(days=2)

    named = [n for n in range(80, 120) if named_in_the_act(date(easter.year, 1, 1) + timedelta(days=n))]
    assert [date(easter.year, 1, 1) + timedelta(days=n) for n in named] == [friday]


@pytest.mark.parametrize("when", [date(2024, 12, 31), date(2027, 1, 1), date.min, date.max])
def test_a_day_the_data_does_not_reach_is_refused(when: date) -> None:
    with pytest.raises(MalformedError, match="known from 2025-01-01 to 2026-12-31 only"):
        a_calendar().day(when, NATIONS)


def test_a_day_is_added_only_where_it_is_not_known() -> None:
    before = a_calendar(a_holiday(MONDAY, name="One", nations=SCOTLAND))
    more = a_holiday(MONDAY, name="Two", nations=("Scotland", "Northern Ireland"), source="Gazette")

    after = before.adding([more, more], "made up; and the Gazette")

    assert after.holidays[MONDAY] == (
        *before.holidays[MONDAY],
        a_holiday(MONDAY, name="Two", nations=("Northern Ireland",), source="Gazette"),
    )
    assert after.source == "made up; and the Gazette"
    assert after.nations_with(MONDAY) == {"Scotland", "Northern Ireland"}
    assert after.nations_with(MONDAY + timedelta(days=1)) == frozenset()


def without(calendar: Calendar, *nations: str) -> Calendar:
    return calendar.without([a_holiday(MONDAY, name="whatever", nations=nations)])


def test_a_day_is_taken_away_wherever_it_is_known_from() -> None:
    calendar = a_calendar(a_holiday(MONDAY, nations=NATIONS))

    assert without(calendar, "Scotland").nations_with(MONDAY) == {"England and Wales", "Northern Ireland"}
    assert without(calendar, *NATIONS).day(MONDAY, NATIONS).counts


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 12, 22, 59, tzinfo=UTC), date(2026, 6, 12)),
        (datetime(2026, 6, 12, 23, 30, tzinfo=UTC), date(2026, 6, 13)),
        (datetime(2026, 1, 12, 23, 59, 59, tzinfo=UTC), date(2026, 1, 12)),
        (datetime(2026, 6, 12, 0, 30, tzinfo=timezone(timedelta(hours=14))), date(2026, 6, 11)),
        (datetime(2026, 6, 12, 23, 30, tzinfo=timezone(timedelta(hours=1))), date(2026, 6, 12)),
    ],
    ids=[
        "before midnight",
        "after it, in summer",
        "before it, in winter",
        "from afar",
        "British Summer Time",
    ],
)
def test_the_day_of_receipt_is_the_local_one(moment: datetime, day: date) -> None:
    assert date_of_receipt(moment, LONDON) == day


def test_a_moment_of_no_known_place_has_no_day() -> None:
    with pytest.raises(MalformedError, match="distance from UTC, as in 2026-06-12T23:30:00Z"):
        date_of_receipt(datetime(2026, 6, 12, 23, 30), LONDON)  # noqa: DTZ001


def test_a_moment_beyond_all_days_is_refused() -> None:
    with pytest.raises(MalformedError, match="no calendar reaches"):
        date_of_receipt(datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), LONDON)


def test_a_datetime_does_not_pass_for_a_date() -> None:
    assert only_date(MONDAY) == MONDAY
    with pytest.raises(ValueError, match="a date is needed"):
        only_date(datetime(2026, 6, 12, tzinfo=UTC))


def test_nations_and_dates_are_put_in_words() -> None:
    assert where(reversed(NATIONS)) == "throughout the United Kingdom"
    assert where(["Scotland"]) == "in Scotland"
    assert where(NATIONS[:2]) == "in England and Wales and in Scotland"
    assert in_full(date(2022, 11, 7)) == "7 November 2022"
