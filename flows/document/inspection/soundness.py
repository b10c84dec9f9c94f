"""What can be said of a tagged PDF without its text: empty elements, links, lists, tables, pictures."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.document.inspection.noticing import finding
from flows.document.inspection.values import Area, MarkedContent, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.values import Box, DrawnText, Paper, TagElement
    from flows.domain.finding import Finding

_MAY_BE_EMPTY: Final = frozenset({"TD", "TH"})
_SCOPES: Final = frozenset({"Column", "Row"})
_NEAR: Final = 2.0
"""How far a link's area may be from its words, points."""


class _Notice(NamedTuple):
    """What is wrong with an element; ``part`` says with which part of it."""

    code: str
    sentence: str
    part: str = ""


def soundness(paper: Paper) -> Iterator[Finding]:
    """Yield what is wrong with ``paper``, whatever its text."""
    yield from _pages(paper)
    for element in paper.root.within():
        for code, sentence, part in _noticed(element):
            yield finding(code, f"{_where(element)}{part}", sentence)


def _noticed(element: TagElement) -> Iterator[_Notice]:
    if not element.held and element.kind not in _MAY_BE_EMPTY:
        yield _Notice("PDF_EMPTY", "The element has no content.")
    elif _is_blank(element):
        yield _Notice("PDF_EMPTY", "The element has no words.")
    match element.kind:
        case "Link":
            yield from _link(element)
        case "Table":
            yield from _table(element)
        case "LI" if [each.kind for each in element.elements()] != ["Lbl", "LBody"]:
            yield _Notice("PDF_LIST", "A list item is not one label and one body.")
        case "Figure" if not (element.instead or "").strip():
            yield _Notice("PDF_FIGURE", "A picture has no words that stand for it.")


def _pages(paper: Paper) -> Iterator[Finding]:
    """Yield the pages that are out of order, and those on which ear and eye are told different things."""
    read = {mark.page for mark in paper.root.marks()}
    for page, content in enumerate(paper.drawn, start=1):
        if any(not run.seen and run.mcid is not None and run.text.strip() for run in content.runs):
            yield finding("PDF_UNSEEN", f"page {page}", "Words are read aloud that nobody can see.")
        if read and page not in read:
            yield finding("PDF_ARTIFACT", f"page {page}", "Nothing on the page is ever heard.")
    firsts = (next(each.marks(), None) for each in _down_to_rows(paper.root))
    begun = [mark.page for mark in firsts if mark]
    if any(before > after for before, after in pairwise(begun)):
        yield finding("PDF_CONTENT_ORDER", "the pages", "They stand in another order than they are read.")


def _down_to_rows(element: TagElement) -> Iterator[TagElement]:
    """Yield what is within an element, but of a row nothing: a row over two pages is read cell by cell."""
    for each in element.elements():
        yield each
        if each.kind != "TR":
            yield from _down_to_rows(each)


def _where(element: TagElement) -> str:
    page = next((mark.page for mark in element.marks()), None)
    return f"page {page}, {element.tag}" if page else f"the tag tree, {element.tag}"


def _is_blank(element: TagElement) -> bool:
    direct = any(isinstance(each, MarkedContent) for each in element.held)
    return direct and element.kind not in _MAY_BE_EMPTY and not element.text.strip()


# Links ------------------------------------------------------------------------------------------


def _link(link: TagElement) -> Iterator[_Notice]:
    areas = [each for each in link.held if isinstance(each, Area)]
    if not areas:
        yield _Notice("PDF_LINK", "A link has words, and nothing to follow.")
        return
    if not all(area.target for area in areas):
        yield _Notice("PDF_LINK", "A link leads nowhere.")
    if not all(area.contents.strip() for area in areas):
        yield _Notice("PDF_LINK", "A link has no description.")
    if not all(_is_described(area, plain(link.text)) for area in areas):
        yield _Notice("PDF_LINK", "A link is described by other words than its own and its address.")
    runs = [run for mark in link.marks() for run in mark.runs if run.text.strip()]
    if not all(any(_covers(area, run) for area in areas) for run in runs):
        yield _Notice("PDF_LINK", "Words of a link cannot be followed: its area is elsewhere.")
    if not all(any(_covers(area, run) for run in runs) for area in areas):
        yield _Notice("PDF_LINK", "The area of a link is not on its own words.")


def _is_described(area: Area, words: str) -> bool:
    """Return whether a link out of the paper is called what it says; `ways` looks at the others."""
    said = {f"{words} ({area.target})", *([words] if words == area.target else [])}
    return area.spot is not None or not area.contents.strip() or area.contents in said


def _covers(area: Area, run: DrawnText) -> bool:
    x, y = (run.start[0] + run.end[0]) / 2, (run.start[1] + run.end[1]) / 2
    return area.page == run.page and _holds(area.box, x, y)


def _holds(box: Box, x: float, y: float) -> bool:
    left, bottom, right, top = box
    return left - _NEAR <= x <= right + _NEAR and bottom - _NEAR <= y <= top + _NEAR


# Tables -------------------------------------------------------------------------------


def _table(table: TagElement) -> Iterator[_Notice]:
    rows = [[*row.elements()] for row in table.within() if row.kind == "TR"]
    if len({len(row) for row in rows}) > 1:
        yield _Notice("PDF_TABLE", "The rows of a table differ in width.")
    for number, row in enumerate(rows, start=1):
        for at, cell in enumerate(row, start=1):
            yield from (_Notice("PDF_TABLE", each, f", row {number}, cell {at}") for each in _cell(cell))


def _cell(cell: TagElement) -> Iterator[str]:
    if cell.kind not in {"TH", "TD"}:
        yield "A row has something other than cells."
    if cell.attributes.keys() - {"Scope"}:
        yield "Something is said of a cell which no text of ours asks for."
    if cell.kind == "TH" and cell.attributes.get("Scope") not in _SCOPES:
        yield "A header cell does not say what it heads."
