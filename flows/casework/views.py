"""What people are shown of the register: the queue, a case, its history, its texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from flows.casework.looking import has_to_be_mended
from flows.catalogue.search import Sought
from flows.domain.acts import ACTS, APPROVE, CORRECT_DAY, DRAFT, OPEN, OVERRIDE, PUBLISH, RETURN, SENT, SUBMIT
from flows.domain.acts.erasing import kept_until
from flows.domain.acts.evidence import PARTIES
from flows.domain.acts.kind import in_words, the_day
from flows.domain.acts.review import advice_on_review
from flows.domain.decide import may_decide
from flows.domain.documents import DOCUMENTS, REQUEST, TEST, came_with
from flows.domain.english import in_full, listing
from flows.domain.errors import RefusedError
from flows.domain.local_day import local_day
from flows.domain.noted import counted, read_noted
from flows.domain.owed import Duty, from_text
from flows.domain.policy import Proclaimed
from flows.domain.procedure import APPROVALS, ROLE_AT, Role, Stage
from flows.domain.reference import slug
from flows.domain.request_file import parse_request_file
from flows.domain.working_days import Closure, where
from flows.register.dossier import replaced
from flows.vault.keys import places_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.casework.looking import Looked
    from flows.casework.office import Office
    from flows.catalogue.rows import Row
    from flows.document.publication import Publication
    from flows.domain.act import Act
    from flows.domain.acts import Kind
    from flows.domain.assessment import Request
    from flows.domain.case import Approval, Case, Document, Override
    from flows.domain.clock import Clock, Due
    from flows.domain.policy import Policy
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement

_NEXT = {
    Stage.RECEIVED: "equipoise intake",
    Stage.DRAFTING: "equipoise submit {reference} --version {version} --as {person}",
    Stage.LEGAL_REVIEW: "equipoise approve {reference} --version {version} --gate legal-review --as {person}",
    Stage.BALANCING: "equipoise approve {reference} --version {version} --gate balancing --as {person}",
    Stage.PUBLICATION: "equipoise publish {reference}",
    Stage.PUBLISHED: "equipoise sent {reference} --on DATE --by email --as {person}",
}
_WORK = frozenset({OPEN, DRAFT, OVERRIDE, SUBMIT, APPROVE, RETURN, PUBLISH})
"""What is done to every document, and told of each."""
BY_SIGN_IN = "attested by sign-in, not signed by their own key"
_BEGIN = "equipoise draft {reference} --start --out FILE"
_WRITE = "equipoise draft {reference} FILE --as {person}"
_SUMMARISE = "equipoise draft {reference} FILE --summary FILE --as {person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One document of a case in a list.

    Attributes:
        since: When it came to its stage, UTC.
        duty: What is owed.
        clock: How that stands.
    """

    reference: str
    document: str
    subject: str
    stage: Stage
    since: datetime
    version: int
    received: date
    duty: Duty
    clock: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """Where one document of a case stands.

    Attributes:
        stage: Closed, where the case is.
        returned: By whom, at which gate and when it was returned, in words, until it is submitted again; else
            empty.
        published: What was published of it, in words, oldest first.
        may_decide: Ids of those who could approve it where it stands.
        next: The call that would take it further; None where nothing is left to do.
    """

    document: str
    stage: Stage
    version: int
    writers: tuple[str, ...]
    approvals: tuple[Approval, ...]
    overrides: tuple[Override, ...]
    returned: str
    published: tuple[str, ...]
    may_decide: tuple[str, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedView:
    """Something that is owed beside the answer.

    Attributes:
        words: What it is.
        clock: By when.
        advice: What to see to in time, as a sentence; empty for nothing.
    """

    duty: Duty
    words: str
    clock: Due
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Where a case stands.

    Attributes:
        clock: Of the answer; once that was sent, or the case is closed, nothing is overdue.
        answered: The day on which the answer was sent, as it was put right last; None while it was not.
        owed: What is owed beside the answer, the most urgent first.
        summarised: Whether what was asked is summarised, fit to publish.
        stated: What happened beside the work on its documents, in words, oldest first.
        kept: How long what is sealed in it is kept, or since when it is not, as a sentence; else empty.
        awaited: What others have yet to answer or to confirm, in words.
        attested: The entries of what a sign-in attests and its actor did not sign.
        folder: In the register.
    """

    reference: str
    subject: str
    received: date
    clock: Due
    answered: date | None
    owed: tuple[OwedView, ...]
    summarised: bool
    stated: tuple[str, ...]
    kept: str
    awaited: tuple[str, ...]
    attested: tuple[int, ...]
    documents: tuple[DocumentView, ...]
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a case's history.

    Attributes:
        what: What was done, to follow the person who did it.
        attested: The sign-in that attests it, as the statement has it; empty where the actor signed it.
        statement: SHA-256 of the statement.
        entry: Id of the entry.
    """

    sequence: int
    time: datetime
    actor: str
    role: Role
    act: str
    document: str
    gate: Stage | None
    version: int
    what: str
    reason: str | None
    details: Mapping[str, str]
    attested: str
    entry: str
    subject: str
    statement: str


def queue(office: Office, *, everything: bool) -> list[Waiting]:
    """Return the documents that wait for somebody, the most urgent first."""
    clock = office.clock(office.register.policy())
    rows = office.catalogue.find(Sought(), clock) if everything else office.catalogue.waiting(clock)
    return [waiting(row, clock) for row in rows]


def find(office: Office, sought: Sought) -> list[Waiting]:
    """Return the documents that somebody looks for, the most urgent first."""
    clock = office.clock(office.register.policy())
    return [waiting(row, clock) for row in office.catalogue.find(sought, clock)]


def waiting(row: Row, clock: Clock) -> Waiting:
    """Return a row of the catalogue as people read it today."""
    owed, due = from_text(row.owed), date.fromisoformat(row.due) if row.due else None
    stands = clock.standing(owed, row.regime, due)
    return Waiting(
        reference=row.reference,
        document=row.document,
        subject=row.subject,
        stage=Stage(row.stage),
        since=datetime.fromisoformat(row.since),
        version=row.version,
        received=owed.events.received,
        duty=owed.duty,
        clock=stands if row.open else _done(stands),
    )


def _done(due: Due) -> Due:
    """Return by when something was due for which nobody waits any more."""
    return replace(due, overdue=False, days_left=None)


def show(office: Office, dossier: Dossier, looked: Looked | None = None) -> CaseView:
    """Return where a case stands.

    Args:
        looked: What the checks say of its test, of which the next step depends; None where nobody looked.
    """
    case, policy = dossier.case, dossier.policy
    request, clock = parse_request_file(dossier.read(REQUEST).decode()), office.clock(policy)
    due = clock.answer(case.life.events, case.regime)
    return CaseView(
        reference=case.reference,
        subject=request.subject,
        received=case.life.events.received,
        clock=_done(due) if case.life.answered or case.closed else due,
        answered=case.life.answered,
        owed=tuple(
            OwedView(
                duty=each.duty,
                words=each.words,
                clock=clock.due(each, case.regime),
                advice=advice_on_review(case, policy) if each.duty is Duty.REVIEW else "",
            )
            for each in case.duties
        ),
        summarised=request.summary is not None,
        stated=tuple(
            f"{said.act.actor} {what_was_done(said.act)}"
            for said in dossier.statements
            if said.act.kind not in _WORK or "attachments" in said.act.details
        ),
        kept=_kept(office, case, policy),
        awaited=_awaited(case),
        attested=tuple(
            recorded.entry.sequence
            for recorded, said in zip(dossier.entries, dossier.statements, strict=True)
            if said.act.attested
        ),
        documents=tuple(
            _document(office, dossier, document, request, looked) for document in case.documents.values()
        ),
        folder=case.folder,
    )


def _replacing(dossier: Dossier) -> list[tuple[Statement, Statement]]:
    """Return each publication that took the place of another, and that other one."""
    return [
        (said, earlier)
        for number, said in enumerate(dossier.statements)
        if said.act.kind == PUBLISH and (earlier := replaced(dossier.statements[:number], said.act.document))
    ]


def _version_of(said: Statement) -> str:
    return f"version {said.act.version}, published on {in_full(local_day(said.act.time))}"


def _published(dossier: Dossier, document: str) -> tuple[str, ...]:
    replacing = {earlier.number: said for said, earlier in _replacing(dossier)}
    return tuple(
        _version_of(said)
        + (f", superseded by {_version_of(replacing[said.number])}" if said.number in replacing else "")
        for said in dossier.statements
        if said.act.kind == PUBLISH and said.act.document == document
    )


def history(dossier: Dossier) -> list[Line]:
    """Return everything that was done to a case, oldest first."""
    more = {said.number: f", which replaces {_version_of(earlier)}" for said, earlier in _replacing(dossier)}
    for recorded, said in zip(dossier.entries, dossier.statements, strict=True):
        if said.act.kind == CORRECT_DAY:
            # Both show both: a wrong day is read with the right one beside it, and is told from which entry.
            number, on = int(said.act.details["act"]), in_full(the_day(said.act.details["on"]))
            more[number] = f"; entry {recorded.entry.sequence} put the day of this right, to {on}"
            more[said.number] = f" (entry {dossier.entries[number - 1].entry.sequence})"
    return [
        Line(
            sequence=recorded.entry.sequence,
            time=said.act.time,
            actor=said.act.actor,
            role=said.act.role,
            act=said.act.kind.name,
            document=said.act.document,
            gate=said.act.gate,
            version=said.act.version,
            what=what_was_done(said.act) + more.get(said.number, ""),
            reason=said.act.reason,
            details=said.act.details,
            attested=said.act.attested.text if said.act.attested else "",
            entry=recorded.id,
            subject=recorded.entry.subject,
            statement=recorded.entry.statement,
        )
        for recorded, said in zip(dossier.entries, dossier.statements, strict=True)
    ]


def what_was_done(act: Act) -> str:
    """Return what was done, to follow the person who did it."""
    words = in_words(act.kind.done, act)
    if act.kind == SUBMIT and "rules" in act.details:
        found = counted(read_noted(act.details.get("findings", "")))
        words = f"{words} ({found or 'no finding'} by rules {act.details['rules']})"
    if act.kind == APPROVE and (before := [came for path in sorted(act.files) if (came := came_with(path))]):
        # The statement names every file of the case with its digest, so it says what could be read.
        words = f"{words}, with {listing([f'{name} {number}' for number, name in before])} before them"
    return f"{words} ({BY_SIGN_IN})" if act.attested else words


def _awaited(case: Case) -> tuple[str, ...]:
    """Return what is awaited of others, as sentences."""
    answers = [
        f"The answer of {PARTIES[each.whom]}, who was consulted on {in_full(each.on)}."
        for each in case.life.consulted
    ]
    if correction := case.life.correction:
        answers.append(
            f"A sign-off officer's word that {in_full(correction.received)} is the day of receipt, as "
            f"{correction.person} says."
        )
    return tuple(answers)


def _kept(office: Office, case: Case, policy: Policy) -> str:
    if case.erased:
        still = any(path.exists() for path in places_of(office.home.case_keys, case.recipient))
        until = "; its key is still there, and the next intake destroys it" if still else ""
        return f"What was sealed in it was erased on {in_full(local_day(case.erased))}{until}."
    last = kept_until(case, policy)
    return f"What is sealed in it is kept until {in_full(last)}." if last else ""


def because(days: Sequence[Proclaimed | Closure]) -> list[str]:
    """Return why days that were added since move a deadline, as sentences."""
    proclaimed = [
        f"{in_full(day.date)} is a bank holiday {where(day.nations)}: {day.name} ({day.source}), "
        f"added {in_full(day.added)}"
        for day in days
        if isinstance(day, Proclaimed)
    ]
    if proclaimed:
        proclaimed[-1] += "; for requests already running the legal position is arguable"
    closed = [
        f"There is no session, {each.words}: {each.name}, added {in_full(each.added)}"
        for each in days
        if isinstance(each, Closure)
    ]
    return [f"{sentence}." for sentence in (*proclaimed, *closed)]


def text(dossier: Dossier, document: str, version: int) -> str:
    """Return the text of a version."""
    return dossier.read(DOCUMENTS[document].text, at=_draft_of(dossier, document, version)).decode()


def papers(office: Office, dossier: Dossier, document: str, version: int) -> Publication:
    """Return a version as PDF and HTML: the published paper made again, else a draft."""
    from flows.casework.papers import basis_of  # noqa: PLC0415 - half a second, for papers alone
    from flows.document.arrangement import arrange  # noqa: PLC0415 - as above
    from flows.document.blocks import parse_document  # noqa: PLC0415 - as above
    from flows.document.html import render_html  # noqa: PLC0415 - as above
    from flows.document.imprint import Imprint  # noqa: PLC0415 - as above
    from flows.document.pdf import render_pdf  # noqa: PLC0415 - as above
    from flows.document.publication import Publication  # noqa: PLC0415 - as above

    published = dossier.last(PUBLISH, document=document, version=version)
    if published is not None:
        made = basis_of(office.register, dossier, published).rendering()
        # What was registered is handed out, whatever newer software would make of it.
        pdf, _ = DOCUMENTS[document].published(slug(dossier.case.reference))
        return replace(made, pdf=dossier.read(pdf, at=published))
    drafted = _draft_of(dossier, document, version)
    request = parse_request_file(dossier.read(REQUEST, at=drafted).decode())
    blocks = arrange(parse_document(text(dossier, document, version)))
    imprint = Imprint(
        title=f"{DOCUMENTS[document].title} {request.reference}: {request.subject}",
        authority=request.authority,
        reference=request.reference,
        version=version,
        draft=True,
        # That of when it was drafted: the same version gives the same bytes.
        theme=office.register.policy(drafted.act.policy).theme,
    )
    return Publication(
        pdf=render_pdf(blocks, imprint, dated=drafted.act.time),
        html=render_html(blocks, imprint),
        manifest=b"",
    )


def _draft_of(dossier: Dossier, document: str, version: int) -> Statement:
    found = dossier.last(DRAFT, document=document, version=version)
    if found:
        return found
    reference, current = dossier.case.reference, dossier.case.document(document).version
    which = "" if document == TEST.name else f" of its {document}"
    if not current:
        written = (
            "`equipoise intake`" if document == TEST.name else f"`equipoise draft --document {document}`"
        )
        raise RefusedError(f"{reference} has no text{which} yet: its first draft is written by {written}.")
    raise RefusedError(f"{reference} has no version {version}{which}; its versions are 1 to {current}.")


def _document(
    office: Office, dossier: Dossier, document: Document, request: Request, looked: Looked | None
) -> DocumentView:
    case, policy = dossier.case, dossier.policy
    people, stage = may_decide(case, policy, document.name), case.stage(document.name)
    to_mend = stage is Stage.DRAFTING and has_to_be_mended(office, dossier, document.name, looked)
    return DocumentView(
        document=document.name,
        stage=stage,
        version=document.version,
        # Whoever wrote what was withdrawn did not write what stands.
        writers=() if stage in {Stage.PUBLISHED, Stage.SENT} else tuple(sorted(document.writers)),
        approvals=document.standing,
        overrides=document.overrides,
        returned=_returned(dossier, document.name),
        published=_published(dossier, document.name),
        may_decide=tuple(sorted(people)),
        next=_next(dossier, document, request, people, to_mend=to_mend),
    )


def _returned(dossier: Dossier, document: str) -> str:
    said = dossier.last(RETURN, SUBMIT, document=document)
    if said is None or said.act.gate is None:  # it was submitted since
        return ""
    gate, on = APPROVALS[said.act.gate], in_full(local_day(said.act.time))
    return f"version {said.act.version}, at {gate}, by {said.act.actor} on {on}"


def _call(kind: Kind) -> str:
    """Return the call by which an act is taken, with what is to be filled in."""
    facts = (f"--{fact.name} {fact.name.upper() if fact.choices else fact.metavar}" for fact in kind.asked)
    return f"equipoise {kind.name} {{reference}} {' '.join(facts)} --as {{person}}"


def _next(
    dossier: Dossier, document: Document, request: Request, people: frozenset[str], *, to_mend: bool
) -> str | None:
    case = dossier.case
    stage = case.stage(document.name)
    call = _NEXT.get(stage)
    if stage is Stage.DRAFTING and document.kind.checked and request.summary is None:
        call = _SUMMARISE
    elif to_mend:
        call = _WRITE
    elif stage is Stage.RECEIVED and document.name != TEST.name:
        call = _BEGIN
    if stage is Stage.PUBLISHED and document.kind.sent_by != SENT.name:
        call = _call(ACTS[document.kind.sent_by])
    elif call and document.name != TEST.name and stage is not Stage.PUBLICATION:  # which names none
        call = f"{call} --document {document.name}"
    people = people if stage in ROLE_AT else dossier.policy.holders(Role.FOI_OFFICER)
    person = next(iter(people)) if len(people) == 1 else "PERSON"
    return call and call.format(reference=case.reference, version=document.version, person=person)
