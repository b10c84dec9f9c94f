"""The papers of a case: as a page, as PDF, with its manifest, and whether what was given out is genuine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import laid_out
from flows.casework.proof import prove
from flows.desk.cli.papers import facts
from flows.desk.web import safety
from flows.desk.web.numbers import whole
from flows.desk.web.pages.case import dossier_of
from flows.desk.web.visit import NotFoundError, Page, Sent
from flows.domain.documents import DOCUMENTS, TEST

if TYPE_CHECKING:
    from flows.desk.web.visit import Visit
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """What the page of a paper shows.

    Attributes:
        versions: All that there are.
        published: Whether this one was.
        copy: Whether the file that is given out is in the home.
        proof: What was established of that file; None before it was asked for.
        against: What speaks against it.
    """

    reference: str
    document: str
    version: int
    versions: tuple[int, ...]
    documents: tuple[str, ...]
    published: bool
    copy: bool
    proof: tuple[tuple[str, str], ...] | None
    against: tuple[str, ...]
    passes: bool


def show(visit: Visit) -> Page:
    """Show a paper, by default the newest version of the test."""
    dossier = dossier_of(visit)
    document, version = _which(visit, dossier)
    copy = laid_out.copy_of(visit.office, dossier, document, version)
    proof = None
    if "verify" in visit.asked and copy:
        home = visit.office.home
        proof = prove(copy, home, None, source="the paper", roots_source="", now=visit.office.now())
    view = PaperView(
        reference=dossier.case.reference,
        document=document,
        version=version,
        versions=tuple(range(1, dossier.case.document(document).version + 1)),
        documents=tuple(name for name in dossier.case.documents if dossier.case.document(name).version),
        published=laid_out.published_as(dossier, document, version) is not None,
        copy=copy is not None,
        proof=tuple(facts(proof)) if proof else None,
        against=tuple(proof.against) if proof else (),
        passes=proof is not None and proof.passes,
    )
    return Page(template="paper.html.j2", view=view)


def file(visit: Visit) -> Sent:
    """Hand out a paper in one of its forms."""
    dossier = dossier_of(visit)
    document, version = _which(visit, dossier)
    form, name = visit.path["form"], DOCUMENTS[document].slug(dossier.case.reference)
    if form == "copy.pdf":
        copy = laid_out.copy_of(visit.office, dossier, document, version)
        if copy is None:
            raise NotFoundError
        return Sent(content=copy, media="application/pdf", name=f"{name}.pdf")
    if form not in {"page.html", "paper.pdf", "manifest.json"}:
        raise NotFoundError
    made = laid_out.lay_out(visit.office, dossier, document, version)
    if form == "page.html":
        return Sent(content=made.html, media="text/html", policy=safety.PAPER)
    if form == "manifest.json" and made.manifest:
        return Sent(content=made.manifest, media="application/json", name=f"{name}.json")
    if form == "paper.pdf":
        draft = "" if made.manifest else "-DRAFT"
        return Sent(content=made.pdf, media="application/pdf", name=f"{name}-{version}{draft}.pdf")
    raise NotFoundError


def _which(visit: Visit, dossier: Dossier) -> tuple[str, int]:
    document, asked = visit.asked.get("document", TEST.name), whole(visit.asked.get("version", ""))
    if document not in dossier.case.documents:
        raise NotFoundError
    current = dossier.case.document(document).version
    version = current if asked is None else asked
    if version not in range(current + 1):
        raise NotFoundError
    return document, version
