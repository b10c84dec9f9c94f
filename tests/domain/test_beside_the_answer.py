"""Evidence, consultations, and the records found: what each needs, and what is refused of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from domain_builders import (
    NOON,
    OWNER,
    WRITER,
    a_case,
    a_person,
    a_policy,
    a_published_case,
    an_act,
    the_case_for,
    the_files,
)

from flows.domain.acts import (
    ACTS,
    APPROVE,
    CONSULT,
    CONSULTED,
    EVIDENCE,
    RECORDS,
    RETURN,
    SENT,
    Kind,
    On,
    Reason,
)
from flows.domain.case import Stated
from flows.domain.decide import decide, refusals
from flows.domain.errors import MalformedError, NotEntitledError, RefusedError, WrongStageError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

ON_CASES = [kind for kind in ACTS.values() if kind.on is not On.POLICY]
SEALING = [kind for kind in ON_CASES if kind.seals is Reason.MUST]
CONSULTING = [EVIDENCE, CONSULT, CONSULTED]


@pytest.mark.parametrize("kind", SEALING, ids=str)
def test_an_act_that_brings_a_sealed_file_is_refused_without_it(kind: Kind) -> None:
    with pytest.raises(MalformedError, match="the file that is kept sealed with it is needed"):
        decide(the_case_for(kind), replace(an_act(kind), files=the_files()), a_policy())


@pytest.mark.parametrize("kind", [each for each in ON_CASES if not each.at_gate], ids=str)
def test_whoever_has_another_role_than_the_act_takes_is_refused(kind: Kind) -> None:
    act = an_act(kind)
    for role in {*Role} - kind.roles:
        person = SERVICE if role is Role.SERVICE else "somebody"
        policy = a_policy(a_person("somebody", role)) if person != SERVICE else a_policy()
        with pytest.raises(NotEntitledError):
            decide(the_case_for(kind), replace(act, actor=person, role=role), policy)


@pytest.mark.parametrize("kind", [*CONSULTING, RECORDS], ids=str)
def test_nothing_is_put_before_the_deciders_of_a_closed_case(kind: Kind) -> None:
    case = the_case_for(kind)
    assert case

    with pytest.raises(WrongStageError):
        decide(replace(case, closed=NOON), an_act(kind), a_policy())


@pytest.mark.parametrize("kind", [APPROVE, RETURN], ids=str)
def test_where_no_gate_is_a_decision_is_refused_beforehand_for_the_stage_and_by_role(kind: Kind) -> None:
    drafting = a_case(stage=Stage.DRAFTING)

    (stage,) = refusals(drafting, kind, OWNER, a_policy(), document="test")
    role, *_ = refusals(drafting, kind, WRITER, a_policy(), document="test")

    assert isinstance(stage, WrongStageError)
    assert isinstance(role, NotEntitledError)


def test_nobody_is_consulted_before_the_request_came() -> None:
    act = an_act(CONSULT)

    with pytest.raises(RefusedError, match="the day of receipt"):
        decide(a_case(), replace(act, details={**act.details, "on": "2022-11-06"}), a_policy())
    decide(a_case(), replace(act, details={**act.details, "on": "2022-11-07"}), a_policy())


def test_an_answer_is_of_those_who_were_consulted_and_comes_after_that() -> None:
    case, act = the_case_for(CONSULTED), an_act(CONSULTED)

    with pytest.raises(RefusedError, match="No answer of a security body is awaited"):
        decide(case, replace(act, details={**act.details, "whom": "security-body"}), a_policy())
    with pytest.raises(RefusedError, match="the day on which they were asked"):
        decide(case, replace(act, details={**act.details, "on": "2022-11-13"}), a_policy())


def test_the_records_of_an_answer_that_was_sent_stay_as_they_are() -> None:
    answered = a_case(stage=Stage.DRAFTING).with_life(answered=date(2022, 11, 21))

    with pytest.raises(RefusedError, match="was answered on 21 November 2022, with its records"):
        decide(answered, an_act(RECORDS), a_policy())


def test_an_answer_goes_with_the_records_that_are_scheduled() -> None:
    published = a_published_case()
    case = replace(
        published,
        stated={"records": Stated(times=1, actor=WRITER, details={"records": "1 released, 2 withheld"})},
    )
    act = an_act(SENT)

    decide(case, replace(act, details={**act.details, "records": "1"}), a_policy())
    for numbers in ({}, {"records": "1, 2"}, {"records": "2"}):
        with pytest.raises(MalformedError, match="the numbers of the records that go with it are needed"):
            decide(case, replace(act, details={**act.details, **numbers}), a_policy())
    with pytest.raises(MalformedError, match="as they are scheduled, and no others"):
        decide(published, replace(act, details={**act.details, "records": "1"}), a_policy())
