"""Sending a published letter to the applicant by mail, and recording that it was sent: one step, once.

What is handed to the relay is kept first, sealed, with a note that it is being sent. The note says afterwards
that the relay took it, and goes once the act is recorded. So a run that was cut off sends nothing twice:
where the relay took it the next run only records that; where nobody knows, a person finds out and decides.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import acts, arrivals, texts
from flows.casework.acts import Officer, Sealed, Wish
from flows.casework.mail_journal import noted
from flows.casework.mail_settings import mail_settings
from flows.casework.sealed import may_open_again, names_in_archive, one_of_archive
from flows.domain.acts import ACTS
from flows.domain.acts.erasing import gone
from flows.domain.acts.publishing import MESSAGE, records_with
from flows.domain.acts.records import RECORDS
from flows.domain.documents import DOCUMENTS, SEALED_REQUEST, TEST, came_with, sealed_with
from flows.domain.errors import (
    PitError,
    RefusedError,
    RegisterError,
    RegisterMovedError,
    UnexpectedError,
    VaultShutError,
)
from flows.domain.local_day import local_day
from flows.domain.procedure import Role
from flows.domain.reference import slug
from flows.foreign import object_of
from flows.notices import relay
from flows.register.store import check_signature
from flows.sources.mail.journal import Tried
from flows.sources.mail.judging import token_of
from flows.sources.parse import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flows.casework.acts import Taken
    from flows.casework.mail_settings import MailSettings
    from flows.casework.office import Office
    from flows.domain.act import Act
    from flows.domain.documents import DocumentKind
    from flows.register.dossier import Dossier
    from flows.register.register import Proposal
    from flows.register.statement import Statement

_LOCAL_PART: Final = 64
"""Characters of what stands before the @ of an address, RFC 5321, section 4.5.3.1.1."""
_MOST: Final = 25 << 20
"""Bytes of a message, which mail systems commonly take."""
_DATE: Final = re.compile(rb"^Date: (\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000)\r\n", re.MULTILINE)
LOCK: Final = "sending.lock"
"""Under it, in ``state/``, one letter after another is sent."""
_PATIENCE: Final = 5.0
"""Seconds to wait for the letter before; a relay that hangs takes longer."""
_TOKEN: Final = "{token}"  # noqa: S105 - what stands for it in the settings


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Letter:
    """A letter as a message, from whom and to whom."""

    raw: bytes
    id: str
    sender: str
    recipient: str

    @property
    def digest(self) -> str:
        """SHA-256 of the Message-ID, in hex: what the register has of it."""
        return hashlib.sha256(self.id.encode()).hexdigest()


def send(
    office: Office,
    officer: Officer,
    reference: str,
    document: str,
    *,
    facts: Mapping[str, str],
    reason: str | None = None,
    again: bool = False,
) -> Taken:
    """Send the published letter to the applicant, and record it as sent today by e-mail.

    Args:
        facts: What the act states beside the day and the way.
        again: Send it although an earlier run may have sent it.

    Raises:
        RefusedError: the procedure says no; there is no relay or no address; the relay refuses it for good;
            or an earlier run was cut off, and nobody knows whether it was sent.
        RegisterError: the relay cannot take it now.
        ProposedError: it is to be signed elsewhere; once it is, ``handed_over`` sends it.
    """
    wish = wished(office, officer.id, reference, document, facts=facts, reason=reason, again=again)
    if officer.signer is None:
        return acts.act(office, officer, wish)
    signer = officer.signer

    def attempt() -> Taken:
        proposal = acts.propose(office, officer.id, wish)
        armoured = proposal.signed_by(signer)
        with handed_over(office, proposal, armoured, again=again):
            return acts.append(office, proposal, armoured)

    return acts.until_recorded(attempt)


def settings_for_sending(office: Office) -> MailSettings:
    """Return the settings of mail, which name a relay.

    Raises:
        RefusedError: they do not.
        MalformedError: they are not fit.
    """
    settings = mail_settings(office.home)
    if settings is None or settings.relay is None:
        raise RefusedError("mail.toml names no relay, under [send]; send it in another way, and record that.")
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """What an act states of a letter that goes with it.

    Attributes:
        on: The day on which it goes.
        digest: SHA-256 of its Message-ID, in hex.
        sealed: The message, sealed to the key of its case.
    """

    on: date
    digest: str
    sealed: bytes


def to_send(office: Office, person: str, reference: str, document: str, *, again: bool = False) -> ToSend:
    """Make a letter ready to be sent, where the home is.

    Args:
        person: Who wishes to send it.
        again: Although an earlier run may have sent it.

    Raises:
        RefusedError, RegisterError: as ``send``, but for what the relay says.
    """
    if there := office.keys_elsewhere:
        asked = {"person": person, "reference": reference, "document": document}
        on, digest, sealed = there.ask("letter-to-send", tuple[date, str, bytes], **asked, again=again)
        return ToSend(on=on, digest=digest, sealed=sealed)
    settings = settings_for_sending(office)
    with _alone(office):
        dossier = office.register.dossier(reference)
        letter, at = _note_of(office, dossier, document).letter(again=again) or (None, office.now())
        letter = letter or _made(office, dossier, document, settings, at)
        sealed = office.vault.seal(dossier.case.recipient, letter.raw)
        return ToSend(on=local_day(at), digest=letter.digest, sealed=sealed)


def wished(
    office: Office,
    person: str,
    reference: str,
    document: str,
    *,
    facts: Mapping[str, str],
    reason: str | None,
    again: bool = False,
) -> Wish:
    """Return the act that says that a letter was sent today by e-mail.

    Once it is signed, ``handed_over`` sends the letter before the act is recorded.

    Raises:
        RefusedError, RegisterError: as ``to_send``.
    """
    letter = to_send(office, person, reference, document, again=again)
    return Wish(
        kind=ACTS[DOCUMENTS[document].sent_by],
        reference=reference,
        document=document,
        facts={**facts, "on": letter.on.isoformat(), "by": "email", MESSAGE: letter.digest},
        reason=reason,
        sealed=Sealed(letter.sealed),
    )


@contextmanager
def handed_over(office: Office, proposal: Proposal, armoured: str, *, again: bool = False) -> Iterator[None]:
    """Hand the letter of a signed proposal to the relay, unless that was done; the block then records it.

    Where the home is elsewhere the registrar does it.

    Raises:
        RefusedError: the relay refuses it for good; nobody knows whether it went; or another day has begun.
        RegisterError: the relay cannot take it now.
        PitError: the register would not take the act.
    """
    if there := office.keys_elsewhere:
        statement, changes = proposal.statement.to_bytes(), dict(proposal.changes)
        there.ask("send-letter", bool, statement=statement, changes=changes, signature=armoured, again=again)
        yield
        return
    with _alone(office):
        _hand_over(office, proposal, armoured, again=again)
        yield
        forget(office, proposal.statement.act)


def send_alone(office: Office, proposal: Proposal, armoured: str, *, again: bool) -> None:
    """Hand the letter of a signed proposal to the relay, unless that was done, for whoever records it then.

    Raises:
        PitError: as ``handed_over``.
    """
    with _alone(office):
        _hand_over(office, proposal, armoured, again=again)


def _hand_over(office: Office, proposal: Proposal, armoured: str, *, again: bool) -> None:
    statement, act = proposal.statement, proposal.statement.act
    dossier = office.register.dossier(act.case)
    if dossier.chain.under(statement.key):
        return
    settings = settings_for_sending(office)
    # What the register would refuse must not go out first; who waited here may find that another sent it.
    office.register.check_not_stopped()
    if statement.previous != dossier.chain.last:
        raise RegisterMovedError(act.case)
    check_signature(proposal, armoured)
    note = _note_of(office, dossier, act.document)
    letter, at = note.letter(again=again) or (_kept(office, settings, dossier, proposal), None)
    if (letter.digest, local_day(at or office.now()).isoformat()) != (
        act.details[MESSAGE],
        act.details["on"],
    ):
        raise RefusedError("The statement is about another day or letter; begin again from the case.")
    if at is None:
        _give(office, settings, letter, note, (act.case, act.document, act.version))


def check_handed_over(office: Office, statement: Statement) -> None:
    """Check that the relay has the letter that an act states as sent by e-mail.

    Raises:
        RefusedError: it has not, or nobody knows.
    """
    act = statement.act
    dossier = office.register.dossier(act.case)
    if dossier.chain.under(statement.key):
        return
    found = _note_of(office, dossier, act.document).letter(again=False)
    if found is None or found[0].digest != act.details[MESSAGE]:
        raise RefusedError("The letter was not handed to the relay, so it cannot be recorded as sent by it.")


def forget(office: Office, act: Act) -> None:
    """Take away the note of a letter, once it is recorded as sent."""
    _note_of(office, office.register.dossier(act.case), act.document).remove()


def did_not_go(office: Office, person: str, reference: str, document: str) -> None:
    """Note that a person found in the relay's log that a letter did not go: it can be sent then.

    Raises:
        RefusedError: they are no FOI officer, or nothing is unsure about it.
    """
    if there := office.keys_elsewhere:
        there.ask("letter-did-not-go", bool, person=person, reference=reference, document=document)
        return
    office.register.policy().require(person, Role.FOI_OFFICER, verb="look after the mail of a case")
    with _alone(office):
        unsure = [each for each in being_sent(office, reference) if each.document == document]
        if not unsure or unsure[0].taken or unsure[0].recorded:
            raise RefusedError("It is not unsure whether this letter went.")
        words = "found in the relay's log that the letter did not go"
        arrivals.note(
            office, {"person": person, "reason": words, "cases": [reference], "message": unsure[0].id}
        )
        unsure[0].path.unlink(missing_ok=True)
        disk.sync(unsure[0].path.parent)


@contextmanager
def _alone(office: Office) -> Iterator[None]:
    office.home.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(disk.locked(office.home.state / LOCK, patience=_PATIENCE))
        except BlockingIOError:
            raise RegisterError("Another letter is being sent now; try again in a minute.") from None
        yield


def _note_of(office: Office, dossier: Dossier, document: str) -> _Note:
    case = dossier.case
    name = f"{DOCUMENTS[document].slug(case.reference)}-version-{case.document(document).version}"
    return _Note(office.home.being_sent / name, office, case.recipient)


def _give(
    office: Office, settings: MailSettings, letter: _Letter, note: _Note, about: tuple[str, str, int]
) -> None:
    """Hand a letter to the relay, and note before and after that it has it."""
    at, (reference, document, version) = office.now(), about
    tried = Tried(reference=reference, document=document, version=version, at=at)
    note.write(letter, at, taken=False)
    try:
        settings.send(letter.raw, sender=letter.sender, recipient=letter.recipient)
    except relay.UncertainError:
        raise
    except Exception as error:
        note.remove()  # nothing was sent
        why = str(error if isinstance(error, PitError) else UnexpectedError.of(error))
        noted(office, lambda journal: journal.tried(replace(tried, why=why)))
        raise
    note.write(letter, at, taken=True)
    noted(office, lambda journal: journal.tried(tried))


def _kept(office: Office, settings: MailSettings, dossier: Dossier, proposal: Proposal) -> _Letter:
    """Return the letter that an act keeps sealed, as it was shown to whoever signed.

    Whoever sealed it may have been elsewhere, so it is made again and compared: nothing else ever goes.
    """
    act, recipient = proposal.statement.act, dossier.case.recipient
    for sealed in (data for path, data in proposal.changes.items() if came_with(path)):
        raw = office.vault.unseal(recipient, sealed)
        dated = _DATE.search(raw)
        with suppress(ValueError):  # no date
            at = parsedate_to_datetime(dated[1].decode()) if dated else office.now()
            letter = _made(office, dossier, act.document, settings, at)
            if letter.raw == raw:
                return letter
    raise RefusedError("What is to be kept with the act is not the letter that would go; begin again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingSent:
    """A letter that was handed to the relay, or was about to be, and whose note is still there.

    Attributes:
        kind: The act that records that it was sent.
        at: When it was handed over, UTC; None where the note cannot be read.
        taken: Whether the relay took it.
        id: Its Message-ID.
        recorded: Whether that it was sent is in the register.
    """

    path: Path
    reference: str
    document: str
    version: int
    kind: str
    at: datetime | None = None
    taken: bool = False
    id: str = ""
    recorded: bool = False


def being_sent(office: Office, reference: str | None = None) -> list[BeingSent]:
    """Return the letters whose notes are there, of one case or of all.

    Raises:
        VaultShutError: the vault is shut.
    """
    folder = office.home.being_sent
    found = (_found(office, path) for path in sorted(folder.glob("*.age"))) if folder.is_dir() else ()
    return [each for each in found if reference is None or each.reference == reference]


def _found(office: Office, path: Path) -> BeingSent:
    named, _, version = path.stem.rpartition("-version-")
    found = _letter_named(office, named) if version.isdecimal() else None
    if found is None:
        return BeingSent(path=path, reference="", document="", version=0, kind="")
    dossier, kind = found
    stated = (kind.sent_by, kind.name, int(version))
    bare = BeingSent(
        path=path,
        reference=dossier.case.reference,
        document=kind.name,
        version=int(version),
        kind=kind.sent_by,
        recorded=any(
            (each.act.kind.name, each.act.document, each.act.version) == stated for each in dossier.statements
        ),
    )
    try:
        given = object_of(office.vault.unseal(dossier.case.recipient, path.read_bytes()))
        at, id_ = datetime.fromisoformat(given["at"]), str(given["id"])
        return replace(bare, at=at, taken=given["taken"] is True, id=id_)
    except VaultShutError:
        raise
    except (RegisterError, OSError, ValueError, KeyError, TypeError):
        return bare


def _letter_named(office: Office, name: str) -> tuple[Dossier, DocumentKind] | None:
    """Return the case and the kind of a letter by the name of its paper."""
    # A reference never ends as the paper of a letter does, so the longest that is known is meant.
    for kind in sorted(DOCUMENTS.values(), key=lambda each: each is TEST):
        reference = name if kind is TEST else name.removesuffix(f"-{kind.name}")
        if kind.slug(reference) == name and (dossier := office.register.find(reference)):
            return dossier, kind
    return None


class _Note:
    """That a letter is being sent: what, since when, and whether the relay took it."""

    def __init__(self, path: Path, office: Office, recipient: str) -> None:
        self._path, self._office, self._recipient = path.with_name(f"{path.name}.age"), office, recipient

    def letter(self, *, again: bool) -> tuple[_Letter, datetime] | None:
        """Return the letter that the relay took, and when; None where none is being sent.

        Raises:
            RefusedError: nobody knows whether the relay took it.
        """
        if not self._path.is_file():
            return None
        given = object_of(self._office.vault.unseal(self._recipient, self._path.read_bytes()))
        at = datetime.fromisoformat(given["at"])
        if given["taken"]:
            raw = given["raw"].encode("latin-1")
            return _Letter(raw=raw, id=given["id"], sender=given["sender"], recipient=given["recipient"]), at
        if again:
            return None
        digest = hashlib.sha256(given["id"].encode()).hexdigest()
        raise RefusedError(
            f"It may have been sent at {given['at']}: a run was cut off while the relay took it. Look in the "
            f"relay's log for the message {given['id']} (SHA-256 {digest[:12]}…); if it went, record it with "
            "--on and --by email; if it did not, send it with --send-again."
        )

    def write(self, letter: _Letter, at: datetime, *, taken: bool) -> None:
        """Note it, durably, sealed to the case's key."""
        said = {
            "at": at.isoformat(),
            "taken": taken,
            "id": letter.id,
            "sender": letter.sender,
            "recipient": letter.recipient,
            "raw": letter.raw.decode("latin-1"),
        }
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        disk.write(
            self._path, self._office.vault.seal(self._recipient, json.dumps(said).encode()), mode=0o600
        )

    def remove(self) -> None:
        """Take the note away: what was sent is in the register, or nothing was."""
        self._path.unlink(missing_ok=True)
        disk.sync(self._path.parent)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shown:
    """A letter as it would go, to be looked at before.

    Attributes:
        to: The applicant's name and address.
        attached: The name and the size in bytes of each file that goes with it.
    """

    to: str
    sender: str
    subject: str
    text: str
    attached: tuple[tuple[str, int], ...]


def shown(office: Office, person: str, dossier: Dossier, document: str) -> Shown | None:
    """Return a letter as it would go; None where it is not on record that the person opens what is sealed.

    Raises:
        RefusedError: it cannot go by mail, with the reason.
    """
    if there := office.keys_elsewhere:
        asked = {"person": person, "reference": dossier.case.reference, "document": document}
        return there.ask("letter-shown", Shown | None, **asked)  # type: ignore[arg-type] # a union too
    letter = _made(office, dossier, document, settings_for_sending(office), office.now())
    if not may_open_again(office, dossier, Officer(id=person, signer=None)):
        return None
    said = message_from_bytes(letter.raw, policy=default)
    body = said.get_body(("plain",))
    return Shown(
        to=str(said["To"]),
        sender=str(said["From"]),
        subject=str(said["Subject"]),
        text=body.get_content() if body else "",
        attached=tuple(
            (each.get_filename() or "", len(each.get_payload(decode=True) or b""))
            for each in said.iter_attachments()
        ),
    )


# The message ------------------------------------------------------------------------------------------


def _made(office: Office, dossier: Dossier, document: str, settings: MailSettings, at: datetime) -> _Letter:
    """Return a published letter as a message: its text, its paper, and the records that go with it.

    Args:
        at: When it is dated; the same letter of the same moment is the same, byte for byte.
    """
    case, kind = dossier.case, DOCUMENTS[document]
    for error in gone(case):
        raise error
    sealed = office.vault.unseal(case.recipient, dossier.read(SEALED_REQUEST))
    address = address_of(sealed, rules=texts.RECORDED)
    if address is None:
        raise RefusedError(f"{case.reference} has no e-mail address of the applicant's; send it by post.")
    name, recipient = address
    if not relay.is_address(recipient):
        raise RefusedError(
            f"What {case.reference} has as the applicant's e-mail address is not one plain address, as "
            "name@example.org; send it in another way."
        )
    token = token_of(case.reference, f"{document}.{case.document(document).version}", office.vault.digest)
    message = EmailMessage(policy=SMTP)
    message["From"] = relay.mailbox(dossier.policy.authority.partition(";")[0], settings.address)
    message["To"] = relay.mailbox(name.partition(";")[0], recipient)
    message["Reply-To"] = _reply(settings, token_of(case.reference, "", office.vault.digest))
    message["Subject"] = f"{kind.title} {case.reference}"
    message["Date"] = format_datetime(at)
    id_ = f"<{token}@{settings.address.partition('@')[2]}>"
    message["Message-ID"] = id_
    message.set_content(dossier.read(kind.text).decode())
    pdf = f"{kind.slug(case.reference)}.pdf"
    message.add_attachment(
        _paper(office, dossier, document), maintype="application", subtype="pdf", filename=pdf
    )
    for each, data in _records(office, dossier, document):
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=each)
    message.set_boundary(f"={token}=")
    raw = message.as_bytes()
    if len(raw) > _MOST:
        raise RefusedError(
            f"With what goes with it the letter is larger than {_MOST >> 20} MiB, which mail systems refuse; "
            "send it in another way."
        )
    return _Letter(raw=raw, id=id_, sender=settings.address, recipient=recipient)


def _reply(settings: MailSettings, token: str) -> str:
    """Return the address for answers; without a token where it would be too long for an address."""
    address = settings.reply.replace(_TOKEN, token)
    if len(address.partition("@")[0]) <= _LOCAL_PART:
        return address
    return settings.address


def _paper(office: Office, dossier: Dossier, document: str) -> bytes:
    """Return the paper as it is given out: what the register has, and the authority's signature after it."""
    kind, reference = DOCUMENTS[document], dossier.case.reference
    path = office.home.published / f"{kind.slug(reference)}.pdf"
    paper = dossier.read(kind.published(slug(reference))[0])
    if not path.is_file() or not (there := path.read_bytes()).startswith(paper):
        raise RefusedError(f"{path} is not the paper in the register; `equipoise publish` lays it out again.")
    return there


def _records(office: Office, dossier: Dossier, document: str) -> Iterator[tuple[str, bytes]]:
    """Yield the records that go with an answer, under the names they are kept by."""
    numbers, said = records_with(dossier.case, document), dossier.last(RECORDS, document="")
    if not numbers or said is None:
        return
    kept = office.vault.unseal(dossier.case.recipient, dossier.read(sealed_with(said.number, RECORDS.name)))
    wanted = {int(number) for number in numbers.split(", ")}
    for name in names_in_archive(kept):
        if name[:3].isdigit() and int(name[:3]) in wanted:
            yield name, one_of_archive(kept, name)
