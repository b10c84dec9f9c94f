"""What may change the policy, and who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import domain_builders
import pytest
from domain_builders import (
    ADMINISTRATOR,
    LAWYER,
    SECOND,
    WRITER,
    a_closure,
    a_person,
    a_proclaimed_day,
    an_act,
    some_rules,
)

from flows.domain.acts import (
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    CHANGE_APPROVALS,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_LETTERS,
    CHANGE_PATTERN,
    CHANGE_REMINDERS,
    CHANGE_RETENTION,
    CHANGE_SERVICE_KEY,
    CHANGE_THRESHOLD,
    CLOSE,
    FOUND,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    RESUME,
    REVOKE_OFFICER,
    Kind,
)
from flows.domain.acts.policy import (
    CONSENT,
    LONGEST_NAME,
    LONGEST_SOURCE,
    PROPOSED_BY,
    add_closure,
    add_holiday,
    add_officer,
    change_approvals,
    change_authority,
    change_body,
    change_letters,
    change_pattern,
    change_reminders,
    change_retention,
    change_service_key,
    change_threshold,
    check_amendment,
    check_proposal,
    remove_closure,
    remove_holiday,
    resume,
    revoke_officer,
    suspect_key,
)
from flows.domain.edition import gates_for
from flows.domain.errors import (
    ConsentError,
    KeylessError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    PitError,
    RefusedError,
    UnchangedError,
)
from flows.domain.letterhead import Letterhead
from flows.domain.policy import BODIES, SERVICE, Person, Policy, Proclaimed, fingerprint, parse_person
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.working_days import Closure

NEW = a_person("new", Role.LEGAL_REVIEWER)


def a_policy(**changes: Any) -> Policy:
    """A policy with one administrator alone."""
    policy = domain_builders.a_policy(**changes)
    return replace(policy, people={id_: each for id_, each in policy.people.items() if id_ != SECOND})


def test_an_officer_is_added() -> None:
    before = a_policy()

    assert add_officer(before, NEW) == replace(before, version=2, people={**before.people, "new": NEW})


def test_an_officer_is_given_other_roles() -> None:
    changed = a_person(LAWYER, Role.AUDITOR)

    assert add_officer(a_policy(), changed).people[LAWYER] == changed


def test_an_officer_is_revoked() -> None:
    before = a_policy()

    after = revoke_officer(before, LAWYER)

    assert after.version == 2
    assert after.people.keys() == before.people.keys() - {LAWYER}


@pytest.mark.parametrize(
    ("person", "says"),
    [
        (a_policy().people[LAWYER], "already has these"),
        (a_person("new", Role.AUDITOR, keys=(f"ssh-ed25519 {WRITER}",)), f"belongs to {WRITER}"),
        (a_person("new", Role.AUDITOR, keys=("ssh-ed25519 service",)), "belongs to service"),
        (a_person("new"), "at least one role"),
        (a_person("new", Role.SERVICE, Role.AUDITOR), "not the role of the service"),
        (a_person(ADMINISTRATOR, Role.AUDITOR), "last administrator"),
    ],
    ids=[
        "nothing new",
        "another's key",
        "the service's key",
        "no role",
        "the service's role",
        "no administrator left",
    ],
)
def test_an_officer_is_not_added(person: Person, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        add_officer(a_policy(), person)


def test_the_service_is_given_no_other_key_as_if_it_were_an_officer() -> None:
    with pytest.raises(MalformedError, match="not 'service'"):
        add_officer(a_policy(), a_person(SERVICE, Role.AUDITOR, keys=("ssh-ed25519 another",)))


@pytest.mark.parametrize(
    ("person", "says"),
    [("nobody", "not on the list"), (SERVICE, "not on the list"), (ADMINISTRATOR, "last administrator")],
)
def test_an_officer_is_not_revoked(person: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        revoke_officer(a_policy(), person)


def test_a_founding_an_addition_and_a_revocation_hold() -> None:
    added = add_officer(a_policy(), NEW)
    revoked = revoke_officer(added, "new")

    check_amendment(None, an_act(FOUND), a_policy())
    check_amendment(a_policy(), an_act(ADD_OFFICER, details={"person": "new"}), added)
    check_amendment(
        added,
        an_act(REVOKE_OFFICER, policy=2, version=3, details={"person": "new"}),
        revoked,
    )


_ADDED = add_officer(a_policy(), NEW)
_MORE = replace(_ADDED, people={**_ADDED.people, "more": a_person("more", Role.AUDITOR)})
_BARE: dict[str, Any] = {"details": {}}
_WRONG: dict[str, tuple[Policy | None, Kind, dict[str, Any], Policy, type[PitError]]] = {
    "by a stranger": (a_policy(), ADD_OFFICER, {"actor": "nobody"}, _ADDED, NotEntitledError),
    "by an officer": (a_policy(), ADD_OFFICER, {"actor": WRITER}, _ADDED, NotEntitledError),
    "in another role": (
        a_policy(),
        ADD_OFFICER,
        {"actor": WRITER, "role": Role.FOI_OFFICER},
        _ADDED,
        NotEntitledError,
    ),
    "by somebody who is administrator only afterwards": (
        a_policy(),
        ADD_OFFICER,
        {"actor": WRITER, "details": {"person": WRITER}},
        add_officer(a_policy(), a_person(WRITER, Role.ADMINISTRATOR)),
        NotEntitledError,
    ),
    "founded by no administrator": (None, FOUND, {"actor": WRITER, **_BARE}, a_policy(), NotEntitledError),
    "founded in another role": (
        None,
        FOUND,
        {"actor": WRITER, "role": Role.FOI_OFFICER, **_BARE},
        a_policy(),
        NotEntitledError,
    ),
    "founded by an addition": (
        None,
        ADD_OFFICER,
        {"policy": 0, "version": 1},
        a_policy(),
        MalformedError,
    ),
    "founded under an edition that nobody knows": (
        None,
        FOUND,
        _BARE,
        a_policy(rules=some_rules(edition=99)),
        MalformedError,
    ),
    "founded at version 2": (None, FOUND, {"version": 2, **_BARE}, a_policy(version=2), MalformedError),
    "founded at another version than it says": (None, FOUND, _BARE, a_policy(version=2), MalformedError),
    "founded twice": (a_policy(), FOUND, {"policy": 1, "version": 2, **_BARE}, _ADDED, MalformedError),
    "a version left out": (
        a_policy(),
        ADD_OFFICER,
        {"version": 3},
        replace(_ADDED, version=3),
        MalformedError,
    ),
    "another version than it says": (a_policy(), ADD_OFFICER, {"version": 3}, _ADDED, MalformedError),
    "judged by another policy": (a_policy(), ADD_OFFICER, {"policy": 2}, _ADDED, MalformedError),
    "nobody named": (a_policy(), ADD_OFFICER, {"details": {}}, _ADDED, MalformedError),
    "somebody named who is not added": (
        a_policy(),
        ADD_OFFICER,
        {"details": {"person": "gone"}},
        _ADDED,
        MalformedError,
    ),
    "somebody else too": (a_policy(), ADD_OFFICER, {}, _MORE, MalformedError),
    "at a gate": (a_policy(), ADD_OFFICER, {"gate": Stage.BALANCING}, _ADDED, MalformedError),
    "on a document": (a_policy(), ADD_OFFICER, {"document": "test"}, _ADDED, MalformedError),
    "for a reason that nobody sees": (
        a_policy(),
        RESUME,
        {"details": {"findings": "E_SEQ at entry 7"}, "reason": "Restored\u202e."},
        resume(a_policy()),
        MalformedError,
    ),
    "other rules too": (
        a_policy(),
        ADD_OFFICER,
        {},
        replace(_ADDED, rules=some_rules(gates={"test": "two-person"})),
        MalformedError,
    ),
    "a revocation that adds": (a_policy(), REVOKE_OFFICER, {}, _ADDED, RefusedError),
    "the last administrator": (
        a_policy(),
        REVOKE_OFFICER,
        {"details": {"person": ADMINISTRATOR}},
        a_policy(version=2),
        RefusedError,
    ),
    "an addition that states more": (
        a_policy(),
        ADD_OFFICER,
        {"details": {"person": "new", "note": "free text"}},
        _ADDED,
        MalformedError,
    ),
    "an addition with a reason": (
        a_policy(),
        ADD_OFFICER,
        {"details": {"person": "new"}, "reason": "free text"},
        _ADDED,
        MalformedError,
    ),
    "an act on a case": (
        a_policy(),
        CLOSE,
        {"actor": ADMINISTRATOR, "role": Role.ADMINISTRATOR, "version": 2},
        _ADDED,
        MalformedError,
    ),
}


@pytest.mark.parametrize(
    ("before", "kind", "changes", "after", "refusal"), _WRONG.values(), ids=_WRONG.keys()
)
def test_an_amendment_does_not_hold(
    before: Policy | None, kind: Kind, changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    act = an_act(kind, **({"details": {"person": "new"}} | changes))

    with pytest.raises(refusal):
        check_amendment(before, act, after)


# Bank holidays

GAMES = date(2026, 6, 15)
DAY = a_proclaimed_day(GAMES)
WITH_DAY = add_holiday(a_policy(), DAY)


def test_a_bank_holiday_is_added_and_removed() -> None:
    assert replace(a_policy(), version=2, holidays=(DAY,)) == WITH_DAY
    assert remove_holiday(WITH_DAY, GAMES) == a_policy(version=3)


def test_bank_holidays_stand_in_the_order_of_their_dates_and_nations() -> None:
    earlier = a_proclaimed_day(date(2026, 5, 5))
    elsewhere = a_proclaimed_day(GAMES, nations=("Northern Ireland",))

    after = add_holiday(add_holiday(WITH_DAY, earlier), elsewhere)

    assert after.holidays == (earlier, elsewhere, DAY)
    assert remove_holiday(after, GAMES).holidays == (earlier,)


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"date": date(2026, 6, 13)}, "date", "13 June 2026 is a Saturday and does not count anyhow"),
        ({"date": date(2026, 12, 25)}, "date", "is Christmas Day and does not count anyhow"),
        ({"date": date(2026, 4, 3)}, "date", "is Good Friday and does not count anyhow"),
        ({"date": date(2004, 12, 31)}, "date", "a day from 2005-01-01 to five years ahead"),
        ({"date": date(2031, 2, 11)}, "date", "a day from 2005-01-01 to five years ahead"),
        ({"nations": ()}, "nation", "one or more of England and Wales, Scotland, Northern Ireland"),
        ({"nations": ("Wales",)}, "nation", "one or more of"),
        ({"nations": ("Scotland", "Scotland")}, "nation", "each once"),
        ({"nations": ("Northern Ireland", "Scotland")}, "nation", "each once"),
        ({"name": ""}, "name", "1 to 120 characters"),
        ({"name": " Games"}, "name", "without space around them"),
        ({"name": "x" * (LONGEST_NAME + 1)}, "name", "1 to 120 characters"),
        ({"name": "Games\nagain"}, "name", "one line of characters that can be seen"),
        ({"name": "Games\x1b[31m"}, "name", "one line of characters that can be seen"),
        ({"name": "\u202egames"}, "name", "one line of characters that can be seen"),
        ({"name": "Cafe\u0301"}, "name", "one line of characters that can be seen"),
        ({"source": ""}, "source", "1 to 300 characters"),
        ({"source": "x" * (LONGEST_SOURCE + 1)}, "source", "1 to 300 characters"),
        ({"source": "Gazette\u2028"}, "source", "one line of characters that can be seen"),
    ],
)
def test_what_cannot_be_a_bank_holiday_is_malformed(changes: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(MalformedError, match=r".") as refused:
        add_holiday(a_policy(), replace(DAY, **changes))

    assert {fault.path for fault in refused.value.faults} == {path}
    assert says in str(refused.value)


def test_every_fault_of_a_bank_holiday_is_told_at_once() -> None:
    with pytest.raises(MalformedError) as refused:
        add_holiday(a_policy(), replace(DAY, date=date(2026, 6, 14), nations=(), name="", source="\t"))

    assert {fault.path for fault in refused.value.faults} == {"date", "nation", "name", "source"}


@pytest.mark.parametrize("nations", [("Scotland",), ("England and Wales", "Scotland")])
def test_a_bank_holiday_is_not_added_twice_for_a_nation(nations: tuple[str, ...]) -> None:
    again = a_proclaimed_day(GAMES, nations=nations, name="Other games")

    with pytest.raises(RefusedError, match="15 June 2026 was added as a bank holiday in Scotland already"):
        add_holiday(WITH_DAY, again)


# When a school has no session

SUMMER = a_closure(date(2026, 7, 22), date(2026, 9, 1), added=date(2026, 2, 5))
SCHOOL = a_policy(rules=replace(some_rules(), body="school"))
WITH_SUMMER = add_closure(SCHOOL, SUMMER)


def test_a_closure_is_stated_and_taken_back() -> None:
    assert replace(SCHOOL, version=2, closures=(SUMMER,)) == WITH_SUMMER
    assert remove_closure(WITH_SUMMER, SUMMER.first) == replace(SCHOOL, version=3)


def test_closures_stand_in_the_order_of_their_days() -> None:
    earlier, later = a_closure(date(2026, 7, 21)), a_closure(date(2026, 9, 2))

    after = add_closure(add_closure(WITH_SUMMER, later), earlier)

    assert after.closures == (earlier, SUMMER, later)
    assert remove_closure(after, SUMMER.first).closures == (earlier, later)


@pytest.mark.parametrize(
    ("changes", "path", "says"),
    [
        ({"last": date(2026, 7, 21)}, "last", "2026-07-21 is before 2026-07-22, its first day"),
        ({"first": date(2004, 12, 31)}, "first", "a day from 2005-01-01 to five years ahead"),
        ({"last": date(2031, 2, 11)}, "last", "a day from 2005-01-01 to five years ahead"),
        ({"name": ""}, "name", "1 to 120 characters"),
        ({"name": "x" * (LONGEST_NAME + 1)}, "name", "1 to 120 characters"),
        ({"name": "Summer\nholidays"}, "name", "one line of characters that can be seen"),
        ({"name": "\u202esummer"}, "name", "one line of characters that can be seen"),
    ],
)
def test_what_cannot_be_a_closure_is_malformed(changes: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(MalformedError) as refused:
        add_closure(SCHOOL, replace(SUMMER, **changes))

    assert {fault.path for fault in refused.value.faults} == {path}
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 7, 22), date(2026, 9, 1)),
        (date(2026, 9, 1), date(2026, 9, 4)),
        (date(2026, 7, 1), date(2026, 7, 22)),
        (date(2026, 8, 3), date(2026, 8, 3)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ],
    ids=["the same", "its last day", "its first day", "a day within it", "around it"],
)
def test_a_day_without_a_session_is_stated_once(first: date, last: date) -> None:
    with pytest.raises(RefusedError, match="22 July 2026 to 1 September 2026, was stated already"):
        add_closure(WITH_SUMMER, a_closure(first, last))


@pytest.mark.parametrize("body", [*sorted({*BODIES} - {"school"}), None])
def test_a_body_that_is_no_school_has_no_closures(body: str | None) -> None:
    with pytest.raises(RefusedError, match="left out for a school alone"):
        add_closure(replace(SCHOOL, rules=replace(some_rules(), body=body)), SUMMER)


def test_what_was_not_stated_is_not_taken_back() -> None:
    with pytest.raises(RefusedError, match="begins on 23 July 2026 was stated"):
        remove_closure(WITH_SUMMER, date(2026, 7, 23))


_ITS_DAYS = {"first": "2026-07-22", "last": "2026-09-01"}


def a_closing(**changes: Any) -> Any:
    return an_act(ADD_CLOSURE, **({"time": MIDDAY, "details": _ITS_DAYS} | changes))


def test_a_statement_of_a_closure_and_its_taking_back_hold() -> None:
    check_amendment(SCHOOL, a_closing(), WITH_SUMMER)
    taken_back = an_act(REMOVE_CLOSURE, policy=2, version=3, details={"first": "2026-07-22"})
    check_amendment(WITH_SUMMER, taken_back, remove_closure(WITH_SUMMER, SUMMER.first))


def closed_by(*closures: Closure) -> Policy:
    return replace(WITH_SUMMER, closures=closures)


_WRONG_CLOSURES: dict[str, tuple[dict[str, Any], Policy, type[PitError]]] = {
    "by an officer": ({"actor": WRITER}, WITH_SUMMER, NotEntitledError),
    "of another first day": (
        *({"details": _ITS_DAYS | {"first": "2026-07-21"}}, WITH_SUMMER, MalformedError),
    ),
    "of another last day": ({"details": _ITS_DAYS | {"last": "2026-09-02"}}, WITH_SUMMER, MalformedError),
    "of no last day": ({"details": {"first": "2026-07-22"}}, WITH_SUMMER, MalformedError),
    "of nothing": ({}, closed_by(), MalformedError),
    "of two": ({}, closed_by(a_closure(GAMES), SUMMER), MalformedError),
    "on another day than the act's": ({}, closed_by(replace(SUMMER, added=GAMES)), MalformedError),
    "without a name": ({}, closed_by(replace(SUMMER, name="")), MalformedError),
    "that ends before it begins": (
        {"details": _ITS_DAYS | {"last": "2026-07-01"}},
        closed_by(replace(SUMMER, last=date(2026, 7, 1))),
        MalformedError,
    ),
    "beside a bank holiday": ({}, replace(WITH_SUMMER, holidays=(DAY,)), MalformedError),
}


@pytest.mark.parametrize(
    ("changes", "after", "refusal"), _WRONG_CLOSURES.values(), ids=_WRONG_CLOSURES.keys()
)
def test_a_statement_of_a_closure_does_not_hold(
    changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(SCHOOL, a_closing(**changes), after)


def test_a_statement_of_a_closure_does_not_hold_for_whoever_is_no_school() -> None:
    with pytest.raises(RefusedError, match="left out for a school alone"):
        check_amendment(a_policy(), a_closing(), a_policy(version=2, closures=(SUMMER,)))


def test_a_register_is_founded_without_closures() -> None:
    with pytest.raises(MalformedError):
        check_amendment(None, an_act(FOUND), replace(SCHOOL, closures=(SUMMER,)))


def of_kind(body: str | None, **changes: Any) -> Policy:
    return replace(a_policy(version=2), rules=replace(some_rules(), body=body), **changes)


def test_an_administrator_states_the_kind_of_authority_and_later_another() -> None:
    first = change_body(a_policy(), "school")
    later = change_body(first, "other")

    assert first == of_kind("school")
    check_amendment(a_policy(), an_act(CHANGE_BODY, details={"body": "school"}), first)
    check_amendment(first, an_act(CHANGE_BODY, policy=2, version=3, details={"body": "other"}), later)


_WRONG_KINDS: dict[str, tuple[dict[str, Any], Policy, type[PitError]]] = {
    "by an officer": ({"actor": WRITER}, of_kind("school"), NotEntitledError),
    "of another kind than it says": ({}, of_kind("academy"), MalformedError),
    "of a kind that nobody knows": ({"details": {"body": "parish"}}, of_kind("parish"), MalformedError),
    "without a word of it": ({"details": {}}, of_kind("school"), MalformedError),
    "of no kind": ({"details": {"body": ""}}, of_kind(None), MalformedError),
    "beside another name": ({}, of_kind("school", authority="Another Authority"), MalformedError),
}


@pytest.mark.parametrize(("changes", "after", "refusal"), _WRONG_KINDS.values(), ids=_WRONG_KINDS.keys())
def test_a_change_of_the_kind_of_authority_does_not_hold(
    changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(a_policy(), an_act(CHANGE_BODY, **{"details": {"body": "school"}} | changes), after)


def test_the_same_kind_of_authority_is_not_stated_again() -> None:
    with pytest.raises(RefusedError, match="That is the kind of authority already"):
        change_body(of_kind("school"), "school")


HEAD = Letterhead(contact="foi@sample.example")


def test_what_letters_say_is_changed_and_held_against_the_act() -> None:
    after = change_letters(a_policy(), HEAD)

    assert after == replace(a_policy(version=2), letterhead=HEAD)
    check_amendment(a_policy(), an_act(CHANGE_LETTERS), after)
    with pytest.raises(RefusedError, match="Letters say so already"):
        change_letters(after, HEAD)
    for other in (a_policy(version=2), replace(after, authority="Another Authority")):
        with pytest.raises((MalformedError, RefusedError)):
            check_amendment(a_policy(), an_act(CHANGE_LETTERS), other)


@pytest.mark.parametrize(
    "changes",
    [
        {"greeting": ""},
        {"address": ("x",) * 7},
        {"address": (" x",)},
        {"address": ("",)},
        {"contact": "x" * 81},
        {"closing": "Yours "},
        {"signatory": "a\nb"},
        {"review": "x" * 3001},
        {"review": "Ask us. "},
        {"review": "a\x1b[2J"},
        {"review": "e\u0301"},
    ],
)
def test_letters_do_not_say_what_nobody_could_print_or_see(changes: dict[str, Any]) -> None:
    said = replace(HEAD, **changes)

    with pytest.raises(MalformedError):
        change_letters(a_policy(), said)
    with pytest.raises(MalformedError):
        check_amendment(a_policy(), an_act(CHANGE_LETTERS), replace(a_policy(version=2), letterhead=said))
    with pytest.raises(MalformedError):
        check_amendment(None, an_act(FOUND, policy=0, version=1), replace(a_policy(), letterhead=said))


def test_a_day_that_was_not_added_is_not_removed() -> None:
    with pytest.raises(RefusedError, match="No bank holiday on 16 June 2026 was added"):
        remove_holiday(WITH_DAY, date(2026, 6, 16))


MIDDAY = datetime(2026, 2, 5, 12, tzinfo=UTC)
SUMMER_NIGHT = datetime(2026, 7, 9, 23, 30, tzinfo=UTC)


def an_addition(**changes: Any) -> Any:
    return an_act(ADD_HOLIDAY, **({"time": MIDDAY, "details": {"date": "2026-06-15"}} | changes))


@pytest.mark.parametrize(
    ("time", "added"),
    [
        (MIDDAY, date(2026, 2, 5)),
        (SUMMER_NIGHT, date(2026, 7, 10)),
    ],
)
def test_an_addition_and_a_removal_of_a_bank_holiday_hold(time: datetime, added: date) -> None:
    after = add_holiday(a_policy(), replace(DAY, added=added))

    check_amendment(a_policy(), an_addition(time=time), after)
    removal = an_act(REMOVE_HOLIDAY, policy=2, version=3, details={"date": "2026-06-15"})
    check_amendment(after, removal, remove_holiday(after, GAMES))


def test_late_in_the_evening_a_bank_holiday_is_added_on_the_local_day() -> None:
    act, before = an_addition(time=SUMMER_NIGHT), a_policy(rules=some_rules(edition=2))
    of_utc, local = (add_holiday(before, replace(DAY, added=date(2026, 7, day))) for day in (9, 10))

    check_amendment(before, act, local)
    with pytest.raises(MalformedError, match="not the day of the act"):
        check_amendment(before, act, of_utc)


def with_days(*days: Proclaimed, **changes: Any) -> Policy:
    return a_policy(version=2, holidays=days, **changes)


_WRONG_DAYS: dict[str, tuple[dict[str, Any], Policy, type[PitError]]] = {
    "by an officer": ({"actor": WRITER}, WITH_DAY, NotEntitledError),
    "in another role": ({"actor": WRITER, "role": Role.FOI_OFFICER}, WITH_DAY, NotEntitledError),
    "of another date": ({"details": {"date": "2026-06-16"}}, WITH_DAY, MalformedError),
    "of a date in another form": ({"details": {"date": "20260615"}}, WITH_DAY, MalformedError),
    "of no date": ({"details": {}}, WITH_DAY, MalformedError),
    "of no such date": ({"details": {"date": "soon"}}, WITH_DAY, MalformedError),
    "with a fact too many": ({"details": {"date": "2026-06-15", "person": "a"}}, WITH_DAY, MalformedError),
    "of nothing": ({}, a_policy(version=2), MalformedError),
    "of two": ({}, with_days(DAY, a_proclaimed_day(date(2026, 6, 16))), MalformedError),
    "on another day than the act's": ({}, with_days(replace(DAY, added=date(2026, 2, 4))), MalformedError),
    "on the day after the act": ({}, with_days(replace(DAY, added=date(2026, 2, 6))), MalformedError),
    "at a weekend": (
        {"details": {"date": "2026-06-14"}},
        with_days(a_proclaimed_day(date(2026, 6, 14))),
        MalformedError,
    ),
    "without a source": ({}, with_days(replace(DAY, source="")), MalformedError),
    "beside other rules": ({}, with_days(DAY, gates="two-person"), MalformedError),
    "beside other people": ({}, replace(_ADDED, holidays=(DAY,)), MalformedError),
}


@pytest.mark.parametrize(("changes", "after", "refusal"), _WRONG_DAYS.values(), ids=_WRONG_DAYS.keys())
def test_an_addition_of_a_bank_holiday_does_not_hold(
    changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(a_policy(), an_addition(**changes), after)


@pytest.mark.parametrize(
    ("kind", "details", "after"),
    [
        (REMOVE_HOLIDAY, {"date": "2026-06-15"}, replace(WITH_DAY, version=3)),
        (REMOVE_HOLIDAY, {"date": "2026-06-16"}, a_policy(version=3)),
        (REMOVE_HOLIDAY, {}, a_policy(version=3)),
        (ADD_HOLIDAY, {"date": "2026-06-15"}, a_policy(version=3)),
        (ADD_OFFICER, {"person": "new"}, replace(_ADDED, version=3)),
    ],
    ids=["nothing removed", "another", "no date", "an addition that removes", "an officer instead"],
)
def test_a_bank_holiday_does_not_vanish_otherwise_than_by_its_removal(
    kind: Kind, details: dict[str, str], after: Policy
) -> None:
    act = an_act(kind, policy=2, version=3, details=details, time=MIDDAY)

    with pytest.raises((MalformedError, RefusedError)):
        check_amendment(WITH_DAY, act, after)


def test_a_register_is_founded_without_bank_holidays_of_its_own() -> None:
    with pytest.raises(MalformedError):
        check_amendment(None, an_act(FOUND), a_policy(holidays=(DAY,)))


@pytest.mark.parametrize("text", ["a", "j.smith", "officer-2", "x" * 40])
def test_an_id_is_read(text: str) -> None:
    assert parse_person(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "A", "x" * 41, "a b", "a..b", ".a", "a.", "a-", "é", "a\n", "a/b", "service", "policy"],
)
def test_what_is_no_id_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_person(text)

    assert refused.value.source == "person"


def test_a_policy_knows_who_holds_a_role_and_which_gates_a_document_passes() -> None:
    policy = a_policy(gates="two-person")

    assert policy.holders(Role.ADMINISTRATOR) == {ADMINISTRATOR}
    assert gates_for(policy, "test") == (Stage.BALANCING,)
    assert gates_for(replace(policy, rules=some_rules()), "test") == (Stage.LEGAL_REVIEW, Stage.BALANCING)


def test_a_decision_to_go_on_changes_nothing_but_the_version() -> None:
    before = a_policy()

    assert resume(before) == replace(before, version=2)
    check_amendment(before, an_act(RESUME), resume(before))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": None}, MissingReasonError),
        ({"reason": " "}, MissingReasonError),
        ({"details": {}}, MalformedError),
        ({"actor": WRITER}, NotEntitledError),
    ],
    ids=["without a reason", "with a blank reason", "of no findings", "by an officer"],
)
def test_a_decision_to_go_on_does_not_hold(changes: dict[str, Any], refusal: type[PitError]) -> None:
    with pytest.raises(refusal):
        check_amendment(a_policy(), an_act(RESUME, **changes), resume(a_policy()))


def test_no_other_act_on_the_policy_states_a_reason() -> None:
    after = revoke_officer(a_policy(), LAWYER)
    act = an_act(REVOKE_OFFICER, details={"person": LAWYER})
    check_amendment(a_policy(), act, after)

    with pytest.raises(MalformedError):
        check_amendment(a_policy(), replace(act, reason="They left."), after)


def test_an_administrator_states_how_long_a_case_is_kept() -> None:
    before = a_policy()
    after = change_retention(before, 84)

    assert after == replace(before, version=2, rules=replace(before.rules, retention=84))
    check_amendment(before, an_act(CHANGE_RETENTION, details={"months": "84"}), after)
    with pytest.raises(RefusedError, match="already"):
        change_retention(after, 84)
    with pytest.raises(MalformedError):
        check_amendment(before, an_act(CHANGE_RETENTION, details={"months": "85"}), after)
    with pytest.raises(NotEntitledError):
        check_amendment(before, an_act(CHANGE_RETENTION, actor=WRITER, details={"months": "84"}), after)


def of_two(**changes: Any) -> Policy:
    """A policy with two administrators, both of whom a change takes."""
    return domain_builders.a_policy(rules=some_rules(threshold=2), **changes)


def agreed_by(person: str) -> dict[str, str]:
    return {PROPOSED_BY: person, CONSENT: "U1NIU0lH"}


def test_two_administrators_are_asked_for_by_one_and_no_more_by_two() -> None:
    one = domain_builders.a_policy()
    two = change_threshold(one, 2)
    again = change_threshold(two, 1)

    assert two == replace(one, version=2, rules=replace(one.rules, threshold=2))
    assert again == replace(one, version=3)
    check_amendment(one, an_act(CHANGE_THRESHOLD, details={"administrators": "2"}), two)
    lowered = an_act(CHANGE_THRESHOLD, policy=2, version=3, details={"administrators": "1"})
    with pytest.raises(ConsentError):
        check_amendment(two, lowered, again)
    check_amendment(two, replace(lowered, details={**lowered.details, **agreed_by(SECOND)}), again)


def test_two_administrators_are_not_asked_for_where_there_is_one_or_already() -> None:
    with pytest.raises(RefusedError, match="fewer than 2 administrators"):
        change_threshold(a_policy(), 2)
    with pytest.raises(RefusedError, match="already"):
        change_threshold(a_policy(), 1)


def test_of_two_administrators_neither_goes() -> None:
    with pytest.raises(RefusedError, match="fewer than 2 administrators"):
        add_officer(of_two(), a_person(SECOND, Role.AUDITOR))
    with pytest.raises(RefusedError, match="fewer than 2 administrators"):
        revoke_officer(of_two(), SECOND)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "takes two administrators"),
        ({PROPOSED_BY: SECOND}, "takes two administrators"),
        ({CONSENT: "U1NIU0lH"}, "takes two administrators"),
        (agreed_by(ADMINISTRATOR), "another administrator has to confirm"),
        (agreed_by(LAWYER), "is no administrator"),
        (agreed_by(SERVICE), "is no administrator"),
        (agreed_by("nobody"), "is no administrator"),
    ],
    ids=["neither", "no signature", "no name", "oneself", "an officer", "the service", "a stranger"],
)
def test_a_change_that_takes_two_is_refused_without_another_administrator(
    facts: dict[str, str], says: str
) -> None:
    before = of_two()
    after, act = change_body(before, "school"), an_act(CHANGE_BODY, details={"body": "school"})
    check_proposal(before, act, after)
    check_amendment(before, replace(act, details={**act.details, **agreed_by(SECOND)}), after)

    with pytest.raises(ConsentError, match=says):
        check_amendment(before, replace(act, details={**act.details, **facts}), after)


def test_nobody_is_listed_without_a_key_but_under_the_first_edition() -> None:
    bare = a_person("new", Role.AUDITOR, keys=())
    earlier = a_policy(rules=some_rules(edition=1))
    people = {**a_policy().people, "new": bare}

    with pytest.raises(KeylessError, match="new would have no key"):
        add_officer(a_policy(), bare)
    with pytest.raises(KeylessError, match="new would have no key"):
        check_amendment(None, an_act(FOUND), a_policy(people=people))
    assert add_officer(earlier, bare).people["new"] == bare
    check_amendment(None, an_act(FOUND), replace(earlier, people=people))


def test_a_change_that_takes_one_states_no_other() -> None:
    after, act = change_body(a_policy(), "school"), an_act(CHANGE_BODY, details={"body": "school"})

    with pytest.raises(MalformedError):
        check_amendment(a_policy(), replace(act, details={**act.details, **agreed_by(SECOND)}), after)


_OTHER: dict[str, tuple[Kind, dict[str, str], Policy]] = {
    "approvals": (
        CHANGE_APPROVALS,
        {"document": "cost", "approvals": "full"},
        change_approvals(a_policy(), "cost", "full"),
    ),
    "the pattern of references": (
        CHANGE_PATTERN,
        {"pattern": "IG/{number}"},
        change_pattern(a_policy(), "IG/{number}"),
    ),
    "reminders": (CHANGE_REMINDERS, {"days": "9"}, change_reminders(a_policy(), 9)),
    "the authority's name": (
        CHANGE_AUTHORITY,
        {"authority": "Northshire Council"},
        change_authority(a_policy(), "Northshire Council"),
    ),
}
"""Each with the facts of the act that changes it, and the policy that this makes of the usual one."""


def test_each_of_them_is_changed_and_nothing_else() -> None:
    before, rules = a_policy(), a_policy().rules
    expected = {
        "approvals": replace(before, rules=replace(rules, gates={**rules.gates, "cost": "full"})),
        "the pattern of references": replace(before, rules=replace(rules, reference_pattern="IG/{number}")),
        "reminders": replace(before, rules=replace(rules, chase_within=9)),
        "the authority's name": replace(before, authority="Northshire Council"),
    }

    assert {name: after for name, (_, _, after) in _OTHER.items()} == {
        name: replace(after, version=2) for name, after in expected.items()
    }


@pytest.mark.parametrize("what", _OTHER)
def test_it_is_changed_by_an_administrator_as_stated(what: str) -> None:
    kind, facts, after = _OTHER[what]
    check_amendment(a_policy(), an_act(kind, details=facts), after)

    with pytest.raises(NotEntitledError):
        check_amendment(a_policy(), an_act(kind, actor=WRITER, details=facts), after)
    other = {
        CHANGE_APPROVALS: {"document": "fees", "approvals": "full"},
        CHANGE_PATTERN: {"pattern": "{number}"},
        CHANGE_REMINDERS: {"days": "8"},
        CHANGE_AUTHORITY: {"authority": "Southshire Council"},
    }[kind]
    with pytest.raises(MalformedError):
        check_amendment(a_policy(), an_act(kind, details=other), after)
    with pytest.raises(RefusedError, match="already"):
        check_amendment(after, an_act(kind, policy=2, version=3, details=facts), replace(after, version=3))


@pytest.mark.parametrize("document", ["test", "response"])
def test_one_person_never_decides_on_a_test_or_a_response(document: str) -> None:
    with pytest.raises(RefusedError, match="one person is too few"):
        change_approvals(a_policy(), document, "one-person")


def test_approvals_are_those_of_the_edition_in_force() -> None:
    earlier = a_policy(rules=some_rules(edition=1))

    with pytest.raises(RefusedError, match="Edition 1 of the procedure has no approvals called one-person"):
        change_approvals(earlier, "fees", "one-person")
    assert change_approvals(earlier, "fees", "two-person").rules.gates["fees"] == "two-person"


def test_other_approvals_count_from_the_next_submission_on() -> None:
    assert gates_for(a_policy(), "cost") == (Stage.BALANCING,)
    assert gates_for(_OTHER["approvals"][2], "cost") == (Stage.LEGAL_REVIEW, Stage.BALANCING)


# Keys

_KEYS = {WRITER: "AAAA", ADMINISTRATOR: "BBBB", SERVICE: "CCCC"}
_KEYED = a_policy()
KEYED = replace(
    _KEYED,
    people={id_: replace(_KEYED.people[id_], keys=(f"ssh-ed25519 {key}",)) for id_, key in _KEYS.items()},
)


def mark_of(person: str) -> str:
    return fingerprint(KEYED.people[person].keys[0])


@pytest.mark.parametrize(
    ("person", "whose", "sentence"),
    [
        (WRITER, ADMINISTRATOR, f"is {ADMINISTRATOR}'s, not {WRITER}'s"),
        ("gone", WRITER, f"is {WRITER}'s, not gone's"),
        (SERVICE, SERVICE, "give it another with `equipoise policy service-key` first"),
        (ADMINISTRATOR, ADMINISTRATOR, "has the last key of an administrator"),
    ],
)
def test_a_key_is_not_made_suspect_that_is_anothers_or_the_last(
    person: str, whose: str, sentence: str
) -> None:
    with pytest.raises(RefusedError, match=sentence):
        suspect_key(KEYED, person, mark_of(whose))
    assert suspect_key(KEYED, WRITER, mark_of(WRITER)).people[WRITER].keys == ()


def test_the_service_is_given_another_key_than_it_has_and_the_one_that_is_named() -> None:
    act = an_act(CHANGE_SERVICE_KEY, details={"key": mark_of(WRITER)})

    with pytest.raises(UnchangedError):
        change_service_key(KEYED, *KEYED.people[SERVICE].keys)
    with pytest.raises(MalformedError):
        check_amendment(KEYED, act, change_service_key(KEYED, "ssh-ed25519 DDDD"))
