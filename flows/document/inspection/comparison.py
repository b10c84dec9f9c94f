"""Compares a PDF with the text it is made of, block by block.

In this order: the units of the tag tree are aligned with those of the text; what does not match is
told apart; in what matches, links, marks of notes, stress and languages are compared letter by letter;
then bookmarks, decoration and the language of the whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import chain, zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from flows.document.arrangement import go_on
from flows.document.blocks import Heading, Text
from flows.document.inspection.noticing import finding
from flows.document.inspection.units import units_of_blocks, units_of_tree
from flows.document.inspection.values import plain
from flows.document.record import is_opening

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from flows.document.blocks import Block
    from flows.document.inspection.units import Unit
    from flows.document.inspection.values import Bookmark, DrawnText, Paper
    from flows.domain.finding import Finding

_ABOVE: Final = 90.0
"""How far above a heading a bookmark may lead, points."""
_BELOW: Final = 4.0
"""How far below its first line."""
_LANG: Final = "en-GB"
"""What every paper is in, but for its passages."""


def compare(
    paper: Paper,
    blocks: Sequence[Block],
    *,
    until: str | None = None,
    pictures: Sequence[str] | None = None,
) -> Iterator[Finding]:
    """Yield where ``paper`` is not what ``blocks`` say, in the order of the text.

    Args:
        paper: As read.
        blocks: What it should say.
        until: The heading after which the paper goes on, of which ``blocks`` hold nothing; None where they
            hold everything.
        pictures: What the pictures before the text are called; None where nobody knows.
    """
    read, bookmarks = [*units_of_tree(paper.root)], paper.bookmarks
    # In a letter, which has no title, it is the first heading there is.
    ends = [at for at, unit in enumerate(read) if unit.kind in {"H1", "H2"} and unit.words == until]
    if until and ends:
        # The heading itself is known: it stands in the contents and in the outline, and is compared.
        blocks = go_on(blocks, [Heading(level=2, inlines=(Text(until),))])
        read = [unit for unit in read[: ends[-1] + 1] if unit.kind != "P" or not is_opening(unit.words)]
        at = [at for at, each in enumerate(bookmarks) if plain(each.title) == until]
        bookmarks = bookmarks[: at[-1] + 1] if at else bookmarks
    if pictures is not None and [unit.words for unit in read[: _front(read)]] != [*map(plain, pictures)]:
        yield finding(
            "PDF_FIGURE", "before the text", "The authority's crest is missing, or called otherwise."
        )
    said = [*units_of_blocks(blocks)]
    comparison = _Comparison(paper, said, read)
    yield from comparison.findings()
    yield from _bookmarks(bookmarks, comparison.headings())
    yield from _decoration(paper, said)
    yield from _language(paper)


def source_words(blocks: Sequence[Block]) -> dict[str, str]:
    """Return the words of every place that a finding of the comparison may name."""
    return {unit.place: unit.words for unit in units_of_blocks(blocks) if unit.words}


class _Comparison:
    """The units of a text beside those of a tag tree."""

    def __init__(self, paper: Paper, said: Sequence[Unit], read: Sequence[Unit]) -> None:
        self._paper = paper
        self._said = said
        self._matched: dict[int, Unit] = {}
        self._findings: list[Finding] = []
        front = _front(read)
        self._align(range(len(said)), read[front:])

    def findings(self) -> Iterator[Finding]:
        """Yield what differs."""
        yield from self._findings
        for number, unit in sorted(self._matched.items(), key=itemgetter(0)):
            yield from _dress(self._said[number], unit)

    def headings(self) -> list[tuple[Unit, Unit | None]]:
        """Return every heading of the text, with what it is in the tag tree."""
        return [(unit, self._matched.get(at)) for at, unit in enumerate(self._said) if unit.level]

    def _align(self, said: Sequence[int], read: Sequence[Unit]) -> None:
        left: list[int] = []
        extra: list[Unit] = []
        for ours, theirs in self._pairs(said, read, lambda unit: (unit.kind, unit.words)):
            for some, others in self._pairs(ours, theirs, lambda unit: unit.squeezed or unit.kind):
                rest, more = self._told_apart(some, others)
                left += rest
                extra += more
        self._moved(left, extra)

    def _pairs(
        self, said: Sequence[int], read: Sequence[Unit], key: Callable[[Unit], Hashable]
    ) -> Iterator[tuple[list[int], list[Unit]]]:
        """Match what ``key`` says is the same; yield what stands between the matches on both sides."""
        ours, theirs = [key(self._said[at]) for at in said], [key(unit) for unit in read]
        # Most of it is the same from both ends, and what is repeated often would cost much below.
        first = _shared(ours, theirs)
        self._match(said[:first], read[:first])
        ours, theirs, said, read = ours[first:], theirs[first:], said[first:], read[first:]
        if last := _shared(ours[::-1], theirs[::-1]):
            self._match(said[-last:], read[-last:])
            ours, theirs, said, read = ours[:-last], theirs[:-last], said[:-last], read[:-last]
        for what, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if what == "equal":
                self._match(said[a:b], read[c:d])
            else:
                yield [*said[a:b]], [*read[c:d]]

    def _match(self, said: Sequence[int], read: Sequence[Unit]) -> None:
        for number, unit in zip(said, read, strict=True):
            self._matched[number] = unit
            self._differ(self._said[number], unit)

    def _differ(self, said: Unit, read: Unit) -> None:
        """Notice how two units differ that stand for each other."""
        if said.kind != read.kind:
            self._notice("PDF_KIND", said, f"It is tagged as {_tag(read)} and should be {said.kind}.")
        if said.words == read.words:
            return
        span = _difference(said.words, read.words)
        if said.squeezed == read.squeezed:
            self._notice("PDF_SPACES", said, "Words run together, or are torn apart.", span)
        else:
            self._notice("PDF_WORDS", said, "The element has other words than the text.", span)

    def _told_apart(self, said: list[int], read: list[Unit]) -> tuple[list[int], list[Unit]]:
        """Notice what became several elements, or has other words; return what is left on both sides."""
        for number in [*said]:
            unit = self._said[number]
            pieces = _pieces(unit.squeezed, read) if unit.words else []
            if pieces:
                self._notice("PDF_SPLIT", unit, f"It has become {len(pieces)} elements.")
                self._matched[number] = replace(unit, element=pieces[0].element)
                said.remove(number)
                read = [each for each in read if each not in pieces]
        if [self._said[n].kind for n in said] == [unit.kind for unit in read]:
            self._match(said, read)
            return [], []
        return said, read

    def _moved(self, left: Sequence[int], extra: list[Unit]) -> None:
        """Notice what is read elsewhere, what is not read at all, and what nobody wrote."""
        told: set[str] = set()
        for number in left:
            unit = self._said[number]
            there = next((each for each in extra if each.words and each.words == unit.words), None)
            if there is not None:
                extra.remove(there)
                self._matched[number] = there
                self._notice("PDF_ORDER", unit, "It is read at another place than it stands.")
            elif unit.words and unit.squeezed in self._hidden():
                self._notice("PDF_ARTIFACT", unit, "It is marked as decoration, so that nobody hears it.")
            elif unit.words:
                self._notice("PDF_MISSING", unit, "It is not in the tag tree.")
            elif not unit.kind.startswith("/") and not self._has_words(left):
                self._notice("PDF_MISSING", unit, f"The {unit.kind} around it is not in the tag tree.")
            told.add(unit.place)
        spoken = any(unit.words for unit in extra)
        for unit in extra:
            if unit.words or not (spoken or told or unit.kind.startswith("/")):
                page = _page(unit)
                where = f"page {page}" if page else "the tag tree"
                sentence = f"An element {_tag(unit)} is of no block of the text."
                self._findings.append(finding("PDF_EXTRA", where, sentence))

    def _has_words(self, numbers: Iterable[int]) -> bool:
        return any(self._said[number].words for number in numbers)

    def _hidden(self) -> str:
        """Return all words that are marked as decoration, without spaces."""
        return "".join("".join(run.text.split()) for run in self._paper.runs if run.artifact)

    def _notice(self, code: str, unit: Unit, sentence: str, span: tuple[int, int] | None = None) -> None:
        self._findings.append(finding(code, unit.place, sentence, span))


def _shared(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Return how many at the start of both are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _front(read: Sequence[Unit]) -> int:
    """Return how many pictures stand before the text: the authority's crest is of no block."""
    return next((at for at, unit in enumerate(read) if unit.kind != "Figure"), len(read))


def _pieces(whole: str, read: Sequence[Unit]) -> list[Unit]:
    """Return the neighbours among ``read`` that together say ``whole``."""
    for start in range(len(read)):
        said = ""
        for end in range(start, len(read)):
            said += read[end].squeezed
            if not whole.startswith(said):
                break
            if said == whole and end > start:
                return [unit for unit in read[start : end + 1] if unit.words]
    return []


def _difference(one: str, other: str) -> tuple[int, int]:
    """Return from which character to which of ``one`` it differs from ``other``."""
    start = next((at for at, (a, b) in enumerate(zip_longest(one, other)) if a != b), len(one))
    end = len(one)
    while end > start and len(other) - (len(one) - end) > start and one[end - 1] == other[end - 1 - len(one)]:
        end -= 1
    return start, max(end, min(start + 1, len(one)))


def _tag(unit: Unit) -> str:
    return unit.element.tag if unit.element else unit.kind


def _page(unit: Unit) -> int:
    return next((mark.page for mark in unit.element.marks()), 0) if unit.element else 0


def _dress(said: Unit, read: Unit) -> Iterator[Finding]:
    """Yield how form, links, marks, stress and languages differ where the words are the same."""
    if said.kind == read.kind and said.form != read.form:
        code = "PDF_LIST" if said.kind == "L" else "PDF_TABLE"
        yield finding(code, said.place, f"Its form should be {said.form} and is {read.form or 'not given'}.")
    same = said.stretches == read.stretches and said.links == read.links
    if same or not said.stretches or said.squeezed != read.squeezed:
        return
    if said.targets() != read.targets():
        yield finding(
            "PDF_TARGET", said.place, "A link is missing, stands on other words, or leads elsewhere."
        )
    elif said.links != read.links:
        yield finding(
            "PDF_TARGET", said.place, f"The text has {said.links} links here, the tag tree {read.links}."
        )
    if said.stress() != read.stress():
        yield finding("PDF_EMPHASIS", said.place, "What the text stresses is not what is tagged so.")
    if said.notes() != read.notes():
        yield finding("PDF_NOTE", said.place, "The mark of a note is missing, or stands elsewhere.")
    if said.languages(_LANG) != read.languages(_LANG):
        yield finding(
            "PDF_LANGUAGE", said.place, "Its words, or some of them, are said to be in another language."
        )


# Bookmarks --------------------------------------------------------------------------------------


def _bookmarks(
    bookmarks: Sequence[Bookmark], headings: Sequence[tuple[Unit, Unit | None]]
) -> Iterator[Finding]:
    if len(bookmarks) != len(headings):
        sentence = f"There are {len(bookmarks)} bookmarks and {len(headings)} headings."
        yield finding("PDF_BOOKMARK", "the outline", sentence)
        return
    depth = -1
    for bookmark, (said, read) in zip(bookmarks, headings, strict=True):
        depth = min(said.level - 1, depth + 1)  # an outline goes down by one level at a time
        if plain(bookmark.title) != said.words:
            yield finding("PDF_BOOKMARK", said.place, "Its bookmark has other words.")
        if bookmark.depth != depth:
            yield finding("PDF_BOOKMARK", said.place, "Its bookmark is at another level.")
        first = _first_run(read)
        if first is None:
            continue
        if bookmark.page != first.page:
            yield finding("PDF_BOOKMARK", said.place, "Its bookmark leads to another page.")
        elif bookmark.top is not None and not -_BELOW <= bookmark.top - first.start[1] <= _ABOVE:
            yield finding("PDF_BOOKMARK", said.place, "Its bookmark leads to another place on the page.")


def _first_run(unit: Unit | None) -> DrawnText | None:
    if unit is None or unit.element is None:
        return None
    return next(chain.from_iterable(mark.runs for mark in unit.element.marks()), None)


# Decoration and language ------------------------------------------------------------------------


def _decoration(paper: Paper, said: Sequence[Unit]) -> Iterator[Finding]:
    """Yield the pages on which something is printed amid the text that nobody hears."""
    headers = "".join(unit.squeezed for unit in said if unit.kind == "TH")
    spoken: dict[int, list[float]] = {}
    for run in paper.runs:
        if run.mcid is not None and run.text.strip():
            spoken.setdefault(run.page, []).append(run.start[1])
    on_pages = Counter((plain(run.text), run.start[1]) for run in paper.runs if run.artifact)
    for run in paper.runs:
        if not run.artifact or run.page not in spoken or not run.text.strip():
            continue
        amid = min(spoken[run.page]) < run.start[1] < max(spoken[run.page])
        known = "".join(run.text.split()) in headers
        everywhere = on_pages[plain(run.text), run.start[1]] == len(paper.drawn) > 1
        if amid and not known and not everywhere:
            yield finding(
                "PDF_ARTIFACT", f"page {run.page}", "Words are printed amid the text that nobody hears."
            )


def _language(paper: Paper) -> Iterator[Finding]:
    if paper.lang and paper.lang != _LANG:
        yield finding("PDF_LANGUAGE", "the file", "The file says that it is in another language.")
    labels = (inner for each in paper.root.within() if each.kind == "Lbl" for inner in each.within())
    if any(each.lang not in {"", _LANG} for each in labels):
        yield finding("PDF_LANGUAGE", "the tag tree", "A label is said to be in another language.")
