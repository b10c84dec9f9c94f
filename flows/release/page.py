"""What a page of a PDF draws, in which order, and what of it nobody sees. ISO 32000-1, clauses 8 and 9.

Nothing is rendered. Each character is a point with a size, each filled area a polygon, each picture a
parallelogram; what is drawn later and lies over a character covers it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

import pikepdf
from pikepdf import Matrix

from flows.release.colours import Colour, dark, near
from flows.release.face import NO_FACE, Face, read_face
from flows.release.noticing import finding, unread
from flows.release.shapes import (
    Area,
    Box,
    Character,
    Point,
    Polygon,
    bounds,
    broad,
    corners_of,
    curve,
    overlap,
    size_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flows.domain.finding import Finding
    from flows.release.face import Raw

_MOST_OPERATORS: Final = 3_000_000
_MOST_CONTENT: Final = 16 << 20
_DEEPEST: Final = 12
_ROW: Final = 16.0
"""Points; characters and areas are kept by rows of this height, to compare only what is near."""
_THICK: Final = 0.45
"""Of the size of type: what is thinner is a line under or through words, and covers none."""
_OPAQUE: Final = 0.85
_SOME: Final = 4096
"""Of a mask's bytes, those that are looked at."""
_GONE: Final = 0.02
"""How much of a colour is left that nobody sees."""
_TINY: Final = 1.0
_LEAST: Final = 4.0
"""Points; the side of the smallest area that is taken to hide part of a picture."""
_SHOWN_OF_A_PICTURE: Final = 0.9
_WHITE: Final[Colour] = (1.0, 1.0, 1.0)
_BLACK: Final[Colour] = (0.0, 0.0, 0.0)
_MARKS: Final = {
    "/Redact": ("HIDDEN_COVERED", "Something is marked for redaction, and not redacted."),
    "/FileAttachment": ("HIDDEN_FILE", "A file is attached."),
    "/Sound": ("HIDDEN_FILE", "A sound is attached."),
    "/Movie": ("HIDDEN_FILE", "A film is attached."),
    "/Screen": ("HIDDEN_FILE", "A film is attached."),
    "/3D": ("HIDDEN_FILE", "A model is attached."),
    "/RichMedia": ("HIDDEN_FILE", "A film or a program is attached."),
}
_FINE_MARKS: Final = frozenset({"/Link", "/Widget", "/PrinterMark", "/TrapNet"})
_HIDDEN_FLAGS: Final = 1 | 2 | 32
"""Invisible, Hidden and NoView: table 165."""


@dataclass(slots=True)
class Drawn:
    """What all the pages draw.

    Attributes:
        objects: The pictures and forms that are drawn.
        faces: Typefaces by their objects.
        operators: How many were carried out.
    """

    objects: set[tuple[int, int]] = field(default_factory=set)
    faces: dict[tuple[int, int], Face] = field(default_factory=dict)
    operators: int = 0


def look_at_page(page: pikepdf.Page, place: str, drawn: Drawn) -> Iterator[Finding]:
    """Yield what a page has that nobody sees.

    Raises:
        MalformedError: It draws more than is looked through.
    """
    drawing = _Drawing(place, drawn, _box(page.cropbox))
    _measure(page.obj.get("/Contents"), place)
    drawing.run(page.obj, page.obj.get("/Resources") or _inherited(page.obj))
    for mark in page.obj.get("/Annots", []):
        yield from _mark(mark, place)
        drawing.show_mark(mark)
    yield from drawing.findings()


def _inherited(page: Raw) -> Raw:
    while (page := page.get("/Parent")) is not None:
        if "/Resources" in page:
            return page.get("/Resources")
    return None


def _measure(contents: Raw, place: str) -> None:
    parts = contents if isinstance(contents, pikepdf.Array) else [] if contents is None else [contents]
    if sum(len(part.read_bytes()) for part in parts) > _MOST_CONTENT:
        raise unread("It draws more than is looked through", place)


def _box(found: Raw) -> Box:
    a, b, c, d = map(float, found)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _mark(mark: Raw, place: str) -> Iterator[Finding]:
    """Yield a finding on an annotation: 12.5.6. Links, fields and printers' marks are none of a reader's."""
    kind = str(mark.get("/Subtype"))
    if kind in _MARKS:
        yield finding(_MARKS[kind][0], place, _MARKS[kind][1])
    elif kind not in _FINE_MARKS:
        yield finding("HIDDEN_COMMENT", place, "There is a comment, a note or a mark.")
    elif int(mark.get("/F", 0)) & _HIDDEN_FLAGS and kind == "/Widget":
        yield finding("HIDDEN_FORM", place, "A field of a form is hidden.")


@dataclass(frozen=True, slots=True)
class _State:
    """What ``q`` keeps and ``Q`` brings back: 8.4.1."""

    matrix: Matrix
    clip: Box
    fill: Colour | None = _BLACK
    stroke: Colour | None = _BLACK
    fill_space: str = "/DeviceGray"
    stroke_space: str = "/DeviceGray"
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0
    group_alpha: float = 1.0
    blend: str = "/Normal"
    width: float = 1.0
    face: Face = NO_FACE
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


_SPACES: Final = frozenset({"/DeviceGray", "/CalGray", "/DeviceRGB", "/CalRGB", "/DeviceCMYK", "/ICCBased"})
"""Those in which as many figures as there are mean grey, red, green and blue, or four inks: 8.6."""


def _colour(parts: Sequence[float]) -> Colour | None:
    match [*parts]:
        case [grey]:
            return (grey, grey, grey)
        case [red, green, blue]:
            return (red, green, blue)
        case [cyan, magenta, yellow, black]:
            return ((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))
        case _:
            return None


class _Drawing:
    """One pass over what a page draws."""

    def __init__(self, place: str, drawn: Drawn, box: Box) -> None:
        self._place = place
        self._drawn = drawn
        self._box = box
        self._state = _State(Matrix(), box)
        self._kept: list[_State] = []
        self._text = self._line = Matrix()
        self._path: list[Polygon] = []
        self._clipping = False
        self._resources: Raw = None
        self._depth = 0
        self._marks = 0
        self._opened: list[tuple[str, int]] = []
        self._rows: dict[int, set[Character]] = {}
        self._areas: dict[int, list[Area]] = {}
        self._pictures: list[Box] = []
        self._found: dict[tuple[str, str], int] = {}

    def findings(self) -> Iterator[Finding]:
        for (code, sentence), count in self._found.items():
            yield finding(code, self._place, sentence.format(count=count))

    def _note(self, code: str, sentence: str, count: int = 1) -> None:
        self._found[code, sentence] = self._found.get((code, sentence), 0) + count

    def run(self, content: Raw, resources: Raw) -> None:
        outer, self._resources = self._resources, resources
        self._depth += 1
        depth = len(self._kept)
        for instruction in pikepdf.parse_content_stream(content):
            self._drawn.operators += 1
            if self._drawn.operators > _MOST_OPERATORS:
                raise unread("It draws more than is looked through", self._place)
            if act := self.ACTS.get(str(instruction.operator)):
                act(self, *instruction.operands)
        del self._kept[depth:]
        self._depth -= 1
        self._resources = outer

    def show_mark(self, mark: Raw) -> None:
        """Draw an annotation over the page, where it has an appearance: 12.5.5."""
        looks = mark.get("/AP", pikepdf.Dictionary()).get("/N")
        if isinstance(looks, pikepdf.Dictionary):
            looks = looks.get(str(mark.get("/AS")))
        if not isinstance(looks, pikepdf.Stream) or str(mark.get("/Subtype")) == "/Popup":
            return
        left, bottom, right, top = _box(mark.Rect)
        matrix = Matrix(*map(float, looks.get("/Matrix", (1, 0, 0, 1, 0, 0))))
        inner = bounds([corners_of(_box(looks.BBox), matrix)])
        wide, high = (max(inner[2] - inner[0], 1e-6), max(inner[3] - inner[1], 1e-6))
        across, up = (right - left) / wide, (top - bottom) / high
        place = Matrix(across, 0, 0, up, left - inner[0] * across, bottom - inner[1] * up)
        self._state = _State(place, self._box)
        self._form(looks)

    def _resource(self, kind: str, name: Raw) -> Raw:
        known = self._resources.get(kind) if self._resources is not None else None
        return known.get(str(name)) if isinstance(known, pikepdf.Dictionary) else None

    # State

    def _keep(self) -> None:
        self._kept.append(self._state)

    def _bring_back(self) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def _place_at(self, *matrix: Raw) -> None:
        self._state = replace(self._state, matrix=Matrix(*map(float, matrix)) @ self._state.matrix)

    def _set(self, **values: Raw) -> None:
        self._state = replace(self._state, **values)

    def _extended(self, name: Raw) -> None:
        known = self._resource("/ExtGState", name)
        if not isinstance(known, pikepdf.Dictionary):
            return
        if "/ca" in known:
            self._set(fill_alpha=float(known.get("/ca", 1)))
        if "/CA" in known:
            self._set(stroke_alpha=float(known.get("/CA", 1)))
        if "/LW" in known:
            self._set(width=float(known.get("/LW", 1)))
        if (blend := known.get("/BM")) is not None:
            self._set(blend=str(blend[0] if isinstance(blend, pikepdf.Array) else blend))
        if isinstance(font := known.get("/Font"), pikepdf.Array):
            self._set(face=self._face(font[0]), size=float(font[1]))

    def _space(self, name: Raw, *, stroke: bool = False) -> None:
        found = self._resource("/ColorSpace", name)
        space = str(found[0]) if isinstance(found, pikepdf.Array) else str(name if found is None else found)
        first = _BLACK if space in _SPACES else None
        self._set(
            **({"stroke_space": space, "stroke": first} if stroke else {"fill_space": space, "fill": first})
        )

    def _paint(self, *parts: Raw, stroke: bool = False) -> None:
        known = (self._state.stroke_space if stroke else self._state.fill_space) in _SPACES
        is_plain = known and not any(isinstance(part, pikepdf.Name) for part in parts)
        colour = _colour([*map(float, parts)]) if is_plain else None
        self._set(**({"stroke": colour} if stroke else {"fill": colour}))

    def _device(self, *parts: Raw, space: str, stroke: bool) -> None:
        self._space(space, stroke=stroke)
        self._paint(*parts, stroke=stroke)

    def _give(self, value: Raw, name: str, by: float = 1.0) -> None:
        self._set(**{name: float(value) * by})

    # Marked content

    def _open(self, _tag: Raw, properties: Raw = None) -> None:
        found = (
            self._resource("/Properties", properties) if isinstance(properties, pikepdf.Name) else properties
        )
        said = found.get("/ActualText", "") if isinstance(found, pikepdf.Dictionary) else ""
        self._opened.append((_said(str(said)), self._marks))

    def _end(self) -> None:
        """End marked content: words that are read aloud stand for something that is seen, 14.9.4."""
        says, marks = self._opened.pop() if self._opened else ("", 0)
        if says and self._marks == marks:
            self._note("HIDDEN_TEXT", "There are words that are read aloud where nothing is seen.")

    # Paths

    def _move(self, x: Raw, y: Raw) -> None:
        self._path.append([self._at(x, y)])

    def _go(self, *points: Raw) -> None:
        """Add a line, or a curve by four points of it."""
        numbers = [*map(float, points)]
        ends = [self._at(*numbers[at : at + 2]) for at in range(0, len(numbers), 2)]
        if not self._path:
            self._path.append([ends[0]])
        start = self._path[-1][-1]
        if len(ends) == 1:
            self._path[-1].append(ends[0])
        else:
            self._path[-1] += curve(start, *ends)

    def _go_from(self, *points: Raw) -> None:
        """Add a curve whose first handle is where it starts."""
        ends = [self._at(points[0], points[1]), self._at(points[2], points[3])]
        if self._path:
            start = self._path[-1][-1]
            self._path[-1] += curve(start, start, *ends)

    def _go_to(self, *points: Raw) -> None:
        """Add a curve whose second handle is where it ends."""
        self._go(*points, *points[2:])

    def _rectangle(self, x: Raw, y: Raw, wide: Raw, high: Raw) -> None:
        left, bottom = float(x), float(y)
        box = (left, bottom, left + float(wide), bottom + float(high))
        corners = corners_of(box, self._state.matrix)
        self._path += [[*corners, corners[0]], [corners[0]]]

    def _close(self) -> None:
        if self._path:
            start = self._path[-1][0]
            self._path[-1].append(start)
            self._path.append([start])

    def _clip_by(self) -> None:
        self._clipping = True

    def _at(self, x: Raw, y: Raw) -> Point:
        a, b, c, d, e, f = self._state.matrix.shorthand
        x, y = float(x), float(y)
        return a * x + c * y + e, b * x + d * y + f

    def _end_path(self) -> None:
        path = [polygon for polygon in self._path if len(polygon) > 1]
        self._marks += bool(path)
        if self._clipping and path:
            self._set(clip=overlap(self._state.clip, bounds(path)))
        self._clipping, self._path = False, []

    def _fill(self, *, even_odd: bool = False) -> None:
        path = [polygon for polygon in self._path if len(polygon) > 2]  # noqa: PLR2004 - an area has three sides
        if path and self._hides(self._state.fill_alpha, self._state.fill):
            self._cover(path, self._state.fill, even_odd=even_odd)
        self._end_path()

    def _stroke(self) -> None:
        width = self._state.width * math.sqrt(abs(self._determinant(self._state.matrix)))
        if width >= _LEAST and self._hides(self._state.stroke_alpha, self._state.stroke):
            for polygon in self._path:
                for start, end in pairwise(polygon):
                    self._cover([broad(start, end, width)], self._state.stroke, even_odd=False)
        self._end_path()

    def _both(self, *, even_odd: bool = False) -> None:
        path, clipping, self._clipping = [*self._path], self._clipping, False
        self._fill(even_odd=even_odd)
        self._path, self._clipping = path, clipping
        self._stroke()

    @staticmethod
    def _determinant(matrix: Matrix) -> float:
        a, b, c, d, _, _ = matrix.shorthand
        return a * d - b * c

    def _hides(self, alpha: float, colour: Colour | None) -> bool:
        """Return whether an area in this colour hides what is below: a marker pen does not."""
        see_through = self._state.blend in {"/Multiply", "/Darken", "/ColorBurn"}
        return alpha * self._state.group_alpha >= _OPAQUE and (
            not see_through or (colour is not None and dark(colour))
        )

    def _shade(self, _name: Raw) -> None:
        if size_of(self._state.clip) and self._hides(self._state.fill_alpha, None):
            self._cover([corners_of(self._state.clip, Matrix())], None, even_odd=False)

    # Areas

    def _cover(self, polygons: list[Polygon], colour: Colour | None, *, even_odd: bool) -> None:
        box = overlap(bounds(polygons), self._state.clip)
        thin = min(box[2] - box[0], box[3] - box[1])
        if thin <= 0:
            return
        area = Area(polygons, box, even_odd, colour)
        rows = range(int(box[1] // _ROW), int(box[3] // _ROW) + 1)
        for row in rows:
            known = self._rows.get(row, set())
            covered = {each for each in known if thin >= _THICK * each.size and area.has(each.x, each.y)}
            if covered:
                known -= covered
                self._note(
                    "HIDDEN_COVERED", "{count} characters lie below a filled area or a picture.", len(covered)
                )
            if thin >= 1:
                self._areas.setdefault(row, []).append(area)
        if thin >= _LEAST and colour is not None and (dark(colour) or near(colour, _WHITE)):
            self._black_out(box)

    def _black_out(self, box: Box) -> None:
        for picture in self._pictures:
            shared = overlap(picture, box)
            if min(shared[2] - shared[0], shared[3] - shared[1]) >= _LEAST:
                self._note("HIDDEN_COVERED", "Part of a picture lies below a filled area.")

    # Pictures and forms

    def _do(self, name: Raw) -> None:
        found = self._resource("/XObject", name)
        if not isinstance(found, pikepdf.Stream):
            return
        self._drawn.objects.add(found.objgen)
        if found.get("/Subtype") == "/Image":
            self._picture(opaque=_is_opaque(found))
        elif found.get("/Subtype") == "/Form":
            self._form(found)

    def _form(self, form: Raw) -> None:
        if self._depth > _DEEPEST:
            raise unread("Its pages are nested deeper than is looked through", self._place)
        _measure(form, self._place)
        kept, text, line, path = self._state, self._text, self._line, self._path
        self._place_at(*form.get("/Matrix", (1, 0, 0, 1, 0, 0)))
        if "/Group" in form:  # drawn by itself, and laid over the page as a whole: 11.6.6
            alpha = self._state.group_alpha * self._state.fill_alpha
            self._set(group_alpha=alpha, fill_alpha=1.0, stroke_alpha=1.0)
        if "/BBox" in form:
            self._set(
                clip=overlap(self._state.clip, bounds([corners_of(_box(form.BBox), self._state.matrix)]))
            )
        self.run(form, form.get("/Resources", self._resources))
        self._state, self._text, self._line, self._path = kept, text, line, path

    def _inline(self, *_: Raw) -> None:
        self._picture(opaque=True)

    def _picture(self, *, opaque: bool) -> None:
        corners = corners_of((0.0, 0.0, 1.0, 1.0), self._state.matrix)
        whole = bounds([corners])
        seen = overlap(whole, self._state.clip)
        if size_of(whole) > _LEAST**2 and size_of(seen) < _SHOWN_OF_A_PICTURE * size_of(whole):
            self._note("HIDDEN_CROPPED", "Part of a picture is cut off from view.")
        if opaque and self._hides(self._state.fill_alpha, None):
            self._cover([corners], None, even_odd=False)
        self._pictures.append(seen)
        self._marks += 1

    # Text

    def _begin(self) -> None:
        self._text = self._line = Matrix()

    def _choose(self, name: Raw, size: Raw) -> None:
        self._set(face=self._face(self._resource("/Font", name)), size=float(size))

    def _face(self, font: Raw) -> Face:
        if not isinstance(font, pikepdf.Dictionary):
            return NO_FACE
        if font.objgen == (0, 0):
            return read_face(font)
        if font.objgen not in self._drawn.faces:
            self._drawn.faces[font.objgen] = read_face(font)
        return self._drawn.faces[font.objgen]

    def _stand(self, *matrix: Raw) -> None:
        self._text = self._line = Matrix(*map(float, matrix))

    def _step(self, across: Raw, up: Raw) -> None:
        self._text = self._line = Matrix(1, 0, 0, 1, float(across), float(up)) @ self._line

    def _step_and_lead(self, across: Raw, up: Raw) -> None:
        self._set(leading=-float(up))
        self._step(across, up)

    def _next_line(self) -> None:
        self._step(0, -self._state.leading)

    def _show_next(self, text: Raw) -> None:
        self._next_line()
        self._show(text)

    def _show_spaced(self, words: Raw, characters: Raw, text: Raw) -> None:
        self._set(word_spacing=float(words), spacing=float(characters))
        self._show_next(text)

    def _show_list(self, parts: Raw) -> None:
        for part in parts:
            if isinstance(part, pikepdf.String):
                self._show(part)
            else:
                self._advance(-float(part) / 1000 * self._state.size * self._state.scale)

    def _advance(self, by: float) -> None:
        self._text = Matrix(1, 0, 0, 1, by, 0) @ self._text

    def _show(self, text: Raw) -> None:
        state = self._state
        for code in state.face.codes(bytes(text)):
            by = state.face.width(code) * state.size
            if not state.face.is_space(code):
                self._character(by * state.scale)
            spacing = state.spacing + (
                state.word_spacing if state.face.bytes_each == 1 and code == ord(" ") else 0
            )
            self._advance((by + spacing) * state.scale)

    def _character(self, by: float) -> None:
        self._marks += 1
        state = self._state
        placed = self._text @ state.matrix
        a, b, c, d, e, f = placed.shorthand
        size = abs(state.size) * math.sqrt(abs(a * d - b * c))
        across, up = by / 2, state.rise + 0.25 * state.size
        x, y = a * across + c * up + e, b * across + d * up + f
        left, bottom, right, top = state.clip
        if state.mode in {3, 7} or state.fill_alpha * state.group_alpha <= _GONE:
            self._note("HIDDEN_TEXT", "{count} characters are drawn so that nobody sees them.")
        elif not (left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1):
            self._note("HIDDEN_TEXT", "{count} characters lie beyond the edge of what is seen.")
        elif size < _TINY:
            self._note("HIDDEN_TEXT", "{count} characters are too small to be seen.")
        elif state.mode in {0, 4} and state.fill is not None:
            self._contrast(x, y, state.fill)
        self._rows.setdefault(int(y // _ROW), set()).add(Character(x, y, size))

    def _contrast(self, x: float, y: float, colour: Colour) -> None:
        below = next((area for area in reversed(self._areas.get(int(y // _ROW), [])) if area.has(x, y)), None)
        ground = _WHITE if below is None else below.colour
        if ground is None or not near(colour, ground):
            return
        if dark(ground):
            self._note("HIDDEN_COVERED", "{count} characters stand on a ground of the same dark colour.")
        else:
            self._note("HIDDEN_TEXT", "{count} characters have the colour of what is behind them.")

    def _close_and(self, act: Callable[[_Drawing], None]) -> None:
        self._close()
        act(self)

    ACTS: ClassVar[dict[str, Callable[..., None]]] = {
        "q": _keep,
        "Q": _bring_back,
        "cm": _place_at,
        "gs": _extended,
        "w": partial(_give, name="width"),
        "g": partial(_device, space="/DeviceGray", stroke=False),
        "G": partial(_device, space="/DeviceGray", stroke=True),
        "rg": partial(_device, space="/DeviceRGB", stroke=False),
        "RG": partial(_device, space="/DeviceRGB", stroke=True),
        "k": partial(_device, space="/DeviceCMYK", stroke=False),
        "K": partial(_device, space="/DeviceCMYK", stroke=True),
        "cs": _space,
        "CS": partial(_space, stroke=True),
        "sc": _paint,
        "scn": _paint,
        "SC": partial(_paint, stroke=True),
        "SCN": partial(_paint, stroke=True),
        "m": _move,
        "l": _go,
        "c": _go,
        "v": _go_from,
        "y": _go_to,
        "re": _rectangle,
        "h": _close,
        "n": _end_path,
        "f": _fill,
        "F": _fill,
        "f*": partial(_fill, even_odd=True),
        "S": _stroke,
        "s": partial(_close_and, act=_stroke),
        "B": _both,
        "b": partial(_close_and, act=_both),
        "B*": partial(_both, even_odd=True),
        "b*": partial(_close_and, act=partial(_both, even_odd=True)),
        "W": _clip_by,
        "W*": _clip_by,
        "sh": _shade,
        "Do": _do,
        "INLINE IMAGE": _inline,
        "BMC": _open,
        "BDC": _open,
        "EMC": _end,
        "BT": _begin,
        "Tf": _choose,
        "Tc": partial(_give, name="spacing"),
        "Tw": partial(_give, name="word_spacing"),
        "Tz": partial(_give, name="scale", by=0.01),
        "TL": partial(_give, name="leading"),
        "Ts": partial(_give, name="rise"),
        "Tr": partial(_give, name="mode"),
        "Td": _step,
        "TD": _step_and_lead,
        "Tm": _stand,
        "T*": _next_line,
        "Tj": _show,
        "TJ": _show_list,
        "'": _show_next,
        '"': _show_spaced,
    }
    """What each operator does; the others change nothing that is looked at here: annex A."""


def _said(text: str) -> str:
    """Return words that stand for more than a space or the hyphen at the end of a line."""
    return text.strip(" \t\r\n\0\u00a0\u00ad\u200b\u2002\u2003")


def _is_opaque(picture: Raw) -> bool:
    """Return whether a picture hides what is below it: one with a mask may let it through."""
    mask = picture.get("/SMask")
    if not isinstance(mask, pikepdf.Stream):
        return "/Mask" not in picture
    try:
        held = mask.read_bytes()
    except pikepdf.PdfError:  # packed in a way that is only for pictures
        return True
    some = held[:: max(len(held) // _SOME, 1)]
    return sum(some) >= _OPAQUE * 255 * len(some)
