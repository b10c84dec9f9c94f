"""What the checks say of a document as the register has it, with everything the home knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.casework import texts
from flows.domain.acts import DRAFT
from flows.domain.acts.erasing import gone
from flows.domain.checks.placeholders import placeholders
from flows.domain.checks.ruleset import check
from flows.domain.decide import after
from flows.domain.documents import (
    ASSESSMENT,
    DOCUMENT,
    DOCUMENTS,
    REQUEST,
    RESPONSE,
    REVIEW,
    SCHEDULE,
    SEALED_REQUEST,
)
from flows.domain.english import in_full
from flows.domain.errors import (
    ErasedError,
    Fault,
    IncompleteError,
    MalformedError,
    RefusedError,
    RegisterError,
)
from flows.domain.finding import blocking
from flows.domain.letters import Known, Letter, look_through, outdated
from flows.domain.outcome import said_outcome
from flows.domain.request_file import parse_request_file
from flows.sources.parse import ArrivedRequest, parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.casework.office import Office
    from flows.domain.assessment import Assessment, Part, Request
    from flows.domain.case import Case
    from flows.domain.checks.rule import Draft
    from flows.domain.documents import DocumentKind
    from flows.domain.finding import Finding
    from flows.domain.policy import Policy
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement
    from flows.sources.parse import Naming


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
    found = (*letter_findings(office, dossier, document, text), *_outdated(office, dossier, document, text))
    if stopping := blocking(found):
        told = "; ".join(
            f"{each.sentence[:1].lower()}{each.sentence[1:-1]} ({each.code}, {each.citation})"
            for each in stopping
        )
        raise IncompleteError(dossier.case.reference, blocking=1, first=f"{told}.", verb=verb)


def _outdated(office: Office, dossier: Dossier, document: str, text: str) -> Iterator[Finding]:
    """Yield what a version of a letter states that has changed since it was written."""
    written = dossier.last(DRAFT, document=document)
    if written is None:
        return
    case: Case | None = None
    for said in dossier.statements[: written.number]:
        case = after(case, said.act)
    then = _facts(office, case or dossier.case, office.register.policy(written.act.policy))
    yield from outdated(
        _letter(office, dossier, document, text), then, _facts(office, dossier.case, dossier.policy)
    )


def _facts(office: Office, case: Case, policy: Policy) -> Mapping[str, str]:
    """Return what letters begin with and a case or a policy may change, each under what it is."""
    events, head = case.life.events, policy.letterhead
    days = {
        "the day of receipt": events.received,
        "the day on which the answer is due": office.clock(policy).answer(events, case.regime).due,
        "the day on which a review was asked for": events.review_asked,
    }
    return {
        **{what: in_full(day) for what, day in days.items() if day},
        "the way to reach the authority": head.contact,
        "who signs": head.signatory,
        "how to ask for a review": head.review,
    }


def check_outcome(office: Office, dossier: Dossier, outcome: str) -> None:
    """Check that the letter about a review says the outcome that is recorded of it.

    Raises:
        RefusedError: it says another.
    """
    text = dossier.read(REVIEW.text).decode()
    said = said_outcome(_letter(office, dossier, REVIEW.name, text))
    if said not in {outcome, None}:
        words = [each.replace("-", " ") for each in (said or "", outcome)]
        raise RefusedError(
            f"The {REVIEW.called} of {dossier.case.reference} says that the answer is {words[0]}, and not "
            f"{words[1]}; record what it says, or send another."
        )


def letter_findings(office: Office, dossier: Dossier, document: str, text: str) -> tuple[Finding, ...]:
    """Return what a text of a letter does not state and has to, today, and what it gives away."""
    return look_through(_letter(office, dossier, document, text))


def _letter(office: Office, dossier: Dossier, document: str, text: str) -> Letter:
    request = parse_request_file(dossier.read(REQUEST).decode())
    return Letter(kind=DOCUMENTS[document], text=text, known=known_of(office, dossier, request))


def known_of(office: Office, dossier: Dossier, request: Request) -> Known:
    """Return what is known of a case for its letters."""
    policy = dossier.policy
    known = Known(
        reference=dossier.case.reference,
        authority=request.authority,
        regime=dossier.case.regime,
        today=office.today(),
        body=policy.rules.body,
        parts=_parts(dossier),
        contact=policy.letterhead.contact,
    )
    return replace(
        known,
        scheduled=_exempted(dossier, SCHEDULE, known),
        answered=_exempted(dossier, RESPONSE, known),
    )


def _exempted(dossier: Dossier, kind: DocumentKind, known: Known) -> frozenset[str] | None:
    """Return the exemptions that a letter of the case cites; None where it is not written."""
    if not dossier.case.document(kind.name).version:
        return None
    letter = Letter(kind=kind, text=dossier.read(kind.text).decode(), known=known)
    return frozenset(map(known.law.whole, letter.exemptions))


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
    request, assessment, document = _texts(dossier)
    if (request.reference, request.received) != (case.reference, case.life.events.received):
        problem = "its reference and date of receipt are not those of the case; draft it again"
        raise MalformedError(REQUEST, Fault(path="", problem=problem))
    return texts.draft(
        request,
        assessment,
        document=document,
        today=office.today(),
        due=office.clock(dossier.policy).answer(case.life.events, case.regime).last,
        body=dossier.policy.rules.body,
        named=_named(office, dossier, reading=reading),
    )


def _texts(dossier: Dossier, at: Statement | None = None) -> tuple[Request, Assessment, str]:
    """Return what stands in clear of a test, now or as an act left it."""
    content = dossier.read(ASSESSMENT, at=at)
    return (
        parse_request_file(dossier.read(REQUEST, at=at).decode()),
        texts.read_assessment(content, dossier.case.reference, rules=texts.RECORDED),
        dossier.read(DOCUMENT, at=at).decode(),
    )


def applicant(office: Office, dossier: Dossier) -> Naming:
    """Return what tells whether texts name the applicant, and nothing else of the request.

    Raises:
        ErasedError: nobody can tell any more.
        RegisterError: the request cannot be opened.
    """
    for error in gone(dossier.case):
        raise error
    return office.naming(dossier) or arrived(office, dossier)


def arrived(office: Office, dossier: Dossier) -> ArrivedRequest:
    """Return the request as it arrived, of which the applicant's details are only searched for."""
    for error in gone(dossier.case):
        raise error
    return read_arrived(office.vault.unseal(dossier.case.recipient, dossier.read(SEALED_REQUEST)))


def read_arrived(request: bytes) -> ArrivedRequest:
    """Return a request that was taken in, by the rules for what stands on record."""
    return parse_request(request, rules=texts.RECORDED)


def named_as_recorded(office: Office, dossier: Dossier, acts: int) -> tuple[str, ...]:
    """Return which texts of a test named the applicant as an act left them.

    Args:
        acts: How many there were of the case by then.
    """
    if not 1 <= acts <= len(dossier.statements):
        raise MalformedError("acts", Fault(path="", problem="the case has not as many"))
    return texts.named(arrived(office, dossier), *_texts(dossier, dossier.statements[acts - 1]))


def _named(office: Office, dossier: Dossier, *, reading: bool) -> tuple[str, ...] | None:
    """Return which texts name the applicant."""
    try:
        for error in gone(dossier.case):
            raise error
        elsewhere = office.named_as_recorded(dossier)
        if elsewhere is not None:
            return tuple(elsewhere)
        as_arrived = arrived(office, dossier)
    except (RegisterError, ErasedError):
        if reading:
            return None
        raise
    return texts.named(as_arrived, *_texts(dossier))
