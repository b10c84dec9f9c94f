"""A canvas on which every mark belongs to a structure element, or is an artifact.

What ReportLab does not offer is done here: marked content, the structure tree, annotations
that the tree knows, XMP, the output intent, streams as archives want them. That leans on
some of ReportLab's private names; `RELIED_ON` lists them all, and a test says when they change.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from datetime import UTC
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfgen.canvas import Canvas

from flows.document.tagged.fonts import TaggedFont
from flows.document.tagged.metadata import CONDITION, digits, srgb_profile, xmp
from flows.document.tagged.streams import Packed, PackedStream, Picture, Stream
from flows.document.tagged.structure import ROOT, Element, TagError, text_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from reportlab.lib.colors import Color

    from flows.document.tagged.metadata import Properties
    from flows.document.tagged.structure import Leaf, Structure

RELIED_ON: Final = {
    "lib.utils:TimeStamp": "t lt YMDhms dhh dmm tzname",
    "pdfbase.pdfdoc:PDFCatalog": "__NoDefault__",
    "pdfbase.pdfdoc:PDFPage": "__NoDefault__ Annots Trans stream",
    "pdfbase.pdfdoc:PDFDocument": "Catalog ID Reference SaveToFile _timeStamp idToObject "
    "idToObjectNumberAndVersion info thisPageName",
    "pdfbase.ttfonts:TTFont": "addObjects getSubsetInternalName splitString state",
    "pdfbase.ttfonts:TTFont.State": "assignments nextCode subsets",
    "pdfbase.ttfonts:TTFontFace": "makeSubset getCharWidth",
    "pdfgen.canvas:Canvas": "_addAnnotation _annotationrefs _code _doc _filename _setAnnotations",
    "platypus:Flowable": "_postponed",
}
"""What is used here, in `fonts` and in `flow` beyond ReportLab's documented interface."""


class Face(NamedTuple):
    """How words look; ``rise`` is how far above the line they stand, points."""

    font: str
    size: float
    colour: Color
    rise: float = 0


class _Spot(NamedTuple):
    """Where something stands: the name of the page, its number from 1, and how high up on it."""

    page: str
    number: int
    top: float


class _Opening(str):
    """An entry of a content stream that opens marked content."""

    __slots__ = ()


class _Closing(str):
    """One that closes it."""

    __slots__ = ()


class _Whole(str):
    """One that carries marked content from its opening to its close."""

    __slots__ = ()


class TaggedText:
    """Lines of text, each piece marked as content of its leaf; one text object on the page."""

    def __init__(self, canvas: TaggedCanvas) -> None:
        self._canvas = canvas
        self._code = ["BT"]
        self._font = ""
        self._colour: Color | None = None
        self._rise = 0.0
        self._leaf: Leaf | None = None

    def move(self, x: float, y: float) -> None:
        """Go on from there; words start there, on that baseline."""
        self._code.append(f"1 0 0 1 {_number(x)} {_number(y)} Tm")

    def show(self, words: str, face: Face, leaf: Leaf | None) -> None:
        """Write ``words``, after those before, as content of ``leaf``; of none where it is open already.

        Raises:
            GlyphError: the font lacks one of the characters.
            TagError: the font is not one that says what its glyphs mean.
        """
        if leaf is not None and leaf is not self._leaf and not self._canvas.in_artifact:
            self._close()
            self._code.append(self._canvas.opening(leaf))
            self._leaf = leaf
        if face.colour is not self._colour:
            self._colour = face.colour
            self._code.append(_fill(face.colour))
        self._raise(face.rise)
        for name, codes in self._canvas.encoded(words, face.font):
            font = f"{name} {_number(face.size)} Tf"
            if font != self._font:
                self._font = font
                self._code.append(font)
            self._code.append(f"{codes} {'TJ' if codes[0] == '[' else 'Tj'}")

    def end(self) -> str:
        """Return the text object, complete."""
        self._raise(0)  # it would go on after the text (ISO 32000-1, 9.3.1)
        self._close()
        return "\n".join([*self._code, "ET"])

    def _raise(self, rise: float) -> None:
        if rise != self._rise:
            self._rise = rise
            self._code.append(f"{_number(rise)} Ts")

    def _close(self) -> None:
        if self._leaf is not None:
            self._code.append("EMC")


class TaggedCanvas(Canvas):
    """A canvas that tags. Text outside the tree is an error, lines and fills there are artifacts.

    Attributes:
        structure: The tree that what is drawn belongs to.
        in_artifact: Whether what is drawn now is part of an artifact.
    """

    _annotationrefs: list[Any]
    _code: list[str]
    _doc: Any
    _filename: Any

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - ReportLab's own arguments
        structure: Structure,
        properties: Properties,
        **options: Any,  # noqa: ANN401 - as above
    ) -> None:
        super().__init__(*args, **options | {"pdfVersion": (1, 7)})
        self._doc.__class__ = _Document
        self._doc._timeStamp = _time_stamp(properties.dated)  # noqa: SLF001 - the only way in
        self.structure = structure
        self.in_artifact = False
        self._in_content = False
        self._properties = properties
        self._pages: list[Any] = []
        self._key: int | None = None
        self._level = -1
        self._entries = 0
        self._links = 0
        self._field: tuple[str, str] | None = None
        self._spots: dict[str, _Spot] = {}
        self._left: list[Callable[[], str]] = []

    # Marked content -----------------------------------------------------------------------------

    def opening(self, leaf: Leaf) -> str:
        """Return the operator that opens content of ``leaf`` here, and note it in the tree."""
        self._refuse_nesting()
        self._open_page()
        return f"/{leaf.element.tag} <</MCID {self.structure.mark(leaf)}>> BDC"

    def _refuse_nesting(self) -> None:
        if self._in_content:
            raise TagError(f"content inside other content{self._place()}")

    def _open_page(self) -> None:
        if self._key is None:
            self._key = self.structure.begin_page(self._doc.thisPageName())

    @contextmanager
    def content(self, leaf: Leaf) -> Iterator[None]:
        """Draw, by any means of ReportLab's, what belongs to ``leaf``: a picture, a line of text."""
        if self.in_artifact:
            raise TagError(f"content inside an artifact{self._place()}")
        self._code.append(_Opening(self.opening(leaf)))
        self._in_content = True
        yield
        self._in_content = False
        self._code.append(_Closing("EMC"))

    @contextmanager
    def artifact(self, kind: str = "Layout", subtype: str = "") -> Iterator[None]:
        """Draw what no one need hear: ``Pagination`` with ``Header`` or ``Footer``, or ``Layout``."""
        self._refuse_nesting()
        if self.in_artifact:
            yield
            return
        named = f"/Subtype/{subtype}" if subtype else ""
        self._code.append(_Opening(f"/Artifact <</Type/{kind}{named}>> BDC"))
        self.in_artifact = True
        yield
        self.in_artifact = False
        self._code.append(_Closing("EMC"))

    def encoded(self, words: str, name: str) -> Iterator[tuple[str, str]]:
        """Yield ``words`` as operands of a content stream, each with the name of its part of the font."""
        font = getFont(name)
        if not isinstance(font, TaggedFont):
            raise TagError(f"{name} is not a tagged font: its words could not be read")
        for subset, codes in font.strings(words, self._doc):
            yield font.getSubsetInternalName(subset, self._doc), codes

    def put(self, text: TaggedText) -> None:
        """Set finished text on the page."""
        self._code.append(text.end() if self.in_artifact else _Whole(text.end()))

    def leave(self, write: Callable[[], str], leaf: Leaf | None = None) -> None:
        """Keep a place here for what ``write`` returns when all pages are there, as content of ``leaf``."""
        # NUL never stands in a content stream of text: the place cannot be mistaken.
        place = f"\0{len(self._left)}\0"
        self._left.append(write)
        self._code.append(_Whole("\n".join((self.opening(leaf), place, "EMC"))) if leaf else place)

    # Annotations and bookmarks ------------------------------------------------------------------

    def link(self, element: Element, href: str, words: str, box: tuple[float, float, float, float]) -> None:
        """Make ``box`` lead to ``href``, as part of ``element``; ``words`` say what it is.

        ``box`` is left, bottom, right and top, in the coordinates of the moment. In an artifact
        nothing leads anywhere: the reader would meet the same link twice.
        """
        action = f"<</S/URI/URI {text_string(href)}>>"
        self._annotate(element, words, box, lambda: action)

    def link_inside(
        self, element: Element, spot: str, words: str, box: tuple[float, float, float, float]
    ) -> None:
        """Make ``box`` lead to the ``spot`` of that name, which may still be to come; else as `link`."""
        self._annotate(element, words, box, lambda: self._written_way(spot))

    def _written_way(self, spot: str) -> str:
        page, _, top = self._spot(spot)
        return f"<</S/GoTo/D[{self._refer(page)}/XYZ null {_number(top)} null]>>"

    def _annotate(
        self,
        element: Element,
        words: str,
        box: tuple[float, float, float, float],
        action: Callable[[], str],
    ) -> None:
        if self.in_artifact:
            return
        corners = (*self.absolutePosition(*box[:2]), *self.absolutePosition(*box[2:]))
        self._links += 1
        name = f"{ROOT}.Link.{self._links}"
        self._open_page()
        key = self.structure.annotate(element, name)
        code = (
            f"<</Type/Annot/Subtype/Link/Rect[{' '.join(map(_number, corners))}]/Border[0 0 0]/F 4"
            f"/StructParent {key}/Contents {text_string(words)}/A"
        )
        written = _Written(lambda: f"{code}{action()}>>")
        self._annotationrefs.append(self._doc.Reference(written, name))

    def stand(self, spot: str, top: float) -> None:
        """Name the place ``top`` above this one, so that links may lead there; the first time counts."""
        if not self.in_artifact:
            _, high = self.absolutePosition(0, top)
            self._spots.setdefault(spot, _Spot(self._doc.thisPageName(), len(self._pages) + 1, high))

    def page_of(self, spot: str) -> int:
        """Return the number of the page of the ``spot`` of that name; all pages have to be there.

        Raises:
            TagError: nothing of that name was drawn.
        """
        return self._spot(spot).number

    def _spot(self, name: str) -> _Spot:
        if name not in self._spots:
            raise TagError(f"a link leads to {name}, which stands on no page")
        return self._spots[name]

    def _addAnnotation(self, *_: Any, **__: Any) -> None:  # noqa: ANN401, N802 - ReportLab's name
        raise TagError(f"an annotation outside the tag tree{self._place()}; use link()")

    def enter(self, title: str, level: int, top: float) -> None:
        """Add a bookmark that leads to this place, ``top`` above it; the first level is 0."""
        # Bookmarks may go down by one level at a time, whatever the headings do.
        self._level = min(level, self._level + 1)
        self._entries += 1
        key = f"heading-{self._entries}"
        self.bookmarkHorizontal(key, 0, top)
        self.addOutlineEntry(title, key, self._level)

    def leave_signature_field(self, name: str, purpose: str) -> None:
        """Keep an empty, invisible field on the first page, so that signing needs no new annotation."""
        self._field = (name, purpose)

    # Pages --------------------------------------------------------------------------------------

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        """End the page.

        Raises:
            TagError: there is text on it that belongs to no element.
        """
        self._code[:] = self._checked()
        super().showPage()
        self._key = None

    def _checked(self) -> Iterator[str]:
        """Yield the page's code, with what is painted outside marked content as artifacts."""
        inside = 0
        path: list[str] = []
        for code in self._code:
            inside += isinstance(code, _Opening) - isinstance(code, _Closing)
            marked = inside or isinstance(code, _Closing | _Whole)
            if not marked and _SHOWS.search(code):
                raise TagError(f"text outside the tag tree{self._place()}")
            if not marked and _DRAWS.search(code):
                # Nothing may come between a path and its painting.
                path.append(code)
            elif not marked and _PAINTS.search(code):
                yield "\n".join(("/Artifact BMC", *path, code, "EMC"))
                path = []
            else:
                yield from (*path, code)
                path = []
        yield from path

    def _place(self) -> str:
        last = self.structure.last
        after = f", after {last.element.path}" if last else ""
        return f" on page {len(self._pages) + 1}{after}"

    def _setAnnotations(self, page: Any) -> None:  # noqa: ANN401, N802 - ReportLab's name
        super()._setAnnotations(page)  # type: ignore[misc] # the stubs leave it out
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs, page.Trans = self._key, "/S", None
        self._pages.append(page)

    # The file -----------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the file.

        Raises:
            TagError: something in the tree was never drawn.
        """
        if self._code:
            self.showPage()
        self._complete()
        if self._field:
            self._add_field(*self._field)
        self._add_tree()
        self._describe()
        self._doc.SaveToFile(self._filename, self)

    def _complete(self) -> None:
        """Fill the places that were kept for what is known only now."""
        for page in self._pages:
            page.stream = _KEPT.sub(lambda place: self._left[int(place[1])](), page.stream)

    def _add_field(self, name: str, purpose: str) -> None:
        page, place = self._pages[0], "Page1"
        form = Element("Form", self.structure.root)
        key = self.structure.annotate(form, f"{ROOT}.Field", page=place)
        # It is not hidden but without extent, locked and printed (ISO 14289-1, 7.18.4).
        code = (
            f"<</Type/Annot/Subtype/Widget/FT/Sig/T {text_string(name)}/TU {text_string(purpose)}"
            f"/Contents {text_string(purpose)}/Rect[0 0 0 0]/F 132"
            f"/P {self._refer(place)}/StructParent {key}>>"
        )
        field = self._doc.Reference(_Written(lambda: code), f"{ROOT}.Field")
        page.Annots = [*page.Annots, field]
        self._doc.Catalog.AcroForm = pdfdoc.PDFDictionary({"Fields": pdfdoc.PDFArray([field])})

    def _add_tree(self) -> None:
        # Every name first: the elements refer to each other.
        for element in self.structure.settle():
            self._doc.Reference(_Written(partial(element.written, self._refer)), element.name)
        tree = _Written(partial(self.structure.written, self._refer))
        self._doc.Catalog.StructTreeRoot = self._doc.Reference(tree, ROOT)

    def _refer(self, name: str) -> str:
        return f"{self._doc.idToObjectNumberAndVersion[name][0]} 0 R"

    def _describe(self) -> None:
        facts, catalog, info = self._properties, self._doc.Catalog, self._doc.info
        info.title, info.author, info.subject = facts.title, facts.author, facts.subject
        info.creator, info.producer = facts.creator, facts.producer
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
        catalog.MarkInfo = "<</Marked true>>"
        catalog.Lang = text_string(facts.lang)
        catalog.OutputIntents = _output_intents(self._doc)
        packet = {"Type": "/Metadata", "Subtype": "/XML"}
        catalog.Metadata = pdfdoc.PDFStream(pdfdoc.PDFDictionary(packet), xmp(facts))
        self.setViewerPreference("DisplayDocTitle", "true")
        self._doc.identity = facts.identity


def _output_intents(document: Any) -> str:  # noqa: ANN401 - ReportLab's document
    profile = document.Reference(PackedStream(_packed_profile()), f"{ROOT}.Profile")
    number = document.idToObjectNumberAndVersion[profile.name][0]
    return (
        f"[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier({CONDITION})"
        f"/Info({CONDITION})/DestOutputProfile {number} 0 R>>]"
    )


@cache
def _packed_profile() -> Packed:
    return Packed(srgb_profile(), " /N 3")


# What goes into the file ------------------------------------------------------------------------


class _Written(pdfdoc.PDFObject):
    """An object that is written here and not by ReportLab; ``write`` may wait for its names."""

    def __init__(self, write: Callable[[], str]) -> None:
        self._write = write
        self.content = ""

    def format(self, _: object) -> bytes:
        self.content = self._write()
        return self.content.encode("ascii")


_FIT: Final[dict[type, type]] = {pdfdoc.PDFStream: Stream, pdfdoc.PDFImageXObject: Picture}


class _Document(pdfdoc.PDFDocument):
    """A document whose streams are fit for archives, and whose identifier follows what is in it."""

    idToObject: dict[str, Any]  # noqa: N815 - ReportLab's name
    identity: str

    def Reference(self, obj: Any, name: str | None = None) -> Any:  # noqa: ANN401, N802 - as in ReportLab
        if fit := _FIT.get(type(obj)):
            obj.__class__ = fit
        return super().Reference(obj, name)  # type: ignore[no-untyped-call]

    def ID(self) -> bytes:  # noqa: N802 - ReportLab's name
        """Return which document and which content this is; the compressor has no say in it."""
        digest = hashlib.sha256()
        for each in self.idToObject.values():
            if isinstance(each, _Written | Stream):
                content = each.content if isinstance(each.content, bytes) else each.content.encode()
                digest.update(b"%d\n" % len(content))
                digest.update(content)
        return f"\n[<{digits(self.identity)}><{digest.hexdigest()[:32]}>]\n".encode()


_KEPT: Final = re.compile("\0([0-9]+)\0")
_SHOWS: Final = re.compile(r"[)\]>]\s*T[jJ]\b|[)>]\s*['\"]")
_DRAWS: Final = re.compile(r"(?:^|\s)(?:[mlcvynhW]|W\*|re)\s*$")
_PAINTS: Final = re.compile(r"(?:^|\s)(?:[SsFfBb]\*?|sh|Do|EI)\s*$")


def _number(value: float) -> str:
    return f"{round(value, 3):.8g}"


def _fill(colour: Color) -> str:
    return f"{_number(colour.red)} {_number(colour.green)} {_number(colour.blue)} rg"


def _time_stamp(when: datetime) -> Any:  # noqa: ANN401 - the stubs have no such attributes
    stamp: Any = TimeStamp(1)
    utc = when.astimezone(UTC)
    stamp.t, stamp.lt, stamp.YMDhms = utc.timestamp(), utc.timetuple(), utc.timetuple()[:6]
    stamp.dhh, stamp.dmm, stamp.tzname = 0, 0, "UTC"
    return stamp
