"""The Act as data: what the file says, and that a slip in it is noticed when it is read."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest
from domain_builders import an_exemption

from flows.domain.assessment import Duty, Exemption
from flows.domain.provisions import Basis, Kind, Need, Provision, provisions, read_provisions

LAW = provisions()
TEXT = files("flows.domain").joinpath("provisions.toml").read_text("utf-8")
IN_FORCE = [provision for provision in LAW.all if provision.in_force_until is None]


def of(citation: str) -> Provision:
    found = LAW.get(citation)
    assert found is not None
    return found


def test_the_act_is_read_once() -> None:
    assert provisions() is LAW


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
    assert (of("31(1)").kind, of("31(1)").duty) == (Kind.DISCLOSURE, Duty.DISCLOSE)
    assert (of("31(3)").kind, of("31(3)").duty) == (Kind.CONFIRM_OR_DENY, Duty.CONFIRM_OR_DENY)


# What law.md 1.1 says of each section

_ABSOLUTE = {
    "21(1)", "23(1)", "23(5)", "32(1)", "32(2)", "32(3)", "34(1)", "34(2)",
    "40(1)", "41(1)", "41(2)", "44(1)", "44(2)",
}  # fmt: skip
_BY_CASE = {"36(2)", "36(3)", "37(1)", "37(2)", "40(2)"}
_NCND = {
    "22A(1)": "22A(2)", "22(1)": "22(2)", "23(1)": "23(5)", "24(1)": "24(2)", "26(1)": "26(3)",
    "27(1)": "27(4)", "27(2)": "27(4)", "28(1)": "28(3)", "29(1)": "29(2)", "30(1)": "30(3)",
    "30(2)": "30(3)", "31(1)": "31(3)", "32(1)": "32(3)", "32(2)": "32(3)", "33(2)": "33(3)",
    "34(1)": "34(2)", "35(1)": "35(3)", "36(2)": "36(3)", "37(1)": "37(2)", "38(1)": "38(2)",
    "39(1)": "39(2)", "40(1)": "40(5A)", "40(2)": "40(5B)", "41(1)": "41(2)", "42(1)": "42(2)",
    "43(2)": "43(3)", "44(1)": "44(2)",
}  # fmt: skip


def test_the_absolute_provisions_are_those_of_section_2() -> None:
    assert {provision.citation for provision in IN_FORCE if provision.absolute} == _ABSOLUTE
    assert {provision.citation for provision in IN_FORCE if provision.absolute_when} == _BY_CASE


def test_the_exclusions_of_the_duty_to_confirm_or_deny_are_those_of_the_act() -> None:
    assert {provision.citation: provision.ncnd for provision in IN_FORCE if provision.ncnd} == _NCND
    assert {p.citation for p in IN_FORCE if p.kind is Kind.DISCLOSURE} - _NCND.keys() == {"21(1)", "43(1)"}


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


def test_a_likelihood_is_wanted_wherever_the_basis_says_would_or_would_be_likely() -> None:
    likely = {Basis.PREJUDICE, Basis.ENDANGERMENT, Basis.OPINION}

    assert {p.citation for p in LAW.all if Need.LIKELIHOOD in p.needs} == {
        p.citation for p in LAW.all if p.basis in likely
    }


def test_citations_have_one_form() -> None:
    assert [p.citation for p in LAW.all if not re.fullmatch(r"\d{2}A?\(\d[A-Z]?\)", p.citation)] == []


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
    "an unknown kind": ('kind = "disclosure"', 'kind = "disclose"'),
    "an unknown need": ('needs = ["limb"]', 'needs = ["lim"]'),
    "an unknown kind of authority": ('only-for = ["audit-authority"]', 'only-for = ["auditor"]'),
    "a list that is none": ('protects = ["22(1)"]', 'protects = "22(1)"'),
    "true in quotes": ("balance-optional = true", 'balance-optional = "true"'),
    "a date in words": ('in-force-until = "2018-05-24"', 'in-force-until = "May 2018"'),
    "two cases in which it is absolute": (
        'absolute-when = { condition = ["first"] }',
        'absolute-when = { condition = ["first"], limb = [] }',
    ),
    "an unknown condition": ('{ condition = ["first"] }', '{ condition = ["fourth"] }'),
    "an unknown house": ('["house-of-commons", "house-of-lords"]', '["house-of-keys"]'),
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
