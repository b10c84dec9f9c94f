"""The house style: one A4 page, its colours and its type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from flows.document import fonts
from flows.document.tagged.canvas import Face
from flows.document.tagged.flow import Layout
from flows.document.tagged.table import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

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
"""How far each list stands in at least, points."""
HANG: Final = 2.0
"""How far its signs stand in."""
GAP: Final = 4.0
"""What parts a sign from its text, at least."""
BULLETS: Final = ("\u2022", "\u2013", "\u2022", "\u2013")
"""The sign of a list by its depth."""

SMALL: Final = 8.5
CELL_PAD: Final = 5.0
TALL: Final = HEIGHT / 4
"""Above this a row may be parted, a table need not stay whole, a header is not repeated."""

AFTER: Final = 7.5
"""Space after a paragraph, points."""
CLOSE: Final = 3.5
"""Space between what belongs together: short items, the paragraphs of one item."""


class Type(NamedTuple):
    """How words look before any of them are made bold or italic."""

    size: float
    colour: Color
    bold: bool = False
    italic: bool = False

    def face(self, *, strong: bool = False, emphasis: bool = False, linked: bool = False) -> Face:
        """Return how words look that are ``strong``, have ``emphasis`` or lead somewhere."""
        font = fonts.FAMILY[self.bold or strong, self.italic or emphasis]
        return Face(font, self.size, BLUE if linked else self.colour)


BODY: Final = Type(10.5, INK)
CELL: Final = Type(9.5, INK)
HEAD_CELL: Final = Type(9.5, BLUE, bold=True)

_HEADINGS: Final = {
    1: (Type(22, BLUE, bold=True), Layout(drop=22, leading=27, after=10)),
    2: (Type(14.5, BLUE, bold=True), Layout(drop=14.5, leading=19, before=17, after=5)),
    3: (Type(11.5, INK, bold=True), Layout(drop=11.5, leading=15.5, before=11, after=4)),
    4: (Type(10.5, BLUE, bold=True), Layout(drop=10.5, leading=15, before=8, after=3)),
}
_LESSER: Final = (
    Type(10.5, GREY, bold=True, italic=True),
    Layout(drop=10.5, leading=15, before=6, after=3),
)


def heading(level: int) -> tuple[Type, Layout]:
    """Return the style of a heading."""
    return _HEADINGS.get(level, _LESSER)


@cache
def body(indent: float = 0, *, hang: float = 0, after: float = AFTER) -> Layout:
    """Return how text stands: its ``indent``, where a label hangs before it, the space ``after`` it."""
    return Layout(drop=BODY.size, leading=LEADING, indent=indent, hang=hang, after=after)


@cache
def cell(alignment: Alignment) -> Layout:
    """Return how text stands in a table's cell."""
    return Layout(drop=CELL.size, leading=13, side=alignment or "left")


def grid(widths: Sequence[float], *, indent: float) -> Grid:
    """Return how a table stands."""
    return Grid(
        widths=tuple(widths),
        indent=indent,
        side=CELL_PAD,
        above=3.5,
        below=5,
        before=2,
        after=11,
        tall=TALL,
        head_rule=(0.8, BLUE),
        row_rule=(0.5, RULE),
    )
