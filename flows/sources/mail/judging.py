"""What a message is: a request, an answer in a case, or what nobody has to answer. Pure.

A message belongs to a case by an id or an address of ours that it names, and by nothing else: each has a mark
that only the authority can compute, so that nobody can put a message into a case by guessing. A reference in
a subject is a suggestion for whoever looks.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.domain.errors import MalformedError
from flows.domain.reference import PATTERN, parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from flows.sources.mail.message import Message

_MARK_BYTES: Final = 10
_TOKEN: Final = re.compile(r"(?<![a-z2-7])([a-z2-7]{2,120})\.([a-z2-7]{16})(?![a-z2-7])", re.IGNORECASE)
_MOST_HOPS: Final = 60
"""Lines of ``Received`` after which a message goes round in circles."""
_LIST_PRECEDENCE: Final = frozenset({"list", "bulk", "junk"})
_AUTO_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply"})
_AUTO_MARKS: Final = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoreply-from")
_AUTO_SUBJECT: Final = re.compile(
    r"\s*(?:automatic reply|auto(?:-| )?reply|out of (?:the )?office|automatische antwort"
    r"|r[ée]ponse automatique|ateb awtomatig|allan o'r swyddfa)\b",
    re.IGNORECASE,
)
_MACHINE: Final = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|maildaemon)@", re.IGNORECASE)
_BOUNCED: Final = re.compile(
    r"\b(?:undeliver(?:able|ed)|delivery (?:status notification|has failed|failure)|returned mail"
    r"|failure notice|mail delivery (?:failed|system|failure)|could not be delivered"
    r"|message not delivered)\b",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(rf"(?<![\w/.-]){PATTERN}")


class What(StrEnum):
    """What a message is."""

    REQUEST = "request"
    REPLY = "reply"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    AUTO_REPLY = "auto-reply"
    LIST = "list"
    SPAM = "spam"
    LOOP = "loop"
    CALENDAR = "calendar"
    EMPTY = "empty"
    NOBODY = "nobody"
    SUGGESTED = "suggested"


WHY: Final = {
    What.BOUNCE: "it reports that a message could not be delivered, and names none that was sent from here",
    What.RECEIPT: "it reports that a message was delivered or read, and names none that was sent from here",
    What.AUTO_REPLY: "a machine sent it, as it says itself, and it answers nothing that was sent from here",
    What.LIST: "it came by a mailing list, as it says itself",
    What.SPAM: "the mail system calls it unwanted",
    What.LOOP: "it was sent from here, or goes round in circles",
    What.CALENDAR: "it is an entry for a calendar, and asks for nothing in words",
    What.EMPTY: "it has no words that can be read, and nothing came with it that could have some",
    What.NOBODY: (
        "its head does not say to which address an answer would go, section 8(1)(b); look whether its words "
        "do"
    ),
    What.SUGGESTED: (
        "it names {case}, and answers nothing that was sent from here; if it belongs there, hand in the "
        "message beside this with an act on that case; if it asks for something else, take it in again"
    ),
}
"""Why a message is set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is known here by which messages are judged.

    Attributes:
        addresses: The authority's own, lower case.
        lists: Ids of mailing lists that are the authority's own way of sharing its mailbox, lower case.
        spam: The line by which the mail system calls a message unwanted: its lower-case name, and how what it
            says begins; None where nothing does.
        mark: Returns a keyed digest that only the authority can compute.
        knows: Tells whether there is a case of a reference, and returns it as the register has it.
    """

    addresses: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    spam: tuple[str, str] | None = None
    mark: Callable[[bytes], bytes]
    knows: Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a message is, and where it belongs.

    Attributes:
        case: The reference of the case that it belongs to; empty where it names none.
        why: Why it is set aside; empty for a request, and for what belongs to a case.
    """

    what: What
    case: str = ""
    why: str = ""


def token_of(reference: str, about: str, mark: Callable[[bytes], bytes]) -> str:
    """Return what stands for a case in an id or an address of ours; ``about`` tells two of a case apart."""
    said = _plain(f"{reference}|{about}" if about else reference)
    return f"{said}.{_plain_bytes(mark(_marked(said))[:_MARK_BYTES])}"


def case_of_token(text: str, mark: Callable[[bytes], bytes]) -> str | None:
    """Return the reference that a text has a token of ours for; None for a text that has none."""
    for found in _TOKEN.finditer(text):
        said, given = found[1].lower(), found[2].lower()
        if given == _plain_bytes(mark(_marked(said))[:_MARK_BYTES]):
            return _said(said).partition("|")[0]
    return None


def judge(message: Message, ours: Ours) -> Judged:
    """Return what a message is: whatever else it is, it belongs to the case that it names by a token."""
    what = next((what for what, is_ in _SIGNS if is_(message, ours)), None)
    if what is not What.LOOP and (case := _case(message, ours)):
        return Judged(what=what or What.REPLY, case=case)
    if what is None and (case := _suggested(message, ours)):
        return Judged(what=What.SUGGESTED, why=WHY[What.SUGGESTED].format(case=case))
    return Judged(what=what or What.REQUEST, why=WHY[what] if what else "")


def _case(message: Message, ours: Ours) -> str | None:
    for text in (*message.recipients, *message.refers, *message.gives_back):
        reference = case_of_token(text, ours.mark)
        if reference and (case := ours.knows(reference)):
            return case
    return None


def _suggested(message: Message, ours: Ours) -> str | None:
    """Return the case whose reference stands in the subject."""
    for found in _REFERENCE.finditer(message.subject):
        for text in _shorter(found[0]):
            if any(c.isdigit() for c in text) and _is_reference(text) and (case := ours.knows(text)):
                return case
    return None


def _shorter(text: str) -> Iterator[str]:
    yield text
    yield text.rstrip("./-_")


def _is_reference(text: str) -> bool:
    try:
        return bool(parse_reference(text))
    except MalformedError:
        return False


# What a message says of itself, the surest sign first -------------------------------------------------


def _loops(message: Message, ours: Ours) -> bool:
    return (
        message.email in ours.addresses
        or any(case_of_token(each, ours.mark) is not None for each in (message.id, message.email))
        or len(message.marks.get("received", ())) > _MOST_HOPS
    )


def _bounces(message: Message, _: Ours) -> bool:
    if message.report is not None:
        return message.report.action in {"failed", "delayed"}
    nobody = message.mark("return-path").replace(" ", "") == "<>" or bool(_MACHINE.match(message.sender))
    return "x-failed-recipients" in message.marks or (nobody and bool(_BOUNCED.search(message.subject)))


def _reports(message: Message, _: Ours) -> bool:
    return message.report is not None


def _is_automatic(message: Message, _: Ours) -> bool:
    submitted = message.mark("auto-submitted").lower().partition(";")[0].strip()
    nobody = message.mark("return-path").replace(" ", "") == "<>"
    return (
        submitted not in {"", "no"}
        or any(_says_yes(message.marks.get(name, ())) for name in _AUTO_MARKS)
        or message.mark("precedence").lower() in _AUTO_PRECEDENCE
        or (bool(_AUTO_SUBJECT.match(message.subject)) and (nobody or bool(message.refers)))
        or nobody
    )


def _says_yes(lines: Iterable[str]) -> bool:
    return any(line.lower() not in {"no", "false", "0"} for line in lines)


def _is_of_a_list(message: Message, ours: Ours) -> bool:
    list_id = message.mark("list-id").lower()
    if any(own in list_id for own in ours.lists):
        return False
    marked = any(name in message.marks for name in ("list-id", "list-post", "list-unsubscribe"))
    return marked or message.mark("precedence").lower() in _LIST_PRECEDENCE


def _is_unwanted(message: Message, ours: Ours) -> bool:
    if ours.spam is None:
        return False
    name, begins = ours.spam
    return any(line.lower().startswith(begins.lower()) for line in message.marks.get(name, ()))


def _is_calendar(message: Message, _: Ours) -> bool:
    whole = message.mark("content-type").lower().startswith("text/calendar")
    return "calendar" in message.told and (whole or not message.text)


def _is_empty(message: Message, _: Ours) -> bool:
    return not message.text.strip() and not message.attached


_SIGNS: Final = (
    (What.LOOP, _loops),
    (What.BOUNCE, _bounces),
    (What.RECEIPT, _reports),
    (What.SPAM, _is_unwanted),
    (What.AUTO_REPLY, _is_automatic),
    (What.LIST, _is_of_a_list),
    (What.CALENDAR, _is_calendar),
    (What.EMPTY, _is_empty),
    (What.NOBODY, lambda message, _: not message.email),
)


def _marked(said: str) -> bytes:
    return b"mail of a case\0" + said.encode()


def _plain(text: str) -> str:
    return _plain_bytes(text.encode())


def _plain_bytes(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _said(plain: str) -> str:
    try:
        return base64.b32decode(plain.upper() + "=" * (-len(plain) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
