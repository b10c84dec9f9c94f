"""Commenting on a passage of a version: kept for the reviewer until a return carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import reviewing
from flows.casework.reading import paragraphs_of
from flows.casework.reviewing import Comment
from flows.desk.web import comments
from flows.desk.web.copies import Place
from flows.desk.web.numbers import whole
from flows.desk.web.pages.case import dossier_of, version_read
from flows.desk.web.visit import NotFoundError, Page, See
from flows.domain.acts import RETURN
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import PitError
from flows.domain.reference import identity, slug

if TYPE_CHECKING:
    from flows.desk.web.visit import Answer, Visit
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """What the page of a comment shows.

    Attributes:
        passage: The words of the paragraph; empty for the whole text.
        comment: As it is so far.
        id: Under which it is kept; empty for a new one.
    """

    reference: str
    document: str
    version: int
    passage: str
    comment: Comment
    id: str


def place_of(visit: Visit, dossier: Dossier, document: str) -> Place:
    """Return where what somebody says of a document is kept."""
    return Place(person=visit.person, identity=identity(dossier.case.reference), document=document)


def ask(visit: Visit) -> Page:
    """Ask what is to be said of a paragraph."""
    dossier, document = commentable(visit)
    id_, number = visit.asked.get("comment", ""), visit.asked.get("paragraph", "0")
    version = dossier.case.document(document).version
    known = comments.own(visit.store, place_of(visit, dossier, document), version).get(id_)
    new = Comment(paragraph=whole(number) or 0, quote="", said="", instead="")
    return _asked(dossier, document, known or new, id_ if known else "", "")


def _asked(dossier: Dossier, document: str, comment: Comment, id_: str, error: str) -> Page:
    there = paragraphs_of(dossier, document)
    if comment.paragraph and comment.paragraph not in there:
        raise NotFoundError
    view = CommentView(
        reference=dossier.case.reference,
        document=document,
        version=dossier.case.document(document).version,
        passage=there.get(comment.paragraph, ""),
        comment=comment,
        id=id_,
    )
    return Page(template="comment.html.j2", view=view, more={"error": error}, status=422 if error else 200)


def keep(visit: Visit) -> Answer:
    """Keep a comment."""
    dossier, document = commentable(visit)
    place, version = place_of(visit, dossier, document), dossier.case.document(document).version
    number, id_ = visit.sent("paragraph"), visit.sent("comment")
    comment = Comment(
        paragraph=whole(number) or 0,
        quote=" ".join(visit.sent("quote").split()),
        said=visit.sent("said"),
        instead=visit.sent("instead"),
    )
    try:
        version_read(visit, dossier.case, document)
        reviewing.check(visit.office, dossier, document, comment)
    except PitError as error:
        return _asked(dossier, document, comment, id_, str(error))
    comments.keep(visit.store, place, version, comment, id_)
    there = f"/cases/{slug(dossier.case.reference)}/decide/{document}"
    return See(url=f"{there}#{f'paragraph-{comment.paragraph}' if comment.paragraph else 'comments'}")


def commentable(visit: Visit) -> tuple[Dossier, str]:
    """Return the case and the document that an address names, on which the person may comment.

    Raises:
        PitError: why they may not.
    """
    dossier, document = dossier_of(visit), visit.path["document"]
    if document not in DOCUMENTS or document not in dossier.case.documents:
        raise NotFoundError
    for error in refusals(dossier.case, RETURN, visit.person, visit.policy, document=document):
        raise error
    return dossier, document
