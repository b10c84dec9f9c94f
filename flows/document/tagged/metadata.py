"""What a file says about itself: properties, XMP, identifiers, and what its colours mean."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """The properties of a document; its information dictionary and its XMP both say these.

    Attributes:
        lang: Of the document: ``en-GB``.
        dated: When it was made and last changed, with a time zone.
        identity: Which document this is, whatever its version; any text.
    """

    title: str
    author: str
    subject: str
    creator: str
    producer: str
    lang: str
    dated: datetime
    identity: str


def digits(identity: str) -> str:
    """Return ``identity`` as half of an /ID wants it: 32 lower-case hex digits."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def xmp(properties: Properties) -> bytes:
    """Return the XMP packet: the properties, and the claims PDF/UA-1 and PDF/A-2a."""
    facts = {
        name: escape(str(getattr(properties, name)))
        for name in ("title", "author", "subject", "creator", "producer", "lang")
    }
    day = properties.dated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _XMP.format(**facts, dated=day, document=digits(properties.identity)).encode()


# pdfuaid is no schema that PDF/A knows, so it comes with its description (ISO 19005-2, 6.6.2.3).
_XMP: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{dated}</xmp:CreateDate>
<xmp:ModifyDate>{dated}</xmp:ModifyDate>
<xmp:MetadataDate>{dated}</xmp:MetadataDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmpMM:DocumentID>uuid:{document}</xmpMM:DocumentID>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


# Colours ----------------------------------------------------------------------------------------

CONDITION: Final = "sRGB IEC61966-2.1"
"""What the colours of a document are meant for."""

# IEC 61966-2-1, adapted to the profile connection space's D50 by the Bradford matrix.
_D50: Final = (0.9642, 1.0, 0.8249)
_RED: Final = (0.43607, 0.22249, 0.01392)
_GREEN: Final = (0.38515, 0.71687, 0.09708)
_BLUE: Final = (0.14307, 0.06061, 0.71410)
_ADAPTED: Final = (1.04788, 0.02292, -0.05022, 0.02959, 0.99048, -0.01707, -0.00925, 0.01508, 0.75168)
_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""Gamma, a, b, c and d: (ax + b) to the gamma from d on, cx before it."""


@cache
def srgb_profile() -> bytes:
    """Return sRGB as an ICC profile of version 4 (ISO 15076-1): curves and primaries, dated like sRGB.

    Some 500 bytes that follow from the standard, instead of a file of a few thousand.
    """
    curve = struct.pack(">4s4xHxx", b"para", 3) + _numbers(_CURVE)
    tags = {
        b"desc": _words(CONDITION),
        b"cprt": _words("No copyright, use freely"),
        b"wtpt": _xyz(_D50),
        b"chad": struct.pack(">4s4x", b"sf32") + _numbers(_ADAPTED),
        b"rXYZ": _xyz(_RED),
        b"gXYZ": _xyz(_GREEN),
        b"bXYZ": _xyz(_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, data = b"", b""
    start, places = 128 + 4 + 12 * len(tags), {}
    for name, content in tags.items():
        if content not in places:
            places[content] = start + len(data)
            data += content + b"\0" * (-len(content) % 4)
        table += struct.pack(">4sII", name, places[content], len(content))
    body = struct.pack(">I", len(tags)) + table + data
    return _header(128 + len(body)) + body


def _header(size: int) -> bytes:
    return struct.pack(
        ">I4xI4s4s4s6H4s24xI12s48x",
        size,
        0x04200000,
        *(b"mntr", b"RGB ", b"XYZ "),
        *(1999, 10, 18, 0, 0, 0),
        b"acsp",
        0,
        _numbers(_D50),
    )


def _numbers(values: Iterable[float]) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: Iterable[float]) -> bytes:
    return struct.pack(">4s4x", b"XYZ ") + _numbers(values)


def _words(text: str) -> bytes:
    words = text.encode("utf-16-be")
    return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(words), 28) + words
