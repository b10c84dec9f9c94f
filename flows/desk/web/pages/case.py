"""One case: where it stands and why, its text with what the checks say beside it, its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import mail_views, views
from flows.casework.looking import has_to_be_mended, look_or_say
from flows.casework.reading import reading_of
from flows.desk.web import seen
from flows.desk.web.numbers import whole
from flows.desk.web.visit import Page
from flows.domain.acts import ACTS, APPROVE, DRAFT, OVERRIDE, SUBMIT
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, SCHEDULE, TEST
from flows.domain.edition import documents_of
from flows.domain.errors import StaleVersionError
from flows.domain.procedure import ROLE_AT, Stage
from flows.domain.reference import parse_reference, slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.looking import Looked
    from flows.casework.mail_views import InCase
    from flows.casework.reading import Reading
    from flows.casework.views import CaseView, Line
    from flows.desk.web.visit import Visit
    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """What the page of a case shows.

    Attributes:
        document: Whose text is shown.
        text: That, with what the checks say; None before the first draft.
        next: The person's next step on the case, None where it is not theirs: an address, what it is, and of
            which letter.
        before: The version with which the current one is compared; 0 where there is none before.
        overrides: Whether they may override a finding of the text.
        why_not: Why they may not, where it stands at a gate.
        letters: Those that they may begin to write.
        mail: What came by mail and waits, and what goes by mail.
    """

    case: CaseView
    document: str
    text: Reading | None
    next: tuple[str, str, str] | None
    overrides: bool
    before: int
    why_not: tuple[str, ...]
    letters: tuple[str, ...]
    history: tuple[Line, ...]
    mail: InCase


def dossier_of(visit: Visit) -> Dossier:
    """Return the case that an address names."""
    return visit.office.register.dossier(parse_reference(visit.path["case"]))


def version_read(visit: Visit, case: Case, document: str) -> int:
    """Return the version that the page showed from which a form came, which has to be the current one.

    Raises:
        StaleVersionError: it is not.
    """
    current, read = case.document(document).version, visit.sent("version")
    if read != str(current):
        raise StaleVersionError(case.said(document), current=current, named=whole(read) or 0)
    return current


def show(visit: Visit) -> Page:
    """Show a case."""
    dossier = dossier_of(visit)
    case = dossier.case
    document = visit.asked.get("document", TEST.name)
    if document not in case.documents:
        document = TEST.name
    at_gate = case.stage(document) in ROLE_AT
    why_not = refusals(case, APPROVE, visit.person, visit.policy, document=document) if at_gate else []
    looked, unable = look_or_say(visit.office, dossier)
    current, before = case.document(document).version, seen.earlier(visit, dossier, document)
    of_test = (looked, unable) if document == TEST.name else (None, "")
    text = reading_of(dossier, document, *of_test) if current else None
    view = CasePage(
        case=views.show(visit.office, dossier),
        document=document,
        text=text,
        next=_next(visit, dossier, document, looked),
        overrides=not refusals(case, OVERRIDE, visit.person, visit.policy, document=document),
        before=before if 0 < before < current else 0,
        why_not=tuple(map(str, why_not)),
        letters=tuple(_letters(visit, case)),
        history=tuple(views.history(dossier)),
        mail=mail_views.in_case(visit.office, case.reference),
    )
    seen.remember(visit, dossier, document)
    return Page(template="case.html.j2", view=view)


def _letters(visit: Visit, case: Case) -> Iterator[str]:
    """Yield the letters that a person may begin; a schedule begins with its records, and is no page's."""
    for name in documents_of(visit.policy):
        begun = name in {TEST.name, SCHEDULE.name} or case.document(name).version
        if not begun and not refusals(case, DRAFT, visit.person, visit.policy, document=name):
            yield name


def title_of(kind: Kind) -> str:
    """Return what people press to do an act."""
    return f"{kind.verb[0].upper()}{kind.verb[1:]}"


def _next(
    visit: Visit, dossier: Dossier, document: str, looked: Looked | None
) -> tuple[str, str, str] | None:
    """Return the next step that a person may take, on the document they look at or on another one.

    Args:
        looked: What the checks say of the test.
    """
    case = dossier.case
    there = f"/cases/{slug(case.reference)}"
    for name in dict.fromkeys([document, *case.documents]):
        sent = ACTS[DOCUMENTS[name].sent_by]
        kind = {Stage.DRAFTING: SUBMIT, Stage.PUBLISHED: sent, **dict.fromkeys(ROLE_AT, APPROVE)}.get(
            case.stage(name)
        )
        if kind and not refusals(case, kind, visit.person, visit.policy, document=name):
            # The act that says that a letter of its own kind went names that letter already.
            what = "" if name == TEST.name or kind.document else DOCUMENTS[name].called
            if kind == SUBMIT and has_to_be_mended(visit.office, dossier, name, looked):
                return f"{there}/draft?document={name}", "Write", what
            words = "Decide" if kind == APPROVE else title_of(kind)
            url = f"{there}/decide/{name}" if kind == APPROVE else f"{there}/act?act={kind.name}/{name}"
            return url, words, what
    return None
