"""Mail at the desk: what came and what became of it, what waits in a case, and a letter sent from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import correspondence, mail_views, sealed, sending
from flows.casework.acts import Officer, Wish
from flows.desk.web import forms
from flows.desk.web.numbers import whole
from flows.desk.web.pages.acting import what_of
from flows.desk.web.pages.case import dossier_of, title_of, version_read
from flows.desk.web.pages.signing import begin
from flows.desk.web.visit import NotFoundError, Page, See, Sent
from flows.domain.acts import ACTS, CLARIFIED, REVIEW_ASKED
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS
from flows.domain.english import begun
from flows.domain.errors import PitError, RefusedError
from flows.domain.local_day import local_day
from flows.domain.procedure import Role, Stage
from flows.domain.reference import slug
from flows.sources.mail.message import TOLD, read_message

if TYPE_CHECKING:
    from datetime import datetime

    from flows.casework.correspondence import Letter
    from flows.casework.mail_views import InCase, Unsure
    from flows.casework.sending import Shown
    from flows.desk.web.forms import Field
    from flows.desk.web.visit import Answer, Visit
    from flows.domain.acts import Kind
    from flows.sources.mail.journal import Tried

_OF_APPLICANTS: Final = (CLARIFIED, REVIEW_ASKED)
"""What a message of the applicant's can mean for a case: acts that keep it sealed."""
_STATED: Final = frozenset({"fact-on", "fact-by", "fact-message", forms.FILE})
"""Fields that sending by mail fills in by itself."""
_SHOWN: Final = 200_000
"""Characters of a message that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailInCaseView:
    """What the page of a case's mail shows.

    Attributes:
        open: Whether the person may read what is sealed in the case now: their act of today is on record.
    """

    reference: str
    open: bool
    mail: InCase


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message, read.

    Attributes:
        own: Whether it is from the applicant's address; None where that cannot be told.
        attached: The kind and the size in bytes of what came with it.
        means: What it can mean for the case: the name of an act, its title, and what it does.
    """

    reference: str
    tag: str
    received: datetime
    what: str
    own: bool | None
    name: str
    sender: str
    subject: str
    text: str
    told: tuple[str, ...]
    attached: tuple[tuple[str, int], ...]
    means: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendView:
    """What is shown before a letter is sent by mail.

    Attributes:
        why_not: It cannot go by mail now, as a sentence; empty where it can.
        letter: As it would go; its text, its address and its files are for those who may read the request.
        open: Whether the person may read that now.
        unsure: That an earlier sending was cut off.
        failed: That it did not go the last time.
    """

    reference: str
    document: str
    version: int
    why_not: str
    open: bool
    letter: Shown | None
    fields: tuple[Field, ...]
    unsure: Unsure | None
    failed: Tried | None


def show(visit: Visit) -> Page:
    """Show the mail of the authority."""
    number = whole(visit.asked.get("page", "")) or 1
    return Page(template="mail.html.j2", view=mail_views.mail(visit.office, number), more={"query": _query})


def _query(_: object, page: str) -> str:
    return f"/mail?page={page}"


def of_case(visit: Visit) -> Page:
    """Show the mail of a case."""
    return _of_case(visit, None)


def _of_case(visit: Visit, error: PitError | None) -> Page:
    dossier = dossier_of(visit)
    reference = dossier.case.reference
    view = MailInCaseView(
        reference=reference,
        open=sealed.may_open_again(visit.office, dossier, Officer(id=visit.person, signer=None)),
        mail=mail_views.in_case(visit.office, reference),
    )
    more = {"error": error or "", "may": Role.FOI_OFFICER in visit.roles}
    return Page(template="case-mail.html.j2", view=view, more=more, status=422 if error else 200)


def _letter(visit: Visit) -> Letter:
    """Return the message that an address names, which waits in the case that it names.

    Raises:
        NotFoundError: there is none.
    """
    reference = dossier_of(visit).case.reference
    found = correspondence.waiting_in(visit.office, reference)
    letter = next((each for each in found if each.tag == visit.path["tag"]), None)
    if letter is None:
        raise NotFoundError
    return letter


def _opened(visit: Visit, letter: Letter) -> bytes:
    """Return a message, for whoever opened what is sealed in its case today.

    Raises:
        RefusedError: that is not on record.
    """
    dossier, officer = dossier_of(visit), Officer(id=visit.person, signer=None)
    if not sealed.may_open_again(visit.office, dossier, officer):
        raise RefusedError(
            "It is not on record that you open what is sealed in this case; record that first."
        )
    sealed.open_sealed(visit.office, officer, letter.reference, None)
    return correspondence.unsealed(visit.office, letter)


def read(visit: Visit) -> Answer:
    """Show a message, or hand it out as it was received."""
    letter = _letter(visit)
    raw = _opened(visit, letter)
    if visit.sent("as") == "file":
        name = f"{slug(letter.reference)}-{letter.tag}.eml"
        return Sent(content=raw, media="application/octet-stream", name=name)
    return _shown(visit, letter, raw, None)


def _shown(visit: Visit, letter: Letter, raw: bytes, error: PitError | None) -> Page:
    message, case = read_message(raw), dossier_of(visit).case
    view = MessageView(
        reference=letter.reference,
        tag=letter.tag,
        received=letter.received,
        what=letter.what,
        own=correspondence.is_from_applicant(visit.office, letter),
        name=message.name,
        sender=message.sender,
        subject=message.subject,
        text=message.text[:_SHOWN],
        told=tuple(TOLD[each] for each in sorted(message.told)),
        attached=tuple((each.kind, each.size) for each in message.attached),
        means=tuple(
            (kind.name, title_of(kind), what_of(kind))
            for kind in _OF_APPLICANTS
            if not refusals(case, kind, visit.person, visit.policy)
        ),
    )
    wrong = forms.field_of(error) if error else ""
    more = {"error": error or "", "wrong": wrong, "may": Role.FOI_OFFICER in visit.roles}
    return Page(template="message.html.j2", view=view, more=more, status=422 if error else 200)


def put_by(visit: Visit) -> Answer:
    """Put a message by that needs no act."""
    letter = _letter(visit)
    correspondence.dealt_with(visit.office, visit.person, letter.tag)
    return See(url=f"/cases/{slug(letter.reference)}/mail?done=put-by")


def take_for(visit: Visit) -> Answer:
    """Make of a message the act that it means, which keeps it sealed and is then signed."""
    letter = _letter(visit)
    raw = _opened(visit, letter)
    kind = ACTS.get(visit.sent("act"))
    try:
        if kind not in _OF_APPLICANTS:
            raise RefusedError("Choose what the message means for the case.")
        if correspondence.is_from_applicant(visit.office, letter) is not True:
            if visit.sent("own") != "yes":
                raise RefusedError(
                    "It is not known to be from the applicant's address: say that you take it for their own "
                    "words, and why."
                )
            correspondence.take_for_own_words(visit.office, visit.person, letter.tag, visit.sent("reason"))
        wish = Wish(
            kind=kind,
            reference=letter.reference,
            facts={"on": local_day(letter.received).isoformat()},
            sealed=raw,
        )
        return begin(visit, wish)
    except PitError as error:
        return _shown(visit, letter, raw, error)


# Sending


def ask_send(visit: Visit) -> Page:
    """Show a letter as it would go by mail: to whom, and with what."""
    return _asked(visit, None)


def _about(visit: Visit) -> tuple[str, Kind]:
    document = visit.path["document"]
    if document not in DOCUMENTS:
        raise NotFoundError
    return document, ACTS[DOCUMENTS[document].sent_by]


def _asked(visit: Visit, error: PitError | None) -> Page:
    (document, kind), dossier = _about(visit), dossier_of(visit)
    case = dossier.case
    mail = mail_views.in_case(visit.office, case.reference)
    unsure = next((each for each in mail.unsure if each.document == document), None)
    letter, why_not = None, _why_not(visit, document, kind)
    if not why_not and not (unsure and not unsure.taken):
        try:
            letter = sending.shown(visit.office, visit.person, dossier, document)
        except PitError as refused:
            why_not = str(refused)
    open_ = sealed.may_open_again(visit.office, dossier, Officer(id=visit.person, signer=None))
    fields = _fields(kind, visit)
    view = SendView(
        reference=case.reference,
        document=document,
        version=case.document(document).version,
        why_not=why_not,
        open=open_,
        letter=letter,
        fields=tuple(fields),
        unsure=unsure,
        failed=next((each for each in mail.failed if each.document == document), None),
    )
    given = {field.name: visit.sent(field.name) for field in fields}
    more = {"error": error or "", "wrong": forms.field_of(error) if error else "", "given": given}
    return Page(template="send.html.j2", view=view, more=more, status=422 if error else 200)


def _why_not(visit: Visit, document: str, kind: Kind) -> str:
    case = dossier_of(visit).case
    if case.stage(document) is not Stage.PUBLISHED:
        return f"{begun(case.said(document))} is not published, or was sent before."
    against = refusals(case, kind, visit.person, visit.policy, document=document)
    return str(against[0]) if against else ""


def _fields(kind: Kind, visit: Visit) -> list[Field]:
    return [field for field in forms.fields_of(kind, visit) if field.name not in _STATED]


def send(visit: Visit) -> Answer:
    """Make the statement that a letter was sent by mail; once that is signed, the letter goes."""
    (document, kind), dossier = _about(visit), dossier_of(visit)
    try:
        version_read(visit, dossier.case, document)
        asked = forms.wish_of(kind, dossier.case.reference, document, visit, leaving_out=_STATED)
        wish = sending.wished(
            visit.office,
            visit.person,
            asked.reference,
            document,
            facts=asked.facts or {},
            reason=asked.reason,
        )
        return begin(visit, wish)
    except PitError as error:
        return _asked(visit, error)


def did_not_go(visit: Visit) -> Answer:
    """Note that a letter whose sending was cut off did not go."""
    (document, _), dossier = _about(visit), dossier_of(visit)
    try:
        sending.did_not_go(visit.office, visit.person, dossier.case.reference, document)
    except PitError as error:
        return _asked(visit, error)
    return See(url=f"/cases/{slug(dossier.case.reference)}/send/{document}")
