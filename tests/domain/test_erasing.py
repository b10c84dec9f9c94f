"""What is sealed in a case is erased once it has ended, was kept for long enough, and two people say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    ADMINISTRATOR,
    AN_ORDER,
    APPEAL,
    COMPLAINT,
    MANY_HATS,
    NOON,
    SECOND,
    a_case,
    a_document,
    a_mark,
    a_policy,
    a_response,
    an_act,
    an_act_by,
    some_rules,
    the_case_for,
)

from flows.domain.acts import (
    ACTS,
    ASSIGN,
    COMPLAINED,
    COMPLAINT_CLOSED,
    CONFIRM_ERASURE,
    ERASE,
    LOG,
    NOTICE,
    OPEN,
    READ_REQUEST,
    STEP_ASIDE,
    On,
)
from flows.domain.acts.erasing import kept_until
from flows.domain.case import Case, Paper
from flows.domain.decide import decide, idempotency_key, refusals
from flows.domain.errors import ErasedError, NotEntitledError, PitError, RefusedError, SamePersonError
from flows.domain.life import Matter
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from flows.domain.policy import Policy


def case_for(kind: Any) -> Case:
    case = the_case_for(kind)
    assert case
    return case


ENDED, PROPOSED = case_for(ERASE), case_for(CONFIRM_ERASURE)
LAST_DAY = datetime(2025, 11, 27, 12, tzinfo=UTC)
"""The case was settled on 28 November 2022, and is kept for 36 months from that day."""


def erased(case: Case = PROPOSED, **changes: Any) -> Case:
    return decide(case, an_act(CONFIRM_ERASURE, files=case.files, **changes), a_policy())


def proposed(case: Case = ENDED, policy: Policy | None = None, **changes: Any) -> Case:
    return decide(case, an_act(ERASE, files=case.files, **changes), policy or a_policy())


def test_two_administrators_erase_a_case_and_every_file_and_paper_stays() -> None:
    then = erased(proposed(), time=(time := datetime(2026, 2, 2, 9, tzinfo=UTC)))

    assert (then.erased, then.life.erasing) == (time, None)
    assert (then.files, then.documents, then.stage()) == (ENDED.files, ENDED.documents, Stage.SENT)


def test_a_case_that_was_closed_is_erased_too() -> None:
    closed = replace(a_case(stage=Stage.DRAFTING), closed=NOON)

    assert erased(proposed(closed)).erased


_OPEN: dict[str, tuple[Case, str]] = {
    "not answered": (a_case(stage=Stage.SENT), "it was neither answered nor closed"),
    "drafting": (
        ENDED.with_document("response", stage=Stage.DRAFTING, version=1),
        "its response is in drafting",
    ),
    "a correction": (
        ENDED.with_document("test", stage=Stage.DRAFTING, paper=Paper(version=1, at=NOON)),
        "its test is in drafting",
    ),
    "a review": (ENDED.with_life(reviewing=True), "owes the outcome of the review"),
    "a review of a closed case": (
        replace(
            a_case(a_document("review", stage=Stage.DRAFTING)).with_life(
                events=replace(ENDED.life.events, review_asked=ENDED.received)
            ),
            closed=NOON,
        ),
        "its outcome of the review is in drafting",
    ),
    "an order": (ENDED.with_life(ordered=(AN_ORDER,)), "the steps that were ordered"),
    "a complaint": (
        ENDED.with_life(complaints=(Matter(reference=COMPLAINT, on=ENDED.received),)),
        f"the complaint {COMPLAINT} is not decided",
    ),
    "an appeal": (
        ENDED.with_life(appeals=(Matter(reference=APPEAL, on=ENDED.received),)),
        f"the appeal {APPEAL} is not decided",
    ),
}


@pytest.mark.parametrize("name", _OPEN)
@pytest.mark.parametrize("kind", [ERASE, CONFIRM_ERASURE], ids=str)
def test_what_is_still_open_is_not_erased(kind: Any, name: str) -> None:
    case, why = _OPEN[name]
    case = case.with_life(erasing=PROPOSED.life.erasing)
    assert kept_until(case, a_policy()) is None

    with pytest.raises(RefusedError) as refused:
        decide(case, an_act(kind, files=case.files), a_policy())

    told = [str(each) for each in refusals(case, kind, SECOND, a_policy())]
    assert any(why in each for each in [str(refused.value), *told])


@pytest.mark.parametrize("kind", [NOTICE, COMPLAINT_CLOSED], ids=str)
def test_a_complaint_that_is_over_is_open_no_more(kind: Any) -> None:
    policy = a_policy()
    case = decide(ENDED, an_act_by(MANY_HATS, COMPLAINED, ENDED, policy), policy)
    ends = an_act_by(MANY_HATS, kind, case, policy)
    details = {name: text for name, text in ends.details.items() if name != "steps"}
    decided = decide(case, replace(ends, details=details), policy)

    with pytest.raises(RefusedError, match="is not decided"):
        proposed(case)
    assert proposed(decided).life.erasing


@pytest.mark.parametrize("kind", [ERASE, CONFIRM_ERASURE], ids=str)
def test_a_case_is_kept_for_the_months_that_the_rules_say(kind: Any) -> None:
    case, policy = case_for(kind), a_policy()
    assert kept_until(case, policy) == LAST_DAY.date()

    with pytest.raises(RefusedError, match="is kept until 27 November 2025: for 36 months"):
        decide(case, an_act(kind, files=case.files, time=LAST_DAY), policy)

    taken = decide(case, an_act(kind, files=case.files, time=LAST_DAY + timedelta(days=1)), policy)
    assert taken.acts == case.acts + 1


@pytest.mark.parametrize("kind", [ERASE, CONFIRM_ERASURE], ids=str)
def test_where_the_rules_do_not_say_how_long_nothing_is_erased(kind: Any) -> None:
    case, policy = case_for(kind), a_policy(rules=some_rules(retention=None))

    with pytest.raises(RefusedError, match="`equipoise retention set MONTHS`"):
        decide(case, an_act(kind, files=case.files), policy)


def test_reading_and_assigning_leave_the_time_as_it_is_and_anything_else_begins_it_anew() -> None:
    policy, later = a_policy(), NOON + timedelta(days=100)
    for kind in (READ_REQUEST, ASSIGN, STEP_ASIDE, LOG):
        act = replace(an_act_by(MANY_HATS, kind, PROPOSED, policy), time=later)
        if kind == ASSIGN:
            act = replace(act, details={"person": MANY_HATS})
        then = decide(PROPOSED, act, policy)
        kept = kind != LOG
        assert then.settled == (NOON if kept else later), kind
        # What was proposed of the case as it stood is no longer proposed.
        assert (then.life.erasing == PROPOSED.life.erasing) == kept


def test_what_moved_since_is_proposed_again() -> None:
    before = proposed()
    moved = decide(before, an_act_by(MANY_HATS, LOG, before, a_policy()), a_policy())

    with pytest.raises(RefusedError, match="Nobody proposed to erase"):
        erased(moved)
    again = an_act(ERASE, files=moved.files)
    assert idempotency_key(again, moved) != idempotency_key(again, ENDED)


def test_nobody_confirms_what_they_proposed_and_one_administrator_is_not_enough() -> None:
    with pytest.raises(SamePersonError, match="proposed to erase"):
        erased(actor=ADMINISTRATOR)

    policy = a_policy()
    alone = replace(policy, people={id_: each for id_, each in policy.people.items() if id_ != SECOND})
    with pytest.raises(RefusedError, match="A second administrator has to confirm"):
        proposed(policy=alone)


@pytest.mark.parametrize("kind", [ERASE, CONFIRM_ERASURE], ids=str)
def test_only_administrators_erase(kind: Any) -> None:
    case = case_for(kind)
    with pytest.raises(NotEntitledError, match="administrator"):
        decide(case, an_act(kind, actor=MANY_HATS, files=case.files), a_policy())


def test_nothing_is_done_to_a_case_that_was_erased() -> None:
    case, policy = erased(), a_policy()
    acts = [kind for kind in ACTS.values() if kind.on is not On.POLICY and kind != OPEN]
    for kind in acts:
        document = (kind.document or "test") if kind.on is On.DOCUMENT else ""
        told = refusals(case, kind, MANY_HATS, policy, document=document)
        assert any(isinstance(each, ErasedError) for each in told)
        with pytest.raises(PitError):
            decide(case, an_act_by(MANY_HATS, kind, case, policy, document or "test"), policy)
    with pytest.raises(ErasedError, match="1146A/22 was erased on 5 January 2026"):
        decide(case, an_act_by(MANY_HATS, READ_REQUEST, case, policy), policy)


def test_a_second_attempt_is_the_same_act() -> None:
    for case, kind in ((ENDED, ERASE), (PROPOSED, CONFIRM_ERASURE)):
        act = an_act(kind, files=case.files)
        assert idempotency_key(act, decide(case, act, a_policy())) == idempotency_key(act, case)


def test_a_response_beside_the_test_has_to_be_sent_too() -> None:
    case = ENDED.with_document("response", stage=Stage.PUBLISHED, version=1)
    case = replace(case, files={**case.files, a_response().kind.text: a_mark("letter")})

    with pytest.raises(RefusedError, match="its response is published and waits to be sent"):
        proposed(case)
