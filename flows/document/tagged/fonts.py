"""TrueType fonts whose every glyph says which character it is, and which refuse what they lack."""

from __future__ import annotations

import unicodedata
from codecs import charmap_encode
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import FF_NONSYMBOLIC, FF_SYMBOLIC, SUBSETN, TTFont

from flows.document.tagged.kerning import kerning
from flows.document.tagged.streams import Packed, PackedStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST: Final = 100
"""How many characters one block of a CMap may map (Adobe Technical Note 5411)."""
_WORDS: Final = 2_048
"""How many widths of words one font remembers; more of them cost memory and save no time."""
_PROGRAMS: Final = 16
"""How many of its subsets one font remembers, of some 60 KB each."""


class GlyphError(ValueError):
    """A font has no glyph for a character that was to be drawn with it."""

    def __init__(self, font: str, characters: Sequence[str]) -> None:
        named = ", ".join(f"U+{ord(c):04X} ({unicodedata.name(c, 'unnamed')})" for c in characters)
        super().__init__(f"{font} has no glyph for {named}")


class TaggedFont(TTFont):
    """A font of which only what is used is embedded, with the meaning of each glyph.

    Letters of one word stand as close as the font says: those of its first subset, which is all that most
    texts have. One object may serve many documents after each other.
    """

    fontName: str  # noqa: N815 - ReportLab's name
    face: Any
    state: Any

    def __init__(self, name: str, filename: str) -> None:
        # asciiReadable decides how glyphs are numbered, and with that the bytes: it is chosen here.
        super().__init__(name, filename, asciiReadable=0)
        self.units = lru_cache(_WORDS)(self._units)
        self._word = lru_cache(_WORDS)(self._kerned)
        self._program = lru_cache(_PROGRAMS)(self._made)
        self._codes = {each: code for each, code in _usual_codes().items() if each in self.face.charToGlyph}
        self._closer = _Pairs(self.face, self._codes)
        # A no-break space is drawn as a space, and as wide as one.
        shown = {code: each for each, code in self._codes.items() if each != _NO_BREAK}
        self._advances = {code: self.face.getCharWidth(each) for code, each in shown.items()}

    def _units(self, text: str) -> float:
        """Return how wide ``text`` is, in thousandths of the font's size."""
        try:
            return self._word(text)[1]
        except UnicodeEncodeError:
            width = self.face.getCharWidth
            return sum(
                self._kerned(part)[1]
                if ord(part[0]) in self._codes
                else float(sum(map(width, map(ord, part))))
                for part in self._parted(text)
            )

    def strings(self, text: str, doc: Any) -> list[tuple[int, str]]:  # noqa: ANN401 - ReportLab's document
        """Return ``text`` as operands of a content stream, kerned: (subset, a string or an array) in turn.

        Raises:
            GlyphError: the font lacks a character.
        """
        state = self.state.get(doc) or self._begun(doc)
        try:
            found = [(0, self._line(text))]
        except UnicodeEncodeError:
            return [each for part in self._parted(text) for each in self._strings(part, doc)]
        state.used.update(text)
        return found

    def _strings(self, text: str, doc: Any) -> list[tuple[int, str]]:  # noqa: ANN401 - as above
        if ord(text[0]) in self._codes:
            return self.strings(text, doc)
        return [(subset, f"<{codes.hex()}>") for subset, codes in self.splitString(text, doc)]

    def _parted(self, text: str) -> Iterator[str]:
        """Yield what of ``text`` is in the first subset and what is not, in turn."""
        for _, group in groupby(text, lambda each: ord(each) in self._codes):
            yield "".join(group)

    def _line(self, text: str) -> str:
        # A space is kerned with nothing, so that each word is put together once.
        line = "20".join([self._word(each)[0] for each in text.split(" ")])
        return f"[<{line}>]" if ">" in line else f"<{line}>"

    def _kerned(self, word: str) -> tuple[str, float]:
        """Return a word's codes, with what moves the letters between them, ``54>122<6f``; and its width.

        Raises:
            UnicodeEncodeError: a character is not in the first subset.
        """
        codes, _ = charmap_encode(word, "strict", self._codes)
        moved, written, start = 0, "", 0
        for at, pair in enumerate(pairwise(word), start=1):
            if by := self._closer[pair]:
                moved += by
                written += f"{codes[start:at].hex()}>{-by}<"
                start = at
        width = sum(map(self._advances.__getitem__, codes))
        return written + codes[start:].hex(), float(width + moved)

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: ANN401, N802 - ReportLab's names
        """Return ``text`` as codes of this font's subsets: (subset, codes) in turn.

        Raises:
            GlyphError: the font lacks a character. ReportLab would print an empty box.
        """
        state = self.state.get(doc) or self._begun(doc)
        state.used.update(text)
        try:
            return [(0, charmap_encode(text, "strict", self._codes)[0])] if text else []
        except UnicodeEncodeError:
            pass
        # A no-break space is printed as a space, and needs no glyph of its own.
        have = self.face.charToGlyph
        if missing := {c for c in text if c == "\0" or (ord(c) not in have and c != "\u00a0")}:
            raise GlyphError(self.fontName, sorted(missing))
        split: list[tuple[int, bytes]] = super().splitString(text, doc, encoding)
        return split

    def _begun(self, doc: Any) -> Any:  # noqa: ANN401 - ReportLab's
        """Begin a document: what is in no subset but the first follows, as it is met."""
        state: Any = self.State(0, self)
        state.assignments, state.subsets, state.nextCode = dict(self._codes), [[]], 1 << 8
        state.used = set()
        self.state[doc] = state
        return state

    def addObjects(self, doc: Any) -> None:  # noqa: ANN401, N802 - ReportLab's names
        """Write the font's objects, and what its codes mean."""
        state = self.state[doc]
        state.subsets[0] = self._first(state.used)
        for number, subset in enumerate(state.subsets):
            name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("ascii")
            self._add(doc, number, name, self._program(name, tuple(subset)))
        del self.state[doc]

    def _first(self, used: set[str]) -> list[int]:
        """Return the first subset: each character at its code.

        Of those that most texts use, all of a kind are in it or none. So most documents have the same
        subset, and it need not be made anew.
        """
        wanted = used.union(*(kind for kind in _KINDS if not used.isdisjoint(kind)))
        found = {each: code for each, code in self._codes.items() if chr(each) in wanted}
        found.pop(_NO_BREAK, None)
        codes = {code: each for each, code in found.items()} | {ord(" "): ord(" ")}
        return [codes.get(code, 0) for code in range(max(codes) + 1)]

    def _made(self, name: str, subset: tuple[int, ...]) -> _Program:
        content = self.face.makeSubset(list(subset))
        return _Program(
            widths=f"[ {' '.join(f'{self.face.getCharWidth(each):.6g}' for each in subset)} ]",
            meaning=Packed(to_unicode(name, subset).encode("ascii")),
            file=Packed(content, f" /Length1 {len(content)}"),
        )

    def _add(self, doc: Any, number: int, name: str, program: _Program) -> None:  # noqa: ANN401 - ReportLab's document
        face, internal = self.face, self.getSubsetInternalName(number, doc)[1:]
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "Ascent": face.ascent,
                "CapHeight": face.capHeight,
                "Descent": face.descent,
                "Flags": face.flags & ~FF_NONSYMBOLIC | FF_SYMBOLIC,
                "FontBBox": pdfdoc.PDFArray(face.bbox),
                "FontName": pdfdoc.PDFName(name),
                "ItalicAngle": face.italicAngle,
                "StemV": face.stemV,
                "FontFile2": doc.Reference(PackedStream(program.file), f"fontFile:{name}"),
                "MissingWidth": face.defaultWidth,
            }
        )
        font: Any = pdfdoc.PDFTrueTypeFont()
        font.Name, font.BaseFont, font.Widths = internal, name, program.widths
        font.FirstChar, font.LastChar = 0, program.widths.count(" ") - 2
        font.ToUnicode = doc.Reference(PackedStream(program.meaning), f"toUnicodeCMap:{name}")
        font.FontDescriptor = doc.Reference(descriptor, f"fontDescriptor:{name}")
        doc.Reference(font, internal)
        doc.idToObject["BasicFonts"].dict[internal] = font


class _Pairs(dict[tuple[str, str], int]):
    """How much the first of two letters is made wider before the second, in thousandths of the size."""

    def __init__(self, face: Any, codes: Mapping[int, int]) -> None:  # noqa: ANN401 - ReportLab's
        super().__init__()
        self._glyphs = {chr(each): face.charToGlyph[each] for each in codes if chr(each) not in _SPACES}
        self._between = kerning(face.get_table("GPOS")) if "GPOS" in face.table else _unkerned
        self._em = face.unitsPerEm

    def __missing__(self, pair: tuple[str, str]) -> int:
        left, right = pair
        known = left in self._glyphs and right in self._glyphs
        by = self._between(self._glyphs[left], self._glyphs[right]) if known else 0
        self[pair] = round(1000 * by / self._em)
        return self[pair]


def _unkerned(_: int, __: int) -> int:
    return 0


class _Program(NamedTuple):
    """A subset of a font, as documents hold it; ``widths`` is an array, ``meaning`` a CMap."""

    widths: str
    meaning: Packed
    file: Packed


def _usual_codes() -> dict[int, int]:
    """Return the code of each character of the first subset, the printable ones of ASCII at their own."""
    ascii_, free = range(0x20, 0x7F), iter([*range(0x80, 0x100), *range(1, 0x20)])
    codes = {each: each for each in ascii_}
    codes |= {ord(each): next(free) for each in _USUAL}
    return codes | {_NO_BREAK: ord(" ")}


_NO_BREAK: Final = 0xA0
_SPACES: Final = " \u00a0"
_USUAL: Final = (
    "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\u20ac"
    + "".join(map(chr, [*range(0xA1, 0xAD), *range(0xAE, 0x100)]))
    + "\u0174\u0175\u0176\u0177\u1e80\u1e81\u1e82\u1e83\u1e84\u1e85\u1ef2\u1ef3\u0178"
)
"""What comes after ASCII: quotation marks and dashes, the rest of Latin-1, the Welsh letters."""
_KINDS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
    ".,:;()/-\u2018\u2019\u2013",
)


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
