"""The days that do not count, and the deadlines that follow from them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import date, timedelta

import pytest
from listed_holidays import as_file

from flows.domain.deadline import deadline
from flows.domain.errors import MalformedError
from flows.domain.events import Events
from flows.domain.timetable import Timetable
from flows.domain.working_days import NATIONS
from flows.sources.bank_holidays import FILE, FIRST, LAST, calendar

CALENDAR = calendar()
KINGDOM = Timetable(
    begins=date(2005, 1, 1),
    working_days=20,
    nations=NATIONS,
    further_working_days=20,
    review_aim=20,
    review_exceptional=40,
    review_asked=40,
)
ENGLAND = replace(KINGDOM, nations=("England and Wales",))
SCOTLAND = replace(KINGDOM, nations=("Scotland",), further_working_days=None)


def due(received: date, timetable: Timetable = KINGDOM) -> date:
    found = deadline(Events(received=received), CALENDAR, timetable).due
    assert found is not None
    return found


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
    assert CALENDAR.day(day, NATIONS).reason == reason


def test_a_holiday_names_its_nations_and_its_source() -> None:
    day = CALENDAR.day(date(2026, 6, 15), NATIONS)

    assert day.nations == ("Scotland",)
    assert day.source == CALENDAR.source.partition(",")[0]
    assert CALENDAR.day(date(2026, 6, 15), ENGLAND.nations).counts
    assert CALENDAR.day(date(2026, 4, 6), NATIONS).nations == ("England and Wales", "Northern Ireland")


def test_at_a_weekend_nothing_stands_in_the_calendar() -> None:
    assert [day for day in CALENDAR.holidays if day.weekday() in {5, 6}] == []


def test_the_library_has_good_friday_and_christmas_day_where_we_compute_them() -> None:
    years = range(FIRST.year, LAST.year + 1)
    everywhere = [date(FIRST.year, 1, 1) + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]

    fridays = [day for day in everywhere if CALENDAR.day(day, ()).reason == "Good Friday"]
    assert [day.year for day in fridays] == list(years)
    assert all(CALENDAR.nations_with(day) == set(NATIONS) for day in fridays)
    christmas = [day for day in everywhere if (day.month, day.day) == (12, 25) and day.weekday() < 5]
    assert all(CALENDAR.nations_with(day) == set(NATIONS) for day in christmas)
    assert {CALENDAR.day(day, ()).reason for day in christmas} == {"Christmas Day"}


# Worked examples: the day of receipt, the first day that counts, the day it is due, and the day on which
# it would be due if English bank holidays were the only ones.

_EXAMPLES: dict[str, tuple[str, str, str, str]] = {
    "plain": ("2026-02-02", "2026-02-03", "2026-03-02", "2026-03-02"),
    "Friday": ("2026-02-06", "2026-02-09", "2026-03-06", "2026-03-06"),
    "Saturday": ("2026-02-07", "2026-02-09", "2026-03-06", "2026-03-06"),
    "Sunday": ("2026-02-08", "2026-02-09", "2026-03-06", "2026-03-06"),
    "on a holiday in Northern Ireland": ("2026-03-17", "2026-03-18", "2026-04-16", "2026-04-16"),
    "Good Friday": ("2026-04-03", "2026-04-07", "2026-05-05", "2026-05-05"),
    "Easter Saturday": ("2026-04-04", "2026-04-07", "2026-05-05", "2026-05-05"),
    "before the Scottish holiday of 2026": ("2026-06-12", "2026-06-16", "2026-07-14", "2026-07-10"),
    "the Saturday before it": ("2026-06-13", "2026-06-16", "2026-07-14", "2026-07-10"),
    "on it": ("2026-06-15", "2026-06-16", "2026-07-14", "2026-07-13"),
    "12 July": ("2022-06-20", "2022-06-21", "2022-07-19", "2022-07-18"),
    "on the substitute for 12 July": ("2026-07-13", "2026-07-14", "2026-08-11", "2026-08-10"),
    "St Andrew's Day": ("2026-11-30", "2026-12-01", "2026-12-30", "2026-12-30"),
    "the Friday before it": ("2026-11-27", "2026-12-01", "2026-12-30", "2026-12-29"),
    "2 January": ("2025-01-02", "2025-01-03", "2025-01-30", "2025-01-30"),
    "the Queen's funeral": ("2022-09-01", "2022-09-02", "2022-09-30", "2022-09-30"),
    "FOIMan 2 December 2014": ("2014-12-02", "2014-12-03", "2015-01-05", "2015-01-02"),
    "FOIMan 17 November 2014": ("2014-11-17", "2014-11-18", "2014-12-16", "2014-12-15"),
    "FOIMan 9 January 2015": ("2015-01-09", "2015-01-12", "2015-02-06", "2015-02-06"),
}


@pytest.mark.parametrize(("received", "first", "last", "in_england"), _EXAMPLES.values(), ids=_EXAMPLES)
def test_the_worked_examples(received: str, first: str, last: str, in_england: str) -> None:
    computed = deadline(Events(received=date.fromisoformat(received)), CALENDAR, KINGDOM)

    assert next(day.date for day in computed.days if day.counts) == date.fromisoformat(first)
    assert computed.due == date.fromisoformat(last)
    assert due(date.fromisoformat(received), ENGLAND) == date.fromisoformat(in_england)


def test_the_worked_example_of_a_fee() -> None:
    march = Events(received=date(2026, 3, 2), fees_notice=date(2026, 3, 10), fees_paid=date(2026, 3, 20))

    found = deadline(march, CALENDAR, KINGDOM)

    assert found.due == date(2026, 4, 14)
    assert sum((day.reason or "").startswith("disregarded") for day in found.days) == 8


# The same by another way: a table typed from the proclaimed days, and counting on the fingers

_WEEKDAYS_OFF = {
    2023: "0102 0103 0317 0407 0410 0501 0508 0529 0712 0807 0828 1130 1225 1226",
    2024: "0101 0102 0318 0329 0401 0506 0527 0712 0805 0826 1202 1225 1226",
    2025: "0101 0102 0317 0418 0421 0505 0526 0714 0804 0825 1201 1225 1226",
    2026: "0101 0102 0317 0403 0406 0504 0525 0615 0713 0803 0831 1130 1225 1228",
    2027: "0101 0104 0317 0326 0329 0503 0531 0712 0802 0830 1130 1227 1228",
}
_OFF = {
    date(year, int(day[:2]), int(day[2:])) for year, days in _WEEKDAYS_OFF.items() for day in days.split()
}
_START, _END = date(2023, 1, 1), date(2027, 12, 31)
_EVERY_DAY = [_START + timedelta(days=n) for n in range((_END - _START).days + 1)]
_WORKING = [day for day in _EVERY_DAY if day.isoweekday() < 6 and day not in _OFF]


def by_hand(received: date) -> date:
    """The working days stand in a list; go to the first after the receipt, and nineteen on."""
    return _WORKING[bisect_right(_WORKING, received) + 19]


@pytest.mark.parametrize("year", sorted(_WEEKDAYS_OFF))
def test_the_weekdays_off_are_those_proclaimed(year: int) -> None:
    ours = {day for day in CALENDAR.holidays if day.year == year}

    assert ours == {day for day in _OFF if day.year == year}


@pytest.mark.parametrize(
    ("received", "last"),
    [
        *((date(2022, 12, 30), date(2023, 1, 31)), (date(2023, 3, 16), date(2023, 4, 18))),
        *((date(2023, 4, 21), date(2023, 5, 23)), (date(2023, 11, 29), date(2024, 1, 3))),
        *((date(2024, 2, 29), date(2024, 4, 2)), (date(2024, 6, 30), date(2024, 7, 29))),
        *((date(2024, 12, 24), date(2025, 1, 27)), (date(2025, 4, 17), date(2025, 5, 20))),
        *((date(2025, 7, 1), date(2025, 7, 30)), (date(2025, 11, 30), date(2025, 12, 31))),
        *((date(2026, 5, 1), date(2026, 6, 2)), (date(2026, 8, 31), date(2026, 9, 28))),
    ],
)
def test_more_examples_counted_by_hand(received: date, last: date) -> None:
    assert (due(received), by_hand(received)) == (last, last)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_first_the_middle_and_the_last_of_a_month_agree_with_counting_by_hand(
    year: int, month: int
) -> None:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    received = [date(year, month, 1), date(year, month, 15), last]

    assert [due(day) for day in received] == [by_hand(day) for day in received]


def test_every_day_of_five_years_agrees_with_counting_by_hand() -> None:
    received = [_START + timedelta(days=n) for n in range((date(2027, 11, 26) - _START).days + 1)]

    assert [due(day) for day in received] == [by_hand(day) for day in received]


@pytest.mark.parametrize(
    ("received", "last"),
    [
        # Easter Monday counts in Scotland, 17 March too; 15 June 2026 does not.
        (date(2026, 3, 16), date(2026, 4, 14)),
        (date(2026, 4, 2), date(2026, 5, 1)),
        (date(2026, 6, 12), date(2026, 7, 13)),
        (date(2025, 12, 31), date(2026, 1, 30)),
    ],
)
def test_in_scotland_only_scottish_holidays_do_not_count(received: date, last: date) -> None:
    assert due(received, SCOTLAND) == last


@pytest.mark.parametrize(
    "received", [date(2028, 11, 30), date(2028, 12, 31), date(2030, 1, 1), date(2004, 12, 30)]
)
def test_beyond_the_horizon_it_refuses_and_does_not_guess(received: date) -> None:
    with pytest.raises(MalformedError, match="bank holidays are known from 2005-01-01 to 2028-12-31 only"):
        due(received)


def test_the_days_are_those_of_the_library() -> None:
    # The library's version may move on; its days up to the last one known may not.
    assert FILE.read_text(encoding="utf-8").splitlines()[1:] == as_file().splitlines()[1:]
