"""The pages: the canvas they are drawn on, and what stands at their head and foot, for the eye alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.platypus import Frame, PageTemplate

from flows.document import fonts, look
from flows.document.tagged.canvas import Face, TaggedCanvas, TaggedText
from flows.document.tagged.flow import measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportlab.pdfgen.canvas import Canvas

    from flows.document.imprint import Imprint
    from flows.document.tagged.flow import TaggedFigure

_DRAFT: Final = "DRAFT \u2013 not a decision"
_MASTHEAD: Final = 25 * mm
"""Of the first page, where there is no crest: down to the authority's name."""
_BESIDE: Final = 5 * mm
"""Between the crest and the name."""
_LINES: Final = 2
"""Of the name."""
_CREST: Final = 15 * mm
"""Down to the crest, where there is one: below the marks of a draft."""


class Sheet(TaggedCanvas):
    """A canvas that bears the imprint, and knows at the end how many pages it has."""

    def __init__(self, *args: Any, imprint: Imprint, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self._small = imprint.style.small
        self.paper = look.UPRIGHT
        if not imprint.draft:
            self.leave_signature_field("Publication", "The authority's signature on this publication")

    def write(
        self, text: str, y: float, face: Face, *, left: float | None = None, right: bool = False
    ) -> None:
        """Draw one line from ``left``, by default the margin, or up to the right margin."""
        x = self._edge - measure(text, face) if right else self.paper.side if left is None else left
        line = TaggedText(self)
        line.move(x, y)
        line.show(text, face, None)
        self.put(line)

    @property
    def _edge(self) -> float:
        return self.paper.width - self.paper.side

    def rule(self, y: float, *, width: float) -> None:
        """Draw a line across the measure."""
        self.setLineWidth(width)
        self.line(self.paper.side, y, self._edge, y)

    def leave_page_number(self, y: float) -> None:
        """Keep a place for "Page n of N", which is filled when all pages are there."""
        number, end = len(self._pages) + 1, self._edge
        self.leave(lambda: self._page_number(number, end, y))

    def _page_number(self, number: int, end: float, y: float) -> str:
        text, face = f"Page {number} of {len(self._pages)}", Face(fonts.REGULAR, self._small, look.GREY)
        line = TaggedText(self)
        line.move(end - measure(text, face), y)
        line.show(text, face, None)
        return line.end()


def page_templates(imprint: Imprint, crest: TaggedFigure | None) -> list[PageTemplate]:
    """Return the first page, which bears the authority's name and crest, those after it, and turned ones."""
    rule = _CREST + crest.height + 4 * mm if crest else _MASTHEAD + 3.5 * mm
    return [
        _template(look.FIRST_PAGE, rule + 9.5 * mm, partial(_masthead, crest=crest, rule=rule), imprint),
        _template(look.LATER_PAGE, look.TOP, _running_head, imprint),
        _template(look.TURNED_PAGE, look.TOP, _running_head, imprint),
    ]


def _template(
    name: str, top: float, head: Callable[[Sheet, Imprint], None], imprint: Imprint
) -> PageTemplate:
    page = look.TURNED if name == look.TURNED_PAGE else look.UPRIGHT

    def draw(canvas: Canvas, _: object) -> None:
        sheet = cast("Sheet", canvas)
        sheet.paper = page
        head(sheet, imprint)
        with sheet.artifact("Pagination", "Footer"):
            _foot(sheet, imprint)
        if imprint.draft or imprint.marking:
            with sheet.artifact("Pagination", "Watermark"):
                _mark(sheet, imprint)

    height = page.height - top - look.FOOT
    frame = Frame(page.side, look.FOOT, page.measure, height, 0, 0, 0, 0, id=name)
    after = look.TURNED_PAGE if page is look.TURNED else look.LATER_PAGE
    size = (page.width, page.height)
    return PageTemplate(id=name, frames=[frame], onPage=draw, pagesize=size, autoNextPageTemplate=after)


def _masthead(sheet: Sheet, imprint: Imprint, *, crest: TaggedFigure | None, rule: float) -> None:
    left, y = sheet.paper.side, look.HEIGHT - _MASTHEAD
    room = look.MEASURE - (crest.width + _BESIDE if crest else 0)
    size, lines = _in_two(imprint.authority, imprint.style.masthead, imprint.style.small, room)
    leading = 1.25 * size
    if crest:
        bottom = look.HEIGHT - _CREST - crest.height
        crest.drawOn(sheet, left, bottom)
        # The name stands at half the height of the crest, by its capitals.
        left += crest.width + _BESIDE
        y = bottom + crest.height / 2 - 0.36 * size - leading * (len(lines) - 1) / 2
    with sheet.artifact("Pagination", "Header"):
        sheet.setStrokeColor(imprint.style.accent)
        for below, line in enumerate(lines, start=1):
            baseline = y + (len(lines) - below) * leading
            sheet.write(line, baseline, Face(fonts.BOLD, size, imprint.style.accent), left=left)
        sheet.rule(look.HEIGHT - rule, width=1.2)


def _in_two(name: str, size: float, least: float, width: float) -> tuple[float, list[str]]:
    """Return a name in one line or two, since one in two languages needs both, and how large it is set.

    A long one is set smaller, down to ``least``, before its end is left out.
    """
    while len(simpleSplit(name, fonts.BOLD, size, width)) > _LINES and size > least:
        size -= 0.5
    first, *more = simpleSplit(name, fonts.BOLD, size, width)
    lines = [first, " ".join(more)] if more else [first]
    return size, [_shortened(line, Face(fonts.BOLD, size, look.INK), width) for line in lines]


def _running_head(sheet: Sheet, imprint: Imprint) -> None:
    face = Face(fonts.REGULAR, imprint.style.small, look.GREY)
    with sheet.artifact("Pagination", "Header"):
        sheet.setStrokeColor(look.RULE)
        y = sheet.paper.height - 20 * mm
        # A reference has at most 40 characters, and is never cut off.
        room = sheet.paper.measure - measure(imprint.reference, face) - imprint.style.indent
        sheet.write(_shortened(imprint.authority, face, room), y, face)
        sheet.write(imprint.reference, y, face, right=True)
        sheet.rule(sheet.paper.height - 22.5 * mm, width=0.5)


def _foot(sheet: Sheet, imprint: Imprint) -> None:
    face = Face(fonts.REGULAR, imprint.style.small, look.GREY)
    sheet.setStrokeColor(look.RULE)
    sheet.rule(19 * mm, width=0.5)
    # The version is never cut off: it says which text this is.
    version = f", version {imprint.version}"
    room = sheet.paper.measure - measure(f"{version}Page 999 of 999", face) - imprint.style.indent
    sheet.write(f"{_shortened(imprint.title, face, room)}{version}", 14.5 * mm, face)
    sheet.leave_page_number(14.5 * mm)


def _mark(sheet: Sheet, imprint: Imprint) -> None:
    """Print the marks of a draft, and the handling marking where there is one, at head and foot."""
    small, colour = imprint.style.small, look.RED if imprint.draft else look.GREY
    for y, size in ((sheet.paper.height - 12 * mm, 1.1 * small), (8.5 * mm, small)):
        face = Face(fonts.BOLD, size, colour)
        if imprint.draft:
            sheet.write(_DRAFT, y, face)
        sheet.write(imprint.marking, y, face, right=True)


def _shortened(text: str, face: Face, width: float) -> str:
    """Return as many words of ``text`` as there is room for, or letters where one is too long for it."""
    if measure(text, face) <= width:
        return text
    kept = text
    while kept and measure(f"{kept}\u2026", face) > width:
        kept = kept[:-1]
    words = kept if text[len(kept)] == " " else kept.rpartition(" ")[0]
    return f"{(words or kept).rstrip(' ,;:-')}\u2026"
