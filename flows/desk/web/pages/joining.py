"""Two texts of one document, written at once: each place that is apart is chosen, and one text is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import working
from flows.desk.web import merging
from flows.desk.web.copies import Copy
from flows.desk.web.merging import Side
from flows.desk.web.visit import Page, See
from flows.desk.web.work import kept, read, work_of
from flows.domain.documents import DOCUMENTS
from flows.sources.yaml_edit import edited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.working import Current
    from flows.desk.web.merging import Apart
    from flows.desk.web.visit import Answer, Visit
    from flows.desk.web.work import Work
    from flows.sources.strict_yaml import Node


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


def two_texts(visit: Visit, work: Work, error: str = "") -> Page:
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
    work = work_of(visit)
    if not work.is_apart:
        return See(url=work.url)
    texts = _Texts(work)
    sent = {each.place: visit.sent(f"take {each.place}") for each in texts.apart()}
    if visit.sent("version") != str(work.current.version) or visit.sent("digest") != work.copy.digest:
        return two_texts(visit, work, "One of the texts changed meanwhile; look at both again.")
    if not all(each in {*Side} for each in sent.values()):
        return two_texts(visit, work, "Choose for each place whose words stand there.")
    text, summary = texts.joined({place: Side(each) for place, each in sent.items()})
    made = Copy(base=work.current.version, text=text, summary=summary)
    return kept(visit, work, made, "joined")


class _Texts:
    """What somebody wrote, what was recorded meanwhile, and what both were begun from."""

    def __init__(self, work: Work) -> None:
        self._work = work
        before = working.recorded(work.dossier, work.document, work.copy.base)
        self._before, self._mine, self._theirs = map(self._as_node, (before, work.copy, work.current))

    def _as_node(self, text: Copy | Current | None) -> Node | None:
        """Return an assessment with the summary as one of its fields; None where it cannot be read."""
        if text is None or not DOCUMENTS[self._work.document].checked:
            return None
        content, _ = read(text.text)
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
