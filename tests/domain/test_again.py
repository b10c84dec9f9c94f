"""Taking a case up again: what was closed or sent is reopened, and what was published is replaced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from domain_builders import (
    MANY_HATS,
    NOON,
    WRITER,
    a_case,
    a_mark,
    a_policy,
    a_published_case,
    a_response,
    an_act,
    an_act_by,
    an_approval,
    the_files,
)

from flows.domain.acts import APPROVE, CLOSE, CORRECT, DRAFT, PUBLISH, REOPEN, SENT, SUBMIT
from flows.domain.case import Case, Paper
from flows.domain.decide import decide, idempotency_key
from flows.domain.errors import MissingReasonError, RefusedError, WrongStageError
from flows.domain.owed import Duty
from flows.domain.policy import SERVICE
from flows.domain.procedure import Stage

PUBLISHED = a_published_case(paper=Paper(version=1, at=NOON))


def corrected(case: Case = PUBLISHED) -> Case:
    return decide(case, an_act(CORRECT, files=case.files), a_policy())


def reopened(case: Case, document: str = "test") -> Case:
    version = case.document(document).version
    return decide(case, an_act(REOPEN, document=document, version=version, files=case.files), a_policy())


@pytest.mark.parametrize("stage", [Stage.PUBLISHED, Stage.SENT])
def test_a_correction_begins_a_version_and_leaves_the_paper_where_it_is(stage: Stage) -> None:
    case = corrected(a_published_case(stage=stage, paper=Paper(version=1, at=NOON)))

    assert (case.stage(), case.test.round, case.test.standing) == (Stage.DRAFTING, 1, ())
    assert case.test.paper == Paper(version=1, at=NOON)
    assert case.files == PUBLISHED.files


def test_a_version_that_is_published_is_not_submitted_again() -> None:
    case = corrected()

    with pytest.raises(RefusedError, match="is published; draft what is to take its place"):
        decide(case, an_act_by(WRITER, SUBMIT, case, a_policy()), a_policy())


def test_the_version_that_replaces_one_passes_the_same_gates() -> None:
    case, policy = corrected(), a_policy()

    stages = []
    for kind, person in (
        (DRAFT, WRITER),
        (SUBMIT, WRITER),
        (APPROVE, "legal-reviewer"),
        (APPROVE, "sign-off-officer"),
        (PUBLISH, SERVICE),
        (SENT, WRITER),
    ):
        case = decide(case, an_act_by(person, kind, case, policy), policy)
        stages.append(case.stage())

    assert stages == [
        Stage.DRAFTING,
        Stage.LEGAL_REVIEW,
        Stage.BALANCING,
        Stage.PUBLICATION,
        Stage.PUBLISHED,
        Stage.SENT,
    ]
    assert case.test.paper
    assert (case.test.paper.version, case.test.paper.sent) == (2, True)


def test_an_answer_that_is_being_corrected_is_answered_and_owes_a_paper() -> None:
    sent = a_published_case(stage=Stage.SENT, paper=Paper(version=1, at=NOON))
    case = corrected(sent.with_life(answered=date(2022, 11, 28)))

    assert case.life.answered == date(2022, 11, 28)
    assert (case.owed("test").duty, case.owed("test").day) == (Duty.PAPER, None)
    assert [each.duty for each in case.duties] == [Duty.PAPER]


@pytest.mark.parametrize("kind", [CORRECT, REOPEN], ids=str)
def test_each_takes_a_reason(kind: object) -> None:
    case = a_published_case(stage=Stage.SENT)
    act = an_act(CORRECT if kind == CORRECT else REOPEN, reason=" ", files=case.files)

    with pytest.raises(MissingReasonError):
        decide(case, act, a_policy())


def test_what_is_neither_sent_nor_closed_is_not_reopened() -> None:
    for stage in {*Stage} - {Stage.SENT, Stage.CLOSED}:
        with pytest.raises(WrongStageError, match="cannot be reopened"):
            reopened(a_case(stage=stage))


def test_a_closed_case_is_drafted_again_and_nothing_approved_before_counts() -> None:
    response = a_response(stage=Stage.PUBLICATION, approvals=(an_approval(gate=Stage.BALANCING),))
    files = the_files() | {"response/document.md": a_mark("letter")}
    closed = decide(a_case(response, files=files), an_act(CLOSE, files=files), a_policy())

    case = reopened(closed)

    assert (case.closed, case.stage(), case.stage("response")) == (None, Stage.DRAFTING, Stage.DRAFTING)
    assert case.document("response").standing == ()


def test_a_letter_that_was_sent_stays_sent_when_another_is_taken_up() -> None:
    response = a_response(stage=Stage.SENT)
    files = the_files() | {"response/document.md": a_mark("letter")}
    closed = replace(a_case(response, files=files), closed=NOON)

    case = reopened(closed)

    assert (case.stage(), case.stage("response")) == (Stage.DRAFTING, Stage.SENT)


def test_a_case_that_was_closed_before_its_first_draft_waits_for_it() -> None:
    closed = replace(a_case(stage=Stage.RECEIVED, version=0, files=the_files(0)), closed=NOON)

    assert reopened(closed).stage() is Stage.RECEIVED


@pytest.mark.parametrize("kind", [CORRECT, REOPEN], ids=str)
def test_a_second_attempt_is_the_same_act_and_a_second_correction_is_another(kind: object) -> None:
    before = a_published_case(stage=Stage.SENT)
    act = an_act(CORRECT if kind == CORRECT else REOPEN, files=before.files)
    after = decide(before, act, a_policy())

    assert idempotency_key(act, after) == idempotency_key(act, before)
    later = after.with_document("test", stage=Stage.SENT)
    assert idempotency_key(act, later) != idempotency_key(act, before)


def test_whoever_wrote_the_first_version_has_a_hand_in_words_that_are_kept() -> None:
    authors = {the_files()["test/document.md"].sha256: frozenset({MANY_HATS})}
    case = corrected(replace(PUBLISHED, authors=authors))

    assert MANY_HATS in case.words_of("test")
