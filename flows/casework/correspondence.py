"""Messages that came in cases and wait for a person: sealed, each in a file of its case's folder.

A file's name says what stands for the message, when it was received and what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows import disk
from flows.domain.errors import RefusedError
from flows.domain.procedure import Role
from flows.domain.reference import parse_reference, slug

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of a case that waits for a person.

    Attributes:
        tag: What stands for it.
        received: When it was received, UTC.
        size: In bytes, as sealed.
    """

    reference: str
    tag: str
    received: datetime
    what: str
    size: int
    path: Path


def waiting_in(office: Office, reference: str | None = None) -> list[Letter]:
    """Return the messages that wait, of one case or of all, the oldest first."""
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
    size = path.stat().st_size
    return Letter(reference=known.case.reference, tag=tag, received=received, what=what, size=size, path=path)


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
    """Return a message that waits, as it was received."""
    case = office.register.dossier(letter.reference).case
    return office.vault.unseal(case.recipient, letter.path.read_bytes())


def dealt_with(office: Office, person: str, tag: str) -> Letter:
    """Put a message by that needs no act, once it is noted who did.

    Raises:
        RefusedError: none of that tag waits, or the person is no FOI officer.
    """
    office.register.policy().require(person, Role.FOI_OFFICER, verb="look after the mail of a case")
    letter = letter_of(office, tag)
    from flows.casework.arrivals import note  # noqa: PLC0415 - the sources, for this alone

    note(office, {"person": person, "reason": "put by", "cases": [letter.reference], "message": tag})
    put_by(letter)
    return letter


def put_by(letter: Letter) -> None:
    """Move a message that was dealt with out of what waits; it stays sealed beside it."""
    done = letter.path.parent / "dealt-with"
    done.mkdir(mode=0o700, exist_ok=True)
    letter.path.rename(done / letter.path.name)
    disk.sync(done)
    disk.sync(letter.path.parent)


def folders_in(path: Path) -> list[Path]:
    """Return the folders in one, which may not be there."""
    return sorted(each for each in path.iterdir() if each.is_dir()) if path.is_dir() else []
