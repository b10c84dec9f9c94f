"""Reads a PDF: its tag tree, what its pages draw, its links and its outline.

What does not hold together in the file itself is noticed here, where its objects are at hand.
"""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import pikepdf

from flows.document.inspection.content import Content, box_of, read_content
from flows.document.inspection.noticing import finding
from flows.document.inspection.plainness import (
    plain_bookmark,
    plain_content,
    plain_element,
    plain_file,
    plain_notes,
    plain_pictures,
    plain_properties,
)
from flows.document.inspection.values import Annotation, Bookmark, Element, Mark, Paper, Spot
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.glyphs import Font
    from flows.document.inspection.values import Held, Raw, Run
    from flows.domain.finding import Finding

_Key: TypeAlias = tuple[int, int]
"""Number and generation of an object."""

_DEEPEST: Final = 100
"""How deep a tag tree or an outline may be; ours are far from it."""
_STANDARD: Final = frozenset(
    {
        *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index"),
        *("NonStruct", "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody"),
        *("Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference"),
        *("BibEntry", "Code", "Link", "Annot", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP"),
        *("Figure", "Formula", "Form"),
    }
)
"""The kinds of element that ISO 32000-1, 14.8.4, knows."""


def read_paper(pdf: bytes, *, source: str = "the PDF") -> Paper:
    """Return what ``pdf`` holds for somebody who cannot see it.

    Raises:
        MalformedError: it is no PDF, is encrypted, or its objects are not what the standard makes them.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            return _Reading(file).paper()
    except pikepdf.PasswordError:
        problem = "it is encrypted, so that not everybody can read it"
        raise MalformedError(source, Fault(path="", problem=problem)) from None
    except (pikepdf.PdfError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        # pikepdf gives a fault of the file as whatever kind of error its bytes lead to.
        problem = f"it cannot be read as a PDF ({type(error).__name__})"
        raise MalformedError(source, Fault(path="", problem=problem)) from None


class _Reading:
    """One pass over one file."""

    def __init__(self, file: pikepdf.Pdf) -> None:
        self._file = file
        self._findings: list[Finding] = []
        self._numbers: dict[_Key, int] = {page.obj.objgen: n for n, page in enumerate(file.pages, start=1)}
        self._contents: dict[int, Content] = {}
        self._runs: dict[tuple[int, int], list[Run]] = defaultdict(list)
        self._roles: dict[str, str] = {}
        self._read: set[_Key] = set()
        self._holders: dict[tuple[int, int], _Key] = {}
        self._annotated: dict[_Key, _Key] = {}
        self._notes: dict[str, _Key] = {}

    def _notice(self, code: str, place: str, sentence: str) -> None:
        self._findings.append(finding(code, place, sentence))

    def paper(self) -> Paper:
        catalog = self._file.Root
        fonts: dict[Raw, Font] = {}
        for number, page in enumerate(self._file.pages, start=1):
            self._contents[number] = content = read_content(page, number, fonts)
            for run in content.runs:
                if run.mcid is not None:
                    self._runs[number, run.mcid].append(run)
        marked = _is_marked(catalog)
        tree = catalog.get("/StructTreeRoot")
        if not marked or tree is None:
            self._notice("PDF_TAGGED", "the file", "The file does not say that it is tagged, or has no tags.")
        lang = _string(catalog.get("/Lang"))
        if not lang:
            self._notice("PDF_LANGUAGE", "the file", "The file does not say in which language it is.")
        root = self._tree(tree)
        self._check_marks()
        self._check_parents(tree)
        self._check_annotations()
        self._check_order(root)
        self._check_plainness(root, tree)
        bookmarks = tuple(self._bookmarks(catalog))
        return Paper(
            pages=len(self._file.pages),
            marked=marked,
            lang=lang,
            root=root,
            bookmarks=bookmarks,
            runs=tuple(run for content in self._contents.values() for run in content.runs),
            findings=tuple(self._findings),
        )

    # The tree ------------------------------------------------------------------------------------

    def _tree(self, tree: Raw) -> Element:
        if not isinstance(tree, pikepdf.Dictionary):
            return _element("StructTreeRoot")
        roles = tree.get("/RoleMap")
        if isinstance(roles, pikepdf.Dictionary):
            self._roles = {str(name)[1:]: str(role)[1:] for name, role in roles.items()}
        held = tuple(self._held(tree, tree, None, depth=0))
        return _element("StructTreeRoot", held=held)

    def _held(self, node: Raw, tree: Raw, page: int | None, *, depth: int) -> Iterator[Held]:
        if depth > _DEEPEST:
            message = "a tree too deep"
            raise ValueError(message)
        kids = node.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [] if kids is None else [kids]:
            if isinstance(kid, int):
                yield from self._mark(node, page, int(kid))
            elif kid.get("/Type") == "/MCR":
                yield from self._mark(node, self._page(kid.get("/Pg")) or page, int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                yield from self._annotation(node, kid, self._page(kid.get("/Pg")) or page)
            else:
                yield self._inner(kid, node, page, tree, depth=depth)

    def _inner(self, kid: Raw, parent: Raw, page: int | None, tree: Raw, *, depth: int) -> Element:
        place = f"element {_name(kid.S)}"
        if kid.objgen in self._read:
            self._notice("PDF_TREE", place, "An element stands at two places of the tag tree.")
            return _element(_name(kid.S))
        self._read.add(kid.objgen)
        if kid.get("/P") is None or kid.P.objgen != parent.objgen:
            self._notice("PDF_TREE", place, "An element names another parent than the one that holds it.")
        tag, kind = _name(kid.S), self._role(_name(kid.S))
        if kind not in _STANDARD:
            self._notice("PDF_TREE", place, "An element is of a kind that the standard does not know.")
        page = self._page(kid.get("/Pg")) or page
        held = tuple(self._held(kid, tree, page, depth=depth + 1))
        self._findings += plain_element(kid, place)
        if kind == "Note":
            self._notes[_string(kid.get("/ID"))] = kid.objgen
        instead = kid.get("/ActualText", kid.get("/Alt"))
        return Element(
            kind=kind,
            tag=tag,
            attributes=dict(_attributes(kid.get("/A"))),
            lang=_string(kid.get("/Lang")),
            id=_string(kid.get("/ID")),
            instead=_string(instead) if instead is not None else None,
            held=held,
        )

    def _role(self, tag: str) -> str:
        seen: set[str] = set()
        while tag in self._roles and tag not in seen:
            seen.add(tag)
            tag = self._roles[tag]
        return tag

    def _page(self, page: Raw) -> int | None:
        return self._numbers.get(page.objgen) if isinstance(page, pikepdf.Dictionary) else None

    def _mark(self, node: Raw, page: int | None, mcid: int) -> Iterator[Mark]:
        key = (page or 0, mcid)
        place = f"page {page}" if page else "the tag tree"
        if page is None or mcid not in self._contents[page].marks:
            self._notice("PDF_MARK", place, f"An element holds content {mcid}, which is not there.")
            return
        if key in self._holders:
            self._notice("PDF_MARK", place, f"Content {mcid} is held twice.")
        self._holders.setdefault(key, node.objgen)
        runs = tuple(self._runs[key])
        drawn = "".join(run.text for run in runs)
        yield Mark(page=page, mcid=mcid, runs=runs, text=self._contents[page].instead.get(mcid, drawn))

    def _annotation(self, node: Raw, kid: Raw, page: int | None) -> Iterator[Annotation]:
        found = kid.get("/Obj")
        if not isinstance(found, pikepdf.Dictionary) or "/Subtype" not in found:
            self._notice("PDF_LINK", f"page {page}", "An element refers to an object that is not there.")
            return
        self._annotated[found.objgen] = node.objgen
        yield Annotation(
            kind=_name(found.Subtype),
            page=page or 0,
            box=box_of(found.get("/Rect")),
            target=self._target(found),
            spot=self._spot(found),
            contents=_string(found.get("/Contents")),
        )

    def _target(self, annotation: Raw) -> str:
        action = annotation.get("/A")
        if isinstance(action, pikepdf.Dictionary) and "/URI" in action:
            return _string(action.URI)
        spot = self._spot(annotation)
        return f"page {spot.page}" if spot else ""

    def _spot(self, annotation: Raw) -> Spot | None:
        page, top = self._destination(annotation)
        return Spot(page, top) if page else None

    # What does not hold together -----------------------------------------------------------------

    def _check_marks(self) -> None:
        for number, content in self._contents.items():
            place = f"page {number}"
            if not content.sound:
                self._notice("PDF_MARK", place, "Marked content is not closed where it should be.")
            for mcid, times in Counter(content.marks).items():
                if times > 1:
                    self._notice("PDF_MARK", place, f"Content {mcid} is opened {times} times.")
                if (number, mcid) not in self._holders:
                    self._notice("PDF_OUTSIDE", place, f"Content {mcid} is held by no element.")
            loose = sum(
                1 for run in content.runs if run.mcid is None and not run.artifact and run.text.strip()
            )
            if loose:
                self._notice(
                    "PDF_OUTSIDE", place, f"{loose} pieces of text are in no element and no decoration."
                )
            hidden = sum(
                1 for run in content.runs if run.mcid is not None and run.artifact and run.text.strip()
            )
            if hidden:
                self._notice(
                    "PDF_ARTIFACT",
                    place,
                    f"{hidden} pieces of text are in an element and decoration at once.",
                )

    def _check_parents(self, tree: Raw) -> None:
        if not isinstance(tree, pikepdf.Dictionary):
            return
        parents = dict(_numbered(tree.get("/ParentTree")))
        for number, page in enumerate(self._file.pages, start=1):
            place, marks = f"page {number}", set(self._contents[number].marks)
            if not marks:
                continue
            row = parents.get(int(page.obj.get("/StructParents", -1)))
            if not isinstance(row, pikepdf.Array):
                self._notice("PDF_PARENT_TREE", place, "The page does not lead back to its elements.")
                continue
            for mcid in sorted(marks):
                holder = self._holders.get((number, mcid))
                back = row[mcid] if mcid < len(row) else None
                if holder is not None and getattr(back, "objgen", None) != holder:
                    self._notice("PDF_PARENT_TREE", place, f"Content {mcid} leads back to another element.")
        for value in parents.values():
            for each in value if isinstance(value, pikepdf.Array) else [value]:
                if isinstance(each, pikepdf.Dictionary) and each.objgen not in self._read:
                    self._notice("PDF_PARENT_TREE", "the tag tree", "It leads back to an element outside it.")
        self._back = parents

    def _check_annotations(self) -> None:
        parents: dict[int, Raw] = getattr(self, "_back", {})
        there: set[_Key] = set()
        for number, page in enumerate(self._file.pages, start=1):
            for each in page.obj.get("/Annots", []):
                if each.get("/Subtype") == "/Popup":
                    continue
                there.add(each.objgen)
                holder = self._annotated.get(each.objgen)
                if holder is None:
                    self._notice("PDF_LINK", f"page {number}", "A link or field is in no element.")
                    continue
                back = parents.get(int(each.get("/StructParent", -1)))
                if getattr(back, "objgen", None) != holder:
                    self._notice(
                        "PDF_PARENT_TREE", f"page {number}", "A link or field leads back to another element."
                    )
        if self._annotated.keys() - there:
            self._notice("PDF_LINK", "the tag tree", "An element refers to a link that is on no page.")

    def _check_order(self, root: Element) -> None:
        """Notice pages that are drawn in another order than they are read: some readers go by the page."""
        read: dict[int, list[int]] = defaultdict(list)
        for mark in root.marks():
            read[mark.page].append(mark.mcid)
        for number, content in self._contents.items():
            at = {mcid: place for place, mcid in enumerate(content.marks)}
            drawn = [at[mcid] for mcid in read[number]]
            if any(before > after for before, after in pairwise(drawn)):
                self._notice(
                    "PDF_CONTENT_ORDER", f"page {number}", "It is drawn in another order than it is read."
                )

    def _check_plainness(self, root: Element, tree: Raw) -> None:
        """Notice what no paper of ours holds."""
        boxes = {number: box_of(page.mediabox) for number, page in enumerate(self._file.pages, start=1)}
        self._findings += plain_file(self._file)
        for number, content in self._contents.items():
            self._findings += plain_content(content, f"page {number}")
        self._findings += plain_pictures(root, self._contents, boxes)
        self._findings += plain_notes(tree, self._notes)
        runs = (run for content in self._contents.values() for run in content.runs)
        self._findings += plain_properties(self._file, runs)

    # The outline ---------------------------------------------------------------------------------

    def _bookmarks(self, catalog: Raw) -> Iterator[Bookmark]:
        outlines = catalog.get("/Outlines")
        if isinstance(outlines, pikepdf.Dictionary):
            yield from self._entries(outlines, 0, set())

    def _entries(self, parent: Raw, depth: int, seen: set[_Key]) -> Iterator[Bookmark]:
        entry = parent.get("/First")
        while isinstance(entry, pikepdf.Dictionary):
            if entry.objgen in seen or depth > _DEEPEST:
                message = "an outline that leads back to itself"
                raise ValueError(message)
            seen.add(entry.objgen)
            self._findings += plain_bookmark(entry)
            page, top = self._destination(entry)
            yield Bookmark(title=_string(entry.get("/Title")), depth=depth, page=page, top=top)
            yield from self._entries(entry, depth + 1, seen)
            entry = entry.get("/Next")

    def _destination(self, holder: Raw) -> tuple[int, float | None]:
        found = holder.get("/Dest")
        action = holder.get("/A")
        if found is None and isinstance(action, pikepdf.Dictionary):
            found = action.get("/D")
        if isinstance(found, pikepdf.Name | pikepdf.String):
            found = self._named(found)
        if isinstance(found, pikepdf.Dictionary):
            found = found.get("/D")
        if not isinstance(found, pikepdf.Array) or not found:
            return 0, None
        return self._page(found[0]) or 0, _top(found)

    def _named(self, name: Raw) -> Raw:
        if isinstance(name, pikepdf.Name):
            return self._file.Root.get("/Dests", pikepdf.Dictionary()).get(str(name))
        names = self._file.Root.get("/Names", pikepdf.Dictionary()).get("/Dests")
        return pikepdf.NameTree(names).get(str(name)) if names is not None else None


def _element(kind: str, *, held: tuple[Held, ...] = ()) -> Element:
    return Element(kind=kind, tag=kind, attributes={}, lang="", id="", instead=None, held=held)


def _is_marked(catalog: Raw) -> bool:
    info: Raw = catalog.get("/MarkInfo")
    return isinstance(info, pikepdf.Dictionary) and bool(info.get("/Marked", False))


def _attributes(found: Raw) -> Iterator[tuple[str, str]]:
    for each in found if isinstance(found, pikepdf.Array) else [found]:
        if isinstance(each, pikepdf.Dictionary):
            yield from ((_name(key), _value(value)) for key, value in each.items() if key != "/O")


def _value(value: Raw) -> str:
    if isinstance(value, pikepdf.Array):
        return " ".join(map(_value, value))
    return _name(value) if isinstance(value, pikepdf.Name) else str(value)


def _numbered(tree: Raw, depth: int = 0) -> Iterator[tuple[int, Raw]]:
    if not isinstance(tree, pikepdf.Dictionary) or depth > _DEEPEST:
        return
    numbers: Raw = tree.get("/Nums", [])
    for at in range(0, len(numbers) - 1, 2):
        yield int(numbers[at]), numbers[at + 1]
    for kid in tree.get("/Kids", []):
        yield from _numbered(kid, depth + 1)


def _top(destination: Raw) -> float | None:
    at = {"/XYZ": 3, "/FitH": 2, "/FitBH": 2, "/FitR": 5}.get(
        str(destination[1]) if len(destination) > 1 else ""
    )
    if at is None or len(destination) <= at or destination[at] is None:
        return None
    return float(destination[at])


def _name(value: Raw) -> str:
    return str(value).removeprefix("/")


def _string(value: Raw) -> str:
    return str(value) if isinstance(value, pikepdf.String) else ""


_SUBJECT: Final = re.compile(r"(\S.{0,39}), version \d+")


def named_reference(pdf: bytes) -> str | None:
    """Return the reference that a paper of ours gives in its properties; None where it gives none."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            found = _SUBJECT.fullmatch(str(file.docinfo.get("/Subject", "")))
    except pikepdf.PdfError:
        return None
    return found[1] if found else None
