"""What a page draws: its text in order, each piece with its mark and its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeAlias

import pikepdf

from flows.document.inspection.glyphs import NO_FONT, Font, read_font
from flows.document.inspection.values import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.document.inspection.values import Box, Raw

_Matrix: TypeAlias = tuple[float, float, float, float, float, float]
_Colour: TypeAlias = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""
_ONE: Final[_Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST: Final = 8
"""How deep forms may hold forms."""
_SPACE: Final = b" "
_UNPRINTED: Final = frozenset({3, 7})
"""Modes in which text leaves no mark (ISO 32000-1, table 106)."""


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        *(a * g + b * i, a * h + b * j),
        *(c * g + d * i, c * h + d * j),
        *(e * g + f * i + k, e * h + f * j + m),
    )


def box_of(found: Raw) -> Box:
    """Return a rectangle of the file, its corners in order."""
    a, b, c, d = map(float, found) if isinstance(found, pikepdf.Array) else (0.0, 0.0, 0.0, 0.0)
    return min(a, c), min(b, d), max(a, c), max(b, d)


class Opened(NamedTuple):
    """Marked content that is open.

    Attributes:
        mcid: Its number; None for none.
        instead: Text that stands for what it draws; None for none.
    """

    tag: str
    mcid: int | None
    instead: str | None


class Look(NamedTuple):
    """How text looks.

    Attributes:
        size: As it stands on the page, points; 0 where it is turned or skewed.
    """

    colour: _Colour
    size: float


class Picture(NamedTuple):
    """Something drawn that the page refers to.

    Attributes:
        kind: ``/Image``, or what else the file says.
        mcid: Number of the marked content it stands in; None for none.
    """

    kind: str
    mcid: int | None
    box: Box


@dataclass(slots=True)
class Content:
    """What one page draws.

    Attributes:
        operators: The names of all that it draws with.
        marked: The tags of its marked content, with what is said of it: names as they are, else nothing.
        nested: Whether some of that stands inside other.
        lines: Colour and width of its lines.
        marks: The numbers of its marked content in the order in which it is opened.
        instead: Text that stands for the content of some numbers.
        sound: Whether all marked content is closed where it should be.
    """

    runs: list[Run] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    instead: dict[int, str] = field(default_factory=dict)
    sound: bool = True
    operators: set[str] = field(default_factory=set)
    marked: dict[tuple[str, tuple[tuple[str, str], ...]], None] = field(default_factory=dict)
    nested: bool = False
    looks: dict[Look, None] = field(default_factory=dict)
    lines: set[tuple[_Colour, float]] = field(default_factory=set)
    pictures: list[Picture] = field(default_factory=list)


def _said(properties: Raw) -> tuple[tuple[str, str], ...]:
    """Return what is said of marked content: names as they are, and of everything else that it is there."""
    said = properties.items()
    return tuple((key, str(value) if isinstance(value, pikepdf.Name) else "") for key, value in said)


@dataclass(frozen=True, slots=True)
class _State:
    """What ``q`` keeps and ``Q`` brings back."""

    matrix: _Matrix = _ONE
    font: Font = NO_FONT
    size: float = 0.0
    leading: float = 0.0
    characters: float = 0.0
    words: float = 0.0
    scale: float = 1.0
    rise: float = 0.0
    printed: bool = True
    colour: _Colour = (0.0, 0.0, 0.0)
    line: _Colour = (0.0, 0.0, 0.0)
    width: float = 1.0


def read_content(page: pikepdf.Page, number: int, fonts: dict[Raw, Font]) -> Content:
    """Return what ``page`` draws.

    Args:
        page: Of an open file.
        number: Of the page, from 1.
        fonts: Known ones by their object, to which new ones are added.
    """
    drawing = _Drawing(number, fonts, box_of(page.cropbox))
    drawing.draw(page, page.obj.get("/Resources"), depth=0)
    drawing.content.sound &= not drawing.opened
    return drawing.content


class _Drawing:
    """One pass over the operators of a page."""

    def __init__(self, number: int, fonts: dict[Raw, Font], box: Box) -> None:
        self.content = Content()
        self.opened: list[Opened] = []
        self._number = number
        self._fonts = fonts
        self._box = box
        self._state = _State()
        self._kept: list[_State] = []
        self._text: _Matrix = _ONE
        self._line: _Matrix = _ONE
        self._resources: Raw = None

    def draw(self, stream: Raw, resources: Raw, *, depth: int) -> None:
        before, self._resources = self._resources, resources
        operators = self.content.operators
        for instruction in pikepdf.parse_content_stream(stream):
            name, operands = str(instruction.operator), instruction.operands
            operators.add(name)
            if name == "Do":
                self._refer(str(operands[0]), depth)
            elif act := self._ACTS.get(name):
                act(self, *operands)
        self._resources = before

    def _refer(self, name: str, depth: int) -> None:
        drawn = self._resource("/XObject", name)
        kind = str(drawn.get("/Subtype")) if isinstance(drawn, pikepdf.Stream) else ""
        self.content.pictures.append(Picture(kind, self._mcid(), self._square()))
        if kind == "/Form" and depth < _DEEPEST:
            self._form(drawn, depth)

    def _square(self) -> Box:
        """Return the place of what is drawn one unit wide and high."""
        corners = [
            _times((1.0, 0.0, 0.0, 1.0, x, y), self._state.matrix)[4:] for x in (0.0, 1.0) for y in (0.0, 1.0)
        ]
        across, up = zip(*corners, strict=True)
        return min(across), min(up), max(across), max(up)

    def _form(self, form: Raw, depth: int) -> None:
        self._keep()
        if "/Matrix" in form:
            self._place(*form["/Matrix"])
        self.draw(form, form.get("/Resources", self._resources), depth=depth + 1)
        self._bring_back()

    def _resource(self, kind: str, name: str) -> Raw:
        known = self._resources.get(kind) if self._resources is not None else None
        return known.get(name) if isinstance(known, pikepdf.Dictionary) else None

    # State

    def _keep(self) -> None:
        self._kept.append(self._state)

    def _bring_back(self) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def _place(self, *matrix: Raw) -> None:
        a, b, c, d, e, f = map(float, matrix)
        self._state = replace(self._state, matrix=_times((a, b, c, d, e, f), self._state.matrix))

    def _choose(self, name: Raw, size: Raw) -> None:
        font = self._resource("/Font", str(name))
        key = font.objgen if font is not None and font.is_indirect else (self._number, str(name))
        if key not in self._fonts:
            self._fonts[key] = read_font(font) if isinstance(font, pikepdf.Dictionary) else NO_FONT
        self._state = replace(self._state, font=self._fonts[key], size=float(size))

    def _space_characters(self, by: Raw) -> None:
        self._state = replace(self._state, characters=float(by))

    def _space_words(self, by: Raw) -> None:
        self._state = replace(self._state, words=float(by))

    def _stretch(self, by: Raw) -> None:
        self._state = replace(self._state, scale=float(by) / 100)

    def _lead(self, by: Raw) -> None:
        self._state = replace(self._state, leading=float(by))

    def _raise(self, by: Raw) -> None:
        self._state = replace(self._state, rise=float(by))

    def _render(self, mode: Raw) -> None:
        self._state = replace(self._state, printed=int(mode) not in _UNPRINTED)

    def _colour(self, red: Raw, green: Raw, blue: Raw) -> None:
        self._state = replace(self._state, colour=(float(red), float(green), float(blue)))

    def _colour_lines(self, red: Raw, green: Raw, blue: Raw) -> None:
        self._state = replace(self._state, line=(float(red), float(green), float(blue)))

    def _widen(self, width: Raw) -> None:
        self._state = replace(self._state, width=float(width))

    def _stroke(self) -> None:
        a, b, c, d, _, _ = self._state.matrix
        scale = max(abs(each) for each in (a, b, c, d))
        self.content.lines.add((self._state.line, self._state.width * scale))

    # Text

    def _begin(self) -> None:
        self._text = self._line = _ONE

    def _move(self, x: Raw, y: Raw) -> None:
        self._text = self._line = _times((1.0, 0.0, 0.0, 1.0, float(x), float(y)), self._line)

    def _move_and_lead(self, x: Raw, y: Raw) -> None:
        self._lead(-y)
        self._move(x, y)

    def _stand(self, *matrix: Raw) -> None:
        a, b, c, d, e, f = map(float, matrix)
        self._text = self._line = (a, b, c, d, e, f)

    def _next_line(self) -> None:
        self._move(0, -self._state.leading)

    def _show(self, drawn: Raw) -> None:
        self._show_all([drawn])

    def _show_on_next(self, drawn: Raw) -> None:
        self._next_line()
        self._show(drawn)

    def _show_spaced(self, words: Raw, characters: Raw, drawn: Raw) -> None:
        self._space_words(words)
        self._space_characters(characters)
        self._show_on_next(drawn)

    def _show_all(self, pieces: Raw) -> None:
        state, text = self._state, ""
        start = self._point()
        for piece in pieces:
            if isinstance(piece, pikepdf.String):
                drawn = bytes(piece)
                text += state.font.text(drawn)
                self._advance(self._width(drawn))
            else:
                self._advance(-float(piece) / 1000 * state.size)
        self._write(text, start)

    def _width(self, drawn: bytes) -> float:
        state = self._state
        words = state.words * drawn.count(_SPACE) if state.font.size == 1 else 0.0
        characters = state.characters * (len(drawn) // state.font.size)
        return state.font.width(drawn) * state.size + characters + words

    def _advance(self, by: float) -> None:
        self._text = _times((1.0, 0.0, 0.0, 1.0, by * self._state.scale, 0.0), self._text)

    def _point(self) -> tuple[float, float]:
        at = _times((1.0, 0.0, 0.0, 1.0, 0.0, self._state.rise), _times(self._text, self._state.matrix))
        return at[4], at[5]

    def _look(self) -> Look:
        a, b, c, d, _, _ = _times(self._text, self._state.matrix)
        upright = b == c == 0 and a == d and a > 0
        return Look(self._state.colour, self._state.size * a if upright else 0.0)

    def _write(self, text: str, start: tuple[float, float]) -> None:
        end = self._point()
        # The space at the end of a line may stand beyond the edge.
        last = max(start[0], end[0] - self._state.size), end[1]
        self.content.looks[self._look()] = None
        self.content.runs.append(
            Run(
                page=self._number,
                mcid=self._mcid(),
                artifact=any(opened.tag == "/Artifact" for opened in self.opened),
                seen=self._state.printed and self._on_page(start) and self._on_page(last),
                text=text,
                start=start,
                end=end,
            )
        )

    def _on_page(self, point: tuple[float, float]) -> bool:
        left, bottom, right, top = self._box
        return left <= point[0] <= right and bottom <= point[1] <= top

    # Marks

    def _mcid(self) -> int | None:
        return next((opened.mcid for opened in reversed(self.opened) if opened.mcid is not None), None)

    def _open(self, tag: Raw, properties: Raw = None) -> None:
        if isinstance(properties, pikepdf.Name):
            properties = self._resource("/Properties", str(properties))
        found = properties if isinstance(properties, pikepdf.Dictionary) else pikepdf.Dictionary()
        self.content.nested |= bool(self.opened)
        self.content.marked[str(tag), _said(found)] = None
        mcid, instead = found.get("/MCID"), found.get("/ActualText")
        opened = Opened(
            str(tag),
            int(mcid) if mcid is not None else None,
            str(instead) if isinstance(instead, pikepdf.String) else None,
        )
        if opened.mcid is not None:
            self.content.sound &= self._mcid() is None  # one inside another belongs to two elements
            self.content.marks.append(opened.mcid)
            if opened.instead is not None:
                self.content.instead[opened.mcid] = opened.instead
        self.opened.append(opened)

    def _close(self) -> None:
        if self.opened:
            self.opened.pop()
        else:
            self.content.sound = False

    _ACTS: ClassVar[dict[str, Callable[..., None]]] = {
        "q": _keep,
        "Q": _bring_back,
        "cm": _place,
        "Tf": _choose,
        "Tc": _space_characters,
        "Tw": _space_words,
        "Tz": _stretch,
        "TL": _lead,
        "Ts": _raise,
        "Tr": _render,
        "rg": _colour,
        "RG": _colour_lines,
        "w": _widen,
        "S": _stroke,
        "BT": _begin,
        "Td": _move,
        "TD": _move_and_lead,
        "Tm": _stand,
        "T*": _next_line,
        "Tj": _show,
        "TJ": _show_all,
        "'": _show_on_next,
        '"': _show_spaced,
        "BMC": _open,
        "BDC": _open,
        "EMC": _close,
    }
