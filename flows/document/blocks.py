"""The blocks a document is made of, and how Markdown becomes them.

Blocks are the middle form: HTML and PDF are made from them and from nothing else. The
Markdown they come from is a small subset. Everything CommonMark knows is looked for, so
that what lies outside the subset is refused and never taken for something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias, cast
from urllib.parse import urlsplit

from markdown_it.rules_block.table import escapedSplit

from flows.document.characters import character_faults
from flows.document.habits import bullets, column, line_habits, mark_habits, misplaced, numbering, starts_two
from flows.document.language import is_well_formed
from flows.document.syntax import excess, has_remark, note_tokens, reader
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

    from flows.document.syntax import Found

MAX_LISTS: Final = 4
"""How deep lists may nest."""
MAX_COLUMNS: Final = 12
"""How many columns of a table fit on a turned page, if their words are short."""
SCHEMES: Final = ("http", "https", "mailto")
_PLAIN_HOST: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words in bold."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words in italics."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words that lead to ``href``: http, https or mailto, percent-encoded ASCII."""

    href: str
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Words in another language than those around them; ``lang`` is its tag (BCP 47): ``cy``."""

    lang: str
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """The words of a note, at the place that calls for it; in a paper its mark stands there."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class NoteMark:
    """What calls for a note in an arranged paper: the note's number, from 1."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; ``level`` counts from 1, the title."""

    level: int
    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list; ``start`` is the first number of an ordered one.

    ``of_paragraphs`` says that it is no list to its reader: its items are the numbered paragraphs of a
    paper, each with what belongs to it. An ordered list of a document that stands in no other is one.
    """

    ordered: bool
    items: tuple[tuple[Block, ...], ...]
    start: int = 1
    of_paragraphs: bool = False


Alignment: TypeAlias = Literal["left", "center", "right"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the header and every row have as many cells as there are alignments."""

    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    alignments: tuple[Alignment, ...]

    @property
    def heads_rows(self) -> bool:
        """Whether the first cell of each row heads it: all of its words are bold, in every row."""
        firsts = [row[0] for row in self.rows]
        return len(self.alignments) > 1 and bool(firsts) and all(_is_bold(cell) for cell in firsts)


def _is_bold(cell: Sequence[Inline]) -> bool:
    words = [each for each in cell if not isinstance(each, Note | NoteMark)]
    return len(words) == 1 and isinstance(words[0], Strong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """All notes of a paper in the order of their marks, the first of which is 1."""

    notes: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a contents list says of one heading, and of those a level below it."""

    inlines: tuple[Inline, ...]
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The headings of the second and third level that follow it, in order."""

    entries: tuple[Entry, ...]


Inline: TypeAlias = Text | Strong | Emphasis | Link | Passage | Note | NoteMark
Block: TypeAlias = Heading | Paragraph | List | Table | Notes | Contents


def parse_document(markdown: str) -> tuple[Block, ...]:
    """Return the blocks of a whole document, headings included.

    Raises:
        MalformedError: it has what is outside the subset; names each place.
    """
    return _parse(markdown, "document.md", headings=True)


def parse_prose(markdown: str, *, source: str = "text", typed: bool = False) -> tuple[Block, ...]:
    """Return the blocks of one field of content, where headings have no place.

    Args:
        typed: Whether what would not be printed as it was typed is refused.

    Raises:
        MalformedError: it has what is outside the subset; names each place.
    """
    return _parse(markdown, source, headings=False, typed=typed)


def words(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield every piece of text in ``blocks``, in reading order."""
    for block in blocks:
        if isinstance(block, List):
            for item in block.items:
                yield from words(item)
        else:
            for inlines in lines(block):
                yield from inline_words(inlines)


def lines(block: Heading | Paragraph | Table | Notes | Contents) -> Iterator[tuple[Inline, ...]]:
    """Yield all inlines of a block, in reading order: one time, or once for each cell, note or entry."""
    match block:
        case Heading() | Paragraph():
            yield block.inlines
        case Table():
            for row in (block.header, *block.rows):
                yield from row
        case Notes():
            yield from block.notes
        case Contents():
            yield from (entry.inlines for entry in all_entries(block.entries))


def inline_words(inlines: Iterable[Inline]) -> Iterator[str]:
    """Yield every piece of text in ``inlines``, in reading order; a note's words where it is called for."""
    for inline in within(inlines):
        if isinstance(inline, Text):
            yield inline.text
        elif isinstance(inline, NoteMark):
            yield str(inline.number)


def within(inlines: Iterable[Inline]) -> Iterator[Inline]:
    """Yield ``inlines`` and every one inside them, in reading order."""
    for inline in inlines:
        yield inline
        if not isinstance(inline, Text | NoteMark):
            yield from within(inline.inlines)


def all_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries of a contents list in the order of their headings, inner ones too."""
    for entry in entries:
        yield entry
        yield from all_entries(entry.entries)


def plain_text(inlines: Iterable[Inline]) -> str:
    """Return the words of ``inlines`` without their dress."""
    return "".join(inline_words(inlines))


def link_fault(href: str) -> str | None:
    """Return what is wrong with a link's target, as a phrase; None for nothing."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return "leads nowhere; check its address"
    if parts.scheme not in SCHEMES:
        return "does not start with http, https or mailto; write the whole address"
    if not (parts.path if parts.scheme == "mailto" else parts.netloc):
        return "leads nowhere; check its address"
    if parts.netloc and not _PLAIN_HOST.fullmatch(parts.netloc):
        # https://foi.example.gov.uk@evil.example leads to the second of the two.
        return "has more than a host before its path, as a name and @; write https://host/path"
    return None if href.isascii() else "has letters an address cannot have"


def _parse(markdown: str, source: str, *, headings: bool, typed: bool = False) -> tuple[Block, ...]:
    blocks, problems = _read(markdown, headings=headings, typed=typed)
    if problems:
        raise MalformedError(source, *(Fault(path="", problem=each) for each in problems))
    return blocks


@lru_cache(maxsize=64)  # a field of content is read when it is taken in, checked, printed and looked for
def _read(markdown: str, *, headings: bool, typed: bool) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Return the blocks of a text, and what is wrong with it."""
    too_much = excess(markdown)
    if problems := [too_much] if too_much else character_faults(markdown):
        return (), tuple(problems)
    reading = _Reading(markdown, headings=headings, typed=typed)
    blocks = reading.read()
    # A character reference (&#8238;) brings in what the source does not show.
    return blocks, tuple(reading.problems or character_faults("\n".join(words(blocks))))


_HARD_BREAK: Final = (
    "asks for a line break, by two spaces or a backslash at its end, which a paper does not keep; leave them "
    "out, put an empty line after it, or make a list with -"
)
_OUTSIDE: Final = {
    "attributes": "has curly brackets out of place; write [words]{lang=cy}, or \\{ for the sign itself",
    "attrs_block": "is in curly brackets; leave it out, or write \\{ for the sign itself",
    "blockquote_open": "is a block quotation; put the words in quotation marks",
    "code_block": "is indented like code; remove the spaces at its start",
    "code_inline": "has code between backticks; leave the backticks out",
    "fence": "starts a block of code; leave its fence out",
    "footnote_reference_open": "defines a note; write its words where it is called for, as ^[The words.]",
    "hr": "is a rule across the page; leave it out",
    "html_block": "has HTML; leave it out, or write \\< for the sign itself",
    "html_inline": "has HTML; leave it out, or write \\< for the sign itself",
    "image": "has an image; describe in words what it shows",
    "note_in_note": "has a note inside a note; make one note of the two",
}


class _Reading:
    """One pass over the tokens of one text."""

    def __init__(self, markdown: str, *, headings: bool, typed: bool = False) -> None:
        self.problems: list[str] = []
        self._typed = typed
        self._lines = markdown.split("\n")
        self._headings = headings
        self._markdown = markdown
        self._lists = 0
        self._sign = ""
        """That of the item of a list that is being read; empty for none."""
        self._found: Found = {}
        self._items: list[Token] = []
        """The last item of each list just read."""

    def read(self) -> tuple[Block, ...]:
        tokens = reader().parse(self._markdown, self._found)
        blocks = tuple(self._sequence(iter(tokens), until=None))
        for definition in self._found.get("references", {}).values():
            self._fault(definition["map"][0], "defines a link; write the link where it is used")
        return blocks

    def _fault(self, line: int, what: str) -> None:
        self.problems.append(f"line {line + 1} {what}")

    def _sequence(self, tokens: Iterator[Token], *, until: str | None) -> Iterator[Block]:
        item = None
        for token in tokens:
            if token.type == until:
                return
            if item is not None:
                self._check_place(token, item)
            yield from self._block(token, tokens)
            item = self._items.pop() if self._items and token.type.endswith("list_open") else None

    def _check_place(self, token: Token, item: Token) -> None:
        """Refuse what follows the last ``item`` of a list, and was meant to stand in it."""
        line, above = self._lines[_line(token)], self._lines[_line(item)]
        if column(line) > column(above):
            self._fault(_line(token), misplaced(line, above))

    def _block(self, token: Token, tokens: Iterator[Token]) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                inlines = self._leaf(tokens, paragraph=True)
                if inlines:
                    yield Paragraph(inlines)
            case "heading_open":
                yield from self._heading(token, tokens)
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(token, tokens)
            case "table_open":
                yield self._table(token, tokens)
            case outside:
                self._fault(_line(token), _OUTSIDE.get(outside, "has what a paper cannot hold"))
                if token.nesting == 1:
                    tuple(self._sequence(tokens, until=outside.replace("_open", "_close")))

    def _heading(self, token: Token, tokens: Iterator[Token]) -> Iterator[Block]:
        inlines = self._leaf(tokens, unnoted="a heading")
        if not self._headings:
            self._fault(_line(token), "has a heading; use bold text or leave it out")
        elif not inlines:
            self._fault(_line(token), "has a heading without words")
        else:
            yield Heading(level=int(token.tag[1]), inlines=inlines)

    def _list(self, token: Token, tokens: Iterator[Token]) -> Block:
        ordered = token.tag == "ol"
        of_paragraphs = ordered and self._headings and not self._lists
        self._lists += 1
        # In a document, what an officer wrote stands in a list already: of paragraphs or of factors.
        if self._lists == MAX_LISTS + self._headings + 1:
            self._fault(_line(token), f"nests lists more than {MAX_LISTS} deep; flatten them")
        items, opened, within = [], [], self._sign
        while (item := next(tokens)).type == "list_item_open":
            self._sign = item.markup
            content = tuple(self._sequence(tokens, until="list_item_close"))
            if not content:
                self._fault(_line(item), "has an empty list item; write it or remove it")
            items.append(content)
            opened.append(item)
        self._lists -= 1
        self._sign = within
        if self._typed:
            self._check_items(opened, within)
            self._items.append(opened[-1])
        start = int(token.attrGet("start") or 0) if token.attrGet("start") is not None else 1
        return List(ordered=ordered, items=tuple(items), start=start, of_paragraphs=of_paragraphs)

    def _check_items(self, items: Sequence[Token], within: str) -> None:
        for item, what in (*numbering(items), *bullets(items, self._lines, within)):
            self._fault(_line(item), what)
        for before, item in pairwise(items):
            line, above = self._lines[_line(item)], self._lines[_line(before)]
            if column(line) > column(above) and not starts_two(above):
                self._fault(_line(item), misplaced(line, above))

    def _table(self, token: Token, tokens: Iterator[Token]) -> Block:
        rows: list[tuple[tuple[Inline, ...], ...]] = []
        alignments: list[Alignment] = []
        row: list[tuple[Inline, ...]] = []
        for each in tokens:
            match each.type:
                case "table_close":
                    break
                case "tr_open":
                    row = []
                    self._check_width(_line(each), alignments)
                case "th_open" | "td_open":
                    heads = each.type == "th_open"
                    alignments += [_alignment(each)] if heads else []
                    row.append(self._leaf(tokens, unnoted="the header of a table" if heads else ""))
                case "tr_close":
                    rows.append(tuple(row))
                case _:  # the head's and the body's own marks
                    pass
        if len(alignments) > MAX_COLUMNS:
            self._fault(_line(token), f"has a table of more than {MAX_COLUMNS} columns; split it")
        return Table(header=rows[0], rows=tuple(rows[1:]), alignments=tuple(alignments))

    def _check_width(self, line: int, alignments: Sequence[Alignment]) -> None:
        # Cells beyond the header's are dropped by the Markdown rule itself: refuse them.
        cells = escapedSplit(self._lines[line].strip())
        given = len(cells) - (cells[0] == "") - (len(cells) > 1 and cells[-1] == "")
        if alignments and given > len(alignments):
            self._fault(line, "has more cells than the table has columns; remove some")
        elif self._typed and given == len(cells) == 1 < len(alignments):
            self._fault(line, "stands right under a table, as if it were a row; put an empty line before it")

    def _leaf(
        self, tokens: Iterator[Token], *, unnoted: str = "", paragraph: bool = False
    ) -> tuple[Inline, ...]:
        """Return the inlines of the leaf whose opening token was just read; read its closing.

        ``unnoted`` is what the leaf is where it may call for no note: a header is repeated on every
        page, and a heading stands in the contents too.
        """
        inline = next(tokens)
        next(tokens)
        line = _line(inline)
        if has_remark(inline):
            self._fault(line, "has a remark in curly brackets; leave it out")
        if self._typed:
            habits = line_habits(inline.content) if paragraph else ()
            for down, what in (*habits, *mark_habits(inline)):
                self._fault(line + down, what)
        runs = list(self._runs(inline.children or (), line))
        if unnoted and any(run.note is not None for run in runs):
            self._fault(line, f"has a note in {unnoted}; put it into the text")
        return _dressed(_tidy(runs))

    def _runs(self, tokens: Iterable[Token], line: int) -> Iterator[_Run]:
        dress = _Dress()
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    yield dress.run(token.content)
                case "softbreak" | "hardbreak":
                    if self._typed and token.type == "hardbreak":
                        self._fault(line, _HARD_BREAK)
                    line += 1
                    yield dress.run(" ")
                case "link_open":
                    self._open_link(dress, self._target(token, line), line)
                case "span_open":
                    dress.langs.append(self._language(token, line))
                    dress.said = False
                case "span_close":
                    self._close_passage(dress, line)
                case "footnote_ref":
                    yield self._note(token, dress, line)
                    line += note_tokens(token, self._found)[1]
                case other:
                    if not dress.changes(other, token.nesting):
                        self._fault(line, _OUTSIDE.get(other, "has what a paper cannot hold"))

    def _open_link(self, dress: _Dress, href: str, line: int) -> None:
        if dress.href is not None:
            self._fault(line, "has a link inside a link; end the first one before")
        dress.href = href

    def _target(self, token: Token, line: int) -> str:
        href = str(token.attrGet("href") or "")
        if what := link_fault(href):
            self._fault(line, f"has a link that {what}")
        if token.attrGet("title") is not None:
            self._fault(line, "has a link with a title; leave the title out")
        return href

    def _language(self, token: Token, line: int) -> str:
        lang = str(token.attrGet("lang") or "")
        if [*token.attrs] != ["lang"] or token.meta:
            self._fault(line, "has curly brackets with something else than a language; write {lang=cy}")
        elif not is_well_formed(lang):
            self._fault(line, "has a passage in no language; write its tag as in {lang=cy} or {lang=fr-CA}")
        return lang

    def _close_passage(self, dress: _Dress, line: int) -> None:
        dress.langs.pop()
        if not dress.said:
            self._fault(line, "has a passage without words; write them or remove it")

    def _note(self, token: Token, dress: _Dress, line: int) -> _Run:
        tokens, _ = note_tokens(token, self._found)
        if "label" in token.meta:
            what = "refers to a note; write its words where it is called for, as ^[The words.]"
        elif dress.href is not None:
            what = "has a note inside a link; put it after the link"
        else:
            what = ""
        inlines = _dressed(_tidy(self._runs(tokens, line)))
        if what or not inlines:
            self._fault(line, what or "has a note without words; write them or remove it")
        # A note's mark is never dressed: it is no part of the words it stands after.
        return _Run("", note=inlines)


class _Dress:
    """What is said of the words that come next.

    Attributes:
        langs: Of the passages that are open, the innermost last.
        said: Whether there were words since a passage was last opened.
    """

    def __init__(self) -> None:
        self.href: str | None = None
        self.langs: list[str] = []
        self.said = False
        self._strong = self._emphasis = 0

    def changes(self, kind: str, nesting: int) -> bool:
        """Take note of what kind of token opens or closes; return whether it is one that may."""
        match kind:
            case "strong_open" | "strong_close":
                self._strong += nesting
            case "em_open" | "em_close":
                self._emphasis += nesting
            case "link_close":
                self.href = None
            case _:
                return False
        return True

    def run(self, text: str) -> _Run:
        """Return ``text`` as it is dressed."""
        self.said = self.said or bool(text.strip())
        lang = self.langs[-1] if self.langs else None
        return _Run(text, strong=self._strong > 0, emphasis=self._emphasis > 0, href=self.href, lang=lang)


class _Run(NamedTuple):
    """Words of which the same is said, or a note and no words."""

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str | None = None
    lang: str | None = None
    note: tuple[Inline, ...] | None = None


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _alignment(token: Token) -> Alignment:
    style = token.attrGet("style")
    return cast("Alignment", str(style).removeprefix("text-align:")) if style else None


def _tidy(runs: Iterable[_Run]) -> list[_Run]:
    """Return ``runs`` with no space at the ends, and space dressed as what stands on both sides."""
    pieces: list[_Run] = []
    for run in runs:
        noted = run.note is not None
        pieces += [run] if noted else [run._replace(text=text) for text in _edged(run.text) if text]
    # A note has no words of its own where it is called for, and is not space either.
    inked = [number for number, run in enumerate(pieces) if not run.text.isspace()]
    if not inked:
        return []
    tidy = [pieces[inked[0]]]
    for before, after in pairwise(inked):
        shared = _shared(pieces[before], pieces[after])
        tidy += [shared._replace(text=run.text) for run in pieces[before + 1 : after]]
        tidy.append(pieces[after])
    return tidy


def _edged(text: str) -> tuple[str, str, str]:
    """Return the space a text begins with, its words, and the space it ends with."""
    words = text.strip()
    start = text.find(words) if words else len(text)
    return text[:start], words, text[start + len(words) :]


def _shared(one: _Run, other: _Run) -> _Run:
    return _Run(
        "",
        one.strong and other.strong,
        one.emphasis and other.emphasis,
        one.href if one.href == other.href else None,
        one.lang if one.lang == other.lang else None,
    )


def _dressed(runs: Sequence[_Run]) -> tuple[Inline, ...]:
    """Return ``runs`` as inlines, links outermost."""
    inlines: list[Inline] = []
    for noted, group in groupby(runs, key=lambda run: run.note is not None):
        some = list(group)
        inlines += [Note(run.note) for run in some if run.note is not None] if noted else _linked(some)
    return tuple(inlines)


def _linked(runs: Iterable[_Run]) -> list[Inline]:
    inlines: list[Inline] = []
    for href, group in groupby(runs, key=lambda run: run.href):
        inside = _worn(list(group))
        inlines += inside if href is None else [Link(href=href, inlines=tuple(inside))]
    return inlines


def _worn(runs: Sequence[_Run]) -> list[Inline]:
    """Return ``runs`` in bold, in italics and as passages: what reaches furthest is outermost."""
    inlines: list[Inline] = []
    at = 0
    while at < len(runs):
        run, rest = runs[at], runs[at:]
        strong, emphasis, lang = (_reach(rest, name) for name in ("strong", "emphasis", "lang"))
        if run.lang is not None and lang > max(strong * run.strong, emphasis * run.emphasis):
            inside, at = [each._replace(lang=None) for each in rest[:lang]], at + lang
            inlines.append(Passage(lang=run.lang, inlines=tuple(_worn(inside))))
        elif run.strong:
            inside, at = [each._replace(strong=False) for each in rest[:strong]], at + strong
            inlines.append(Strong(tuple(_worn(inside))))
        elif run.emphasis:
            inside, at = [each._replace(emphasis=False) for each in rest[:emphasis]], at + emphasis
            inlines.append(Emphasis(tuple(_worn(inside))))
        else:
            plain = min(strong, emphasis, lang)
            inlines.append(Text("".join(each.text for each in rest[:plain])))
            at += plain
    return inlines


def _reach(runs: Sequence[_Run], name: str) -> int:
    """Return of how many of ``runs`` the same is said as of the first."""
    said = getattr(runs[0], name)
    return next((at for at, run in enumerate(runs) if getattr(run, name) != said), len(runs))
