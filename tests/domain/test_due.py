"""One clock for everyone who asks when an answer is due, by the Act of the request."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from domain_builders import LAST, a_calendar, a_closure, a_proclaimed_day, a_timetable

from flows.domain.clock import NO_CLOSURES, NOBODY_SAID, Clock, Due
from flows.domain.deadline import Moved
from flows.domain.events import Events
from flows.domain.provisions import provisions

if TYPE_CHECKING:
    from flows.domain.policy import Proclaimed

RECEIVED, DUE = date(2026, 6, 1), date(2026, 6, 29)
"""A Monday, and the twentieth working day after it."""
GAMES = a_proclaimed_day(date(2026, 6, 15), added=RECEIVED)


def a_clock(today: date = RECEIVED, *proclaimed: Proclaimed) -> Clock:
    return Clock(a_calendar(*proclaimed), proclaimed, today, "other")


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (RECEIVED, Due(due=DUE, last=DUE, days_left=20)),
        (date(2026, 6, 26), Due(due=DUE, last=DUE, days_left=1)),
        (date(2026, 6, 27), Due(due=DUE, last=DUE, days_left=1)),
        (DUE, Due(due=DUE, last=DUE, days_left=0)),
        (date(2026, 6, 30), Due(due=DUE, last=DUE, overdue=True)),
        (date(2026, 12, 1), Due(due=DUE, last=DUE, overdue=True)),
    ],
    ids=["the day it came", "the day before", "a Saturday", "the day itself", "the day after", "long after"],
)
def test_an_answer_is_due_and_time_is_left_or_not(today: date, expected: Due) -> None:
    assert a_clock(today).answer(Events(received=RECEIVED), "foia") == expected


def test_no_deadline_is_guessed_past_what_is_known_of_bank_holidays() -> None:
    assert a_clock().answer(Events(received=LAST), "foia") == Due()
    assert a_clock().answer(Events(received=date(2031, 1, 1)), "foia") == Due()


def test_a_day_proclaimed_since_moves_the_deadline_and_is_named() -> None:
    clock = a_clock(RECEIVED, GAMES)
    moved = Moved(was=DUE, because=(GAMES,))

    assert clock.answer(Events(received=RECEIVED), "foia") == Due(
        due=date(2026, 6, 30), last=date(2026, 6, 30), days_left=20, moved=moved
    )


def test_a_day_known_when_the_request_came_moves_nothing() -> None:
    known = replace(GAMES, added=date(2026, 5, 31))

    found = a_clock(RECEIVED, known).answer(Events(received=RECEIVED), "foia")

    assert found == Due(due=date(2026, 6, 30), last=date(2026, 6, 30), days_left=20)


def test_the_act_of_the_request_says_how_long_there_is_and_whose_bank_holidays_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = replace(provisions(), clock=a_timetable(working_days=10, nations=("England and Wales",)))
    acts = {"foia": provisions(), "elsewhere": elsewhere}
    monkeypatch.setattr("flows.domain.clock.provisions", acts.__getitem__)
    clock = a_clock(RECEIVED, GAMES)

    # A bank holiday in Scotland alone counts against a request under one of the two.
    assert clock.answer(Events(received=RECEIVED), "foia").due == date(2026, 6, 30)
    assert clock.answer(Events(received=RECEIVED), "elsewhere") == Due(
        due=date(2026, 6, 15), last=date(2026, 6, 15), days_left=10
    )
    assert clock.timetable("elsewhere") == replace(elsewhere.clock, body="other")


def test_the_clock_of_the_act_is_that_of_its_data() -> None:
    assert a_clock().timetable("foia") == replace(provisions("foia").clock, body="other")
    assert replace(provisions("foia").clock, limits=(), guidance="") == a_timetable()
    with pytest.raises(ValueError, match="no regime"):
        a_clock().timetable("magna-carta")


def test_what_was_said_of_a_day_of_receipt_is_not_counted_again() -> None:
    clock = a_clock()

    assert clock.answer(Events(received=RECEIVED), "foia") is clock.answer(Events(received=RECEIVED), "foia")


# The kind of authority


@pytest.mark.parametrize(
    ("body", "today", "left", "overdue"),
    [
        ("school", DUE, 0, False),
        ("school", date(2026, 6, 30), 0, False),
        ("school", date(2026, 8, 24), 0, False),
        ("school", date(2026, 8, 25), None, True),
        ("academy", date(2026, 6, 30), None, True),
        ("other", date(2026, 6, 30), None, True),
        (None, date(2026, 6, 30), None, True),
    ],
    ids=[
        *("on the day", "a session may have been missing", "on the last day in any case", "after it"),
        *("what was not read moves nothing", "any other authority", "nobody said"),
    ],
)
def test_a_school_is_late_only_when_it_is_in_any_case(
    body: str | None, today: date, left: int | None, *, overdue: bool
) -> None:
    found = Clock(a_calendar(), (), today, body).answer(Events(received=RECEIVED), "foia")

    assert (found.due, found.days_left, found.overdue) == (DUE, left, overdue)


def test_what_the_kind_of_authority_may_change_is_told_with_the_day() -> None:
    told = {
        body: Clock(a_calendar(), (), RECEIVED, body).answer(Events(received=RECEIVED), "foia").advice
        for body in ("school", "archive", "other", None)
    }

    assert (told["other"], told[None]) == ((), (NOBODY_SAID,))
    assert "24 August 2026 is the last day in any case." in told["school"][0]
    assert "13 July 2026 is the last day in any case. That regulation was not read." in told["archive"][0]


HALF_TERM = a_closure(date(2026, 6, 15), date(2026, 6, 19), added=date(2026, 5, 1))


@pytest.mark.parametrize("today", [date(2026, 7, 6), date(2026, 7, 7)], ids=["on the day", "after it"])
def test_a_school_that_stated_its_closures_is_late_from_the_day_after_its_twentieth(today: date) -> None:
    clock = Clock(a_calendar(closures=(HALF_TERM,)), (), today, "school")

    found = clock.answer(Events(received=RECEIVED), "foia")

    assert (found.due, found.last) == (date(2026, 7, 6), date(2026, 7, 6))
    assert (found.overdue, found.moved) == (today > date(2026, 7, 6), None)
    assert NO_CLOSURES not in found.advice


def test_a_closure_stated_since_moves_the_deadline_of_a_school_alone_and_is_named() -> None:
    since = replace(HALF_TERM, added=RECEIVED)
    calendar, events = a_calendar(closures=(since,)), Events(received=RECEIVED)
    found = {
        body: Clock(calendar, (), RECEIVED, body).answer(events, "foia")
        for body in ("school", "academy", "other")
    }

    assert found["school"].moved == Moved(was=DUE, because=(since,))
    assert {(found[body].due, found[body].moved) for body in ("academy", "other")} == {(DUE, None)}


def test_a_school_that_stated_no_closure_is_told_so() -> None:
    clock = Clock(a_calendar(), (), RECEIVED, "school")

    assert clock.answer(Events(received=RECEIVED), "foia").advice[-1] == NO_CLOSURES
    assert clock.key != Clock(a_calendar(closures=(HALF_TERM,)), (), RECEIVED, "school").key


def test_clocks_of_two_kinds_of_authority_are_told_apart() -> None:
    school, other = (Clock(a_calendar(), (), RECEIVED, body) for body in ("school", "other"))

    assert school.key != other.key
