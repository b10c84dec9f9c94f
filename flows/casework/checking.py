"""What the checks say of a document as the register has it, with everything the home knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.casework import texts
from flows.domain.checks.placeholders import placeholders
from flows.domain.checks.ruleset import check
from flows.domain.documents import ASSESSMENT, DOCUMENT, DOCUMENTS, REQUEST, SEALED_REQUEST
from flows.domain.errors import Fault, IncompleteError, MalformedError, RegisterError
from flows.domain.finding import blocking
from flows.domain.letters import Known, Letter, look_through
from flows.domain.request_file import parse_request_file
from flows.sources.parse import ArrivedRequest, parse_request

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.domain.assessment import Assessment, Part, Request
    from flows.domain.checks.rule import Draft
    from flows.domain.finding import Finding
    from flows.register.dossier import Dossier


def findings(office: Office, dossier: Dossier) -> tuple[Finding, ...]:
    """Return what the rules notice in the current version, today.

    Raises:
        MalformedError: the assessment in the register cannot be read.
        RegisterError: the request cannot be opened.
    """
    return check(draft_of(office, dossier))


def check_letter(office: Office, dossier: Dossier, document: str, *, verb: str = "submitted") -> None:
    """Check that a letter is written out, states what it has to, and gives nothing away.

    Args:
        verb: What cannot be done to it otherwise.

    Raises:
        IncompleteError: it is not; says what is missing, and where it comes from.
    """
    text = dossier.read(DOCUMENTS[document].text).decode()
    if stopping := blocking(letter_findings(office, dossier, document, text)):
        told = "; ".join(
            f"{each.sentence[:1].lower()}{each.sentence[1:-1]} ({each.code}, {each.citation})"
            for each in stopping
        )
        raise IncompleteError(dossier.case.reference, blocking=1, first=f"{told}.", verb=verb)


def letter_findings(office: Office, dossier: Dossier, document: str, text: str) -> tuple[Finding, ...]:
    """Return what a text of a letter does not state and has to, today, and what it gives away."""
    request = parse_request_file(dossier.read(REQUEST).decode())
    return look_through(Letter(kind=DOCUMENTS[document], text=text, known=known_of(office, dossier, request)))


def known_of(office: Office, dossier: Dossier, request: Request) -> Known:
    """Return what is known of a case for its letters."""
    policy = dossier.policy
    return Known(
        reference=dossier.case.reference,
        authority=request.authority,
        regime=dossier.case.regime,
        today=office.today(),
        body=policy.rules.body,
        parts=_parts(dossier),
        contact=policy.letterhead.contact,
    )


def _parts(dossier: Dossier) -> tuple[Part, ...]:
    """Return the parts of the test, so far as somebody began it."""
    if not dossier.case.test.version:
        return ()
    assessment = texts.read_assessment(dossier.read(ASSESSMENT), dossier.case.reference, rules=texts.RECORDED)
    begun = any(part.exemptions or not [*placeholders(part.information)] for part in assessment.parts)
    return assessment.parts if begun else ()


def draft_of(office: Office, dossier: Dossier, *, reading: bool = False) -> Draft:
    """Return what the rules look at, from the register.

    Args:
        reading: Where the case's key is not there, go on without; the rule that needs it is not run.
    """
    case = dossier.case
    request = parse_request_file(dossier.read(REQUEST).decode())
    if (request.reference, request.received) != (case.reference, case.life.events.received):
        problem = "its reference and date of receipt are not those of the case; draft it again"
        raise MalformedError(REQUEST, Fault(path="", problem=problem))
    assessment = texts.read_assessment(dossier.read(ASSESSMENT), case.reference, rules=texts.RECORDED)
    document = dossier.read(DOCUMENT).decode()
    return texts.draft(
        request,
        assessment,
        document=document,
        today=office.today(),
        due=office.clock(dossier.policy).answer(case.life.events, case.regime).last,
        body=dossier.policy.rules.body,
        named=_named(office, dossier, request, assessment, document, reading=reading),
    )


def arrived(office: Office, dossier: Dossier) -> ArrivedRequest:
    """Return the request as it arrived, of which the applicant's details are only searched for."""
    sealed = dossier.read(SEALED_REQUEST)
    return parse_request(office.vault.unseal(dossier.case.recipient, sealed), rules=texts.RECORDED)


def _named(
    office: Office,
    dossier: Dossier,
    request: Request,
    assessment: Assessment,
    document: str,
    *,
    reading: bool,
) -> tuple[str, ...] | None:
    """Return which texts name the applicant."""
    try:
        as_arrived = arrived(office, dossier)
    except RegisterError:
        if reading:
            return None
        raise
    return texts.named(as_arrived, request, assessment, document)
