"""A paper arranged out of its text: notes numbered and put at the end, contents after a long one's decision.

In this order: the notes of the text go into a section after it; then, if the paper is long, its
headings into a list after the first section; what follows the text, its record, comes last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.document.blocks import (
    Contents,
    Emphasis,
    Entry,
    Heading,
    Link,
    List,
    Note,
    NoteMark,
    Notes,
    Paragraph,
    Passage,
    Strong,
    Table,
    Text,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flows.document.blocks import Block, Inline

    _Change = Callable[[Inline], Inline | None]

LONG: Final = 2500
"""Above so many words, about seven pages, a reader wants to see what there is, and where."""
SECTIONS: Final = 5
"""Of at least so many headings a list is worth its place."""
CHAPTER: Final = 2
"""The level of the headings that a contents list has on its first level; the next one is below it."""

CONTENTS: Final = Heading(level=CHAPTER, inlines=(Text("Contents"),))
NOTES: Final = Heading(level=CHAPTER, inlines=(Text("Notes"),))


def arrange(text: Sequence[Block]) -> tuple[Block, ...]:
    """Return the paper that ``text`` is made into; what is long is decided on the text alone."""
    noted = with_notes(text)
    return with_contents(noted) if is_long(text) else noted


def dated(paper: Sequence[Block], *lines: Paragraph) -> tuple[Block, ...]:
    """Return an arranged paper with ``lines`` below its title, or before its text where it has none."""
    titled = int(bool(paper) and isinstance(paper[0], Heading) and paper[0].level < CHAPTER)
    return (*paper[:titled], *lines, *paper[titled:])


def go_on(paper: Sequence[Block], more: Sequence[Block]) -> tuple[Block, ...]:
    """Return an arranged paper with ``more`` after it, whose headings are in its contents too."""
    return tuple(
        replace(block, entries=_entries([*_listed(paper), *_headings(more)]))
        if isinstance(block, Contents)
        else block
        for block in (*paper, *more)
    )


# Notes ------------------------------------------------------------------------------------------


def with_notes(text: Sequence[Block]) -> tuple[Block, ...]:
    """Return ``text`` with the marks of its notes, and the notes after it; without notes, as it is."""
    notes: list[tuple[Inline, ...]] = []

    def marked(inline: Inline) -> Inline:
        if not isinstance(inline, Note):
            return inline
        notes.append(inline.inlines)
        return NoteMark(len(notes))

    blocks = tuple(_changed(block, marked) for block in text)
    return (*blocks, NOTES, Notes(notes=tuple(notes))) if notes else blocks


def without_marks(text: Sequence[Block]) -> tuple[Block, ...]:
    """Return ``text`` with its notes after it and no mark of them: words as they follow for a reader."""
    return tuple(
        _changed(block, lambda inline: None if isinstance(inline, NoteMark) else inline)
        for block in with_notes(text)
    )


def _changed(block: Block, change: _Change) -> Block:
    """Return ``block`` with each of its inlines changed, in reading order; one that is None is left out."""

    def line(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        kept = (each for each in map(change, inlines) if each is not None)
        return tuple(
            each if isinstance(each, Text | NoteMark) else replace(each, inlines=line(each.inlines))
            for each in kept
        )

    match block:
        case Heading() | Paragraph():
            return replace(block, inlines=line(block.inlines))
        case List():
            items = tuple(tuple(_changed(each, change) for each in item) for item in block.items)
            return replace(block, items=items)
        case Table():
            header = tuple(map(line, block.header))
            return replace(block, header=header, rows=tuple(tuple(map(line, row)) for row in block.rows))
        case Notes() | Contents():
            return block


# Contents ---------------------------------------------------------------------------------------


def is_long(text: Sequence[Block]) -> bool:
    """Return whether a paper with that text has a contents list: for its words and its headings."""
    headings = [*_headings(text)]
    chapters = sum(heading.level == CHAPTER for heading in headings)
    count = sum(len(each.split()) for each in words(text))
    return chapters > 1 and len(headings) >= SECTIONS and count > LONG


def with_contents(text: Sequence[Block]) -> tuple[Block, ...]:
    """Return ``text`` with a contents list before its second section: the first is the decision."""
    _, at, *_ = [n for n, block in enumerate(text) if isinstance(block, Heading) and block.level == CHAPTER]
    contents = Contents(entries=_entries(_headings(text[at:])))
    return (*text[:at], CONTENTS, contents, *text[at:])


def listed(paper: Sequence[Block]) -> tuple[int, ...]:
    """Return the places in ``paper`` of the headings in its contents list, in order; none without one."""
    at = next((at for at, block in enumerate(paper) if isinstance(block, Contents)), len(paper))
    return tuple(n for n in range(at, len(paper)) if _is_listed(paper[n]))


def _listed(paper: Sequence[Block]) -> list[Heading]:
    return [*_headings([paper[at] for at in listed(paper)])]


def _headings(blocks: Iterable[Block]) -> Iterable[Heading]:
    return (block for block in blocks if isinstance(block, Heading) and _is_listed(block))


def _is_listed(block: Block) -> bool:
    return isinstance(block, Heading) and block.level in {CHAPTER, CHAPTER + 1}


def _entries(headings: Iterable[Heading]) -> tuple[Entry, ...]:
    """Return the entries of ``headings``, the first of which opens a chapter."""
    entries: list[Entry] = []
    for heading in headings:
        entry = Entry(inlines=tuple(_undressed(heading.inlines)))
        if heading.level == CHAPTER:
            entries.append(entry)
        else:
            entries[-1] = replace(entries[-1], entries=(*entries[-1].entries, entry))
    return tuple(entries)


def _undressed(inlines: Iterable[Inline]) -> Iterable[Inline]:
    """Yield ``inlines`` without stress and links, since an entry is a link itself; languages are kept."""
    for inline in inlines:
        match inline:
            case Strong() | Emphasis() | Link():
                yield from _undressed(inline.inlines)
            case Passage():
                yield replace(inline, inlines=tuple(_undressed(inline.inlines)))
            case Text():
                yield inline
            case Note() | NoteMark():
                pass  # the text alone calls for notes
