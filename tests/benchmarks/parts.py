"""What a paper says, in a form that every peer can take: it knows none of their libraries, nor ours.

The blocks of ``flows.document`` bring ReportLab with them, whose memory a peer's process must not bear.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import fontpkg_lato

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one dress; ``href`` is where they lead, if anywhere."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str | None = None


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``start`` is its first number, None if it is bulleted."""

    items: tuple[tuple[Part, ...], ...]
    start: int | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first of ``rows`` is its head, and ``heads`` says whether each row's first cell is one."""

    rows: tuple[tuple[Runs, ...], ...]
    heads: bool


Part: TypeAlias = Heading | Paragraph | Items | Grid


def words(runs: Sequence[Run]) -> str:
    """Return what ``runs`` say, without their dress."""
    return "".join(run.text for run in runs)


def labels(items: Items) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield each item with the sign that stands before it."""
    for number, item in enumerate(items.items, start=items.start or 0):
        yield "\u2022" if items.start is None else f"{number}.", item


# The page, the same for all: the house style, as far as every peer has a word for it.

AUTHORITY: Final = "Sample Authority"
REFERENCE: Final = "A/1"

SIDE: Final = 27
TOP: Final = 30
FOOT: Final = 27
"""The margins, millimetres."""

SIZE: Final = 12
LEADING: Final = 17.5
AFTER: Final = 8.5
CELL: Final = 11
SMALL: Final = 9
INDENT: Final = 19
"""Body text, the space after a paragraph, cells, head and foot, and how far a list stands in: points."""


class Head(NamedTuple):
    """How a heading stands, points."""

    size: float
    leading: float
    before: float
    after: float


_LESSER: Final = Head(12, 17, before=7, after=3.5)
HEADS: Final = {
    1: Head(24, 29, before=0, after=11),
    2: Head(16, 21, before=19, after=6),
    3: Head(13, 17.5, before=12, after=4.5),
    4: Head(12, 17, before=9, after=3.5),
    5: _LESSER,
    6: _LESSER,
}
"""By the heading's level."""

FONTS: Final = Path(fontpkg_lato.ROOT) / "files"
FACES: Final = {
    (False, False): "Lato-Regular.ttf",
    (True, False): "Lato-Bold.ttf",
    (False, True): "Lato-Italic.ttf",
    (True, True): "Lato-BoldItalic.ttf",
}
"""The file for words that are bold or not, italic or not."""
