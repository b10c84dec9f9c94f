"""How wide the columns of a table are, how large its type, and which way the page is turned.

No figure and no ordinary word is broken. In this order: the longest word of each column sets its width;
where they are too wide together the type shrinks, to a floor; then the page is turned. What fits on no page
is a fault of its text, which `table_faults` gives before anybody approves it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.document import look
from flows.document.blocks import List, Table, plain_text
from flows.document.tagged.flow import measure
from flows.document.ties import tied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flows.document.blocks import Block
    from flows.document.look import Cells, Page, Style

_STEP: Final = 0.25
"""By what type shrinks, points."""
DIGEST: Final = re.compile(r"(?<![\w/.-])([0-9a-f]{32,})(?![\w/-])")
"""Digests and the names of commits, from 128 bits on."""
_ADDRESS: Final = re.compile(r"://|@|^www\.")
"""What is no ordinary word either, so that a part of it may stand on a line."""
_PART: Final = 16
"""Characters of such a part, at least."""


class Columns(NamedTuple):
    """How a table is laid out.

    Attributes:
        cells: How its cells are set.
        widths: Of the columns, points.
        indent: Of the table from the left: none on a turned page, which it has for itself.
        turned: Whether the page is broader than high.
        broken: Of columns with words that fit on no page, counted from 1.
    """

    cells: Cells
    widths: tuple[float, ...]
    indent: float
    turned: bool
    broken: tuple[int, ...] = ()


PAGES: Final = (look.UPRIGHT, look.TURNED)
"""On which a table may stand, in the order in which they are tried."""


def columns(table: Table, indent: float, style: Style, pages: Sequence[Page] = PAGES) -> Columns:
    """Return how a table is laid out that stands ``indent`` points in, on one of ``pages``."""
    whole = style.cells(1)
    pad = 2 * whole.pad
    texts = [
        [" ".join(plain_text(cell).split()) for cell in column]
        for column in zip(table.header, *table.rows, strict=True)
    ]
    # Measured in bold, the wider face: a word then fits in either.
    wide = partial(measure, face=whole.body.face(strong=True))
    wanted = [pad + max(map(wide, some), default=0) for some in texts]
    least = [pad + _longest(map(tied, some), whole) for some in texts]
    if sum(least) > pages[0].measure - indent - len(least):
        # What belongs together is parted before the type shrinks or the page is turned.
        least = [pad + _longest(some, whole) for some in texts]
    for page in pages:
        left = 0.0 if page is look.TURNED else indent
        room = page.measure - left
        if (cells := _shrunk(sum(least), room - len(least), style)) is not None:
            widths = _shared(_scaled(least, cells), _scaled(wanted, cells), room)
            return Columns(cells, tuple(widths), left, page is look.TURNED)
    cells = style.cells(style.floor)
    least, wanted = _scaled(least, cells), _scaled(wanted, cells)
    broken = (at for at, each in enumerate(least, start=1) if each > room / len(least))
    widths = _squeezed(least, wanted, room)
    return Columns(cells, tuple(widths), left, page is look.TURNED, tuple(broken))


def _longest(texts: Iterable[str], cells: Cells) -> float:
    """Return how wide the longest is of what has to stand on one line."""
    return max((_least(word, cells) for text in texts for word in text.split(" ")), default=0)


def _least(word: str, cells: Cells) -> float:
    """Return how wide that is which has to stand on one line of a word."""
    if DIGEST.search(word):
        return measure(word[:_PART], cells.body.digest())
    return measure(word[:_PART] if _ADDRESS.search(word) else word, cells.body.face(strong=True))


def _shrunk(needed: float, room: float, style: Style) -> Cells | None:
    """Return cells as large as fit, at most of the usual size; None where they would be below the floor."""
    if needed <= room:
        return style.cells(1)
    usual = style.cells(1).body.size
    ratio = usual * room / needed // _STEP * _STEP / usual
    return style.cells(ratio) if ratio >= style.floor else None


def _scaled(widths: Sequence[float], cells: Cells) -> list[float]:
    """Return widths for type of another size, a little wider than measured."""
    return [1 + cells.ratio * each for each in widths]


def _shared(least: Sequence[float], wanted: Sequence[float], room: float) -> Iterable[float]:
    """Return widths of which each column gets its least, and the rest by need."""
    spare = room - sum(least)
    asked = [max(min(want, room) - floor, 0) for floor, want in zip(least, wanted, strict=True)]
    if not sum(asked):
        return [width * room / sum(least) for width in least]
    return [floor + spare * each / sum(asked) for floor, each in zip(least, asked, strict=True)]


def _squeezed(least: Sequence[float], wanted: Sequence[float], room: float) -> Iterable[float]:
    """Return widths for words that do not fit: none wants for more than an equal share before them."""
    share = room / len(least)
    wide = [each > share for each in least]
    modest = sum(min(want, share) for want, is_wide in zip(wanted, wide, strict=True) if not is_wide)
    rest = (room - modest) / sum(wide)
    return [rest if is_wide else min(want, share) for want, is_wide in zip(wanted, wide, strict=True)]


def table_faults(blocks: Iterable[Block], style: Style) -> Iterator[str]:
    """Yield what is wrong with tables of a text that stands in numbered paragraphs, each with its remedy."""
    yield from _faults(blocks, style.number_room(999), style)


def _faults(blocks: Iterable[Block], indent: float, style: Style) -> Iterator[str]:
    for block in blocks:
        match block:
            case List():
                for item in block.items:
                    yield from _faults(item, indent + style.indent, style)
            case Table() if broken := columns(block, indent, style).broken:
                which = f"column{'s' if len(broken) > 1 else ''} {', '.join(map(str, broken))}"
                yield (
                    f"has a table of {len(block.alignments)} columns that fits on no page, at "
                    f"{style.size} points, without a word being broken; shorten the longest words in "
                    f"{which}, or make two tables of it"
                )
            case _:
                pass
