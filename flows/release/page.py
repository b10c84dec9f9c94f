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
    is_upright,
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
_FAINT: Final = 0.3
"""What hides less lets words through however often it is laid over them, as marker pens do."""
_LETTER: Final = 40.0
"""Points; what is drawn larger is no letter."""
_SOME_LETTERS: Final = 4
_SOME: Final = 4096
"""Of a mask's bytes, those that are looked at."""
_GONE: Final = 0.08
"""How much of a colour is left that nobody sees."""
_TINY: Final = 1.0
_GREY: Final = 10.0
"""Of Lab: how far from grey a colour is that cannot be told from it."""
_LIGHTENS: Final = frozenset({"/Screen", "/Lighten", "/ColorDodge", "/Difference", "/Exclusion"})
_DARKENS: Final = frozenset({"/Multiply", "/Darken", "/ColorBurn"})
"""Ways to blend in which black, or white, changes nothing: 11.3.5."""
_LEAST: Final = 4.0
"""Points; the side of the smallest area that is taken to hide part of a picture."""
_SHOWN_OF_A_PICTURE: Final = 0.9
_ALL_OF_A_PICTURE: Final = 0.97
_SOME_POINTS: Final = 64
"""Of a picture; what has fewer is a rule or a gap."""
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
_READ_ALOUD: Final = frozenset({"/ActualText", "/Alt", "/E", "/Lang", "/Title", "/Name"})
"""What marked content may say: 14.6, 14.9; and a layer its name."""
_FINE_MARKS: Final = frozenset({"/Link", "/Widget", "/PrinterMark", "/TrapNet"})
_A_SIGN: Final = 2
"""Characters."""
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
    drawing = _Drawing(place, drawn, overlap(_box(page.cropbox), _box(page.mediabox)))
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
    elif any(map(_says, _other_looks(mark))):
        yield finding("HIDDEN_FORM", place, "A field has words that are seen only while it is used.")
    elif int(mark.get("/F", 0)) & _HIDDEN_FLAGS and kind == "/Widget":
        yield finding("HIDDEN_FORM", place, "A field of a form is hidden.")


def _other_looks(mark: Raw) -> Iterator[Raw]:
    """Yield how an annotation looks while it is touched or pressed, and in states it is not in: 12.5.5."""
    for moment, looks in mark.get("/AP", pikepdf.Dictionary()).items():
        states = looks.items() if isinstance(looks, pikepdf.Dictionary) else [("", looks)]
        yield from (
            each for state, each in states if moment != "/N" or state not in {"", str(mark.get("/AS"))}
        )


def _says(look: Raw) -> bool:
    """Return whether a look has words, and not only the sign of a box that is ticked."""
    shown = (instruction.operands for instruction in pikepdf.parse_content_stream(look, "Tj TJ"))
    parts = [[*each[0]] if isinstance(each[0], pikepdf.Array) else [each[0]] for each in shown if len(each)]
    return sum(len(bytes(s)) for each in parts for s in each if isinstance(s, pikepdf.String)) > _A_SIGN


@dataclass(frozen=True, slots=True)
class _State:
    """What ``q`` keeps and ``Q`` brings back: 8.4.1."""

    matrix: Matrix
    clip: Box
    fill: Colour | None = _BLACK
    stroke: Colour | None = _BLACK
    fill_space: Raw = "/DeviceGray"
    stroke_space: Raw = "/DeviceGray"
    fill_alpha: float = 1.0
    stroke_alpha: float = 1.0
    group_alpha: float = 1.0
    blend: str = "/Normal"
    masked: bool = False
    cuts: tuple[Area, ...] = ()
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


def _mixed(space: Raw, parts: Sequence[float]) -> Colour | None:
    """Return the colour that figures mean in a space, no ink as white; None where it is not known."""
    is_array = isinstance(space, pikepdf.Array)
    match str(space[0] if is_array else space):
        case "/Separation" | "/DeviceN" if is_array:
            names = str(space[1])
            if max(parts, default=1) <= _GONE or names == "/None":
                return _WHITE
            return _colour([1 - parts[0]]) if names in {"/Black", "/All"} else None
        case "/Indexed" if is_array:
            table = space[3].read_bytes() if isinstance(space[3], pikepdf.Stream) else bytes(space[3])
            each = len(table) // (int(space[2]) + 1)
            return _mixed(space[1], [part / 255 for part in table[int(parts[0]) * each :][:each]])
        case "/Lab":
            return _colour([parts[0] / 100]) if max(map(abs, parts[1:])) < _GREY else None
        case family:
            return _colour(parts) if family in _SPACES else None


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
        self._clipping = self._even_odd = self._curved = False
        self._resources: Raw = None
        self._depth = 0
        self._marks = self._shapes = 0
        self._opened: list[tuple[str, int]] = []
        self._rows: dict[int, set[Character]] = {}
        self._areas: dict[int, list[Area]] = {}
        self._pictures: list[Box] = []
        self._found: dict[tuple[str, str], int] = {}

    def findings(self) -> Iterator[Finding]:
        if self._shapes >= _SOME_LETTERS:
            self._note("HIDDEN_COVERED", "{count} small shapes lie below a filled area.", self._shapes)
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
            elif any(isinstance(each, pikepdf.String) for each in instruction.operands):
                self._note("HIDDEN_LEFT", "A page has words that are not drawn.")
        del self._kept[depth:]
        self._depth -= 1
        self._resources = outer

    def show_mark(self, mark: Raw) -> None:
        """Draw an annotation over the page, where it has an appearance: 12.5.5."""
        if "/AP" not in mark and (ground := mark.get("/MK", pikepdf.Dictionary()).get("/BG")):
            self._state = _State(Matrix(), self._box)
            self._cover([corners_of(_box(mark.Rect), Matrix())], _colour([*map(float, ground)]), 1.0)
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
        if "/SMask" in known:
            self._set(masked=isinstance(known.get("/SMask"), pikepdf.Dictionary))
        if isinstance(font := known.get("/Font"), pikepdf.Array):
            self._set(face=self._face(font[0]), size=float(font[1]))

    def _space(self, name: Raw, *, stroke: bool = False) -> None:
        space = self._resource("/ColorSpace", name) or str(name)
        first = _BLACK if str(space[0] if isinstance(space, pikepdf.Array) else space) in _SPACES else None
        self._set(
            **({"stroke_space": space, "stroke": first} if stroke else {"fill_space": space, "fill": first})
        )

    def _paint(self, *parts: Raw, stroke: bool = False) -> None:
        space = self._state.stroke_space if stroke else self._state.fill_space
        is_pattern = any(isinstance(part, pikepdf.Name) for part in parts)
        colour = None if is_pattern else _mixed(space, [*map(float, parts)])
        self._set(**({"stroke": colour} if stroke else {"fill": colour}))

    def _device(self, *parts: Raw, space: str, stroke: bool) -> None:
        self._set(**{"stroke_space" if stroke else "fill_space": space})
        self._paint(*parts, stroke=stroke)

    def _give(self, value: Raw, name: str, by: float = 1.0) -> None:
        self._set(**{name: float(value) * by})

    # Marked content

    def _open(self, _tag: Raw, properties: Raw = None) -> None:
        found = (
            self._resource("/Properties", properties) if isinstance(properties, pikepdf.Name) else properties
        )
        known = {**found} if isinstance(found, pikepdf.Dictionary) else {}
        if any(isinstance(value, pikepdf.String) for key, value in known.items() if key not in _READ_ALOUD):
            self._note("HIDDEN_LEFT", "A page has words that are not drawn.")
        said = known.get("/ActualText", "")
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
            self._curved = True
            self._path[-1] += curve(start, *ends)

    def _go_from(self, *points: Raw) -> None:
        """Add a curve whose first handle is where it starts."""
        ends = [self._at(points[0], points[1]), self._at(points[2], points[3])]
        if self._path:
            start = self._path[-1][-1]
            self._curved = True
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

    def _clip_by(self, *, even_odd: bool = False) -> None:
        self._clipping, self._even_odd = True, even_odd

    def _at(self, x: Raw, y: Raw) -> Point:
        a, b, c, d, e, f = self._state.matrix.shorthand
        x, y = float(x), float(y)
        return a * x + c * y + e, b * x + d * y + f

    def _end_path(self) -> None:
        path = [polygon for polygon in self._path if len(polygon) > 1]
        self._marks += bool(path)
        if self._clipping and path:
            box = bounds(path)
            self._set(clip=overlap(self._state.clip, box))
            if not is_upright(path):
                self._set(cuts=(*self._state.cuts, Area(path, box, self._even_odd, None)))
        self._clipping, self._curved, self._path = False, False, []

    def _fill(self, *, even_odd: bool = False) -> None:
        path = [polygon for polygon in self._path if len(polygon) > 2]  # noqa: PLR2004 - an area has three sides
        if path:
            opacity = self._opacity(self._state.fill_alpha, self._state.fill)
            self._cover(path, self._state.fill, opacity, even_odd=even_odd)
            left, bottom, right, top = bounds(path)
            if self._curved and _TINY < max(right - left, top - bottom) < _LETTER:  # as large as a letter
                size = min(right - left, top - bottom)
                self._put(Character((left + right) / 2, (bottom + top) / 2, size, is_shape=True))
        self._end_path()

    def _put(self, character: Character) -> None:
        self._rows.setdefault(int(character.y // _ROW), set()).add(character)

    def _stroke(self) -> None:
        width = self._state.width * math.sqrt(abs(self._determinant(self._state.matrix)))
        if width >= _LEAST:
            opacity = self._opacity(self._state.stroke_alpha, self._state.stroke)
            for polygon in self._path:
                for start, end in pairwise(polygon):
                    self._cover([broad(start, end, width)], self._state.stroke, opacity)
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

    def _opacity(self, alpha: float, colour: Colour | None) -> float:
        """Return how much an area in this colour hides of what is below: a marker pen does not."""
        lets_through = self._state.blend in _DARKENS and (colour is None or not dark(colour))
        return 0.0 if lets_through else alpha * self._state.group_alpha

    def _shade(self, _name: Raw) -> None:
        if size_of(self._state.clip):
            area = corners_of(self._state.clip, Matrix())
            self._cover([area], None, self._opacity(self._state.fill_alpha, None))

    # Areas

    def _cover(
        self, polygons: list[Polygon], colour: Colour | None, opacity: float, *, even_odd: bool = False
    ) -> None:
        box = overlap(bounds(polygons), self._state.clip)
        thin = min(box[2] - box[0], box[3] - box[1])
        if thin <= 0 or opacity <= _FAINT:
            return
        area = Area(polygons, box, even_odd, colour)
        for row in range(int(box[1] // _ROW), int(box[3] // _ROW) + 1):
            known = self._rows.get(row, set())
            below = [each for each in known if thin >= _THICK * each.size and area.has(each.x, each.y)]
            known.difference_update(below)
            for each in below:
                self._lay_over(each, each.seen * (1 - opacity))
            if thin >= 1 and opacity >= _OPAQUE:
                self._areas.setdefault(row, []).append(area)
        is_plain = colour is not None and (dark(colour) or near(colour, _WHITE))
        if thin >= _LEAST and opacity >= _OPAQUE and is_plain:
            self._black_out(box)

    def _lay_over(self, each: Character, seen: float) -> None:
        """Note a character of which so much is still seen, from 0 to 1."""
        if seen > 1 - _OPAQUE:
            self._put(each._replace(seen=seen))
        elif each.is_shape:  # other shapes than boxes are part of a picture
            self._shapes += not self._curved
        else:
            self._note("HIDDEN_COVERED", "{count} characters lie below a filled area or a picture.")

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
            self._picture(found)
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

    def _inline(self, found: Raw) -> None:
        if {"/DCTDecode", "/JPXDecode"} & {*found.filters}:
            raise unread("It has a photograph inside what a page draws", self._place)
        self._picture(None)

    def _picture(self, found: Raw) -> None:
        corners = corners_of((0.0, 0.0, 1.0, 1.0), self._state.matrix)
        whole = bounds([corners])
        seen = overlap(whole, self._state.clip)
        if size_of(whole) > _LEAST**2 and size_of(seen) < _SHOWN_OF_A_PICTURE * size_of(whole):
            self._note("HIDDEN_CROPPED", "Part of a picture is cut off from view.")
        mask = _mask(found)
        alpha = self._state.fill_alpha * self._state.group_alpha
        if _has_points(found) and (size_of(whole) < _TINY or max(mask) == 0 or alpha <= _GONE):
            self._note("HIDDEN_CROPPED", "A picture is drawn so that nobody sees it.")
        if sum(mask) >= _OPAQUE * 255 * len(mask):
            opacity = self._opacity(self._state.fill_alpha, None)
            self._cover([corners], None, opacity)
            if opacity >= _OPAQUE and not _is_stencil(found):
                self._lay_picture(seen, found)
        self._pictures.append(seen)
        self._marks += 1

    def _lay_picture(self, seen: Box, found: Raw) -> None:
        """Note the pictures below one that lets nothing through: each that is gone, or below a patch."""
        covered = [
            size_of(overlap(each, seen)) >= _ALL_OF_A_PICTURE * size_of(each) for each in self._pictures
        ]
        if any(size_of(each) and below for each, below in zip(self._pictures, covered, strict=True)):
            self._note("HIDDEN_COVERED", "A picture lies below another.")
        elif _is_plain(found):
            self._black_out(seen)

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
        area = abs(self._determinant(placed)) * state.size**2
        longest = abs(state.size) * max(math.hypot(a, b) * abs(state.scale), math.hypot(c, d))
        across, up = by / 2, state.rise + 0.25 * state.size
        x, y = a * across + c * up + e, b * across + d * up + f
        left, bottom, right, top = state.clip
        inside = left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1
        if state.mode in {3, 7} or self._leaves_nothing():
            self._note("HIDDEN_TEXT", "{count} characters are drawn so that nobody sees them.")
        elif state.masked:
            self._note("HIDDEN_TEXT", "{count} characters are drawn through a mask.")
        elif not (inside and all(cut.has(x, y) for cut in state.cuts)):
            self._note("HIDDEN_TEXT", "{count} characters lie beyond the edge of what is seen.")
        elif area * abs(state.scale) < _TINY * longest:
            self._note("HIDDEN_TEXT", "{count} characters are too small to be seen.")
        else:
            self._contrast(x, y)
        self._put(Character(x, y, math.sqrt(area)))

    def _inks(self) -> list[tuple[Colour | None, float]]:
        """Return the colours of a character, of its area and its outline, and how much of them is left."""
        state, inks = self._state, []
        if state.mode % 4 in {0, 2}:
            inks.append((state.fill, state.fill_alpha * state.group_alpha))
        if state.mode % 4 in {1, 2}:
            inks.append((state.stroke, state.stroke_alpha * state.group_alpha))
        return inks

    def _leaves_nothing(self) -> bool:
        """Return whether every colour of a character is transparent, or one that changes nothing."""
        blend = self._state.blend
        unseen = _BLACK if blend in _LIGHTENS else _WHITE if blend in _DARKENS else None
        return all(
            alpha <= _GONE or (unseen is not None and colour is not None and near(colour, unseen))
            for colour, alpha in self._inks()
        )

    def _contrast(self, x: float, y: float) -> None:
        below = next((area for area in reversed(self._areas.get(int(y // _ROW), [])) if area.has(x, y)), None)
        ground = _WHITE if below is None else below.colour
        if ground is None or not all(ink is not None and near(ink, ground) for ink, _ in self._inks()):
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
        "W*": partial(_clip_by, even_odd=True),
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
    return text.strip(" \t\r\n\0\u00a0\u00ad\u200b\u2002\u2003\u2060")


def _mask(picture: Raw) -> bytes:
    """Return how much a picture hides at some of its points, each from 0 to 255."""
    mask = picture.get("/SMask") if picture is not None else None
    if not isinstance(mask, pikepdf.Stream):
        return b"\x80" if picture is not None and "/Mask" in picture else b"\xff"
    try:
        held = mask.read_bytes()
    except pikepdf.PdfError:  # packed in a way that is only for pictures
        return b"\xff"
    return held[:: max(len(held) // _SOME, 1)] or b"\xff"


def _has_points(picture: Raw) -> bool:
    return picture is not None and int(picture.Width) * int(picture.Height) >= _SOME_POINTS


def _is_stencil(picture: Raw) -> bool:
    return picture is None or bool(picture.get("/ImageMask", False))


def _is_plain(picture: Raw) -> bool:
    """Return whether all of a picture has one shade, as a patch over another has."""
    try:
        return len({*picture.read_bytes()}) == 1
    except pikepdf.PdfError:  # packed in a way that is only for pictures
        return False
