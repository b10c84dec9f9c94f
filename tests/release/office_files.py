"""Files of Office and OpenDocument, part by part, as the programs write them once a file is inspected."""

from __future__ import annotations

import io
import zipfile
from typing import Final

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ALL: Final = (
    f'xmlns:w="{_W}" xmlns:r="{_R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
CORE: Final = (
    f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title></dc:title><dc:creator></dc:creator>'
    "<cp:lastModifiedBy></cp:lastModifiedBy><cp:revision>2</cp:revision>"
    '<dcterms:created xsi:type="dcterms:W3CDTF">2026-11-02T09:00:00Z</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">2026-11-03T09:00:00Z</dcterms:modified></cp:coreProperties>'
)
APP: Final = (
    f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    "<Template>Normal.dotm</Template><TotalTime>3</TotalTime><Pages>1</Pages><Words>9</Words>"
    "<Application>Microsoft Office Word</Application><DocSecurity>0</DocSecurity><Company></Company>"
    "<HeadingPairs><vt:vector size='2' baseType='variant'><vt:variant><vt:lpstr>Worksheets</vt:lpstr>"
    "</vt:variant><vt:variant><vt:i4>1</vt:i4></vt:variant></vt:vector></HeadingPairs>"
    "<AppVersion>16.0000</AppVersion></Properties>"
)
_STYLES: Final = (
    f"{_HEAD}<w:styles {_ALL}><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val='22'/></w:rPr></w:rPrDefault>"
    "</w:docDefaults><w:style w:type='paragraph' w:default='1' w:styleId='Normal'/>"
    "<w:style w:type='character' w:styleId='Secret'><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Derived'><w:basedOn w:val='Secret'/></w:style>"
    "<w:style w:type='table' w:styleId='GridTable4'><w:name w:val='Grid Table 4'/></w:style></w:styles>"
)
PARAGRAPH: Final = "<w:p><w:r><w:t>The council holds three contracts.</w:t></w:r></w:p>"
SECTION: Final = "<w:sectPr><w:pgSz w:w='11906' w:h='16838'/></w:sectPr>"
_SETTINGS: Final = (
    "<w:zoom w:percent='100'/><w:removePersonalInformation/><w:rsids><w:rsidRoot w:val='00A77B3E'/></w:rsids>"
)
MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """Return an archive with these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def relations(*each: tuple[str, str]) -> str:
    """Return relations by kind and target; one that leads elsewhere has an address."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_R}/{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if ':' in target else ''}/>"
        for number, (kind, target) in enumerate(each, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _types(main: str, kind: str) -> str:
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{type_}"/>'
        for ending, type_ in {
            "rels": "application/vnd.openxmlformats-package.relationships+xml",
            "xml": "application/xml",
            "png": "image/png",
            "jpeg": "image/jpeg",
            "bin": "application/octet-stream",
        }.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{defaults}'
        f'<Override PartName="/{main}" ContentType="{kind}"/></Types>'
    )


def word(
    body: str = PARAGRAPH,
    *more: tuple[str, str],
    parts: dict[str, str | bytes] | None = None,
    settings: str = "",
    section: str = SECTION,
    kind: str = MAIN,
) -> bytes:
    """Return a document of Word.

    Args:
        body: Its paragraphs.
        more: Relations of the text beside styles (rId1) and settings (rId2), by kind and target.
        parts: Further parts, or others in place of those it has.
        settings: What stands in its settings in addition.
        section: How it is paginated.
        kind: The type of the text.
    """
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    top = relations(("officeDocument", "word/document.xml"), ("extended-properties", "docProps/app.xml"))
    core = f'<Relationship Id="c" Type="{package}/metadata/core-properties" Target="docProps/core.xml"/>'
    known: dict[str, str | bytes] = {
        "[Content_Types].xml": _types("word/document.xml", kind),
        "_rels/.rels": top.replace("</Relationships>", f"{core}</Relationships>"),
        "word/document.xml": f"{_HEAD}<w:document {_ALL}><w:body>{body}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            ("styles", "styles.xml"), ("settings", "settings.xml"), *more
        ),
        "word/styles.xml": _STYLES,
        "word/settings.xml": f"{_HEAD}<w:settings {_ALL}>{_SETTINGS}{settings}</w:settings>",
        "docProps/app.xml": APP,
        "docProps/core.xml": CORE,
    }
    return zipped(known | (parts or {}))


def part(root: str, content: str) -> str:
    """Return a part of Word with one element around its content."""
    return f"{_HEAD}<w:{root} {_ALL}>{content}</w:{root}>"


def run(text: str, properties: str = "") -> str:
    """Return a paragraph of one run."""
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


# Excel

CELLS: Final = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>12</v></c></row>"
_BOOK_STYLES: Final = (
    f"{_HEAD}<styleSheet xmlns='{_X}'><numFmts count='2'><numFmt numFmtId='164' formatCode=';;;'/>"
    "<numFmt numFmtId='165' formatCode='\"withheld\";**;\\d'/></numFmts>"
    "<fonts count='3'><font><sz val='11'/><color theme='1'/></font>"
    "<font><sz val='11'/><color rgb='FFFFFFFF'/></font><font><sz val='1'/></font></fonts>"
    "<fills count='4'><fill><patternFill patternType='none'/></fill>"
    "<fill><patternFill patternType='gray125'/></fill>"
    "<fill><patternFill patternType='solid'><fgColor rgb='FF1F4E79'/></patternFill></fill>"
    "<fill><patternFill patternType='solid'/></fill></fills>"
    "<cellXfs count='7'><xf numFmtId='0' fontId='0' fillId='0'/><xf numFmtId='164' fontId='0' fillId='0'/>"
    "<xf numFmtId='0' fontId='1' fillId='0'/><xf numFmtId='0' fontId='1' fillId='2'/>"
    "<xf numFmtId='0' fontId='2' fillId='0'/><xf numFmtId='0' fontId='0' fillId='3'/>"
    "<xf numFmtId='165' fontId='0' fillId='0'/></cellXfs>"
    "<dxfs><dxf><numFmt numFmtId='164' formatCode=';;;'/></dxf>"
    "<dxf><font><color rgb='FFFFFFFF'/></font>"
    "<fill><patternFill><bgColor rgb='FFC00000'/></patternFill></fill></dxf></dxfs></styleSheet>"
)


def book_styles(form: str) -> str:
    """Return the styles of a workbook, of which the second shows cells in a form."""
    return _BOOK_STYLES.replace("formatCode=';;;'", f"formatCode='{form}'", 1)


def book(
    cells: str = CELLS,
    *,
    before: str = "",
    after: str = "",
    state: str = "visible",
    workbook: str = "",
    strings: str = "<si><t>Contracts</t></si>",
    more: tuple[tuple[str, str], ...] = (),
    parts: dict[str, str | bytes] | None = None,
    kind: str = BOOK,
) -> bytes:
    """Return a workbook of one sheet, and an empty one whose state is given.

    Args:
        cells: The rows.
        before: What stands before the rows.
        after: What stands after them.
        state: Of the second sheet.
        workbook: What stands in the workbook after its sheets.
        strings: The table of words.
        more: Relations of the workbook, by kind and target.
        parts: Further parts, or others in place of those it has.
        kind: The type of the workbook.
    """
    always = (
        ("worksheet", "worksheets/sheet1.xml"),
        ("worksheet", "worksheets/sheet2.xml"),
        ("styles", "styles.xml"),
        ("sharedStrings", "sharedStrings.xml"),
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    core = f'<Relationship Id="c" Type="{package}/metadata/core-properties" Target="docProps/core.xml"/>'
    top = relations(("officeDocument", "xl/workbook.xml"), ("extended-properties", "docProps/app.xml"))
    sheet = f"{_HEAD}<worksheet xmlns='{_X}' xmlns:r='{_R}'>"
    known: dict[str, str | bytes] = {
        "[Content_Types].xml": _types("xl/workbook.xml", kind),
        "_rels/.rels": top.replace("</Relationships>", f"{core}</Relationships>"),
        "xl/workbook.xml": f"{_HEAD}<workbook xmlns='{_X}' xmlns:r='{_R}'><sheets>"
        "<sheet name='Contracts' sheetId='1' r:id='rId1'/>"
        f"<sheet name='Notes' sheetId='2' state='{state}' r:id='rId2'/></sheets>{workbook}</workbook>",
        "xl/_rels/workbook.xml.rels": relations(*always, *more),
        "xl/worksheets/sheet1.xml": f"{sheet}{before}<sheetData>{cells}</sheetData>{after}</worksheet>",
        "xl/worksheets/sheet2.xml": f"{sheet}<sheetData/></worksheet>",
        "xl/styles.xml": _BOOK_STYLES,
        "xl/sharedStrings.xml": f"{_HEAD}<sst xmlns='{_X}'>{strings}</sst>",
        "docProps/app.xml": APP,
        "docProps/core.xml": CORE,
    }
    return zipped(known | (parts or {}))


def sheet_part(root: str, content: str) -> str:
    """Return a part of Excel with one element around its content."""
    return f"{_HEAD}<{root} xmlns='{_X}' xmlns:r='{_R}'>{content}</{root}>"


# OpenDocument

_ODF: Final = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in {
            "office": "office",
            "text": "text",
            "table": "table",
            "style": "style",
            "draw": "drawing",
            "fo": "xsl-fo-compatible",
            "meta": "meta",
            "config": "config",
            "script": "script",
            "form": "form",
        }.items()
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
SAID: Final = "<text:p text:style-name='P1'>The council holds three contracts.</text:p>"


def open_document(
    body: str = SAID,
    *,
    kind: str = "text",
    styles: str = "",
    meta: str = "",
    settings: str = "",
    parts: dict[str, str | bytes] | None = None,
) -> bytes:
    """Return a text, or a workbook where ``kind`` is ``spreadsheet``, as LibreOffice writes it."""
    known: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{_HEAD}<office:document-content {_ODF}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>",
        "styles.xml": f"{_HEAD}<office:document-styles {_ODF}/>",
        "meta.xml": f"{_HEAD}<office:document-meta {_ODF}><office:meta>"
        "<meta:generator>LibreOffice/25.2.3.2$Linux_X86_64</meta:generator><dc:date>2026-11-03</dc:date>"
        f"<meta:editing-cycles>2</meta:editing-cycles>{meta}</office:meta></office:document-meta>",
        "settings.xml": f"{_HEAD}<office:document-settings {_ODF}><config:config-item "
        f"config:name='PrinterName'/>{settings}</office:document-settings>",
        "META-INF/manifest.xml": f"{_HEAD}<manifest:manifest "
        "xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>",
    }
    return zipped(known | (parts or {}))
