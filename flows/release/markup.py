"""XML from outside, read as a stream: bounded in depth, without entities, and nothing is fetched."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

from flows.release.noticing import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES: Final = 128 << 20
"""What one part may have when it is unpacked."""
_DEEPEST: Final = 200
"""Elements inside each other; a page of Word has some thirty."""
_CHUNK: Final = 1 << 16
_SPACES: Final = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "urn:schemas-microsoft-com:vml": "v",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/pdf/1.3/": "pdf",
    "http://www.aiim.org/pdfa/ns/id/": "pdfaid",
    "http://www.aiim.org/pdfua/ns/id/": "pdfuaid",
    "http://www.aiim.org/pdfa/ns/extension/": "pdfaExtension",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/xap/1.0/t/pg/": "xmpTPg",
    "adobe:ns:meta/": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "om",
    "urn:oasis:names:tc:opendocument:xmlns:config:1.0": "config",
    "urn:oasis:names:tc:opendocument:xmlns:form:1.0": "form",
    "urn:oasis:names:tc:opendocument:xmlns:script:1.0": "script",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest",
    "http://www.w3.org/1999/xlink": "xlink",
}
"""The prefixes by which names are told here; what is in another namespace has ``?`` for one."""


_NONE: Final[dict[str, str]] = {}


class Event(NamedTuple):
    """One step through a document.

    Attributes:
        kind: ``start``, ``end``, ``text`` or ``comment``.
        name: Of the element it is about or stands in, as ``w:ins``; without a namespace, the name alone.
        text: The words of a text or a comment.
    """

    kind: str
    name: str
    attributes: dict[str, str]
    text: str = ""


def events(data: bytes, place: str) -> Iterator[Event]:
    """Yield what ``data`` is made of, in order.

    Raises:
        MalformedError: It is no XML, has a document type, or is nested deeper or larger than any that is
            written by a program for people.
    """
    if len(data) > MOST_BYTES:
        raise unread("It unpacks to more than is looked through", place)
    reader = _Reader(place)
    try:
        for start in range(0, len(data), _CHUNK):
            reader.parser.Parse(data[start : start + _CHUNK], False)  # noqa: FBT003 - takes no keyword
            yield from reader.taken()
        reader.parser.Parse(b"", True)  # noqa: FBT003 - as above
    except (expat.ExpatError, LookupError, ValueError):  # the last two of an encoding that it names
        raise unread("It is damaged: its XML cannot be read", place) from None
    yield from reader.taken()


class _Reader:
    def __init__(self, place: str) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.CommentHandler = self._comment
        self.parser.ProcessingInstructionHandler = self._instruct
        # No form that is looked through has a document type, and without one there are no entities.
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._place = place
        self._events: list[Event] = []
        self._said: list[str] = []
        self._open: list[str] = [""]

    def taken(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _add(self, event: Event) -> None:
        """Add an event after the text before it, which may have come in pieces."""
        if self._said:
            self._events.append(Event("text", self._open[-1], _NONE, "".join(self._said)))
            self._said = []
        self._events.append(event)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise unread("Its XML is nested deeper than any program writes", self._place)
        known = {_short(key): value for key, value in attributes.items()} if attributes else _NONE
        self._add(Event("start", _short(name), known))
        self._open.append(_short(name))

    def _end(self, _name: str) -> None:
        self._add(Event("end", self._open[-1], _NONE))
        self._open.pop()

    def _text(self, text: str) -> None:
        self._said.append(text)

    def _comment(self, text: str) -> None:
        self._add(Event("comment", self._open[-1], _NONE, text))

    def _instruct(self, target: str, data: str) -> None:
        if target != "xpacket":  # around every packet of XMP
            self._comment(f"{target} {data}")

    def _refuse(self, *_: object) -> None:
        raise unread("Its XML has a document type, which no program writes there", self._place)


@lru_cache(4096)
def _short(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{_SPACES.get(space, '?')}:{local}" if space else local


def is_on(attributes: dict[str, str], key: str = "w:val") -> bool:
    """Return whether a switch of Office is on: it is where the element stands without a value."""
    return attributes.get(key, "1") not in {"0", "false", "off", "none"}
