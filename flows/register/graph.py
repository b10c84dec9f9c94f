"""What git keeps beside a line of entries to be quicker, compared with the line: plain git believes it.

`gitformat-commit-graph` has the form. A register has no such file, but `git gc` in a copy makes one.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from flows.register.objects import read_plain
from flows.register.report import FoundError, finding
from flows.register.repository import BRANCH, PACKED, packed_refs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flows.domain.finding import Finding
    from flows.register.evidence import Evidence

_GRAPH: Final = "objects/info/commit-graph"
_LARGEST: Final = 1 << 28
_HEADER: Final = b"CGPH\1\1"
"""Version 1, names by SHA-1; the number of parts and a zero follow."""
_PARTS: Final = frozenset({b"OIDF", b"OIDL", b"CDAT", b"GDA2"})
"""Filters of changed paths are none of these: nobody can compare what they leave out."""
_NO_PARENT: Final = 0x70000000
_FORM: Final = re.compile(
    rb"tree ([0-9a-f]{40})\n(?:parent [0-9a-f]{40}\n)?author [^\n]*\ncommitter [^\n]*> (\d{1,11}) "
)


def shown_elsewhere(
    repository: Path, ids: Callable[[], Sequence[str]], evidence: Evidence
) -> Iterator[Finding]:
    """Yield what shows another line of entries than that of ``ids``, from the oldest.

    They are asked for only where there is something to compare: a list of a million takes 100 MB.
    """
    for ref, id_ in packed_refs(repository):
        if ref == BRANCH and id_ not in ids():
            yield finding(
                "E_REF", PACKED, "The list of packed refs has a main that is no entry of this line."
            )
    try:
        graph = read_plain(repository / _GRAPH, _LARGEST)
    except FileNotFoundError:
        return
    except OSError:
        graph = b""
    try:
        good = _is_of(graph, ids(), evidence)
    except (ValueError, LookupError, struct.error, FoundError):
        good = False
    if not good:
        sentence = "The commit-graph is not of these entries: plain git shows another history by it."
        yield finding("E_CONFIG", _GRAPH, sentence, "Delete it; `git commit-graph write` makes one.")


def _is_of(graph: bytes, line: Sequence[str], evidence: Evidence) -> bool:
    parts = _parts(graph)
    names = parts[b"OIDL"]
    count = len(names) // 20
    known = line[:count]  # whoever is in it has all before in it, too
    ids = sorted(known)
    if parts.keys() - _PARTS or b"".join(map(bytes.fromhex, ids)) != names:
        return False
    rows, offsets = _rows(known, ids, evidence)
    counts = [bisect_left(ids, f"{first:02x}g") for first in range(256)]
    return (
        parts[b"OIDF"] == struct.pack(">256I", *counts)
        and parts[b"CDAT"] == b"".join(rows[id_] for id_ in ids)
        and parts.get(b"GDA2") in {None, b"".join(offsets[id_] for id_ in ids)}
    )


def _rows(
    known: Sequence[str], ids: Sequence[str], evidence: Evidence
) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Return what a graph says of each entry: tree, parents, height and time; and how its time is off."""
    places = {id_: place for place, id_ in enumerate(ids)}
    rows: dict[str, bytes] = {}
    offsets: dict[str, bytes] = {}
    latest = 0
    for height, (parent, id_) in enumerate(pairwise(["", *known]), start=1):
        form = _FORM.match(evidence.read(id_, "commit", id_))
        if form is None:
            raise ValueError(id_)
        time = int(form[2])
        latest = max(time, latest + 1)
        parents = struct.pack(">II", places.get(parent, _NO_PARENT), _NO_PARENT)
        rows[id_] = bytes.fromhex(form[1].decode()) + parents + struct.pack(">Q", height << 34 | time)
        offsets[id_] = struct.pack(">I", latest - time)
    return rows, offsets


def _parts(graph: bytes) -> dict[bytes, bytes]:
    head, count, base = graph[:6], graph[6], graph[7]
    if head != _HEADER or base:
        raise ValueError("another form")
    table = [struct.unpack_from(">4sQ", graph, 8 + 12 * row) for row in range(count + 1)]
    if len({name for name, _ in table}) != count + 1:
        raise ValueError("a part twice")
    return {name: graph[start:end] for (name, start), (_, end) in pairwise(table)}
