"""Why somebody may not act, every reason at once, as a page or a help asks before the act."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    ADMINISTRATOR,
    LAWYER,
    LETTER,
    MANY_HATS,
    NOON,
    OWNER,
    WRITER,
    a_case,
    a_mark,
    a_person,
    a_policy,
    a_response,
    an_act,
    an_act_by,
    an_approval,
    an_override,
    the_case_for,
    the_files,
)

from flows.domain.acts import ACTS, APPROVE, CLOSE, DRAFT, OPEN, OVERRIDE, PUBLISH, SUBMIT, Kind, On
from flows.domain.decide import decide, may_decide, refusals
from flows.domain.errors import NotEntitledError, PitError, RefusedError, SamePersonError, WrongStageError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import Act
    from flows.domain.case import Case

CASE_ACTS = [kind for kind in ACTS.values() if kind.on is not On.POLICY and kind != OPEN]
WITH_LETTER = the_files() | {LETTER: a_mark("letter")}
EVERYONE = (WRITER, LAWYER, OWNER, MANY_HATS, ADMINISTRATOR, SERVICE, "nobody")
SPARE = a_person("spare", Role.SIGN_OFF_OFFICER)
"""Free to sign off, so that an override is refused for what somebody did and not for who is left."""
POLICY = replace(a_policy(), people={**a_policy().people, SPARE.id: SPARE})


def told(case: Case, kind: Kind, person: str, **more: Any) -> list[RefusedError]:
    document = (kind.document or "test") if kind.on is On.DOCUMENT else ""
    return refusals(case, kind, person, POLICY, **{"document": document} | more)


def test_every_reason_is_told_at_once() -> None:
    case = a_case(stage=Stage.DRAFTING, writers=frozenset({LAWYER}), approvals=(an_approval(person=LAWYER),))

    found = told(case, APPROVE, LAWYER, gate=Stage.BALANCING)

    assert [type(each) for each in found] == [
        NotEntitledError,
        WrongStageError,
        SamePersonError,
        SamePersonError,
    ]
    role, stage, own_words, second_gate = map(str, found)
    assert f"{LAWYER} may not approve: that needs the role sign-off-officer" in role
    assert "is in drafting" in stage
    assert f"{LAWYER} wrote or submitted a version of 1146A/22" in own_words
    assert f"{LAWYER} already approved version 1 of 1146A/22" in second_gate


@pytest.mark.parametrize("kind", CASE_ACTS, ids=str)
def test_nothing_is_told_to_whoever_may_act(kind: Kind) -> None:
    case, act = the_case_for(kind), an_act(kind)
    assert case

    decide(case, act, POLICY)
    assert told(case, kind, act.actor, gate=act.gate) == []


_REASONS: dict[str, tuple[Case, Kind, str, list[type[RefusedError]]]] = {
    "a stranger": (a_case(), APPROVE, "nobody", [NotEntitledError]),
    "the other gate's decider": (a_case(), APPROVE, OWNER, [NotEntitledError]),
    "a person who would publish": (the_case_for(PUBLISH) or a_case(), PUBLISH, OWNER, [NotEntitledError]),
    "a person who would begin the test": (
        a_case(stage=Stage.RECEIVED, version=0, files=the_files(0)),
        DRAFT,
        WRITER,
        [NotEntitledError],
    ),
    "the service that would write on": (a_case(stage=Stage.DRAFTING), DRAFT, SERVICE, [NotEntitledError]),
    "another stage": (a_case(), SUBMIT, WRITER, [WrongStageError]),
    "a closed case": (a_case(closed=NOON), CLOSE, WRITER, [WrongStageError]),
    "a writer": (a_case(writers=frozenset({LAWYER})), APPROVE, LAWYER, [SamePersonError]),
    "whoever wrote what is read with it": (
        a_case(authors={the_files()["request.md"].sha256: frozenset({LAWYER})}),
        APPROVE,
        LAWYER,
        [SamePersonError],
    ),
    "whoever overrode a finding": (
        a_case(stage=Stage.DRAFTING, overrides=(an_override(person=WRITER),)),
        SUBMIT,
        WRITER,
        [SamePersonError],
    ),
    "whoever overrode one and would approve": (
        a_case(overrides=(an_override(person=LAWYER),)),
        APPROVE,
        LAWYER,
        [SamePersonError],
    ),
    "a stranger to a closed case": (
        a_case(closed=NOON),
        CLOSE,
        "nobody",
        [NotEntitledError, WrongStageError],
    ),
}


@pytest.mark.parametrize(("case", "kind", "person", "reasons"), _REASONS.values(), ids=_REASONS.keys())
def test_each_reason_is_told(case: Case, kind: Kind, person: str, reasons: list[type[RefusedError]]) -> None:
    assert [type(each) for each in told(case, kind, person)] == reasons


def test_nothing_is_to_be_overridden_in_a_document_that_no_rules_are_run_on() -> None:
    case = a_case(a_response(stage=Stage.DRAFTING), files=WITH_LETTER)

    assert [str(each) for each in told(case, OVERRIDE, OWNER, document="response")] == [
        "No rules are run on the response of 1146A/22, so there is nothing to override."
    ]


def test_of_an_act_on_the_case_every_document_that_stands_in_its_way_is_told() -> None:
    published = a_response(stage=Stage.PUBLISHED)
    case = a_case(published, stage=Stage.PUBLISHED, files=WITH_LETTER)

    test, response = map(str, told(case, CLOSE, WRITER))

    assert "its test is published" in test
    assert "its response is published" in response
    assert told(a_case(a_response(), files=WITH_LETTER), CLOSE, WRITER) == []


def a_case_at(stage: Stage, **changes: Any) -> Case:
    """A case whose test stands at a stage as it may: nothing is written before its first draft."""
    new = {"version": 0, "gates": (), "files": the_files(0)} if stage is Stage.RECEIVED else {}
    closed = {"closed": NOON, "stage": Stage.DRAFTING} if stage is Stage.CLOSED else {"stage": stage}
    return a_case(**new | closed | changes)


_HANDS: dict[str, dict[str, Any]] = {
    "none": {},
    "in the text": {"writers": frozenset({MANY_HATS})},
    "at legal review": {"approvals": (an_approval(person=MANY_HATS),)},
    "at sign-off": {"approvals": (an_approval(person=MANY_HATS, gate=Stage.BALANCING),)},
    "in an override": {"overrides": (an_override(person=MANY_HATS, finding="A01"),)},
}


def refusal_of(case: Case, act: Act) -> list[str]:
    try:
        decide(case, act, POLICY)
    except PitError as error:
        return [str(error)]
    return []


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("kind", CASE_ACTS, ids=str)
def test_what_is_told_is_why_the_act_would_be_refused(kind: Kind, stage: Stage) -> None:
    gates = (Stage.LEGAL_REVIEW, Stage.BALANCING) if kind.at_gate else (None,)
    cases = {hand: a_case_at(stage, **changes) for hand, changes in _HANDS.items()}
    for (hand, case), person, gate in itertools.product(cases.items(), EVERYONE, gates):
        act = an_act_by(person, kind, case, POLICY, kind.document or "test", gate=gate)
        refused = refusal_of(case, act)
        found = [str(each) for each in told(case, kind, person, gate=gate)]
        assert found[:1] == refused, (hand, person, gate)


def test_a_decision_is_looked_at_where_the_document_stands_unless_a_gate_is_named() -> None:
    case = a_case(stage=Stage.BALANCING)

    assert told(case, APPROVE, OWNER) == told(case, APPROVE, OWNER, gate=Stage.BALANCING) == []
    assert [type(each) for each in told(case, APPROVE, LAWYER)] == [NotEntitledError]
    assert [type(each) for each in told(case, APPROVE, LAWYER, gate=Stage.LEGAL_REVIEW)] == [WrongStageError]
    assert [type(each) for each in told(a_case(stage=Stage.SENT), APPROVE, LAWYER)] == [WrongStageError]


def test_whoever_may_decide_is_neither_a_writer_nor_at_the_other_gate() -> None:
    policy = a_policy(
        a_person("writing-officer", Role.SIGN_OFF_OFFICER),
        a_person("free-officer", Role.SIGN_OFF_OFFICER),
        a_person("reviewing-officer", Role.SIGN_OFF_OFFICER, Role.LEGAL_REVIEWER),
        a_person("summarising-officer", Role.SIGN_OFF_OFFICER),
    )
    hands: dict[str, Any] = {
        "writers": frozenset({"writing-officer"}),
        "approvals": (an_approval(person="reviewing-officer"),),
        "authors": {the_files()["request.md"].sha256: frozenset({"summarising-officer"})},
    }

    assert may_decide(a_case(stage=Stage.BALANCING, **hands), policy, "test") == {"free-officer"}
    for stage in (Stage.DRAFTING, Stage.LEGAL_REVIEW, Stage.PUBLICATION):
        expected = {"reviewing-officer"} if stage is Stage.LEGAL_REVIEW else set()
        assert may_decide(a_case(stage=stage, **hands), policy, "test") == expected
    assert may_decide(a_case(stage=Stage.BALANCING, closed=NOON, **hands), policy, "test") == set()
