"""Which cases are due for erasure, since when, and what keeps the others: told, and nothing done about it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.acts.erasing import last_kept
from flows.domain.english import in_full
from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.catalogue.rows import Kept
    from flows.domain.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How a case stands that is not erased.

    Attributes:
        since: The first day on which it could be erased; None while it runs.
        due: Whether that day has come.
        why: What keeps it, or what is to happen, as a clause.
    """

    reference: str
    since: date | None
    due: bool
    why: str


PAGE: Final = 50
_HOUR: Final = 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How the cases stand that are not erased.

    Attributes:
        months: For which the rules have a case kept after it ended; None where they do not say.
        due: How many are due.
        count: How many there are.
        rows: Those of the page: the longest due first, then those that are kept still, last those that run.
    """

    months: int | None
    due: int
    count: int
    page: int
    pages: int
    rows: tuple[Due, ...]


def retention(office: Office, page: int = 1) -> Retention:
    """Return how many cases are due for erasure, and one page of all, each with what keeps it."""
    policy = office.register.policy()
    months = policy.rules.retention
    _, count = office.catalogue.some_kept(most=0, skip=0)
    pages = max(1, -(-count // PAGE))
    page = max(1, min(page, pages))
    rows, count = office.catalogue.some_kept(most=PAGE, skip=PAGE * (page - 1))
    return Retention(
        months=months,
        due=0 if months is None else office.catalogue.count_ended(before=_kept_since(office, policy)),
        count=count,
        page=page,
        pages=pages,
        rows=() if months is None else tuple(_stands(each, policy, office.today()) for each in rows),
    )


def _kept_since(office: Office, policy: Policy) -> datetime:
    """Return the moment from which on whatever ended is kept still.

    A day begins with an hour everywhere here, and the later a case ended the longer it is kept: so the hour
    is found in some twenty steps, and the cases before it are counted at once.
    """
    hours = range(int(office.now().timestamp()) // _HOUR + 1)
    at = bisect_left(hours, office.today(), key=lambda hour: last_kept(_begins(hour), policy) or date.max)
    return _begins(at)


def _begins(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * _HOUR, UTC)


def due_for_erasure(office: Office, *, everything: bool = False) -> tuple[Due, ...]:
    """Return the cases that are due for erasure, the longest first.

    Args:
        everything: Those too that are still kept, each with what keeps it; last those that run.

    Raises:
        RefusedError: the rules do not say how long a case is kept.
    """
    policy = office.register.policy()
    months = policy.rules.retention
    if months is None:
        raise RefusedError(
            "The rules do not say how long a case is kept, so none is due: an administrator states it with "
            "`equipoise retention set MONTHS`, as the authority's own schedule has it."
        )
    # No month is shorter, so whatever was settled after that is kept still.
    by = None if everything else office.now() - months * timedelta(days=28)
    stands = [_stands(kept, policy, office.today()) for kept in office.catalogue.kept(by)]
    found = (each for each in stands if everything or each.due)
    return tuple(sorted(found, key=lambda each: each.since or date.max))


def _stands(kept: Kept, policy: Policy, today: date) -> Due:
    last = None if kept.running else last_kept(kept.settled, policy)
    if last is None:
        return Due(reference=kept.reference, since=None, due=False, why=kept.running)
    since = last + timedelta(days=1)
    if today < since:
        return Due(reference=kept.reference, since=since, due=False, why=f"it is kept until {in_full(last)}")
    waits = f"{kept.proposed} proposed it, and another administrator has to confirm it"
    why = waits if kept.proposed else "nobody proposed it yet"
    return Due(reference=kept.reference, since=since, due=True, why=why)
