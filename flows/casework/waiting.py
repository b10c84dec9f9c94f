"""What waits for a person, by what they have to do next: from the catalogue alone, no case is opened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.casework.views import Waiting, waiting
from flows.catalogue.search import Which
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.office import Office
    from flows.domain.clock import Clock
    from flows.domain.policy import Policy

MOST: Final = 50
"""Rows of a list before it sends to the search."""


class Next(StrEnum):
    """What a person has to do next."""

    DECIDE = "decide"
    RETURNED = "returned"
    DRAFT = "draft"
    SEND = "send"
    OVERDUE = "overdue"
    OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The documents for which a person has the same to do.

    Attributes:
        count: How many there are; ``rows`` has the most urgent of them.
    """

    next: Next
    count: int
    rows: tuple[Waiting, ...]


def buckets(office: Office, person: str, policy: Policy) -> tuple[Bucket, ...]:
    """Return what waits for a person, and what waits for others that they had a part in."""
    clock = office.clock(policy)
    return tuple(
        bucket
        for next_, which in _asked(person, policy, clock)
        if (bucket := _bucket(office, clock, next_, which)).count
    )


def to_decide(office: Office, person: str, policy: Policy) -> Iterator[Waiting]:
    """Yield what waits for a person to decide on it; no more is looked for than is taken."""
    clock = office.clock(policy)
    for next_, which in _asked(person, policy, clock):
        if next_ is Next.DECIDE:
            yield from _bucket(office, clock, next_, which).rows


def _asked(person: str, policy: Policy, clock: Clock) -> Iterator[tuple[Next, Which]]:
    """Yield what is looked for, in the order in which it is shown."""
    roles, deciders = policy.people[person].roles, policy.holders(ROLE_AT[Stage.BALANCING])
    for gate, role in ROLE_AT.items():
        if role in roles:
            yield Next.DECIDE, Which(at=gate, free_for=person, deciders=deciders)
    if Role.FOI_OFFICER in roles:
        yield Next.RETURNED, Which(at=Stage.DRAFTING, returned=True)
        yield Next.DRAFT, Which(at=Stage.DRAFTING, returned=False)
        yield Next.SEND, Which(at=Stage.PUBLISHED)
    yield Next.OVERDUE, Which(due_before=clock.today)
    yield Next.OTHERS, Which(touched_by=person, at_gates=True)


def _bucket(office: Office, clock: Clock, next_: Next, which: Which) -> Bucket:
    rows, count = office.catalogue.some(which, clock, most=MOST)
    return Bucket(next=next_, count=count, rows=tuple(waiting(row, clock) for row in rows))
