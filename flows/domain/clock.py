"""The clock of a request: when its answer is due under its Act, and how that stands on a day.

One clock for everyone who asks: the queue, a case, a notice, the checks of a draft.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.domain.deadline import Events, deadline, latest, moved, working_days_until
from flows.domain.errors import MalformedError
from flows.domain.provisions import provisions, regimes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flows.domain.deadline import Moved
    from flows.domain.policy import Proclaimed
    from flows.domain.timetable import Timetable
    from flows.domain.working_days import Calendar

NOBODY_SAID: Final = (
    "Nobody said what kind of authority this is, so that the limit is the usual one: schools and some others "
    "have longer. State it once with `equipoise body set`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When an answer is due, and how that stands.

    Attributes:
        due: None past what is known of bank holidays, where no deadline is guessed.
        days_left: Working days until then; None where it is past or not known.
        last: The last day on which it is not late in any case; for a school later than ``due``.
        overdue: Whether that is past, as counted from receipt alone.
        moved: How days proclaimed since the request came moved it; None where none did.
        advice: What else an official should know of it, as sentences.
    """

    due: date | None = None
    last: date | None = None
    days_left: int | None = None
    overdue: bool = False
    moved: Moved | None = None
    advice: tuple[str, ...] = ()


class Clock:
    """The clock on one day.

    Args:
        calendar: The bank holidays, those that were proclaimed since included.
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
        # Many cases share a day of receipt: what is said of one is said of all.
        self.due = cache(self._due)
        self.falls = cache(self._falls)
        self.standing = cache(self._standing)

    def timetable(self, regime: str) -> Timetable:
        """Return how long an Act allows, and whose bank holidays it leaves out."""
        return replace(provisions(regime).clock, body=self._body)

    @property
    def key(self) -> str:
        """What two clocks share for which every answer falls due on the same days."""
        rests_on = (self._calendar.key, *((regime, self.timetable(regime)) for regime in regimes()))
        return hashlib.sha256(repr(rests_on).encode()).hexdigest()

    def _due(self, received: date, regime: str) -> Due:
        """Return when the answer to a request is due that was received on a day under an Act."""
        return self.standing(received, regime, self.falls(received, regime))

    def _falls(self, received: date, regime: str) -> date | None:
        """Return the same day alone; None where it is not known."""
        try:
            return deadline(Events(received=received), self._calendar, self.timetable(regime)).due
        except MalformedError:
            return None

    def _standing(self, received: date, regime: str, due: date | None) -> Due:
        """Return how that stands today, for a day that was computed before."""
        if due is None:
            return Due()
        timetable = self.timetable(regime)
        # The register does not know when there is no session at a school; the last day in any case it does.
        last = latest(received, self._calendar, timetable) or due
        over = self._today > last
        left = None if over else working_days_until(self._today, due, self._calendar, timetable)
        return Due(
            due=due,
            last=last,
            days_left=left,
            overdue=over,
            moved=moved(received, due, self._proclaimed, self._calendar, timetable),
            advice=self._advice(received, timetable),
        )

    def _advice(self, received: date, timetable: Timetable) -> tuple[str, ...]:
        if self._body is None and timetable.limits:
            return (NOBODY_SAID,)
        if not (timetable.own or timetable.others):
            return ()
        return deadline(Events(received=received), self._calendar, timetable).remarks
