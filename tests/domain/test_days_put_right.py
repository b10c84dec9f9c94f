"""A day that was stated wrongly is put right by somebody else, where it fits what else is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from domain_builders import (
    MANY_HATS,
    NOON,
    OWNER,
    WRITER,
    a_case,
    a_document,
    a_mark,
    a_policy,
    a_published_case,
    an_act,
    the_case_for,
)

from flows.domain.acts import (
    ASK_CLARIFICATION,
    CLARIFIED,
    CORRECT_DAY,
    EXTEND,
    FEE_PAID,
    FEES_NOTICE,
    REVIEW_ASKED,
    REVIEW_DECIDED,
    SENT,
    Kind,
    Reason,
)
from flows.domain.decide import decide, refusals
from flows.domain.documents import sealed_with
from flows.domain.errors import MalformedError, MissingReasonError, RefusedError, SamePersonError
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from flows.domain.case import Case

FIRST = date(2022, 11, 28)
"""The day on which everything is published here, at noon."""


def on(day: int) -> str:
    """The day that lies so many days after the first, as a fact."""
    return (FIRST + timedelta(days=day)).isoformat()


def taken(kind: Kind, case: Case, day: int, **details: str) -> Case:
    """The case once an act of the kind was taken ten days after the first, stating a day."""
    act, files = an_act(kind), dict(case.files)
    if kind.seals is Reason.MUST:
        files[sealed_with(case.acts + 1, kind.name)] = a_mark(f"sealed {case.acts}")
    facts = {**act.details, **details, "on": on(day)}
    return decide(case, replace(act, time=NOON + timedelta(days=10), details=facts, files=files), a_policy())


def right(
    case: Case, was: int, day: int, *, number: int | None = None, person: str = OWNER, **more: Any
) -> Case:
    """The case once a day was put right, twenty days after the first; by default that of its last act."""
    act = an_act(CORRECT_DAY, actor=person, time=NOON + timedelta(days=20), files=case.files)
    facts = {"was": on(was), "on": on(day), "act": str(number or case.life.dated[-1].act)}
    facts |= more.pop("details", {})
    return decide(case, replace(act, details={k: v for k, v in facts.items() if v}, **more), a_policy())


def refused(error: type[Exception], *args: Any, **more: Any) -> str:
    with pytest.raises(error) as caught:
        right(*args, **more)
    return str(caught.value)


def letter_out(kind: Kind, case: Case | None = None) -> Case:
    """A case whose letter of a kind is published."""
    if case is None:
        case = the_case_for(kind)
        assert case is not None
        return case
    return case.with_document(
        kind.document, version=1, stage=Stage.PUBLISHED, changed=NOON, since=NOON, gates=()
    )


def answered(day: int = 3) -> Case:
    return taken(SENT, a_published_case(), day, by="post")


def test_the_day_of_an_answer_is_the_last_that_was_stated() -> None:
    case = answered()
    assert case.life.answered == date.fromisoformat(on(3))

    then = right(right(case, 3, 1), 1, 2)

    assert then.life.answered == date.fromisoformat(on(2))
    assert [(each.act, each.on.isoformat()) for each in then.life.dated] == [(4, on(2))]
    assert (then.stage(), then.acts) == (Stage.SENT, case.acts + 2)


def test_the_day_of_what_answers_no_more_moves_no_answer() -> None:
    case = answered().with_document("response", version=1, stage=Stage.PUBLISHED, changed=NOON)
    case = decide(
        case,
        an_act(
            SENT,
            document="response",
            files=case.files,
            time=NOON + timedelta(days=10),
            details={"on": on(5), "by": "email"},
        ),
        a_policy(),
    )

    assert right(case, 5, 4).life.answered == case.life.answered
    assert "nothing was due by this act" in refused(MalformedError, case, 5, 4, details={"due": on(1)})
    assert right(case, 3, 2, number=4).life.answered == date.fromisoformat(on(2))


@pytest.mark.parametrize(
    ("was", "day", "changes", "error", "told"),
    [
        (4, 2, {}, RefusedError, "Act 4 of 1146A/22 has 1 December 2022, and not 2 December 2022."),
        (3, 3, {}, RefusedError, "Act 4 of 1146A/22 has 1 December 2022 already."),
        (3, -1, {}, RefusedError, "cannot be before 28 November 2022 nor after 18 December 2022"),
        (3, 21, {}, RefusedError, "cannot be before 28 November 2022 nor after 18 December 2022"),
        (3, 2, {"number": 9}, MalformedError, "on record are 1 December 2022 (act 4, sent of the test)"),
        (3, 2, {"details": {"act": ""}}, MalformedError, "its number is needed"),
        (3, 2, {"details": {"due": on(2)}}, RefusedError, "due on 30 November 2022, and is not late"),
        (3, 2, {"reason": " "}, MissingReasonError, "reason"),
    ],
)
def test_what_does_not_fit_is_refused(
    was: int, day: int, changes: dict[str, Any], error: type[Exception], told: str
) -> None:
    assert told in refused(error, answered(), was, day, **changes)


def test_whoever_recorded_a_day_does_not_put_it_right() -> None:
    case = answered()
    own = replace(case, life=replace(case.life, dated=(replace(case.life.dated[0], person=MANY_HATS),)))

    told = refused(SamePersonError, own, 3, 2, person=MANY_HATS)

    assert told == f"{MANY_HATS} recorded act 4 of 1146A/22, so another person has to put its day right."
    assert case.life.dated[0].person == WRITER


def test_late_by_the_right_day_is_late() -> None:
    act = right(answered(), 3, 9, details={"due": on(8)})

    assert act.stated["correct-day"].details["due"] == on(8)


def test_where_nothing_went_out_no_day_is_put_right() -> None:
    (told,) = refusals(a_case(), CORRECT_DAY, OWNER, a_policy())

    assert str(told) == (
        "Nothing is on record of 1146A/22 yet that went to the applicant, or came from them after the "
        "request; its day of receipt is put right with `equipoise correct-receipt`."
    )


def test_each_round_of_clarification_keeps_its_days_in_order() -> None:
    case = taken(ASK_CLARIFICATION, letter_out(ASK_CLARIFICATION), 1)
    case = taken(CLARIFIED, case, 3)
    case = taken(ASK_CLARIFICATION, letter_out(ASK_CLARIFICATION, case), 5)
    case = taken(CLARIFIED, case, 7)
    numbers = [each.act for each in case.life.dated]
    days = {0: (1, 0, 3), 1: (3, 1, 5), 2: (5, 3, 7), 3: (7, 5, 20)}

    for each, (was, first, last) in days.items():
        for day in {first, last} - {was}:
            then = right(case, was, day, number=numbers[each])
            rounds = [day for each in then.life.events.rounds for day in (each.asked, each.answered)]
            expected = [on(was) for was, _, _ in days.values()]
            expected[each] = on(day)
            assert rounds == [date.fromisoformat(text) for text in expected]
        for day in (first - 1, last + 1):
            assert "by what else is on record" in refused(RefusedError, case, was, day, number=numbers[each])


def test_a_fee_is_paid_after_its_notice_and_before_that_lapses() -> None:
    case = taken(FEE_PAID, taken(FEES_NOTICE, letter_out(FEES_NOTICE), 2), 4)
    notice, paid = (each.act for each in case.life.dated)

    assert right(case, 2, 3, number=notice).life.events.fees_notice == date.fromisoformat(on(3))
    assert right(case, 4, 2, number=paid).life.events.fees_paid == date.fromisoformat(on(2))
    for number, was, day in ((notice, 2, 5), (notice, 2, -1), (paid, 4, 1), (paid, 4, 21)):
        assert "by what else is on record" in refused(RefusedError, case, was, day, number=number)


LAPSED: Final = 95
"""Days after which a notice has lapsed."""


def test_a_fee_that_was_paid_keeps_its_notice_from_a_day_by_which_that_would_have_lapsed() -> None:
    case = taken(FEES_NOTICE, letter_out(FEES_NOTICE), 9)
    paid = replace(case.life.events, fees_paid=FIRST + timedelta(days=LAPSED))
    case = case.with_life(events=paid)

    later: dict[str, Any] = {"time": NOON + timedelta(days=LAPSED)}
    assert "cannot be before 4 December 2022" in refused(RefusedError, case, 9, 5, **later)
    assert right(case, 9, 6, **later).life.events.fees_notice == date.fromisoformat(on(6))
    day = case.life.dated[0].act
    case = case.with_life(
        events=replace(case.life.events, fees_notice=FIRST),
        dated=(replace(case.life.dated[0], kind="fee-paid", on=FIRST, since=None),),
    )
    assert "nor after 27 February 2023" in refused(RefusedError, case, 0, LAPSED, number=day, **later)


def test_a_notice_of_more_time_is_before_what_it_promises() -> None:
    case = taken(EXTEND, letter_out(EXTEND), 2, until=on(6))

    assert right(case, 2, 5).life.events == case.life.events
    assert "nor after 3 December 2022" in refused(RefusedError, case, 2, 6)


def test_a_review_is_asked_for_after_the_answer_and_before_its_outcome() -> None:
    case = taken(REVIEW_ASKED, answered(2), 4)
    case = case.with_document("review", version=1, stage=Stage.PUBLISHED, changed=NOON)
    case = taken(REVIEW_DECIDED, case, 6)
    answer, asked, decided = (each.act for each in case.life.dated)

    moved = right(case, 2, 3, number=answer)
    assert (moved.life.answered, moved.life.events.refused) == (date.fromisoformat(on(3)),) * 2
    assert right(case, 4, 2, number=asked).life.events.review_asked == date.fromisoformat(on(2))
    assert right(case, 6, 4, number=decided).life.events == case.life.events
    bad = ((answer, 2, 5), (asked, 4, 1), (asked, 4, 7), (decided, 6, 3))
    for number, was, day in bad:
        assert "by what else is on record" in refused(RefusedError, case, was, day, number=number)


def test_of_two_reviews_the_last_is_owed_from_its_own_day() -> None:
    case = taken(REVIEW_ASKED, answered(2), 4)
    case = case.with_document("review", version=1, stage=Stage.PUBLISHED, changed=NOON)
    case = taken(REVIEW_DECIDED, case, 6)
    case = taken(REVIEW_ASKED, case, 8)
    first = case.life.dated[1].act

    assert right(case, 4, 3, number=first).life.events.review_asked == date.fromisoformat(on(8))
    assert right(case, 8, 9).life.events.review_asked == date.fromisoformat(on(9))
    assert "nor after 6 December 2022" in refused(RefusedError, case, 6, 9, number=case.life.dated[2].act)


def test_a_review_of_a_case_that_was_closed_is_asked_for_after_that() -> None:
    closed = replace(a_case(a_document("response")), closed=NOON)
    case = taken(REVIEW_ASKED, closed, 4)

    assert "cannot be before 28 November 2022" in refused(RefusedError, case, 4, -1)
    assert right(case, 4, 0).life.events.review_asked == FIRST
