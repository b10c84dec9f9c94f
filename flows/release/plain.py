"""Plain text, tables in plain text, and e-mails."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import count
from typing import TYPE_CHECKING, Final, cast

from flows.release.noticing import THE_FILE, finding, unread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from flows.domain.errors import MalformedError
    from flows.domain.finding import Finding

_FINE: Final = frozenset("\t\n\r\f")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of characters that nobody sees; those that join letters are needed by some scripts."""
_JOINERS: Final = frozenset("\u200c\u200d\u00ad\ufeff")
_SPELT: Final = re.compile(
    "[\u200c\u200d\u00ad\ufeff\ufe00-\ufe0f]{3}|(?<=[ -~])[\u200c\u200d\ufeff](?=[ -~])"
    "|[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U000e0001-\U000e01ef]"
)
"""Characters that nobody sees where no script needs them, so that they may spell something."""
# From the first space of several on, and without going back: else a long run of them takes its square.
_FAR: Final = re.compile(r"(?<![ \t])[ \t]{200,}+\S|(?<![ \t\r\n])(?:[ \t\r]*+\n){100,}+[ \t\r]*+\S")
_FORMULA: Final = re.compile(r"\s*\"?(?:=|[-+@][A-Za-z.]+\(|[-+@][^|]*\|[^!]*!)")
"""How a cell begins that a spreadsheet takes for more than a number or words."""
_SHOWN_HEADERS: Final = frozenset(
    {"from", "to", "cc", "date", "subject", "mime-version", "content-type", "content-transfer-encoding"}
    | {"content-language", "content-disposition"}
)
_MOST_PARTS: Final = 100
_LONGEST_HEADER: Final = 1_000
"""Characters of a header that says what a part is, in which Python's parser takes their square."""


def look_at_text(data: bytes, _own: frozenset[str] = frozenset(), place: str = THE_FILE) -> Iterator[Finding]:
    """Yield what plain text has that nobody sees.

    Raises:
        MalformedError: It is no text in UTF-8, in UTF-16 with its mark, or in the code page of Windows.
    """
    yield from _unseen(_decoded(data, place), place)


def look_at_table(data: bytes, _own: frozenset[str]) -> Iterator[Finding]:
    """Yield what a table in plain text has that nobody sees, or that a spreadsheet would carry out."""
    text = _decoded(data, THE_FILE)
    yield from _unseen(text, THE_FILE)
    for number, line in enumerate(text.splitlines(), start=1):
        if any(map(_FORMULA.match, [*re.split("[,;\t]", line), *line.split("|")])):
            yield finding("HIDDEN_ACTIVE", f"line {number}", "A spreadsheet would take a cell for a formula.")


def _decoded(data: bytes, place: str) -> str:
    # Excel writes a table in the code page of Windows unless it is told otherwise.
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise unread("It is no plain text", place)


def spells_unseen(text: str) -> bool:
    """Return whether a text has characters that nobody sees, and that no script needs where they stand."""
    return not text.isascii() and _SPELT.search(text) is not None


def _unseen(text: str, place: str) -> Iterator[Finding]:
    if _FAR.search(text):
        yield finding("HIDDEN_TEXT", place, "Words stand far behind empty lines or spaces.")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.isascii() and line.isprintable():
            continue
        if _SPELT.search(line) or any(
            each not in _FINE | _JOINERS and unicodedata.category(each) in _UNSEEN for each in line
        ):
            where = f"line {number}" if place == THE_FILE else place
            yield finding("HIDDEN_TEXT", where, "The text has characters that nobody sees.")


def look_at_mail(data: bytes, _own: frozenset[str]) -> Iterator[Finding]:
    """Yield the headers, the parts and the attachments of an e-mail that its reader does not see.

    Raises:
        MalformedError: It has no headers of an e-mail, or parts that cannot be read.
    """
    message = _parsed(data)
    if not {"from", "date"} <= {name.casefold() for name in message.keys()}:  # noqa: SIM118 - one of several values
        raise unread("Its content is not what its name says")
    for name in {name.casefold() for name in message.keys()} - _SHOWN_HEADERS:  # noqa: SIM118 - as above
        yield finding("HIDDEN_HEADERS", "the headers", _header(name))
    yield from _parts(message)


class _Policy(policy.EmailPolicy):
    def header_fetch_parse(self, name: str, value: str) -> str:
        if len(value) > _LONGEST_HEADER:
            raise _damaged(THE_FILE)
        parsed: str = super().header_fetch_parse(name, value)
        return parsed


def _parsed(data: bytes) -> EmailMessage:
    parts = count(1)

    def part(policy: policy.Policy[Message]) -> Message:
        if next(parts) > _MOST_PARTS:
            raise _damaged(f"part {_MOST_PARTS + 1}")
        return EmailMessage(policy)

    bounded = _Policy(message_factory=part)
    return cast("EmailMessage", BytesParser(policy=bounded).parsebytes(data))


def _damaged(place: str) -> MalformedError:
    return unread("It is damaged: its parts cannot be read", place)


def _header(name: str) -> str:
    known = {
        "bcc": "The e-mail names who had a blind copy.",
        "received": "The e-mail says which way it came.",
    }
    return known.get(name, "The e-mail has headers beside sender, recipients, day and subject.")


def _parts(message: EmailMessage) -> Iterator[Finding]:
    if (message.preamble and message.preamble.strip()) or (message.epilogue and message.epilogue.strip()):
        yield finding("HIDDEN_OUTSIDE", THE_FILE, "There is text before or after the parts of the e-mail.")
    for number, part in enumerate(message.walk(), start=1):
        place = f"part {number}"
        if part.defects:
            raise _damaged(place)
        if number > 1 and {name.casefold() for name in part.keys()} - _SHOWN_HEADERS:  # noqa: SIM118 - as above
            yield finding("HIDDEN_HEADERS", place, "A part of the e-mail has headers beside the usual ones.")
        if part.get_content_type() == "message/rfc822":
            yield finding("HIDDEN_FILE", place, "Another e-mail is attached.")
        elif part.get_content_type() == "multipart/alternative":
            yield finding("HIDDEN_TWICE", place, "The message is there in two forms, and only one is shown.")
        elif part.is_multipart():
            continue
        elif part.is_attachment() or part.get_content_maintype() != "text":
            yield finding("HIDDEN_FILE", place, "A file is attached.")
        elif part.get_content_subtype() != "plain":
            yield finding("HIDDEN_TEXT", place, "The message is HTML, in which text can be hidden.")
        else:
            payload = part.get_payload(decode=True)
            yield from look_at_text(payload if isinstance(payload, bytes) else b"", place=place)
