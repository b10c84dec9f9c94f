"""A process that runs what is to meet faults: ``python zygote.py``, with the tests' folders in the path.

It imports once and forks for every run, and does nothing else: a fork of a process that has sealed something
waits for ever for threads that only its parent has.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

import faults
from faults import Ended
from scenarios import FOUNDING, SCENARIOS

from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable


class Zygote:
    """Such a process, from outside; leave it when done."""

    def __enter__(self) -> Self:
        here = Path(__file__).parent
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        path = os.pathsep.join(map(str, (here, here.parent, here.parents[1])))
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**environment, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def run(self, scenario: str, home: Home, **options: Any) -> Ended:
        """Run the work of a scenario on a home, and have it meet a fault; see ``faults.run``."""
        pickle.dump((scenario, home.root, options), cast("IO[bytes]", self._process.stdin))
        cast("IO[bytes]", self._process.stdin).flush()
        ended: Ended = pickle.load(cast("IO[bytes]", self._process.stdout))  # noqa: S301 - our own
        return ended


def _refused(work: Callable[[Home], bool], home: Home) -> Callable[[], bool]:
    return lambda: not work(home)


def main() -> None:
    """Run what is asked for, until nobody asks."""
    while True:
        try:
            scenario, root, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own
        except EOFError:
            return
        ended = faults.run(root, _refused({**SCENARIOS, **FOUNDING}[scenario].work, Home(root)), **options)
        pickle.dump(ended, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    # Imported where it is first asked for, which would be in every fork.
    import flows.casework.proposals
    import flows.document.publication
    import flows.notices.outbox
    import flows.sources.repeats
    import flows.vault.keys  # noqa: F401

    main()
