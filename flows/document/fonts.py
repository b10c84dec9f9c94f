"""What papers are set in: Lato, whose letters include the Welsh ones, and IBM Plex Mono. Both are OFL 1.1."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import fontpkg_ibm_plex_mono
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
DIGESTS: Final = "IBMPlexMono"
"""Of one width, so that a digest can be compared sign by sign; it has no other use."""

FAMILY: Final = {
    (False, False): REGULAR,
    (True, False): BOLD,
    (False, True): ITALIC,
    (True, True): BOLD_ITALIC,
}
"""The face for words that are bold or not, italic or not."""

_LATO, _MONO = (Path(each.ROOT) / "files" for each in (fontpkg_lato, fontpkg_ibm_plex_mono))
_FILES: Final = {
    REGULAR: _LATO / "Lato-Regular.ttf",
    BOLD: _LATO / "Lato-Bold.ttf",
    ITALIC: _LATO / "Lato-Italic.ttf",
    BOLD_ITALIC: _LATO / "Lato-BoldItalic.ttf",
    DIGESTS: _MONO / "IBMPlexMono-Regular.ttf",
}


@cache
def coverage() -> frozenset[str]:
    """Return the characters that every face of the text has a glyph for."""
    tables = [TTFontFile(str(_FILES[face])).charToGlyph for face in FAMILY.values()]
    return frozenset(chr(code) for code in set.intersection(*map(set, tables)))


@cache
def register() -> None:
    """Make the faces known to ReportLab, once per process."""
    for face, path in _FILES.items():
        pdfmetrics.registerFont(TaggedFont(face, str(path)))


@cache
def digests() -> Mapping[str, str]:
    """Return the SHA-256 of each font file by its name, 64 lower-case hex digits."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _FILES.values()}
