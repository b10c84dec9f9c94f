"""What an example of a rule is: a draft, and where the rule trips over it, or does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain_builders import a_request, an_assessment

from flows.domain.checks.rule import Draft
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from flows.domain.assessment import Part

BLOCK, WARN, INFO, NOT_RUN = Severity.BLOCK, Severity.WARN, Severity.INFO, Severity.NOT_RUN


@dataclass(frozen=True, kw_only=True)
class Example:
    """One draft and what one rule says of it.

    Attributes:
        name: What it is an example of, in words.
        found: Severity, place, and the words the span marks (None for no span); empty for a near miss.
    """

    rule: str
    name: str
    draft: Draft
    found: tuple[tuple[Severity, str, str | None], ...]

    @property
    def trips(self) -> bool:
        return bool(self.found)


def trips(
    rule: str, name: str, draft: Part | Draft, *found: tuple[Severity, str] | tuple[Severity, str, str]
) -> Example:
    """The rule notices exactly ``found``: severity, place, and the words marked if it marks any."""
    padded = tuple((one[0], one[1], one[2] if len(one) == 3 else None) for one in found)
    return Example(rule=rule, name=name, draft=_draft(draft), found=padded)


def passes(rule: str, name: str, draft: Part | Draft) -> Example:
    """The rule notices nothing, though it nearly does."""
    return Example(rule=rule, name=name, draft=_draft(draft), found=())


def a_draft(*parts: Part, **changes: Any) -> Draft:
    """An assessment of these parts with its request; other inputs by name."""
    inputs: dict[str, Any] = {"assessment": an_assessment(*parts), "request": a_request()} | changes
    return Draft(**inputs)


def _draft(given: Part | Draft) -> Draft:
    return given if isinstance(given, Draft) else a_draft(given)
