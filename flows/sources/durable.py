"""Files and folders that are on the disk before the next step is taken."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST_NAME: Final = 240
"""Bytes; Linux allows 255, and a number may follow."""


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Tell of a failing disk without the name of a file, which may be a person's."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RegisterError(f"{what} could not be read or moved: {reason}.") from None


def write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, whole or not at all, over what may be there."""
    fresh = path.with_name(f".{path.name}.new")
    write_fresh(fresh, data)
    fresh.replace(path)
    sync_folder(path.parent)


def write_fresh(path: Path, data: bytes) -> None:
    """Write a file under a name that is ours alone; the folder is left to the caller."""
    discard(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_folder(path: Path) -> bool:
    """Say whether ``path`` is a folder itself, not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False


def names_in(folder: Path) -> set[str]:
    """Return the names of what a folder holds."""
    return {path.name for path in folder.iterdir()}


def discard(path: Path) -> None:
    """Delete a file, a link or a whole folder, if it is there; links are not followed."""
    if is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def free_names(name: str) -> Iterator[str]:
    """Yield ``name``, then ``name-2``, ``name-3`` and so on."""
    yield name
    short = os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])
    for number in count(2):
        yield f"{short}-{number}"
