"""One item of the inbox: no link is followed, reads are bounded, deletion is durable."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError
from flows.sources.durable import discard, is_folder, names_in, storing, sync_folder
from flows.sources.strict_yaml import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST: Final = "request.yaml"
ASSESSMENT: Final = "assessment.yaml"
REFERENCE: Final = ".reference"
WHY: Final = "WHY.txt"

_TAG_DIGITS: Final = 12
_OURS: Final = re.compile(r"\.(removing|taking)-[0-9a-f]{12}")
_CONTENT: Final = frozenset({REQUEST, ASSESSMENT})
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Item:
    """One thing in the inbox, as it stood when it was looked at.

    Attributes:
        faults: Why it is no request, whatever it says; empty for one that can be read.
        stamp: Name, inode, size and time of each file, to notice a change.
    """

    path: Path
    faults: tuple[Fault, ...] = ()
    stamp: Stamp = ()

    def __repr__(self) -> str:
        return f"Item({self.tag})"

    @property
    def name(self) -> str:
        """The name in the inbox; it may hold a person's name."""
        return self.path.name

    @property
    def tag(self) -> str:
        """What may stand for the name in logs: 12 lower-case hex digits of its SHA-256."""
        return hashlib.sha256(os.fsencode(self.name)).hexdigest()[:_TAG_DIGITS]

    def request_bytes(self) -> bytes:
        """Return the request.

        Raises:
            MalformedError: the item is no request, for the reasons in ``faults``.
            RegisterError: it cannot be read; it may be gone.
        """
        if self.faults:
            raise MalformedError("the item", *self.faults)
        with storing(f"The inbox item {self.tag}"):
            if is_folder(self.path):
                return _read_in(self.path, REQUEST)
            return _read(self.path, REQUEST)

    def assessment_bytes(self) -> bytes | None:
        """Return the assessment, None where there is none; raises as ``request_bytes`` does."""
        if self.faults:
            raise MalformedError("the item", *self.faults)
        with storing(f"The inbox item {self.tag}"):
            try:
                return _read_in(self.path, ASSESSMENT) if is_folder(self.path) else None
            except FileNotFoundError:
                return None

    def remove(self) -> bool:
        """Delete the item, whose entry is durable; return False if it has changed and stays.

        A crash leaves the item whole, or a dot-name that the next ``items`` sweeps.
        """
        with storing(f"The inbox item {self.tag}"):
            if not os.path.lexists(self.path):
                return True
            if (now := look(self.path)) is None or now.stamp != self.stamp:
                return False
            doomed = self.path.with_name(f".removing-{self.tag}")
            discard(doomed)
            self.path.rename(doomed)
            sync_folder(self.path.parent)  # before a file in it goes, or half an item might return
            discard(doomed)
            sync_folder(self.path.parent)
            return True


def look(path: Path) -> Item | None:
    """Return the item at ``path``; None if there is none or it is still arriving."""
    if left_alone(path.name):
        return None
    try:
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            return _folder(path)
    except FileNotFoundError:
        return None
    return Item(
        path=path,
        faults=tuple(_lone_faults(path, status)),
        stamp=(_stamp(path.name, status),),
    )


def left_alone(name: str) -> bool:
    """Say whether a name is none of ours, or of something not wholly there yet."""
    return name.startswith(".") or name.endswith(".part")


def sweep(path: Path) -> bool:
    """Delete what a killed run left under a dot-name of ours or without its request.

    A folder that holds a reference and nothing else was made for a lone file, which still
    stands beside it.
    """
    if _OURS.fullmatch(path.name):
        discard(path)
        return True
    if left_alone(path.name) or not is_folder(path) or names_in(path) != {REFERENCE}:
        return False
    (path / REFERENCE).unlink()
    path.rmdir()
    return True


def read_reference(folder: Path) -> bytes | None:
    """Return what the file ``.reference`` of a folder holds, None without one that is a file."""
    try:
        return _read_in(folder, REFERENCE)
    except (FileNotFoundError, NotADirectoryError, MalformedError):
        return None


def _folder(path: Path) -> Item | None:
    with os.scandir(path) as entries:
        found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
    if any(name.endswith(".part") for name in found):
        return None
    seen = {name: found[name] for name in sorted(found) if name != WHY and not name.startswith(".")}
    return Item(
        path=path,
        faults=tuple(_folder_faults(seen)),
        stamp=tuple(_stamp(name, status) for name, status in seen.items()),
    )


def _stamp(name: str, status: os.stat_result) -> tuple[str, int, int, int]:
    return (name, status.st_ino, status.st_size, status.st_mtime_ns)


def _folder_faults(seen: dict[str, os.stat_result]) -> Iterator[Fault]:
    if REQUEST not in seen:
        yield Fault(path=REQUEST, problem="this file is missing; a folder is taken in by it")
    for name in _CONTENT & seen.keys():
        yield from _file_faults(name, seen[name])
    if strays := len(seen.keys() - _CONTENT):
        problem = f"beside {REQUEST} and {ASSESSMENT} the folder may hold nothing; take {strays} out"
        yield Fault(path="", problem=problem)


def _lone_faults(path: Path, status: os.stat_result) -> Iterator[Fault]:
    if path.suffix.lower() not in {".yaml", ".yml"}:
        problem = f"this is no request; put in a .yaml file, or a folder with {REQUEST}"
        yield Fault(path="", problem=problem)
    yield from _file_faults("", status)


def _file_faults(name: str, status: os.stat_result) -> Iterator[Fault]:
    if stat.S_ISLNK(status.st_mode):
        yield Fault(path=name, problem="this is a link; put in the file itself")
    elif not stat.S_ISREG(status.st_mode):
        yield Fault(path=name, problem="this is not a file of text; put in a file")
    elif status.st_size > MOST_BYTES:
        yield Fault(path=name, problem="this is over 1 MiB; send text only, without attachments")


def _read_in(folder: Path, name: str) -> bytes:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return _read(Path(name), name, folder=descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, name: str, *, folder: int | None = None) -> bytes:
    if faults := list(_file_faults(name, os.stat(path, dir_fd=folder, follow_symlinks=False))):
        raise MalformedError("the item", *faults)
    with os.fdopen(os.open(path, _FLAGS, dir_fd=folder), "rb") as file:
        if faults := list(_file_faults(name, os.fstat(file.fileno()))):
            raise MalformedError("the item", *faults)
        return file.read(MOST_BYTES + 1)
