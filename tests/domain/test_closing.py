"""Closing a case: each ground, what it needs first, and what it is refused without."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    NOON,
    a_case,
    a_policy,
    an_act,
    some_rules,
)

from flows.domain.acts import CLOSE
from flows.domain.acts.kind import in_words
from flows.domain.decide import decide
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import MalformedError, PitError, RefusedError, WrongStageError
from flows.domain.events import Events, Round
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from flows.domain.case import Case

RECEIVED = date(2022, 11, 7)
SECOND = a_policy(rules=some_rules(edition=2))
NEEDS = {
    "answered-in-full": "response",
    "not-held": "response",
    "cost-limit": "cost",
    "vexatious": "vexatious",
    "repeated": "vexatious",
    "accessible-elsewhere": "response",
    "transferred": "transfer",
    "other-regime": "response",
}
"""Of each ground that a letter tells, the letter."""
WITHOUT = {"answered", "withdrawn", "duplicate", "no-clarification", "fee-not-paid"}


def a_case_with(letter: str = "", stage: Stage = Stage.SENT, **events: Any) -> Case:
    case = a_case(stage=Stage.DRAFTING).with_life(events=Events(received=RECEIVED, **events))
    return case.with_document(letter, version=1, stage=stage) if letter else case


def closed_as(ground: str, case: Case, when: datetime = NOON, **more: str) -> Case:
    details = {"ground": ground, **more}
    act = an_act(CLOSE, details=details, time=when, files=case.files)
    return decide(case, act, SECOND)


def noon_on(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=12)


def test_every_ground_is_tried_here() -> None:
    (ground,) = [fact for fact in CLOSE.facts if fact.name == "ground"]

    assert {*ground.choices} == {*NEEDS} | WITHOUT


@pytest.mark.parametrize(("ground", "letter"), NEEDS.items())
def test_a_ground_that_the_applicant_is_told_of_needs_its_letter_to_be_sent(ground: str, letter: str) -> None:
    closed = closed_as(ground, a_case_with(letter))

    assert (closed.closed, closed.stage(), closed.stage(letter)) == (NOON, Stage.CLOSED, Stage.CLOSED)
    for case in (a_case_with(), a_case_with(letter, Stage.DRAFTING)):
        with pytest.raises(RefusedError, match=f"its {DOCUMENTS[letter].called} has to be sent first"):
            closed_as(ground, case)


@pytest.mark.parametrize(("ground", "letter"), NEEDS.items())
def test_the_letter_of_another_ground_will_not_do(ground: str, letter: str) -> None:
    for other in {*NEEDS.values()} - {letter}:
        with pytest.raises(RefusedError, match="has to be sent first"):
            closed_as(ground, a_case_with(other))


@pytest.mark.parametrize("letter", ["test", "response", "cost"])
def test_what_was_answered_is_not_withdrawn(letter: str) -> None:
    with pytest.raises(WrongStageError, match=f"cannot be closed: its {DOCUMENTS[letter].short} is sent"):
        closed_as("withdrawn", a_case_with(letter))


def test_a_request_is_closed_as_answered_once_its_answer_was_sent_be_it_the_test_alone() -> None:
    case = a_case_with("test")

    with pytest.raises(RefusedError, match="cannot be closed as answered yet: its answer has to be sent"):
        closed_as("answered", case)
    assert closed_as("answered", case.with_life(answered=RECEIVED)).closed


@pytest.mark.parametrize("letter", ["clarification", "fees", "extension"])
def test_a_request_may_be_withdrawn_after_a_letter_that_does_not_answer_it(letter: str) -> None:
    assert closed_as("withdrawn", a_case_with(letter)).closed


def test_a_letter_that_waits_to_be_sent_is_sent_first() -> None:
    case = a_case_with("cost").with_document("response", stage=Stage.PUBLISHED)

    with pytest.raises(WrongStageError, match="its response is published and waits to be sent"):
        closed_as("cost-limit", case)


@pytest.mark.parametrize(
    ("asked", "last"),
    [("2022-11-14", "2023-01-13"), ("2022-12-31", "2023-02-28"), ("2022-12-01", "2023-01-31")],
)
def test_a_request_that_is_not_clarified_lapses_after_two_months(asked: str, last: str) -> None:
    case = a_case_with(rounds=(Round(asked=date.fromisoformat(asked)),))
    on = noon_on(last)

    with pytest.raises(RefusedError, match="without an answer it can be closed after"):
        closed_as("no-clarification", case, on)
    assert closed_as("no-clarification", case, on.fromordinal(on.toordinal() + 1).replace(tzinfo=UTC)).closed


@pytest.mark.parametrize(
    "rounds",
    [
        (),
        (Round(asked=date(2022, 11, 8), answered=date(2022, 11, 9)),),
    ],
)
def test_a_request_that_waits_for_no_clarification_does_not_lapse(rounds: tuple[Round, ...]) -> None:
    with pytest.raises(RefusedError, match="does not wait for a clarification"):
        closed_as("no-clarification", a_case_with(rounds=rounds), noon_on("2024-01-01"))


def test_a_fee_that_is_not_paid_in_three_months_ends_the_duty() -> None:
    case = a_case_with(fees_notice=date(2022, 11, 14))

    with pytest.raises(RefusedError, match=r"until 13 February 2023, section 9\(2\)"):
        closed_as("fee-not-paid", case, noon_on("2023-02-13"))
    assert closed_as("fee-not-paid", case, noon_on("2023-02-14")).closed


@pytest.mark.parametrize(
    "events", [{}, {"fees_notice": date(2022, 11, 14), "fees_paid": date(2022, 11, 21)}], ids=["none", "paid"]
)
def test_a_case_that_waits_for_no_fee_is_not_closed_for_one(events: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="does not wait for a fee"):
        closed_as("fee-not-paid", a_case_with(**events), noon_on("2024-01-01"))


_MISNAMED: dict[str, tuple[dict[str, Any], str]] = {
    "a duplicate of nothing": ({"ground": "duplicate"}, "the reference of the request that it repeats"),
    "a duplicate of itself": ({"ground": "duplicate", "original": "1146a-22"}, "of another case is needed"),
    "no duplicate": ({"ground": "withdrawn", "original": "1147A/22"}, "only a duplicate repeats another"),
}


@pytest.mark.parametrize(("details", "says"), _MISNAMED.values(), ids=_MISNAMED.keys())
def test_a_duplicate_names_what_it_repeats_and_nothing_else_does(details: dict[str, Any], says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        closed_as(**details, case=a_case_with())


def test_the_history_says_of_which_request_it_is_a_duplicate() -> None:
    duplicate = an_act(CLOSE, details={"ground": "duplicate", "original": "1147A/22"})

    assert in_words(CLOSE.done, duplicate) == "closed the case as duplicate of 1147A/22"
    assert (
        in_words(CLOSE.done, an_act(CLOSE, details={"ground": "cost-limit"}))
        == "closed the case as cost limit"
    )
    assert in_words(CLOSE.subject, duplicate, plain=False) == "closing: close 1146A/22 as duplicate"


def test_under_the_first_edition_a_case_is_withdrawn_as_before() -> None:
    first = a_policy()

    for stage in (Stage.RECEIVED, Stage.DRAFTING, Stage.LEGAL_REVIEW, Stage.BALANCING, Stage.PUBLICATION):
        assert decide(a_case(stage=stage), an_act(CLOSE), first).closed
    for stage in (Stage.PUBLISHED, Stage.SENT):
        with pytest.raises(PitError, match="cannot be closed: its test is"):
            decide(a_case(stage=stage), an_act(CLOSE), first)
