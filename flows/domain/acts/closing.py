"""Closing a case: on which grounds, and what each of them needs before it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, a_choice, a_text, malformed
from flows.domain.documents import COST, DOCUMENTS, RESPONSE, TRANSFER, VEXATIOUS
from flows.domain.edition import edition_of
from flows.domain.english import in_full
from flows.domain.errors import RefusedError, WrongStageError
from flows.domain.owed import Duty
from flows.domain.procedure import Role, Stage
from flows.domain.reference import PATTERN, identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.documents import DocumentKind
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy


def _withdrawn(case: Case, _act: Act, _today: date) -> Iterator[PitError]:
    # Whoever has the answer has nothing left to withdraw.
    for name in case.documents:
        if DOCUMENTS[name].answers and case.stage(name) is Stage.SENT:
            which = f"its {DOCUMENTS[name].short}"
            yield WrongStageError(case.reference, passive="closed", stage=Stage.SENT, which=which)


def _once_sent(kind: DocumentKind) -> Callable[[Case, Act, date], Iterator[PitError]]:
    """Return what asks that the applicant has been sent the letter that says so."""

    def against(case: Case, act: Act, _today: date) -> Iterator[PitError]:
        if case.stage(kind.name) is not Stage.SENT:
            yield RefusedError(
                f"{case.reference} cannot be closed as {act.details['ground'].replace('-', ' ')} yet: "
                f"its {kind.called} has to be sent first."
            )

    return against


def _answered(case: Case, _act: Act, _today: date) -> Iterator[PitError]:
    # A refusal is an answer too, s.17: by a letter, or by the public interest test alone.
    if not case.life.answered:
        yield RefusedError(
            f"{case.reference} cannot be closed as answered yet: its answer has to be sent first."
        )


def _duplicate(case: Case, act: Act, _today: date) -> Iterator[PitError]:
    original = act.details.get("original")
    if original is None:
        yield malformed(act, "details.original", "the reference of the request that it repeats is needed")
    elif identity(original) == identity(case.reference):
        yield malformed(act, "details.original", "the reference of another case is needed")


def _no_clarification(case: Case, _act: Act, today: date) -> Iterator[PitError]:
    # FOIA s.1(3): the duty waits for what was asked. That it ends after two months is guidance.
    awaited = case.life.events.awaited
    if awaited is None:
        yield RefusedError(f"{case.reference} does not wait for a clarification.")
    elif today <= awaited.lapses:
        yield RefusedError(
            f"{case.reference} waits for the clarification asked on {in_full(awaited.asked)}; without an "
            f"answer it can be closed after {in_full(awaited.lapses)}, two months from then."
        )


def _fee_not_paid(case: Case, _act: Act, today: date) -> Iterator[PitError]:
    # FOIA s.9(2): unpaid for three months, and the request need not be complied with.
    last = case.life.events.fee_lapses
    if last is None:
        yield RefusedError(f"{case.reference} does not wait for a fee.")
    elif today <= last:
        yield RefusedError(
            f"The fee for {case.reference} can be paid until {in_full(last)}, section 9(2); "
            "unpaid, it can be closed after that day."
        )


_GROUNDS: Final = MappingProxyType(
    {
        "withdrawn": _withdrawn,
        "answered": _answered,
        "answered-in-full": _once_sent(RESPONSE),
        "not-held": _once_sent(RESPONSE),
        "cost-limit": _once_sent(COST),  # FOIA s.12, s.17(5)
        "vexatious": _once_sent(VEXATIOUS),  # FOIA s.14(1), s.17(5)
        "repeated": _once_sent(VEXATIOUS),  # FOIA s.14(2), s.17(5)
        "accessible-elsewhere": _once_sent(RESPONSE),  # FOIA s.21
        "transferred": _once_sent(TRANSFER),  # FOIA s.16
        "other-regime": _once_sent(RESPONSE),
        "duplicate": _duplicate,
        "no-clarification": _no_clarification,
        "fee-not-paid": _fee_not_paid,
    }
)
"""Why a case may be closed, and what speaks against it on a local day."""


def _bars_closing(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    for owed in (each for each in case.duties if each.duty is not Duty.PAPER):
        yield RefusedError(f"{case.reference} cannot be closed: the authority owes {owed.words}.")


def _against_closing(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    ground = act.details["ground"]
    if "original" in act.details and ground != "duplicate":
        yield malformed(act, "details.original", "only a duplicate repeats another request")
    yield from _GROUNDS[ground](case, act, edition_of(policy).days(act.time)[1])


CLOSE: Final = Kind(
    name="close",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage) - {Stage.PUBLISHED, Stage.CLOSED},
    own_key=True,
    facts=(
        a_choice("ground", _GROUNDS, "Why it ends here."),
        replace(
            a_text(
                "original",
                PATTERN,
                "the reference of a case is needed",
                "Of a duplicate: the request that it repeats.",
                needed=False,
                metavar="REF",
            ),
            shown=" of {}".format,
        ),
    ),
    bars=_bars_closing,
    against=_against_closing,
    after=lambda case, act: replace(case, closed=act.time),
    verb="close",
    passive="closed",
    subject="closing: close {case} as {ground}",
    done="closed the case as {ground}{original}",
    told="Closed as {ground}{original}.",
    help="Close a case, with the ground; most grounds need the letter that says so to be sent first.",
    example="equipoise close 1146A/22 --ground withdrawn --as foi-officer",
)
