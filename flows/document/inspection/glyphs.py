"""From the bytes a PDF draws to the characters they stand for, by its fonts' own tables."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flows.document.inspection.values import Raw

UNKNOWN: Final = "\ufffd"
_TOKEN: Final = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])|([A-Za-z]+)")
_MOST: Final = 70_000
"""How many characters a font's table may name; there are no more codes of two bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """What is needed of a font to read what is drawn with it.

    Attributes:
        size: Bytes to a code.
        characters: From code to characters.
        widths: From code to width, in thousandths of the type size.
        otherwise: The width of every other code.
    """

    size: int
    characters: Mapping[int, str]
    widths: Mapping[int, float]
    otherwise: float

    def codes(self, drawn: bytes) -> Sequence[int]:
        """Return the codes in what is drawn."""
        if self.size == 1:
            return drawn
        ends = range(0, len(drawn), self.size)
        return [int.from_bytes(drawn[at : at + self.size], "big") for at in ends]

    def text(self, drawn: bytes) -> str:
        """Return the characters that are drawn; U+FFFD for each the font does not tell."""
        known = self.characters
        return "".join([known.get(code, UNKNOWN) for code in self.codes(drawn)])

    def width(self, drawn: bytes) -> float:
        """Return how far what is drawn moves on, as a part of the type size."""
        known, otherwise = self.widths, self.otherwise
        return sum([known.get(code, otherwise) for code in self.codes(drawn)]) / 1000


NO_FONT: Final = Font(size=1, characters={}, widths={}, otherwise=0)


def read_font(font: pikepdf.Object) -> Font:
    """Return a font of the file."""
    composite = font.get("/Subtype") == "/Type0"
    table = font.get("/ToUnicode")
    if isinstance(table, pikepdf.Stream):
        characters = dict(_table(table.read_bytes()))
    else:
        characters = {} if composite else _windows()
    if composite:
        return Font(size=2, characters=characters, **_composite_widths(font))
    first = int(font.get("/FirstChar", 0))
    widths = {first + at: float(width) for at, width in enumerate(_items(font.get("/Widths")))}
    return Font(size=1, characters=characters, widths=widths, otherwise=0.0)


def _windows() -> dict[int, str]:
    """Return the usual meaning of the codes of a font that does not tell."""
    found = {code: bytes([code]).decode("cp1252", "ignore") for code in range(32, 256)}
    return {code: character for code, character in found.items() if character}


def _table(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield what a ToUnicode table says: single codes, and ranges of them."""
    values: list[bytes] = []
    bracket: list[bytes] | None = None
    entries: list[bytes | list[bytes]] = []
    for hex_, opens, closes, word in _TOKEN.findall(data):
        if opens:
            bracket = []
        elif closes and bracket is not None:
            entries.append(bracket)
            bracket = None
        elif word in {b"beginbfchar", b"beginbfrange"}:
            entries = []
        elif word == b"endbfchar":
            values = [each for each in entries if isinstance(each, bytes)]
            for code, text in zip(values[::2], values[1::2], strict=False):
                yield int.from_bytes(code, "big"), _utf16(text)
        elif word == b"endbfrange":
            yield from _ranges(entries)
        elif not word:
            digits = bytes.fromhex(b"".join(hex_.split()).decode())
            (entries if bracket is None else bracket).append(digits)


def _ranges(entries: list[bytes | list[bytes]]) -> Iterator[tuple[int, str]]:
    for low, high, meaning in zip(entries[::3], entries[1::3], entries[2::3], strict=False):
        if isinstance(low, list) or isinstance(high, list):
            continue
        first, last = int.from_bytes(low, "big"), int.from_bytes(high, "big")
        codes = range(first, min(last, first + _MOST) + 1)
        if isinstance(meaning, list):
            yield from ((code, _utf16(text)) for code, text in zip(codes, meaning, strict=False))
            continue
        start = _utf16(meaning)
        for code in codes:
            point = ord(start[-1:] or UNKNOWN) + code - first
            yield code, start[:-1] + (chr(point) if point <= sys.maxunicode else UNKNOWN)


def _utf16(data: bytes) -> str:
    return data.decode("utf-16-be", "replace")


def _composite_widths(font: pikepdf.Object) -> dict[str, Raw]:
    (inner, *_) = [*_items(font.get("/DescendantFonts")), pikepdf.Dictionary()]
    widths: dict[int, float] = {}
    pending: list[Raw] = []
    for each in _items(inner.get("/W")):
        pending.append(each)
        if isinstance(each, pikepdf.Array):
            start = int(pending[0])
            widths |= {start + at: float(width) for at, width in enumerate(_items(each))}
            pending = []
        elif len(pending) == len(("first", "last", "width")):
            first, last, width = pending
            codes = range(int(first), min(int(last), int(first) + _MOST) + 1)
            widths |= dict.fromkeys(codes, float(width))
            pending = []
    return {"widths": widths, "otherwise": float(inner.get("/DW", 1000))}


def _items(array: Raw) -> list[Raw]:
    return [*array] if isinstance(array, pikepdf.Array) else []
