"""How long each flow and each task may take, how often it is tried, and what is left when it is cut off.

Prefect's own limit raises an error in the thread. That ends what runs in Python, in the main thread also what
waits; it does not end a wait in any other thread, and where a task is under way it ends that task alone. So
here the processes are ended for which the thread waits, and what is over with the run ends the run. What even
that does not end, a call that never comes back from the system, ends with the process: ``up`` begins anew.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prefect.utilities.timeout import timeout

from flows.domain.errors import CutOffError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 90.0
"""Seconds for which a run asks a registrar again that does not answer; who waits at a page is told sooner."""
GRACE_SECONDS: Final = 60
"""After the end of a run's time, in which it has to have ended."""
_RACES: Final = 3
_AGAIN_SECONDS: Final = 1.0
_CLOSE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The limit of a flow, or of one of its tasks.

    Attributes:
        seconds: After which it is cut off.
        again: How often a task is tried again after somebody wrote to the register first.
        why: Why so long.
        left: What a cut leaves, and who goes on.
    """

    seconds: int
    again: int = 0
    why: str
    left: str


_NEXT: Final = "what was done stands, and the next run does the rest"
_ONE: Final = "the register has the act or has it not; the other cases go on, and the next run does it"
FLOWS: Final = {
    "mail": Limit(seconds=1_800, why="a full mailbox, a message at a time", left=_NEXT),
    "intake": Limit(seconds=3_600, why="some 5,000 requests at once", left=_NEXT),
    "drafting": Limit(seconds=3_600, why="as many first drafts", left=_NEXT),
    "checking": Limit(seconds=7_200, why="all open tests on a new day", left=_NEXT),
    "legal_review": Limit(seconds=1_800, why="a notice for each case", left=_NEXT),
    "balancing": Limit(seconds=1_800, why="a notice for each case", left=_NEXT),
    "publication": Limit(seconds=7_200, why="several thousand papers", left=_NEXT),
    "reminding": Limit(seconds=1_800, why="a notice for each case", left=_NEXT),
    "auditing": Limit(
        seconds=12 * 3_600,
        why="a million acts, looked into whole",
        left="no audit is noted, no checkpoint written; health turns red, and the next night audits",
    ),
}
"""By the name of the flow's function."""
TASKS: Final = {
    "take_in": Limit(
        seconds=1_200,
        why="each answer of a mail server takes half a minute at most",
        left="a message is dealt with or is still in the mailbox; the next run goes on with it",
    ),
    "tell": Limit(
        seconds=300,
        why="as for the mailbox",
        left="a notice is sent or is not noted as sent; the next run sends it",
    ),
    "hand_over": Limit(
        seconds=180,
        why="an item of 60 MiB over a slow network",
        left="it is in the worker's inbox until the registrar has it; the next run hands it over again",
    ),
    "open_case": Limit(
        seconds=180,
        again=_RACES,
        why="a second, and files of 60 MiB to seal",
        left="the item is in the inbox until its case stands; the next run opens it, or finds it open",
    ),
    "set_aside": Limit(
        seconds=180,
        why="a second",
        left="the item is in the inbox or set aside, whole; the next run goes on",
    ),
    "fail_item": Limit(seconds=180, why="it only tells", left="the next run tells again"),
    "write_first_draft": Limit(seconds=180, again=_RACES, why="a second", left=_ONE),
    "look_ahead": Limit(
        seconds=7_000,
        why="all open tests in one task",
        left="what was found is kept test by test; the next run looks at the rest",
    ),
    "ask_about": Limit(
        seconds=180,
        why="a second",
        left="the notice is written or is not noted as told; the next run tells it",
    ),
    "publish": Limit(seconds=600, again=_RACES, why="a second; the longest papers take a minute", left=_ONE),
    "lay_out_again": Limit(
        seconds=600,
        why="as for a paper",
        left="a copy is put in place whole; the next run makes what is missing",
    ),
    "remind": Limit(
        seconds=180,
        why="a second",
        left="the notice is written or is not noted as told; the next run tells it",
    ),
    "audit_register": Limit(seconds=12 * 3_600 - 60, why="as for its flow", left=FLOWS["auditing"].left),
}
"""By the name of the task's function."""


def longest(flow: str) -> int:
    """Return within how many seconds a run of a flow has ended, unless it cannot be ended."""
    return FLOWS[flow.replace("-", "_")].seconds + GRACE_SECONDS


_ENDS: ContextVar[float] = ContextVar("ends", default=inf)
_SPARED: ContextVar[frozenset[int]] = ContextVar("spared", default=frozenset())


@contextmanager
def run_within(name: str) -> Iterator[None]:
    """Let the body of a flow take no longer than its limit; Prefect raises the error."""
    seconds = FLOWS[name].seconds
    spared = _SPARED.set(_children(threading.get_native_id()))  # a server that was started for the command
    ends = _ENDS.set(time.monotonic() + seconds - _CLOSE_SECONDS)
    try:
        with _ending_children(seconds):
            yield
    finally:
        _ENDS.reset(ends)
        _SPARED.reset(spared)


@contextmanager
def task_within(name: str) -> Iterator[None]:
    """Let the body of a task take no longer than its limit.

    Raises:
        CutOffError: it was cut off.
        asyncio.CancelledError: the time of the whole run is over.
    """
    seconds = TASKS[name].seconds
    try:
        with _ending_children(seconds), timeout(seconds=seconds, timeout_exc_type=_OverError):
            yield
    except _OverError as error:
        # Prefect takes every such error for the innermost limit's, and would go on with the next task.
        if error.__context__ and time.monotonic() >= _ENDS.get():
            raise error.__context__ from None
        raise CutOffError(seconds) from None


class _OverError(TimeoutError):
    """The time of a task is over."""


@contextmanager
def _ending_children(seconds: float) -> Iterator[None]:
    """End the processes that this thread starts in the block and waits for, once its time is over."""
    thread, spared, done = threading.get_native_id(), _SPARED.get(), threading.Event()

    def end() -> None:
        over = done.wait(seconds + _CLOSE_SECONDS)  # first the error, which the thread meets as it wakes
        while not over:
            for child in _children(thread) - spared:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            over = done.wait(_AGAIN_SECONDS)

    watcher = threading.Thread(target=end, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _children(thread: int) -> frozenset[int]:
    """Return the processes that a thread of this process started and that have not been seen to end."""
    try:
        listed = Path(f"/proc/self/task/{thread}/children").read_text(encoding="ascii")
    except OSError:
        return frozenset()
    return frozenset(map(int, listed.split()))
