"""Builders: a valid object, with the one thing changed that the test is about."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from flows.domain import owed
from flows.domain.act import Act, FileMark
from flows.domain.acts import (
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    ADOPT_EDITION,
    APPEALED,
    APPROVE,
    ASK_CLARIFICATION,
    ASSIGN,
    CHANGE_APPROVALS,
    CHANGE_ATTESTED,
    CHANGE_AUTHORITY,
    CHANGE_BODY,
    CHANGE_DESK,
    CHANGE_LETTERS,
    CHANGE_PATTERN,
    CHANGE_RECOVERY,
    CHANGE_REMINDERS,
    CHANGE_RETENTION,
    CHANGE_SERVICE_KEY,
    CHANGE_THEME,
    CHANGE_THRESHOLD,
    CLARIFIED,
    CLOSE,
    COMPLAINED,
    COMPLAINT_CLOSED,
    COMPLIED,
    CONFIRM_ERASURE,
    CONFIRM_RECEIPT,
    CONSULT,
    CONSULTED,
    CORRECT,
    CORRECT_DAY,
    CORRECT_RECEIPT,
    DAY_SPECIFIED,
    DECIDED,
    DRAFT,
    ERASE,
    EVIDENCE,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
    FOUND,
    INFORMATION_NOTICE,
    LOG,
    NOTICE,
    OPEN,
    OVERRIDE,
    PUBLISH,
    READ_REQUEST,
    RECORDS,
    RECOVER,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    REOPEN,
    RESUME,
    RETURN,
    REVIEW_ASKED,
    REVIEW_DECIDED,
    REVOKE_OFFICER,
    SENT,
    STEP_ASIDE,
    SUBMIT,
    SUSPECT_KEY,
    TAKE_BACK,
    WITHDRAW_DRAFT,
    Kind,
    On,
    Reason,
)
from flows.domain.acts.drafting import MADE_WITH, gates_text
from flows.domain.acts.publishing import records_with
from flows.domain.acts.withdrawing import STANDS, stood
from flows.domain.assessment import Assessment, Balance, Duty, Exemption, Factor, Outcome, Part, Request
from flows.domain.case import Approval, Case, Document, Override, Paper
from flows.domain.checks import VERSION
from flows.domain.documents import (
    ASSESSMENT,
    DOCUMENT,
    DOCUMENTS,
    REQUEST,
    RESPONSE,
    SEALED_REQUEST,
    TEST,
    sealed_with,
)
from flows.domain.edition import documents_of, edition_of, gates_for, latest
from flows.domain.events import Events, Round
from flows.domain.life import Consulted, Correction, Dated, Erasure, Life, Matter, Ordered
from flows.domain.policy import SERVICE, Person, Policy, Proclaimed, Rules
from flows.domain.procedure import ROLE_AT, Role, Stage
from flows.domain.timetable import Timetable
from flows.domain.working_days import NATIONS, Calendar, Closure, Holiday

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REFERENCE = "1146A/22"
NOON = datetime(2022, 11, 28, 12, tzinfo=UTC)
BY_US = f"equipoise=0.1.0 renderer={'0' * 64} templates={'0' * 64} wording={'0' * 64} jinja2=3.1.6"
"""What made a text."""

WRITER, LAWYER, OWNER, ADMINISTRATOR = "foi-officer", "legal-reviewer", "sign-off-officer", "administrator"
SECOND = "second.administrator"
MANY_HATS = "many-hats"
"""Holds every role an officer can hold."""

PDF, _ = TEST.published("1146A-22")
LETTER = RESPONSE.text


def a_mark(content: str) -> FileMark:
    return FileMark(size=len(content), sha256=f"{content.encode().hex():0>64}"[-64:])


def the_files(version: int = 1) -> dict[str, FileMark]:
    opened = {path: a_mark(path) for path in (REQUEST, SEALED_REQUEST)}
    drafted = {path: a_mark(f"{path} {version}") for path in (ASSESSMENT, DOCUMENT)}
    return opened | (drafted if version else {})


def digests(files: Mapping[str, FileMark], document: str = TEST.name) -> dict[str, str]:
    return {path: files[path].sha256 for path in DOCUMENTS[document].decided_on if path in files}


def a_person(id_: str, *roles: Role, keys: tuple[str, ...] | None = None) -> Person:
    return Person(id=id_, roles=frozenset(roles), keys=(f"ssh-ed25519 {id_}",) if keys is None else keys)


def some_rules(**changes: Any) -> Rules:
    rules = Rules(
        edition=latest(),
        gates={"test": "full", "response": "two-person"},
        threshold=1,
        reference_pattern="FOI-{year}-{number:04}",
        chase_within=5,
        retention=36,
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
                a_person(SECOND, Role.ADMINISTRATOR),
                *everyone,
            )
        },
        rules=some_rules(gates={"test": gates, "response": "two-person"}),
    )
    return replace(policy, **changes)


def a_document(name: str = TEST.name, **changes: Any) -> Document:
    """A test at legal review, its first version submitted by the writer."""
    document = Document(
        name=name,
        stage=Stage.LEGAL_REVIEW,
        version=1,
        gates=(Stage.LEGAL_REVIEW, Stage.BALANCING),
        writers=frozenset({SERVICE, WRITER}),
        since=NOON,
        changed=NOON,
    )
    return replace(document, **changes)


def a_response(**changes: Any) -> Document:
    """A response at sign-off, written by the writer; its case needs ``LETTER`` among its files."""
    of_response = {"stage": Stage.BALANCING, "gates": (Stage.BALANCING,), "writers": frozenset({WRITER})}
    return a_document(RESPONSE.name, **of_response | changes)


_OF_DOCUMENT = {each.name for each in fields(Document)} - {"changed"}


def a_case(*others: Document, **changes: Any) -> Case:
    """A case with its test and ``others``, changed as ``with_changes`` does."""
    case = Case(
        reference=REFERENCE,
        received=date(2022, 11, 7),
        recipient="age1example",
        regime="foia",
        acts=3,
        files=the_files(),
        documents={each.name: each for each in (a_document(), *others)},
        life=Life(events=Events(received=date(2022, 11, 7))),
        opened=NOON,
        settled=NOON,
        changed=NOON,
    )
    return with_changes(case, **changes)


def with_changes(case: Case, **changes: Any) -> Case:
    """The case, changed; what can only be of a document is changed in the test."""
    of_test = {name: changes.pop(name) for name in _OF_DOCUMENT & changes.keys()}
    case = case.with_life(hands=changes.pop("hands", case.life.hands))
    return replace(case.with_document(TEST.name, **of_test), **changes)


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


def an_act(kind: Kind = APPROVE, **changes: Any) -> Act:
    """An act that the case of its kind takes: ``the_case_for(kind)``."""
    act = Act(
        kind=kind,
        case=REFERENCE,
        actor=LAWYER,
        role=Role.LEGAL_REVIEWER,
        time=NOON,
        policy=1,
        document=TEST.name if kind.on is On.DOCUMENT else "",
        version=1 if kind.on is On.DOCUMENT else 0,
        files=the_files(),
    )
    return replace(act, **(_OF_KIND[kind] | changes))


def an_act_by(
    person: str,
    kind: Kind,
    case: Case,
    policy: Policy,
    document: str = TEST.name,
    *,
    gate: Stage | None = None,
    text: object = "next",
) -> Act:
    """An act of which nothing is wrong but, maybe, who takes it and where the case stands."""
    stage, files = case.stage(document), dict(case.files)
    changes: dict[str, Any] = {"actor": person}
    if kind.on is On.DOCUMENT:
        version = case.next_version(document) if kind == DRAFT else case.document(document).version
        changes |= {"document": document, "version": version}
    if kind in {DRAFT, PUBLISH}:
        of_kind = DOCUMENTS[document]
        written = of_kind.files if kind == DRAFT else of_kind.published("1146A-22")
        files |= {path: a_mark(f"{path} {text}") for path in written}
    if kind == OPEN:
        files = the_files(0)
    if kind == WITHDRAW_DRAFT:
        files |= stood(case, document)
    if kind.seals is Reason.MUST:
        files[sealed_with(case.acts + 1, kind.name)] = a_mark(f"sealed {text}")
    if kind.at_gate:
        gate = gate or (stage if stage in ROLE_AT else Stage.LEGAL_REVIEW)
    known = policy.people.get(person)
    held = kind.roles & (known.roles if known else frozenset())
    role = ROLE_AT[gate] if gate else min(held or kind.roles - {Role.SERVICE} or kind.roles)
    if kind in _STATED:
        changes["details"] = _STATED[kind](case, policy, document)
    return an_act(kind, **changes | {"gate": gate, "role": role, "files": files})


def _submission(_: Case, policy: Policy, document: str) -> dict[str, str]:
    checked = DOCUMENTS[document].checked
    rules = {"rules": VERSION} if checked else {}
    made = {MADE_WITH: BY_US} if checked and not edition_of(policy).nameless else {}
    gates = gates_for(policy, document) if document in documents_of(policy) else ()
    return {"gates": gates_text(gates), **rules, **made}


def _sending(case: Case, _: Policy, document: str) -> dict[str, str]:
    numbers = records_with(case, document)
    return {**_SENT_ON, **({"records": numbers} if numbers else {})}


def _closing(case: Case, *_: object) -> dict[str, str]:
    # What was answered is not withdrawn any more.
    sent = Stage.SENT in {each.stage for each in case.documents.values()}
    return {"ground": "duplicate", "original": "1147A/22"} if sent else {"ground": "withdrawn"}


def _confirmation(case: Case, *_: object) -> dict[str, str]:
    correction = case.life.correction
    return {"received": (correction.received if correction else case.received).isoformat()}


def _withdrawal(case: Case, _: Policy, document: str) -> dict[str, str]:
    paper = case.document(document).paper
    return {STANDS: str(paper.version)} if paper else {}


def _right_day(case: Case, *_: object) -> dict[str, str]:
    """The day after the one of the last act that stated one."""
    last: Dated = [*_LIVES[CORRECT_DAY]["dated"], *case.life.dated][-1]
    return {"was": f"{last.on}", "on": f"{last.on + timedelta(days=1)}", "act": f"{last.act}"}


def _compliance(case: Case, *_: object) -> dict[str, str]:
    order = next(iter(case.life.ordered), AN_ORDER)
    return {"duty": order.duty, "reference": order.reference, "on": "2022-11-28"}


_STATED: Final[dict[Kind, Callable[[Case, Policy, str], dict[str, str]]]] = {
    ASSIGN: lambda _, policy, __: {"person": min(policy.holders(Role.FOI_OFFICER))},
    APPROVE: lambda case, _, document: digests(case.files, document),
    CORRECT_RECEIPT: lambda case, *_: {"received": f"{case.life.events.received - timedelta(days=1)}"},
    CONFIRM_RECEIPT: _confirmation,
    CLOSE: _closing,
    SENT: _sending,
    SUBMIT: _submission,
    WITHDRAW_DRAFT: _withdrawal,
    CORRECT_DAY: _right_day,
    COMPLAINED: lambda case, *_: {"regulator": f"IC-{case.acts}", "on": "2022-11-28"},
    NOTICE: lambda case, *_: {
        "regulator": case.life.complaints[0].reference if case.life.complaints else COMPLAINT,
        "on": "2022-11-28",
        "outcome": "upheld",
        "steps": "2022-12-19",
    },
    COMPLAINT_CLOSED: lambda case, *_: {
        "regulator": next((each.reference for each in case.life.complaints if not each.decided), COMPLAINT),
        "on": "2022-11-28",
        "why": "settled",
    },
    COMPLIED: _compliance,
    CONSULTED: lambda case, *_: {
        "whom": case.life.consulted[0].whom if case.life.consulted else "third-party",
        "on": "2022-11-28",
    },
    APPEALED: lambda case, *_: {"by": "applicant", "tribunal": f"EA/{case.acts}", "on": "2022-11-28"},
    DECIDED: lambda case, *_: {
        "tribunal": case.life.appeals[0].reference if case.life.appeals else APPEAL,
        "on": "2022-11-28",
        "outcome": "dismissed",
    },
}
"""What an act states that depends on its case."""


def the_case_for(kind: Kind) -> Case | None:
    if kind == OPEN:
        return None
    stages = {
        DRAFT: Stage.DRAFTING,
        OVERRIDE: Stage.DRAFTING,
        SUBMIT: Stage.DRAFTING,
        APPROVE: Stage.LEGAL_REVIEW,
        RETURN: Stage.LEGAL_REVIEW,
        PUBLISH: Stage.PUBLICATION,
        TAKE_BACK: Stage.PUBLICATION,
        CLOSE: Stage.LEGAL_REVIEW,
    }
    if kind in {SENT, CORRECT}:
        return a_published_case()
    if kind in {REOPEN, ERASE, CONFIRM_ERASURE}:
        return a_published_case(stage=Stage.SENT).with_life(**_LIVES.get(kind, {"answered": _ANSWERED}))
    if kind == WITHDRAW_DRAFT:
        return a_case(stage=Stage.DRAFTING, paper=Paper(version=1, at=NOON, files=the_files()))
    if kind.document:
        letter = a_document(kind.document, stage=Stage.PUBLISHED, gates=())
        return a_case(letter, stage=Stage.DRAFTING).with_life(**_LIVES.get(kind, {}))
    return a_case(stage=stages.get(kind, Stage.DRAFTING)).with_life(**_LIVES.get(kind, {}))


_RECEIVED: Final = date(2022, 11, 7)
_ANSWERED: Final = date(2022, 11, 21)
COMPLAINT: Final = "IC-123456-A1B2"
APPEAL: Final = "EA/2022/0123"
AN_ORDER: Final = Ordered(duty=owed.Duty.STEPS, reference=COMPLAINT, on=_ANSWERED, due=date(2022, 12, 19))
_LIVES: Final[dict[Kind, dict[str, Any]]] = {
    CONFIRM_RECEIPT: {"correction": Correction(received=date(2022, 11, 4), person=WRITER)},
    CLARIFIED: {"events": Events(received=_RECEIVED, rounds=(Round(asked=date(2022, 11, 14)),))},
    CONSULTED: {"consulted": (Consulted(whom="third-party", on=date(2022, 11, 14)),)},
    FEE_PAID: {"events": Events(received=_RECEIVED, fees_notice=date(2022, 11, 14))},
    CONFIRM_ERASURE: {
        "answered": _ANSWERED,
        "erasing": Erasure(person=ADMINISTRATOR, ground="Schedule 4.2"),
    },
    LOG: {"answered": _ANSWERED},
    REVIEW_ASKED: {"answered": _ANSWERED},
    REVIEW_DECIDED: {
        "answered": _ANSWERED,
        "events": Events(received=_RECEIVED, refused=_ANSWERED, review_asked=_ANSWERED),
        "reviewing": True,
    },
    CORRECT_DAY: {
        "answered": _ANSWERED,
        "dated": (Dated(act=3, kind="sent", document="test", on=_ANSWERED, person=WRITER, answers=True),),
    },
    NOTICE: {"complaints": (Matter(reference=COMPLAINT, on=_ANSWERED),)},
    COMPLAINT_CLOSED: {"complaints": (Matter(reference=COMPLAINT, on=_ANSWERED),)},
    COMPLIED: {"ordered": (AN_ORDER,)},
    APPEALED: {"noticed": _ANSWERED},
    DECIDED: {"noticed": _ANSWERED, "appeals": (Matter(reference=APPEAL, on=_ANSWERED),)},
}
"""What happened before an act, where that has to be."""


_WRITES: dict[str, Any] = {"actor": WRITER, "role": Role.FOI_OFFICER}
_SENT_ON: Final = {"on": "2022-11-28", "by": "email"}
CLARIFYING: Final = "sealed/0004-clarified.age"


def _sealed(name: str) -> dict[str, FileMark]:
    return the_files() | {sealed_with(4, name): a_mark("sealed")}


_SERVES: dict[str, Any] = {"actor": SERVICE, "role": Role.SERVICE}
_ERASES: dict[str, Any] = {
    "actor": ADMINISTRATOR,
    "role": Role.ADMINISTRATOR,
    "time": datetime(2026, 1, 5, 12, tzinfo=UTC),
    "files": the_files() | {PDF: a_mark("pdf")},
}
_ADMINISTERS: dict[str, Any] = {
    "case": "policy",
    "actor": ADMINISTRATOR,
    "role": Role.ADMINISTRATOR,
    "version": 2,
    "files": {},
}
_OF_KIND: dict[Kind, dict[str, Any]] = {
    OPEN: _SERVES
    | {
        "files": the_files(0),
        "details": {"received": "2022-11-07", "recipient": "age1example", "regime": "foia"},
    },
    CORRECT_RECEIPT: _WRITES | {"details": {"received": "2022-11-04"}, "reason": "It lay in a mailbox."},
    CONFIRM_RECEIPT: {
        "actor": OWNER,
        "role": Role.SIGN_OFF_OFFICER,
        "details": {"received": "2022-11-04"},
    },
    ASSIGN: _WRITES | {"details": {"person": OWNER}},
    READ_REQUEST: _WRITES | {"reason": "To draft the answer."},
    STEP_ASIDE: _WRITES | {"reason": "A friend asked."},
    ASK_CLARIFICATION: _WRITES | {"document": "clarification", "details": _SENT_ON},
    CLARIFIED: _WRITES
    | {"details": {"on": "2022-11-28"}, "files": the_files() | {CLARIFYING: a_mark("sealed")}},
    FEES_NOTICE: _WRITES | {"document": "fees", "details": _SENT_ON | {"amount": "75"}},
    FEE_PAID: _WRITES | {"details": {"on": "2022-11-28"}},
    DAY_SPECIFIED: _WRITES
    | {"details": {"until": "2023-01-16", "on": "2022-11-28", "ground": "information-abroad"}},
    TAKE_BACK: _WRITES | {"reason": "A day has moved."},
    CORRECT: _WRITES | {"files": the_files() | {PDF: a_mark("pdf")}, "reason": "A date is wrong."},
    REOPEN: {
        "actor": OWNER,
        "role": Role.SIGN_OFF_OFFICER,
        "files": the_files() | {PDF: a_mark("pdf")},
        "reason": "More was found.",
    },
    WITHDRAW_DRAFT: _WRITES | {"details": {STANDS: "1"}, "reason": "It was the wrong case."},
    ERASE: _ERASES | {"details": {"ground": "Schedule 4.2"}},
    CONFIRM_ERASURE: _ERASES | {"actor": SECOND},
    LOG: _WRITES | {"details": {"entry": "listed"}},
    REVIEW_ASKED: _WRITES
    | {
        "details": {"on": "2022-11-28"},
        "files": the_files() | {"sealed/0004-review-asked.age": a_mark("sealed")},
    },
    REVIEW_DECIDED: _WRITES | {"document": "review", "details": _SENT_ON | {"outcome": "upheld"}},
    CORRECT_DAY: {
        "actor": OWNER,
        "role": Role.SIGN_OFF_OFFICER,
        "time": NOON + timedelta(days=1),
        "details": {"was": "2022-11-21", "on": "2022-11-22", "act": "3"},
        "reason": "The postmark says so.",
    },
    COMPLAINED: _WRITES | {"details": {"regulator": COMPLAINT, "on": "2022-11-28"}},
    NOTICE: _WRITES
    | {"details": {"regulator": COMPLAINT, "on": "2022-11-28", "outcome": "upheld", "steps": "2022-12-19"}},
    COMPLAINT_CLOSED: _WRITES | {"details": {"regulator": COMPLAINT, "on": "2022-11-28", "why": "settled"}},
    INFORMATION_NOTICE: _WRITES
    | {"details": {"regulator": COMPLAINT, "on": "2022-11-28", "due": "2022-12-19"}},
    COMPLIED: _WRITES
    | {
        "details": {"duty": "steps", "reference": COMPLAINT, "on": "2022-11-28"},
        "reason": "Sent the two paragraphs.",
    },
    APPEALED: _WRITES | {"details": {"by": "applicant", "tribunal": APPEAL, "on": "2022-11-28"}},
    DECIDED: _WRITES | {"details": {"tribunal": APPEAL, "on": "2022-11-28", "outcome": "dismissed"}},
    EXTEND: _WRITES
    | {
        "document": "extension",
        "details": _SENT_ON | {"until": "2023-01-06", "exemptions": "31(1)(a), 24(1)"},
    },
    EVIDENCE: _WRITES | {"details": {"kind": "harm"}, "files": _sealed("evidence")},
    CONSULT: _WRITES | {"details": {"whom": "third-party", "on": "2022-11-28"}},
    CONSULTED: _WRITES
    | {"details": {"whom": "third-party", "on": "2022-11-28"}, "files": _sealed("consulted")},
    RECORDS: _WRITES | {"details": {"records": "1 released, 2 withheld"}, "files": _sealed("records")},
    DRAFT: _WRITES | {"version": 2, "files": the_files(2)},
    OVERRIDE: {
        "actor": OWNER,
        "role": Role.SIGN_OFF_OFFICER,
        "reason": "The two stand for different records.",
        "details": {"finding": "X06", "place": "parts[0].exemptions[1]"},
    },
    SUBMIT: _WRITES | {"details": {"gates": "legal-review balancing", "rules": VERSION, MADE_WITH: BY_US}},
    APPROVE: {"gate": Stage.LEGAL_REVIEW, "details": digests(the_files())},
    RETURN: {"gate": Stage.LEGAL_REVIEW, "reason": "Treat both."},
    PUBLISH: _SERVES | {"files": the_files() | {PDF: a_mark("pdf")}},
    SENT: _WRITES
    | {"files": the_files() | {PDF: a_mark("pdf")}, "details": {"on": "2022-11-28", "by": "email"}},
    CLOSE: _WRITES | {"details": {"ground": "withdrawn"}},
    FOUND: _ADMINISTERS | {"policy": 0, "version": 1},
    ADD_OFFICER: _ADMINISTERS,
    REVOKE_OFFICER: _ADMINISTERS,
    ADD_HOLIDAY: _ADMINISTERS,
    REMOVE_HOLIDAY: _ADMINISTERS,
    ADD_CLOSURE: _ADMINISTERS,
    REMOVE_CLOSURE: _ADMINISTERS,
    CHANGE_THEME: _ADMINISTERS,
    CHANGE_LETTERS: _ADMINISTERS,
    CHANGE_DESK: _ADMINISTERS,
    CHANGE_ATTESTED: _ADMINISTERS,
    CHANGE_BODY: _ADMINISTERS,
    CHANGE_RETENTION: _ADMINISTERS,
    CHANGE_APPROVALS: _ADMINISTERS,
    CHANGE_PATTERN: _ADMINISTERS,
    CHANGE_REMINDERS: _ADMINISTERS,
    CHANGE_AUTHORITY: _ADMINISTERS,
    CHANGE_THRESHOLD: _ADMINISTERS,
    CHANGE_RECOVERY: _ADMINISTERS,
    RECOVER: _ADMINISTERS | {"reason": "The last key was lost."},
    ADOPT_EDITION: _ADMINISTERS,
    SUSPECT_KEY: _ADMINISTERS
    | {"details": {"person": WRITER, "key": "0" * 64, "since": "7"}, "reason": "The telephone was lost."},
    CHANGE_SERVICE_KEY: _ADMINISTERS | {"reason": "The machine was replaced."},
    RESUME: _ADMINISTERS | {"details": {"findings": "E_ROLLBACK at entry 7"}, "reason": "Restored."},
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
        begins=date(2005, 1, 1),
        working_days=20,
        nations=NATIONS,
        further_working_days=20,
        review_aim=20,
        review_exceptional=40,
        review_asked=40,
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


def a_closure(first: date, last: date | None = None, **changes: Any) -> Closure:
    closure = Closure(first=first, last=last or first, name="Half term", added=date(2025, 1, 6))
    return replace(closure, **changes)


def a_calendar(*holidays: Holiday, **changes: Any) -> Calendar:
    by_date: dict[date, tuple[Holiday, ...]] = {}
    for holiday in holidays:
        by_date[holiday.date] = (*by_date.get(holiday.date, ()), holiday)
    return replace(Calendar(holidays=by_date, first=FIRST, last=LAST, source="made up"), **changes)
