"""Messages that came in cases and wait for a person: sealed, each in a file of its case's folder.

A file's name says what stands for the message, when it was received and what it is.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.documents import SEALED_REQUEST
from flows.domain.errors import MissingReasonError, RefusedError, RegisterError
from flows.domain.procedure import Role
from flows.domain.reference import parse_reference, slug

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office
    from flows.domain.case import Case

_OF_CASES: Final = frozenset({"bounce", "receipt", "auto-reply", "spam"})
"""What a message stays that a person adds to a case; anything else is an answer there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of a case that waits for a person.

    Attributes:
        tag: What stands for it.
        received: When it was received, UTC.
        size: In bytes, as sealed.
        path: Of the file, from the home on.
    """

    reference: str
    tag: str
    received: datetime
    what: str
    size: int
    path: str


def waiting_in(office: Office, reference: str | None = None) -> list[Letter]:
    """Return the messages that wait, of one case or of all, the oldest first."""
    if there := office.keys_elsewhere:
        return there.ask("waiting-mail", list[Letter], reference=reference)
    sought = slug(parse_reference(reference)).lower() if reference else None
    found = [
        letter
        for folder in folders_in(office.home.correspondence)
        if sought in {None, folder.name.lower()}
        for path in sorted(folder.glob("mail-*.age"))
        if (letter := _letter(office, folder.name, path))
    ]
    return sorted(found, key=lambda each: (each.received, each.tag))


def _letter(office: Office, name: str, path: Path) -> Letter | None:
    _, tag, at, what = path.stem.split("-", 3)
    known = office.register.find(name)
    if known is None:
        return None
    received = datetime.strptime(at, "%Y%m%dT%H%M").replace(tzinfo=UTC)
    return Letter(
        reference=known.case.reference,
        tag=tag,
        received=received,
        what=what,
        size=path.stat().st_size,
        path=path.relative_to(office.home.root).as_posix(),
    )


def letter_of(office: Office, tag: str) -> Letter:
    """Return a message that waits, by its tag.

    Raises:
        RefusedError: none of that tag waits.
    """
    found = next((each for each in waiting_in(office) if each.tag == tag), None)
    if found is None:
        raise RefusedError(f"No message {tag} waits; `equipoise mail waiting` lists those that do.")
    return found


def unsealed(office: Office, letter: Letter) -> bytes:
    """Return a message that waits, as it was received.

    Raises:
        NotEntitledError: it is not on record that whoever asks a registrar opens what is sealed in its case.
    """
    case = office.register.dossier(letter.reference).case
    return office.sealing.unseal(case.recipient, as_kept(office, letter.tag))


def as_kept(office: Office, tag: str) -> bytes:
    """Return a message that waits, as it is sealed to its case.

    Raises:
        RefusedError: none of that tag waits.
    """
    if there := office.keys_elsewhere:
        return there.ask("sealed-message", bytes, tag=tag)
    return (office.home.root / letter_of(office, tag).path).read_bytes()


def dealt_with(office: Office, person: str, tag: str) -> Letter:
    """Put a message by that needs no act, once it is noted who did.

    Raises:
        RefusedError: none of that tag waits, or the person is no FOI officer.
    """
    if there := office.keys_elsewhere:
        return there.ask("put-message-by", Letter, person=person, tag=tag)
    office.register.policy().require(person, Role.FOI_OFFICER, verb="look after the mail of a case")
    letter = letter_of(office, tag)
    from flows.casework.arrivals import note  # noqa: PLC0415 - the sources, for this alone

    note(office, {"person": person, "reason": "put by", "cases": [letter.reference], "message": tag})
    put_by(office, letter)
    return letter


def put_by_in(office: Office, reference: str) -> list[Letter]:
    """Return the messages of a case that were put by, the oldest first."""
    folder = office.home.correspondence / slug(parse_reference(reference)) / "dealt-with"
    found = [_letter(office, folder.parent.name, path) for path in sorted(folder.glob("mail-*.age"))]
    return sorted(filter(None, found), key=lambda each: (each.received, each.tag))


def is_from_applicant(office: Office, letter: Letter) -> bool | None:
    """Tell whether a message is from the address that the request gives; None where it gives none.

    It says nothing more: what stands in a message as its sender is whatever somebody wrote there.
    """
    from flows.casework import texts  # noqa: PLC0415 - the sources, for this alone
    from flows.sources.mail.message import read_message  # noqa: PLC0415 - as above
    from flows.sources.parse import address_of  # noqa: PLC0415 - as above

    dossier = office.register.dossier(letter.reference)
    request = office.sealing.unseal(dossier.case.recipient, dossier.read(SEALED_REQUEST))
    known = address_of(request, rules=texts.RECORDED)
    if known is None:
        return None
    return read_message(unsealed(office, letter)).sender.casefold() == known[1].casefold()


def take_for_own_words(office: Office, person: str, tag: str, reason: str) -> None:
    """Note that a person takes a message from another address for the applicant's own words, and why.

    Raises:
        RefusedError: none of that tag waits, they are no FOI officer, or give no reason.
    """
    if there := office.keys_elsewhere:
        there.ask("take-for-own-words", bool, person=person, tag=tag, reason=reason)
        return
    office.register.policy().require(person, Role.FOI_OFFICER, verb="look after the mail of a case")
    if not reason.strip():
        raise MissingReasonError("the message", verb="take it for the applicant's own words")
    from flows.casework.arrivals import note  # noqa: PLC0415 - the sources, for this alone

    letter = letter_of(office, tag)
    row = {"person": person, "reason": reason, "cases": [letter.reference], "message": tag}
    note(office, {**row, "taken-for": "the applicant's own words"})


def keep(office: Office, case: Case, tag: str, raw: bytes) -> None:
    """Keep a message in a case that a person says it belongs to; what it is stays as it was judged."""
    from flows.casework.mail_journal import journal_of, noted  # noqa: PLC0415 - the list, for this alone

    came = None
    with suppress(RegisterError), journal_of(office) as journal:
        came = journal.find(tag)
    what = came.what if came and came.what in _OF_CASES else "reply"
    received = came.received if came else office.now()
    path = office.home.correspondence / slug(case.reference) / f"mail-{tag}-{received:%Y%m%dT%H%M}-{what}.age"
    if not path.exists():  # as after a kill
        disk.create(path, office.vault.seal(case.recipient, raw))
    noted(office, lambda journal: journal.belongs_to(tag, case.reference))


def put_by(office: Office, letter: Letter) -> None:
    """Move a message that was dealt with out of what waits; it stays sealed beside it."""
    path = office.home.root / letter.path
    done = path.parent / "dealt-with"
    done.mkdir(mode=0o700, exist_ok=True)
    path.rename(done / path.name)
    disk.sync(done)
    disk.sync(path.parent)


def folders_in(path: Path) -> list[Path]:
    """Return the folders in one, which may not be there."""
    return sorted(each for each in path.iterdir() if each.is_dir()) if path.is_dir() else []
