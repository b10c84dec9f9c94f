"""Blocks as ReportLab's flowables, in the order they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from xml.sax.saxutils import escape, quoteattr

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Indenter
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus import Table as Grid
from reportlab.platypus import TableStyle as GridStyle

from flows.document import fonts, house
from flows.document.blocks import (
    Emphasis,
    Heading,
    Link,
    List,
    Paragraph,
    Strong,
    Table,
    Text,
    plain_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reportlab.platypus import Flowable

    from flows.document.blocks import Alignment, Block, Inline
    from flows.document.sheet import Sheet

_TALL: Final = house.HEIGHT / 4
"""Above this a row may be parted, a table need not stay whole, a header is not repeated."""


def story(blocks: Sequence[Block]) -> Iterator[Flowable]:
    """Yield what stands on the pages; a heading is never left without what it heads."""
    for number, block in enumerate(blocks):
        before = blocks[number - 1] if number else None
        if isinstance(block, Heading) and before and not isinstance(before, Heading):
            yield CondPageBreak(_opening(blocks[number:]))
        yield from _flowables(block, depth=0)


def _opening(blocks: Sequence[Block]) -> float:
    """Return the height of the headings that ``blocks`` open with and of the lines that follow."""
    height = 0.0
    for block in blocks:
        flowables = _flowables(block, depth=0)
        if not isinstance(block, Heading):
            return height + _first_lines(flowables)
        style = house.heading(block.level)
        height += style.spaceBefore + _height(next(flowables)) + style.spaceAfter
    return height


def _first_lines(flowables: Iterator[Flowable]) -> float:
    first = next(each for each in flowables if isinstance(each, Lines | Grid))
    # Of a paragraph, three lines: with two it could not be parted without leaving one alone.
    return min(_height(first), _TALL if isinstance(first, Grid) else 3 * house.LEADING)


def _height(flowable: Flowable) -> float:
    return float(flowable.wrap(house.MEASURE, house.HEIGHT)[1])


def _flowables(block: Block, *, depth: int, after: float = house.AFTER) -> Iterator[Flowable]:
    match block:
        case Heading():
            yield _HeadingLines(block)
        case Paragraph():
            yield Lines(_markup(block.inlines), house.body(depth, after=after))
        case List():
            yield from _list(block, depth=depth + 1)
        case Table():
            yield from _table(block, depth=depth)


class _HeadingLines(Lines):
    """A heading that enters itself in the outline where it is drawn."""

    def __init__(self, heading: Heading) -> None:
        super().__init__(_markup(heading.inlines), house.heading(heading.level))
        self._entry = (plain_text(heading.inlines), heading.level - 1)

    def draw(self) -> None:
        cast("Sheet", self.canv).enter(*self._entry)
        super().draw()


def _list(block: List, *, depth: int) -> Iterator[Flowable]:
    for number, item in enumerate(block.items):
        bullet = f"{block.start + number}." if block.ordered else house.BULLETS[depth - 1]
        ends = depth == 1 and number == len(block.items) - 1
        yield from _item(item, bullet, depth=depth, ends=ends)


def _item(item: Sequence[Block], bullet: str, *, depth: int, ends: bool) -> Iterator[Flowable]:
    """Yield one item, its paragraphs close together; more space if the list ``ends`` with it."""
    first, *rest = item
    after = house.AFTER if ends and not rest else house.CLOSE
    if isinstance(first, Paragraph):
        yield Lines(_markup(first.inlines), house.body(depth, after=after), bulletText=bullet)
    else:
        yield Lines("\u00a0", house.body(depth, after=0), bulletText=bullet)
        yield from _flowables(first, depth=depth)
    for number, block in enumerate(rest, start=1):
        last = number == len(rest)
        yield from _flowables(block, depth=depth, after=house.AFTER if last else house.CLOSE)


# Tables -----------------------------------------------------------------------------------------

_RULES: Final = GridStyle(
    [
        ("FONTNAME", (0, 0), (-1, -1), fonts.REGULAR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), house.CELL_PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), house.CELL_PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, house.BLUE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, house.BLUE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.5, house.RULE),
    ]
)


class _Grid(Grid):
    _rowHeights: list[float]  # noqa: N815 - ReportLab's name

    def tallest_row(self) -> float:
        """Return the height of the tallest row, once wrapped."""
        return max(self._rowHeights)


def _table(table: Table, *, depth: int) -> Iterator[Flowable]:
    indent = depth * house.INDENT
    grid = _grid(table, house.MEASURE - indent)
    height = _height(grid)
    if grid.tallest_row() > _TALL:
        # Only where it must be: a row that is parted may leave a bare edge behind.
        grid = _grid(table, house.MEASURE - indent, part_rows=True)
    if height < _TALL:
        yield CondPageBreak(height)
    if depth:
        yield Indenter(left=indent)
    yield grid
    if depth:
        yield Indenter(left=-indent)


def _grid(table: Table, room: float, *, part_rows: bool = False) -> _Grid:
    widths = _widths(table, room)
    header = _row(table.header, table.alignments, header=True)
    rows = [_row(row, table.alignments, header=False) for row in table.rows]
    return _Grid(
        [header, *rows],
        colWidths=widths,
        style=_RULES,
        repeatRows=int(_row_height(header, widths) < _TALL),
        splitInRow=int(part_rows),
        hAlign="LEFT",
        spaceBefore=2,
        spaceAfter=11,
    )


def _row(
    cells: Sequence[tuple[Inline, ...]], alignments: Sequence[Alignment], *, header: bool
) -> list[Lines]:
    return [
        Lines(_markup(cell), house.cell(alignment, header=header))
        for cell, alignment in zip(cells, alignments, strict=True)
    ]


def _row_height(cells: Sequence[Lines], widths: Sequence[float]) -> float:
    return max(
        float(cell.wrap(width - 2 * house.CELL_PAD, house.HEIGHT)[1])
        for cell, width in zip(cells, widths, strict=True)
    )


def _widths(table: Table, room: float) -> list[float]:
    """Return the width of each column: room for its longest word, and the rest by need."""
    columns = [
        [plain_text(cell) for cell in column] for column in zip(table.header, *table.rows, strict=True)
    ]
    least = [_widest(" ".join(column).split()) for column in columns]
    wanted = [min(_widest(column), room) for column in columns]
    if sum(least) > room:
        return _squeezed(least, wanted, room)
    spare, asked = room - sum(least), sum(wanted) - sum(least)
    if asked <= 0:
        return [width * room / sum(least) for width in least]
    return [floor + spare * (want - floor) / asked for floor, want in zip(least, wanted, strict=True)]


def _squeezed(least: Sequence[float], wanted: Sequence[float], room: float) -> list[float]:
    """Return widths for words that do not fit: none wants for more than an equal share before them."""
    share = room / len(least)
    wide = [each > share for each in least]
    modest = sum(min(want, share) for want, is_wide in zip(wanted, wide, strict=True) if not is_wide)
    rest = (room - modest) / sum(wide)
    return [rest if is_wide else min(want, share) for want, is_wide in zip(wanted, wide, strict=True)]


def _widest(texts: Iterable[str]) -> float:
    # Measured in bold, the wider face: a word then fits in either.
    widest = max((stringWidth(text, fonts.BOLD, house.CELL) for text in texts), default=0.0)
    return widest + 2 * house.CELL_PAD + 1


# Inlines ----------------------------------------------------------------------------------------


def _markup(inlines: Iterable[Inline]) -> str:
    """Return inlines in ReportLab's paragraph markup."""
    return "".join(map(_marked_up, inlines))


def _marked_up(inline: Inline) -> str:
    match inline:
        case Text():
            return escape(inline.text)
        case Strong():
            return f"<b>{_markup(inline.inlines)}</b>"
        case Emphasis():
            return f"<i>{_markup(inline.inlines)}</i>"
        case Link():
            words = _markup(inline.inlines)
            return f'<a href={quoteattr(inline.href)} color="#1d3c63" underline="1">{words}</a>'
