"""Mail as people look at it: what came and what became of it, what waits, what goes and what did not.

Nothing here tells a name, an address or a word of a message: these are read in a case, once that is on
record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.casework import correspondence, sending
from flows.casework.arrivals import BY_MAIL
from flows.casework.mail_journal import journal_of
from flows.casework.mail_settings import mail_settings
from flows.casework.views import Waiting, waiting
from flows.catalogue.search import Which
from flows.domain.errors import MalformedError, PitError
from flows.domain.procedure import Stage
from flows.sources import aside, inbox
from flows.sources.item import tag_of
from flows.sources.mail.journal import Came as Row  # noqa: TC001 - read from what a registrar answers
from flows.sources.mail.journal import Tried  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.correspondence import Letter
    from flows.casework.office import Office

MOST: Final = 50
"""Rows of a list."""


class Became(StrEnum):
    """What became of a message."""

    INBOX = "inbox"
    ASIDE = "aside"
    WAITS = "waits"
    PUT_BY = "put-by"
    CASE = "case"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message, and what became of it.

    Attributes:
        item: What stands for it among what was set aside; empty where it is not there.
    """

    message: Row
    became: Became
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A message in a case.

    Attributes:
        own: Whether it is from the applicant's address; None where the request gives none, or that cannot be
            told.
    """

    reference: str
    tag: str
    received: datetime
    what: str
    own: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """A letter whose sending was cut off: the relay has it, or nobody knows."""

    reference: str
    document: str
    at: datetime | None
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is kept of mail beside the register.

    Attributes:
        settings: Why mail cannot come or go, as a sentence; empty where it can.
        looked: When the mailbox was last looked at, UTC; None where that is not known.
        sends: Whether letters can go by mail.
        waiting: Messages that wait in cases for a person.
        arrived: Messages, the newest first: one page of them; ``count`` says how many there are.
        closed: Why letters that were cut off cannot be looked at; empty where they can.
    """

    settings: str
    looked: datetime | None
    sends: bool
    waiting: tuple[Came, ...]
    arrived: tuple[Arrived, ...]
    count: int
    page: int
    pages: int
    unsure: tuple[Unsure, ...]
    closed: str
    failed: tuple[Tried, ...]
    sent: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The mail of the authority.

    Attributes:
        to_send: Published letters that were not sent yet; ``to_send_count`` says how many.
    """

    listed: Listed
    to_send: tuple[Waiting, ...]
    to_send_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InCase:
    """The mail of one case.

    Attributes:
        waiting: Messages that wait for a person.
        failed: Letters that did not go, and have not gone since.
        sendable: Documents that can be sent by mail now.
    """

    waiting: tuple[Came, ...]
    put_by: tuple[Came, ...]
    unsure: tuple[Unsure, ...]
    failed: tuple[Tried, ...]
    sendable: tuple[str, ...]


def mail(office: Office, page: int) -> Mail:
    """Return the mail of the authority, of what came one page."""
    clock = office.clock(office.register.policy())
    rows, count = office.catalogue.some(Which(at=Stage.PUBLISHED), clock, most=MOST)
    return Mail(
        listed=listed(office, page),
        to_send=tuple(waiting(row, clock) for row in rows),
        to_send_count=count,
    )


def listed(office: Office, page: int) -> Listed:
    """Return what is kept of mail beside the register, of what came one page."""
    if there := office.keys_elsewhere:
        return there.ask("listed-mail", Listed, page=page)
    problem, sends = _settings(office)
    unsure, closed = _unsure(office)
    with journal_of(office) as journal:
        count = journal.count()
        pages = max(1, -(-count // MOST))
        page = min(max(1, page), pages)
        came = journal.newest(MOST, (page - 1) * MOST)
        failed, sent = (tuple(journal.letters(failed=which, most=MOST)) for which in (True, False))
    looked = office.home.mail_looked
    return Listed(
        settings=problem,
        looked=datetime.fromtimestamp(looked.stat().st_mtime, UTC) if looked.exists() else None,
        sends=sends,
        waiting=waits(office),
        arrived=tuple(_arrived(office, came)),
        count=count,
        page=page,
        pages=pages,
        unsure=unsure,
        closed=closed,
        failed=failed,
        sent=sent,
    )


def in_case(office: Office, reference: str) -> InCase:
    """Return the mail of a case."""
    if there := office.keys_elsewhere:
        return there.ask("mail-in-case", InCase, reference=reference)
    case = office.register.dossier(reference).case
    published = [name for name in case.documents if case.stage(name) is Stage.PUBLISHED]
    failed: tuple[Tried, ...] = ()
    if office.home.mail_journal.exists():
        with journal_of(office) as journal:
            failed = tuple(
                each
                for each in journal.letters(failed=True, most=MOST)
                if each.reference == reference and each.document in published
            )
    _, sends = _settings(office)
    return InCase(
        waiting=tuple(
            _came(each, own=_is_from(office, each)) for each in correspondence.waiting_in(office, reference)
        ),
        put_by=tuple(map(_came, correspondence.put_by_in(office, reference))),
        unsure=_unsure(office, reference)[0],
        failed=failed,
        sendable=tuple(published) if sends else (),
    )


def waits(office: Office) -> tuple[Came, ...]:
    """Return the messages that wait in cases for a person."""
    if office.keys_elsewhere:
        return listed(office, 1).waiting
    return tuple(map(_came, correspondence.waiting_in(office)))


def _came(letter: Letter, *, own: bool | None = None) -> Came:
    return Came(
        reference=letter.reference, tag=letter.tag, received=letter.received, what=letter.what, own=own
    )


def _is_from(office: Office, letter: Letter) -> bool | None:
    try:
        return correspondence.is_from_applicant(office, letter)
    except PitError:
        return None


def _settings(office: Office) -> tuple[str, bool]:
    try:
        settings = mail_settings(office.home)
    except MalformedError as error:
        return str(error), False
    return "", settings is not None and settings.relay is not None


def _unsure(office: Office, reference: str | None = None) -> tuple[tuple[Unsure, ...], str]:
    try:
        found = sending.being_sent(office, reference)
    except PitError as error:
        return (), str(error)
    return tuple(
        Unsure(reference=each.reference, document=each.document, at=each.at, taken=each.taken)
        for each in found
        if each.reference and not each.recorded
    ), ""


def _arrived(office: Office, came: list[Row]) -> Iterator[Arrived]:
    """Yield what became of messages: where each lies now, as the folders say."""
    home = office.home
    here = {_tag(path.name) for path in inbox.waiting(home.inbox)}
    set_aside = {_tag(path.name): tag_of(path) for path in aside.kept(home.set_aside)}
    wait = {each.tag for each in correspondence.waiting_in(office)}
    for each in came:
        if each.tag in here:
            yield Arrived(message=each, became=Became.INBOX)
        elif each.tag in set_aside:
            yield Arrived(message=each, became=Became.ASIDE, item=set_aside[each.tag])
        elif each.tag in wait:
            yield Arrived(message=each, became=Became.WAITS)
        elif each.reference:
            is_request = each.what == "request"
            yield Arrived(message=each, became=Became.CASE if is_request else Became.PUT_BY)
        else:
            yield Arrived(message=each, became=Became.GONE)


def _tag(name: str) -> str:
    found = BY_MAIL.match(name)
    return found[1] if found else ""
