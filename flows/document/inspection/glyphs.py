"""From the bytes a PDF draws to the characters they stand for, by its fonts' own tables."""

from __future__ import annotations

import re
from codecs import charmap_decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ENTRY: Final = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<((?:[0-9A-Fa-f]{4})+)>")
"""Of a ToUnicode table: one code, and its characters in UTF-16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """What is needed of a font with codes of one byte to read what is drawn with it.

    Attributes:
        characters: From code to characters.
        widths: Of each code, in thousandths of the type size.
    """

    characters: Mapping[int, str]
    widths: Sequence[float]

    def text(self, drawn: bytes) -> str:
        """Return the characters that are drawn; U+FFFD for each the font does not tell."""
        return charmap_decode(drawn, "replace", self.characters)[0]

    def width(self, drawn: bytes) -> float:
        """Return how far what is drawn moves on, as a part of the type size."""
        return sum(map(self.widths.__getitem__, drawn)) / 1000


_CODES: Final = 256
NO_FONT: Final = Font(characters={}, widths=(0.0,) * _CODES)


def read_font(font: pikepdf.Object) -> Font:
    """Return a font of the file."""
    table = font.get("/ToUnicode")
    entries = _ENTRY.findall(table.read_bytes()) if isinstance(table, pikepdf.Stream) else []
    first = min(int(font.get("/FirstChar", 0)), _CODES)  # nobody is to choose how long a list gets
    return Font(
        characters={
            int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
            for code, text in entries
        },
        widths=([0.0] * first + [*map(float, font.get("/Widths", []))] + [0.0] * _CODES)[:_CODES],
    )
