"""What is known by its name alone: each entry of the lists is told, and no sentence is never told."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import streams
import test_hidden
import test_office_attacks
import test_pdf_attacks
from office_files import PARAGRAPH, book, open_document, part, sheet_part, word
from other_files import MAIL, WORDS, chunk, mark, pdf, picture, picture_object, png_with, shifted
from pikepdf import Array, Dictionary, Name, Stream, String

from flows import release
from flows.release import opendocument, page, sheets
from flows.release import pdf as pdf_
from flows.release import word as word_
from flows.release.kinds import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pikepdf

_DRAWN: Final = (
    "<d xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' xmlns:s='urn:s' "
    "xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'>{}</d>"
)
PARTS: Final = {
    "a.docx": (
        *(
            "docMetadata/LabelInfo.xml",
            "_xmlsignatures/sig1.xml",
            "word/activeX/activeX1.xml",
            "customUI/customUI.xml",
        ),
        *("word/webextensions/taskpanes.xml", "word/documenttasks/documenttasks1.xml", "word/ink/ink1.xml"),
        *(
            "word/recipientData.xml",
            "word/customizations.xml",
            "word/afchunk1.mht",
            "word/printerSettings1.bin",
        ),
    ),
    "a.xlsx": (
        *("xl/macrosheets/sheet1.xml", "xl/pivotTables/pivotTable1.xml", "xl/slicers/slicer1.xml"),
        *("xl/queryTables/queryTable1.xml", "xl/richData/rdrichvalue.xml", "xl/namedSheetViews/view1.xml"),
    ),
    "a.odt": ("META-INF/documentsignatures.xml", "Object 1/content.xml", "database/script"),
}
"""Parts of which the name is enough."""


def _listed(listed: dict[str, tuple[str, str] | None], known: str) -> tuple[str, str]:
    import re  # noqa: PLC0415 - here alone

    told = next(told for name, told in listed.items() if re.fullmatch(name, known))
    assert told is not None
    return told


def _parts() -> Iterator[tuple[str, bytes, tuple[str, str]]]:
    from flows.release.office import _PARTS as OFFICE  # noqa: PLC0415 - here alone

    for name in PARTS["a.docx"]:
        yield "a.docx", word(parts={name: b"x"}), _listed(word_._PARTS | OFFICE, name)
    for name in PARTS["a.xlsx"]:
        yield "a.xlsx", book(parts={name: b"x"}), _listed(sheets._PARTS | OFFICE, name)
    for name in PARTS["a.odt"]:
        yield "a.odt", open_document(parts={name: b"x"}), _listed(opendocument._PARTS, name)


def _elements() -> Iterator[tuple[str, bytes, tuple[str, str]]]:
    for name, told in word_._SETTINGS.items():
        yield "a.docx", word(settings=f"<{name}/>"), told
    for name, told in sheets._FEATURES.items():
        yield "a.xlsx", book(after=f"<{name.partition(':')[2]}/>"), told
    for name, told in opendocument._ELEMENTS.items():
        yield "a.odt", open_document(f"<{name}/>"), told
    for kind, told in page._MARKS.items():
        yield "a.pdf", pdf(WORDS, mark(kind)), told
    for key, told in pdf_._KEYS.items():
        yield "a.pdf", pdf(WORDS, _rooted(key)), told


def _rooted(key: str) -> Callable[[pikepdf.Pdf], object]:
    return lambda made: made.Root.update(Dictionary({key: made.make_indirect(Dictionary(X=1))}))


def _of_the_lists() -> list[tuple[str, bytes, tuple[str, str]]]:
    return [*_parts(), *_elements()]


def test_every_entry_of_the_lists_is_told() -> None:
    for name, data, told in _of_the_lists():
        assert told in {(each.code, each.sentence) for each in look(name, data, frozenset())}, told


# Single cases


def _without_its_second_record() -> bytes:
    """An archive with an entry between others that its list leaves out."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/people.xml", "x")
        archive.writestr("word/earlier.xml", "A. Person")
        with zipfile.ZipFile(io.BytesIO(word())) as whole:
            for name in whole.namelist():
                archive.writestr(name, whole.read(name))
        del archive.filelist[1]
    return made.getvalue()


def _commented() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as whole, zipfile.ZipFile(made, "w") as archive:
        for entry in whole.infolist():
            entry.comment = b"A. Person"
            archive.writestr(entry, whole.read(entry))
    return made.getvalue()


def _drawing(held: str) -> bytes:
    return book(parts={"xl/drawings/drawing1.xml": _DRAWN.format(held)})


def _between() -> bytes:
    """A PDF with bytes between its objects, its table as it was for the objects after them."""
    whole = pdf()
    at = whole.index(b"endobj") + 7
    words = b"A. Person, of no abode, told it on the second. " + b"%\n"
    return shifted(whole, at, words)


def _hidden_field(made: pikepdf.Pdf) -> None:
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("n"), F=2, Rect=Array([9, 9, 20, 20])
    )
    made.pages[0].obj.Annots = Array([made.make_indirect(field)])
    made.Root.AcroForm = Dictionary(Fields=made.pages[0].obj.Annots)


def _commented_xmp(made: pikepdf.Pdf) -> None:
    held = test_hidden._XMP.replace("</rdf:RDF>", "<!-- A. Person --></rdf:RDF>")
    made.Root.Metadata = Stream(made, held.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _photo_with_more(made: pikepdf.Pdf) -> None:
    more = picture()[:2] + b"\xff\xe2\0\x08MPF\0\0\0" + picture()[2:]
    photo = picture_object(made, more, Filter=Name.DCTDecode, Width=32, Height=24)
    made.pages[0].obj.Resources.XObject = Dictionary(Im1=photo)


SINGLE: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "Bytes lie before the entry.": ("a.docx", _without_its_second_record),
    "Data is kept beside the entry.": ("a.docx", _commented),
    "Bytes lie after the last entry of the archive.": ("a.docx", lambda: word() + b"x"),
    "A part is there that such a file does not need.": (
        "a.docx",
        lambda: word(
            PARAGRAPH, ("notes", "notes about A Person.xml"), parts={"word/notes about A Person.xml": "x"}
        ),
    ),
    "Nothing in the file refers to this part.": (
        "a.docx",
        lambda: word(parts={"word/header7.xml": part("hdr", "")}),
    ),
    "A shape or picture is hidden.": ("a.xlsx", lambda: _drawing("<s:cNvPr hidden='1'/>")),
    "The description of a picture is a path or the name of a file.": (
        "a.xlsx",
        lambda: _drawing("<s:cNvPr descr='C:\\cases\\x.jpg'/>"),
    ),
    "A chart keeps the workbook it was made from.": ("a.xlsx", lambda: _drawing("<c:externalData/>")),
    "The properties name a template.": ("a.odt", lambda: open_document(meta="<meta:template/>")),
    "A column is hidden.": (
        "a.ods",
        lambda: open_document("<table:table-column table:visibility='collapse'/>", kind="spreadsheet"),
    ),
    "Something leads to a file, or is taken in from elsewhere.": (
        "a.odt",
        lambda: open_document("<text:a xlink:href='../cases/x.odt'/>"),
    ),
    "A field of a form is hidden.": ("a.pdf", lambda: pdf(WORDS, _hidden_field)),
    "Bytes lie between the objects of the file.": ("a.pdf", _between),
    "Further pictures are kept behind the picture.": (
        "a.pdf",
        lambda: pdf(b"q 9 0 0 9 9 9 cm /Im1 Do Q", _photo_with_more),
    ),
    "Further pictures are kept beside the picture.": ("a.png", lambda: png_with(chunk(b"acTL", bytes(8)))),
    "The picture has properties that are not needed to see it.": (
        "a.tif",
        lambda: picture("TIFF", tiffinfo={270: "A. Person"}),
    ),
    "The properties (XMP) have a comment.": ("a.pdf", lambda: pdf(WORDS, _commented_xmp)),
    "A name has a comment.": (
        "a.xlsx",
        lambda: book(
            workbook="<definedNames><definedName name='n' comment='x'>A1</definedName></definedNames>"
        ),
    ),
    "The workbook keeps views of single people.": ("a.xlsx", lambda: book(workbook="<customWorkbookView/>")),
    "The workbook names who reserved it.": ("a.xlsx", lambda: book(workbook="<fileSharing userName='A'/>")),
    "The sheet has a comment in its XML.": ("a.xlsx", lambda: book(after="<!-- A. Person -->")),
    "The sheet has a control that runs code.": (
        "a.xlsx",
        lambda: book(
            parts={"xl/drawings/vmlDrawing1.vml": sheet_part("x", "<ClientData ObjectType='Button'/>")}
        ),
    ),
    "A field keeps data that nobody sees.": (
        "a.docx",
        lambda: word("<w:p><w:r><w:fldChar><w:fldData>x</w:fldData></w:fldChar></w:r></w:p>"),
    ),
    "The properties name a person, or have words of their own.": (
        "a.odt",
        lambda: open_document(meta="<meta:user-defined>A. Person</meta:user-defined>"),
    ),
    "A field of a form is filled in.": (
        "a.odt",
        lambda: open_document("<form:text form:current-value='A'/>"),
    ),
    "The file has a comment in its XML.": ("a.odt", lambda: open_document("<!-- A. Person -->")),
    "There is text before or after the parts of the e-mail.": (
        "a.eml",
        lambda: test_hidden._TWO.format(kind="mixed", second="text/plain").encode() + b"A. Person",
    ),
    "The message is HTML, in which text can be hidden.": (
        "a.eml",
        MAIL.replace("text/plain", "text/html").encode,
    ),
    "A head or foot has text that no page shows.": (
        "a.docx",
        lambda: word(
            PARAGRAPH, ("header", "header1.xml"), parts={"word/header1.xml": part("hdr", PARAGRAPH)}
        ),
    ),
}


@pytest.mark.parametrize(
    ("sentence", "name", "make"), [(key, *row) for key, row in SINGLE.items()], ids=SINGLE
)
def test_what_is_hidden_is_told_in_its_sentence(sentence: str, name: str, make: Callable[[], bytes]) -> None:
    found = look(name, make(), frozenset())

    assert sentence in {finding.sentence for finding in found}
    assert not any("Person" in finding.sentence + finding.place for finding in found)


def _sentences() -> Iterator[str]:
    """Yield every sentence that the program tells beside one of its codes."""
    for file in Path(release.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            listed = node.elts if isinstance(node, ast.Tuple) and len(node.elts) == 2 else []
            called = node.args if isinstance(node, ast.Call) else []
            for code, *_, told in ([*each] for each in (listed, called) if len(each) > 1):
                is_code = isinstance(code, ast.Constant) and str(code.value).startswith("HIDDEN_")
                if is_code and isinstance(told, ast.Constant) and "{" not in str(told.value):
                    yield str(told.value)


def test_every_sentence_is_told_of_some_file() -> None:
    told = {*SINGLE} | {sentence for _, _, (_, sentence) in _of_the_lists()}
    for _, name, make, _ in test_office_attacks.rows():
        told |= {finding.sentence for finding in look(name, make(), frozenset())}
    for make, _ in test_pdf_attacks.ATTACKS.values():
        told |= {finding.sentence for finding in look("a.pdf", make(), frozenset())}
    for make_stream in (*streams.HIDDEN.values(), *(make for make, _ in streams.BETWEEN.values())):
        told |= {finding.sentence for finding in look("a.pdf", make_stream(), frozenset())}
    for row in test_hidden._rows():
        name, make, _ = row.values
        told |= {finding.sentence for finding in look(name, make(), frozenset())}

    # Of a process of its own: test_hostile_files.py; and of what breaks a library: tests/fuzz.
    assert {*_sentences()} - told == {
        "It could not be looked through to its end.",
        "It is damaged: it cannot be looked through to its end.",
    }
