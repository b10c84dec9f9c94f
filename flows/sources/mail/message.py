"""A message as it was received, read: who wrote what to whom, and what came with it.

Pure: bytes in, values out, no file and no network, and nothing raised whatever the bytes say. Nothing that
came with a message is opened: attachments are told by how they begin, a TNEF packet, a calendar entry and a
signature by their types. The message itself is what is kept; what is made here is the copy to read.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import Compat32
from email.utils import getaddresses
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.sources.item import kind_of
from flows.sources.mail.decoding import decoded, in_lines, one_line, undone, unflowed, words_of
from flows.sources.mail.html_text import text_of_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message as Parsed

LONGEST: Final = 200_000
"""Characters of a text that is read; the rest is in the message."""
_LONGEST_NAME: Final = 200
_MOST_PARTS: Final = 500
_DEEPEST: Final = 20
_MOST_LINES: Final = 100
"""Of one name in a head."""
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_MOST_MARKS: Final = 1_000
_LONGEST_LINE: Final = 10_000
"""Characters of a line of a head that are read."""
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")
_GIVEN_BACK: Final = re.compile(rb"^[> \t]*message-id:\s*<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
_NO_ADDRESS: Final = r"\s@<>,;:\"()\x00-\x1f\x7f\ud800-\udfff"
_EMAIL: Final = re.compile(rf"[^{_NO_ADDRESS}\[\]]{{1,64}}@[^{_NO_ADDRESS}]{{1,255}}")
_ANGLED: Final = re.compile(rf"<\s*{_EMAIL.pattern}\s*>")
_ALONE: Final = re.compile(rf"([^<>]*)<\s*({_EMAIL.pattern})\s*>")
_FORMS: Final = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_SEALED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
_ENRICHED: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*>")
_PARAMETER: Final = ("<param>", "</param>")
_LONGEST_TYPE: Final = 3_000
"""Characters of a line that says what a part is: Python looks at each of its semicolons for every other."""

TOLD: Final = {
    "calendar": "a calendar entry came with it, which was not read",
    "charset": "it does not say rightly in which character set it is written, which was guessed",
    "cut": f"it is longer than {LONGEST:,} characters; the rest stands in the message",
    "damaged": "part of it was damaged on its way",
    "deep": "its parts stand too deep in one another, or are too many; some were not read",
    "enclosed": "a message is enclosed in it, whose words follow its own",
    "encrypted": "it is encrypted, and was not read",
    "html": "it came as HTML alone; what is read is made of that",
    "signed": "it is signed; the signature was left as it is, and not verified",
    "tnef": "a packet of Outlook (winmail.dat) came with it, which was not opened",
}
"""What is told of a message, by what was found."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Attached:
    """Something that came with a message: its kind, by how it begins, and its size in bytes."""

    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Report:
    """What a report on delivery says, RFC 3464, or on reading, RFC 8098.

    Attributes:
        action: Of the first recipient: failed, delayed, delivered and so on; ``read`` for one on reading.
        status: As ``5.1.1``; empty where it does not say.
    """

    action: str
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Message:
    """A message, read.

    Attributes:
        id: Its Message-ID without the angle brackets; empty without one.
        dated: Its Date, as written; it tells two without an id apart, and nothing else.
        refers: The ids it refers to, those of its In-Reply-To first.
        name: Of whom it is from; empty where that is not said.
        email: Their address, or the one to which they want an answer; empty where there is none.
        sender: The address it is from.
        recipients: Every address that it was sent or delivered to.
        text: Its words; empty without.
        attached: What came with it.
        told: Keys of ``TOLD``.
        marks: The lines of its head, by lower-case name.
        report: What it reports; None for all but reports.
        gives_back: The ids of the messages that stand within it, as a report gives back what it is about.
        content: SHA-256 of who says what, with what came with it, in hex.
    """

    id: str
    dated: str
    refers: tuple[str, ...]
    name: str
    email: str
    sender: str
    recipients: frozenset[str]
    subject: str
    text: str
    attached: tuple[Attached, ...]
    told: frozenset[str]
    marks: Mapping[str, tuple[str, ...]]
    report: Report | None
    gives_back: tuple[str, ...]
    content: str

    @property
    def identity(self) -> str:
        """What tells it from every other: its id, or where it has none its day, and its content."""
        return "\0".join(("message", self.id or self.dated, self.content))

    def mark(self, name: str) -> str:
        """Return the first line of a name in its head; empty without."""
        return next(iter(self.marks.get(name, ())), "")


class _Bounded(Compat32):
    """Reads lines of a head as far as anybody writes them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_type = name.lower().startswith("content-")
        return name, value[: _LONGEST_TYPE if is_type else _LONGEST_LINE]


_BOUNDED: Final = _Bounded()


def read_message(raw: bytes) -> Message:
    """Return what a message says, however it is made."""
    try:
        parsed = message_from_bytes(raw, policy=_BOUNDED)
        found = _Found()
        _look(parsed, found, 0)
    except RecursionError:
        head = _HEAD_END.split(raw, maxsplit=1)[0] + b"\n\n"
        parsed, found = message_from_bytes(head, policy=_BOUNDED), _Found(told={"deep"})
    return _made(raw, parsed, found)


def _made(raw: bytes, parsed: Parsed, found: _Found) -> Message:
    marks: dict[str, tuple[str, ...]] = {}
    for key, value in islice(parsed.raw_items(), _MOST_MARKS):
        marks[key.lower()] = (*marks.get(key.lower(), ()), words_of(str(value)[:_LONGEST_LINE]))
    name, sender = _first_address(parsed, "from") or ("", "")
    _, answers = _first_address(parsed, "reply-to") or ("", "")
    text = "\n\n".join(each for each in found.texts if each)
    if len(text) > LONGEST:
        text = text[:LONGEST]
        found.told.add("cut")
    subject = words_of(next(_lines(parsed, "subject"), ""))
    digest = hashlib.sha256()
    for each in (sender, subject, text, *found.digests):
        digest.update(hashlib.sha256(each.encode()).digest())
    return Message(
        id=next(iter(_ids(parsed, "message-id")), ""),
        dated=words_of(next(_lines(parsed, "date"), "")),
        refers=tuple(dict.fromkeys((*_ids(parsed, "in-reply-to"), *_ids(parsed, "references")))),
        name=name[:_LONGEST_NAME],
        email=answers or sender,
        sender=sender,
        recipients=frozenset(_recipients(parsed)),
        subject=subject,
        text=text,
        attached=tuple(found.attached),
        told=frozenset(found.told),
        marks=marks,
        report=found.report,
        gives_back=tuple(each.decode("latin-1") for each in _GIVEN_BACK.findall(raw)[1:][:_MOST_LINES]),
        content=digest.hexdigest(),
    )


# The head ---------------------------------------------------------------------------------------------


def _lines(parsed: Parsed, name: str) -> Iterator[str]:
    """Yield the lines of a name as they stood; what is no ASCII in them is escaped, for ``words_of``."""
    found = (str(value)[:_LONGEST_LINE] for key, value in parsed.raw_items() if key.lower() == name)
    yield from islice(found, _MOST_LINES)


def _ids(parsed: Parsed, name: str) -> list[str]:
    lines = " ".join(map(words_of, _lines(parsed, name)))
    return _ID.findall(lines)[:_MOST_LINES]


def _first_address(parsed: Parsed, name: str) -> tuple[str, str] | None:
    line = next(_lines(parsed, name), "")
    if alone := _ALONE.fullmatch(" ".join(line.split())):  # an encoded word may have anything in it
        return words_of(alone[1].replace("\\", "")).strip(" \"'"), alone[2].lower()
    return next(iter(_addresses(line)), None)


def _addresses(line: str) -> list[tuple[str, str]]:
    """Return the names and addresses of a line of a head, as far as they can be made out."""
    try:
        found = getaddresses([" ".join(line.split())])
    except RecursionError:  # groups or comments in one another
        found = []
    good = [(words_of(name), email.strip().lower()) for name, email in found]
    good = [each for each in good if _EMAIL.fullmatch(each[1])]
    if good:
        return good
    sought = _ANGLED.search(line) or _EMAIL.search(line)
    name = words_of(line[: sought.start()] if sought else line).strip(" <\"'")
    return [(name, sought[0].strip("<> ").lower() if sought else "")] if line.strip() else []


def _recipients(parsed: Parsed) -> Iterator[str]:
    for name in ("to", "cc", "delivered-to", "x-original-to", "envelope-to"):
        for line in _lines(parsed, name):
            yield from (email for _, email in _addresses(line) if email)


# The body ---------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was found so far."""

    texts: list[str] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    report: Report | None = None
    parts: int = 0


def _look(part: Parsed, found: _Found, depth: int) -> None:
    """Look at a part and what stands in it."""
    found.parts += 1
    if depth > _DEEPEST or found.parts > _MOST_PARTS:
        found.told.add("deep")
        return
    kind = part.get_content_type()
    if kind in _SEALED:
        found.told.add("encrypted" if _is_encrypted(part, kind) else "signed")
        _attach(part, found)
    elif kind == "multipart/alternative":
        _choose(part, found, depth)
    elif kind == "multipart/report":
        _report(part, found, depth)
    elif kind == "message/rfc822":
        _enclosed(part, found, depth)
    elif part.is_multipart():
        if kind == "multipart/signed":
            found.told.add("signed")
        for each in _parts(part):
            _look(each, found, depth + 1)
    else:
        _leaf(part, kind, found)


def _is_encrypted(part: Parsed, kind: str) -> bool:
    smime = str(part.get_param("smime-type") or "").lower()
    return kind == "multipart/encrypted" or smime not in {"signed-data", "certs-only"}


def _parts(part: Parsed) -> list[Parsed]:
    inside = part.get_payload()
    return [each for each in inside if not isinstance(each, str)] if isinstance(inside, list) else []


def _leaf(part: Parsed, kind: str, found: _Found) -> None:
    if kind in _SIGNATURES:
        found.told.add("signed")
    elif kind == "text/calendar":
        found.told.add("calendar")
        _attach(part, found)
    elif kind in _TNEF or _name(part).lower() == "winmail.dat":
        found.told.add("tnef")
        _attach(part, found)
    elif kind.startswith("multipart/"):  # it has no border, or one that never comes
        found.texts.append(_text(part, "text/plain", found))
    elif kind in _FORMS and not _is_attached(part):
        text = _text(part, kind, found)
        if kind != "text/plain" and text:
            found.told.add("html")
        found.texts.append(text)
    else:
        _attach(part, found)


def _choose(part: Parsed, found: _Found, depth: int) -> None:
    """Take of alternatives the plain text, or the first that has words; the others say the same."""
    tried = []
    for each in _parts(part):
        one = _Found(parts=found.parts)
        _look(each, one, depth + 1)
        found.parts = one.parts
        tried.append(one)
    worded = [one for one in tried if any(one.texts)]
    best = next((one for one in worded if "html" not in one.told), None) or next(iter(worded), None)
    for one in tried:
        found.told |= one.told - ({"html"} if one is not best else set())
        found.attached += one.attached
        found.digests += one.digests
    if best:
        found.texts += best.texts


def _enclosed(part: Parsed, found: _Found, depth: int) -> None:
    for each in _parts(part):
        found.told.add("enclosed")
        names = ("from", "date", "subject")
        head = [f"{name.title()}: {words_of(next(_lines(each, name), ''))}" for name in names if name in each]
        found.texts.append("\n".join(["---- Enclosed message ----", *head]))
        _look(each, found, depth + 1)


def _report(part: Parsed, found: _Found, depth: int) -> None:
    """Read a report; what is given back with it is no text of its own."""
    for each in _parts(part):
        kind = each.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            found.report = _delivery(each)
        elif kind == "message/disposition-notification":
            found.report = Report(action="read")
        elif kind in _FORMS or kind.startswith("multipart/"):
            _look(each, found, depth + 1)


def _delivery(part: Parsed) -> Report:
    for block in _parts(part):
        if action := words_of(next(_lines(block, "action"), "")).lower():
            status = re.match(r"[245]\.\d{1,3}\.\d{1,3}", words_of(next(_lines(block, "status"), "")))
            return Report(action=action.split()[0], status=status[0] if status else "")
    return Report(action="failed")


def _is_attached(part: Parsed) -> bool:
    return str(part.get("content-disposition") or "").strip().lower().startswith("attachment")


def _name(part: Parsed) -> str:
    try:
        return words_of(str(part.get_filename() or ""))
    except (ValueError, LookupError):  # a parameter in no form at all
        return ""


def _bytes(part: Parsed, found: _Found) -> bytes:
    encoding = words_of(next(_lines(part, "content-transfer-encoding"), ""))
    del part["content-transfer-encoding"]  # so that the parser gives the body as it stood
    body = part.get_payload(decode=True)
    data, damaged = undone(body if isinstance(body, bytes) else b"", encoding)
    if damaged:
        found.told.add("damaged")
    return data


def _text(part: Parsed, kind: str, found: _Found) -> str:
    data = _bytes(part, found)
    text, guessed = decoded(data, _parameter(part, "charset"))
    if guessed and not data.isascii():
        found.told.add("charset")
    if kind == "text/html":
        text = text_of_html(text)
    elif kind in {"text/enriched", "text/richtext"}:
        text = _ENRICHED.sub("", _without_parameters(text)).replace("<<", "<")
    elif _parameter(part, "format").lower() == "flowed":
        text = unflowed(text, without_space=_parameter(part, "delsp").lower() == "yes")
    text = in_lines(text[: 2 * LONGEST])
    if "-----BEGIN PGP MESSAGE-----" in text:
        found.told.add("encrypted")
    elif "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        found.told.add("signed")
    return text


def _without_parameters(text: str) -> str:
    """Return enriched text without what its commands are told; a command that has no end is text."""
    (begins, ends), kept, at = _PARAMETER, list[str](), 0
    while (begin := text.find(begins, at)) >= 0 and (end := text.find(ends, begin)) >= 0:
        kept.append(text[at:begin])
        at = end + len(ends)
    return "".join([*kept, text[at:]])


def _parameter(part: Parsed, name: str) -> str:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError):
        return ""
    # RFC 2231 has a set, a language and a value.
    return one_line(str(value[2] if isinstance(value, tuple) else value or ""))


def _attach(part: Parsed, found: _Found) -> None:
    if part.is_multipart():
        return
    data = _bytes(part, found)
    if data:
        kind = "text" if part.get_content_type().startswith("text/") else kind_of(data) or "another kind"
        found.attached.append(Attached(kind=kind, size=len(data)))
        found.digests.append(hashlib.sha256(data).hexdigest())
