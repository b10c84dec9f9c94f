"""Files as people's programs write them once they are inspected: none is stopped."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
from office_files import (
    CELLS,
    CORE,
    PARAGRAPH,
    SAID,
    book,
    open_document,
    part,
    run,
    sheet_part,
    word,
)
from other_files import WORDS, drawn, exif, mail, mark, masked, pdf, picture
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms

from flows.release.kinds import look

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportlab.pdfgen.canvas import Canvas

_DARK_CELL: Final = "<w:tc><w:tcPr><w:shd w:val='clear' w:fill='1F4E79'/></w:tcPr>{}</w:tc>"
_WHITE: Final = run("Contract", "<w:color w:val='FFFFFF'/>")
_FIELDS: Final = (
    "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r>"
    "<w:r><w:instrText> TOC \\o &quot;1-3&quot; \\h \\z \\u </w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r>"
    "<w:r><w:rPr><w:webHidden/></w:rPr><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    "<w:p><w:fldSimple w:instr=' PAGE '><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>"
)
_IN_A_BOX: Final = f"<w:txbxContent>{PARAGRAPH}</w:txbxContent>"
_BOX: Final = (
    "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor behindDoc='0'>"
    "<wps:wsp><wps:spPr><a:solidFill><a:srgbClr val='FFFF00'/></a:solidFill></wps:spPr>"
    f"<wps:txbx>{_IN_A_BOX}</wps:txbx></wps:wsp></wp:anchor></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:shape style='position:absolute' fillcolor='yellow'>"
    f"<v:textbox>{_IN_A_BOX}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
_INLINE: Final = (
    "<w:p><w:r><w:drawing><wp:inline>"
    "<wp:docPr id='1' name='Picture 1' descr='The bridge, seen from the north'/><a:graphic><pic:blipFill>"
    "<a:blip r:embed='rId3'/><a:srcRect/></pic:blipFill></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
_FILTERED: Final = (
    "<definedNames><definedName name='_xlnm._FilterDatabase' hidden='1'>Contracts!A1:B9</definedName>"
    "<definedName name='_xlnm.Print_Area'>Contracts!A1:B9</definedName></definedNames>"
)


def _with_heads() -> bytes:
    section = (
        "<w:sectPr><w:headerReference w:type='default' r:id='rId3'/>"
        "<w:headerReference w:type='first' r:id='rId4'/>"
        "<w:headerReference w:type='even' r:id='rId5'/><w:titlePg/></w:sectPr>"
    )
    return word(
        PARAGRAPH,
        ("header", "header1.xml"),
        ("header", "header2.xml"),
        ("header", "header3.xml"),
        section=section,
        parts={
            "word/header1.xml": part("hdr", PARAGRAPH),
            "word/header2.xml": part("hdr", PARAGRAPH),
            "word/header3.xml": part("hdr", "<w:p/>"),
        },
    )


def _with_sources() -> bytes:
    sources = '<b:Sources xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography"/>'
    return word(
        PARAGRAPH,
        ("customXml", "/customXml/item1.xml"),
        ("glossaryDocument", "glossary/document.xml"),
        parts={
            "customXml/item1.xml": sources,
            "word/glossary/document.xml": part(
                "glossaryDocument", "<w:docPart><w:types><w:type w:val='bbPlcHdr'/></w:types></w:docPart>"
            ),
        },
    )


def _table_in_white(style: str, cell: str) -> bytes:
    return word(
        f"<w:tbl><w:tblPr><w:tblStyle w:val='{style}'/></w:tblPr><w:tr>{cell.format(_WHITE)}</w:tr></w:tbl>"
    )


WORD: Final[dict[str, Callable[[], bytes]]] = {
    "a letter": word,
    "a letter with a title and the authority as author": lambda: word(
        parts={
            "docProps/core.xml": CORE.replace("<dc:title>", "<dc:title>Contracts 2026/27").replace(
                "<dc:creator>", "<dc:creator>West Midlands Police"
            )
        }
    ),
    "heads of all kinds": _with_heads,
    "contents and page numbers": lambda: word(_FIELDS),
    "white words in a dark cell": lambda: _table_in_white("TableGrid", _DARK_CELL),
    "white words where the style of a table is dark": lambda: _table_in_white(
        "GridTable4", "<w:tc>{}</w:tc>"
    ),
    "white words on dark shading": lambda: word(
        run("x", "<w:color w:val='FFFFFF'/><w:shd w:fill='C00000'/>")
    ),
    "a black heading that Word turns white": lambda: word(run("x", "<w:shd w:val='clear' w:fill='000000'/>")),
    "words under a yellow marker": lambda: word(run("x", "<w:highlight w:val='yellow'/>")),
    "a box with words": lambda: word(_BOX),
    "hidden is off": lambda: word(run("x", "<w:vanish w:val='0'/>")),
    "a picture": lambda: word(
        _INLINE, ("image", "media/image1.png"), parts={"word/media/image1.png": picture("PNG")}
    ),
    "a note at the foot": lambda: word(
        f"{PARAGRAPH}<w:p><w:r><w:footnoteReference w:id='2'/></w:r></w:p>",
        ("footnotes", "footnotes.xml"),
        parts={
            "word/footnotes.xml": part(
                "footnotes",
                "<w:footnote w:type='separator' w:id='-1'><w:p><w:r><w:separator/></w:r></w:p></w:footnote>"
                f"<w:footnote w:id='2'>{PARAGRAPH}</w:footnote>",
            )
        },
    ),
    "a link": lambda: word(PARAGRAPH, ("hyperlink", "https://www.gov.uk/")),
    "an empty list of sources, and placeholders": _with_sources,
    "comments that were all deleted": lambda: word(
        PARAGRAPH, ("comments", "comments.xml"), parts={"word/comments.xml": part("comments", "")}
    ),
}
EXCEL: Final[dict[str, Callable[[], bytes]]] = {
    "a table": book,
    "columns without content that are hidden": lambda: book(
        before="<cols><col min='3' max='16384' hidden='1'/></cols>"
    ),
    "rows without content that are hidden": lambda: book(
        f"{CELLS}<row r='2' hidden='1'><c r='A2' s='3'/></row>"
    ),
    "buttons of a filter": lambda: book(
        after="<autoFilter ref='A1:B9'/>",
        workbook=_FILTERED,
    ),
    "white on a dark cell": lambda: book("<row r='1'><c r='A1' s='3' t='s'><v>0</v></c></row>"),
    "an unused style that shows nothing": lambda: book(
        "<row r='1'><c r='A1' s='1'/><c r='B1' t='s'><v>0</v></c></row>"
    ),
    "a list of people without any": lambda: book(
        more=(("person", "persons/person.xml"),),
        parts={"xl/persons/person.xml": sheet_part("personList", "")},
    ),
    "merged cells and a condition in white on red": lambda: book(
        after="<mergeCells><mergeCell ref='B1:C1'/></mergeCells>"
        "<conditionalFormatting sqref='A1'><cfRule dxfId='1'/></conditionalFormatting>"
    ),
    "formulas": lambda: book(f"{CELLS}<row r='2'><c r='A2'><f>SUM(B1:B1)</f><v>12</v></c></row>"),
}
OPEN: Final[dict[str, Callable[[], bytes]]] = {
    "text.odt": lambda: open_document(parts={"Thumbnails/thumbnail.png": picture("PNG")}),
    "list.odt": lambda: open_document(
        f"<text:tracked-changes/>{SAID}<text:p><text:a xlink:href='https://www.gov.uk/'>x</text:a></text:p>"
    ),
    "table.ods": lambda: open_document(
        "<table:table table:style-name='T'><table:table-row><table:table-cell table:style-name='H'>"
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table>",
        kind="spreadsheet",
        styles="<style:style style:family='table' style:name='T'>"
        "<style:table-properties table:display='true'/></style:style>"
        "<style:style style:family='table-cell' style:name='H'>"
        "<style:table-cell-properties fo:background-color='#1f4e79'/>"
        "<style:text-properties fo:color='#ffffff'/></style:style>",
    ),
}


# PDF


def _as_word_saves(whole: bytes) -> bytes:
    """Return a PDF with the second table that Word writes after the first, and the stream it refers to."""
    at = whole.rindex(b"xref\n0 ")
    size, root = (int(whole.rpartition(key)[2].split()[0]) for key in (b"/Size ", b"/Root "))
    rows = whole[at:].split(b"trailer")[0].splitlines()[2:]
    offsets = [int(row.split()[0]) for row in rows] + [at]
    packed = b"".join(
        struct.pack(">BIH", int(number > 0), offset, 0) for number, offset in enumerate(offsets)
    )
    facts = b"/Size %d /Root %d 0 R /W [1 4 2] /Length %d" % (size + 1, root, len(packed))
    stream = b"%d 0 obj\n<< /Type /XRef %s >>\nstream\n%s\nendstream\nendobj\n" % (size, facts, packed)
    table = b"xref\n0 %d\n%s\n%010d 00000 n \n" % (size + 1, b"\n".join(rows), at)
    first = at + len(stream)
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size + 1, root, first)
    second = first + len(table) + len(trailer)
    again = b"xref\n0 0\ntrailer\n<</Size %d/Root %d 0 R/Prev %d/XRefStm %d>>\nstartxref\n%d\n%%%%EOF"
    return whole[:at] + stream + table + trailer + again % (size + 1, root, first, at, second)


def _page(canvas: Canvas) -> None:
    canvas.setTitle("Contracts 2026/27")
    canvas.setFillColorRGB(0.12, 0.3, 0.47)
    canvas.rect(70, 695, 300, 18, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(72, 700, "Contract and value")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(72, 670, "The council holds three contracts, struck through and underlined.")
    canvas.rect(72, 668, 100, 0.6, fill=1)
    canvas.rect(172, 673, 100, 0.6, fill=1)
    canvas.line(72, 640, 500, 640)
    canvas.rect(50, 50, 495, 740, fill=0)
    canvas.linkURL("https://www.gov.uk/", (72, 660, 300, 680))
    canvas.drawString(72, 600, "Below")


def _layers_on(made: pikepdf.Pdf) -> None:
    group = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("Roads")))
    made.Root.OCProperties = Dictionary(
        OCGs=Array([group]), D=Dictionary(ON=Array([group]), Order=Array([group]))
    )


def _empty_form(made: pikepdf.Pdf) -> None:
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), Rect=Array([9, 9, 99, 20])
    )
    made.pages[0].obj.Annots = Array([made.make_indirect(field)])
    made.Root.AcroForm = Dictionary(Fields=made.pages[0].obj.Annots)


def _tagged(made: pikepdf.Pdf) -> None:
    with made.open_metadata() as held:
        held["dc:title"] = "Contracts 2026/27"
        held["dc:language"] = ["en-GB"]
        held["xmp:CreatorTool"] = "Microsoft® Word for Microsoft 365"
    made.Root.MarkInfo = Dictionary(Marked=True)
    made.Root.OpenAction = Array([made.pages[0].obj, Name.XYZ, 0, 0, 0])


_FRAME: Final = b"0 g 60 600 400 150 re 62 602 396 146 re f* "
_TURNED: Final = b"0 g 60 600 m 460 600 l 460 750 l 60 750 l h 62 602 m 62 748 l 458 748 l 458 602 l h f "
_MARKER: Final = b"/Marker gs 1 1 0 rg 70 695 200 18 re f "
PDF: Final[dict[str, Callable[[], bytes]]] = {
    "a page as ReportLab writes it": lambda: drawn(_page),
    "a page as Word saves it": lambda: _as_word_saves(
        pdf(WORDS, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    ),
    "a page for reading from the web": lambda: pdf(WORDS, _tagged, linearize=True),
    "objects kept together": lambda: pdf(
        WORDS, _tagged, object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "a frame around the words": lambda: pdf(WORDS + _FRAME),
    "a picture that lets words through": lambda: pdf(
        WORDS + b"q 200 0 0 20 70 695 cm /Im2 Do Q", lambda made: masked(made, 60)
    ),
    "a box over nothing": lambda: pdf(WORDS + b"0 g 270 695 60 18 re f"),
    "a frame whose inner edge goes round the other way": lambda: pdf(WORDS + _TURNED),
    "words under a yellow marker": lambda: pdf(WORDS + _MARKER),
    "words that are read aloud as they are seen": lambda: pdf(
        b"/Span << /ActualText (fi) >> BDC " + WORDS + b"EMC /Span << /ActualText ( ) >> BDC EMC"
    ),
    "words under something transparent": lambda: pdf(WORDS + b"/Faint gs 0 g 70 695 200 18 re f"),
    "words on a picture": lambda: pdf(b"q 300 0 0 200 70 600 cm /Im1 Do Q " + WORDS),
    "a picture in a frame of its own size": lambda: pdf(
        b"q 99 599 202 202 re W n 200 0 0 200 100 600 cm /Im1 Do Q"
    ),
    "layers that are all on": lambda: pdf(WORDS, _layers_on),
    "a form that nobody filled in": lambda: pdf(WORDS, _empty_form),
    "a link": lambda: pdf(WORDS, mark("/Link", A=Dictionary(S=Name.URI, URI=String("https://www.gov.uk/")))),
}


def _pages(form: str) -> bytes:
    made = io.BytesIO()
    sheets = [Image.new("1", (80, 120), white) for white in (0, 1, 1)]
    sheets[0].save(made, form, save_all=True, append_images=sheets[1:])
    return made.getvalue()


_PROFILE: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
OTHERS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a photograph with its profile": ("a.jpg", lambda: picture(icc_profile=_PROFILE, dpi=(300, 300))),
    "a photograph that is turned": ("a.JPG", lambda: picture(exif=exif(_274=6, _305="Some program 1.0"))),
    "a photograph by the authority": ("a.jpg", lambda: picture(exif=exif(_315="West Midlands Police"))),
    "a photograph in several passes": ("a.jpeg", lambda: picture(progressive=True)),
    "a drawing": ("a.png", lambda: picture("PNG", icc_profile=_PROFILE, dpi=(96, 96))),
    "scanned sheets": ("a.tiff", lambda: _pages("TIFF")),
    "a scanned sheet, packed": ("a.tif", lambda: picture("TIFF", compression="tiff_lzw")),
    "a picture for the web": ("a.webp", lambda: picture("WEBP")),
    "an e-mail": ("a.eml", mail),
    "a text in Welsh": ("a.txt", "Cŵn, tŷ, “Llŷn” — £5\r\n\tpwynt\n".encode),
    "a table with losses and telephone numbers": (
        "a.csv",
        b'name,sum,telephone\n"Roads (north), repairs",-12.50,+44 20 7946 0000\n- none (yet),-,0\n'.strip,
    ),
    "a table in the code page of Windows": ("a.csv", "Contract,£\nRoads,12\n".encode("cp1252").strip),
}


def _rows() -> list[object]:
    named = [(f"{key} in Word", "a.docx", make) for key, make in WORD.items()]
    named += [(f"{key} in Excel", "a.xlsx", make) for key, make in EXCEL.items()]
    named += [(key, key, make) for key, make in OPEN.items()]
    named += [(f"{key} in PDF", "a.pdf", make) for key, make in PDF.items()]
    named += [(key, *row) for key, row in OTHERS.items()]
    return [pytest.param(*row, id=key) for key, *row in named]


@pytest.mark.parametrize(("name", "make"), _rows())
def test_a_file_that_hides_nothing_passes(name: str, make: Callable[[], bytes]) -> None:
    assert look(name, make(), frozenset({"West Midlands Police"})) == ()


def test_a_name_that_is_not_the_authoritys_is_no_author() -> None:
    made = WORD["a letter with a title and the authority as author"]()

    assert [finding.code for finding in look("a.docx", made, frozenset({"Some Council"}))] == [
        "HIDDEN_METADATA"
    ]
