"""PDF: the file, its objects and its properties. ISO 32000-1. What pages draw: ``page.py``."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pikepdf
from pikepdf.settings import set_qpdf_limits

from flows.release.links import look_at_link
from flows.release.noticing import THE_FILE, finding, names_nobody, tells_of_a_machine, unread
from flows.release.packed import AFTER, SPACE, bytes_of, look_at_comments
from flows.release.page import Drawn, look_at_page
from flows.release.pictures import look_at_picture
from flows.release.properties import look_at_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding
    from flows.release.face import Raw

_MOST_PAGES: Final = 5000
MOST_UNPACKED: Final = 64 << 20
"""Bytes of one stream."""
_INFO_FINE: Final = frozenset({"/CreationDate", "/ModDate", "/Trapped"})
_INFO_PROGRAMS: Final = frozenset({"/Creator", "/Producer", "/Title", "/PTEX.Fullbanner"})
_KEYS: Final = {
    "/EF": ("HIDDEN_FILE", "A file is attached."),
    "/Collection": ("HIDDEN_FILE", "The file is a portfolio of others."),
    "/JS": ("HIDDEN_ACTIVE", "The file has a script."),
    "/AA": ("HIDDEN_ACTIVE", "Something is done when a page or a field is used."),
    "/XFA": ("HIDDEN_FORM", "The file has a form that is kept as XML."),
    "/PieceInfo": ("HIDDEN_LEFT", "A program keeps data of its own in the file."),
    "/SpiderInfo": ("HIDDEN_LINK", "The file says from which addresses it was taken."),
    "/Thumb": ("HIDDEN_THUMBNAIL", "A page has a thumbnail."),
    "/Alternates": ("HIDDEN_TWICE", "A picture is there in two forms."),
    "/OPI": ("HIDDEN_LINK", "A picture names the file it was made from."),
    "/Templates": ("HIDDEN_LEFT", "The file keeps pages that are not shown."),
    "/Threads": ("HIDDEN_LEFT", "The file has articles with properties of their own."),
    "/AlternatePresentations": ("HIDDEN_TWICE", "The file has a presentation beside its pages."),
}
"""Keys of a dictionary that are enough by themselves, wherever it stands."""
_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/Sound", "/Movie", "/Hide"}
    | {"/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Trans"}
)
_ELSEWHERE: Final = frozenset({"/GoToR", "/GoToE", "/Thread"})
_LOSSLESS: Final = frozenset(
    {"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"}
)
_ALONE: Final = 1
_PACKED: Final = 2
"""How an object is kept, as tables of references tell it: 7.5.8.3."""
_OBJECT: Final = re.compile(rb"(?<![0-9])(\d{1,10})[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+obj(?![a-z])")
_ENDS: Final = re.compile(rb"endobj|stream\r?\n")
_CLOSES: Final = re.compile(rb"[\0\s]*endstream[\0\s]*endobj")
_TRAILER: Final = re.compile(rb"trailer\s*<<.*?>>\s*(?=startxref)", re.DOTALL)
_BETWEEN: Final = re.compile(
    rb"xref[\s\d fn]*|trailer\s*<<.*?>>\s*(?=startxref)|startxref\s*\d+|%%EOF"
    rb"|%(?:PDF-[\d.]+|[^A-Za-z\r\n]{0,12}(?: ReportLab [^\r\n\\@]{0,80})?|iText[^\r\n\\@]{0,60})(?=[\r\n]|$)"
    rb"|[\s\0]+",
    re.DOTALL,
)
"""What may stand between the objects of a file: 7.5.2, 7.5.4 and 7.5.5; of comments, those of programs."""
_NAMED: Final = frozenset(
    {"/XObject", "/Pattern", "/Shading", "/CharProcs", "/ColorSpace", "/N", "/D", "/R", "/Colorants"}
)
"""Dictionaries whose keys are names that a program chose."""
_STREAMS: Final = _NAMED | {
    *("/Contents", "/G", "/SMask", "/Mask", "/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode"),
    *("/Encoding", "/UseCMap", "/CIDToGIDMap", "/CIDSet", "/Metadata", "/CS", "/DestOutputProfile"),
    *("/Function", "/Functions", "/BG", "/BG2", "/UCR", "/UCR2", "/TR", "/TR2", "/HT", "/JBIG2Globals"),
    *("/DefaultGray", "/DefaultRGB", "/DefaultCMYK", "/JS", "/Thumb", "/XFA", "/EF", "/F", "/RV", "/RC"),
}
"""Keys under which a program that shows the file looks for a stream."""
_TEXTS: Final = frozenset(
    {"/Info", "/ID", "/Lang", "/Contents", "/T", "/TU", "/TM", "/V", "/DV", "/DA", "/RV", "/DS", "/NM", "/M"}
    | {"/RC", "/Subj", "/CA", "/AC", "/URI", "/F", "/UF", "/Desc", "/D", "/Dest", "/Dests", "/Names", "/K"}
    | {"/Limits", "/Nums", "/P", "/Alt", "/ActualText", "/E", "/C", "/Registry", "/Ordering", "/CharSet"}
    | {"/FontFamily", "/Panose", "/Name", "/CreationDate", "/ModDate", "/LastModified", "/Title", "/Base"}
    | {"/RegistryName", "/OutputCondition", "/OutputConditionIdentifier", "/ColorSpace", "/CS", "/Creator"}
    | {"/Opt", "/JS", "/Summary", "/Headers", "/Order", "/Reason", "/Location", "/ContactInfo", "/IDTree"}
    | {"/Properties"}
)
"""Keys under which text stands that has a meaning."""
_LETTERS: Final = re.compile(r"[A-Za-z]{3}")


def look_at_pdf(data: bytes, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what a PDF hides.

    Raises:
        MalformedError: It cannot be read safely: encrypted, damaged, or larger than is looked through.
    """
    set_qpdf_limits(flate_max_memory=MOST_UNPACKED, run_length_max_memory=MOST_UNPACKED)
    set_qpdf_limits(png_max_memory=MOST_UNPACKED, tiff_max_memory=MOST_UNPACKED, max_stream_filters=4)
    try:
        # A file that has to be mended first may be mended otherwise by the program that shows it.
        with pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            yield from _look(pdf, data, own)
    except pikepdf.PasswordError:
        raise unread("It is encrypted") from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        raise unread("It is damaged, or unpacks to more than is looked through") from None


def _look(pdf: pikepdf.Pdf, data: bytes, own: frozenset[str]) -> Iterator[Finding]:
    if pdf.is_encrypted:
        raise unread("It is encrypted")
    if len(pdf.pages) > _MOST_PAGES:
        raise unread("It has more pages than are looked through")
    # Each is read now: one that cannot be counts as none, and other programs may show it.
    damaged = bool(pdf.objects and pdf.get_warnings())
    reached = _Reached(pdf)
    yield from _info(pdf, own)
    yield from reached.look(own)
    yield from _layers(pdf)
    drawn = Drawn()
    for number, page in enumerate(pdf.pages, start=1):
        yield from look_at_page(page, f"page {number}", drawn)
    yield from reached.left(drawn)
    yield from _earlier(pdf, data)
    if damaged:
        raise unread("It is damaged: not every object can be read")


def _info(pdf: pikepdf.Pdf, own: frozenset[str]) -> Iterator[Finding]:
    for key, value in pdf.docinfo.items() if "/Info" in pdf.trailer else ():
        said = str(value)
        telling = tells_of_a_machine(said) if key in _INFO_PROGRAMS else key not in _INFO_FINE
        if telling and not names_nobody(said, own):
            what = _INFO_WORDS.get(key, "an entry beside the usual ones")
            yield finding("HIDDEN_METADATA", THE_FILE, f"The properties have {what}.")


_INFO_WORDS: Final = {
    "/Author": "an author",
    "/Subject": "a subject",
    "/Keywords": "keywords",
    "/Title": "a title that is a path, an address or the name of a file",
    "/Creator": "a program with a path or an address",
    "/Producer": "a program with a path or an address",
}


# Objects


class _Reached:
    """Every object that the file's trailer leads to."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._seen: set[tuple[int, int]] = set()
        self._pages = {page.obj.objgen for page in pdf.pages}
        self._drawable: set[tuple[int, int]] = set()
        self._elsewhere: set[tuple[int, int]] = set()

    def look(self, own: frozenset[str]) -> Iterator[Finding]:
        waiting: list[tuple[str, Raw]] = [("", self._pdf.trailer)]
        while waiting:
            key, found = waiting.pop()
            if isinstance(found, pikepdf.Object) and found.is_indirect:
                if found.objgen in self._seen:
                    continue
                self._seen.add(found.objgen)
            if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
                yield from self._dictionary(found, own)
                inherits = key in _NAMED | {"/Info"} and isinstance(found, pikepdf.Dictionary)
                named = inherits and "/Type" not in found
                waiting += [
                    (key if named else each, value)
                    for each, value in found.items()
                    if each not in {"/Prev", "/XRefStm"}
                ]
            elif isinstance(found, pikepdf.Array):
                waiting += [(key, each) for each in found]
            if isinstance(found, pikepdf.Stream) and (key == "/Contents" or _draws_itself(found)):
                yield from look_at_comments(found.read_bytes())
            if isinstance(found, pikepdf.Stream) and key not in _STREAMS:
                yield finding("HIDDEN_LEFT", THE_FILE, "The file has data that no program shows.")
            elif isinstance(found, pikepdf.String) and key not in _TEXTS and _LETTERS.search(str(found)):
                yield finding("HIDDEN_LEFT", THE_FILE, "The file has words that no program shows.")

    def _dictionary(self, found: Raw, own: frozenset[str]) -> Iterator[Finding]:
        keys = {*found.keys()}
        for key in _KEYS.keys() & keys:
            if key != "/AA" or keys & {"/Type", "/FT", "/Subtype"}:  # a typeface may have that name
                yield finding(_KEYS[key][0], THE_FILE, _KEYS[key][1])
        if found.get("/Type") == "/Page" and found.is_indirect and found.objgen not in self._pages:
            yield finding("HIDDEN_LEFT", THE_FILE, "A page that was taken out is still there.")
        if found.get("/Type") == "/StructElem" and "/K" not in keys and keys & {"/ActualText", "/Alt", "/E"}:
            yield finding(
                "HIDDEN_TEXT", THE_FILE, "There are words that are read aloud where nothing is seen."
            )
        yield from _action(found)
        if keys & {"/FT", "/T"} or found.get("/Subtype") == "/Widget":
            yield from _field(found)
        drawable = _objects(found.get("/XObject"))
        self._drawable |= drawable
        if "/PatternType" in keys or found.get("/Subtype") == "/Type3":
            self._draws(found)
        elif "/G" in keys and found.get("/S") in ("/Alpha", "/Luminosity"):
            self._elsewhere.add(found.G.objgen)
            self._draws(found.G)
        if isinstance(found, pikepdf.Stream):
            yield from self._stream(found, own)

    def _draws(self, found: Raw) -> None:
        """Note what patterns, typefaces and masks draw, which ``page.py`` does not follow."""
        inside = found.get("/Resources", pikepdf.Dictionary()).get("/XObject")
        new = _objects(inside) - self._elsewhere
        self._elsewhere |= new
        for each in inside.values() if new else ():
            self._draws(each)

    def _stream(self, found: pikepdf.Stream, own: frozenset[str]) -> Iterator[Finding]:
        if found.get("/Type") == "/Metadata" or found.get("/Subtype") == "/XML":
            yield from look_at_xmp(found.read_bytes(), THE_FILE, own)
        filters = found.get("/Filter", pikepdf.Array())
        packed = [*map(str, filters)] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if found.get("/Subtype") == "/Image" and packed and packed[-1] in {"/DCTDecode", "/JPXDecode"}:
            data = found.read_raw_bytes()
            if len(packed) > 1:
                around = pikepdf.Array([pikepdf.Name(each) for each in packed[:-1]])
                data = pikepdf.Stream(self._pdf, data, Filter=around).read_bytes()
            yield from look_at_picture(data, own)
        yield from self._packed(found, packed)

    def _packed(self, found: pikepdf.Stream, packed: list[str]) -> Iterator[Finding]:
        """Yield what follows where what is packed in a stream has ended, 7.4, or its picture, 8.9.5."""
        for number, each in enumerate(packed):
            around = pikepdf.Array([pikepdf.Name(before) for before in packed[:number]])
            raw = found.read_raw_bytes()
            data = pikepdf.Stream(self._pdf, raw, Filter=around).read_bytes() if number else raw
            if each in AFTER and AFTER[each](data).strip(SPACE):
                yield finding("HIDDEN_OUTSIDE", THE_FILE, "Bytes lie after what is packed in a stream.")
        if found.get("/Subtype") == "/Image" and {*packed} <= _LOSSLESS:
            size = bytes_of(found)
            if size is not None and found.read_bytes()[size:].strip(SPACE):
                yield finding("HIDDEN_CROPPED", THE_FILE, "A picture has rows that are not shown.")

    def left(self, drawn: Drawn) -> Iterator[Finding]:
        """Yield what nothing leads to, and what may be drawn and is drawn on no page."""
        for key in self._pdf.get_xref_table().keys() - self._seen:
            if _has_content(self._pdf.get_object(*key)):
                yield finding("HIDDEN_LEFT", THE_FILE, "The file has an object that nothing in it leads to.")
        if self._drawable - self._elsewhere - drawn.objects:
            yield finding("HIDDEN_LEFT", THE_FILE, "The file has a picture or a drawing that no page shows.")


def _draws_itself(found: pikepdf.Stream) -> bool:
    return found.get("/Subtype") == "/Form" or "/PatternType" in found


def _objects(named: Raw) -> set[tuple[int, int]]:
    return {each.objgen for each in named.values()} if isinstance(named, pikepdf.Dictionary) else set()


def _has_content(found: Raw) -> bool:
    """Return whether an object says anything; what keeps or loads others does not, nor does a typeface."""
    if isinstance(found, pikepdf.Stream):
        hints = "/S" in found and "/Type" not in found  # annex F: helps to show a file while it is loaded
        typeface = "/Length1" in found or found.read_bytes().startswith(b"%!PS-Adobe")
        return found.get("/Type") not in ("/XRef", "/ObjStm") and not hints and not typeface
    if isinstance(found, pikepdf.Dictionary):
        plain = "/Linearized" in found or found.get("/Type") in ("/Font", "/FontDescriptor", "/Encoding")
        return not plain and any(isinstance(each, pikepdf.String) for each in found.values())
    return isinstance(found, pikepdf.String)


def _action(found: Raw) -> Iterator[Finding]:
    kind = str(found.get("/S")) if isinstance(found.get("/S"), pikepdf.Name) else ""
    if kind in _ACTIONS:
        yield finding("HIDDEN_ACTIVE", THE_FILE, "Something is done when the file is opened or clicked.")
    elif kind in _ELSEWHERE or (
        kind == "/URI" and not re.match(r"(?i)https?:|mailto:|tel:", str(found.get("/URI", "")))
    ):
        yield finding("HIDDEN_LINK", THE_FILE, "A link leads to a file or a folder.")
    elif kind == "/URI":
        yield from look_at_link(str(found.get("/URI", "")), THE_FILE)


def _field(found: Raw) -> Iterator[Finding]:
    """Yield a finding on a field with a value: 12.7.3.1. A box that is not ticked has ``/Off``."""
    for key in ("/V", "/DV", "/RV"):
        value = found.get(key)
        if value is not None and str(value) not in {"", "/Off"}:
            yield finding("HIDDEN_FORM", THE_FILE, "A field of a form is filled in, or the file is signed.")


def _layers(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Yield a finding where content is shown under conditions: 8.11."""
    properties = pdf.Root.get("/OCProperties")
    if properties is None:
        return
    chosen = [properties.get("/D", pikepdf.Dictionary()), *properties.get("/Configs", [])]
    off = any(len(each.get("/OFF", [])) or each.get("/BaseState", "/ON") != "/ON" for each in chosen)
    for group in properties.get("/OCGs", []):
        usage = group.get("/Usage", pikepdf.Dictionary())
        off |= bool({"/Zoom", "/Language", "/User"} & {*usage.keys()})
        off |= any(
            str(state) == "/OFF"
            for use in usage.values()
            if isinstance(use, pikepdf.Dictionary)
            for state in use.values()
        )
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/OCMD":
            off |= found.get("/P", "/AnyOn") in ("/AllOff", "/AnyOff") or "/VE" in found
    if off:
        yield finding("HIDDEN_LAYER", THE_FILE, "A layer is switched off, or is shown under conditions.")


# Bytes


def _earlier(pdf: pikepdf.Pdf, data: bytes) -> Iterator[Finding]:
    """Yield what the bytes have beside the objects that are in force.

    Each object is walked over where it stands, its stream by its length, so that the file is accounted for
    from its first byte to its last: an object that is no longer in force is an earlier state (7.5.6).
    """
    table = pdf.get_xref_table()
    current = {entry.offset: key for key, entry in table.items() if entry.type == _ALONE}
    at = 0
    while match := _OBJECT.search(data, at):
        if _BETWEEN.sub(b"", data[at : match.start()]):
            yield finding("HIDDEN_OUTSIDE", THE_FILE, "Bytes lie between the objects of the file.")
        start, key = match.end(), current.get(match.start())
        at = _after(data, start, pdf, key)
        yield from _within(data[start:at], pdf.get_object(*key) if key else None)
        if match.start() not in current and b"/XRef" not in data[match.end() : match.end() + 400]:
            yield finding("HIDDEN_EARLIER", THE_FILE, "The file keeps an object of an earlier state.")
    if _BETWEEN.sub(b"", data[at:]):
        yield finding("HIDDEN_OUTSIDE", THE_FILE, "Bytes lie after the end of the file.")
    for trailer in _TRAILER.findall(data):
        yield from look_at_comments(trailer)
    for key, entry in table.items():
        if (
            entry.type == _ALONE
            and isinstance(kept := pdf.get_object(*key), pikepdf.Stream)
            and kept.get("/Type") == "/ObjStm"
        ):
            numbers = [*map(int, kept.read_bytes()[: int(kept.First)].split())][::2]
            of_this = {
                found[0]
                for found, each in table.items()
                if each.type == _PACKED and each.obj_stream_number == key[0]
            }
            if {*numbers} - of_this:
                yield finding("HIDDEN_EARLIER", THE_FILE, "The file keeps an object of an earlier state.")


def _within(held: bytes, found: Raw) -> Iterator[Finding]:
    """Yield what stands in an object beside what it says: comments, and bytes around its stream."""
    begins = _ENDS.search(held)
    yield from look_at_comments(held[: begins.start()] if begins else held)
    if begins is None or not isinstance(found, pikepdf.Stream):
        return
    if not _CLOSES.fullmatch(held, begins.end() + len(found.read_raw_bytes())):
        yield finding("HIDDEN_OUTSIDE", THE_FILE, "Bytes lie after the end of a stream.")


def _after(data: bytes, start: int, pdf: pikepdf.Pdf, key: tuple[int, int] | None) -> int:
    """Return where an object ends that begins at ``start``."""
    end = _ENDS.search(data, start)
    if end is None:
        return len(data)
    if end.group() == b"endobj":
        return end.end()
    found = pdf.get_object(*key) if key else None
    length = len(found.read_raw_bytes()) if isinstance(found, pikepdf.Stream) else 0
    closing = data.find(b"endobj", end.end() + length)
    return len(data) if closing < 0 else closing + len(b"endobj")
