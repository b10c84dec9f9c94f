"""How wide the characters of a typeface are, and which are spaces. ISO 32000-1, 9.6 to 9.8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pikepdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Raw: TypeAlias = Any
"""An object of a PDF that may be of any kind."""
_USUAL: Final = 0.5
"""Of the size of type: how wide a character is of which nothing is known."""
_TO_SPACE: Final = re.compile(rb"<([0-9A-Fa-f]{2,4})>\s*<(?:0020|00[aA]0)>")
_BYTES_OF_A_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Face:
    """Widths by code, of the size of type."""

    bytes_each: int = 1
    widths: Mapping[int, float] | None = None
    otherwise: float = _USUAL
    spaces: frozenset[int] = frozenset({ord(" ")})

    def codes(self, text: bytes) -> Iterator[int]:
        """Yield the codes of a text."""
        each = self.bytes_each
        return (int.from_bytes(text[at : at + each], "big") for at in range(0, len(text), each))

    def width(self, code: int) -> float:
        """Return how wide a character is, of the size of type."""
        return (self.widths or {}).get(code, self.otherwise)

    def is_space(self, code: int) -> bool:
        """Return whether a character leaves no mark."""
        return code in self.spaces


NO_FACE: Final = Face()


def read_face(font: Raw) -> Face:
    """Return the widths of a font of a file."""
    if font.get("/Subtype") == "/Type0":
        inner = font.DescendantFonts[0]
        otherwise = float(inner.get("/DW", 1000)) / 1000
        return Face(_BYTES_OF_A_PAIR, _of_pairs(inner.get("/W", [])), otherwise, _spaces(font))
    scale = abs(float(font.get("/FontMatrix", [0.001])[0]))
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    if "/Widths" not in font:
        return Face(
            widths=_of_a_standard(str(font.get("/BaseFont", ""))[1:]), spaces=_spaces(font) | {ord(" ")}
        )
    first = int(font.get("/FirstChar", 0))
    widths = {first + at: float(width) * scale for at, width in enumerate(font.Widths)}
    missing = float(descriptor.get("/MissingWidth", 0)) * scale
    return Face(widths=widths, otherwise=missing, spaces=_spaces(font))


def _spaces(font: Raw) -> frozenset[int]:
    """Return the codes that the font itself takes for spaces; the one of ASCII where it says nothing."""
    told = font.get("/ToUnicode")
    if not isinstance(told, pikepdf.Stream):
        return frozenset({ord(" ")}) if font.get("/Subtype") != "/Type0" else frozenset()
    return frozenset(int(code, 16) for code in _TO_SPACE.findall(told.read_bytes()))


def _of_pairs(listed: Raw) -> dict[int, float]:
    """Return the widths of a composite font: 9.7.4.3."""
    widths: dict[int, float] = {}
    parts = [*listed]
    while len(parts) > 1:
        first, second = int(parts.pop(0)), parts.pop(0)
        if isinstance(second, pikepdf.Array):
            widths |= {first + at: float(width) / 1000 for at, width in enumerate(second)}
        elif parts:
            width = float(parts.pop(0)) / 1000
            widths |= dict.fromkeys(range(first, min(int(second), 0xFFFF) + 1), width)
    return widths


def _of_a_standard(name: str) -> dict[int, float]:
    """Return the widths of one of the fourteen fonts that a file need not describe."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - for files that use them alone

    if name not in pdfmetrics.standardFonts:
        return {}
    return {code: pdfmetrics.stringWidth(chr(code), name, 1) for code in range(32, 256)}
