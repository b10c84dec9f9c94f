"""The page on cases, compared with the code that reads their texts."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

import pytest
from console_blocks import DOCS

from flows.casework import texts
from flows.document.arrangement import LONG, SECTIONS
from flows.document.blocks import Note, Paragraph, Passage, parse_prose
from flows.document.markdown import normalise, prose_faults
from flows.domain.assessment import Request
from flows.domain.checks.ruleset import check
from flows.domain.errors import MalformedError
from flows.domain.finding import blocking
from flows.domain.provisions import provisions
from flows.domain.records import Status, record_faults
from flows.sources.parse import parse_records
from flows.sources.strict_yaml import scan

_PAGE = (DOCS / "cases.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"```markdown\n(.*?)```", _PAGE, re.DOTALL)
_ROW = re.compile(r"^\| (`.*`) \| .* \| (`.*`) \|$", re.MULTILINE)
_FILES, _TEXTS = (_ROW.findall(part) for part in _PAGE.partition("## How the texts are written")[::2])


def _typed(cell: str) -> str:
    return re.sub(" ?\u23ce ?", "\n", cell.strip("`")).replace("\\|", "|")


def _read(cell: str) -> object:
    document = scan(_typed(cell).encode(), "example")
    return document.faults or document.content


@pytest.mark.parametrize(("typed", "well"), _FILES)
def test_what_the_page_says_of_a_file_is_so(typed: str, well: str) -> None:
    good = _read(well)
    assert isinstance(good, list)
    assert [type(each) for each in good] == [str]
    with suppress(MalformedError):
        read = _read(typed)
        assert not isinstance(read, list) or not all(isinstance(each, str) for each in read)


@pytest.mark.parametrize(("typed", "well"), _TEXTS)
def test_what_the_page_says_of_a_text_is_so(typed: str, well: str) -> None:
    assert prose_faults(_typed(typed))
    assert prose_faults(_typed(well)) == []


@pytest.mark.parametrize(("example", "shown"), [*zip(_EXAMPLES, [Passage, Note], strict=True)])
def test_each_example_is_written_as_it_should_be(example: str, shown: type[Passage | Note]) -> None:
    (paragraph,) = parse_prose(example)

    assert normalise(example) == example
    assert isinstance(paragraph, Paragraph)
    assert [type(each) for each in paragraph.inlines].count(shown) == 1


def test_the_example_of_the_keys_is_an_assessment_that_nothing_stops() -> None:
    (example,) = re.findall(r"```yaml\n(reference: \S+\nparts.*?)```", _PAGE, re.DOTALL)
    request = Request(
        reference="1146A/22",
        authority="Sample Council",
        received=date(2022, 11, 7),
        subject="The bridge",
        summary="The accounts of the bridge trust and the drawings that were tendered.",
    )
    assessment = texts.read_assessment(example.encode(), request.reference)
    draft = texts.draft(request, assessment, today=date(2022, 11, 28), due=date(2022, 12, 5), body="other")

    assert blocking(check(draft)) == ()
    assert not [finding for finding in check(draft) if finding.code in {"X16", "X17", "X18", "X19", "X20"}]


def test_what_makes_a_paper_long_is_as_the_page_says() -> None:
    assert f"more than {LONG:,} words" in _PAGE
    assert SECTIONS == 5
    assert "at least five headings" in _PAGE


def test_the_example_of_records_is_a_schedule_that_holds_together() -> None:
    (example,) = re.findall(r"```yaml\n(reference: \S+\nrecords.*?)```", _PAGE, re.DOTALL)

    found = parse_records(example.encode(), rules=texts.RULES)

    assert [*record_faults(found, provisions(), date(2022, 11, 7))] == []
    assert {each.status for each in found.records} == {*Status}
