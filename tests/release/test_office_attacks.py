"""Files of Office, texts and e-mails by somebody who knows how they are looked through: each is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from office_files import (
    PARAGRAPH,
    SAID,
    book,
    book_styles,
    open_document,
    part,
    run,
    word,
)
from other_files import MAIL, mail, picture

from flows.release.kinds import look

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = tuple[str, Callable[[], bytes], str]

_IMAGE: Final = ("image", "media/image1.png")
_IMAGE_PART: Final[dict[str, str | bytes]] = {"word/media/image1.png": picture("PNG")}
_W14: Final = "xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml'"
_MATH: Final = "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
_CHART: Final = "xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart'"
_SERIES: Final = "<x:filteredBarSeries xmlns:x='urn:x'><c:v>A. Person</c:v></x:filteredBarSeries>"
_FILTERED: Final = f"<c:chart {_CHART}>{_SERIES}</c:chart>"


def _docx(body: str, *more: tuple[str, str], **other: Any) -> Callable[[], bytes]:
    return lambda: word(body, *more, **other)


def _photo(inside: str = "", frame: str = "", size: int = 900_000) -> Callable[[], bytes]:
    drawn = (
        f"<w:p><w:r><w:drawing><wp:inline><wp:extent cx='{size}' cy='{size}'/><pic:pic><pic:blipFill>"
        f"<a:blip r:embed='rId3'>{inside}</a:blip><a:stretch><a:fillRect{frame}/></a:stretch></pic:blipFill>"
        "</pic:pic></wp:inline></w:drawing></w:r></w:p>"
    )
    return _docx(drawn, _IMAGE, parts=_IMAGE_PART)


def _old(style: str, more: str = "") -> str:
    return f"<w:p><w:r><w:pict><v:shape style='{style}'>{more}</v:shape></w:pict></w:r></w:p>"


def _said(properties: str) -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>A. Person</w:t></w:r></w:p>"


_ROW: Final = (
    "<w:tbl><w:tr><w:trPr><w:trHeight w:val='{}' w:hRule='exact'/></w:trPr><w:tc>{}</w:tc></w:tr></w:tbl>"
)
WORD: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "letters of a hundredth of their width": (_docx(run("A. Person", "<w:w w:val='1'/>")), "HIDDEN_TEXT"),
    "a line of a twentieth of a point": (
        _docx(_said("<w:spacing w:line='1' w:lineRule='exact'/>")),
        "HIDDEN_TEXT",
    ),
    "a row of a twentieth of a point": (_docx(_ROW.format(1, PARAGRAPH)), "HIDDEN_TEXT"),
    "a paragraph beyond the sheet": (_docx(_said("<w:ind w:left='31000'/>")), "HIDDEN_TEXT"),
    "white by the theme": (
        _docx(run("A. Person", "<w:color w:val='auto' w:themeColor='background1'/>")),
        "HIDDEN_TEXT",
    ),
    "letters without a fill": (
        _docx(run("A. Person", f"<w14:textFill {_W14}><w14:noFill/></w14:textFill>")),
        "HIDDEN_TEXT",
    ),
    "letters with a white fill": (
        _docx(
            run(
                "A. Person",
                f"<w14:textFill {_W14}><w14:solidFill><w14:srgbClr w14:val='FFFFFF'/></w14:solidFill>"
                "</w14:textFill>",
            )
        ),
        "HIDDEN_TEXT",
    ),
    "an old shape that is hidden": (_docx(_old("position:absolute;visibility:hidden")), "HIDDEN_TEXT"),
    "an old picture that is cropped": (
        _docx(
            _old("", "<v:imagedata r:id='rId3' cropleft='20000f'/>"),
            _IMAGE,
            parts=_IMAGE_PART,
        ),
        "HIDDEN_CROPPED",
    ),
    "a picture of no size": (_photo(size=1), "HIDDEN_TEXT"),
    "a picture that is transparent": (_photo("<a:alphaModFix amt='0'/>"), "HIDDEN_CROPPED"),
    "a picture made white": (_photo("<a:lum bright='100%'/>"), "HIDDEN_CROPPED"),
    "a picture wider than its frame": (_photo(frame=" l='-60000'"), "HIDDEN_CROPPED"),
    "a picture that was deleted": (_docx(PARAGRAPH, _IMAGE, parts=_IMAGE_PART), "HIDDEN_LEFT"),
    "a mark with data": (
        _docx("<w:p><w:smartTag><w:smartTagPr><w:attr w:val='A. Person'/></w:smartTagPr></w:smartTag></w:p>"),
        "HIDDEN_METADATA",
    ),
    "hidden letters of a formula": (
        _docx(f"<w:p><m:r {_MATH}><w:rPr><w:vanish/></w:rPr><m:t>A. Person</m:t></m:r></w:p>"),
        "HIDDEN_TEXT",
    ),
    "a gap of a formula with letters": (
        _docx(f"<w:p><m:phant {_MATH}><m:phantPr><m:show m:val='0'/></m:phantPr></m:phant></w:p>"),
        "HIDDEN_TEXT",
    ),
    "an element of its own": (
        _docx("<w:p><x:s xmlns:x='urn:x'>A. Person</x:s></w:p>"),
        "HIDDEN_LEFT",
    ),
    "a comment in the list of typefaces": (
        _docx(
            PARAGRAPH,
            ("fontTable", "fontTable.xml"),
            parts={"word/fontTable.xml": part("fonts", "<!-- A. Person -->")},
        ),
        "HIDDEN_COMMENT",
    ),
    "an instruction in its XML": (_docx(f"<?secret A. Person?>{PARAGRAPH}"), "HIDDEN_COMMENT"),
    "a text box beyond the sheet": (
        _docx(
            "<w:p><w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>-99999999</wp:posOffset>"
            "</wp:positionH></wp:anchor></w:drawing></w:r></w:p>"
        ),
        "HIDDEN_TEXT",
    ),
    "a series that a chart leaves out": (
        _docx(PARAGRAPH, ("chart", "charts/chart1.xml"), parts={"word/charts/chart1.xml": _FILTERED}),
        "HIDDEN_CACHE",
    ),
    "letters that are tags": (_docx(run("x\U000e0041\U000e0042")), "HIDDEN_TEXT"),
}


def _xlsx(*cells: str, **other: Any) -> Callable[[], bytes]:
    return lambda: book(*cells, **other)


def _formed(form: str, cell: str) -> Callable[[], bytes]:
    strings = "<si><t>Contracts</t></si>" if "t='s'" in cell else ""
    return _xlsx(f"<row r='1'>{cell}</row>", strings=strings, parts={"xl/styles.xml": book_styles(form)})


_WHITE_LETTERS: Final = "<r><rPr><color rgb='FFFFFFFF'/></rPr><t>A. Person</t></r>"
_PANE: Final = "<pane ySplit='2' topLeftCell='A12' state='frozen'/>"
EXCEL: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "a form that leaves out words": (_formed("0;0;0;", "<c r='A1' s='1' t='s'><v>0</v></c>"), "HIDDEN_TEXT"),
    "a form that leaves out losses": (_formed("0;;0;@", "<c r='A1' s='1'><v>-12</v></c>"), "HIDDEN_TEXT"),
    "columns of no width unless they say otherwise": (
        _xlsx(before="<sheetFormatPr defaultColWidth='0'/>"),
        "HIDDEN_ROWS",
    ),
    "rows before those that stand still": (
        _xlsx(before=f"<sheetViews><sheetView topLeftCell='A10'>{_PANE}</sheetView></sheetViews>"),
        "HIDDEN_ROWS",
    ),
    "a note when something else is typed": (
        _xlsx(after="<dataValidations><dataValidation error='A. Person'/></dataValidations>"),
        "HIDDEN_COMMENT",
    ),
    "bars in place of figures": (
        _xlsx(
            after="<conditionalFormatting><cfRule type='dataBar'><dataBar showValue='0'/></cfRule>"
            "</conditionalFormatting>"
        ),
        "HIDDEN_TEXT",
    ),
    "a name with a list of words": (
        _xlsx(workbook="<definedNames><definedName name='n'>{&quot;A&quot;}</definedName></definedNames>"),
        "HIDDEN_NAME",
    ),
    "a note in a formula": (
        _xlsx("<row r='1'><c r='A1'><f>12+N(&quot;A. Person&quot;)</f><v>12</v></c></row>"),
        "HIDDEN_TEXT",
    ),
    "white letters within a cell": (_xlsx(strings=f"<si>{_WHITE_LETTERS}</si>"), "HIDDEN_TEXT"),
    "tiny letters within a cell": (
        _xlsx(strings="<si><r><rPr><sz val='1'/></rPr><t>A. Person</t></r></si>"),
        "HIDDEN_TEXT",
    ),
    "how words are read": (_xlsx(strings="<si><t>x</t><rPh><t>A. Person</t></rPh></si>"), "HIDDEN_TEXT"),
    "letters that are tags": (_xlsx(strings="<si><t>x\U000e0041</t></si>"), "HIDDEN_TEXT"),
    "a foot of even pages that is switched off": (
        _xlsx(after="<headerFooter><evenFooter>A. Person</evenFooter></headerFooter>"),
        "HIDDEN_TEXT",
    ),
    "a head of a first page that is switched off": (
        _xlsx(after="<headerFooter differentOddEven='1'><firstHeader>A. Person</firstHeader></headerFooter>"),
        "HIDDEN_TEXT",
    ),
    "tabs that are not shown": (
        _xlsx(workbook="<bookViews><workbookView showSheetTabs='0'/></bookViews>"),
        "HIDDEN_SHEET",
    ),
    "who may change a range": (
        _xlsx(after="<protectedRanges><protectedRange securityDescriptor='S-1-5-21'/></protectedRanges>"),
        "HIDDEN_METADATA",
    ),
    "an element of its own": (_xlsx(after="<extLst><y:s xmlns:y='urn:y'>A</y:s></extLst>"), "HIDDEN_LEFT"),
    "a comment among its words": (
        _xlsx(strings="<si><t>Contracts</t></si><!-- A. Person -->"),
        "HIDDEN_COMMENT",
    ),
}


def _ods(style: str, more: str = "", family: str = "table-row") -> Callable[[], bytes]:
    sheet = (
        "<table:table><table:table-column table:style-name='S'/><table:table-row table:style-name='S'>"
        "<table:table-cell table:style-name='S'><text:p>A. Person</text:p></table:table-cell>"
        f"</table:table-row></table:table>{more}"
    )
    held = f"<style:{family}-properties {style}/>"
    styles = f"<style:style style:family='{family}' style:name='S'>{held}</style:style>"
    return lambda: open_document(sheet, kind="spreadsheet", styles=styles)


def _odt(body: str = SAID, properties: str = "", **other: Any) -> Callable[[], bytes]:
    styles = (
        "<style:style style:family='paragraph' style:name='P1'>"
        f"<style:text-properties {properties}/></style:style>"
    )
    return lambda: open_document(body, styles=styles, **other)


_NAMED: Final = (
    "<table:named-expressions><table:named-expression table:expression='&quot;A&quot;'/>"
    "</table:named-expressions>"
)
OPEN: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "a.odt words of one point": (_odt(properties="fo:font-size='1pt'"), "HIDDEN_TEXT"),
    "a.odt words without width": (_odt(properties="style:text-scale='1%'"), "HIDDEN_TEXT"),
    "a.odt another file among typefaces": (_odt(parts={"Fonts/notes.bin": b"A. Person"}), "HIDDEN_LEFT"),
    "a.odt a picture that was deleted": (_odt(parts={"Pictures/1.png": picture("PNG")}), "HIDDEN_LEFT"),
    "a.odt an element of its own": (_odt(f"{SAID}<x:s xmlns:x='urn:x'>A</x:s>"), "HIDDEN_LEFT"),
    "a.ods a row without height": (_ods("style:row-height='0in'"), "HIDDEN_TEXT"),
    "a.ods a column without width": (
        _ods("style:column-width='0.1mm'", family="table-column"),
        "HIDDEN_ROWS",
    ),
    "a.ods a cell that is not shown": (
        _ods("style:cell-protect='hidden-and-protected'", family="table-cell"),
        "HIDDEN_TEXT",
    ),
    "a.ods a name with words": (_ods("", _NAMED), "HIDDEN_NAME"),
}


def _parts(*each: str) -> bytes:
    """Return an e-mail of several parts."""
    head = MAIL.partition("Content-Type")[0]
    middle = "".join(f"--x\r\n{one}\r\n" for one in each)
    return f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{middle}--x--\r\n".encode()


_HELLO: Final = "Content-Type: text/plain\r\n\r\nHello\r\n"
PLAIN: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "a.txt joiners that spell": (("The" + "\u200c\u200d\u200d\u200c council").encode, "HIDDEN_TEXT"),
    "a.txt a joiner between English letters": ("coun\u200dcil".encode, "HIDDEN_TEXT"),
    "a.txt soft hyphens in a row": (("x" + "\u00ad" * 9).encode, "HIDDEN_TEXT"),
    "a.txt choices of a form that spell": (("x" + "\U000e0110\U000e0111").encode, "HIDDEN_TEXT"),
    "a.txt blank letters": ("x\u3164y".encode, "HIDDEN_TEXT"),
    "a.txt words far to the right": ((b"x" + b" " * 500 + b"A. Person").strip, "HIDDEN_TEXT"),
    "a.txt words far below": ((b"x" + b" \r\n" * 500 + b"A. Person").strip, "HIDDEN_TEXT"),
    "a.csv a separator of its own": (b'sep=|\nx|=HYPERLINK("http://x")\n'.strip, "HIDDEN_ACTIVE"),
    "a.csv a command after a sign": (b"x,\"+cmd|' /C calc'!A0\"\n".strip, "HIDDEN_ACTIVE"),
    "a.eml an e-mail in an e-mail": (
        lambda: _parts(_HELLO, f"Content-Type: message/rfc822\r\n\r\n{mail('Bcc: a@b.example').decode()}"),
        "HIDDEN_FILE",
    ),
    "a.eml a header of a part": (
        lambda: _parts(f"Content-Description: A. Person\r\n{_HELLO}"),
        "HIDDEN_HEADERS",
    ),
}


def rows() -> list[tuple[str, str, Callable[[], bytes], str]]:
    """Return each attack: what it is, the name of the file, the file, and the code that is to be found."""
    named = [(f"Word: {key}", "a.docx", *row) for key, row in WORD.items()]
    named += [(f"Excel: {key}", "a.xlsx", *row) for key, row in EXCEL.items()]
    return named + [(key, key.partition(" ")[0], *row) for key, row in (OPEN | PLAIN).items()]


@pytest.mark.parametrize(
    ("name", "make", "code"), [row[1:] for row in rows()], ids=[row[0] for row in rows()]
)
def test_a_file_that_hides_something_on_purpose_is_stopped(
    name: str, make: Callable[[], bytes], code: str
) -> None:
    found = look(name, make(), frozenset())

    assert code in {finding.code for finding in found}
    assert not any("Person" in finding.sentence + finding.place for finding in found)


_DARK: Final = book_styles("0").replace("1F4E79", "000000")
CLEAN: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a row of half an inch": ("a.docx", _docx(_ROW.format(720, PARAGRAPH))),
    "condensed words": ("a.docx", _docx(run("Contract", "<w:w w:val='90'/>"))),
    "an indent": ("a.docx", _docx(_said("<w:ind w:left='720' w:hanging='360'/><w:spacing w:line='240'/>"))),
    "a formula": ("a.docx", _docx(f"<w:p><m:r {_MATH}><m:t>x</m:t></m:r></w:p>")),
    "a picture that is a little transparent": ("a.docx", _photo("<a:alphaModFix amt='50000'/>")),
    "a brighter picture": ("a.docx", _photo("<a:lum bright='20000' contrast='-20000'/>")),
    "losses in red": ("a.xlsx", _formed("#,##0;[Red]-#,##0;-;@", "<c r='A1' s='1'><v>-12</v></c>")),
    "noughts left out": ("a.xlsx", _formed("0;-0;;@", "<c r='A1' s='1'><v>0</v></c>")),
    "a head that stands still": (
        "a.xlsx",
        _xlsx(before=f"<sheetViews><sheetView>{_PANE}</sheetView></sheetViews>"),
    ),
    "feet of odd and even pages": (
        "a.xlsx",
        _xlsx(after="<headerFooter differentOddEven='1'><evenFooter>&amp;P</evenFooter></headerFooter>"),
    ),
    "white words within a black cell": (
        "a.xlsx",
        _xlsx(
            "<row r='1'><c r='A1' s='3' t='s'><v>0</v></c></row>",
            strings=f"<si><r><t>Contracts</t></r>{_WHITE_LETTERS}</si>",
            parts={"xl/styles.xml": _DARK},
        ),
    ),
    "words of two colours": (
        "a.xlsx",
        _xlsx(
            strings="<si><r><rPr><color rgb='FFC00000'/><sz val='9'/></rPr><t>x</t></r><r><t>y</t></r></si>"
        ),
    ),
    "rows as LibreOffice writes them": ("a.ods", _ods("style:row-height='0.178in'")),
    "a flag and a family": (
        "a.txt",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525".encode,
    ),
    "Persian": ("a.txt", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645".encode),
}


@pytest.mark.parametrize(("name", "make"), CLEAN.values(), ids=CLEAN)
def test_a_file_that_looks_like_an_attack_and_is_none_passes(name: str, make: Callable[[], bytes]) -> None:
    assert look(name, make(), frozenset()) == ()
