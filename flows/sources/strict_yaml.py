"""YAML read strictly: every scalar is text, and whatever would surprise a reader is a fault.

Nothing is built by tags, anchors and aliases are refused, so no text can grow when it is read. Nor can
any get lost: what YAML would take for a comment, or fold into one paragraph, though somebody may have
meant it as text, is a fault too. The reader goes past a fault where it can, so that a writer hears of
all of them at once. A fault tells the line and the path; a key it was not given beforehand is never
repeated, since a slip of indentation can turn the text of a request into keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

import yaml

from flows.domain.errors import Fault, MalformedError
from flows.domain.text_file import text_of
from flows.sources.causes import NO_BREAK, cause_of, ends, is_unspaced

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

LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NOTHING: Final = frozenset({"~", "null", "Null", "NULL"})
UNREADABLE: Final = re.compile(
    "[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
_MARKS: Final = "\x85\u2028\u2029\ufeff"
"""YAML takes these for ends of lines or refuses them; in a text from a web page they stand within a line."""
_STAND_INS: Final = "\ufdd0\ufdd1\ufdd2\ufdd3"
"""No characters, of which no text is made; each stands for a mark while the parser reads."""
HIDDEN: Final = str.maketrans(_MARKS, _STAND_INS)
SHOWN: Final = str.maketrans(_STAND_INS, _MARKS)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")  # PyYAML's own parser lets them pass
_BLOCKS: Final = frozenset({"|", ">"})
_PARAGRAPH: Final = 2
_COMMENT: Final = re.compile(r"#[^\n]*")
_RUNS_ON: Final = re.compile(
    r"(?!\(?(?:[0-9]{1,3}|[A-Za-z]|[ivxlc]+|[IVXLC]+)[.)]\s)(?:[^\W_]|[(\[\"'\u2018\u201c\u00a3]\w)"
)
"""How a line begins that is read on from the one before it, and begins no item and no row."""
_UNQUOTED: Final = "write the text out; text that begins with this sign needs quotes"
_LOST: Final = (
    "what stands after # is a comment, and would be lost; put text with it in quotes or under |, "
    "and a comment on a line of its own"
)
_LOST_LINE: Final = (
    "this line is a comment, and would be lost; put text with # in quotes or under |, "
    "and begin a comment with '# ', in the column of the line after it"
)
_FOLDED: Final = "this line would be run on from the one above; put the text under |, each line indented"
_FOLDED_BLOCK: Final = "> would run this line on from the one above; write | in place of >"
_PATH: Final = re.compile(r"(?:\b[A-Za-z]:|\\{2}[\w.-]+)\\[a-z]")
_BACKSLASH: Final = "a backslash has a meaning of its own in double quotes; put a path in single quotes"
_ASKED: Final = "text that begins with ? goes in quotes or under |"
_EMPTY_WORD: Final = (
    "~ and null without quotes say nothing in YAML; put the word in quotes, or leave the key out"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlText:
    """What a text says, and where.

    Attributes:
        lines: The line of each value, or of its key, counted from 1.
        starts: The line on which a text begins, where that is not its key's.
        faults: What was wrong and could be read past, in the order of the text.
    """

    content: Node
    lines: Mapping[Place, int]
    starts: Mapping[Place, int]
    faults: tuple[Fault, ...] = ()


def scan(
    data: bytes,
    source: str,
    keys: Collection[str] = (),
    *,
    typed: bool = True,
    sealed: Collection[Place] = (),
) -> YamlText:
    """Return what ``data`` says and the faults that could be read past, which name ``keys`` and no others.

    Args:
        typed: Whether somebody has just handed it in: then what may have been lost or folded is a fault. What
            was taken in before is read as YAML has it.
        sealed: The texts that are never printed, and may be folded.

    Raises:
        MalformedError: something stopped the reading; with all faults up to there.
    """
    reader = _Reader(_decode(data, source), keys, typed=typed, sealed=sealed)
    try:
        content = reader.read()
    except _StoppedError:
        raise MalformedError(source, *reader.faults) from None
    return YamlText(content=content, lines=reader.lines, starts=reader.starts, faults=tuple(reader.faults))


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
        raise _whole(source, "is over 1 MiB; this file has text only, so leave attachments out")
    text = text_of(data, source)
    if strange := list(UNREADABLE.finditer(text))[:MOST_FAULTS]:
        places = dict.fromkeys((text.count("\n", 0, found.start()) + 1, ord(found[0])) for found in strange)
        problem = "the control character U+{:04X} stands here, which YAML does not allow; remove it"
        raise MalformedError(source, *(_fault("", problem.format(code), line) for line, code in places))
    return text


def _whole(source: str, problem: str) -> MalformedError:
    return MalformedError(source, Fault(path="", problem=problem))


def _fault(path: str, problem: str, line: int) -> Fault:
    return Fault(path=path, problem=f"{problem} (line {line})")


class _StoppedError(Exception):
    """Reading cannot go on; the reader has the faults."""


class _Reader:
    """Reads one text, event by event."""

    def __init__(self, text: str, keys: Collection[str], *, typed: bool, sealed: Collection[Place]) -> None:
        self._typed, self._sealed = typed, sealed
        self.lines: dict[Place, int] = {}
        self.starts: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self._marked = any(mark in text for mark in _MARKS)
        ended = text if text.endswith("\n") else f"{text}\n"
        self._text = ended.translate(HIDDEN) if self._marked else ended
        self._commented = "#" in text
        self._keys = keys
        self._values = 0
        self._sure = 0
        self._last: yaml.ScalarEvent | None = None
        self._last_place: Place = ()
        self._loader: yaml.BaseLoader

    def read(self) -> Node:
        try:
            self._loader = LOADER(self._text)
            return self._document()
        except yaml.YAMLError as error:
            del self.faults[self._sure :]  # what led the parser astray may have made them up
            self._stop((), *cause_of(error, self._text, self._last))

    def _document(self) -> Node:
        self._next()  # the start of the stream
        if isinstance(self._next(), yaml.StreamEndEvent):
            self._stop((), "the file is empty", 1)
        content = self._node(self._next(), (), 1)
        self._next()  # the end of the document
        if not isinstance(more := self._next(), yaml.StreamEndEvent):
            self._note((), "a second document begins after ---; keep one document", _line(more))
        self._refuse_comments(len(self._text), is_key=True)
        return content

    def _node(self, event: yaml.Event, place: Place, level: int) -> Node:
        self.lines.setdefault(place, _line(event))
        self._refuse_extras(event, place)
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(place, f"the file has more than {MOST_VALUES} values", _line(event))
        if isinstance(event, yaml.CollectionStartEvent) and level > MOST_LEVELS:
            self._stop(place, f"lists and keys stand more than {MOST_LEVELS} levels deep", _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, level)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place, level)
        return self._scalar(event, place)

    def _scalar(self, event: yaml.Event, place: Place) -> str:
        if not isinstance(event, yaml.ScalarEvent):  # an alias, already noted
            return ""
        self._pass(event, place, is_key=False)
        start, end = ends(event)
        if event.style in _BLOCKS:
            self.starts[place] = start.line + 2
        if end.line != start.line and event.style != "|" and place not in self._sealed:
            self._refuse_folding(event, place)
        if event.style == '"' and _PATH.search(self._text, start.index, end.index):
            self._note_typed(place, _BACKSLASH, _line(event))
        if event.style:
            return self._shown(event)
        if event.value in _NOTHING:
            self._note_typed(place, _EMPTY_WORD, _line(event))
            return ""
        if "\u00a0" in event.value and is_unspaced(event.value):
            self._note_typed(place, NO_BREAK, _line(event))
        return self._shown(event)

    def _shown(self, event: yaml.ScalarEvent) -> str:
        """Return what a scalar says, with the marks that were hidden from the parser."""
        value = str(event.value)
        return value.translate(SHOWN) if self._marked else value

    def _pass(self, event: yaml.ScalarEvent, place: Place, *, is_key: bool) -> None:
        """Go past a scalar: nothing may have been left out between it and the one before."""
        start = ends(event)[0].index
        if self._commented:
            self._refuse_comments(start, is_key=is_key)
        self._last, self._last_place, self._sure = event, place, len(self.faults)
        if event.style in _BLOCKS and self._text.find("#", start, self._text.find("\n", start)) > 0:
            self._note_typed(place, _LOST, _line(event))

    def _refuse_comments(self, end: int, *, is_key: bool) -> None:
        """Note each comment before ``end`` that may have been meant as text."""
        begin = ends(self._last)[1].index if self._last else 0
        column = _indent(self._before(end))
        inked = begin + len(self._text[begin:end].rstrip())
        for found in _COMMENT.finditer(self._text, begin, end):
            before = self._before(found.start())
            lone = not before.strip()
            before_text = not is_key and found.end() >= inked
            if not lone or len(before) > column or before_text or found[0][1:2].isdigit():
                line = self._text.count("\n", 0, found.start()) + 1
                self._note_typed(self._last_place, _LOST_LINE if lone else _LOST, line)

    def _before(self, at: int) -> str:
        """Return what stands before a place on its line."""
        return self._text[self._text.rfind("\n", 0, at) + 1 : at]

    def _refuse_folding(self, event: yaml.ScalarEvent, place: Place) -> None:
        """Note where YAML would run on what somebody may have meant as a paragraph, an item or a row."""
        start, end = ends(event)
        written = self._text[start.index : end.index].rstrip("\n'\" ").split("\n")
        folds, blank = event.style == ">", 0
        for number, (before, line) in enumerate(pairwise(written), start.line + 2):
            if not line.strip():
                blank += 1
                continue
            first = folds and number == start.line + 2 + blank
            uneven = folds and not first and not blank and _indent(before) != _indent(line)
            joined = event.style == '"' and before.endswith("\\")
            # One empty line is one end of a line, which ends no paragraph; two are an empty line.
            merged = bool(_RUNS_ON.match(line.lstrip())) is (blank == 1) if blank < _PARAGRAPH else False
            if uneven or joined or (merged and not first):
                self._note_typed(place, _FOLDED_BLOCK if folds else _FOLDED, number)
                return
            blank = 0

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
            self._pass(event, (*place, str(event.value)), is_key=True)
            if is_unspaced(event.value):
                self._note_typed(place, NO_BREAK, _line(event))
            if self._text.endswith("? ", 0, ends(event)[0].index):
                self._note_typed(place, _ASKED, _line(event))
            return self._shown(event)
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

    def _note_typed(self, place: Place, problem: str, line: int) -> None:
        if self._typed:
            self._note(place, problem, line)

    def _note(self, place: Place, problem: str, line: int) -> None:
        self.faults.append(_fault(show(place, self._keys), problem, line))
        if len(self.faults) == MOST_FAULTS:
            self._stop(place, "there may be more; mend these first", line)

    def _stop(self, place: Place, problem: str, line: int) -> NoReturn:
        self.faults.append(_fault(show(place, self._keys), problem, line))
        raise _StoppedError


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1
