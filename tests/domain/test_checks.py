"""The rules of the procedure's core, case by case; ``test_rules`` has examples of every rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    a_part,
    a_request,
    a_withholding,
    an_assessment,
    an_exemption,
)
from growth import costs_at_most
from hypothesis import given
from hypothesis import strategies as st

from flows.document.text import skeleton
from flows.domain.assessment import (
    Assessment,
    Balance,
    Duty,
    Exemption,
    Factor,
    Mode,
    Outcome,
    Part,
    Request,
    texts,
)
from flows.domain.checks.rule import Draft
from flows.domain.checks.ruleset import check
from flows.domain.finding import Finding, Severity, blocking
from flows.files import folder
from flows.sources.parse import TextRules, parse_assessment, parse_request

if TYPE_CHECKING:
    from pathlib import Path

BLOCK, WARN, INFO, NOT_RUN = Severity.BLOCK, Severity.WARN, Severity.INFO, Severity.NOT_RUN
Found = list[tuple[str, Severity, str]]

_ANYTHING_GOES = TextRules(plain=lambda _: (), prose=lambda _: ())
_EXEMPTION = "parts[0].exemptions[0]"
_BARE: dict[str, Any] = {"favouring": (), "against": ()}
_OF_ITS_OWN = Balance(text="Weighed.")


_CORE = frozenset({"X01", "X03", "X04", "X05", "X14", "F01", "N01", "N02", "S03", "S06", "S08"})
"""The builders' texts are short; what other rules say of them is not looked at here."""


def looked_at(assessment: Assessment, request: Request | None) -> tuple[Finding, ...]:
    findings = check(Draft(assessment=assessment, request=request))
    return tuple(finding for finding in findings if finding.code in _CORE)


def found(assessment: Assessment, request: Request | None = None) -> Found:
    return [(f.code, f.severity, f.place) for f in looked_at(assessment, request or a_request())]


def read(path: Path) -> Assessment:
    return parse_assessment(path.read_bytes(), rules=_ANYTHING_GOES)


def the_request(case: str) -> Request:
    arrived = parse_request((folder("cases") / case / "request.yaml").read_bytes(), rules=_ANYTHING_GOES)
    return arrived.request(str(arrived.reference))


def test_nothing_is_found_in_a_good_assessment() -> None:
    assert found(an_assessment(a_part(), a_withholding())) == []


# X01


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (a_part(an_exemption("31(4)")), [("X01", BLOCK, f"{_EXEMPTION}.provision")]),
        (a_part(an_exemption("31")), [("X01", BLOCK, f"{_EXEMPTION}.provision")]),
        (a_part(an_exemption("14(1)")), [("X14", BLOCK, f"{_EXEMPTION}.provision")]),
        (a_part(an_exemption("99(1)")), [("X01", BLOCK, f"{_EXEMPTION}.provision")]),
        (a_part(an_exemption("31(2)(a)")), [("X01", BLOCK, f"{_EXEMPTION}.provision")]),
        (a_part(an_exemption("31(3)", limbs=("31(1)(z)",))), [("X01", BLOCK, f"{_EXEMPTION}.limbs[0]")]),
        (a_part(an_exemption("36(2)(b)(iii)")), [("X01", BLOCK, f"{_EXEMPTION}.provision")]),
        (
            a_part(an_exemption("31(3)", purposes=("31(2)(k)",))),
            [("X01", BLOCK, f"{_EXEMPTION}.purposes[0]")],
        ),
        (
            a_part(an_exemption("31(3)", purposes=("31(1)(a)",))),
            [("X01", BLOCK, f"{_EXEMPTION}.purposes[0]")],
        ),
        (
            a_part(an_exemption(in_the_alternative_to="23(9)")),
            [("X01", BLOCK, f"{_EXEMPTION}.in-the-alternative-to")],
        ),
        (
            a_part(balance=Balance(text="Weighed.", of=("24(2)", "24(9)"))),
            [("X01", BLOCK, "parts[0].balance.of[1]")],
        ),
        (
            a_part(an_exemption(balance=Balance(text="Weighed.", of=("24(9)",))), balance=None),
            [("X01", BLOCK, f"{_EXEMPTION}.balance.of[0]")],
        ),
        # Finer than the table, which does not have every paragraph: for a person to look up.
        (a_withholding(an_exemption("42(1)(a)")), [("X01", WARN, f"{_EXEMPTION}.provision")]),
        # Near misses
        (a_part(an_exemption("31(3)", limbs=("31(1)(g)",), purposes=("31(2)(b)",))), []),
        (a_part(an_exemption("40(5B)(a)(i)", **_BARE), balance=None), []),
        (a_part(an_exemption("40(5B)", limbs=("40(5B)(a)(ii)",), **_BARE), balance=None), []),
        (a_withholding(an_exemption("36(2)(b)")), [("X05", Severity.NOT_RUN, _EXEMPTION)]),
    ],
    ids=[
        "no such subsection",
        "a whole section",
        "not in Part II, though in the Act",
        "not in the Act",
        "a purpose for an exemption",
        "no such limb",
        "no such sub-limb",
        "no such purpose",
        "a limb for a purpose",
        "in the alternative to nothing",
        "the part's balance is of nothing",
        "an exemption's balance is of nothing",
        "a paragraph of a subsection the table has whole",
        "a limb and a purpose that exist",
        "a limb of a limb that is cited",
        "a limb of a limb that is named",
        "a paragraph that exists",
    ],
)
def test_what_is_cited_exists(part: Part, expected: Found) -> None:
    assert found(an_assessment(part)) == expected


@pytest.mark.parametrize(
    ("citation", "mend"),
    [
        (
            "14(1)",
            "Take it out. Section 14: The request is refused as such, with a notice under section 17(5);",
        ),
        ("31(4)", "Cite a subsection of section 31 that exists, with its limbs: 31(1), 31(3)."),
        (
            "40(6)",
            "Cite a subsection of section 40 that exists, with its limbs: 40(1), 40(2), 40(5A), 40(5B).",
        ),
        ("99(1)", "Cite a subsection of sections 21 to 44."),
        ("x", "Cite a subsection of sections 21 to 44."),
    ],
)
def test_a_citation_that_does_not_exist_is_mended_by_one_that_does(citation: str, mend: str) -> None:
    finding, *_ = looked_at(an_assessment(a_part(an_exemption(citation))), a_request())

    assert finding.mend.startswith(mend)


@pytest.mark.parametrize(
    ("citation", "received", "mend"),
    [
        ("40(5)", date(2018, 5, 25), "Cite 40(5A) or 40(5B)."),
        ("22A(2)", date(2014, 9, 30), "Look up the Act"),
    ],
)
def test_a_provision_that_was_not_in_force_is_pointed_out(citation: str, received: date, mend: str) -> None:
    assessment = an_assessment(a_part(an_exemption(citation)))

    finding, *more = looked_at(assessment, a_request(received=received))

    assert (finding.code, finding.severity) == ("X01", WARN)
    assert finding.mend.startswith(mend)
    assert more == []


def test_a_provision_that_was_in_force_is_not() -> None:
    assert found(an_assessment(a_part(an_exemption("40(5)"))), a_request(received=date(2018, 5, 24))) == []


# X03


@pytest.mark.parametrize(
    ("code", "part", "mend"),
    [
        (
            "X03",
            a_withholding(an_exemption("24(2)")),
            "Cite 24(1), or change the part's duty to confirm-or-deny.",
        ),
        ("X03", a_part(an_exemption("31(1)")), "Cite 31(3), or change the part's duty to disclose."),
        ("X04", a_part(an_exemption("43(1)")), "Rely on another exemption"),
    ],
    ids=["an exclusion in a part that withholds", "an exemption in a part that does neither", "no exclusion"],
)
def test_what_is_cited_is_about_the_duty_of_its_part(code: str, part: Part, mend: str) -> None:
    (finding,) = looked_at(an_assessment(part), a_request())

    assert (finding.code, finding.severity, finding.place) == (code, BLOCK, f"{_EXEMPTION}.provision")
    assert finding.mend.startswith(mend)


def test_limbs_of_the_protected_provision_may_stand_under_an_exclusion() -> None:
    assert found(an_assessment(a_part(an_exemption("31(3)", limbs=("31(1)(a)",))))) == []


# X05


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (a_part(balance=None), [("X05", BLOCK, _EXEMPTION)]),
        (
            a_part(an_exemption(), an_exemption("31(3)"), balance=Balance(text="Weighed.", of=("24(2)",))),
            [("X05", BLOCK, "parts[0].exemptions[1]")],
        ),
        (a_part(an_exemption("23(5)", **_BARE)), [("X05", BLOCK, _EXEMPTION)]),
        (a_part(an_exemption("23(5)"), balance=None), [("X05", BLOCK, _EXEMPTION)]),
        (
            a_part(an_exemption("23(5)", **_BARE, balance=_OF_ITS_OWN), an_exemption(balance=_OF_ITS_OWN)),
            [("X05", BLOCK, _EXEMPTION)],
        ),
        (
            a_part(
                an_exemption("23(5)", **_BARE),
                an_exemption(),
                balance=Balance(text="Weighed.", mode=Mode.CUMULATIVE, of=("23(5)", "24(2)")),
            ),
            [("X05", BLOCK, _EXEMPTION)],
        ),
        (
            a_withholding(an_exemption("40(2)", condition="first", **_BARE), balance=_OF_ITS_OWN),
            [("X05", BLOCK, _EXEMPTION)],
        ),
        (a_withholding(an_exemption("40(2)"), balance=None), [("X05", BLOCK, _EXEMPTION)]),
        # Near misses
        (a_part(an_exemption("23(5)", **_BARE), balance=None), []),
        (a_part(an_exemption("23(5)", **_BARE), an_exemption()), []),
        (a_part(an_exemption(balance=_OF_ITS_OWN), balance=None), []),
        (
            a_part(
                an_exemption(balance=Balance(text="Weighed.", of=("24(2)", "31(3)"))),
                an_exemption("31(3)"),
                balance=None,
            ),
            [],
        ),
        (
            a_withholding(
                an_exemption("31(1)", limbs=("31(1)(a)",)), balance=Balance(text="Weighed.", of=("31(1)(a)",))
            ),
            [],
        ),
        (a_withholding(an_exemption("40(2)", condition="first", **_BARE), balance=None), []),
        (a_withholding(an_exemption("40(2)", condition="second")), []),
        (a_part(an_exemption("40(5A)", **_BARE), balance=None), []),
        (a_part(an_exemption("40(5A)")), []),
        (a_withholding(an_exemption("37(1)", limbs=("37(1)(a)",), **_BARE), balance=None), []),
    ],
    ids=[
        "qualified and no balance",
        "qualified and left out of the balance",
        "absolute and alone with a balance",
        "absolute with factors",
        "absolute with a balance of its own",
        "absolute and named in a balance",
        "absolute by its condition, with a balance",
        "no condition named, no balance",
        "absolute and unweighed",
        "absolute beside one that is weighed",
        "a balance of its own",
        "a balance that stands with another",
        "a balance that names the limb",
        "absolute by its condition",
        "qualified by its condition",
        "balance optional, none there",
        "balance optional, one there",
        "absolute by its limb",
    ],
)
def test_what_is_qualified_is_weighed_and_nothing_else(part: Part, expected: Found) -> None:
    assert found(an_assessment(part)) == expected


@pytest.mark.parametrize(
    ("exemption", "hint"),
    [
        (an_exemption("40(2)"), "Or name the condition"),
        (an_exemption("37(1)"), "Or name the limb"),
        (an_exemption("37(1)(b)"), None),
        (an_exemption("40(2)", condition="third"), None),
        (an_exemption("36(2)", limbs=("36(2)(c)",)), None),
        (an_exemption("31(1)"), None),
    ],
    ids=lambda value: getattr(value, "provision", None) or str(value),
)
def test_a_missing_balance_may_be_a_missing_condition(exemption: Exemption, hint: str | None) -> None:
    (finding,) = looked_at(an_assessment(a_withholding(exemption, balance=None)), a_request())

    assert ("Or name" in finding.mend) == (hint is not None)
    assert (hint or "Write its balance") in finding.mend


# F01


@pytest.mark.parametrize(
    ("exemption", "expected"),
    [
        (an_exemption(favouring=()), [("F01", BLOCK, f"{_EXEMPTION}.favouring")]),
        (an_exemption(against=()), [("F01", BLOCK, f"{_EXEMPTION}.against")]),
        (
            an_exemption(**_BARE),
            [("F01", BLOCK, f"{_EXEMPTION}.favouring"), ("F01", BLOCK, f"{_EXEMPTION}.against")],
        ),
        (an_exemption("40(5B)", **_BARE), []),
    ],
    ids=["none favouring", "none against", "none at all", "balance optional"],
)
def test_what_is_qualified_has_factors_on_both_sides(exemption: Exemption, expected: Found) -> None:
    assert found(an_assessment(a_part(exemption))) == expected


# N01


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (a_part(denying=None), [("N01", WARN, "parts[0].denying")]),
        (
            a_part(confirming=None, denying=None, harm="It is harmful to confirm or deny."),
            [("N01", WARN, "parts[0].confirming"), ("N01", WARN, "parts[0].denying")],
        ),
        (
            a_part(denying=None, harm="Confirming or denying, or a confirmation or a denial, would harm."),
            [("N01", WARN, "parts[0].denying")],
        ),
        (a_part(denying=None, harm="A **denial** would tell them that they need not."), []),
        (
            a_part(
                confirming=None,
                denying=None,
                harm="If we confirm, they learn it. If we deny, they learn it too.",
            ),
            [],
        ),
        (a_part(denying=None, outcome=Outcome.CONFIRM_OR_DENY), []),
        (a_withholding(), []),
    ],
    ids=[
        "no denial",
        "both in one breath",
        "both in one breath, three times",
        "a denial in prose",
        "both in prose",
        "the answer will be given",
        "a part that withholds",
    ],
)
def test_both_answers_are_treated(part: Part, expected: Found) -> None:
    assert found(an_assessment(part)) == expected


# N02


@pytest.mark.parametrize(
    "text",
    [
        "We hold three reports on the subject.",
        "The force holds a policy on this.",
        "We do not hold any such record.",
        "The information is held by the intelligence unit.",
        "The records requested are held in confidence.",
        "The information is withheld.",
        "It has been withheld under section 24.",
        "We have withheld the rest.",
        "In our search the information was found.",
        "Nothing was found.",
        "We can confirm that it is in use.",
        "We do deny that it is in use.",
        "We have located two documents.",
        "The names were redacted.",
        "A **redacted** copy is enclosed.",
        "An answer would harm. We hold the plans.",
        "- an answer would harm\n- we hold the plans",
        "We hold the plans, and an answer would harm.",
        "We neither confirm nor deny^[We hold the plans.] that there are any.",
        "We neither confirm nor deny it^[See [the guidance](https://ico.org.uk).]. We hold the plans.",
        "An answer would harm,^[As a supposition \\] would.] and we^[The force.] hold the plans.",
        "[We hold]{lang=en} the plans.",
        "We [hold]{lang=en-GB} the plans.",
        "[We]{lang=en} [hold]{lang=en} [the plans]{lang=en}.",
        "We h[ol]{lang=en}d the plans.",
        "We ho^[See.]ld the plans.",
        "We hold [the plans](https://example.org).",
        "We [hold](https://example.org/a_(b)) the plans.",
        "We [hold](<https://example.org/(x>) the plans.",
        "We h**ol**d the plans.",
        "We\n**hold** the plans.",
        "We &#104;old the plans.",
        "We hold the p&#x6C;ans.",
        "We hold&nbsp;the plans.",
        "We \\hold the plans.",
        "If one asked\\\\^[We hold the plans.] nothing would follow.",
        "If [x](https://example.org/^[) is so, ^[We hold the plans.] it is.",
        "If so, see <https://example.org/^[a> or not. We hold the plans.",
        "Whether it is so^[x\n- y] we hold the plans.",
        "We^[Whether\n2. x] hold the plans.",
        "| If asked | We hold the plans |",
    ],
)
def test_an_assertion_blocks(text: str) -> None:
    assert found(an_assessment(a_part(harm=text))) == [("N02", BLOCK, "parts[0].harm")]


@pytest.mark.parametrize(
    "text",
    [
        "Whether we hold anything is what we do not say.",
        "If the force held it, it would be withheld.",
        "We neither confirm nor deny that we hold it.",
        "These reasons do not indicate that information is or is not held.",
        "They should not be taken as indicating that the information is held.",
        "A confirmation would reveal that information is held.",
        "We hold that the balance favours the exclusion, and hold to the view of 2019.",
        "We hold the view that openness matters.",
        "Anyone may ask for information that a public authority holds.",
        "Anyone may ask for information, which the force holds for the public.",
        "Section 1(1)(a) gives a right to be told that information is held.",
        "The court found the rules too wide; the practice was found unlawful.",
        "A meeting was held in March.",
        "If we confirm that it is in use, an offender learns of it.",
        "We cannot confirm that it is in use.",
        "The names were taken from what the force holds.",
        "The threat is upheld by nobody.",
        "If, for the purposes of s. 31, We hold the plans, an answer would harm.",
        "We neither confirm nor deny^[Section 24(2); [guidance](https://ico.org.uk).] that we hold it.",
        "Nothing is said of it.^[We neither confirm nor deny that we hold it.] We hold to that.",
        "We *neither* [confirm](https://example.org) nor d[en]{lang=cy}y that we **hold** the plans.",
        "Whether \\^[we hold the plans\\] is not said.",
        "Whether [we hold]{lang=en} the *plans* &amp; more is not said.",
        "A card was u^[Note.]pheld.",
        "The [withholding](https://example.org/we-hold-records) of an answer.",
    ],
)
def test_a_supposition_does_not(text: str) -> None:
    assert found(an_assessment(a_part(harm=text))) == []


def test_an_assertion_within_a_supposition_played_through_is_only_pointed_out() -> None:
    assert found(an_assessment(a_part(denying="Then nothing was found."))) == [
        ("N02", WARN, "parts[0].denying")
    ]


def test_a_part_that_is_answered_may_say_what_is_held() -> None:
    will_answer = a_part(harm="We hold it.", outcome=Outcome.CONFIRM_OR_DENY)

    assert found(an_assessment(will_answer, a_withholding(harm="We hold it; the rest is redacted."))) == []


# S03


@pytest.mark.parametrize(
    "text",
    [
        "[To be written: why]",
        "\\[to be confirmed\\]",
        "[XX]",
        "[xxx]",
        "as at [INSERT DATE]",
        "INSERT NAME HERE",
        "on XXXX",
        "[?]",
        "[TBC]",
        "The date is TBC.",
        "[…]",
    ],
)
def test_a_placeholder_blocks(text: str) -> None:
    assert found(an_assessment(a_part(harm=text))) == [("S03", BLOCK, "parts[0].harm")]


@pytest.mark.parametrize("text", ["as at [...]", "the interest [...] in advice is strong"])
def test_dots_in_brackets_may_be_a_quotation_cut_short(text: str) -> None:
    assert found(an_assessment(a_part(harm=text))) == [("S03", WARN, "parts[0].harm")]


@pytest.mark.parametrize(
    "text",
    [
        "[published by MI5](https://www.mi5.gov.uk/threat-levels)",
        "*DBT v Information Commissioner* [2025] UKSC 27",
        "to insert a clause, as inserted in 2014",
        "It remains to be written.",
        "Chapter XX of the report",
    ],
)
def test_a_bracket_or_a_word_alone_does_not(text: str) -> None:
    assert found(an_assessment(a_part(harm=text))) == []


def test_a_placeholder_is_found_in_every_text_and_in_the_summary() -> None:
    assessment = an_assessment(a_part(an_exemption(favouring=(Factor(text="Good."), Factor(text="[XX]")))))

    assert found(assessment, a_request(summary="[XX]")) == [
        ("S03", BLOCK, f"{_EXEMPTION}.favouring[1].text"),
        ("S03", BLOCK, "request.summary"),
    ]


# S06, S08, and what does not run


def test_an_assessment_of_another_request_blocks() -> None:
    assert found(an_assessment(reference="1146a-22")) == [("S06", BLOCK, "reference")]


@pytest.mark.parametrize("summary", [None, "", " \n"])
def test_a_request_without_a_summary_blocks(summary: str | None) -> None:
    assert found(an_assessment(), a_request(summary=summary)) == [("S08", BLOCK, "request.summary")]


def test_what_wants_the_request_is_not_run_without_it() -> None:
    assert [(f.code, f.severity, f.place) for f in looked_at(an_assessment(), None)] == [
        ("X01", INFO, ""),
        ("S06", NOT_RUN, ""),
        ("S08", NOT_RUN, ""),
    ]


def test_only_findings_that_block_stop_a_submission() -> None:
    findings = tuple(
        Finding(code="T", severity=severity, place="", sentence="So.", mend="Mend it.")
        for severity in Severity
    )

    assert [finding.severity for finding in blocking(findings)] == [BLOCK]


# All of them

_MARKER = "Quixotequest"


@given(
    st.sampled_from(["We hold {}.", "[XX] {}", "{} is withheld", "{}", "INSERT {}", "A denial of {}"]),
    st.sampled_from(["14(1)", "21(1)", "24(2)", "31(1)", "40(2)", "40(5)", "42(1)(a)", "43(1)", "31(1)(z)"]),
    st.sampled_from(Duty),
    st.booleans(),
)
def test_no_finding_repeats_the_text_of_a_case(text: str, citation: str, duty: Duty, weighed: bool) -> None:  # noqa: FBT001
    secret = text.format(_MARKER)
    factors = (Factor(text=secret, weight=secret),) if weighed else ()
    part = Part(
        information=secret,
        duty=duty,
        outcome=Outcome.MAINTAIN if duty is Duty.CONFIRM_OR_DENY else Outcome.WITHHOLD,
        exemptions=(Exemption(provision=citation, applies=secret, favouring=factors),),
        harm=secret,
        balance=Balance(text=secret) if weighed else None,
    )

    findings = looked_at(an_assessment(part), a_request(summary=secret, reference="2/22", subject=secret))

    assert findings
    for finding in findings:
        assert _MARKER not in f"{finding.place} {finding.sentence} {finding.mend}"
        assert finding.sentence.endswith(".")
        assert finding.mend.endswith(".")


def test_every_text_has_its_path() -> None:
    part = a_part(an_exemption(limbs=("31(1)(a)",), in_the_alternative_to="23(1)"))

    found_at = dict(texts(an_assessment(part)))

    assert found_at["parts[0].exemptions[0].in-the-alternative-to"] == "23(1)"
    assert found_at["parts[0].exemptions[0].limbs[0]"] == "31(1)(a)"
    assert dict(texts("a", "b")) == {"b": "a"}


# The example cases


def test_the_example_cases_have_nothing_that_blocks() -> None:
    cases = sorted(path.parent.name for path in folder("cases").glob("*/assessment.yaml"))

    assert cases == ["1146A-22", "4593_26", "FOI-2026-0173"]
    for case in cases:
        findings = looked_at(read(folder("cases") / case / "assessment.yaml"), the_request(case))
        assert blocking(findings) == ()


def test_the_first_draft_of_1146a_22_is_warned_of_the_denial_it_lacks() -> None:
    draft = read(folder("cases") / "1146A-22" / "assessment.yaml")

    assert found(draft, the_request("1146A-22")) == [("N01", WARN, "parts[0].denying")]


def test_the_second_draft_of_1146a_22_and_the_other_cases_are_clean() -> None:
    second = read(folder("cases") / ".story" / "1146A-22" / "assessment.yaml")

    assert found(second, the_request("1146A-22")) == []
    for case in ("4593_26", "FOI-2026-0173"):
        assert found(read(folder("cases") / case / "assessment.yaml"), the_request(case)) == []


def test_the_skeleton_blocks() -> None:
    request = the_request("1146A-22")
    draft = parse_assessment(skeleton(request).encode(), rules=_ANYTHING_GOES)

    assert found(draft, request) == [
        ("S03", BLOCK, "parts[0].information"),
        ("S03", BLOCK, "parts[0].answer"),
    ]


def test_the_former_subsection_on_personal_data_is_only_warned_of() -> None:
    part = a_part(an_exemption("40(5)", **_BARE), balance=None)

    assert found(an_assessment(part)) == [("X01", WARN, f"{_EXEMPTION}.provision")]


@pytest.mark.parametrize(
    ("citation", "sentence"),
    [
        ("24", "24 is a whole section; an exemption is one of its subsections."),
        ("24(9)", "There is no exemption 24(9) in Part II of the Act."),
        ("45", "There is no exemption 45 in Part II of the Act."),
    ],
)
def test_a_whole_section_is_told_from_one_that_does_not_exist(citation: str, sentence: str) -> None:
    finding, *_ = looked_at(an_assessment(a_part(an_exemption(citation))), a_request())

    assert finding.sentence == sentence


# The kind of authority


@pytest.mark.parametrize(
    ("provision", "body", "expected"),
    [
        ("36(2)", None, [("X05", Severity.NOT_RUN, _EXEMPTION)]),
        ("36(2)", "other", []),
        ("36(2)", "house-of-lords", [("X05", BLOCK, _EXEMPTION)]),
        ("35(1)", None, [("X09", Severity.NOT_RUN, f"{_EXEMPTION}.provision")]),
        ("35(1)", "school", [("X09", BLOCK, f"{_EXEMPTION}.provision")]),
        ("35(1)", "government-department", []),
        ("31(1)", None, []),
    ],
)
def test_what_turns_on_the_kind_of_authority_is_not_passed_where_nobody_said_it(
    provision: str, body: str | None, expected: Found
) -> None:
    draft = Draft(assessment=an_assessment(a_withholding(an_exemption(provision))), body=body)

    told = [each for each in check(draft) if each.code in {"X05", "X09"}]

    assert [(each.code, each.severity, each.place) for each in told] == expected
    assert all("body set" in each.mend for each in told if each.severity is Severity.NOT_RUN)


@pytest.mark.exhaustive
def test_names_in_one_word_take_as_long_as_they_are_long() -> None:
    def look(text: str) -> None:
        check(Draft(assessment=an_assessment(a_withholding(an_exemption("31(1)", applies=text)))))

    # Eight times as many; whoever looked on to the end from each would take 64 times as long.
    assert costs_at_most(20, look, "Smith-" * 1_500, "Smith-" * 12_000)
