"""Excel: .xlsx and .xlsm. ECMA-376, part 1, clause 18."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.release.colours import are_near
from flows.release.markup import is_on
from flows.release.noticing import THE_FILE, finding
from flows.release.office import Package, look_at_custom_xml, look_at_drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding
    from flows.release.markup import Event

MAIN_TYPE: Final = r"spreadsheetml\.sheet\.main|ms-excel\.sheet\.macroEnabled"
_CACHE: Final = "HIDDEN_CACHE"
_PARTS: Final[dict[str, tuple[str, str] | None]] = {
    r"xl/(?:workbook|styles|sharedStrings|calcChain|metadata)\.xml": None,
    r"xl/(?:worksheets|chartsheets)/sheet\d*\.xml": None,
    r"xl/tables/table\d*\.xml": None,
    r"xl/(?:comments\d*|comments/comment\d*|threadedComments/\w+|persons/\w+)\.xml": None,
    r"xl/drawings/(?:vmlDrawing\d*|commentsDrawing\d*)\.vml": None,
    r"xl/(?:macrosheets|dialogsheets)/.*": ("HIDDEN_ACTIVE", "The workbook has a sheet of macros."),
    r"xl/externalLinks/.*": (_CACHE, "The workbook keeps data of another workbook."),
    r"xl/pivotCache/.*": (_CACHE, "The workbook keeps all the data of a pivot table."),
    r"xl/pivotTables/.*": (_CACHE, "The workbook has a pivot table."),
    r"xl/(?:slicers|slicerCaches|timelines|timelineCaches)/.*": (_CACHE, "The workbook has a slicer."),
    r"xl/(?:connections|customDataFormat)\.xml|xl/(?:queryTables|model|customData)/.*": (
        *(_CACHE, "The workbook is joined to a source of data."),
    ),
    r"xl/(?:richData|richStyles)/.*": (_CACHE, "The workbook keeps data that was looked up elsewhere."),
    r"xl/revisions/.*": ("HIDDEN_CHANGES", "The workbook keeps who changed what."),
    r"xl/namedSheetViews/.*": ("HIDDEN_FILTER", "The workbook keeps views of single people."),
}
_FEATURES: Final = {
    "x:scenarios": ("HIDDEN_CACHE", "The sheet keeps other values as scenarios."),
    "x:dataConsolidate": ("HIDDEN_CACHE", "The sheet names sources that it was consolidated from."),
    "x:customSheetView": ("HIDDEN_FILTER", "The sheet keeps views of single people."),
    "x:oleObject": ("HIDDEN_FILE", "Another file is inside the sheet."),
    "x:control": ("HIDDEN_ACTIVE", "The sheet has a control that runs code."),
    "x:webPublishItem": ("HIDDEN_LINK", "The sheet names where it was published."),
}
_CRITERIA: Final = frozenset({"x:filters", "x:customFilters", "x:dynamicFilter", "x:top10", "x:colorFilter"})
_UNSEEN_FORMAT: Final = re.compile(r'\s*(?:""|\s)*(?:;\s*(?:""|\s)*){2,3}')
_SMALLEST: Final = 2.0
"""Points."""


def look_at_sheets(data: bytes, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what a workbook hides.

    Raises:
        MalformedError: It cannot be read safely, or is something else.
    """
    package = Package(data, MAIN_TYPE)
    yield from package.look(own, _PARTS)
    yield from look_at_custom_xml(package)
    numbers: dict[str, int] = {}
    for event in package.read(package.main):
        if event.kind == "start":
            yield from _of_the_workbook(event, package, numbers)
    unseen = _unseen_styles(package)
    used: set[int] = set()
    for part in [*package.of_kind("worksheet"), *package.of_kind("chartsheet")]:
        yield from _Sheet(f"sheet {numbers.get(part, 0)}", unseen, used).look(package.read(part))
    yield from _strings(package, used)
    for name in package.archive.names:
        yield from _side_part(package, name)


def _of_the_workbook(event: Event, package: Package, numbers: dict[str, int]) -> Iterator[Finding]:
    known = event.attributes
    if event.name == "x:sheet":
        place = f"sheet {len(numbers) + 1}"
        relation = package.relations[package.main].get(known.get("r:id", ""))
        numbers[relation.target if relation else place] = len(numbers) + 1
        if known.get("state", "visible") != "visible":
            yield finding("HIDDEN_SHEET", place, "The sheet is hidden.")
    elif event.name == "x:definedName":
        # Excel itself keeps one unlisted name for each filter, which the sheet tells of.
        if is_on(known, "hidden") and "hidden" in known and known.get("name") != "_xlnm._FilterDatabase":
            yield finding("HIDDEN_NAME", THE_FILE, "A name is hidden.")
        if known.get("comment") or known.get("description"):
            yield finding("HIDDEN_COMMENT", THE_FILE, "A name has a comment.")
    elif event.name.endswith(":absPath"):
        yield finding("HIDDEN_METADATA", THE_FILE, "The workbook names the folder in which it was saved.")
    elif event.name == "x:customWorkbookView":
        yield finding("HIDDEN_FILTER", THE_FILE, "The workbook keeps views of single people.")
    elif event.name == "x:fileSharing" and known.get("userName"):
        yield finding("HIDDEN_METADATA", THE_FILE, "The workbook names who reserved it.")


# Styles


@dataclass(slots=True)
class _Look:
    """How cells look, as ``styles.xml`` numbers it."""

    formats: dict[str, str] = field(default_factory=dict)
    white: list[bool] = field(default_factory=list)
    tiny: list[bool] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    cells: list[dict[str, str]] = field(default_factory=list)


def _unseen_styles(package: Package) -> frozenset[int]:
    """Return the styles whose cells show nothing: by their format, size, or a font of the ground's colour."""
    look, open_ = _Look(), [""]
    for part in package.of_kind("styles"):
        for event in package.read(part):
            if event.kind == "start":
                _style(look, event, open_)
                open_.append(event.name)
            elif event.kind == "end":
                open_.pop()
    return frozenset(number for number, cell in enumerate(look.cells) if _is_unseen(look, cell))


def _style(look: _Look, event: Event, open_: list[str]) -> None:
    known, above = event.attributes, open_[-1]
    match event.name, above:
        case "x:numFmt", "x:numFmts":
            look.formats[known.get("numFmtId", "")] = known.get("formatCode", "")
        case "x:font", "x:fonts":
            look.white.append(False)
            look.tiny.append(False)
        case "x:color", "x:font" if look.white:
            look.white[-1] = _is_white(known)
        case "x:sz", "x:font" if look.tiny:
            look.tiny[-1] = float(known.get("val", "11")) <= _SMALLEST
        case "x:fill", "x:fills":
            look.grounds.append("FFFFFF")
        case "x:patternFill", "x:fill" if look.grounds:
            look.grounds[-1] = "FFFFFF" if known.get("patternType", "none") == "none" else "pattern"
        case "x:gradientFill", "x:fill" if look.grounds:
            look.grounds[-1] = "pattern"
        case "x:fgColor", "x:patternFill" if (
            look.grounds and look.grounds[-1] != "FFFFFF" and _is_white(known)
        ):
            look.grounds[-1] = "FFFFFF"
        case "x:xf", "x:cellXfs":
            look.cells.append(known)
        case _:
            pass


def _is_white(colour: dict[str, str]) -> bool:
    # Theme colour 0 is that of the page, and 9 and 65 of the palette are white: 18.8.27.
    if "rgb" in colour:
        return are_near(colour["rgb"], "FFFFFF")
    dimmed = abs(float(colour.get("tint", "0"))) > 0.1  # noqa: PLR2004 - a tint that is seen
    return (colour.get("theme") == "0" and not dimmed) or colour.get("indexed") in {"1", "9", "65"}


def _is_unseen(look: _Look, cell: dict[str, str]) -> bool:
    font, ground = int(cell.get("fontId", "0")), int(cell.get("fillId", "0"))
    in_white = font < len(look.white) and look.white[font]
    on_white = ground >= len(look.grounds) or look.grounds[ground] == "FFFFFF"
    tiny = font < len(look.tiny) and look.tiny[font]
    unseen = _UNSEEN_FORMAT.fullmatch(look.formats.get(cell.get("numFmtId", ""), "General"))
    return (in_white and on_white) or tiny or unseen is not None


# Sheets


class _Sheet:
    """One pass over a sheet."""

    def __init__(self, place: str, unseen: frozenset[int], used: set[int]) -> None:
        self._place = place
        self._unseen = unseen
        self._used = used
        self._hidden_columns: list[tuple[int, int]] = []
        self._row, self._row_hidden, self._rows_hidden = 0, False, False
        self._cell: dict[str, str] = {}
        self._column = 0
        self._filtering = False

    def look(self, read: Iterator[Event]) -> Iterator[Finding]:
        for event in read:
            if event.kind == "start":
                yield from self._begin(event)
            elif event.kind == "text" and event.name in {"x:v", "x:f", "x:t"} and event.text.strip():
                yield from self._content(event)
            elif event.kind == "comment" and event.text.strip():
                yield finding("HIDDEN_COMMENT", self._place, "The sheet has a comment in its XML.")

    def _begin(self, event: Event) -> Iterator[Finding]:
        known = event.attributes
        if event.name in _FEATURES:
            yield finding(_FEATURES[event.name][0], self._place, _FEATURES[event.name][1])
        elif event.name in _CRITERIA:
            yield finding("HIDDEN_FILTER", self._place, "A filter is set.")
        elif event.name == "x:sheetFormatPr":
            self._rows_hidden = is_on(known, "zeroHeight") and "zeroHeight" in known
        elif event.name == "x:col" and _is_gone(known, "width"):
            self._hidden_columns.append((int(known.get("min", "1")), int(known.get("max", "16384"))))
        elif event.name == "x:row":
            self._row = int(known.get("r", self._row + 1))
            self._column = 0
            # Where rows are hidden by default, one that is written without a height is hidden too.
            self._row_hidden = _is_gone(known, "ht") or (self._rows_hidden and "ht" not in known)
        elif event.name == "x:c":
            self._cell = known
            self._column = _column(known["r"]) if "r" in known else self._column + 1

    def _content(self, event: Event) -> Iterator[Finding]:
        if event.name == "x:v" and self._cell.get("t") == "s":
            self._used.add(int(event.text))
        if self._row_hidden:
            yield finding(
                "HIDDEN_ROWS", f"{self._place}, row {self._row}", "The row is hidden and has content."
            )
        if any(first <= self._column <= last for first, last in self._hidden_columns):
            where = f"{self._place}, column {_letters(self._column)}"
            yield finding("HIDDEN_ROWS", where, "The column is hidden and has content.")
        if int(self._cell.get("s", "0")) in self._unseen:
            where = f"{self._place}, {_letters(self._column)}{self._row}"
            yield finding("HIDDEN_TEXT", where, "The cell has content that its style does not show.")
        if event.name == "x:f" and re.search(r"\[\d+\]|\||(?i:WEBSERVICE|DDE|RTD|CALL)\(", event.text):
            yield finding("HIDDEN_LINK", self._place, "A formula fetches something from elsewhere.")


def _is_gone(known: dict[str, str], size: str) -> bool:
    return ("hidden" in known and is_on(known, "hidden")) or float(known.get(size, "1")) == 0


def _column(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _strings(package: Package, used: set[int]) -> Iterator[Finding]:
    """Yield a finding where the table of words has some that no cell shows."""
    for part in package.of_kind("sharedStrings"):
        number = -1
        for event in package.read(part):
            if event.name == "x:si" and event.kind == "start":
                number += 1
            elif event.name == "x:t" and event.text.strip() and number not in used:
                yield finding("HIDDEN_LEFT", part, "The workbook keeps words that stand in no cell.")
                break


def _side_part(package: Package, name: str) -> Iterator[Finding]:
    if re.fullmatch(r"xl/(?:comments\d*|comments/comment\d*|threadedComments/\w+)\.xml", name):
        if any(event.name.endswith((":comment", ":threadedComment")) for event in package.read(name)):
            yield finding("HIDDEN_COMMENT", name, "The workbook has comments or notes.")
    elif re.fullmatch(r"xl/persons/\w+\.xml", name):
        if any(event.name.endswith(":person") for event in package.read(name)):
            yield finding("HIDDEN_COMMENT", name, "The workbook names people who commented.")
    elif re.fullmatch(r"xl/(?:drawings/drawing|charts/chart|diagrams/\w+?)\d*\.xml", name):
        for event in package.read(name):
            yield from look_at_drawing(event, name) if event.kind == "start" else ()
    elif name.endswith(".vml") and any(
        "button" in e.attributes.get("ObjectType", "").casefold() for e in package.read(name)
    ):
        yield finding("HIDDEN_ACTIVE", name, "The sheet has a control that runs code.")
