"""Excel: .xlsx and .xlsm. ECMA-376, part 1, clause 18."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from flows.release.colours import hides, is_dark
from flows.release.markup import is_on
from flows.release.noticing import THE_FILE, finding
from flows.release.office import Package, look_at_custom_xml, look_at_drawing
from flows.release.plain import spells_unseen

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
_NOTES: Final = frozenset({"prompt", "promptTitle", "error", "errorTitle"})
_FINE_TEXTS: Final = frozenset({"?:f", "?:sqref", "?:formula", "?:formula1", "?:formula2"})
"""Elements with text of conditions and lists that Excel keeps since 2010."""
_CRITERIA: Final = frozenset({"x:filters", "x:customFilters", "x:dynamicFilter", "x:top10", "x:colorFilter"})
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SHOWS: Final = re.compile(r"[0#?@]|[dmyhsegb]", re.IGNORECASE)
"""What of a format stands for the figure, the day or the words in the cell: 18.8.31."""
_SMALLEST: Final = 2.0
"""Of type, points."""
_LOWEST: Final = 3.0
"""Of a row, points."""
_NARROWEST: Final = 0.6
"""Of a column, in figures that stand side by side."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"


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
        elif (
            event.kind == "text"
            and event.name == "x:definedName"
            and event.text.lstrip("= ").startswith(('"', "{"))
        ):
            yield finding("HIDDEN_NAME", THE_FILE, "A name has words that stand in no cell.")
    styles = _Styles(package)
    used: dict[int, set[str]] = {}
    for part in [*package.of_kind("worksheet"), *package.of_kind("chartsheet")]:
        yield from _Sheet(f"sheet {numbers.get(part, 0)}", styles, used).look(package.read(part))
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
    elif event.name == "x:workbookView" and (
        known.get("visibility", "visible") != "visible" or not is_on(known, "showSheetTabs")
    ):
        yield finding("HIDDEN_SHEET", THE_FILE, "The tabs of the sheets, or the window, are not shown.")
    elif event.name == "x:customWorkbookView":
        yield finding("HIDDEN_FILTER", THE_FILE, "The workbook keeps views of single people.")
    elif event.name == "x:fileSharing" and known.get("userName"):
        yield finding("HIDDEN_METADATA", THE_FILE, "The workbook names who reserved it.")


# Styles


@dataclass(slots=True)
class _Style:
    """How cells look, or look where a condition holds: an entry of ``fonts``, ``fills`` or ``dxfs``."""

    colour: str = "000000"
    ground: str = "FFFFFF"
    size: float = 11.0
    form: str = "General"

    @property
    def hides(self) -> str:
        """The code of what it hides; empty where what stands in the cell is seen."""
        if self.size <= _SMALLEST or not _SHOWS.search(_LITERAL.sub("", self.form)):
            return "HIDDEN_TEXT"
        if self.colour == self.ground and not is_dark(self.ground):
            return "HIDDEN_TEXT"
        return hides(self.colour, self.ground)


@cache
def _parts(form: str) -> list[str]:
    return _LITERAL.sub("", form).split(";")


def _is_formed_away(form: str, kind: str, value: str) -> bool:
    """Return whether the part of a format that applies to a value shows nothing of it: 18.8.31."""
    parts = _parts(form)
    if kind in {"s", "str", "inlineStr"}:
        applies = parts[3] if len(parts) > 3 else "@"  # noqa: PLR2004 - the fourth is for words
    elif value.startswith("-") and len(parts) > 1:
        applies = parts[1]
    else:
        applies = parts[0] if float(value or 0) else "0"  # a nought may be left out
    return "[" not in form and not _SHOWS.search(applies)


class _Styles:
    """What ``styles.xml`` hides.

    Attributes:
        cells: The code of what each style of cells hides, by its number, empty where nothing.
        forms: How each shows figures and words, and
        grounds: the colour of its ground.
        conditions: Likewise of what applies where a condition holds.
    """

    def __init__(self, package: Package) -> None:
        self._formats: dict[str, str] = {}
        self._listed: dict[str, list[_Style]] = {"x:fonts": [], "x:fills": [], "x:dxfs": []}
        self.cells: list[str] = []
        self.forms: list[str] = []
        self.grounds: list[str] = []
        open_: list[str] = []
        for part in package.of_kind("styles"):
            for event in package.read(part):
                if event.kind == "start":
                    self._take(event.name, event.attributes, open_)
                    open_.append(event.name)
                elif event.kind == "end":
                    open_.pop()
        self.conditions = [style.hides for style in self._listed["x:dxfs"]]

    def _take(self, name: str, known: dict[str, str], open_: list[str]) -> None:
        if open_[-1:] in (["x:fonts"], ["x:fills"], ["x:dxfs"]):
            self._listed[open_[-1]].append(_Style())
        elif name == "x:numFmt" and open_[-1] == "x:numFmts":
            self._formats[known.get("numFmtId", "")] = known.get("formatCode", "")
        elif name == "x:xf" and open_[-1] == "x:cellXfs":
            style = self._cell(known)
            self.cells.append(style.hides)
            self.forms.append(style.form)
            self.grounds.append(style.ground)
        elif section := next((each for each in open_ if each in self._listed), ""):
            _set(self._listed[section][-1], name, known, section, open_[-1])

    def _cell(self, known: dict[str, str]) -> _Style:
        font = self._of("x:fonts", known.get("fontId", "0"))
        ground = self._of("x:fills", known.get("fillId", "0")).ground
        return replace(font, ground=ground, form=self._formats.get(known.get("numFmtId", ""), "General"))

    def _of(self, section: str, number: str) -> _Style:
        listed = self._listed[section]
        return listed[int(number)] if int(number) < len(listed) else _Style()


def _set(style: _Style, name: str, known: dict[str, str], section: str, above: str) -> None:
    if name == "x:color" and above == "x:font":
        style.colour = _colour(known)
    elif name == "x:sz":
        style.size = float(known.get("val", "11"))
    elif name == "x:numFmt":
        style.form = known.get("formatCode", "")
    elif name in {"x:patternFill", "x:gradientFill"}:
        style.ground = _GROUNDS.get(
            known.get("patternType", "none") if name == "x:patternFill" else "", "a pattern"
        )
    elif name == "x:fgColor" and style.ground == _GROUNDS["solid"]:
        style.ground = _colour(known)
    elif name == "x:bgColor" and section == "x:dxfs" and known.get("indexed") != "64":
        # Where a condition holds, a plain ground has its colour here: 18.8.32.
        style.ground = _colour(known)


_GROUNDS: Final = {"none": "FFFFFF", "solid": "000000"}
"""The ground by the kind of pattern, unless a colour is given."""


def _colour(known: dict[str, str]) -> str:
    """Return a colour in hexadecimal digits where they are known, else what tells it from others: 18.8.27."""
    if "rgb" in known:
        return known["rgb"]
    dimmed = abs(float(known.get("tint", "0"))) > 0.1  # noqa: PLR2004 - a tint that is seen
    if known.get("indexed") in {"1", "9", "65"} or (known.get("theme") == "0" and not dimmed):
        return "FFFFFF"
    if known.get("indexed") in {"0", "8", "64"} or (known.get("theme") == "1" and not dimmed):
        return "000000"
    return " ".join(f"{key} {value}" for key, value in sorted(known.items()))


# Sheets


class _Sheet:
    """One pass over a sheet."""

    def __init__(self, place: str, styles: _Styles, used: dict[int, set[str]]) -> None:
        self._place = place
        self._styles = styles
        self._used = used
        self._filled: set[tuple[int, int]] = set()
        self._hidden_columns: list[tuple[int, int]] = []
        self._row, self._row_hidden, self._rows_hidden = 0, False, False
        self._cell: dict[str, str] = {}
        self._column = 0
        self._top = "A1"
        self._feet: frozenset[str] = frozenset()

    def look(self, read: Iterator[Event]) -> Iterator[Finding]:
        for event in read:
            if event.kind == "start":
                yield from self._begin(event)
            elif event.kind == "text" and event.name in {"x:v", "x:f", "x:t"} and event.text.strip():
                yield from self._content(event)
            elif event.kind == "text" and event.name in self._feet and event.text.strip():
                yield finding("HIDDEN_TEXT", self._place, "A head or foot has text that no page shows.")
            elif event.kind == "text" and event.text.strip() and event.name.startswith("?:"):
                if event.name not in _FINE_TEXTS:
                    yield finding(
                        "HIDDEN_LEFT", self._place, "The sheet has an element that no program shows."
                    )
            elif event.kind == "comment" and event.text.strip():
                yield finding("HIDDEN_COMMENT", self._place, "The sheet has a comment in its XML.")

    def _begin(self, event: Event) -> Iterator[Finding]:
        known = event.attributes
        if event.name in _FEATURES:
            yield finding(_FEATURES[event.name][0], self._place, _FEATURES[event.name][1])
        elif event.name in _CRITERIA:
            yield finding("HIDDEN_FILTER", self._place, "A filter is set.")
        elif event.name == "x:cfRule" and (dxf := int(known.get("dxfId", "-1"))) >= 0:
            if code := dict(enumerate(self._styles.conditions)).get(dxf):
                yield finding(
                    code, self._place, "Under a condition the sheet does not show what is in a cell."
                )
        elif event.name == "x:dataValidation" and known.keys() & _NOTES:
            yield finding("HIDDEN_COMMENT", self._place, "A note is shown when a cell is chosen.")
        elif event.name in {"x:dataBar", "x:iconSet"} and not is_on(known, "showValue"):
            yield finding("HIDDEN_TEXT", self._place, "Bars or signs are shown in place of figures.")
        elif event.name == "x:pane" and self._top != "A1" and known.get("state", "").startswith("frozen"):
            yield finding("HIDDEN_ROWS", self._place, "Rows or columns lie before those that stand still.")
        elif event.name == "x:protectedRange" and known.get("securityDescriptor"):
            yield finding("HIDDEN_METADATA", self._place, "The sheet names who may change it.")
        elif event.name == "x:mergeCell":
            yield from self._merged(known.get("ref", ""))
        else:
            self._measure(event)

    def _merged(self, reference: str) -> Iterator[Finding]:
        """Yield a finding where cells that were merged into another have content of their own."""
        ends = [(int(each.lstrip(_LETTERS)), _column(each)) for each in reference.split(":")]
        (top, left), (bottom, right) = ends[0], ends[-1]
        inside = (each for each in self._filled if top <= each[0] <= bottom and left <= each[1] <= right)
        if any(each != (top, left) for each in inside):
            yield finding("HIDDEN_TEXT", self._place, "Cells that were merged into another have content.")

    def _measure(self, event: Event) -> None:
        known = event.attributes
        if event.name == "x:sheetView":
            self._top = known.get("topLeftCell", "A1")
        elif event.name == "x:headerFooter":
            off = {"even"} if not known.get("differentOddEven", "0").strip("0fals") else set()
            off |= {"first"} if not known.get("differentFirst", "0").strip("0fals") else set()
            self._feet = frozenset(f"x:{page}{end}" for page in off for end in ("Header", "Footer"))
        elif event.name == "x:sheetFormatPr":
            if float(known.get("defaultColWidth", _NARROWEST)) < _NARROWEST:
                self._hidden_columns.append((1, 16384))
            self._rows_hidden = is_on(known, "zeroHeight") and "zeroHeight" in known
        elif event.name == "x:col" and _is_gone(known, "width", _NARROWEST):
            self._hidden_columns.append((int(known.get("min", "1")), int(known.get("max", "16384"))))
        elif event.name == "x:row":
            self._row = int(known.get("r", self._row + 1))
            self._column = 0
            # Where rows are hidden by default, one that is written without a height is hidden too.
            self._row_hidden = _is_gone(known, "ht", _LOWEST) or (self._rows_hidden and "ht" not in known)
        elif event.name == "x:c":
            self._cell = known
            self._column = _column(known["r"]) if "r" in known else self._column + 1

    def _content(self, event: Event) -> Iterator[Finding]:
        style = int(self._cell.get("s", "0"))
        kind = self._cell.get("t", "n")
        if event.name == "x:v" and kind == "s":
            self._used.setdefault(int(event.text), set()).add(
                dict(enumerate(self._styles.grounds)).get(style, "")
            )
        if self._row_hidden:
            yield finding(
                "HIDDEN_ROWS", f"{self._place}, row {self._row}", "The row is hidden and has content."
            )
        if any(first <= self._column <= last for first, last in self._hidden_columns):
            where = f"{self._place}, column {_letters(self._column)}"
            yield finding("HIDDEN_ROWS", where, "The column is hidden and has content.")
        code = self._styles.cells[style] if style < len(self._styles.cells) else ""
        if (
            not code
            and event.name == "x:v"
            and style < len(self._styles.forms)
            and kind not in {"b", "d", "e"}
        ):
            code = (
                "HIDDEN_TEXT" if _is_formed_away(self._styles.forms[style], kind, event.text.strip()) else ""
            )
        if code:
            where = f"{self._place}, {_letters(self._column)}{self._row}"
            yield finding(code, where, "The cell has content that its style does not show.")
        self._filled.add((self._row, self._column))
        if event.name == "x:f" and re.search(r"\[\d+\]|\||(?i:WEBSERVICE|DDE|RTD|CALL)\(", event.text):
            yield finding("HIDDEN_LINK", self._place, "A formula fetches something from elsewhere.")
        if event.name == "x:f" and re.search(r'(?i)\bN\(\s*"', event.text):
            yield finding("HIDDEN_TEXT", self._place, "A formula has a note that is not shown.")


def _is_gone(known: dict[str, str], size: str, least: float) -> bool:
    return ("hidden" in known and is_on(known, "hidden")) or float(known.get(size, least)) < least


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


def _strings(package: Package, used: dict[int, set[str]]) -> Iterator[Finding]:
    """Yield what the table of words has that no cell shows, or shows so that nobody sees it."""
    for part in package.of_kind("sharedStrings"):
        number, held, run = -1, [""], _Style(colour="")
        for event in package.read(part):
            if event.kind == "start":
                held.append(event.name)
                number += event.name == "x:si"
                run = _Style(colour="") if event.name in {"x:r", "x:si"} else run
                _set(run, event.name, event.attributes, "", "x:font" if held[-2] == "x:rPr" else "")
            elif event.kind == "end":
                held.pop()
            elif event.name == "x:t" and event.text.strip():
                yield from _words(event.text, part, run, used.get(number), read="x:rPh" in held)


def _words(said: str, part: str, run: _Style, grounds: set[str] | None, *, read: bool) -> Iterator[Finding]:
    """Yield what is hidden of some words of the table, by the grounds of the cells in which they stand."""
    if grounds is None:
        yield finding("HIDDEN_LEFT", part, "The workbook keeps words that stand in no cell.")
    elif read:
        yield finding("HIDDEN_TEXT", part, "The workbook keeps how words are read.")
    elif spells_unseen(said) or any(replace(run, ground=each or "FFFFFF").hides for each in grounds):
        yield finding("HIDDEN_TEXT", part, "Words within a cell are not seen.")


def _side_part(package: Package, name: str) -> Iterator[Finding]:
    if re.fullmatch(r"xl/(?:comments\d*|comments/comment\d*|threadedComments/\w+)\.xml", name):
        if any(event.name.endswith((":comment", ":threadedComment")) for event in package.read(name)):
            yield finding("HIDDEN_COMMENT", name, "The workbook has comments or notes.")
    elif re.fullmatch(r"xl/persons/\w+\.xml", name):
        if any(event.name.endswith(":person") for event in package.read(name)):
            yield finding("HIDDEN_COMMENT", name, "The workbook names people who commented.")
    elif re.fullmatch(r"xl/(?:drawings/drawing|charts/chart|diagrams/\w+?)\d*\.xml", name):
        yield from _drawing(package, name)
    elif name.endswith(".vml") and any(
        "button" in e.attributes.get("ObjectType", "").casefold() for e in package.read(name)
    ):
        yield finding("HIDDEN_ACTIVE", name, "The sheet has a control that runs code.")


def _drawing(package: Package, name: str) -> Iterator[Finding]:
    """Yield what a drawing keeps out of sight, and each filled shape without words: it may cover cells."""
    open_: list[str] = []
    filled = says = False
    for event in package.read(name):
        if event.kind == "start":
            yield from look_at_drawing(event, name)
            filled |= event.name == "a:solidFill" and open_[-2:] == ["?:sp", "?:spPr"]
            open_.append(event.name)
        elif event.kind == "text":
            says |= bool(event.text.strip()) and event.name == "a:t"
        elif event.kind == "end" and open_.pop() == "?:sp":
            if filled and not says:
                yield finding("HIDDEN_COVERED", name, "A filled shape lies over the cells.")
            filled = says = False
