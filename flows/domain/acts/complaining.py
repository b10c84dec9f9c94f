"""Complaints to the regulator, their notices, appeals to a tribunal: each with the day something is owed.

FOIA s.50 has complaints and decision notices, s.51 information notices, s.57 and 58 appeals. Several may
follow one another, so that each is told by its reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.clock import out_of_order
from flows.domain.acts.kind import Kind, On, Reason, a_choice, a_day, a_text, the_day
from flows.domain.english import in_full
from flows.domain.errors import RefusedError
from flows.domain.life import Matter, Ordered
from flows.domain.owed import OWED, Duty
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import Any

    from flows.domain.act import Act
    from flows.domain.acts.kind import Fact
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.life import Life
    from flows.domain.policy import Policy

_REGULATOR: Final = "regulator"
_TRIBUNAL: Final = "tribunal"


def _a_reference(name: str, whose: str) -> Fact:
    return a_text(
        name,
        r"[A-Z0-9][A-Za-z0-9./-]{0,39}",
        "the reference is needed as it stands on the letter, as IC-123456-A1B2 or EA/2023/0123",
        f"The reference of {whose}, as it stands on their letter.",
        metavar="THEIR-REF",
    )


def _day_of_steps() -> Fact:
    steps = replace(a_day("steps", "By when its steps are due, where it orders any."), needed=False)
    shown = steps.shown
    return replace(steps, shown=lambda text: f", with steps due by {shown(text)}")


_OF_THE_REGULATOR: Final = _a_reference(_REGULATOR, "the regulator")
_OF_THE_TRIBUNAL: Final = _a_reference(_TRIBUNAL, "the tribunal")


def _find(matters: Iterable[Matter], reference: str) -> Matter | None:
    return next((each for each in matters if each.reference == reference), None)


def _heard(
    matters: tuple[Matter, ...], reference: str, on: date, *, decided: bool = False
) -> tuple[Matter, ...]:
    """Return the matters with what was heard of one."""
    rest = tuple(each for each in matters if each.reference != reference)
    return (*rest, Matter(reference=reference, on=on, decided=decided))


def _with_order(life: Life, duty: Duty, reference: str, on: date, due: str | None) -> tuple[Ordered, ...]:
    """Return what is owed once more is ordered; a later order takes the place of one under its reference."""
    if due is None:
        return life.ordered
    rest = tuple(each for each in life.ordered if (each.duty, each.reference) != (duty, reference))
    return (*rest, Ordered(duty=duty, reference=reference, on=on, due=the_day(due)))


def _too_soon(act: Act, name: str) -> Iterator[PitError]:
    due, on = act.details.get(name), the_day(act.details["on"])
    if due is not None and the_day(due) <= on:
        yield RefusedError(f"{act.case}: what is ordered on {in_full(on)} is due on a later day.")


def _row(name: str, **more: Any) -> Kind:  # noqa: ANN401 - the rest of the row
    """Return the row of an act on a case, whatever became of it, by an FOI officer."""
    return Kind(name=name, on=On.CASE, roles=frozenset({Role.FOI_OFFICER}), at=frozenset(Stage), **more)


# FOIA s.50(1): whoever asked may complain, of a refusal as of an answer that does not come.


def _against_complaint(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    reference = act.details[_REGULATOR]
    if known := _find(case.life.complaints, reference):
        yield RefusedError(
            f"{case.reference} has the complaint {reference}; the last of it is of {in_full(known.on)}."
        )
    yield from out_of_order(case, act, policy, case.life.events.received, "when the request came")


COMPLAINED: Final = _row(
    "complained",
    facts=(_OF_THE_REGULATOR, a_day("on", "The day of the regulator's letter.")),
    seals=Reason.MAY,
    against=_against_complaint,
    after=lambda case, act: case.with_life(
        complaints=_heard(case.life.complaints, act.details[_REGULATOR], the_day(act.details["on"]))
    ),
    verb="record a complaint",
    passive="complained of",
    subject="complaint: take that about {case}",
    done="recorded the complaint {regulator} to the regulator, of {on}",
    told="The complaint {regulator} of {on} is recorded.",
    help="Record that the applicant complained to the regulator.",
    example="equipoise complained 1146A/22 --regulator IC-123456-A1B2 --on 2023-02-06 --as foi-officer",
    seals_help="The regulator's letter; it is kept sealed.",
)


# FOIA s.50(4): a decision notice may order steps, and by when.


def _bars_notice(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not case.life.complaints:
        yield RefusedError(
            f"{case.reference} has no complaint to be decided; record it first with `equipoise complained`."
        )


def _against_notice(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    reference = act.details[_REGULATOR]
    known = _find(case.life.complaints, reference)
    if known is None:
        yield RefusedError(f"{case.reference} has no complaint {reference}.")
    else:
        yield from out_of_order(case, act, policy, known.on, "when the last was heard of it")
    yield from _too_soon(act, "steps")


def _noticed(case: Case, act: Act) -> Case:
    life, reference, on = case.life, act.details[_REGULATOR], the_day(act.details["on"])
    return case.with_life(
        complaints=_heard(life.complaints, reference, on, decided=True),
        noticed=on,
        ordered=_with_order(life, Duty.STEPS, reference, on, act.details.get("steps")),
    )


NOTICE: Final = _row(
    "notice",
    facts=(
        _OF_THE_REGULATOR,
        a_day("on", "The day of the notice."),
        a_choice("outcome", {"upheld", "partly-upheld", "not-upheld"}, "What became of the complaint."),
        _day_of_steps(),
    ),
    seals=Reason.MAY,
    bars=_bars_notice,
    against=_against_notice,
    after=_noticed,
    verb="record a decision notice",
    passive="decided by the regulator",
    subject="complaint: take the decision notice on {case}",
    done="recorded the decision notice of {on} on the complaint {regulator}: {outcome}{steps}",
    told="The decision notice of {on} is recorded: {outcome}{steps}.",
    help="Record the regulator's decision notice, with its steps.",
    example="equipoise notice 1146A/22 --regulator IC-123456-A1B2 --on 2023-05-15 \\\n"
    "  --outcome partly-upheld --steps 2023-06-19 --as foi-officer",
    seals_help="The notice; it is kept sealed.",
)


# FOIA s.50(2): no decision is made where the complaint is withdrawn or abandoned, or came too early or too
# late; and one that is settled is pursued no further.


def _bars_closing(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if all(each.decided for each in case.life.complaints):
        yield RefusedError(f"{case.reference} has no complaint that waits for a decision.")


def _against_closing(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    reference = act.details[_REGULATOR]
    known = _find(case.life.complaints, reference)
    if known is None or known.decided:
        yield RefusedError(f"{case.reference} has no complaint {reference} that waits for a decision.")
    else:
        yield from out_of_order(case, act, policy, known.on, "when the last was heard of it")


COMPLAINT_CLOSED: Final = _row(
    "complaint-closed",
    facts=(
        _OF_THE_REGULATOR,
        a_day("on", "The day of the regulator's letter."),
        a_choice(
            "why", {"settled", "withdrawn", "not-accepted"}, "Why there is no decision on the complaint."
        ),
    ),
    seals=Reason.MAY,
    bars=_bars_closing,
    against=_against_closing,
    after=lambda case, act: case.with_life(
        complaints=_heard(
            case.life.complaints, act.details[_REGULATOR], the_day(act.details["on"]), decided=True
        )
    ),
    verb="record that a complaint is over",
    passive="left undecided",
    subject="complaint: end that about {case}",
    done="recorded that the complaint {regulator} ended on {on} without a decision: {why}",
    told="The complaint {regulator} is over without a decision: {why}.",
    help="Record that a complaint ended without a decision notice.",
    example="equipoise complaint-closed 1146A/22 --regulator IC-123456-A1B2 --on 2023-04-17 \\\n"
    "  --why settled --as foi-officer",
    seals_help="The regulator's letter; it is kept sealed.",
)


# FOIA s.51: the regulator may ask the authority for information, with or without a complaint.


def _against_information_notice(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    known = _find(case.life.complaints, act.details[_REGULATOR])
    first, what = (
        (known.on, "when the last was heard of it")
        if known
        else (
            case.life.events.received,
            "when the request came",
        )
    )
    yield from out_of_order(case, act, policy, first, what)
    yield from _too_soon(act, "due")


def _asked(case: Case, act: Act) -> Case:
    reference, on = act.details[_REGULATOR], the_day(act.details["on"])
    ordered = _with_order(case.life, Duty.INFORMATION, reference, on, act.details["due"])
    return case.with_life(noticed=on, ordered=ordered)


INFORMATION_NOTICE: Final = _row(
    "information-notice",
    facts=(
        _OF_THE_REGULATOR,
        a_day("on", "The day of the notice."),
        a_day("due", "By when the information is due."),
    ),
    seals=Reason.MAY,
    against=_against_information_notice,
    after=_asked,
    verb="record an information notice",
    passive="asked about",
    subject="complaint: take the information notice on {case}",
    done="recorded the information notice {regulator} of {on}, due by {due}",
    told="The information notice {regulator} is recorded; the answer is due by {due}.",
    help="Record that the regulator asks the authority for information, by when.",
    example="equipoise information-notice 1146A/22 --regulator IC-123456-A1B2 --on 2023-03-06 \\\n"
    "  --due 2023-04-03 --as foi-officer",
    seals_help="The notice; it is kept sealed.",
)


def _order(case: Case, act: Act) -> Ordered | None:
    wanted = (act.details["duty"], act.details["reference"])
    return next((each for each in case.life.ordered if (each.duty, each.reference) == wanted), None)


def _bars_compliance(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not case.life.ordered:
        yield RefusedError(f"Nothing that was ordered in {case.reference} is still owed.")


def _against_compliance(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    order = _order(case, act)
    if order is None:
        duty, reference = Duty(act.details["duty"]), act.details["reference"]
        yield RefusedError(f"{case.reference} does not owe {OWED[duty]} ({reference}).")
    else:
        yield from out_of_order(case, act, policy, order.on, "when that was ordered")


COMPLIED: Final = _row(
    "complied",
    facts=(
        a_choice("duty", {Duty.STEPS.value, Duty.INFORMATION.value}, "What was owed."),
        _a_reference("reference", "whoever ordered it"),
        a_day("on", "The day on which it was done."),
    ),
    reason=Reason.MUST,
    bars=_bars_compliance,
    against=_against_compliance,
    after=lambda case, act: case.with_life(
        ordered=tuple(each for each in case.life.ordered if each != _order(case, act))
    ),
    verb="record that an order was complied with",
    passive="complied with",
    subject="complaint: comply in {case}",
    done="recorded {duty} of {reference} as done on {on}",
    told="What {reference} ordered is recorded as done on {on}.",
    help="Record that the steps of a notice were taken, or its information given, and what was done.",
    example="equipoise complied 1146A/22 --duty steps --reference IC-123456-A1B2 --on 2023-06-12 \\\n"
    '  --reason "Sent the two paragraphs." --as foi-officer',
    reason_help="What was done; required.",
)


# FOIA s.57: whoever asked, or the authority, may appeal against a notice.


def _bars_appeal(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if case.life.noticed is None:
        yield RefusedError(f"{case.reference} has no notice that could be appealed against.")


def _against_appeal(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    reference = act.details[_TRIBUNAL]
    if _find(case.life.appeals, reference):
        yield RefusedError(f"{case.reference} has the appeal {reference}, which is not decided.")
    first = case.life.noticed or case.received
    yield from out_of_order(case, act, policy, first, "the day of the newest notice or decision")


APPEALED: Final = _row(
    "appealed",
    facts=(
        a_choice("by", {"applicant", "authority"}, "Who appealed."),
        _OF_THE_TRIBUNAL,
        a_day("on", "The day of the appeal."),
    ),
    seals=Reason.MAY,
    bars=_bars_appeal,
    against=_against_appeal,
    after=lambda case, act: case.with_life(
        appeals=_heard(case.life.appeals, act.details[_TRIBUNAL], the_day(act.details["on"]))
    ),
    verb="record an appeal",
    passive="appealed",
    subject="appeal: take that on {case}",
    done="recorded the appeal {tribunal} by the {by}, of {on}",
    told="The appeal {tribunal} of {on} is recorded.",
    help="Record that a notice was appealed against.",
    example="equipoise appealed 1146A/22 --by applicant --tribunal EA/2023/0123 --on 2023-06-05 \\\n"
    "  --as foi-officer",
    seals_help="The tribunal's letter; it is kept sealed.",
)


def _bars_judgment(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if not case.life.appeals:
        yield RefusedError(f"{case.reference} has no appeal that waits for a decision.")


def _against_judgment(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    reference = act.details[_TRIBUNAL]
    known = _find(case.life.appeals, reference)
    if known is None:
        yield RefusedError(f"{case.reference} has no appeal {reference}.")
    else:
        yield from out_of_order(case, act, policy, known.on, "the day of the appeal")
    yield from _too_soon(act, "steps")


def _decided(case: Case, act: Act) -> Case:
    life, reference, on = case.life, act.details[_TRIBUNAL], the_day(act.details["on"])
    return case.with_life(
        appeals=tuple(each for each in life.appeals if each.reference != reference),
        noticed=on,
        ordered=_with_order(life, Duty.STEPS, reference, on, act.details.get("steps")),
    )


DECIDED: Final = _row(
    "decided",
    facts=(
        _OF_THE_TRIBUNAL,
        a_day("on", "The day of the decision."),
        a_choice(
            "outcome", {"allowed", "partly-allowed", "dismissed", "withdrawn"}, "What became of the appeal."
        ),
        _day_of_steps(),
    ),
    seals=Reason.MAY,
    bars=_bars_judgment,
    against=_against_judgment,
    after=_decided,
    verb="record a tribunal's decision",
    passive="decided by a tribunal",
    subject="appeal: take the decision on {case}",
    done="recorded the decision of {on} on the appeal {tribunal}: {outcome}{steps}",
    told="The decision of {on} is recorded: {outcome}{steps}.",
    help="Record what a tribunal decided on an appeal, with what it orders.",
    example="equipoise decided 1146A/22 --tribunal EA/2023/0123 --on 2023-11-13 --outcome dismissed \\\n"
    "  --as foi-officer",
    seals_help="The decision; it is kept sealed.",
)
