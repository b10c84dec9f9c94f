"""What changed between two versions of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework.changes import changes
from flows.casework.looking import look_or_say
from flows.desk.web import seen
from flows.desk.web.numbers import whole
from flows.desk.web.pages.case import dossier_of
from flows.desk.web.visit import NotFoundError, Page
from flows.domain.documents import TEST

if TYPE_CHECKING:
    from flows.desk.web.visit import Visit


def show(visit: Visit) -> Page:
    """Show what changed, by default since the person last acted or looked."""
    dossier = dossier_of(visit)
    document = visit.asked.get("document", TEST.name)
    if document not in dossier.case.documents:
        raise NotFoundError
    current = dossier.case.document(document).version
    after = _version(visit, "to", current)
    before = _version(visit, "from", min(seen.earlier(visit, dossier, document), after))
    if after < before:
        before, after = after, before
    looked, _ = look_or_say(visit.office, dossier) if document == TEST.name else (None, "")
    return Page(template="changes.html.j2", view=changes(dossier, document, before, after, looked))


def _version(visit: Visit, name: str, default: int) -> int:
    asked = whole(visit.asked.get(name, ""))
    return default if asked is None else asked
