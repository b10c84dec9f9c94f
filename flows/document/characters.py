"""Which characters a paper can print: seen as what they are, and in its font."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.document import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_BREAK_SPACE: Final = "\u00a0"
_INVISIBLE: Final = frozenset("\u034f\ufffd")
"""Marks and symbols by their category, yet nothing a reader could see or read."""

_INSTEAD: Final = {
    "\t": "use spaces",
    "\r": "end lines with a line feed alone",
    "\u00ad": "remove it",
    "\u200b": "remove it",
    "\u2011": "use an ordinary hyphen",
    "\u2028": "start a new line",
    "\u2029": "start a new paragraph",
    "\ufeff": "remove it",
    "\ufffd": "the text was damaged on its way; paste it again",
}


@cache
def printable() -> frozenset[str]:
    """Return every character a paper may hold, beside the line feed."""
    seen = {c for c in fonts.coverage() if unicodedata.category(c)[0] in "LMNPS"}
    return frozenset(seen - _INVISIBLE) | {" ", _NO_BREAK_SPACE}


def character_faults(text: str) -> list[str]:
    """Return what is wrong with the characters of ``text``, each once, where it is first met."""
    faults = [_describe(c, *place) for c, place in _strangers(text)]
    if not faults and not unicodedata.is_normalized("NFC", text):
        faults.append(_composed(text))
    return faults


def _strangers(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    strange = set(text) - printable() - {"\n"}
    for at, c in sorted((text.index(c), c) for c in strange):
        line_start = text.rfind("\n", 0, at) + 1
        yield c, (text.count("\n", 0, at) + 1, at - line_start + 1)


def _describe(c: str, line: int, column: int) -> str:
    name = "a tab" if c == "\t" else unicodedata.name(c, "a control or unassigned character")
    right = f"; {_INSTEAD[c]}" if c in _INSTEAD else ""
    return (
        f"character U+{ord(c):04X} ({name}) at line {line}, column {column}: "
        f"not a character the paper can print{right}"
    )


def _composed(text: str) -> str:
    # Nothing composes over a line break, so one of the lines is the culprit.
    lines = enumerate(text.split("\n"), start=1)
    number = next(number for number, line in lines if not unicodedata.is_normalized("NFC", line))
    return f"line {number} is not in composed form (Unicode NFC); type its accents again"
