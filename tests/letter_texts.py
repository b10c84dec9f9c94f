"""Letters that state all they have to, for tests to take one thing from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.domain.english import in_full
from flows.domain.provisions import provisions

if TYPE_CHECKING:
    from datetime import date

REVIEW = (
    "If you are not content, you may ask us for an internal review: write to foi@sample.example within "
    "40 working days."
)
_RIGHTS = (
    f"{REVIEW}\n\nAfter that, section 50 of the Act gives you the right to apply to the {{regulator}} for a "
    "decision."
)
_OPENS = "Dear applicant\n\nThank you for your request {reference}.\n\n"
_BODIES = {
    "response": "What there is on cameras in our streets is published on our website.\n\n"
    "We neither confirm nor deny that we hold what you ask for, relying on sections 24(2) and "
    "31(3) of the Act. Why the public interest favours this is said in the public interest test, which is "
    "annexed. This should not be taken as indicating that information is or is not held.\n\n" + _RIGHTS,
    "clarification": "Which of the two depots do you mean? We will answer within 20 working days of "
    "hearing from you.",
    "fees": "A fee of \u00a327.50 is to be charged for copying. Please pay it within three months of the day "
    "of this letter.",
    "extension": "We rely on section 31(1)(a) of the Act, and no decision has been reached yet on where the "
    "public interest lies. We expect to decide by {later}.\n\n" + _RIGHTS,
    "cost": "Section 12(1) of the Act applies: we estimate that this would take 31 hours, at \u00a325 an "
    "hour. Three months in place of three years could be answered within the limit.\n\n" + _RIGHTS,
    "vexatious": "We refuse your request under section 14(1) of the Act, which is about vexatious "
    "requests.\n\n" + _RIGHTS,
    "transfer": "We do not hold this information. We believe that the county council holds it; you may write "
    "to it at foi@county.example.",
    "review": "We have looked at your request afresh, and uphold the decision in part.\n\n" + _RIGHTS,
    "schedule": "This is the schedule of the records.\n\n| record | decision |\n|---|---|\n| 1 | released |",
}
"""By kind of document; the response is that to 1146A/22."""


def a_refusal(reference: str, today: date) -> str:
    """Return a response that withholds under section 31(1), and nothing else."""
    silent = a_letter("response", reference, today)
    return silent.replace("neither confirm nor deny that we hold", "withhold").replace(
        "sections 24(2) and 31(3)", "section 31(1)(a)"
    )


def a_letter(kind: str, reference: str, today: date, *, until: date | None = None) -> str:
    """Return a letter of a kind about a case, as it may be submitted on a day; it promises a later one."""
    later = in_full(until or today.replace(year=today.year + 1, day=1))
    regulator = provisions().regulator(today).name
    body = (_OPENS + _BODIES[kind]).format(reference=reference, later=later, regulator=regulator)
    return f"{body}\n\nYours faithfully\n\nInformation Governance Office\n"
