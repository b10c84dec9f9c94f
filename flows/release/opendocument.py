"""OpenDocument: .odt and .ods. OASIS OpenDocument 1.3, parts 2 (packages) and 3 (schema)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.release.archive import Archive
from flows.release.colours import hides
from flows.release.links import look_at_link
from flows.release.markup import Event, events
from flows.release.noticing import finding, names_nobody, tells_of_a_machine, unread
from flows.release.pictures import look_at_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

_PARTS: Final[dict[str, tuple[str, str] | None]] = {
    r"mimetype|content\.xml|styles\.xml|meta\.xml|settings\.xml|manifest\.rdf|layout-cache": None,
    r"META-INF/manifest\.xml": None,
    # LibreOffice draws it anew from the first page whenever it saves.
    r"Thumbnails/thumbnail\.png": None,
    r"Pictures/\w+\.\w+": None,
    r"Fonts/\w+\.(?:ttf|otf)|Configurations2/.*\.xml": None,
    r"META-INF/\w*signatures\.xml": ("HIDDEN_METADATA", "The file is signed, and names who signed it."),
    r"Versions/.*|VersionList\.xml": ("HIDDEN_EARLIER", "The file keeps earlier versions of itself."),
    r"(?:Basic|Scripts|Dialogs)/.*": ("HIDDEN_ACTIVE", "The file has macros."),
    r"(?:Object|ObjectReplacements).*": ("HIDDEN_FILE", "Another document is inside the file."),
    r"database/.*|forms/.*|reports/.*": ("HIDDEN_CACHE", "The file has a database."),
}
_ELEMENTS: Final[dict[str, tuple[str, str]]] = {
    "text:changed-region": ("HIDDEN_CHANGES", "There are tracked changes."),
    "table:tracked-changes": ("HIDDEN_CHANGES", "There are tracked changes."),
    "office:annotation": ("HIDDEN_COMMENT", "There are comments."),
    "text:hidden-text": ("HIDDEN_TEXT", "A field has text that is not shown."),
    "text:hidden-paragraph": ("HIDDEN_TEXT", "A paragraph is shown under conditions."),
    "text:conditional-text": ("HIDDEN_TEXT", "A field has text that is not shown."),
    "text:variable-set": ("HIDDEN_TEXT", "A field keeps a value that is not shown."),
    "text:user-field-decl": ("HIDDEN_TEXT", "A field keeps a value that is not shown."),
    "text:script": ("HIDDEN_ACTIVE", "The file has a script."),
    "office:script": ("HIDDEN_ACTIVE", "The file has a script."),
    "script:event-listener": ("HIDDEN_ACTIVE", "Something in the file does something when it is used."),
    "office:dde-source": ("HIDDEN_LINK", "The file takes in something from elsewhere."),
    "table:dde-link": ("HIDDEN_LINK", "The file takes in something from elsewhere."),
    "table:cell-range-source": ("HIDDEN_LINK", "The sheet takes in something from elsewhere."),
    "table:table-source": ("HIDDEN_LINK", "The sheet takes in something from elsewhere."),
    "table:data-pilot-table": ("HIDDEN_CACHE", "The sheet has a pivot table."),
    "form:hidden": ("HIDDEN_FORM", "A form keeps a value that is not shown."),
    "table:scenario": ("HIDDEN_CACHE", "The sheet keeps other values as a scenario."),
    "table:filter": ("HIDDEN_FILTER", "A filter is set."),
    "draw:object": ("HIDDEN_FILE", "Another document is inside the file."),
    "draw:object-ole": ("HIDDEN_FILE", "Another document is inside the file."),
    "draw:plugin": ("HIDDEN_ACTIVE", "The file has an extension that runs code."),
    "draw:applet": ("HIDDEN_ACTIVE", "The file has an extension that runs code."),
    "table:cell-content-change": ("HIDDEN_CHANGES", "There are tracked changes."),
}
_META_FINE: Final = frozenset(
    {"dc:date", "dc:language", "om:generator", "om:creation-date", "om:print-date", "om:editing-cycles"}
    | {"om:editing-duration"}
)
_PRINTER: Final = frozenset({"PrinterName", "PrinterSetup", "PrintFaxName"})


def look_at_opendocument(data: bytes, own: frozenset[str], kind: str) -> Iterator[Finding]:
    """Yield what a text or a workbook hides.

    Args:
        data: The file.
        own: Names of the authority, which may stand in the properties.
        kind: ``text`` or ``spreadsheet``.

    Raises:
        MalformedError: It cannot be read safely, or is something else.
    """
    archive = Archive(data)
    if (
        "mimetype" not in archive
        or archive.read("mimetype") != f"application/vnd.oasis.opendocument.{kind}".encode()
    ):
        raise unread("Its content is not what its name says")
    yield from archive.look()
    _refuse_encrypted(archive)
    for name in archive.names:
        yield from _part(archive, name, own)
    shown = b""
    for name in ("content.xml", "styles.xml"):
        if name in archive:
            shown += archive.read(name)
            yield from _Content(name, archive).look()
    for name in archive.names:
        if name.startswith("Pictures/") and name.encode() not in shown:
            yield finding("HIDDEN_LEFT", archive.place(name), "A picture is kept that nothing shows.")


def _refuse_encrypted(archive: Archive) -> None:
    listed = (
        events(archive.read("META-INF/manifest.xml"), "the manifest")
        if "META-INF/manifest.xml" in archive
        else ()
    )
    if any(event.name == "manifest:encryption-data" for event in listed):
        raise unread("It is encrypted")


def _part(archive: Archive, name: str, own: frozenset[str]) -> Iterator[Finding]:
    known = next((each for each in _PARTS if re.fullmatch(each, name)), None)
    if known is None:
        yield finding("HIDDEN_LEFT", archive.place(name), "A part is there that such a file does not need.")
    elif (told := _PARTS[known]) is not None:
        yield finding(told[0], archive.place(name), told[1])
    if name == "meta.xml":
        yield from _meta(archive, own)
    elif name == "settings.xml":
        yield from _settings(archive)
    elif name.startswith(("Pictures/", "Thumbnails/")):
        yield from look_at_picture(archive.read(name), own, archive.place(name))


def _meta(archive: Archive, own: frozenset[str]) -> Iterator[Finding]:
    for event in events(archive.read("meta.xml"), "meta.xml"):
        if event.kind == "start" and event.name == "om:template":
            yield finding("HIDDEN_METADATA", "meta.xml", "The properties name a template.")
        elif event.kind == "text" and _is_telling(event, own):
            yield finding(
                "HIDDEN_METADATA", "meta.xml", "The properties name a person, or have words of their own."
            )


def _is_telling(event: Event, own: frozenset[str]) -> bool:
    if event.name == "dc:title":
        return tells_of_a_machine(event.text)
    return event.name not in _META_FINE and not names_nobody(event.text, own)


def _settings(archive: Archive) -> Iterator[Finding]:
    item = ""
    for event in events(archive.read("settings.xml"), "settings.xml"):
        if event.kind == "start":
            item = event.attributes.get("config:name", "")
        elif event.kind == "text" and event.text.strip() and item in _PRINTER:
            yield finding("HIDDEN_METADATA", "settings.xml", "The file names a printer.")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says of the text in it; empty where it says nothing.

    Attributes:
        colour: Of the text.
        ground: Behind it.
        hides: Whether the text, or the sheet, is not shown.
        crops: Whether part of a picture is cut off.
    """

    colour: str = ""
    ground: str = ""
    hides: bool = False
    crops: bool = False

    def over(self, other: _Style) -> _Style:
        """Return what holds where this style stands inside, or is based on, another."""
        return _Style(
            self.colour or other.colour,
            self.ground or other.ground,
            self.hides or other.hides,
            self.crops or other.crops,
        )


_SIZES: Final = ("fo:font-size", "style:text-scale", "style:row-height", "style:column-width")
_POINTS: Final = {"in": 72.0, "cm": 28.35, "mm": 2.835, "pt": 1.0, "%": 0.4}
"""Of a unit; a width of type of five hundredths is as little as two points."""
_LEAST: Final = 2.0
_FINE_TEXTS: Final = frozenset({"?:title", "?:desc", "?:text", "?:currency-symbol", "?:annotation", "?:mn"})
"""Elements with text of pictures, formats and formulas."""
_FAMILIES: Final = {
    "text:p": "paragraph",
    "text:h": "paragraph",
    "text:span": "text",
    "table:table": "table",
    "table:table-row": "table-row",
    "table:table-column": "table-column",
    "table:table-cell": "table-cell",
    "table:covered-table-cell": "table-cell",
    "draw:frame": "graphic",
    "draw:custom-shape": "graphic",
}


def _read_styles(archive: Archive) -> dict[tuple[str, str], _Style]:
    """Return every style by its family and name, with what it is based on."""
    found: dict[tuple[str, str], _Style] = {}
    above: dict[tuple[str, str], tuple[str, str]] = {}
    key = ("", "")
    for name in ("styles.xml", "content.xml"):
        for event in events(archive.read(name), name) if name in archive else ():
            known = event.attributes
            if event.kind == "start" and event.name in {"style:style", "style:default-style"}:
                key = (known.get("style:family", ""), known.get("style:name", ""))
                above[key] = (key[0], known.get("style:parent-style-name", ""))
                found[key] = _Style()
            elif event.kind == "start" and event.name.endswith("-properties") and key in found:
                found[key] = _set(event).over(found[key])
    return {each: _based(each, found, above) for each in found}


def _based(
    key: tuple[str, str], found: dict[tuple[str, str], _Style], above: dict[tuple[str, str], tuple[str, str]]
) -> _Style:
    style, line = found[key], [key]
    while (key := above.get(key, ("", ""))) in found and key not in line:
        style = style.over(found[key])
        line.append(key)
    return style


def _set(event: Event) -> _Style:
    known = event.attributes
    ground = known.get("fo:background-color", "transparent")
    if known.get("draw:fill") == "solid":
        ground = known.get("draw:fill-color", ground)
    return _Style(
        colour=known.get("fo:color", "") if event.name == "style:text-properties" else "",
        ground="" if ground == "transparent" else ground,
        hides="none" in known.get("text:display", "")
        or known.get("table:display") == "false"
        or known.get("style:cell-protect", "").startswith("hidden-and-protected")
        or any(_is_nothing(known.get(key, "")) for key in _SIZES),
        crops=re.search(r"[1-9]", known.get("fo:clip", "")) is not None,
    )


def _is_nothing(length: str) -> bool:
    """Return whether a length, or a width of type, is so small that nobody sees it."""
    found = re.fullmatch(r"([\d.]+)(in|cm|mm|pt|%)", length)
    return found is not None and float(found[1]) * _POINTS[found[2]] <= _LEAST


class _Inside(NamedTuple):
    """An element that is open, with what holds for the text in it."""

    name: str
    style: _Style
    gone: bool = False
    covered: bool = False
    written: bool = False


class _Content:
    """One pass over the text, or over the styles, which have heads and feet."""

    def __init__(self, place: str, archive: Archive) -> None:
        self._place = place
        self._archive = archive
        self._styles = _read_styles(archive)
        self._open = [_Inside("", _Style(ground="#ffffff"))]
        self._sheet = 0

    def _enter(self, name: str, known: dict[str, str]) -> _Inside:
        outer = self._open[-1]
        names = [known.get(f"{space}:style-name") for space in ("text", "table", "draw")] if known else ()
        style = self._styles.get((_FAMILIES.get(name, ""), next(filter(None, names), "")))
        return _Inside(
            name,
            outer.style if style is None else style.over(outer.style),
            outer.gone or known.get("table:visibility", "visible") != "visible",
            outer.covered or name == "table:covered-table-cell",
            outer.written or name in {"text:p", "text:h"},
        )

    def look(self) -> Iterator[Finding]:
        for event in events(self._archive.read(self._place), self._place):
            if event.kind == "start":
                inside = self._enter(event.name, event.attributes)
                yield from self._begin(event, inside)
                self._open.append(inside)
            elif event.kind == "end":
                self._open.pop()
            elif event.kind == "text" and self._open[-1].written and event.text.strip():
                yield from self._say(self._open[-1])
            elif event.kind == "text" and event.text.strip() and event.name.startswith("?:"):
                if event.name not in _FINE_TEXTS:
                    yield finding(
                        "HIDDEN_LEFT", self._where, "The text has an element that no program shows."
                    )
            elif event.kind == "comment" and event.text.strip():
                yield finding("HIDDEN_COMMENT", self._place, "The file has a comment in its XML.")

    @property
    def _where(self) -> str:
        return f"sheet {self._sheet}" if self._sheet else self._place

    def _begin(self, event: Event, inside: _Inside) -> Iterator[Finding]:
        known = event.attributes
        if event.name == "table:table" and self._open[-1].name == "office:spreadsheet":
            self._sheet += 1
            if inside.style.hides:
                yield finding("HIDDEN_SHEET", self._where, "The sheet is hidden.")
        if told := _ELEMENTS.get(event.name):
            yield finding(told[0], self._where, told[1])
        elif event.name == "text:section" and known.get("text:display", "true") != "true":
            yield finding("HIDDEN_TEXT", self._where, "A section is hidden.")
        elif event.name == "table:named-expression" and '"' in known.get("table:expression", ""):
            yield finding("HIDDEN_NAME", self._where, "A name has words that stand in no cell.")
        elif event.name == "table:table-column" and (inside.gone or self._is_narrow(known)):
            yield finding("HIDDEN_ROWS", self._where, "A column is hidden.")
        elif event.name == "draw:frame" and inside.style.crops:
            yield finding(
                "HIDDEN_CROPPED", self._where, "A picture is cropped, and what was cut off is still there."
            )
        elif known.get("form:current-value"):
            yield finding("HIDDEN_FORM", self._where, "A field of a form is filled in.")
        if _leads_out(known.get("xlink:href", ""), event.name):
            yield finding(
                "HIDDEN_LINK", self._where, "Something leads to a file, or is taken in from elsewhere."
            )
        else:
            yield from look_at_link(known.get("xlink:href", ""), self._where)

    def _is_narrow(self, known: dict[str, str]) -> bool:
        style = self._styles.get(("table-column", known.get("table:style-name", "")))
        return style is not None and style.hides

    def _say(self, inside: _Inside) -> Iterator[Finding]:
        style = inside.style
        if inside.gone:
            yield finding("HIDDEN_ROWS", self._where, "A row is hidden and has content.")
        if inside.covered:
            yield finding("HIDDEN_TEXT", self._where, "Cells that were merged into another have content.")
        if style.hides:
            yield finding("HIDDEN_TEXT", self._where, "There is text that its style hides.")
        # Text without a colour of its own is shown light on dark.
        elif code := hides(style.colour, style.ground):
            yield finding(code, self._where, "There is text in the colour of what is behind it.")


def _leads_out(target: str, element: str) -> bool:
    if element in {"text:a", "draw:a"}:
        return bool(target) and re.match(r"(?:https?|mailto|tel):|#|$", target) is None
    return bool(target) and re.match(r"(?:\.?/?Pictures/|#|\./Object|\./ObjectReplacements)", target) is None
