"""Writing a document: a form or its text, checked as it stands, and the writer's own until it is recorded.

What is written is a working copy of theirs. It becomes a version when they sign it, like any other act.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.casework import drafts, reviewing, working
from flows.casework.reading import paragraphs_of, plain
from flows.desk.web import comments, copies, safety
from flows.desk.web.copies import Copy
from flows.desk.web.form import (
    Form,
    Group,
    as_paragraphs,
    filled,
    form_of,
    id_of,
    ids_of,
    nearest,
    unchosen,
    with_one_more,
    without,
)
from flows.desk.web.pages.joining import two_texts
from flows.desk.web.pages.signing import keep
from flows.desk.web.visit import NotFoundError, Page, See, Sent
from flows.desk.web.work import content_of, kept, read, says_the_same, with_query, work_of
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import MalformedError, PitError
from flows.sources.strict_yaml import scan
from flows.sources.yaml_edit import edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from flows.casework.reading import Remark
    from flows.casework.reviewing import Comment, Returned
    from flows.casework.working import Checked
    from flows.desk.web.copies import Opening
    from flows.desk.web.visit import Answer, Visit
    from flows.desk.web.work import Work
    from flows.domain.errors import Fault
    from flows.sources.strict_yaml import Node

_FRAMED_PAGE: Final = safety.PAPER.replace("'unsafe-inline'", "'self'")
"""Of what is said in its place."""
_A_PHRASE: Final = 20
"""Characters from which a field's words say which field is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What the page of a draft shows.

    Attributes:
        version: That it would be recorded as.
        why_not: Why this person may not write it now.
        form: None where the text is not to be had as a form, or not asked for so.
        unread: Why it is not to be had.
        changed: When the person last wrote on it; None where they did not.
        others: Who else has it open.
        checked: None where it was not asked for.
        returned: How it came back to be mended; None where it did not.
    """

    reference: str
    subject: str
    document: str
    base: int
    version: int
    why_not: tuple[str, ...]
    form: Form | None
    unread: tuple[str, ...]
    text: str
    summary: str
    changed: datetime | None
    others: tuple[Opening, ...]
    checked: Checked | None
    returned: Returned | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereView:
    """What was sent from a page whose text was changed meanwhile in another window: by place.

    Attributes:
        sent: What stands there in what was sent, where the text has something else.
    """

    reference: str
    document: str
    sent: tuple[tuple[str, str], ...]


# The page


def show(visit: Visit) -> Answer:
    """Show what somebody writes, or where another version came between."""
    work = work_of(visit)
    if work.is_apart and not work.refused(visit):
        return two_texts(visit, work)
    return _page(visit, work)


def _page(visit: Visit, work: Work, checked: Checked | None = None, error: str = "") -> Page:
    case, refused = work.dossier.case, work.refused(visit)
    content, unread = content_of(work)
    as_yaml = "yaml" in {visit.asked.get("as"), *visit.form} or content is None
    form = None if as_yaml else form_of(content, case.regime)
    ids, checked = _ids(form), _in_form(checked, form)
    view = DraftView(
        reference=case.reference,
        subject=working.subject(work.dossier),
        document=work.document,
        base=work.copy.base,
        version=case.next_version(work.document),
        why_not=refused,
        form=form,
        unread=unread,
        text=work.copy.text,
        summary=as_paragraphs(work.copy.summary),
        changed=work.copy.changed,
        others=() if refused else copies.opened(visit.store, work.place),
        checked=checked,
        returned=(returned := _returned(visit, work)),
    )
    more = {
        "beside": _beside(returned, form, work),
        "done": comments.done(visit.store, visit.person),
        "work": work,
        "error": error,
        "label": visit.sent("label") or working.subject(work.dossier),
        "said": _said(checked, ids),
        "problems": _problems(checked, ids),
        "ids": ids,
        "recorded": work.current.version,
    }
    stopped = error or (checked and checked.faults)
    return Page(template="draft.html.j2", view=view, more=more, status=422 if stopped else 200)


def _returned(visit: Visit, work: Work) -> Returned | None:
    return reviewing.returned(work.dossier, work.document, comments.of_all(visit.store, work.place))


def _beside(returned: Returned | None, form: Form | None, work: Work) -> dict[str, list[tuple[str, Comment]]]:
    """Return the comments of a return by the id of the field that they mean; without one, under none."""
    if returned is None:
        return {}
    there = paragraphs_of(work.dossier, work.document, returned.version)
    now = _values(form.parts) if form else {}
    then = _then(work, returned.version) if form else {}
    beside: dict[str, list[tuple[str, Comment]]] = {}
    for id_, each in returned.comments:
        meant = each.quote or there.get(each.paragraph, "")
        # Where its words are mended already, the comment stays beside the field that had them.
        found = (name for values in (now, then) for name, value in values.items() if _has(value, meant))
        name = next((name for name in found if name in now), "")
        beside.setdefault(id_of(name) if name else "", []).append((id_, each))
    return beside


def _then(work: Work, version: int) -> Mapping[str, str]:
    """Return what stood in each field of a version that is recorded."""
    recorded = working.recorded(work.dossier, work.document, version)
    content = read(recorded.text)[0] if recorded else None
    return _values(form_of(content, work.dossier.case.regime).parts) if content else {}


def _has(value: str, meant: str) -> bool:
    """Tell whether the words that a comment means are a field's, or the field's words are among them."""
    words = plain(re.sub(r"[*_\\]", "", value))
    return bool(meant) and (meant in words or (len(words) > _A_PHRASE and words in meant))


def _ids(form: Form | None) -> dict[str, str]:
    """Return the id of the field of each path; what has no field is told of the whole text."""
    text = ids_of(form.parts) if form else {}
    whole = form.parts.id if form else "text"
    return {**text, "request.summary": "summary", "summary": "summary", "": whole}


def _id(path: str, ids: Mapping[str, str]) -> str:
    return nearest(path, ids) or ids[""]


def _in_form(checked: Checked | None, form: Form | None) -> Checked | None:
    """Return what is to be said where there are choices to press, for which nobody writes a word of YAML."""
    if checked is None or form is None:
        return checked
    ids, labels = ids_of(form.parts), unchosen(form.parts)
    faults = (
        replace(fault, problem=f"choose what applies under “{label}”")
        if (label := labels.get(nearest(fault.path, ids)))
        else fault
        for fault in checked.faults
    )
    return replace(checked, faults=tuple(faults))


def _said(checked: Checked | None, ids: Mapping[str, str]) -> dict[str, list[Fault | Remark]]:
    """Return what is to be said of each field, by its id."""
    said: dict[str, list[Fault | Remark]] = {}
    if checked:
        for fault in checked.faults:
            said.setdefault(_id(fault.path, ids), []).append(fault)
        for remark in checked.remarks:
            said.setdefault(_id(remark.finding.place, ids), []).append(remark)
    return said


def _problems(checked: Checked | None, ids: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what stops the text, each with the id of its field."""
    return [(_id(each.path, ids), each.problem) for each in checked.faults] if checked else []


# What is sent


def save(visit: Visit) -> Answer:
    """Keep what was written, and do what the button says."""
    work = work_of(visit)
    if refused := work.refused(visit):
        return _page(visit, work, error=refused[0])
    if visit.sent("digest") != work.copy.digest:
        return _changed_elsewhere(visit, work)
    action, _, path = visit.sent("do").partition(" ")
    return _DONE.get(action, _saved)(visit, _written(visit, work), path)


def _saved(visit: Visit, work: Work, _: str) -> See:
    return See(url=with_query(work.url, {**({"as": "yaml"} if "yaml" in visit.form else {}), "saved": "yes"}))


def _checked_page(visit: Visit, work: Work, _: str) -> Page:
    return _page(visit, work, _checked(visit, work))


def _as_yaml(_: Visit, work: Work, __: str) -> See:
    return See(url=with_query(work.url, {"as": "yaml"}))


def _as_form(_: Visit, work: Work, __: str) -> See:
    return See(url=work.url)


def _brought_back(visit: Visit, work: Work, _: str) -> See:
    return kept(visit, work, replace(work.copy, text=work.copy.earlier or work.copy.text), "back")


def _discarded(visit: Visit, work: Work, _: str) -> See:
    text, summary = work.current.text, work.current.summary
    return kept(visit, work, replace(work.copy, text=text, summary=summary), "discarded")


def check(visit: Visit) -> Page:
    """Keep what was written, and say to the script of the page what is to be said of it."""
    work = work_of(visit)
    refused = work.refused(visit)
    if refused or work.is_apart or visit.sent("digest") != work.copy.digest:
        return Page(template="draft-moved.html.j2", view=refused, status=409)
    work = _written(visit, work)
    content, _ = content_of(work)
    by_field = content is not None and "yaml" not in visit.form
    form = form_of(content, work.dossier.case.regime) if by_field else None
    ids, checked = _ids(form), _in_form(_checked(visit, work), form)
    more = {"work": work, "said": _said(checked, ids), "problems": _problems(checked, ids), "ids": ids}
    return Page(template="draft-said.html.j2", view=checked, more=more)


def _written(visit: Visit, work: Work) -> Work:
    """Keep what was written in the form, or as text, and which comments are dealt with."""
    known = {id_ for id_, *_ in comments.of_all(visit.store, work.place)}
    told = known.intersection(visit.form.get("told", []))
    comments.tick(visit.store, visit.person, told, visit.form.get("done", []))
    made = _as_sent(visit, work)
    if made == work.copy:
        return work
    copies.keep(visit.store, work.place, made)
    return replace(work, copy=copies.find(visit.store, work.place) or made)


def _as_sent(visit: Visit, work: Work) -> Copy:
    summary = visit.sent("summary") if "summary" in visit.form else work.copy.summary
    summary = work.copy.summary if summary == as_paragraphs(work.copy.summary) else summary
    return replace(work.copy, text=_text_sent(visit, work), summary=summary)


def _text_sent(visit: Visit, work: Work) -> str:
    for name in ("yaml", "text"):
        if name in visit.form:
            text = visit.form[name][-1]
            return work.copy.text if text.strip() == work.copy.text.strip() else text
    content, _ = content_of(work)
    made = filled(content, visit.form) if content is not None else None
    return work.copy.text if made is None or made == content else edited(work.copy.text, made)


def _checked(visit: Visit, work: Work) -> Checked:
    return working.check(visit.office, work.dossier, work.document, work.copy.text, work.copy.summary)


def _recorded(visit: Visit, work: Work, _: str) -> Answer:
    """Propose what was written as the next version."""
    if work.is_apart:
        return two_texts(visit, work)
    case, copy = work.dossier.case, work.copy
    summary = None if copy.summary.strip() in {"", work.current.summary.strip()} else copy.summary
    label = visit.sent("label")
    changed = label not in {"", working.subject(work.dossier)}
    try:
        return keep(
            visit,
            lambda officer: drafts.draft(
                visit.office,
                officer,
                case.reference,
                copy.text.encode(),
                summary,
                document=work.document,
                subject=label if changed else None,
            ),
        )
    except MalformedError as error:
        if changed:  # what the checks say beside the fields is not about it
            return _page(visit, work, error=str(error))
        return _page(visit, work, _checked(visit, work))
    except PitError as error:
        same = says_the_same(copy, Copy(base=0, text=work.current.text, summary=work.current.summary))
        told = f"Version {work.current.version} says this already; there is nothing to record."
        return _page(visit, work, error=told if same else str(error))


def _added(visit: Visit, work: Work, path: str) -> Answer:
    """Add a part, an exemption or a factor."""
    try:
        exemption = _begun(visit, work, visit.sent(f"new {path}"))
    except PitError as error:
        return _page(visit, work, error=str(error))
    return _with_other(visit, work, "add", path, lambda content: with_one_more(content, path, exemption))


def _removed(visit: Visit, work: Work, path: str) -> Answer:
    """Take a part, an exemption or a factor out; the text before that can be had back."""
    return _with_other(visit, work, "remove", path, lambda content: without(content, path))


def _put_in(visit: Visit, work: Work, id_: str) -> Answer:
    """Put the words that a reviewer suggests in the place of those that they mean."""
    returned = _returned(visit, work)
    comment = dict(returned.comments).get(id_) if returned else None
    if comment is None:
        raise NotFoundError
    content, _ = content_of(work)
    texts = _values(form_of(content, work.dossier.case.regime).parts) if content else {"": work.copy.text}
    places = [name for name, text in texts.items() if comment.quote and text.count(comment.quote) == 1]
    if len(places) != 1 or (content is None and DOCUMENTS[work.document].checked):
        told = "The words that are meant do not stand at one place as they were; put the others in by hand."
        return _page(visit, work, error=told)
    text = texts[places[0]].replace(comment.quote, comment.instead)
    if content is not None:
        text = edited(work.copy.text, filled(content, {places[0]: [text]}))
    comments.tick(visit.store, visit.person, {id_}, {id_})
    return kept(visit, work, replace(work.copy, text=text), "instead", places[0])


def _with_other(visit: Visit, work: Work, what: str, path: str, change: Callable[[Node], Node]) -> Answer:
    content, _ = content_of(work)
    if content is None:
        raise NotFoundError
    try:
        text = edited(work.copy.text, change(content))
    except (LookupError, TypeError, AttributeError):
        raise NotFoundError from None  # the path leads to nothing that is there
    return kept(visit, work, replace(work.copy, text=text), what, path)


def _begun(visit: Visit, work: Work, provision: str) -> Node:
    """Return what an exemption begins as: what its starting text says."""
    if not provision:
        return {"provision": ""}
    text = drafts.begin(visit.office, work.dossier.case.reference, [provision])
    content = scan(text.encode(), "assessment.yaml").content
    return content["parts"][0]["exemptions"][0]  # type: ignore[index,call-overload] # as every one is begun


_DONE: Final[Mapping[str, Callable[[Visit, Work, str], Answer]]] = {
    "check": _checked_page,
    "record": _recorded,
    "add": _added,
    "remove": _removed,
    "instead": _put_in,
    "back": _brought_back,
    "discard": _discarded,
    "yaml": _as_yaml,
    "form": _as_form,
}
"""What the buttons do beside keeping what was written."""


def _changed_elsewhere(visit: Visit, work: Work) -> Page:
    """Show what was sent from a page that is no longer what the text is."""
    content, _ = content_of(work)
    form = form_of(content, work.dossier.case.regime) if content is not None else None
    stands = _values(form.parts) if form else {}
    stands |= {"yaml": work.copy.text, "text": work.copy.text, "summary": work.copy.summary}
    ours = {"token", "digest", "do"}
    sent = [
        (name, values[-1])
        for name, values in visit.form.items()
        if name not in ours and values[-1].strip() and values[-1].strip() != stands.get(name, "").strip()
    ]
    view = ElsewhereView(reference=work.dossier.case.reference, document=work.document, sent=tuple(sent))
    return Page(template="draft-elsewhere.html.j2", view=view, more={"work": work}, status=409)


def _values(group: Group) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in (*group.items, *group.folded):
        found |= _values(item) if isinstance(item, Group) else {item.name: item.value}
    return found


# Beside it


def paper(visit: Visit) -> Answer:
    """Show how what was written would look, as far as it was saved."""
    work = work_of(visit)
    try:
        text = working.paper(visit.office, work.dossier, work.document, work.copy.text, work.copy.summary)
    except MalformedError as error:
        return Page(template="draft-unready.html.j2", view=error.faults, policy=_FRAMED_PAGE)
    return Sent(content=text.encode(), media="text/html", policy=safety.PAPER)
