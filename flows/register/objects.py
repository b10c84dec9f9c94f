"""Git objects: their form, and the loose ones, written durably and read believing no name.

Written here rather than through GitPython's object database because that starts a process for
every object (since 3.1.59) and makes nothing durable; docs/decisions/0003-write-path.md has figures.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from flows import disk
from flows.domain.errors import ShortageError, TamperedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

FILE: Final = b"100644"
FOLDER: Final = b"40000"
LARGEST: Final = MappingProxyType({"commit": 1 << 16, "tree": 1 << 23, "blob": 1 << 27})
"""Bytes of an object, by its kind. An entry has some two thousand; a folder of 8 MiB lists the records of
eighty thousand acts, and a file of 128 MiB is twice what can come with a request."""
_LARGEST_STORED: Final = max(LARGEST.values()) + (1 << 16)
_LONGEST_HEADER: Final = 32
_SYNCED_AT_ONCE: Final = 12
"""An act writes some twelve objects."""
_NAME: Final = rb"[A-Za-z0-9][A-Za-z0-9._-]*"
_ROW: Final = re.compile(rb"((?:100644|40000) " + _NAME + rb")\0(.{20})", re.DOTALL)
_FOLDERS: Final = FOLDER[0]
"""With what a row of a folder begins, and no other."""
_BESIDE_HEAD: Final = len(b"\0") + 20
"""Bytes of a row beside its mode and name."""
_ANY_ENTRY: Final = re.compile(rb"[0-7]+ ([^\0]+)\0.{20}", re.DOTALL)
_ID: Final = re.compile(r"[0-9a-f]{40}")
_SHORTAGES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})


class Node(NamedTuple):
    """One entry of a tree: a file or a folder, and the id of its object."""

    folder: bool
    id: str


Tree = dict[str, Node]
"""A folder: name to node."""
Rows = dict[bytes, bytes]
"""The same as git writes it: mode and name, to an id of 20 bytes."""


def is_id(text: str) -> bool:
    """Tell whether ``text`` is the whole name of an object, 40 lower-case hex digits."""
    return _ID.fullmatch(text) is not None


def object_id(kind: str, content: bytes) -> str:
    """Return the id git gives an object, 40 lower-case hex digits."""
    # Git's naming, not a security claim: every statement and entry carries SHA-256 beside it.
    return hashlib.sha1(
        b"%s %d\0%s" % (kind.encode(), len(content), content), usedforsecurity=False
    ).hexdigest()


def write_tree(tree: Mapping[str, Node]) -> bytes:
    """Return the content of a tree object, its entries in git's order."""
    rows = sorted(
        (name.encode() + (b"/" if node.folder else b""), name.encode(), node) for name, node in tree.items()
    )
    return b"".join(
        b"%s %s\0%s" % (FOLDER if node.folder else FILE, name, bytes.fromhex(node.id))
        for _, name, node in rows
    )


def parse_tree(content: bytes) -> Tree:
    """Return a tree object's entries.

    Raises:
        ValueError: it is not in the one form this register writes: plain files and folders, in
            order, no name twice, names of letters, digits, dots, hyphens and underscores that start
            with a letter or digit.
    """
    return {name_of(head): Node(is_folder(head), id_.hex()) for head, id_ in parse_rows(content).items()}


def parse_rows(content: bytes) -> Rows:
    """Return a tree object's rows, as ``parse_tree`` reads them.

    Raises:
        ValueError: as of that.
    """
    found = _ROW.findall(content)
    rows = dict(found)
    # git's order: a folder stands where its name with a slash would.
    places = [head[6:] + b"/" if head[0] == _FOLDERS else head[7:] for head in rows]
    names: Collection[bytes] = rows
    if b"".join(places).count(b"/") not in {0, len(places)}:  # else no name is a file's and a folder's
        names = {place.rstrip(b"/") for place in places}
    whole = len(b"".join(rows)) + len(found) * _BESIDE_HEAD == len(content)
    if not whole or len(names) != len(found) or places != sorted(places):
        raise ValueError("a tree out of form")
    return rows


def is_folder(head: bytes) -> bool:
    """Tell whether a row is of a folder, by its mode and name."""
    return head[0] == _FOLDERS


def name_of(head: bytes) -> str:
    """Return the name in a row."""
    return head[6 if is_folder(head) else 7 :].decode()


def has_tricky_name(content: bytes) -> bool:
    """Tell whether a tree object out of form has a name no file of a register can have, as ``..``."""
    names = (found.group(1) for found in _ANY_ENTRY.finditer(content))
    return any(not re.fullmatch(_NAME, name) for name in names)


def read_plain(path: Path | str, most: int) -> bytes:
    """Return the bytes of a plain file of a repository that nobody vouches for; see ``disk.read_plain``.

    Raises:
        OSError: there is none, or none that can be read.
        ShortageError: whether there is one is not known.
    """
    try:
        return disk.read_plain(path, most)
    except OSError as error:
        refuse_shortage(error)
        raise


def refuse_shortage(error: OSError) -> None:
    """Refuse to go on where an error is about what this process has left, and not about what was asked for.

    Raises:
        ShortageError: it is.
    """
    if error.errno in _SHORTAGES:
        raise ShortageError(error.strerror or "no more is to be had") from error


@dataclass(frozen=True, slots=True)
class LooseStore:
    """The loose objects of one repository; close it when done."""

    folder: Path
    # Of this store and not of the module: a pool does not survive a fork.
    _syncing: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_SYNCED_AT_ONCE, thread_name_prefix="sync")
    )

    def close(self) -> None:
        """End the threads."""
        self._syncing.shutdown()

    def write(self, objects: Mapping[str, tuple[str, bytes]]) -> None:
        """Write objects, id to kind and content, durably: on return they survive a power cut.

        An object that is there already is compared, not trusted.

        Raises:
            TamperedError: another content stands under an object's id.
        """
        touched: set[Path] = set()
        fresh: dict[Path, Path] = {}
        with ExitStack() as stack:
            written = []
            for id_, (kind, content) in objects.items():
                target = self.folder / id_[:2] / id_[2:]
                if not target.parent.is_dir():
                    target.parent.mkdir(exist_ok=True)
                    touched.add(self.folder)
                touched.add(target.parent)
                if not self._has(id_, kind, content):
                    temporary = self._temporary(target)
                    fresh[temporary] = target
                    data = b"%s %d\0%s" % (kind.encode(), len(content), content)
                    written.append(stack.enter_context(_written(temporary, data)))
            self._sync(written)
        for temporary, target in fresh.items():
            os.rename(temporary, target)  # noqa: PTH104 - the plain call, as the other steps
        with ExitStack() as stack:
            self._sync([stack.enter_context(disk.opened(folder)) for folder in touched])

    def read(self, id_: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content, None if it is not loose.

        Raises:
            TamperedError: what is stored does not have this id.
        """
        if not is_id(id_):
            return None
        try:
            packed = read_plain(f"{self.folder}/{id_[:2]}/{id_[2:]}", _LARGEST_STORED)
        except FileNotFoundError:
            return None
        except OSError:
            packed = b""  # a folder, a pipe, a link, or closed to us: no object of that name
        found = _inflated(packed)
        if found is None or object_id(*found) != id_:
            raise TamperedError(f"Object {id_} is not what its name says; restore it from a copy.")
        return found

    def names(self) -> frozenset[str]:
        """Return the ids of all that is loose; what lies in a folder closed to us is left out."""
        found: set[str] = set()
        for first in range(256):
            with suppress(OSError):
                found |= {f"{first:02x}{rest}" for rest in os.listdir(self.folder / f"{first:02x}")}  # noqa: PTH208
        return frozenset(found)

    def count(self) -> int:
        """Estimate how many objects are loose, as git does, from one of 256 folders."""
        with suppress(FileNotFoundError):
            return 256 * sum(1 for _ in (self.folder / "17").iterdir())
        return 0

    def _has(self, id_: str, kind: str, content: bytes) -> bool:
        there = self.read(id_)
        if there is not None and there != (kind, content):
            raise TamperedError(f"Object {id_} is taken by another content.")
        return there is not None

    def _sync(self, descriptors: Sequence[int]) -> None:
        """Sync files or folders side by side: the file system writes its journal once for many of them."""
        for done in [self._syncing.submit(os.fsync, descriptor) for descriptor in descriptors]:
            done.result()

    def _temporary(self, target: Path) -> Path:
        return self.folder / f"tmp_obj_{os.getpid()}_{target.parent.name}{target.name}"


def _inflated(packed: bytes) -> tuple[str, bytes] | None:
    """Return the kind and content of a loose object, None for none; no more is unpacked than it says."""
    inflater = zlib.decompressobj()
    try:
        start, _, first = inflater.decompress(packed, _LONGEST_HEADER).partition(b"\0")
        kind, length = start.decode("ascii").split(" ")
        size = int(length)
        if not len(first) <= size <= LARGEST.get(kind, 0):
            return None
        # One byte more than there should be, so that the end is read and a longer one is noticed.
        content = first + inflater.decompress(inflater.unconsumed_tail, size - len(first) + 1)
    except (zlib.error, ValueError):
        return None
    whole = inflater.eof and not inflater.unused_data and len(content) == size
    return (kind, content) if whole else None


@contextmanager
def _written(path: Path, data: bytes) -> Iterator[int]:
    """Hold a new file with an object in it, not yet synced."""
    path.unlink(missing_ok=True)
    # 0444 before it has its name: a kill in between leaves nothing that others cannot read.
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o444)
    try:
        write_all(descriptor, zlib.compress(data, 1))
        yield descriptor
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of ``data``."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
