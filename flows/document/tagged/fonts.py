"""TrueType fonts whose every glyph says which character it is, and which refuse what they lack."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST: Final = 100
"""How many characters one block of a CMap may map (Adobe Technical Note 5411)."""
_WORDS: Final = 2_048
"""How many widths of words one font remembers; more of them cost memory and save no time."""


class GlyphError(ValueError):
    """A font has no glyph for a character that was to be drawn with it."""

    def __init__(self, font: str, characters: Sequence[str]) -> None:
        named = ", ".join(f"U+{ord(c):04X} ({unicodedata.name(c, 'unnamed')})" for c in characters)
        super().__init__(f"{font} has no glyph for {named}")


class TaggedFont(TTFont):
    """A font of which only what is used is embedded, with the meaning of each glyph.

    One object may serve many documents after each other.
    """

    fontName: str  # noqa: N815 - ReportLab's name
    face: Any
    state: Any

    def __init__(self, name: str, filename: str) -> None:
        # asciiReadable decides how glyphs are numbered, and with that the bytes: it is chosen here.
        super().__init__(name, filename, asciiReadable=0)
        self.units = lru_cache(_WORDS)(self._units)

    def _units(self, text: str) -> float:
        """Return how wide ``text`` is, in thousandths of the font's size."""
        widths, other = self.face.charWidths, self.face.defaultWidth
        return float(sum(widths.get(code, other) for code in map(ord, text)))

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: ANN401, N802 - ReportLab's names
        """Return ``text`` as codes of this font's subsets: (subset, codes) in turn.

        Raises:
            GlyphError: the font lacks a character. ReportLab would print an empty box.
        """
        if codes := self._known(text, doc):
            return [(0, codes)]
        # A no-break space is printed as a space, and needs no glyph of its own.
        have = self.face.charToGlyph
        if missing := {c for c in text if c == "\0" or (ord(c) not in have and c != "\u00a0")}:
            raise GlyphError(self.fontName, sorted(missing))
        split: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
        return split

    def _known(self, text: str, doc: Any) -> bytes | None:  # noqa: ANN401 - ReportLab's document
        """Return the codes of ``text`` if all its characters were met, and are of the first subset."""
        if doc not in self.state:
            return None
        codes = self.state[doc].assignments
        try:
            known = bytes([codes[code] for code in map(ord, text)])
        except (KeyError, ValueError):
            return None
        return None if 0 in known else known

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802 - ReportLab's names
        """Write the font's objects, and what its codes mean."""
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("ascii")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode(name, subset)


def to_unicode(name: str, subset: Sequence[int]) -> str:
    """Return the CMap from the codes of ``subset``, each one's place in it, to their characters.

    ReportLab's own maps what is not used to U+0000, and all in one block; neither is allowed.
    """
    pairs = [
        f"<{code:02X}> <{chr(character).encode('utf-16-be').hex().upper()}>"
        for code, character in enumerate(subset)
        if character
    ]
    return "\n".join([*_head(name), *_blocks(pairs), *_TAIL])


def _head(name: str) -> list[str]:
    return [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]


def _blocks(pairs: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(pairs), _MOST):
        block = pairs[start : start + _MOST]
        yield f"{len(block)} beginbfchar"
        yield from block
        yield "endbfchar"


_TAIL: Final = ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
