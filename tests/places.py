"""Where a run of the tests keeps what is temporary: one folder, gone with the run or swept by the next.

A process that is killed, as many tests do, leaves its temporary folders; they lie in the run's.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the memory, as a folder
_ENOUGH: Final = 6 << 30
"""Bytes that have to be free there."""
_PREFIX: Final = "equipoise-tests-"
_LEFT: Final = "tmp"
"""In a run's folder, what its processes leave; made once the run holds the folder's lock."""


def begin() -> Path:
    """Make the folder of this run, locked while this process lives, and sweep those of runs that were killed.

    What is temporary for a process started from now on lies there; pytest's own folders outlast the run.
    """
    # What tests write they sync as the program does, some thousands of times: a disk would take minutes.
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        around = _MEMORY
    else:
        around = Path(tempfile.gettempdir())
    sweep(around)
    run = make(around)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(around))
    os.environ["TMPDIR"] = str(run / _LEFT)
    tempfile.tempdir = None
    return run


def make(around: Path) -> Path:
    """Make the folder of a run; its lock goes with this process."""
    run = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=around))
    fcntl.flock(os.open(run, os.O_RDONLY), fcntl.LOCK_EX)
    (run / _LEFT).mkdir()
    return run


def sweep(around: Path) -> None:
    """Remove the folders of runs that nobody locks any more."""
    for left in around.glob(f"{_PREFIX}*/{_LEFT}"):
        try:
            run = os.open(left.parent, os.O_RDONLY)
        except FileNotFoundError:
            continue  # another run swept it
        try:
            fcntl.flock(run, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(left.parent, ignore_errors=True)
        finally:
            os.close(run)
