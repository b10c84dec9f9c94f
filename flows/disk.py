"""The disk: files written whole, names made durable, locks, and whether somebody is still writing."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import signal
import stat
import sys
import time
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_AGAIN_SECONDS: Final = 0.05


def write(path: Path, data: bytes | bytearray, *, mode: int = 0o666) -> None:
    """Put ``data`` at ``path``, whole or not at all, over what may be there; durable on return.

    Args:
        mode: Less what the umask takes.
    """
    fresh = path.with_name(f".{path.name}.part")
    with locked_folder(path.parent) as folder:  # two writers of one name must not share the file beside it
        with _filled(fresh, data, mode):
            fresh.replace(path)
        os.fsync(folder)


def create(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put ``data`` into a new file, whole or not at all; durable on return.

    It is for its owner alone unless ``mode`` says otherwise, as is a folder that is not there and is made.

    Raises:
        FileExistsError: something is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.part")
    with locked_folder(path.parent) as folder:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with _filled(fresh, data, mode):
            fresh.rename(path)
        os.fsync(folder)


@contextmanager
def filling(path: Path) -> Iterator[BinaryIO]:
    """Give a new file to be filled, which stands at ``path`` once the block ends well: whole, and durable.

    It is for its owner alone. No folder is locked, which a disk of another machine may not allow.

    Raises:
        FileExistsError: something is there already.
    """
    fresh = beside(path)
    try:
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        fresh.rename(path)
        sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Return the name of what is filled for ``path`` and has it in the end; no two writers have the same."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


@contextmanager
def _filled(path: Path, data: bytes | bytearray, mode: int) -> Iterator[None]:
    """Hold a file for a while, which is gone afterwards unless it was given another name."""
    path.unlink(missing_ok=True)  # left by a kill
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield
    finally:
        path.unlink(missing_ok=True)


def read_plain(path: Path | str, most: int) -> bytes:
    """Return the bytes of a plain file that somebody else may have put there.

    Nothing is waited for, as at a pipe; a link is not followed, and no more than ``most`` bytes are read.

    Raises:
        OSError: there is none, or it is larger.
    """
    with opened_plain(path) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most} bytes", str(path))
        return file.read(most)


def opened_plain(path: Path | str) -> FileIO:
    """Open a plain file that somebody else may have put there, as ``read_plain`` does.

    Raises:
        OSError: there is none.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    file = FileIO(descriptor)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "no plain file", str(path))
    return file


def close_to_others() -> None:
    """Let what this process makes from now on be for its owner alone, unless it says otherwise."""
    os.umask(0o077)


def closed(path: Path) -> None:
    """Close to others what lies at ``path``, with all below it; a link, or what is another's, stays."""
    below = [Path(here, name) for here, folders, files in os.walk(path) for name in (*folders, *files)]
    for each in (path, *below):
        with suppress(PermissionError):
            if not each.is_symlink():
                each.chmod(0o700 if each.is_dir() else 0o600)


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    with opened(folder) as descriptor:
        os.fsync(descriptor)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Hold a folder open; give its descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def destroy(path: Path) -> None:
    """Write over a file and delete it, durably, if it is there.

    What a file system, a disk or a copy elsewhere keeps of it is out of reach.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(os.fstat(descriptor).st_size))
        file.flush()
        os.fsync(descriptor)
    path.unlink()
    sync(path.parent)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a whole folder, links as links, to where nothing is; whole or not at all, durably."""
    fresh = target.with_name(f".{target.name}.part")
    discard(fresh)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, fresh, symlinks=True)
    else:
        shutil.copy2(source, fresh, follow_symlinks=False)
    move(fresh, target)


def move(fresh: Path, target: Path) -> None:
    """Give a file or a whole folder another name, over what may be there; whole or not at all, durably."""
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            with opened(path) if path.is_dir() else path.open("rb") as file:
                os.fsync(file)
    fresh.replace(target)
    sync(target.parent)


def discard(path: Path) -> None:
    """Delete a file, a link or a whole folder, if it is there; links are not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def locked_folder(folder: Path) -> Iterator[int]:
    """Keep others out who lock the folder too; give its descriptor."""
    with opened(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor


@contextmanager
def locked(path: Path, *, patience: float | None = None) -> Iterator[None]:
    """Keep others out who lock the file too, which is made where there is none.

    The kernel releases the lock however the process ends.

    Args:
        patience: How many seconds to try for; None for as long as it takes.

    Raises:
        BlockingIOError: somebody else has it locked.
    """
    # A descriptor of its own for every use: flock belongs to the open file, so two threads that
    # shared one would both be let in.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, patience)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, patience: float | None) -> None:
    until = time.monotonic() + (patience or 0)
    while patience is not None:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(_AGAIN_SECONDS)
    return fcntl.flock(descriptor, fcntl.LOCK_EX)


def is_locked(path: Path) -> bool:
    """Tell whether somebody has a file locked; a file that is not there is not."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def without_writers(descriptor: int) -> Iterator[bool]:
    """Make whoever opens a file for writing wait; give False where that is not to be had.

    The system grants it to the owner of the file and to root, on a local disk.

    Raises:
        BlockingIOError: somebody has the file open for writing.
    """
    granted = sys.platform == "linux" and _lease(descriptor)
    try:
        yield granted
    finally:
        if granted:
            # Not left to the closing: a child of another thread may have the file too, for an instant.
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _lease(descriptor: int) -> bool:
    try:
        # A writer who comes is made known by a signal, and the usual one would end this process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True
