"""fpdf2, untagged: it has no call to tag with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fpdf import FPDF, FontFace
from parts import (
    AFTER,
    AUTHORITY,
    CELL,
    FACES,
    FONTS,
    FOOT,
    HEADS,
    INDENT,
    LEADING,
    REFERENCE,
    SIDE,
    SIZE,
    SMALL,
    TOP,
    Grid,
    Heading,
    Items,
    Paragraph,
    labels,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parts import Part, Run

_MM: Final = 72 / 25.4
"""One millimetre, points."""


def render(parts: Sequence[Part], title: str) -> bytes:
    paper = _Paper(title)
    paper.add_page()
    paper.flow(parts)
    return bytes(paper.output())


class _Paper(FPDF):
    def __init__(self, title: str) -> None:
        super().__init__(unit="pt", format="A4")
        self._title = title
        self.set_title(title)
        self.set_lang("en-GB")
        self.set_margins(SIDE * _MM, TOP * _MM)
        self.set_auto_page_break(auto=True, margin=FOOT * _MM)
        self._face(SIZE)

    def _face(self, size: float, *, bold: bool = False, italic: bool = False) -> None:
        """Take up a face; a paper reads the files of those it uses, since none outlives it."""
        style = "B" * bold + "I" * italic
        if f"paper{style}" not in self.fonts:
            self.add_font("Paper", style, FONTS / FACES[bold, italic])
        self.set_font("Paper", style, size)

    def header(self) -> None:
        self._running(20 * _MM, AUTHORITY, REFERENCE)
        self.set_y(TOP * _MM)

    def footer(self) -> None:
        self._running(self.h - 17 * _MM, self._title, f"Page {self.page_no()} of {{nb}}")

    def _running(self, y: float, left: str, right: str) -> None:
        self._face(SMALL)
        self.set_xy(SIDE * _MM, y)
        self.cell(self.w / 2, SMALL, left)
        self.set_x(SIDE * _MM)
        self.cell(self.w - 2 * SIDE * _MM, SMALL, right, align="R")

    def flow(self, parts: Sequence[Part]) -> None:
        for part in parts:
            match part:
                case Heading():
                    self._heading(part)
                case Paragraph(runs=runs):
                    self._line(runs)
                case Items():
                    self._items(part)
                case Grid():
                    self._grid(part)

    def _heading(self, heading: Heading) -> None:
        head = HEADS[heading.level]
        text = words(heading.runs)
        self.ln(head.before)
        self._face(head.size, bold=True)
        self.start_section(text, heading.level - 1)
        self.multi_cell(0, head.leading, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(head.after)

    def _line(self, runs: Sequence[Run]) -> None:
        for run in runs:
            self._face(SIZE, bold=run.bold, italic=run.italic)
            self.write(LEADING, run.text, run.href)
        self.ln(LEADING + AFTER)

    def _items(self, items: Items) -> None:
        margin = self.l_margin
        for label, item in labels(items):
            self._face(SIZE)
            self.set_x(margin + 2)
            self.cell(INDENT, LEADING, label)
            self.set_left_margin(margin + INDENT)
            self.set_x(margin + INDENT)
            self.flow(item)
            self.set_left_margin(margin)
            self.set_x(margin)

    def _grid(self, grid: Grid) -> None:
        self._face(CELL)
        with self.table(line_height=15, text_align="LEFT", headings_style=FontFace(emphasis="B")) as table:
            self._face(CELL, bold=True)
            self._face(CELL)
            for cells in grid.rows:
                row = table.row()
                for cell in cells:
                    row.cell(words(cell))
        self.ln(AFTER)
