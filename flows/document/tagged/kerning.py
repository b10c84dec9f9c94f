"""How far letters move towards each other, pair by pair, as a font tells in its table GPOS.

Of that table the pairs of the feature ``kern`` are read, of Latin text: OpenType 1.9, "GPOS", lookups of
type 2 (pair adjustment, formats 1 and 2) and of type 9 (extension).
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from struct import unpack_from
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Pair: TypeAlias = "Callable[[int, int], int | None]"
"""One subtable: what it says of two glyphs, in units of the font; None where another one may say it."""

_PAIRS: Final = 2
_EXTENSION: Final = 9
_ADVANCE: Final = 4
"""The bit of a value's format that says: there is a horizontal advance."""


def kerning(gpos: bytes) -> Callable[[int, int], int]:
    """Return what says how much the first of two glyphs is made wider, in units of the font."""
    lookups = [[*_subtables(gpos, at)] for at in _lookups(gpos)]

    def between(left: int, right: int) -> int:
        return sum(
            next((by for pair in some if (by := pair(left, right)) is not None), 0) for some in lookups
        )

    return between


def _shorts(table: bytes, at: int, count: int) -> Sequence[int]:
    return unpack_from(f">{count}H", table, at)


def _offsets(table: bytes, at: int) -> Sequence[int]:
    """Return the numbers of an array that has its length before it."""
    return _shorts(table, at + 2, *_shorts(table, at, 1))


def _tagged(table: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """Yield what a list of records names, each by its tag, and where it stands."""
    for number in range(*_shorts(table, at, 1)):
        tag, offset = unpack_from(">4sH", table, at + 2 + 6 * number)
        yield tag, at + offset


def _lookups(gpos: bytes) -> Iterator[int]:
    """Yield where the lookups stand that kern Latin text, in their order."""
    scripts, features, lookups = _shorts(gpos, 4, 3)
    known = dict(_tagged(gpos, scripts))
    script = known.get(b"latn", known.get(b"DFLT"))
    if script is None:
        return
    language = script + _shorts(gpos, script, 1)[0]
    listed = [*_tagged(gpos, features)]
    used = (listed[number] for number in _offsets(gpos, language + 4))
    numbers = chain.from_iterable(_offsets(gpos, at + 2) for tag, at in used if tag == b"kern")
    places = _offsets(gpos, lookups)
    yield from (lookups + places[number] for number in sorted(set(numbers)))


def _subtables(gpos: bytes, lookup: int) -> Iterator[_Pair]:
    kind = _shorts(gpos, lookup, 1)[0]
    for offset in _offsets(gpos, lookup + 4):
        at, of = lookup + offset, kind
        if kind == _EXTENSION:
            of, further = unpack_from(">HL", gpos, at + 2)
            at += further
        if of == _PAIRS:
            yield (_by_glyph if _shorts(gpos, at, 1)[0] == 1 else _by_class)(gpos, at)


def _by_glyph(gpos: bytes, at: int) -> _Pair:
    """Return a subtable that lists pairs of glyphs."""
    _, coverage, first, second, *_ = _shorts(gpos, at, 4)
    covered, sets = _coverage(gpos, at + coverage), _offsets(gpos, at + 8)
    size, advance = _value(first, second)

    def pair(left: int, right: int) -> int | None:
        if left not in covered:
            return None
        start = at + sets[covered[left]]
        low, high = 0, _shorts(gpos, start, 1)[0]
        while low < high:
            middle = (low + high) // 2
            record = start + 2 + middle * (2 + size)
            glyph = _shorts(gpos, record, 1)[0]
            if glyph == right:
                return advance(gpos, record + 2)
            low, high = (middle + 1, high) if glyph < right else (low, middle)
        return None

    return pair


def _by_class(gpos: bytes, at: int) -> _Pair:
    """Return a subtable that has a value for each two classes of glyphs."""
    _, coverage, first, second, one, other, _, count = _shorts(gpos, at, 8)
    covered = _coverage(gpos, at + coverage)
    lefts, rights = _classes(gpos, at + one), _classes(gpos, at + other)
    size, advance = _value(first, second)

    def pair(left: int, right: int) -> int | None:
        if left not in covered:
            return None
        number = lefts.get(left, 0) * count + rights.get(right, 0)
        return advance(gpos, at + 16 + number * size)

    return pair


def _value(first: int, second: int) -> tuple[int, Callable[[bytes, int], int]]:
    """Return how long the values of a pair are, bytes, and what reads the advance of its first glyph."""
    size = 2 * (first.bit_count() + second.bit_count())
    if not first & _ADVANCE:
        return size, lambda _, __: 0
    return size, partial(_signed, 2 * (first & (_ADVANCE - 1)).bit_count())


def _signed(skipped: int, table: bytes, at: int) -> int:
    return int(unpack_from(">h", table, at + skipped)[0])


def _coverage(table: bytes, at: int) -> dict[int, int]:
    """Return the glyphs that a subtable is about, each with its place among them."""
    if _shorts(table, at, 1)[0] == 1:
        return {glyph: number for number, glyph in enumerate(_offsets(table, at + 2))}
    return {
        glyph: number + glyph - start
        for start, end, number in _ranges(table, at + 2)
        for glyph in range(start, end + 1)
    }


def _classes(table: bytes, at: int) -> dict[int, int]:
    """Return the class of each glyph that has one; the others are of class 0."""
    if _shorts(table, at, 1)[0] == 1:
        start = _shorts(table, at + 2, 1)[0]
        return dict(enumerate(_offsets(table, at + 4), start))
    return {glyph: number for start, end, number in _ranges(table, at + 2) for glyph in range(start, end + 1)}


def _ranges(table: bytes, at: int) -> Iterator[Sequence[int]]:
    for number in range(*_shorts(table, at, 1)):
        yield _shorts(table, at + 2 + 6 * number, 3)
