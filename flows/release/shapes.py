"""Points, boxes and polygons on a page of a PDF: which lies over which. ISO 32000-1, 8.5."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pikepdf import Matrix

    from flows.release.colours import Colour

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = list[Point]
Box: TypeAlias = tuple[float, float, float, float]


class Character(NamedTuple):
    """The middle of a character, or of a small shape that may be one, and its size, points.

    Attributes:
        seen: How much of it is seen through what lies over it, from 0 to 1.
    """

    x: float
    y: float
    size: float
    seen: float = 1.0
    is_shape: bool = False


class Area(NamedTuple):
    """A filled area."""

    polygons: list[Polygon]
    box: Box
    even_odd: bool
    colour: Colour | None

    def has(self, x: float, y: float) -> bool:
        """Return whether a point is inside."""
        left, bottom, right, top = self.box
        if not (left <= x <= right and bottom <= y <= top):
            return False
        turns = [_turns(polygon, x, y) for polygon in self.polygons]
        return sum(map(abs, turns)) % 2 == 1 if self.even_odd else sum(turns) != 0


def _turns(polygon: Polygon, x: float, y: float) -> int:
    """Return how often a polygon goes round a point; several rounds of opposite sense cancel: 8.5.3.3."""
    turns = 0
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 <= y) != (y2 <= y):
            side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
            if y1 <= y and side > 0:
                turns += 1
            elif y2 <= y and side < 0:
                turns -= 1
    return turns


def bounds(polygons: Sequence[Polygon]) -> Box:
    """Return the smallest box around polygons."""
    xs = [x for polygon in polygons for x, _ in polygon]
    ys = [y for polygon in polygons for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def is_upright(polygons: Sequence[Polygon]) -> bool:
    """Return whether polygons are one rectangle that stands upright."""
    (first, *others) = polygons
    corners = {(round(x, 2), round(y, 2)) for x, y in first}
    across, up = {x for x, _ in corners}, {y for _, y in corners}
    return not others and (len(corners), len(across), len(up)) == (4, 2, 2)


def overlap(one: Box, other: Box) -> Box:
    """Return what two boxes share; it ends before it begins where that is nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def size_of(box: Box) -> float:
    """Return the area of a box, square points."""
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def corners_of(box: Box, matrix: Matrix) -> Polygon:
    """Return a box as it comes to stand on the page."""
    a, b, c, d, e, f = matrix.shorthand
    left, bottom, right, top = box
    return [
        (a * x + c * y + e, b * x + d * y + f)
        for x, y in ((left, bottom), (right, bottom), (right, top), (left, top))
    ]


def curve(start: Point, one: Point, two: Point, end: Point) -> Polygon:
    """Return four points of a Bézier curve, the last its end."""
    points = []
    for t in (0.25, 0.5, 0.75, 1.0):
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
        both = zip(weights, (start, one, two, end), strict=True)
        x = y = 0.0
        for weight, point in both:
            x, y = x + weight * point[0], y + weight * point[1]
        points.append((x, y))
    return points


def broad(start: Point, end: Point, width: float) -> Polygon:
    """Return the area of a line of some width."""
    along, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(along, up) or 1.0
    x, y = -up / length * width / 2, along / length * width / 2
    return [
        (start[0] + x, start[1] + y),
        (end[0] + x, end[1] + y),
        (end[0] - x, end[1] - y),
        (start[0] - x, start[1] - y),
    ]
