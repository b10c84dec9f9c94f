"""What happened to a request beside what its documents went through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from flows.domain.events import Events


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A day of receipt that somebody asked for, and nobody confirmed yet."""

    received: date
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """That somebody was consulted, whose answer is awaited; ``whom`` says what they are, and names nobody."""

    whom: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happened to a request, as the fold of its acts.

    Attributes:
        events: What moves its clock.
        answered: The local day on which its answer was sent; None while it was not.
        promises: The estimates of every notice of more time, oldest first.
        correction: Of its day of receipt, where that waits for confirmation.
        aside: Who stepped aside from the case.
        consulted: Whose answers are awaited, oldest first.
    """

    events: Events
    answered: date | None = None
    promises: tuple[date, ...] = ()
    correction: Correction | None = None
    aside: frozenset[str] = frozenset()
    consulted: tuple[Consulted, ...] = ()
