"""What moves the clock of a request: clarification, fees, more time, and a day of receipt put right.

Each act that sends a letter is the letter's own sending, so that no day on record differs from the letter's.
Days are judged by their order alone; what a calendar says of them is looked at before somebody signs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason, a_choice, a_day, a_text, the_day
from flows.domain.acts.publishing import SENT_FILE, against_sending, sending, was_sent
from flows.domain.documents import CLARIFICATION, EXTENSION, FEES
from flows.domain.edition import edition_of
from flows.domain.english import in_full
from flows.domain.errors import RefusedError
from flows.domain.events import Round, lapse
from flows.domain.life import Correction
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

_OPEN: Final = frozenset(Stage) - {Stage.CLOSED}


def _bars_answered(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if case.life.answered:
        yield RefusedError(
            f"{case.reference} was answered on {in_full(case.life.answered)}, which stopped its clock."
        )


def out_of_order(case: Case, act: Act, policy: Policy, first: date, what: str) -> Iterator[PitError]:
    """Yield what speaks against a day: it is before the one it follows, or yet to come."""
    last = edition_of(policy).days(act.time)[1]
    if not first <= the_day(act.details["on"]) <= last:
        yield RefusedError(
            f"{case.reference}: the day cannot be before {in_full(first)}, {what}, nor after today, "
            f"{in_full(last)}."
        )


# FOIA s.1(3): what is not clear enough is asked for, and until the answer comes nothing is due. With it the
# whole time begins anew, s.10(6)(b). Rounds may follow one another.


def _bars_asking(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    yield from _bars_answered(case, document, person)
    if awaited := case.life.events.awaited:
        yield RefusedError(
            f"{case.reference} waits for the clarification asked on {in_full(awaited.asked)}; "
            "record its answer with `equipoise clarified` first."
        )


def _against_asking(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from against_sending(case, act, policy)
    rounds = case.life.events.rounds
    if rounds and rounds[-1].answered:
        what = "the day on which the clarification before came"
        yield from out_of_order(case, act, policy, rounds[-1].answered, what)


def _asked(case: Case, act: Act) -> Case:
    events = case.life.events
    asked = Round(asked=the_day(act.details["on"]))
    return was_sent(case, act).with_life(events=replace(events, rounds=(*events.rounds, asked)))


ASK_CLARIFICATION: Final = Kind(
    name="ask-clarification",
    on=On.DOCUMENT,
    document=CLARIFICATION.name,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.PUBLISHED}),
    facts=sending("the letter"),
    seals=Reason.MAY,
    seals_help=SENT_FILE,
    bars=_bars_asking,
    against=_against_asking,
    after=_asked,
    verb="ask for clarification",
    passive="sent",
    subject="clarification: ask about {case}",
    done="asked for clarification on {on} by {by}",
    told="Clarification was asked for on {on} by {by}; nothing is due until it comes.",
    help="Record that the letter went out which asks the applicant what is wanted; it stops the clock.",
    example="equipoise ask-clarification 1146A/22 --on 2022-11-14 --by email --as foi-officer",
)


def _bars_clarified(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    yield from _bars_answered(case, document, person)
    if not case.life.events.awaited:
        yield RefusedError(f"No clarification of {case.reference} is awaited.")


def _against_clarified(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    awaited = case.life.events.awaited
    if awaited:
        what = "the day on which it was asked for"
        yield from out_of_order(case, act, policy, awaited.asked, what)


def _clarified(case: Case, act: Act) -> Case:
    events = case.life.events
    answered = replace(events.rounds[-1], answered=the_day(act.details["on"]))
    return case.with_life(events=replace(events, rounds=(*events.rounds[:-1], answered)))


CLARIFIED: Final = Kind(
    name="clarified",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(a_day("on", "The day on which the answer came."),),
    seals=Reason.MUST,
    bars=_bars_clarified,
    against=_against_clarified,
    after=_clarified,
    again=lambda case: case.life.events.awaited is not None,
    verb="record a clarification",
    passive="clarified",
    subject="clarification: take the answer to {case}",
    done="took in the clarification that came on {on}",
    told="The clarification came on {on}; the whole time runs anew from that day.",
    help="Record that the applicant said what is wanted; the whole time begins anew.",
    example="equipoise clarified 1146A/22 --on 2022-11-21 --file answer.eml --as foi-officer",
    seals_help="What the applicant wrote; it is kept sealed.",
)


# FOIA s.9: a fee may be asked for in advance. The days from the notice to the payment do not count, s.10(2);
# unpaid for three months, the notice lapses, s.9(2).


def _bars_fees_notice(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    yield from _bars_answered(case, document, person)
    if given := case.life.events.fees_notice:
        yield RefusedError(f"{case.reference} has a fees notice already, of {in_full(given)}.")


def _fees_notified(case: Case, act: Act) -> Case:
    events = replace(case.life.events, fees_notice=the_day(act.details["on"]))
    return was_sent(case, act).with_life(events=events)


FEES_NOTICE: Final = Kind(
    name="fees-notice",
    on=On.DOCUMENT,
    document=FEES.name,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.PUBLISHED}),
    facts=(
        *sending("the notice"),
        a_text(
            "amount",
            r"[1-9][0-9]{0,5}(\.[0-9]{2})?",
            "an amount in pounds is needed, as 75 or 75.50",
            "What is asked for, in pounds.",
            metavar="POUNDS",
        ),
    ),
    seals=Reason.MAY,
    seals_help=SENT_FILE,
    bars=_bars_fees_notice,
    against=against_sending,
    after=_fees_notified,
    verb="give a fees notice",
    passive="sent",
    subject="fees: give notice on {case}",
    done="gave a fees notice of £{amount} on {on} by {by}",
    told="A fees notice of £{amount} was given on {on} by {by}; the clock stands still until it is paid.",
    help="Record that the fees notice went out; the clock stands still until it is paid.",
    example="equipoise fees-notice 1146A/22 --on 2022-11-14 --by email --amount 75 --as foi-officer",
)


def _bars_payment(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    yield from _bars_answered(case, document, person)
    events = case.life.events
    if not events.fees_notice:
        yield RefusedError(f"{case.reference} has no fees notice that could be paid.")
    elif events.fees_paid:
        yield RefusedError(f"The fee for {case.reference} was paid on {in_full(events.fees_paid)}.")


def _against_payment(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    notice = case.life.events.fees_notice
    if not notice:
        return
    yield from out_of_order(case, act, policy, notice, "the day of the notice")
    if the_day(act.details["on"]) > lapse(notice):
        yield RefusedError(
            f"The fees notice for {case.reference} lapsed after {in_full(lapse(notice))}, section 9(2); "
            "a payment by then counts."
        )


FEE_PAID: Final = Kind(
    name="fee-paid",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(a_day("on", "The day on which the fee was received."),),
    bars=_bars_payment,
    against=_against_payment,
    after=lambda case, act: case.with_life(
        events=replace(case.life.events, fees_paid=the_day(act.details["on"]))
    ),
    verb="record a payment",
    passive="paid for",
    subject="fees: take the fee for {case}",
    done="recorded that the fee was paid on {on}",
    told="The fee was paid on {on}; the clock runs on.",
    help="Record that the fee was paid; the clock runs on.",
    example="equipoise fee-paid 1146A/22 --on 2022-11-28 --as foi-officer",
)


# FOIA s.10(3): a qualified exemption that is engaged allows a reasonable time for the public interest. The
# notice says so and estimates when, s.17(2), within the usual time; a further one may follow.


def _against_extension(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from against_sending(case, act, policy)
    until, on = the_day(act.details["until"]), the_day(act.details["on"])
    promised = case.life.events.extended
    if until <= on:
        yield RefusedError(f"{case.reference}: the estimate is a day after the notice of {in_full(on)}.")
    elif isinstance(promised, date) and until <= promised:
        yield RefusedError(
            f"{case.reference}: {in_full(promised)} was promised before; a further notice names a later day."
        )


def _extended(case: Case, act: Act) -> Case:
    until = the_day(act.details["until"])
    return was_sent(case, act).with_life(
        events=replace(case.life.events, extended=until), promises=(*case.life.promises, until)
    )


EXTEND: Final = Kind(
    name="extend",
    on=On.DOCUMENT,
    document=EXTENSION.name,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset({Stage.PUBLISHED}),
    facts=(
        *sending("the notice"),
        a_day("until", "By when a decision is estimated."),
        a_text(
            "exemptions",
            r"[0-9A-Z][0-9A-Za-z()]{0,30}(, [0-9A-Z][0-9A-Za-z()]{0,30}){0,20}",
            "the qualified exemptions are needed, as 31(1)(a), 43(2)",
            "The qualified exemptions whose public interest takes longer.",
            metavar="CITATIONS",
        ),
    ),
    reason=Reason.MAY,
    seals=Reason.MAY,
    seals_help=SENT_FILE,
    bars=_bars_answered,
    against=_against_extension,
    after=_extended,
    verb="take more time",
    passive="sent",
    subject="extension: take more time for {case}",
    done="took more time, until {until}, for {exemptions}; the notice was sent on {on} by {by}",
    told="More time is taken until {until}, for {exemptions}.",
    help="Record that the notice went out that the public interest takes longer, with the estimate.",
    example="equipoise extend 1146A/22 --on 2022-11-28 --by email --until 2023-01-06 \\\n"
    "  --exemptions '31(1)(a)' --as foi-officer",
    reason_help="Why the notice is late, where it is.",
)


# FOIA s.10(4), SI 2004/3364, regulations 5 and 6: the regulator may specify a later day, where whoever is
# needed for the answer is on an operation of the armed forces, or the information is abroad. Neither asks
# which kind of authority it is, so that each ground is open to all.


def _against_specified(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    yield from out_of_order(case, act, policy, case.life.events.received, "when the request came")
    if the_day(act.details["until"]) < the_day(act.details["on"]):
        yield RefusedError(f"{case.reference}: a day is specified from the day of the regulator's letter on.")


DAY_SPECIFIED: Final = Kind(
    name="day-specified",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(
        a_day("until", "The day that the regulator specified."),
        a_day("on", "The day of the regulator's letter."),
        a_choice(
            "ground",
            {"information-abroad", "armed-forces-operation"},
            "Why the time of the Act is not enough.",
        ),
    ),
    seals=Reason.MAY,
    bars=_bars_answered,
    against=_against_specified,
    after=lambda case, act: case.with_life(
        events=replace(case.life.events, specified=the_day(act.details["until"]))
    ),
    verb="record a day that the regulator specified",
    passive="given a later day",
    subject="clock: take the day specified for {case}",
    done="recorded {until} as the day that the regulator specified on {on}: {ground}",
    told="The answer is due by {until}, as the regulator specified on {on}.",
    help="Record that the regulator specified a later day, for information abroad or on operations.",
    example="equipoise day-specified 1146A/22 --until 2023-01-16 --on 2022-11-28 \\\n"
    "  --ground information-abroad --as foi-officer",
    seals_help="The regulator's letter; it is kept sealed.",
)


# A day of receipt that was registered wrongly moves every date, so that two people put it right.


def _against_correction(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    day, events = the_day(act.details["received"]), case.life.events
    last = edition_of(policy).days(act.time)[1]
    follows = min([last, *(each.asked for each in events.rounds[:1]), *filter(None, [events.fees_notice])])
    if day == events.received:
        yield RefusedError(f"{in_full(day)} is the day of receipt of {case.reference} already.")
    elif day > follows:
        yield RefusedError(
            f"{case.reference} cannot have been received after {in_full(follows)}, when it was dealt with."
        )


CORRECT_RECEIPT: Final = Kind(
    name="correct-receipt",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=_OPEN,
    facts=(a_day("received", "The day on which the request came."),),
    reason=Reason.MUST,
    bars=_bars_answered,
    against=_against_correction,
    after=lambda case, act: case.with_life(
        correction=Correction(received=the_day(act.details["received"]), person=act.actor)
    ),
    verb="correct a day of receipt",
    passive="corrected",
    subject="receipt: correct that of {case}",
    done="asked for {received} as the day of receipt",
    told="{received} is the day of receipt once a sign-off officer confirms it.",
    help="Put the day of receipt right; it counts once a sign-off officer confirms it.",
    example="equipoise correct-receipt 1146A/22 --received 2022-11-04 \\\n"
    '  --reason "It lay in the general mailbox." --as foi-officer',
    reason_help="How it is known; required.",
)


def _bars_confirmation(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    yield from _bars_answered(case, document, person)
    correction = case.life.correction
    if correction is None:
        yield RefusedError(f"No correction of the day of receipt of {case.reference} waits for confirmation.")
    elif correction.person == person:
        yield RefusedError(f"{person} asked for this day of receipt, so another person has to confirm it.")


def _against_confirmation(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    correction, day = case.life.correction, the_day(act.details["received"])
    if correction and correction.received != day:
        asked = in_full(correction.received)
        yield RefusedError(f"{case.reference}: {asked} was asked for, and not {in_full(day)}.")


CONFIRM_RECEIPT: Final = Kind(
    name="confirm-receipt",
    on=On.CASE,
    roles=frozenset({Role.SIGN_OFF_OFFICER}),
    at=_OPEN,
    own_key=True,
    facts=(a_day("received", "The day that was asked for."),),
    bars=_bars_confirmation,
    against=_against_confirmation,
    after=lambda case, act: case.with_life(
        events=replace(case.life.events, received=the_day(act.details["received"])), correction=None
    ),
    verb="confirm a day of receipt",
    passive="confirmed",
    subject="receipt: confirm that of {case}",
    done="confirmed {received} as the day of receipt",
    told="{received} is the day of receipt; every date is counted from it.",
    help="Confirm a corrected day of receipt; every date is counted from it.",
    example="equipoise confirm-receipt 1146A/22 --received 2022-11-04 --as sign-off-officer",
)
