"""How long an Act allows for an answer, as data: its own limit, and those of regulations under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Another limit than the Act's own, by regulations under FOIA s.10(4).

    Attributes:
        authority: The kinds of authority that have it, or may; empty for all.
        working_days: The last one that it allows.
        school_days: Of those, so many on which there is a session, where that comes first; None where every
            working day counts.
        specified: Whether the regulator specifies the day, where the authority asks for that in time.
        words: What it allows, and when, as a clause.
        under: The regulation.
        unverified: What of this was not read in the regulations: it is told, and moves no day.
    """

    authority: tuple[str, ...]
    working_days: int
    school_days: int | None = None
    specified: bool = False
    words: str
    under: str
    source: str
    unverified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """How long an Act allows, and which bank holidays it leaves out of the count.

    Attributes:
        begins: The first day on which there was a right to ask.
        working_days: From the date of receipt to the decision.
        nations: Parts of the United Kingdom whose bank holidays do not count.
        further_working_days: How much longer a public interest test usually takes at most; None where
            the Act knows no extension for it.
        review_aim: Working days in which an internal review should be answered.
        review_exceptional: Working days in which it should be, in exceptional cases.
        review_asked: Working days from the issue of a refusal in which the applicant should ask for it.
        guidance: Where these three come from, with a verb; empty where the Act itself has them.
        limits: Those of regulations.
        body: What kind of authority it is; None where nobody said.
    """

    begins: date
    working_days: int
    nations: tuple[str, ...]
    further_working_days: int | None = None
    review_aim: int
    review_exceptional: int
    review_asked: int
    guidance: str = ""
    limits: tuple[Limit, ...] = ()
    body: str | None = None

    @property
    def own(self) -> Limit | None:
        """The limit that every request to this kind of authority has, in place of the Act's."""
        mine = (each for each in self._mine() if each.school_days and not each.unverified)
        return next(mine, None)

    @property
    def others(self) -> tuple[Limit, ...]:
        """The limits that a request to this kind of authority may have."""
        return tuple(each for each in self._mine() if each != self.own)

    @property
    def longest_specified(self) -> int | None:
        """The last working day that the regulator may specify; None where there is no such power."""
        return max((each.working_days for each in self.limits if each.specified), default=None)

    def _mine(self) -> Iterator[Limit]:
        return (each for each in self.limits if self.body in each.authority)
