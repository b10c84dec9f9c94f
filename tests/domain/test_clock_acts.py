"""Acts that move the clock: each in its order, and none once the request was answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import LAWYER, OWNER, WRITER, a_case, a_document, a_policy, an_act, the_case_for

from flows.domain.acts import (
    ASK_CLARIFICATION,
    ASSIGN,
    CLARIFIED,
    CONFIRM_RECEIPT,
    CORRECT_RECEIPT,
    DAY_SPECIFIED,
    DRAFT,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
    SENT,
    STEP_ASIDE,
    Kind,
)
from flows.domain.decide import decide, refusals
from flows.domain.errors import MalformedError, RefusedError, WrongDateError, WrongStageError
from flows.domain.events import Events, Round
from flows.domain.life import Correction
from flows.domain.owed import Duty, Owed, as_text, from_text
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.case import Case

RECEIVED = date(2022, 11, 7)
ASKED = date(2022, 11, 14)
TODAY = date(2022, 11, 28)
CLOCK = (
    *(ASK_CLARIFICATION, CLARIFIED, FEES_NOTICE, FEE_PAID, EXTEND, DAY_SPECIFIED),
    *(CORRECT_RECEIPT, CONFIRM_RECEIPT),
)


def taken(kind: Kind, case: Case | None = None, **changes: Any) -> Case:
    case = case or the_case_for(kind)
    assert case is not None
    details = changes.pop("details", {})
    act = an_act(kind, **changes)
    return decide(case, replace(act, details={**act.details, **details}), a_policy())


def refused(
    kind: Kind, case: Case | None = None, error: type[Exception] = RefusedError, **changes: Any
) -> str:
    with pytest.raises(error) as caught:
        taken(kind, case, **changes)
    return str(caught.value)


def lived(kind: Kind, **life: Any) -> Case:
    case = the_case_for(kind)
    assert case is not None
    return case.with_life(**life)


def happened(**changes: Any) -> Events:
    return Events(received=RECEIVED, **changes)


def test_each_act_leaves_its_day_where_the_clock_counts() -> None:
    day = TODAY
    assert taken(ASK_CLARIFICATION).life.events == happened(rounds=(Round(asked=day),))
    assert taken(CLARIFIED).life.events == happened(rounds=(Round(asked=ASKED, answered=day),))
    assert taken(FEES_NOTICE).life.events == happened(fees_notice=day)
    assert taken(FEE_PAID).life.events == happened(fees_notice=ASKED, fees_paid=day)
    assert taken(DAY_SPECIFIED).life.events == happened(specified=date(2023, 1, 16))
    extended = taken(EXTEND).life
    assert (extended.events, extended.promises) == (happened(extended=date(2023, 1, 6)), (date(2023, 1, 6),))
    corrected = taken(CORRECT_RECEIPT).life
    assert corrected.events == happened()
    assert corrected.correction == Correction(received=date(2022, 11, 4), person=WRITER)
    confirmed = taken(CONFIRM_RECEIPT)
    assert (confirmed.life.events, confirmed.life.correction) == (Events(received=date(2022, 11, 4)), None)
    assert confirmed.received == RECEIVED, "the folder stays where it is"


@pytest.mark.parametrize("kind", [ASK_CLARIFICATION, FEES_NOTICE, EXTEND], ids=str)
def test_a_letter_of_the_clock_is_sent_by_its_own_act_and_answers_nothing(kind: Kind) -> None:
    case = the_case_for(kind)
    assert case is not None

    then = taken(kind)

    assert then.stage(kind.document) is Stage.SENT
    assert then.life.answered is None
    sending = an_act(SENT, document=kind.document, files=case.files)
    with pytest.raises(RefusedError, match=f"recorded with `equipoise {kind.name}`"):
        decide(case, sending, a_policy())


@pytest.mark.parametrize("kind", [ASK_CLARIFICATION, FEES_NOTICE, EXTEND], ids=str)
def test_a_letter_goes_out_once_it_is_published_and_not_before(kind: Kind) -> None:
    case = a_case(a_document(kind.document, stage=Stage.DRAFTING), stage=Stage.DRAFTING)

    assert refused(kind, case, WrongStageError).endswith("it is in drafting.")
    for on in ("2022-11-27", "2022-11-29"):
        refused(kind, error=WrongDateError, details={"on": on})
    refused(kind, error=MalformedError, document="test")


def test_what_was_sent_of_one_kind_may_be_followed_by_another_letter_where_that_is_usual() -> None:
    for document, stands in (("extension", True), ("clarification", True), ("fees", False), ("cost", False)):
        case = a_case(a_document(document, stage=Stage.SENT), stage=Stage.DRAFTING)
        told = [str(each) for each in refusals(case, DRAFT, WRITER, a_policy(), document=document)]
        assert (told == []) == stands


@pytest.mark.parametrize("kind", CLOCK, ids=str)
def test_no_day_moves_once_the_request_is_answered(kind: Kind) -> None:
    told = refused(kind, lived(kind, answered=TODAY))

    assert told == "1146A/22 was answered on 28 November 2022, which stopped its clock."


@pytest.mark.parametrize(
    ("kind", "life", "changes", "told"),
    [
        (CLARIFIED, {"events": happened()}, {}, "No clarification of 1146A/22 is awaited."),
        (
            CLARIFIED,
            {},
            {"details": {"on": "2022-11-13"}},
            "before 14 November 2022, the day on which",
        ),
        (CLARIFIED, {}, {"details": {"on": "2022-11-29"}}, "nor after today, 28 November 2022"),
        (
            ASK_CLARIFICATION,
            {"events": happened(rounds=(Round(asked=ASKED),))},
            {},
            "waits for the clarification asked on 14 November 2022",
        ),
        (
            ASK_CLARIFICATION,
            {"events": happened(rounds=(Round(asked=ASKED, answered=date(2022, 11, 29)),))},
            {},
            "before 29 November 2022, the day on which the clarification before came",
        ),
        (
            FEES_NOTICE,
            {"events": happened(fees_notice=ASKED)},
            {},
            "has a fees notice already",
        ),
        (DAY_SPECIFIED, {}, {"details": {"on": "2022-11-06"}}, "before 7 November 2022, when the request"),
        (DAY_SPECIFIED, {}, {"details": {"on": "2022-11-29"}}, "nor after today, 28 November 2022"),
        (DAY_SPECIFIED, {}, {"details": {"until": "2022-11-27"}}, "from the day of the regulator's letter"),
        (FEE_PAID, {"events": happened()}, {}, "has no fees notice"),
        (FEE_PAID, {"events": happened(fees_notice=ASKED, fees_paid=ASKED)}, {}, "was paid on 14 November"),
        (FEE_PAID, {}, {"details": {"on": "2022-11-11"}}, "before 14 November 2022, the day of the notice"),
        (
            FEE_PAID,
            {"events": happened(fees_notice=date(2022, 8, 20))},
            {"details": {"on": "2022-11-20"}},
            "lapsed after 19 November 2022, section 9(2)",
        ),
        (
            EXTEND,
            {},
            {"details": {"until": "2022-11-28"}},
            "the estimate is a day after the notice",
        ),
        (
            EXTEND,
            {"events": happened(extended=date(2023, 1, 6))},
            {},
            "6 January 2023 was promised before; a further notice names a later day",
        ),
        (
            CORRECT_RECEIPT,
            {},
            {"details": {"received": "2022-11-07"}},
            "is the day of receipt",
        ),
        (CORRECT_RECEIPT, {}, {"details": {"received": "2022-11-29"}}, "received after 28 November 2022"),
        (
            CORRECT_RECEIPT,
            {"events": happened(rounds=(Round(asked=ASKED),))},
            {"details": {"received": "2022-11-15"}},
            "received after 14 November 2022, when it was dealt with",
        ),
        (CONFIRM_RECEIPT, {"correction": None}, {}, "No correction of the day of receipt"),
        (
            CONFIRM_RECEIPT,
            {"correction": Correction(received=date(2022, 11, 4), person=OWNER)},
            {},
            "asked for this day of receipt, so another person has to confirm it",
        ),
        (
            CONFIRM_RECEIPT,
            {},
            {"details": {"received": "2022-11-03"}},
            "4 November 2022 was asked for",
        ),
    ],
)
def test_a_day_out_of_its_order_is_refused(
    kind: Kind, life: dict[str, Any], changes: dict[str, Any], told: str
) -> None:
    assert told in refused(kind, lived(kind, **life), **changes)


def test_a_clarification_is_kept_sealed_or_refused() -> None:
    case = the_case_for(CLARIFIED)
    assert case is not None
    without = refused(CLARIFIED, error=MalformedError, files=case.files)

    assert "sealed/0004-clarified.age: the file that is kept sealed with it is needed" in without
    elsewhere = {**case.files, "sealed/0003-clarified.age": case.files["request.age"]}
    assert "needed" in refused(CLARIFIED, error=MalformedError, files=elsewhere)


def test_whoever_stepped_aside_does_nothing_more_until_somebody_else_assigns_the_case_to_them() -> None:
    aside = taken(STEP_ASIDE)

    assert aside.life.aside == {WRITER}
    for kind in (CORRECT_RECEIPT, STEP_ASIDE, ASSIGN):
        assert "stepped aside from 1146A/22 and takes no further part" in refused(kind, aside)
    back = taken(ASSIGN, aside, actor=LAWYER, role=Role.LEGAL_REVIEWER, details={"person": WRITER})
    assert back.life.aside == frozenset()
    assert taken(CORRECT_RECEIPT, back).life.correction


def test_what_is_owed_is_read_as_it_was_written() -> None:
    everything = Owed(
        duty=Duty.REVIEW,
        events=Events(
            received=RECEIVED,
            rounds=(Round(asked=ASKED, answered=TODAY), Round(asked=TODAY)),
            fees_notice=ASKED,
            fees_paid=TODAY,
            extended="usual",
            specified=TODAY,
            refused=TODAY,
            review_asked=TODAY,
        ),
        day=TODAY,
    )
    for owed in (everything, Owed(duty=Duty.ANSWER, events=happened(extended=TODAY))):
        assert from_text(as_text(owed)) == owed


@pytest.mark.parametrize("ground", ["information-abroad", "armed-forces-operation"])
@pytest.mark.parametrize("body", [None, "armed-forces", "government-department", "other"])
def test_a_later_day_can_be_specified_for_every_kind_of_authority(body: str | None, ground: str) -> None:
    policy, act = a_policy(), an_act(DAY_SPECIFIED)
    policy = replace(policy, rules=replace(policy.rules, body=body))

    after = decide(
        the_case_for(DAY_SPECIFIED), replace(act, details={**act.details, "ground": ground}), policy
    )

    assert after.life.events.specified == date(2023, 1, 16)
