"""What may follow an answer: the log, a review, a complaint, notices, an appeal; and what is owed by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    APPEAL,
    COMPLAINT,
    LAWYER,
    MANY_HATS,
    NOON,
    OWNER,
    WRITER,
    a_case,
    a_document,
    a_mark,
    a_person,
    a_policy,
    a_published_case,
    an_act,
    an_act_by,
    digests,
    some_rules,
    the_case_for,
)

from flows.domain.acts import (
    APPEALED,
    APPROVE,
    CLOSE,
    COMPLAINED,
    COMPLAINT_CLOSED,
    COMPLIED,
    DECIDED,
    DRAFT,
    INFORMATION_NOTICE,
    LOG,
    NOTICE,
    REVIEW_ASKED,
    REVIEW_DECIDED,
    SENT,
    SUBMIT,
    Kind,
    Reason,
)
from flows.domain.decide import decide, may_decide, refusals
from flows.domain.documents import sealed_with
from flows.domain.errors import MissingReasonError, RefusedError, SamePersonError, WrongDateError
from flows.domain.owed import Duty, Owed, as_text, from_text
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.case import Case
    from flows.domain.policy import Policy

SECOND = "IC-654321-Z9Y8"
REVIEWER = "reviewer"
REVIEWERS = a_person(REVIEWER, Role.FOI_OFFICER, Role.SIGN_OFF_OFFICER)
ASKING, DECIDING = {"on": "2022-11-28"}, {"on": "2022-11-28", "by": "email", "outcome": "upheld"}


def taken(kind: Kind, case: Case | None = None, policy: Policy | None = None, **changes: Any) -> Case:
    """The case once an act of the kind was taken on it, some facts of which are others."""
    case = case or the_case_for(kind)
    assert case is not None
    act, files = an_act(kind), dict(case.files)
    if kind.seals is Reason.MUST:
        files[sealed_with(case.acts + 1, kind.name)] = a_mark("sealed")
    details = {name: text for name, text in (act.details | changes.pop("details", {})).items() if text}
    act = replace(act, details=details, files=files)
    return decide(case, replace(act, **changes), policy or a_policy())


def refused(
    kind: Kind, case: Case | None = None, error: type[Exception] = RefusedError, **changes: Any
) -> str:
    with pytest.raises(error) as caught:
        taken(kind, case, **changes)
    return str(caught.value)


# Days: not before what they follow, not in the future


_FOLLOWS = {
    REVIEW_ASKED: "2022-11-20",
    COMPLAINED: "2022-11-06",
    NOTICE: "2022-11-20",
    COMPLAINT_CLOSED: "2022-11-20",
    INFORMATION_NOTICE: "2022-11-06",
    COMPLIED: "2022-11-20",
    APPEALED: "2022-11-20",
    DECIDED: "2022-11-20",
}


@pytest.mark.parametrize(("kind", "day"), _FOLLOWS.items(), ids=str)
def test_a_day_is_not_before_what_it_follows_nor_in_the_future(kind: Kind, day: str) -> None:
    assert "the day cannot be before" in refused(kind, details={"on": day})
    assert "nor after today, 28 November 2022" in refused(kind, details={"on": "2022-11-29"})
    first = f"{day[:-2]}{int(day[-2:]) + 1:02}"
    assert taken(kind, details={"on": first}).acts == 4


@pytest.mark.parametrize("kind", [*_FOLLOWS, LOG], ids=str)
def test_what_follows_an_answer_may_be_recorded_of_a_closed_case(kind: Kind) -> None:
    case = replace(the_case_for(kind) or a_case(), closed=NOON)

    assert taken(kind, case).closed == NOON


# The disclosure log


def test_an_answer_is_listed_or_left_out_with_the_reason() -> None:
    assert taken(LOG).stated["log"].details == {"entry": "listed"}
    assert refused(LOG, error=MissingReasonError, details={"entry": "declined"}) == (
        "1146A/22: say why; to leave it out of the disclosure log takes a reason."
    )
    declined = taken(LOG, details={"entry": "declined"}, reason="It is all personal data.")
    assert declined.stated["log"].details == {"entry": "declined"}
    assert "was not answered yet" in refused(LOG, a_case())


# The review


def test_a_review_begins_its_letter_and_is_owed_in_the_queue() -> None:
    asked = taken(REVIEW_ASKED)

    assert (asked.stage("review"), asked.life.reviewing) == (Stage.RECEIVED, True)
    assert asked.owed("review").duty is Duty.REVIEW
    assert [each.duty for each in asked.duties] == [Duty.REVIEW, Duty.PAPER]  # its test is in drafting
    assert asked.life.events.review_asked == date(2022, 11, 28)
    assert asked.life.events.refused == date(2022, 11, 21)


def test_the_review_of_a_closed_case_is_written_and_nothing_else_of_it() -> None:
    asked = replace(taken(REVIEW_ASKED), closed=NOON)

    assert (asked.stage("review"), asked.stage()) == (Stage.RECEIVED, Stage.CLOSED)
    drafted = decide(asked, an_act_by(WRITER, DRAFT, asked, a_policy(), "review"), a_policy())
    assert drafted.stage("review") is Stage.DRAFTING


def test_one_review_is_under_way_at_a_time_and_of_an_answer() -> None:
    assert "under way already" in refused(REVIEW_ASKED, replace(taken(REVIEW_ASKED), acts=5))
    assert "was not answered yet" in refused(REVIEW_ASKED, a_case())


def test_under_the_first_edition_there_is_no_letter_for_the_outcome() -> None:
    first = a_policy(rules=some_rules(edition=1))

    assert "equipoise adopt-edition" in refused(REVIEW_ASKED, policy=first)


def test_another_review_may_follow_the_one_that_was_decided() -> None:
    decided = taken(REVIEW_DECIDED)
    assert (decided.stage("review"), decided.life.reviewing) == (Stage.SENT, False)
    assert [each.duty for each in decided.duties] == [Duty.PAPER]
    assert decided.owed("review").duty is Duty.ANSWER

    again = taken(REVIEW_ASKED, decided)

    assert (again.stage("review"), again.document("review").round) == (Stage.DRAFTING, 1)
    assert again.life.reviewing


def test_the_outcome_of_a_review_is_sent_by_its_own_act() -> None:
    case = the_case_for(REVIEW_DECIDED)
    assert case

    (told,) = refusals(case, SENT, WRITER, a_policy(), document="review")
    assert (
        str(told)
        == "That the outcome of the review of 1146A/22 was sent is recorded with `equipoise review-decided`."
    )


def a_reviewed_case(*hands: str) -> Case:
    """A case whose review letter is at sign-off, and which somebody had a part in before."""
    review = a_document("review", stage=Stage.BALANCING, gates=(Stage.BALANCING,), writers=frozenset())
    case = a_case(review, stage=Stage.SENT)
    files = {**case.files, "review/document.md": case.files["test/document.md"]}
    return replace(case, files=files).with_life(reviewing=True, earlier=frozenset(hands))


def test_whoever_had_a_part_in_the_case_does_not_decide_on_its_review() -> None:
    policy = replace(a_policy(), people={**a_policy().people, REVIEWER: REVIEWERS})
    case = a_reviewed_case(OWNER)
    approval: dict[str, Any] = {"document": "review", "gate": Stage.BALANCING, "role": Role.SIGN_OFF_OFFICER}

    assert may_decide(case, policy, "review") == {MANY_HATS, REVIEWER}
    act = an_act(APPROVE, files=case.files, details=digests(case.files, "review"), **approval)
    assert decide(case, replace(act, actor=REVIEWER), policy).stage("review") is Stage.PUBLICATION
    with pytest.raises(SamePersonError, match="sign-off-officer had an earlier part in 1146A/22"):
        decide(case, replace(act, actor=OWNER), policy)


def test_a_part_is_to_draft_submit_override_approve_or_return() -> None:
    case, policy = a_case(stage=Stage.DRAFTING), a_policy()

    for kind, person in ((DRAFT, WRITER), (SUBMIT, MANY_HATS), (APPROVE, LAWYER)):
        case = decide(case, an_act_by(person, kind, case, policy), policy)

    assert case.life.hands == {WRITER, MANY_HATS, LAWYER}
    assert taken(REVIEW_ASKED, case.with_life(answered=date(2022, 11, 21))).life.earlier == case.life.hands


def test_whoever_writes_the_outcome_has_a_part_in_the_next_review_and_not_in_this() -> None:
    case = taken(REVIEW_ASKED)

    case = decide(case, an_act_by(MANY_HATS, DRAFT, case, a_policy(), "review"), a_policy())

    assert case.life.hands == {MANY_HATS}
    assert not case.life.earlier


def test_an_outcome_is_recorded_by_somebody_else_where_there_is_one() -> None:
    case = the_case_for(REVIEW_DECIDED)
    assert case
    tainted = case.with_life(earlier=frozenset({WRITER}))

    assert "had an earlier part" in refused(REVIEW_DECIDED, tainted, SamePersonError)
    assert taken(REVIEW_DECIDED, tainted, actor=MANY_HATS).life.reviewing is False


def test_an_outcome_is_not_sent_before_it_was_published() -> None:
    early = refused(REVIEW_DECIDED, error=WrongDateError, details={"on": "2022-11-27"})

    assert "it cannot have been sent before then" in early


def test_whoever_had_a_part_approves_the_outcome_only_with_a_reason_and_where_nobody_else_can() -> None:
    policy = replace(a_policy(), people={**a_policy().people, REVIEWER: REVIEWERS})
    approval: dict[str, Any] = {"document": "review", "gate": Stage.BALANCING, "role": Role.SIGN_OFF_OFFICER}
    case = a_reviewed_case(OWNER, MANY_HATS, REVIEWER)
    act = replace(an_act(APPROVE, files=case.files, **approval), actor=OWNER)
    act = replace(act, details=digests(case.files, "review"))

    with pytest.raises(RefusedError, match="Everybody who could decide"):
        decide(case, act, policy)
    decide(case, replace(act, reason="Nobody else is there."), policy)
    with pytest.raises(SamePersonError):
        decide(a_reviewed_case(OWNER), replace(act, reason="I would rather."), policy)


def test_an_authority_of_one_person_says_so() -> None:
    case = the_case_for(REVIEW_DECIDED)
    assert case
    alone = case.with_life(earlier=frozenset({WRITER, OWNER, MANY_HATS}))

    assert "Everybody who could decide" in refused(REVIEW_DECIDED, alone)
    assert taken(REVIEW_DECIDED, alone, reason="There is one officer.").stage("review") is Stage.SENT


# Complaints, notices, appeals


def test_several_complaints_are_told_by_their_references() -> None:
    case = taken(COMPLAINED, taken(COMPLAINED), details={"regulator": SECOND})

    assert {each.reference for each in case.life.complaints} == {COMPLAINT, SECOND}
    assert "has the complaint IC-123456-A1B2" in refused(COMPLAINED, case, reason=None)


def test_a_notice_answers_a_complaint_that_is_on_record() -> None:
    assert "has no complaint to be decided" in refused(NOTICE, a_case())
    assert "has no complaint IC-654321-Z9Y8" in refused(NOTICE, details={"regulator": SECOND})


def test_a_complaint_that_is_settled_is_over_and_no_other_is() -> None:
    case = taken(COMPLAINT_CLOSED, taken(COMPLAINED, taken(COMPLAINED), details={"regulator": SECOND}))

    assert {each.reference for each in case.life.complaints if not each.decided} == {SECOND}
    assert case.life.noticed is None
    assert "has no complaint IC-123456-A1B2 that waits" in refused(COMPLAINT_CLOSED, case)
    over = taken(COMPLAINT_CLOSED, case, details={"regulator": SECOND, "why": "not-accepted"})
    assert "has no complaint that waits for a decision" in refused(COMPLAINT_CLOSED, over)
    assert "has no complaint that waits for a decision" in refused(COMPLAINT_CLOSED, a_case())


def test_steps_are_owed_until_they_are_taken() -> None:
    case = taken(NOTICE, a_published_case(stage=Stage.SENT).with_life(**vars_of(NOTICE)))

    owed = case.owed("test")
    assert (owed.duty, owed.day, owed.reference) == (Duty.STEPS, date(2022, 12, 19), COMPLAINT)
    assert owed.words == "the steps that were ordered (IC-123456-A1B2)"
    assert from_text(as_text(owed)) == owed

    assert taken(COMPLIED, case).duties == ()
    assert taken(COMPLIED, case).owed("test").duty is Duty.ANSWER


def test_a_notice_without_steps_leaves_nothing_owed() -> None:
    assert taken(NOTICE, details={"steps": ""}).duties == ()


@pytest.mark.parametrize(
    ("kind", "fact"), [(NOTICE, "steps"), (INFORMATION_NOTICE, "due"), (DECIDED, "steps")]
)
def test_what_is_ordered_is_due_on_a_later_day(kind: Kind, fact: str) -> None:
    assert "is due on a later day" in refused(kind, details={fact: "2022-11-28"})
    assert taken(kind, details={fact: "2022-11-29"}).duties


def test_what_is_due_first_stands_with_the_test_and_all_of_it_in_the_case() -> None:
    case = taken(INFORMATION_NOTICE, taken(NOTICE), details={"regulator": SECOND, "due": "2022-12-05"})

    assert case.owed("test") == Owed(
        duty=Duty.INFORMATION, events=case.life.events, day=date(2022, 12, 5), reference=SECOND
    )
    assert [each.duty for each in case.duties] == [Duty.INFORMATION, Duty.STEPS]


def test_a_later_notice_takes_the_place_of_one_on_the_same_complaint() -> None:
    case = taken(NOTICE, taken(NOTICE), details={"steps": "2023-01-16"})

    assert [each.day for each in case.duties] == [date(2023, 1, 16)]


def test_nothing_is_complied_with_that_was_not_ordered() -> None:
    assert "Nothing that was ordered" in refused(COMPLIED, a_case())
    assert refused(COMPLIED, details={"duty": "information"}) == (
        "1146A/22 does not owe the answer to the information notice (IC-123456-A1B2)."
    )
    assert "takes a reason" in refused(COMPLIED, error=MissingReasonError, reason=None)


def test_an_appeal_follows_a_notice_and_a_decision_its_appeal() -> None:
    assert "no notice that could be appealed against" in refused(APPEALED, a_case())
    assert "no appeal that waits for a decision" in refused(DECIDED, a_case())
    assert f"has no appeal {SECOND}" in refused(DECIDED, details={"tribunal": SECOND})
    assert f"has the appeal {APPEAL}" in refused(APPEALED, taken(APPEALED))
    assert taken(DECIDED).life.appeals == ()


def test_a_tribunal_may_order_steps() -> None:
    ordered = taken(DECIDED, details={"steps": "2023-01-16", "outcome": "allowed"})

    assert [(each.duty, each.reference) for each in ordered.duties] == [(Duty.STEPS, APPEAL)]


@pytest.mark.parametrize("kind", [REVIEW_ASKED, NOTICE], ids=str)
def test_a_case_with_something_owed_is_not_closed(kind: Kind) -> None:
    case = taken(kind)

    assert "cannot be closed: the authority owes the" in refused(CLOSE, case)


def vars_of(kind: Kind) -> dict[str, Any]:
    case = the_case_for(kind)
    assert case
    return {"complaints": case.life.complaints}


# Sending late


def test_what_is_sent_late_is_so_on_record_with_its_reason() -> None:
    late = {"due": "2022-11-25"}

    assert refused(SENT, error=MissingReasonError, details=late) == (
        "1146A/22: say why; to record it as sent late takes a reason."
    )
    assert taken(SENT, details=late, reason="The officer was away.").life.answered == date(2022, 11, 28)


@pytest.mark.parametrize("due", ["2022-11-28", "2022-12-05"])
def test_nothing_is_late_that_was_sent_by_its_day(due: str) -> None:
    assert "and is not late" in refused(SENT, details={"due": due}, reason="The officer was away.")
