"""Telling the people who may decide at a gate, once, and reminding them by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from flows.casework.office import Done
from flows.domain.acts import SUBMIT
from flows.domain.decide import may_decide
from flows.domain.documents import TEST
from flows.domain.noted import counted, read_noted
from flows.domain.owed import OWED, from_text
from flows.notices.notice import Waiting, write_notice

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.office import Office
    from flows.domain.clock import Clock, Due
    from flows.domain.owed import Owed
    from flows.domain.procedure import Stage
    from flows.register.dossier import Dossier


class How(TypedDict):
    """Of a notice: ``asked``, ``due-soon`` or ``overdue``, and the day."""

    kind: str
    due: date | None


def untold(office: Office, gate: Stage) -> list[tuple[str, str]]:
    """Return the documents at ``gate`` whose people were not told yet how they stand today."""
    policy = office.register.policy()
    clock, chase_within = office.clock(policy), policy.rules.chase_within
    return [
        (row.reference, row.document)
        for row in office.catalogue.at(gate)
        if not office.outbox.has_told(
            Waiting(
                reference=row.reference,
                document=row.document,
                version=row.version,
                round=row.round,
                gate=gate,
                **how(clock, from_text(row.owed), row.regime, chase_within),
            )
        )
    ]


def ask(office: Office, reference: str, gate: Stage, document: str = TEST.name) -> Done:
    """Tell those who may decide on a document at ``gate``, unless they were told the same before."""
    dossier = office.register.dossier(reference)
    case, policy = dossier.case, dossier.policy
    if case.stage(document) is not gate:
        return Done(reference=reference)
    about = Waiting(
        reference=reference,
        document=document,
        version=case.document(document).version,
        round=case.document(document).round,
        gate=gate,
        **how(office.clock(policy), case.owed(document), case.regime, policy.rules.chase_within),
    )
    if office.outbox.has_told(about):
        return Done(reference=reference)
    people = may_decide(case, policy, document)
    owed = case.owed(document)
    waits = office.clock(policy).due(owed, case.regime).waits
    checked = _checked(dossier, document)
    office.outbox.tell(write_notice(about, people, checked=checked, owed=OWED[owed.duty], waits=waits))
    told = ", ".join(sorted(people)) or "nobody may decide"
    return Done(reference=reference, what=f"{about.kind.replace('-', ' ')}: {told}")


def _checked(dossier: Dossier, document: str) -> str:
    """Return what the checks had found when the document was submitted last."""
    submission = dossier.last(SUBMIT, document=document)
    return counted(read_noted(submission.act.details.get("findings", ""))) if submission else ""


def how(clock: Clock, owed: Owed, regime: str, chase_within: int) -> How:
    """Return how it stands today with what is owed."""
    due = clock.due(owed, regime)
    return {"kind": _kind(due, chase_within), "due": due.due}


def _kind(clock: Due, chase_within: int) -> str:
    if clock.overdue:
        return "overdue"
    return "due-soon" if clock.days_left is not None and clock.days_left <= chase_within else "asked"
