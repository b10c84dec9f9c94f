"""Which days count, and whose day it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from domain_builders import a_calendar, a_holiday

from flows.domain.english import in_full
from flows.domain.errors import MalformedError
from flows.domain.working_days import (
    NATIONS,
    Day,
    named_in_the_act,
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


def test_nations_and_dates_are_put_in_words() -> None:
    assert where(reversed(NATIONS)) == "throughout the United Kingdom"
    assert where(["Scotland"]) == "in Scotland"
    assert where(NATIONS[:2]) == "in England and Wales and in Scotland"
    assert in_full(date(2022, 11, 7)) == "7 November 2022"
