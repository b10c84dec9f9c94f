"""Builders: a valid object, with the one thing changed that the test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from flows.domain.act import Act, FileMark
from flows.domain.assessment import Assessment, Balance, Duty, Exemption, Factor, Outcome, Part, Request
from flows.domain.case import Approval, Case, Override
from flows.domain.deadline import Timetable
from flows.domain.policy import SERVICE, Person, Policy, Proclaimed, Rules
from flows.domain.procedure import (
    ASSESSMENT,
    DECIDED_ON,
    DOCUMENT,
    REQUEST,
    SEALED_REQUEST,
    ActKind,
    Role,
    Stage,
)
from flows.domain.working_days import NATIONS, Calendar, Holiday

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE = "1146A/22"
NOON = datetime(2022, 11, 28, 12, tzinfo=UTC)

WRITER, LAWYER, OWNER, ADMINISTRATOR = "writer", "lawyer", "owner", "administrator"
MANY_HATS = "many-hats"
"""Holds every role an officer can hold."""

PDF = "published/1146A-22.pdf"


def a_mark(content: str) -> FileMark:
    return FileMark(size=len(content), sha256=f"{content.encode().hex():0>64}"[-64:])


def the_files(version: int = 1) -> dict[str, FileMark]:
    opened = {path: a_mark(path) for path in (REQUEST, SEALED_REQUEST)}
    drafted = {path: a_mark(f"{path} {version}") for path in (ASSESSMENT, DOCUMENT)}
    return opened | (drafted if version else {})


def digests(files: Mapping[str, FileMark]) -> dict[str, str]:
    return {path: files[path].sha256 for path in DECIDED_ON if path in files}


def a_person(id_: str, *roles: Role, keys: tuple[str, ...] | None = None) -> Person:
    return Person(id=id_, roles=frozenset(roles), keys=(f"ssh-ed25519 {id_}",) if keys is None else keys)


def some_rules(**changes: Any) -> Rules:
    rules = Rules(
        gates={"test": "full"}, threshold=1, reference_pattern="FOI-{year}-{number:04}", chase_within=5
    )
    return replace(rules, **changes)


def a_policy(*people: Person, gates: str = "full", **changes: Any) -> Policy:
    everyone = people or (
        a_person(WRITER, Role.FOI_OFFICER),
        a_person(LAWYER, Role.LEGAL_REVIEWER),
        a_person(OWNER, Role.SIGN_OFF_OFFICER),
        a_person(MANY_HATS, Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER, Role.AUDITOR),
    )
    policy = Policy(
        version=1,
        register="0" * 32,
        authority="West Midlands Police",
        people={
            person.id: person
            for person in (
                a_person(SERVICE, Role.SERVICE),
                a_person(ADMINISTRATOR, Role.ADMINISTRATOR),
                *everyone,
            )
        },
        rules=some_rules(gates={"test": gates}),
    )
    return replace(policy, **changes)


def a_case(**changes: Any) -> Case:
    """A case at legal review, its first version submitted by the writer."""
    case = Case(
        reference=REFERENCE,
        received=date(2022, 11, 7),
        recipient="age1example",
        stage=Stage.LEGAL_REVIEW,
        version=1,
        round=0,
        acts=3,
        files=the_files(),
        writers=frozenset({SERVICE, WRITER}),
        approvals=(),
        opened=NOON,
        changed=NOON,
    )
    return replace(case, **changes)


def a_published_case(**changes: Any) -> Case:
    return a_case(
        **{
            "stage": Stage.PUBLISHED,
            "files": the_files() | {PDF: a_mark("pdf")},
            "writers": frozenset(),
            "approvals": (
                an_approval(),
                an_approval(gate=Stage.BALANCING, person=OWNER, role=Role.SIGN_OFF_OFFICER),
            ),
        }
        | changes
    )


def an_approval(**changes: Any) -> Approval:
    approval = Approval(
        gate=Stage.LEGAL_REVIEW,
        person=LAWYER,
        role=Role.LEGAL_REVIEWER,
        version=1,
        round=0,
        act=4,
        at=NOON,
    )
    return replace(approval, **changes)


def an_override(**changes: Any) -> Override:
    override = Override(finding="X06", place="parts[0].exemptions[1]", person=OWNER, act=4)
    return replace(override, **changes)


def an_act(kind: ActKind = ActKind.APPROVE, **changes: Any) -> Act:
    """An act that the case of its kind takes: ``the_case_for(kind)``."""
    act = Act(
        kind=kind,
        case=REFERENCE,
        actor=LAWYER,
        role=Role.LEGAL_REVIEWER,
        time=NOON,
        policy=1,
        version=1,
        files=the_files(),
    )
    return replace(act, **(_OF_KIND[kind] | changes))


def the_case_for(kind: ActKind) -> Case | None:
    if kind is ActKind.OPEN:
        return None
    stages = {
        ActKind.DRAFT: Stage.DRAFTING,
        ActKind.OVERRIDE: Stage.DRAFTING,
        ActKind.SUBMIT: Stage.DRAFTING,
        ActKind.APPROVE: Stage.LEGAL_REVIEW,
        ActKind.RETURN: Stage.LEGAL_REVIEW,
        ActKind.PUBLISH: Stage.PUBLICATION,
        ActKind.CLOSE: Stage.LEGAL_REVIEW,
    }
    return a_published_case() if kind is ActKind.SENT else a_case(stage=stages[kind])


_WRITES: dict[str, Any] = {"actor": WRITER, "role": Role.FOI_OFFICER}
_SERVES: dict[str, Any] = {"actor": SERVICE, "role": Role.SERVICE}
_ADMINISTERS: dict[str, Any] = {"case": "policy", "actor": ADMINISTRATOR, "role": Role.ADMINISTRATOR}
_OF_KIND: dict[ActKind, dict[str, Any]] = {
    ActKind.OPEN: _SERVES
    | {
        "version": 0,
        "files": the_files(0),
        "details": {"received": "2022-11-07", "recipient": "age1example"},
    },
    ActKind.DRAFT: _WRITES | {"version": 2, "files": the_files(2)},
    ActKind.OVERRIDE: {
        "actor": OWNER,
        "role": Role.SIGN_OFF_OFFICER,
        "reason": "The two stand for different records.",
        "details": {"finding": "X06", "place": "parts[0].exemptions[1]"},
    },
    ActKind.SUBMIT: _WRITES | {"details": {"rules": "1"}},
    ActKind.APPROVE: {"gate": Stage.LEGAL_REVIEW, "details": digests(the_files())},
    ActKind.RETURN: {"gate": Stage.LEGAL_REVIEW, "reason": "Treat both."},
    ActKind.PUBLISH: _SERVES | {"files": the_files() | {PDF: a_mark("pdf")}},
    ActKind.SENT: _WRITES
    | {"files": the_files() | {PDF: a_mark("pdf")}, "details": {"on": "2022-11-28", "by": "email"}},
    ActKind.CLOSE: _WRITES | {"details": {"ground": "withdrawn"}},
    ActKind.FOUND: _ADMINISTERS | {"policy": 0, "files": {}},
    ActKind.ADD_OFFICER: _ADMINISTERS | {"version": 2, "files": {}},
    ActKind.REVOKE_OFFICER: _ADMINISTERS | {"version": 2, "files": {}},
    ActKind.ADD_HOLIDAY: _ADMINISTERS | {"version": 2, "files": {}},
    ActKind.REMOVE_HOLIDAY: _ADMINISTERS | {"version": 2, "files": {}},
    ActKind.CHANGE_THEME: _ADMINISTERS | {"version": 2, "files": {}},
    ActKind.CHANGE_DESK: _ADMINISTERS | {"version": 2, "files": {}},
}


def a_request(**changes: Any) -> Request:
    request = Request(
        reference=REFERENCE,
        authority="West Midlands Police",
        received=date(2022, 11, 7),
        subject="Covert use of ear, vein and gait recognition",
        summary="Any information on the covert use of these technologies.",
    )
    return replace(request, **changes)


def an_exemption(provision: str = "24(2)", **changes: Any) -> Exemption:
    exemption = Exemption(
        provision=provision,
        applies="It is reasonably necessary.",
        favouring=(Factor(text="The law may not have kept pace."),),
        against=(Factor(text="An answer would show where to take care."),),
    )
    return replace(exemption, **changes)


def a_part(*exemptions: Exemption, **changes: Any) -> Part:
    """A part that neither confirms nor denies."""
    part = Part(
        information="any information on covert use",
        duty=Duty.CONFIRM_OR_DENY,
        outcome=Outcome.MAINTAIN,
        exemptions=exemptions or (an_exemption(),),
        confirming="A confirmation would tell people to take care.",
        denying="A denial would tell people that they need not.",
        balance=Balance(text="We have weighed them."),
    )
    return replace(part, **changes)


def a_withholding(*exemptions: Exemption, **changes: Any) -> Part:
    return a_part(
        *(exemptions or (an_exemption("31(1)", limbs=("31(1)(a)",)),)),
        **{"duty": Duty.DISCLOSE, "outcome": Outcome.WITHHOLD, "confirming": None, "denying": None} | changes,
    )


def an_assessment(*parts: Part, **changes: Any) -> Assessment:
    return replace(Assessment(reference=REFERENCE, parts=parts or (a_part(),)), **changes)


FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
"""What a made-up calendar covers."""


def a_timetable(**changes: Any) -> Timetable:
    """The timetable of the Freedom of Information Act 2000."""
    timetable = Timetable(
        working_days=20, nations=NATIONS, further_working_days=20, review_aim=20, review_latest=40
    )
    return replace(timetable, **changes)


def a_holiday(when: date, **changes: Any) -> Holiday:
    return replace(Holiday(date=when, name="Games", nations=NATIONS, source="made up"), **changes)


def a_proclaimed_day(when: date, **changes: Any) -> Proclaimed:
    day = Proclaimed(
        date=when,
        name="Games",
        nations=("Scotland",),
        source="Edinburgh Gazette, 6 February 2026",
        added=date(2026, 2, 5),
    )
    return replace(day, **changes)


def a_calendar(*holidays: Holiday, **changes: Any) -> Calendar:
    by_date: dict[date, tuple[Holiday, ...]] = {}
    for holiday in holidays:
        by_date[holiday.date] = (*by_date.get(holiday.date, ()), holiday)
    return replace(Calendar(holidays=by_date, first=FIRST, last=LAST, source="made up"), **changes)
