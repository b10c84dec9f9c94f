"""What one entry says, read from evidence that nobody vouches for."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from flows.register import entry as entries
from flows.register import statement
from flows.register.objects import is_folder, name_of
from flows.register.report import FoundError
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flows.register.entry import Entry
    from flows.register.evidence import Evidence
    from flows.register.statement import Statement

_CASE_DEPTH: Final = len(("cases", "year", "month", "day", "slug"))
_DEEPEST: Final = _CASE_DEPTH + 2
"""Folders above a file, that of the register included."""
_MOST_AHEAD: Final = 4_096
_LARGEST_SIGNATURE: Final = 1 << 16
_TREE: Final = re.compile(rb"tree ([0-9a-f]{40})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One entry's act.

    Attributes:
        place: For findings.
        folder: The one folder the entry changed.
        tree: Its id.
        nodes: The files of that folder, path to object id.
        data: The statement's bytes.
        armoured: Its signature.
        records: The records of acts in the folder, path to object id.
    """

    place: str
    entry: Entry
    folder: str
    tree: str
    nodes: Mapping[str, str]
    statement: Statement
    data: bytes
    armoured: str
    records: Mapping[str, str]


def tree_of(raw: bytes) -> str | None:
    """Return the tree a raw commit names, whatever else is wrong with it."""
    found = _TREE.match(raw)
    return found[1].decode() if found else None


def look_ahead(evidence: Evidence, pairs: Sequence[tuple[str | None, str]]) -> None:
    """Have all that some entries brought read at once; what is wrong with it is found when it is read.

    Args:
        pairs: The id of each, oldest first, after that of the entry before it; None before the first.
    """
    with suppress(FoundError):
        evidence.read_ahead(filter(None, chain.from_iterable(pairs)))
        folders: list[tuple[str | None, str]] = []
        files: list[str] = []
        for before, id_ in pairs:
            old = tree_of(evidence.read(before, "commit", before)) if before else None
            if new := tree_of(evidence.read(id_, "commit", id_)):
                folders.append((old, new))
        for _ in range(_DEEPEST):
            evidence.read_ahead(filter(None, chain.from_iterable(folders)))
            rows = (row for old, new in folders for row in evidence.differing(old, new, ""))
            folders = []
            for head, was, is_ in islice(rows, _MOST_AHEAD):  # an entry may bring any number of them
                if is_ and is_folder(head):
                    folders.append((was, is_))
                elif is_:
                    files.append(is_)
        evidence.read_ahead(files)


def parse_commit(raw: bytes, place: str) -> tuple[Entry, bytes, str | None]:
    """Return the entry in a raw commit, what of it is signed, and the signature.

    Raises:
        FoundError: it is not in the register's form.
    """
    try:
        payload, armoured = entries.without_signature(raw)
    except ValueError:
        raise FoundError(
            "E_HEADERS", place, "The commit has a header no entry has, or two signatures."
        ) from None
    try:
        return entries.parse(payload), payload, armoured
    except ValueError:
        code = "E_PARSE" if _has_usual_headers(payload) else "E_HEADERS"
        raise FoundError(code, place, "The commit is not in the form of an entry.") from None


def read_act(evidence: Evidence, entry: Entry, before: str | None, place: str) -> Said:
    """Return what ``entry`` says.

    Args:
        evidence: Where the objects are.
        entry: As parsed.
        before: The tree of the entry before; None for the first.
        place: For findings.

    Raises:
        FoundError: the entry changed anything but one folder, or has no statement there.
    """
    folder, tree = _changed(evidence, entry, before, place)
    place = f"{place}, {entry.case}"
    nodes = dict(evidence.files(tree, place))
    path = f"acts/{entry.act}.json"
    if path not in nodes or f"{path}.sig" not in nodes:
        raise FoundError("E_TREE", place, "The folder lacks the statement the entry names, or its signature.")
    said, data, armoured = read_record(evidence, nodes, path, place)
    return Said(
        place=place,
        entry=entry,
        folder=folder,
        tree=tree,
        nodes=nodes,
        statement=said,
        data=data,
        armoured=armoured,
        records={path: id_ for path, id_ in nodes.items() if path.startswith(statement.RECORDS)},
    )


def read_record(
    evidence: Evidence, nodes: Mapping[str, str], path: str, place: str
) -> tuple[Statement, bytes, str]:
    """Return a statement, its bytes, and its signature.

    Raises:
        FoundError: it cannot be read.
    """
    data = evidence.read(nodes[path], "blob", place)
    try:
        said = statement.parse(data)
    except ValueError:
        raise FoundError("E_STATEMENT", place, "The statement is not in the register's form.") from None
    armoured = evidence.read(nodes[f"{path}.sig"], "blob", place)[:_LARGEST_SIGNATURE]
    return said, data, armoured.decode("ascii", "replace")


def _changed(evidence: Evidence, entry: Entry, before: str | None, place: str) -> tuple[str, str]:
    """Return the one folder that an entry changed, and the id of its tree."""
    names: list[str] = []
    old_id, new_id = before, entry.tree
    for _ in range(1 if entry.case == POLICY else _CASE_DEPTH):
        changed = evidence.differing(old_id, new_id, place)
        if len(changed) != 1 or changed[0].is_ is None or not is_folder(changed[0].head):
            raise FoundError(
                "E_TREE", place, "The entry changes something else than the folder of its own case."
            )
        names.append(name_of(changed[0].head))
        old_id, new_id = changed[0].was, changed[0].is_
    return "/".join(names), new_id


def _has_usual_headers(payload: bytes) -> bool:
    names = [line.partition(b" ")[0] for line in payload.partition(b"\n\n")[0].split(b"\n")]
    return names in (
        [b"tree", b"author", b"committer"],
        [b"tree", b"parent", b"author", b"committer"],
    )
