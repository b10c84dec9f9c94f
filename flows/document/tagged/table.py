"""Tables of words: a header that is heard once and seen on each page, rows that may be parted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from reportlab.platypus import Flowable

from flows.document.tagged.flow import FUZZ, LEAST, changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportlab.lib.colors import Color

    from flows.document.tagged.canvas import TaggedCanvas
    from flows.document.tagged.flow import TaggedParagraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How a table stands on the page; all in points.

    Attributes:
        indent: Of the table from the left.
        side: Space left and right of a cell's words.
        tall: A row higher than this may be parted by a page break, and a header is not repeated;
            at most half of what a page takes.
        head_rule: Above and below the header: width and colour.
        row_rule: Below each row.
    """

    widths: tuple[float, ...]
    indent: float = 0
    side: float
    above: float
    below: float
    before: float = 0
    after: float = 0
    tall: float
    head_rule: tuple[float, Color]
    row_rule: tuple[float, Color]


class _Row:
    """One row, or what a page break made of one."""

    def __init__(self, cells: Sequence[TaggedParagraph], grid: Grid) -> None:
        self.cells = cells
        self._grid = grid
        texts = [
            cell.wrap(width - 2 * grid.side, 0)[1] for cell, width in zip(cells, grid.widths, strict=True)
        ]
        self.height = max(texts) + grid.above + grid.below

    def parted(self, room: float) -> tuple[_Row, _Row] | None:
        """Return what of this row fits into ``room``, and the rest; None if that is too little."""
        room -= self._grid.above + self._grid.below
        counts = [int(room / cell.layout.leading + FUZZ) for cell in self.cells]
        if self.height <= self._grid.tall or min(counts) < LEAST:
            return None
        halves = [cell.parted(count) for cell, count in zip(self.cells, counts, strict=True)]
        return _Row([upper for upper, _ in halves], self._grid), _Row(
            [rest for _, rest in halves], self._grid
        )

    def draw(self, canvas: TaggedCanvas, top: float) -> None:
        """Draw the words of the row, whose upper edge is there."""
        x = self._grid.indent
        for cell, width in zip(self.cells, self._grid.widths, strict=True):
            cell.drawOn(canvas, x + self._grid.side, top - self._grid.above - cell.height)
            x += width


class TaggedTable(Flowable):
    """A table of one header row and others; the header is repeated, for the eye alone, on each page."""

    def __init__(
        self, header: Sequence[TaggedParagraph], rows: Iterable[Sequence[TaggedParagraph]], grid: Grid
    ) -> None:
        super().__init__()
        self.spaceBefore, self.spaceAfter = grid.before, grid.after
        self._grid = grid
        self._header = _Row(header, grid)
        self._rows = [self._header, *(_Row(cells, grid) for cells in rows)]
        self._repeated: _Row | None = None

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - ReportLab's names
        """Return the width and the height."""
        self.width = self._grid.indent + sum(self._grid.widths)
        self.height = sum(row.height for row in self._drawn())
        return self.width, self.height

    @property
    def least(self) -> float:
        """How high is what has to stand on a page for the table to begin there: its header and a row."""
        first = self._rows[1].height if len(self._rows) > 1 else 0.0
        return self._header.height + min(first, self._grid.tall)

    def _drawn(self) -> list[_Row]:
        return [self._repeated, *self._rows] if self._repeated else self._rows

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: ARG002, N803 - ReportLab's names
        """Return what fits in that height and the rest; nothing if that would be the header alone."""
        room = aH - (self._repeated.height if self._repeated else 0)
        count = 0
        while count < len(self._rows) and self._rows[count].height <= room + FUZZ:
            room -= self._rows[count].height
            count += 1
        upper, rest = self._rows[:count], self._rows[count:]
        if not rest:
            return [self]
        if len(rest) == 1 and len(upper) > LEAST + 1 and rest[0].height <= self._grid.tall:
            # The last row is not left alone, as the last line of a paragraph is not.
            upper, rest = upper[:-1], [upper[-1], *rest]
        elif halves := rest[0].parted(room):
            upper, rest = [*upper, halves[0]], [halves[1], *rest[1:]]
        return [self._part(upper), self._part(rest)] if upper not in ([], [self._header]) else []

    def _part(self, rows: list[_Row]) -> TaggedTable:
        begun = self._repeated or rows[0] is not self._rows[0]
        fit = self._header.height <= self._grid.tall
        return changed(self, _rows=rows, _repeated=self._header if begun and fit else None)

    def draw(self) -> None:
        """Draw it here."""
        canvas = cast("TaggedCanvas", self.canv)
        top = self.height
        edges = [(top, self._grid.head_rule)]
        for row in self._drawn():
            if row is self._repeated:
                with canvas.artifact("Pagination"):
                    row.draw(canvas, top)
            else:
                row.draw(canvas, top)
            top -= row.height
            rule = self._grid.head_rule if row is self._header else self._grid.row_rule
            edges.append((top, rule))
        with canvas.artifact():
            for y, (width, colour) in edges:
                canvas.setLineWidth(width)
                canvas.setStrokeColor(colour)
                canvas.line(self._grid.indent, y, self.width, y)
