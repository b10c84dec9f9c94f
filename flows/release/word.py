"""Word: .docx and .docm. ECMA-376, part 1, clause 17."""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.release.colours import hides, is_dark
from flows.release.links import look_at_link
from flows.release.markup import Event, is_on
from flows.release.noticing import finding, tells_of_a_machine
from flows.release.office import Package, look_at_custom_xml, look_at_drawing
from flows.release.plain import spells_unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.finding import Finding

MAIN_TYPE: Final = r"wordprocessingml\.document\.main|ms-word\.document\.macroEnabled"
_TEXTS: Final = r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\d*\.xml"
_PARTS: Final[dict[str, tuple[str, str] | None]] = {
    _TEXTS: None,
    r"word/(?:styles|stylesWithEffects|settings|webSettings|fontTable|numbering)\d*\.xml": None,
    r"word/comments\w*\.xml": None,
    r"word/people\.xml": None,
    r"word/glossary/[\w/]+\.xml": None,
    r"word/fonts/\w+\.odttf": None,
    r"word/documenttasks/.*": ("HIDDEN_COMMENT", "The file has tasks that were given to people."),
    r"word/ink/.*": ("HIDDEN_COMMENT", "The file has marks made by hand."),
    r"word/recipientData\.xml": ("HIDDEN_CACHE", "The file keeps the recipients of a mail merge."),
    r"word/customizations\.xml": ("HIDDEN_ACTIVE", "The file gives keys another meaning."),
    r"word/afchunk\w*\..*": ("HIDDEN_FILE", "Another document is inside the file."),
}
_CHANGES: Final = re.compile(
    r"w:(?:ins|del|moveFrom|moveTo|delText|delInstrText|cellIns|cellDel|cellMerge|numberingChange|\w+PrChange"
    r"|tblGridChange|tblPrExChange|moveFromRange\w+|moveToRange\w+|customXml(?:Ins|Del|Move)\w+)"
)
_FIELDS: Final = frozenset(
    {"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "TOC", "TOA", "HYPERLINK", "REF", "PAGEREF", "NOTEREF"}
    | {"SEQ", "DATE", "TIME", "STYLEREF", "LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "EQ", "SYMBOL"}
    | {"FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "CREATEDATE", "SAVEDATE", "PRINTDATE", "AUTHOR", "TITLE"}
    | {"SUBJECT", "FILENAME", "NUMWORDS", "CITATION", "BIBLIOGRAPHY", "INDEX", "REVNUM", "FOOTNOTEREF"}
)
"""Fields of which the whole is what is shown."""
_SETTINGS: Final = {
    "w:docVar": ("HIDDEN_METADATA", "A template keeps variables in the file."),
    "w:mailMerge": ("HIDDEN_CACHE", "The file is joined to a list of recipients."),
    "w:attachedSchema": ("HIDDEN_METADATA", "The file names a schema of its own."),
    "w:saveThroughXslt": ("HIDDEN_LINK", "The file names a transformation of its own."),
}
_PLAIN_TABLES: Final = frozenset({"", "TableGrid", "TableNormal", "a1"})
_LOWEST: Final = 40
_WIDEST: Final = 20_000
"""Twentieths of a point; a sheet of A3 is 17,000 wide."""
_NARROWEST: Final = 5
"""Hundredths of the width of type."""
_FINE_TEXTS: Final = frozenset(
    {"?:posOffset", "?:align", "?:pctWidth", "?:pctHeight", "?:pctPosHOffset", "?:pctPosVOffset"}
)
"""Elements with text that says where a drawing stands: 20.4.2."""
_FURTHEST: Final = 42_000_000
"""In the unit of drawings: the longer side of a sheet of A0."""
_SMALLEST: Final = 2
"""Half-points; Word itself allows one."""


def look_at_word(data: bytes, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what a document of Word hides.

    Raises:
        MalformedError: It cannot be read safely, or is something else.
    """
    package = Package(data, MAIN_TYPE)
    yield from package.look(own, _PARTS)
    yield from look_at_custom_xml(package)
    styles = _styles(package)
    even = False
    for name in package.of_kind("settings"):
        for event in package.read(name):
            if event.kind == "start" and event.name in _SETTINGS:
                yield finding(_SETTINGS[event.name][0], name, _SETTINGS[event.name][1])
            even |= event.kind == "start" and event.name == "w:evenAndOddHeaders" and is_on(event.attributes)
    for name in package.archive.names:
        if re.fullmatch(_TEXTS, name):
            yield from _Text(name, styles).look(package.read(name))
        elif re.fullmatch(r"word/(?:charts|diagrams)/\w+\.xml", name):
            for event in package.read(name):
                yield from look_at_drawing(event, name) if event.kind == "start" else ()
        else:
            yield from _side_part(package, name)
    yield from _unused_headers(package, even=even)
    for kind in ("footnote", "endnote"):
        yield from _unused_notes(package, kind)


def _side_part(package: Package, name: str) -> Iterator[Finding]:
    if re.fullmatch(r"word/(?:comments\w*|people)\.xml", name):
        if sum(event.kind == "start" for event in package.read(name)) > 1:
            yield finding("HIDDEN_COMMENT", name, "The file has comments, or names who made them.")
    elif name == "word/glossary/document.xml":
        kinds = [event for event in package.read(name) if event.kind == "start"]
        holders = sum(e.name == "w:type" and e.attributes.get("w:val") == "bbPlcHdr" for e in kinds)
        if holders < sum(event.name == "w:docPart" for event in kinds):
            yield finding(
                "HIDDEN_TEXT", name, "The file keeps building blocks that stand nowhere in the text."
            )


def _squeezes(event: Event) -> bool:
    """Return whether a line or a row is too low to be seen, or a paragraph stands beyond the sheet."""
    known = event.attributes
    exact = "exact" in {known.get("w:lineRule"), known.get("w:hRule")}
    height = known.get("w:line") if event.name == "w:spacing" else known.get("w:val")
    side = known.get("w:left", known.get("w:start", "0")) if event.name == "w:ind" else "0"
    return (exact and _number(height, _LOWEST) < _LOWEST) or abs(_number(side, 0)) > _WIDEST


def _number(said: str | None, otherwise: float) -> float:
    """Return a length without a unit; what has one is written by no program that hides with it."""
    return float(said) if said and re.fullmatch(r"-?\d+(?:\.\d+)?", said) else otherwise


# Styles


def _styles(package: Package) -> dict[str, Mapping[str, str]]:
    """Return how each style sets its text, by its id, and under no name how text is set by default."""
    direct: dict[str, dict[str, str]] = {"": {}}
    above: dict[str, str] = {}
    for part in package.of_kind("styles"):
        style = ""
        for event in package.read(part):
            if event.kind != "start":
                continue
            if event.name == "w:style":
                style = event.attributes.get("w:styleId", "")
                direct[style] = {}
                if event.attributes.get("w:default") == "1" and event.attributes.get("w:type") == "paragraph":
                    above[""] = style
            elif event.name == "w:basedOn":
                above[style] = event.attributes.get("w:val", "")
            else:
                direct[style] |= _setting(event)
    return {style: ChainMap(*(direct[each] for each in _line(style, direct, above))) for style in direct}


def _line(style: str, direct: Mapping[str, object], above: Mapping[str, str]) -> list[str]:
    """Return a style and those it is based on."""
    line = [style]
    while (next_ := above.get(line[-1], "")) in direct and next_ not in line:
        line.append(next_)
    return line


def _setting(event: Event) -> dict[str, str]:
    value = event.attributes.get("w:val", "")
    match event.name:
        case "w:vanish" | "w:specVanish":
            return {"vanish": "yes" if is_on(event.attributes) else ""}
        case "w:color":
            by_theme = event.attributes.get("w:themeColor") in {"background1", "light1"} and value == "auto"
            return {"colour": "FFFFFF" if by_theme else value}
        case "w:w":
            return {"scale": value.rstrip("%")}
        case "w:sz" | "w:highlight":
            return {"size" if event.name == "w:sz" else "highlight": value}
        case "w:shd":
            solid = value == "solid"
            return {"ground": event.attributes.get("w:color" if solid else "w:fill", "auto")}
        case _:
            return {}


def _effect(event: Event) -> dict[str, str]:
    """Return what a fill of letters sets, as Word has it since 2010."""
    if event.name == "w14:noFill":
        return {"vanish": "yes"}
    return {"colour": event.attributes["w14:val"]} if event.name == "w14:srgbClr" else {}


# Text


@dataclass(slots=True)
class _Run:
    direct: dict[str, str] = field(default_factory=dict)
    style: str = ""
    says: bool = False


@dataclass(slots=True)
class _Scope:
    """A paragraph, a cell or a table, with what it says of the text in it."""

    style: str = ""
    ground: str = "auto"
    unseen: bool = False


class _Text:
    """One pass over a part that has text."""

    def __init__(self, place: str, styles: Mapping[str, Mapping[str, str]]) -> None:
        self._place = place
        self._styles = styles
        self._open: list[str] = []
        self._runs: list[_Run] = []
        self._scopes: dict[str, list[_Scope]] = {"w:p": [], "w:tc": [], "w:tr": [], "w:tbl": []}
        self._boxes = 0
        self._fields: list[str] = []
        self._shapes: list[dict[str, bool]] = []
        self._choices: list[dict[str, str]] = []
        self._coloured = False

    def look(self, read: Iterator[Event]) -> Iterator[Finding]:
        for event in read:
            if event.kind == "start":
                yield from self._begin(event)
                self._open.append(event.name)
            elif event.kind == "end":
                self._open.pop()
                yield from self._finish(event.name)
            elif event.kind == "text":
                self._say(event)
                yield from self._look_at_words(event)

    def _begin(self, event: Event) -> Iterator[Finding]:
        yield from look_at_drawing(event, self._place)
        name = event.name
        if _CHANGES.fullmatch(name):
            yield finding("HIDDEN_CHANGES", self._place, "There are tracked changes.")
        elif name in {"w:altChunk", "w:subDoc"}:
            yield finding("HIDDEN_FILE", self._place, "Another document is inside the file.")
        elif name == "w:permStart" and event.attributes.get("w:ed"):
            yield finding("HIDDEN_METADATA", self._place, "The text names who may change it.")
        elif name == "w:attr":
            yield finding("HIDDEN_METADATA", self._place, "A mark in the text keeps data that nobody sees.")
        elif name == "m:show" and not is_on(event.attributes, "m:val"):
            yield finding("HIDDEN_TEXT", self._place, "A formula has a part that is not shown.")
        elif name == "w:hidden" and is_on(event.attributes):
            yield finding("HIDDEN_TEXT", self._place, "A row of a table is hidden.")
        elif name == "w:fldSimple":
            yield from self._field(event.attributes.get("w:instr", ""))
        elif name == "w:fldData":
            yield finding("HIDDEN_FORM", self._place, "A field keeps data that nobody sees.")
        elif name == "w:fldChar":
            yield from self._field_mark(event.attributes.get("w:fldCharType", ""))
        self._enter(event)

    def _enter(self, event: Event) -> None:
        inside = self._open[-2:]
        if event.name in {"w:r", "m:r"}:
            self._runs.append(_Run())
        elif event.name in self._scopes:
            self._scopes[event.name].append(_Scope())
        else:
            self._set(event, inside)
        self._draw(event)

    def _set(self, event: Event, inside: list[str]) -> None:
        if event.name == "w:background":
            self._coloured = True
        elif event.name == "w:txbxContent":
            self._boxes += 1
        elif event.name == "mc:AlternateContent":
            self._choices.append({"mc:Choice": "", "mc:Fallback": ""})
        elif "w14:textFill" in inside and self._runs:
            self._runs[-1].direct |= _effect(event)
        elif inside in (["w:r", "w:rPr"], ["m:r", "w:rPr"]) and self._runs:
            self._runs[-1].direct |= _setting(event)
            if event.name == "w:rStyle":
                self._runs[-1].style = event.attributes.get("w:val", "")
        elif len(inside) == 2 and inside[1] == f"{inside[0]}Pr" and self._scopes.get(inside[0]):  # noqa: PLR2004
            scope = self._scopes[inside[0]][-1]
            scope.ground = _setting(event).get("ground", scope.ground)
            scope.unseen |= _squeezes(event)
            if event.name in {"w:pStyle", "w:tblStyle"}:
                scope.style = event.attributes.get("w:val", "")

    def _draw(self, event: Event) -> None:
        local = event.name.rpartition(":")[2]
        if local in {"anchor", "shape", "rect", "roundrect", "oval"}:
            behind = is_on(event.attributes, "behindDoc") if local == "anchor" else False
            filled = event.name.startswith("v:") and event.attributes.get("fillcolor", "") not in {"", "none"}
            in_line = local != "anchor" and "position:absolute" not in event.attributes.get("style", "")
            self._shapes.append({"behind": behind or in_line, "filled": filled, "says": False})
        elif self._shapes:
            shape = self._shapes[-1]
            shape["filled"] |= event.name == "a:solidFill" and self._open[-1].endswith(":spPr")
            shape["says"] |= local in {"txbxContent", "pic", "imagedata", "chart"}

    def _finish(self, name: str) -> Iterator[Finding]:
        local = name.rpartition(":")[2]
        if name in {"w:r", "m:r"} and self._runs:
            yield from self._judge(self._runs.pop())
        elif name in self._scopes:
            self._scopes[name].pop()
        elif name == "w:txbxContent":
            self._boxes -= 1
        elif name == "mc:AlternateContent":
            both = self._choices.pop()
            if both["mc:Fallback"] and both["mc:Fallback"] != both["mc:Choice"]:
                yield finding("HIDDEN_TWICE", self._place, "A text stands there in two forms that differ.")
        elif local in {"anchor", "shape", "rect", "roundrect", "oval"} and self._shapes:
            shape = self._shapes.pop()
            if shape["filled"] and not shape["says"] and not shape["behind"]:
                yield finding("HIDDEN_COVERED", self._place, "A filled shape lies in front of the text.")

    def _say(self, event: Event) -> None:
        if event.name == "w:instrText" and self._fields:
            self._fields[-1] += event.text
        elif event.name in {"w:t", "w:delText", "m:t"} and (said := "".join(event.text.split())):
            if self._runs:
                self._runs[-1].says = True
            for branch in {"mc:Choice", "mc:Fallback"} & {*self._open}:
                for choice in self._choices:
                    choice[branch] += said

    def _look_at_words(self, event: Event) -> Iterator[Finding]:
        said = event.text.strip()
        if event.name == "w:t" and spells_unseen(said):
            yield finding("HIDDEN_TEXT", self._place, "The text has characters that nobody sees.")
        elif event.name == "?:posOffset" and abs(_number(said, 0)) > _FURTHEST:
            yield finding("HIDDEN_TEXT", self._place, "A shape or picture stands beyond the sheet.")
        elif said and event.name.startswith("?:") and event.name not in _FINE_TEXTS:
            yield finding("HIDDEN_LEFT", self._place, "The text has an element that no program shows.")

    # Fields

    def _field_mark(self, mark: str) -> Iterator[Finding]:
        if mark == "begin":
            self._fields.append("")
        elif self._fields:
            yield from self._field(self._fields[-1])
            if mark == "end":
                self._fields.pop()
            else:
                self._fields[-1] = ""

    def _field(self, instruction: str) -> Iterator[Finding]:
        words = instruction.split(maxsplit=1)
        if not words:
            return
        if words[0].upper() not in _FIELDS and not words[0].startswith("="):
            yield finding("HIDDEN_TEXT", self._place, "A field has text or a source that is not shown.")
        elif tells_of_a_machine(instruction.replace("mailto:", "").replace("@", "")):
            yield finding("HIDDEN_LINK", self._place, "A field leads to a file or a folder.")
        elif words[0].upper() == "HYPERLINK":
            for target in re.findall(r"https?:[^\s\"]+|(?:mailto|tel):[^\"]+", instruction, re.IGNORECASE):
                yield from look_at_link(target, self._place)

    # Runs

    def _judge(self, run: _Run) -> Iterator[Finding]:
        if not run.says:
            return
        lines = [run.style, self._style("w:p"), ""]
        seen = ChainMap(run.direct, *(dict(self._styles.get(each, {})) for each in lines))
        if seen.get("vanish"):
            yield finding("HIDDEN_TEXT", self._place, "There is text that is marked as hidden.")
        if any(scope[-1].unseen for scope in self._scopes.values() if scope):
            yield finding(
                "HIDDEN_TEXT", self._place, "There is text in a line, a row or a place nobody sees."
            )
        narrow = seen.get("scale", "100").isdigit() and int(seen.get("scale", "100")) <= _NARROWEST
        if narrow or ((size := seen.get("size", "")).isdigit() and int(size) <= _SMALLEST):
            yield finding("HIDDEN_TEXT", self._place, "There is text too small to be seen.")
        yield from self._contrast(seen)

    def _contrast(self, seen: Mapping[str, str]) -> Iterator[Finding]:
        colour = seen.get("colour", "auto")
        ground = self._ground(seen)
        if ground is None:
            return
        if colour == "auto":
            # Word turns automatic text light on dark shading, but not under a highlighter.
            colour = "000000" if seen.get("highlight") == "black" or not is_dark(ground) else "FFFFFF"
        if code := hides(colour, ground):
            yield finding(code, self._place, "There is text in the colour of what is behind it.")

    def _style(self, name: str) -> str:
        return self._scopes[name][-1].style if self._scopes[name] else ""

    def _ground(self, seen: Mapping[str, str]) -> str | None:
        """Return the colour behind the text; None where a style or a shape decides it."""
        if highlight := _HIGHLIGHTS.get(seen.get("highlight", "")):
            return highlight
        grounds = [seen.get("ground", "auto")]
        grounds += [each[-1].ground for key in ("w:p", "w:tc") if (each := self._scopes[key])]
        known = next((each for each in grounds if each not in {"auto", ""}), None)
        if known is not None:
            return known
        is_plain = self._style("w:tbl") in _PLAIN_TABLES and not self._boxes and not self._coloured
        return "FFFFFF" if is_plain else None


_HIGHLIGHTS: Final = {
    "black": "000000",
    "white": "FFFFFF",
    "yellow": "FFFF00",
    "green": "00FF00",
    "cyan": "00FFFF",
    "magenta": "FF00FF",
    "blue": "0000FF",
    "red": "FF0000",
    "darkBlue": "00008B",
    "darkCyan": "008B8B",
    "darkGreen": "006400",
    "darkMagenta": "800080",
    "darkRed": "8B0000",
    "darkYellow": "808000",
    "darkGray": "A9A9A9",
    "lightGray": "D3D3D3",
}


# Heads and feet


def _unused_headers(package: Package, *, even: bool) -> Iterator[Finding]:
    """Yield heads and feet with text that no page shows: of a first page or of even ones, switched off."""
    every = {*package.of_kind("header"), *package.of_kind("footer")}
    if not every:
        return
    relations = package.relations[package.main]
    named: set[tuple[str, str]] = set()
    shown: set[str] = set()
    first = False
    for event in package.read(package.main):
        if event.name in {"w:headerReference", "w:footerReference"} and event.kind == "start":
            named.add((event.attributes.get("w:type", "default"), event.attributes.get("r:id", "")))
        elif event.name == "w:titlePg" and event.kind == "start":
            first |= is_on(event.attributes)
        elif event.name == "w:sectPr" and event.kind == "end":
            fine = {"default"} | ({"first"} if first else set()) | ({"even"} if even else set())
            shown |= {relations[each].target for kind, each in named if kind in fine and each in relations}
            named, first = set(), False
    for name in sorted(every - shown):
        if any(event.name == "w:t" and event.text.strip() for event in package.read(name)):
            yield finding("HIDDEN_TEXT", name, "A head or foot has text that no page shows.")


def _unused_notes(package: Package, kind: str) -> Iterator[Finding]:
    """Yield a finding where notes have text to which no mark leads."""
    for name in package.of_kind(f"{kind}s"):
        marks = {
            event.attributes.get("w:id")
            for event in package.read(package.main)
            if event.kind == "start" and event.name == f"w:{kind}Reference"
        }
        used = True
        for event in package.read(name):
            if event.kind == "start" and event.name == f"w:{kind}":
                # The lines between the text and the notes are notes of kinds of their own.
                used = event.attributes.get("w:id") in marks or "w:type" in event.attributes
            elif event.name == "w:t" and event.text.strip() and not used:
                yield finding("HIDDEN_TEXT", name, "A note has text to which no mark leads.")
