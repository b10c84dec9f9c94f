"""Erasing what was sealed in a case: everything in the home by which it, or who asked, could still be known.

The act comes first, and the key goes last. So a case that is erased in the register and whose key is there is
one whose erasure was cut off, or came back with a copy of the keys: whatever runs next does it again.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import checking, proposals, texts
from flows.domain.documents import SEALED_REQUEST
from flows.domain.errors import MalformedError, RegisterError
from flows.domain.reference import identity, slug
from flows.sources import aside
from flows.sources.parse import parse_request
from flows.vault.keys import keys_in

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.register.dossier import Dossier
    from flows.sources.parse import ArrivedRequest

_REFERENCE: Final = re.compile(r"^reference:[ \t]*[\"']?([^\"'\r\n]+?)[\"']?[ \t]*\r?$", re.MULTILINE)

_PATIENCE: Final = 60
"""Seconds to wait for another who writes."""
_UNDER_A_CASE: Final = (
    "select name from sqlite_master t where type = 'table' and exists "
    "(select 1 from pragma_table_info(t.name) c where c.name = 'identity')"
)
"""The tables of the desk whose rows stand under a case, whichever they are."""


def finish(office: Office, *, restored: bool = False) -> int:
    """Destroy what is left of the cases that were erased; to be called while the inbox is held.

    Args:
        restored: Whether the home came from a backup, so that something else of a case may be back than its
            key.

    Returns:
        Of how many cases the key was there.

    Raises:
        RegisterError: the disk did not allow it.
    """
    there, erased = keys_in(office.home.case_keys), office.catalogue.erased()
    for recipient, reference in erased.items():
        if restored or recipient in there:
            _destroy(office, office.register.dossier(reference))
    return len(there & erased.keys())


def _destroy(office: Office, dossier: Dossier) -> None:
    case = dossier.case
    try:
        _clear_set_aside(office, dossier)
        office.repeats.forget([case.recipient])
        looked = office.home.looked / f"{slug(case.reference)}.json"
        for path in (looked, looked.with_name(f".{looked.name}.part")):
            disk.destroy(path)
        proposals.sweep(office)
        _clear_desk(office, case.reference)
        office.vault.destroy(case.recipient)
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "the desk's file could not be written"
        raise RegisterError(
            f"What was sealed in {case.reference} could not all be destroyed: {why}; the next intake tries "
            "again."
        ) from error


def _clear_desk(office: Office, reference: str) -> None:
    """Take away what people wrote on the desk about a case, and recorded nowhere: it may name who asked."""
    if not office.home.desk.exists():
        return
    with closing(sqlite3.connect(office.home.desk, timeout=_PATIENCE)) as db:
        db.execute("pragma secure_delete = on")  # what is forgotten is written over
        with db:
            for (table,) in db.execute(_UNDER_A_CASE).fetchall():
                db.execute(f'delete from "{table}" where identity = ?', (identity(reference),))  # noqa: S608 - the desk's own name
        db.execute("pragma wal_checkpoint(truncate)")


def _clear_set_aside(office: Office, dossier: Dossier) -> None:
    """Take away what was set aside of the request of a case: itself, sent again, or its assessment."""
    arrived = sealed = None
    with suppress(RegisterError):  # a key that is cut short opens nothing, and what it opened was looked at
        sealed = office.vault.unseal(dossier.case.recipient, dossier.read(SEALED_REQUEST))
        arrived = checking.read_arrived(sealed)
    for folder in aside.kept(office.home.set_aside):
        if any(
            data == sealed or _is_of(dossier.case.reference, arrived, data) for data in aside.texts_in(folder)
        ):
            disk.discard(folder)
            disk.sync(folder.parent)


def _is_of(reference: str, arrived: ArrivedRequest | None, data: bytes) -> bool:
    named = _REFERENCE.findall(data.decode(errors="replace"))
    if identity(reference) in map(identity, named):
        return True
    try:
        gist = parse_request(data, rules=texts.RECORDED).gist
    except MalformedError:
        return False
    return gist is not None and arrived is not None and gist == arrived.gist
