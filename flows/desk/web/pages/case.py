"""One case: where it stands and why, its text with what the checks say beside it, its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import views
from flows.casework.looking import look
from flows.casework.reading import reading_of
from flows.desk.web.visit import Page
from flows.domain.acts import APPROVE
from flows.domain.decide import refusals
from flows.domain.documents import TEST
from flows.domain.procedure import ROLE_AT
from flows.domain.reference import identity, parse_reference

if TYPE_CHECKING:
    from flows.casework.reading import Reading
    from flows.casework.views import CaseView, Line
    from flows.desk.web.visit import Visit
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """What the page of a case shows.

    Attributes:
        document: Whose text is shown.
        text: That, with what the checks say; None before the first draft.
        decide: Whether the person may decide on it now.
        why_not: Why they may not, where it stands at a gate.
    """

    case: CaseView
    document: str
    text: Reading | None
    decide: bool
    why_not: tuple[str, ...]
    history: tuple[Line, ...]


def dossier_of(visit: Visit) -> Dossier:
    """Return the case that an address names."""
    return visit.office.register.dossier(parse_reference(visit.path["case"]))


def show(visit: Visit) -> Page:
    """Show a case."""
    dossier = dossier_of(visit)
    case = dossier.case
    document = visit.asked.get("document", TEST.name)
    if document not in case.documents:
        document = TEST.name
    at_gate = case.stage(document) in ROLE_AT
    why_not = refusals(case, APPROVE, visit.person, visit.policy, document=document) if at_gate else []
    looked = look(visit.office, dossier) if document == TEST.name else None
    view = CasePage(
        case=views.show(visit.office, dossier),
        document=document,
        text=reading_of(dossier, document, looked) if case.document(document).version else None,
        decide=at_gate and not why_not,
        why_not=tuple(map(str, why_not)),
        history=tuple(views.history(dossier)),
    )
    _remember(visit, dossier, document)
    return Page(template="case.html.j2", view=view)


def _remember(visit: Visit, dossier: Dossier, document: str) -> None:
    """Remember what the person has now seen, so that what changes from here can be shown to them."""
    visit.store.ask(
        "insert or replace into seen values (?, ?, ?, ?, ?, strftime('%s'))",
        *(visit.person, identity(dossier.case.reference), document),
        *(dossier.case.document(document).version, dossier.case.acts),
    )
