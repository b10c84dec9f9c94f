"""The clock of a request: when its answer is due under its Act, and how that stands on a day.

One clock for everyone who asks: the queue, a case, a notice, the checks of a draft.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flows.domain.deadline import deadline, has_sessions, latest, moved, working_days_until
from flows.domain.english import in_full
from flows.domain.errors import MalformedError
from flows.domain.owed import Duty, Owed
from flows.domain.provisions import provisions, regimes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flows.domain.deadline import Deadline, Moved
    from flows.domain.events import Events
    from flows.domain.policy import Proclaimed
    from flows.domain.timetable import Timetable
    from flows.domain.working_days import Calendar

NOBODY_SAID: Final = (
    "Nobody said what kind of authority this is, so that the limit is the usual one: schools and some others "
    "have longer. State it once with `equipoise body set`."
)

NO_CLOSURES: Final = (
    "Nobody said when the school has no session, so that every working day counts as a school day. State it "
    "with `equipoise closure add`."
)

WAITS: Final = MappingProxyType(
    {
        Duty.CLARIFICATION: "while the clarification asked on {day} is awaited",
        Duty.FEE: "while the fees notice of {day} is not paid",
        Duty.PAPER: "by the Act, for the request was answered",
    }
)
"""Why nothing is due, to follow "nothing is due"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When an answer is due, and how that stands.

    Attributes:
        due: None where nothing is due, and past what is known of bank holidays, where no deadline is guessed.
        waits_for: Without which nothing is due, and since when it is owed; None where something is due.
        days_left: Working days until then; None where it is past or not known.
        last: The last day on which it is not late in any case; later than ``due`` for a school that did not
            state when it has no session.
        overdue: Whether that is past.
        moved: How days added since the request came moved it; None where none did.
        advice: What else an official should know of it, as sentences.
    """

    due: date | None = None
    waits_for: tuple[Duty, date | None] | None = None
    last: date | None = None
    days_left: int | None = None
    overdue: bool = False
    moved: Moved | None = None
    advice: tuple[str, ...] = ()

    @property
    def waits(self) -> str:
        """Why nothing is due, to follow "nothing is due"; empty otherwise."""
        if self.waits_for is None:
            return ""
        duty, day = self.waits_for
        return WAITS[duty].format(day=in_full(day) if day else "")


_KEPT: Final = 4_096
"""Answers that a clock keeps of each kind."""


class Clock:
    """The clock on one day.

    Args:
        calendar: The bank holidays, those that were proclaimed since included; when a school has no session.
        proclaimed: These alone.
        today: The authority's local day.
        body: What kind of authority it is; None where nobody said.
    """

    def __init__(
        self,
        calendar: Calendar,
        proclaimed: Sequence[Proclaimed],
        today: date,
        body: str | None = None,
    ) -> None:
        self._calendar = calendar
        self._proclaimed = tuple(proclaimed)
        self._today = today
        self._body = body
        # To most requests nothing happened beside, and many share a day of receipt: what is said of one is
        # said of all.
        self.due = lru_cache(_KEPT)(self._due)
        self.falls = lru_cache(_KEPT)(self._falls)
        self.standing = lru_cache(_KEPT)(self._standing)

    @property
    def today(self) -> date:
        """The authority's local day."""
        return self._today

    def timetable(self, regime: str) -> Timetable:
        """Return how long an Act allows, and whose bank holidays it leaves out."""
        return replace(provisions(regime).clock, body=self._body)

    @cached_property
    def key(self) -> str:
        """What two clocks share for which every answer falls due on the same days."""
        rests_on = (self._calendar.key, *((regime, self.timetable(regime)) for regime in regimes()))
        return hashlib.sha256(repr(rests_on).encode()).hexdigest()

    def counted(self, events: Events, regime: str, *, on_record: bool = True) -> Deadline:
        """Return what the clock says after ``events``, day by day.

        Raises:
            MalformedError: a day is not covered by the calendar; where they are not ``on_record`` yet, too
                when one is too late for what it is.
        """
        timetable = self.timetable(regime)
        return deadline(events, self._calendar, timetable, today=self._today, on_record=on_record)

    def answer(self, events: Events, regime: str) -> Due:
        """Return when the answer to a request under an Act is due, after what happened to it."""
        return self.due(Owed(duty=Duty.ANSWER, events=events), regime)

    def _due(self, owed: Owed, regime: str) -> Due:
        """Return when something is due that is owed under an Act."""
        return self.standing(owed, regime, self.falls(owed, regime))

    def _falls(self, owed: Owed, regime: str) -> date | None:
        """Return the same day alone; None where nothing is due, or where the day is not known."""
        if owed.day or owed.duty is Duty.PAPER:
            return owed.day
        try:
            found = self.counted(owed.events, regime)
        except MalformedError:
            return None
        if owed.duty is Duty.REVIEW:
            return found.review.aim if found.review else None
        return found.due

    def _standing(self, owed: Owed, regime: str, due: date | None) -> Due:
        """Return how that stands today, for a day that was computed before."""
        events, timetable = owed.events, self.timetable(regime)
        if owed.duty is not Duty.ANSWER:
            over = due is not None and self._today > due
            left = (
                None
                if over or due is None
                else working_days_until(self._today, due, self._calendar, timetable)
            )
            never = (owed.duty, None) if owed.duty is Duty.PAPER else None
            return Due(due=due, waits_for=never, last=due, days_left=left, overdue=over)
        if due is None:
            return Due(waits_for=waits_for(events))
        # As long as a school did not state when it has no session, the last day in any case is known alone.
        last = (not self._calendar.closures and latest(events, self._calendar, timetable)) or due
        over = self._today > last
        left = None if over else working_days_until(self._today, due, self._calendar, timetable)
        return Due(
            due=due,
            last=last,
            days_left=left,
            overdue=over,
            moved=moved(events, due, self._proclaimed, self._calendar, timetable),
            advice=self._advice(events, regime, timetable),
        )

    def _advice(self, events: Events, regime: str, timetable: Timetable) -> tuple[str, ...]:
        nobody_said = (NOBODY_SAID,) if self._body is None and timetable.limits else ()
        if events.plain and not (timetable.own or timetable.others):
            return nobody_said
        unstated = (NO_CLOSURES,) if has_sessions(timetable) and not self._calendar.closures else ()
        return (*nobody_said, *self.counted(events, regime).remarks, *unstated)


def waits_for(events: Events) -> tuple[Duty, date] | None:
    """Return what the applicant owes without which nothing is due after ``events``, and since when."""
    if events.awaited:
        # FOIA s.1(3).
        return Duty.CLARIFICATION, events.awaited.asked
    if events.fees_notice and not events.fees_paid:
        # FOIA s.9(2).
        return Duty.FEE, events.fees_notice
    return None
