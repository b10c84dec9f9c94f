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


_MOST: Final = 4_000_000
"""Words before times words after that are compared one by one; beyond it a passage is told as a whole."""
_NUMBER: Final = re.compile(r"\d+\. +")


class Change(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Fate(StrEnum):
    """What became of a passage."""

    SAME = "same"
    CHANGED = "changed"
    MOVED_HERE = "moved-here"
    MOVED_AWAY = "moved-away"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Paragraphs in a row that share a section and what became of them.

    Attributes:
        section: The heading they stand under: in the new text, or in the old one where they moved away.
        other: Of what moved: the section it came from, or went to.
        words: All of its words.
    """

    section: str
    fate: Fate
    other: str = ""
    words: tuple[Words, ...]


def passages(before: str, after: str) -> Iterator[Passage]:
    """Yield the whole of a text, what changed in it and what did not, in the order of the new text.

    A paragraph that is the same in another place has moved; its number alone is no change.
    """
    old, new = before.strip("\n").split("\n\n"), after.strip("\n").split("\n\n")
    codes = SequenceMatcher(None, [*map(_bare, old)], [*map(_bare, new)], autojunk=False).get_opcodes()
    gone = {_bare(old[n]): n for what, i, j, _, _ in codes if what != "equal" for n in range(i, j)}
    come = {_bare(new[n]): n for what, _, _, k, m in codes if what != "equal" for n in range(k, m)}
    moved = {text for text in gone.keys() & come.keys() if text and not text.startswith("#")}
    for what, i, j, k, m in codes:
        if what == "equal":
            yield from _unchanged(new, k, m)
            continue
        for n in range(i, j):
            if (text := _bare(old[n])) in moved:
                other = _heading(new[: come[text]])
                yield _whole(_heading(old[:n]), Fate.MOVED_AWAY, Change.REMOVED, old[n], other)
        left = [each for each in old[i:j] if _bare(each) not in moved]
        n = k
        while n < m or left:
            if n < m and (text := _bare(new[n])) in moved:
                other = _heading(old[: gone[text]])
                yield _whole(_heading(new[:n]), Fate.MOVED_HERE, Change.ADDED, new[n], other)
                n += 1
                continue
            end = next((each for each in range(n, m) if _bare(new[each]) in moved), m)
            section = _heading(new[: n + (n < m and new[n].startswith("#"))])
            yield Passage(section=section, fate=Fate.CHANGED, words=tuple(_compared(left, new[n:end])))
            left, n = [], end


def _bare(paragraph: str) -> str:
    """Return a paragraph without its number."""
    return _NUMBER.sub("", paragraph, count=1) if _NUMBER.match(paragraph) else paragraph


def _whole(section: str, fate: Fate, change: Change, text: str, other: str) -> Passage:
    return Passage(section=section, fate=fate, other=other, words=(Words(change=change, text=text),))


def _unchanged(new: Sequence[str], start: int, end: int) -> Iterator[Passage]:
    """Yield paragraphs that are as they were, those of a section together."""
    begin = start
    for n in range(start, end):
        last = n + 1 == end
        if last or new[n + 1].startswith("#"):
            words = (Words(change=Change.SAME, text="\n\n".join(new[begin : n + 1])),)
            headed = new[begin].startswith("#")
            yield Passage(section=_heading(new[: begin + headed]), fate=Fate.SAME, words=words)
            begin = n + 1


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
    if len(one) * len(other) > _MOST:
        yield from _changed(one, other)
        return
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
