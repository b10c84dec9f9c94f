"""Taking requests in: what an item of the inbox has, and the case that is opened for it.

For each item: read it and every fault of it; give it a reference if it names none; make its key; seal
it; append the opening; and only then remove it. What cannot be taken in is set aside with the reason.
A kill at any of these points leaves the item in the inbox, and the next run goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.casework import checking, erasing, texts
from flows.casework.acts import by_service
from flows.casework.arrivals import BY_MAIL
from flows.casework.mail_journal import noted
from flows.casework.office import Done
from flows.casework.sealed import archive
from flows.domain.acts import OPEN
from flows.domain.acts.opening import ATTACHED
from flows.domain.addressed import own_name
from flows.domain.deadline import receipt_faults
from flows.domain.documents import ASSESSMENT, REQUEST, SEALED_REQUEST
from flows.domain.errors import Fault, MalformedError, PitError
from flows.domain.provisions import provisions
from flows.domain.reference import identity
from flows.domain.request_file import write_request
from flows.register.statement import mark
from flows.sources import aside, inbox
from flows.sources.item import kind_of, tag_of
from flows.sources.lookup import kept_of
from flows.sources.parse import ArrivedRequest, parse_request
from flows.sources.references import next_reference
from flows.sources.repeats import Asked

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from flows.casework.office import Office
    from flows.register.dossier import Dossier
    from flows.sources.item import Item

_KNOWN_REFERENCE: Final = (
    "request.yaml, reference: this reference is a case already, with another request; give this request "
    "a reference of its own, or take it out of the inbox"
)
_ANOTHER_AUTHORITY: Final = (
    "it asks {asked}, and this register is of {own}; advise the applicant to ask {asked} (section 16, "
    "advice and assistance), or pass the request on as the code of practice under section 45 says; if it was "
    "made to you all the same, write 'authority: {first}'"
)
_REPEATED: Final = (
    "the same applicant asked the same, in the same words, in {case}; if it is one request that came twice, "
    "there is nothing to do; if it was made again and is to be answered or refused as such (section 14(2)), "
    "add the line 'repeat-of: {case}'"
)
_REMEMBERED_AT_ONCE: Final = 2_000
"""Requests that one run opens to learn what was asked, where that was lost: some seconds."""
_KNOWN_REQUEST: Final = "assessment.yaml: the request is a case already, whose assessment is another one"


class Arrival:
    """An item that could be read.

    A plain class: Prefect looks into dataclasses among a task's parameters, and has no business here.

    Attributes:
        assessment: None where none came, or the one that came is unfit.
        unfit: What is wrong with that one.
    """

    def __init__(self, item: Item, reference: str, arrived: ArrivedRequest) -> None:
        self.item = item
        self.reference = reference
        self.arrived = arrived
        self.assessment: bytes | None = None
        self.unfit: list[str] = []


def read_item(item: Item, references: NextReferences) -> Arrival:
    """Return what an item has.

    Raises:
        MalformedError: the request is unfit, with every fault.
    """
    arrived = parse_request(item.request, rules=texts.RULES)
    check_received(arrived, references.office.today())
    personal = texts.personal_details(arrived, arrived.request(arrived.reference or ""))
    if personal:
        raise MalformedError("request.yaml", *texts.personal_faults(personal))
    arrived = _addressed_here(arrived, references.office.register.policy().authority)
    _check_not_repeated(references.office, arrived, inbox.assigned_reference(item.path))
    reference = arrived.reference or inbox.assigned_reference(item.path)
    if reference is None:
        reference = references.next(arrived)
        item = inbox.assign_reference(item, reference)
    else:
        references.take(reference)
    arrival = Arrival(item, reference, arrived)
    if item.assessment is not None:
        try:
            _check_assessment(item.assessment, arrival)
            arrival.assessment = item.assessment
        except MalformedError as error:
            arrival.unfit = faults_of(error)
    return arrival


def check_received(arrived: ArrivedRequest, today: date, source: str = "request.yaml") -> None:
    """Check that a request can have come on the day it says.

    Raises:
        MalformedError: that day is yet to come, or there was no right to ask yet.
    """
    clock = provisions(arrived.regime).clock
    if faults := tuple(receipt_faults("received", arrived.received, today, clock)):
        raise MalformedError(source, *faults)


def _addressed_here(arrived: ArrivedRequest, authority: str) -> ArrivedRequest:
    """Return the request with the authority's name as it calls itself.

    Raises:
        MalformedError: another authority was asked.
    """
    name = own_name(authority, arrived.authority)
    if name is None:
        asked, first = arrived.authority, authority.partition(";")[0].strip()
        problem = _ANOTHER_AUTHORITY.format(asked=asked, own=authority, first=first)
        raise MalformedError("request.yaml", Fault(path="authority", problem=problem))
    return replace(arrived, authority=name)


def _check_not_repeated(office: Office, arrived: ArrivedRequest, assigned: str | None) -> None:
    """Check that what is asked is no case yet, unless the request says that it is asked again.

    Raises:
        MalformedError: it is a case, and not the one that a killed run opened for this very item.
    """
    cases = office.repeats.find(arrived.gist)
    own = arrived.reference or assigned
    if not cases or (own and office.register.find(own)):  # then `open_case` finds out whether that is this
        return
    if identity(arrived.repeat_of or "") not in map(identity, cases):
        problem = _REPEATED.format(case=cases[0])
        path = "repeat-of" if arrived.repeat_of else ""
        raise MalformedError("request.yaml", Fault(path=path, problem=problem))


def catch_up(office: Office) -> int:
    """Remember what was asked where that is not known, in the newest cases first; forget what was erased.

    Returns how many cases are still not remembered.

    A run that was killed after an opening leaves one; a memory that was lost is made again, some at a time.
    """
    erasing.finish(office)
    cases, keys = office.catalogue.recipients(), office.vault.recipients()
    known = office.repeats.known()
    office.repeats.forget(known - (cases.keys() & keys))
    unknown = keys - known
    missing = [case for case in cases.items() if case[0] in unknown]
    at_once = missing[:_REMEMBERED_AT_ONCE]
    office.repeats.remember(_asked(office, *each) for each in reversed(at_once))
    return len(missing) - len(at_once)


def _asked(office: Office, recipient: str, reference: str) -> Asked:
    try:
        arrived = checking.arrived(office, office.register.dossier(reference))
    except PitError:  # an older form, or an object that is missing: then it is not known again
        return Asked(recipient, reference, None)
    return Asked(recipient, reference, arrived.gist, kept_of(arrived.applicant))


def open_case(office: Office, arrival: Arrival) -> Done:
    """Open the case of an item and remove the item, or find that it is open already."""
    known = office.register.find(arrival.reference)
    if known is not None:
        return _taken_in_before(office, known, arrival)
    request = arrival.arrived.request(arrival.reference)
    recipient = office.vault.create()
    files = {
        REQUEST: write_request(request).encode(),
        SEALED_REQUEST: office.vault.seal(recipient, arrival.item.request),
    }
    if arrival.assessment is not None:
        files[ASSESSMENT] = arrival.assessment
    attachments = arrival.item.attachments
    if attachments:
        files[ATTACHED] = office.vault.seal(recipient, archive(attachments))
    details = {
        "received": request.received.isoformat(),
        "recipient": recipient,
        "regime": request.regime,
    }
    if attachments:
        # Their names may be a person's, and stay in what is sealed.
        details["attachments"] = "; ".join(
            f"{kind_of(data, name)}, {len(data)} bytes" for name, data in attachments
        )
    by_service(office, OPEN, arrival.reference, files, details=details)
    arrived = arrival.arrived
    office.repeats.remember([Asked(recipient, arrival.reference, arrived.gist, kept_of(arrived.applicant))])
    return _finished(office, arrival, "opened")


def set_aside(office: Office, path: Path, why: list[str]) -> Done:
    """Move an item that cannot be taken in out of the inbox, with the reasons beside it."""
    aside.set_aside(path, office.home.set_aside, why)
    return Done(reference=f"item {tag_of(path)}", what="set aside")


def faults_of(error: MalformedError) -> list[str]:
    """Return each fault as a line of WHY.txt."""
    return [f"{error.source}, {fault}" for fault in error.faults]


class NextReferences:
    """Gives references to requests that came without one, each the next in the authority's pattern."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._newest: dict[int, set[str]] = {}

    def next(self, arrived: ArrivedRequest) -> str:
        """Return a reference that no case has and no waiting item was given."""
        year = arrived.received.year
        # Of a year all are looked through once, and from then on those that came since.
        taken = self._newest.get(year) or self._all()
        pattern = self.office.register.policy().rules.reference_pattern
        reference = next_reference(pattern, year, taken)
        if self.office.register.find(reference):  # opened meanwhile, by somebody else
            reference = next_reference(pattern, year, self._all())
        self._newest[year] = {reference}
        return reference

    def take(self, reference: str) -> None:
        """Note a reference that an item has of its own."""
        for newest in self._newest.values():
            newest.add(reference)

    def _all(self) -> set[str]:
        waiting = map(inbox.assigned_reference, inbox.waiting(self.office.home.inbox))
        return {*self.office.catalogue.references(), *filter(None, waiting)}


def _check_assessment(assessment: bytes, arrival: Arrival) -> None:
    content = texts.read_assessment(assessment, arrival.reference)
    personal = texts.personal_details(arrival.arrived, content)
    if personal:
        raise MalformedError("assessment.yaml", *texts.personal_faults(personal))


def _taken_in_before(office: Office, known: Dossier, arrival: Arrival) -> Done:
    """Finish what a kill interrupted, or set aside what only has the reference of a case."""
    if known.case.erased or not _is_the_same(office, known, arrival.item):
        aside.set_aside(arrival.item.path, office.home.set_aside, [_KNOWN_REFERENCE])
        return Done(reference=arrival.reference, what="set aside: the reference is a case with other content")
    if arrival.assessment is not None and not _has_had(known, arrival.assessment):
        arrival.unfit = [_KNOWN_REQUEST]
    return _finished(office, arrival, "")


def _is_the_same(office: Office, known: Dossier, item: Item) -> bool:
    recipient = known.case.recipient
    sealed = [known.read(path) for path in (SEALED_REQUEST, ATTACHED) if path in known.case.files]
    came = [item.request, *([archive(item.attachments)] if item.attachments else [])]
    return [office.vault.unseal(recipient, each) for each in sealed] == came


def _finished(office: Office, arrival: Arrival, what: str) -> Done:
    """Remove the item whose request is in the register; set its assessment aside if that is unfit."""
    if arrival.unfit:
        aside.set_aside_assessment(arrival.item, office.home.set_aside, arrival.unfit)
        what = "; ".join(filter(None, (what, "its assessment was set aside")))
    if by_mail := BY_MAIL.match(arrival.item.path.name):
        noted(office, lambda journal: journal.belongs_to(by_mail[1], arrival.reference))
    if not arrival.item.remove():
        what = "; ".join(filter(None, (what, "it was written to meanwhile, and stays in the inbox")))
    return Done(reference=arrival.reference, what=what)


def _has_had(known: Dossier, assessment: bytes) -> bool:
    """Tell whether any act of the case left exactly this assessment."""
    sought = mark(assessment)
    return any(said.act.files.get(ASSESSMENT) == sought for said in known.statements)
