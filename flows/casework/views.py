"""What people are shown of the register: the queue, a case, its history, its texts, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from flows.casework.office import timetable
from flows.casework.papers import basis_of
from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.html import render_html
from flows.document.pdf import render_pdf
from flows.document.publication import Publication
from flows.domain.deadline import Events, Moved, deadline, moved, working_days_until
from flows.domain.decision import may_decide
from flows.domain.errors import MalformedError, RefusedError
from flows.domain.noted import counted, read_noted
from flows.domain.procedure import DOCUMENT, REQUEST, ROLE_AT, ActKind, Role, Stage
from flows.domain.reference import slug
from flows.domain.request_file import parse_request_file
from flows.domain.working_days import in_full, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from flows.casework.office import Office
    from flows.domain.act import Act
    from flows.domain.assessment import Request
    from flows.domain.case import Case
    from flows.domain.policy import Policy, Proclaimed
    from flows.register.statement import Statement

_FINISHED: Final = frozenset({Stage.SENT, Stage.CLOSED})
"""Where nobody has anything left to do; what is published still has to be sent."""

STAGES: Final = {
    Stage.RECEIVED: "received",
    Stage.DRAFTING: "drafting",
    Stage.LEGAL_REVIEW: "legal review",
    Stage.BALANCING: "sign-off",
    Stage.PUBLICATION: "publication",
    Stage.PUBLISHED: "published",
    Stage.SENT: "sent",
    Stage.CLOSED: "closed",
}
"""A stage in a word or two, for a column."""

STANDS: Final = {
    Stage.RECEIVED: "waits for its first draft",
    Stage.DRAFTING: "is in drafting",
    Stage.LEGAL_REVIEW: "is at legal review",
    Stage.BALANCING: "is at the sign-off of the public interest test",
    Stage.PUBLICATION: "is signed off and waits to be published",
    Stage.PUBLISHED: "is published and waits to be sent",
    Stage.SENT: "is sent",
    Stage.CLOSED: "is closed",
}
"""Where a case stands, to follow "The case"."""

APPROVALS: Final = {
    Stage.LEGAL_REVIEW: "legal review",
    Stage.BALANCING: "the sign-off of the public interest test",
}
"""What people call a gate."""

_WORDS: Final = {
    ActKind.OPEN: "opened the case",
    ActKind.DRAFT: "wrote version {version}",
    ActKind.OVERRIDE: "overrode the finding {finding} in version {version}",
    ActKind.SUBMIT: "submitted version {version}",
    ActKind.APPROVE: "approved version {version} at {gate}",
    ActKind.RETURN: "returned version {version} at {gate}",
    ActKind.PUBLISH: "published version {version}",
    ActKind.SENT: "recorded it as sent on {on} by {by}",
    ActKind.CLOSE: "closed the case: {ground}",
}
_NEXT: Final = {
    Stage.RECEIVED: "equipoise intake",
    Stage.DRAFTING: "equipoise submit {reference} --version {version} --as {person}",
    Stage.LEGAL_REVIEW: "equipoise approve {reference} --version {version} --gate legal-review --as {person}",
    Stage.BALANCING: "equipoise approve {reference} --version {version} --gate balancing --as {person}",
    Stage.PUBLICATION: "equipoise publish {reference}",
    Stage.PUBLISHED: "equipoise sent {reference} --on DATE --by email --as {person}",
}
_SUMMARISE: Final = "equipoise draft {reference} FILE --summary FILE --as {person}"


def queue(office: Office, *, everything: bool) -> list[dict[str, Any]]:
    """Return the cases that wait, the most urgent first."""
    clock = Clock(office)
    return [
        {
            "reference": row.reference,
            "stage": row.stage,
            "version": row.version,
            "received": row.received,
            **clock.facts(row.received, running=row.stage not in _FINISHED),
        }
        for row in office.register.cases()
        if everything or row.stage not in _FINISHED
    ]


def show(office: Office, reference: str) -> dict[str, Any]:
    """Return where a case stands."""
    case = office.register.case(reference)
    policy = office.register.policy()
    request = parse_request_file(office.register.read(reference, REQUEST).decode())
    return {
        "reference": case.reference,
        "subject": request.subject,
        "received": case.received.isoformat(),
        **Clock(office).facts(case.received.isoformat(), running=case.stage not in _FINISHED),
        "stage": case.stage,
        "version": case.version,
        "summarised": request.summary is not None,
        "writers": sorted(case.writers),
        "approvals": [
            {"gate": a.gate, "version": a.version, "person": a.person, "time": _utc(a.at)}
            for a in case.standing
        ],
        "overrides": [{"finding": o.finding, "place": o.place, "person": o.person} for o in case.overrides],
        "may_decide": sorted(may_decide(case, policy)),
        "next": _next(case, request, policy),
        "folder": case.folder,
    }


def history(office: Office, reference: str) -> list[dict[str, Any]]:
    """Return everything that was done to a case, oldest first."""
    recorded = office.register.history(reference)
    statements = office.register.statements(reference)
    return [
        {
            "sequence": entry.entry.sequence,
            "time": _utc(said.act.time),
            "actor": said.act.actor,
            "role": said.act.role,
            "act": said.act.kind,
            "gate": said.act.gate,
            "version": said.act.version,
            "what": in_words(said.act),
            "reason": said.act.reason,
            "details": dict(said.act.details),
            "entry": entry.id,
            "subject": entry.entry.subject,
            "statement": entry.entry.statement,
        }
        for entry, said in zip(recorded, statements, strict=True)
    ]


def in_words(act: Act) -> str:
    """Return what was done, to follow the person who did it."""
    gate = APPROVALS[act.gate] if act.gate else ""
    words = _WORDS[act.kind].format_map({**act.details, "version": act.version, "gate": gate})
    return f"{words} ({_as_checked(act)})" if act.kind is ActKind.SUBMIT else words


def _as_checked(act: Act) -> str:
    found = counted(read_noted(act.details.get("findings", "")))
    if "rules" not in act.details:
        return "before there were checks"
    return f"{found or 'no finding'} by rules {act.details['rules']}"


def text(office: Office, reference: str, version: int) -> str:
    """Return the text of a version, ``document.md``."""
    return _file(office, reference, version, DOCUMENT).decode()


def papers(office: Office, reference: str, version: int) -> Publication:
    """Return a version as PDF and HTML: the published paper made again, else a draft."""
    statements = office.register.statements(reference)
    published = next(
        (s for s in statements if s.act.kind is ActKind.PUBLISH and s.act.version == version), None
    )
    if published is not None:
        return _published(office, reference, published)
    request = parse_request_file(_file(office, reference, version, REQUEST).decode())
    blocks = arrange(parse_document(text(office, reference, version)))
    drafted = _draft_of(reference, statements, version)
    facts: dict[str, Any] = {
        "title": f"Public interest test: {request.reference}",
        "authority": request.authority,
        "reference": request.reference,
        "version": version,
        "draft": True,
        # That of when it was drafted: the same version gives the same bytes.
        "theme": office.register.policy(drafted.act.policy).theme,
    }
    return Publication(
        pdf=render_pdf(blocks, dated=drafted.act.time, **facts),
        html=render_html(blocks, **facts),
        manifest=b"",
    )


def _published(office: Office, reference: str, published: Statement) -> Publication:
    made = basis_of(office.register, published).rendering()
    # What was registered is handed out, whatever newer software would make of it; the page is made anew.
    name = f"published/{slug(published.act.case)}.pdf"
    entry = _entry_of(office, reference, published)
    return replace(made, pdf=office.register.read(reference, name, at=entry))


def _entry_of(office: Office, reference: str, said: Statement) -> str:
    return next(e.id for e in office.register.history(reference) if e.entry.act == said.label)


def _file(office: Office, reference: str, version: int, path: str) -> bytes:
    drafted = _draft_of(reference, office.register.statements(reference), version)
    return office.register.read(reference, path, at=_entry_of(office, reference, drafted))


def _draft_of(reference: str, statements: list[Statement], version: int) -> Statement:
    drafts = [s for s in statements if s.act.kind is ActKind.DRAFT]
    for said in drafts:
        if said.act.version == version:
            return said
    if not drafts:
        raise RefusedError(f"{reference} has no text yet: its first draft is written by `equipoise intake`.")
    raise RefusedError(f"{reference} has no version {version}; its versions are 1 to {len(drafts)}.")


def _next(case: Case, request: Request, policy: Policy) -> str | None:
    """Return the call that would take the case further, None where nothing is left to do."""
    call = _NEXT.get(case.stage)
    if case.stage is Stage.DRAFTING and request.summary is None:
        call = _SUMMARISE
    people = may_decide(case, policy) if case.stage in ROLE_AT else policy.holders(Role.FOI_OFFICER)
    return call and call.format(reference=case.reference, version=case.version, person=_one_of(people))


def _one_of(people: frozenset[str]) -> str:
    return next(iter(people)) if len(people) == 1 else "PERSON"


class Clock:
    """What the statutory clock says today of requests by their date of receipt."""

    def __init__(self, office: Office) -> None:
        self._calendar = office.calendar()
        self._timetable = timetable()
        self._proclaimed = office.register.policy().holidays
        self._today = office.today()
        # Many cases share a day of receipt: what is said of one is said of all.
        self._said = cache(self._facts)

    def facts(self, received: str, *, running: bool) -> Mapping[str, Any]:
        """Return when the answer is due, how that stands, and which day proclaimed since moved it."""
        return self._said(received, running)

    def _facts(self, received: str, running: bool) -> Mapping[str, Any]:  # noqa: FBT001 - what is cached
        due, was = self._compute(received)
        return {
            "due": due.isoformat() if due else None,
            "days_left": self._left(due) if due and running else None,
            "overdue": self._today > due if due and running else None,
            "moved_from": was.was.isoformat() if was else None,
            "because": _because(was.because) if was else [],
        }

    def _left(self, due: date) -> int:
        return working_days_until(self._today, due, self._calendar, self._timetable)

    def _compute(self, received: str) -> tuple[date | None, Moved | None]:
        day = date.fromisoformat(received)
        try:
            due = deadline(Events(received=day), self._calendar, self._timetable).due
        except MalformedError:
            return None, None  # past what is known of bank holidays no deadline is guessed
        if due is None:
            return None, None
        return due, moved(day, due, self._proclaimed, self._calendar, self._timetable)


def _because(days: Sequence[Proclaimed]) -> list[str]:
    sentences = [
        f"{in_full(day.date)} is a bank holiday {where(day.nations)}: {day.name} ({day.source}), "
        f"added {in_full(day.added)}"
        for day in days
    ]
    arguable = "for requests already running the legal position is arguable"
    return [f"{sentence}." for sentence in sentences[:-1]] + [f"{sentences[-1]}; {arguable}."]


def _utc(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
