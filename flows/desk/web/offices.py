"""Offices and stores, each used by one thread at a time."""

from __future__ import annotations

import queue
import threading
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from flows.casework.office import Office
from flows.desk.web.store import Store
from flows.domain.errors import PitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.home import Home

MOST: Final = 4
"""Threads that work at once: more would only wait for each other on the machine's processors."""


class Offices:
    """A few open offices of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._free: queue.LifoQueue[tuple[Office, Store] | None] = queue.LifoQueue()
        for _ in range(MOST):
            self._free.put(None)
        self._recording = threading.Lock()

    @contextmanager
    def one(self, *, records: bool = False) -> Iterator[tuple[Office, Store]]:
        """Give an office and a store that nobody else uses meanwhile.

        Args:
            records: Whether it is for an act: one after another is recorded, which the register's lock asks
                anyway, so that none that waits keeps an office from pages.
        """
        with self._recording if records else nullcontext(), self._one() as kept:
            yield kept

    @contextmanager
    def _one(self) -> Iterator[tuple[Office, Store]]:
        kept: tuple[Office, Store] | None = self._free.get()
        try:
            kept = kept or self._opened()
            kept[0].look_anew()
            yield kept
        except PitError:
            raise
        except BaseException:
            # What it was about is not known; the next one begins afresh.
            broken, kept = kept, None
            _close(broken)
            raise
        finally:
            self._free.put(kept)

    def _opened(self) -> tuple[Office, Store]:
        with ExitStack() as opened:
            office = opened.enter_context(Office(self._home, serving=True))
            store = Store(self._home.desk)
            opened.pop_all()
        return office, store

    def close(self) -> None:
        """Close every one of them."""
        for _ in range(MOST):
            _close(self._free.get())


def _close(kept: tuple[Office, Store] | None) -> None:
    if kept:
        for each in kept:
            each.close()
