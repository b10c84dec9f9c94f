"""The one family the paper is set in: Lato (OFL 1.1), whose letters include the Welsh ones."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import fontpkg_lato
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFontFile

from flows.document.tagged.fonts import TaggedFont

if TYPE_CHECKING:
    from collections.abc import Mapping

REGULAR: Final = "Lato"
BOLD: Final = "Lato-Bold"
ITALIC: Final = "Lato-Italic"
BOLD_ITALIC: Final = "Lato-BoldItalic"

FAMILY: Final = {
    (False, False): REGULAR,
    (True, False): BOLD,
    (False, True): ITALIC,
    (True, True): BOLD_ITALIC,
}
"""The face for words that are bold or not, italic or not."""

_FILES: Final = {
    REGULAR: "Lato-Regular.ttf",
    BOLD: "Lato-Bold.ttf",
    ITALIC: "Lato-Italic.ttf",
    BOLD_ITALIC: "Lato-BoldItalic.ttf",
}


def _path(face: str) -> Path:
    return Path(fontpkg_lato.ROOT) / "files" / _FILES[face]


@cache
def coverage() -> frozenset[str]:
    """Return the characters that every face has a glyph for."""
    tables = [TTFontFile(str(_path(face))).charToGlyph for face in _FILES]
    return frozenset(chr(code) for code in set.intersection(*map(set, tables)))


@cache
def register() -> None:
    """Make the four faces known to ReportLab, once per process."""
    for face in _FILES:
        pdfmetrics.registerFont(TaggedFont(face, str(_path(face))))


@cache
def digests() -> Mapping[str, str]:
    """Return the SHA-256 of each font file by its name, 64 lower-case hex digits."""
    return {name: hashlib.sha256(_path(face).read_bytes()).hexdigest() for face, name in _FILES.items()}
