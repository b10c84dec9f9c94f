"""Editions of the procedure: what was lawful under one stays lawful for ever.

The policy names the edition in force, and every act is judged by the edition of the policy before it.
When the procedure changes, the next edition is added here; those there are stay as they are.

An edition says who may take an act, where, with which facts, and what speaks against it. What an act does
once it is taken, under which key and in which words it is recorded, is the same in all, since a register is
followed without a look at its policies: an act that is to do something else is another kind of act.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flows.domain.local_day import days_of_utc, local_days
from flows.domain.procedure import Stage
from flows.domain.reference import ENDINGS, FIRST_ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flows.domain.acts.kind import Kind
    from flows.domain.policy import Policy


_IN_FORCE: Final = date(2005, 1, 1)
"""From when there was a right to be told: section 1, by SI 2004/3122."""


def _receipt_fault(received: str, opened: datetime) -> str | None:
    day = date.fromisoformat(received)
    if day < _IN_FORCE:
        return "the Act was not yet in force on that day"
    return "no request is opened before it came" if day > local_days(opened)[1] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of the procedure.

    Attributes:
        gates: Which approvals a document needs, in order, under each name that the rules may use.
        documents: By kind of document that the rules may leave unsaid, the name of its approvals.
        rules: The lowest version of the checks that a submission may name, so that nobody escapes today's
            with yesterday's.
        endings: How no reference of a new case ends.
        days: The first and the last day that a moment may be taken for.
        keyless: Whether a person may be listed without a key.
        unseen: Whether a text may have characters that nobody sees.
        nameless: Whether a submission does not say what made the text that it is of.
        receipt: What is wrong with the day on which a request is said to have come, and with the time of its
            opening; None for nothing.
        rows: By name of an act, what its row of the table was before a later edition changed it.
    """

    gates: Mapping[str, tuple[Stage, ...]]
    documents: Mapping[str, str] = field(default_factory=dict)
    rules: int
    endings: tuple[str, ...] = ENDINGS
    days: Callable[[datetime], tuple[date, date]] = local_days
    keyless: bool = False
    unseen: bool = False
    nameless: bool = False
    receipt: Callable[[str, datetime], str | None] = _receipt_fault
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def row(self, kind: Kind) -> Kind:
        """Return an act as this edition has it."""
        changed = self.rows.get(kind.name)
        return replace(kind, **changed) if changed else kind


_GATES: Final = MappingProxyType(
    {
        "full": (Stage.LEGAL_REVIEW, Stage.BALANCING),
        "two-person": (Stage.BALANCING,),
    }
)

ONE_PERSON: Final = "one-person"
"""Whoever submits it decides on it."""

_LETTERS: Final = MappingProxyType(
    {
        "clarification": ONE_PERSON,
        "fees": ONE_PERSON,
        "transfer": ONE_PERSON,
        "extension": "two-person",
        "cost": "two-person",
        "vexatious": "two-person",
        "review": "two-person",
        "schedule": "two-person",
    }
)

EDITIONS: Final[dict[int, Edition]] = {
    # Whoever overrode a finding could pass the version they had let through. Days were those of UTC or of an
    # hour later, winter and summer alike.
    1: Edition(
        gates=_GATES,
        rules=1,
        endings=(FIRST_ENDING,),
        days=days_of_utc,
        keyless=True,
        unseen=True,
        nameless=True,
        receipt=lambda _, __: None,
        rows=MappingProxyType({"approve": {"no_overrider": False}}),
    ),
    # Letters beside the response, and some that one person may send.
    2: Edition(
        gates=MappingProxyType({**_GATES, ONE_PERSON: ()}), documents=_LETTERS, rules=2, nameless=True
    ),
    # A submission says what made the text, so that whoever has that can make it again.
    3: Edition(gates=MappingProxyType({**_GATES, ONE_PERSON: ()}), documents=_LETTERS, rules=2),
}


def latest() -> int:
    """Return the number of the edition that a new register is founded under."""
    return max(EDITIONS)


def edition_of(policy: Policy) -> Edition:
    """Return the edition by which acts under ``policy`` are judged."""
    return EDITIONS[policy.rules.edition]


def documents_of(policy: Policy) -> Mapping[str, str]:
    """Return the kinds of document that are written under ``policy``, with the name of their approvals."""
    return {**edition_of(policy).documents, **policy.rules.gates}


def gates_for(policy: Policy, document: str) -> tuple[Stage, ...]:
    """Return the gates that a kind of document passes under ``policy``, in order."""
    return edition_of(policy).gates[documents_of(policy)[document]]
