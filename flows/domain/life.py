"""What happened to a request beside what its documents went through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from flows.domain.events import Events
    from flows.domain.owed import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A day of receipt that somebody asked for, and nobody confirmed yet."""

    received: date
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The day on which something went to the applicant or came from them, as an act stated it.

    Attributes:
        act: Number of the act within the case.
        kind: Of the act.
        document: What went out; empty for what came.
        on: As it was put right last.
        person: Who recorded it.
        answers: Whether it is the day on which the request was answered.
        since: When what went out was published, or the case was closed whose review was asked for, UTC.
        until: The estimate of a notice of more time.
    """

    act: int
    kind: str
    document: str
    on: date
    person: str
    answers: bool = False
    since: datetime | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """That somebody was consulted, whose answer is awaited; ``whom`` says what they are, and names nobody."""

    whom: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something before the regulator or a tribunal.

    Attributes:
        reference: Theirs.
        on: The day of what was last heard of it.
        decided: Whether it is over, by a decision notice or without one.
    """

    reference: str
    on: date
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Something that the regulator or a tribunal asked for, and was not done yet.

    Attributes:
        reference: Theirs.
        on: The day of the notice, or of the decision.
        due: By when.
    """

    duty: Duty
    reference: str
    on: date
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That an administrator proposed to erase the case, by an entry of the retention schedule."""

    person: str
    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happened to a request, as the fold of its acts.

    Attributes:
        events: What moves its clock.
        answered: The local day on which its answer was sent; None while it was not.
        promises: The estimates of every notice of more time, oldest first.
        dated: What went to the applicant and what came from them, oldest first.
        correction: Of its day of receipt, where that waits for confirmation.
        aside: Who stepped aside from the case.
        consulted: Whose answers are awaited, oldest first.
        hands: Who drafted, submitted, overrode, approved or returned anything in the case.
        earlier: The same when a review was last asked for.
        reviewing: Whether a review was asked for that is not decided.
        complaints: To the regulator, each once.
        noticed: The day of the newest notice that can be appealed against.
        appeals: Those that are not decided.
        ordered: What is owed to the regulator or by order of a tribunal.
        erasing: What waits for another administrator; it lapses with the next act that does more than read.
    """

    events: Events
    answered: date | None = None
    promises: tuple[date, ...] = ()
    dated: tuple[Dated, ...] = ()
    correction: Correction | None = None
    aside: frozenset[str] = frozenset()
    consulted: tuple[Consulted, ...] = ()
    hands: frozenset[str] = frozenset()
    earlier: frozenset[str] = frozenset()
    reviewing: bool = False
    complaints: tuple[Matter, ...] = ()
    noticed: date | None = None
    appeals: tuple[Matter, ...] = ()
    ordered: tuple[Ordered, ...] = ()
    erasing: Erasure | None = None
