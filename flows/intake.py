"""Intake: open a case for every new request in the inbox, once, however often it runs.

For each item: read it and every fault of it; give it a reference if it names none; make its key; seal
it; append the opening; and only then remove it. What cannot be taken in is set aside with the reason.
A kill at any of these points leaves the item in the inbox, and the next run goes on from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import paper, waking, wiring
from flows.domain.act import Act
from flows.domain.errors import MalformedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import ASSESSMENT, REQUEST, SEALED_REQUEST, ActKind, Role, Stage
from flows.domain.request_file import write_request
from flows.register.statement import mark
from flows.running import ATTEMPTS_AFTER_A_LOST_RACE, Done, guarded, lost_the_race, report
from flows.sources import inbox
from flows.sources.item import Item
from flows.sources.parse import ArrivedRequest, parse_request
from flows.wiring import House

if TYPE_CHECKING:
    from flows.domain.case import Case

_KNOWN_REFERENCE: Final = (
    "request.yaml, reference: this reference is a case already, with another request; give this request "
    "a reference of its own, or take it out of the inbox"
)
_KNOWN_REQUEST: Final = "assessment.yaml: the request is a case already, whose assessment is another one"


class Arrival:
    """An item that could be read.

    A plain class: Prefect looks into dataclasses among a task's parameters, and has no business here.

    Attributes:
        assessment: None where none came, or the one that came is unfit.
        unfit: What is wrong with that one.
    """

    def __init__(self, item: Item, reference: str, data: bytes, arrived: ArrivedRequest) -> None:
        self.item = item
        self.reference = reference
        self.data = data
        self.arrived = arrived
        self.assessment: bytes | None = None
        self.unfit: list[str] = []


@flow(name="intake")
@guarded
def intake() -> list[State[Done]]:
    """Open a case for every new request in the inbox; set aside what cannot be taken in."""
    with wiring.open_house() as house, house.taking_in():
        # While the inbox is held no opening is under way, so a key that no case names is an orphan.
        house.vault.sweep(house.register.recipients())
        references = NextReferences(house)
        taken = [take_in(item, references, house) for item in inbox.items(house.home.inbox)]
    if taken:
        waking.wake(house.home, Stage.RECEIVED)
    return report("intake", [name for name, _ in taken], [state for _, state in taken])


def take_in(item: Item, references: NextReferences, house: House) -> tuple[str, State[Done]]:
    """Read one item and open its case, or set it aside; return what it goes by, and the task's state."""
    name = f"item {item.tag}"
    try:
        arrival = read_item(item, references)
    except MalformedError as error:
        return name, set_item_aside(item.tag, item, faults_of(error), house, return_state=True)
    except Exception as error:  # noqa: BLE001 - an item that trips us up must not hold up the others
        return name, stumble(item.tag, error, return_state=True)
    return arrival.reference, open_case(arrival.reference, arrival, house, return_state=True)


@task(
    task_run_name="intake-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def open_case(reference: str, arrival: Arrival, house: House) -> Done:
    """Open one case and remove its item, or find that it is open already."""
    known = house.register.find(reference)
    if known is not None:
        return _taken_in_before(known, arrival, house)
    recipient = house.vault.create()
    changes = {
        REQUEST: write_request(arrival.arrived.request(reference)).encode(),
        SEALED_REQUEST: house.vault.seal(recipient, arrival.data),
    }
    if arrival.assessment is not None:
        changes[ASSESSMENT] = arrival.assessment
    act = Act(
        kind=ActKind.OPEN,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=wiring.now(),
        policy=house.register.policy().version,
        details={"received": arrival.arrived.received.isoformat(), "recipient": recipient},
    )
    house.register.record(act, changes, house.service)
    return _finished(arrival, "opened", house)


def _taken_in_before(known: Case, arrival: Arrival, house: House) -> Done:
    """Finish what a kill interrupted, or set aside what only has the reference of a case."""
    sealed = house.register.read(known.reference, SEALED_REQUEST)
    if house.vault.unseal(known.recipient, sealed) != arrival.data:
        inbox.set_aside(arrival.item, house.home.set_aside, [_KNOWN_REFERENCE])
        return Done(reference=arrival.reference, what="set aside: the reference is a case with other content")
    if arrival.assessment is not None and not _holds(known.reference, arrival.assessment, house):
        arrival.unfit = [_KNOWN_REQUEST]
    return _finished(arrival, "", house)


def _finished(arrival: Arrival, what: str, house: House) -> Done:
    """Remove the item whose request is in the register; set its assessment aside if that is unfit."""
    if arrival.unfit:
        inbox.set_aside_assessment(arrival.item, house.home.set_aside, arrival.unfit)
        what = "; ".join(filter(None, (what, "its assessment was set aside")))
    arrival.item.remove()
    return Done(reference=arrival.reference, what=what)


def _holds(reference: str, assessment: bytes, house: House) -> bool:
    """Tell whether any act of the case left exactly this assessment."""
    sought = mark(assessment)
    return any(said.act.files.get(ASSESSMENT) == sought for said in house.register.statements(reference))


@task(task_run_name="set-aside-{tag}")
@guarded
def set_item_aside(tag: str, item: Item, why: list[str], house: House) -> Done:
    """Move an item that cannot be taken in out of the inbox, with the reasons beside it."""
    inbox.set_aside(item, house.home.set_aside, why)
    return Done(reference=f"item {tag}", what="set aside")


@task(task_run_name="intake-{tag}")
@guarded
def stumble(tag: str, error: Exception) -> Done:
    """Fail on an item that could be neither read nor found unfit."""
    del tag
    raise error


def read_item(item: Item, references: NextReferences) -> Arrival:
    """Return what an item holds.

    Raises:
        MalformedError: the request is unfit, with every fault.
    """
    data = item.request_bytes()
    arrived = parse_request(data, rules=paper.RULES)
    personal = paper.personal_details(arrived, arrived.request(arrived.reference or ""))
    if personal:
        raise MalformedError("request.yaml", *paper.personal_faults(personal))
    reference = arrived.reference or inbox.assigned_reference(item)
    if reference is None:
        item = inbox.assign_reference(item, references.next(arrived))
        reference = inbox.assigned_reference(item) or ""
    arrival = Arrival(item, reference, data, arrived)
    assessment = item.assessment_bytes()
    if assessment is not None:
        try:
            _check_assessment(assessment, arrival)
            arrival.assessment = assessment
        except MalformedError as error:
            arrival.unfit = faults_of(error)
    return arrival


def _check_assessment(assessment: bytes, arrival: Arrival) -> None:
    content = paper.read_assessment(assessment, arrival.reference)
    personal = paper.personal_details(arrival.arrived, content)
    if personal:
        raise MalformedError(ASSESSMENT, *paper.personal_faults(personal))


def faults_of(error: MalformedError) -> list[str]:
    """Return each fault as a line of WHY.txt."""
    return [f"{error.source}, {fault}" for fault in error.faults]


class NextReferences:
    """Gives references to requests that came without one, each the next in the authority's pattern."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._taken: set[str] = set()

    def next(self, arrived: ArrivedRequest) -> str:
        """Return a reference that no case has and no waiting item was given."""
        if not self._taken:
            waiting = map(inbox.assigned_reference, inbox.items(self._house.home.inbox))
            self._taken = {row.reference for row in self._house.register.cases()}
            self._taken |= {given for given in waiting if given}
        pattern = self._house.register.policy().rules.reference_pattern
        reference = inbox.next_reference(pattern, arrived.received.year, self._taken)
        self._taken.add(reference)
        return reference
