"""The paragraphs of a paper numbered, so that each can be cited: 1, 2, 3 and on through the whole of it.

The numbers stand in the text itself, since it is what people approve and what a citation is checked by.
What stands before the first section, and letters, are not numbered.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from flows.document.blocks import Heading, List, Paragraph, parse_document, plain_text
from flows.document.markdown import write_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flows.document.blocks import Block

_SECTION: Final = 2
"""The level of the headings from the first of which on paragraphs are numbered."""


def numbered(text: Sequence[Block], *, first: int = 1) -> tuple[Block, ...]:
    """Return ``text`` with its paragraphs numbered from ``first`` on, after its first section opens."""
    opens = (at for at, block in enumerate(text) if isinstance(block, Heading) and block.level >= _SECTION)
    start = next(opens, len(text))
    return (*text[:start], *_counted(text[start:], first))


def last_number(paper: Iterable[Block]) -> int:
    """Return the number of the last numbered paragraph; 0 where there is none."""
    lists = (block for block in paper if isinstance(block, List) and block.of_paragraphs)
    return max((block.start + len(block.items) - 1 for block in lists), default=0)


def without_numbers(document: str) -> str:
    """Return a document without the numbers of its paragraphs, to be compared with another.

    One paragraph more gives every later one another number.
    """
    return write_markdown(_uncounted(parse_document(document)))


def _uncounted(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        match block:
            case List(of_paragraphs=True):
                yield from (each for item in block.items for each in item)
            case _:
                yield block


def _counted(text: Iterable[Block], first: int) -> Iterator[Block]:
    for is_heading, group in groupby(text, lambda block: isinstance(block, Heading)):
        if is_heading:
            yield from group
            continue
        items = tuple(map(tuple, _items(tuple(group))))
        yield List(ordered=True, items=items, start=first, of_paragraphs=True)
        first += len(items)


def _items(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield each paragraph with the lists and tables after it, and with what it leads to.

    A list that no paragraph leads to is not one: what its signs told apart, the numbers do.
    """
    lead, rest = blocks[0], blocks[1:]
    if isinstance(lead, List) and not lead.ordered:
        for inner in lead.items:
            yield from _items(inner)
        if rest:
            yield from _items(rest)
        return
    item = [lead]
    for block in rest:
        if isinstance(block, Paragraph) and not _leads(item[-1]):
            yield item
            item = []
        item.append(block)
    yield item


def _leads(block: Block) -> bool:
    """Return whether a block is a paragraph that ends with a colon: what it leads to is cited with it."""
    return isinstance(block, Paragraph) and plain_text(block.inlines).endswith(":")
