"""Commands on the statutory clock: when a request falls due, and which days were added that do not count."""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from datetime import date, datetime
from itertools import groupby, starmap, zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from flows import home as flows_home
from flows.casework import acts, views
from flows.desk.cli.terminal import (
    Commands,
    counted,
    day,
    example,
    heading,
    open_office,
    print_json,
    print_rows,
    shown,
    tell_policy,
    with_home,
    wrapped,
)
from flows.desk.cli.terminal import acts as acting
from flows.domain.clock import NOBODY_SAID
from flows.domain.deadline import against_closures, receipt_faults
from flows.domain.deadline import deadline as compute
from flows.domain.english import in_full
from flows.domain.errors import Fault, MalformedError
from flows.domain.events import USUAL, Events, Round
from flows.domain.local_day import local_day
from flows.domain.policy import BODIES
from flows.domain.provisions import provisions
from flows.domain.reference import parse_reference
from flows.domain.working_days import NATIONS, Closure, Holiday, where
from flows.sources import bank_holidays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.domain.deadline import Deadline
    from flows.domain.timetable import Timetable
    from flows.domain.working_days import Calendar, Day
    from flows.home import Home

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)
_SLUGS: Final = {nation.lower().replace(" ", "-"): nation for nation in NATIONS}
_LIKE_A_DAY: Final = re.compile(r"[0-9]{4}-[0-9]|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}\Z")
"""What somebody means as a day, whatever it is: 2022-11, 7/11/2022."""
_WEEKEND: Final = frozenset({"Saturday", "Sunday"})


class LocalDay(click.ParamType[Any]):
    """A day: a date, or a time with its distance from UTC, of which the local day is taken."""

    name = "date"

    def __init__(self, *, or_usual: bool = False) -> None:
        self._or_usual = or_usual

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the local day."""
        if not isinstance(value, str) or (self._or_usual and value == USUAL):
            return value
        try:
            if _DATE.fullmatch(value):
                return date.fromisoformat(value)
            if _TIME.fullmatch(value):
                return local_day(datetime.fromisoformat(value.upper()))
        except MalformedError as error:
            self.fail("; ".join(fault.problem for fault in error.faults), param, ctx)
        except ValueError:
            what = "day" if _DATE.fullmatch(value) else "moment"
            self.fail(f"the calendar has no such {what} as {value}", param, ctx)
        return self.fail(
            "a date is needed, as in 2026-06-12, or a time with its distance from UTC, as in "
            "2026-06-12T23:30:00Z",
            param,
            ctx,
        )


class DayOrCase(LocalDay):
    """A day, or the reference of a case."""

    name = "day or case"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the day, or the reference as text."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            # What begins like a day is meant as one, and its faults are told.
            if isinstance(value, str) and not _LIKE_A_DAY.match(value):
                with suppress(MalformedError):
                    return parse_reference(value)
            raise


class Span(click.ParamType[Any]):
    """A first and a last day."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the two days."""
        first, dots, last = str(value).partition("..")
        if not dots:
            self.fail("two days are needed, as in 2026-07-22..2026-09-01", param, ctx)
        return tuple(LocalDay().convert(each, param, ctx) for each in (first, last))


def _on(name: str, words: str, *, multiple: bool = False) -> Callable[[_Command], _Command]:
    return click.option(f"--{name}", type=LocalDay(), metavar="DATE", multiple=multiple, help=words)


@click.command(
    epilog=example(
        "equipoise deadline 2026-06-12",
        "equipoise deadline 2026-03-02 --fees-notice 2026-03-10 --fees-paid 2026-03-20",
        "equipoise deadline 2026-06-12T23:30:00Z --extended 2026-08-03",
        "equipoise deadline 2026-06-12 --body school --closed 2026-07-22..2026-09-01",
        "equipoise deadline 1146A/22",
    )
)
@click.argument("received", metavar="DATE|REF", type=DayOrCase())
@_on("clarification-asked", "The applicant was asked what is wanted; once for each round.", multiple=True)
@_on(
    "clarification-answered",
    "The applicant said what is wanted; once for each round, in their order.",
    multiple=True,
)
@_on("fees-notice", "A fees notice was given.")
@_on("fees-paid", "The fee was paid.")
@click.option(
    "--extended",
    type=LocalDay(or_usual=True),
    metavar="[DATE]",
    is_flag=False,
    flag_value=USUAL,
    help="More time is taken for the public interest test: until the estimate DATE, else the usual longest.",
)
@_on("refused", "A refusal was issued.")
@_on("review-asked", "An internal review was asked for.")
@click.option(
    "--body", type=click.Choice(BODIES), help="What kind of authority it is; by default that of the register."
)
@click.option(
    "--closed",
    type=Span(),
    multiple=True,
    metavar="DATE..DATE",
    help="For a school alone: there was no session, first and last day; may be repeated. By default what the "
    "register says.",
)
@_on("specified", "The regulator specified this later day, for information abroad or on operations.")
@with_home
def deadline(
    *,
    home: Home,
    as_json: bool,
    body: str | None,
    clarification_asked: tuple[date, ...],
    clarification_answered: tuple[date, ...],
    closed: tuple[tuple[date, date], ...],
    **events: Any,  # noqa: ANN401 - click's own
) -> None:
    """Compute when a request received on DATE, or the case REF, falls due, day by day.

    DATE is the day of receipt in London, or a time with its distance from UTC; of a case, what happened to it
    is known. The bank holidays, and the kind of authority, are those of the register at the home, if there is
    one.
    """
    of_case: Events | None = None
    with ExitStack() as stack:
        office = (
            stack.enter_context(open_office(home, reading=True))
            if home.registrar or home.register.is_dir()
            else None
        )
        policy = office.register.policy() if office else None
        days = office.calendar(policy) if office and policy else bank_holidays.calendar()
        if isinstance(events["received"], str):
            of_case = _of_case(
                office, events["received"], {**events, "rounds": clarification_asked, "closed": closed}
            )
    timetable = replace(provisions().clock, body=body or (policy.rules.body if policy else None))
    if closed:
        days = replace(days, closures=_closures(closed, timetable))
    on_record = of_case is not None
    if of_case is None:
        if faults := tuple(receipt_faults("DATE", events["received"], flows_home.today(), timetable)):
            raise MalformedError("deadline", *faults)
        rounds = tuple(starmap(_round, zip_longest(clarification_asked, clarification_answered)))
        of_case = Events(rounds=rounds, **events)
    found = compute(of_case, days, timetable, today=flows_home.today(), on_record=on_record)
    if as_json:
        print_json(_as_json(found, days))
    else:
        _tell(found, days, timetable)
        if office and timetable.body is None:
            _say(NOBODY_SAID)


def _closures(spans: tuple[tuple[date, date], ...], timetable: Timetable) -> tuple[Closure, ...]:
    problem = against_closures(timetable)
    faults = [Fault(path="closed", problem=problem)] if problem else []
    faults += [
        Fault(path="closed", problem=f"{last} is before {first}, its first day; a day from then on is needed")
        for first, last in spans
        if last < first
    ]
    if faults:
        raise MalformedError("deadline", *faults)
    return tuple(Closure(first=first, last=last, added=flows_home.today()) for first, last in sorted(spans))


def _of_case(office: Office | None, reference: str, given: Mapping[str, Any]) -> Events:
    """Return what happened to a case; nothing else can be said of it here."""
    if any(value for name, value in given.items() if name != "received"):
        raise click.UsageError("What happened to a case is on record; leave out the options that say so.")
    if office is None:
        raise click.UsageError(
            "a date is needed, as in 2026-06-12: there is no register at the home, so that no case is known."
        )
    return office.register.dossier(reference).case.life.events


def _round(asked: date | None, answered: date | None) -> Round:
    if asked is None:
        problem = "this needs clarification-asked too, on that day or before it"
        raise MalformedError("deadline", Fault(path="clarification-answered", problem=problem))
    return Round(asked=asked, answered=answered)


def _as_json(found: Deadline, days: Calendar) -> dict[str, Any]:
    told: dict[str, Any] = {
        "received": found.received,
        "counted_from": found.counted_from,
        "due": found.due,
        "notice_due": found.notice_due,
        "reached": found.reached,
        "days": [
            {
                "date": each.date,
                "counts": each.counts,
                "reason": each.reason,
                "nations": list(each.nations),
                "source": each.source,
            }
            for each in found.days
        ],
        "remarks": list(found.remarks),
        "lapsed": found.lapsed,
        "source": days.source,
    }
    if found.review:
        told["review"] = {
            "ask_by": found.review.ask_by,
            "asked": found.review.asked,
            "aim": found.review.aim,
            "exceptional": found.review.exceptional,
        }
    return told


def _tell(found: Deadline, days: Calendar, timetable: Timetable) -> None:
    received = f"Received {_with_weekday(found.received)}"
    if found.due:
        click.echo(f"{received}; due {heading(_with_weekday(found.due))}.")
    else:
        until = "any more" if found.lapsed else "for now"
        click.echo(f"{received}; {heading(f'nothing is due {until}')}.")
    if found.notice_due:
        when = "" if found.due == found.notice_due else f"{_with_weekday(found.notice_due)} is "
        sentence = f"{when}{found.reached}."
        _say(f"{sentence[0].upper()}{sentence[1:]}")
    for remark in found.remarks:
        _say(remark)
    if not all(each.counts for each in found.days):
        click.echo("Days that did not count:")
        print_rows([*_not_counted(found.days, days)])
    if any(each.nations and each.nations != timetable.nations for each in found.days):
        _say("A bank holiday in any one part of the United Kingdom is left out in all of it, section 10(6).")
    _say(f"Bank holidays: {days.source}")


def _not_counted(found: tuple[Day, ...], days: Calendar) -> Iterator[tuple[str, str]]:
    """Yield the days that did not count, with why; weekends, which surprise nobody, only as a number."""
    told = [each for each in found if not each.counts and each.reason not in _WEEKEND]
    for reason, group in groupby(told, key=lambda each: each.reason):
        first, *more = group
        until = f" to {more[-1].date:%a %d %b %Y}" if more else ""
        # The source of the software's own days stands at the end, once for all.
        known = "" if not first.source or days.source.startswith(first.source) else f" ({first.source})"
        yield f"  {first.date:%a %d %b %Y}{until}", f"{reason}{known}"
    weekend = sum(each.reason in _WEEKEND for each in found)
    if weekend:
        yield f"  {counted(weekend, 'day', 'days')}", "Saturdays and Sundays"


def _say(sentence: str) -> None:
    for line in wrapped(shown(sentence)):
        click.echo(line)


def _with_weekday(when: date) -> str:
    return f"{when:%A} {in_full(when)}"


@click.group(cls=Commands)
def holiday() -> None:
    """Keep the bank holidays that were proclaimed after this software was made."""


@holiday.command(
    "add",
    epilog=example(
        'equipoise holiday add 2026-06-15 --name "World Cup" --nation scotland \\\n'
        '  --source "Edinburgh Gazette, 6 February 2026" --as administrator'
    ),
)
@click.argument("when", metavar="DATE", type=LocalDay())
@click.option("--name", required=True, metavar="TEXT", help="What it is for.")
@click.option(
    "--nation",
    "nations",
    multiple=True,
    required=True,
    type=click.Choice(list(_SLUGS)),
    help="Where it is a bank holiday; may be repeated.",
)
@click.option("--source", required=True, metavar="TEXT", help="Where it was proclaimed.")
@acting
def add(
    when: date,
    name: str,
    nations: tuple[str, ...],
    source: str,
    *,
    office: Office,
    officer: Officer,
    as_json: bool,
) -> None:
    """Add a bank holiday, from which the due dates of running cases follow."""
    wanted = {_SLUGS[slug] for slug in nations}
    there = tuple(nation for nation in NATIONS if nation in wanted)
    known = office.calendar(office.register.policy()).nations_with(when) & wanted
    before = _due_dates(office)
    recorded = acts.add_holiday(office, officer, Holiday(date=when, name=name, nations=there, source=source))
    already = where(nation for nation in there if nation in known) if known else ""
    if recorded is None:
        words = f"{in_full(when)} is known as a bank holiday {already} already; nothing was recorded."
    else:
        new = where(nation for nation in there if nation not in known)
        words = f"{in_full(when)} is a bank holiday {new}" + (f"; {already} it was known." if known else ".")
    _done(words, office, before, new=recorded is not None, as_json=as_json)


@holiday.command("remove", epilog=example("equipoise holiday remove 2026-06-15 --as administrator"))
@click.argument("when", metavar="DATE", type=LocalDay())
@acting
def remove(when: date, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Take back what was added for a day; due dates are what they were without it."""
    before = _due_dates(office)
    acts.remove_holiday(office, officer, when)
    _done(f"{in_full(when)} is no longer an added bank holiday.", office, before, new=True, as_json=as_json)


@holiday.command("list", epilog=example("equipoise holiday list"))
@with_home
def list_(*, home: Home, as_json: bool) -> None:
    """List the bank holidays that were added."""
    with open_office(home, reading=True) as office:
        added, source = office.register.policy().holidays, office.calendar(office.register.policy()).source
    if as_json:
        rows = [
            {
                "date": each.date,
                "name": each.name,
                "nations": list(each.nations),
                "source": each.source,
                "added": each.added,
            }
            for each in added
        ]
        print_json({"holidays": rows, "source": source})
        return
    if added:
        print_rows(
            [
                (day(each.date), day(each.added), ", ".join(each.nations), f"{each.name} ({each.source})")
                for each in added
            ],
            head=("Date", "Added", "Nations", "Name and source"),
            right=frozenset({0, 1}),
        )
    _say(f"Bank holidays: {source}")


@click.group(cls=Commands)
def closure() -> None:
    """Keep the times in which there is no session at a school."""


_FIRST: Final = click.argument("first", metavar="FROM", type=LocalDay())


@closure.command(
    "add",
    epilog=example('equipoise closure add 2026-07-22 2026-09-01 --name "Summer holidays" --as administrator'),
)
@_FIRST
@click.argument("last", metavar="TO", type=LocalDay())
@click.option("--name", required=True, metavar="TEXT", help="What it is.")
@acting
def add_closure(
    first: date, last: date, name: str, *, office: Office, officer: Officer, as_json: bool
) -> None:
    """State that there is no session from the first day to the last; due dates follow from it."""
    before = _due_dates(office)
    acts.add_closure(office, officer, first, last, name)
    words = f"From {in_full(first)} to {in_full(last)} there is no session."
    _done(words, office, before, new=True, as_json=as_json)


@closure.command("remove", epilog=example("equipoise closure remove 2026-07-22 --as administrator"))
@_FIRST
@acting
def remove_closure(first: date, *, office: Office, officer: Officer, as_json: bool) -> None:
    """Take back what begins on a day; due dates are what they were without it."""
    before = _due_dates(office)
    acts.remove_closure(office, officer, first)
    words = f"That there is no session from {in_full(first)} on is taken back."
    _done(words, office, before, new=True, as_json=as_json)


@closure.command("list", epilog=example("equipoise closure list"))
@with_home
def list_closures(*, home: Home, as_json: bool) -> None:
    """List the times in which there is no session."""
    with open_office(home, reading=True) as office:
        closures = office.register.policy().closures
    if as_json:
        print_json({"closures": [asdict(each) for each in closures]})
    elif closures:
        rows = [(day(each.first), day(each.last), day(each.added), each.name) for each in closures]
        print_rows(rows, head=("First day", "Last day", "Added", "Name"), right=frozenset({0, 1, 2}))
    else:
        click.echo("No such time was stated.")


def _due_dates(office: Office) -> dict[str, date | None]:
    """Return when each case that waits is due."""
    return {each.reference: each.clock.due for each in views.queue(office, everything=False)}


def _done(sentence: str, office: Office, before: dict[str, date | None], *, new: bool, as_json: bool) -> None:
    other = [reference for reference, due in _due_dates(office).items() if before.get(reference, due) != due]
    tell_policy(office, sentence, new=new, as_json=as_json, cases=other)
    if other and not as_json:
        have = "case that waits has" if len(other) == 1 else "cases that wait have"
        click.echo(f"{len(other)} {have} a new due date; `equipoise queue` lists them all.")
