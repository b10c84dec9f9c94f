"""What the forms of Office have in common: parts, the relations between them, properties and drawings.

ECMA-376, part 2 (the package) and part 1, clause 20 (drawings).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.release.archive import Archive
from flows.release.links import look_at_link
from flows.release.markup import Event, events, is_on
from flows.release.noticing import THE_FILE, finding, tells_of_a_machine, unread
from flows.release.pictures import look_at_picture
from flows.release.properties import look_at_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "/officeDocument"
_FINE_SCHEME: Final = re.compile(r"(?:https?|mailto|tel):|#", re.IGNORECASE)
_FAINT: Final = 0.08
"""How much of a picture is left that nobody sees."""
_MACROS: Final = re.compile(r"(?i)macroEnabled|vbaProject")


class Relation(NamedTuple):
    """From one part to another, or to somewhere else."""

    kind: str
    target: str
    outside: bool


class Package:
    """An Office file.

    Attributes:
        main: The name of the part with the text or the list of sheets.
        properties: The names of the parts with its properties.
        relations: Of each part that has any, by their ids.
    """

    def __init__(self, data: bytes, main_type: str) -> None:
        self.archive = Archive(data)
        if _TYPES not in self.archive:
            raise unread("Its content is not what its name says")
        self.relations: dict[str, dict[str, Relation]] = {}
        self._reach("")
        self.main = next(
            (each.target for each in self.relations.get("", {}).values() if each.kind.endswith(_MAIN)), ""
        )
        # Some programs give the properties another name than Office does.
        self.properties = {*self.of_kind("core-properties", ""), *self.of_kind("extended-properties", "")}
        self.types = self._types()
        if self.main not in self.archive or not re.search(main_type, self.types.get(self.main, "")):
            raise unread("Its content is not what its name says")

    def read(self, name: str) -> Iterator[Event]:
        """Yield what a part is made of."""
        return events(self.archive.read(name), name)

    def of_kind(self, kind: str, part: str | None = None) -> list[str]:
        """Return the parts to which ``part``, by default the main one, has a relation of a kind."""
        found = self.relations.get(self.main if part is None else part, {}).values()
        return [each.target for each in found if each.kind.endswith(f"/{kind}") and not each.outside]

    def _reach(self, part: str) -> None:
        waiting = [part]
        while waiting:
            part = waiting.pop()
            folder, name = posixpath.split(part)
            relations = posixpath.join(folder, "_rels", f"{name}.rels")
            if part in self.relations or relations not in self.archive:
                self.relations.setdefault(part, {})
                continue
            self.relations[part] = self._relations(relations, folder)
            waiting += [each.target for each in self.relations[part].values() if not each.outside]

    def _relations(self, name: str, folder: str) -> dict[str, Relation]:
        found = {}
        for event in self.read(name):
            if event.kind == "start" and event.name.endswith(":Relationship"):
                target = event.attributes.get("Target", "")
                outside = event.attributes.get("TargetMode") == "External"
                inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = event.attributes.get("Type", "")
                found[event.attributes.get("Id", "")] = Relation(kind, target if outside else inside, outside)
        return found

    def _types(self) -> dict[str, str]:
        named, by_ending = {}, {}
        for event in self.read(_TYPES):
            kind = event.attributes.get("ContentType", "")
            if event.name.endswith(":Override") and event.kind == "start":
                named[event.attributes.get("PartName", "").lstrip("/")] = kind
            elif event.name.endswith(":Default") and event.kind == "start":
                by_ending[event.attributes.get("Extension", "").casefold()] = kind
        return {
            name: named.get(name) or by_ending.get(name.rpartition(".")[2].casefold(), "")
            for name in self.archive.names
        }

    def look(self, own: frozenset[str], parts: dict[str, tuple[str, str] | None]) -> Iterator[Finding]:
        """Yield what the package tells by itself: parts, relations, properties, media.

        Args:
            own: Names of the authority, which may stand in the properties.
            parts: For each pattern of names, the code and the sentence if such a part may not be there.
        """
        yield from self.archive.look()
        for part, relations in self.relations.items():
            for relation in relations.values():
                yield from self._outside(part, relation)
        for name in self.archive.names:
            yield from self._part(name, own, parts | _PARTS)

    def _outside(self, part: str, relation: Relation) -> Iterator[Finding]:
        is_link = relation.kind.endswith("/hyperlink")
        if relation.outside and not (is_link and _FINE_SCHEME.match(relation.target)):
            what = (
                "A link leads to a file or a folder." if is_link else "It takes in something from elsewhere."
            )
            yield finding("HIDDEN_LINK", part or THE_FILE, what)
        elif relation.outside:
            yield from look_at_link(relation.target, part or THE_FILE)

    def _part(
        self, name: str, own: frozenset[str], parts: dict[str, tuple[str, str] | None]
    ) -> Iterator[Finding]:
        known = next((each for each in parts if re.fullmatch(each, name, re.IGNORECASE)), None)
        place = self.archive.place(name) if known is None else name
        if _MACROS.search(self.types.get(name, "")):
            yield finding("HIDDEN_ACTIVE", place, "The file is of a kind that runs macros.")
        if known is None:
            yield finding("HIDDEN_LEFT", place, "A part is there that such a file does not need.")
        elif (told := parts[known]) is not None:
            yield finding(told[0], place, told[1])
        if name == _TYPES or name.endswith(".rels"):
            if name.endswith(".rels") and _owner(name) not in self.relations:
                yield finding("HIDDEN_LEFT", place, "Nothing in the file refers to this part.")
        elif name not in self.relations:
            yield finding("HIDDEN_LEFT", place, "Nothing in the file refers to this part.")
        yield from self._unshown(name, place)
        if name in self.properties:
            yield from look_at_office(self.archive.read(name), name, own)
        elif "/media/" in name:
            yield from look_at_picture(self.archive.read(name), own, name)

    def _unshown(self, name: str, place: str) -> Iterator[Finding]:
        """Yield what a part says beside its elements, and each picture that it keeps and does not show."""
        held = self.archive.read(name).replace(b"'", b'"')
        is_marked = name.endswith((".xml", ".rels")) and (b"<!--" in held or b"<?" in held[1:])
        if is_marked and any(event.kind == "comment" and event.text.strip() for event in self.read(name)):
            yield finding("HIDDEN_COMMENT", place, "A part has a comment in its XML.")
        for id_, relation in self.relations.get(name, {}).items():
            if relation.kind.endswith("/image") and f'"{id_}"'.encode() not in held:
                yield finding("HIDDEN_LEFT", place, "A picture is kept that nothing shows.")


def _owner(relations: str) -> str:
    folder, name = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


_PARTS: Final[dict[str, tuple[str, str] | None]] = {
    r"\[Content_Types\]\.xml": None,
    r"(?:[a-zA-Z]+/)*_rels/[\w.]*\.rels": None,
    r"docProps/(?:core|app)\d*\.xml|package/services/metadata/core-properties/\w+\.psmdcp": None,
    r"docProps/custom\.xml": ("HIDDEN_METADATA", "The file has properties of its own."),
    r"docProps/thumbnail\.\w+": ("HIDDEN_THUMBNAIL", "The file keeps a picture of its first page."),
    r"docMetadata/LabelInfo\.xml": (
        "HIDDEN_METADATA",
        "The file has a label of the organisation that made it.",
    ),
    r"_xmlsignatures/.*": ("HIDDEN_METADATA", "The file is signed, and names who signed it."),
    r"customXml/item\d*\.xml": None,
    r"customXml/itemProps\d*\.xml": None,
    r"\w+/media/[\w-]+\.\w+": None,
    r"\w+/theme/(?:theme\d*\.xml|themeOverride\d*\.xml)": None,
    r"\w+/charts/(?:chart|chartEx|style|colors)\d*\.xml": None,
    r"\w+/diagrams/(?:data|layout|quickStyle|colors|drawing)\d*\.xml": None,
    r"\w+/drawings/drawing\d*\.xml": None,
    r"\w+/embeddings/.*": ("HIDDEN_FILE", "Another file is inside the file."),
    r"\w+/(?:activeX|ctrlProps)/.*": ("HIDDEN_ACTIVE", "The file has a control that runs code."),
    r"(?:.*/)?(?:vbaProject\w*\.bin|vbaData\.xml|attachedToolbars\.bin)": (
        "HIDDEN_ACTIVE",
        "The file has macros.",
    ),
    r"customUI/.*|userCustomization/.*": ("HIDDEN_ACTIVE", "The file changes the menus of the program."),
    r"\w+/web[eE]xtensions/.*": ("HIDDEN_ACTIVE", "The file has an extension that runs code."),
    r"\w+/printerSettings/.*|\w+/printerSettings\d*\.bin": ("HIDDEN_METADATA", "The file names a printer."),
}
"""Parts of every form of Office."""


def look_at_custom_xml(package: Package) -> Iterator[Finding]:
    """Yield each part of data that Office keeps unseen; an empty list of sources is in many files."""
    for name in package.archive.names:
        if re.fullmatch(r"customXml/item\d*\.xml", name):
            read = [event for event in package.read(name) if event.kind in {"start", "text", "comment"}]
            said = any(event.kind != "start" and event.text.strip() for event in read)
            if (
                said
                or sum(event.kind == "start" for event in read) > 1
                or not read[0].name.endswith(":Sources")
            ):
                yield finding(
                    "HIDDEN_METADATA", name, "The file keeps data of a template or a store of documents."
                )


_POINT: Final = 12_700
"""In the unit of drawings: 20.1.2.1."""
_SIZES: Final = frozenset({"?:extent", "?:ext"})


def look_at_drawing(event: Event, place: str) -> Iterator[Finding]:
    """Yield what the start of one element of a drawing keeps out of sight."""
    local, known = event.name.rpartition(":")[2], event.attributes
    if _crops(local, known):
        yield finding("HIDDEN_CROPPED", place, "A picture is cropped, and what was cut off is still there.")
    elif (local == "alphaModFix" and _share(known.get("amt", "100%")) <= _FAINT) or (
        local == "lum" and abs(_share(known.get("bright", "0"))) >= 1 - _FAINT
    ):
        yield finding("HIDDEN_CROPPED", place, "A picture is drawn so that nobody sees it.")
    elif event.name in _SIZES and max(int(known.get(side, _POINT)) for side in ("cx", "cy")) < _POINT:
        yield finding("HIDDEN_TEXT", place, "A shape or picture is too small to be seen.")
    elif re.search(r"visibility:\s*hidden", known.get("style", "")):
        yield finding("HIDDEN_TEXT", place, "A shape or picture is hidden.")
    elif local.startswith("filtered") and local.endswith("Series"):
        yield finding("HIDDEN_CACHE", place, "A chart keeps data that it does not show.")
    else:
        yield from _described(event, place)


def _crops(local: str, known: dict[str, str]) -> bool:
    """Return whether a picture is cut, as its source or its frame says, or in the old form of drawings."""
    sides = [known.get(side, "0") for side in "ltrb"]
    return (
        (local == "srcRect" and any(each not in {"0", "0%"} for each in sides))
        or (local == "fillRect" and any(each.startswith("-") for each in sides))
        or any(key.startswith("crop") and value.strip("0f.") != "" for key, value in known.items())
    )


def _share(said: str) -> float:
    """Return a share written in thousandths of a hundredth, or with its sign: 22.9.2.9."""
    return float(said.rstrip("%")) / (100 if said.endswith("%") else 100_000)


def _described(event: Event, place: str) -> Iterator[Finding]:
    local = event.name.rpartition(":")[2]
    if local in {"docPr", "cNvPr"}:
        if is_on(event.attributes, "hidden") and "hidden" in event.attributes:
            yield finding("HIDDEN_TEXT", place, "A shape or picture is hidden.")
        if any(tells_of_a_machine(event.attributes.get(key, "")) for key in ("descr", "title", "name")):
            yield finding(
                "HIDDEN_METADATA", place, "The description of a picture is a path or the name of a file."
            )
    elif event.name == "c:externalData":
        yield finding("HIDDEN_CACHE", place, "A chart keeps the workbook it was made from.")
