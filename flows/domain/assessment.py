"""A request and the assessment made of it: the content, before anyone has laid it out."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

FOIA: Final = "foia"
"""The regime of a request that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the authority was asked, as far as it may stand in clear.

    Attributes:
        received: Local date of receipt, whatever day of the week.
        subject: A label fit to publish.
        summary: What was asked, fit to publish; None while nobody has summarised it.
        regime: Under which Act it was made, by the id of its data file.
    """

    reference: str
    authority: str
    received: date
    subject: str
    summary: str | None = None
    regime: str = FOIA


class Duty(StrEnum):
    """Which of the two public interest tests a part is about, FOIA s.1(1)."""

    CONFIRM_OR_DENY = "confirm-or-deny"
    """s.1(1)(a) and s.2(1)(b): whether to say that information is held."""
    DISCLOSE = "disclose"
    """s.1(1)(b) and s.2(2)(b): whether to communicate it."""


class Outcome(StrEnum):
    """How a balance ends."""

    MAINTAIN = "maintain"
    CONFIRM_OR_DENY = "confirm-or-deny"
    WITHHOLD = "withhold"
    PARTLY = "partly"
    DISCLOSE = "disclose"
    NOT_HELD = "not-held"


OUTCOMES: dict[Duty, tuple[Outcome, ...]] = {
    Duty.CONFIRM_OR_DENY: (Outcome.MAINTAIN, Outcome.CONFIRM_OR_DENY),
    Duty.DISCLOSE: (Outcome.WITHHOLD, Outcome.PARTLY, Outcome.DISCLOSE, Outcome.NOT_HELD),
}
"""The outcomes that a part with each duty may have."""
REFUSALS: Final = frozenset({Outcome.MAINTAIN, Outcome.WITHHOLD, Outcome.PARTLY})
"""Those for which an exemption is relied on, and of which section 17 wants notice to be given."""


class Likelihood(StrEnum):
    """How likely the prejudice is: more probable than not, or a real and significant risk."""

    WOULD = "would"
    WOULD_BE_LIKELY = "would-be-likely"


class Mode(StrEnum):
    """Whether exemptions are weighed one by one or together, [2025] UKSC 27."""

    INDEPENDENT = "independent"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One argument, favouring or against; ``text`` is Markdown."""

    text: str
    weight: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The weighing; ``text`` is Markdown.

    Attributes:
        mode: None where the writer did not state one.
        of: The provisions weighed; empty for all of the part.
    """

    text: str
    mode: Mode | None = None
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The qualified person's reasonable opinion, FOIA s.36(2).

    Attributes:
        by: The office or the name.
        authority: What makes that person the qualified person.
        paragraph: The one of s.36(5), as ``36(5)(o)``.
        limbs: What the opinion is about; empty where it does not say.
        put: What was put to the qualified person, in Markdown.
    """

    by: str
    authority: str
    date: date
    would: str
    paragraph: str | None = None
    limbs: tuple[str, ...] = ()
    put: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate that an exemption applies, FOIA s.23(2), s.24(3) and s.34(3)."""

    signed_by: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The publication that is intended, FOIA s.22(1).

    Attributes:
        intended_since: The day from which it was.
        expected: When, in plain text that follows "expect to publish it"; the Act wants no day.
        reasonable: Why it is reasonable to wait, in Markdown.
    """

    intended_since: date
    reasonable: str
    expected: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What makes a disclosure an actionable breach of confidence, FOIA s.41(1).

    Attributes:
        source: From whom it was obtained, as a noun phrase in plain text.
        actionable: Why that person or another could sue for the breach, in Markdown.
    """

    source: str
    actionable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """One subsection relied on. Texts are Markdown.

    Attributes:
        provision: Canonical citation, as ``31(1)``, ``24(2)``.
        limbs: Which interests, as ``31(1)(a)``; for an exclusion of the duty to confirm or
            deny, the interests it protects.
        condition: ``first``, ``second`` or ``third``, for s.40.
        where: Where the applicant can have it, for s.21.
        principle: The data protection principle that would be contravened, in plain text, for s.40.
        legitimate_interests: Which were weighed, and how, for s.40.
        enactment: What prohibits the disclosure, as a noun phrase in plain text, for s.44.
    """

    provision: str
    applies: str | None = None
    limbs: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    likelihood: Likelihood | None = None
    harm: str | None = None
    favouring: tuple[Factor, ...] = ()
    against: tuple[Factor, ...] = ()
    balance: Balance | None = None
    outcome: Outcome | None = None
    in_the_alternative_to: str | None = None
    condition: str | None = None
    opinion: Opinion | None = None
    certificate: Certificate | None = None
    where: str | None = None
    publication: Publication | None = None
    principle: str | None = None
    legitimate_interests: str | None = None
    confidence: Confidence | None = None
    enactment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of what was asked, and one duty about it. Texts are Markdown.

    Attributes:
        information: What this part is about, as a noun phrase in plain text.
        questions: Numbers of the questions in the request.
        confirming: What confirming would reveal.
        denying: What denying would reveal.
        answer: What is given or explained.
        created: The year in which the record was created; for a file, the latest in it, FOIA s.62(2).
    """

    information: str
    duty: Duty
    outcome: Outcome
    exemptions: tuple[Exemption, ...] = ()
    questions: tuple[int, ...] = ()
    harm: str | None = None
    confirming: str | None = None
    denying: str | None = None
    balance: Balance | None = None
    answer: str | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The content of one public interest test."""

    reference: str
    parts: tuple[Part, ...]


def texts(content: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a request, an assessment or a piece of one, with its path.

    Args:
        content: A value of this module, or a tuple of them.
        path: Where ``content`` stands, as ``parts[0]``; the texts' paths begin with it.
    """
    if isinstance(content, str):
        yield path, content
    elif isinstance(content, tuple):
        for position, item in enumerate(content):
            yield from texts(item, f"{path}[{position}]")
    elif is_dataclass(content):
        for each in fields(content):
            key = each.name.replace("_", "-")
            yield from texts(getattr(content, each.name), f"{path}.{key}" if path else key)
