"""The clock of a request: when its answer is due under its Act, and how that stands on a day.

One clock for everyone who asks: the queue, a case, a notice, the checks of a draft.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from flows.domain.deadline import Events, deadline, moved, working_days_until
from flows.domain.errors import MalformedError
from flows.domain.provisions import provisions, regimes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flows.domain.deadline import Moved, Timetable
    from flows.domain.policy import Proclaimed
    from flows.domain.working_days import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When an answer is due, and how that stands.

    Attributes:
        due: None past what is known of bank holidays, where no deadline is guessed.
        days_left: Working days until then; None where it is past or not known.
        moved: How days proclaimed since the request came moved it; None where none did.
    """

    due: date | None = None
    days_left: int | None = None
    overdue: bool = False
    moved: Moved | None = None


class Clock:
    """The clock on one day.

    Args:
        calendar: The bank holidays, those that were proclaimed since included.
        proclaimed: These alone.
        today: The authority's local day.
    """

    def __init__(self, calendar: Calendar, proclaimed: Sequence[Proclaimed], today: date) -> None:
        self._calendar = calendar
        self._proclaimed = tuple(proclaimed)
        self._today = today
        # Many cases share a day of receipt: what is said of one is said of all.
        self.due = cache(self._due)
        self.falls = cache(self._falls)
        self.standing = cache(self._standing)

    def timetable(self, regime: str) -> Timetable:
        """Return how long an Act allows, and whose bank holidays it leaves out."""
        return provisions(regime).clock

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
        past = self._today > due
        return Due(
            due=due,
            days_left=None if past else working_days_until(self._today, due, self._calendar, timetable),
            overdue=past,
            moved=moved(received, due, self._proclaimed, self._calendar, timetable),
        )
