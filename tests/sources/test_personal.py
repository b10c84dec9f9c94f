"""When a text counts as naming the applicant."""

from __future__ import annotations

import re

import pytest
from growth import costs_at_most
from naming_cases import NamingCase, naming_cases, ordinary_names, ordinary_sentences
from sample_files import ASSESSMENT, REQUEST

from flows.casework.texts import personal_details_read
from flows.domain.assessment import texts
from flows.files import folder
from flows.sources.applicant import Applicant, applicant
from flows.sources.folding import folded
from flows.sources.parse import TextRules, parse_assessment, parse_request
from flows.sources.personal import named_in


def tells(case: NamingCase) -> bool:
    return named_in(case.applicant, {"text": case.text}) == ["text"]


def wrong_about(name: str) -> list[tuple[str, str]]:
    return [(case.who, case.text) for case in naming_cases(name) if tells(case) != case.tells]


def test_empty_lines_of_a_request_are_passed_over_once() -> None:
    few, many = ("Please send it." + "\n" * lines + "Jane" for lines in (4_000, 32_000))

    # Eight times the lines; whoever looked over the rest of them at each would take 64 times as long.
    assert costs_at_most(24, lambda text: applicant("Jane Public", text=text), few, many)


def test_whoever_is_named_is_found_and_nobody_else() -> None:
    assert wrong_about("first") == []


def test_of_the_cases_that_were_kept_aside_one_part_of_a_name_is_missed() -> None:
    # A firm that is called by half its name; the file is not to be fitted to the search.
    assert wrong_about("kept") == [("name: Marsh & Moor Solicitors LLP", "Marsh & Moor")]


def test_a_second_set_that_was_kept_aside_is_told_but_for_a_name_that_seems_a_body_s() -> None:
    assert wrong_about("second") == [
        ("name: Hope Charity", "Ms Charity"),
        ("name: Hope Charity", "H. Charity"),
        ("name: Hope Charity", "The Hope Charity Shop"),
    ]


def test_a_name_in_another_script_or_spelling_and_short_glued_or_familiar_names_are_told() -> None:
    assert wrong_about("spelt") == [
        ("name: Liz Green", "Queen Elizabeth Green is a park."),
        ("name: Jack Doyle", "Conan Doyle wrote stories."),
    ]


@pytest.mark.parametrize(("name", "missed", "false"), [("spelt_kept", 2, 4), ("spelt_second", 1, 0)])
def test_of_the_names_written_otherwise_that_were_kept_aside_few_are_missed_or_false(
    name: str, missed: int, false: int
) -> None:
    wrong = [case.tells for case in naming_cases(name) if tells(case) != case.tells]

    assert (wrong.count(True), wrong.count(False)) == (missed, false)


def test_no_name_in_arabic_letters_is_found_in_a_word_that_only_has_its_consonants() -> None:
    asked = applicant("\u0645\u062d\u0645\u062f \u0627\u0644\u062d\u0633\u0646")  # Muhammad al-Hasan

    told = {"a": "Mohamed Hassan asked.", "b": "Hassan asked.", "c": "Mohamed Iqbal asked.", "d": "Al-Hassan"}
    assert named_in(asked, told) == ["a", "d"]


@pytest.mark.exhaustive
def test_no_ordinary_sentence_names_anybody_whose_name_is_made_of_ordinary_words() -> None:
    sentences = {sentence: sentence for sentence in ordinary_sentences()}

    assert len(sentences) > 500
    assert {name: found for name in ordinary_names() if (found := named_in(applicant(name), sentences))} == {}


def test_no_example_case_names_anybody() -> None:
    paths = [path for path in folder("cases").rglob("*") if path.is_file()]
    # Of a request what stands in clear.
    read = {str(path): re.sub(r"(?ms)^applicant:.*^summary:", "", path.read_text("utf-8")) for path in paths}

    assert len(read) > 6
    assert {name: found for name in ordinary_names()[::4] if (found := named_in(applicant(name), read))} == {}


@pytest.mark.parametrize(
    "name", ["", " ", "-", "Anonymous", "not given", "N/A", "The Applicant", "Unknown", "X"]
)
def test_a_request_without_a_name_is_searched_for_nothing(name: str) -> None:
    assert applicant(name) == Applicant()
    assert named_in(applicant(name), {"text": "The applicant, X, is unknown - or Anonymous."}) == []


def test_a_word_of_the_authority_s_own_name_tells_of_nobody() -> None:
    asked = applicant("Jo Wenlock", authority="Wenlock Town Council")

    assert named_in(asked, {"a": "Wenlock has a plan.", "b": "Ms Wenlock asked."}) == ["b"]
    assert named_in(applicant("Jo Wenlock"), {"a": "Wenlock has a plan."}) == ["a"]


@pytest.mark.parametrize(
    ("address", "text", "told"),
    [
        ("Flat 3, The Old Granary, 12 Mill Lane, AB1 2CD", "from Flat 3, The Old Granary", True),
        ("Flat 3, The Old Granary, 12 Mill Lane, AB1 2CD", "from flat 3 at the Old Granary", True),
        ("Apartment B2\nSandford House\nQuay Parade", "the lift of Apartment B2, Sandford House", True),
        ("Flat 3, The Old Granary, 12 Mill Lane, AB1 2CD", "the flats in the Old Granary", False),
        ("Flat 3, The Old Granary, 12 Mill Lane, AB1 2CD", "Flat 33, The Old Granary", False),
        ("12 Mill Lane, Norwich, Norfolk", "the police in Norwich, Norfolk", False),
    ],
)
def test_a_flat_in_a_house_with_a_name_is_an_address(address: str, text: str, *, told: bool) -> None:
    assert named_in(applicant("Jo Wenlock", address=address), {"a": text}) == (["a"] if told else [])


def test_nothing_of_the_applicant_is_shown() -> None:
    asked = applicant("Jo Wenlock", email="jo@example.org", address="12 Acacia Avenue, AB1 2CD")

    assert not any(word in repr([asked, *asked.people]) for word in ("Wenlock", "jo@", "Acacia", "AB1"))


def test_what_looks_alike_is_folded_and_what_is_plain_stays() -> None:
    assert (
        folded("Ｊó\u200b \ufb01ne *Su\u00adn* Ørsted O\u2019Brien \u0420\u0430ul")
        == "Jo fine Sun Orsted O'Brien Paul"
    )
    assert folded("A plain text,\nwith lines.") == "A plain text,\nwith lines."


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
    assert named_in(applicant(term), {"subject": "Gait", "summary": text}) == ["summary"]


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
        ("jane.sample@example.org", "jane and a sample at example.org"),
    ],
)
def test_a_text_does_not_name_the_applicant(term: str, text: str) -> None:
    assert named_in(applicant(term), {"summary": text}) == []


def test_every_text_of_an_assessment_is_searched(rules: TextRules) -> None:
    found = dict(texts(parse_assessment(ASSESSMENT.encode(), rules=rules)))

    assert found["parts[0].exemptions[0].favouring[1].text"] == "Trust."
    assert found["parts[0].exemptions[0].certificate.signed-by"] == "A Minister"
    assert found["parts[0].balance.text"] == "Together they outweigh."


@pytest.mark.parametrize(
    ("name", "reference", "tells"),
    [
        ("Josephine Pemberley", "PEMBERLEY/22", True),
        ("Josephine Pemberley", "FOI2022Pemberley", True),
        ("Josephine Pemberley", "josephine.pemberley-1", True),
        ("Josephine Pemberley", "FOI-2022-0001", False),
        ("Will Young", "FOI-2022-young", True),
        ("Will Young", "WYoung/1", True),
        ("Will Young", "youngwill-2", True),
        ("Will Young", "Younger-22", False),
        ("Ann Case", "CASE-22", False),
        ("Ann May", "FOI/MAY/22", False),
        ("Ann May", "AnnMay-22", True),
        ("Li Wu", "WU-22", False),
    ],
)
def test_a_reference_names_the_applicant_by_the_surname_alone(
    name: str, reference: str, *, tells: bool
) -> None:
    asked = applicant(name=name, email="x@example.org", text="Tell me.", authority="A Council")

    assert named_in(asked, {"reference": reference}) == (["reference"] if tells else [])


def test_a_request_in_clear_is_searched(rules: TextRules) -> None:
    text = REQUEST.replace("subject: Covert", "subject: Jane Q. Sample on covert")
    arrived = parse_request(text.encode(), rules=rules)

    assert arrived.named_in(dict(texts(arrived.request("1146A/22")))) == ["subject"]


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


@pytest.mark.parametrize(
    "asked",
    [
        applicant("a" * 1_000_000),
        applicant("Jo " * 300_000),
        applicant("Jo Public", text="Regards\n" + "1 " * 500_000),
        applicant("Jo Public", address="1 " * 500_000),
        applicant("Jo Public", telephone="0" * 1_000_000),
        applicant("Jo Public", telephone="00000 00001"),
    ],
    ids=["a word", "words", "a closing", "an address", "noughts", "a number"],
)
def test_what_is_no_name_or_number_is_not_long_to_search_for(asked: Applicant) -> None:
    assert named_in(asked, {"text": "0" * 100_000 + " 2" * 10_000 + " nothing of it"}) == []
