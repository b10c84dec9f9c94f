"""From the bytes a PDF draws to the characters they stand for, by its fonts' own tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENTRY: Final = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<((?:[0-9A-Fa-f]{4})+)>")
"""Of a ToUnicode table: one code, and its characters in UTF-16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """What is needed of a font with codes of one byte to read what is drawn with it.

    Attributes:
        characters: From code to characters.
        widths: From code to width, in thousandths of the type size.
    """

    characters: Mapping[int, str]
    widths: Mapping[int, float]

    def text(self, drawn: bytes) -> str:
        """Return the characters that are drawn; U+FFFD for each the font does not tell."""
        return "".join([self.characters.get(code, "\ufffd") for code in drawn])

    def width(self, drawn: bytes) -> float:
        """Return how far what is drawn moves on, as a part of the type size."""
        return sum([self.widths.get(code, 0) for code in drawn]) / 1000


NO_FONT: Final = Font(characters={}, widths={})


def read_font(font: pikepdf.Object) -> Font:
    """Return a font of the file."""
    table = font.get("/ToUnicode")
    entries = _ENTRY.findall(table.read_bytes()) if isinstance(table, pikepdf.Stream) else []
    first = int(font.get("/FirstChar", 0))
    return Font(
        characters={
            int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
            for code, text in entries
        },
        widths={first + at: float(width) for at, width in enumerate(font.get("/Widths", []))},
    )
