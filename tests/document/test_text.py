"""The text that is approved: its headings, its words, and that content cannot reach past its place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_papers import DAY, LAW, a_part, a_request, a_withheld_part, an_assessment, an_exemption

from flows.document.blocks import Heading, parse_document, plain_text, words
from flows.document.characters import printable
from flows.document.markdown import plain_faults, prose_faults
from flows.document.numbering import without_numbers
from flows.document.text import skeleton, write_document
from flows.domain.assessment import (
    Assessment,
    Balance,
    Certificate,
    Confidence,
    Duty,
    Exemption,
    Factor,
    Likelihood,
    Mode,
    Opinion,
    Outcome,
    Part,
    Publication,
    Request,
)
from flows.domain.errors import MalformedError


def written(*parts: Part, request: Request | None = None) -> str:
    return write_document(request or a_request(), an_assessment(*parts), LAW, on=DAY)


def headings(document: str) -> list[str]:
    return [
        f"{block.level} {plain_text(block.inlines)}"
        for block in parse_document(document)
        if isinstance(block, Heading)
    ]


def test_the_headings_stand_in_the_order_of_the_procedure() -> None:
    assert headings(written()) == [
        "1 Public interest test 1146A/22: Covert use of ear, vein and gait recognition",
        "2 Our decision",
        "2 What this paper covers",
        "2 Applicable exemptions",
        "3 Section 31(3) (Law enforcement), by virtue of section 31(1)(a) and (b)",
        "2 Evidence of harm",
        "3 What confirming would reveal",
        "3 What denying would reveal",
        "2 Public interest test",
        "3 Section 31(3) (Law enforcement)",
        "4 Factors favouring confirming or denying that the information is held",
        "4 Factors against confirming or denying that the information is held",
        "2 Balancing test",
        "2 Outcome",
        "2 How to complain",
    ]


def test_parts_are_numbered_and_each_has_its_own_headings() -> None:
    both = headings(written(a_withheld_part(), a_part(information="any other information")))

    assert [heading for heading in both if heading.startswith("2")] == [
        "2 Our decision",
        "2 What this paper covers",
        "2 Part 1: the patrol plan",
        "2 Part 2: any other information",
        "2 How to complain",
    ]
    assert both.count("3 Applicable exemptions") == 2
    assert both.count("3 Balancing test") == 2


def test_a_part_about_disclosure_speaks_of_disclosure() -> None:
    document = written(a_withheld_part())

    assert "#### Factors favouring disclosure" in document
    assert "#### Factors against disclosure" in document
    assert "maintaining the exemption outweighs the public interest in disclosing the information" in document
    assert "section 2(2)(b)" in document
    for word in ("confirm", "deny", "2(1)(b)"):
        assert word not in document


def test_a_part_that_neither_confirms_nor_denies_never_speaks_of_disclosing_the_information() -> None:
    document = written()

    assert (
        "maintaining the exclusion of the duty to confirm or deny outweighs the public interest in "
        "disclosing whether the public authority holds the information" in document
    )
    for phrase in ("disclosing the information", "favouring disclosure", "2(2)(b)", "withheld"):
        assert phrase not in document


@pytest.mark.parametrize("outcome", [Outcome.MAINTAIN, Outcome.CONFIRM_OR_DENY])
@pytest.mark.parametrize("exemptions", [(), (an_exemption(),)], ids=["without", "with"])
def test_the_caveat_is_printed_wherever_a_part_is_about_confirming_or_denying(
    outcome: Outcome, exemptions: tuple[()]
) -> None:
    document = written(a_part(outcome=outcome, exemptions=exemptions))

    assert "should not be taken as indicating that information is or is not held" in document


def test_the_part_that_neither_confirms_nor_denies_is_the_same_whatever_stands_beside_it() -> None:
    silent = a_part(information="any other information")
    beside_withheld = written(a_withheld_part(), silent)
    beside_given = written(
        a_withheld_part(exemptions=(), outcome=Outcome.DISCLOSE, answer="Here it is."), silent
    )

    assert _part_two(beside_withheld) == _part_two(beside_given)


def _part_two(document: str) -> str:
    """Return the second part, without the numbers of its paragraphs: those follow the first."""
    part = document[document.index("## Part 2:") : document.index("## How to complain")]
    return re.sub(r"^[0-9]+\. ", "", part, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("part", "sentences"),
    [
        (
            a_part(),
            "technologies, relying on section 31(3) of the Act.\n\n2. The public interest favours maintain",
        ),
        (
            a_part(outcome=Outcome.CONFIRM_OR_DENY),
            "on these technologies.\n\n2. The public interest does not favour maintaining the exclusion of",
        ),
        (
            a_withheld_part(),
            "1. We withhold the patrol plan, relying on section 31(1)(a) of the Act.\n\n2. The public",
        ),
        (
            a_withheld_part(outcome=Outcome.PARTLY),
            "1. We disclose part of the patrol plan and withhold the rest, relying on section 31(1)(a) of",
        ),
        (
            a_withheld_part(outcome=Outcome.DISCLOSE),
            "1. We disclose the patrol plan.\n\n2. The public interest does not favour maintaining the exemp",
        ),
        (
            a_withheld_part(outcome=Outcome.NOT_HELD, exemptions=()),
            "1. We do not hold the patrol plan.\n\n2. We rely on no",
        ),
    ],
    ids=["maintain", "confirm-or-deny", "withhold", "partly", "disclose", "not-held"],
)
def test_the_decision_is_said_first(part: Part, sentences: str) -> None:
    document = written(part)

    assert sentences in document[document.index("## Our decision") : document.index("## What this")]


def test_the_decision_on_several_parts_is_a_list() -> None:
    document = written(a_withheld_part(questions=(1, 2)), a_part(information="any other information"))

    assert (
        "1. We have decided on each of the 2 parts of this paper:\n\n"
        "   - **Part 1** (questions 1 and 2): we withhold the patrol plan, relying on section 31(1)(a) of "
        "the Act.\n"
        "   - **Part 2**: we neither confirm nor deny that we hold any other information, relying on section "
        "31(3) of the Act.\n\n"
        "2. The reasons are set out below, part by part.\n" in document
    )
    assert (
        "Part 1 decides whether to disclose the information, section 1(1)(b) of the Act.\n\n"
        "5. Part 2 decides whether to confirm or deny" in document
    )


def test_a_part_without_exemptions_just_gives_its_answer() -> None:
    given_part = a_withheld_part(exemptions=(), outcome=Outcome.DISCLOSE, answer="There are **seven**.")

    assert headings(written(given_part))[3:] == ["2 Our answer", "2 How to complain"]
    assert "There are **seven**." in written(given_part)


def test_what_is_left_out_leaves_no_heading() -> None:
    bare = a_part(
        harm=None,
        confirming=None,
        denying=None,
        balance=None,
        exemptions=(an_exemption(favouring=(), against=(), applies=None, limbs=(), likelihood=None),),
    )

    document = written(bare)
    assert headings(document)[3:] == [
        "2 Applicable exemptions",
        "3 Section 31(3) (Law enforcement)",
        "2 Outcome",
        "2 How to complain",
    ]
    assert "We rely on this exemption.\n" in document


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({}, "### Section 31(3) (Law enforcement), by virtue of section 31(1)(a) and (b)\n"),
        ({"provision": "31(1)", "limbs": ("31(1)(a)", "31(1)(b)")}, "### Section 31(1)(a) and (b) (Law enf"),
        (
            {"provision": "30(3)", "limbs": ("30(1)(a)", "30(2)")},
            (
                "### Section 30(3) (Investigations and proceedings conducted by public authorities), by "
                "virtue of sections 30(1)(a) and 30(2)\n"
            ),
        ),
        ({"provision": "40(5B)", "limbs": ("40(5B)(a)",)}, "### Section 40(5B)(a) (Personal information)\n"),
        ({"purposes": ("31(2)(b)",)}, "functions for the purpose in section 31(2)(b)"),
        ({"likelihood": Likelihood.WOULD}, "*would* occur: it is more probable than not"),
        ({"in_the_alternative_to": "23(1)"}, "in the alternative to section 23(1)"),
        ({"condition": "first"}, "The first condition of section 40 is met: confirming or denying"),
        (
            {
                "certificate": Certificate(signed_by="A Minister", date=date(2022, 11, 1)),
                "provision": "24(2)",
            },
            "A certificate under section 24(3) of the Act was signed by A Minister on 1 November 2022.",
        ),
        (
            {
                "certificate": Certificate(signed_by="The Speaker", date=date(2022, 11, 1)),
                "provision": "34(2)",
            },
            "A certificate under section 34(3) of the Act was signed by The Speaker on 1 November 2022.",
        ),
        ({"where": "In [the report](https://example.org)."}, "In [the report](https://example.org)."),
        (
            {
                "publication": Publication(
                    intended_since=date(2022, 11, 1), expected="in May", reasonable="So."
                )
            },
            "since 1 November 2022, before the request was received. We expect to publish it in May. To wait",
        ),
        (
            {"publication": Publication(intended_since=date(2022, 11, 7), reasonable="So.")},
            "publication since 7 November 2022. To wait until then is reasonable:",
        ),
        ({"principle": "fairness"}, "The data protection principle in question: fairness."),
        (
            {"legitimate_interests": "Who decides."},
            "We have weighed the legitimate interests in confirming or denying that the information is held:",
        ),
        (
            {"confidence": Confidence(source="the tenderers", actionable="They could sue.")},
            "We obtained the information from the tenderers. A breach of that confidence would be",
        ),
        ({"enactment": "the Census Act 1920"}, "is held is prohibited by the Census Act 1920."),
        (
            {
                "opinion": Opinion(
                    by="A. Person",
                    authority="Chief Constable",
                    date=date(2022, 11, 1),
                    would="would",
                    paragraph="36(5)(o)",
                    limbs=("36(2)(b)(i)",),
                    put="The notes.",
                )
            },
            "A. Person (Chief Constable; section 36(5)(o)), gave the reasonable opinion on 1 November",
        ),
        (
            {
                "opinion": Opinion(
                    by="A. Person",
                    authority="Chief Constable",
                    date=date(2022, 11, 1),
                    would="would inhibit advice",
                )
            },
            "A. Person (Chief Constable), gave the reasonable opinion on 1 November 2022 that confirming",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value) or "limbs",
)
def test_an_exemption_is_written_as_people_write_it(changes: dict[str, object], phrase: str) -> None:
    assert phrase in written(a_part(exemptions=(an_exemption(**changes),)))


def test_a_provision_without_a_title_is_printed_without_one() -> None:
    assert "### Section 42(1)(a)\n" in written(
        a_withheld_part(exemptions=(an_exemption(provision="42(1)(a)", limbs=()),))
    )


def test_balances_say_how_they_were_struck() -> None:
    two = (an_exemption(), an_exemption(provision="24(2)", limbs=()))
    together = Balance(text="Together.", mode=Mode.CUMULATIVE, of=("24(2)", "31(3)"))
    alone = an_exemption(balance=Balance(text="Alone."), outcome=Outcome.MAINTAIN)

    assert "We have weighed sections 24(2) and 31(3) together." in written(
        a_part(exemptions=two, balance=together)
    )
    both = written(a_part(exemptions=(alone, an_exemption(provision="24(2)", limbs=())), balance=None))
    assert re.search(r"\d\. Alone\.\n\n\d+\. So weighed, the balance favours maintaining this excl", both)
    assert "So weighed" not in written(a_part(exemptions=(alone,), balance=None))


def test_the_formula_of_the_balance_stands_once_where_it_is_reached() -> None:
    alone = an_exemption(balance=Balance(text="Alone."), outcome=Outcome.MAINTAIN)

    for part in (a_part(), a_withheld_part(), a_part(exemptions=(alone,))):
        document = written(part)
        assert document.count("In all the circumstances of the case") == 1
        assert document.index("## Outcome") < document.index("In all the circumstances of the case")


def test_the_formula_is_not_repeated_after_a_balance_that_ends_in_it() -> None:
    text = "It weighs more. In all the\ncircumstances of the case, the public interest in maintaining ..."
    document = written(a_part(balance=Balance(text=text)))

    assert document.count("In all the circumstances of the case") == 1
    assert "That is the balance under section 2(1)(b) of the Act. For this reason we neither" in document


def test_every_paragraph_from_the_decision_on_has_its_number() -> None:
    document = written(a_part(harm="- d\n- e\n\nf\n\n| g |\n|---|"))
    lines = document[document.index("## Our decision") :].splitlines()

    paragraphs = [line for line in lines if line and not line.startswith(("#", " "))]
    assert [line.partition(". ")[0] for line in paragraphs] == [
        str(number) for number in range(1, len(paragraphs) + 1)
    ]
    assert [line.partition(". ")[2] for line in paragraphs if line[-2:] in {" d", " e", " f"}] == [*"def"]


def test_a_factor_ends_with_its_weight_and_begins_with_a_number() -> None:
    factors = (Factor(text="One.\n\nTwo.", weight="slight"), Factor(text="- c", weight="*"))
    document = written(a_part(exemptions=(an_exemption(favouring=factors, against=()),)))

    assert re.search(
        r"^\d+\. One\.\n\n\d+\. Two\. Weight: slight\.\n\n\d+\. c\n\n\d+\. Weight: \\\*\.$",
        document,
        re.MULTILINE,
    )


def test_both_ways_to_complain_are_given() -> None:
    document = write_document(a_request(), an_assessment(), LAW, on=DAY, contact="foi@example.police.uk")

    assert "Write to foi@example.police.uk, quote the reference 1146A/22" in document
    assert "section 50 of the Act" in document
    assert f"({LAW.regulator(DAY).website})" in document


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2004, 12, 31), "Information Commissioner"),
        (date(2026, 9, 29), "Information Commissioner"),
        (date(2026, 9, 30), "Information Commission"),
        (date(2030, 1, 1), "Information Commission"),
    ],
)
def test_the_regulator_has_its_name_of_the_day(on: date, name: str) -> None:
    document = write_document(a_request(), an_assessment(), LAW, on=on)

    assert f"right to apply to the {name} for a decision" in document


def test_a_request_not_yet_summarised_says_so() -> None:
    document = written(request=a_request(summary=None))

    assert "The request has not yet been summarised for publication." in document


def test_content_is_never_template_code() -> None:
    code = "{{ 7 * 7 }} {% include 'x' %} {# gone #}"
    document = written(
        a_part(information=code, harm=code), request=a_request(subject=code, authority=code, summary=code)
    )

    assert code in "\n".join(words(parse_document(document)))
    assert "49" not in document


def test_content_outside_the_subset_is_refused() -> None:
    with pytest.raises(MalformedError, match="line 1 has a heading"):
        written(a_part(harm="# Decision: everything is disclosed"))


hostile = st.text(st.sampled_from("\\`*_[]()<>#+-.!|~&;:=1a \u00a0"), min_size=1, max_size=20).filter(
    str.strip
)
any_plain = st.text(st.sampled_from(sorted(printable())), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip()) and not plain_faults(text)
)
plain = st.one_of(hostile, any_plain)
prose = st.text(st.sampled_from("*_[]()#+-.|>1a \n"), max_size=60).filter(lambda text: not prose_faults(text))


@settings(deadline=None, max_examples=60)
@given(plain, plain, plain, prose, prose)
def test_no_content_adds_or_hides_a_heading(
    authority: str, subject: str, weight: str, harm: str, factor: str
) -> None:
    hostile_part = a_part(
        information=subject,
        harm=f"Harm.\n\n{harm}",
        answer=f"Answer.\n\n{harm}",
        exemptions=(an_exemption(favouring=(Factor(text=f"One.\n\n{factor}", weight=weight),)),),
    )
    request = a_request(authority=authority, subject=subject, summary=harm)
    usual = headings(written(a_part(answer="Answer.")))

    assert headings(written(hostile_part, request=request))[1:] == usual[1:]


@settings(deadline=None, max_examples=60)
@given(plain, plain)
def test_plain_fields_come_back_as_the_text_they_were(authority: str, subject: str) -> None:
    document = written(request=a_request(authority=authority, subject=subject))
    said = list(words(parse_document(document)))

    assert said[0] == f"Public interest test 1146A/22: {subject.strip()}"
    assert said[1].startswith(f"Request to {authority.strip()} under the Freedom")


def test_what_is_written_is_written_the_same_again() -> None:
    assert written() == written()


def test_the_skeleton_is_an_assessment_that_renders() -> None:
    content = yaml.load(skeleton(a_request()), yaml.BaseLoader)  # noqa: S506 - reads strings alone
    (part,) = content["parts"]
    draft = Part(
        information=part["information"],
        duty=Duty(part["duty"]),
        outcome=Outcome(part["outcome"]),
        answer=part["answer"],
    )
    document = write_document(
        a_request(), Assessment(reference=content["reference"], parts=(draft,)), LAW, on=DAY
    )

    assert content["reference"] == "1146A/22"
    assert part["exemptions"] == []
    assert "[To be written: what is given, or which exemption applies and why]" in document


# Absolute beside qualified: what is said of each provision is true of it

_BARE: dict[str, Any] = {"favouring": (), "against": (), "limbs": (), "likelihood": None}
_ABSOLUTE = an_exemption(provision="23(5)", **_BARE)
_QUALIFIED = an_exemption(provision="24(2)", limbs=(), likelihood=None)
_PERSONAL = an_exemption(provision="40(2)", condition="first", **_BARE)
_CRIME = an_exemption(provision="31(1)", limbs=("31(1)(a)",))
_GIVEN_UP = replace(_CRIME, balance=Balance(text="Openness wins."), outcome=Outcome.DISCLOSE)
_CONFIRMING = an_exemption(provision="40(5B)", **_BARE | {"limbs": ("40(5B)(a)",)})
_SAFETY = an_exemption(provision="38(1)", limbs=("38(1)(b)",))
_NCND = "the public interest in disclosing whether the public authority holds the information"


@pytest.mark.parametrize(
    ("part", "sentences"),
    [
        (
            a_part(exemptions=(_ABSOLUTE, _QUALIFIED)),
            (
                "Section 24(2) is subject to section 2(1)(b) of the Act: under it the duty to confirm",
                "Section 23(5) is absolute (section 2(3) of the Act) and not weighed.",
                f"or deny under section 24(2) outweighs {_NCND} (section 2(1)(b) of the Act). Section 23(5)",
                "confers absolute exemption (section 2(1)(a) of the Act). For these reasons we neither",
                "deny under section 24(2). Section 23(5) confers absolute exemption. The reasons are set out",
            ),
        ),
        (
            a_withheld_part(exemptions=(_PERSONAL, _CRIME, _SAFETY)),
            (
                "Sections 31(1)(a) and 38(1)(b) are subject to section 2(2)(b) of the Act: under them the",
                "Section 40(2) is absolute (section 2(3) of the Act) and not weighed.",
                "maintaining the exemptions in sections 31(1)(a) and 38(1)(b) outweighs the public",
                "the information (section 2(2)(b) of the Act). Section 40(2) confers absolute exemption",
            ),
        ),
        (
            a_withheld_part(exemptions=(replace(_PERSONAL, condition="second"), _CRIME)),
            (
                "These exemptions are subject to section 2(2)(b)",
                "maintaining the exemptions outweighs the public interest",
            ),
        ),
        (
            a_withheld_part(exemptions=(_PERSONAL,), balance=None),
            (
                "The exemption that we rely on and our reasons are set out below.",
                "## Outcome\n\nSection 40(2) confers absolute exemption (section 2(2)(a) of the Act). For",
                " of the Act). For this reason we withhold",
            ),
        ),
        (
            a_withheld_part(exemptions=(_PERSONAL, _GIVEN_UP), balance=None),
            (
                "maintaining the exemption in section 31(1)(a) does not outweigh the public interest in",
                "(section 2(2)(b) of the Act). Section 40(2) confers absolute exemption (section",
                "(section 2(2)(a) of the Act). For these reasons we withhold",
            ),
        ),
        (
            a_withheld_part(exemptions=(_SAFETY, _GIVEN_UP)),
            (
                "maintaining the exemption in section 38(1)(b) outweighs the public interest in",
                "(section 2(2)(b) of the Act). For section 31(1)(a) it does not. For these reasons",
                "### Section 38(1)(b)\n",
            ),
        ),
        (
            a_part(exemptions=(_CONFIRMING, _QUALIFIED)),
            (
                "under section 24(2) outweighs",
                "No balance of public interest is struck for section 40(5B)(a). For these reasons we",
            ),
        ),
        (
            a_withheld_part(exemptions=(an_exemption(provision="37(1)", limbs=("37(1)(a)", "37(1)(b)")),)),
            (
                "Section 37(1)(b) is subject to section 2(2)(b)",
                "maintaining the exemption in section 37(1)(b) outweighs",
                "Section 37(1)(a) confers absolute exemption (section 2(2)(a) of the Act).",
            ),
        ),
        (
            a_withheld_part(
                exemptions=(_PERSONAL, _CRIME, _SAFETY),
                balance=Balance(text="Together.", mode=Mode.CUMULATIVE),
            ),
            ("We have weighed sections 31(1)(a) and 38(1)(b) together.",),
        ),
        (
            a_withheld_part(
                exemptions=(_PERSONAL, _CRIME),
                balance=Balance(text="By itself.", mode=Mode.INDEPENDENT),
            ),
            ("## Balancing test\n\nBy itself.",),
        ),
    ],
    ids=[
        "security bodies and national security",
        "personal data and two qualified ones",
        "personal data under the second condition",
        "absolute alone",
        "absolute carries what the balance gave up",
        "two balances that end apart",
        "neither absolute nor weighed",
        "limbs of both kinds",
        "weighed together",
        "one weighed by itself",
    ],
)
def test_each_provision_is_said_to_be_what_it_is(part: Part, sentences: tuple[str, ...]) -> None:
    document = without_numbers(written(part))

    for sentence in sentences:
        assert sentence in document


@pytest.mark.parametrize(
    ("exemptions", "relying"),
    [
        ((_PERSONAL, _CRIME), "relying on sections 40(2) and 31(1)(a) of the Act."),
        ((_PERSONAL, _GIVEN_UP), "relying on section 40(2) of the Act."),
        ((replace(_PERSONAL, outcome=Outcome.DISCLOSE), _CRIME), "relying on section 31(1)(a) of the Act."),
        (
            (_CRIME, replace(_SAFETY, in_the_alternative_to="31(1)")),
            "relying on sections 31(1)(a) and 38(1)(b) of the Act (section 38(1)(b) in the alternative to",
        ),
    ],
    ids=["both kinds", "one outweighed", "an absolute one given up", "in the alternative"],
)
def test_the_decision_names_what_carries_it(exemptions: tuple[Exemption, ...], relying: str) -> None:
    document = written(a_withheld_part(exemptions=exemptions))

    assert f"We withhold the patrol plan, {relying}" in document
    assert ("Section 40(2) confers absolute exemption" in document) == ("40(2)" in relying)


def test_an_absolute_exemption_that_is_weighed_all_the_same_is_printed_for_whoever_mends_it() -> None:
    part = a_part(exemptions=(an_exemption(provision="34(2)", limbs=()),), balance=None)

    assert "Section 34(2) is absolute (section 2(3) of the Act) and not weighed." in written(part)


def test_the_houses_of_parliament_weigh_nothing_under_section_36() -> None:
    part = a_withheld_part(
        exemptions=(an_exemption(provision="36(2)", **_BARE | {"limbs": ("36(2)(c)",)}),), balance=None
    )
    commons = write_document(a_request(), an_assessment(part), LAW, on=DAY, body="house-of-commons")

    assert "Section 36(2)(c) confers absolute exemption" in commons
    assert "absolute" not in written(part)


@pytest.mark.parametrize("outcome", [Outcome.WITHHOLD, Outcome.PARTLY])
def test_a_refusal_without_an_exemption_is_not_said_to_rely_on_none(outcome: Outcome) -> None:
    document = written(a_withheld_part(exemptions=(), outcome=outcome))

    assert "No exemption is named yet." in document
    assert "no balance" not in document


def test_the_age_of_a_record_is_said_only_of_what_is_held() -> None:
    assert "The latest of these records was created in 1998." in written(a_withheld_part(created=1998))
    assert "1998" not in written(a_part(created=1998))


def test_what_was_put_to_the_qualified_person_is_printed_after_the_opinion() -> None:
    opinion = Opinion(
        by="The Speaker", authority="by office", date=date(2022, 11, 1), would="would", put="The *notes*."
    )
    document = written(a_withheld_part(exemptions=(an_exemption(provision="36(2)", opinion=opinion),)))

    opinion_at, put_at = (
        document.index(words)
        for words in ("disclosure would have this effect.", "This was put to the qualified person:")
    )
    assert opinion_at < put_at < document.index("The *notes*.")


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("At the civic centre", " At the civic centre.\n"),
        ("https://example.org/accounts", " https://example.org/accounts\n"),
        ("In [the accounts](https://example.org)", " In [the accounts](https://example.org).\n"),
        ("They are *public*.", " They are *public*.\n"),
        ("At the library (ground floor)", " At the library (ground floor).\n"),
        ("In the library.\n\nIt is free.", " In the library.\n\nIt is free.\n"),
        ("- online\n- at the library", "\n\n   - online\n   - at the library\n"),
        ("* online\n* at the library", "\n\n   - online\n   - at the library\n"),
    ],
)
def test_what_a_key_says_goes_on_from_its_lead_in(said: str, printed: str) -> None:
    where = an_exemption(provision="21(1)", **_BARE | {"where": said})
    opinion = Opinion(by="A", authority="by office", date=date(2022, 11, 1), would="would", put=said)
    put = an_exemption(provision="36(2)", **_BARE | {"opinion": opinion})

    for exemption in (where, put):
        document = written(a_withheld_part(exemptions=(exemption,), balance=None))
        (lead,) = re.findall(r"without this request:|put to the qualified person:", document)
        assert lead + printed in re.sub(r"^[0-9]+\. (?=It)", "", document, flags=re.MULTILINE)


def test_no_sentence_of_a_template_leaves_it_alone_on_a_last_line() -> None:
    of_papers = [each.read_text(encoding="utf-8") for each in Path("templates").glob("document/*.md.j2")]

    assert len(of_papers) > 4
    assert [found for text in of_papers for found in re.findall(r".*\b[Ii]t[.!?](?!\w).*", text)] == []


def test_what_is_too_much_for_a_paper_is_told_of_the_field_that_has_most() -> None:
    rows = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 1200
    parts = (a_withheld_part(harm=rows), a_withheld_part(balance=Balance(text=f"{rows}| 3 | 4 |\n")))

    with pytest.raises(MalformedError) as caught:
        written(*parts)
    (fault,) = caught.value.faults
    assert fault.path == "parts[1].balance.text"
    assert "the paper made of it has more than" in fault.problem
