"""Assessments to fill in: once filled they are fit to submit, and every blank that is left stops them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
import yaml
from sampling import sampled

from flows.casework import texts
from flows.casework.starting import BLANK, read_starting_words, start, starting_words
from flows.domain.assessment import Request
from flows.domain.checks.ruleset import check
from flows.domain.checks.wording import is_written_out
from flows.domain.errors import MalformedError
from flows.domain.finding import Severity
from flows.domain.provisions import provisions, section_of
from flows.domain.starting import exemptions_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.checks.rule import Draft
    from flows.domain.finding import Finding

LAW = provisions()
REQUEST = Request(
    reference="FOI-2026-0173",
    authority="Northshire Police",
    received=date(2026, 11, 2),
    subject="Vehicle log of the north depot",
    summary="The vehicle log of the north depot for 2025, with the hours at which its gates are open.",
)
DEPARTMENT = "government-department"

STARTS: tuple[tuple[str, ...], ...] = (
    ("31(1)(a)",),
    ("31(3) by virtue of 31(1)(a)",),
    ("22(1)",),
    ("36(2)(b)(i)",),
    ("40(2)",),
    ("41(1)",),
    ("31(1)(a) and (b)", "40(2)", "31(3) by virtue of 31(1)(a)"),
    ("22(2)",),
    ("24(1)",),
    ("24(2)",),
    ("24(2)", "23(5)", "31(3), 31(1)(a)"),
    *((f"27(1)({limb})",) for limb in "abcd"),
    ("27(2)",),
    ("27(4)(a), 27(1)(a)",),
    ("27(4)(b)",),
    *((f"30(1){limb}",) for limb in ("(a)(i)", "(a)(ii)", "(b)", "(c)")),
    ("30(1)(b)", "31(1)(b)"),
    ("30(2)(a)(i) and 30(2)(b)",),
    ("30(2)(a)(iii) and 30(2)(b)",),
    ("30(3) by virtue of 30(1)(b)",),
    ("30(3) by virtue of 30(2)",),
    *((f"31(1)({limb})",) for limb in "bcdefghi"),
    *((f"31(3) by virtue of 31(1)({limb})",) for limb in "bcdefghi"),
    *((f"35(1)({limb})",) for limb in "abcd"),
    *((f"35(3) by virtue of 35(1)({limb})",) for limb in "abcd"),
    *((f"36(2){limb}",) for limb in ("(b)(ii)", "(c)", "(b)")),
    *((f"36(3) by virtue of 36(2){limb}",) for limb in ("(b)(i)", "(b)(ii)", "(c)")),
    *((f"38(1)({limb})",) for limb in "ab"),
    *((f"38(2) by virtue of 38(1)({limb})",) for limb in "ab"),
    *((f"40(5B){limb}",) for limb in ("(a)", "(a)(i)", "(b)", "(c)")),
    ("40(5B)(b)", "36(3) by virtue of 36(2)(c)"),
    ("41(2)",),
    ("42(1)",),
    ("42(2)",),
    ("43(1)",),
    ("43(2)",),
    ("43(3)",),
    ("21(1)",),
    ("44(1)(a)",),
    ("34(1)",),
    ("28(1)",),
    ("26(3) by virtue of 26(1)(a)",),
)
"""Each provision that has words, limb by limb; some of them together, and some without words."""
LEFT: dict[tuple[str, ...], Counter[str]] = {
    # Some authorities cite the one without the other, and know why.
    ("24(2)",): Counter(X07=1),
}
"""What is noticed all the same where a plain text stands in place of every blank."""

_BLANK = re.compile(r"\[To be written: ([^\]]+)\]")
_CHOICES = {
    "would or would-be-likely": "would-be-likely",
    "independent or cumulative": "independent",
    "maintain or confirm-or-deny": "maintain",
    "withhold, partly or disclose": "withhold",
    "outweighs, or does not outweigh": "outweighs",
    "which of these purposes": "31(2)(b)",
    "when it is expected, as in: in March 2027": "in March 2027",
    "what would follow, for whom, and how the one leads to the other": "Thieves would learn the gate hours",
    "whom, what exactly, and what they would do with it": "thieves at which hours the depot is empty",
    "how much it weighs here, in a few words": "moderate",
}
_TEXTS = (
    "the gate hours of the north depot",
    "drivers on the night shift",
    "two thefts of diesel from vehicles in 2024",
    "the last column of the log",
    "a councillor for the harbour ward",
    "the inspection by the fire service",
    "somebody who watches the depot from the lane",
    "the lease that ends in May",
    "the barrier of the north gate",
    "three entries about a broken camera",
    "the firm that repairs the vehicles",
    "a flood in the tyre store",
    "the minutes of the safety panel",
)


def body_of(starts: tuple[str, ...]) -> str:
    return DEPARTMENT if starts[0].startswith("35") else "other"


def begun(starts: tuple[str, ...], body: str | None = "") -> str:
    body = body_of(starts) if body == "" else body
    exemptions = exemptions_named(starts, LAW, on=REQUEST.received, body=body)
    return start(REQUEST.reference, exemptions, LAW, body=body)


def filled(assessment: str, but: int | None = None) -> str:
    """Return an assessment with a plain text in place of each blank, save the one of that number."""
    plain, number = cycle(_TEXTS), iter(range(1_000))

    def fill(blank: re.Match[str]) -> str:
        asked = " ".join(blank[1].split())
        text = next(plain)
        if next(number) == but:
            return blank[0]
        if "as 2022-11-07" in asked:
            return "2026-11-02"
        if "as 36(5)(o)" in asked:
            return "36(5)(o)"
        if asked.startswith("what each factor counts for"):
            return f"As {', '.join(_TEXTS)} show, the one side counts for more"
        return _CHOICES.get(asked, text)

    return _BLANK.sub(fill, assessment)


def a_draft(assessment: str, body: str) -> Draft:
    read = texts.read_assessment(assessment.encode(), REQUEST.reference)
    return texts.draft(REQUEST, read, today=date(2026, 11, 20), due=date(2026, 12, 1), body=body, named=())


def left(starts: tuple[str, ...]) -> Iterator[Finding]:
    return (
        finding
        for finding in check(a_draft(filled(begun(starts)), body_of(starts)))
        if finding.severity is not Severity.INFO
    )


@pytest.mark.parametrize("starts", STARTS, ids=" + ".join)
def test_once_each_blank_is_filled_the_checks_notice_nothing(starts: tuple[str, ...]) -> None:
    found = Counter(finding.code for finding in left(starts))

    blanks = len(_BLANK.findall(begun(starts)))
    print(f"{' + '.join(starts):60} {blanks:3} blanks  {dict(found) or '-'}")  # noqa: T201 - for pytest -s
    assert found == LEFT.get(starts, Counter())


@pytest.mark.parametrize("starts", sampled([(each,) for each in STARTS], 3), ids=" + ".join)
def test_every_single_blank_that_is_left_stops_it(starts: tuple[str, ...]) -> None:
    assessment = begun(starts)
    blanks = _BLANK.findall(assessment)

    assert [asked for number, asked in enumerate(blanks) if not _stops(starts, assessment, number)] == []


def _stops(starts: tuple[str, ...], assessment: str, but: int) -> bool:
    """Tell whether one blank is refused when the file is read, or stops its submission."""
    try:
        draft = a_draft(filled(assessment, but=but), body_of(starts))
    except MalformedError as refused:
        return len(refused.faults) == 1
    return [each.severity for each in is_written_out.look(draft, LAW)] == [None]  # that of the rule, a block


def test_every_provision_that_people_commonly_rely_on_has_words_of_its_own() -> None:
    sections = {"22", "24", "27", "30", "31", "35", "36", "38", "42", "43"}
    common = {each.citation for each in LAW.all if section_of(each.citation) in sections}
    limbs = set(LAW.all[0].limbs).union(
        *(each.limbs for each in LAW.all if each.citation in {"31(1)", "35(1)"})
    )

    assert (common | limbs | {"40(2)", "40(5B)", "41(1)", "41(2)"}) - starting_words("foia").keys() == set()


@pytest.mark.parametrize("starts", STARTS, ids=" + ".join)
def test_no_balance_no_likelihood_and_no_outcome_is_written_for_anybody(starts: tuple[str, ...]) -> None:
    content = yaml.load(begun(starts), yaml.BaseLoader)  # noqa: S506 - reads strings alone
    for part in content["parts"]:
        weighed = part.get("balance", "")
        said = _BLANK.sub("\0", " ".join((weighed["text"] if isinstance(weighed, dict) else weighed).split()))
        formula = LAW.tests[part["duty"]].words.replace("outweighs", "\0")
        own = re.sub(r"\*\*Section [0-9A-Z()]+\.\*\* \0\.|\0\.", "", said).strip()

        assert own in {"", f"{formula[0].upper()}{formula[1:]}."}
        assert _BLANK.fullmatch(part["outcome"])
        assert all(
            _BLANK.fullmatch(each.get("likelihood", BLANK.format("none"))) for each in part["exemptions"]
        )
        assert all(
            _BLANK.fullmatch(factor["weight"])
            for each in part["exemptions"]
            for side in ("favouring", "against")
            for factor in each.get(side, [])
        )


def test_every_exemption_in_force_can_be_begun_with_and_is_read_as_what_it_is() -> None:
    for each in LAW.all:
        if each.in_force(REQUEST.received):
            kind = each.only_for[0] if each.only_for else "other"
            (part,) = yaml.load(begun((each.citation,), body=kind), yaml.BaseLoader)["parts"]  # noqa: S506 - as above

            assert (part["duty"], part["exemptions"][0]["provision"]) == (each.duty, each.citation)
            assert _BLANK.search(part["exemptions"][0]["applies"])


@pytest.mark.parametrize(
    ("start_", "limbs"),
    [("31(1)", "31(1)(c)"), ("31(3)", "31(1)(c)"), ("40(5B)", "40(5B)(a)(i)"), ("27(4)", "27(1)(b)")],
)
def test_a_limb_that_was_not_named_is_a_blank_below_those_to_choose_from(start_: str, limbs: str) -> None:
    assessment = begun((start_,))

    owner = LAW.get(limbs)
    assert owner
    assert f"        # {limbs}: {owner.limbs[limbs]}"[:90] in assessment
    assert 'limbs: ["[To be written: which of these limbs]"]' in assessment
    with pytest.raises(MalformedError, match=r"limbs\[0\]"):
        a_draft(filled(assessment), "other")


def test_exemptions_of_one_duty_are_one_part_and_each_duty_has_its_own() -> None:
    parts = yaml.load(begun(STARTS[6]), yaml.BaseLoader)["parts"]  # noqa: S506 - as above
    together = yaml.load(begun(("40(5B)(b)", "36(3)")), yaml.BaseLoader)["parts"]  # noqa: S506 - as above

    assert [(part["duty"], [each["provision"] for each in part["exemptions"]]) for part in parts] == [
        ("disclose", ["31(1)", "40(2)"]),
        ("confirm-or-deny", ["31(3)"]),
    ]
    assert parts[0]["exemptions"][0]["limbs"] == ["31(1)(a)", "31(1)(b)"]
    assert "favouring" not in parts[0]["exemptions"][1]  # absolute, and not weighed
    assert re.findall(r"\*\*.*\*\*", together[0]["balance"]["text"]) == [
        "**Section 40(5B).**",
        "**Section 36(3).**",
    ]


def test_only_what_turns_on_the_principles_of_data_protection_asks_for_one() -> None:
    asked = {limb: "principle" in begun((f"40(5B)({limb})",)) for limb in "abcd"}

    assert asked == {"a": True, "b": False, "c": False, "d": False}


def test_what_the_kind_of_authority_makes_of_an_exemption_is_heeded() -> None:
    commons, ours = begun(("36(2)(c)",), body="house-of-commons"), begun(("36(2)(c)",))

    assert "favouring" not in commons
    assert 'paragraph: "36(5)(d)"' in commons
    assert "favouring" in ours
    assert "# 36(5)(o), for what is held by any other public authority" in ours
    assert "nobody has stated" in begun(("35(1)(a)",), body=None)
    assert "nobody has stated" not in begun(("35(1)(a)",))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('["31(1)(z)"]\napplies = "x"', "no such provision"),
        ('["31(1)"]\nbalance = "x"', "no field balance"),
        ('["31(1)"]\napplies = "[which"', "a bracket is no blank"),
        ('["31(1)"]\napplies = "[which [one]]"', "a bracket is no blank"),
        ('["31(1)"]\nagainst = ["[the log](https://example.org)"]', "a bracket is no blank"),
        ('["31(1)"]\nweigh = "[how much]"', "a bracket is no blank"),
    ],
)
def test_words_that_would_not_be_blanks_or_belong_nowhere_are_refused(words: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_starting_words(words, LAW)
