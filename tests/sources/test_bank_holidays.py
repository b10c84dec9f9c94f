"""The days that do not count, and the deadlines that follow from them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from flows.domain.deadline import deadline
from flows.domain.errors import MalformedError
from flows.sources.bank_holidays import FIRST, LAST, calendar

CALENDAR = calendar()


def test_the_calendar_is_made_once_and_names_its_source() -> None:
    assert calendar() is CALENDAR
    assert CALENDAR.source.startswith("holidays 0.")
    assert (CALENDAR.first, CALENDAR.last) == (FIRST, LAST) == (date(2005, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 6, 15), "bank holiday in Scotland: Scotland's participation in the FIFA World Cup final"),
        (date(2026, 1, 2), "bank holiday in Scotland: New Year Holiday"),
        (date(2026, 3, 17), "bank holiday in Northern Ireland: Saint Patrick's Day"),
        (date(2022, 7, 12), "bank holiday in Northern Ireland: Battle of the Boyne"),
        (date(2026, 7, 13), "bank holiday in Northern Ireland: Battle of the Boyne (substitute day)"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2026, 4, 6), "bank holiday in England and Wales and in Northern Ireland: Easter Monday"),
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "bank holiday throughout the United Kingdom: Boxing Day (substitute day)"),
        (
            date(2023, 1, 2),
            (
                "bank holiday in Scotland: New Year Holiday; "
                "throughout the United Kingdom: New Year's Day (substitute day)"
            ),
        ),
        (
            date(2022, 9, 19),
            "bank holiday throughout the United Kingdom: State Funeral of Queen Elizabeth II",
        ),
        (date(2026, 6, 13), "Saturday"),
        (date(2026, 7, 12), "Sunday"),
        (date(2022, 12, 25), "Sunday"),
        (date(2006, 11, 30), None),
        (date(2026, 6, 16), None),
        (date(2026, 10, 12), None),
    ],
)
def test_a_day_that_does_not_count_says_why_and_where(day: date, reason: str | None) -> None:
    assert CALENDAR.reason_not_working(day) == reason


def test_at_a_weekend_only_christmas_day_stands_in_the_calendar() -> None:
    weekend = {CALENDAR.holidays[day] for day in CALENDAR.holidays if day.weekday() in {5, 6}}

    assert weekend == {"Christmas Day"}


def test_good_friday_and_christmas_day_are_there_in_every_year() -> None:
    for reason in ("Good Friday", "Christmas Day"):
        years = [day.year for day in CALENDAR.holidays if CALENDAR.holidays[day] == reason]
        assert years == list(range(FIRST.year, LAST.year + 1))


# The worked examples of law.md 1.3


@pytest.mark.parametrize(
    ("received", "first", "due"),
    [
        (date(2026, 2, 2), date(2026, 2, 3), date(2026, 3, 2)),
        (date(2026, 2, 6), date(2026, 2, 9), date(2026, 3, 6)),
        (date(2026, 2, 7), date(2026, 2, 9), date(2026, 3, 6)),
        (date(2026, 2, 8), date(2026, 2, 9), date(2026, 3, 6)),
        (date(2026, 3, 17), date(2026, 3, 18), date(2026, 4, 16)),
        (date(2026, 4, 3), date(2026, 4, 7), date(2026, 5, 5)),
        (date(2026, 4, 4), date(2026, 4, 7), date(2026, 5, 5)),
        (date(2026, 6, 12), date(2026, 6, 16), date(2026, 7, 14)),
        (date(2026, 6, 13), date(2026, 6, 16), date(2026, 7, 14)),
        (date(2026, 6, 15), date(2026, 6, 16), date(2026, 7, 14)),
        (date(2022, 6, 20), date(2022, 6, 21), date(2022, 7, 19)),
        (date(2026, 7, 13), date(2026, 7, 14), date(2026, 8, 11)),
        (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 30)),
        (date(2026, 11, 27), date(2026, 12, 1), date(2026, 12, 30)),
        (date(2025, 1, 2), date(2025, 1, 3), date(2025, 1, 30)),
        (date(2022, 9, 1), date(2022, 9, 2), date(2022, 9, 30)),
        (date(2014, 12, 2), date(2014, 12, 3), date(2015, 1, 5)),
        (date(2014, 11, 17), date(2014, 11, 18), date(2014, 12, 16)),
        (date(2015, 1, 9), date(2015, 1, 12), date(2015, 2, 6)),
    ],
    ids=[
        "plain",
        "Friday",
        "Saturday",
        "Sunday",
        "on a holiday in Northern Ireland",
        "Good Friday",
        "Easter Saturday",
        "before the Scottish holiday of 2026",
        "the Saturday before it",
        "on it",
        "12 July",
        "on the substitute for 12 July",
        "St Andrew's Day",
        "the Friday before it",
        "2 January",
        "the Queen's funeral",
        "FOIMan 2 December 2014",
        "FOIMan 17 November 2014",
        "FOIMan 9 January 2015",
    ],
)
def test_the_worked_examples(received: date, first: date, due: date) -> None:
    computed = deadline(received, CALENDAR)

    assert next(day.date for day in computed.days if day.counts) == first
    assert computed.due == due


# The same by another way: a table typed from the proclaimed days, and counting on the fingers

_WEEKDAYS_OFF = {
    2023: "0102 0103 0317 0407 0410 0501 0508 0529 0712 0807 0828 1130 1225 1226",
    2024: "0101 0102 0318 0329 0401 0506 0527 0712 0805 0826 1202 1225 1226",
    2025: "0101 0102 0317 0418 0421 0505 0526 0714 0804 0825 1201 1225 1226",
    2026: "0101 0102 0317 0403 0406 0504 0525 0615 0713 0803 0831 1130 1225 1228",
}
_OFF = {
    date(year, int(day[:2]), int(day[2:])) for year, days in _WEEKDAYS_OFF.items() for day in days.split()
}


def by_hand(received: date) -> date:
    """Twenty times: go to the next day, and on while it is a weekend or in the table."""
    day = received
    for _ in range(20):
        day = date.fromordinal(day.toordinal() + 1)
        while day.isoweekday() > 5 or day in _OFF:
            day = date.fromordinal(day.toordinal() + 1)
    return day


@pytest.mark.parametrize("year", sorted(_WEEKDAYS_OFF))
def test_the_weekdays_off_are_those_proclaimed(year: int) -> None:
    ours = {day for day in CALENDAR.holidays if day.year == year and day.isoweekday() < 6}

    assert ours == {day for day in _OFF if day.year == year}


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2022, 12, 30), date(2023, 1, 31)),
        (date(2023, 3, 16), date(2023, 4, 18)),
        (date(2023, 4, 21), date(2023, 5, 23)),
        (date(2023, 11, 29), date(2024, 1, 3)),
        (date(2024, 2, 29), date(2024, 4, 2)),
        (date(2024, 6, 30), date(2024, 7, 29)),
        (date(2024, 12, 24), date(2025, 1, 27)),
        (date(2025, 4, 17), date(2025, 5, 20)),
        (date(2025, 7, 1), date(2025, 7, 30)),
        (date(2025, 11, 30), date(2025, 12, 31)),
        (date(2026, 5, 1), date(2026, 6, 2)),
        (date(2026, 8, 31), date(2026, 9, 28)),
    ],
)
def test_more_examples_counted_by_hand(received: date, due: date) -> None:
    assert (deadline(received, CALENDAR).due, by_hand(received)) == (due, due)


def test_every_day_of_four_years_agrees_with_counting_by_hand() -> None:
    start, end = date(2023, 1, 1), date(2026, 11, 27)
    received = [start + timedelta(days=n) for n in range((end - start).days + 1)]

    assert [deadline(day, CALENDAR).due for day in received] == [by_hand(day) for day in received]


@pytest.mark.parametrize(
    "received", [date(2028, 11, 30), date(2028, 12, 31), date(2030, 1, 1), date(2004, 12, 30)]
)
def test_beyond_the_horizon_it_refuses_and_does_not_guess(received: date) -> None:
    with pytest.raises(MalformedError, match="bank holidays are known from 2005-01-01 to 2028-12-31 only"):
        deadline(received, CALENDAR)
