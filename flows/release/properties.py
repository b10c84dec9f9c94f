"""Properties of a file: XMP, and those of Office."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.release.markup import events
from flows.release.noticing import finding, names_nobody, tells_of_a_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.finding import Finding

_XMP_FINE: Final = re.compile(
    "rdf:.*|meta:.*|dc:(title|format|language|type|date)|xmp:(CreateDate|ModifyDate|MetadataDate|CreatorTool)"
    "|xmpMM:(DocumentID|InstanceID|OriginalDocumentID|RenditionClass|VersionID)"
    "|pdf:(Producer|PDFVersion|Trapped)|xmpTPg:NPages|pdfaid:.*|pdfuaid:.*|pdfaExtension:schemas"
    "|tiff:(Orientation|XResolution|YResolution|ResolutionUnit)"
    "|exif:(ColorSpace|PixelXDimension|PixelYDimension)|xml:lang|.*[ :](lang|parseType|about|xmptk)|about"
)
"""Properties that name a program, a form, a day, a language or the file itself."""
_SHOWN: Final = frozenset({"dc:title", "xmp:CreatorTool", "pdf:Producer"})
"""Properties that may be there unless a path or an address stands in them."""


def look_at_xmp(packet: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what an XMP packet tells beside what every program writes."""
    held: list[str] = []
    for event in events(packet.strip(b"\0 \r\n\t"), place):
        if event.kind == "start":
            held.append(event.name)
            for key, value in event.attributes.items():
                yield from _property(key, value, place, own)
        elif event.kind == "end":
            held.pop()
        elif event.kind == "text" and "pdfaExtension:schemas" not in held:
            name = next((each for each in held if not each.startswith(("rdf:", "meta:"))), "rdf:RDF")
            yield from _property(name, event.text, place, own)
        elif event.kind == "comment" and event.text.strip():
            yield finding("HIDDEN_METADATA", place, "The properties (XMP) have a comment.")


def _property(name: str, value: str, place: str, own: frozenset[str]) -> Iterator[Finding]:
    telling = tells_of_a_machine(value) if name in _SHOWN else not _XMP_FINE.fullmatch(name)
    if telling and not names_nobody(value, own):
        yield finding("HIDDEN_METADATA", place, f"The properties (XMP) have {_told(name)}.")


def _told(name: str) -> str:
    return _WORDS.get(name.rpartition(":")[2], "an entry beside the usual ones")


_WORDS: Final = {
    "creator": "an author",
    "contributor": "a contributor",
    "publisher": "a publisher",
    "title": "a title that is a path, an address or the name of a file",
    "subject": "keywords",
    "description": "a description",
    "Keywords": "keywords",
    "History": "a history of the file",
    "DerivedFrom": "the name of the file it was made from",
    "lastModifiedBy": "who saved it last",
    "keywords": "keywords",
    "Company": "an organisation",
    "Manager": "a manager",
    "Template": "the name of a template",
    "HyperlinkBase": "the folder its links start from",
}

_OFFICE_FINE: Final = re.compile(
    "dcterms:(created|modified)|.*:(title|revision|language|version|lastPrinted)"
    "|.*:(TotalTime|Pages|Words|Characters|CharactersWithSpaces|Application|AppVersion|DocSecurity|Lines)"
    "|.*:(Paragraphs|ScaleCrop|LinksUpToDate|SharedDoc|HyperlinksChanged|PresentationFormat|Slides|Notes)"
    "|.*:(lpstr|i4|vector|variant|HeadingPairs|TitlesOfParts|Properties|coreProperties|Template)"
)


def look_at_office(part: bytes, place: str, own: frozenset[str]) -> Iterator[Finding]:
    """Yield what ``core.xml`` or ``app.xml`` tells beside figures, days and the name of a program."""
    for event in events(part, place):
        if event.kind != "text" or names_nobody(event.text, own):
            continue
        local = event.name.rpartition(":")[2]
        if local == "Template":
            telling = re.fullmatch(r"Normal(\.dot[mx]?)?", event.text.strip()) is None
        elif local in {"title", "Application"}:
            telling = tells_of_a_machine(event.text)
        else:
            telling = not _OFFICE_FINE.fullmatch(event.name)
        if telling:
            yield finding("HIDDEN_METADATA", place, f"The properties have {_told(event.name)}.")
