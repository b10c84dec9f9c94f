"""Reminding people of every day that a case has to keep: once it is near, and once it is past.

Who decides at a gate is asked about the version there by ``asking``; here are told those who have to act on
the case, by their role and by what keeps a person from it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flows.casework.asking import how
from flows.casework.office import Done
from flows.domain.acts import CLOSE, COMPLIED, REVIEW_DECIDED, SENT
from flows.domain.acts.deciding import without_a_part
from flows.domain.acts.review import advice_on_review
from flows.domain.documents import TEST
from flows.domain.owed import Duty, from_text
from flows.notices.notice import Owing, write_notice

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.domain.owed import Owed
    from flows.domain.policy import Policy

_DONE_BY: Final = {
    Duty.ANSWER: SENT,
    Duty.REVIEW: REVIEW_DECIDED,
    Duty.STEPS: COMPLIED,
    Duty.INFORMATION: COMPLIED,
    Duty.CLARIFICATION: CLOSE,
    Duty.FEE: CLOSE,
}
"""The act by which each duty ends, whose roles are told of it."""

_AT_ONCE: Final = (Duty.REVIEW, Duty.STEPS, Duty.INFORMATION)
"""What is told as soon as it is owed: it is new to those who have to act."""

_NO_WORKING_DAYS: Final = timedelta(days=14)
"""More than the days together at a turn of the year that may not count."""


def untold(office: Office) -> list[tuple[str, str]]:
    """Return the cases of which people were not told yet how a day of theirs stands today."""
    policy = office.register.policy()
    clock, chase_within = office.clock(policy), policy.rules.chase_within
    by = office.today() + 2 * timedelta(days=chase_within) + _NO_WORKING_DAYS
    abouts = (
        (reference, _about(reference, owed, **how(clock, owed, regime, chase_within)))
        for reference, regime, text in office.catalogue.watched(clock, by, _AT_ONCE)
        for owed in [from_text(text)]
    )
    return list(
        dict.fromkeys((reference, TEST.name) for reference, about in abouts if _is_new(office, about))
    )


def remind(office: Office, reference: str) -> Done:
    """Tell those who have to act of each day of a case of which they were not told the same before."""
    dossier = office.register.dossier(reference)
    case, policy = dossier.case, dossier.policy
    clock, told = office.clock(policy), []
    for owed in case.watched:
        stands = how(clock, owed, case.regime, policy.rules.chase_within)
        about = _about(case.reference, owed, **stands)
        if _is_new(office, about):
            people = who_acts(case, policy, owed.duty)
            promised = owed.duty is Duty.ANSWER and owed.events.extended is not None
            advice = advice_on_review(case, policy) if owed.duty is Duty.REVIEW else ""
            roles = sorted(_DONE_BY[owed.duty].roles)
            facts = {"owed": owed, "promised": promised, "roles": roles, "advice": advice}
            office.outbox.tell(write_notice(about, people, **facts))
            told.append(
                f"{owed.words} {about.kind.replace('-', ' ')}: {', '.join(sorted(people)) or 'nobody'}"
            )
    return Done(reference=reference, what="; ".join(told))


def who_acts(case: Case, policy: Policy, duty: Duty) -> frozenset[str]:
    """Return the ids of those who may end a duty; a review without an earlier part, if there are such."""
    roles = _DONE_BY[duty].roles
    able = frozenset[str]().union(*map(policy.holders, roles)) - case.life.aside
    return (without_a_part(case, policy, *roles) or able) if duty is Duty.REVIEW else able


def _about(reference: str, owed: Owed, *, kind: str, due: date | None) -> Owing:
    return Owing(reference=reference, duty=owed.duty, ordered_by=owed.reference, kind=kind, due=due)


def _is_new(office: Office, about: Owing) -> bool:
    early = about.kind == "asked" and about.duty not in _AT_ONCE
    return not early and not office.outbox.has_told(about)
