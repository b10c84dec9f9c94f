"""What a reviewer says of passages of a version, and how a return carries it: as text that anybody can read.

The reason of a return is kept for good, in the register; it stands there for itself. Who has the pieces
besides can show each beside the words it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import acts
from flows.casework.reading import paragraphs_of, plain
from flows.domain.acts import PUBLISH, RETURN
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flows.casework.office import Office
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a reviewer says of a passage.

    Attributes:
        paragraph: Its number; 0 for the whole text.
        quote: The words that are meant; empty for all of the paragraph.
        said: What is said of them.
        instead: The words that are suggested in their place; empty for none.
    """

    paragraph: int
    quote: str
    said: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """How a document came back to be mended.

    Attributes:
        reason: What is said of the whole of it.
        comments: Those of its passages that the return carries, by the id each is kept under.
    """

    version: int
    by: str
    at: datetime
    reason: str
    comments: tuple[tuple[str, Comment], ...]


def composed(reason: str, comments: Iterable[Comment]) -> str:
    """Return the reason of a return that carries comments, in the order of the text."""
    ordered = sorted(comments, key=lambda each: each.paragraph)
    return "\n\n".join(filter(None, (reason.strip(), *map(_told, ordered))))


def _told(comment: Comment) -> str:
    where = f"Paragraph {comment.paragraph}" if comment.paragraph else "The whole text"
    meant = f", “{comment.quote}”" if comment.quote else ""
    said = [f"{where}{meant}:", comment.said, f"Instead: “{comment.instead}”" if comment.instead else ""]
    return "\n".join(filter(None, said))


def check(office: Office, dossier: Dossier, document: str, comment: Comment) -> Comment:
    """Return a comment as a return would carry it.

    Raises:
        MalformedError: it says nothing, means words that do not stand there, or names who asked.
    """
    if not comment.said and not comment.instead:
        raise MalformedError("comment", Fault(path="", problem="write a comment, or the words you suggest"))
    there = paragraphs_of(dossier, document)
    passage = there.get(comment.paragraph, "") if comment.paragraph else plain(" ".join(there.values()))
    if comment.paragraph and comment.paragraph not in there:
        raise MalformedError("comment", Fault(path="", problem="the text has no paragraph of that number"))
    if comment.quote and comment.quote not in passage:
        problem = "these words do not stand in the paragraph as you have them; copy them from it"
        raise MalformedError("words", Fault(path="", problem=problem))
    acts.as_reason(office, dossier, _told(comment))
    return comment


def returned(
    dossier: Dossier, document: str, kept: Iterable[tuple[str, str, int, Comment]]
) -> Returned | None:
    """Return how a document was returned last; None where it was not since it was published.

    Args:
        kept: Comments, each with its id, who made it and on which version.
    """
    said = dossier.last(RETURN, PUBLISH, document=document)
    if said is None or said.act.kind != RETURN:
        return None
    reason = said.act.reason or ""
    carried = [
        (id_, each)
        for id_, person, version, each in kept
        if (person, version) == (said.act.actor, said.act.version) and _told(each) in reason
    ]
    for _, each in carried:
        reason = reason.replace(_told(each), "", 1)
    return Returned(
        version=said.act.version,
        by=said.act.actor,
        at=said.act.time,
        reason=reason.strip(),
        comments=tuple(sorted(carried, key=lambda each: each[1].paragraph)),
    )
