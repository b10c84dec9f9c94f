"""Taking a register over from a copy to which another registrar pushed: it becomes this home's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows import home as times
from flows.casework import papers
from flows.casework.office import Office
from flows.casework.sole_writer import sole_writer
from flows.domain.errors import TamperedError
from flows.register.mirror import Verifier, mirror
from flows.register.replica import check_there, fence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What was taken over: how many entries, and the newest."""

    entries: int
    newest: str


def take_over(
    home: Home, copy: Path, tell: Callable[[str, int, int], None] = lambda _what, _done, _all: None
) -> TakenOver:
    """Let the copy take no push, and make it the register of a home that has the service's key.

    Cut off, it is done again.

    Args:
        tell: Told what is being done, and how much of how much of it is.

    Raises:
        RefusedError: there is no copy; another writes here; a push does not end.
        TamperedError: the copy fails its audit, or does not go on from what the home has.
        RegisterError: the service's key is not here, or not the one that the register lists.
    """
    check_there(copy)  # before anything is made in the home
    with sole_writer(home):
        fence(copy)
        verifier = Verifier(check_brought=papers.check, pin=None, now=times.now(), tell=tell)
        report = mirror(str(copy), home.register, verifier).report
        if not report.passes:
            raise TamperedError(
                f"The copy fails its audit with {next(iter(report.named))}, so it is not taken over; "
                f"`equipoise audit {copy}` tells more."
            )
        with Office(home) as office:
            office.register.check_tip()
            tip = office.register.tip()
    return TakenOver(entries=tip.entry.sequence, newest=tip.id)
