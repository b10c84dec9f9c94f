"""What the pages show: pictures and lines in their places, and at head and foot what the file is called.

No text has any of it, so that the file is compared with itself: a picture with its element, and what is
printed for the eye alone with the properties.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final

from flows.document.inspection.noticing import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.content import Content
    from flows.document.inspection.values import Box, DrawnText, Paper, TagElement
    from flows.domain.finding import Finding

_WIDEST: Final = 3.0
"""A line, points: what is broader may cover words."""
_NEAR: Final = 1.0
"""How far a picture may be from where its element says it is, points."""
_ELLIPSIS: Final = "\u2026"


def sheets(paper: Paper) -> Iterator[Finding]:
    """Yield what the pages of ``paper`` show otherwise than they should."""
    yield from _pictures(paper)
    for page, content in enumerate(paper.drawn, start=1):
        yield from _means(content, f"page {page}")
        yield from _imprint(paper, content, page)


def _means(content: Content, place: str) -> Iterator[Finding]:
    if content.strange:
        known = sorted(each for each in content.strange if len(each) <= len("BDC"))
        sentence = f"It draws as no paper of ours does ({', '.join(known) or 'by other operators'})."
        yield finding("PDF_UNSEEN", place, sentence)
    if content.widest > _WIDEST:
        yield finding("PDF_UNSEEN", place, "A line is so broad that it may cover words.")


# Pictures ---------------------------------------------------------------------------------------


def _pictures(paper: Paper) -> Iterator[Finding]:
    """Yield the figures that are not one picture in its place, and the pictures that are no figure."""
    shown: set[tuple[int, int | None]] = set()
    for figure in (each for each in paper.root.within() if each.kind == "Figure"):
        marks = [*figure.marks()]
        shown.update((mark.page, mark.mcid) for mark in marks)
        drawn = [
            (content, each)
            for mark in marks
            for content in [paper.drawn[mark.page - 1]]
            for each in content.pictures
            if each.mcid == mark.mcid
        ]
        place = f"page {marks[0].page}, Figure" if marks else "the tag tree, Figure"
        if len(drawn) != 1 or any(mark.runs for mark in marks):
            yield finding("PDF_FIGURE", place, "It is not one picture and nothing else.")
            continue
        ((content, picture),) = drawn
        if not (_is_at(figure, picture.box) and _is_inside(picture.box, content.box)):
            yield finding(
                "PDF_FIGURE", place, "The picture does not stand on the page where its element says."
            )
        if any(_meets(picture.box, run) for run in content.runs):
            yield finding("PDF_UNSEEN", place, "A picture and words stand at one place.")
    for page, content in enumerate(paper.drawn, start=1):
        if any((page, each.mcid) not in shown for each in content.pictures):
            yield finding("PDF_FIGURE", f"page {page}", "A picture stands outside any figure.")


def _is_at(figure: TagElement, box: Box) -> bool:
    said = [float(each) for each in figure.attributes.get("BBox", "").split()]
    return len(said) == len(box) and all(abs(a - b) <= _NEAR for a, b in zip(said, box, strict=True))


def _is_inside(box: Box, page: Box) -> bool:
    return page[0] <= box[0] and page[1] <= box[1] and box[2] <= page[2] and box[3] <= page[3]


def _meets(box: Box, run: DrawnText) -> bool:
    left, bottom, right, top = box
    (start, y), (end, _) = run.start, run.end
    return bottom < y < top and start < right and end > left


# Head and foot ----------------------------------------------------------------------------------


def _imprint(paper: Paper, content: Content, page: int) -> Iterator[Finding]:
    """Yield what a page does not bear of author, title with version, and its own number."""
    drawn = (run for run in content.runs if run.artifact and run.seen)
    lines = [
        _squeezed("".join(run.text for run in line)) for _, line in groupby(drawn, lambda run: run.start[1])
    ]
    # A long name stands in two lines.
    names = [*lines, *map("".join, pairwise(lines))]
    titles = [line for line in lines if ",version" in line]
    # Every file of a draft is called so, and every page of it is marked otherwise.
    title = paper.title.removeprefix("Draft: ")
    if not any(_begins(line, paper.author) for line in names):
        yield finding("PDF_IMPRINT", f"page {page}", "It does not bear the name of the author.")
    if not any(_begins(line, title) for line in titles):
        yield finding("PDF_IMPRINT", f"page {page}", "It does not bear the title and the version.")
    if not any(line.endswith(f"Page{page}of{len(paper.drawn)}") for line in lines):
        yield finding("PDF_IMPRINT", f"page {page}", "It does not bear its own number.")


def _begins(line: str, name: str) -> bool:
    """Return whether a line begins with ``name``, or with what there is room for of it."""
    name = _squeezed(name)
    kept, short, _ = line.partition(_ELLIPSIS)
    return bool(name and kept) and (line.startswith(name) or (bool(short) and name.startswith(kept)))


def _squeezed(text: str) -> str:
    return "".join(text.split())
