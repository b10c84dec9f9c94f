"""Looking for the cases of an applicant, over keyed digests outside the register.

Each case that is shown is one whose request the person has opened, and says so by an act of their own. That
they looked is noted in the home too, whatever they found: without the words, which may be a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import arrivals, requests, sealed
from flows.casework.acts import ProposedError
from flows.domain.acts import READ_REQUEST
from flows.domain.documents import REQUEST
from flows.domain.errors import Fault, MalformedError, MissingReasonError, RefusedError
from flows.domain.request_file import parse_request_file
from flows.sources.applicant import applicant
from flows.sources.lookup import sought_by
from flows.sources.personal import named_in

if TYPE_CHECKING:
    from datetime import date

    from flows.casework.acts import Officer
    from flows.casework.office import Office
    from flows.domain.procedure import Stage

_VERB: Final = "look for an applicant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A case of the applicant who was looked for."""

    reference: str
    received: date
    subject: str
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found.

    Attributes:
        kept_back: How many more there are whose request the person may not open.
        unread: How many cases nobody has looked into since their digests were lost.
    """

    cases: tuple[Known, ...]
    kept_back: int
    unread: int


def cases_of(office: Office, officer: Officer, words: str, reason: str) -> Found:
    """Return the cases of an applicant, once it is on record that a person looked for them.

    Args:
        words: A name, an e-mail address or a telephone.

    Raises:
        RefusedError: the person may not open requests, or does not say why.
        ProposedError: somebody who signs elsewhere has first to sign that they open the next of the cases.
        MalformedError: the words are no name, e-mail address or telephone, or the reason repeats them.
    """
    office.register.policy().require(officer.id, *READ_REQUEST.roles, verb=_VERB)
    marks = sought_by(words)
    if not marks:
        problem = "a name, an e-mail address or a telephone is needed"
        raise MalformedError("the applicant", Fault(path="", problem=problem))
    if not reason.strip():
        raise MissingReasonError("the register", verb=_VERB)
    if words.casefold() in reason.casefold() or named_in(applicant(words), {"reason": reason}):
        problem = "it names whom you look for; say why without the name"
        raise MalformedError("the reason", Fault(path="", problem=problem))
    with office.taking_in():
        unread = requests.catch_up(office)
    cases: list[Known] = []
    references = office.repeats.asked_by(marks)
    for reference in references:
        try:
            case = sealed.open_sealed(office, officer, reference, reason).case
            dossier = office.register.dossier(reference)
            request = parse_request_file(dossier.read(REQUEST).decode())
            cases.append(
                Known(
                    reference=case.reference,
                    received=case.life.events.received,
                    subject=request.subject,
                    stage=case.stage(),
                )
            )
        except RefusedError:
            continue
        except ProposedError:
            _note(office, officer.id, reason, [*(each.reference for each in cases), reference])
            raise
    _note(office, officer.id, reason, [each.reference for each in cases])
    return Found(cases=tuple(cases), kept_back=len(references) - len(cases), unread=unread)


def _note(office: Office, person: str, reason: str, cases: list[str]) -> None:
    arrivals.note(office, {"person": person, "reason": reason, "cases": cases})
