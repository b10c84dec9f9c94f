"""The exemptions with which an assessment begins: how people name them, and which are refused."""

from __future__ import annotations

from datetime import date

import pytest

from flows.domain.assessment import Exemption
from flows.domain.errors import MalformedError, RefusedError
from flows.domain.provisions import provisions
from flows.domain.starting import exemptions_named

LAW = provisions()
RECEIVED = date(2026, 11, 2)


def named(*starts: str, on: date = RECEIVED, body: str | None = "other") -> list[tuple[str, tuple[str, ...]]]:
    return [(each.provision, each.limbs) for each in exemptions_named(starts, LAW, on=on, body=body)]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (["31(1)(a)"], [("31(1)", ("31(1)(a)",))]),
        (["s 31(1)(a) & (b)"], [("31(1)", ("31(1)(a)", "31(1)(b)"))]),
        (["31(1)(a)", "31(1)(b)", "31(1)(a)"], [("31(1)", ("31(1)(a)", "31(1)(b)"))]),
        (["31(3)"], [("31(3)", ())]),
        (["31(3) by virtue of 31(1)(a) and (b)"], [("31(3)", ("31(1)(a)", "31(1)(b)"))]),
        (["31(3), 31(1)(a)"], [("31(3)", ("31(1)(a)",))]),
        (["31(3)", "31(1)(a)"], [("31(3)", ()), ("31(1)", ("31(1)(a)",))]),
        (["30(3) by\n virtue of section 30(1)"], [("30(3)", ("30(1)",))]),
        (["27(4)(a) and 27(1)(a)"], [("27(4)", ("27(4)(a)", "27(1)(a)"))]),
        (["sections 23(5) and 24(2)"], [("23(5)", ()), ("24(2)", ())]),
        (["24(2), 31(3), 31(1)(a)"], [("24(2)", ()), ("31(3)", ("31(1)(a)",))]),
        (["40(5B)(a)"], [("40(5B)", ("40(5B)(a)",))]),
    ],
)
def test_exemptions_are_read_as_people_name_them(
    starts: list[str], expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert named(*starts) == expected


@pytest.mark.parametrize(
    ("start", "problem"),
    [
        ("31", "write 31(1) to withhold, 31(3) to neither confirm nor deny"),
        ("30", "write 30(1) or 30(2) to withhold, 30(3) to neither confirm nor deny"),
        ("21", "write 21(1) to withhold"),
        ("31(9)", "the Act has no exemption 31(9)"),
        ("31(1)(z)", "the Act has no exemption 31(1)(z)"),
        ("99", "the Act has no exemption 99"),
        ("12(1)", "section 12 is no exemption of Part II"),
        ("14", "section 14 is no exemption of Part II"),
        ("the usual ones", "write a provision as 31(1), 31(1)(a) or 40(5B)(a)"),
        ("", "write a provision as"),
        ("40(5)", "40(5) was not in force on the day of receipt"),
    ],
)
def test_what_is_no_exemption_is_refused_with_what_to_write(start: str, problem: str) -> None:
    with pytest.raises(MalformedError) as refused:
        named("24(1)", start)

    assert refused.value.source == "--start"
    assert problem in str(refused.value)


def test_the_law_of_the_day_of_receipt_decides() -> None:
    assert named("40(5)", on=date(2018, 5, 24)) == [("40(5)", ())]
    with pytest.raises(MalformedError, match="not in force on the day of receipt"):
        named("40(5B)(a)", on=date(2018, 5, 24))


@pytest.mark.parametrize("start", ["35(1)(a)", "35(3) by virtue of 35(1)(a)", "33(2)", "33(1)(a)"])
def test_an_exemption_of_other_authorities_is_refused(start: str) -> None:
    with pytest.raises(RefusedError, match=r"is only for .*; this authority is of another kind"):
        named(start, body="school")


def test_an_exemption_is_begun_by_those_it_is_for_and_where_the_kind_is_not_known() -> None:
    expected = [("35(1)", ("35(1)(a)",))]

    assert named("35(1)(a)", body="government-department") == expected
    assert named("35(1)(a)", body=None) == expected


def test_of_two_that_do_not_go_together_the_later_stands_in_the_alternative() -> None:
    found = exemptions_named(["30(1)(b)", "31(1)(a)", "42(1)"], LAW, on=RECEIVED, body="other")

    assert [each.in_the_alternative_to for each in found] == [None, "30(1)", None]


def test_personal_data_begin_with_the_first_condition() -> None:
    assert exemptions_named(["40(2)"], LAW, on=RECEIVED, body=None) == (
        Exemption(provision="40(2)", condition="first"),
    )
