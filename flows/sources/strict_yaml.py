"""YAML read strictly: every scalar is text, and whatever would surprise a reader is a fault.

Nothing is built by tags, anchors and aliases are refused, so no text can grow when it is read. The
reader goes past a fault where it can, so that a writer hears of all of them at once. A fault tells
the line and the path; a key it was not given beforehand is never repeated, since a slip of
indentation can turn the text of a request into keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import yaml

from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST_BYTES: Final = 1024 * 1024
MOST_LEVELS: Final = 8
MOST_VALUES: Final = 20_000
"""Hundreds are usual; a mebibyte of empty ones would keep the schema busy for long."""
MOST_FAULTS: Final = 50

Place = tuple[str | int, ...]
"""The steps from the whole text to one value: keys, and positions counted from 0."""

Node = str | list["Node"] | dict[str, "Node"]

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_UNREADABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # PyYAML's own parser lets them pass
_UNQUOTED: Final = "write the text out; text that begins with this sign needs quotes"
_MISFIT: Final = "this line does not fit the indentation or the dashes above it"
_SYNTAX: Final = {  # what the parser says, and what it means to a writer
    "mapping values": "a second ': ' on one line; put text with a colon in quotes or under |",
    "start any token": "a tab or a sign that YAML keeps for itself; quote it, indent by spaces",
    "alphabetic or numeric": "text that begins with * or & needs quotes",
    "expected ':'": "a key without its ': '; text of several lines goes under |, indented",
    "end of stream": "a quotation is opened and never closed",
    "escape": "a backslash has a meaning of its own in double quotes; use single quotes",
    "',' or": "a [ or { is not closed, or a comma is missing",
    "node content": "a [ or { is not closed, or a comma is one too many",
    "tag": f"a tag (!) is not read; {_UNQUOTED}",
    "line break": "text after | or > begins on the next line",
    "expected key": _MISFIT,
    "block": _MISFIT,
    "entries": _MISFIT,
    "indicator": _MISFIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """What a text says, and where.

    Attributes:
        lines: The line of each value, or of its key, counted from 1.
        faults: What was wrong and could be read past, in the order of the text.
    """

    content: Node
    lines: Mapping[Place, int]
    faults: tuple[Fault, ...] = ()


def scan(data: bytes, source: str, keys: Collection[str] = ()) -> YamlText:
    """Return what ``data`` says and the faults that could be read past, which name ``keys`` and no others.

    Raises:
        MalformedError: something stopped the reading; with all faults up to there.
    """
    text = _decode(data, source)
    reader = _Reader(keys)
    try:
        content = reader.read(text)
    except _StoppedError:
        raise MalformedError(source, *reader.faults) from None
    return YamlText(content=content, lines=reader.lines, faults=tuple(reader.faults))


def show(place: Place, keys: Collection[str]) -> str:
    """Return ``parts[0].harm`` for the place, as far as its steps are among ``keys``."""
    path = ""
    for step in place:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step in keys:
            path += f".{step}" if path else step
        else:
            break
    return path


def _decode(data: bytes, source: str) -> str:
    if len(data) > MOST_BYTES:
        raise _whole(source, "is over 1 MiB; this file holds text only, so leave attachments out")
    try:
        text = data.decode("utf-8-sig")  # Notepad writes the mark; it says nothing
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _whole(source, f"is not UTF-8 text; save it as UTF-8 (line {line})") from None
    if strange := list(_UNREADABLE.finditer(text))[:MOST_FAULTS]:
        lines = dict.fromkeys(text.count("\n", 0, found.start()) + 1 for found in strange)
        problem = "holds a control character, which YAML does not allow; remove it"
        raise MalformedError(source, *(_fault("", problem, line) for line in lines))
    return text


def _whole(source: str, problem: str) -> MalformedError:
    return MalformedError(source, Fault(path="", problem=problem))


def _fault(path: str, problem: str, line: int) -> Fault:
    return Fault(path=path, problem=f"{problem} (line {line})")


class _StoppedError(Exception):
    """Reading cannot go on; the reader holds the faults."""


class _Reader:
    """Reads one text, event by event."""

    def __init__(self, keys: Collection[str]) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self._keys = keys
        self._values = 0
        self._loader: yaml.BaseLoader

    def read(self, text: str) -> Node:
        try:
            self._loader = _Loader(text)
            return self._document()
        except yaml.YAMLError as error:
            self._stop((), _in_words(error), _line_of(error))

    def _document(self) -> Node:
        self._next()  # the start of the stream
        if isinstance(start := self._next(), yaml.StreamEndEvent):
            self._stop((), "the file is empty", _line(start))
        content = self._node(self._next(), (), 1)
        self._next()  # the end of the document
        if not isinstance(more := self._next(), yaml.StreamEndEvent):
            self._note((), "a second document begins after ---; keep one document", _line(more))
        return content

    def _node(self, event: yaml.Event, place: Place, level: int) -> Node:
        self.lines.setdefault(place, _line(event))
        self._refuse_extras(event, place)
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(place, f"the file holds more than {MOST_VALUES} values", _line(event))
        if isinstance(event, yaml.CollectionStartEvent) and level > MOST_LEVELS:
            self._stop(place, f"lists and keys stand more than {MOST_LEVELS} levels deep", _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, level)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, level)
        return _text(event)

    def _list(self, place: Place, level: int) -> Node:
        content: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            content.append(self._node(event, (*place, len(content)), level + 1))
        return content

    def _mapping(self, place: Place, level: int) -> Node:
        content: dict[str, Node] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, place, level)
            if key is None:
                self._node(self._next(), (*place, ""), level + 1)
                continue
            at = (*place, key)
            if key in content:
                problem = f"this key stands twice, first on line {self.lines[at]}; keep one"
                self._note(at, problem, _line(event))
            self.lines.setdefault(at, _line(event))
            content.setdefault(key, self._node(self._next(), at, level + 1))
        return content

    def _key(self, event: yaml.Event, place: Place, level: int) -> str | None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_extras(event, place)
            return str(event.value)
        self._note(place, "a key is a word, not a list, keys or an alias", _line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            self._node(event, (*place, ""), level + 1)
        return None

    def _refuse_extras(self, event: yaml.Event, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._note(place, f"an alias (*) is not read; {_UNQUOTED}", _line(event))
        elif getattr(event, "anchor", None) is not None:
            self._note(place, f"an anchor (&) is not read; {_UNQUOTED}", _line(event))
        if getattr(event, "tag", None) is not None:
            self._note(place, f"a tag (!) is not read; {_UNQUOTED}", _line(event))
        if _SURROGATE.search(getattr(event, "value", "")):
            self._note(place, "an escape stands for half a character; remove it", _line(event))

    def _next(self) -> yaml.Event:
        event: yaml.Event = self._loader.get_event()  # type: ignore[no-untyped-call]
        return event

    def _note(self, place: Place, problem: str, line: int) -> None:
        self.faults.append(_fault(show(place, self._keys), problem, line))
        if len(self.faults) == MOST_FAULTS:
            self._stop(place, "there may be more; mend these first", line)

    def _stop(self, place: Place, problem: str, line: int) -> NoReturn:
        self.faults.append(_fault(show(place, self._keys), problem, line))
        raise _StoppedError


def _text(event: yaml.Event) -> str:
    if not isinstance(event, yaml.ScalarEvent):  # an alias, already noted
        return ""
    return "" if not event.style and event.value in _NULL else str(event.value)


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _line_of(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return 1 if mark is None else int(mark.line) + 1


def _in_words(error: yaml.YAMLError) -> str:
    said = str(getattr(error, "problem", ""))
    for sign, words in _SYNTAX.items():
        if sign in said:
            return words
    return "this cannot be read as YAML"
