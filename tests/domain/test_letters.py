"""What letters state, kind by kind, and what they give away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import a_part, a_withholding, an_exemption
from letter_texts import REVIEW, a_letter
from neither_letters import CASES, Case

from flows.domain.assessment import Balance, Duty, Outcome
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.finding import Severity, blocking
from flows.domain.letters import DEMANDS, Known, Letter, look_through, outdated

if TYPE_CHECKING:
    from flows.domain.assessment import Part

TODAY = date(2026, 11, 26)
_WEIGHED = Balance(text="It favours maintaining the exclusion.")
SILENT = a_part(
    an_exemption("24(2)"),
    an_exemption("31(3)", limbs=("31(1)(a)",)),
    information="information on the covert use of drones over the site",
    balance=_WEIGHED,
    questions=(4,),
)
WITHHELD = a_withholding(
    an_exemption("31(1)", limbs=("31(1)(a)",)),
    information="the patrol plan of the rural crime team",
    balance=_WEIGHED,
    questions=(2,),
)
GIVEN = replace(
    WITHHELD, exemptions=(), outcome=Outcome.DISCLOSE, balance=None, information="the cost of fuel"
)
NOT_HELD = replace(GIVEN, outcome=Outcome.NOT_HELD, information="the cost of the hangar", questions=(3,))


def codes(kind: str, text: str, *parts: Part, all_: bool = False, **known: Any) -> list[str]:
    """Return what stops a letter, by code; or all that is noticed in it."""
    facts: dict[str, Any] = {
        "reference": "1146A/22",
        "authority": "Sample Police",
        "regime": "foia",
        "today": TODAY,
    }
    letter = Letter(kind=DOCUMENTS[kind], text=text, known=Known(**{**facts, "parts": parts, **known}))
    found = look_through(letter)
    return [each.code for each in (found if all_ else blocking(found))]


def letter(kind: str) -> str:
    return a_letter(kind, "1146A/22", TODAY)


def silent(kind: str) -> list[Part]:
    """A part that neither confirms nor denies, but for a letter that says what is held or not."""
    return [] if kind in {"transfer", "schedule"} else [SILENT]


def without(kind: str, old: str, new: str = "") -> str:
    """Return a whole letter with some of its words changed."""
    text = letter(kind)
    assert old in text
    return text.replace(old, new)


_TESTS = {
    "": (),
    "silent": (SILENT,),
    "other": (replace(SILENT, information="any other information on drones"),),
    "given": (GIVEN,),
    "withheld": (WITHHELD,),
    "silent given": (SILENT, GIVEN),
    "silent withheld": (SILENT, WITHHELD),
}


@pytest.mark.parametrize("case", CASES)
def test_a_letter_says_what_either_answer_would_reveal_and_what_the_rest_is(case: Case) -> None:
    found = codes(case.kind, case.body, *_TESTS[case.parts], all_=True)

    assert tuple(sorted({*found} & {"N01", "N05"})) == case.codes
    assert not {*codes(case.kind, case.body, *_TESTS[case.parts])} & {"N01", "N05"}, "it only warns"


def test_every_kind_of_letter_states_something() -> None:
    assert {kind.name for demand in DEMANDS for kind in demand.kinds} == DOCUMENTS.keys() - {TEST.name}
    assert len({demand.code for demand in DEMANDS}) == len(DEMANDS)


@pytest.mark.parametrize("kind", sorted(DOCUMENTS.keys() - {TEST.name}))
def test_a_letter_that_states_all_it_has_to_has_nothing_noticed_in_it(kind: str) -> None:
    assert codes(kind, letter(kind), *silent(kind), all_=True) == []


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("schedule", " 1146A/22", "", "L01"),
        ("schedule", "1146A/22", "1146A/221", "L01"),
        ("schedule", "1146A/22", "11146A/22", "L01"),
        ("response", REVIEW, "", "L02"),
        ("response", REVIEW, "We will review how we keep records.", "L02"),
        ("extension", REVIEW, "", "L02"),
        ("cost", REVIEW, "", "L02"),
        ("vexatious", REVIEW, "", "L02"),
        ("response", "Information Commission ", "Information Commissioner ", "L03"),
        ("vexatious", "Information Commission ", "regulator ", "L03"),
        ("cost", "section 50 of the Act gives you the right to apply to the", "we will tell the", "L03"),
        ("review", "Information Commission ", "Tribunal ", "L03"),
        ("response", "neither confirm nor deny", "are sorry to say", "L04"),
        ("response", "neither confirm nor deny", "\u201cneither confirm nor deny\u201d", "L04"),
        ("response", "24(2) and ", "", "L05"),
        ("response", "24(2)", "24", "L05"),
        (
            "response",
            "public interest favours this is said in the public interest test, which",
            "form",
            "L06",
        ),
        ("extension", "section 31(1)(a)", "an exemption", "L10"),
        ("extension", "section 31(1)(a)", "section 44(1)", "L10"),
        ("extension", "section 31(1)(a)", "section 12(1)", "L10"),
        ("extension", "no decision has been reached yet", "we are sorry for the delay", "L11"),
        ("extension", "1 November 2027", "the end of the month", "L12"),
        ("extension", "1 November 2027", "26 November 2026", "L12"),
        ("extension", "1 November 2027", "31 November 2027", "L12"),
        ("extension", "1 November 2027", "1 November 2020", "L12"),
        ("fees", "\u00a327.50", "a small sum", "L13"),
        ("fees", "\u00a327.50", "\u00a30.00", "L13"),
        ("fees", "\u00a327.50", "\u00a3", "L13"),
        ("fees", "three months", "three weeks", "L14"),
        ("fees", "three months", "13 months", "L14"),
        ("clarification", "Which of the two depots do you mean?", "Your request is not clear.", "L15"),
        ("cost", "Section 12(1) of the Act applies", "The limit applies", "L16"),
        ("cost", "Section 12(1)", "Section 14(1)", "L16"),
        ("cost", "31 hours, at \u00a325 an hour", "too long", "L17"),
        ("cost", "in place of three years could be answered within the limit", "is a long time", "L18"),
        ("cost", "31 hours, at \u00a325 an hour", "more than the limit of \u00a3450", "L17"),
        ("cost", "31 hours, at \u00a325 an hour", "more than 18 hours, or \u00a3450.00", "L17"),
        (
            "transfer",
            "We believe that the county council holds it; you may write to it at",
            "Contact us:",
            "L21",
        ),
        ("vexatious", "section 14(1) of the Act, which is about vexatious requests", "the Act", "L19"),
        ("vexatious", "section 14(1) of the Act", "section 14 of the Data Protection Act 2018", "L19"),
        ("transfer", "do not hold", "looked for", "L20"),
        (
            "transfer",
            "We believe that the county council holds it; you may write to it at",
            "Good luck:",
            "L21",
        ),
        ("review", "uphold the decision in part", "thank you for your patience", "L22"),
    ],
)
def test_a_letter_without_one_thing_it_has_to_state_is_stopped_for_that(
    kind: str, old: str, new: str, code: str
) -> None:
    assert codes(kind, without(kind, old, new), *silent(kind)) == [code]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("agree with you and will send you the plan", ["L26"]),
        ("will not change the decision", ["L26"]),
        ("have changed our view of two of the three points", ["L26"]),
        ("asked whether the decision should be overturned", ["L26"]),
        ("overturn the decision", []),
        ("do not uphold your complaint", []),
        ("agree with the first point and set aside the refusal", []),
        ("uphold the decision, but not on the map", []),
    ],
)
def test_an_outcome_in_words_that_are_not_known_is_told_of(words: str, told: list[str]) -> None:
    text = without("review", "uphold the decision in part", words)

    assert codes("review", text, all_=True) == told
    assert codes("review", text) == []


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("schedule", "request 1146A/22.", "request (ref. 1146A/22)."),
        ("response", "neither confirm nor deny", "can neither confirm nor deny"),
        ("response", REVIEW, "We have no procedure for complaints about requests."),
        ("response", "24(2) and 31(3)", "24(2) and 31(3), by virtue of section 31(1)(a)"),
        ("extension", "no decision has been reached yet", "we have not yet made a decision"),
        ("extension", "section 31(1)(a)", "section 36(2)(c)"),
        ("fees", "\u00a327.50", "\u00a31,200"),
        ("fees", "three months", "3 months"),
        ("clarification", "Which of the two depots do you mean?", "Please tell us which depot you mean."),
        ("cost", "31 hours, at \u00a325 an hour", "\u00a3775"),
        (
            "cost",
            "31 hours, at \u00a325 an hour",
            "21 hours, where the limit of \u00a3450 allows for 18 hours",
        ),
        ("clarification", "Which of the two depots do you mean?", "Please provide: the dates; the names."),
        (
            "transfer",
            "believe that the county council holds it",
            "suggest that you contact the county council",
        ),
        ("vexatious", "section 14(1)", "section 14(2)"),
        ("transfer", "do not hold", "hold none of"),
        ("review", "uphold the decision in part", "have overturned the decision"),
    ],
)
def test_what_has_to_be_stated_may_be_said_otherwise(kind: str, old: str, new: str) -> None:
    assert codes(kind, without(kind, old, new), *silent(kind)) == []


def test_the_place_to_ask_for_a_review_is_that_of_the_authoritys_letters() -> None:
    assert codes("cost", letter("cost"), contact="foi@sample.example") == []
    assert codes("cost", letter("cost"), contact="reviews@sample.example") == ["L02"]


def test_the_regulator_is_named_as_on_the_day_of_the_letter() -> None:
    before = date(2026, 9, 29)
    earlier = a_letter("cost", "1146A/22", before)

    assert codes("cost", earlier, today=before) == []
    assert codes("cost", earlier, today=date(2026, 9, 30)) == ["L03"]


def test_a_response_that_refuses_nothing_needs_no_word_on_complaints() -> None:
    assert codes("response", "1146A/22: we enclose what you asked for.") == []
    assert codes("response", "1146A/22: we do not hold this.", NOT_HELD) == []
    assert codes("response", "1146A/22: thank you.") == ["L04"]
    assert codes("response", "1146A/22: section 21 applies; look at our website. It is set out there.") == []
    assert codes("response", "1146A/22: section 40(2) applies to names, which we withhold.") == ["L02", "L03"]


MIXED = """\
Thank you for your request 1146A/22.

We enclose the cost of fuel. We withhold the patrol plan of the rural crime team under section 31(1)(a) of the
Act. We do not hold the cost of the hangar.

We neither confirm nor deny that we hold information on the covert use of drones, relying on sections 24(2)
and 31(3). This should not be taken as indicating that information is or is not held.

The public interest test is annexed.

{}

Section 50 gives you the right to apply to the Information Commission.
"""
PARTS = (GIVEN, WITHHELD, NOT_HELD, SILENT)


def test_one_response_tells_what_is_given_withheld_not_held_and_neither() -> None:
    assert codes("response", MIXED.format(REVIEW), *PARTS, all_=True) == []


@pytest.mark.parametrize(
    ("old", "new", "stopped"),
    [
        ("We enclose the cost of fuel.", "", ["L04"]),
        ("We do not hold the cost of the hangar.", "", ["L04"]),
        (" under section 31(1)(a) of the\nAct", "", ["L05"]),
        ("We neither confirm nor deny that we hold information", "We say nothing of information", ["L04"]),
    ],
)
def test_each_part_is_told_of_as_the_test_decided(old: str, new: str, stopped: list[str]) -> None:
    assert old in MIXED
    assert codes("response", MIXED.format(REVIEW).replace(old, new), *PARTS) == stopped


@pytest.mark.parametrize(
    "said",
    [
        "We hold records of flights over the site.",
        "We withhold the information on drones too.",
        "The records on the covert use of drones are held by our team.",
        "We hold all of the information you asked for.",
        "No information on question 4 is held.",
        "We do not hold information on the use of drones.",
        "We neither confirm nor deny and the information is withheld.",
    ],
)
@pytest.mark.parametrize("kind", ["response", "extension", "cost"])
def test_nothing_a_letter_says_hints_across_to_what_is_neither_confirmed_nor_denied(
    said: str, kind: str
) -> None:
    text = MIXED.format(REVIEW) if kind == "response" else letter(kind)

    assert codes(kind, f"{text}\n\n{said}\n", *PARTS) == ["L09"]


@pytest.mark.parametrize(
    "said",
    [
        "We hold the patrol plan of the rural crime team.",
        "The information on question 2 is withheld.",
        "We withhold the information, relying on section 31(1)(a).",
        "We do not say whether or not information on drones is held.",
        "Whether we hold information on drones is what we neither confirm nor deny.",
    ],
)
def test_what_is_said_of_another_part_is_no_hint(said: str) -> None:
    assert codes("response", f"{MIXED.format(REVIEW)}\n\n{said}\n", *PARTS) == []


def test_without_a_part_that_is_neither_confirmed_nor_denied_nothing_is_a_hint() -> None:
    assert codes("response", "1146A/22: we hold the cost of fuel, and give it below.", GIVEN) == []


def test_an_exemption_from_disclosure_beside_silent_parts_says_that_there_is_something() -> None:
    text = letter("response").replace("sections 24(2)", "sections 24(2), 40(2)")

    assert codes("response", text, SILENT) == ["L08"]
    assert codes("response", text.replace("24(2), 40(2)", "24(1)"), SILENT) == ["L05", "L08"]
    assert codes("response", MIXED.format(REVIEW) + "\nSection 40(2) applies.\n", *PARTS) == []
    assert "L08" in codes("response", MIXED.format(REVIEW) + "\nSection 40(2) applies.\n", *PARTS, all_=True)


def test_that_it_is_no_sign_of_what_is_held_is_missed_and_stops_nothing() -> None:
    text = without("response", "This should not be taken as indicating that information is or is not held.")

    assert codes("response", text, SILENT) == []
    assert codes("response", text, SILENT, all_=True) == ["L07"]


def test_what_is_missing_is_told_with_where_it_comes_from() -> None:
    known = Known(reference="A/1", authority="Sample Police", regime="foia", today=TODAY)
    (found,) = look_through(
        Letter(kind=DOCUMENTS["fees"], text="A/1: a fee is to be paid within three months.", known=known)
    )

    assert (found.severity, found.citation, found.sentence) == (
        Severity.BLOCK,
        "FOIA s.9(1)",
        "The letter does not say the amount of the fee.",
    )
    assert SILENT.duty is Duty.CONFIRM_OR_DENY


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"the day of receipt": "1 November 2026"}, {"the day of receipt": "2 November 2026"}, 1),
        ({"the day of receipt": "1 November 2026"}, {}, 1),
        ({"the day of receipt": "1 November 2026"}, {"the day of receipt": "1 November 2026"}, 0),
        ({"the day of receipt": "1 November 2026"}, {"the day it was asked": "1 November 2026"}, 0),
        ({"the day of receipt": "3 November 2026"}, {"the day of receipt": "2 November 2026"}, 0),
        ({"who signs": ""}, {"who signs": "Town Clerk"}, 0),
        ({"who signs": "Head of *Records*"}, {"who signs": "Town Clerk"}, 1),
    ],
)
def test_what_was_so_when_a_letter_was_written_and_is_no_more_stops_it(
    then: dict[str, str], now: dict[str, str], told: int
) -> None:
    text = "We received it on\n1 November 2026, and another on 13 November 2026.\n\nHead of Records\n"
    known = Known(reference="1/26", authority="Sample", regime="foia", today=date(2026, 11, 20))
    letter = Letter(kind=DOCUMENTS["fees"], text=text, known=known)

    assert [each.code for each in outdated(letter, then, now)] == ["L23"] * told


SCHEDULED = (
    "This is the schedule for 1146A/22.\n\n| Number | Record | Exemption |\n|---|---|---|\n"
    "| 1 | plan | section {} (page 2) |\n"
)
_SAYS = "on which no part of the test relies"


@pytest.mark.parametrize(
    ("cited", "parts", "answered", "told"),
    [
        ("31(1)(a)", (WITHHELD,), None, []),
        ("31(1)", (WITHHELD, SILENT, GIVEN), None, []),
        ("40(2)", (), None, []),
        ("40(2)", (), frozenset({"40(2)"}), []),
        ("40(2)", (WITHHELD,), None, ["40(2), " + _SAYS + ".", "31(1), on which part 1 of the test relies."]),
        ("24(2)", (SILENT, GIVEN), None, ["24(2), " + _SAYS + " but to neither confirm nor deny."]),
        ("31(1)", (SILENT,), None, ["a schedule says that there are records."]),
        (
            *("40(2)", (), frozenset({"43(2)"})),
            ["40(2), on which no response relies.", "43(2), on which the response relies."],
        ),
    ],
)
def test_a_schedule_has_the_exemptions_of_the_answer_and_no_others(
    cited: str, parts: tuple[Part, ...], answered: frozenset[str] | None, told: list[str]
) -> None:
    text = SCHEDULED.format(cited)
    known = Known(
        reference="1146A/22",
        authority="Sample Police",
        regime="foia",
        today=TODAY,
        parts=parts,
        answered=answered,
    )
    found = [
        each
        for each in look_through(Letter(kind=DOCUMENTS["schedule"], text=text, known=known))
        if each.code == "L24"
    ]

    assert [each.sentence.endswith(end) for each, end in zip(found, told, strict=True)] == [True] * len(told)
    for each in found:
        if each.span:
            assert cited in text[slice(*each.span)]


@pytest.mark.parametrize(
    ("scheduled", "told"),
    [(None, []), ({"31(1)"}, []), (set(), ["L24"]), ({"31(1)", "40(2)"}, ["L24"])],
)
def test_a_response_is_held_against_the_schedule(scheduled: set[str] | None, told: list[str]) -> None:
    text = letter("response").replace("neither confirm nor deny that we hold", "withhold")
    text = text.replace("sections 24(2) and 31(3)", "section 31(1)(a)")
    there = None if scheduled is None else frozenset(scheduled)

    for parts in ((WITHHELD,), ()):
        assert [each for each in codes("response", text, *parts, scheduled=there) if each == "L24"] == told


@pytest.mark.parametrize(
    ("said", "alone", "beside"),
    [
        ("The public interest in disclosure is outweighed.", ["L25"], ["L25"]),
        ("On balance the factors against release are stronger.", ["L25"], ["L25"]),
        ("The public interest in withholding the patrol plan is stronger.", ["L25"], []),
        ("On question 2, the public interest in disclosure is outweighed.", [], []),
        ("The public interest in disclosing whether information is held is outweighed.", [], []),
        ("The public interest favours maintaining the exclusion of the duty.", [], []),
        ("This is not about the public interest in disclosure.", [], []),
    ],
)
@pytest.mark.parametrize("kind", ["response", "extension", "review"])
def test_a_letter_speaks_of_the_public_interest_test_of_what_it_does_not_confirm(
    kind: str, said: str, alone: list[str], beside: list[str]
) -> None:
    text = f"{letter(kind)}\n{said}\n"

    assert [each for each in codes(kind, text, SILENT) if each == "L25"] == alone
    assert "L25" not in codes(kind, text, SILENT, WITHHELD)
    assert [each for each in codes(kind, text, SILENT, WITHHELD, all_=True) if each == "L25"] == beside
    assert "L25" not in codes(kind, text, WITHHELD, all_=True)
