"""What a page draws: its text in order, each piece with its mark and its place.

Only what our papers are drawn with is read. By other means words might be covered, cut off or shown
otherwise, so that any is noticed by its name alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeAlias

import pikepdf

from flows.document.inspection.glyphs import NO_FONT, Font, read_font
from flows.document.inspection.values import DrawnText
from flows.domain.theme import CONTRAST, contrast_on_white

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.document.inspection.values import Box, Point, Raw

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_ONE: Final[_Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_UNREAD: Final = frozenset({"m", "l", "n", "J", "d", "RG"})
"""Straight lines, which are read for their width alone."""
_SMALLEST: Final = 6.0
"""Type that is to be read, points."""


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        *(a * g + b * i, a * h + b * j),
        *(c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


@lru_cache(64)
def _is_dark(*parts: float) -> bool:
    colour = "#" + "".join(f"{round(255 * min(max(part, 0.0), 1.0)):02x}" for part in parts)
    return contrast_on_white(colour) >= CONTRAST


def box_of(found: Raw) -> Box:
    """Return a rectangle of the file, its corners in order."""
    a, b, c, d = map(float, found) if isinstance(found, pikepdf.Array) else (0.0, 0.0, 0.0, 0.0)
    return min(a, c), min(b, d), max(a, c), max(b, d)


class Picture(NamedTuple):
    """Something drawn that the page refers to, and the number of the marked content it stands in."""

    mcid: int | None
    box: Box


class _Opened(NamedTuple):
    """Marked content that is open, with what it is inside of: its number, and whether it is an artifact."""

    mcid: int | None = None
    artifact: bool = False


_NOTHING: Final = _Opened()


@dataclass(slots=True)
class Content:
    """What one page draws.

    Attributes:
        marks: The numbers of its marked content in the order in which it is opened.
        sound: Whether all marked content is closed where it should be, and none stands inside other.
        widest: Its broadest line, points.
        strange: What it draws with that no paper of ours does.
    """

    box: Box
    runs: list[DrawnText] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    sound: bool = True
    pictures: list[Picture] = field(default_factory=list)
    widest: float = 0.0
    strange: set[str] = field(default_factory=set)


class _State(NamedTuple):
    """What ``q`` keeps and ``Q`` brings back."""

    matrix: _Matrix = _ONE
    font: Font = NO_FONT
    size: float = 0.0
    leading: float = 0.0
    rise: float = 0.0
    dark: bool = True
    width: float = 1.0


def read_content(page: pikepdf.Page, number: int, fonts: dict[Raw, Font]) -> Content:
    """Return what ``page`` draws.

    Args:
        page: Of an open file.
        number: Of the page, from 1.
        fonts: Known ones by their object, to which new ones are added.
    """
    drawing = _Drawing(page, number, fonts)
    for instruction in pikepdf.parse_content_stream(page):
        name = str(instruction.operator)
        if act := drawing.ACTS.get(name):
            act(drawing, *instruction.operands)
        elif name not in _UNREAD:
            drawing.content.strange.add(name)
    drawing.content.sound &= not drawing.opened
    return drawing.content


class _Drawing:
    """One pass over the operators of a page."""

    def __init__(self, page: pikepdf.Page, number: int, fonts: dict[Raw, Font]) -> None:
        self.content = Content(box_of(page.cropbox))
        self.opened: list[_Opened] = []
        self._number = number
        self._fonts = fonts
        self._named: dict[str, Font] = {}
        self._resources: Raw = page.obj.get("/Resources")
        self._state = _State()
        self._kept: list[_State] = []
        self._text: _Matrix = _ONE
        self._line: _Matrix = _ONE

    def _resource(self, kind: str, name: Raw) -> Raw:
        known = self._resources.get(kind) if self._resources is not None else None
        return known.get(str(name)) if isinstance(known, pikepdf.Dictionary) else None

    # State

    def _keep(self) -> None:
        self._kept.append(self._state)

    def _bring_back(self) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def _place(self, *matrix: Raw) -> None:
        a, b, c, d, e, f = map(float, matrix)
        self._state = self._state._replace(matrix=_times((a, b, c, d, e, f), self._state.matrix))

    def _choose(self, name: Raw, size: Raw) -> None:
        named = str(name)
        if named not in self._named:
            self._named[named] = self._font(named)
        self._state = self._state._replace(font=self._named[named], size=float(size))

    def _font(self, name: str) -> Font:
        font = self._resource("/Font", name)
        key = font.objgen if font is not None and font.is_indirect else (self._number, name)
        if key not in self._fonts:
            self._fonts[key] = read_font(font) if isinstance(font, pikepdf.Dictionary) else NO_FONT
        return self._fonts[key]

    def _lead(self, by: Raw) -> None:
        self._state = self._state._replace(leading=float(by))

    def _raise(self, by: Raw) -> None:
        self._state = self._state._replace(rise=float(by))

    def _colour(self, *parts: Raw) -> None:
        self._state = self._state._replace(dark=_is_dark(*map(float, parts)))

    def _widen(self, width: Raw) -> None:
        self._state = self._state._replace(width=float(width))

    # Lines and pictures

    def _stroke(self) -> None:
        scale = max(map(abs, self._state.matrix[:4]))
        self.content.widest = max(self.content.widest, self._state.width * scale)

    def _refer(self, name: Raw) -> None:
        drawn = self._resource("/XObject", name)
        if not isinstance(drawn, pikepdf.Stream) or drawn.get("/Subtype") != "/Image":
            self.content.strange.add("Do")
            return
        a, b, c, d, e, f = self._state.matrix
        across, up = sorted((e, e + a + c)), sorted((f, f + b + d))
        self.content.pictures.append(Picture(self._inside().mcid, (across[0], up[0], across[1], up[1])))

    # Text

    def _begin(self) -> None:
        self._text = self._line = _ONE

    def _stand(self, *matrix: Raw) -> None:
        a, b, c, d, e, f = map(float, matrix)
        self._text = self._line = (a, b, c, d, e, f)

    def _next_line(self) -> None:
        self._text = self._line = _times((1.0, 0.0, 0.0, 1.0, 0.0, -self._state.leading), self._line)

    def _show(self, drawn: Raw) -> None:
        state, codes, inside = self._state, bytes(drawn), self._inside()
        start = self._point()
        a, b, c, d, e, f = self._text
        by = state.font.width(codes) * state.size
        self._text = (a, b, c, d, e + by * a, f + by * b)
        end = self._point()
        # The space at the end of a line may stand beyond the edge.
        last = max(start[0], end[0] - state.size), end[1]
        self.content.runs.append(
            DrawnText(
                page=self._number,
                mcid=inside.mcid,
                artifact=inside.artifact,
                seen=self._is_legible() and self._on_page(start) and self._on_page(last),
                text=state.font.text(codes),
                start=start,
                end=end,
            )
        )

    def _turned(self) -> tuple[float, float, float, float]:
        """Return how text is turned and scaled on the page."""
        a, b, c, d, _, _ = self._text
        g, h, i, j, _, _ = self._state.matrix
        return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j

    def _point(self) -> Point:
        e, f = self._text[4:]
        g, h, i, j, k, m = self._state.matrix
        across, up = e * g + f * i + k, e * h + f * j + m
        if rise := self._state.rise:
            _, _, c, d = self._turned()
            return across + rise * c, up + rise * d
        return across, up

    def _is_legible(self) -> bool:
        a, b, c, d = self._turned()
        upright = b == c == 0 and a == d
        return self._state.dark and upright and self._state.size * a >= _SMALLEST

    def _on_page(self, point: Point) -> bool:
        left, bottom, right, top = self.content.box
        return left <= point[0] <= right and bottom <= point[1] <= top

    # Marks

    def _inside(self) -> _Opened:
        return self.opened[-1] if self.opened else _NOTHING

    def _open(self, tag: Raw, properties: Raw = None) -> None:
        found = properties.get("/MCID") if isinstance(properties, pikepdf.Dictionary) else None
        mcid = None if found is None else int(found)
        if mcid is not None:
            self.content.marks.append(mcid)
        self.content.sound &= not self.opened  # one inside another belongs to two elements
        outer = self._inside()
        artifact = outer.artifact or str(tag) == "/Artifact"
        self.opened.append(_Opened(outer.mcid if mcid is None else mcid, artifact))

    def _close(self) -> None:
        if self.opened:
            self.opened.pop()
        else:
            self.content.sound = False

    ACTS: ClassVar[dict[str, Callable[..., None]]] = {
        "q": _keep,
        "Q": _bring_back,
        "cm": _place,
        "Tf": _choose,
        "TL": _lead,
        "Ts": _raise,
        "rg": _colour,
        "w": _widen,
        "S": _stroke,
        "Do": _refer,
        "BT": _begin,
        "ET": _begin,
        "Tm": _stand,
        "T*": _next_line,
        "Tj": _show,
        "BMC": _open,
        "BDC": _open,
        "EMC": _close,
    }
