"""Erasing what was sealed in a case: everything in the home by which it, or who asked, could still be known.

The act comes first, and the key goes last. So a case that is erased in the register and whose key is there is
one whose erasure was cut off, or came back with a copy of the keys: whatever runs next does it again.
"""

from __future__ import annotations

import re
from contextlib import suppress
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


def finish(office: Office) -> None:
    """Destroy what is left of the cases that were erased; to be called while the inbox is held.

    Raises:
        RegisterError: the disk did not allow it.
    """
    there = keys_in(office.home.case_keys)
    for recipient, reference in office.catalogue.erased().items():
        if recipient in there:
            _destroy(office, office.register.dossier(reference))


def _destroy(office: Office, dossier: Dossier) -> None:
    case = dossier.case
    try:
        _clear_set_aside(office, dossier)
        office.repeats.forget([case.recipient])
        looked = office.home.looked / f"{slug(case.reference)}.json"
        for path in (looked, looked.with_name(f".{looked.name}.part")):
            disk.destroy(path)
        proposals.sweep(office)
        office.vault.destroy(case.recipient)
    except OSError as error:
        raise RegisterError(
            f"What was sealed in {case.reference} could not all be destroyed: {error.strerror}; the next "
            "intake tries again."
        ) from error


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
