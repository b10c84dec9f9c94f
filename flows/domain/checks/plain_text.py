"""What a reader reads of a Markdown text: its words without mark-up, each of which knows where it stands.

One pass over the marks. Mark-up inside a word leaves no gap; a note is a text of its own, after the
text that calls for it. What is no mark-up stays: a rule sees rather more than a reader, never less.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARK: Final = re.compile(
    r"(?P<block>\n[ \t]*(?:\n|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))[ \t]*|(?:\n[ \t]*)?\|[ \t]*)"
    r"|(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<reference>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<address><[A-Za-z][A-Za-z0-9+.\-]{1,31}:[^\s<>]*>)"
    r"|(?P<opens>\^?\[)"
    r"|(?P<closes>\])"
    r"|(?P<between>(?<=[^\W_])[_`\\]+(?=[^\W_]))"
    r"|(?P<sign>[*_`\\])"
)
_BEGINS: Final = re.compile(r"[\n|\\&<^\[\]*_`]")
"""What a mark begins with: searched for first, since that is quick."""
_UNREAD: Final = re.compile(r"[\\&<\[*_`]")
"""Without one of these, what is read is what is written."""
_PASSAGE: Final = re.compile(r"\{[^{}]*\}")
_POINTED: Final = re.compile(r"\(\s*<(?:\\.|[^<>\\\n])*>\s*\)")
_TARGET: Final = re.compile(r"\\.|[()]|\s+\)?")
_DEEPEST: Final = 32
"""Brackets within the target of a link that CommonMark takes for a part of it."""
_SIGNS: Final = frozenset("*_`\\")
_APART: Final = "\n|\n"
"""Stands between texts that are not read on from one to the other."""


class _Piece(NamedTuple):
    """Some of what is read, and where in the source that stands; ``ends`` a block, or a text."""

    start: int
    end: int
    text: str
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a source.

    Attributes:
        text: The words, with the notes after them.
        parts: From where to where in it each block, table cell and note goes.
    """

    text: str
    parts: tuple[tuple[int, int], ...]
    _starts: tuple[int, ...]
    _pieces: tuple[_Piece, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the source what is read from ``start`` to ``end`` stands."""
        first, last = self._source(start), self._source(max(start, end - 1))
        return min(first[0], last[0]), max(first[1], last[1])

    def _source(self, at: int) -> tuple[int, int]:
        number = bisect_right(self._starts, at) - 1
        if number < 0:
            return 0, 0
        piece = self._pieces[number]
        if len(piece.text) != piece.end - piece.start:
            return piece.start, piece.end
        place = piece.start + at - self._starts[number]
        return place, place + 1


def read(source: str) -> Reading:
    """Return what is read of a Markdown source.

    What is a bullet or a cell in one place is a sign within a sentence in another. Where it matters for
    what a bracket opens and closes, the source is read both ways.
    """
    brackets = _Brackets(source, across=False)
    texts = brackets.texts()
    if brackets.in_doubt:
        texts += _Brackets(source, across=True).texts()
    return _joined(texts)


def spans(pattern: re.Pattern[str], source: str) -> Iterator[tuple[int, int]]:
    """Yield where a pattern stands in a text as it is written, and then where only as it is read."""
    written = [found.span() for found in pattern.finditer(source)]
    yield from written
    if not _UNREAD.search(source):
        return
    reading = read(source)
    for found in pattern.finditer(reading.text):
        start, end = reading.span(*found.span())
        before = bisect_left(written, (end,))
        if not before or written[before - 1][1] <= start:
            yield start, end


class _Brackets:
    """One pass over the marks of a source, with the brackets that are open.

    Attributes:
        across: Whether what is open stays open over what may end a block, an empty line aside.
        in_doubt: Whether that made a difference.
    """

    def __init__(self, source: str, *, across: bool) -> None:
        self.in_doubt = False
        self._source = source
        self._across = across
        self._pieces: list[_Piece] = []
        self._notes: list[list[_Piece]] = []
        self._open: list[int] = []

    def texts(self) -> list[list[_Piece]]:
        """Return the text and its notes, in pieces."""
        done = at = 0
        while begins := _BEGINS.search(self._source, at):
            at = begins.end()
            if found := _MARK.match(self._source, begins.start()):
                self._add(done, found.start())
                done = at = self._mark(found)
        self._add(done, len(self._source))
        return [self._pieces, *sorted(self._notes)]

    def _add(self, start: int, end: int) -> None:
        if start < end:
            self._pieces.append(_Piece(start, end, self._source[start:end]))

    def _mark(self, found: re.Match[str]) -> int:
        """Take in one mark; return where what follows it begins."""
        start, end = found.span()
        match found.lastgroup:
            case "block":
                self._end_block(found)
            case "escaped":
                self._pieces.append(_Piece(start, end, _plain(found[0][1])))
            case "reference":
                self._pieces.append(_Piece(start, end, _plain(unescape(found[0]))))
            case "address":
                self._add(start + 1, end - 1)
            case "opens":
                self._open.append(len(self._pieces))
                self._add(start, end)
            case "closes":
                return self._close(start)
            case "between":
                self._pieces.append(_Piece(start, end, " "))
            case _:  # emphasis leaves nothing
                pass
        return end

    def _end_block(self, found: re.Match[str]) -> None:
        start, end = found.span()
        surely = found[0].count("\n") > 1  # an empty line
        if surely or not self._across:
            self.in_doubt = self.in_doubt or bool(self._open and not surely)
            self._open.clear()
        self._pieces.append(_Piece(start, end, found[0], ends=True))

    def _close(self, at: int) -> int:
        if not self._open:
            self._add(at, at + 1)
            return at + 1
        opening = self._open.pop()
        if self._pieces[opening].text == "^[":
            self._notes.append(self._pieces[opening + 1 :])
            del self._pieces[opening:]
            return at + 1
        after = _after_words(self._source, at + 1)
        if after is None:
            self._add(at, at + 1)
            return at + 1
        self._pieces[opening] = self._pieces[opening]._replace(text="")
        return after


def _plain(text: str) -> str:
    """Return signs that are meant as such; those that look like mark-up are space, as between words."""
    return "".join(" " if sign in _SIGNS or sign.isspace() else sign for sign in text)


def _after_words(source: str, at: int) -> int | None:
    """Return where the target of a link, or the language of a passage, that begins here ends."""
    if source.startswith("{", at):
        passage = _PASSAGE.match(source, at)
        return passage.end() if passage else None
    if not source.startswith("(", at):
        return None
    pointed = _POINTED.match(source, at)
    return pointed.end() if pointed else _after_target(source, at)


def _after_target(source: str, at: int) -> int | None:
    depth = 0
    for found in _TARGET.finditer(source, at):
        sign = found[0]
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return found.end()
        if sign.isspace() and source[found.start() - 1] == "(" and found.start() == at + 1:
            continue
        if sign[0].isspace():
            return found.end() if depth == 1 and sign[-1] == ")" else None
        if depth > _DEEPEST:
            return None
    return None


def _joined(texts: Iterable[list[_Piece]]) -> Reading:
    pieces: list[_Piece] = []
    for text in texts:
        if pieces and text:
            pieces.append(_Piece(text[0].start, text[0].start, _APART, ends=True))
        pieces += (piece for piece in text if piece.text)
    starts, at = [], 0
    for piece in pieces:
        starts.append(at)
        at += len(piece.text)
    whole = "".join(piece.text for piece in pieces)
    return Reading(whole, tuple(_parts(pieces, starts, at)), tuple(starts), tuple(pieces))


def _parts(pieces: list[_Piece], starts: list[int], end: int) -> Iterator[tuple[int, int]]:
    start = 0
    for piece, at in zip(pieces, starts, strict=True):
        if piece.ends:
            yield start, at
            start = at + len(piece.text)
    yield start, end
