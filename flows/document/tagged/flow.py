"""Flowables that know their place in the tree: one source block, one element, whatever breaks.

A paragraph is given as runs: words, how they look, and the leaf they are content of. It is
laid out once; the parts that page breaks make of it share its leaves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar, cast

from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.platypus import Flowable

from flows.document.tagged.canvas import Face, TaggedText
from flows.document.tagged.fonts import TaggedFont
from flows.document.tagged.structure import TagError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reportlab.lib.colors import Color

    from flows.document.tagged.canvas import TaggedCanvas
    from flows.document.tagged.structure import Element, Leaf

Side = Literal["left", "center", "right"]
_F = TypeVar("_F", bound=Flowable)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """Where a link leads: out of the file, or to a spot in it.

    Attributes:
        element: The Link.
        href: An address; empty where it leads to a spot.
        spot: The name of the spot; empty where it leads out.
        words: What the link is called where it is not seen in its place.
    """

    element: Element
    href: str = ""
    spot: str = ""
    words: str


class Run(NamedTuple):
    """Words that look alike and belong to one leaf; ``spot`` is their name for links that lead to them."""

    text: str
    face: Face
    leaf: Leaf
    target: Target | None = None
    spot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a paragraph stands on the page; all in points.

    Attributes:
        leading: From baseline to baseline.
        drop: From the top to the first baseline.
        indent: Of the text from the left.
        hang: Of the label from the left; there is to be room for it up to the text.
        flush: Whether the label ends there, so that figures stand below each other, or begins there.
        right: What is kept free at the right.
    """

    leading: float
    drop: float
    indent: float = 0
    hang: float = 0
    flush: bool = False
    right: float = 0
    before: float = 0
    after: float = 0
    side: Side = "left"


class _Piece(NamedTuple):
    """A stretch of one run, and how wide it is."""

    run: Run
    text: str
    width: float


class _Line(NamedTuple):
    """One line; its text ends with the space that parts it from the next, which has no width here."""

    pieces: tuple[_Piece, ...]
    width: float


LEAST: Final = 2
"""How many lines of a paragraph stand together before or after a page break."""
FUZZ: Final = 1e-6


class TaggedParagraph(Flowable):
    """A paragraph, maybe with a label that hangs before it, broken into lines word by word.

    A no-break space keeps the words beside it on one line, where they fit on one, and is drawn as a space. A
    word wider than the line is broken, after a sign that addresses are made of if it can be.

    Attributes:
        follows: How high what is not to be left alone after it stands, points; its last lines go along.
    """

    follows = 0.0

    def __init__(
        self,
        runs: Sequence[Run],
        layout: Layout,
        *,
        label: Run | None = None,
        bookmark: tuple[str, int] | None = None,
        spot: str = "",
    ) -> None:
        """``spot`` is the name of its first line, for links that lead to it."""
        super().__init__()
        self.layout = layout
        self.spaceBefore, self.spaceAfter = layout.before, layout.after
        self._runs = _worded(runs)
        self._label = label
        self._bookmark = bookmark
        self._spot = spot
        self._lines: list[_Line] = []
        self._laid_out: float | None = None

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 - ReportLab's names
        """Break into lines for that width; return the width and the height."""
        if self._laid_out != aW:
            self._lines = list(_lines(self._runs, aW - self.layout.indent - self.layout.right))
            if self._label and not self._lines:
                self._lines = [_Line((), 0)]
            self._laid_out = aW
        self.width, self.height = aW, len(self._lines) * self.layout.leading
        if self.follows and self.height <= aH + FUZZ < self.height + self.follows:
            # It would fit and what follows would not: asked for more room than there is, it is split.
            return aW, aH + self.follows
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803 - ReportLab's names
        """Return the part that fits in that height and the rest; nothing if too little of it would."""
        self.wrap(aW, aH)
        fit, count = int(aH / self.layout.leading + FUZZ), len(self._lines)
        if fit >= count and not self.follows:
            return [self]
        fit = min(fit, count - LEAST)
        return list(self.parted(fit)) if fit >= LEAST else []

    def parted(self, count: int) -> tuple[TaggedParagraph, TaggedParagraph]:
        """Return the first ``count`` lines and the others, as paragraphs of the same element."""
        upper = changed(self._part(self._lines[:count], first=True), follows=0.0)
        return upper, self._part(self._lines[count:], first=False)

    def _part(self, lines: list[_Line], *, first: bool) -> TaggedParagraph:
        # Should the part meet another width, it is broken anew from what stands in its lines.
        runs = [piece.run._replace(text=piece.text) for line in lines for piece in line.pieces]
        once = {} if first else {"_label": None, "_bookmark": None, "_spot": ""}
        return changed(self, _runs=runs, _lines=lines, **once)

    def draw(self) -> None:
        """Draw it here; as an artifact where the canvas says so."""
        canvas = cast("TaggedCanvas", self.canv)
        if not self._lines:
            return
        if self._bookmark and not canvas.in_artifact:
            canvas.enter(*self._bookmark, self.height)
        if self._spot:
            canvas.stand(self._spot, self.height)
        text = TaggedText(canvas)
        y = self.height - self.layout.drop
        linked = list(self._draw_label(text, y))
        for line in self._lines:
            x = self.layout.indent + self._shift(line)
            if line.pieces:
                text.move(x, y)
            for run, words, _ in line.pieces:
                text.show(words.replace(NO_BREAK, " "), run.face, run.leaf)
                if run.spot:
                    canvas.stand(run.spot, y + self.layout.drop)
            if any(piece.run.target for piece in line.pieces):
                linked += list(_linked(line, x, y))
            y -= self.layout.leading
        canvas.put(text)
        if linked:
            _draw_links(canvas, linked)

    def _draw_label(self, text: TaggedText, y: float) -> Iterator[_Linked]:
        if label := self._label:
            wide = measure(label.text.rstrip(" "), label.face) if self.layout.flush else 0
            x = self.layout.hang - wide
            text.move(x, y)
            text.show(label.text, label.face, label.leaf)
            yield from _linked(_line([_piece(label, label.text)], 0), x, y)

    def _shift(self, line: _Line) -> float:
        spare = self.width - self.layout.indent - self.layout.right - line.width
        return {"left": 0.0, "center": spare / 2, "right": spare}[self.layout.side]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """The dots between an entry and its page number.

    Attributes:
        apart: How far they are from each other, points.
        size: Of each.
        clear: What is left free between them and what stands before and after.
    """

    apart: float
    size: float
    clear: float
    colour: Color


class TaggedEntry(TaggedParagraph):
    """An entry of a contents list: words, dots for the eye, and the number of the page they lead to.

    The number stands at the right, beside the last line, in the room that the layout keeps free there.
    """

    def __init__(self, runs: Sequence[Run], layout: Layout, *, number: Run, leader: Leader) -> None:
        """``number`` has no text yet, and leads to the spot of which the page is told."""
        super().__init__(runs, layout)
        self._number = number
        self._leader = leader
        self._ends = self._whole = True

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803 - ReportLab's names
        """Return nothing: an entry goes to the next page as a whole, unless it did not fit there either."""
        return [] if self._whole and not hasattr(self, "_postponed") else super().split(aW, aH)

    def parted(self, count: int) -> tuple[TaggedParagraph, TaggedParagraph]:
        """Return the first ``count`` lines and the others, which end with the number."""
        upper, rest = super().parted(count)
        return changed(upper, _ends=False, _whole=False), changed(rest, _whole=False)

    def draw(self) -> None:
        """Draw it here."""
        super().draw()
        target = self._number.target
        if not self._ends or target is None:
            return
        canvas, y = cast("TaggedCanvas", self.canv), self.layout.leading - self.layout.drop
        self._draw_leader(canvas, self.layout.indent + self._lines[-1].width, y)
        canvas.leave(partial(self._told, canvas, target.spot, self.width, y), self._number.leaf)
        size = self._number.face.size
        _link(canvas, target, (self.width - self.layout.right, y - 0.2 * size, self.width, y + size))

    def _told(self, canvas: TaggedCanvas, spot: str, right: float, y: float) -> str:
        """Return the number, after the space that parts it from the words, up to the right edge."""
        told, face = f" {canvas.page_of(spot)}", self._number.face
        text = TaggedText(canvas)
        text.move(right - measure(told, face), y)
        text.show(told, face, None)
        return text.end()

    def _draw_leader(self, canvas: TaggedCanvas, start: float, y: float) -> None:
        leader = self._leader
        # Counted from the right, so that the dots of all entries stand below each other.
        end = self.width - self.layout.right
        gaps = int((end - start - leader.clear) / leader.apart)
        if gaps < 1:
            return
        with canvas.artifact():
            canvas.setLineCap(1)
            canvas.setLineWidth(leader.size)
            canvas.setDash([0, leader.apart])
            canvas.setStrokeColor(leader.colour)
            canvas.line(end - gaps * leader.apart, y + leader.size / 2, end + FUZZ, y + leader.size / 2)


class TaggedFigure(Flowable):
    """A picture or drawing that stands for itself, with words for those who cannot see it."""

    def __init__(
        self, element: Element, paint: Callable[[TaggedCanvas], object], *, width: float, height: float
    ) -> None:
        """``element`` is a Figure with its alternative; ``paint`` draws from the lower left corner."""
        super().__init__()
        self.width, self.height = width, height
        self._leaf = element.leaf()
        self._paint = paint

    def draw(self) -> None:
        """Draw it here, and let its element know where that is."""
        canvas = cast("TaggedCanvas", self.canv)
        corners = (*canvas.absolutePosition(0, 0), *canvas.absolutePosition(self.width, self.height))
        self._leaf.element.attributes = {"O": "Layout", "Placement": "Block", "BBox": corners}
        with canvas.content(self._leaf):
            self._paint(canvas)


def changed(flowable: _F, **changes: object) -> _F:
    """Return a copy of ``flowable`` in which that is so, and which platypus has not met."""
    other = copy(flowable)
    vars(other).update(changes)
    # Platypus notes on a flowable that it did not fit on a page.
    vars(other).pop("_postponed", None)
    return other


# Lines ------------------------------------------------------------------------------------------

NO_BREAK: Final = "\u00a0"
_SPACES: Final = re.compile(r"([ \t\n\r\f]+)")
_SIGNS: Final = re.compile(r"[/\-_.,;:?&=#+%@]+")
"""After these, addresses may be broken."""


def measure(text: str, face: Face) -> float:
    """Return how wide ``text`` is, in points."""
    return _font(face).units(text) * face.size / 1000


def _font(face: Face) -> TaggedFont:
    font = getFont(face.font)
    if not isinstance(font, TaggedFont):
        raise TagError(f"{face.font} is not a tagged font: its words could not be read")
    return font


def _worded(runs: Iterable[Run]) -> list[Run]:
    """Return the runs that something will be drawn of; leaves of which there is none leave the tree."""
    kept: list[Run] = []
    empty: dict[Leaf, None] = {}
    for run in runs:
        spaced = not kept or _SPACES.fullmatch(kept[-1].text[-1])
        if not run.text or (spaced and _SPACES.fullmatch(run.text)):
            empty[run.leaf] = None
        else:
            kept.append(run)
    drawn = {run.leaf for run in kept}
    for leaf in empty:
        if leaf not in drawn:
            leaf.drop()
    return kept


class _Word(NamedTuple):
    """What stands between spaces, maybe in pieces of several runs; its width, and the space before it."""

    pieces: list[_Piece]
    width: float
    space: _Piece | None


def _words(runs: Iterable[Run]) -> Iterator[_Word]:
    pieces: list[_Piece] = []
    before = space = None
    wide = 0.0
    for run in runs:
        units, scale = _font(run.face).units, run.face.size / 1000
        blank = _Piece(run, " ", units(" ") * scale)
        for number, part in enumerate(_SPACES.split(run.text)):
            if number % 2:
                space = space or blank
            elif part:
                if space and pieces:
                    yield _Word(pieces, wide, before)
                    pieces, wide, before = [], 0.0, space
                space = None
                width = units(part) * scale
                pieces.append(_Piece(run, part, width))
                wide += width
    if pieces:
        yield _Word(pieces, wide, before)


def _lines(runs: Iterable[Run], room: float) -> Iterator[_Line]:
    """Yield lines that fill ``room``."""
    line: list[_Piece] = []
    x = 0.0
    for word in _fit(_words(runs), room):
        pieces, wide, space = word
        if line and space:
            if x + space.width + wide > room + FUZZ >= wide:
                yield _line([*line, space], x)
                line, x = [], 0.0
            else:
                line.append(space)
                x += space.width
        while x + wide > room + FUZZ:
            head, pieces = _cut(pieces, room - x, must=not line)
            yield _line([*line, *head], x + sum(piece.width for piece in head))
            line, x = [], 0.0
            wide = sum(piece.width for piece in pieces)
        line += pieces
        x += wide
    if line:
        yield _line(line, x)


def _fit(words: Iterable[_Word], room: float) -> Iterator[_Word]:
    """Yield words; of those that are tied and too wide for ``room``, each by itself."""
    for word in words:
        if word.width > room + FUZZ and any(NO_BREAK in piece.text for piece in word.pieces):
            yield from _untied(word)
        else:
            yield word


def _untied(word: _Word) -> Iterator[_Word]:
    runs = (run._replace(text=text.replace(NO_BREAK, " ")) for run, text, _ in word.pieces)
    first, *others = _words(runs)
    yield first._replace(space=word.space)
    yield from others


def _line(pieces: Iterable[_Piece], width: float) -> _Line:
    """Return a line, in which neighbouring pieces of one run are one."""
    merged = [
        _Piece(run, "".join(piece.text for piece in group), 0)
        for run, group in groupby(pieces, lambda piece: piece.run)
    ]
    return _Line(tuple(merged), width)


def _cut(pieces: Sequence[_Piece], room: float, *, must: bool) -> tuple[list[_Piece], list[_Piece]]:
    """Return what fits of a word that is too wide, and the rest; if it ``must``, a character at least."""
    count = 0
    while pieces[count].width <= room:
        room -= pieces[count].width
        count += 1
    run, text, _ = pieces[count]
    at = _break(text, run.face, room) or int(must and not count)
    before, after = ([_piece(run, part)] if part else [] for part in (text[:at], text[at:]))
    return [*pieces[:count], *before], [*after, *pieces[count + 1 :]]


def _piece(run: Run, text: str) -> _Piece:
    return _Piece(run, text, measure(text, run.face))


def _break(text: str, face: Face, room: float) -> int:
    """Return how many characters of ``text`` to put into ``room``, which is too small for it."""
    fit = bisect_right(range(1, len(text)), room, key=lambda count: measure(text[:count], face))
    signs = [match.end() for match in _SIGNS.finditer(text, 0, fit)]
    # A break after a sign is worth some space, but not half a line.
    if signs and signs[-1] > fit / 2:
        return signs[-1]
    # Without a sign, as in a digest, the parts are of one length rather than the last a stray letter.
    parts = ceil(measure(text, face) / room) if fit else 1
    return min(fit, ceil(len(text) / parts))


# Links ------------------------------------------------------------------------------------------


class _Linked(NamedTuple):
    """A stretch of a line that leads somewhere."""

    target: Target
    face: Face
    left: float
    right: float
    y: float


_UNDER: Final = 0.125
"""How far under the baseline a line is drawn, in sizes of the font."""
_HAIR: Final = 0.5


def _linked(line: _Line, x: float, y: float) -> Iterator[_Linked]:
    for target, group in groupby(line.pieces, lambda piece: piece.run.target):
        pieces = list(group)
        words = sum(measure(piece.text, piece.run.face) for piece in pieces)
        if target:
            last = pieces[-1]
            blank = len(last.text) - len(last.text.rstrip(" "))
            yield _Linked(target, last.run.face, x, x + words - measure(" " * blank, last.run.face), y)
        x += words


def _draw_links(canvas: TaggedCanvas, linked: Sequence[_Linked]) -> None:
    # What leads to another place of the file is known by where it stands: a raised figure, contents.
    if outward := [each for each in linked if each.target.href]:
        with canvas.artifact():
            canvas.setLineWidth(_HAIR)
            for _, face, left, right, y in outward:
                canvas.setStrokeColor(face.colour)
                canvas.line(left, y - _UNDER * face.size, right, y - _UNDER * face.size)
    for target, face, left, right, y in linked:
        base = y + face.rise
        _link(canvas, target, (left, base - 0.2 * face.size, right, base + face.size))


def _link(canvas: TaggedCanvas, target: Target, box: tuple[float, float, float, float]) -> None:
    if target.href:
        canvas.link(target.element, target.href, target.words, box)
    else:
        canvas.link_inside(target.element, target.spot, target.words, box)
