"""Whole papers: what the rules say of an ordinary one and of the samples, and that none is drowned."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.casework import texts
from flows.domain.checks.ruleset import check
from flows.domain.clock import Clock
from flows.domain.events import Events
from flows.domain.finding import Severity, blocking
from flows.files import folder
from flows.sources.bank_holidays import calendar
from flows.sources.parse import parse_assessment, parse_request

if TYPE_CHECKING:
    from flows.domain.checks.rule import Draft

CASES = folder("cases")
ORDINARY = Path(__file__).with_name("papers") / "ordinary.yaml"


def a_paper(assessment: Path, case: str, today: date) -> Draft:
    arrived = parse_request((CASES / case / "request.yaml").read_bytes(), rules=texts.RULES)
    content = parse_assessment(assessment.read_bytes(), rules=texts.RULES)
    request = arrived.request(content.reference)
    draft = texts.draft(
        request,
        content,
        today=today,
        due=Clock(calendar(), (), today).answer(Events(received=request.received), request.regime).due,
        body="other",
    )
    return replace(draft, named=texts.named(arrived, request, content, draft.made or ""))


# What remains on good papers is deserved: 24(2) stands without 23(5); the part is on "any other
# information" and its sibling is in the letter; the first draft forgets the denial.
SAMPLES = {
    "1146A-22, first draft": ("1146A-22", "1146A-22", date(2022, 11, 28), ["N01", "N05", "X07"]),
    "1146A-22, second draft": (".story/1146A-22", "1146A-22", date(2022, 11, 28), ["N05", "X07"]),
    "1146A-22, years later": (
        ".story/1146A-22",
        "1146A-22",
        date(2026, 11, 22),
        ["N05", "P05", "S01", "X07"],
    ),
    "4593_26": ("4593_26", "4593_26", date(2026, 7, 8), []),
    "FOI-2026-0173": ("FOI-2026-0173", "FOI-2026-0173", date(2026, 10, 20), []),
}


@pytest.mark.parametrize(("folder_", "case", "today", "codes"), SAMPLES.values(), ids=SAMPLES.keys())
def test_the_samples_are_told_what_they_deserve(
    folder_: str, case: str, today: date, codes: list[str]
) -> None:
    findings = check(a_paper(CASES / folder_ / "assessment.yaml", case, today))

    assert sorted(finding.code for finding in findings) == codes
    assert {finding.severity for finding in findings} <= {Severity.WARN}


def test_an_ordinary_paper_is_warned_of_its_faults_and_stopped_by_at_most_three() -> None:
    findings = check(a_paper(ORDINARY, "1146A-22", date(2022, 11, 28)))
    noticed = Counter(finding.code for finding in findings)

    print(f"\nan ordinary paper: {dict(sorted(noticed.items()))}")  # noqa: T201 - the figures, for pytest -s
    assert {"X07", "X10", "F03", "F04", "F05", "B01", "B02", "B03", "S01"} <= noticed.keys()
    assert len(blocking(findings)) <= 3


def test_absolute_exemptions_beside_qualified_ones_are_not_stopped_and_said_to_be_what_they_are() -> None:
    paper_ = a_paper(ORDINARY.with_name("pairs.yaml"), "1146A-22", date(2022, 11, 28))
    document = paper_.document or ""

    assert blocking(check(paper_)) == ()
    assert not {finding.code for finding in check(paper_)} & {"X05", "X07", "X16", "X17", "X18", "X19", "X20"}
    for sentence in (
        "relying on sections 23(5) and 24(2) of the Act",
        "relying on sections 40(2) and 31(1)(a) of the Act",
        "Section 24(2) is subject to section 2(1)(b) of the Act: under it the duty to confirm or deny is",
        "Section 31(1)(a) is subject to section 2(2)(b) of the Act: under it the information may be",
        "Section 23(5) confers absolute exemption (section 2(1)(a) of the Act).",
        "Section 40(2) confers absolute exemption (section 2(2)(a) of the Act).",
    ):
        assert sentence in document
    for claim in ("These exemptions are", "maintaining the exemptions"):
        assert claim not in document
