"""Deciding at a gate: read, choose, and what was chosen goes to be signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flows.casework import views
from flows.casework.acts import Wish
from flows.casework.changes import changes
from flows.casework.looking import look_or_say
from flows.casework.near import near
from flows.casework.reading import reading_of
from flows.casework.reviewing import composed
from flows.desk.web import comments, seen
from flows.desk.web.pages.case import dossier_of, version_read
from flows.desk.web.pages.commenting import commentable, place_of
from flows.desk.web.pages.signing import begin
from flows.desk.web.visit import NotFoundError, Page, See
from flows.domain.acts import APPROVE, RETURN
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.errors import PitError, RefusedError
from flows.domain.procedure import ROLE_AT, Stage
from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.changes import Changes
    from flows.casework.near import Near
    from flows.casework.reading import Reading
    from flows.casework.reviewing import Comment
    from flows.casework.views import CaseView, DocumentView
    from flows.desk.web.visit import Answer, Visit
    from flows.domain.acts import Kind
    from flows.register.dossier import Dossier


_COMMENTING: Final = ("comment", "change", "remove")
"""What a button sends that leads to a comment and not to the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideView:
    """What the page of a decision shows.

    Attributes:
        gate: Where the document stands; None where that is no gate.
        changes: Since the person last acted on it or saw it; None of a first version.
        near: Earlier tests on the same exemptions.
        why_not: Why this person may not decide.
        comments: What they said of passages of it so far, by id.
    """

    case: CaseView
    document: DocumentView
    gate: Stage | None
    text: Reading | None
    changes: Changes | None
    near: tuple[Near, ...]
    why_not: tuple[str, ...]
    comments: Mapping[str, Comment]


def ask(visit: Visit) -> Page:
    """Show the text and ask for the decision."""
    return _asked(visit, "")


def _asked(visit: Visit, error: str) -> Page:
    dossier, name = dossier_of(visit), _document(visit)
    case = dossier.case
    if name not in case.documents:
        raise NotFoundError
    stage = case.stage(name)
    gate = stage if stage in ROLE_AT else None
    shown = views.show(visit.office, dossier)
    why_not = refusals(case, APPROVE, visit.person, visit.policy, document=name)
    looked, unable = look_or_say(visit.office, dossier) if name == TEST.name else (None, "")
    current, before = case.document(name).version, seen.earlier(visit, dossier, name)
    view = DecideView(
        case=shown,
        document=next(each for each in shown.documents if each.document == name),
        gate=gate,
        text=reading_of(dossier, name, looked, unable) if case.document(name).version else None,
        changes=changes(dossier, name, before, current, looked) if before else None,
        near=near(visit.office, case.reference, shown.subject) if name == TEST.name else (),
        why_not=tuple(map(str, why_not)),
        comments=comments.own(visit.store, place_of(visit, dossier, name), current),
    )
    kept = comments.decision_of(visit.store, place_of(visit, dossier, name), current, stage)
    decision, reason = (visit.sent("decision"), visit.sent("reason")) if visit.form else kept
    more = {"error": error, "decision": decision, "reason": reason}
    return Page(template="decide.html.j2", view=view, more=more, status=422 if error else 200)


def propose(visit: Visit) -> Answer:
    """Make of what was chosen the statement that is to be signed."""
    dossier, name = dossier_of(visit), _document(visit)
    _keep(visit, dossier, name)
    if not visit.form.keys().isdisjoint(_COMMENTING):
        return _to_comments(visit)
    kind = {"approve": APPROVE, "return": RETURN}.get(visit.sent("decision"))
    if kind is None:
        return _asked(visit, "Choose whether you approve the version or return it.")
    try:
        gate = visit.sent("gate")
        if gate not in ROLE_AT:
            raise RefusedError("The page does not say at which approval you decide: open it again.")
        wish = Wish(
            kind=kind,
            reference=dossier.case.reference,
            document=name,
            version=version_read(visit, dossier.case, name),
            gate=Stage(gate),
            reason=_reason(visit, dossier, name, kind) or None,
        )
        return begin(visit, wish)
    except PitError as error:
        return _asked(visit, str(error))


def _keep(visit: Visit, dossier: Dossier, name: str) -> None:
    """Keep what was chosen and written, for whoever comes back to the page."""
    version, gate = dossier.case.document(name).version, visit.sent("gate")
    decision = {"decision": visit.sent("decision"), "reason": visit.sent("reason")}
    if version and visit.sent("version") == str(version) and gate == dossier.case.stage(name):
        comments.keep_decision(visit.store, place_of(visit, dossier, name), version, gate, **decision)


def _to_comments(visit: Visit) -> Answer:
    """Go to a comment that is to be made or changed, or forget one."""
    dossier, name = commentable(visit)
    there = f"/cases/{slug(dossier.case.reference)}/decide/{name}"
    if removed := visit.sent("remove"):
        comments.forget(visit.store, place_of(visit, dossier, name), removed)
        return See(url=f"{there}#your-decision")
    changed = visit.sent("change")
    which = {"comment": changed} if changed else {"paragraph": visit.sent("comment")}
    return See(url=f"{there}/comment?{urlencode(which)}")


def _reason(visit: Visit, dossier: Dossier, name: str, kind: Kind) -> str:
    """Return what was written; of a return, with what was said of each passage."""
    written = visit.sent("reason")
    if kind != RETURN:
        return written
    place = place_of(visit, dossier, name)
    return composed(written, comments.own(visit.store, place, dossier.case.document(name).version).values())


def _document(visit: Visit) -> str:
    name = visit.path["document"]
    if name not in DOCUMENTS:
        raise NotFoundError
    return name
