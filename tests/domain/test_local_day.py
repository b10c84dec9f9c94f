"""A day is that of the United Kingdom, never of UTC, and one place alone makes a day of a moment."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import flows
from flows.domain.english import in_full, only_date
from flows.domain.errors import MalformedError
from flows.domain.local_day import days_of_utc, local_day, local_days, local_time

if TYPE_CHECKING:
    from collections.abc import Iterator

MONDAY = date(2026, 6, 1)
_MAKERS = {"date", "today", "fromtimestamp", "utcfromtimestamp"}
"""What of a moment, or of a number of seconds, makes a day."""
_DAY = re.compile(r"%-?[dejmbByY]")
_FORMATS = {
    "casework/backing_up.py",
    "casework/correspondence.py",
    "casework/evidence_pack.py",
    "casework/mail.py",
    "casework/mail_doctor.py",
    "desk/cli/clock.py",
    "desk/cli/terminal.py",
    "desk/web/render.py",
    "domain/acts/policy.py",
    "engine/tasks.py",
    "domain/working_days.py",
}
"""Where a day is written with a format: of values that are days, ``only_date`` or a type says so.

Or of a moment with its time, as part of a name: of a file in UTC, of a run as clocks here show it; or told
with its time as of UTC.
"""


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 12, 22, 59, 59, tzinfo=UTC), date(2026, 6, 12)),
        (datetime(2026, 6, 12, 23, 0, tzinfo=UTC), date(2026, 6, 13)),
        (datetime(2026, 6, 12, 23, 30, tzinfo=UTC), date(2026, 6, 13)),
        (datetime(2026, 6, 13, 0, 0, tzinfo=UTC), date(2026, 6, 13)),
        (datetime(2026, 1, 12, 23, 59, 59, tzinfo=UTC), date(2026, 1, 12)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 6, 12, 0, 30, tzinfo=timezone(timedelta(hours=14))), date(2026, 6, 11)),
        (datetime(2026, 6, 12, 23, 30, tzinfo=timezone(timedelta(hours=1))), date(2026, 6, 12)),
    ],
    ids=[
        *("the last second of a summer's day", "midnight", "half past midnight", "an hour after midnight"),
        *("a winter's evening", "before summer time begins", "the day it begins"),
        *("before it ends", "the day it ends", "the end of a year", "from afar", "British Summer Time"),
    ],
)
def test_the_day_of_a_moment_is_the_local_one(moment: datetime, day: date) -> None:
    assert local_day(moment) == day
    assert local_time(moment) == moment


def test_a_moment_of_no_known_place_has_no_day() -> None:
    with pytest.raises(MalformedError, match="distance from UTC, as in 2026-06-12T23:30:00Z"):
        local_day(datetime(2026, 6, 12, 23, 30))  # noqa: DTZ001


def test_a_moment_beyond_all_days_is_refused() -> None:
    with pytest.raises(MalformedError, match="no calendar reaches"):
        local_day(datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))))


def test_a_moment_does_not_pass_for_a_day() -> None:
    assert only_date(MONDAY) == MONDAY
    for words in (only_date, in_full):
        with pytest.raises(ValueError, match="a date is needed"):
            words(datetime(2026, 6, 12, tzinfo=UTC))


@pytest.mark.parametrize("month", [1, 6])
def test_without_a_zone_a_moment_late_in_the_evening_may_be_of_two_days(month: int) -> None:
    late, earlier = (datetime(2026, month, 12, hour, 30, tzinfo=UTC) for hour in (23, 22))

    assert days_of_utc(late) == (date(2026, month, 12), date(2026, month, 13))
    assert days_of_utc(earlier) == (date(2026, month, 12),) * 2
    assert len({*local_days(late)}) == 1


def _calls(source: str) -> Iterator[str]:
    """Yield what a text does that would make a day of a moment, as ``date at 3``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue) and _DAY.search(ast.unparse(node.format_spec or node)):
            yield f"a format at {node.lineno}"
        if isinstance(node, ast.Subscript) and ast.unparse(node).endswith("isoformat()[:10]"):
            yield f"a piece of text at {node.lineno}"
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called, arguments = node.func.attr, node.args
        to_utc = called == "astimezone" and [ast.unparse(each) for each in arguments] == ["UTC"]
        # A number of seconds as a moment in UTC is no day yet.
        to_utc = to_utc or (called == "fromtimestamp" and [*map(ast.unparse, arguments[1:])] == ["UTC"])
        own = called == "today" and ast.unparse(node.func.value) != "date"
        written = called == "strftime" and _DAY.search(ast.unparse(node)) and "Z'" not in ast.unparse(node)
        if written or (not to_utc and ((called in _MAKERS and not own) or called == "astimezone")):
            yield f"{called} at {node.lineno}"


def test_no_other_place_makes_a_day_of_a_moment() -> None:
    folder = Path(next(iter(flows.__path__)))
    found = {
        str(path.relative_to(folder)): calls
        for path in sorted(folder.rglob("*.py"))
        if (calls := [*_calls(path.read_text("utf-8"))])
    }

    makers = {path for path, calls in found.items() if not all(each.startswith("a format") for each in calls)}
    assert makers == {"domain/local_day.py"}
    assert found.keys() - makers <= _FORMATS


@pytest.mark.parametrize(
    "source",
    [
        "day = act.time.date()",
        "day = date.today()",
        "day = date.fromtimestamp(seconds)",
        "local = act.time.astimezone(LOCAL)",
        "day = datetime.now(UTC).astimezone().day",
        "words = f'{act.time:%d %B %Y}'",
        "words = act.time.strftime('%d %B')",
        "day = act.time.isoformat()[:10]",
    ],
)
def test_whoever_makes_a_day_elsewhere_is_told(source: str) -> None:
    assert [*_calls(source)]


@pytest.mark.parametrize(
    "source",
    [
        "today = office.today()",
        "utc = when.astimezone(UTC)",
        "day = row.date",
        "time = f'{local:%H:%M}'",
        "stamp = act.time.strftime('%Y-%m-%dT%H:%M:%SZ')",
    ],
)
def test_what_makes_no_day_is_left_alone(source: str) -> None:
    assert not [*_calls(source)]
