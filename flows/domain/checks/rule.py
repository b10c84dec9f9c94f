"""What a rule is, what it looks at, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from flows.domain.assessment import texts
from flows.domain.checks.words import Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from flows.domain.assessment import Assessment, Balance, Exemption, Part, Request
    from flows.domain.finding import Severity
    from flows.domain.provisions import Provision, Provisions

PRACTICE: Final = "good practice"
"""What a rule rests on that no section, guidance or judgment asks for."""

_NO_PROSE: Final = frozenset(
    {"provision", "limbs", "purposes", "duty", "outcome", "likelihood", "mode", "of", "condition"}
    | {"in-the-alternative-to", "reference", "paragraph"}
)
"""Keys whose texts are citations and choices, not words of the writer's own."""


class Input(StrEnum):
    """What a rule may need beside the assessment; the value names the field of ``Draft``."""

    REQUEST = "request"
    DOCUMENT = "document"
    MADE = "made"
    TODAY = "today"
    DUE = "due"
    BODY = "body"
    NAMED = "named"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An assessment, and what is known beside it; a rule that lacks its input does not run.

    Attributes:
        request: As far as it stands in clear.
        document: The text that people read and approve, in Markdown.
        made: The text that this software makes of the assessment.
        today: The local day on which the draft is looked at.
        due: The day by which the decision has to be given.
        body: What kind of authority decides, in the words of ``only-for`` in the law's data; "other" for
            one of none of these kinds.
        named: Paths of the texts that tell who the applicant is.
    """

    assessment: Assessment
    request: Request | None = None
    document: str | None = None
    made: str | None = None
    today: date | None = None
    due: date | None = None
    body: str | None = None
    named: tuple[str, ...] | None = None

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text a writer wrote, in the order of the file."""
        return tuple(passage for part in self.by_part for passage in part)

    @cached_property
    def by_part(self) -> tuple[tuple[Passage, ...], ...]:
        """The texts of each part."""
        return tuple(
            tuple(
                Passage(place, text)
                for place, text in texts(part, f"parts[{index}]")
                if place.rpartition(".")[2].partition("[")[0] not in _NO_PROSE
            )
            for index, part in enumerate(self.assessment.parts)
        )

    @cached_property
    def words(self) -> dict[str, str]:
        """Every text by its place, those of the request included."""
        of_request = texts(self.request, "request") if self.request else ()
        return {**dict(texts(self.assessment)), **dict(of_request), "document": self.document or ""}

    def under(self, place: str) -> Iterator[Passage]:
        """Yield the texts at a place of a part and below, as ``parts[0].exemptions[1]``."""
        index = int(place[len("parts[") : place.index("]")])
        for passage in self.by_part[index]:
            if passage.place == place or passage.place.startswith((f"{place}.", f"{place}[")):
                yield passage

    def parts(self) -> Iterator[tuple[str, Part]]:
        """Yield each part with its place."""
        for index, part in enumerate(self.assessment.parts):
            yield f"parts[{index}]", part

    def exemptions(self) -> Iterator[tuple[str, Part, Exemption]]:
        """Yield each exemption with its place and its part."""
        for place, part in self.parts():
            for position, exemption in enumerate(part.exemptions):
                yield f"{place}.exemptions[{position}]", part, exemption

    def known(self, law: Provisions) -> Iterator[tuple[str, Part, Exemption, Provision]]:
        """Yield the exemptions whose provision exists; X01 speaks of the others."""
        for place, part, exemption in self.exemptions():
            provision = law.get(exemption.provision)
            if provision is not None:
                yield place, part, exemption, provision

    def qualified(self, law: Provisions) -> Iterator[tuple[str, Part, Exemption, Provision]]:
        """Yield those of the known exemptions that want a balance as they are relied on."""
        for found in self.known(law):
            if law.wants_balance(found[2], authority=self.body):
                yield found

    def balances(self) -> Iterator[tuple[str, Part, Exemption | None, Balance]]:
        """Yield each balance with its place and its part; None for the exemption where it is the part's."""
        for place, part in self.parts():
            if part.balance:
                yield f"{place}.balance", part, None, part.balance
        for place, part, exemption in self.exemptions():
            if exemption.balance:
                yield f"{place}.balance", part, exemption, exemption.balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """One thing a rule noticed.

    Attributes:
        place: Path in the assessment; ``request.summary`` and ``document`` for what stands outside it.
        sentence: What is so, in words of the rule's own: findings reach logs.
        mend: What to do about it.
        span: The characters of the text at ``place``.
        severity: Where it is not that of the rule.
        final: No reason overrides it.
        lacks: What would have been needed to look; then the rule did not run there.
    """

    place: str
    sentence: str
    mend: str
    span: tuple[int, int] | None = None
    severity: Severity | None = None
    final: bool = False
    lacks: Input | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as people are told of it and as it runs.

    Attributes:
        id: As ``X03``.
        severity: Of what it notices, if that does not say otherwise.
        asks: What it asks of an assessment, one sentence: the first line of its function's docstring.
        citation: The section, the guidance or the judgment it rests on, or ``PRACTICE``.
        needs: Without one of these it does not run at all.
        look: The rule itself, a pure function.
    """

    id: str
    severity: Severity
    asks: str
    citation: str
    needs: tuple[Input, ...]
    look: Look


if TYPE_CHECKING:
    Look = Callable[[Draft, Provisions], Iterator[Noticed]]


def rule(
    id_: str, severity: Severity, *, citation: str, needs: tuple[Input, ...] = ()
) -> Callable[[Look], Rule]:
    """Make a rule of the function that follows; what it asks is the first line of its docstring."""

    def made(look: Look) -> Rule:
        asks, _, _ = (look.__doc__ or "").partition("\n")
        return Rule(id=id_, severity=severity, asks=asks, citation=citation, needs=needs, look=look)

    return made
