"""What a paper of ours may hold, as closed lists; whatever else a file holds is noticed.

A file may say one thing to the ear, another to the eye and a third to whoever follows it, by means that
break no rule. No list of such means is ever complete, and that of what our papers hold is short.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import pikepdf

from flows.document.inspection.noticing import finding
from flows.document.inspection.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flows.document.inspection.content import Content, Picture
    from flows.document.inspection.values import Box, Element, Raw, Run
    from flows.domain.finding import Finding

_Colour: TypeAlias = tuple[float, float, float]


def _keys(names: str) -> frozenset[str]:
    return frozenset(f"/{name}" for name in names.split())


# The file ---------------------------------------------------------------------------------------

_CATALOG: Final = _keys(
    "Type Pages PageMode ViewerPreferences Outlines Lang StructTreeRoot MarkInfo Metadata OutputIntents"
    " AcroForm Extensions Perms"
)
_IN_CATALOG: Final[Mapping[str, frozenset[str]]] = {
    "/Pages": _keys("Type Kids Count"),
    "/ViewerPreferences": _keys("DisplayDocTitle"),
    "/Outlines": _keys("Type First Last Count"),
    "/MarkInfo": _keys("Marked"),
    "/Metadata": _keys("Type Subtype Length"),
    "/AcroForm": _keys("Fields SigFlags"),
    "/Perms": _keys("DocMDP"),
    "/StructTreeRoot": _keys("Type K RoleMap IDTree ParentTree ParentTreeNextKey"),
}
_INFO: Final = _keys("Title Author Subject Keywords Creator Producer CreationDate ModDate Trapped")
_ROLES: Final = {"/Strong": "/Span", "/Em": "/Span"}

# A page -----------------------------------------------------------------------------------------

_PAGE: Final = _keys("Type Parent MediaBox CropBox Rotate Resources Contents Annots StructParents Tabs")
_RESOURCES: Final = _keys("ProcSet Font XObject")
_FONT: Final = _keys("Type Subtype Name BaseFont FirstChar LastChar Widths FontDescriptor ToUnicode")
_PICTURE: Final = _keys("Type Subtype Width Height ColorSpace BitsPerComponent Filter DecodeParms Length")
_OPERATORS: Final = frozenset(
    {
        *("q", "Q", "cm", "BMC", "BDC", "EMC", "Do"),
        *("BT", "ET", "Tf", "TL", "Ts", "Tm", "T*", "Tj", "rg"),
        *("m", "l", "n", "S", "w", "J", "d", "RG"),
    }
)
"""Text, straight lines and pictures: nothing is filled, clipped, stretched or made transparent."""
_DECORATION: Final[tuple[dict[str, str], ...]] = (
    {"/Type": "/Layout"},
    {"/Type": "/Pagination"},
    {"/Type": "/Pagination", "/Subtype": "/Header"},
    {"/Type": "/Pagination", "/Subtype": "/Footer"},
    {"/Type": "/Pagination", "/Subtype": "/Watermark"},
    {},
)
"""What is said of decoration."""
_CONTRAST: Final = 4.5
"""Of text on white, at least (WCAG 2.2, 1.4.3)."""
_LINE_CONTRAST: Final = 2.0
"""Of a line: what is whiter may cover words."""
_WIDEST: Final = 3.0
"""A line, points."""
_SMALLEST: Final = 6.0
"""Type, and a picture each way, points."""
_NEAR: Final = 1.0
"""How far a picture may be from where its element says it is, points."""

# An element -------------------------------------------------------------------------------------

_ELEMENT: Final = _keys("Type S P Pg K A Alt Lang ID")
_KINDS: Final = _keys(
    "Document H1 H2 H3 H4 H5 H6 P Span Strong Em Link Reference Note L LI Lbl LBody"
    " Table TR TH TD TOC TOCI Figure Form"
)
_BEARERS: Final = {"/Alt": _keys("Figure"), "/Lang": _keys("Span"), "/ID": _keys("Note")}
"""What may be said of elements of some kinds alone."""
_SPOKEN: Final = _keys("Alt ActualText E T Phoneme PhoneticAlphabet PhoneticDictionary")
"""What is heard in place of, or with, what is seen."""
_ATTRIBUTES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "/L": {"/O": _keys("List"), "/ListNumbering": _keys("Decimal Disc")},
    "/TH": {"/O": _keys("Table"), "/Scope": _keys("Row Column")},
    "/Figure": {"/O": _keys("Layout"), "/Placement": _keys("Block"), "/BBox": frozenset()},
}
_HELD: Final[Mapping[str, frozenset[str]]] = {"/MCR": _keys("Type Pg MCID"), "/OBJR": _keys("Type Pg Obj")}
"""How an element refers to marked content and to an annotation."""

# What leads somewhere ---------------------------------------------------------------------------

_LINK: Final = _keys("Type Subtype Rect Border F StructParent Contents A")
_WAYS: Final = {"/URI": _keys("S URI"), "/GoTo": _keys("S D")}
"""The actions of links."""
_FIELD: Final = _keys("Type Subtype FT T TU Contents Rect F P StructParent V")
_FIELD_WORDS: Final = "The authority's signature on this publication"
_SIGNATURE: Final = _keys("Type Filter SubFilter Contents ByteRange M Reason Location Reference")
_PRINTED: Final = 4
_PRINTED_AND_LOCKED: Final = 132
_BOOKMARK: Final = _keys("Title Parent Prev Next First Last Count Dest")


class _Kind(NamedTuple):
    """What is looked at: the code and the place of what is noticed of it."""

    code: str
    place: str

    def strange(self, found: Raw, known: frozenset[str]) -> Iterator[Finding]:
        """Yield whether ``found`` holds something beside what is known."""
        if isinstance(found, pikepdf.Dictionary | pikepdf.Stream) and not known.issuperset(found.keys()):
            yield self.noticed("It holds something that no paper of ours does.")

    def noticed(self, sentence: str) -> Finding:
        return finding(self.code, self.place, sentence)


# The file ---------------------------------------------------------------------------------------


def plain_file(file: pikepdf.Pdf) -> Iterator[Finding]:
    """Yield what the file holds around its pages and its tag tree that no paper of ours does."""
    catalog: Raw = file.Root
    yield from _Kind("PDF_STRANGE", "the catalog").strange(catalog, _CATALOG)
    for name, known in _IN_CATALOG.items():
        yield from _Kind("PDF_STRANGE", f"the catalog, {name[1:]}").strange(catalog.get(name), known)
    yield from _tree(catalog.get("/StructTreeRoot"))
    yield from _fields(catalog.get("/AcroForm"))
    if not _is_open(catalog.get("/Outlines")):
        yield finding("PDF_BOOKMARK", "the outline", "It is closed, or has no bookmark.")
    fonts: set[tuple[int, int]] = set()
    for number, page in enumerate(file.pages, start=1):
        yield from _page(page.obj, f"page {number}", catalog.get("/Pages"), fonts)


def _is_open(entry: Raw) -> bool:
    """Return whether an entry of the outline shows what it holds."""
    if not isinstance(entry, pikepdf.Dictionary) or "/First" not in entry:
        return True
    count: Raw = entry.get("/Count")
    return isinstance(count, int) and count > 0


def _tree(tree: Raw) -> Iterator[Finding]:
    roles = tree.get("/RoleMap") if isinstance(tree, pikepdf.Dictionary) else None
    if isinstance(roles, pikepdf.Dictionary) and {key: str(role) for key, role in roles.items()} != _ROLES:
        yield finding("PDF_STRANGE", "the tag tree", "Its roles are not those of our papers.")


def _fields(form: Raw) -> Iterator[Finding]:
    if not isinstance(form, pikepdf.Dictionary):
        return
    fields = form.get("/Fields")
    if not isinstance(fields, pikepdf.Array) or [_kind(each) for each in fields] != ["/Widget"]:
        yield finding("PDF_STRANGE", "the form", "It is not one field for a signature.")


def _kind(annotation: Raw) -> str:
    return str(annotation.get("/Subtype")) if isinstance(annotation, pikepdf.Dictionary) else ""


def plain_notes(tree: Raw, notes: Mapping[str, tuple[int, int]]) -> Iterator[Finding]:
    """Yield whether the index of identifiers is another than that of the notes, by their objects."""
    index = tree.get("/IDTree") if isinstance(tree, pikepdf.Dictionary) else None
    names = index.get("/Names") if isinstance(index, pikepdf.Dictionary) else None
    pairs = [*names] if isinstance(names, pikepdf.Array) else []
    found = [
        (str(name), getattr(note, "objgen", None))
        for name, note in zip(pairs[::2], pairs[1::2], strict=False)
    ]
    alone = index is None or (isinstance(index, pikepdf.Dictionary) and {*index.keys()} == {"/Names"})
    if not alone or len(pairs) % 2 or found != sorted(notes.items()):
        yield finding("PDF_NOTE", "the tag tree", "Its index of identifiers is not that of its notes.")


# Properties -------------------------------------------------------------------------------------

_JOINT: Final = 0.5
"""How far apart two runs of one line may be, points."""
_ELLIPSIS: Final = "\u2026"
_DRAFT: Final = "Draft: "
_FOOT: Final = re.compile(r"(?P<title>.*), version [0-9]+")


def plain_properties(file: pikepdf.Pdf, runs: Iterable[Run]) -> Iterator[Finding]:
    """Yield whether the properties say other things than each other, or than each page prints."""
    kind = _Kind("PDF_STRANGE", "the properties")
    info = file.trailer.get("/Info")
    yield from kind.strange(info, _INFO)
    title, author = (_words(info, name) for name in ("/Title", "/Author"))
    if _described(file) != (title, [author]):
        yield kind.noticed("What they say twice is not the same.")
    printed: dict[int, list[Run]] = {number: [] for number in range(1, len(file.pages) + 1)}
    for run in runs:
        if run.artifact and run.seen:
            printed[run.page].append(run)
    for number, drawn in printed.items():
        lines = [*_lines(drawn)]
        titles = [found["title"] for line in lines if (found := _FOOT.fullmatch(line))]
        place = f"page {number}"
        # A long name stands in two lines.
        names = [*lines, *(f"{one} {other}" for one, other in pairwise(lines))]
        if not any(_is_short_for(name, plain(author)) for name in names):
            yield finding("PDF_STRANGE", place, "It does not bear the name of the author.")
        if not any(_is_short_for(each, plain(title.removeprefix(_DRAFT))) for each in titles):
            yield finding("PDF_STRANGE", place, "It does not bear the title and the version.")
        if f"Page {number} of {len(printed)}" not in lines:
            yield finding("PDF_STRANGE", place, "It does not bear its own number.")


def _lines(runs: Sequence[Run]) -> Iterator[str]:
    """Yield what is drawn as one line each: a run begins where the one before it ends, or a new line does."""
    line: list[Run] = []
    for run in runs:
        if line and max(abs(a - b) for a, b in zip(run.start, line[-1].end, strict=True)) > _JOINT:
            yield plain("".join(each.text for each in line))
            line = []
        line.append(run)
    if line:
        yield plain("".join(each.text for each in line))


def _words(holder: Raw, name: str) -> str:
    found = holder.get(name) if isinstance(holder, pikepdf.Dictionary) else None
    return str(found) if isinstance(found, pikepdf.String) else ""


def _described(file: pikepdf.Pdf) -> tuple[str | None, list[str] | None]:
    """Return title and authors by the XMP; None for what it does not say in the usual way."""
    try:
        known = file.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False, strict=True)
        title, authors = known.get("dc:title"), known.get("dc:creator")
    except Exception:  # noqa: BLE001 - whatever a parser says of a stranger's XML
        return None, None
    return title if isinstance(title, str) else None, [*authors] if isinstance(authors, list) else None


def _is_short_for(printed: str, whole: str) -> bool:
    """Return whether a line is ``whole``, or what there is room for of it."""
    if not whole:
        return False
    return printed == whole or (
        printed.endswith(_ELLIPSIS) and whole.startswith(printed.removesuffix(_ELLIPSIS).rstrip())
    )


# A page -----------------------------------------------------------------------------------------


def _page(page: Raw, place: str, parent: Raw, fonts: set[tuple[int, int]]) -> Iterator[Finding]:
    kind = _Kind("PDF_STRANGE", place)
    yield from kind.strange(page, _PAGE)
    above = page.get("/Parent")
    if getattr(above, "objgen", None) != getattr(parent, "objgen", None):
        yield kind.noticed("It stands in a tree of pages of another form.")
    if page.get("/Rotate", 0) != 0:
        yield finding("PDF_UNSEEN", place, "The page is turned.")
    if "/CropBox" in page and [*page.CropBox] != [*page.get("/MediaBox", [])]:
        yield finding("PDF_UNSEEN", place, "The page is cropped.")
    yield from _resources(page.get("/Resources"), kind, fonts)
    annotations = page.get("/Annots")
    for each in annotations if isinstance(annotations, pikepdf.Array) else []:
        yield from _annotation(each, place)


def _resources(resources: Raw, kind: _Kind, fonts: set[tuple[int, int]]) -> Iterator[Finding]:
    if not isinstance(resources, pikepdf.Dictionary):
        return
    yield from kind.strange(resources, _RESOURCES)
    for font in _values(resources.get("/Font")):
        if font.is_indirect and font.objgen in fonts:
            continue
        fonts.add(font.objgen)
        yield from kind.strange(font, _FONT)
        if font.get("/Subtype") != "/TrueType":
            yield kind.noticed("It has a font of a kind that no paper of ours has.")
    for drawn in _values(resources.get("/XObject")):
        yield from kind.strange(drawn, _PICTURE)
        if drawn.get("/ColorSpace") != "/DeviceRGB":
            yield kind.noticed("It has a picture of a kind that no paper of ours has.")


def _values(holder: Raw) -> Iterator[Raw]:
    found = holder.values() if isinstance(holder, pikepdf.Dictionary) else ()
    return (each for each in found if isinstance(each, pikepdf.Dictionary | pikepdf.Stream))


# What is drawn ----------------------------------------------------------------------------------


def plain_content(content: Content, place: str) -> Iterator[Finding]:
    """Yield how a page draws what no paper of ours does."""
    strange = content.operators - _OPERATORS
    if strange:
        known = sorted(each for each in strange if len(each) <= len("BDC"))
        sentence = f"It draws as no paper of ours does ({', '.join(known) or 'by other operators'})."
        yield finding("PDF_STRANGE", place, sentence)
    if content.nested:
        yield finding("PDF_MARK", place, "Marked content stands inside other marked content.")
    for tag, said in content.marked:
        yield from _mark(tag, dict(said), place)
    for look in content.looks:
        if _contrast(look.colour) < _CONTRAST:
            yield finding("PDF_UNSEEN", place, "Words have hardly another colour than the paper.")
        if look.size < _SMALLEST:
            yield finding("PDF_UNSEEN", place, "Words are too small to be read, or do not stand upright.")
    if any(_contrast(colour) < _LINE_CONTRAST or width > _WIDEST for colour, width in content.lines):
        yield finding("PDF_UNSEEN", place, "A line may cover words: it is broad, or hardly to be seen.")


def _mark(tag: str, said: dict[str, str], place: str) -> Iterator[Finding]:
    """Yield what is said of marked content beside its number, or what decoration it is."""
    if said.keys() & _SPOKEN:
        yield finding("PDF_UNSEEN", place, "Marked content has words that are not those that are seen.")
    if "/Lang" in said:
        yield finding("PDF_LANGUAGE", place, "Marked content has a language of its own.")
    strange = said not in _DECORATION if tag == "/Artifact" else said != {"/MCID": ""}
    if strange and not said.keys() & {*_SPOKEN, "/Lang"}:
        yield finding("PDF_STRANGE", place, "Something is said of marked content as in no paper of ours.")


def _contrast(colour: _Colour) -> float:
    """Return the contrast ratio of a colour on white (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(min(max(part, 0.0), 1.0)) for part in colour)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB


# Elements ---------------------------------------------------------------------------------------


def plain_element(element: Raw, place: str) -> Iterator[Finding]:
    """Yield what is said of an element of the tag tree that no paper of ours says."""
    kind, strange = str(element.get("/S")), {*element.keys()} - _ELEMENT
    if strange & _SPOKEN or ("/Alt" in element and kind not in _BEARERS["/Alt"]):
        yield finding("PDF_UNSEEN", place, "Words are heard in place of, or with, those that are seen.")
    if "/Lang" in element and kind not in _BEARERS["/Lang"]:
        yield finding("PDF_LANGUAGE", place, "It has a language of its own.")
    misplaced = "/ID" in element and kind not in _BEARERS["/ID"]
    if strange - _SPOKEN or misplaced or kind not in _KINDS:
        yield finding("PDF_STRANGE", place, "It is, or holds, what no element of our papers does.")
    if "/A" in element and not _is_known(element.A, _ATTRIBUTES.get(kind, {})):
        yield finding("PDF_STRANGE", place, "It has an attribute that no such element of our papers has.")
    kids = element.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and (known := _HELD.get(str(kid.get("/Type")))):
            yield from _Kind("PDF_STRANGE", place).strange(kid, known)


def _is_known(attributes: Raw, known: Mapping[str, frozenset[str]]) -> bool:
    if not isinstance(attributes, pikepdf.Dictionary) or not known:
        return False
    return all(
        key in known and (str(value) in known[key] if isinstance(value, pikepdf.Name) else not known[key])
        for key, value in attributes.items()
    )


def plain_pictures(
    root: Element, contents: Mapping[int, Content], boxes: Mapping[int, Box]
) -> Iterator[Finding]:
    """Yield the figures that are not one picture that is seen in its place, and what else is a picture."""
    shown: set[tuple[int, int]] = set()
    for figure in (each for each in root.within() if each.kind == "Figure"):
        marks = [*figure.marks()]
        shown |= {(mark.page, mark.mcid) for mark in marks}
        pictures = [each for mark in marks for each in contents[mark.page].pictures if each.mcid == mark.mcid]
        place = f"page {marks[0].page}, Figure" if marks else "the tag tree, Figure"
        if len(pictures) != 1 or any(mark.runs for mark in marks):
            yield finding("PDF_FIGURE", place, "It is not one picture and nothing else.")
            continue
        (picture,), page = pictures, marks[0].page
        if not _fits(picture, boxes[page], figure.attributes.get("BBox", "")):
            yield finding("PDF_FIGURE", place, "The picture does not stand where its element says.")
        if any(_meets(picture.box, run) for run in contents[page].runs):
            yield finding("PDF_UNSEEN", place, "A picture and words stand at one place.")
    for number, content in contents.items():
        if any((number, each.mcid) not in shown for each in content.pictures):
            yield finding("PDF_FIGURE", f"page {number}", "A picture stands outside any figure.")
        if any(each.kind != "/Image" for each in content.pictures):
            yield finding("PDF_STRANGE", f"page {number}", "Something is drawn that is no picture.")


def _fits(picture: Picture, page: Box, said: str) -> bool:
    """Return whether a picture is on the page, not too small to be seen, and where its element says."""
    left, bottom, right, top = picture.box
    inside = page[0] <= left and page[1] <= bottom and right <= page[2] and top <= page[3]
    large = right - left >= _SMALLEST and top - bottom >= _SMALLEST
    numbers = [float(each) for each in said.split() if re.fullmatch(r"-?[0-9.]+", each)]
    there = len(numbers) == len(picture.box) and all(
        abs(one - other) <= _NEAR for one, other in zip(numbers, picture.box, strict=True)
    )
    return inside and large and there


def _meets(box: Box, run: Run) -> bool:
    left, bottom, right, top = box
    (start, y), (end, _) = run.start, run.end
    return bottom < y < top and min(start, end) < right and max(start, end) > left


# What leads somewhere ---------------------------------------------------------------------------


def _annotation(found: Raw, place: str) -> Iterator[Finding]:
    match _kind(found):
        case "/Link":
            yield from _link(found, _Kind("PDF_LINK", place))
        case "/Widget":
            yield from _field(found, _Kind("PDF_STRANGE", place))
        case _:
            yield finding("PDF_STRANGE", place, "It bears something else than links and a signature.")


def _link(link: Raw, kind: _Kind) -> Iterator[Finding]:
    yield from kind.strange(link, _LINK)
    border = link.get("/Border")
    if link.get("/F") != _PRINTED or not isinstance(border, pikepdf.Array) or [*border] != [0, 0, 0]:
        yield kind.noticed("A link looks otherwise than in our papers.")
    way = link.get("/A")
    known = _WAYS.get(str(way.get("/S"))) if isinstance(way, pikepdf.Dictionary) else None
    if known is None or known != {*way.keys()}:
        yield kind.noticed("A link leads to somewhere else than an address or a place of the paper.")
    elif "/D" in way and not _is_spot(way.D, zoom=None):
        yield kind.noticed("A link leads to no height of a page.")


def _is_spot(found: Raw, *, zoom: int | None) -> bool:
    """Return whether a destination is a page and how high on it, as our papers write it."""
    match [*found] if isinstance(found, pikepdf.Array) else []:
        case [page, view, _, top, seen]:
            is_page = isinstance(page, pikepdf.Dictionary) and view == "/XYZ"
            return is_page and top is not None and seen == zoom
        case _:
            return False


def _field(field: Raw, kind: _Kind) -> Iterator[Finding]:
    yield from kind.strange(field, _FIELD)
    yield from kind.strange(field.get("/V"), _SIGNATURE)
    box = field.get("/Rect")
    empty = isinstance(box, pikepdf.Array) and not any([*box])
    if not empty or field.get("/FT") != "/Sig" or field.get("/F") != _PRINTED_AND_LOCKED:
        yield kind.noticed("A field is to be seen, or is for something else than a signature.")
    if {_words(field, "/TU"), _words(field, "/Contents")} != {_FIELD_WORDS}:
        yield kind.noticed("A field is called otherwise than in our papers.")


def plain_bookmark(entry: Raw) -> Iterator[Finding]:
    """Yield what is said of an entry of the outline that no paper of ours says."""
    kind = _Kind("PDF_BOOKMARK", "the outline")
    yield from kind.strange(entry, _BOOKMARK)
    if not _is_spot(entry.get("/Dest"), zoom=0) or not _is_open(entry):
        yield kind.noticed("A bookmark is closed, or leads to no height of a page.")
