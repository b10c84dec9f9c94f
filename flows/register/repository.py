"""The bare repository under the register: its one ref, its objects, its lock, its packs.

Git is not asked: the branch is moved here, and of the objects `packs` says how they are read. So
nothing that somebody put into the repository beside them is taken up, and no lock of git's stops an act.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Protocol

from flows import disk
from flows.domain.errors import RegisterError, ShortageError, TamperedError
from flows.register.objects import is_id, read_plain, write_all
from flows.register.packs import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flows.register.evidence import Source

BRANCH: Final = "refs/heads/main"
HEAD: Final = f"ref: {BRANCH}\n"
LOCK: Final = "register.lock"
PACKED: Final = "packed-refs"
NOWHERE: Final = "0" * 40
"""The id that stands for no commit."""

_LARGEST_REF: Final = 1 << 10
LARGEST_LIST: Final = 1 << 24
_LOOSE_BEFORE_PACKING: Final = 5_000
_LOCK_WAIT: Final = 1.0
SETTINGS: Final = {
    "core": {
        "repositoryFormatVersion": "0",
        "fileMode": "true",
        "bare": "true",
        "logAllRefUpdates": "always",
    },
    "gc": {"auto": "0", "pruneExpire": "never", "reflogExpire": "never"},
    "maintenance": {"auto": "false"},
    "receive": {"denyDeletes": "true", "denyNonFastForwards": "true", "fsckObjects": "true"},
    "transfer": {"hideRefs": "refs/replace"},
}
"""For plain git used on the repository by hand: nothing is collected, rewound or replaced."""


class Readable(Protocol):
    """A repository that is read, whoever has it; what is read has the id that was asked for."""

    @property
    def objects(self) -> Source:
        """What it has."""

    def tip(self) -> str | None:
        """Return the id of the newest entry; None while there is none."""

    def read(self, id_: str, kind: str) -> bytes:
        """Return the content of an object."""

    def read_ahead(self, entry: str, folder: str) -> None:
        """Have the records of a folder, as an entry left them, at hand where each would be a journey."""

    def close(self) -> None:
        """End what reads."""


class Repository:
    """One open repository; close it when done.

    Attributes:
        objects: What it has.

    Raises:
        RegisterError: there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.objects = Objects(path)

    @classmethod
    def create(cls, path: Path) -> Repository:
        """Make an empty bare repository at ``path`` and open it; one that is there is opened."""
        if branch_of(path) is None:
            set_up(path)
        return cls(path)

    def close(self) -> None:
        """End what reads the objects."""
        self.objects.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the register's lock; the kernel releases it however the process ends."""
        # A descriptor of its own for every use: flock belongs to the open file, so two threads
        # that shared one would both be let in.
        flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path / LOCK, flags, 0o600)
        except OSError as error:
            raise RegisterError(f"The register's {LOCK} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def tip(self) -> str | None:
        """Return the id of the newest entry; None while there is none.

        Raises:
            RegisterError: the branch is damaged.
        """
        text = branch_of(self.path)
        if text is not None and not is_id(text):
            raise RegisterError(f"{BRANCH} does not name an entry; restore it from a checkpoint or a copy.")
        return text

    def read(self, id_: str, kind: str) -> bytes:
        """Return the content of an object.

        Raises:
            RegisterError: it is missing.
            TamperedError: it is not what its name says, or is of another kind.
        """
        return content_of(self.objects.read(id_), id_, kind)

    def read_ahead(self, entry: str, folder: str) -> None:
        """Nothing: what lies on a disk is at hand."""

    def write(self, objects: Mapping[str, tuple[str, bytes]]) -> None:
        """Write objects durably."""
        self.objects.write(objects)

    def advance(self, new: str, old: str | None) -> None:
        """Move the branch from ``old`` to ``new``, durably; to be called under the lock.

        Raises:
            RegisterError: the branch does not stand at ``old``, or cannot be written.
        """
        branch = self.path / BRANCH
        try:
            branch.parent.mkdir(parents=True, exist_ok=True)
            # git's own name for the file, so that git by hand keeps out.
            with _locking(branch.with_name(f"{branch.name}.lock")) as (fresh, descriptor):
                self._check_at(old)
                write_all(descriptor, f"{new}\n".encode())
                os.fsync(descriptor)
                self._log(new, old)
                os.rename(fresh, branch)  # noqa: PTH104 - the plain call, as the other steps
            disk.sync(branch.parent)
        except OSError as error:
            raise RegisterError(f"{BRANCH} could not be moved: {error.strerror}; try again.") from error

    def pack_when_due(self) -> None:
        """Pack loose objects once there are many; to be called under the lock. Nothing is pruned."""
        if self.objects.loose.count() >= _LOOSE_BEFORE_PACKING:
            # Packing saves room; an act never fails for want of it.
            with suppress(RegisterError, ShortageError, OSError):
                self.objects.pack()

    def _check_at(self, old: str | None) -> None:
        if self.tip() != old:
            raise RegisterError(f"{BRANCH} was moved meanwhile; nothing was recorded, try again.")

    def _log(self, new: str, old: str | None) -> None:
        """Tell plain git's log of the branch; an act never fails for want of that."""
        path = self.path / "logs" / BRANCH
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o644)
            try:
                line = f"{old or NOWHERE} {new} service <service> {int(time.time())} +0000\n"
                write_all(descriptor, line.encode())
            finally:
                os.close(descriptor)


def content_of(found: tuple[str, bytes] | None, id_: str, kind: str) -> bytes:
    """Return the content of an object that was looked for.

    Raises:
        RegisterError: it is missing.
        TamperedError: it is of another kind.
    """
    if found is None:
        raise RegisterError(f"Object {id_} is missing from the register; restore it from a copy.")
    if found[0] != kind:
        raise TamperedError(f"Object {id_} is a {found[0]} where a {kind} belongs; run `equipoise audit`.")
    return found[1]


def set_up(repository: Path) -> None:
    """Make the folders of a repository where there are none, and write its settings; the rest stays."""
    for folder in ("objects/pack", "refs/heads"):
        (repository / folder).mkdir(parents=True, exist_ok=True)
    lines = (
        line
        for section, settings in SETTINGS.items()
        for line in (f"[{section}]", *(f"\t{name} = {value}" for name, value in settings.items()))
    )
    disk.write(repository / "config", "\n".join((*lines, "")).encode("ascii"))
    disk.write(repository / "HEAD", HEAD.encode("ascii"))


def branch_of(repository: Path) -> str | None:
    """Return what the branch says, None where there is none; the audit asks as well.

    What is no plain file, or stands in the list of packed refs twice, says nothing.
    """
    try:
        data = read_plain(repository / BRANCH, _LARGEST_REF)
    except (FileNotFoundError, NotADirectoryError):
        named = [id_ for ref, id_ in packed_refs(repository) if ref == BRANCH]
        return named[0] if len(named) == 1 else "" if named else None
    except OSError:
        return None if (repository / BRANCH).is_dir() else ""
    return data.decode("ascii", "replace").removesuffix("\n")


def packed_refs(repository: Path) -> list[tuple[str, str]]:
    """Return the refs that git has packed, each with what it names."""
    try:
        data = read_plain(repository / PACKED, LARGEST_LIST)
    except OSError:
        return []
    lines = data.decode("utf-8", "replace").split("\n")
    rows = (line.split(" ") for line in lines if line and line[0] not in "#^")
    return [(row[1], row[0]) for row in rows if len(row) > 1]


@contextmanager
def _locking(path: Path) -> Iterator[tuple[Path, int]]:
    """Hold a fresh lock file at ``path``, to be renamed; it is taken away if something fails."""
    descriptor = _lock(path)
    try:
        yield path, descriptor
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    # Whoever writes the branch has the register's lock, and git by hand holds this one for an
    # instant: one that stays was left by a kill.
    until = time.monotonic() + _LOCK_WAIT
    while True:
        with suppress(FileExistsError):
            return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644)
        if time.monotonic() > until:
            path.unlink(missing_ok=True)
            until = time.monotonic() + _LOCK_WAIT
        time.sleep(0.01)
