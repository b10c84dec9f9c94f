"""What the benchmarks' papers say: the papers of the sample cases, and as many others as long as they are."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

import engine_ours
import parts
import pikepdf

from flows.casework import texts
from flows.document.blocks import (
    Contents,
    Emphasis,
    Heading,
    Link,
    List,
    Notes,
    Paragraph,
    Strong,
    Table,
    Text,
    parse_document,
)
from flows.domain.documents import ASSESSMENT, DOCUMENT
from flows.files import folder as sample_folder
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parts import Part, Run

    from flows.document.blocks import Block, Inline

TITLE = "A paper"
_FOREIGN = "the papers that are compared have no notes, contents or passages in another language"


def samples() -> dict[str, tuple[Block, ...]]:
    """Return each sample case's paper by the case's name, as it would be submitted."""
    return {item.name: _sample(item.name) for item in sorted(sample_folder("cases").glob("[!.]*"))}


def _sample(name: str) -> tuple[Block, ...]:
    item = sample_folder("cases") / name
    arrived = parse_request((item / "request.yaml").read_bytes(), rules=texts.RULES)
    data = (item / "assessment.yaml").read_bytes()
    request = arrived.request(arrived.reference or "")
    assessment = texts.read_assessment(data, request.reference)
    files = texts.version_files(request, assessment, data, on=request.received, body=None)
    assert ASSESSMENT in files
    return parse_document(_plain(files[DOCUMENT].decode()))


def _plain(document: str) -> str:
    """Return a text without what not all peers have: notes, and passages in another language."""
    return re.sub(r"\[([^]]*)\]\{lang=\w+\}", r"\1", re.sub(r"\^\[[^]]*\]", "", document))


def of_pages(pages: int) -> Sequence[Block]:
    """Return as much of all samples, one after the other, as fills so many pages of ours."""
    blocks = [block for sample in samples().values() for block in sample]

    def taken(count: int) -> int:
        return page_count(engine_ours.render(blocks[:count], TITLE))

    return blocks[: bisect_right(range(1, len(blocks)), pages, key=taken)]


def page_count(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


# Other papers --------------------------------------------------------------------------------------


def another(blocks: Sequence[Block], number: int) -> list[Block]:
    """Return a paper like ``blocks``, no piece of whose text is that of another ``number``.

    The words of each piece are told from another one on, and each paragraph ends with a word that
    stands nowhere else, so that nothing remembered from one paper saves work on the next.
    """
    return list(_Retelling(number).blocks(blocks))


class _Retelling:
    def __init__(self, number: int) -> None:
        self._number = number
        self._told = 0

    def blocks(self, blocks: Sequence[Block]) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Heading() | Paragraph():
                    yield replace(block, inlines=self._marked(block.inlines))
                case List(items=items):
                    yield replace(block, items=tuple(tuple(self.blocks(item)) for item in items))
                case Table(header=header, rows=rows):
                    told = [tuple(map(self._inlines, row)) for row in (header, *rows)]
                    yield replace(block, header=told[0], rows=tuple(told[1:]))
                case Notes() | Contents():
                    raise ValueError(_FOREIGN)

    def _marked(self, inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        self._told += 1
        return (*self._inlines(inlines), Text(f" {self._number:04}/{self._told}"))

    def _inlines(self, inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        return tuple(map(self._inline, inlines))

    def _inline(self, inline: Inline) -> Inline:
        match inline:
            case Text(text=text):
                return Text(_rotated(text, self._number))
            case Strong() | Emphasis() | Link():
                return replace(inline, inlines=self._inlines(inline.inlines))
            case _:
                raise ValueError(_FOREIGN)


def _rotated(text: str, by: int) -> str:
    words = text.split()
    if len(words) < 2:
        return text
    at = by % len(words)
    before, after = " " * text.startswith(" "), " " * text.endswith(" ")
    return before + " ".join(words[at:] + words[:at]) + after


# For peers -----------------------------------------------------------------------------------------


def for_peers(blocks: Sequence[Block]) -> tuple[Part, ...]:
    """Return ``blocks`` in the form that peers take."""
    return tuple(map(_part, blocks))


def _part(block: Block) -> Part:
    match block:
        case Heading(level=level, inlines=inlines):
            return parts.Heading(level, _runs(inlines))
        case Paragraph(inlines=inlines):
            return parts.Paragraph(_runs(inlines))
        case List(items=items, start=start, ordered=ordered):
            return parts.Items(tuple(map(for_peers, items)), start if ordered else None)
        case Table(header=header, rows=rows):
            return parts.Grid(tuple(tuple(map(_runs, row)) for row in (header, *rows)), block.heads_rows)
        case Notes() | Contents():
            raise ValueError(_FOREIGN)


def _runs(inlines: Sequence[Inline]) -> tuple[Run, ...]:
    return tuple(run for inline in inlines for run in _run(inline))


def _run(inline: Inline) -> Iterator[Run]:
    match inline:
        case Text(text=text):
            yield parts.Run(text)
        case Strong(inlines=inlines):
            yield from (replace(run, bold=True) for run in _runs(inlines))
        case Emphasis(inlines=inlines):
            yield from (replace(run, italic=True) for run in _runs(inlines))
        case Link(href=href, inlines=inlines):
            yield from (replace(run, href=href) for run in _runs(inlines))
        case _:
            raise ValueError(_FOREIGN)
