"""Files with something hidden in them: each is stopped, for what it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import pikepdf
import pytest
from office_files import (
    PARAGRAPH,
    book,
    open_document,
    part,
    relations,
    run,
    sheet_part,
    word,
)
from other_files import (
    BOX,
    MAIL,
    WORDS,
    chunk,
    drawn,
    exif,
    mail,
    mark,
    masked,
    pdf,
    picture,
    picture_object,
    png_with,
    updated,
    with_exif_thumbnail,
)
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from flows.domain.finding import blocking
from flows.release.kinds import look
from flows.release.noticing import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportlab.pdfgen.canvas import Canvas

_XMP: Final = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq>'
    "<rdf:li>A. Person</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
)
_SHAPE: Final = (
    "<w:p><w:r><w:drawing><wp:anchor behindDoc='{behind}'><wps:wsp><wps:spPr><a:solidFill>"
    "<a:srgbClr val='000000'/></a:solidFill></wps:spPr></wps:wsp></wp:anchor></w:drawing></w:r></w:p>"
)
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CELL: Final = "<row r='1'><c r='A1' s='{style}' t='s'><v>0</v></c></row>"
_FIELD: Final = (
    "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> {field} </w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>Annex</w:t></w:r>"
    "<w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
)


def _docx(body: str, *more: tuple[str, str], **other: object) -> Callable[[], bytes]:
    return lambda: word(body, *more, **other)  # type: ignore[arg-type]


def _header(kind: str) -> Callable[[], bytes]:
    section = f"<w:sectPr><w:headerReference w:type='{kind}' r:id='rId3'/></w:sectPr>"
    return lambda: word(
        PARAGRAPH,
        ("header", "header1.xml"),
        section=section,
        parts={"word/header1.xml": part("hdr", PARAGRAPH)},
    )


WORD: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "words put in under tracking": (
        _docx(f"<w:ins w:author='A'>{PARAGRAPH}</w:ins>"),
        "HIDDEN_CHANGES",
    ),
    "words deleted under tracking": (
        _docx("<w:p><w:del w:author='A'><w:r><w:delText>A. Person</w:delText></w:r></w:del></w:p>"),
        "HIDDEN_CHANGES",
    ),
    "words moved under tracking": (
        _docx("<w:p><w:moveFrom w:author='A'><w:r><w:t>x</w:t></w:r></w:moveFrom></w:p>"),
        "HIDDEN_CHANGES",
    ),
    "a change of form under tracking": (
        _docx(run("x", "<w:b/><w:rPrChange w:author='A'><w:rPr/></w:rPrChange>")),
        "HIDDEN_CHANGES",
    ),
    "a comment": (
        _docx(
            PARAGRAPH,
            ("comments", "comments.xml"),
            parts={"word/comments.xml": part("comments", f"<w:comment w:author='A'>{PARAGRAPH}</w:comment>")},
        ),
        "HIDDEN_COMMENT",
    ),
    "hidden text": (_docx(run("A. Person", "<w:vanish/>")), "HIDDEN_TEXT"),
    "text hidden by its style": (_docx(run("A. Person", "<w:rStyle w:val='Derived'/>")), "HIDDEN_TEXT"),
    "white text": (_docx(run("A. Person", "<w:color w:val='FFFFFF'/>")), "HIDDEN_TEXT"),
    "text in nearly white": (_docx(run("A. Person", "<w:color w:val='FDFDFD'/>")), "HIDDEN_TEXT"),
    "text of half a point": (_docx(run("A. Person", "<w:sz w:val='1'/>")), "HIDDEN_TEXT"),
    "text under a black marker": (_docx(run("A. Person", "<w:highlight w:val='black'/>")), "HIDDEN_COVERED"),
    "black text on black": (
        _docx(run("A. Person", "<w:color w:val='000000'/><w:shd w:val='clear' w:fill='000000'/>")),
        "HIDDEN_COVERED",
    ),
    "a black shape before the text": (_docx(PARAGRAPH + _SHAPE.format(behind=0)), "HIDDEN_COVERED"),
    "a black shape in the old form": (
        _docx("<w:p><w:r><w:pict><v:rect style='position:absolute' fillcolor='black'/></w:pict></w:r></w:p>"),
        "HIDDEN_COVERED",
    ),
    "a cropped picture": (
        _docx(
            "<w:p><w:r><w:drawing><pic:blipFill><a:srcRect r='40000'/></pic:blipFill></w:drawing></w:r></w:p>"
        ),
        "HIDDEN_CROPPED",
    ),
    "an author": (lambda: _with_property("<dc:creator>", "A. Person"), "HIDDEN_METADATA"),
    "who saved it last": (lambda: _with_property("<cp:lastModifiedBy>", "A. Person"), "HIDDEN_METADATA"),
    "a path as title": (lambda: _with_property("<dc:title>", r"\\server\cases\A Person"), "HIDDEN_METADATA"),
    "an organisation": (lambda: _with_property("<Company>", "Some Firm"), "HIDDEN_METADATA"),
    "a template": (lambda: _with_property("<Template>", "Informants.dotm", "Normal.dotm"), "HIDDEN_METADATA"),
    "properties of its own": (
        _docx(PARAGRAPH, parts={"docProps/custom.xml": "<Properties><property/></Properties>"}),
        "HIDDEN_METADATA",
    ),
    "a template on a server": (
        _docx(
            PARAGRAPH,
            ("x", "y.xml"),
            parts={
                "word/_rels/settings.xml.rels": relations(("attachedTemplate", "file:///S:/x.dotm")),
            },
        ),
        "HIDDEN_LINK",
    ),
    "variables of a template": (
        _docx(PARAGRAPH, settings="<w:docVars><w:docVar/></w:docVars>"),
        "HIDDEN_METADATA",
    ),
    "a mail merge": (_docx(PARAGRAPH, settings="<w:mailMerge/>"), "HIDDEN_CACHE"),
    "data of a store of documents": (
        _docx(
            PARAGRAPH,
            ("customXml", "/customXml/item1.xml"),
            parts={"customXml/item1.xml": "<p>A. Person</p>"},
        ),
        "HIDDEN_METADATA",
    ),
    "an embedded workbook": (
        _docx(PARAGRAPH, ("package", "embeddings/sheet.xlsx"), parts={"word/embeddings/sheet.xlsx": b"PK"}),
        "HIDDEN_FILE",
    ),
    "another document taken in": (_docx(f"{PARAGRAPH}<w:altChunk r:id='rId3'/>"), "HIDDEN_FILE"),
    "macros": (
        _docx(PARAGRAPH, ("vbaProject", "vbaProject.bin"), parts={"word/vbaProject.bin": b"x"}),
        "HIDDEN_ACTIVE",
    ),
    "the type of a file with macros": (
        _docx(PARAGRAPH, kind="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "HIDDEN_ACTIVE",
    ),
    "a picture with a place": (
        _docx(
            PARAGRAPH,
            ("image", "media/image1.jpeg"),
            parts={"word/media/image1.jpeg": picture(exif=exif(gps=True))},
        ),
        "HIDDEN_LOCATION",
    ),
    "a part that nothing refers to": (
        _docx(PARAGRAPH, parts={"word/header9.xml": part("hdr", PARAGRAPH)}),
        "HIDDEN_LEFT",
    ),
    "a part of an unknown kind": (
        _docx(PARAGRAPH, parts={"notes about A Person.xml": "<a/>"}),
        "HIDDEN_LEFT",
    ),
    "a head of a first page that is switched off": (_header("first"), "HIDDEN_TEXT"),
    "a head of even pages that is switched off": (_header("even"), "HIDDEN_TEXT"),
    "a field with a text that is not shown": (
        _docx(_FIELD.format(field="IF 1 = 1 Annex Person")),
        "HIDDEN_TEXT",
    ),
    "a link that carries words": (
        _docx(PARAGRAPH, ("hyperlink", "https://x.example/?q=A.+Person+was+there")),
        "HIDDEN_LINK",
    ),
    "a field from a folder": (
        _docx(_FIELD.format(field='HYPERLINK "S:\\\\cases\\\\Person"')),
        "HIDDEN_LINK",
    ),
    "another text in the form for older programs": (
        _docx(
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>Annex</w:t></mc:Choice><mc:Fallback>"
            "<w:t>A. Person</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        ),
        "HIDDEN_TWICE",
    ),
    "a thumbnail": (
        _docx(PARAGRAPH, parts={"docProps/thumbnail.jpeg": picture()}),
        "HIDDEN_THUMBNAIL",
    ),
    "building blocks": (
        _docx(
            PARAGRAPH,
            ("glossaryDocument", "glossary/document.xml"),
            parts={"word/glossary/document.xml": part("glossaryDocument", "<w:docPart/>")},
        ),
        "HIDDEN_TEXT",
    ),
    "a comment in its XML": (_docx(f"{PARAGRAPH}<!-- ask A. Person -->"), "HIDDEN_COMMENT"),
    "a hidden row": (
        _docx("<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>"),
        "HIDDEN_TEXT",
    ),
    "a note to which no mark leads": (
        _docx(
            PARAGRAPH,
            ("footnotes", "footnotes.xml"),
            parts={"word/footnotes.xml": part("footnotes", f"<w:footnote w:id='7'>{PARAGRAPH}</w:footnote>")},
        ),
        "HIDDEN_TEXT",
    ),
    "who may change the text": (
        _docx(f"<w:permStart w:ed='a@council.example'/>{PARAGRAPH}"),
        "HIDDEN_METADATA",
    ),
}


def _with_property(before: str, value: str, instead: str = "") -> bytes:
    from office_files import APP, CORE  # noqa: PLC0415 - here alone

    return word(
        parts={
            name: text.replace(f"{before}{instead}", before + value)
            for name, text in {"docProps/core.xml": CORE, "docProps/app.xml": APP}.items()
        }
    )


def _xlsx(cells: str | None = None, **more: object) -> Callable[[], bytes]:
    return lambda: book(**({} if cells is None else {"cells": cells}), **more)  # type: ignore[arg-type]


SHEETS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "a hidden sheet": (_xlsx(state="hidden"), "HIDDEN_SHEET"),
    "a sheet that only a macro shows": (_xlsx(state="veryHidden"), "HIDDEN_SHEET"),
    "a hidden row": (_xlsx("<row r='1' hidden='1'><c r='A1' t='s'><v>0</v></c></row>"), "HIDDEN_ROWS"),
    "a row without height": (_xlsx("<row r='1' ht='0'><c r='A1' t='s'><v>0</v></c></row>"), "HIDDEN_ROWS"),
    "rows hidden unless they say otherwise": (_xlsx(before="<sheetFormatPr zeroHeight='1'/>"), "HIDDEN_ROWS"),
    "a hidden column": (_xlsx(before="<cols><col min='1' max='1' hidden='1'/></cols>"), "HIDDEN_ROWS"),
    "a column without width": (_xlsx(before="<cols><col min='2' max='3' width='0'/></cols>"), "HIDDEN_ROWS"),
    "a hidden cell without its address": (
        _xlsx("<row hidden='true'><c><v>7</v></c></row>", strings=""),
        "HIDDEN_ROWS",
    ),
    "a hidden name": (
        _xlsx(workbook="<definedNames><definedName name='n' hidden='1'>7</definedName></definedNames>"),
        "HIDDEN_NAME",
    ),
    "a filter": (
        _xlsx(after="<autoFilter ref='A1:B9'><filterColumn colId='0'><filters/></filterColumn></autoFilter>"),
        "HIDDEN_FILTER",
    ),
    "a cell whose format shows nothing": (_xlsx(_CELL.format(style=1)), "HIDDEN_TEXT"),
    "a cell whose format shows other words": (_xlsx(_CELL.format(style=6)), "HIDDEN_TEXT"),
    "a cell in white": (_xlsx(_CELL.format(style=2)), "HIDDEN_TEXT"),
    "a cell of one point": (_xlsx(_CELL.format(style=4)), "HIDDEN_TEXT"),
    "black on black": (_xlsx(_CELL.format(style=5)), "HIDDEN_COVERED"),
    "a condition that shows nothing": (
        _xlsx(after="<conditionalFormatting sqref='A1'><cfRule dxfId='0'/></conditionalFormatting>"),
        "HIDDEN_TEXT",
    ),
    "content below merged cells": (
        _xlsx(after="<mergeCells><mergeCell ref='A1:B1'/></mergeCells>"),
        "HIDDEN_TEXT",
    ),
    "a row of a tenth of a point": (
        _xlsx("<row r='1' ht='0.1'><c r='A1' t='s'><v>0</v></c></row>"),
        "HIDDEN_ROWS",
    ),
    "a name with words": (
        _xlsx(workbook="<definedNames><definedName name='n'>\"A. Person\"</definedName></definedNames>"),
        "HIDDEN_NAME",
    ),
    "a note when a cell is chosen": (
        _xlsx(after="<dataValidations><dataValidation prompt='ask A. Person'/></dataValidations>"),
        "HIDDEN_COMMENT",
    ),
    "a black shape over the cells": (
        _xlsx(
            parts={
                "xl/drawings/drawing1.xml": f"<d xmlns:a='{_A}' xmlns:s='urn:s'><s:sp><s:spPr><a:solidFill/>"
                "</s:spPr></s:sp></d>"
            }
        ),
        "HIDDEN_COVERED",
    ),
    "words that stand in no cell": (_xlsx(strings="<si><t>A</t></si><si><t>Person</t></si>"), "HIDDEN_LEFT"),
    "the data of a pivot table": (
        _xlsx(
            more=(("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),),
            parts={"xl/pivotCache/pivotCacheDefinition1.xml": "<a/>"},
        ),
        "HIDDEN_CACHE",
    ),
    "data of another workbook": (
        _xlsx(
            more=(("externalLink", "externalLinks/externalLink1.xml"),),
            parts={"xl/externalLinks/externalLink1.xml": "<a/>"},
        ),
        "HIDDEN_CACHE",
    ),
    "a source of data": (_xlsx(parts={"xl/connections.xml": "<a/>"}), "HIDDEN_CACHE"),
    "a note": (
        _xlsx(parts={"xl/comments1.xml": sheet_part("comments", "<commentList><comment/></commentList>")}),
        "HIDDEN_COMMENT",
    ),
    "a thread of comments": (
        _xlsx(
            parts={
                "xl/threadedComments/threadedComment1.xml": sheet_part(
                    "ThreadedComments", "<threadedComment/>"
                )
            }
        ),
        "HIDDEN_COMMENT",
    ),
    "people": (
        _xlsx(parts={"xl/persons/person.xml": sheet_part("personList", "<person displayName='A'/>")}),
        "HIDDEN_COMMENT",
    ),
    "the folder it was saved in": (
        _xlsx(workbook="<x15ac:absPath xmlns:x15ac='urn:x' url='C:\\\\Users\\\\person\\\\'/>"),
        "HIDDEN_METADATA",
    ),
    "a printer": (
        _xlsx(parts={"xl/printerSettings/printerSettings1.bin": b"x"}),
        "HIDDEN_METADATA",
    ),
    "a scenario": (_xlsx(after="<scenarios/>"), "HIDDEN_CACHE"),
    "an embedded file": (_xlsx(after="<oleObjects><oleObject/></oleObjects>"), "HIDDEN_FILE"),
    "macros": (_xlsx(parts={"xl/vbaProject.bin": b"x"}), "HIDDEN_ACTIVE"),
    "a formula that fetches": (
        _xlsx("<row r='1'><c r='A1'><f>cmd|' /C calc'!A0</f><v>1</v></c></row>", strings=""),
        "HIDDEN_LINK",
    ),
    "a manager": (
        _xlsx(
            parts={"docProps/app.xml": "<Properties xmlns='urn:x'><Manager>A. Person</Manager></Properties>"}
        ),
        "HIDDEN_METADATA",
    ),
    "who changed what": (_xlsx(parts={"xl/revisions/revisionLog1.xml": "<a/>"}), "HIDDEN_CHANGES"),
}


def _odt(body: str | None = None, **more: object) -> Callable[[], bytes]:
    return lambda: open_document(**({} if body is None else {"body": body}), **more)  # type: ignore[arg-type]


_UNDISPLAYED: Final = "<style:table-properties table:display='false'/>"
_GONE: Final = " table:visibility='collapse'"
_ROW: Final = (
    "<table:table-row{more}><table:table-cell><text:p>A. Person</text:p></table:table-cell></table:table-row>"
)
OPEN: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "text.odt tracked changes": (
        _odt("<text:tracked-changes><text:changed-region/></text:tracked-changes>"),
        "HIDDEN_CHANGES",
    ),
    "text.odt a comment": (_odt("<text:p>x<office:annotation/></text:p>"), "HIDDEN_COMMENT"),
    "text.odt a hidden section": (
        _odt("<text:section text:display='none'><text:p>x</text:p></text:section>"),
        "HIDDEN_TEXT",
    ),
    "text.odt text that its style hides": (
        _odt(
            "<text:p text:style-name='H'>A. Person</text:p>",
            styles="<style:style style:family='paragraph' style:name='H'>"
            "<style:text-properties text:display='none'/></style:style>",
        ),
        "HIDDEN_TEXT",
    ),
    "text.odt white text": (
        _odt(
            "<text:p>x<text:span text:style-name='W'>A. Person</text:span></text:p>",
            styles="<style:style style:family='text' style:name='W'>"
            "<style:text-properties fo:color='#ffffff'/></style:style>",
        ),
        "HIDDEN_TEXT",
    ),
    "text.odt an author": (_odt(meta="<dc:creator>A. Person</dc:creator>"), "HIDDEN_METADATA"),
    "text.odt a printer": (
        _odt(settings="<config:config-item config:name='PrinterName'>Third floor</config:config-item>"),
        "HIDDEN_METADATA",
    ),
    "text.odt earlier versions": (_odt(parts={"Versions/Version1": b"x"}), "HIDDEN_EARLIER"),
    "text.odt a part of an unknown kind": (_odt(parts={"notes.xml": "<a/>"}), "HIDDEN_LEFT"),
    "text.odt macros": (_odt(parts={"Basic/Standard/Module1.xml": "<a/>"}), "HIDDEN_ACTIVE"),
    "sheet.ods a hidden sheet": (
        _odt(
            f"<table:table table:style-name='T'>{_ROW.format(more='')}</table:table>",
            kind="spreadsheet",
            styles=f"<style:style style:family='table' style:name='T'>{_UNDISPLAYED}</style:style>",
        ),
        "HIDDEN_SHEET",
    ),
    "sheet.ods black on black": (
        _odt(
            "<table:table><table:table-row><table:table-cell table:style-name='B'><text:p>A. Person</text:p>"
            "</table:table-cell></table:table-row></table:table>",
            kind="spreadsheet",
            styles="<style:style style:family='table-cell' style:name='A'>"
            "<style:table-cell-properties fo:background-color='#000000'/></style:style>"
            "<style:style style:family='table-cell' style:name='B' style:parent-style-name='A'>"
            "<style:text-properties fo:color='#000000'/></style:style>",
        ),
        "HIDDEN_COVERED",
    ),
    "sheet.ods content below merged cells": (
        _odt(
            "<table:table><table:table-row><table:covered-table-cell><text:p>A. Person</text:p>"
            "</table:covered-table-cell></table:table-row></table:table>",
            kind="spreadsheet",
        ),
        "HIDDEN_TEXT",
    ),
    "text.odt a cropped picture": (
        _odt(
            "<draw:frame draw:style-name='C'/>",
            styles="<style:style style:family='graphic' style:name='C'>"
            "<style:graphic-properties fo:clip='rect(0cm, 2.5cm, 0cm, 0cm)'/></style:style>",
        ),
        "HIDDEN_CROPPED",
    ),
    "sheet.ods a hidden row": (
        _odt(
            f"<table:table>{_ROW.format(more=_GONE)}</table:table>",
            kind="spreadsheet",
        ),
        "HIDDEN_ROWS",
    ),
    "sheet.ods a pivot table": (
        _odt(
            "<table:data-pilot-tables><table:data-pilot-table/></table:data-pilot-tables>", kind="spreadsheet"
        ),
        "HIDDEN_CACHE",
    ),
}


# PDF


def _pdf(
    content: bytes = WORDS, change: Callable[[pikepdf.Pdf], object] | None = None
) -> Callable[[], bytes]:
    return lambda: pdf(content, change)


def _root(key: str, make: Callable[[pikepdf.Pdf], pikepdf.Object]) -> Callable[[pikepdf.Pdf], object]:
    def change(made: pikepdf.Pdf) -> None:
        made.Root[Name(key)] = made.make_indirect(make(made))

    return change


def _info(**facts: str) -> Callable[[pikepdf.Pdf], object]:
    return lambda made: made.docinfo.update({Name(f"/{key}"): String(value) for key, value in facts.items()})


def _attached(made: pikepdf.Pdf) -> None:
    made.attachments["notes.txt"] = b"A. Person"


def _layer(made: pikepdf.Pdf) -> pikepdf.Object:
    group = made.make_indirect(Dictionary(Type=Name.OCG, Name=String("Names")))
    return Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))


def _other_view(made: pikepdf.Pdf) -> pikepdf.Object:
    found = _layer(made)
    return Dictionary(OCGs=found.OCGs, D=Dictionary(), Configs=Array([found.D]))


def _not_printed(made: pikepdf.Pdf) -> pikepdf.Object:
    group = _layer(made).OCGs[0]
    group.Usage = Dictionary(Print=Dictionary(PrintState=Name.OFF))
    return Dictionary(OCGs=Array([group]), D=Dictionary())


def _after_redaction() -> bytes:
    """A page whose text was replaced by an update that leaves the earlier text in the file."""
    before = pdf(WORDS, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(before)) as opened:
        number = opened.pages[0].obj.Contents.objgen[0]
    return updated(before, b"<< /Length 32 >>\nstream\nBT /F1 12 Tf 72 700 Td (x) Tj ET  \nendstream", number)


def _packed_before_an_update() -> bytes:
    """A file whose objects are kept together, one of them replaced by an update."""
    before = pdf(WORDS, _info(Title="x"), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    writer = IncrementalPdfFileWriter(io.BytesIO(before))
    writer.trailer["/Info"][pdf_name("/Title")] = pdf_string("y")
    writer.update_container(writer.trailer["/Info"])
    made = io.BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]
    return made.getvalue()


def _cropped() -> bytes:
    return pdf(b"q 100 600 40 100 re W n 100 0 0 100 100 600 cm /Im1 Do Q")


def _unused_picture(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.Resources.XObject = Dictionary(Im7=picture_object(made))


def _with_an_orphan() -> bytes:
    """A file with an object that its table lists and nothing refers to."""
    whole = pdf(WORDS, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    size = int(whole.rpartition(b"/Size ")[2].split()[0])
    return updated(whole, b"(A. Person)", size).replace(b"/Size %d" % size, b"/Size %d" % (size + 1))


def _boxed(canvas: Canvas) -> None:
    canvas.drawString(72, 700, "The informant is A. Person")
    canvas.rect(155, 695, 80, 16, fill=1)


def _grouped(made: pikepdf.Pdf) -> None:
    known = made.pages[0].obj.Resources
    group = made.make_stream(WORDS, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
    group.Group = Dictionary(S=Name.Transparency)
    group.Resources = Dictionary(Font=known.Font)
    known.XObject = Dictionary(Group=group)
    known.ExtGState.Gone = Dictionary(ca=0)


def _filled() -> Dictionary:
    return Dictionary(FT=Name.Tx, T=String("name"), V=String("A. Person"))


def _webp_with_more() -> bytes:
    whole = picture("WEBP") + b"prVt\x0a\0\0\0A. Person!"
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def _photo(made: pikepdf.Pdf) -> None:
    photo = picture_object(made, picture(exif=exif(gps=True)), Filter=Name.DCTDecode, Width=32, Height=24)
    made.pages[0].obj.Resources.XObject = Dictionary(Im1=photo)


PDF: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "text under a black box": (_pdf(WORDS + BOX), "HIDDEN_COVERED"),
    "text under a white box": (_pdf(WORDS + b"1 g 70 695 200 18 re f"), "HIDDEN_COVERED"),
    "text under a box with a curve for a corner": (
        _pdf(WORDS + b"0 g 70 695 m 270 695 l 275 695 275 715 270 715 c 70 715 l h f"),
        "HIDDEN_COVERED",
    ),
    "text under a box that goes round clockwise": (
        _pdf(WORDS + b"0 g 70 695 m 70 713 l 270 713 l 270 695 l f"),
        "HIDDEN_COVERED",
    ),
    "text under a box within a box": (
        _pdf(WORDS + b"0 g 60 600 400 150 re 62 602 396 146 re f"),
        "HIDDEN_COVERED",
    ),
    "a word under a box where words stand far apart": (
        _pdf(b"BT /F1 12 Tf 40 Tw 72 700 Td (a b c Person) Tj ET 0 g 219 695 50 18 re f"),
        "HIDDEN_COVERED",
    ),
    "letters under a box where letters stand far apart": (
        _pdf(b"BT /F1 12 Tf 30 Tc 72 700 Td (Person) Tj ET 0 g 220 695 40 18 re f"),
        "HIDDEN_COVERED",
    ),
    "a word under a box after a step": (
        _pdf(b"BT /F1 12 Tf 72 700 Td [(a) -9000 (Person)] TJ ET 0 g 180 695 60 18 re f"),
        "HIDDEN_COVERED",
    ),
    "text on the next line under a box": (
        _pdf(b"BT /F1 12 Tf 14 TL 72 700 Td (a) Tj (Person) ' ET 0 g 70 682 60 12 re f"),
        "HIDDEN_COVERED",
    ),
    "text stretched and under a box": (
        _pdf(b"BT /F1 12 Tf 300 Tz 72 700 Td (a Person) Tj ET 0 g 180 695 60 18 re f"),
        "HIDDEN_COVERED",
    ),
    "text under a broad line": (_pdf(WORDS + b"0 G 16 w 70 704 m 270 704 l S"), "HIDDEN_COVERED"),
    "text under a box drawn by ReportLab": (lambda: drawn(_boxed), "HIDDEN_COVERED"),
    "text turned and under a box": (
        _pdf(b"BT /F1 12 Tf 0 1 -1 0 300 100 Tm (The informant is) Tj ET 0 g 285 90 20 200 re f"),
        "HIDDEN_COVERED",
    ),
    "text under a slanting line": (
        _pdf(b"BT /F1 12 Tf .707 .707 -.707 .707 100 100 Tm (Person) Tj ET 0 G 16 w 100 104 m 160 164 l S"),
        "HIDDEN_COVERED",
    ),
    "text under a dark marker": (_pdf(WORDS + b"/Marker gs 0 g 70 695 200 18 re f"), "HIDDEN_COVERED"),
    "text under a picture": (_pdf(WORDS + b"q 200 0 0 20 70 695 cm /Im1 Do Q"), "HIDDEN_COVERED"),
    "text under a picture whose mask lets nothing through": (
        _pdf(WORDS + b"q 200 0 0 20 70 695 cm /Im2 Do Q", lambda made: masked(made, 255)),
        "HIDDEN_COVERED",
    ),
    "text under an annotation with a filled look": (
        _pdf(
            WORDS,
            lambda made: mark(
                "/Square",
                AP=Dictionary(
                    N=pikepdf.Stream(
                        made, b"0 g 0 0 10 10 re f", Subtype=Name.Form, BBox=Array([0, 0, 10, 10])
                    )
                ),
            )(made),
        ),
        "HIDDEN_COVERED",
    ),
    "black text on a black box": (_pdf(BOX + WORDS), "HIDDEN_COVERED"),
    "a mark for redaction": (_pdf(WORDS, mark("/Redact")), "HIDDEN_COVERED"),
    "a picture under a black box": (
        _pdf(b"q 200 0 0 200 100 500 cm /Im1 Do Q 0 g 150 550 60 20 re f"),
        "HIDDEN_COVERED",
    ),
    "text that is not painted": (_pdf(b"BT 3 Tr /F1 12 Tf 72 700 Td (A. Person) Tj ET"), "HIDDEN_TEXT"),
    "text that is transparent": (
        _pdf(
            b"/Gone gs " + WORDS,
            lambda made: made.pages[0].obj.Resources.ExtGState.update(Dictionary(Gone=Dictionary(ca=0))),
        ),
        "HIDDEN_TEXT",
    ),
    "a group of text that is transparent": (_pdf(b"/Gone gs /Group Do", _grouped), "HIDDEN_TEXT"),
    "white text": (_pdf(b"1 g " + WORDS), "HIDDEN_TEXT"),
    "words that are read aloud and not seen": (
        _pdf(WORDS + b"/Span << /ActualText (A. Person) >> BDC EMC"),
        "HIDDEN_TEXT",
    ),
    "white text in four inks": (_pdf(b"0 0 0 0 k " + WORDS), "HIDDEN_TEXT"),
    "tiny text": (_pdf(b"BT /F1 0.5 Tf 72 700 Td (A. Person) Tj ET"), "HIDDEN_TEXT"),
    "text beyond the page": (_pdf(b"BT /F1 12 Tf 72 900 Td (A. Person) Tj ET"), "HIDDEN_TEXT"),
    "text cut off by a frame": (_pdf(b"q 72 690 60 20 re W n " + WORDS + b"Q"), "HIDDEN_TEXT"),
    "text beyond the part that is shown": (
        _pdf(WORDS, lambda made: made.pages[0].obj.update(Dictionary(CropBox=Array([0, 0, 595, 400])))),
        "HIDDEN_TEXT",
    ),
    "a cropped picture": (_cropped, "HIDDEN_CROPPED"),
    "an author": (_pdf(WORDS, _info(Author="A. Person")), "HIDDEN_METADATA"),
    "keywords": (_pdf(WORDS, _info(Keywords="A. Person")), "HIDDEN_METADATA"),
    "a property of its own": (_pdf(WORDS, _info(SourceModified="x")), "HIDDEN_METADATA"),
    "a file's name as title": (_pdf(WORDS, _info(Title="Microsoft Word - A Person.docx")), "HIDDEN_METADATA"),
    "an author in XMP": (
        _pdf(
            WORDS,
            _root(
                "/Metadata",
                lambda made: pikepdf.Stream(made, _XMP.encode(), Type=Name.Metadata, Subtype=Name.XML),
            ),
        ),
        "HIDDEN_METADATA",
    ),
    "a photograph with a place": (_pdf(b"q 9 0 0 9 9 9 cm /Im1 Do Q", _photo), "HIDDEN_LOCATION"),
    "an attached file": (_pdf(WORDS, _attached), "HIDDEN_FILE"),
    "a file attached by an annotation": (_pdf(WORDS, mark("/FileAttachment")), "HIDDEN_FILE"),
    "a note": (_pdf(WORDS, mark("/Text", Contents=String("A. Person"))), "HIDDEN_COMMENT"),
    "a marked passage": (_pdf(WORDS, mark("/Highlight")), "HIDDEN_COMMENT"),
    "a script": (
        _pdf(WORDS, _root("/OpenAction", lambda _: Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))),
        "HIDDEN_ACTIVE",
    ),
    "a program that is started": (
        _pdf(WORDS, mark("/Link", A=Dictionary(S=Name.Launch, F=String("x")))),
        "HIDDEN_ACTIVE",
    ),
    "a link to a folder": (
        _pdf(WORDS, mark("/Link", A=Dictionary(S=Name.URI, URI=String("file://server/x")))),
        "HIDDEN_LINK",
    ),
    "a field that is filled in": (
        _pdf(
            WORDS, _root("/AcroForm", lambda made: Dictionary(Fields=Array([made.make_indirect(_filled())])))
        ),
        "HIDDEN_FORM",
    ),
    "a layer that is off": (_pdf(WORDS, _root("/OCProperties", _layer)), "HIDDEN_LAYER"),
    "a layer that is off in another view": (_pdf(WORDS, _root("/OCProperties", _other_view)), "HIDDEN_LAYER"),
    "a layer that is not printed": (_pdf(WORDS, _root("/OCProperties", _not_printed)), "HIDDEN_LAYER"),
    "an earlier state": (_after_redaction, "HIDDEN_EARLIER"),
    "an earlier state kept with other objects": (_packed_before_an_update, "HIDDEN_EARLIER"),
    "an object that nothing leads to": (_with_an_orphan, "HIDDEN_LEFT"),
    "a picture that no page draws": (_pdf(WORDS, _unused_picture), "HIDDEN_LEFT"),
    "data of a program": (_pdf(WORDS, _root("/PieceInfo", lambda _: Dictionary(X=1))), "HIDDEN_LEFT"),
    "a thumbnail": (
        _pdf(WORDS, lambda made: made.pages[0].obj.update(Dictionary(Thumb=picture_object(made)))),
        "HIDDEN_THUMBNAIL",
    ),
    "bytes after its end": (lambda: pdf() + b"\nPK\x03\x04 more", "HIDDEN_OUTSIDE"),
}


PICTURES: Final[dict[str, tuple[str, Callable[[], bytes], str]]] = {
    "a place": ("a.jpg", lambda: picture(exif=exif(gps=True)), "HIDDEN_LOCATION"),
    "a camera": ("a.jpg", lambda: picture(exif=exif(_271="Camera", _272="X")), "HIDDEN_METADATA"),
    "an artist": ("a.jpeg", lambda: picture(exif=exif(_315="A. Person")), "HIDDEN_METADATA"),
    "a comment": ("a.jpg", lambda: picture(comment=b"A. Person"), "HIDDEN_METADATA"),
    "a thumbnail": ("a.jpg", with_exif_thumbnail, "HIDDEN_THUMBNAIL"),
    "an author in XMP": ("a.jpg", lambda: picture(xmp=_XMP.encode()), "HIDDEN_METADATA"),
    "a description for the press": (
        "a.jpg",
        lambda: picture()[:2] + b"\xff\xed\0\x10Photoshop 3.0\0" + picture()[2:],
        "HIDDEN_METADATA",
    ),
    "bytes after a JPEG": ("a.jpg", lambda: picture() + b"PK\x03\x04", "HIDDEN_OUTSIDE"),
    "words in a PNG": ("a.png", lambda: png_with(chunk(b"tEXt", b"Author\0A. Person")), "HIDDEN_METADATA"),
    "a place in a PNG": (
        "a.png",
        lambda: png_with(chunk(b"eXIf", exif(gps=True).tobytes()[6:])),
        "HIDDEN_LOCATION",
    ),
    "a part of its own in a PNG": (
        "a.png",
        lambda: png_with(chunk(b"prVt", b"A. Person")),
        "HIDDEN_METADATA",
    ),
    "what was cropped from a PNG": ("a.png", lambda: png_with(chunk(b"IDAT", b"the rest")), "HIDDEN_OUTSIDE"),
    "bytes after a PNG": ("a.png", lambda: picture("PNG") + b"A. Person", "HIDDEN_OUTSIDE"),
    "a thumbnail in the first segment": (
        "a.jpg",
        lambda: picture()[:2] + b"\xff\xe0\0\x13JFIF\0\1\1\0\0\1\0\1\1\1" + bytes(3) + picture()[20:],
        "HIDDEN_THUMBNAIL",
    ),
    "a smaller copy in a TIFF": ("a.tif", lambda: picture("TIFF", tiffinfo={254: 1}), "HIDDEN_THUMBNAIL"),
    "a part of its own in a WebP": ("a.webp", _webp_with_more, "HIDDEN_METADATA"),
    "an artist in a TIFF": ("a.tif", lambda: picture("TIFF", tiffinfo={315: "A. Person"}), "HIDDEN_METADATA"),
    "bytes after a TIFF": ("a.tiff", lambda: picture("TIFF") + b"PK\x03\x04", "HIDDEN_OUTSIDE"),
    "a place in a WebP": ("a.webp", lambda: picture("WEBP", exif=exif(gps=True)), "HIDDEN_LOCATION"),
    "an author in a WebP": ("a.webp", lambda: picture("WEBP", xmp=_XMP.encode()), "HIDDEN_METADATA"),
    "bytes after a WebP": ("a.webp", lambda: picture("WEBP") + b"A. Person", "HIDDEN_OUTSIDE"),
}
_TWO: Final = MAIL.replace('text/plain; charset="utf-8"', "multipart/{kind}; boundary=x") + (
    "--x\r\nContent-Type: text/plain\r\n\r\nA. Person\r\n"
    "--x\r\nContent-Type: {second}\r\n\r\n<p>x</p>\r\n--x--\r\n"
)
PLAIN: Final[dict[str, tuple[str, Callable[[], bytes], str]]] = {
    "a blind copy": ("a.eml", lambda: mail("Bcc: person@council.example"), "HIDDEN_HEADERS"),
    "the way it came": ("a.eml", lambda: mail("Received: from 10.0.0.7"), "HIDDEN_HEADERS"),
    "a message in two forms": (
        "a.eml",
        lambda: _TWO.format(kind="alternative", second="text/html").encode(),
        "HIDDEN_TWICE",
    ),
    "an attachment": (
        "a.eml",
        lambda: _TWO.format(kind="mixed", second="application/pdf").encode(),
        "HIDDEN_FILE",
    ),
    "characters without width": ("a.txt", "In\u200bformant\u202e".encode, "HIDDEN_TEXT"),
    "letters that are tags": ("a.txt", "x\U000e0041\U000e0042".encode, "HIDDEN_TEXT"),
    "a formula in a table": ("a.csv", lambda: b'name,sum\nx,"=HYPERLINK(""http://x"")"\n', "HIDDEN_ACTIVE"),
}


def _rows() -> list[Any]:
    named = [(f"{key} in Word", "a.docx", *row) for key, row in WORD.items()]
    named += [(f"{key} in Excel", "a.xlsx", *row) for key, row in SHEETS.items()]
    named += [(key, key.split()[0], *row) for key, row in OPEN.items()]
    named += [(f"{key} in PDF", "a.pdf", *row) for key, row in PDF.items()]
    named += [(key, *row) for key, row in (PICTURES | PLAIN).items()]
    return [pytest.param(*row, id=key) for key, *row in named]


@pytest.mark.parametrize(("name", "make", "code"), _rows())
def test_a_file_that_hides_something_is_stopped(name: str, make: Callable[[], bytes], code: str) -> None:
    found = look(name, make(), frozenset())

    assert code in {finding.code for finding in found}
    assert "HIDDEN_UNREAD" not in {finding.code for finding in found}
    assert blocking(found) == found
    assert all(finding.mend == MEANINGS[finding.code][1] for finding in found)
    assert not any("Person" in finding.sentence + finding.place for finding in found)


def test_every_code_is_found_in_some_file() -> None:
    known = {row[-1] for table in (WORD, SHEETS, OPEN, PDF, PICTURES, PLAIN) for row in table.values()}

    assert known == MEANINGS.keys() - {"HIDDEN_UNREAD"}
