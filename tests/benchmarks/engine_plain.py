"""The floor: ReportLab used plainly, untagged, for the words alone."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from parts import (
    AFTER,
    FACES,
    FONTS,
    FOOT,
    HEADS,
    LEADING,
    SIDE,
    SIZE,
    TOP,
    Grid,
    Heading,
    Items,
    Paragraph,
    words,
)
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus import SimpleDocTemplate, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parts import Part
    from reportlab.platypus import Flowable

_BODY: Final = ParagraphStyle("body", fontName="Plain", fontSize=SIZE, leading=LEADING, spaceAfter=AFTER)
_HEADS: Final = {
    level: ParagraphStyle(
        f"heading-{level}",
        fontName="Plain-Bold",
        fontSize=head.size,
        leading=head.leading,
        spaceBefore=head.before,
        spaceAfter=head.after,
    )
    for level, head in HEADS.items()
}


def render(parts: Sequence[Part], title: str) -> bytes:
    _register_fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=SIDE * mm,
        rightMargin=SIDE * mm,
        topMargin=TOP * mm,
        bottomMargin=FOOT * mm,
        title=title,
        pageCompression=1,
        invariant=1,
    )
    document.build([flowable for part in parts for flowable in _flowables(part)])
    return target.getvalue()


@cache
def _register_fonts() -> None:
    for name, face in (("Plain", FACES[False, False]), ("Plain-Bold", FACES[True, False])):
        font = TTFont(name, str(FONTS / face))
        # ReportLab takes two fonts of one name inside for the same, and would use ours.
        font.face.name = name.encode()
        pdfmetrics.registerFont(font)


def _flowables(part: Part) -> Iterator[Flowable]:
    match part:
        case Heading(level=level, runs=runs):
            yield Lines(escape(words(runs)), _HEADS[level])
        case Paragraph(runs=runs):
            yield Lines(escape(words(runs)), _BODY)
        case Items(items=items):
            for item in items:
                for inner in item:
                    yield from _flowables(inner)
        case Grid(rows=rows):
            yield Table([[Lines(escape(words(cell)), _BODY) for cell in row] for row in rows], repeatRows=1)
