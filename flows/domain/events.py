"""What happened to a request that moves its clock, and on which local day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from flows.domain.english import only_date

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL: Final = "usual"
"""An extension without an estimate: the usual longest."""

_MONTHS_TO_PAY: Final = 3
_MONTHS_TO_CLARIFY: Final = 2
"""By guidance: after so long without an answer the request has lapsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of clarification: what was wanted was asked, s.1(3), and maybe answered."""

    asked: date
    answered: date | None = None

    @property
    def lapses(self) -> date:
        """The last day on which the answer is waited for."""
        return lapse(self.asked, _MONTHS_TO_CLARIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened to a request, and on which local day.

    Attributes:
        rounds: Of clarification, oldest first.
        extended: The estimate given, or ``USUAL`` where none was; None without an extension.
        specified: The day that the regulator specified, s.10(4).
        refused: When a refusal was issued.
    """

    received: date
    rounds: tuple[Round, ...] = ()
    fees_notice: date | None = None
    fees_paid: date | None = None
    extended: date | Literal["usual"] | None = None
    specified: date | None = None
    refused: date | None = None
    review_asked: date | None = None

    def __post_init__(self) -> None:
        for _, when in self.dates():
            only_date(when)

    @property
    def plain(self) -> bool:
        """Whether the request came, and nothing else happened to it."""
        return self == Events(received=self.received)

    @property
    def awaited(self) -> Round | None:
        """The round of clarification that has no answer yet; None where none is awaited."""
        newest = self.rounds[-1:]
        return newest[0] if newest and newest[0].answered is None else None

    @property
    def clarification_lapses(self) -> date | None:
        """The last day on which an awaited clarification is waited for; None where none is."""
        return self.awaited.lapses if self.awaited else None

    @property
    def fee_lapses(self) -> date | None:
        """The last day on which a fee can be paid that was not, FOIA s.9(2); None where none is awaited."""
        return lapse(self.fees_notice) if self.fees_notice and not self.fees_paid else None

    def dates(self) -> Iterator[tuple[str, date]]:
        """Yield each day that is given, under the name an official knows it by."""
        for field in fields(self):
            when = getattr(self, field.name)
            if isinstance(when, date):
                yield field.name.replace("_", "-"), when
        for each in self.rounds:
            yield "clarification-asked", each.asked
            if each.answered is not None:
                yield "clarification-answered", each.answered


def lapse(notice: date, months: int = _MONTHS_TO_PAY) -> date:
    """Return the last day of the months that begin with the day of a notice: by FOIA s.9(2) of three.

    It is the day before the one of the same number, or the end of a month that has none.
    """
    months += notice.year * 12 + notice.month - 1
    year, month = divmod(months, 12)
    first = date(year, month + 1, 1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=notice.day - 2), end)
