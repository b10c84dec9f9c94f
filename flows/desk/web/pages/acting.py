"""Every act that has no page of its own: chosen from the table, asked for by its row, then signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import records, sealed
from flows.casework.acts import Officer
from flows.desk.web import forms
from flows.desk.web.forms import Field, UnfitFieldError
from flows.desk.web.numbers import whole
from flows.desk.web.pages.case import dossier_of, title_of, version_read
from flows.desk.web.pages.signing import begin, keep
from flows.desk.web.visit import NotFoundError, Page, Sent
from flows.domain.acts import (
    ACTS,
    APPROVE,
    DRAFT,
    OPEN,
    PUBLISH,
    READ_REQUEST,
    RECORDS,
    RETURN,
    SENT,
    On,
)
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import documents_of
from flows.domain.errors import PitError, RefusedError
from flows.domain.reference import slug
from flows.sources.item import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.sealed import Kept
    from flows.desk.web.visit import Answer, Visit
    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.register.dossier import Dossier

MOST: Final = forms.MOST_SEALED + (1 << 20)
"""Bytes of a form with a file."""
_ELSEWHERE: Final = frozenset({OPEN, DRAFT, APPROVE, RETURN, PUBLISH})
"""Acts with a page of their own, or of the service alone."""
HERE: Final = tuple(kind for kind in ACTS.values() if kind.on is not On.POLICY and kind not in _ELSEWHERE)
"""Acts that are asked for here."""
_SUFFIXES: Final = {
    "PDF": ".pdf",
    "JPEG": ".jpg",
    "PNG": ".png",
    "TIFF": ".tif",
    "Office or ZIP": ".zip",
    "text": ".txt",
}
_LIST: Final = Field(name="list", form="file", label="List of the records, records.yaml")
_GIVEN: Final = Field(
    name="given",
    form="files",
    label="The files that it names",
    hint="They are looked through for what is hidden in them, and kept sealed. Once this is recorded, "
    "send the same again: then the schedule that lists them is drafted.",
    needed=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An act that may be taken, or why it may not.

    Attributes:
        id: The act, and the document it is done to: ``submit/test``.
        of: What the document is called, where the act can be done to several.
        what: It does.
        why_not: Empty where it may be taken.
    """

    id: str
    act: str
    document: str
    title: str
    of: str
    what: str
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActView:
    """What the page of the acts shows.

    Attributes:
        chosen: The one that is asked for now; None while it is to be chosen.
        fields: Of its form.
        version: Of the document that it is done to; 0 where it is done to the case, or none is written yet.
    """

    reference: str
    choices: tuple[Choice, ...]
    others: tuple[Choice, ...]
    chosen: Choice | None
    fields: tuple[Field, ...]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """What is kept sealed in a case, before it is opened.

    Attributes:
        open: Whether the person may open it now: their act of today is in the register.
    """

    reference: str
    open: bool
    kept: tuple[Kept, ...]


def choices(case: Case, visit: Visit) -> list[Choice]:
    """Return every act on a case and its documents that has no page of its own."""
    return [
        _choice(case, kind, document, visit) for kind in HERE for document in _documents(case, kind, visit)
    ]


def _documents(case: Case, kind: Kind, visit: Visit) -> Iterator[str]:
    if kind.on is On.CASE:
        yield ""
    elif kind.document:
        if kind.document in documents_of(visit.policy):
            yield kind.document
    else:
        # A letter that has a sending of its own is recorded as sent by that.
        yield from (name for name in case.documents if kind != SENT or DOCUMENTS[name].sent_by == SENT.name)


def _choice(case: Case, kind: Kind, document: str, visit: Visit) -> Choice:
    against = refusals(case, kind, visit.person, visit.policy, document=document)
    return Choice(
        id=f"{kind.name}/{document}" if document else kind.name,
        act=kind.name,
        document=document,
        title=title_of(kind),
        of=DOCUMENTS[document].called if document and not kind.document else "",
        what=what_of(kind),
        why_not=str(against[0]) if against else "",
    )


def what_of(kind: Kind) -> str:
    """Return what an act does, as a sentence."""
    return kind.help or _HELP.get(kind, "")


_HELP: Final = {
    READ_REQUEST: "Open the request as it arrived; that you do is recorded, with the reason.",
    RECORDS: "List which records were found, what becomes of each, and the files that are given.",
}


def ask(visit: Visit) -> Page:
    """Let a person choose an act, or ask for what the chosen one states."""
    return _asked(visit, visit.asked.get("act", ""), None)


def _asked(visit: Visit, act: str, error: PitError | None) -> Page:
    case = dossier_of(visit).case
    found = choices(case, visit)
    chosen = next((each for each in found if each.id == act), None)
    if act and chosen is None:
        raise NotFoundError
    kind = ACTS[chosen.act] if chosen else None
    fields = fields_of(kind, visit) if kind else []
    view = ActView(
        reference=case.reference,
        choices=tuple(each for each in found if not each.why_not),
        others=tuple(each for each in found if each.why_not),
        chosen=chosen,
        fields=tuple(fields),
        version=case.document(chosen.document).version if chosen and chosen.document else 0,
    )
    given = {field.name: visit.sent(field.name) or visit.asked.get(field.name, "") for field in fields}
    more = {"error": error or "", "wrong": forms.field_of(error) if error else "", "given": given}
    return Page(template="act.html.j2", view=view, more=more, status=422 if error else 200)


def fields_of(kind: Kind, visit: Visit) -> list[Field]:
    """Return the fields of an act."""
    return [_LIST, _GIVEN] if kind == RECORDS else forms.fields_of(kind, visit)


def propose(visit: Visit) -> Answer:
    """Make of what was stated the statement that is to be signed."""
    act, _, document = visit.sent("act").partition("/")
    kind = ACTS.get(act)
    if kind not in HERE:
        raise NotFoundError
    dossier = dossier_of(visit)
    try:
        if kind == RECORDS:
            return _schedule(visit, dossier)
        if dossier.case.document(document).version:
            version_read(visit, dossier.case, document)
        wish = forms.wish_of(kind, dossier.case.reference, document, visit)
        if kind == READ_REQUEST:
            return keep(visit, lambda one: sealed.open_sealed(visit.office, one, wish.reference, wish.reason))
        return begin(visit, wish)
    except PitError as error:
        return _asked(visit, visit.sent("act"), error)


def _schedule(visit: Visit, dossier: Dossier) -> Answer:
    given = {name: content for field, name, content in visit.uploads if field == _GIVEN.name}

    def read(name: str) -> bytes:
        if name not in given:
            raise UnfitFieldError(_GIVEN, "a file that the list names is not among them")
        return given[name]

    data = visit.files.get(_LIST.name, b"")
    if not data:
        raise UnfitFieldError(_LIST, "choose a file")
    reference = dossier.case.reference
    return keep(visit, lambda officer: records.schedule(visit.office, officer, reference, data, read))


def ask_request(visit: Visit) -> Page:
    """Say what is kept sealed in a case, and whether this person may open it now."""
    dossier = dossier_of(visit)
    view = RequestView(
        reference=dossier.case.reference,
        open=sealed.may_open_again(visit.office, dossier, Officer(id=visit.person, signer=None)),
        kept=tuple(sealed.kept_in(dossier)),
    )
    return Page(template="request.html.j2", view=view)


def show_request(visit: Visit) -> Answer:
    """Show the request as it arrived, or hand out what came with an act, to whoever opened it today."""
    number = whole(visit.sent("number"))
    if number is None and visit.sent("number"):
        raise NotFoundError
    dossier, officer = dossier_of(visit), Officer(id=visit.person, signer=None)
    if not sealed.may_open_again(visit.office, dossier, officer):
        raise RefusedError("It is not on record that you open the request today; record that first.")
    reference = dossier.case.reference
    opened = sealed.open_sealed(visit.office, officer, reference, None, number=number)
    if number is not None:
        return Sent(
            content=opened.content,
            media="application/octet-stream",
            name=f"{slug(reference)}-{number:04}{_SUFFIXES.get(kind_of(opened.content), '')}",
        )
    text = opened.content.decode(errors="replace")
    view = RequestView(reference=reference, open=True, kept=opened.kept)
    return Page(template="request.html.j2", view=view, more={"text": text})
