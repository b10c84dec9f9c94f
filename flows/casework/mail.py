"""Taking the mail in: a request becomes an item of the inbox; what belongs to a case waits for a person.

Each message is taken in once, killed at whatever point: what is made of it is written under a name that
nobody looks at, then the message is remembered, then that name is made plain, and last the message is moved
to a folder of its mailbox. Nothing is answered, and nothing is deleted.

Where the home is elsewhere, each message is handed to the registrar, which does the same with it, and here
the mailbox alone is known: what is the authority's own, and what was taken in before, the registrar knows.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework.arrivals import tell_of_set_aside
from flows.casework.correspondence import folders_in, waiting_in
from flows.casework.mail_journal import noted
from flows.casework.mail_settings import mail_settings
from flows.domain.errors import PitError, RefusedError
from flows.domain.local_day import local_day
from flows.domain.procedure import Role
from flows.domain.reference import slug
from flows.notices.notice import MessageCame, write_notice
from flows.sources import aside
from flows.sources.copying import let_rest
from flows.sources.item import ATTACHMENTS, MESSAGE, REQUEST, WHY
from flows.sources.mail.decoding import one_line
from flows.sources.mail.journal import Came
from flows.sources.mail.judging import Judged, Ours, judge
from flows.sources.mail.mailbox import MOST, TIMEOUT, Maildir, opened_imap
from flows.sources.mail.memory import Memory
from flows.sources.mail.message import TOLD, read_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flows.casework.mail_settings import MailSettings
    from flows.casework.office import Office
    from flows.sources.mail.mailbox import Mailbox
    from flows.sources.mail.message import Message

_FIRST: Final = datetime.combine(date(2005, 1, 1), time(12), UTC)
"""When the right of access began, FOIA s.1: a mail system that says an earlier day does not know it."""
_LOOK_SECONDS: Final = 3.0
"""To wait for an answer of a server, where all else that ``up`` does waits too."""
_SUBJECT: Final = "Request received by e-mail"
"""The label of such a case in clear, until somebody gives it one: what a subject says may be personal."""
_HIDDEN: Final = ".mail-"
_NO_SETTINGS: Final = (
    "The registrar's home has no mail.toml, which says by which addresses and lists mail is judged; write "
    "one there, with address and without a mailbox."
)
_TOO_LARGE: Final = (
    f"the message is larger than {MOST >> 20} MiB: its beginning alone is here, and the whole in its mailbox"
)
_ERASED: Final = "it belongs to {case}, whose key was destroyed, so that nothing more can be kept there"
_NO_WORDS: Final = "The message has no words of its own; what is asked stands in what came with it."
_NOT_GIVEN: Final = "not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one message; its tag stands for it.

    Attributes:
        again: Whether it had been taken in before.
    """

    tag: str
    judged: Judged
    again: bool = False


def summed_up(taken: Sequence[Taken]) -> str:
    """Return what became of messages, in a few words of which none is theirs."""
    new = [each.judged for each in taken if not each.again]
    aside_ = Counter(each.what for each in new if each.why)
    cases = Counter(f"{each.what} in {each.case}" for each in new if not each.why and each.case)
    put = sum(not each.why and not each.case for each in new)
    again = len(taken) - len(new)
    told = [
        *([f"{put} put into the inbox"] if put else []),
        *(f"{number} {what}" for what, number in cases.items()),
        *(f"{number} set aside ({what})" for what, number in aside_.items()),
        *([f"{again} taken in before"] if again else []),
    ]
    return "; ".join(told)


def waits(office: Office, *, now: float, every: float) -> bool:
    """Tell whether the mailbox is to be looked at: something is in the Maildir, or the server's turn came.

    Args:
        now: Seconds since 1970.
        every: Seconds between two looks at a server.
    """
    settings = mail_settings(office.home)
    if settings is None or (settings.imap is None and settings.maildir is None):
        return False
    if settings.maildir is not None:
        return next(Maildir(settings.maildir).waiting(), None) is not None
    looked = office.home.mail_looked
    return not looked.exists() or abs(now - looked.stat().st_mtime) >= every


def has_arrived(office: Office, *, now: float, every: float) -> bool:
    """Tell whether there is something to take in: a server is asked for it once its turn came.

    One that does not answer is for ``take_in`` to tell of, and so is what a killed one left to do.

    Args:
        now: Seconds since 1970.
        every: Seconds between two looks at a server.
    """
    if not waits(office, now=now, every=every):
        return False
    settings = mail_settings(office.home)
    if settings is None or settings.imap is None or _unfinished(office).exists():
        return True
    try:
        with opened(settings, patience=_LOOK_SECONDS) as mailbox:
            found = next(mailbox.waiting(), None) is not None
    except (OSError, PitError):
        return True
    if not found:
        office.home.mail_looked.touch()
    return found


def opened(settings: MailSettings, *, patience: float = TIMEOUT) -> AbstractContextManager[Mailbox]:
    """Hold the mailbox of the settings open.

    Args:
        patience: Seconds to wait for each answer of a server.

    Raises:
        RegisterError: it does not answer.
        RefusedError: none is named.
    """
    if settings.maildir is not None:
        return nullcontext(Maildir(settings.maildir))
    if settings.imap is None:
        raise RefusedError("mail.toml names no mailbox, under [receive].")
    server = settings.imap
    return opened_imap(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        folder=settings.folders[0],
        context=server.context(),
        patience=patience,
    )


def take_in(office: Office) -> list[Taken]:
    """Take in every message of the mailbox that the settings name.

    Raises:
        RegisterError: the mailbox does not answer; what was taken in by then is.
    """
    settings = mail_settings(office.home)
    if settings is None or (settings.imap is None and settings.maildir is None):
        return []
    _unfinished(office).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _unfinished(office).touch()
    try:
        with _alone(office), _taking(office, settings) as take, opened(settings) as mailbox:
            office.home.mail_looked.touch()
            return [*_all(settings, mailbox, take)]
    finally:
        tell(office)
        _unfinished(office).unlink(missing_ok=True)


def _unfinished(office: Office) -> Path:
    """Return what is there while mail is taken in, and after that was killed."""
    return office.home.state / "mail-unfinished"


def tell(office: Office) -> None:
    """Tell of each message that was set aside, and of each that waits in a case, once."""
    if office.keys_elsewhere:
        office.keys_elsewhere.ask("told-of-mail", bool)
        return
    tell_of_set_aside(office)
    for letter in waiting_in(office):
        about = MessageCame(reference=letter.reference, tag=letter.tag, what=letter.what)
        if not office.outbox.has_told(about):
            dossier = office.register.dossier(letter.reference)
            people = dossier.policy.holders(Role.FOI_OFFICER) - dossier.case.life.aside
            office.outbox.tell(write_notice(about, people))


@contextmanager
def _alone(office: Office) -> Iterator[None]:
    office.home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with disk.locked(office.home.state / "mail.lock"):
        yield


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Read:
    """A message, as it was read from a mailbox, or its beginning where it is too large."""

    raw: bytes
    received: datetime
    whole: bool


@contextmanager
def _taking(office: Office, settings: MailSettings) -> Iterator[Callable[[_Read], Taken]]:
    """Give what takes one message in: here, or where the case keys are."""
    there = office.keys_elsewhere
    if there:
        yield lambda each: there.ask(
            "receive-message", Taken, raw=each.raw, received=each.received, whole=each.whole
        )
        return
    office.register.check_not_stopped()
    with closing(_memory(office)) as memory:
        settle(office, memory)
        ours = ours_of(office, settings)
        yield lambda each: _one(office, memory, ours, each)


def _memory(office: Office) -> Memory:
    return Memory(office.home.mail_memory, office.vault.digest)


def _all(settings: MailSettings, mailbox: Mailbox, take: Callable[[_Read], Taken]) -> Iterator[Taken]:
    failed: PitError | None = None
    for waiting in mailbox.waiting():
        try:
            raw = mailbox.read(waiting)
            taken = take(_Read(raw=raw, received=waiting.received, whole=waiting.size <= MOST))
            mailbox.put_by(waiting, settings.folders[2 if taken.judged.why else 1])
            yield taken
        except PitError as error:  # it must not hold up the others
            failed = failed or error
    if failed:
        raise failed


def receive(office: Office, raw: bytes, received: datetime, *, whole: bool) -> Taken:
    """Take in a message that was read elsewhere, as one that was read here; asked again, once.

    Args:
        received: When the mail system received it.
        whole: Whether that is all of it.

    Raises:
        RefusedError: writing was stopped, or no settings say how mail is judged here.
    """
    settings = mail_settings(office.home)
    if settings is None:
        raise RefusedError(_NO_SETTINGS)
    office.register.check_not_stopped()
    with _alone(office), closing(_memory(office)) as memory:
        return _one(office, memory, ours_of(office, settings), _Read(raw=raw, received=received, whole=whole))


def settle_and_tell(office: Office) -> None:
    """Finish what a kill left, and tell of what came."""
    with _alone(office), closing(_memory(office)) as memory:
        settle(office, memory)
    tell(office)


def ours_of(office: Office, settings: MailSettings) -> Ours:
    """Return by what messages are judged here."""

    def knows(reference: str) -> str | None:
        found = office.register.find(reference)
        return found.case.reference if found else None

    return Ours(
        addresses=settings.own,
        lists=settings.lists,
        spam=settings.spam,
        mark=office.vault.digest,
        knows=knows,
    )


def settle(office: Office, memory: Memory) -> None:
    """Finish what a kill left: what was remembered is made plain, the rest is thrown away and read again."""
    places = (office.home.inbox, office.home.set_aside, *folders_in(office.home.correspondence))
    for place in places:
        for path in sorted(place.glob(f"{_HIDDEN}*")) if place.is_dir() else ():
            if memory.has(path.name.removeprefix(_HIDDEN).partition("-")[0]):
                _plain(path)
            else:
                disk.discard(path)


def _one(office: Office, memory: Memory, ours: Ours, read: _Read) -> Taken:
    message = read_message(read.raw)
    tag, judged = memory.tag_of(message.identity), judge(message, ours)
    if not read.whole:
        judged = Judged(what=judged.what, why=_TOO_LARGE)
    if memory.has(tag):
        settle(office, memory)
        noted(office, lambda journal: journal.came_again(tag))
        return Taken(tag=tag, judged=judged, again=True)
    received = _received(read.received, office.now())
    if judged.case and not judged.why:
        case = office.register.dossier(judged.case).case
        if case.erased:
            judged = Judged(what=judged.what, why=_ERASED.format(case=case.reference))
    came = _Came(tag=tag, judged=judged, message=message, raw=read.raw, received=received)
    noted(office, lambda journal: journal.came(came.row))
    hidden = _in_a_case(office, came) if judged.case and not judged.why else _as_an_item(office, came)
    memory.remember(message.identity)
    _plain(hidden)
    return Taken(tag=tag, judged=judged)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Came:
    """A message, read and judged."""

    tag: str
    judged: Judged
    message: Message
    raw: bytes
    received: datetime

    @property
    def row(self) -> Came:
        """What the list of mail says of it."""
        judged = self.judged
        case = "" if judged.why else judged.case
        return Came(tag=self.tag, received=self.received, what=judged.what, reference=case, why=judged.why)


def _received(said: datetime, now: datetime) -> datetime:
    """Return when a message was received: as the mail system says, where that can be; else now."""
    return said if _FIRST <= said <= now else now


def _plain(hidden: Path) -> None:
    """Give what was made of a message the name under which others find it."""
    hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
    disk.sync(hidden.parent)


def _as_an_item(office: Office, came: _Came) -> Path:
    """Write a message as an item, durably, where nobody looks yet; return where."""
    place = office.home.set_aside if came.judged.why else office.home.inbox
    hidden = place / f"{_HIDDEN}{came.tag}"
    disk.discard(hidden)
    request = request_of(came.message, office.register.policy().authority, local_day(came.received))
    disk.create(hidden / REQUEST, request.encode())
    disk.create(hidden / ATTACHMENTS / MESSAGE, came.raw or b"\n")
    if came.judged.why:
        disk.create(hidden / WHY, aside.why_not_taken([came.judged.why, *_told(came.message)]))
    disk.sync(hidden)
    disk.sync(place)
    if place == office.home.inbox:
        let_rest(hidden)
    return hidden


def _told(message: Message) -> list[str]:
    return [TOLD[each] for each in sorted(message.told)]


def request_of(message: Message, authority: str, received: date) -> str:
    """Return ``request.yaml`` for a message: its words, below its subject, sealed; nothing of it in clear."""
    text = message.text or _NO_WORDS
    subject = f"Subject: {message.subject}\n\n" if message.subject else ""
    lines = [f"  {line}".rstrip() for line in f"{subject}{text}".split("\n")]
    told = [f"# Of the message: {each}." for each in _told(message)]
    email = [f"  email: {_quoted(message.email)}"] if message.email else []
    return "\n".join(
        [
            f"authority: {_quoted(authority)}",
            f"received: {received.isoformat()}",
            f"subject: {_SUBJECT}",
            "applicant:",
            f"  name: {_quoted(message.name or _NOT_GIVEN)}",
            *email,
            *told,
            "text: |2",
            *lines,
            "",
        ]
    )


def _quoted(text: str) -> str:
    return "'{}'".format(one_line(text).replace("'", "''"))


def _in_a_case(office: Office, came: _Came) -> Path:
    """Seal a message to the key of its case, under a name that says when it came and what it is."""
    case = office.register.dossier(came.judged.case).case
    folder = office.home.correspondence / slug(case.reference)
    hidden = folder / f"{_HIDDEN}{came.tag}-{came.received:%Y%m%dT%H%M}-{came.judged.what}.age"
    if folder.is_dir():
        disk.discard(hidden)
    disk.create(hidden, office.vault.seal(case.recipient, came.raw))
    disk.sync(office.home.correspondence)
    return hidden
