"""Reads a PDF: its tag tree, what its pages draw, its links and its outline.

What is not sound in the file itself is noticed here, where its objects are at hand.
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
from flows.document.inspection.values import Area, Bookmark, MarkedContent, Paper, Spot, TagElement
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.glyphs import Font
    from flows.document.inspection.values import DrawnText, Held, Raw
    from flows.domain.finding import Finding

_Key: TypeAlias = tuple[int, int]
"""Number and generation of an object."""

_DEEPEST: Final = 100
"""How deep a tag tree or an outline may be; ours are far from it."""
_UNREADABLE: Final = (
    *(pikepdf.PikepdfError, TypeError, ValueError, LookupError),
    *(AttributeError, ArithmeticError, RuntimeError),
)
"""pikepdf gives a fault of the file as whatever kind of error its bytes lead to."""


def read_paper(pdf: bytes, *, source: str = "the PDF") -> Paper:
    """Return what ``pdf`` has for somebody who cannot see it.

    Raises:
        MalformedError: it is no PDF, is encrypted, or its objects are not what the standard makes them.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            return _Reading(file).paper()
    except pikepdf.PasswordError:
        problem = "it is encrypted, so that not everybody can read it"
        raise MalformedError(source, Fault(path="", problem=problem)) from None
    except _UNREADABLE:
        problem = "it is no PDF, or a damaged one"
        raise MalformedError(source, Fault(path="", problem=problem)) from None


class _Reading:
    """One pass over one file."""

    def __init__(self, file: pikepdf.Pdf) -> None:
        self._file = file
        self._findings: list[Finding] = []
        self._numbers: dict[_Key, int] = {page.obj.objgen: n for n, page in enumerate(file.pages, start=1)}
        self._contents: dict[int, Content] = {}
        self._runs: dict[tuple[int, int], list[DrawnText]] = defaultdict(list)
        self._roles: dict[str, str] = {}
        self._read: set[_Key] = set()
        self._holders: dict[tuple[int, int], _Key] = {}
        self._annotated: dict[_Key, _Key] = {}
        self._notes: dict[str, _Key] = {}
        self._back: dict[int, Raw] = {}

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
        nothing = pikepdf.Dictionary()
        tree: Raw = catalog.get("/StructTreeRoot", nothing)
        if not tree or not catalog.get("/MarkInfo", nothing).get("/Marked", False):
            self._notice("PDF_TAGGED", "the file", "The file does not say that it is tagged, or has no tags.")
        lang = _string(catalog.get("/Lang"))
        if not lang:
            self._notice("PDF_LANGUAGE", "the file", "The file does not say in which language it is.")
        root = self._tree(tree)
        self._check_marks()
        self._check_parents(tree)
        self._check_annotations()
        self._check_order(root)
        self._check_notes(tree)
        bookmarks = tuple(self._bookmarks(catalog))
        title, author = self._properties()
        return Paper(
            title=title,
            author=author,
            lang=lang,
            root=root,
            bookmarks=bookmarks,
            drawn=tuple(self._contents.values()),
            findings=tuple(self._findings),
        )

    def _properties(self) -> tuple[str, str]:
        """Return title and author; notice where the file says others elsewhere."""
        info: Raw = self._file.trailer.get("/Info", pikepdf.Dictionary())
        title, author = (_string(info.get(name)) for name in ("/Title", "/Author"))
        known = self._file.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        if (known.get("dc:title"), known.get("dc:creator")) != (title, [author]):
            self._notice("PDF_IMPRINT", "the properties", "What they say twice is not the same.")
        return title, author

    # The tree ------------------------------------------------------------------------------------

    def _tree(self, tree: Raw) -> TagElement:
        roles = tree.get("/RoleMap", pikepdf.Dictionary()).items()
        self._roles = {_name(name): _name(role) for name, role in roles}
        return _element("StructTreeRoot", held=tuple(self._held(tree, None, depth=0)))

    def _held(self, node: Raw, page: int | None, *, depth: int) -> Iterator[Held]:
        if depth > _DEEPEST:
            message = "a tree too deep"
            raise ValueError(message)
        kids = node.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [] if kids is None else [kids]:
            if isinstance(kid, int):
                yield from self._mark(node, page, int(kid))
                continue
            kind = kid.get("/Type")
            if kind is not None and kind == "/MCR":
                yield from self._mark(node, self._page(kid.get("/Pg")) or page, int(kid.MCID))
            elif kind is not None and kind == "/OBJR":
                yield from self._annotation(node, kid, self._page(kid.get("/Pg")) or page)
            else:
                yield self._inner(kid, node, page, depth=depth)

    def _inner(self, kid: Raw, parent: Raw, page: int | None, *, depth: int) -> TagElement:
        place = f"element {_name(kid.S)}"
        if kid.objgen in self._read:
            self._notice("PDF_TREE", place, "An element stands at two places of the tag tree.")
            return _element(_name(kid.S))
        self._read.add(kid.objgen)
        facts = dict(kid.items())
        above = facts.get("/P")
        if above is None or above.objgen != parent.objgen:
            self._notice("PDF_TREE", place, "An element names another parent than the one it stands in.")
        tag = _name(kid.S)
        kind = self._roles.get(tag, tag)
        page = self._page(facts.get("/Pg")) or page
        held = tuple(self._held(kid, page, depth=depth + 1))
        if kind == "Note":
            self._notes[_string(facts.get("/ID"))] = kid.objgen
        instead = facts.get("/ActualText", facts.get("/Alt"))
        return TagElement(
            kind=kind,
            tag=tag,
            attributes=_attributes(facts.get("/A")),
            lang=_string(facts.get("/Lang")),
            id=_string(facts.get("/ID")),
            instead=_string(instead) if instead is not None else None,
            held=held,
        )

    def _page(self, page: Raw) -> int | None:
        there = page is not None and isinstance(page, pikepdf.Dictionary)
        return self._numbers.get(page.objgen) if there else None

    def _mark(self, node: Raw, page: int | None, mcid: int) -> Iterator[MarkedContent]:
        key = (page or 0, mcid)
        place = f"page {page}" if page else "the tag tree"
        if page is None or mcid not in self._contents[page].marks:
            self._notice("PDF_MARK", place, f"An element names content {mcid}, which is not there.")
            return
        if key in self._holders:
            self._notice("PDF_MARK", place, f"Content {mcid} is held twice.")
        self._holders.setdefault(key, node.objgen)
        runs = tuple(self._runs[key])
        yield MarkedContent(page=page, mcid=mcid, runs=runs, text="".join(run.text for run in runs))

    def _annotation(self, node: Raw, kid: Raw, page: int | None) -> Iterator[Area]:
        found = kid.get("/Obj")
        if not isinstance(found, pikepdf.Dictionary) or "/Subtype" not in found:
            self._notice("PDF_LINK", f"page {page}", "An element refers to an object that is not there.")
            return
        self._annotated[found.objgen] = node.objgen
        yield Area(
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

    # What is not sound -----------------------------------------------------------------

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
            texts = [run for run in content.runs if run.text.strip()]
            if any(run.mcid is None and not run.artifact for run in texts):
                self._notice("PDF_OUTSIDE", place, "Text is in no element and no decoration.")
            if any(run.mcid is not None and run.artifact for run in texts):
                self._notice("PDF_ARTIFACT", place, "Text is in an element and decoration at once.")

    def _check_parents(self, tree: Raw) -> None:
        numbers = [*tree.ParentTree.Nums] if tree else []
        self._back = dict(zip(map(int, numbers[::2]), numbers[1::2], strict=True))
        for number, page in enumerate(self._file.pages, start=1):
            place, marks = f"page {number}", set(self._contents[number].marks)
            if not marks:
                continue
            row = self._back.get(int(page.obj.get("/StructParents", -1)))
            if not isinstance(row, pikepdf.Array):
                self._notice("PDF_PARENT_TREE", place, "The page does not lead back to its elements.")
                continue
            for mcid in sorted(marks):
                holder = self._holders.get((number, mcid))
                back = row[mcid] if mcid < len(row) else None
                if holder is not None and getattr(back, "objgen", None) != holder:
                    self._notice("PDF_PARENT_TREE", place, f"Content {mcid} leads back to another element.")
        for value in self._back.values():
            for each in value if isinstance(value, pikepdf.Array) else [value]:
                if isinstance(each, pikepdf.Dictionary) and each.objgen not in self._read:
                    self._notice("PDF_PARENT_TREE", "the tag tree", "It leads back to an element outside it.")

    def _check_annotations(self) -> None:
        there: set[_Key] = set()
        for number, page in enumerate(self._file.pages, start=1):
            for each in page.obj.get("/Annots", []):
                there.add(each.objgen)
                holder = self._annotated.get(each.objgen)
                if holder is None:
                    self._notice("PDF_LINK", f"page {number}", "A link or field is in no element.")
                    continue
                back = self._back.get(int(each.get("/StructParent", -1)))
                if getattr(back, "objgen", None) != holder:
                    self._notice(
                        "PDF_PARENT_TREE", f"page {number}", "A link or field leads back to another element."
                    )
        if self._annotated.keys() - there:
            self._notice("PDF_LINK", "the tag tree", "An element refers to a link that is on no page.")

    def _check_order(self, root: TagElement) -> None:
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

    def _check_notes(self, tree: Raw) -> None:
        """Notice an index of identifiers that is another than that of the notes, by their objects."""
        names = [*tree.IDTree.Names] if "/IDTree" in tree else []
        found = {_string(name): note.objgen for name, note in zip(names[::2], names[1::2], strict=True)}
        if found != self._notes:
            self._notice("PDF_NOTE", "the tag tree", "Its index of identifiers is not that of its notes.")

    # The outline ---------------------------------------------------------------------------------

    def _bookmarks(self, catalog: Raw) -> Iterator[Bookmark]:
        if "/Outlines" in catalog:
            yield from self._entries(catalog.Outlines, 0, set())

    def _entries(self, parent: Raw, depth: int, seen: set[_Key]) -> Iterator[Bookmark]:
        entry = parent.get("/First")
        if entry is not None and int(parent.get("/Count", 0)) <= 0:
            self._notice("PDF_BOOKMARK", "the outline", "It is closed: nobody sees its entries.")
        while isinstance(entry, pikepdf.Dictionary):
            if entry.objgen in seen or depth > _DEEPEST:
                message = "an outline that leads back to itself"
                raise ValueError(message)
            seen.add(entry.objgen)
            page, top = self._destination(entry)
            yield Bookmark(title=_string(entry.get("/Title")), depth=depth, page=page, top=top)
            yield from self._entries(entry, depth + 1, seen)
            entry = entry.get("/Next")

    def _destination(self, holder: Raw) -> tuple[int, float | None]:
        found, action = holder.get("/Dest"), holder.get("/A")
        if found is None and isinstance(action, pikepdf.Dictionary):
            found = action.get("/D")
        if not isinstance(found, pikepdf.Array) or not found:
            return 0, None
        top = found[3] if [*found[1:2]] == ["/XYZ"] else None
        return self._page(found[0]) or 0, None if top is None else float(top)


def _element(kind: str, *, held: tuple[Held, ...] = ()) -> TagElement:
    return TagElement(kind=kind, tag=kind, attributes={}, lang="", id="", instead=None, held=held)


def _attributes(found: Raw) -> dict[str, str]:
    entries = found.items() if isinstance(found, pikepdf.Dictionary) else ()
    return {_name(key): _value(value) for key, value in entries if key != "/O"}


def _value(value: Raw) -> str:
    return " ".join(map(_value, value)) if isinstance(value, pikepdf.Array) else _name(value)


def _name(value: Raw) -> str:
    return str(value).removeprefix("/")


def _string(value: Raw) -> str:
    return str(value) if value is not None and isinstance(value, pikepdf.String) else ""


_SUBJECT: Final = re.compile(r"(\S.{0,39}), version \d+")


def named_reference(pdf: bytes) -> str | None:
    """Return the reference that a paper of ours gives in its properties; None where it gives none."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            found = _SUBJECT.fullmatch(str(file.docinfo.get("/Subject", "")))
    except _UNREADABLE:
        return None
    return found[1] if found else None
