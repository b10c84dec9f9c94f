"""Every rule has drafts it trips over and drafts it nearly trips over; the matrix is printed (``-s``)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from examples_answers import EXAMPLES as ANSWERS
from examples_exemptions import EXAMPLES as EXEMPTIONS
from examples_factors import EXAMPLES as FACTORS
from examples_harm import EXAMPLES as HARM
from examples_neither import EXAMPLES as NEITHER
from examples_procedure import EXAMPLES as PROCEDURE
from examples_publication import EXAMPLES as PUBLICATION
from examples_reasons import EXAMPLES as REASONS
from examples_weighing import EXAMPLES as WEIGHING
from examples_wording import EXAMPLES as WORDING

from flows.domain.assessment import texts
from flows.domain.checks import ruleset
from flows.domain.checks.rule import PRACTICE
from flows.domain.checks.ruleset import RULES, check
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rule_example import Example

    from flows.domain.checks.rule import Draft, Noticed, Rule
    from flows.domain.finding import Finding

EXAMPLES = (
    *EXEMPTIONS,
    *REASONS,
    *PUBLICATION,
    *ANSWERS,
    *HARM,
    *FACTORS,
    *WEIGHING,
    *NEITHER,
    *WORDING,
    *PROCEDURE,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule} {example.name}")
def test_a_rule_notices_what_it_is_for_and_nothing_else(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruleset, "RULES", [rule for rule in RULES if rule.id == example.rule])

    noticed = check(example.draft)

    assert [(one.severity, one.place, _marked(example.draft, one)) for one in noticed] == [*example.found]
    assert {one.code for one in noticed} <= {example.rule}


def test_every_rule_has_an_example_and_a_near_miss() -> None:
    tripping = Counter(example.rule for example in EXAMPLES if example.trips)
    missing = Counter(example.rule for example in EXAMPLES if not example.trips)

    rows = [f"\n{'rule':6}{'severity':10}{'trips':>6}{'near misses':>13}  what it asks"]
    for rule in RULES:
        counts = f"{tripping[rule.id]:6}{missing[rule.id]:13}"
        rows.append(f"{rule.id:6}{rule.severity:10}{counts}  {rule.asks}")
    print("\n".join(rows))  # noqa: T201 - the matrix, for pytest -s

    ids = [rule.id for rule in RULES]
    assert sorted(tripping) == sorted(ids)
    assert sorted(missing) == sorted(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_asks_and_what_it_rests_on(rule: Rule) -> None:
    assert rule.asks.endswith(".")
    assert rule.asks[0].isupper() or rule.asks.startswith("“")
    assert rule.citation


def test_a_rule_of_style_does_not_speak_for_the_act() -> None:
    of_style = {rule.citation for rule in RULES if rule.id.startswith("S")}

    assert of_style == {PRACTICE, "UK GDPR Article 5(1)(c)"}


def _marked(draft: Draft, finding: Finding) -> str | None:
    if finding.span is None:
        return None
    known = (
        dict(texts(draft.assessment)) | dict(texts(draft.request, "request")) | {"document": draft.document}
    )
    start, end = finding.span
    return (known[finding.place] or "")[start:end]


def test_a_rule_that_fails_stops_the_submission_and_no_other_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Draft, __: object) -> Iterator[Noticed]:
        raise KeyError("the text of a case")

    broken = replace(RULES[0], look=failing)
    monkeypatch.setattr(ruleset, "RULES", (broken, *RULES[1:]))
    draft = next(example.draft for example in EXAMPLES if example.rule == "X03" and example.trips)

    first, *others = check(draft)

    assert (first.code, first.severity, first.final) == (broken.id, Severity.BLOCK, False)
    assert first.sentence == "The rule could not be run on this text: KeyError."
    assert "X03" in {finding.code for finding in others}
