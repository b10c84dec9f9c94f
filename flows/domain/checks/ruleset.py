"""The rules together, in their order and under one version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.checks import (
    SAY_THE_BODY,
    age,
    answers,
    combinations,
    exemptions,
    factors,
    grounds,
    harm,
    naming,
    neither,
    personal,
    procedure,
    publication,
    reasons,
    weighing,
    wording,
)
from flows.domain.checks.rule import Draft, Input, Rule
from flows.domain.finding import Finding, Severity
from flows.domain.provisions import provisions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.provisions import Provisions

_MODULES: Final = (
    exemptions,
    combinations,
    grounds,
    naming,
    reasons,
    publication,
    answers,
    age,
    harm,
    factors,
    weighing,
    neither,
    wording,
    personal,
    procedure,
)
RULES: Final = tuple(rule for module in _MODULES for rule in vars(module).values() if isinstance(rule, Rule))
"""Every rule of these modules, in their order and in that in which each is written."""

_WITHOUT: Final = {
    Input.REQUEST: ("the request", "Give the request too."),
    **dict.fromkeys(
        (Input.DOCUMENT, Input.MADE),
        ("the text made of the assessment", "Give the request too, so that the text can be made."),
    ),
    Input.TODAY: ("the day", "Check it where the day is known."),
    Input.DUE: ("the day on which the answer is due", "Give the request too; its date of receipt is needed."),
    Input.BODY: ("the kind of authority", SAY_THE_BODY),
    Input.NAMED: ("the request as it arrived", "Give the request too."),
}


def check(draft: Draft) -> tuple[Finding, ...]:
    """Return what the rules notice, in their order and in that of the text."""
    law = provisions(draft.request.regime) if draft.request else provisions()
    return tuple(finding for rule in RULES for finding in _run(rule, draft, law))


def _run(rule: Rule, draft: Draft, law: Provisions) -> Iterator[Finding]:
    for needed in rule.needs:
        if getattr(draft, needed) is None:
            yield _not_run(rule, needed, "")
            return
    try:
        noticed = tuple(rule.look(draft, law))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other rules still run, and this one stops
        yield _failed(rule, type(error).__name__)
        return
    for each in noticed:
        if each.lacks is not None:
            yield _not_run(rule, each.lacks, each.place)
            continue
        yield Finding(
            code=rule.id,
            severity=each.severity or rule.severity,
            place=each.place,
            sentence=each.sentence,
            mend=each.mend,
            span=each.span,
            citation=rule.citation,
            final=each.final,
        )


def _failed(rule: Rule, kind: str) -> Finding:
    return Finding(
        code=rule.id,
        severity=Severity.BLOCK,
        place="",
        sentence=f"The rule could not be run on this text: {kind}.",
        mend="Please report it; a sign-off officer can override it meanwhile.",
        citation=rule.citation,
    )


def _not_run(rule: Rule, lacking: Input, place: str) -> Finding:
    what, mend = _WITHOUT[lacking]
    return Finding(
        code=rule.id,
        severity=Severity.NOT_RUN,
        place=place,
        sentence=f"Not checked without {what}: {rule.asks[0].lower()}{rule.asks[1:]}",
        mend=mend,
        citation=rule.citation,
    )
