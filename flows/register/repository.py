"""The bare repository under the register: its one ref, its objects, its lock, its packs.

Git is always started with fixed arguments and without the user's configuration.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from subprocess import PIPE
from typing import IO, TYPE_CHECKING, Any, Final

from git import GitCommandError, Repo
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from flows.domain.errors import RegisterError, TamperedError
from flows.register.objects import BatchReader, LooseStore, is_id, sync_folder
from flows.register.process import end_process, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BRANCH: Final = "refs/heads/main"
NOWHERE: Final = "0" * 40
"""The id that stands for no commit."""

_LOOSE_BEFORE_PACKING: Final = 5_000
_REMEMBERED: Final = 4_096
_LOCK_WAIT: Final = 1.0
_SETTINGS: Final = {
    ("core", "logAllRefUpdates"): "always",
    ("gc", "auto"): "0",
    ("gc", "pruneExpire"): "never",
    ("gc", "reflogExpire"): "never",
    ("maintenance", "auto"): "false",
    ("receive", "denyDeletes"): "true",
    ("receive", "denyNonFastForwards"): "true",
    ("receive", "fsckObjects"): "true",
    ("transfer", "hideRefs"): "refs/replace",
}
"""For plain git used on the repository by hand: nothing is collected, rewound or replaced."""


class Repository:
    """One open repository; close it when done."""

    def __init__(self, path: Path) -> None:
        try:
            self._repo = Repo(path)
        except (InvalidGitRepositoryError, NoSuchPathError) as error:
            raise RegisterError(f"There is no register at {path}; `equipoise init` makes one.") from error
        self.path = path
        self._repo.git.update_environment(**environment(path, path / "objects"))
        self._loose = LooseStore(path / "objects")
        self._processes: dict[str, Any] = {}
        self._remembered: dict[str, tuple[str, bytes]] = {}

    @classmethod
    def create(cls, path: Path) -> Repository:
        """Make an empty bare repository at ``path`` and open it; one that is there is opened."""
        bound = environment(path, path / "objects")
        with (
            Repo.init(path, bare=True, initial_branch="main", env=bound) as repo,
            repo.config_writer() as config,
        ):
            for (section, option), value in _SETTINGS.items():
                config.set_value(section, option, value)
        return cls(path)

    def close(self) -> None:
        """End the git processes."""
        for process in self._processes.values():
            end_process(process)
        self._processes.clear()
        self._loose.close()
        self._repo.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the register's lock; the kernel releases it however the process ends."""
        # A descriptor of its own for every use: flock belongs to the open file, so two threads
        # that shared one would both be let in.
        descriptor = os.open(self.path / "register.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
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
        text = self._branch()
        if text is not None and not is_id(text):
            raise RegisterError(f"{BRANCH} does not name an entry; restore it from a checkpoint or a copy.")
        return text

    def read(self, id_: str, kind: str) -> bytes:
        """Return the content of an object.

        Raises:
            RegisterError: it is missing.
            TamperedError: it does not hold what its name says, or is of another kind.
        """
        found = self._remembered.get(id_) or self._loose.read(id_) or self._batch().read(id_)
        if found is None:
            raise RegisterError(f"Object {id_} is missing from the register; restore it from a copy.")
        if found[0] != kind:
            raise TamperedError(
                f"Object {id_} is a {found[0]} where a {kind} belongs; run `equipoise audit`."
            )
        if kind != "blob":
            self._remember(id_, found)
        return found[1]

    def write(self, objects: Mapping[str, tuple[str, bytes]]) -> None:
        """Write objects durably."""
        self._loose.write(objects)
        for id_, (kind, content) in objects.items():
            if kind != "blob":
                self._remember(id_, (kind, content))

    def advance(self, new: str, old: str | None) -> None:
        """Move the branch from ``old`` to ``new``, durably; to be called under the lock.

        Raises:
            RegisterError: the branch does not stand at ``old``, or git cannot write it.
        """
        self._drop_stale_lock()
        stdin, stdout = self._process(
            "update-ref", ["git", "-c", "core.fsync=reference", "update-ref", "--stdin"]
        )
        try:
            stdin.write(f"start\nupdate {BRANCH} {new} {old or NOWHERE}\nprepare\ncommit\n".encode())
            stdin.flush()
            answers = [stdout.readline().strip() for _ in range(3)]
        except OSError:
            answers = []
        if answers != [b"start: ok", b"prepare: ok", b"commit: ok"]:
            # A refused transaction ends the process; the next act starts another.
            end_process(self._processes.pop("update-ref"))
            if self.tip() != new:
                raise RegisterError(f"git could not move {BRANCH}; nothing was recorded, try again.")
        # git syncs the file but not its name.
        sync_folder((self.path / BRANCH).parent)

    def pack_when_due(self) -> None:
        """Pack loose objects once there are many; to be called under the lock. Nothing is pruned."""
        if self._loose.count() < _LOOSE_BEFORE_PACKING:
            return
        with suppress(GitCommandError):  # packing saves room; an act never fails for want of it
            self._repo.git.execute(["git", "repack", "-d", "-q", "--geometric=2"])
            self._sweep_temporaries()

    def _branch(self) -> str | None:
        with suppress(FileNotFoundError):
            return (self.path / BRANCH).read_text(encoding="ascii", errors="replace").removesuffix("\n")
        with suppress(FileNotFoundError):
            for line in (self.path / "packed-refs").read_text(encoding="utf-8").splitlines():
                id_, _, name = line.partition(" ")
                if name == BRANCH:
                    return id_
        return None

    def _sweep_temporaries(self) -> None:
        for left in (self.path / "objects").glob("tmp_obj_*"):
            left.unlink(missing_ok=True)

    def _drop_stale_lock(self) -> None:
        # Whoever writes the branch holds our lock, so git's own lock file is one left by a kill,
        # or held for an instant by the dying child of a killed writer.
        stale = self.path / f"{BRANCH}.lock"
        until = time.monotonic() + _LOCK_WAIT
        while stale.exists():
            if time.monotonic() > until:
                stale.unlink(missing_ok=True)
            time.sleep(0.01)

    def _remember(self, id_: str, found: tuple[str, bytes]) -> None:
        if len(self._remembered) >= _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[id_] = found

    def _batch(self) -> BatchReader:
        return BatchReader(*self._process("cat-file", ["git", "cat-file", "--batch"]))

    def _process(self, name: str, command: list[str]) -> tuple[IO[bytes], IO[bytes]]:
        process = self._processes.get(name)
        if process is None or process.poll() is not None:
            process = self._repo.git.execute(command, as_process=True, istream=PIPE)
            self._processes[name] = process
        return process.stdin, process.stdout
