"""The register for those who check it: the last audit, every entry, what to take along, and a clone."""

from __future__ import annotations

import gzip
import hashlib
import io
import secrets
import threading
import time
from base64 import b64decode
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flows.casework import checkpoints, copies_elsewhere, oversight
from flows.casework.copies_elsewhere import Way
from flows.casework.evidence_pack import make_pack
from flows.catalogue.search import Entries
from flows.desk.web.navigation import READERS
from flows.desk.web.numbers import whole
from flows.desk.web.pages.case import dossier_of
from flows.desk.web.visit import NotFoundError, Page, Sent
from flows.domain.acts import ACTS, READ_REQUEST
from flows.domain.errors import PitError
from flows.domain.procedure import Role
from flows.domain.reference import slug
from flows.register.roster import allowed_signers
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.casework.oversight import EntryView, Oversight
    from flows.desk.web.visit import Visit

_DAY: Final = 86_400.0
"""Seconds for which a password of a clone is good."""
_CLONE: Final = "clone"
_SYNCED: Final = "select synced from passkeys where public = ?"
_MOST_ASKED: Final = 4 << 20
"""Bytes of what `git fetch` asks, unpacked."""
_ONE_AT_A_TIME: Final = threading.BoundedSemaphore(1)
"""To hand out the whole takes a processor and a thread for as long as it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterView:
    """What the page of the register shows.

    Attributes:
        asked: Which entries are looked for, by name.
        passkeys: Keys on the list that are passkeys or security keys, and the others.
        synced: Passkeys of which copies may live on several devices, as their devices said here.
        device_bound: Passkeys that live on one device, as above.
    """

    register: Oversight
    asked: Mapping[str, str]
    passkeys: int
    synced: int
    device_bound: int
    files: int


def show(visit: Visit) -> Page:
    """Show how the register stands, and its entries."""
    return _shown(visit, "")


def _shown(visit: Visit, token: str) -> Page:
    asked = {each.name: text for each in fields(Entries) if (text := visit.asked.get(each.name, "").strip())}
    found = {**asked}
    if reference := asked.get("reference"):
        known = None if reference == POLICY else visit.office.register.find(reference)
        found["reference"] = known.case.reference if known else reference
    stands = oversight.oversight(
        visit.office,
        Entries(**found),
        whole(visit.asked.get("page", "")) or 1,
    )
    keys = [key for person in visit.policy.people.values() for key in person.keys]
    passkeys = sum(key.startswith("sk-") for key in keys)
    told = [synced for key in keys for (synced,) in visit.store.ask(_SYNCED, key)]
    view = RegisterView(
        register=stands,
        asked=asked,
        passkeys=passkeys,
        synced=sum(told),
        device_bound=len(told) - sum(told),
        files=len(keys) - passkeys,
    )
    more = {
        "query": query,
        "given": {each.name: asked.get(each.name, "") for each in fields(Entries)},
        "kinds": [*ACTS],
        "people": sorted(visit.policy.people),
        "auditor": Role.AUDITOR in visit.roles,
        "reads_cases": not visit.roles.isdisjoint(READERS),
        "read_request": READ_REQUEST.name,
        "token": token,
    }
    return Page(template="register.html.j2", view=view, more=more)


def query(asked: Mapping[str, str], **changes: str) -> str:
    """Return the address of another list of entries."""
    values = {name: value for name, value in {**asked, **changes}.items() if value}
    return f"/register?{urlencode(values)}" if values else "/register"


def entry(visit: Visit) -> Page:
    """Show one entry, checked now, with what to call to check it by hand."""
    number = whole(visit.path["entry"])
    found = None if number is None else oversight.entry(visit.office, number)
    if found is None or not _may_read(visit, found):
        raise NotFoundError
    return Page(template="entry.html.j2", view=found)


def _may_read(visit: Visit, found: EntryView) -> bool:
    """Tell whether somebody may read an entry: who reads no case, reads what was done to the policy."""
    return found.reference == POLICY or not visit.roles.isdisjoint(READERS)


def bundle(visit: Visit) -> Sent:
    """Hand out the whole register as one file."""
    content = _alone(visit.office.register.bundle)
    _note_whole(visit, visit.person)
    return Sent(content=content, media=_BYTES, name="register.bundle")


def checkpoint(visit: Visit) -> Sent:
    """Hand out the newest checkpoint, signed now if the register has grown."""
    note = checkpoints.take(visit.office, visit.person)
    return Sent(content=note.encode(), media="text/plain; charset=utf-8", name="checkpoint.txt")


def signers(visit: Visit) -> Sent:
    """Hand out every key that ever was good."""
    text = allowed_signers(visit.office.register.policies())
    return Sent(content=text.encode(), media="text/plain; charset=utf-8", name="allowed_signers")


def evidence(visit: Visit) -> Sent:
    """Hand out the evidence pack of a case, which whoever is outside can verify."""
    reference = dossier_of(visit).case.reference
    made = make_pack(visit.office, reference)
    return Sent(content=made.data, media="application/zip", name=f"{slug(reference)}-evidence.zip")


# The clone -------------------------------------------------------------------------------------------

_BYTES: Final = "application/octet-stream"


def make_token(visit: Visit) -> Page:
    """Make the password with which an auditor clones the register for a day; it is shown once."""
    token = secrets.token_urlsafe(24)
    with visit.store.writing():
        visit.store.ask("delete from challenges where expires < ?", time.time())
        visit.store.ask(
            "insert into challenges values (?, ?, ?, ?)",
            *(_stored(token), _CLONE, visit.person.encode(), time.time() + _DAY),
        )
    return _shown(visit, token)


def branches(visit: Visit) -> Sent:
    """Tell `git fetch` what there is; nothing is taken."""
    if not _auditor(visit):
        return _REFUSED
    if visit.asked.get("service") != "git-upload-pack":
        return Sent(content=b"The register is handed out, and takes nothing.", media="text/plain", status=403)
    told = visit.office.register.branches(second=_second(visit))
    return Sent(content=told, media="application/x-git-upload-pack-advertisement")


def fetched(visit: Visit) -> Sent:
    """Give `git fetch` what it asks for."""
    auditor = _auditor(visit)
    if not auditor:
        return _REFUSED
    asked = visit.body
    if visit.headers.get("content-encoding") == "gzip":
        with gzip.GzipFile(fileobj=io.BytesIO(asked)) as file:
            asked = file.read(_MOST_ASKED + 1)
    if len(asked) > _MOST_ASKED:
        return Sent(content=b"", media="text/plain", status=413)
    content = _alone(lambda: visit.office.register.fetched(asked, second=_second(visit)))
    if b"PACK" in content:  # and not a step on the way there
        _note_whole(visit, auditor)
    return Sent(content=content, media="application/x-git-upload-pack-result")


def _note_whole(visit: Visit, person: str) -> None:
    copies_elsewhere.note(visit.office, Way.WHOLE, person, visit.office.register.tip().entry.sequence)


def _second(visit: Visit) -> bool:
    return visit.headers.get("git-protocol", "") == "version=2"


class BusyError(PitError):
    """The register is being handed out to somebody else."""

    def __init__(self) -> None:
        super().__init__("The register is being handed out to somebody; ask again in a minute.")


def _alone(hand_out: Callable[[], bytes]) -> bytes:
    if not _ONE_AT_A_TIME.acquire(timeout=10):
        raise BusyError
    try:
        return hand_out()
    finally:
        _ONE_AT_A_TIME.release()


_REFUSED: Final = Sent(
    content=b"A password of today is needed.",
    media="text/plain",
    status=401,
    headers={"WWW-Authenticate": 'Basic realm="register"'},
)


def _auditor(visit: Visit) -> str:
    """Return the auditor whose password of today a program brings; empty where it brings none."""
    kind, _, coded = visit.headers.get("authorization", "").partition(" ")
    try:
        person, _, token = b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        person = token = ""
    known = visit.policy.people.get(person)
    rows = visit.store.ask(
        "select content from challenges where id = ? and purpose = ? and expires > ?",
        *(_stored(token), _CLONE, time.time()),
    )
    good = kind.lower() == "basic" and known is not None and Role.AUDITOR in known.roles
    return person if good and rows == [(person.encode(),)] else ""


def _stored(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
