"""Putting a day right that an act stated wrongly: when a letter went out, or when the applicant's came.

Nothing on record changes. Whoever puts a day right names the act that states it and both days, says how the
right one is known, and is not who recorded the other. From then on every date is counted from the last day
that was stated, and the history shows both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.acts.clock import ASK_CLARIFICATION, CLARIFIED, EXTEND, FEE_PAID, FEES_NOTICE
from flows.domain.acts.kind import Kind, On, Reason, a_day, a_text, malformed, the_day
from flows.domain.acts.publishing import SENT
from flows.domain.acts.review import REVIEW_ASKED, REVIEW_DECIDED
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import edition_of
from flows.domain.english import in_full, listing
from flows.domain.errors import RefusedError, SamePersonError
from flows.domain.events import lapse
from flows.domain.life import Dated
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.life import Life
    from flows.domain.policy import Policy

_DATED: Final = frozenset(
    {SENT, ASK_CLARIFICATION, FEES_NOTICE, EXTEND, REVIEW_DECIDED, CLARIFIED, FEE_PAID, REVIEW_ASKED}
)
"""Acts whose ``on`` can be put right: of what went to the applicant, and of what came from them."""


def with_its_day(case: Case, act: Act, life: Life) -> Life:
    """Return what happened to a request, with the day that an act stated of it, if that can be put right.

    Args:
        case: Before the act.
        life: After it.
    """
    if act.kind not in _DATED:
        return life
    document = case.document(act.document) if act.document else None
    dated = Dated(
        act=case.acts + 1,
        kind=act.kind.name,
        document=act.document,
        on=the_day(act.details["on"]),
        person=act.actor,
        answers=document is not None and case.life.answered is None and life.answered is not None,
        since=(document.changed or case.opened) if document else case.closed,
        until=the_day(act.details["until"]) if act.kind == EXTEND else None,
    )
    return replace(life, dated=(*life.dated, dated))


def days_on_record(case: Case) -> str:
    """Return every day that can be put right, with the number of its act, as a phrase."""
    return listing(
        [
            f"{in_full(each.on)} (act {each.act}, {each.kind}"
            + (f" of the {DOCUMENTS[each.document].short})" if each.document else ")")
            for each in case.life.dated
        ]
    )


def _bars(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not case.life.dated:
        yield RefusedError(
            f"Nothing is on record of {case.reference} yet that went to the applicant, or came from them "
            "after the request; its day of receipt is put right with `equipoise correct-receipt`."
        )


def _against(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    number, was, day = act.details.get("act"), the_day(act.details["was"]), the_day(act.details["on"])
    dated = next((each for each in case.life.dated if str(each.act) == number), None)
    if dated is None:
        yield malformed(act, "details.act", f"its number is needed; on record are {days_on_record(case)}")
        return
    if dated.on != was:
        there = in_full(dated.on)
        yield RefusedError(f"Act {number} of {case.reference} has {there}, and not {in_full(was)}.")
    if day == was:
        yield RefusedError(f"Act {number} of {case.reference} has {in_full(day)} already.")
    if dated.person == act.actor:
        yield SamePersonError(
            case.reference, act.actor, earlier=f"recorded act {number} of", verb="put its day right"
        )
    first, last = _between(case, dated, policy, edition_of(policy).days(act.time)[1])
    if not first <= day <= last:
        yield RefusedError(
            f"{case.reference}: the day of act {number} cannot be before {in_full(first)} nor after "
            f"{in_full(last)}, by what else is on record."
        )
    yield from _against_late(case, act, dated)


def _against_late(case: Case, act: Act, dated: Dated) -> Iterator[PitError]:
    if "due" not in act.details:
        return
    if not dated.answers:
        yield malformed(act, "details.due", "nothing was due by this act")
    elif the_day(act.details["due"]) >= the_day(act.details["on"]):
        due = in_full(the_day(act.details["due"]))
        yield RefusedError(f"The answer to {case.reference} was due on {due}, and is not late.")


def _between(case: Case, dated: Dated, policy: Policy, today: date) -> tuple[date, date]:
    """Return from when to when the right day can lie."""
    days = edition_of(policy).days
    limits = [*_limits(case, dated)]
    firsts = [case.life.events.received, *(first for first, _ in limits if first)]
    if dated.since:
        firsts.append(days(dated.since)[0])
    return max(firsts), min([today, *(last for _, last in limits if last)])


def _limits(case: Case, dated: Dated) -> Iterator[tuple[date | None, date | None]]:
    """Yield the days between which an act's own lies: those of what came before it, and of what followed."""
    life, events = case.life, case.life.events
    before, after = (
        {each.kind: each.on for each in acts}
        for acts in (
            [each for each in life.dated if each.act < dated.act],
            [each for each in reversed(life.dated) if each.act > dated.act],
        )
    )
    if dated.kind == ASK_CLARIFICATION.name:
        yield before.get(CLARIFIED.name), after.get(CLARIFIED.name)
    elif dated.kind == CLARIFIED.name:
        yield before.get(ASK_CLARIFICATION.name), after.get(ASK_CLARIFICATION.name)
    elif dated.kind == FEES_NOTICE.name and events.fees_paid:
        # FOIA s.9(2): what was paid was paid within three months of the notice.
        yield _earliest_notice(events.fees_paid), events.fees_paid
    elif dated.kind == FEE_PAID.name and events.fees_notice:
        yield events.fees_notice, lapse(events.fees_notice)
    elif dated.until:
        yield None, dated.until - timedelta(days=1)
    elif dated.kind == REVIEW_ASKED.name:
        yield events.refused, after.get(REVIEW_DECIDED.name)
    elif dated.kind == REVIEW_DECIDED.name:
        yield before.get(REVIEW_ASKED.name), after.get(REVIEW_ASKED.name)
    if dated.answers:
        yield None, after.get(REVIEW_ASKED.name)


def _earliest_notice(paid: date) -> date:
    """Return the first day of a notice that had not lapsed on the day of payment."""
    day = paid
    while lapse(day - timedelta(days=1)) >= paid:
        day -= timedelta(days=1)
    return day


def _put_right(case: Case, act: Act) -> Case:
    number, day = int(act.details["act"]), the_day(act.details["on"])
    life, events = case.life, case.life.events
    one = next(each for each in life.dated if each.act == number)
    same = [each.act for each in life.dated if each.kind == one.kind]
    if one.kind in {ASK_CLARIFICATION.name, CLARIFIED.name}:
        # Each round was asked once, and answered once.
        place, end = same.index(number), "asked" if one.kind == ASK_CLARIFICATION.name else "answered"
        rounds = [*events.rounds]
        rounds[place] = replace(rounds[place], **{end: day})
        events = replace(events, rounds=tuple(rounds))
    elif one.kind == FEES_NOTICE.name:
        events = replace(events, fees_notice=day)
    elif one.kind == FEE_PAID.name:
        events = replace(events, fees_paid=day)
    elif one.kind == REVIEW_ASKED.name and number == same[-1]:
        events = replace(events, review_asked=day)
    if one.answers:
        # Of a review that was asked for, the day of the refusal is that of the answer.
        events = replace(events, refused=day if events.refused else None)
        case = case.with_life(answered=day)
    dated = tuple(replace(each, on=day) if each.act == number else each for each in life.dated)
    return case.with_life(events=events, dated=dated)


CORRECT_DAY: Final = Kind(
    name="correct-day",
    on=On.CASE,
    roles=frozenset({Role.SIGN_OFF_OFFICER}),
    at=frozenset(Stage),
    own_key=True,
    facts=(
        a_day("was", "The wrong day, as it is on record."),
        a_day("on", "The right day."),
        replace(
            a_text(
                "act",
                "[1-9][0-9]{0,5}",
                "the number of an act is needed",
                "The number of the act that states it, where more than one states that day.",
                metavar="NUMBER",
            ),
            needed=False,
        ),
        replace(
            a_day("due"),
            needed=False,
            shown=lambda text: f"; the answer was late: it was due on {in_full(the_day(text))}",
        ),
    ),
    reason=Reason.MUST,
    bars=_bars,
    against=_against,
    after=_put_right,
    chosen=lambda act: act.details,
    verb="put a day right",
    passive="put right",
    subject="days: put right that of act {act} of {case}",
    done="put right the day of act {act}: it is {on}, and not {was}{due}",
    told="It is on record with {on}, and not {was}{due}; every date is counted from that.",
    help="Put a day right that was recorded wrongly: when a letter went out, or an applicant's came.",
    example="equipoise correct-day 1146A/22 --was 2022-12-05 --on 2022-12-02 \\\n"
    '  --reason "The postmark says so." --as sign-off-officer',
    reason_help="How it is known; required.",
)
