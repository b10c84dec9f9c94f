"""A process that takes requests in, to be killed: run as ``python taker.py`` with the environment set.

Prefect takes seconds to import, so this process imports once and forks for every run. It is told on
standard input at which point the run is to kill itself (``never`` for one that others kill), answers
with the run's process id, and then with how the run ended.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from flows import intake
from flows.engine import here as engine
from flows.register.repository import Repository
from flows.sources.item import Item
from flows.vault.keys import Vault

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS: Final[dict[str, tuple[type, str, bool]]] = {
    "after the key": (Vault, "create", True),
    "after the objects": (Repository, "write", True),
    "after the ref": (Repository, "advance", True),
    "before the item is deleted": (Item, "remove", False),
}
"""A method, and whether the kill comes after it."""

_WHICH: Final = 2
"""At the second time: one item is done before, others are left."""


def _kill_at(point: str) -> None:
    owner, name, after = POINTS[point]
    method: Callable[..., Any] = getattr(owner, name)
    calls: list[None] = []

    def deadly(*args: Any, **given: Any) -> Any:
        calls.append(None)
        if len(calls) < _WHICH:
            return method(*args, **given)
        if after:
            method(*args, **given)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    setattr(owner, name, deadly)


def _run(point: str) -> int:
    if point in POINTS:
        _kill_at(point)
    state = intake.intake(return_state=True)
    engine.drain()
    return 0 if state.is_completed() else 1


def main() -> None:
    engine.quieten()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_run(line.strip()))
        print(child, flush=True)  # noqa: T201 - how it answers
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
