"""What tells, at next to no cost, that something may wait: when the files of a home last changed."""

from __future__ import annotations

import time
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Final

from flows.casework.mail_settings import mail_settings
from flows.domain.errors import PitError
from flows.sources import inbox
from flows.sources.item import rests_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flows.home import Home

_ARRIVING_SECONDS: Final = 1.0
"""Between two looks at what arrives: what changes in a folder of the inbox does not change the inbox."""
_APART_SECONDS: Final = 0.5
"""Between two looks: while a flow works, its own acts change the register all the time."""


class Watch:
    """Whether it is time to look: some files changed, somebody asked, or some time went by.

    Times are compared, and nothing is asked to tell: that works on every file system.

    Args:
        places: The files and folders, which need not be there.
        seconds: After which it is time although nothing changed.
        hurried: Tells, after a look, within how many seconds the next is due, if that is sooner.
    """

    def __init__(
        self, places: Sequence[Path], seconds: float, *, hurried: Callable[[], float] = lambda: inf
    ) -> None:
        self._places = places
        self._seconds = seconds
        self._hurried = hurried
        self._seen: list[int] = []
        self._looked = self._next = 0.0

    def is_due(self) -> bool:
        """Tell whether it is time to look; who is told so looks now."""
        now = time.monotonic()
        if now - self._looked < _APART_SECONDS:
            return False
        seen = [_changed(place) for place in self._places]
        if seen == self._seen and now < self._next:
            return False
        self._seen, self._looked = seen, now
        self._next = now + min(self._seconds, self._hurried())
        return True

    def look_again(self) -> None:
        """Let it be time, whatever changed."""
        self._next = 0.0


def home(home: Home, every: int) -> Watch:
    """Return what watches the register, the inbox, the copies of the papers and a folder of mail."""
    places = [home.register / "refs/heads/main", home.register / "packed-refs", home.inbox, home.published]
    with suppress(PitError):  # the flow tells
        settings = mail_settings(home)
        if settings and settings.maildir:
            places.append(settings.maildir / "new")
    return Watch(places, every, hurried=lambda: _arrives_in(home))


def server(home: Home, every: int) -> Watch:
    """Return what watches Prefect's database, as somebody who starts a run on its pages changes it."""
    database = home.prefect / "prefect.db"
    return Watch([database, database.with_name(f"{database.name}-wal"), home.address], every)


def _changed(place: Path) -> int:
    try:
        return place.stat().st_mtime_ns
    except OSError:
        return 0


def _arrives_in(home: Home) -> float:
    """Return in how many seconds something in the inbox will have arrived, at the soonest."""
    now = time.time()
    try:
        arriving = [rest for path in inbox.waiting(home.inbox) if (rest := rests_in(path, now=now)) > 0]
    except Exception:  # noqa: BLE001 - what is wrong with the inbox, the intake tells
        arriving = []
    return min(_ARRIVING_SECONDS, *arriving) if arriving else inf
