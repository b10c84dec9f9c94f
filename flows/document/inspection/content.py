"""What a page draws: its text in order, each piece with its mark and its place.

Only what our papers are drawn with is read. By other means words might be covered, cut off or shown
otherwise, so that any is noticed by its name alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
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
_UNREAD: Final = frozenset({b"m", b"l", b"n", b"J", b"d", b"RG"})
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


@dataclass(slots=True)
class _State:
    """What ``q`` keeps and ``Q`` brings back."""

    matrix: _Matrix = _ONE
    font: Font = NO_FONT
    size: float = 0.0
    leading: float = 0.0
    rise: float = 0.0
    dark: bool = True
    width: float = 1.0


_INSTRUCTION: Final = re.compile(
    rb"""
    ((?: [\s\d.+-]++ | /[^\s()<>\[\]{}/%]*+ | <[\dA-Fa-f\s]*+> | \((?:[^()\\]|\\[\s\S])*+\)  # strings
       | \[(?:[\s\d.+-]++ | <[\dA-Fa-f\s]*+> | \((?:[^()\\]|\\[\s\S])*+\))*+\] | <<[^<>()%]*+>>)*+)
    ([A-Za-z]++\*?+ | ['"])(?=\s|\Z)
    """,
    re.VERBOSE,
)
"""Operands and an operator (ISO 32000-1, 7.8.2), of the kinds that papers have."""
_STRING: Final = re.compile(rb"<([^>]*)>|\(((?:[^()\\]|\\[\s\S])*)\)")
_HEX: Final = re.compile(rb"<([^>]*)>")
_ESCAPED: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_NAMED: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_MCID: Final = re.compile(rb"/MCID\s+(\d+)")


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8) % 256]) if said.isdigit() else _NAMED.get(said, said)


def _codes(operands: bytes) -> bytes:
    """Return the bytes of all strings in them."""
    if b"(" not in operands:
        return bytes.fromhex(b"".join(_HEX.findall(operands)).decode())
    return b"".join(
        bytes.fromhex(each[1].decode()) if each[2] is None else _ESCAPED.sub(_unescaped, each[2])
        for each in _STRING.finditer(operands)
    )


def read_content(page: pikepdf.Page, number: int, fonts: dict[Raw, Font]) -> Content:
    """Return what ``page`` draws.

    Args:
        page: Of an open file.
        number: Of the page, from 1.
        fonts: Known ones by their object, to which new ones are added.
    """
    drawing, code, end = _Drawing(page, number, fonts), _code(page), 0
    for found in _INSTRUCTION.finditer(code):
        if found.start() != end:
            break
        end = found.end()
        operands, name = found.groups()
        if name in drawing.NUMBERS:
            drawing.NUMBERS[name](drawing, *map(float, operands.split()))
        elif name in drawing.OTHERS:
            drawing.OTHERS[name](drawing, operands)
        elif name not in _UNREAD:
            drawing.content.strange.add(name.decode())
    if code[end:].strip():
        drawing.content.strange.add("what is not read")
    drawing.content.sound &= not drawing.opened
    return drawing.content


def _code(page: pikepdf.Page) -> bytes:
    found: Raw = page.obj.get("/Contents", [])
    return b"\n".join(each.read_bytes() for each in ([found] if isinstance(found, pikepdf.Stream) else found))


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

    def _resource(self, kind: str, name: str) -> Raw:
        known = self._resources.get(kind) if self._resources is not None else None
        return known.get(name) if isinstance(known, pikepdf.Dictionary) else None

    # State

    def _keep(self, _: bytes) -> None:
        self._kept.append(replace(self._state))

    def _bring_back(self, _: bytes) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def _place(self, *matrix: float) -> None:
        a, b, c, d, e, f = matrix
        self._state.matrix = _times((a, b, c, d, e, f), self._state.matrix)

    def _choose(self, operands: bytes) -> None:
        named, size = operands.decode().split()
        if named not in self._named:
            self._named[named] = self._font(named)
        self._state.font, self._state.size = self._named[named], float(size)

    def _font(self, name: str) -> Font:
        font = self._resource("/Font", name)
        key = font.objgen if font is not None and font.is_indirect else (self._number, name)
        if key not in self._fonts:
            self._fonts[key] = read_font(font) if isinstance(font, pikepdf.Dictionary) else NO_FONT
        return self._fonts[key]

    def _lead(self, by: float) -> None:
        self._state.leading = by

    def _raise(self, by: float) -> None:
        self._state.rise = by

    def _colour(self, *parts: float) -> None:
        self._state.dark = _is_dark(*parts)

    def _widen(self, width: float) -> None:
        self._state.width = width

    # Lines and pictures

    def _stroke(self, _: bytes) -> None:
        scale = max(map(abs, self._state.matrix[:4]))
        self.content.widest = max(self.content.widest, self._state.width * scale)

    def _refer(self, name: bytes) -> None:
        drawn = self._resource("/XObject", name.decode().strip())
        if not isinstance(drawn, pikepdf.Stream) or drawn.get("/Subtype") != "/Image":
            self.content.strange.add("Do")
            return
        a, b, c, d, e, f = self._state.matrix
        across, up = sorted((e, e + a + c)), sorted((f, f + b + d))
        self.content.pictures.append(Picture(self._inside().mcid, (across[0], up[0], across[1], up[1])))

    # Text

    def _begin(self, _: bytes) -> None:
        self._text = self._line = _ONE

    def _stand(self, *matrix: float) -> None:
        a, b, c, d, e, f = matrix
        self._text = self._line = (a, b, c, d, e, f)

    def _next_line(self, _: bytes) -> None:
        self._text = self._line = _times((1.0, 0.0, 0.0, 1.0, 0.0, -self._state.leading), self._line)

    def _show(self, operands: bytes) -> None:
        """Show a string, or several with what moves them closer, in thousandths of the size."""
        state, inside = self._state, self._inside()
        codes = _codes(operands)
        back = sum(map(float, _STRING.sub(b" ", operands).strip(b" \n[]").split()))
        start = self._point()
        a, b, c, d, e, f = self._text
        by = (state.font.width(codes) - back / 1000) * state.size
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

    def _open(self, operands: bytes) -> None:
        found = _MCID.search(operands)
        mcid = int(found[1]) if found else None
        if mcid is not None:
            self.content.marks.append(mcid)
        self.content.sound &= not self.opened  # one inside another belongs to two elements
        outer = self._inside()
        artifact = outer.artifact or operands.split(maxsplit=1)[0] == b"/Artifact"
        self.opened.append(_Opened(outer.mcid if mcid is None else mcid, artifact))

    def _close(self, _: bytes) -> None:
        if self.opened:
            self.opened.pop()
        else:
            self.content.sound = False

    NUMBERS: ClassVar[dict[bytes, Callable[..., None]]] = {
        b"cm": _place,
        b"TL": _lead,
        b"Ts": _raise,
        b"rg": _colour,
        b"w": _widen,
        b"Tm": _stand,
    }
    """What takes numbers alone."""
    OTHERS: ClassVar[dict[bytes, Callable[[_Drawing, bytes], None]]] = {
        b"q": _keep,
        b"Q": _bring_back,
        b"Tf": _choose,
        b"S": _stroke,
        b"Do": _refer,
        b"BT": _begin,
        b"ET": _begin,
        b"T*": _next_line,
        b"Tj": _show,
        b"TJ": _show,
        b"BMC": _open,
        b"BDC": _open,
        b"EMC": _close,
    }
