"""The house style: one A4 page, its colours and its type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from flows.document import fonts

if TYPE_CHECKING:
    from flows.document.blocks import Alignment

# Contrast on white (WCAG 2.2 asks for 4.5, we for 7): ink 17, blue 11, grey 8, red 9.
INK: Final = HexColor("#1b1b1b")
BLUE: Final = HexColor("#1d3c63")
GREY: Final = HexColor("#4d4d4d")
RED: Final = HexColor("#8c1515")
RULE: Final = HexColor("#9aa3ad")

WIDTH, HEIGHT = A4
SIDE: Final = 27 * mm
TOP: Final = 30 * mm
FIRST_TOP: Final = 38 * mm
FOOT: Final = 27 * mm
MEASURE: Final = WIDTH - 2 * SIDE

LEADING: Final = 15.5
INDENT: Final = 17.0
"""How far each list stands in, points."""
BULLETS: Final = ("\u2022", "\u2013", "\u2022", "\u2013")
"""The sign of a list by its depth."""

SMALL: Final = 8.5
CELL: Final = 9.5
CELL_PAD: Final = 5.0

_SIDES: Final[dict[Alignment, Literal[0, 1, 2]]] = {None: 0, "left": 0, "center": 1, "right": 2}

AFTER: Final = 7.5
"""Space after a paragraph, points."""
CLOSE: Final = 3.5
"""Space between what belongs together: short items, the paragraphs of one item."""

_BODY: Final = ParagraphStyle(
    "body",
    fontName=fonts.REGULAR,
    fontSize=10.5,
    leading=LEADING,
    textColor=INK,
    bulletFontName=fonts.REGULAR,
    bulletFontSize=10.5,
    bulletColor=INK,
    spaceAfter=AFTER,
    allowWidows=0,
    allowOrphans=0,
    splitLongWords=1,
    embeddedHyphenation=0,
    uriWasteReduce=0,
    spaceShrinkage=0.0,
    underlineWidth=0.5,
)


@cache
def heading(level: int) -> ParagraphStyle:
    """Return the style of a heading."""
    size, leading, before, after, colour, face = {
        1: (22, 27, 0, 10, BLUE, fonts.BOLD),
        2: (14.5, 19, 17, 5, BLUE, fonts.BOLD),
        3: (11.5, 15.5, 11, 4, INK, fonts.BOLD),
        4: (10.5, 15, 8, 3, BLUE, fonts.BOLD),
    }.get(level, (10.5, 15, 6, 3, GREY, fonts.BOLD_ITALIC))
    return ParagraphStyle(
        f"heading {level}",
        parent=_BODY,
        fontName=face,
        fontSize=size,
        leading=leading,
        spaceBefore=before,
        spaceAfter=after,
        textColor=colour,
    )


@cache
def body(depth: int, *, after: float = AFTER) -> ParagraphStyle:
    """Return the style of text inside ``depth`` lists, with the space ``after`` it."""
    return ParagraphStyle(
        f"body {depth}",
        parent=_BODY,
        leftIndent=depth * INDENT,
        bulletIndent=max(depth - 1, 0) * INDENT + 2,
        spaceAfter=after,
    )


@cache
def cell(alignment: Alignment, *, header: bool) -> ParagraphStyle:
    """Return the style of a table's cell."""
    return ParagraphStyle(
        f"cell {alignment}",
        parent=_BODY,
        fontName=fonts.BOLD if header else fonts.REGULAR,
        fontSize=CELL,
        leading=13,
        spaceAfter=0,
        textColor=BLUE if header else INK,
        alignment=_SIDES[alignment],
    )
