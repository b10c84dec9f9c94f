"""One engine in a process of its own, which renders papers one after the other and says what each took.

Started with an engine's name and the number of a pipe. It imports that engine alone, so that its memory
is the engine's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from figures import spent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Turn(NamedTuple):
    """One paper.

    Attributes:
        seconds: Processor time, all threads.
        resident: The process's memory afterwards, bytes.
        peak: The most it had so far, bytes.
    """

    pdf: bytes
    seconds: float
    resident: int
    peak: int


def renderer(engine: str) -> Callable[[Sequence[Any], str], bytes]:
    """Return what renders parts (for ours: blocks) under a title."""
    return cast("Callable[[Sequence[Any], str], bytes]", import_module(f"engine_{engine}").render)


class EngineProcess:
    """A fresh process that has loaded one engine; to be used in a ``with`` statement."""

    def __init__(self, engine: str) -> None:
        self._here, there = Pipe()
        with there:
            command = [sys.executable, __file__, engine, str(there.fileno())]
            # The engines stand beside this file, where the tests' own environment would not look for them.
            looking = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
            self._process = subprocess.Popen(command, pass_fds=[there.fileno()], env=looking)

    def render(self, content: Sequence[Any], title: str) -> Turn:
        self._here.send((content, title))
        return Turn(*self._here.recv())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._here.close()
        self._process.wait()


def main(engine: str, pipe: Connection) -> None:
    render = renderer(engine)
    while True:
        try:
            content, title = pipe.recv()
        except EOFError:
            return
        seconds, pdf = spent(render, content, title)
        pipe.send((pdf, seconds, _memory("VmRSS"), _memory("VmHWM")))


def _memory(name: str) -> int:
    """Return one of the kernel's figures on this process, bytes.

    The peak that getrusage tells includes that of the process which started this one.
    """
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], Connection(int(sys.argv[2])))
