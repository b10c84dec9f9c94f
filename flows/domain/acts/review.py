"""The internal review of an answer: asked for, and decided by somebody who had no part in it.

How long it may take, and by when it should be asked for, is guidance: the code of practice under FOIA s.45.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.clock import out_of_order
from flows.domain.acts.deciding import had_a_part, nobody_without_a_part, without_a_part
from flows.domain.acts.kind import Kind, On, Reason, a_choice, a_day, the_day
from flows.domain.acts.publishing import SENT_FILE, against_sending, sending, was_sent
from flows.domain.documents import REVIEW
from flows.domain.edition import documents_of, edition_of
from flows.domain.errors import RefusedError
from flows.domain.outcome import OVERTURNED, PARTLY, UPHELD
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

OUTCOMES: Final = frozenset({UPHELD, PARTLY, OVERTURNED})
"""What becomes of the answer that is reviewed."""


def _bars_asking(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if case.life.reviewing:
        yield RefusedError(f"A review of {case.reference} is under way already.")
    elif not case.life.answered and not case.closed:
        yield RefusedError(f"{case.reference} was not answered yet, so there is nothing to review.")


def _against_asking(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    if REVIEW.name not in documents_of(policy):
        yield RefusedError(
            "The outcome of a review is a letter, and the edition of the procedure in force has none; "
            "an administrator takes a later one with `equipoise adopt-edition`."
        )
    days = edition_of(policy).days
    closed = days(case.closed)[0] if case.closed else case.received
    yield from out_of_order(
        case, act, policy, case.life.answered or closed, "when the request was dealt with"
    )


def _asked(case: Case, act: Act) -> Case:
    events = replace(case.life.events, review_asked=the_day(act.details["on"]), refused=case.life.answered)
    review = case.document(REVIEW.name)
    begun = Stage.DRAFTING if review.version else Stage.RECEIVED
    return case.with_document(
        REVIEW.name, stage=begun, round=review.round + bool(review.version), since=act.time, changed=act.time
    ).with_life(events=events, reviewing=True, earlier=case.life.hands)


REVIEW_ASKED: Final = Kind(
    name="review-asked",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage),
    facts=(a_day("on", "The day on which it was asked for."),),
    seals=Reason.MUST,
    bars=_bars_asking,
    against=_against_asking,
    after=_asked,
    again=lambda case: not case.life.reviewing,
    verb="record that a review was asked for",
    passive="put to review",
    subject="review: take the request for one of {case}",
    done="recorded that a review was asked for on {on}",
    told="A review was asked for on {on}; its outcome is drafted with --document review.",
    help="Record that the applicant asks for an internal review, which somebody else then decides.",
    example="equipoise review-asked 1146A/22 --on 2022-12-12 --file letter.eml --as foi-officer",
    seals_help="What the applicant wrote; it is kept sealed.",
)


def _against_decision(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from against_sending(case, act, policy)
    if act.actor not in case.life.earlier:
        return
    if without_a_part(case, policy, *act.kind.roles):
        yield had_a_part(case, act.actor)
    elif not act.reason:
        yield nobody_without_a_part(case)


def advice_on_review(case: Case, policy: Policy) -> str:
    """Return what to see to before the outcome of a review waits for its sign-off; empty for nothing."""
    if not case.life.reviewing or without_a_part(case, policy, Role.SIGN_OFF_OFFICER):
        return ""
    return (
        "Every sign-off officer had an earlier part in the case: authorise one who had none with `equipoise "
        "officer add`, or let one of them approve the outcome and say with --reason why that is not "
        "practicable."
    )


REVIEW_DECIDED: Final = Kind(
    name="review-decided",
    on=On.DOCUMENT,
    document=REVIEW.name,
    roles=frozenset({Role.FOI_OFFICER, Role.SIGN_OFF_OFFICER}),
    at=frozenset({Stage.PUBLISHED}),
    own_key=True,
    facts=(
        *sending("the outcome"),
        a_choice("outcome", OUTCOMES, "What became of the answer."),
    ),
    reason=Reason.MAY,
    seals=Reason.MAY,
    seals_help=SENT_FILE,
    against=_against_decision,
    after=lambda case, act: was_sent(case, act).with_life(reviewing=False),
    verb="record the outcome of a review",
    passive="sent",
    subject="review: decide that of {case}",
    done="recorded the review as {outcome}; its outcome was sent on {on} by {by}",
    told="The answer is {outcome} on review; its outcome was sent on {on} by {by}.",
    help="Record that the outcome of a review went out; by somebody with no earlier part in the case.",
    example="equipoise review-decided 1146A/22 --on 2023-01-09 --by email --outcome upheld \\\n"
    "  --as second.sign-off-officer",
    reason_help="Why nobody without an earlier part could decide, where that is so.",
)
