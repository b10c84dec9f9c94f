"""Looking for the cases of an applicant, over keyed digests outside the register.

Each case that is shown is one whose request the person has opened, and says so by an act of their own. That
they looked is noted in the home too, whatever they found: without the words, which may be a name.

On an officer's own machine the registrar is asked: it has the digests, judges who may by the same code, and
notes the look with the cases it tells before it tells them; these are opened with the officer's signature.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows.casework import arrivals, requests, sealed
from flows.casework.acts import Officer, ProposedError
from flows.domain.acts import READ_REQUEST
from flows.domain.decide import refusals
from flows.domain.documents import REQUEST
from flows.domain.errors import Fault, MalformedError, MissingReasonError, RefusedError
from flows.domain.request_file import parse_request_file
from flows.sources.applicant import applicant
from flows.sources.lookup import sought_by
from flows.sources.personal import named_in

if TYPE_CHECKING:
    from datetime import date

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What somebody may open of the cases of an applicant.

    Attributes:
        kept_back, unread: As ``Found`` has them.
    """

    references: tuple[str, ...]
    kept_back: int = 0
    unread: int = 0


def cases_of(office: Office, officer: Officer, words: str, reason: str) -> Found:
    """Return the cases of an applicant, once it is on record that a person looked for them.

    Args:
        words: A name, an e-mail address or a telephone.

    Raises:
        RefusedError: the person may not open requests, or does not say why.
        ProposedError: somebody who signs elsewhere has first to sign that they open the next of the cases.
        MalformedError: the words are no name, e-mail address or telephone, or the reason repeats them.
    """
    there = office.keys_elsewhere
    if there:
        asking = there.ask("asked-by", Asking, person=officer.id, words=words, reason=reason)
    else:
        asking = _asked_by(office, officer.id, words, reason)
    cases: list[Known] = []
    for reference in asking.references:
        try:
            cases.append(_opened(office, officer, reference, reason))
        except RefusedError:
            continue
        except ProposedError:
            if not there:
                _note(office, officer.id, reason, [*(each.reference for each in cases), reference])
            raise
    if not there:
        _note(office, officer.id, reason, [each.reference for each in cases])
    kept_back = asking.kept_back + len(asking.references) - len(cases)
    return Found(cases=tuple(cases), kept_back=kept_back, unread=asking.unread)


def told_elsewhere(office: Office, person: str, words: str, reason: str, *, by_one: bool) -> Asking:
    """Return the cases of an applicant that a person may open who is elsewhere, once it is noted.

    Args:
        by_one: Tell those alone that it is on record that they opened today, and the next: a desk asks for
            its people, who sign that they open each.

    Raises:
        RefusedError, MalformedError: as ``cases_of``.
    """
    asking = _asked_by(office, person, words, reason)
    may = tuple(each for each in asking.references if _may_open(office, person, each))
    if by_one:
        opened = [_opened_today(office, person, each) for each in may]
        may = may[: opened.index(False) + 1] if False in opened else may
    _note(office, person, reason, list(may))
    return replace(asking, references=may, kept_back=len(asking.references) - len(may))


def _may_open(office: Office, person: str, reference: str) -> bool:
    dossier = office.register.dossier(reference)
    return not [*refusals(dossier.case, READ_REQUEST, person, dossier.policy)]


def _opened_today(office: Office, person: str, reference: str) -> bool:
    return sealed.may_open_again(office, office.register.dossier(reference), Officer(id=person, signer=None))


def _opened(office: Office, officer: Officer, reference: str, reason: str) -> Known:
    case = sealed.open_sealed(office, officer, reference, reason).case
    request = parse_request_file(office.register.dossier(reference).read(REQUEST).decode())
    return Known(
        reference=case.reference,
        received=case.life.events.received,
        subject=request.subject,
        stage=case.stage(),
    )


def _asked_by(office: Office, person: str, words: str, reason: str) -> Asking:
    office.register.policy().require(person, *READ_REQUEST.roles, verb=_VERB)
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
    return Asking(references=tuple(office.repeats.asked_by(marks)), unread=unread)


def _note(office: Office, person: str, reason: str, cases: list[str]) -> None:
    arrivals.note(office, {"person": person, "reason": reason, "cases": cases})
