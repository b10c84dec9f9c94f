"""The one form of what may stand after a paper: the authority's signature, then what keeps it verifiable.

Each is an incremental update (ISO 32000-1, 7.5.6) that is written from a few facts. A file is read by
taking the facts out of it and writing the update again: what is not the same to the last byte is
something else. So no two readers can make different pages of a file in this form, be it by an object that
is listed twice, by a damaged table or by an object that nothing leads to.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from asn1crypto.parser import peek

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Ten digits are what an entry of the table has for a place (7.5.4): no number in a paper has more.
_END: Final = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n")
_TABLE: Final = re.compile(rb"xref\n0 (\d{1,10})\n0000000000 65535 f \n")
_ENTRY: Final = 20
"""What an entry of the table takes, bytes (7.5.4)."""
_TRAILER: Final = re.compile(
    rb"trailer\n<<\n/ID \n\[<([0-9a-f]{32})><[0-9a-f]{32}>\]\n\n"
    rb"/Info (\d{1,10}) 0 R\n/Root (\d{1,10}) 0 R\n/Size (\d{1,10})\n>>\n"
)
_FORM: Final = re.compile(rb"/AcroForm (\d{1,10}) 0 R ")
_FIELD: Final = re.compile(rb"<<\n/Fields \[ (\d{1,10}) 0 R \]\n>>\s*")
_WIDEST: Final = 48
"""What a byte range may take, characters."""

_SIGNATURE: Final = re.compile(
    rb"/M \(D:(?P<time>\d{14})Z\)\n(?:/Reason <(?P<reason>[0-9A-F]+)>\n)?"
    rb"(?:/Location <(?P<location>[0-9A-F]+)>\n)?"
)
_CONTENTS: Final = re.compile(rb"/Contents <([0-9A-F]+)>\n")
_STREAM: Final = re.compile(rb"\d+ 0 obj\n<<\n/Length (\d{1,10})\n>>\nstream\n")
_STREAM_ENDS: Final = (b"\r\nendstream", b"\nendstream")
"""As it is written now, and as it was before.

With a line feed alone, a carriage return at the end of the data would look like part of the line's end (ISO
19005-2, 6.1.7.1).
"""
_STORE: Final = re.compile(
    rb"/Type /DSS\n/Certs \[([ 0-9R]*)\]\n/OCSPs \[([ 0-9R]*)\]\n/CRLs \[([ 0-9R]*)\]\n"
)
_REFERENCE: Final = re.compile(rb"\d+ 0 R")
_EXTENSIONS: Final = (
    b"/Extensions <<\n/ESIC <<\n/Type /DeveloperExtensions\n/BaseVersion /1.7\n/ExtensionLevel 1\n>>\n>>\n"
)
"""That something is used which ETSI added to PDF 1.7 (EN 319 142-1, 5.6)."""
_CERTIFIES: Final = (
    b"/Reference [ <<\n/Type /SigRef\n/TransformMethod /DocMDP\n"
    b"/TransformParams <<\n/Type /TransformParams\n/V /1.2\n/P 1\n>>\n>> ]\n"
)
"""That nothing may change (ISO 32000-1, 12.8.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What a signature says of itself.

    Attributes:
        time: UTC, in whole seconds.
        reason: What it is for; empty for nothing.
        location: Where it was made; empty for nothing.
        room: What is kept for it, bytes.
    """

    time: datetime
    reason: str
    location: str
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What shows later that a certificate was good, each in DER.

    Attributes:
        certificates: X.509.
        responses: Of those who know of one certificate whether it was withdrawn (OCSP).
        lists: Of the certificates that were withdrawn (CRL).
    """

    certificates: tuple[bytes, ...] = ()
    responses: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()

    @property
    def kinds(self) -> tuple[tuple[bytes, ...], ...]:
        """The three, in the order in which they are written."""
        return self.certificates, self.responses, self.lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What is added so that a signature can still be verified when its certificates have expired.

    Attributes:
        material: Beside what there was.
        room: What is kept for a time-stamp on the whole file, bytes; 0 for none.
        ends: What ends each stream.
    """

    material: Material
    room: int
    ends: bytes = _STREAM_ENDS[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A file up to an update and with it.

    Attributes:
        facts: What the update was written from.
        whole: All bytes, with zeros where ``contents`` does not fill its place.
        start: Where the place of ``contents`` starts, at its bracket.
        contents: The signature (CMS) or the time-stamp (RFC 3161), DER; empty for none.
    """

    facts: Signing | Renewal
    whole: bytes
    start: int
    contents: bytes = b""

    @property
    def signed(self) -> bytes:
        """What ``contents`` is over: everything but its place."""
        return self.whole[: self.start] + self.whole[self.start + 2 * self.facts.room + 2 :]

    def filled(self, contents: bytes) -> Update:
        """Return the update with its signature or time-stamp.

        Raises:
            ValueError: it has no room for that.
        """
        if len(contents) > self.facts.room:
            raise ValueError("more than there is room for")
        digits, at = contents.hex().upper().encode(), self.start + 1
        whole = self.whole[:at] + digits + self.whole[at + len(digits) :]
        return replace(self, whole=whole, contents=contents)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What of a paper an update changes.

    Attributes:
        root, info, form, field: Numbers of objects.
        size: The number after the last.
        catalog: What the catalogue says.
        widget: What the field says.
        identity: The first half of the file's identifier.
    """

    root: int
    info: int
    form: int
    field: int
    size: int
    catalog: bytes
    widget: bytes
    identity: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A paper and what was added to it.

    Attributes:
        paper: As it was registered.
        layout: Where it has what is changed.
        updates: The signature first; each begins with the one before.
    """

    paper: bytes
    layout: _Layout
    updates: tuple[Update, ...] = ()

    @property
    def whole(self) -> bytes:
        """All bytes."""
        return self.updates[-1].whole if self.updates else self.paper

    @property
    def renewals(self) -> tuple[Renewal, ...]:
        """What was added after the signature."""
        return tuple(each.facts for each in self.updates if isinstance(each.facts, Renewal))

    @property
    def material(self) -> Material:
        """All that was added to verify the signature later."""
        added = [each.material for each in self.renewals]
        return Material(
            certificates=tuple(each for one in added for each in one.certificates),
            responses=tuple(each for one in added for each in one.responses),
            lists=tuple(each for one in added for each in one.lists),
        )

    @property
    def claimed(self) -> datetime:
        """When the signature says it was made, UTC.

        Raises:
            ValueError: there is none.
        """
        [time] = [each.facts.time for each in self.updates if isinstance(each.facts, Signing)]
        return time

    def with_update(self, update: Update) -> File:
        """Return the file with one update more."""
        return replace(self, updates=(*self.updates, update))

    def signing(self, facts: Signing) -> Update:
        """Return the update that signs the paper, still without the signature."""
        layout, number = self.layout, self.layout.size
        objects = {
            layout.field: _gaining(layout.widget, b"/V %d 0 R\n" % number),
            layout.root: _certified(layout),
            layout.form: _form([layout.field]),
            number: _signature(facts),
        }
        return _written(self, objects, facts, size=number + 1)

    def renewing(self, facts: Renewal) -> Update:
        """Return the update that keeps the signature verifiable, still without the time-stamp."""
        *_, last = _placed(self, facts)
        return _written(self, dict(_renewal(self, facts)), facts, size=last.end)


def opened(paper: bytes) -> File:
    """Return a paper to which nothing was added yet.

    Raises:
        ValueError: it is not laid out as papers are, or has no field for a signature.
    """
    start = _last_start(paper)
    table = _found(_TABLE.match(paper, start))
    trailer = _found(_TRAILER.match(paper, table.end() + _ENTRY * (int(table[1]) - 1)))
    info, root, size = map(int, trailer.groups()[1:])

    def body(number: int) -> bytes:
        entry, opening = table.end() + _ENTRY * (number - 1), b"%d 0 obj\n" % number
        place = int(paper[entry : entry + 10])
        if not 0 < number < size or not paper.startswith(opening, place):
            raise ValueError("an object is not where the table says")
        return paper[place + len(opening) : paper.index(b"endobj", place)]

    catalog = body(root)
    form = int(_found(_FORM.search(catalog))[1])
    field = int(_found(_FIELD.fullmatch(body(form)))[1])
    return File(
        paper=paper,
        layout=_Layout(
            root=root,
            info=info,
            form=form,
            field=field,
            size=size,
            catalog=catalog,
            widget=body(field),
            identity=trailer[1],
        ),
    )


def read(paper: bytes, whole: bytes) -> File:
    """Return ``whole`` as ``paper`` and the updates after it.

    Raises:
        ValueError: it is not the paper, or what stands after it has not the one form.
    """
    file = opened(paper)
    if not whole.startswith(paper):
        raise ValueError("not the paper")
    while (start := len(file.whole)) < len(whole):
        end = _found(_END.search(whole, start)).end()
        added = whole[start:end]
        update = _renewed_again(file, added) if file.updates else _signed_again(file, added)
        if update.whole != whole[:end]:
            raise ValueError("not what writing it again gives")
        file = file.with_update(update)
    return file


def _signed_again(file: File, added: bytes) -> Update:
    """Write a signature again, from what it says."""
    told = _found(_SIGNATURE.search(added))
    contents = _found(_CONTENTS.search(added, told.end()))[1]
    facts = Signing(
        time=datetime.strptime(told["time"].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC),
        reason=_text(told["reason"]),
        location=_text(told["location"]),
        room=len(contents) // 2,
    )
    return file.signing(facts).filled(_der(contents))


def _renewed_again(file: File, added: bytes) -> Update:
    """Write a renewal again, from what it says."""
    streams, at, ends = [], 0, _STREAM_ENDS[0]
    while found := _STREAM.match(added, at):
        end = found.end() + int(found[1])
        streams.append(added[found.end() : end])
        ends = next((each for each in _STREAM_ENDS if added.startswith(each, end)), ends)
        at = end + len(ends + b"\nendobj\n")
    store = _found(_STORE.search(added, at))
    named = [len(_REFERENCE.findall(each)) for each in store.groups()]
    certificates, responses, _ = (
        count - len(there) for count, there in zip(named, file.material.kinds, strict=True)
    )
    material = Material(
        certificates=tuple(streams[:certificates]),
        responses=tuple(streams[certificates : certificates + responses]),
        lists=tuple(streams[certificates + responses :]),
    )
    stamp = _CONTENTS.search(added, store.end())
    facts = Renewal(material=material, room=len(stamp[1]) // 2 if stamp else 0, ends=ends)
    return file.renewing(facts).filled(_der(stamp[1]) if stamp else b"")


def beginnings(pdf: bytes) -> Iterator[bytes]:
    """Yield what a file may have been before something was added to it, the shortest first.

    The last is the file itself.
    """
    for match in _END.finditer(pdf):
        yield pdf[: match.end()]
    if not pdf.endswith(b"%%EOF\n"):
        yield pdf


# Writing ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Which numbers the objects of a renewal have.

    Attributes:
        streams: Those of certificates, responses and lists.
        field: That of the time-stamp's field, before the time-stamp's own; None for none.
        end: The number after the last.
    """

    streams: tuple[range, ...]
    field: int | None
    end: int


def _placed(file: File, *more: Renewal) -> Iterator[_Placed]:
    """Yield the numbers of every renewal; the signature has the first, the store the second."""
    end = file.layout.size + 2
    for facts in (*file.renewals, *more):
        streams = []
        for kind in facts.material.kinds:
            streams.append(range(end, end + len(kind)))
            end += len(kind)
        field = end if facts.room else None
        end += 2 if facts.room else 0
        yield _Placed(streams=tuple(streams), field=field, end=end)


def _renewal(file: File, facts: Renewal) -> Iterator[tuple[int, bytes]]:
    """Yield the objects of a renewal: what it brings, the store that names it, and a time-stamp."""
    layout, placed = file.layout, [*_placed(file, facts)]
    store, new = layout.size + 1, placed[-1]
    for numbers, kind in zip(new.streams, facts.material.kinds, strict=True):
        for number, content in zip(numbers, kind, strict=True):
            yield number, b"<<\n/Length %d\n>>\nstream\n%s%s" % (len(content), content, facts.ends)
    kinds = (_references(number for each in placed for number in each.streams[kind]) for kind in range(3))
    yield store, b"<<\n/Type /DSS\n/Certs [%s]\n/OCSPs [%s]\n/CRLs [%s]\n>>" % tuple(kinds)
    if not file.renewals:
        yield layout.root, _gaining(_certified(layout), b"/DSS %d 0 R\n" % store)
    if new.field is not None:
        fields = [each.field for each in placed if each.field is not None]
        yield layout.form, _form([layout.field, *fields])
        yield new.field, _stamp_field(len(fields), new.field + 1)
        yield new.field + 1, _dictionary(b"/Type /DocTimeStamp\n", b"/ETSI.RFC3161", b"", facts.room)


def _written(file: File, objects: Mapping[int, bytes], facts: Signing | Renewal, *, size: int) -> Update:
    """Return a file with an update of ``objects``, the last of which has room for a signature."""
    before, layout = file.whole, file.layout
    out, places = bytearray(before), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    last, table = max(places.values()), len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    out += b"".join(b"%d 1\n%010d 00000 n \n" % each for each in sorted(places.items()))
    identity = hashlib.sha256(b"".join(objects.values())).hexdigest()[:32].encode()
    out += b"trailer\n<<\n/ID [ <%s> <%s> ]\n" % (layout.identity, identity)
    out += b"/Info %d 0 R\n/Root %d 0 R\n/Size %d\n" % (layout.info, layout.root, size)
    out += b"/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n" % (_last_start(before), table)
    if not facts.room:
        return Update(facts=facts, whole=bytes(out), start=len(out))
    start = out.rindex(b"/Contents <", last, table) + len(b"/Contents ")
    rest = start + 2 * facts.room + 2
    told = b"[0 %d %d %d]" % (start, rest, len(out) - rest)
    at = out.rindex(b"/ByteRange ", last, start) + len(b"/ByteRange ")
    out[at : at + len(told)] = told
    return Update(facts=facts, whole=bytes(out), start=start)


def _certified(layout: _Layout) -> bytes:
    return _gaining(layout.catalog, _EXTENSIONS + b"/Perms <<\n/DocMDP %d 0 R\n>>\n" % layout.size)


def _gaining(body: bytes, entries: bytes) -> bytes:
    """Return a dictionary as it stands, with more entries before its end."""
    return body[: body.rindex(b">>")].rstrip() + b"\n" + entries + b">>"


def _form(fields: Sequence[int]) -> bytes:
    """Return the form: it has signatures, and the file is only to be added to (12.7.2)."""
    return b"<<\n/Fields [%s]\n/SigFlags 3\n>>" % _references(fields)


def _references(numbers: Iterable[int]) -> bytes:
    return b" %s " % b" ".join(b"%d 0 R" % number for number in numbers)


def _signature(facts: Signing) -> bytes:
    told = b"/M (D:%s)\n" % facts.time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()
    for name, text in ((b"Reason", facts.reason), (b"Location", facts.location)):
        if text:
            told += b"/%s <%s>\n" % (name, f"\ufeff{text}".encode("utf-16-be").hex().upper().encode())
    return _dictionary(b"/Type /Sig\n", b"/ETSI.CAdES.detached", told + _CERTIFIES, facts.room)


def _stamp_field(count: int, stamp: int) -> bytes:
    """Return the field of a time-stamp. No page shows it, so nobody comes upon it there."""
    widget = b"/Type /Annot\n/Subtype /Widget\n/Rect [ 0 0 0 0 ]\n/F 132\n"
    words = b"/TU (Time-stamp that keeps the signature verifiable)\n"
    return b"<<\n%s/FT /Sig\n/T (Time-stamp %d)\n%s/V %d 0 R\n>>" % (widget, count, words, stamp)


def _dictionary(kind: bytes, form: bytes, told: bytes, room: int) -> bytes:
    """Return a signature's or a time-stamp's dictionary, with room for itself (12.8.1)."""
    place = b"/ByteRange %s\n/Contents <%s>\n" % (b" " * _WIDEST, b"00" * room)
    return b"<<\n%s/Filter /Adobe.PPKLite\n/SubFilter %s\n%s%s>>" % (kind, form, told, place)


def _text(digits: bytes | None) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16") if digits else ""


def _der(digits: bytes) -> bytes:
    """Return the one value in DER that a place starts with."""
    place = bytes.fromhex(digits.decode())
    return place[: peek(place)]


def _last_start(pdf: bytes) -> int:
    """Return where the last table of a file is."""
    at = pdf.rfind(b"startxref\n")
    return int(_found(_END.fullmatch(pdf, at) if at >= 0 else None)[1])


def _found(match: re.Match[bytes] | None) -> re.Match[bytes]:
    if match is None:
        raise ValueError("not laid out as a paper of ours")
    return match
