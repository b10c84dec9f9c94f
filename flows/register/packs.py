"""The objects of a repository that nobody vouches for, read and packed.

git is a byte store alone. It runs in an empty repository of our own that is linked to the packs of the
other and to nothing else there: no configuration, hook, attribute, alternate, replacement, graft or
commit-graph of it has a say, and what is missing is fetched from nowhere. Every object is hashed again.
"""

from __future__ import annotations

import fcntl
import os
import re
import resource
import shutil
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, TYPE_CHECKING, Final, cast

from flows import disk
from flows.domain.errors import RegisterError, TamperedError
from flows.register.objects import LARGEST, LooseStore, is_id, object_id, refuse_shortage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GIT: Final = ("git", "-c", "core.multiPackIndex=false", "-c", "pack.useBitmaps=false")
"""An index over several packs may name others than it is of, and a bitmap leave some out."""
_PREFIX: Final = "equipoise-git-"
_FRESH: Final = 60.0
"""Seconds."""
_REMEMBERED: Final = 4_096
_REMEMBERED_SIZE: Final = 32 << 20
"""Of entries and folders; files are read once."""
_ALLOCATED: Final = 2 * max(LARGEST.values())
"""Bytes git may take for one object."""
_BUSY: Final = 60
"""Seconds of a processor after which git is ended, and begun once more for the object that was asked for.

All of a large register takes it longer, and one object of ours a second. Two megabytes of differences, each
to be put on the one before, would keep it busy for many minutes over a single object.
"""
_MOST_AHEAD: Final = 1_024
"""As many names as a pipe takes, whether or not anybody reads at its other end."""
_AHEAD_SIZE: Final = 16 << 20
_SHARED: Final = re.compile("pack|[0-9a-f]{2}")
_LEFT_BEHIND: Final = ("tmp_obj_*", "pack/tmp_*", "pack/.tmp-*", "pack/multi-pack-index*")
"""What killed writers left, and what speaks of packs rolled up."""


class Objects:
    """The objects of one repository; close them when done.

    Attributes:
        loose: Those not packed.

    Raises:
        RegisterError: there is no repository.
    """

    def __init__(self, repository: Path) -> None:
        self._folder = repository.absolute() / "objects"
        if not self._folder.is_dir():
            raise RegisterError(f"There is no register at {repository}; `equipoise init` makes one.")
        self.loose = LooseStore(self._folder)
        self._remembered: dict[str, tuple[str, bytes]] = {}
        self._remembered_size = 0
        self._listed: frozenset[str] | None = None
        self._ahead: dict[str, tuple[str, bytes]] = {}
        self._git: tuple[Popen[bytes], BatchReader] | None = None
        self._open = ExitStack()

    def close(self) -> None:
        """End git, and take away what it ran in."""
        self._end()
        self._open.close()
        self.loose.close()

    def read(self, id_: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content, None if there is no such object.

        Raises:
            RegisterError: git has gone away, as it does over an object it cannot unpack.
            TamperedError: what is stored does not have this id.
        """
        if known := self._remembered.get(id_):
            return known
        found = self._ahead.pop(id_, None)
        if found is None:
            # Loose ones first: what is packed meanwhile git finds, for it looks for new packs. One that came
            # since the loose ones were listed may be packed in turn between the first two of three looks.
            ways = [self._loose, self._packed]
            if self._listed is not None and id_ not in self._listed:
                ways.insert(0, self._packed)
            found = next(filter(None, (way(id_) for way in ways)), None)
        if found:
            self._remember(id_, found)
        return found

    def list_loose(self) -> None:
        """List what is loose, for a reader of everything: to look for each object among it takes longer."""
        self._listed = self.loose.names()

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read packed objects at once that will be wanted soon; git answers sooner than one after another.

        What was read ahead before and not wanted goes; what git has not, or cannot read, is left to `read`.
        """
        wanted = [id_ for id_ in dict.fromkeys(ids) if is_id(id_) and id_ not in self._remembered]
        self._ahead.clear()
        size = 0
        try:
            git = self._batch()
            git.ask(wanted[:_MOST_AHEAD])
            for id_ in wanted[:_MOST_AHEAD]:
                try:
                    found = git.answer(id_)
                except TamperedError:
                    continue
                if found and size < _AHEAD_SIZE:
                    size += len(found[1])
                    self._ahead[id_] = found
        except RegisterError:
            self._end()

    def write(self, objects: Mapping[str, tuple[str, bytes]]) -> None:
        """Write objects, id to kind and content, durably.

        Raises:
            TamperedError: another content stands under an object's id.
        """
        self.loose.write(objects)
        for id_, found in objects.items():
            self._remember(id_, found)

    def pack(self) -> None:
        """Pack what is loose, and roll small packs up into larger ones; nothing is pruned.

        Raises:
            RegisterError: git could not; everything is still there.
        """
        from git import Git, GitCommandError  # noqa: PLC0415 - a sixth of a second, for one act in hundreds

        # Always with the register's own folder of packs: git deletes what it has packed.
        names = {"pack", *(each.name for each in self._folder.iterdir())}
        with own_repository(self._folder, names) as own:
            # GitPython adds to the caller's environment and takes nothing of it away; `env` does.
            variables = {"PATH": os.environ.get("PATH", os.defpath), **_bound(own)}
            alone = ("env", "-i", *(f"{name}={value}" for name, value in variables.items()))
            try:
                Git(own).execute([*alone, *GIT, "repack", "-d", "-n", "-q", "--geometric=2"])
            except GitCommandError as error:
                raise RegisterError("git could not pack the register's objects.") from error
        for pattern in _LEFT_BEHIND:
            for left in self._folder.glob(pattern):
                left.unlink(missing_ok=True)

    def _loose(self, id_: str) -> tuple[str, bytes] | None:
        try:
            return self.loose.read(id_)
        except TamperedError:
            # Packed as well, perhaps: then work goes on. Whoever looks at everything is told.
            if self._listed is None and (found := self._packed(id_)):
                return found
            raise

    def _packed(self, id_: str) -> tuple[str, bytes] | None:
        try:
            return self._batch().read(id_)
        except RegisterError:
            # Somebody ended git, perhaps. Over an object that it cannot unpack it ends again.
            self._end()
        return self._batch().read(id_)

    def _batch(self) -> BatchReader:
        if self._git is None:
            try:
                # Not by GitPython, which has what git complains of written into a pipe until that is full.
                git = Popen(  # noqa: S603 - fixed arguments
                    [*GIT, "cat-file", "--batch"],
                    env=environment(self._own),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,
                )
            except OSError as error:
                refuse_shortage(error)
                raise RegisterError(f"git cannot be started: {error.strerror}.") from error
            if sys.platform == "linux":
                with suppress(ProcessLookupError):  # it has ended already
                    resource.prlimit(git.pid, resource.RLIMIT_CPU, (_BUSY, _BUSY))
            reader = BatchReader(cast("IO[bytes]", git.stdin), cast("IO[bytes]", git.stdout))
            self._git = git, reader
        return self._git[1]

    def _remember(self, id_: str, found: tuple[str, bytes]) -> None:
        if found[0] == "blob" or id_ in self._remembered:
            return
        if len(self._remembered) >= _REMEMBERED or self._remembered_size >= _REMEMBERED_SIZE:
            for oldest in [*islice(self._remembered, len(self._remembered) // 2)]:
                self._remembered_size -= len(self._remembered.pop(oldest)[1])
        self._remembered[id_] = found
        self._remembered_size += len(found[1])

    @cached_property
    def _own(self) -> Path:
        return self._open.enter_context(own_repository(self._folder, ["pack"]))

    def _end(self) -> None:
        if self._git is not None:
            git, self._git = self._git[0], None
            with suppress(OSError), git:
                git.kill()  # it only reads, and might have much more to say


class BatchReader:
    """A running ``git cat-file --batch``, which hashes what it hands out.

    Args:
        stdin: The process's standard input.
        stdout: Its standard output.
    """

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._in = stdin
        self._out = stdout

    def read(self, id_: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content, None if git has no such object.

        Raises:
            RegisterError: git has gone away, as it does over an object it cannot unpack.
            TamperedError: what git returned does not have this id.
        """
        if not is_id(id_):
            return None
        self.ask([id_])
        return self.answer(id_)

    def ask(self, ids: Iterable[str]) -> None:
        """Ask for objects, as many as a pipe takes; each has to be answered then, in their order."""
        with suppress(OSError, ValueError):  # where git has gone, there is no answer
            self._in.write("".join(f"{id_}\n" for id_ in ids).encode())
            self._in.flush()

    def answer(self, id_: str) -> tuple[str, bytes] | None:
        """Return the object that was asked for next, as `read` does."""
        try:
            header = self._out.readline().decode().split()
        except (OSError, ValueError):
            header = []
        if header == [id_, "missing"]:
            return None
        kind, content, end = "", b"", b""
        # Where a reader was cut off, by a limit of time for one, the rest of its answer comes first.
        if header[:-2] == [id_]:  # kind and size are the last two
            kind, size = header[1], int(header[2])
            if size > LARGEST.get(kind, 0):
                raise RegisterError(f"Object {id_} is larger than any in a register; run `equipoise audit`.")
            content, end = self._out.read(size), self._out.read(1)
        if not end:
            raise RegisterError(f"git stopped answering while object {id_} was read; run `equipoise audit`.")
        if object_id(kind, content) != id_:
            raise TamperedError(f"Object {id_} is not what its name says; restore it from a copy.")
        return kind, content


@contextmanager
def own_repository(objects: Path, names: Iterable[str]) -> Iterator[Path]:
    """Hold an empty repository that shares the folders ``names`` of ``objects``, if objects belong there.

    Raises:
        RegisterError: one of them has something else than plain files, at which git would wait perhaps.
    """
    with (
        TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder,
        disk.opened(Path(folder)) as descriptor,
    ):
        own = Path(folder)
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # until the last process ends that was split off this one
        # The least that git takes for a repository; `git init` would be one process more.
        (own / "refs").mkdir()
        (own / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
        (own / "objects").mkdir()
        for name in names:
            if _SHARED.fullmatch(name):
                _check_plain(objects / name)
                (own / "objects" / name).symlink_to(objects / name)
        yield own


def clear_left_behind() -> None:
    """Remove the empty repositories that processes left in the temporary folder as they were killed."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            # One made a moment ago is not locked yet, perhaps.
            if (
                found.st_uid == os.geteuid()
                and found.st_mtime < time.time() - _FRESH
                and not folder.is_symlink()
            ):
                with disk.opened(folder) as descriptor:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)


def _check_plain(folder: Path) -> None:
    try:
        with os.scandir(folder) as listed:
            odd = next((each.name for each in listed if not each.is_file(follow_symlinks=False)), None)
    except OSError as error:
        refuse_shortage(error)
        return  # there is nothing in it that git could wait at
    if odd:
        raise RegisterError(f"objects/{folder.name}/{odd} is no plain file; run `equipoise audit`.")


def environment(own: Path) -> dict[str, str]:
    """Return all variables with which git runs, bound to the repository ``own``.

    Of the caller's environment nothing of git's is taken over: run from a git hook, GIT_DIR would lead
    elsewhere, and others name a program.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _bound(own)


def _bound(own: Path) -> dict[str, str]:
    return {
        "GIT_DIR": str(own),
        "GIT_COMMON_DIR": str(own),
        "GIT_OBJECT_DIRECTORY": str(own / "objects"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOC_LIMIT": str(_ALLOCATED),
    }
