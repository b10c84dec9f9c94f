"""Papers of every shape, drawn by a seeded generator: the same seed gives the same paper."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from flows.document.arrangement import CHAPTER, arrange, with_contents, with_notes
from flows.document.blocks import (
    Emphasis,
    Heading,
    Link,
    List,
    Note,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
)

if TYPE_CHECKING:
    from flows.document.blocks import Block, Inline

_WORDS: Final = (
    *("the", "public", "interest", "in", "disclosing", "it", "outweighs", "a", "harm", "that"),
    *("section", "31(1)(a)", "would", "be", "likely", "to", "prejudice", "of", "and", "Act"),
    *("Ŵyn", "tŷ", "gẃr", "ŷd", "Dyffryn-yr-Ŵyn", "ïon", "\u2018so\u2019", "1\u20132", "£5", "a\u00a0b"),
    *(
        "BDC",
        "EMC",
        "(",
        ")",
        "\\",
        "<</MCID",
        "0>>",
        "%%EOF",
        "endstream",
        "/Artifact",
        "Tj",
        "<b>",
        "&amp;",
    ),
)
_LONG: Final = (
    "https://www.example.org/a/path/of/many/parts?with=questions&and=answers#and-an-anchor",
    "0123456789abcdef" * 8,
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
)


def a_drawn_paper(seed: int) -> tuple[Block, ...]:
    """Return a title and some blocks, arranged; every third has its contents."""
    draw = _Draw(seed)
    text = with_notes((Heading(level=1, inlines=draw.inlines(1)), *draw.blocks(0, most=5)))
    chapters = sum(isinstance(block, Heading) and block.level == CHAPTER for block in text)
    return with_contents(text) if chapters > 1 and seed % 3 == 0 else text


def an_adversarial_paper(*, chapters: int) -> tuple[Block, ...]:
    """Return a paper of some twenty pages to a chapter, with everything at its worst."""
    blocks: list[Block] = [Heading(level=1, inlines=(Text("At its worst"),))]
    for number in range(chapters):
        draw = _Draw(number)
        blocks += [
            Heading(level=2 + number % 5, inlines=(Text(f"Chapter {number}"),)),
            *draw.blocks(0, most=6),
            Paragraph(draw.inlines(60)),
            draw.table(0, rows=60),
            draw.list_of(0),
            Paragraph((Link(href=_LONG[0], inlines=(Text(_LONG[0] * 60),)), *draw.inlines(9, noted=True))),
            Paragraph((Text("noted"), Note(draw.inlines(60)), Note((Text(_LONG[1] * 9),)))),
        ]
    return arrange(blocks)


class _Draw:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing secret

    def blocks(self, depth: int, *, most: int) -> list[Block]:
        return [self._block(depth) for _ in range(self._random.randint(1, most))]

    def _block(self, depth: int) -> Block:
        kind = self._random.choice(["text", "text", "list", "table"] + ["heading"] * (depth == 0))
        if kind == "heading":
            return Heading(level=self._random.randint(2, 6), inlines=self.inlines(1))
        if kind == "list" and depth < 4:
            return self.list_of(depth)
        if kind == "table":
            return self.table(depth, rows=self._random.choice([0, 1, 2, 3, 4, 25 if depth == 0 else 5]))
        return Paragraph(self.inlines(self._random.choice([1, 1, 3, 15]), noted=True))

    def list_of(self, depth: int) -> List:
        items = tuple(tuple(self.blocks(depth + 1, most=2)) for _ in range(self._random.randint(1, 3)))
        start = self._random.choice([1, 1, 7, 98, 12345])
        ordered = self._random.random() < 0.5
        return List(ordered=ordered, start=start, items=items, of_paragraphs=ordered and not depth)

    def table(self, depth: int, *, rows: int) -> Table:
        columns = self._random.randint(1, 6 - depth)
        heads_rows = self._random.random() < 0.5
        return Table(
            header=tuple(self.inlines(1) for _ in range(columns)),
            rows=tuple(self._row(columns, heads_rows=heads_rows) for _ in range(rows)),
            alignments=tuple(self._random.choice([None, "left", "center", "right"]) for _ in range(columns)),
        )

    def _row(self, columns: int, *, heads_rows: bool) -> tuple[tuple[Inline, ...], ...]:
        first, *others = (self._cell() for _ in range(columns))
        return ((Strong((Text(self._words(2)),)),) if heads_rows else first, *others)

    def _cell(self) -> tuple[Inline, ...]:
        most = self._random.choice([0, 1, 1, 2, 2, 300] if self._random.random() < 0.1 else [0, 1, 2])
        return self.inlines(most, noted=True) if most else ()

    def inlines(self, most: int, *, noted: bool = False) -> tuple[Inline, ...]:
        """Return inlines without space at the ends, of which neighbours may touch; maybe with notes."""
        pieces: list[Inline] = []
        for _ in range(self._random.randint(1, most)):
            if pieces and self._random.random() < 0.8:
                pieces.append(Text(" "))
            pieces.append(self._inline(2))
            if noted and self._random.random() < 0.2:
                pieces.append(Note(self.inlines(4)))
        return tuple(pieces)

    def _inline(self, depth: int) -> Inline:
        kinds = ["text", "text", "strong", "emphasis", "link", "passage"]
        kind = self._random.choice(kinds) if depth else "text"
        if kind == "strong":
            return Strong((self._inline(0), Text(" "), self._inline(0)))
        if kind == "emphasis":
            return Emphasis((Strong((self._inline(0),)), Text(self._words(3))))
        if kind == "passage":
            return Passage(lang="cy", inlines=(Strong((self._inline(0),)), Text(self._words(5))))
        if kind == "link":
            href = self._random.choice([_LONG[0], "https://ico.org.uk", "mailto:foi@example.org"])
            mixed = (Strong((Text("b"),)), Text(self._words(4)), Emphasis((Text(self._words(2)),)))
            return Link(
                href=href, inlines=self._random.choice([(Text(href),), (Text(self._words(20)),), mixed])
            )
        return Text(self._words(12))

    def _words(self, most: int) -> str:
        count = self._random.randint(1, most)
        return " ".join(
            self._random.choice(_LONG if self._random.random() < 0.03 else _WORDS) for _ in range(count)
        )
