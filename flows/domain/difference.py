"""What changed from one text to another, by section and then by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN: Final = re.compile(r"\n+|[^\s]+")
_FEWEST: Final = 3
"""Words that have to be the same in a row between two changes: fewer are read as part of the change."""


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in a row that share what became of them; line ends among them stand as they were."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Paragraphs in a row that are others than they were.

    Attributes:
        section: The heading they stand under in the new text; empty before the first.
        words: All of their words, those that stayed the same too, in the order of reading.
    """

    section: str
    words: tuple[Words, ...]


def differences(before: str, after: str) -> Iterator[Difference]:
    """Yield what changed, in the order of the new text; both are Markdown."""
    old, new = before.strip("\n").split("\n\n"), after.strip("\n").split("\n\n")
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield Difference(section=_heading(new[:k]), words=tuple(_compared(old[i:j], new[k:m])))


def _heading(paragraphs: Sequence[str]) -> str:
    return next((each.lstrip("# ") for each in reversed(paragraphs) if each.startswith("#")), "")


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[Words]:
    one, other = (_TOKEN.findall("\n\n".join(paragraphs)) for paragraphs in (old, new))
    removed: list[str] = []
    added: list[str] = []
    for what, i, j, k, m in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        within = k > 0 and m < len(other)
        if what == "equal" and not (within and m - k < _FEWEST):
            yield from _changed(removed, added)
            yield Words(change=Change.SAME, text=_joined(other[k:m]))
            removed, added = [], []
        else:
            removed += one[i:j]
            added += other[k:m]
    yield from _changed(removed, added)


def _changed(removed: Sequence[str], added: Sequence[str]) -> Iterator[Words]:
    if removed:
        yield Words(change=Change.REMOVED, text=_joined(removed))
    if added:
        yield Words(change=Change.ADDED, text=_joined(added))


def _joined(tokens: Sequence[str]) -> str:
    return re.sub(r" ?(\n+) ?", r"\1", " ".join(tokens))
