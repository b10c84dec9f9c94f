"""The copy to which a registrar pushes what it wrote: after each act, and until the copy refuses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import PitError, RefusedError, RegisterError
from flows.engine import failures
from flows.register.replica import Pushed, push
from flows.register.repository import branch_of
from flows.register.stop import stop

if TYPE_CHECKING:
    from pathlib import Path

_LOOK_SECONDS: Final = 5.0
"""After which what a command of this machine wrote is pushed, and a copy out of reach is tried again."""
_ANOTHER_WRITES: Final = (
    "Nothing is recorded: the copy {copy} takes nothing more from here, so another registrar writes the "
    "register now, or the copy was written to; docs/operating.md says how to find out."
)


class Replication:
    """Pushes from a thread of its own.

    Args:
        repository: The register.
        copy: Where it is pushed to.
    """

    def __init__(self, repository: Path, copy: str) -> None:
        self._repository = repository
        self._copy = copy
        self._pushed: str | None = None
        self._last = Pushed.DONE
        self._grown = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Push once, and go on.

        Raises:
            RefusedError: the copy takes nothing from here.
            RegisterError: it cannot be reached, so that nobody knows who writes.
        """
        outcome = self._push()
        if outcome is Pushed.REFUSED:
            raise RefusedError(_ANOTHER_WRITES.format(copy=self._copy))
        if outcome is Pushed.UNREACHED:
            raise RegisterError(
                f"The copy {self._copy} cannot be reached, so nobody knows whether another registrar writes "
                "by now; if none does, start without --push."
            )
        self._thread.start()

    def end(self) -> None:
        """Push what is left, and end."""
        self._ending = True
        self._grown.set()
        self._thread.join()

    def tell(self) -> None:
        """Say that an act was recorded."""
        self._grown.set()

    def state(self) -> dict[str, Any]:
        """Return how the copy stands, for `/health`."""
        behind = self._pushed != branch_of(self._repository)
        return {"copy": "behind" if behind and self._last is Pushed.DONE else str(self._last)}

    def _run(self) -> None:
        while self._last is not Pushed.REFUSED:
            ending = self._ending
            if self._pushed != branch_of(self._repository):
                self._push()
            if ending:
                return
            self._grown.wait(_LOOK_SECONDS)
            self._grown.clear()

    def _push(self) -> Pushed:
        tip = branch_of(self._repository)
        try:
            self._last = push(self._repository, self._copy)
        except PitError:
            self._last = Pushed.UNREACHED
        match self._last:
            case Pushed.DONE:
                self._pushed = tip
            case Pushed.REFUSED:
                sentence = _ANOTHER_WRITES.format(copy=self._copy)
                stop(self._repository, sentence)
                failures.tell("registrar", sentence)
            case Pushed.UNREACHED:
                failures.tell("registrar", f"The copy {self._copy} cannot be reached; it is tried again.")
        return self._last
