"""The blocks a document is made of, and how Markdown becomes them.

Blocks are the middle form: HTML and PDF are made from them and from nothing else. The
Markdown they come from is a small subset. Everything CommonMark knows is looked for, so
that what lies outside the subset is refused and never taken for something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit

from flows.document.characters import character_faults
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markdown_it.token import Token

MAX_LISTS: Final = 4
"""How deep lists may nest."""
MAX_COLUMNS: Final = 8
"""How many columns of a table fit on a page."""
SCHEMES: Final = ("http", "https", "mailto")


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
    """A list; ``start`` is the first number of an ordered one."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]
    start: int = 1


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
        return (
            len(self.alignments) > 1
            and bool(firsts)
            and all(len(cell) == 1 and isinstance(cell[0], Strong) for cell in firsts)
        )


Inline: TypeAlias = Text | Strong | Emphasis | Link
Block: TypeAlias = Heading | Paragraph | List | Table


def parse_document(markdown: str) -> tuple[Block, ...]:
    """Return the blocks of a whole document, headings included.

    Raises:
        MalformedError: it holds what is outside the subset; names each place.
    """
    return _parse(markdown, source="document.md", headings=True)


def parse_prose(markdown: str, *, source: str = "text") -> tuple[Block, ...]:
    """Return the blocks of one field of content, where headings have no place.

    Raises:
        MalformedError: it holds what is outside the subset; names each place.
    """
    return _parse(markdown, source=source, headings=False)


def words(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield every piece of text in ``blocks``, in reading order."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield from inline_words(block.inlines)
            case List():
                for item in block.items:
                    yield from words(item)
            case Table():
                for row in (block.header, *block.rows):
                    for cell in row:
                        yield from inline_words(cell)


def inline_words(inlines: Iterable[Inline]) -> Iterator[str]:
    """Yield every piece of text in ``inlines``, in reading order."""
    for inline in inlines:
        if isinstance(inline, Text):
            yield inline.text
        else:
            yield from inline_words(inline.inlines)


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
    return None if href.isascii() else "has letters an address cannot have"


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Accept every link: a bad one is then found and named, not left as text."""
        return bool(url) or True


@cache
def _reader() -> MarkdownIt:
    # HTML is on so that it is recognised, and refused.
    return _Reader("commonmark", {"html": True, "maxNesting": 100}).enable("table")


def _parse(markdown: str, *, source: str, headings: bool) -> tuple[Block, ...]:
    problems = character_faults(markdown)
    blocks: tuple[Block, ...] = ()
    if not problems:
        reading = _Reading(markdown, headings=headings)
        blocks = reading.read()
        # A character reference (&#8238;) brings in what the source does not show.
        problems = reading.problems or character_faults("\n".join(words(blocks)))
    if problems:
        raise MalformedError(source, *(Fault(path="", problem=each) for each in problems))
    return blocks


_OUTSIDE: Final = {
    "blockquote_open": "is a block quotation; put the words in quotation marks",
    "code_block": "is indented like code; remove the spaces at its start",
    "code_inline": "has code between backticks; leave the backticks out",
    "fence": "starts a block of code; leave its fence out",
    "hr": "is a rule across the page; leave it out",
    "html_block": "has HTML; leave it out, or write \\< for the sign itself",
    "html_inline": "has HTML; leave it out, or write \\< for the sign itself",
    "image": "has an image; describe in words what it shows",
}


class _Reading:
    """One pass over the tokens of one text."""

    def __init__(self, markdown: str, *, headings: bool) -> None:
        self.problems: list[str] = []
        self._lines = markdown.split("\n")
        self._headings = headings
        self._markdown = markdown
        self._lists = 0

    def read(self) -> tuple[Block, ...]:
        found: dict[str, dict[str, dict[str, list[int]]]] = {}
        tokens = _reader().parse(self._markdown, found)
        blocks = tuple(self._sequence(iter(tokens), until=None))
        for definition in found.get("references", {}).values():
            self._fault(definition["map"][0], "defines a link; write the link where it is used")
        return blocks

    def _fault(self, line: int, what: str) -> None:
        self.problems.append(f"line {line + 1} {what}")

    def _sequence(self, tokens: Iterator[Token], *, until: str | None) -> Iterator[Block]:
        for token in tokens:
            if token.type == until:
                return
            yield from self._block(token, tokens)

    def _block(self, token: Token, tokens: Iterator[Token]) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                inlines = self._leaf(tokens)
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
        inlines = self._leaf(tokens)
        if not self._headings:
            self._fault(_line(token), "has a heading; use bold text or leave it out")
        elif not inlines:
            self._fault(_line(token), "has a heading without words")
        else:
            yield Heading(level=int(token.tag[1]), inlines=inlines)

    def _list(self, token: Token, tokens: Iterator[Token]) -> Block:
        self._lists += 1
        if self._lists == MAX_LISTS + 1:
            self._fault(_line(token), f"nests lists more than {MAX_LISTS} deep; flatten them")
        items = []
        while (item := next(tokens)).type == "list_item_open":
            content = tuple(self._sequence(tokens, until="list_item_close"))
            if not content:
                self._fault(_line(item), "has an empty list item; write it or remove it")
            items.append(content)
        self._lists -= 1
        start = int(token.attrGet("start") or 0) if token.attrGet("start") is not None else 1
        return List(ordered=token.tag == "ol", items=tuple(items), start=start)

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
                    if each.type == "th_open":
                        alignments.append(_alignment(each))
                    row.append(self._leaf(tokens))
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

    def _leaf(self, tokens: Iterator[Token]) -> tuple[Inline, ...]:
        """Return the inlines of the leaf whose opening token was just read; read its closing."""
        inline = next(tokens)
        next(tokens)
        return _dressed(_tidy(self._runs(inline)))

    def _runs(self, inline: Token) -> Iterator[_Run]:
        line, strong, emphasis, href = _line(inline), 0, 0, None
        for token in inline.children or ():
            match token.type:
                case "text":
                    yield _Run(token.content, strong > 0, emphasis > 0, href)
                case "softbreak" | "hardbreak":
                    line += 1
                    yield _Run(" ", strong > 0, emphasis > 0, href)
                case "strong_open" | "strong_close":
                    strong += token.nesting
                case "em_open" | "em_close":
                    emphasis += token.nesting
                case "link_open":
                    href = self._target(token, line)
                case "link_close":
                    href = None
                case outside:
                    self._fault(line, _OUTSIDE.get(outside, "has what a paper cannot hold"))

    def _target(self, token: Token, line: int) -> str:
        href = str(token.attrGet("href") or "")
        if what := link_fault(href):
            self._fault(line, f"has a link that {what}")
        if token.attrGet("title") is not None:
            self._fault(line, "has a link with a title; leave the title out")
        return href


class _Run(NamedTuple):
    text: str
    strong: bool
    emphasis: bool
    href: str | None


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _alignment(token: Token) -> Alignment:
    match token.attrGet("style"):
        case "text-align:left":
            return "left"
        case "text-align:center":
            return "center"
        case "text-align:right":
            return "right"
        case _:
            return None


def _tidy(runs: Iterable[_Run]) -> list[_Run]:
    """Return ``runs`` with no space at the ends, and space dressed as what stands on both sides."""
    pieces: list[_Run] = []
    for run in runs:
        pieces += [run._replace(text=text) for text in _edged(run.text) if text]
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
    )


def _dressed(runs: Sequence[_Run]) -> tuple[Inline, ...]:
    """Return ``runs`` as inlines: links outermost, then bold, then italics."""
    inlines: list[Inline] = []
    for href, linked in groupby(runs, key=lambda run: run.href):
        inside = _bold(linked)
        inlines += inside if href is None else [Link(href=href, inlines=tuple(inside))]
    return tuple(inlines)


def _bold(runs: Iterable[_Run]) -> list[Inline]:
    inlines: list[Inline] = []
    for strong, group in groupby(runs, key=lambda run: run.strong):
        inside = _italic(group)
        inlines += [Strong(tuple(inside))] if strong else inside
    return inlines


def _italic(runs: Iterable[_Run]) -> list[Inline]:
    inlines: list[Inline] = []
    for emphasis, group in groupby(runs, key=lambda run: run.emphasis):
        text = Text("".join(run.text for run in group))
        inlines.append(Emphasis((text,)) if emphasis else text)
    return inlines
