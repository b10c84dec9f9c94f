"""The ways through a paper: its contents list, and the marks and numbers of its notes.

What they say is compared with the text elsewhere. Whether they lead to what they name needs no text.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.document.inspection.noticing import finding
from flows.document.inspection.units import called, told_page
from flows.document.inspection.values import Area, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flows.document.inspection.values import DrawnText, Paper, Spot, TagElement
    from flows.domain.finding import Finding

_HEADING: Final = re.compile("H[1-6]")
_LABEL: Final = re.compile(r"([0-9]+)\.?")
_DIGITS: Final = re.compile("[0-9]+")
_ABOVE: Final = 90.0
"""How far above its first line a way to it may end, points."""
_BELOW: Final = 1.0
"""How far below."""
_LEVEL: Final = 0.1
"""By how much the heights of what stands on one line may differ, since they are written rounded."""


def ways(paper: Paper) -> Iterator[Finding]:
    """Yield which ways of ``paper`` lead elsewhere than they say."""
    yield from _contents(paper)
    yield from _notes(paper)


class _Place(NamedTuple):
    """Something that a way may lead to, by what it is called."""

    name: str
    run: DrawnText


def _reached(spot: Spot | None, places: Iterable[_Place]) -> _Place | None:
    """Return the first of ``places`` that somebody meets who goes to ``spot``; None for none."""
    if spot is None or spot.top is None:
        return None
    here = [each for each in places if each.run.page == spot.page]
    met = [each for each in here if -_BELOW <= spot.top - each.run.start[1] <= _ABOVE]
    return max(met, key=lambda each: each.run.start[1], default=None)


def _areas(element: TagElement) -> list[Area]:
    return [each for inner in element.within() for each in inner.held if isinstance(each, Area)]


def _spots(element: TagElement) -> list[Spot | None]:
    """Return where the links in an element lead, each once."""
    return [*dict.fromkeys(each.spot for each in _areas(element))]


def _placed(named: Iterable[tuple[str, TagElement]]) -> list[_Place]:
    """Return the elements of which something is drawn, each by its name, where they begin."""
    return [_Place(name, run) for name, element in named if (run := _begins(element))]


def _begins(element: TagElement) -> DrawnText | None:
    return next((run for mark in element.marks() for run in mark.runs), None)


# Contents ---------------------------------------------------------------------------------------


def _contents(paper: Paper) -> Iterator[Finding]:
    headings = _placed((plain(each.text), each) for each in paper.root.within() if _HEADING.match(each.kind))
    entries = [*_entries(paper.root)]
    reached: list[int] = []
    for number, entry in enumerate(entries, start=1):
        place = f"the contents, entry {number}"
        words, told = told_page(entry)
        if any(plain(area.contents) != words for area in _areas(entry)):
            yield finding("PDF_CONTENTS", place, "It is described by other words than its own.")
        met = [_reached(spot, headings) for spot in _spots(entry)]
        if not met or any(each is None or each.name != words for each in met):
            yield finding("PDF_CONTENTS", place, "It leads to something else than its heading.")
            continue
        reached += [headings.index(each) for each in met if each]
        if any(each and str(each.run.page) != told for each in met):
            yield finding("PDF_CONTENTS", place, "It names another page than that of its heading.")
    if any(before >= after for before, after in pairwise(reached)):
        yield finding("PDF_CONTENTS", "the contents", "Its entries lead to headings in another order.")


def _entries(root: TagElement) -> Iterator[TagElement]:
    """Yield what names a heading in each entry of the contents."""
    for item in root.within():
        if item.kind == "TOCI":
            yield from (each for each in item.elements() if each.kind not in {"TOC", "Lbl"})


# Notes ------------------------------------------------------------------------------------------


def _notes(paper: Paper) -> Iterator[Finding]:
    notes = [each for each in paper.root.within() if each.kind == "Note"]
    in_contents = {id(each) for each in _entries(paper.root)}
    marks = [
        each
        for each in paper.root.within()
        if each.kind == "Reference" and id(each) not in in_contents and called(each)
    ]
    yield from _numbered(notes, marks)
    of_notes = _placed((_number(each), each) for each in notes)
    of_marks = _placed((str(called(each)), each) for each in marks)
    for number, mark in ((str(called(each)), each) for each in marks):
        if not _leads(mark, number, of_notes):
            yield finding("PDF_NOTE", f"the mark of note {number}", "It does not lead to its note.")
        yield from _described(mark, number, f"the mark of note {number}")
    for number, note in ((str(at), note) for at, note in enumerate(notes, start=1)):
        label = next((each for each in note.elements() if each.kind == "Lbl"), None)
        if label is None or not _leads(label, number, of_marks):
            yield finding("PDF_NOTE", f"note {number}", "It does not lead back to its mark.")
        if label is not None:
            yield from _described(label, number, f"note {number}")


def _described(element: TagElement, number: str, place: str) -> Iterator[Finding]:
    if any(_DIGITS.findall(area.contents) != [number] for area in _areas(element)):
        yield finding("PDF_NOTE", place, "It is described by another number than its own.")


def _leads(element: TagElement, name: str, places: Sequence[_Place]) -> bool:
    """Return whether every link in ``element``, one at least, leads to the place of that name."""
    spots = _spots(element)
    wanted = [each for each in places if each.name == name]
    return bool(spots) and all(_is_at(_reached(spot, places), wanted) for spot in spots)


def _is_at(met: _Place | None, wanted: Sequence[_Place]) -> bool:
    """Return whether what is met is wanted, or stands on the same line as what is."""
    return met is not None and any(
        each.run.page == met.run.page and abs(each.run.start[1] - met.run.start[1]) < _LEVEL
        for each in wanted
    )


def _number(note: TagElement) -> str:
    label = next((plain(each.text) for each in note.elements() if each.kind == "Lbl"), "")
    found = _LABEL.fullmatch(label)
    return found[1] if found else ""


def _numbered(notes: Sequence[TagElement], marks: Sequence[TagElement]) -> Iterator[Finding]:
    """Yield what is wrong with the numbers and identifiers of notes."""
    if [_number(each) for each in notes] != [str(n) for n in range(1, len(notes) + 1)]:
        yield finding("PDF_NOTE", "the notes", "They are not numbered from 1 on.")
    if [called(each) for each in marks] != [*range(1, len(notes) + 1)]:
        yield finding("PDF_NOTE", "the notes", "There is not one mark for each note, in their order.")
    known = Counter(each.id for each in notes)
    # ISO 14289-1, 7.9
    if any(not each or times > 1 for each, times in known.items()):
        yield finding("PDF_NOTE", "the notes", "A note has no identifier of its own.")
