"""What is kept sealed in a case, opened for a person: only once it is on record that they open it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import acts
from flows.casework.acts import Wish
from flows.casework.views import what_was_done
from flows.domain.acts import READ_REQUEST
from flows.domain.acts.erasing import gone
from flows.domain.decide import refusals
from flows.domain.documents import SEALED_REQUEST, came_with
from flows.domain.errors import NotEntitledError, RefusedError
from flows.domain.local_day import days_of_utc
from flows.register import signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that came with an act, and is kept sealed.

    Attributes:
        number: Of the act in its case.
        what: What was done with the act, to follow the person who did it.
        size: In bytes, as sealed.
    """

    number: int
    actor: str
    what: str
    size: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """What was opened.

    Attributes:
        content: The request, or the file asked for.
        kept: What else is kept sealed in the case.
        new: Whether that it is opened was recorded now, and not before.
    """

    case: Case
    content: bytes
    kept: tuple[Kept, ...]
    new: bool


def archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return files as one, the same for the same: a ZIP archive without days, which tell of whoever saved."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, data in files:
            made.writestr(zipfile.ZipInfo(name), data)
    return packed.getvalue()


def names_in_archive(data: bytes) -> list[str]:
    """Return the names of the files of an archive that ``archive`` made."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return made.namelist()


def one_of_archive(data: bytes, name: str) -> bytes:
    """Return a file of an archive that ``archive`` made."""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return made.read(name)


def kept_in(dossier: Dossier) -> Iterator[Kept]:
    """Yield what is kept sealed in a case beside the request, in order."""
    for path, mark in sorted(dossier.case.files.items()):
        if came := came_with(path):
            number, _ = came
            act = dossier.statements[number - 1].act
            yield Kept(number=number, actor=act.actor, what=what_was_done(act), size=mark.size, path=path)


def open_sealed(
    office: Office, officer: Officer, reference: str, reason: str | None, *, number: int | None = None
) -> Opened:
    """Return what is sealed, once it is on record that the person opens it.

    Once for each person and case is enough. Then their key is asked again, and nothing new is recorded; of
    whoever signs elsewhere an act counts for its day, in UTC.

    Args:
        number: Of the act with which the file came; None for the request.

    Raises:
        RefusedError: the person may not open it, or no file came with that act.
        RegisterError: the case's key is not there.
    """
    dossier = office.register.dossier(reference)
    case, kept = dossier.case, tuple(kept_in(dossier))
    for error in gone(case):
        raise error
    paths = {each.number: each.path for each in kept} | {None: SEALED_REQUEST}
    if number not in paths:
        there = ", ".join(str(each.number) for each in kept)
        known = f"its sealed files are {there}" if there else "it has no sealed file"
        raise RefusedError(f"No sealed file of {case.reference} has the number {number}: {known}.")
    # Before the act: what cannot be opened was opened by nobody.
    content = dossier.read(paths[number])
    office.sealing.check(case.recipient, content)
    if not may_open_again(office, dossier, officer):
        acts.act(office, officer, Wish(kind=READ_REQUEST, reference=reference, reason=reason), on=dossier)
        return Opened(case=case, content=office.sealing.unseal(case.recipient, content), kept=kept, new=True)
    for refusal in refusals(case, READ_REQUEST, officer.id, dossier.policy):
        raise refusal
    _check_key(dossier, officer)
    return Opened(case=case, content=office.sealing.unseal(case.recipient, content), kept=kept, new=False)


def may_open_again(office: Office, dossier: Dossier, officer: Officer) -> bool:
    """Tell whether it is on record already that a person opens what is sealed in a case."""
    opened = [
        each.act
        for each in dossier.statements
        if (each.act.kind, each.act.actor) == (READ_REQUEST, officer.id)
    ]
    today = days_of_utc(office.now())[0]
    return bool(opened) and (officer.signer is not None or days_of_utc(opened[-1].time)[0] == today)


def _check_key(dossier: Dossier, officer: Officer) -> None:
    """Check that whoever opens it again has a key of the person who did."""
    if officer.signer is None:
        return
    message = f"{dossier.policy.register} {dossier.case.reference}".encode()
    signed = signature.verify(officer.signer.sign(message, signature.OPENING), message, signature.OPENING)
    if signed.public not in dossier.policy.people[officer.id].keys:
        raise NotEntitledError(officer.id, verb=READ_REQUEST.verb, needed="one of their own keys")
