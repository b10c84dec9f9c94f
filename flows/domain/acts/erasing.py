"""Erasing what is sealed in a case, once the authority has kept it for as long as it set itself to.

One administrator proposes it and another confirms; then the key of the case is destroyed. The statements,
the papers and whatever else stands in clear stay, and still verify. The Act sets no time: how long a case is
kept is the authority's own schedule, which the code of practice under FOIA s.46 asks it to have.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, a_text
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import edition_of
from flows.domain.english import in_full
from flows.domain.errors import ErasedError, RefusedError, SamePersonError
from flows.domain.events import lapse
from flows.domain.life import Erasure
from flows.domain.local_day import local_day
from flows.domain.owed import Duty
from flows.domain.procedure import FINISHED, STANDS, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})


def gone(case: Case) -> Iterator[ErasedError]:
    """Yield that a case was erased, where it was: nothing in it can be opened, and no act follows."""
    if case.erased:
        yield ErasedError(case.reference, on=local_day(case.erased))


def still_open(case: Case) -> Iterator[str]:
    """Yield why a case has not ended, each to follow its reference and a colon."""
    if not case.closed and not case.life.answered:
        yield "it was neither answered nor closed"
    for name in case.documents:
        if (stage := case.stage(name)) not in FINISHED:
            yield f"its {DOCUMENTS[name].called} {STANDS[stage]}"
    # A paper that is not finished was told with its document.
    for owed in (each for each in case.duties if each.duty is not Duty.PAPER):
        yield f"the authority owes {owed.words}"
    for complaint in case.life.complaints:
        if not complaint.decided:
            yield f"the complaint {complaint.reference} is not decided"
    for appeal in case.life.appeals:
        yield f"the appeal {appeal.reference} is not decided"


def kept_until(case: Case, policy: Policy) -> date | None:
    """Return the last day for which a case that has ended is kept; None where it runs, or no rule says."""
    return None if case.erased or any(still_open(case)) else last_kept(case.settled, policy)


def last_kept(settled: datetime, policy: Policy) -> date | None:
    """Return the last day for which a case is kept, by when its last act was; None where no rule says."""
    months = policy.rules.retention
    # Where it is arguable on which day the last act was, the later one counts.
    return None if months is None else lapse(edition_of(policy).days(settled)[1], months)


def _bars_erasure(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    for reason in still_open(case):
        yield RefusedError(f"{case.reference} cannot be erased: {reason}.")


def _against_erasure(case: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    last = kept_until(case, policy)
    if last is None:
        yield RefusedError(
            "The rules do not say how long a case is kept, so none is erased: an administrator states it "
            "with `equipoise retention set MONTHS`, as the authority's own schedule has it."
        )
    elif edition_of(policy).days(act.time)[0] <= last:
        yield RefusedError(
            f"{case.reference} is kept until {in_full(last)}: for {policy.rules.retention} months "
            "from its last act."
        )
    if not policy.holders(Role.ADMINISTRATOR) - {act.actor}:
        yield RefusedError(
            "A second administrator has to confirm what is erased, and there is none; authorise one with "
            "`equipoise officer add`."
        )


ERASE: Final = Kind(
    name="erase",
    on=On.CASE,
    roles=_ADMINISTRATOR,
    at=FINISHED,
    own_key=True,
    facts=(
        a_text(
            "ground",
            r"\S([^\x00-\x1f\x7f]{0,198}\S)?",
            "the entry of the retention schedule is needed, in one line of up to 200 characters",
            "The entry of the authority's retention schedule by which it is due.",
        ),
    ),
    bars=_bars_erasure,
    against=_against_erasure,
    after=lambda case, act: case.with_life(erasing=Erasure(person=act.actor, ground=act.details["ground"])),
    again=lambda case: case.life.erasing is None,
    verb="erase a case",
    passive="erased",
    subject="erasure: propose that of {case}",
    done="proposed to erase what is sealed in the case, by {ground}",
    told="That it is erased waits for another administrator, who says so with `equipoise confirm-erasure`.",
    help="Propose to erase what is sealed in a case that has ended, once it was kept for long enough.",
    example='equipoise erase 1146A/22 --ground "Schedule 4.2, requests answered" --as administrator',
)


def _bars_confirmation(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    erasing = case.life.erasing
    if erasing is None:
        yield RefusedError(
            f"Nobody proposed to erase {case.reference} as it stands; `equipoise erase` does that first."
        )
    elif erasing.person == person:
        yield SamePersonError(case.reference, person, earlier="proposed to erase", verb="confirm it")
    yield from _bars_erasure(case, document, person)


CONFIRM_ERASURE: Final = Kind(
    name="confirm-erasure",
    on=On.CASE,
    roles=_ADMINISTRATOR,
    at=FINISHED,
    own_key=True,
    bars=_bars_confirmation,
    against=_against_erasure,
    after=lambda case, act: replace(case.with_life(erasing=None), erased=act.time),
    verb="confirm that a case is erased",
    passive="erased",
    subject="erasure: erase {case}",
    done="erased what was sealed in the case",
    told="What was sealed in it is erased: nobody can open it any more.",
    help="Erase what is sealed in a case that another administrator proposed to erase; it cannot be undone.",
    example="equipoise confirm-erasure 1146A/22 --as second.administrator",
)
