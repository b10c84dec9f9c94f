"""Homes and registers that tests copy: each is made once in a run, however many workers share it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return the folder of that name, which ``build`` fills when it is first asked for; never write to it."""
    place = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent  # the workers share one
    with (place / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not lock.read():
            shutil.rmtree(place / name, ignore_errors=True)
            build(place / name)
            lock.write("made")
    return place / name


def pack(repository: Path) -> None:
    """Put all objects into one pack: a copy is then a few files."""
    subprocess.run(["git", "-C", str(repository), "repack", "-a", "-d", "-n", "-q"], check=True)
