"""Blocks as flowables, in the order they are read, and the structure tree they are parts of."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from reportlab.platypus import CondPageBreak, NextPageTemplate, PageBreak

from flows.document import look
from flows.document.arrangement import listed
from flows.document.blocks import (
    Contents,
    Emphasis,
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
    plain_text,
)
from flows.document.columns import DIGEST, PAGES, columns
from flows.document.numbering import last_number
from flows.document.tagged.flow import Run, TaggedEntry, TaggedParagraph, Target, changed, measure
from flows.document.tagged.structure import Element
from flows.document.tagged.table import TaggedTable
from flows.document.ties import closed, tied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reportlab.platypus import Flowable

    from flows.document.blocks import Alignment, Block, Entry, Inline
    from flows.document.look import Cells, Style, Type
    from flows.document.tagged.canvas import Face
    from flows.document.tagged.flow import Layout
    from flows.document.tagged.structure import Leaf


def story(blocks: Sequence[Block], root: Element, style: Style) -> list[Flowable]:
    """Return what stands on the pages, its elements under ``root``; no heading is left alone."""
    flowables = list(_Teller(style, blocks).sequence(blocks, root))
    # From the end: how much has to stay with a lead depends on what stays with what follows it.
    for one, other in reversed([*pairwise(flowables)]):
        _keep_close(one, other, style)
    return _turned(_kept_together(flowables, style))


def _keep_close(one: Flowable, other: Flowable, style: Style) -> None:
    """See to it that what leads to something, or closes it in one line, does not stand on another page."""
    match one, other:
        case _Lead() as lead, TaggedParagraph() | TaggedTable():
            lead.follows = lead.layout.after + _start(other, style)
        case TaggedParagraph() as upper, TaggedParagraph() as lower:
            close = upper.layout.after == style.close and upper.layout.indent == lower.layout.indent > 0
            if close and not lower.layout.hang and _height(lower) <= style.leading:
                upper.follows = upper.layout.after + _height(lower)
        case _:
            pass


def _start(flowable: Flowable, style: Style) -> float:
    """Return the height of what is to stand together of ``flowable``, at its start."""
    height = _height(flowable)
    if isinstance(flowable, TaggedTable):
        return height if height < look.TALL else flowable.least
    # Of a paragraph, three lines: with two it could not be parted without leaving one alone.
    if height > 3 * style.leading or not isinstance(flowable, TaggedParagraph):
        return min(height, 3 * style.leading)
    return height + flowable.follows


class _HeadingLines(TaggedParagraph):
    """A heading, to be kept with what it heads."""


class _TurnedTable(TaggedTable):
    """A table that stands on a page of its own, broader than high."""


class _Lead(TaggedParagraph):
    """A paragraph that leads to the list or the table after it."""


class _EntryLines(TaggedEntry):
    """An entry of the contents; ``joined`` if it is to be kept with the next one."""

    joined = False


def _kept_together(flowables: Sequence[Flowable], style: Style) -> Iterator[Flowable]:
    for number, flowable in enumerate(flowables):
        first = not number or not isinstance(flowables[number - 1], _HeadingLines)
        if number and first and isinstance(flowable, _HeadingLines):
            yield CondPageBreak(_opening(flowables[number:], style))
        elif height := _held_by_a_table(flowables[number : number + 2], style, alone=not first):
            yield CondPageBreak(height)
        elif number and isinstance(flowable, _EntryLines) and not _leads(flowables[number - 1]):
            yield CondPageBreak(_joined(flowables[number:]))
        yield flowable


def _turned(flowables: Iterable[Flowable]) -> list[Flowable]:
    """Return ``flowables`` with pages turned for tables that need it, and for what leads to those."""
    told: list[Flowable] = []
    back: list[Flowable] = []
    for flowable in flowables:
        if isinstance(flowable, _TurnedTable):
            # What is first stays where it is: a page without words is no page.
            first = next(at for at, each in enumerate(told) if isinstance(each, TaggedParagraph))
            at = len(told)
            while at > first + 1 and isinstance(told[at - 1], CondPageBreak | _HeadingLines | _Lead):
                at -= 1
            led = [_narrowed(each) for each in told[at:] if isinstance(each, TaggedParagraph)]
            if back and told[at - len(back) : at] == back:
                told[at - len(back) :] = led
            else:
                told[at:] = [NextPageTemplate(look.TURNED_PAGE), PageBreak(), *led]
            back = [NextPageTemplate(look.LATER_PAGE), PageBreak()]
            told += [flowable, *back]
        else:
            told.append(flowable)
    return told


def _narrowed(paragraph: TaggedParagraph) -> TaggedParagraph:
    """Return a paragraph as wide on a turned page as on the others."""
    right = paragraph.layout.right + look.TURNED.measure - look.MEASURE
    return changed(paragraph, layout=replace(paragraph.layout, right=right))


def _held_by_a_table(flowables: Sequence[Flowable], style: Style, *, alone: bool) -> float:
    """Return the height of a table that fits, with the short paragraph before it if not ``alone``; else 0."""
    match flowables:
        case [TaggedTable() as table, *_]:
            height = 0.0
        case [TaggedParagraph() as paragraph, TaggedTable() as table] if not alone:
            height = _height(paragraph) + paragraph.getSpaceAfter()
        case _:
            return 0.0
    fits = height <= (_SHORT + 1) * style.leading and _height(table) < look.TALL
    return height + _height(table) if fits else 0.0


_SHORT: Final = 3
"""Lines of a paragraph that is kept with the table after it."""


def _leads(flowable: Flowable) -> bool:
    """Return whether a break after ``flowable`` would part it from what it belongs to."""
    return isinstance(flowable, _HeadingLines) or (isinstance(flowable, _EntryLines) and flowable.joined)


def _joined(entries: Iterable[Flowable]) -> float:
    """Return the height of the entries that these open with and that are kept together."""
    height = 0.0
    for entry in entries:
        height += entry.getSpaceBefore() + _height(entry)
        if not _leads(entry):
            break
    return height


def _opening(flowables: Sequence[Flowable], style: Style) -> float:
    """Return the height of the headings that these open with and of the lines that follow."""
    height = 0.0
    for at, flowable in enumerate(flowables):
        if isinstance(flowable, _EntryLines):
            return height + _joined(flowables[at:])
        if not isinstance(flowable, _HeadingLines):
            return height + _start(flowable, style)
        height += flowable.getSpaceBefore() + _height(flowable) + flowable.getSpaceAfter()
    return height


def _height(flowable: Flowable) -> float:
    # It is laid out for this measure once, and not again when it is drawn.
    return float(flowable.wrap(look.MEASURE, look.HEIGHT)[1])


class _Place(NamedTuple):
    """Where a block stands: how many lists deep, how far in, and where a sign hangs before it."""

    depth: int = 0
    indent: float = 0
    hang: float = 0
    flush: bool = False


_TOP: Final = _Place()


class _Teller:
    """Tells the blocks of a paper in order; knows the level of the heading it stands under."""

    def __init__(self, style: Style, blocks: Sequence[Block]) -> None:
        self._style = style
        # All paragraphs of a paper stand below each other: the last number is the widest.
        self._room = style.number_room(last_number(blocks))
        self._level = 0
        self._begun = False
        self._spots = {at: f"heading-{number}" for number, at in enumerate(listed(blocks), start=1)}

    def sequence(self, blocks: Sequence[Block], parent: Element, place: _Place = _TOP) -> Iterator[Flowable]:
        """Yield ``blocks`` as parts of ``parent``, close together inside lists."""
        for number, block in enumerate(blocks, start=1):
            close = place.depth and number < len(blocks)
            self._begun = self._begun or not isinstance(block, Table)
            if isinstance(block, Heading):
                spot = "" if place.depth else self._spots.get(number - 1, "")
                yield self._heading(block, parent, spot)
            else:
                after = self._style.close if close else self._style.after
                yield from self._block(block, parent, place, after)

    def _block(self, block: Block, parent: Element, place: _Place, after: float) -> Iterator[Flowable]:
        match block:
            case Heading():
                yield self._heading(block, parent)
            case Paragraph():
                runs = _prose(block.inlines, Element("P", parent), self._style.body)
                yield _lines(runs, self._style.text(place.indent, after=after))
            case List(of_paragraphs=True):
                yield from self._numbered(block, parent)
            case List():
                yield from self._list(block, parent, place)
            case Table():
                yield _table(block, parent, place.indent, self._style, pages=PAGES[: 1 + self._begun])
            case Notes():
                yield from _notes(block, parent, self._style)
            case Contents():
                yield from _contents(block, parent, self._spots.values(), self._style)

    def _heading(self, heading: Heading, parent: Element, spot: str = "") -> Flowable:
        kind, layout = self._style.heading(heading.level)
        # The tree may go down by one level at a time (ISO 14289-1, 7.4.2), whatever the headings do.
        self._level = min(heading.level, self._level + 1)
        runs = _prose(heading.inlines, Element(f"H{self._level}", parent), kind)
        bookmark = (plain_text(heading.inlines), heading.level - 1)
        return _HeadingLines(runs, layout, bookmark=bookmark, spot=spot)

    def _list(self, block: List, parent: Element, place: _Place) -> Iterator[Flowable]:
        style = self._style
        numbering = "Decimal" if block.ordered else "Disc"
        whole = Element("L", parent, attributes={"O": "List", "ListNumbering": numbering})
        last = block.start + len(block.items) - 1
        signs = [
            f"{n}." if block.ordered else look.BULLETS[place.depth] for n in range(block.start, last + 1)
        ]
        # The last number is the widest.
        face = style.body.face()
        room = max(style.indent, measure(signs[-1], face) + style.hang + style.gap)
        hang = place.indent + (room - style.gap if block.ordered else style.hang)
        inner = _Place(place.depth + 1, place.indent + room, hang, flush=block.ordered)
        for sign, blocks in zip(signs, block.items, strict=True):
            item = Element("LI", whole)
            label = Run(sign, face, Element("Lbl", item).leaf())
            ends = not place.depth and blocks is block.items[-1]
            yield from self._item(blocks, Element("LBody", item), inner, label, ends=ends)

    def _item(
        self, blocks: Sequence[Block], body: Element, place: _Place, label: Run, *, ends: bool
    ) -> Iterator[Flowable]:
        """Yield one item, its paragraphs close together; more space if the list ``ends`` with it."""
        first, *rest = blocks
        if isinstance(first, Paragraph):
            after = self._style.after if ends and not rest else self._style.close
            runs = _prose(first.inlines, Element("P", body), self._style.body)
            yield _lines(runs, self._labelled(place, after), label=label)
        else:
            yield _lines((), self._labelled(place, 0), label=label)
            yield from self._block(first, body, place, self._style.after)
        yield from self.sequence(rest, body, place)

    def _labelled(self, place: _Place, after: float) -> Layout:
        return self._style.text(place.indent, hang=place.hang, flush=place.flush, after=after)

    # Numbered paragraphs ------------------------------------------------------------------------

    def _numbered(self, block: List, parent: Element) -> Iterator[Flowable]:
        """Yield the numbered paragraphs of one section: the number of each is the first of its words."""
        room = self._room
        place = _Place(0, room, room - self._style.gap, flush=True)
        for number, blocks in enumerate(block.items, start=block.start):
            lead = blocks[0]
            inlines, rest = (lead.inlines, blocks[1:]) if isinstance(lead, Paragraph) else ((), blocks)
            layout = self._labelled(place, self._style.after if inlines else 0)
            yield _counted(number, inlines, Element("P", parent), layout, self._style)
            for each in rest:
                yield from self._block(each, parent, place, self._style.after)


def _counted(
    number: int, inlines: Sequence[Inline], element: Element, layout: Layout, style: Style
) -> TaggedParagraph:
    """Return a paragraph with its number, which is content of it like its words."""
    face, figures = style.body.face(), f"{number}. " if inlines else f"{number}."
    if inlines and isinstance(inlines[0], Text):
        runs = _prose(inlines, element, style.body)
        return _lines(runs, layout, label=Run(figures, face, runs[0].leaf))
    label = Run(figures, face, element.leaf())
    return _lines(_prose(inlines, element, style.body), layout, label=label)


# Tables -----------------------------------------------------------------------------------------


def _table(
    table: Table, parent: Element, indent: float, style: Style, pages: Sequence[look.Page]
) -> Flowable:
    whole, laid_out = Element("Table", parent), columns(table, indent, style, pages)
    cells = laid_out.cells
    header = _row(table.header, table, Element("TR", whole), cells, head=True)
    rows = [_row(row, table, Element("TR", whole), cells) for row in table.rows]
    kind = _TurnedTable if laid_out.turned else TaggedTable
    return kind(header, rows, cells.grid(laid_out.widths, indent=laid_out.indent))


def _row(
    cells: Sequence[tuple[Inline, ...]], table: Table, row: Element, like: Cells, *, head: bool = False
) -> list[TaggedParagraph]:
    scopes = ["Column" if head else None] * len(cells)
    if table.heads_rows and not head:
        scopes[0] = "Row"
    return [
        _cell(inlines, alignment, row, like, scope)
        for inlines, alignment, scope in zip(cells, table.alignments, scopes, strict=True)
    ]


def _cell(
    inlines: tuple[Inline, ...], alignment: Alignment, row: Element, like: Cells, scope: str | None
) -> TaggedParagraph:
    attributes = {"O": "Table", "Scope": scope} if scope else None
    element = Element("TH" if scope else "TD", row, attributes=attributes)
    kind = like.head if scope == "Column" else like.body
    return TaggedParagraph(_prose(inlines, element, kind), like.text(alignment))


# Notes and contents -----------------------------------------------------------------------------


def _notes(block: Notes, parent: Element, style: Style) -> Iterator[Flowable]:
    """Yield the notes, each with its number, which leads back to its mark."""
    kind = style.note.face(linked=True)
    # The last number is the widest.
    room = max(style.indent, measure(f"{len(block.notes)}.", kind) + style.hang + style.gap)
    for number, inlines in enumerate(block.notes, start=1):
        # ISO 14289-1, 7.9: each note has an identifier of its own.
        note = Element("Note", parent, id=f"note-{number}")
        link = Element("Link", Element("Lbl", note))
        back = Target(element=link, spot=_mark_of(number), words=f"Back to the text at note {number}")
        label = Run(f"{number}.", kind, link.leaf(), back)
        runs = _prose(inlines, Element("P", note), style.note)
        yield TaggedParagraph(runs, style.note_text(room), label=label, spot=_note_of(number))


def _mark_of(note: int) -> str:
    return f"mark-{note}"


def _note_of(mark: int) -> str:
    return f"note-{mark}"


def _contents(block: Contents, parent: Element, spots: Iterable[str], style: Style) -> Iterator[Flowable]:
    lines = list(_entries(block.entries, Element("TOC", parent), iter(spots), 0, style))
    # No line of the list stands alone on its page: neither the first nor the last.
    for line in (lines[0], *lines[-2:-1]):
        line.joined = True
    yield from lines


def _entries(
    entries: Iterable[Entry], toc: Element, spots: Iterator[str], depth: int, style: Style
) -> Iterator[_EntryLines]:
    for entry in entries:
        item = Element("TOCI", toc)
        yield _entry(entry, Element("Reference", item), next(spots), depth, style)
        if entry.entries:
            yield from _entries(entry.entries, Element("TOC", item), spots, depth + 1, style)


def _entry(entry: Entry, reference: Element, spot: str, depth: int, style: Style) -> _EntryLines:
    link = Element("Link", reference)
    target = Target(element=link, spot=spot, words=" ".join(plain_text(entry.inlines).split()))
    runs = [run._replace(target=target) for run in _runs(entry.inlines, link, style.body)]
    number = Run("", style.body.face(), link.leaf(), target)
    line = _EntryLines(runs, style.entry_text(depth), number=number, leader=style.leader)
    line.joined = bool(entry.entries)
    return line


# Inlines ----------------------------------------------------------------------------------------


def _runs(
    inlines: Iterable[Inline],
    element: Element,
    kind: Type,
    *,
    strong: bool = False,
    emphasis: bool = False,
    target: Target | None = None,
) -> list[Run]:
    """Return the runs of ``inlines``, each of whose dresses is an element inside ``element``."""
    runs: list[Run] = []
    for inline in inlines:
        match inline:
            case Text():
                linked = target is not None
                face = kind.face(strong=strong, emphasis=emphasis, linked=linked)
                faces = (face, kind.digest(linked=linked))
                runs += _parted(tied(inline.text), faces, element.leaf(), target)
            case Strong():
                inside = Element("Strong", element)
                runs += _runs(inline.inlines, inside, kind, strong=True, emphasis=emphasis, target=target)
            case Emphasis():
                inside = Element("Em", element)
                runs += _runs(inline.inlines, inside, kind, strong=strong, emphasis=True, target=target)
            case Passage():
                inside = Element("Span", element, lang=inline.lang)
                runs += _runs(inline.inlines, inside, kind, strong=strong, emphasis=emphasis, target=target)
            case Link():
                inside = Element("Link", element)
                to = Target(element=inside, href=inline.href, words=_called(inline))
                runs += _runs(inline.inlines, inside, kind, strong=strong, emphasis=emphasis, target=to)
            case NoteMark():
                runs.append(_mark(inline.number, element, kind))
            case Note():
                raise ValueError("a paper is arranged before it is drawn: there is a note amid the text")
    return runs


def _parted(text: str, faces: tuple[Face, Face], leaf: Leaf, target: Target | None) -> Iterator[Run]:
    """Yield the runs of a text, which are one leaf: its words, and its digests in another face."""
    for number, part in enumerate(DIGEST.split(text)):
        if part:
            yield Run(part, faces[number % 2], leaf, target)


def _prose(inlines: Sequence[Inline], element: Element, kind: Type) -> list[Run]:
    """Return the runs of a paragraph, which does not end with one short word on a line."""
    return closed(_runs(inlines, element, kind))


def _lines(runs: Sequence[Run], layout: Layout, *, label: Run | None = None) -> TaggedParagraph:
    """Return a paragraph, as one that leads to what follows where it ends with a colon or has no words."""
    leads = not runs or runs[-1].text.endswith(":")
    return (_Lead if leads else TaggedParagraph)(runs, layout, label=label)


def _mark(number: int, element: Element, kind: Type) -> Run:
    link = Element("Link", Element("Reference", element))
    target = Target(element=link, spot=_note_of(number), words=f"Note {number}")
    return Run(str(number), kind.mark(), link.leaf(), target, _mark_of(number))


def _called(link: Link) -> str:
    words = " ".join(plain_text(link.inlines).split())
    return words if words == link.href else f"{words} ({link.href})"
