"""A document as one row of small units, made of its text or of its tag tree, so that the two compare.

A heading, a paragraph, a label, a cell or the words of an entry of the contents is one unit with its
words; a list, an item, a table, a row, a note or a contents list is one where it opens and one where it
closes. The page number of an entry is none of its words: only the pages know it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

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
    within,
)
from flows.document.inspection.values import Area, MarkedContent, TagElement, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flows.document.blocks import Block, Entry, Inline

_GROUPS: Final = frozenset({"StructTreeRoot", "Document", "LBody"})
_OPENED: Final = frozenset({"L", "LI", "Table", "TR", "TOC", "TOCI"})
_BULLET: Final = "\u2022"
"""Stands for the sign of every list that does not count."""
INSIDE: Final = "a place in the paper"
"""The target of every link that does not leave the file; to which place it leads, `ways` looks at."""
_NUMBER: Final = re.compile(r"(?:(?P<words>.*) )?(?P<number>[0-9]+)")
_T = TypeVar("_T")


class Stretch(NamedTuple):
    """Neighbouring characters of which the same is said.

    Attributes:
        letters: How many there are, spaces left out.
        target: Where they lead; empty for nowhere.
        lang: The language they are in; empty for that of the whole.
        note: The number of the note that they call for; 0 for none.
    """

    letters: int
    strong: bool = False
    emphasis: bool = False
    target: str = ""
    lang: str = ""
    note: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit.

    Attributes:
        kind: As the standard names it; ``/L`` where a list closes.
        words: What it says, one space between two words; empty for what only opens or closes.
        place: For findings.
        level: Of a heading; 0 for everything else.
        form: What a header cell heads, or how a list counts; empty for everything else.
        stretches: Its characters, with what is said of them.
        links: How many links it has.
        element: Of the tag tree; None where it is of the text.
    """

    kind: str
    words: str = ""
    place: str = ""
    level: int = 0
    form: str = ""
    stretches: tuple[Stretch, ...] = ()
    links: int = 0
    element: TagElement | None = None

    @property
    def squeezed(self) -> str:
        """Its words without any space."""
        return self.words.replace(" ", "")

    def targets(self) -> list[tuple[str, int]]:
        """Return where its characters lead, and for how many of them."""
        return _joined((each.target, each.letters) for each in self.stretches)

    def stress(self) -> list[tuple[tuple[bool, bool], int]]:
        """Return which of its characters are strong, which have emphasis, and how many."""
        return _joined(((each.strong, each.emphasis), each.letters) for each in self.stretches)

    def languages(self, around: str) -> list[tuple[str, int]]:
        """Return in which languages its characters are, and how many; that ``around`` it is no other."""
        return _joined(("" if each.lang == around else each.lang, each.letters) for each in self.stretches)

    def notes(self) -> list[tuple[int, int]]:
        """Return which of its characters call for a note, and for which."""
        return _joined((each.note, each.letters) for each in self.stretches)


def _joined(pieces: Iterable[tuple[_T, int]]) -> list[tuple[_T, int]]:
    """Return ``pieces`` with neighbours of which the same is said in one."""
    with_letters = (piece for piece in pieces if piece[1])
    return [(said, sum(n for _, n in group)) for said, group in groupby(with_letters, itemgetter(0))]


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return ``stretches`` with neighbours of which the same is said in one."""
    with_letters = (each for each in stretches if each.letters)
    return tuple(
        Stretch(sum(each.letters for each in group), *said)
        for said, group in groupby(with_letters, itemgetter(slice(1, None)))
    )


_PLAIN: Final = Stretch(0)


# Of the text ------------------------------------------------------------------------------------


def units_of_blocks(blocks: Sequence[Block]) -> Iterator[Unit]:
    """Yield what ``blocks`` should become in the tag tree."""
    telling = _Telling()
    for number, block in enumerate(blocks, start=1):
        yield from telling.block(block, f"block {number}")


class _Telling:
    """Tells blocks in order; knows the level of the heading it stands under."""

    def __init__(self) -> None:
        self._level = 0

    def block(self, block: Block, place: str) -> Iterator[Unit]:
        """Yield the units of one block."""
        match block:
            case Heading():
                # A tree goes down by one level at a time (ISO 14289-1, 7.4.2), whatever headings do.
                self._level = min(block.level, self._level + 1)
                yield _said(f"H{self._level}", block.inlines, place, level=self._level)
            case Paragraph():
                yield _said("P", block.inlines, place)
            case List(of_paragraphs=True):
                for number, item in enumerate(block.items, start=block.start):
                    yield from self._numbered(item, number)
            case List():
                yield Unit(kind="L", place=place, form="Decimal" if block.ordered else "Disc")
                for number, item in enumerate(block.items, start=1):
                    yield from self._item(block, item, number, f"{place}, item {number}")
                yield Unit(kind="/L", place=place)
            case Table():
                yield from _table(block, place)
            case Notes():
                yield from _notes(block, place)
            case Contents():
                yield from _entries(block.entries, place, place)

    def _numbered(self, item: Sequence[Block], number: int) -> Iterator[Unit]:
        """Yield the units of one numbered paragraph, whose number is the first of its words."""
        place = f"paragraph {number}"
        match item:
            case [Paragraph(inlines), *rest]:
                yield _said("P", (Text(f"{number}. "), *inlines), place)
            case rest:
                yield _said("P", (Text(f"{number}."),), place)
        for at, each in enumerate(rest, start=2):
            yield from self.block(each, f"{place}, part {at}")

    def _item(self, block: List, item: Sequence[Block], number: int, place: str) -> Iterator[Unit]:
        yield Unit(kind="LI", place=place)
        label = f"{block.start + number - 1}." if block.ordered else _BULLET
        yield Unit(kind="Lbl", words=label, place=f"{place}, label")
        for at, each in enumerate(item, start=1):
            yield from self.block(each, place if len(item) == 1 else f"{place}, part {at}")
        yield Unit(kind="/LI", place=place)


def _table(block: Table, place: str) -> Iterator[Unit]:
    yield Unit(kind="Table", place=place)
    for number, row in enumerate((block.header, *block.rows), start=1):
        where = f"{place}, row {number}"
        yield Unit(kind="TR", place=where)
        for at, cell in enumerate(row, start=1):
            form = "Column" if number == 1 else "Row" if at == 1 and block.heads_rows else ""
            yield _said("TH" if form else "TD", cell, f"{where}, cell {at}", form=form)
        yield Unit(kind="/TR", place=where)
    yield Unit(kind="/Table", place=place)


def _notes(block: Notes, place: str) -> Iterator[Unit]:
    for number, inlines in enumerate(block.notes, start=1):
        where = f"{place}, note {number}"
        yield Unit(kind="Note", place=where)
        yield Unit(kind="Lbl", words=f"{number}.", place=f"{where}, label")
        yield _said("P", inlines, where)
        yield Unit(kind="/Note", place=where)


def _entries(entries: Sequence[Entry], place: str, of: str) -> Iterator[Unit]:
    yield Unit(kind="TOC", place=place)
    for number, entry in enumerate(entries, start=1):
        where = f"{of}, entry {number}" if of == place else f"{of}.{number}"
        yield Unit(kind="TOCI", place=where)
        leads = Link(href=INSIDE, inlines=entry.inlines)
        yield _said("Reference", (leads,), where)
        if entry.entries:
            yield from _entries(entry.entries, f"{where}, entries", where)
        yield Unit(kind="/TOCI", place=where)
    yield Unit(kind="/TOC", place=place)


def _said(kind: str, inlines: Sequence[Inline], place: str, *, level: int = 0, form: str = "") -> Unit:
    return Unit(
        form=form,
        kind=kind,
        words=plain(plain_text(inlines)),
        place=place,
        level=level,
        stretches=_merged(_stretches(inlines, _PLAIN)),
        links=sum(isinstance(each, Link | NoteMark) for each in within(inlines)),
    )


def _stretches(inlines: Iterable[Inline], like: Stretch) -> Iterator[Stretch]:
    for inline in inlines:
        match inline:
            case Text():
                yield like._replace(letters=_count(inline.text))
            case Strong():
                yield from _stretches(inline.inlines, like._replace(strong=True))
            case Emphasis():
                yield from _stretches(inline.inlines, like._replace(emphasis=True))
            case Link():
                yield from _stretches(inline.inlines, like._replace(target=inline.href))
            case Passage():
                yield from _stretches(inline.inlines, like._replace(lang=inline.lang))
            case NoteMark():
                yield Stretch(_count(str(inline.number)), target=INSIDE, note=inline.number)
            case Note():
                raise ValueError("a paper is arranged before it is compared: there is a note amid the text")


def _count(text: str) -> int:
    return len("".join(text.split()))


# Of the tag tree --------------------------------------------------------------------------------


def units_of_tree(root: TagElement, like: Stretch = _PLAIN) -> Iterator[Unit]:
    """Yield what the tag tree has, fields for a signature left out; ``like`` is what is said around it."""
    like = _speaking(root, like)
    for held in root.held:
        if isinstance(held, TagElement):
            yield from _element(held, like)
        elif isinstance(held, MarkedContent):
            yield _loose(root, held, like)


def _speaking(element: TagElement, like: Stretch) -> Stretch:
    return like._replace(lang=element.lang or like.lang)


def _element(element: TagElement, like: Stretch) -> Iterator[Unit]:
    match element.kind:
        case kind if kind in _GROUPS:
            yield from units_of_tree(element, like)
        case kind if kind in _OPENED or (kind == "Note" and _is_labelled(element)):
            form = element.attributes.get("ListNumbering", "")
            yield Unit(kind=kind, form=form, element=element)
            yield from units_of_tree(element, like)
            yield Unit(kind=f"/{kind}", element=element)
        case "Lbl":
            words = plain(element.text)
            sign = len(words) == 1 and not words.isalnum()
            yield Unit(kind="Lbl", words=_BULLET if sign else words, element=element)
        case "Reference":
            yield _entry(element, like)
        case "Form" if _is_field(element):
            return
        case _:
            yield _spoken(element, like)


def _is_labelled(note: TagElement) -> bool:
    return any(each.kind == "Lbl" for each in note.elements())


def _loose(element: TagElement, mark: MarkedContent, like: Stretch) -> Unit:
    return _spoken(replace(element, kind="P", tag="P", attributes={}, held=(mark,)), like)


def _spoken(element: TagElement, like: Stretch) -> Unit:
    return Unit(
        kind=element.kind,
        words=plain(element.text),
        form=element.attributes.get("Scope", ""),
        stretches=_merged(_stretches_of(element, like)),
        links=sum(each.kind == "Link" for each in element.within()),
        element=element,
    )


def _entry(element: TagElement, like: Stretch) -> Unit:
    """Return an entry of the contents, without its page number."""
    unit = _spoken(element, like)
    words, number = told_page(element)
    kept = [*unit.stretches]
    left = len(number)
    while left and kept:
        last = kept.pop()
        kept += [last._replace(letters=last.letters - left)] if last.letters > left else []
        left = max(0, left - last.letters)
    # It is a mark of nothing: the number of a page is not that of a note.
    return replace(unit, words=words, stretches=tuple(each._replace(note=0) for each in kept))


def told_page(entry: TagElement) -> tuple[str, str]:
    """Return the words of an entry of the contents, and the page number after them; empty for none."""
    found = _NUMBER.fullmatch(plain(entry.text))
    return (found["words"] or "", found["number"]) if found else (plain(entry.text), "")


def called(reference: TagElement) -> int:
    """Return the number of the note that a reference calls for; 0 for none."""
    words = plain(reference.text)
    return int(words) if words.isdecimal() and words.isascii() else 0


def _stretches_of(element: TagElement, like: Stretch) -> Iterator[Stretch]:
    like = _speaking(element, like)._replace(
        strong=like.strong or element.tag == "Strong",
        emphasis=like.emphasis or element.tag == "Em",
        target=target_of(element) if element.kind == "Link" else like.target,
        note=called(element) if element.kind == "Reference" else like.note,
    )
    if element.instead is not None:
        yield like._replace(letters=_count(element.instead))
        return
    for held in element.held:
        if isinstance(held, MarkedContent):
            yield like._replace(letters=_count(held.text))
        elif isinstance(held, TagElement):
            yield from _stretches_of(held, like)


def target_of(link: TagElement) -> str:
    """Return where a link's annotations lead; every target where they differ."""
    areas = (each for each in link.held if isinstance(each, Area))
    targets = dict.fromkeys(INSIDE if each.spot else each.target for each in areas)
    return " ".join(targets)


def _is_field(element: TagElement) -> bool:
    return bool(element.held) and all(isinstance(e, Area) and e.kind == "Widget" for e in element.held)
