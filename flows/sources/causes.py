"""What the YAML parser's errors mean to a writer: the cause, and the line where it stands.

A parser tells where it could go no further. What led it astray often stands before that: a quotation
mark that opened a text, a tab, a key whose colon has no space after it.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias, cast

import yaml

COLON: Final = "a colon and a space make a key of what stands before them; put the text in quotes or under |"
KEYED: Final = (
    "this text was read as a key; put text with a colon, or with a comma within { }, in quotes or under |"
)
NO_BREAK: Final = "a no-break space (U+00A0) stands where YAML takes an ordinary one; type a space"

_TAB: Final = "a tab stands where YAML takes spaces alone; indent this line by spaces"
_NO_SPACE: Final = "a space is missing after the colon of this key"
_QUOTED: Final = (
    "text that begins with a quotation mark is over where that closes; put the whole text under |, "
    "or in quotation marks of the other kind"
)
_OPENED: Final = (
    "a [ or { is not closed, or a comma is missing or one too many; text that begins with [ or { goes "
    "in quotes or under |"
)
_SIGN: Final = "text that begins with {} goes in quotes or under |"
_MISFIT: Final = "this line does not fit the indentation or the dashes above it"
_OUTSIDE: Final = (
    "this line stands further left than the text under | above it; indent it as that text, or write a key"
)
_KEYLESS: Final = "a key without its ': '; text of several lines goes under |, each line indented"
_SYNTAX: Final = {
    "escape": "a backslash has a meaning of its own in double quotes; use single quotes",
    "document start": "a line of --- or ... ends the document; keep one document without such a line",
}
"""What the parser says, and what it means, where the line itself does not tell."""

_TEXT: Final = re.compile(r"[ \t]*(?:-[ \t]+)*(?:[\w-]+:[ \t]+)?(?:-[ \t]+)*")
_TABBED: Final = re.compile(r" *(?:-[ \t]*)*\t")
_NO_BREAK: Final = re.compile(r"[ \t]*(?:-?\u00a0|(?:- +)*[\w-]+:\u00a0)")
_UNSPACED: Final = re.compile(r"\s*(?:- +)*[\w-]+:\S")
_ITS_OWN: Final = frozenset("*&!%@`|>,]}?-")
"""Signs that YAML keeps for itself at the start of a text."""


def is_unspaced(text: str) -> bool:
    """Say whether a no-break space begins a text, where an ordinary one would make a key or an item of it."""
    return _NO_BREAK.match(text) is not None


def cause_of(error: yaml.YAMLError, text: str, last: yaml.ScalarEvent | None) -> tuple[str, int]:
    """Return what is wrong, in words for a writer, and on which line, counted from 1.

    Args:
        text: What was read.
        last: The value or key that was read last before the error.
    """
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "this cannot be read as YAML", 1
    stop = _Stop(error, text, last)
    problem, line = next(found for look in _LOOKS if (found := look(stop)))
    return problem, line + 1


def ends(event: yaml.ScalarEvent) -> tuple[yaml.Mark, yaml.Mark]:
    """Return where a scalar begins and ends: both parsers say so of every one."""
    return cast("tuple[yaml.Mark, yaml.Mark]", (event.start_mark, event.end_mark))


class _Stop:
    """Where and why a parser stopped; lines and columns are counted from 0.

    Attributes:
        at: The line on which it stopped.
        began: The line on which that began which it was reading.
        read: The line on which the text began that it had read last.
        under: Whether that text stood under ``|``.
        quoted: Whether that text was in quotation marks, and nothing stood between it and the stop.
        tabbed: Whether there is a tab where it stopped.
    """

    def __init__(self, error: yaml.MarkedYAMLError, text: str, last: yaml.ScalarEvent | None) -> None:
        mark, context = cast("yaml.Mark", error.problem_mark), error.context_mark
        self.said, self.doing = str(error.problem), str(error.context)
        self.lines = text.split("\n")
        self.at, self.column = min(mark.line, len(self.lines) - 1), mark.column
        self.began = self.at if context is None else context.line
        self.under = last is not None and last.style in {"|", ">"}
        self.read = self.at if last is None or self.under else ends(last)[0].line
        between = text[ends(last)[1].index : mark.index] if last is not None else ""
        self.quoted = last is not None and last.style in {'"', "'"} and not between.strip(" ")
        self.tabbed = "\t" in text[max(mark.index - 1, 0) : mark.index + 1]


_Found: TypeAlias = tuple[str, int] | None


def _tab(stop: _Stop) -> _Found:
    return (_TAB, stop.at) if stop.tabbed or _TABBED.match(stop.lines[stop.at]) else None


def _no_break(stop: _Stop) -> _Found:
    places = (line for line in (stop.read, stop.began, stop.at) if _NO_BREAK.match(stop.lines[line]))
    return next(((NO_BREAK, line) for line in places), None)


def _quotation(stop: _Stop) -> _Found:
    if "end of stream" in stop.said:
        return "a quotation is opened on this line and never closed", stop.began
    return (_QUOTED, stop.read) if stop.quoted else None


def _keyless(stop: _Stop) -> _Found:
    if "expected ':'" not in stop.said:
        return None
    unspaced = _UNSPACED.match(stop.lines[stop.began])
    return _NO_SPACE if unspaced else _OUTSIDE if stop.under else _KEYLESS, stop.began


def _colon(stop: _Stop) -> _Found:
    if "mapping values" not in stop.said:
        return None
    for line in (stop.read, stop.at):
        if _UNSPACED.match(stop.lines[line]):
            return _NO_SPACE, line
    return COLON if stop.read == stop.at else f"{_MISFIT}; or {COLON}", stop.at


def _flow(stop: _Stop) -> _Found:
    return (_OPENED, stop.began) if "flow" in stop.doing else None


def _sign(stop: _Stop) -> _Found:
    """Tell of the sign that the text of the line begins with, if reading stopped within the text."""
    line = stop.lines[stop.at]
    found = _TEXT.match(line)
    start = found.end() if found else 0
    # A dash after a key is no item's, and belongs to the text.
    dash = line[stop.column : stop.column + 1] == "-" and bool(line[: stop.column].strip())
    sign = "-" if dash else line[start : start + 1]
    if stop.column < start and not dash:
        return None
    if sign in {"[", "{"}:
        return _OPENED, stop.at
    return (_SIGN.format(sign), stop.at) if sign in _ITS_OWN else None


def _words(stop: _Stop) -> _Found:
    if stop.under:
        return _OUTSIDE, stop.at
    return next((words for sign, words in _SYNTAX.items() if sign in stop.said), _MISFIT), stop.at


_LOOKS: Final = (_tab, _no_break, _quotation, _keyless, _colon, _flow, _sign, _words)
"""What may have led a parser astray, the surest first."""
