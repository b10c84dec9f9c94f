"""Telling the people who may decide at a gate, once, and reminding them by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework.office import Done, timetable
from flows.document.notice import write_notice
from flows.domain.deadline import Events, deadline, working_days_until
from flows.domain.decision import may_decide
from flows.domain.errors import MalformedError
from flows.domain.noted import counted, read_noted
from flows.domain.procedure import ActKind
from flows.domain.reference import slug
from flows.notices.outbox import Notice

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.domain.procedure import Stage
    from flows.domain.working_days import Calendar


def ask(office: Office, reference: str, gate: Stage) -> Done:
    """Tell those who may decide on one case at ``gate``, unless they were told the same before."""
    case = office.register.case(reference)
    if case.stage is not gate:
        return Done(reference=reference)
    days = office.calendar()
    due = _due(case, days)
    kind = _kind(due, office.today(), days, office.register.policy().rules.chase_within)
    notice = Notice(
        slug=slug(reference),
        version=case.version,
        round=case.round,
        gate=gate,
        kind=kind,
        due=due,
    )
    if office.outbox.has_told(notice):
        return Done(reference=reference)
    people = may_decide(case, office.register.policy())
    text = write_notice(
        reference=reference,
        version=case.version,
        gate=gate,
        kind=kind,
        due=due,
        people=people,
        checked=_checked(office, reference),
    )
    office.outbox.tell(notice, text)
    told = ", ".join(sorted(people)) or "nobody may decide"
    return Done(reference=reference, what=f"{kind.replace('-', ' ')}: {told}")


def _checked(office: Office, reference: str) -> str:
    """Return what the checks had found when the case was submitted last."""
    statements = reversed(office.register.statements(reference))
    submission = next(said.act for said in statements if said.act.kind is ActKind.SUBMIT)
    return counted(read_noted(submission.details.get("findings", "")))


def _due(case: Case, days: Calendar) -> date | None:
    try:
        return deadline(Events(received=case.received), days, timetable()).due
    except MalformedError:
        # Past what is known of bank holidays no deadline is guessed; the notice says so.
        return None


def _kind(due: date | None, today: date, days: Calendar, chase_within: int) -> str:
    if due is None:
        return "asked"
    if today > due:
        return "overdue"
    left = working_days_until(today, due, days, timetable())
    return "due-soon" if left <= chase_within else "asked"
