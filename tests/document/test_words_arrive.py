"""Either the words print as they were typed, or the file is refused with the line."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sample_papers import LAW
from typed_files import TypedFile, typed_files, words_of

from flows.casework.texts import RULES
from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.imprint import Imprint
from flows.document.pdf import render_pdf
from flows.document.text import write_document
from flows.domain.assessment import Assessment, Request
from flows.domain.errors import MalformedError
from flows.sources.parse import parse_assessment

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
REQUEST = Request(
    reference="T/1",
    authority="Sample Police",
    received=date(2026, 11, 20),
    subject="Sample",
    summary="Sample.",
)
IMPRINT = Imprint(title="Sample", authority="Sample Police", reference="T/1", version=1)
FURNITURE = 60
"""Words that may stand between two words of a text: what is on every page, and the numbers of paragraphs."""


def printed(assessment: Assessment) -> list[str]:
    """Return the words that another program reads in the paper made of an assessment."""
    text = write_document(REQUEST, assessment, LAW, on=DAY.date())
    pdf = render_pdf(arrange(parse_document(text)), IMPRINT, dated=DAY)
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, check=True, capture_output=True)
    return words_of(read.stdout.decode())


def stands_in(words: list[str], paper: list[str]) -> bool:
    """Say whether words stand in a paper in their order, with nothing between them but its furniture."""
    starts = (at for at, word in enumerate(paper) if not words or word == words[0])
    return any(_goes_on(words, paper, at) for at in starts)


def _goes_on(words: list[str], paper: list[str], at: int) -> bool:
    for word in words:
        within = paper[at : at + FURNITURE]
        if word not in within:
            return False
        at += within.index(word) + 1
    return True


def check(file: TypedFile) -> bool:
    """Check one file; say whether it was taken."""
    try:
        assessment = parse_assessment(file.data, rules=RULES)
    except MalformedError as error:
        lines = len(file.data.splitlines())
        for fault in error.faults:
            told = re.search(r"\(line ([0-9]+)\)\Z", fault.problem)
            assert told, fault
            assert 1 <= int(told[1]) <= lines, fault
        return False
    paper = printed(assessment)
    for text in file.texts:
        assert stands_in(words_of(text), paper), (text, paper)
    return True


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(typed_files())
def test_every_word_is_printed_in_order_or_the_file_is_refused_with_the_line(file: TypedFile) -> None:
    check(file)


@pytest.mark.exhaustive
def test_every_word_of_a_thousand_files_is_printed_or_the_file_is_refused() -> None:
    taken: list[bool] = []

    @settings(deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck), database=None)
    @given(typed_files())
    def each(file: TypedFile) -> None:
        taken.append(check(file))

    each()
    print(f"\n{len(taken)} files drawn, {sum(taken)} taken, the others refused with a line")  # noqa: T201 - for pytest -s
    assert 100 < sum(taken) < len(taken) - 100
