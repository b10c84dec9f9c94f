"""The documents of a case: of each kind the files, who begins it, and what it is called.

``test`` is the public interest test itself. The others are letters; ``response`` is the one that answers the
request: what is given, refused or not held. Each has its own versions, passes its own gates, and stands in a
folder of its name within the case's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flows.domain.procedure import Role
from flows.domain.reference import slug

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST: Final = "request.md"
"""The request as it stands in clear; of the case, and of every document."""
SEALED_REQUEST: Final = "request.age"
"""The request as it arrived, sealed."""


def sealed_with(number: int, act: str) -> str:
    """Return where the file that came with an act is kept, sealed: by the act's number in its case."""
    return f"sealed/{number:04}-{act}.age"


_SEALED_WITH: Final = re.compile(r"sealed/(\d{4})-([a-z-]+)\.age")


def came_with(path: str) -> tuple[int, str] | None:
    """Return the number and the name of the act with which a sealed file came; None for any other file."""
    found = _SEALED_WITH.fullmatch(path)
    return (int(found[1]), found[2]) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """One kind of document.

    Attributes:
        name: In statements, paths and options.
        title: What a paper of it is headed with, before the reference.
        called: What people call it, after an article.
        begun_by: The role in which its first version is written.
        sources: Files of it that people write, beside the text that is made of them or written itself.
        checked: Whether the rules of ``checks/`` are run on it.
        answers: Whether it answers the request, so that the clock stops when it is sent.
        recurs: Whether another of its kind may follow one that was sent.
        sent_by: The act by which it is recorded as sent.
    """

    name: str
    title: str
    called: str
    begun_by: Role
    sources: tuple[str, ...] = ()
    checked: bool = False
    answers: bool = False
    recurs: bool = False
    sent_by: str = "sent"

    @property
    def short(self) -> str:
        """What people call it of a case, where no other document is meant: the test, the refusal on cost."""
        return self.name if self.name == TEST.name else self.called

    @property
    def text(self) -> str:
        """The text as people read and approve it, by its path in the case's folder."""
        return f"{self.name}/document.md"

    @property
    def files(self) -> tuple[str, ...]:
        """What each version of it consists of, by path in the case's folder."""
        return (*(f"{self.name}/{source}" for source in self.sources), self.text)

    @property
    def decided_on(self) -> tuple[str, ...]:
        """The files that an approval is about: its own, and the request as it stands in clear."""
        return (*self.files, REQUEST)

    def published(self, slug: str) -> tuple[str, str]:
        """Return the paths of its paper and of the paper's manifest."""
        return f"{self.name}/{slug}.pdf", f"{self.name}/{slug}.json"

    def slug(self, reference: str) -> str:
        """Return the same as the name of a file: ``1146A-22``, ``1146A-22-response``."""
        return slug(reference) if self.name == TEST.name else f"{slug(reference)}-{self.name}"

    def named(self, reference: str) -> str:
        """Return what a version of it is a version of: ``1146A/22``, ``1146A/22 response``."""
        return reference if self.name == TEST.name else f"{reference} {self.name}"


TEST: Final = DocumentKind(
    name="test",
    title="Public interest test",
    called="public interest test",
    begun_by=Role.SERVICE,
    sources=("assessment.yaml",),
    checked=True,
    answers=True,
)


def _letter(name: str, title: str, called: str, **more: Any) -> DocumentKind:  # noqa: ANN401 - its own fields
    return DocumentKind(name=name, title=title, called=called, begun_by=Role.FOI_OFFICER, **more)


RESPONSE: Final = _letter("response", "Response to a request", "response", answers=True)
CLARIFICATION: Final = _letter(
    "clarification",
    "Request for clarification",
    "request for clarification",
    recurs=True,
    sent_by="ask-clarification",
)
"""What else is reasonably needed to find the information, FOIA s.1(3)."""
FEES: Final = _letter("fees", "Fees notice", "fees notice", sent_by="fees-notice")
"""FOIA s.9."""
EXTENSION: Final = _letter(
    "extension", "Notice of more time", "notice of more time", recurs=True, sent_by="extend"
)
"""That the public interest takes longer to decide on, with the estimate, FOIA s.17(2)."""
COST: Final = _letter("cost", "Refusal on cost", "refusal on cost", answers=True)
"""FOIA s.17(5), for s.12."""
VEXATIOUS: Final = _letter(
    "vexatious", "Refusal of a vexatious or repeated request", "refusal under section 14", answers=True
)
"""FOIA s.17(5), for s.14."""
TRANSFER: Final = _letter("transfer", "Request passed on", "notice of a transfer", answers=True)
"""That the information is not held, and who may have it, FOIA s.16."""
REVIEW: Final = _letter(
    "review",
    "Outcome of an internal review",
    "outcome of the review",
    recurs=True,
    sent_by="review-decided",
)
SCHEDULE: Final = _letter("schedule", "Schedule of records", "schedule of records")

DOCUMENTS: Final[Mapping[str, DocumentKind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            *(TEST, RESPONSE, CLARIFICATION, FEES, EXTENSION, COST, VEXATIOUS, TRANSFER, REVIEW, SCHEDULE),
        )
    }
)

ASSESSMENT: Final = TEST.files[0]
"""Where the content of the test stands, as people write it."""
DOCUMENT: Final = TEST.text
