"""What an auditor may look at: the objects of a repository, and nothing else of it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from flows.domain.errors import RegisterError, TamperedError
from flows.register.objects import Rows, has_tricky_name, is_folder, name_of, parse_rows
from flows.register.report import FoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_TREES_KEPT: Final = 4_096
"""Some four of each case that was met last."""
_NAMES_KEPT: Final = 1 << 19
"""Twice, for those met before the newest are kept as long again."""
_MOST_FILES: Final = 200_000
"""Of one case: a folder can list every record of its acts, and that of another document little."""


class Changed(NamedTuple):
    """A row that two folders do not share.

    Attributes:
        head: Mode and name.
        was, is_: The ids of what it names in either; None where there is no such row.
    """

    head: bytes
    was: str | None
    is_: str | None


class Source(Protocol):
    """Where objects are."""

    def read(self, id_: str) -> tuple[str, bytes] | None:
        """Return an object's kind and content, hashed, None if there is no such object."""

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Have objects read at once that will be wanted soon."""


class Evidence:
    """The objects of one repository, hashed as they are read; what cannot be read is a finding."""

    def __init__(self, objects: Source) -> None:
        self._objects = objects
        self._trees: dict[str, Rows] = {}
        self._older: dict[str, Rows] = {}
        self._names = 0
        self._differing: dict[tuple[str | None, str], Sequence[Changed]] = {}

    def read(self, id_: str, kind: str, place: str) -> bytes:
        """Return the content of an object of that kind.

        Raises:
            FoundError: it is missing, is of another kind, or is not what its name says.
        """
        try:
            found = self._objects.read(id_)
        except (RegisterError, TamperedError) as error:
            raise FoundError("E_OBJECT", place, f"Object {id_} is not what its name says.") from error
        if found is None:
            raise FoundError("E_MISSING", place, f"Object {id_} is missing.")
        if found[0] != kind:
            raise FoundError("E_OBJECT", place, f"Object {id_} is a {found[0]} where a {kind} belongs.")
        return found[1]

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Have objects read at once that will be wanted soon."""
        self._objects.read_ahead(id_ for id_ in ids if id_ not in self._trees and id_ not in self._older)

    def tree(self, id_: str | None, place: str) -> Rows:
        """Return the rows of a folder; none for None.

        Raises:
            FoundError: it cannot be read, or has something else than plain files and folders.
        """
        if id_ is None:
            return {}
        known = self._trees.get(id_)
        if known is not None:
            return known
        known = self._older.get(id_)
        if known is not None:
            return self._remember(id_, known)
        content = self.read(id_, "tree", place)
        try:
            return self._remember(id_, parse_rows(content))
        except ValueError:
            if has_tricky_name(content):
                raise FoundError(
                    "E_PATH", place, "A folder has a name that no file of a register has."
                ) from None
            raise FoundError(
                "E_TREE", place, "A folder has something else than plain files and folders in order."
            ) from None

    def differing(self, old: str | None, new: str, place: str) -> Sequence[Changed]:
        """Return each row that two folders do not share; the first may be none.

        Raises:
            FoundError: as ``tree``.
        """
        known = self._differing.get((old, new))
        if known is None:
            was, is_ = self.tree(old, place), self.tree(new, place)
            get = was.get
            known = [
                Changed(head, get(head, b"").hex() or None, id_.hex())
                for head, id_ in is_.items()
                if get(head) != id_
            ]
            known += [Changed(head, was[head].hex(), None) for head in was.keys() - is_.keys()]
            if len(known) == 1:  # as after every entry of a register; of another nothing is kept
                if len(self._differing) >= _TREES_KEPT:
                    for oldest in [*islice(self._differing, _TREES_KEPT // 2)]:
                        del self._differing[oldest]
                self._differing[old, new] = known
                # A folder above the cases is of no more use once the next one was compared with it.
                self._names -= len(self._trees.pop(old or "", ()))
                self._older.pop(old or "", None)
        return known

    def files(self, id_: str, place: str) -> Iterator[tuple[str, str]]:
        """Yield every file of a case's folder, or of the policy's: its path and the id of its object.

        A folder with nothing in it, or further down, passes for a file that no statement lists: whoever
        nests folders without end is not followed.
        """
        count = 0
        for head, node in self.tree(id_, place).items():
            name = name_of(head)
            inner = self.tree(node.hex(), place) if is_folder(head) else {}
            count += len(inner) or 1
            if count > _MOST_FILES:
                raise FoundError("E_TREE", place, "The folder has more files than a case can have.")
            if inner:
                yield from ((f"{name}/{name_of(file)}", below.hex()) for file, below in inner.items())
            else:
                yield name, node.hex()

    def _remember(self, id_: str, tree: Rows) -> Rows:
        # The next entry is compared with this one: most trees are wanted twice.
        if len(self._trees) >= _TREES_KEPT or self._names >= _NAMES_KEPT:
            self._older, self._trees = self._trees, {}
            self._names = 0
        self._trees[id_] = tree
        self._names += len(tree)
        return tree
