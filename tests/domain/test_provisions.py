"""The Act as data: what the file says, that a slip in it is noticed, and that other regimes fit its form."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from domain_builders import an_exemption

from flows.domain.assessment import Duty, Exemption
from flows.domain.citation import PATTERN
from flows.domain.provisions import (
    AbsoluteWhen,
    Basis,
    InternalReview,
    Mechanism,
    Provision,
    Regulator,
    Statute,
    _files,
    provisions,
    read_provisions,
    regimes,
)
from flows.domain.timetable import Timetable

if TYPE_CHECKING:
    from pathlib import Path

LAW = provisions()
TEXT = files("flows.domain").joinpath("law", "foia.toml").read_text("utf-8")
IN_FORCE = [provision for provision in LAW.all if provision.in_force_until is None]


def of(citation: str) -> Provision:
    found = LAW.get(citation)
    assert found is not None
    return found


def test_the_act_is_read_once() -> None:
    assert provisions() is LAW


def test_there_is_a_regime_for_each_data_file() -> None:
    assert regimes() == ("foia",)
    assert [provisions(regime).act.id for regime in regimes()] == [*regimes()]


@pytest.mark.parametrize("regime", ["eir", "", "../foia", "foia.toml"])
def test_a_regime_without_its_data_is_nobodys(regime: str) -> None:
    with pytest.raises(ValueError, match="no regime"):
        provisions(regime)


def test_the_head_says_which_act_this_is() -> None:
    assert LAW.act == Statute(
        id="foia",
        title="Freedom of Information Act 2000",
        short="FOIA",
        unit="section",
        confirm_or_deny=Mechanism.SUBSECTION,
        presumption=None,
        source="https://www.legislation.gov.uk/ukpga/2000/36",
        revised_to=date(2026, 4, 7),
        read_from=LAW.act.read_from,
    )
    assert LAW.regulator(date(2026, 9, 29)) == Regulator(
        name="Information Commissioner",
        right="50",
        website="https://ico.org.uk/make-a-complaint",
        source="https://www.legislation.gov.uk/ukpga/2000/36/section/50",
        in_force_from=date(2005, 1, 1),
        in_force_until=date(2026, 9, 29),
    )
    assert LAW.regulator(date(2026, 9, 30)).name == "Information Commission"
    assert LAW.regulator(date(2026, 9, 30)).unverified
    assert not LAW.review.statutory
    assert LAW.review.unverified


def test_the_clock_of_the_act() -> None:
    assert LAW.clock == Timetable(
        begins=date(2005, 1, 1),
        working_days=20,
        nations=("England and Wales", "Scotland", "Northern Ireland"),
        further_working_days=20,
        review_aim=20,
        review_exceptional=40,
        review_asked=40,
        guidance=LAW.clock.guidance,
        limits=LAW.clock.limits,
    )


@pytest.mark.parametrize(
    ("citation", "found"),
    [
        ("31(3)", "31(3)"),
        ("31(1)(a)", "31(1)"),
        ("36(2)(b)", "36(2)"),
        ("36(2)(b)(ii)", "36(2)"),
        ("33(1)(a)", "33(2)"),
        ("40(5B)(a)", "40(5B)"),
        ("22A(1)(b)", "22A(1)"),
    ],
)
def test_a_provision_is_found_by_its_citation_and_by_that_of_a_limb_or_paragraph(
    citation: str, found: str
) -> None:
    assert of(citation).citation == found


@pytest.mark.parametrize("citation", ["31", "31(4)", "31(1)(z)", "33(1)", "31 (3)", "s31(3)", "99(1)", ""])
def test_what_is_not_there_is_not_found(citation: str) -> None:
    assert LAW.get(citation) is None


def test_the_date_of_receipt_selects_the_wording() -> None:
    assert LAW.get("40(5)", date(2018, 5, 24)) == of("40(5)")
    assert LAW.get("40(5)", date(2018, 5, 25)) is None
    assert LAW.get("40(5B)", date(2018, 5, 24)) is None
    assert LAW.get("22A(1)", date(2026, 6, 12)) == of("22A(1)")


def test_every_citation_and_limb_has_a_title() -> None:
    titles = LAW.titles()

    assert titles["24(2)"] == "National security"
    assert titles["31(1)(a)"] == titles["31(3)"] == "Law enforcement"
    assert titles.keys() >= {provision.citation for provision in LAW.all}


def test_each_kind_of_provision_is_about_one_duty() -> None:
    assert of("31(1)").duty is Duty.DISCLOSE
    assert of("31(3)").duty is Duty.CONFIRM_OR_DENY


# Every row of the Act, written down a second time: A absolute, Q qualified, and what it turns on

HOUSES = AbsoluteWhen(authority=("house-of-commons", "house-of-lords"))
SOVEREIGN = AbsoluteWhen(limb=("37(1)(a)", "37(1)(aa)", "37(1)(ab)"))
FIRST = AbsoluteWhen(condition=("first",))

EXEMPTIONS = {
    # citation: absolute or qualified, basis, exclusion of the duty to confirm or deny
    "21(1)": ("A", "class", None),
    "22(1)": ("Q", "class", "22(2)"),
    "22A(1)": ("Q", "prejudice", "22A(2)"),
    "23(1)": ("A", "class", "23(5)"),
    "24(1)": ("Q", "necessity", "24(2)"),
    "26(1)": ("Q", "prejudice", "26(3)"),
    "27(1)": ("Q", "prejudice", "27(4)"),
    "27(2)": ("Q", "class", "27(4)"),
    "28(1)": ("Q", "prejudice", "28(3)"),
    "29(1)": ("Q", "prejudice", "29(2)"),
    "30(1)": ("Q", "class", "30(3)"),
    "30(2)": ("Q", "class", "30(3)"),
    "31(1)": ("Q", "prejudice", "31(3)"),
    "32(1)": ("A", "class", "32(3)"),
    "32(2)": ("A", "class", "32(3)"),
    "33(2)": ("Q", "prejudice", "33(3)"),
    "34(1)": ("A", "necessity", "34(2)"),
    "35(1)": ("Q", "class", "35(3)"),
    "36(2)": (HOUSES, "opinion", "36(3)"),
    "37(1)": (SOVEREIGN, "class", "37(2)"),
    "38(1)": ("Q", "endangerment", "38(2)"),
    "39(1)": ("Q", "class", "39(2)"),
    "40(1)": ("A", "class", "40(5A)"),
    "40(2)": (FIRST, "class", "40(5B)"),
    "41(1)": ("A", "class", "41(2)"),
    "42(1)": ("Q", "class", "42(2)"),
    "43(1)": ("Q", "class", None),
    "43(2)": ("Q", "prejudice", "43(3)"),
    "44(1)": ("A", "class", "44(2)"),
}
EXCLUSIONS = {
    # citation: absolute or qualified, basis, what it protects
    "22(2)": ("Q", "class", ("22(1)",)),
    "22A(2)": ("Q", "prejudice", ("22A(1)",)),
    "23(5)": ("A", "class", ("23(1)",)),
    "24(2)": ("Q", "necessity", ("24(1)",)),
    "26(3)": ("Q", "prejudice", ("26(1)",)),
    "27(4)": ("Q", "prejudice", ("27(1)", "27(2)")),
    "28(3)": ("Q", "prejudice", ("28(1)",)),
    "29(2)": ("Q", "prejudice", ("29(1)",)),
    "30(3)": ("Q", "class", ("30(1)", "30(2)")),
    "31(3)": ("Q", "prejudice", ("31(1)",)),
    "32(3)": ("A", "class", ("32(1)", "32(2)")),
    "33(3)": ("Q", "prejudice", ("33(2)",)),
    "34(2)": ("A", "necessity", ("34(1)",)),
    "35(3)": ("Q", "class", ("35(1)",)),
    "36(3)": (HOUSES, "opinion", ("36(2)",)),
    "37(2)": (SOVEREIGN, "class", ("37(1)",)),
    "38(2)": ("Q", "endangerment", ("38(1)",)),
    "39(2)": ("Q", "class", ("39(1)",)),
    # Section 2(3) does not name these two; practice treats them as absolute.
    "40(5A)": ("either", "class", ("40(1)",)),
    "40(5B)": ("either", "class", ("40(2)",)),
    "41(2)": ("A", "class", ("41(1)",)),
    "42(2)": ("Q", "class", ("42(1)",)),
    "43(3)": ("Q", "prejudice", ("43(2)",)),
    "44(2)": ("A", "class", ("44(1)",)),
}
LIMBS = {
    "22A(1)": "22A(1)(b)(i) 22A(1)(b)(ii) 22A(1)(b)(iii) 22A(1)(b)(iv)",
    "26(1)": "26(1)(a) 26(1)(b)",
    "27(1)": "27(1)(a) 27(1)(b) 27(1)(c) 27(1)(d)",
    "27(4)": "27(4)(a) 27(4)(b)",
    "29(1)": "29(1)(a) 29(1)(b)",
    "30(1)": "30(1)(a)(i) 30(1)(a)(ii) 30(1)(b) 30(1)(c)",
    "30(2)": "30(2)(a)(i) 30(2)(a)(ii) 30(2)(a)(iii) 30(2)(a)(iv) 30(2)(b)",
    "31(1)": "31(1)(a) 31(1)(b) 31(1)(c) 31(1)(d) 31(1)(e) 31(1)(f) 31(1)(g) 31(1)(h) 31(1)(i)",
    "32(1)": "32(1)(a) 32(1)(b) 32(1)(c)",
    "32(2)": "32(2)(a) 32(2)(b)",
    "33(2)": "33(1)(a) 33(1)(b)",
    "35(1)": "35(1)(a) 35(1)(b) 35(1)(c) 35(1)(d)",
    "36(2)": "36(2)(a)(i) 36(2)(a)(ii) 36(2)(a)(iii) 36(2)(b)(i) 36(2)(b)(ii) 36(2)(c)",
    "37(1)": "37(1)(a) 37(1)(aa) 37(1)(ab) 37(1)(ac) 37(1)(ad) 37(1)(b)",
    "38(1)": "38(1)(a) 38(1)(b)",
    "39(1)": "39(1)(a) 39(1)(b)",
    "40(5B)": "40(5B)(a)(i) 40(5B)(a)(ii) 40(5B)(b) 40(5B)(c) 40(5B)(d)",
    "44(1)": "44(1)(a) 44(1)(b) 44(1)(c)",
}
NO_LONGER = {"40(5)": ("40(5A)", "40(5B)")}


def turns_on(provision: Provision) -> object:
    if provision.balance_optional:
        return "either"
    return provision.absolute_when or ("A" if provision.absolute else "Q")


def test_the_exemptions_are_those_of_part_ii() -> None:
    assert {
        p.citation: (turns_on(p), p.basis.name, p.ncnd) for p in IN_FORCE if p.duty is Duty.DISCLOSE
    } == EXEMPTIONS


def test_the_exclusions_of_the_duty_to_confirm_or_deny_are_those_of_part_ii() -> None:
    assert {
        p.citation: (turns_on(p), p.basis.name, p.protects)
        for p in IN_FORCE
        if p.duty is Duty.CONFIRM_OR_DENY
    } == EXCLUSIONS


def test_the_limbs_are_those_of_part_ii() -> None:
    assert {p.citation: " ".join(p.limbs) for p in LAW.all if p.limbs} == LIMBS


def test_the_purposes_are_those_of_section_31_2() -> None:
    assert [*LAW.purposes] == [f"31(2)({letter})" for letter in "abcdefghij"]
    assert {p.citation: p.purposes_for for p in LAW.all if p.purposes_for} == {
        "30(2)": ("30(2)(a)(iii)", "30(2)(a)(iv)"),
        "31(1)": ("31(1)(g)", "31(1)(h)", "31(1)(i)"),
    }


def test_what_is_no_longer_in_force_says_what_took_its_place() -> None:
    assert {p.citation: p.replaced_by for p in LAW.all if p.in_force_until} == NO_LONGER


def test_who_alone_may_cite_what() -> None:
    assert {p.citation: p.only_for for p in LAW.all if p.only_for} == {
        "33(2)": ("audit-authority",),
        "33(3)": ("audit-authority",),
        "35(1)": ("government-department", "welsh-government"),
        "35(3)": ("government-department", "welsh-government"),
    }


def test_what_is_not_claimed_without_its_limb() -> None:
    assert {p.citation for p in LAW.all if p.limb_decides} == {"30(2)", "31(1)", "31(3)", "36(2)", "36(3)"}


def test_what_each_kind_of_exemption_asks() -> None:
    assert {p.citation: " ".join(p.asks) for p in LAW.all if p.asks} == {
        "21(1)": "where",
        "22(1)": "intention reasonable",
        "34(1)": "certificate",
        "34(2)": "certificate",
        "36(2)": "paragraph put",
        "36(3)": "paragraph put",
        "40(2)": "principle interests",
        "40(5B)": "principle interests",
        "41(1)": "source actionable",
        "41(2)": "actionable",
        "44(1)": "enactment",
        "44(2)": "enactment",
    }
    assert {p.citation: p.certificate for p in LAW.all if p.certificate} == {
        **dict.fromkeys(("23(1)", "23(5)"), "23(2)"),
        **dict.fromkeys(("24(1)", "24(2)"), "24(3)"),
        **dict.fromkeys(("34(1)", "34(2)"), "34(3)"),
        **dict.fromkeys(("36(2)", "36(3)"), "36(7)"),
    }


def test_what_ends_with_the_age_of_a_record() -> None:
    assert {p.citation: p.ends_after for p in LAW.all if p.ends_after} == {
        **dict.fromkeys(("30(1)", "32(1)", "32(2)", "33(2)", "33(3)", "35(1)"), 20),
        **dict.fromkeys(("36(2)", "36(3)", "37(1)", "42(1)", "42(2)"), 20),
        **dict.fromkeys(("28(1)", "28(3)", "43(1)", "43(2)", "43(3)"), 30),
        **dict.fromkeys(("31(1)", "31(3)"), 100),
    }
    assert {limb: years for p in LAW.all for limb, years in p.ends_by_limb.items()} == {
        "36(2)(a)(ii)": 30,
        "36(2)(c)": 30,
        "37(1)(b)": 60,
    }
    assert {limb for p in LAW.all for limb in p.ends_if} == {
        *("36(2)(c)", "37(1)(a)", "37(1)(aa)", "37(1)(ab)", "37(1)(ac)", "37(1)(ad)")
    }


@pytest.mark.parametrize(
    ("received", "years", "sure"),
    [
        (date(2012, 12, 31), 30, False),
        (date(2013, 1, 1), 20, False),
        (date(2022, 12, 31), 20, False),
        (date(2023, 1, 1), 20, True),
    ],
)
def test_a_record_is_historical_by_the_rule_of_the_day(received: date, years: int, sure: bool) -> None:  # noqa: FBT001
    age = LAW.age(received)

    assert age is not None
    assert (age.years, age.unverified is None) == (years, sure)


def test_the_bodies_and_the_persons_are_those_of_the_act() -> None:
    bodies = [each.paragraph for each in LAW.security_bodies]

    assert bodies == [f"23(3)({letter})" for letter in "abcdefghijklmnop"]
    assert [p.paragraph[5:] for p in LAW.qualified_persons] == [
        *("(a)", "(b)", "(c)", "(d)", "(e)", "(f)", "(g)", "(ga)", "(gb)", "(gc)", "(i)", "(j)", "(k)"),
        *("(ka)", "(l)", "(m)", "(n)", "(o)"),
    ]


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("government-department", {"36(5)(a)", "36(5)(b)", "36(5)(c)"}),
        ("house-of-lords", {"36(5)(e)"}),
        ("welsh-government", {"36(5)(g)"}),
        ("archive", {"36(5)(b)", "36(5)(c)", "36(5)(o)"}),
    ],
)
def test_each_kind_of_authority_has_its_qualified_person(body: str, paragraphs: set[str]) -> None:
    fitting = {each.paragraph for each in LAW.qualified_for(body)}

    assert fitting == paragraphs


def test_an_authority_that_no_paragraph_names_has_those_of_all_others() -> None:
    others = LAW.qualified_for("other")

    assert LAW.qualified_for("school") == LAW.qualified_for("armed-forces") == others
    assert [each.paragraph[5:] for each in others] == [
        *("(f)", "(ga)", "(gb)", "(gc)", "(i)", "(j)", "(k)", "(ka)", "(l)", "(m)", "(n)", "(o)")
    ]


def test_every_exclusion_says_when_the_duty_does_not_arise() -> None:
    assert {p.citation for p in LAW.all if p.trigger} == {*EXCLUSIONS, "40(5)"}


def test_what_was_not_read_in_the_act_says_so() -> None:
    assert {p.citation for p in LAW.all if p.unverified} == {
        *("22A(1)", "22A(2)", "37(1)", "37(2)", "40(2)", "40(5)", "40(5A)", "40(5B)")
    }
    assert {p.citation for p in LAW.all if p.in_force_from != date(2005, 1, 1)} <= {
        p.citation for p in LAW.all if p.unverified
    }


def test_a_section_is_known_by_its_heading_and_by_what_people_call_it() -> None:
    assert {"Personal information", "Personal data"} <= LAW.names_of("40(5B)(a)")
    assert {"Commercial interests", "Commercial interest"} <= LAW.names_of("43(2)")
    assert LAW.names_of("31(1)(g)") == LAW.names_of("31") == {"Law enforcement"}
    assert LAW.names_of("99") == frozenset()


def test_no_name_belongs_to_two_sections() -> None:
    sections = {p.citation.split("(")[0] for p in LAW.all}
    names = [name.lower() for section in sections for name in LAW.names_of(section)]

    assert len(names) == len(set(names))


def test_a_limb_may_have_a_basis_of_its_own() -> None:
    assert of("27(4)").basis_of("27(4)(a)").name == "prejudice"
    assert of("27(4)").basis_of("27(4)(b)").name == "class"


def test_a_basis_says_what_it_asks_for() -> None:
    assert LAW.bases["endangerment"] == Basis(
        name="endangerment", words="would, or would be likely to, endanger", harm=True, likelihood=True
    )
    assert {basis.name for basis in LAW.bases.values() if not basis.harm} == {"class"}
    assert {basis.name for basis in LAW.bases.values() if not basis.likelihood} == {"class", "necessity"}


def test_every_exclusion_protects_what_names_it() -> None:
    for provision in IN_FORCE:
        for protected in provision.protects:
            assert of(protected).ncnd == provision.citation


def test_every_citation_in_the_table_leads_somewhere() -> None:
    for provision in LAW.all:
        cited = (
            *provision.protects,
            *provision.not_with,
            *provision.consider_with,
            *provision.replaced_by,
            *([provision.ncnd] if provision.ncnd else []),
            *provision.limbs,
            *provision.purposes_for,
            *provision.basis_by_limb,
        )
        assert [citation for citation in cited if LAW.get(citation) is None] == []


def test_what_is_not_for_the_same_information_is_so_both_ways() -> None:
    one_way = {
        (provision.citation, other)
        for provision in LAW.all
        for other in provision.not_with
        if provision.citation not in of(other).not_with
    }

    assert one_way == set()


def test_citations_are_in_canonical_form() -> None:
    assert [c for c in (*LAW.titles(), *LAW.purposes) if not re.fullmatch(PATTERN, c)] == []


def test_the_two_tests_are_in_the_words_of_the_act() -> None:
    assert LAW.tests[Duty.DISCLOSE].provision == "2(2)(b)"
    assert "exclusion of the duty to confirm or deny" in LAW.tests[Duty.CONFIRM_OR_DENY].words


@pytest.mark.parametrize(
    ("exemption", "absolute"),
    [
        (an_exemption("23(5)"), True),
        (an_exemption("24(2)"), False),
        (an_exemption("40(2)", condition="first"), True),
        (an_exemption("40(2)", condition="second"), False),
        (an_exemption("40(2)"), False),
        (an_exemption("40(5A)"), False),
        (an_exemption("37(1)", limbs=("37(1)(a)", "37(1)(ab)")), True),
        (an_exemption("37(1)", limbs=("37(1)(a)", "37(1)(b)")), False),
        (an_exemption("37(1)"), False),
        (an_exemption("37(1)(aa)"), True),
        (an_exemption("37(1)(b)"), False),
        (an_exemption("37(2)", limbs=("37(1)(a)",)), True),
        (an_exemption("36(2)", limbs=("36(2)(c)",)), False),
    ],
)
def test_what_is_absolute_turns_on_the_condition_or_the_limb(
    exemption: Exemption,
    absolute: bool,  # noqa: FBT001
) -> None:
    assert LAW.is_absolute(exemption) is absolute


def test_section_36_is_absolute_for_either_house() -> None:
    assert LAW.is_absolute(an_exemption("36(3)"), authority="house-of-lords")
    assert not LAW.is_absolute(an_exemption("36(3)"), authority="government-department")


_WORDING = TEXT[
    TEXT.index('[[provision]]\ncitation = "42(1)"') : TEXT.index('[[provision]]\ncitation = "42(2)"')
]
_SLIPS = {
    "an unknown field": ('basis = "class"\nncnd = "22(2)"', 'basis = "class"\nncdn = "22(2)"'),
    "a field left out": (
        'absolute = true\nbasis = "class"\nnote = "The only',
        'basis = "class"\nnote = "The only',
    ),
    "an unknown table": ("[purposes]", "[purposes2]"),
    "a third test": ("[tests.disclose]", "[tests.third]\nprovision = '1'\nwords = ''\n[tests.disclose]"),
    "an unknown field of the Act": ('short = "FOIA"', 'shorter = "FOIA"'),
    "an unknown duty": ('duty = "disclose"', 'duty = "disclosure"'),
    "an unknown need": ('needs = ["limb"]', 'needs = ["lim"]'),
    "an unknown basis": ('basis = "necessity"', 'basis = "need"'),
    "a basis without its words": ('words = "the information is of a kind"\n', ""),
    "a likelihood that the basis does not want": (
        'basis = "class"\nneeds = ["limb"]',
        'basis = "class"\nneeds = ["limb", "likelihood"]',
    ),
    "a limb that decides and is not needed": (
        'absolute = true\nbasis = "class"\nnote = "The only',
        'absolute = true\nlimb-decides = true\nbasis = "class"\nnote = "The only',
    ),
    "an exclusion without its trigger": ('trigger = "exemption from section 1(1)(a) is required', 'x = "'),
    "a number in words": ("working-days = 20", 'working-days = "twenty"'),
    "true for a number": ("working-days = 20", "working-days = true"),
    "a gate with many": ('confirm-or-deny = "subsection"', 'confirm-or-deny = "gate"'),
    "an unknown mechanism": ('confirm-or-deny = "subsection"', 'confirm-or-deny = "door"'),
    "a clock without its nations": ("nations = [", "notions = ["),
    "an unknown kind of authority": ('only-for = ["audit-authority"]', 'only-for = ["auditor"]'),
    "a list that is none": ('protects = ["22(1)"]', 'protects = "22(1)"'),
    "true in quotes": ("limb-decides = true", 'limb-decides = "true"'),
    "an optional balance for a limb of another": ('["40(5B)(a)"]', '["40(5A)"]'),
    "a date in words": ('in-force-until = "2018-05-24"', 'in-force-until = "May 2018"'),
    "two cases in which it is absolute": (
        'absolute-when = { condition = ["first"] }',
        'absolute-when = { condition = ["first"], limb = [] }',
    ),
    "an unknown condition": ('{ condition = ["first"] }', '{ condition = ["fourth"] }'),
    "an unknown office": ('["house-of-commons", "house-of-lords"]', '["house-of-keys"]'),
    "an exclusion that does not exist": ('ncnd = "31(3)"', 'ncnd = "31(4)"'),
    "an exclusion that protects something else": ('ncnd = "31(3)"', 'ncnd = "30(3)"'),
    "something protected that does not exist": ('protects = ["31(1)"]', 'protects = ["31(1)", "31(4)"]'),
    "something protected that is itself an exclusion": (
        'protects = ["31(1)"]',
        'protects = ["31(1)", "30(3)"]',
    ),
    "an exclusion that protects nothing": ('protects = ["31(1)"]\n', ""),
    "a conflict with what does not exist": ('not-with = ["24(1)"]', 'not-with = ["24(9)"]'),
    "a purpose for a limb that does not exist": (
        'purposes-for = ["31(1)(g)", "31(1)(h)"',
        'purposes-for = ["31(1)(x)", "31(1)(h)"',
    ),
    "an exemption that protects": ('citation = "21(1)"', 'citation = "21(1)"\nprotects = ["22(1)"]'),
    "one wording twice": (
        '[[provision]]\ncitation = "42(2)"',
        f'{_WORDING}[[provision]]\ncitation = "42(2)"',
    ),
    "one provision for another": ('citation = "22(2)"', 'citation = "23(5)"'),
}


@pytest.mark.parametrize(("right", "wrong"), _SLIPS.values(), ids=_SLIPS.keys())
def test_a_slip_in_the_file_is_noticed(right: str, wrong: str) -> None:
    assert right in TEXT

    with pytest.raises(ValueError, match=r".+: .+"):
        read_provisions(TEXT.replace(right, wrong, 1))


def test_two_wordings_of_one_provision_stand_beside_each_other() -> None:
    law = read_provisions(
        TEXT.replace("# ---- Section 43", _WORDING.replace("2005-01-01", "2030-01-01") + "# ---- Section 43")
    )

    before, after = law.get("42(1)", date(2029, 12, 31)), law.get("42(1)")
    assert before is not None
    assert after is not None
    assert (before.in_force_from, after.in_force_from) == (date(2005, 1, 1), date(2030, 1, 1))


# Other regimes in the same form: a few provisions of each, as samples

EIR = read_provisions("""
[act]
id = "eir"
title = "Environmental Information Regulations 2004"
short = "EIR"
unit = "regulation"
confirm-or-deny = "subsection"
presumption = "12(2)"
source = "https://www.legislation.gov.uk/uksi/2004/3391"
revised-to = "2005-01-01"
read-from = "a sample"

[clock]
begins = "2005-01-01"
working-days = 20
nations = ["England and Wales", "Scotland", "Northern Ireland"]
review-aim = 40
review-exceptional = 40
review-asked = 40

[[regulator]]
name = "Information Commissioner"
right = "18"
website = "https://ico.org.uk/make-a-complaint"
source = "https://www.legislation.gov.uk/uksi/2004/3391"
in-force-from = "2005-01-01"

[review]
statutory = true
under = "regulation 11"

[tests.disclose]
provision = "12(1)(b)"
words = "in all the circumstances of the case, the public interest in maintaining the exception outweighs the public interest in disclosing the information"

[tests.confirm-or-deny]
provision = "12(6)"
words = "confirming or denying would not be in the public interest under paragraph (1)(b)"

[bases.class]
words = "the information is of a kind"
harm = false
likelihood = false

[bases.adverse-effect]
words = "would adversely affect"
harm = true
likelihood = false

[[provision]]
citation = "12(4)(e)"
title = "Exceptions to the duty to disclose environmental information"
also-called = ["Internal communications"]
duty = "disclose"
absolute = false
basis = "class"
source = "https://www.legislation.gov.uk/uksi/2004/3391/regulation/12"
in-force-from = "2005-01-01"

[[provision]]
citation = "12(5)(a)"
title = "Exceptions to the duty to disclose environmental information"
duty = "disclose"
absolute = false
basis = "adverse-effect"
ncnd = "12(6)"
source = "https://www.legislation.gov.uk/uksi/2004/3391/regulation/12"
in-force-from = "2005-01-01"

[[provision]]
citation = "12(6)"
title = "Exceptions to the duty to disclose environmental information"
duty = "confirm-or-deny"
absolute = false
basis = "adverse-effect"
protects = ["12(5)(a)"]
trigger = "to confirm or deny would involve disclosing information which would adversely affect an interest in regulation 12(5)(a)"
source = "https://www.legislation.gov.uk/uksi/2004/3391/regulation/12"
in-force-from = "2005-01-01"

[[provision]]
citation = "13(1)"
title = "Personal data"
duty = "disclose"
absolute = false
absolute-when = { condition = ["first"] }
basis = "class"
needs = ["condition"]
source = "https://www.legislation.gov.uk/uksi/2004/3391/regulation/13"
in-force-from = "2018-05-25"
unverified = "A sample."
""")  # noqa: E501

FOISA = read_provisions("""
[act]
id = "foisa"
title = "Freedom of Information (Scotland) Act 2002"
short = "FOISA"
unit = "section"
confirm-or-deny = "gate"
source = "https://www.legislation.gov.uk/asp/2002/13"
revised-to = "2005-01-01"
read-from = "a sample"

[clock]
begins = "2005-01-01"
working-days = 20
nations = ["Scotland"]
review-aim = 20
review-exceptional = 20
review-asked = 40

[[regulator]]
name = "Scottish Information Commissioner"
right = "47"
website = "https://www.foi.scot/appeal"
source = "https://www.legislation.gov.uk/asp/2002/13"
in-force-from = "2005-01-01"

[review]
statutory = true
under = "section 20"

[tests.disclose]
provision = "2(1)(b)"
words = "in all the circumstances of the case, the public interest in disclosing the information is not outweighed by that in maintaining the exemption"

[tests.confirm-or-deny]
provision = "18(1)"
words = "to reveal whether the information exists or is so held would be contrary to the public interest"

[authorities]
scottish-administration = "a part of the Scottish Administration"

[bases.class]
words = "the information is of a kind"
harm = false
likelihood = false

[bases.inhibition]
words = "would, or would be likely to, inhibit substantially"
harm = true
likelihood = true

[bases.substantial-prejudice]
words = "would, or would be likely to, prejudice substantially"
harm = true
likelihood = true

[[provision]]
citation = "18(1)"
title = "Further provision as respects responses to request"
duty = "confirm-or-deny"
absolute = false
basis = "class"
protects = ["30(b)", "35(1)"]
trigger = "the authority could refuse under one of these exemptions if it held the information, and to reveal whether it does would be contrary to the public interest"
source = "https://www.legislation.gov.uk/asp/2002/13/section/18"
in-force-from = "2005-01-01"

[[provision]]
citation = "25(1)"
title = "Information otherwise accessible"
duty = "disclose"
absolute = true
basis = "class"
source = "https://www.legislation.gov.uk/asp/2002/13/section/25"
in-force-from = "2005-01-01"

[[provision]]
citation = "30(b)"
title = "Prejudice to effective conduct of public affairs"
duty = "disclose"
absolute = false
basis = "inhibition"
needs = ["limb", "likelihood"]
limb-decides = true
ncnd = "18(1)"
source = "https://www.legislation.gov.uk/asp/2002/13/section/30"
in-force-from = "2005-01-01"
[provision.limbs]
"30(b)(i)" = "the free and frank provision of advice"
"30(b)(ii)" = "the free and frank exchange of views for the purposes of deliberation"

[[provision]]
citation = "35(1)"
title = "Law enforcement"
duty = "disclose"
absolute = false
basis = "substantial-prejudice"
needs = ["limb", "likelihood"]
ncnd = "18(1)"
source = "https://www.legislation.gov.uk/asp/2002/13/section/35"
in-force-from = "2005-01-01"
[provision.limbs]
"35(1)(a)" = "the prevention or detection of crime"
"35(1)(b)" = "the apprehension or prosecution of offenders"
""")  # noqa: E501


def test_every_exception_of_the_regulations_is_looked_up_as_such() -> None:
    assert [p.citation for p in EIR.of_section("12(5)(b)")] == ["12(4)(e)", "12(5)(a)", "12(6)"]
    assert EIR.get("12(4)(e)", date(2026, 6, 12)) == EIR.all[0]
    assert EIR.get("13(1)", date(2018, 5, 24)) is None
    assert EIR.act.unit == "regulation"
    assert "Internal communications" in EIR.names_of("12(4)(e)")


def test_the_regulations_presume_in_favour_of_disclosure_and_their_exceptions_are_qualified() -> None:
    assert (EIR.act.presumption, LAW.act.presumption) == ("12(2)", None)
    assert not EIR.is_absolute(an_exemption("12(5)(a)"))
    assert EIR.is_absolute(an_exemption("13(1)", condition="first"))


def test_the_regulations_ask_for_harm_without_a_likelihood() -> None:
    adverse = EIR.all[1].basis

    assert adverse == Basis(
        name="adverse-effect", words="would adversely affect", harm=True, likelihood=False
    )
    assert EIR.tests[Duty.DISCLOSE].provision == "12(1)(b)"


def test_neither_confirming_nor_denying_under_the_regulations_protects_one_exception_alone() -> None:
    assert {p.citation: p.ncnd for p in EIR.all if p.ncnd} == {"12(5)(a)": "12(6)"}
    assert EIR.tests[Duty.CONFIRM_OR_DENY].provision == "12(6)"


def test_the_scottish_act_has_one_gate_that_lists_what_it_protects() -> None:
    (gate,) = [p for p in FOISA.all if p.duty is Duty.CONFIRM_OR_DENY]

    assert FOISA.act.confirm_or_deny is Mechanism.GATE
    assert (gate.citation, gate.protects) == ("18(1)", ("30(b)", "35(1)"))
    assert {p.citation for p in FOISA.all if p.ncnd == "18(1)"} == {*gate.protects}
    assert "contrary to the public interest" in FOISA.tests[Duty.CONFIRM_OR_DENY].words


def test_the_scottish_act_asks_for_substantial_prejudice() -> None:
    found = FOISA.get("35(1)(b)")
    paragraph = FOISA.get("30(b)(ii)")

    assert found is not None
    assert found.basis.words == "would, or would be likely to, prejudice substantially"
    assert paragraph is not None
    assert (paragraph.citation, paragraph.limb_decides) == ("30(b)", True)
    assert FOISA.is_absolute(an_exemption("25(1)"))
    assert not FOISA.is_absolute(an_exemption("18(1)"))


def test_each_regime_has_its_own_clock_and_review() -> None:
    assert (EIR.clock.further_working_days, EIR.clock.review_exceptional) == (None, 40)
    assert FOISA.clock == Timetable(
        begins=date(2005, 1, 1),
        working_days=20,
        nations=("Scotland",),
        further_working_days=None,
        review_aim=20,
        review_exceptional=20,
        review_asked=40,
    )
    assert FOISA.review == InternalReview(statutory=True, under="section 20")
    assert FOISA.regulator(date(2026, 1, 1)).name == "Scottish Information Commissioner"


def test_a_regime_is_there_once_its_file_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    law = tmp_path / "law"
    law.mkdir()
    for name in ("sample", "misnamed"):
        (law / f"{name}.toml").write_text(TEXT.replace('id = "foia"', 'id = "sample"', 1), encoding="utf-8")
    (law / "README").write_text("no data", encoding="utf-8")
    monkeypatch.setattr("flows.domain.provisions.files", lambda _: tmp_path)
    _files.cache_clear()
    try:
        assert regimes() == ("misnamed", "sample")
        assert provisions("sample").act.id == "sample"
        with pytest.raises(ValueError, match="its id is another"):
            provisions("misnamed")
    finally:
        _files.cache_clear()
