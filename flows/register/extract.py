"""One case taken out of a register with all that is needed to verify it, and nothing that is sealed.

That is every entry of the line, since each names the SHA-256 of the one before; and of the entries of the
case and of the policy the folders and files, with the folders above them before and after. Of other
cases there are their entries, which have no text of a case, and no file.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.register import entry as entries
from flows.register.objects import Tree, parse_tree
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.register.entry import Entry
    from flows.register.repository import Readable

_SEALED: Final = ".age"
_PACKED_AS: Final = {"commit": 1, "tree": 2, "blob": 3}


@dataclass(kw_only=True)
class Extract:
    """What was taken out.

    Attributes:
        case: The reference.
        main: Id of the newest entry of the register.
        objects: Kind and content by id, in the order in which they were met.
        files: What stands at the newest entry, by path from the root; what is sealed is left out.
        drafts: What each draft wrote, by the name of the act and the path in the folder.
    """

    case: str
    main: str
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    drafts: dict[str, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        """Return the objects as git packs them (gitformat-pack, version 2), each whole."""
        data = b"PACK" + struct.pack(">II", 2, len(self.objects))
        data += b"".join(_packed(kind, content) for kind, content in self.objects.values())
        return data + hashlib.sha1(data, usedforsecurity=False).digest()  # git's own checksum


def extract(repository: Readable, case: str, folder: str) -> Extract:
    """Take out the case whose folder is ``folder``.

    Raises:
        RegisterError: an object is missing, or there is no entry.
        TamperedError: an object is not what its name says.
        ValueError: an entry or a folder is not in the register's form.
    """
    taken = Extract(case=case, main=repository.tip() or "")
    return _Taking(repository, taken, {case: folder, POLICY: POLICY}).all()


class _Taking:
    def __init__(self, repository: Readable, taken: Extract, folders: dict[str, str]) -> None:
        self._repository = repository
        self._taken = taken
        self._folders = folders

    def all(self) -> Extract:
        line = [*self._line()]
        for number, entry in enumerate(line):
            folder = self._folders.get(entry.case)
            if folder is None:
                continue
            self._above(entry.tree, folder)
            if number:
                self._above(line[number - 1].tree, folder)
            files = self._files(entry.tree, folder)
            if entry.act.endswith("-draft") and folder != POLICY:
                wrote = {path: data for path, data in files.items() if "/" in path or path == "request.md"}
                self._taken.drafts |= {
                    f"{entry.act}/{path}": data
                    for path, data in wrote.items()
                    if not path.startswith(("acts/", "sealed/"))
                }
        for folder in self._folders.values():
            self._above(line[-1].tree, folder)
            standing = self._files(line[-1].tree, folder)
            self._taken.files |= {f"{folder}/{path}": data for path, data in standing.items()}
        return self._taken

    def _line(self) -> Iterator[Entry]:
        """Take every entry; yield them from the first."""
        found: list[Entry] = []
        id_: str | None = self._taken.main
        while id_:
            raw = self._take(id_, "commit")
            payload, _ = entries.without_signature(raw)
            found.append(entries.parse(payload))
            id_ = found[-1].parent
        yield from reversed(found)

    def _above(self, root: str, folder: str) -> str | None:
        """Take the folders that lead to one; return its id, None where it is not there."""
        here = root
        for name in folder.split("/"):
            node = self._tree(here).get(name)
            if node is None or not node.folder:
                return None
            here = node.id
        return here

    def _files(self, root: str, folder: str) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        id_ = self._above(root, folder)
        waiting = [("", id_)] if id_ else []
        while waiting:
            prefix, here = waiting.pop()
            for name, node in self._tree(here).items():
                if node.folder:
                    waiting.append((f"{prefix}{name}/", node.id))
                elif not name.endswith(_SEALED):
                    files[prefix + name] = self._take(node.id, "blob")
        return files

    def _tree(self, id_: str) -> Tree:
        return parse_tree(self._take(id_, "tree"))

    def _take(self, id_: str, kind: str) -> bytes:
        if id_ not in self._taken.objects:
            self._taken.objects[id_] = (kind, self._repository.read(id_, kind))
        return self._taken.objects[id_][1]


def _packed(kind: str, content: bytes) -> bytes:
    size = len(content)
    head = [_PACKED_AS[kind] << 4 | size & 15]
    size >>= 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + zlib.compress(content, 9)
