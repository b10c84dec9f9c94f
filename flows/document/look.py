"""The look of papers: one A4 page, its colours and its type; what a theme leaves open is the house style."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from flows.document import fonts
from flows.document.tagged.canvas import Face
from flows.document.tagged.flow import Layout, Leader, measure
from flows.document.tagged.table import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.document.blocks import Alignment
    from flows.domain.theme import Theme

# Contrast on white (WCAG 2.2 asks for 4.5, we for 7): ink 17, grey 8, red 9; the theme's accent 7 or more.
INK: Final = HexColor("#1b1b1b")
GREY: Final = HexColor("#4d4d4d")
RED: Final = HexColor("#8c1515")
RULE: Final = HexColor("#9aa3ad")


class Page(NamedTuple):
    """A page and what is kept free at its sides, points."""

    width: float
    height: float
    side: float

    @property
    def measure(self) -> float:
        """Return how wide its text is."""
        return self.width - 2 * self.side


WIDTH, HEIGHT = A4
UPRIGHT: Final = Page(WIDTH, HEIGHT, 27 * mm)
TURNED: Final = Page(HEIGHT, WIDTH, 20 * mm)
"""For tables that are too broad for the other."""
FIRST_PAGE, LATER_PAGE, TURNED_PAGE = "first", "later", "turned"
"""What the layouts of pages are called."""
TOP: Final = 30 * mm
FOOT: Final = 27 * mm
MEASURE: Final = UPRIGHT.measure
TALL: Final = HEIGHT / 4
"""Above this a row may be parted, a table need not stay whole, a header is not repeated."""
BULLETS: Final = ("\u2022", "\u2013", "\u2022", "\u2013")
"""The sign of a list by its depth."""


_FIGURES: Final = 27.0
"""What is kept free at the right of a contents list for three figures, and before them."""


class Type(NamedTuple):
    """How words look before any of them are made bold or italic."""

    size: float
    colour: Color
    linked: Color
    bold: bool = False
    italic: bool = False

    def face(self, *, strong: bool = False, emphasis: bool = False, linked: bool = False) -> Face:
        """Return how words look that are ``strong``, have ``emphasis`` or lead somewhere."""
        font = fonts.FAMILY[self.bold or strong, self.italic or emphasis]
        return Face(font, self.size, self.linked if linked else self.colour)

    def digest(self, *, linked: bool = False) -> Face:
        """Return how a digest looks among these words: in figures of one width, a little smaller."""
        return Face(fonts.DIGESTS, round(self.size * 0.95, 2), self.linked if linked else self.colour)

    def mark(self) -> Face:
        """Return how the figure looks that calls for a note among these words: small and raised."""
        size, rise = round(self.size * 0.68, 2), round(self.size * 0.34, 2)
        return Face(fonts.REGULAR, size, self.linked, rise)


class Cells:
    """How the cells of a table are set; all lengths in points.

    Attributes:
        ratio: Of the usual size; below 1 where a table would else be too broad.
        body: Type of its cells.
        head: Type of those that head columns.
        pad: Space left and right of a cell's words.
    """

    def __init__(self, scale: float, ratio: float, accent: Color) -> None:
        self.ratio = ratio
        self._scale = scale = scale * ratio
        self._accent = accent
        self.body = Type(11 * scale, INK, accent)
        self.head = Type(11 * scale, accent, accent, bold=True)
        self.pad = 5.5 * scale
        self._texts: dict[Alignment, Layout] = {}

    def text(self, alignment: Alignment) -> Layout:
        """Return how text stands in a cell."""
        if alignment not in self._texts:
            side = alignment or "left"
            self._texts[alignment] = Layout(drop=self.body.size, leading=15.0 * self._scale, side=side)
        return self._texts[alignment]

    def grid(self, widths: Sequence[float], *, indent: float) -> Grid:
        """Return how a table stands."""
        return Grid(
            widths=tuple(widths),
            indent=indent,
            side=self.pad,
            above=4 * self._scale,
            below=5.5 * self._scale,
            before=2,
            after=12 * self._scale,
            tall=TALL,
            head_rule=(0.8, self._accent),
            row_rule=(0.5, RULE),
        )


class Style:
    """How one theme's papers are set; all lengths in points.

    Attributes:
        size: Of the text.
        accent: Colour of headings, links and rules.
        body: Type of text.
        floor: How small the cells of a table may become, as a part of their usual size.
        note: Type of the notes at the end.
        leader: The dots of the contents, between a heading and its page.
        leading: Of text, from baseline to baseline.
        indent: How far each list stands in, at least.
        hang: How far its signs stand in.
        gap: What parts a sign from its text, at least.
        small: Size of what repeats at head and foot.
        masthead: Size of the authority's name on the first page.
        after: Space after a paragraph.
        close: Space between what belongs together: short items, the paragraphs of one item.
    """

    def __init__(self, theme: Theme) -> None:
        self.size = theme.size
        self.accent = HexColor(theme.accent)
        # All measures are of text in 12 points, and grow with it.
        self._scale = scale = theme.size / 12
        self.body = self._type(12)
        # From 9 points in clear print to 12 in large print.
        self.floor = (9 + (theme.size - 12) / 2) / (11 * scale)
        self.note = self._type(11)
        self.leader = Leader(apart=4, size=0.7, clear=4, colour=GREY)
        self.leading = 17.5 * scale
        self.indent = 19.0 * scale
        self.hang = 2.0
        self.gap = 5.5 * scale
        self.small = 9.0 * scale
        self.masthead = 13.0 * scale
        self.after = 8.5 * scale
        self.close = 4.0 * scale
        self._headings = {
            1: (self._type(24, self.accent, bold=True), self._lines(24, 29, after=11)),
            2: (self._type(16, self.accent, bold=True), self._lines(16, 21, before=19, after=6)),
            3: (self._type(13, self.accent, bold=True), self._lines(13, 17.5, before=12, after=4.5)),
            4: (self._type(12, bold=True), self._lines(12, 17, before=9, after=3.5)),
        }
        self._lesser = (
            self._type(12, bold=True, italic=True),
            self._lines(12, 17, before=7, after=3.5),
        )
        self._texts: dict[tuple[float, float, bool, float], Layout] = {}
        self._cells: dict[float, Cells] = {}

    def _type(self, size: float, colour: Color = INK, *, bold: bool = False, italic: bool = False) -> Type:
        return Type(size * self._scale, colour, self.accent, bold, italic)

    def _lines(self, drop: float, leading: float, *, before: float = 0, after: float = 0) -> Layout:
        scale = self._scale
        return Layout(drop=drop * scale, leading=leading * scale, before=before * scale, after=after * scale)

    def heading(self, level: int) -> tuple[Type, Layout]:
        """Return the style of a heading."""
        return self._headings.get(level, self._lesser)

    def text(
        self, indent: float = 0, *, hang: float = 0, flush: bool = False, after: float | None = None
    ) -> Layout:
        """Return how text stands: its ``indent``, where a label hangs before it, the space ``after`` it.

        The label begins at ``hang``, or ends there where it is ``flush``.
        """
        after = self.after if after is None else after
        key = (indent, hang, flush, after)
        if key not in self._texts:
            self._texts[key] = Layout(
                drop=self.body.size,
                leading=self.leading,
                indent=indent,
                hang=hang,
                flush=flush,
                after=after,
            )
        return self._texts[key]

    def cells(self, ratio: float) -> Cells:
        """Return how the cells of a table are set whose type is ``ratio`` of the usual size."""
        if ratio not in self._cells:
            self._cells[ratio] = Cells(self._scale, ratio, self.accent)
        return self._cells[ratio]

    def number_room(self, last: int) -> float:
        """Return how far numbered paragraphs stand in, the last of which has that number."""
        return measure(f"{max(last, 10)}.", self.body.face()) + self.hang + self.gap

    def note_text(self, room: float) -> Layout:
        """Return how a note stands, whose number has that ``room`` before it."""
        leading = 15.0 * self._scale
        return Layout(
            drop=self.note.size,
            leading=leading,
            indent=room,
            hang=room - self.gap,
            flush=True,
            after=self.close,
        )

    def entry_text(self, depth: int) -> Layout:
        """Return how an entry of the contents stands that is ``depth`` levels below the first."""
        return Layout(
            drop=self.body.size,
            leading=self.leading,
            indent=depth * self.indent,
            right=_FIGURES * self._scale,
            before=0 if depth else self.close,
        )


@lru_cache(maxsize=16)
def style_of(theme: Theme) -> Style:
    """Return how the papers of ``theme`` are set."""
    return Style(theme)
