"""What was drafted by mistake is withdrawn, and what was given out stands again as before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    LAWYER,
    LETTER,
    MANY_HATS,
    NOON,
    OWNER,
    WRITER,
    a_case,
    a_document,
    a_mark,
    a_person,
    a_policy,
    a_response,
    an_act_by,
    the_case_for,
    the_files,
)

from flows.domain.acts import (
    APPROVE,
    CLOSE,
    CORRECT,
    DRAFT,
    PUBLISH,
    REOPEN,
    RETURN,
    SENT,
    SUBMIT,
    WITHDRAW_DRAFT,
)
from flows.domain.decide import decide, idempotency_key, refusals
from flows.domain.documents import REQUEST, REVIEW
from flows.domain.errors import (
    MalformedError,
    MissingReasonError,
    RefusedError,
    SamePersonError,
    WrongStageError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.acts import Kind
    from flows.domain.case import Case

OTHER = "second.foi-officer"
POLICY = a_policy(
    a_person(WRITER, Role.FOI_OFFICER),
    a_person(OTHER, Role.FOI_OFFICER, Role.SIGN_OFF_OFFICER),
    a_person(LAWYER, Role.LEGAL_REVIEWER),
    a_person(OWNER, Role.SIGN_OFF_OFFICER),
    a_person(MANY_HATS, Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER),
)
TO_SIGN_OFF = ((DRAFT, WRITER), (SUBMIT, WRITER), (APPROVE, LAWYER))
TO_PAPER = (*TO_SIGN_OFF, (APPROVE, OWNER), (PUBLISH, SERVICE))


def taken(case: Case, *steps: tuple[Kind, str], document: str = "test") -> Case:
    for kind, person in steps:
        case = decide(case, an_act_by(person, kind, case, POLICY, document, text=f"v{case.acts}"), POLICY)
    return case


def withdrawn(case: Case, document: str = "test") -> Case:
    return taken(case, (WITHDRAW_DRAFT, WRITER), document=document)


PUBLISHED = taken(a_case(stage=Stage.DRAFTING, writers=frozenset({SERVICE})), *TO_PAPER)
SENT_CASE = taken(PUBLISHED, (SENT, WRITER))
LETTER_CASE = a_case(
    a_response(stage=Stage.DRAFTING), files=the_files() | {LETTER: a_mark("letter")}, stage=Stage.DRAFTING
)


@pytest.mark.parametrize("before", [PUBLISHED, SENT_CASE], ids=lambda case: case.stage())
@pytest.mark.parametrize(
    "steps",
    [
        (),
        ((DRAFT, WRITER),),
        ((DRAFT, WRITER), (DRAFT, OTHER)),
        ((DRAFT, WRITER), (SUBMIT, WRITER)),
        (*TO_SIGN_OFF, (RETURN, OWNER)),
    ],
    ids=["nothing", "a draft", "two drafts", "submitted", "returned"],
)
def test_the_earlier_paper_stands_as_before(before: Case, steps: tuple[tuple[Kind, str], ...]) -> None:
    begun = taken(before, (CORRECT, WRITER), *steps)

    case = withdrawn(begun)

    assert (case.stage(), case.test.version, case.files) == (
        before.stage(),
        before.test.version,
        before.files,
    )
    assert case.test.paper == before.test.paper
    assert [(each.gate, each.person) for each in case.test.standing] == [
        (each.gate, each.person) for each in before.test.standing
    ]
    assert (case.duties, case.life.answered) == ((), before.life.answered)


def test_a_reopening_of_what_was_sent_is_taken_back() -> None:
    case = withdrawn(taken(SENT_CASE, (REOPEN, OWNER), (DRAFT, WRITER)))

    assert (case.stage(), case.test.version, case.files) == (Stage.SENT, 2, SENT_CASE.files)


def test_a_further_letter_of_a_kind_that_recurs_is_taken_back() -> None:
    first = taken(
        a_case(a_document("clarification", stage=Stage.DRAFTING, version=0), stage=Stage.DRAFTING),
        *((DRAFT, WRITER), (SUBMIT, WRITER), (PUBLISH, SERVICE)),
        document="clarification",
    )
    paper = first.document("clarification").paper
    assert paper
    sent = first.with_document("clarification", stage=Stage.SENT, paper=replace(paper, sent=True))

    case = withdrawn(taken(sent, (DRAFT, WRITER), document="clarification"), "clarification")

    assert case.stage("clarification") is Stage.SENT
    assert case.document("clarification").version == 1


def test_a_letter_begun_by_mistake_is_no_document_of_the_case_any_more() -> None:
    assert not LETTER_CASE.answers("test")

    case = withdrawn(LETTER_CASE, "response")

    assert [*case.documents] == ["test"]
    assert case.answers("test")
    assert case.acts == LETTER_CASE.acts + 1


@pytest.mark.parametrize(
    ("case", "document", "version"),
    [(taken(SENT_CASE, (CORRECT, WRITER), (DRAFT, WRITER)), "test", 3), (LETTER_CASE, "response", 1)],
    ids=["a correction", "a letter"],
)
def test_the_number_of_a_version_that_was_withdrawn_is_given_to_no_other(
    case: Case, document: str, version: int
) -> None:
    assert case.document(document).version == version

    case = withdrawn(case, document)
    if document == "test":
        case = taken(case, (CORRECT, WRITER))
    case = taken(case, (DRAFT, OTHER), document=document)

    assert case.document(document).version == version + 1


@pytest.mark.parametrize(
    ("case", "document"),
    [
        (taken(SENT_CASE, (CORRECT, WRITER), (DRAFT, OTHER)), "test"),
        (taken(LETTER_CASE, (DRAFT, OTHER), document="response"), "response"),
    ],
    ids=["a correction", "a letter"],
)
def test_whoever_wrote_what_was_withdrawn_does_not_decide_on_what_follows(case: Case, document: str) -> None:
    case = withdrawn(case, document)
    gates = ((APPROVE, LAWYER),) if document == "test" else ()
    case = taken(case, *(((CORRECT, WRITER),) if document == "test" else ()))
    case = taken(case, (DRAFT, WRITER), (SUBMIT, WRITER), *gates, document=document)

    with pytest.raises(SamePersonError):
        taken(case, (APPROVE, OTHER), document=document)


def test_whoever_withdraws_is_no_author_of_what_stands_again() -> None:
    case = taken(SENT_CASE, (CORRECT, MANY_HATS), (DRAFT, WRITER), (WITHDRAW_DRAFT, MANY_HATS))

    assert MANY_HATS not in case.words_of("test")


@pytest.mark.parametrize(
    ("case", "document", "why"),
    [
        (taken(SENT_CASE, (CORRECT, WRITER), *TO_SIGN_OFF), "test", "approved at legal review"),
        (SENT_CASE, "test", "it is sent"),
        (PUBLISHED, "test", "is published"),
        (
            taken(SENT_CASE, (CORRECT, WRITER), *TO_SIGN_OFF, (APPROVE, OWNER)),
            "test",
            "waits to be published",
        ),
        (a_case(stage=Stage.DRAFTING), "test", "Nothing was published of 1146A/22"),
        (replace(LETTER_CASE, closed=NOON), "response", "it is closed"),
        (
            a_case(a_document(REVIEW.name, stage=Stage.DRAFTING)).with_life(reviewing=True),
            REVIEW.name,
            "The outcome of the review of 1146A/22 is owed",
        ),
        (a_case(stage=Stage.DRAFTING), "response", "waits for its first draft"),
    ],
    ids=["approved", "sent", "published", "signed off", "first", "closed", "review", "not begun"],
)
def test_what_may_not_be_withdrawn_says_why(case: Case, document: str, why: str) -> None:
    with pytest.raises((RefusedError, WrongStageError), match=why):
        withdrawn(case, document)


def test_what_another_document_is_decided_on_is_not_changed_back() -> None:
    files = the_files() | {LETTER: a_mark("letter")}
    begun = taken(SENT_CASE, (CORRECT, WRITER))
    begun = replace(begun, files={**begun.files, **files, REQUEST: a_mark("another summary")})
    case = begun.with_document(
        "response", **{name: getattr(a_response(), name) for name in ("stage", "version")}
    )

    told = refusals(case, WITHDRAW_DRAFT, WRITER, POLICY, document="test")

    assert [str(each).split(":")[0] for each in told] == ["request.md cannot change now"]
    with pytest.raises(RefusedError, match=r"request\.md cannot change now"):
        withdrawn(case)


@pytest.mark.parametrize(
    "change",
    [
        {"details": {}},
        {"details": {"stands": "1"}},
        {"files": taken(SENT_CASE, (CORRECT, WRITER), (DRAFT, WRITER)).files},
        {"reason": " "},
    ],
    ids=["no version", "another version", "files of the draft", "no reason"],
)
def test_a_forged_withdrawal_is_refused(change: dict[str, Any]) -> None:
    case = taken(SENT_CASE, (CORRECT, WRITER), (DRAFT, WRITER))
    good = an_act_by(WRITER, WITHDRAW_DRAFT, case, POLICY)

    with pytest.raises((MalformedError, MissingReasonError)):
        decide(case, replace(good, **change), POLICY)


def test_a_second_attempt_is_the_same_act_and_a_second_correction_is_another() -> None:
    begun = taken(SENT_CASE, (CORRECT, WRITER))
    act = an_act_by(WRITER, WITHDRAW_DRAFT, begun, POLICY)
    case = decide(begun, act, POLICY)

    assert idempotency_key(act, case) == idempotency_key(act, begun)
    correction = an_act_by(WRITER, CORRECT, case, POLICY)
    again = decide(case, correction, POLICY)
    assert idempotency_key(correction, case) != idempotency_key(correction, SENT_CASE)
    assert idempotency_key(act, again) != idempotency_key(act, begun)


def test_a_reopening_of_a_closed_case_is_taken_back_by_closing_it_again() -> None:
    closed = replace(LETTER_CASE, closed=NOON)
    reopened = taken(closed, (REOPEN, OWNER))

    assert taken(reopened, (CLOSE, WRITER)).closed


def test_the_case_of_the_tables_takes_the_act() -> None:
    case = the_case_for(WITHDRAW_DRAFT)

    assert case
    assert withdrawn(case).stage() is Stage.PUBLISHED
