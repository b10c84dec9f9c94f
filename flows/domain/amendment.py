"""What may change the policy, and how."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError, NotEntitledError, RefusedError
from flows.domain.policy import SERVICE, parse_origin, parse_person
from flows.domain.procedure import ActKind, Role
from flows.domain.theme import theme_faults
from flows.domain.working_days import NATIONS, in_full, latest_local_day, named_in_the_act, where

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from flows.domain.act import Act
    from flows.domain.policy import Person, Policy, Proclaimed
    from flows.domain.theme import Theme

LONGEST_NAME: Final = 120
"""Characters of a bank holiday's name."""
LONGEST_SOURCE: Final = 300
"""Characters of where it was proclaimed."""

_DETAILS_OF: Final = {
    ActKind.FOUND: frozenset[str](),
    ActKind.ADD_OFFICER: frozenset({"person"}),
    ActKind.REVOKE_OFFICER: frozenset({"person"}),
    ActKind.ADD_HOLIDAY: frozenset({"date"}),
    ActKind.REMOVE_HOLIDAY: frozenset({"date"}),
    ActKind.CHANGE_THEME: frozenset[str](),
    ActKind.CHANGE_DESK: frozenset[str](),
}
"""The facts an act on the policy states: these and no others."""
_FILE_OF: Final = {
    ActKind.ADD_HOLIDAY: "calendar.json",
    ActKind.REMOVE_HOLIDAY: "calendar.json",
    ActKind.CHANGE_THEME: "theme.json",
    ActKind.CHANGE_DESK: "rules.json",
}
"""Where what an act changes stands, if not with the people."""
_PLAIN: Final = (None, None, "test")
"""No gate, no reason, and the document every act names."""
_RIGHT_OF_ACCESS: Final = date(2005, 1, 1)
_AHEAD: Final = timedelta(days=5 * 366)
"""A proclamation further ahead is a slip of the pen."""
_SATURDAY: Final = 5


def add_officer(policy: Policy, person: Person) -> Policy:
    """Return the next policy, with ``person`` added or given other roles and keys.

    Raises:
        RefusedError: a key is somebody else's already, the person would have no role, the service's
            role or nothing new, or the last administrator would be gone.
        MalformedError: the id is no person's.
    """
    parse_person(person.id)
    if policy.people.get(person.id) == person:
        raise RefusedError(f"{person.id} already has these roles and keys.")
    if not person.roles or Role.SERVICE in person.roles:
        raise RefusedError(f"{person.id} needs at least one role, and not the role of the service.")
    for other in policy.people.values():
        if other.id != person.id and set(other.keys) & set(person.keys):
            raise RefusedError(f"That key belongs to {other.id}; each person needs a key of their own.")
    return _next(policy, {**policy.people, person.id: person}, changed=person.id)


def revoke_officer(policy: Policy, person: str) -> Policy:
    """Return the next policy, without ``person``.

    Raises:
        RefusedError: nobody of that id, the service, or the last administrator.
    """
    if person not in policy.people or person == SERVICE:
        raise RefusedError(f"{person} is not on the list of authorised people.")
    return _next(policy, {id_: p for id_, p in policy.people.items() if id_ != person}, changed=person)


def add_holiday(policy: Policy, day: Proclaimed) -> Policy:
    """Return the next policy, with ``day`` among the bank holidays it adds.

    Raises:
        RefusedError: the policy has added it for one of these nations already.
        MalformedError: it cannot be a bank holiday, or its words cannot stand in the register; with
            every fault.
    """
    faults = tuple(_faults_of(day))
    if faults:
        raise MalformedError("bank holiday", *faults)
    known = [
        nation
        for other in policy.holidays
        if other.date == day.date
        for nation in set(other.nations) & {*day.nations}
    ]
    if known:
        raise RefusedError(f"{in_full(day.date)} was added as a bank holiday {where(sorted(known))} already.")
    holidays = sorted((*policy.holidays, day), key=lambda each: (each.date, each.nations))
    return replace(policy, version=policy.version + 1, holidays=tuple(holidays))


def remove_holiday(policy: Policy, when: date) -> Policy:
    """Return the next policy, without the bank holidays added for ``when``.

    Raises:
        RefusedError: there is none.
    """
    left = tuple(day for day in policy.holidays if day.date != when)
    if left == policy.holidays:
        raise RefusedError(
            f"No bank holiday on {in_full(when)} was added; those of the software's data stay."
        )
    return replace(policy, version=policy.version + 1, holidays=left)


def change_theme(policy: Policy, theme: Theme) -> Policy:
    """Return the next policy, under which papers look as ``theme`` says.

    Raises:
        RefusedError: they look so already.
        MalformedError: no paper may look so; with every fault.
    """
    if faults := tuple(theme_faults(theme)):
        raise MalformedError("theme", *faults)
    if theme == policy.theme:
        raise RefusedError("Papers look like this already.")
    return replace(policy, version=policy.version + 1, theme=theme)


def change_desk(policy: Policy, origins: Collection[str]) -> Policy:
    """Return the next policy, under which passkeys sign at ``origins`` and nowhere else.

    Raises:
        RefusedError: they do so already.
        MalformedError: one of them can be no desk's.
    """
    desk = tuple(sorted({parse_origin(origin) for origin in origins}))
    if desk == policy.rules.desk:
        raise RefusedError("That is where passkeys sign already.")
    return replace(policy, version=policy.version + 1, rules=replace(policy.rules, desk=desk))


def check_amendment(before: Policy | None, act: Act, after: Policy) -> None:
    """Check that ``act``, judged by the policy before it, leads to ``after``.

    Raises:
        NotEntitledError: the actor is no administrator under the policy before.
        RefusedError: the policy before does not allow the change.
        MalformedError: the policy after is not what the act makes of the one before.
    """
    judge = before or after
    if act.role is not Role.ADMINISTRATOR:
        raise NotEntitledError(act.actor, act=act.kind, needed=f"the role {Role.ADMINISTRATOR}")
    judge.require(act.actor, Role.ADMINISTRATOR, act=act.kind)
    stated = frozenset(act.details)
    if stated != _DETAILS_OF.get(act.kind) or (act.gate, act.reason, act.document) != _PLAIN:
        raise _unlike(act)
    in_force = before.version if before else 0
    if (act.policy, act.version, after.version) != (in_force, in_force + 1, in_force + 1):
        raise _unlike(act)
    if before is None:
        if act.kind is not ActKind.FOUND or after.holidays or any(theme_faults(after.theme)):
            raise _unlike(act)
        return
    if after != _amended(before, act, after):
        raise _unlike(act)


def _amended(before: Policy, act: Act, after: Policy) -> Policy:
    """Return what ``act`` makes of the policy ``before``; what it adds is found in the one ``after``."""
    person = act.details.get("person", "")
    match act.kind:
        case ActKind.ADD_OFFICER if person in after.people:
            return add_officer(before, after.people[person])
        case ActKind.REVOKE_OFFICER:
            return revoke_officer(before, person)
        case ActKind.ADD_HOLIDAY:
            return add_holiday(before, _added(before, act, after))
        case ActKind.REMOVE_HOLIDAY:
            return remove_holiday(before, _date_of(act))
        case ActKind.CHANGE_THEME:
            return change_theme(before, after.theme)
        case ActKind.CHANGE_DESK:
            return change_desk(before, after.rules.desk)
        case _:
            raise _unlike(act)


def _added(before: Policy, act: Act, after: Policy) -> Proclaimed:
    new = [day for day in after.holidays if day not in before.holidays]
    if len(new) != 1 or new[0].date != _date_of(act):
        raise _unlike(act)
    if new[0].added not in {act.time.date(), latest_local_day(act.time)}:
        # Which cases it moves goes by this day, so it is not the administrator's to choose.
        raise MalformedError(
            f"{act.kind} of the policy",
            Fault(path="calendar.json", problem="the day on which it was added is not the day of the act"),
        )
    return new[0]


def _date_of(act: Act) -> date:
    try:
        when = date.fromisoformat(act.details.get("date", ""))
    except ValueError:
        raise _unlike(act) from None
    if act.details != {"date": when.isoformat()}:
        raise _unlike(act)
    return when


def _faults_of(day: Proclaimed) -> Iterator[Fault]:
    if not _RIGHT_OF_ACCESS <= day.date <= day.added + _AHEAD:
        problem = f"a day from {_RIGHT_OF_ACCESS} to five years ahead is needed, not {day.date}"
        yield Fault(path="date", problem=problem)
    elif day.date.weekday() >= _SATURDAY:
        problem = f"{in_full(day.date)} is a {day.date:%A} and does not count anyhow; a weekday is needed"
        yield Fault(path="date", problem=problem)
    elif named_in_the_act(day.date):
        problem = f"{in_full(day.date)} is {named_in_the_act(day.date)} and does not count anyhow"
        yield Fault(path="date", problem=problem)
    if not day.nations or day.nations != tuple(nation for nation in NATIONS if nation in day.nations):
        yield Fault(path="nation", problem=f"one or more of {', '.join(NATIONS)} are needed, each once")
    yield from _faults_in("name", day.name, LONGEST_NAME)
    yield from _faults_in("source", day.source, LONGEST_SOURCE)


def _faults_in(path: str, text: str, longest: int) -> Iterator[Fault]:
    if not text or text != text.strip() or len(text) > longest:
        yield Fault(path=path, problem=f"1 to {longest} characters are needed, without space around them")
    if not text.isprintable() or not unicodedata.is_normalized("NFC", text):
        problem = "one line of characters that can be seen is needed"
        yield Fault(path=path, problem=problem)


def _next(policy: Policy, people: dict[str, Person], *, changed: str) -> Policy:
    after = replace(policy, version=policy.version + 1, people=people)
    if not after.holders(Role.ADMINISTRATOR):
        raise RefusedError(f"{changed} is the last administrator; add another before changing this one.")
    return after


def _unlike(act: Act) -> MalformedError:
    return MalformedError(
        f"{act.kind} of the policy",
        Fault(
            path=_FILE_OF.get(act.kind, "roster.json"),
            problem="it is not what this act makes of the policy before it",
        ),
    )
