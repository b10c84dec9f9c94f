"""When a text counts as naming the applicant."""

from __future__ import annotations

import pytest
from sample_files import ASSESSMENT, REQUEST

from flows.casework.papers import personal_details_read
from flows.domain.assessment import texts
from flows.sources.parse import (
    TextRules,
    parse_assessment,
    parse_request,
    personal_details_in,
)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Jane Sample", "asked by jane  SAMPLE."),
        ("Jane Sample", "Jane\nSample's request"),
        ("Jane Sample", "**Jane** _Sample_"),
        ("Jane Sample", "\uff2aane\u00a0Sa\u00admple"),
        ("Jane Sample", "Sample, Jane"),
        ("Jane Q. Sample", "from Jane Sample"),
        ("Mrs Jane Sample", "from Jane Sample"),
        ("Se\u00e1n O\u2019Brien", "Sea\u0301n O'Brien"),
        ("Anne-Marie Lee", "Anne\u2011Marie Lee"),
        ("Cher", "as Cher asked"),
        ("liberty", "as Liberty asked"),
        ("Ŵynne", "by ŴYNNE"),
        ("jane.sample@example.org", "write to Jane.Sample@Example.org."),
        ("Jane Sample <js@example.org>", "mailto:js@example.org"),
        ("jane_s@example.org", "jane\\_s@example.org"),
        ("Jane Sample", "asked by Ja[n]{lang=cy}e S**amp**le"),
        ("Jane Sample", "asked by Ja^[Note.]ne^[Jones] Sample"),
        ("Jane Sample", "asked by [Jane](https://example.org/a_(b)) &#83;ample"),
        ("Jane Sample", "asked.^[By Jane S[ample]{lang=cy}.]"),
        ("jane@example.org", "[here](mailto:jane%40example.org)"),
        ("jane@example.org", "[here](mailto:jane&#64;example.org)"),
    ],
)
def test_a_text_names_the_applicant(term: str, text: str) -> None:
    assert personal_details_in([term], {"subject": "Gait", "summary": text}) == ["summary"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Jane Sample", "Mary-Jane Samples"),
        ("Jane Sample", "a sample"),
        ("Al", "al fresco"),
        ("A. Person", "what a person asked"),
        ("Liberty", "a person's liberty depends on it"),
        ("Privilege", "legal professional privilege"),
        ("", "anything"),
        ("  ", "anything"),
        ("jane.sample@example.org", "jane.sample at example.org"),
    ],
)
def test_a_text_does_not_name_the_applicant(term: str, text: str) -> None:
    assert personal_details_in([term], {"summary": text}) == []


def test_every_text_of_an_assessment_is_searched(rules: TextRules) -> None:
    found = dict(texts(parse_assessment(ASSESSMENT.encode(), rules=rules)))

    assert found["parts[0].exemptions[0].favouring[1].text"] == "Trust."
    assert found["parts[0].exemptions[0].certificate.signed-by"] == "A Minister"
    assert found["parts[0].balance.text"] == "Together they outweigh."


def test_a_request_in_clear_is_searched(rules: TextRules) -> None:
    text = REQUEST.replace("subject: Covert", "subject: Jane Q. Sample on covert")
    arrived = parse_request(text.encode(), rules=rules)
    found = personal_details_in(arrived.applicant_terms, dict(texts(arrived.request("1146A/22"))))

    assert found == ["subject"]


@pytest.mark.parametrize(
    "text",
    [
        "It was asked.^[By Jane Sample, in May.]",
        "Asked by Jane^[Of Bath.] Sample.",
        "Asked by **Jane^[Of Bath.] Sample**.",
        "Asked by [Jane]{lang=cy} [Sample](https://example.org).",
        "Asked by Jane Sampl[e]{lang=cy}.",
        "Asked by Ja^[x]ne Sample.",
        "Asked by J**an**e Sample.",
        "Asked by Jane^[x]Sample.",
        "- Asked by\n- J*an*e Sample",
        "Write [here](mailto:jane.sample%40example.org).",
        "See the note.^[Write [**here**](mailto:jane.sample%40example.org).]",
    ],
    ids=[
        "in a note",
        "around a note",
        "around a note in bold",
        "in two languages",
        "a letter in a language",
        "a note inside",
        "bold inside",
        "a note between",
        "in a list",
        "as a link leads",
        "as a link in a note leads",
    ],
)
def test_a_reader_of_the_paper_who_meets_the_name_is_thought_of(text: str, rules: TextRules) -> None:
    arrived = parse_request(REQUEST.encode(), rules=rules)

    assert personal_details_read(arrived, f"# A\n\n{text}\n") == ["document"]


def test_a_note_with_other_words_names_nobody(rules: TextRules) -> None:
    arrived = parse_request(REQUEST.encode(), rules=rules)

    assert personal_details_read(arrived, "# A\n\nAsked by Jane^[Not Sample.] Other.\n") == []
