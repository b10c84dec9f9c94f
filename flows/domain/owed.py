"""What is owed on a request, and by when: by the authority, or by the applicant before it is answered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from flows.domain.events import USUAL, Events, Round


class Duty(StrEnum):
    """What is owed."""

    ANSWER = "answer"
    REVIEW = "review"
    STEPS = "steps"
    INFORMATION = "information"
    PAPER = "paper"
    CLARIFICATION = "clarification"
    FEE = "fee"


OWED: Final = MappingProxyType(
    {
        Duty.ANSWER: "the answer",
        Duty.REVIEW: "the outcome of the review",
        Duty.STEPS: "the steps that were ordered",
        Duty.INFORMATION: "the answer to the information notice",
        Duty.PAPER: "a paper after the answer",
        Duty.CLARIFICATION: "the clarification",
        Duty.FEE: "the fee",
    }
)
"""What is owed, to follow a verb."""

OF_THE_APPLICANT: Final = frozenset({Duty.CLARIFICATION, Duty.FEE})
"""What the applicant owes, without which the request lapses; everything else is owed by the authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One thing that is owed.

    Attributes:
        events: From which the day follows.
        day: The day itself, where somebody set it.
        reference: Of whoever set it.
    """

    duty: Duty
    events: Events
    day: date | None = None
    reference: str = ""

    @property
    def words(self) -> str:
        """What is owed, to follow a verb."""
        return f"{OWED[self.duty]} ({self.reference})" if self.reference else OWED[self.duty]


def as_text(owed: Owed) -> str:
    """Return what is owed as JSON, what did not happen left out."""
    known = {**asdict(owed.events), "duty": owed.duty, "day": owed.day, "reference": owed.reference}
    return json.dumps(
        {name: each for name, each in known.items() if each}, default=date.isoformat, sort_keys=True
    )


@lru_cache(maxsize=4096)
def from_text(text: str) -> Owed:
    """Return what ``as_text`` wrote."""
    known: dict[str, Any] = json.loads(text)
    duty, day, reference = Duty(known.pop("duty")), known.pop("day", None), known.pop("reference", "")
    rounds = tuple(Round(**_days(each)) for each in known.pop("rounds", ()))
    events = Events(**_days(known), rounds=rounds)
    return Owed(duty=duty, events=events, day=_day(day), reference=reference)


def _days(texts: dict[str, str | None]) -> dict[str, Any]:
    return {name: _day(text) for name, text in texts.items()}


def _day(text: str | None) -> Any:  # noqa: ANN401 - a day, none, or the word for the usual longest
    return date.fromisoformat(text) if text and text != USUAL else text
