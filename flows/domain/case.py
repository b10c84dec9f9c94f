"""A case: one request, its documents, and where each stands, as the fold of its acts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from flows.domain.documents import DOCUMENTS, RESPONSE, REVIEW, TEST
from flows.domain.owed import Duty, Owed
from flows.domain.procedure import FINISHED, Stage
from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from flows.domain.act import FileMark
    from flows.domain.documents import DocumentKind
    from flows.domain.life import Life
    from flows.domain.procedure import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval at one gate of one version.

    Attributes:
        round: The round in which it was given; it counts in that round alone.
        act: Number of the act within the case.
        at: UTC.
    """

    gate: Stage
    person: str
    role: Role
    version: int
    round: int
    act: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A finding of the checks that no longer stops the submission of the current version.

    Attributes:
        finding: Its code, as ``X06``.
        place: Where in the assessment it stands.
        person: The sign-off officer who gave the reason.
        act: Number of the act within the case.
    """

    finding: str
    place: str
    person: str
    act: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A version of a document that was published, and when, UTC.

    Attributes:
        files: Those it was made from.
        approvals, overrides: As they stood when it was published.
        sent: Whether it was sent.
    """

    version: int
    at: datetime
    files: Mapping[str, FileMark] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    overrides: tuple[Override, ...] = ()
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a case, and where it stands.

    Attributes:
        name: Its kind.
        version: The current version; 0 before the first draft.
        round: How often it was returned.
        gates: Those it passes, in order, as the rules were when it was submitted.
        writers: Everyone who drafted or submitted a version since it was begun or last published.
        approvals: Of the current version, earlier rounds included; see ``standing``.
        overrides: Of findings in the current version.
        paper: What stands published of it; None before the first.
        changed: When the last act on it was taken, UTC; None before the first.
        since: When it came to its stage, UTC; None before the first act.
    """

    name: str
    stage: Stage = Stage.RECEIVED
    version: int = 0
    round: int = 0
    gates: tuple[Stage, ...] = ()
    writers: frozenset[str] = frozenset()
    approvals: tuple[Approval, ...] = ()
    overrides: tuple[Override, ...] = ()
    paper: Paper | None = None
    changed: datetime | None = None
    since: datetime | None = None

    @property
    def kind(self) -> DocumentKind:
        """What kind of document it is."""
        return DOCUMENTS[self.name]

    @property
    def standing(self) -> tuple[Approval, ...]:
        """The approvals that count: those given since the current version was last returned."""
        return tuple(approval for approval in self.approvals if approval.round == self.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The last act of one kind on the case itself.

    Attributes:
        times: How often an act of this kind was taken.
        actor: Who took the last one.
        details: The facts it stated.
    """

    times: int
    actor: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything the register knows of one request.

    Attributes:
        received: Local date of receipt as first registered; it never moves.
        recipient: Public name of the key to which the request is sealed.
        regime: The Act under which it was made.
        acts: How many acts it has.
        files: The folder without the records of acts.
        documents: By kind, those that were begun, and the test from the start.
        life: What happened to the request.
        authors: Who wrote a file's bytes, by their SHA-256; the service left out.
        stated: The last act of each kind on the case itself, by kind.
        withdrawn: By kind of document, the draft that was withdrawn last.
        closed: When it was closed without a published test, UTC; None while it is not.
        erased: When it was decided that its key is destroyed, UTC; None while it is kept.
        opened: When it was opened, UTC.
        settled: When the last act was taken that is more than to read or to assign it, UTC.
        changed: When the last act was taken, UTC.
    """

    reference: str
    received: date
    recipient: str
    regime: str
    acts: int
    files: Mapping[str, FileMark]
    documents: Mapping[str, Document]
    life: Life
    authors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stated: Mapping[str, Stated] = field(default_factory=dict)
    withdrawn: Mapping[str, Document] = field(default_factory=dict)
    closed: datetime | None = None
    erased: datetime | None = None
    opened: datetime
    settled: datetime
    changed: datetime

    @property
    def folder(self) -> str:
        """The case's folder in the register, by its date of receipt."""
        return folder_of(self.reference, self.received)

    @property
    def test(self) -> Document:
        """The public interest test."""
        return self.documents[TEST.name]

    def document(self, name: str) -> Document:
        """Return a document; one that was not begun, or was withdrawn, waits for its first draft."""
        if known := self.documents.get(name):
            return known
        # Whoever wrote what was withdrawn does not decide on what is written instead.
        return Document(
            name=name, writers=self.withdrawn[name].writers if name in self.withdrawn else frozenset()
        )

    def next_version(self, name: str) -> int:
        """Return the number of the next version of a document: none is given twice."""
        numbers = (each.version for each in (self.document(name), self.withdrawn.get(name)) if each)
        return max(numbers) + 1

    def stage(self, name: str = TEST.name) -> Stage:
        """Return where a document stands; of a closed case all are closed but a review that was asked for."""
        reviewed = name == REVIEW.name and self.life.events.review_asked
        return Stage.CLOSED if self.closed and not reviewed else self.document(name).stage

    def named(self, document: str) -> str:
        """Return what a document is called in a list; for an act on none, the case."""
        return DOCUMENTS[document].named(self.reference) if document else self.reference

    def said(self, document: str) -> str:
        """Return what a document is called in a sentence; for the test, and an act on none, the case."""
        of_case = document in {"", TEST.name}
        return self.reference if of_case else f"the {DOCUMENTS[document].called} of {self.reference}"

    def with_document(self, name: str, **changes: Any) -> Case:  # noqa: ANN401 - the fields of a document
        """Return the case with one document changed."""
        changed = replace(self.document(name), **changes)
        return replace(self, documents={**self.documents, name: changed})

    def with_life(self, **changes: Any) -> Case:  # noqa: ANN401 - what happened to a request
        """Return the case with what happened to the request changed."""
        return replace(self, life=replace(self.life, **changes))

    def answers(self, name: str) -> bool:
        """Tell whether the request is answered once a document is sent: a test, where there is no letter."""
        return DOCUMENTS[name].answers and (name != TEST.name or RESPONSE.name not in self.documents)

    def owed(self, name: str) -> Owed:
        """Return what is, or was last, owed with a document; with the test, on the case itself."""
        life = self.life
        if name == REVIEW.name and life.reviewing:
            return Owed(duty=Duty.REVIEW, events=life.events)
        if name == TEST.name and life.ordered:
            first = min(life.ordered, key=lambda each: each.due)
            return Owed(duty=first.duty, events=life.events, day=first.due, reference=first.reference)
        if life.answered and self.stage(name) not in FINISHED:
            # What the Act set a day for was done; what is begun beside it, or replaces it, has none.
            return Owed(duty=Duty.PAPER, events=life.events)
        return Owed(duty=Duty.ANSWER, events=life.events)

    @property
    def duties(self) -> tuple[Owed, ...]:
        """Everything that is owed beside the answer to the request."""
        events = self.life.events
        ordered = tuple(
            Owed(duty=each.duty, events=events, day=each.due, reference=each.reference)
            for each in sorted(self.life.ordered, key=lambda each: each.due)
        )
        paper = Owed(duty=Duty.PAPER, events=events)
        papers = (paper,) if any(self.owed(name) == paper for name in self.documents) else ()
        return (*((Owed(duty=Duty.REVIEW, events=events),) if self.life.reviewing else ()), *ordered, *papers)

    @property
    def watched(self) -> tuple[Owed, ...]:
        """Everything by a day of which people are reminded, what the applicant still has to do included."""
        events = self.life.events
        days = {
            Duty.ANSWER: None,
            Duty.CLARIFICATION: events.clarification_lapses,
            Duty.FEE: events.fee_lapses,
        }
        pending = (
            ()
            if self.life.answered or self.closed
            else (
                Owed(duty=duty, events=events, day=day)
                for duty, day in days.items()
                if day or duty is Duty.ANSWER
            )
        )
        return (*pending, *(each for each in self.duties if each.duty is not Duty.PAPER))

    def words_of(self, name: str) -> frozenset[str]:
        """Return everyone whose own words a decision on a document would be about.

        Its writers, and whoever wrote the very bytes of a file that is decided on, be it for another
        document.
        """
        document = self.document(name)
        read = (self.files.get(path) for path in document.kind.decided_on)
        wrote = (self.authors.get(mark.sha256, frozenset()) for mark in read if mark)
        return document.writers.union(*wrote)


def folder_of(reference: str, received: date) -> str:
    """Return the folder of a case, as ``cases/2022/11/07/1146A-22``."""
    return f"cases/{received.isoformat().replace('-', '/')}/{slug(reference)}"
