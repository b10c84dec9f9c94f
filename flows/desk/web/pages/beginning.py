"""Beginning an assessment from the exemptions that it is to rest on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.casework import drafts, working
from flows.desk.web.visit import NotFoundError, Page
from flows.desk.web.work import kept, work_of
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import PitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.casework.working import Subject
    from flows.desk.web.visit import Answer, Visit
    from flows.desk.web.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """With which exemptions a text can be begun."""

    reference: str
    subjects: tuple[Subject, ...]


def offer(visit: Visit) -> Page:
    """Offer the exemptions with which an assessment can be begun."""
    return _offered(visit, work_of(visit), "")


def _offered(visit: Visit, work: Work, error: str) -> Page:
    if not DOCUMENTS[work.document].checked:
        raise NotFoundError
    view = StartView(reference=work.dossier.case.reference, subjects=working.offered(work.dossier))
    more = {"work": work, "error": error, "chosen": visit.form.get("start", []), "named": visit.sent("named")}
    return Page(template="draft-start.html.j2", view=view, more=more, status=422 if error else 200)


def start(visit: Visit) -> Answer:
    """Begin a text with the exemptions that were chosen; the text before it can be had back."""
    work = work_of(visit)
    if refused := work.refused(visit):
        return _offered(visit, work, refused[0])
    named = [each.strip() for each in visit.sent("named").split(";") if each.strip()]
    starts = [*_starts(visit.form.get("start", [])), *named]
    if not starts:
        return _offered(visit, work, "Choose at least one exemption.")
    try:
        text = drafts.begin(visit.office, work.dossier.case.reference, starts)
    except PitError as error:
        return _offered(visit, work, str(error))
    return kept(visit, work, replace(work.copy, text=text), "begun")


def _starts(chosen: Sequence[str]) -> list[str]:
    """Return exemptions and limbs as people name them: ``31(3) by virtue of 31(1)(a)``."""
    limbs: dict[str, list[str]] = {}
    for each in chosen:
        provision, _, limb = each.partition(" ")
        limbs.setdefault(provision, []).extend([limb] if limb else [])
    return [
        f"{provision} by virtue of {', '.join(some)}" if some else provision
        for provision, some in limbs.items()
    ]
