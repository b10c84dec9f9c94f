"""Writing a document: a form or its text, checked as it stands, and the writer's own until it is recorded.

What is written is a working copy of theirs. It becomes a version when they sign it, like any other act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flows.casework import drafts, working
from flows.desk.web import copies, merging, safety
from flows.desk.web.copies import Copy, Place
from flows.desk.web.form import (
    Form,
    Group,
    as_paragraphs,
    filled,
    form_of,
    ids_of,
    nearest,
    with_one_more,
    without,
)
from flows.desk.web.merging import Side
from flows.desk.web.pages.case import dossier_of
from flows.desk.web.pages.signing import keep
from flows.desk.web.visit import NotFoundError, Page, See, Sent
from flows.domain.acts import DRAFT
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.edition import documents_of
from flows.domain.errors import MalformedError, PitError
from flows.domain.reference import identity, slug
from flows.sources.strict_yaml import scan
from flows.sources.yaml_edit import edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from flows.casework.reading import Remark
    from flows.casework.working import Checked, Current, Subject
    from flows.desk.web.copies import Opening
    from flows.desk.web.merging import Apart
    from flows.desk.web.visit import Answer, Visit
    from flows.domain.errors import Fault
    from flows.register.dossier import Dossier
    from flows.sources.strict_yaml import Node

_FRAMED_PAGE: Final = safety.PAPER.replace("'unsafe-inline'", "'self'")
"""Of what is said in its place."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartView:
    """What the page shows on which two texts are made one.

    Attributes:
        base: The version that the person's text was begun from.
        version: The one that was recorded meanwhile.
        author: Who recorded it.
    """

    reference: str
    document: str
    base: int
    version: int
    author: str
    apart: tuple[Apart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereView:
    """What was sent from a page whose text was changed meanwhile in another window: by place.

    Attributes:
        sent: What stands there in what was sent, where the text has something else.
    """

    reference: str
    document: str
    sent: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartView:
    """With which exemptions a text can be begun."""

    reference: str
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
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
        there = f"/cases/{slug(self.dossier.case.reference)}/draft"
        return there if self.document == TEST.name else f"{there}?document={self.document}"

    @property
    def is_apart(self) -> bool:
        """Whether another version was recorded since the text was begun."""
        return self.copy.base != self.current.version

    def refused(self, visit: Visit) -> tuple[str, ...]:
        found = refusals(self.dossier.case, DRAFT, visit.person, visit.policy, document=self.document)
        return tuple(map(str, found))


def _work(visit: Visit) -> _Work:
    dossier = dossier_of(visit)
    document = visit.asked.get("document", TEST.name)
    if document not in DOCUMENTS or not (document in documents_of(visit.policy) or document == TEST.name):
        raise NotFoundError
    place = Place(person=visit.person, identity=identity(dossier.case.reference), document=document)
    current = working.current(visit.office, dossier, document)
    untouched = Copy(base=current.version, text=current.text, summary=current.summary)
    copy = copies.find(visit.store, place)
    if copy and _says_the_same(copy, untouched) and (copy.earlier is None or copy.base != current.version):
        copies.drop(visit.store, place)
        copy = None
    return _Work(dossier=dossier, document=document, place=place, current=current, copy=copy or untouched)


def _says_the_same(one: Copy, other: Copy) -> bool:
    return (one.text.strip(), one.summary.strip()) == (other.text.strip(), other.summary.strip())


# The page


def show(visit: Visit) -> Answer:
    """Show what somebody writes, or where another version came between."""
    work = _work(visit)
    if work.is_apart and not work.refused(visit):
        return _two_texts(visit, work)
    return _page(visit, work)


def _page(visit: Visit, work: _Work, checked: Checked | None = None, error: str = "") -> Page:
    case, refused = work.dossier.case, work.refused(visit)
    content, unread = _content(work)
    as_yaml = "yaml" in {visit.asked.get("as"), *visit.form} or content is None
    form = None if as_yaml else form_of(content, case.regime)
    ids = _ids(form)
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
    )
    more = {
        "work": work,
        "error": error,
        "said": _said(checked, ids),
        "problems": _problems(checked, ids),
        "ids": ids,
        "recorded": work.current.version,
    }
    stopped = error or (checked and checked.faults)
    return Page(template="draft.html.j2", view=view, more=more, status=422 if stopped else 200)


def _content(work: _Work) -> tuple[Node | None, tuple[str, ...]]:
    """Return what an assessment says; None, and why, where it cannot be read; None too of a letter."""
    if not DOCUMENTS[work.document].checked:
        return None, ()
    try:
        read = scan(work.copy.text.encode(), "assessment.yaml")
    except MalformedError as error:
        return None, tuple(map(str, error.faults))
    if read.faults or not isinstance(read.content, dict):
        return None, tuple(map(str, read.faults)) or ("there are no keys with values",)
    return read.content, ()


def _ids(form: Form | None) -> dict[str, str]:
    """Return the id of the field of each path; what has no field is told of the whole text."""
    text = ids_of(form.parts) if form else {}
    whole = form.parts.id if form else "text"
    return {**text, "request.summary": "summary", "summary": "summary", "": whole}


def _id(path: str, ids: Mapping[str, str]) -> str:
    return nearest(path, ids) or ids[""]


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
    work = _work(visit)
    if refused := work.refused(visit):
        return _page(visit, work, error=refused[0])
    if visit.sent("digest") != work.copy.digest:
        return _changed_elsewhere(visit, work)
    action, _, path = visit.sent("do").partition(" ")
    return _DONE.get(action, _saved)(visit, _written(visit, work), path)


def _saved(visit: Visit, work: _Work, _: str) -> See:
    return See(url=_with(work.url, {**({"as": "yaml"} if "yaml" in visit.form else {}), "saved": "yes"}))


def _checked_page(visit: Visit, work: _Work, _: str) -> Page:
    return _page(visit, work, _checked(visit, work))


def _as_yaml(_: Visit, work: _Work, __: str) -> See:
    return See(url=_with(work.url, {"as": "yaml"}))


def _as_form(_: Visit, work: _Work, __: str) -> See:
    return See(url=work.url)


def _brought_back(visit: Visit, work: _Work, _: str) -> See:
    return _kept(visit, work, replace(work.copy, text=work.copy.earlier or work.copy.text), "back")


def _discarded(visit: Visit, work: _Work, _: str) -> See:
    text, summary = work.current.text, work.current.summary
    return _kept(visit, work, replace(work.copy, text=text, summary=summary), "discarded")


def check(visit: Visit) -> Page:
    """Keep what was written, and say to the script of the page what is to be said of it."""
    work = _work(visit)
    refused = work.refused(visit)
    if refused or work.is_apart or visit.sent("digest") != work.copy.digest:
        return Page(template="draft-moved.html.j2", view=refused, status=409)
    work = _written(visit, work)
    content, _ = _content(work)
    by_field = content is not None and "yaml" not in visit.form
    checked = _checked(visit, work)
    ids = _ids(form_of(content, work.dossier.case.regime) if by_field else None)
    more = {"work": work, "said": _said(checked, ids), "problems": _problems(checked, ids), "ids": ids}
    return Page(template="draft-said.html.j2", view=checked, more=more)


def _written(visit: Visit, work: _Work) -> _Work:
    """Keep what was written in the form, or as text."""
    made = _as_sent(visit, work)
    if made == work.copy:
        return work
    copies.keep(visit.store, work.place, made)
    return replace(work, copy=copies.find(visit.store, work.place) or made)


def _as_sent(visit: Visit, work: _Work) -> Copy:
    summary = visit.sent("summary") if "summary" in visit.form else work.copy.summary
    summary = work.copy.summary if summary == as_paragraphs(work.copy.summary) else summary
    return replace(work.copy, text=_text_sent(visit, work), summary=summary)


def _text_sent(visit: Visit, work: _Work) -> str:
    for name in ("yaml", "text"):
        if name in visit.form:
            text = visit.form[name][-1]
            return work.copy.text if text.strip() == work.copy.text.strip() else text
    content, _ = _content(work)
    made = filled(content, visit.form) if content is not None else None
    return work.copy.text if made is None or made == content else edited(work.copy.text, made)


def _checked(visit: Visit, work: _Work) -> Checked:
    return working.check(visit.office, work.dossier, work.document, work.copy.text, work.copy.summary)


def _recorded(visit: Visit, work: _Work, _: str) -> Answer:
    """Propose what was written as the next version."""
    if work.is_apart:
        return _two_texts(visit, work)
    case, copy = work.dossier.case, work.copy
    summary = None if copy.summary.strip() in {"", work.current.summary.strip()} else copy.summary
    try:
        return keep(
            visit,
            lambda officer: drafts.draft(
                visit.office, officer, case.reference, copy.text.encode(), summary, document=work.document
            ),
        )
    except MalformedError:
        return _page(visit, work, _checked(visit, work))
    except PitError as error:
        same = _says_the_same(copy, Copy(base=0, text=work.current.text, summary=work.current.summary))
        told = f"Version {work.current.version} says this already; there is nothing to record."
        return _page(visit, work, error=told if same else str(error))


def _added(visit: Visit, work: _Work, path: str) -> Answer:
    """Add a part, an exemption or a factor."""
    try:
        exemption = _begun(visit, work, visit.sent(f"new {path}"))
    except PitError as error:
        return _page(visit, work, error=str(error))
    return _with_other(visit, work, "add", path, lambda content: with_one_more(content, path, exemption))


def _removed(visit: Visit, work: _Work, path: str) -> Answer:
    """Take a part, an exemption or a factor out; the text before that can be had back."""
    return _with_other(visit, work, "remove", path, lambda content: without(content, path))


def _with_other(visit: Visit, work: _Work, what: str, path: str, change: Callable[[Node], Node]) -> Answer:
    content, _ = _content(work)
    if content is None:
        raise NotFoundError
    try:
        text = edited(work.copy.text, change(content))
    except (LookupError, TypeError, AttributeError):
        raise NotFoundError from None  # the path leads to nothing that is there
    return _kept(visit, work, replace(work.copy, text=text), what, path)


def _begun(visit: Visit, work: _Work, provision: str) -> Node:
    """Return what an exemption begins as: what its starting text says."""
    if not provision:
        return {"provision": ""}
    text = drafts.begin(visit.office, work.dossier.case.reference, [provision])
    content = scan(text.encode(), "assessment.yaml").content
    return content["parts"][0]["exemptions"][0]  # type: ignore[index,call-overload] # as every one is begun


def _kept(visit: Visit, work: _Work, copy: Copy, what: str, path: str = "") -> See:
    """Keep a text in the place of another, which can be had back."""
    copies.keep(visit.store, work.place, replace(copy, earlier=work.copy.text))
    where = {"at": path} if path else {}
    return See(url=_with(work.url, {"done": what, **where}))


def _with(url: str, more: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}" if more else url


_DONE: Final[Mapping[str, Callable[[Visit, _Work, str], Answer]]] = {
    "check": _checked_page,
    "record": _recorded,
    "add": _added,
    "remove": _removed,
    "back": _brought_back,
    "discard": _discarded,
    "yaml": _as_yaml,
    "form": _as_form,
}
"""What the buttons do beside keeping what was written."""


def _changed_elsewhere(visit: Visit, work: _Work) -> Page:
    """Show what was sent from a page that is no longer what the text is."""
    content, _ = _content(work)
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


# Two texts


def _two_texts(visit: Visit, work: _Work, error: str = "") -> Page:
    """Show a text beside a version that was recorded since it was begun."""
    version = work.current.version
    view = ApartView(
        reference=work.dossier.case.reference,
        document=work.document,
        base=work.copy.base,
        version=version,
        author=working.author(work.dossier, work.document, version),
        apart=_Texts(work).apart(),
    )
    chosen = {each.place: visit.sent(f"take {each.place}") or each.proposed or "" for each in view.apart}
    more = {"work": work, "error": error, "chosen": chosen}
    return Page(template="draft-apart.html.j2", view=view, more=more, status=422 if error else 200)


def join(visit: Visit) -> Answer:
    """Make one text of two, place by place as the person chose."""
    work = _work(visit)
    if not work.is_apart:
        return See(url=work.url)
    texts = _Texts(work)
    sent = {each.place: visit.sent(f"take {each.place}") for each in texts.apart()}
    if visit.sent("version") != str(work.current.version) or visit.sent("digest") != work.copy.digest:
        return _two_texts(visit, work, "One of the texts changed meanwhile; look at both again.")
    if not all(each in {*Side} for each in sent.values()):
        return _two_texts(visit, work, "Choose for each place whose words stand there.")
    text, summary = texts.joined({place: Side(each) for place, each in sent.items()})
    made = Copy(base=work.current.version, text=text, summary=summary)
    return _kept(visit, work, made, "joined")


class _Texts:
    """What somebody wrote, what was recorded meanwhile, and what both were begun from."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        before = working.recorded(work.dossier, work.document, work.copy.base)
        self._before, self._mine, self._theirs = map(self._as_node, (before, work.copy, work.current))

    def _as_node(self, text: Copy | Current | None) -> Node | None:
        """Return an assessment with the summary as one of its fields; None where it cannot be read."""
        if text is None or not DOCUMENTS[self._work.document].checked:
            return None
        try:
            content = scan(text.text.encode(), "assessment.yaml").content
        except MalformedError:
            return None
        return {"summary": text.summary.strip(), **content} if isinstance(content, dict) else None

    def apart(self) -> tuple[Apart, ...]:
        """Return where they are apart."""
        if self._mine is not None and self._theirs is not None:
            return merging.apart(self._before, self._mine, self._theirs)
        return merging.paragraphs_apart(self._text_before(), self._work.copy.text, self._work.current.text)

    def joined(self, chosen: Mapping[str, Side]) -> tuple[str, str]:
        """Return the text and the summary that are made of both."""
        if self._mine is None or self._theirs is None:
            text = merging.paragraphs_joined(self._work.copy.text, self._work.current.text, chosen)
            return text, self._work.current.summary
        made = merging.joined(self._before, self._mine, self._theirs, chosen)
        assert isinstance(made, dict)  # noqa: S101 - both are
        summary = made.pop("summary")
        return edited(self._work.current.text, made), str(summary)

    def _text_before(self) -> str:
        before = working.recorded(self._work.dossier, self._work.document, self._work.copy.base)
        return before.text if before else ""


# Beside it


def paper(visit: Visit) -> Answer:
    """Show how what was written would look, as far as it was saved."""
    work = _work(visit)
    try:
        text = working.paper(visit.office, work.dossier, work.document, work.copy.text, work.copy.summary)
    except MalformedError as error:
        return Page(template="draft-unready.html.j2", view=error.faults, policy=_FRAMED_PAGE)
    return Sent(content=text.encode(), media="text/html", policy=safety.PAPER)


def offer(visit: Visit) -> Page:
    """Offer the exemptions with which an assessment can be begun."""
    return _offered(visit, _work(visit), "")


def _offered(visit: Visit, work: _Work, error: str) -> Page:
    if not DOCUMENTS[work.document].checked:
        raise NotFoundError
    view = StartView(reference=work.dossier.case.reference, subjects=working.offered(work.dossier))
    more = {"work": work, "error": error, "chosen": visit.form.get("start", []), "named": visit.sent("named")}
    return Page(template="draft-start.html.j2", view=view, more=more, status=422 if error else 200)


def start(visit: Visit) -> Answer:
    """Begin a text with the exemptions that were chosen; the text before it can be had back."""
    work = _work(visit)
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
    return _kept(visit, work, replace(work.copy, text=text), "begun")


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
