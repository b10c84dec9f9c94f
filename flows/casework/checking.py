"""What the checks say of a case as the register has it, with everything the home knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework import papers as paper
from flows.domain.checks.ruleset import check
from flows.domain.errors import Fault, MalformedError, RegisterError
from flows.domain.procedure import ASSESSMENT, DOCUMENT, REQUEST, SEALED_REQUEST
from flows.domain.request_file import parse_request_file
from flows.sources.parse import ArrivedRequest, parse_request

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.domain.assessment import Assessment, Request
    from flows.domain.case import Case
    from flows.domain.checks.rule import Draft
    from flows.domain.finding import Finding


def findings(office: Office, case: Case, *, reading: bool = False) -> tuple[Finding, ...]:
    """Return what the rules notice in the current version, today.

    Args:
        reading: Where the case's key is not there, go on without; the rule that needs it is not run.

    Raises:
        MalformedError: the assessment in the register cannot be read.
        RegisterError: the request cannot be opened.
    """
    return check(draft_of(office, case, reading=reading))


def draft_of(office: Office, case: Case, *, reading: bool = False) -> Draft:
    """Return what the rules look at, from the register."""
    read = office.register.read
    request = parse_request_file(read(case.reference, REQUEST).decode())
    if (request.reference, request.received) != (case.reference, case.received):
        problem = "its reference and date of receipt are not those of the case; draft it again"
        raise MalformedError(REQUEST, Fault(path="", problem=problem))
    assessment = paper.read_assessment(read(case.reference, ASSESSMENT), case.reference)
    document = read(case.reference, DOCUMENT).decode()
    return paper.draft(
        request,
        assessment,
        document=document,
        today=office.today(),
        calendar=office.calendar(),
        body=office.register.policy().rules.body,
        named=_named(office, case, request, assessment, document, reading=reading),
    )


def arrived(office: Office, case: Case) -> ArrivedRequest:
    """Return the request as it arrived, of which the applicant's details are only searched for."""
    sealed = office.register.read(case.reference, SEALED_REQUEST)
    return parse_request(office.vault.unseal(case.recipient, sealed), rules=paper.RULES)


def _named(
    office: Office, case: Case, request: Request, assessment: Assessment, document: str, *, reading: bool
) -> tuple[str, ...] | None:
    """Return which texts name the applicant."""
    try:
        as_arrived = arrived(office, case)
    except RegisterError:
        if reading:
            return None
        raise
    return paper.named(as_arrived, request, assessment, document)
