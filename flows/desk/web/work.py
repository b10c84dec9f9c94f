"""What somebody writes on a document, from where it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flows.casework import working
from flows.desk.web import copies
from flows.desk.web.copies import Copy, Place
from flows.desk.web.pages.case import dossier_of
from flows.desk.web.visit import NotFoundError, See
from flows.domain.acts import DRAFT
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.edition import documents_of
from flows.domain.errors import MalformedError
from flows.domain.reference import identity, slug
from flows.sources.strict_yaml import scan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.working import Current
    from flows.desk.web.visit import Visit
    from flows.register.dossier import Dossier
    from flows.sources.strict_yaml import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A document, and what somebody has made of it.

    Attributes:
        copy: What they wrote; what is recorded, where they did not write.
    """

    dossier: Dossier
    document: str
    place: Place
    current: Current
    copy: Copy

    @property
    def url(self) -> str:
        """Where it is written on."""
        there = f"/cases/{slug(self.dossier.case.reference)}/draft"
        return there if self.document == TEST.name else f"{there}?document={self.document}"

    @property
    def is_apart(self) -> bool:
        """Whether another version was recorded since the text was begun."""
        return self.copy.base != self.current.version

    def refused(self, visit: Visit) -> tuple[str, ...]:
        """Return why a person may not write it now."""
        found = refusals(self.dossier.case, DRAFT, visit.person, visit.policy, document=self.document)
        return tuple(map(str, found))


def work_of(visit: Visit) -> Work:
    """Return the document that an address names, as the person has it."""
    dossier = dossier_of(visit)
    document = visit.asked.get("document", TEST.name)
    if document not in DOCUMENTS or not (document in documents_of(visit.policy) or document == TEST.name):
        raise NotFoundError
    place = Place(person=visit.person, identity=identity(dossier.case.reference), document=document)
    current = working.current(visit.office, dossier, document)
    untouched = Copy(base=current.version, text=current.text, summary=current.summary)
    copy = copies.find(visit.store, place)
    if copy and says_the_same(copy, untouched) and (copy.earlier is None or copy.base != current.version):
        copies.drop(visit.store, place)
        copy = None
    return Work(dossier=dossier, document=document, place=place, current=current, copy=copy or untouched)


def says_the_same(one: Copy, other: Copy) -> bool:
    """Tell whether two texts would be one version."""
    return (one.text.strip(), one.summary.strip()) == (other.text.strip(), other.summary.strip())


def content_of(work: Work) -> tuple[Node | None, tuple[str, ...]]:
    """Return what an assessment says; None, and why, where it cannot be read; None too of a letter."""
    return read(work.copy.text) if DOCUMENTS[work.document].checked else (None, ())


def read(text: str) -> tuple[Node | None, tuple[str, ...]]:
    """Return what a text of YAML says, as keys with values; None, and why, where it cannot be read so."""
    try:
        found = scan(text.encode(), "assessment.yaml")
    except MalformedError as error:
        return None, tuple(map(str, error.faults))
    if found.faults or not isinstance(found.content, dict):
        return None, tuple(map(str, found.faults)) or ("there are no keys with values",)
    return found.content, ()


def kept(visit: Visit, work: Work, copy: Copy, what: str, path: str = "") -> See:
    """Keep a text in the place of another, which can be had back."""
    copies.keep(visit.store, work.place, replace(copy, earlier=work.copy.text))
    where = {"at": path} if path else {}
    return See(url=with_query(work.url, {"done": what, **where}))


def with_query(url: str, more: Mapping[str, str]) -> str:
    """Return an address that asks for more."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}" if more else url
