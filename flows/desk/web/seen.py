"""Which version of a document a person saw last, so that what changed since can be shown to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flows.casework.changes import acted_on
from flows.domain.reference import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flows.casework.views import Waiting
    from flows.desk.web.visit import Visit
    from flows.register.dossier import Dossier


def remember(visit: Visit, dossier: Dossier, document: str) -> None:
    """Remember what the person has now seen."""
    visit.store.ask(
        "insert into seen values (?, ?, ?, ?, ?, strftime('%s')) on conflict (person, identity, document) "
        "do update set version = excluded.version, number = excluded.number, at = excluded.at "
        # What was seen already is not written again, which would be a wait for the disk.
        "where (version, number) <> (excluded.version, excluded.number)",
        *(visit.person, identity(dossier.case.reference), document),
        *(dossier.case.document(document).version, dossier.case.acts),
    )


def earlier(visit: Visit, dossier: Dossier, document: str) -> int:
    """Return the version with which the current one is compared for a person.

    The last one they acted on, else the last one they saw, else the one before; 0 where there is none.
    """
    current = dossier.case.document(document).version
    rows = visit.store.ask(
        "select version from seen where person = ? and identity = ? and document = ?",
        *(visit.person, identity(dossier.case.reference), document),
    )
    found = acted_on(dossier, document, visit.person) or (rows[0][0] if rows else 0)
    return found if 0 < found < current else max(current - 1, 0)


def changed_since(visit: Visit, rows: Iterable[Waiting]) -> Mapping[str, int]:
    """Return of which documents a newer version than the person saw is there, and which they saw."""
    current = {(identity(row.reference), row.document): row for row in rows}
    found = visit.store.ask(
        "select identity, document, version from seen where person = ? "
        "and identity in (select value from json_each(?))",
        visit.person,
        json.dumps([each for each, _ in current]),
    )
    return {
        f"{row.reference} {document}": version
        for each, document, version in found
        if (row := current.get((each, document))) and 0 < version < row.version
    }
