"""What an entry changed is told by its folders, and by nothing that it says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from flows.register.evidence import Evidence
from flows.register.objects import Node, object_id, write_tree
from flows.register.reading import read_act
from flows.register.report import FoundError
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable


class Kept:
    """Objects in memory."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, bytes]] = {}

    def put(self, kind: str, content: bytes) -> str:
        id_ = object_id(kind, content)
        self._objects[id_] = kind, content
        return id_

    def read(self, id_: str) -> tuple[str, bytes] | None:
        return self._objects.get(id_)

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Do nothing: all is at hand."""


class _Entry:
    case = POLICY

    def __init__(self, tree: str) -> None:
        self.tree = tree


def test_a_first_act_that_brings_a_file_in_place_of_a_folder_changes_no_folder() -> None:
    kept = Kept()
    file = Node(folder=False, id=kept.put("blob", b"policy\n"))
    entry: Any = _Entry(kept.put("tree", write_tree({POLICY: file})))

    with pytest.raises(FoundError) as found:
        read_act(Evidence(kept), entry, None, "entry 1")

    assert found.value.finding.code == "E_TREE"


def test_an_act_that_takes_a_folder_away_changes_no_folder() -> None:
    kept = Kept()
    inner = kept.put("tree", write_tree({"file": Node(folder=False, id=kept.put("blob", b"x"))}))
    before = kept.put("tree", write_tree({"policy": Node(folder=True, id=inner)}))
    entry: Any = _Entry(kept.put("tree", b""))

    with pytest.raises(FoundError) as found:
        read_act(Evidence(kept), entry, before, "entry 2")

    assert "something else than the folder of its own case" in found.value.finding.sentence
