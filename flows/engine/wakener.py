"""Asking workers elsewhere for flows from a process in which many act: soon, and not once for every act.

A run that has not begun yet will find what an act left. Where as many run as may, the server refuses one
more, and the first of them that ends asks for it again. Nothing is lost with this memory: each flow has its
tick.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.engine import waking

if TYPE_CHECKING:
    from flows.domain.procedure import Stage
    from flows.engine.waking import Prefect
    from flows.home import Home

_PAUSE: Final = 2.0
"""Seconds from an act to the question, and from one question to the next."""
_BEGINNING_SECONDS: Final = 120.0
"""For which a worker that took a run may take to begin it; it is dead otherwise, and the run with it."""


class Wakener:
    """Asks from a thread of its own, which begins with the first act."""

    def __init__(self, home: Home, pause: float = _PAUSE) -> None:
        self._home = home
        self._pause = pause
        self._wanted: set[str] = set()
        self._asked: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._told = threading.Event()
        self._thread: threading.Thread | None = None

    def tell(self, stage: Stage) -> None:
        """Say that a case came to a stage; the flow that it waits for is asked for."""
        flow = waking.flow_for(stage)
        if flow is None or not waking.elsewhere(self._home) or disk.is_locked(self._home.address):
            return
        with self._lock:
            self._wanted.add(flow)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        self._told.set()

    def _run(self) -> None:
        rest = threading.Event()
        while True:
            self._told.wait()
            self._told.clear()
            while self._wanted:
                rest.wait(self._pause)
                self._ask()

    def _ask(self) -> None:
        there = waking.elsewhere(self._home)
        with self._lock:
            wanted = sorted(self._wanted)
        for flow in wanted:
            # An act that is recorded while the server is asked wants it anew.
            self._wanted.discard(flow)
            if there and not self._is_seen_to(there, flow):
                self._wanted.add(flow)

    def _is_seen_to(self, there: Prefect, flow: str) -> bool:
        """Ask for a run of a flow unless the last one is yet to begin; return whether one is now."""
        before, when = self._asked.get(flow, ("", 0.0))
        if before:
            try:
                state = there.call(f"/flow_runs/{before}")["state_type"]
            except (OSError, ValueError, KeyError):
                state = ""  # it was deleted, or the server is away
            taken = state == "PENDING" and time.monotonic() - when < _BEGINNING_SECONDS
            if state == "SCHEDULED" or taken:
                return True
        asked = there.ask(flow, None)
        if asked:
            self._asked[flow] = asked, time.monotonic()
        return asked is not None
