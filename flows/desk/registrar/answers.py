"""What a registrar answers: a closed table, each row with who may ask, and typed arguments and answer.

Nothing is judged here that the register judges; what is refused here is only what somebody may not ask.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Annotated, Any, Final, get_type_hints
from weakref import WeakKeyDictionary

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from flows.casework import (
    acts,
    applicants,
    checking,
    checkpoints,
    copies_elsewhere,
    correspondence,
    erasing,
    handing_over,
    mail,
    mail_views,
    oversight,
    publishing,
    sending,
)
from flows.casework import arrivals as arriving
from flows.casework.acts import Officer
from flows.casework.applicants import Asking  # noqa: TC001 - read from what comes
from flows.casework.arrivals import Arrivals  # noqa: TC001 - as above
from flows.casework.copies_elsewhere import Way
from flows.casework.correspondence import Letter  # noqa: TC001 - read from what comes
from flows.casework.handing_over import Handed  # noqa: TC001 - read from what comes
from flows.casework.mail import Taken  # noqa: TC001 - read from what comes
from flows.casework.mail_views import InCase, Listed  # noqa: TC001 - as above
from flows.casework.office import Done, Office  # noqa: TC001 - read from what comes
from flows.casework.oversight import Beside  # noqa: TC001 - as above
from flows.casework.sealed import may_open_again
from flows.casework.sending import Shown  # noqa: TC001 - as above
from flows.casework.taking_in import Here, Seen
from flows.catalogue.remote import LISTS
from flows.desk.registrar.peers import Part, Peer
from flows.domain.acts import CHANGE_SERVICE_KEY, CONFIRM_ERASURE, DRAFT, ERASE, PUBLISH, READ_REQUEST
from flows.domain.acts.publishing import MESSAGE
from flows.domain.decide import refusals
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.errors import (
    CatchingUpError,
    Fault,
    MalformedError,
    NotEntitledError,
    RefusedError,
    UnknownCaseError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import Stage
from flows.notices.notice import Notice
from flows.register.entry import seconds
from flows.register.remote import Found, Stands
from flows.register.signature import STATEMENT
from flows.register.statement import POLICY, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.domain.act import Act
    from flows.register.dossier import Dossier
    from flows.register.statement import Statement
    from flows.register.store import OwnRegister

EVERYBODY: Final = frozenset(Part) - {Part.GATEWAY}
HANDING_OVER: Final = frozenset(Part)
RECEIVING: Final = frozenset({Part.OWN, Part.WORKER, Part.GATEWAY})
WORKERS: Final = frozenset({Part.OWN, Part.WORKER})
DESKS: Final = frozenset({Part.OWN, Part.DESK})
OPENING: Final = frozenset({Part.OWN, Part.DESK, Part.OFFICER})

MOST_BYTES: Final = 128 << 20
"""Of what is asked with files in it: twice what can come with a request, as base64."""
_FEW_BYTES: Final = 4 << 20
"""Of whatever else is asked."""
_COUNT: Final = Annotated[int, Field(ge=0, lt=1 << 53)]
"""Whatever is counted, as every reader of JSON and the catalogue can have it."""

_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_BY_WORKERS: Final = frozenset({DRAFT, PUBLISH})
"""What workers do for the machine; requests are taken in where the case keys are."""
_CLOCKS_APART: Final = 60
"""Seconds by which the clock of whoever acts may be ahead of the registrar's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, and the office that answers."""

    peer: Peer
    office: Office
    register: OwnRegister


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One row of the table.

    Attributes:
        form: What its arguments have to be.
        parts: Who may ask.
        writes: Whether it is left to the one office that writes.
        most: Bytes of its arguments.
    """

    give: Callable[..., Any]
    form: type[BaseModel]
    parts: frozenset[Part]
    writes: bool = False
    most: int = _FEW_BYTES


ANSWERS: Final[dict[str, Answer]] = {}
"""By name."""


def _model(name: str, takes: dict[str, Any]) -> type[BaseModel]:
    config = ConfigDict(strict=True, extra="forbid", val_json_bytes="base64")
    fields: dict[str, Any] = {each: (_COUNT if kind is int else kind, ...) for each, kind in takes.items()}
    return create_model(name, __config__=config, **fields)


def _answers(
    parts: frozenset[Part], *, writes: bool = False, most: int = _FEW_BYTES
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def entered(give: Callable[..., Any]) -> Callable[..., Any]:
        name = give.__name__.strip("_").replace("_", "-")
        names = [*inspect.signature(give).parameters][1:]
        hints = get_type_hints(give, localns={"Asked": Asked})
        form = _model(name, {each: hints[each] for each in names})
        ANSWERS[name] = Answer(give=give, form=form, parts=parts, writes=writes, most=most)
        return give

    return entered


# The register -------------------------------------------------------------------------------------


@_answers(EVERYBODY)
def stands(asked: Asked) -> Stands:
    """Return where the register stands."""
    register = asked.register
    register.catch_up()
    catalogue = asked.office.catalogue
    return Stands(
        tip=register.newest(),
        policy=catalogue.filed(POLICY),
        behind=catalogue.behind,
        stopped=register.stopped(),
    )


@_answers(EVERYBODY)
def filed(asked: Asked, reference: str) -> Found:
    """Return where a case is filed, and where the register stands."""
    found = asked.register.filed(reference)
    return Found(stands=stands(asked), filed=found)


@_answers(EVERYBODY)
def objects(asked: Asked, ids: list[str]) -> list[tuple[str, bytes]]:
    """Return those of some objects that are there."""
    return asked.register.objects(ids)


@_answers(EVERYBODY)
def records(asked: Asked, entry: str, folder: str) -> list[tuple[str, bytes]]:
    """Return what is in a folder at an entry, and what leads to it."""
    return asked.register.records(entry, folder)


@_answers(EVERYBODY)
def pack(asked: Asked, after: str | None) -> tuple[bytes, str, bool]:
    """Return some entries as git packs them, the id of the last, and whether there are more."""
    return asked.register.pack(after)


@_answers(DESKS)
def bundle(asked: Asked) -> bytes:
    """Return the whole register."""
    return asked.register.bundle()


@_answers(DESKS)
def branches(asked: Asked, *, second: bool) -> bytes:
    """Return what `git fetch` is told first."""
    return asked.register.branches(second=second)


@_answers(DESKS, most=MOST_BYTES)
def fetched(asked: Asked, sent: bytes, *, second: bool) -> bytes:
    """Return what `git fetch` asks for."""
    return asked.register.fetched(sent, second=second)


@_answers(EVERYBODY, writes=True, most=MOST_BYTES)
def append(asked: Asked, statement: bytes, changes: dict[str, bytes], signature: str) -> tuple[bytes, bool]:
    """Record an act that was proposed and signed elsewhere; one of the machine's is signed here.

    Returns the entry's bytes, and whether it is new.
    """
    office, register = asked.office, asked.register
    said, armoured = _signed(asked, statement, signature)
    if MESSAGE in said.act.details and asked.peer.part is not Part.OWN:  # a desk beside it sends by itself
        sending.check_handed_over(office, said)
    recorded = register.take(said, changes, armoured, now=_now(office, said.act))
    if recorded.new:
        _follow(office, said.act)
    return register.raw(recorded.id), recorded.new


def _signed(asked: Asked, statement: bytes, signature: str) -> tuple[Statement, str]:
    """Return what is stated, by somebody who may have it recorded, with its signature."""
    try:
        said = parse(statement)
    except ValueError:
        raise MalformedError(
            "statement", Fault(path="", problem="it is not in the register's form")
        ) from None
    _check_may_append(asked.peer, said.act, signed=bool(signature))
    return said, signature or asked.office.service.sign(statement, STATEMENT)


@_answers(OPENING, writes=True)
def lift_decided(asked: Asked) -> bool:
    """Lift a stop on which an administrator decided since, which a kill left; tell whether that was."""
    return asked.register.lift_decided()


def _check_may_append(peer: Peer, act: Act, *, signed: bool) -> None:
    """Check that whoever asks may have such an act recorded; whether it may be, the register judges."""
    if act.kind == CHANGE_SERVICE_KEY:
        raise RefusedError("The service's key is changed where it is, while no registrar runs.")
    if signed or peer.part is Part.OWN:
        return
    if act.attested:
        allowed = peer.part is Part.DESK
    else:
        allowed = peer.part is Part.WORKER and act.actor == SERVICE and act.kind in _BY_WORKERS
    if not allowed:
        raise NotEntitledError(peer.person or peer.part, verb=act.kind.verb, needed="a signature")


def _now(office: Office, act: Act) -> int:
    now, acted = seconds(office.now()), seconds(act.time)
    return acted if now < acted <= now + _CLOCKS_APART else now


def _follow(office: Office, act: Act) -> None:
    """Do here what follows an act: the list of keys, the end of an erasure, the flow that comes next."""
    if act.case == POLICY:
        acts.write_allowed_signers(office)
        return
    if act.kind == CONFIRM_ERASURE:
        with office.taking_in():
            erasing.finish(office)
    if MESSAGE in act.details:
        sending.forget(office, act)
    office.wake(office.register.dossier(act.case).case.stage(act.document or TEST.name))


# What is sealed -----------------------------------------------------------------------------------


@_answers(EVERYBODY)
def named_as_recorded(asked: Asked, reference: str, acts: int) -> tuple[str, ...]:
    """Return which texts of a test in the register name the applicant: whoever asks chooses no words."""
    return checking.named_as_recorded(asked.office, asked.office.register.dossier(reference), acts)


@_answers(OPENING, most=MOST_BYTES)
def named_in(asked: Asked, reference: str, texts: dict[str, str]) -> list[str]:
    """Return the paths of the texts, of somebody who writes in a case, that tell who its applicant is.

    Whoever guesses is told as well: so they have to be somebody who may know it, and it is noted.
    """
    office, peer = asked.office, asked.peer
    dossier = office.register.dossier(reference)
    people = [peer.person] if peer.person else [*dossier.policy.people]
    if peer.part is not Part.OWN and not any(_writes(dossier, person) for person in people):
        needed = f"an act on {dossier.case.reference} that they may take"
        raise NotEntitledError(peer.person or peer.part, verb="ask who asked", needed=needed)
    found = checking.applicant(office, dossier).named_in(texts)
    if found and peer.part is not Part.OWN:
        arriving.note(office, {"person": peer.person or peer.part, "named_in": dossier.case.reference})
    return found


def _writes(dossier: Dossier, person: str) -> bool:
    """Tell whether a person may open a case, or erase what is sealed in it: others have nothing to write."""
    return any(
        not [*refusals(dossier.case, kind, person, dossier.policy)]
        for kind in (READ_REQUEST, ERASE, CONFIRM_ERASURE)
    )


@_answers(OPENING, most=MOST_BYTES)
def opens(asked: Asked, recipient: str, sealed: bytes) -> bool:
    """Tell that what is sealed can be opened."""
    asked.office.vault.check(recipient, sealed)
    return True


@_answers(OPENING, most=MOST_BYTES)
def unseal(asked: Asked, recipient: str, sealed: bytes) -> bytes:
    """Return what is sealed in a case, once it is on record that somebody opens it."""
    office, peer = asked.office, asked.peer
    dossier = _case_of(office, recipient)
    people = [peer.person] if peer.person else [*dossier.policy.people]
    if peer.part is not Part.OWN and not any(_opens(office, peer, dossier, person) for person in people):
        needed = f"their own act on {dossier.case.reference} that says so"
        raise NotEntitledError(peer.person or peer.part, verb=READ_REQUEST.verb, needed=needed)
    return office.vault.unseal(recipient, sealed)


def _case_of(office: Office, recipient: str) -> Dossier:
    reference = office.catalogue.recipients().get(recipient)
    if reference is None:
        raise UnknownCaseError("of that key")
    return office.register.dossier(reference)


def _opens(office: Office, peer: Peer, dossier: Dossier, person: str) -> bool:
    """Tell whether it is on record that a person opens it; of a desk's people, that they do today."""
    done = any((each.act.kind, each.act.actor) == (READ_REQUEST, person) for each in dossier.statements)
    if peer.part is Part.DESK:
        done = may_open_again(office, dossier, Officer(id=person, signer=None))
    return done and not [*refusals(dossier.case, READ_REQUEST, person, dossier.policy)]


# What arrives -------------------------------------------------------------------------------------


@_answers(RECEIVING, most=MOST_BYTES)
def receive_message(asked: Asked, raw: bytes, received: AwareDatetime, *, whole: bool) -> Taken:
    """Take in a message that was read from a mailbox elsewhere."""
    return mail.receive(asked.office, raw, received, whole=whole)


@_answers(RECEIVING)
def told_of_mail(asked: Asked) -> bool:
    """Tell people of the messages that came."""
    mail.settle_and_tell(asked.office)
    return True


@_answers(HANDING_OVER, most=MOST_BYTES)
def hand_over(asked: Asked, handed: Handed) -> bool:
    """Put a request that came elsewhere into the inbox; return False for one that was before."""
    return handing_over.receive(asked.office, handed)


@_answers(WORKERS, writes=True)
def items(asked: Asked) -> list[str]:
    """Return what stands in the inbox, by tags."""
    with asked.office.taking_in():
        return _inbox(asked.office).begin()


@_answers(WORKERS, writes=True)
def look_at_item(asked: Asked, tag: str) -> Seen | None:
    """Read an item, and give it a reference if it names none."""
    with asked.office.taking_in():
        return _inbox(asked.office).look(tag)


@_answers(WORKERS, writes=True)
def open_item(asked: Asked, tag: str, reference: str) -> Done:
    """Open the case of an item; its first draft need not wait for the rest of the inbox."""
    with asked.office.taking_in():
        done = _inbox(asked.office).open(tag, reference)
    asked.office.wake(Stage.RECEIVED)
    return done


@_answers(WORKERS, writes=True)
def set_item_aside(asked: Asked, tag: str) -> Done:
    """Set aside what is no request."""
    with asked.office.taking_in():
        return _inbox(asked.office).set_aside(tag)


@_answers(WORKERS)
def told_of_items(asked: Asked) -> bool:
    """Tell people of what was set aside."""
    _inbox(asked.office).end()
    return True


# What stands beside the register, for the desk's pages and officers' machines ----------------------


def _check_own(peer: Peer, person: str, verb: str) -> None:
    """Check that an officer asks in their own name; a desk asks for whoever is signed in there."""
    if peer.person not in {"", person}:
        raise NotEntitledError(peer.person, verb=verb, needed="that they ask in their own name")


@_answers(DESKS)
def arrivals(asked: Asked) -> Arrivals:
    """Return what stands in the inbox and what was set aside."""
    return arriving.arrivals(asked.office)


@_answers(DESKS)
def read_set_aside(asked: Asked, person: str, tag: str, reason: str) -> list[str]:
    """Return the texts of what was set aside, once it is noted that a person reads them."""
    return arriving.read(asked.office, person, tag, reason)


@_answers(DESKS)
def take_in_again(asked: Asked, person: str, tag: str) -> bool:
    """Put what was set aside back into the inbox."""
    arriving.take_in_again(asked.office, person, tag)
    return True


@_answers(DESKS)
def delete_set_aside(asked: Asked, person: str, tag: str, reason: str) -> bool:
    """Delete what was set aside."""
    arriving.delete(asked.office, person, tag, reason)
    return True


@_answers(OPENING)
def letter_to_send(
    asked: Asked, person: str, reference: str, document: str, *, again: bool
) -> tuple[date, str, bytes]:
    """Return the day, the digest and the sealed bytes of a published letter that is to be sent."""
    _check_own(asked.peer, person, "send a letter")
    letter = sending.to_send(asked.office, person, reference, _known(document), again=again)
    return letter.on, letter.digest, letter.sealed


@_answers(DESKS)
def letter_shown(asked: Asked, person: str, reference: str, document: str) -> Shown | None:
    """Return a letter as it would go, to somebody who opened what is sealed in the case today."""
    return sending.shown(asked.office, person, asked.office.register.dossier(reference), _known(document))


@_answers(OPENING, most=MOST_BYTES)
def send_letter(
    asked: Asked, statement: bytes, changes: dict[str, bytes], signature: str, *, again: bool
) -> bool:
    """Hand a letter to the relay once; the signed act that says so is recorded next, with ``append``."""
    said, armoured = _signed(asked, statement, signature)
    if MESSAGE not in said.act.details:
        raise MalformedError("statement", Fault(path="", problem="it tells of no letter that goes by mail"))
    proposal = asked.register.propose(said.act, changes)
    sending.send_alone(asked.office, proposal, armoured, again=again)
    return True


@_answers(OPENING)
def letter_did_not_go(asked: Asked, person: str, reference: str, document: str) -> bool:
    """Note that a person found that a letter whose sending was cut off did not go."""
    _check_own(asked.peer, person, "look after a letter")
    sending.did_not_go(asked.office, person, reference, document)
    return True


@_answers(DESKS)
def add_to_case(asked: Asked, person: str, tag: str, reference: str) -> str:
    """Put a message that was set aside into a case."""
    return arriving.add_to_case(asked.office, person, tag, reference)


@_answers(DESKS)
def listed_mail(asked: Asked, page: int) -> Listed:
    """Return what came by mail and what became of it, and which letters went."""
    return mail_views.listed(asked.office, page)


@_answers(DESKS)
def mail_in_case(asked: Asked, reference: str) -> InCase:
    """Return what came by mail in a case, and which of its letters did not go."""
    return mail_views.in_case(asked.office, reference)


@_answers(EVERYBODY)
def waiting_mail(asked: Asked, reference: str | None) -> list[Letter]:
    """Return the messages that wait in a case, or in all: when each came, and what it is."""
    return correspondence.waiting_in(asked.office, reference)


@_answers(OPENING)
def sealed_message(asked: Asked, tag: str) -> bytes:
    """Return a message that waits, as it is sealed; what is in it is asked for as whatever is sealed."""
    return correspondence.as_kept(asked.office, tag)


@_answers(OPENING)
def put_message_by(asked: Asked, person: str, tag: str) -> Letter:
    """Put a message by that needs no act, once it is noted who did."""
    _check_own(asked.peer, person, "put a message by")
    return correspondence.dealt_with(asked.office, person, tag)


@_answers(OPENING)
def take_for_own_words(asked: Asked, person: str, tag: str, reason: str) -> bool:
    """Note that a person takes a message from another address for the applicant's own words."""
    _check_own(asked.peer, person, "take a message for the applicant's own words")
    correspondence.take_for_own_words(asked.office, person, tag, reason)
    return True


@_answers(OPENING)
def asked_by(asked: Asked, person: str, words: str, reason: str) -> Asking:
    """Return the cases of an applicant that a person may open, once it is noted that they look."""
    _check_own(asked.peer, person, "look for an applicant")
    by_one = asked.peer.part is Part.DESK
    return applicants.told_elsewhere(asked.office, person, words, reason, by_one=by_one)


@_answers(OPENING)
def checkpoint(asked: Asked, person: str) -> str:
    """Return the newest checkpoint, signed now if the register has grown, and note who takes it."""
    peer = asked.peer
    _check_own(peer, person or peer.person, "take a checkpoint")
    return checkpoints.take(asked.office, person or peer.person or peer.part)


@_answers(OPENING)
def proof_of(asked: Asked, sequence: int) -> str:
    """Return the proof that an entry is among those of the newest checkpoint, and note who takes that."""
    return _taken(asked, checkpoints.proof_of(asked.office, sequence))


@_answers(OPENING)
def proof_since(asked: Asked, old: int) -> str:
    """Return what a witness is asked, and note who takes the newest checkpoint along with it."""
    return _taken(asked, checkpoints.since(asked.office, old))


def _taken(asked: Asked, text: str) -> str:
    checkpoints.take(asked.office, asked.peer.person or asked.peer.part)
    return text


@_answers(DESKS)
def handed_out(asked: Asked, way: str, place: str, entries: int) -> bool:
    """Note that the desk handed something out."""
    if way not in set(Way):
        raise MalformedError("way", Fault(path="", problem="nothing is handed out in that way"))
    copies_elsewhere.note(asked.office, Way(way), place, entries)
    return True


@_answers(OPENING)
def kept_beside(asked: Asked) -> Beside:
    """Return what is kept of audits and checkpoints."""
    return oversight.kept_beside(asked.office)


_INBOXES: Final[WeakKeyDictionary[Office, Here]] = WeakKeyDictionary()
"""Of each office; it remembers the reference that it gave last."""


def _inbox(office: Office) -> Here:
    return _INBOXES.setdefault(office, Here(office))


# Lists, notices, papers ---------------------------------------------------------------------------


def _list(name: str) -> Callable[..., Any]:
    def give(asked: Asked, **given: Any) -> Any:  # noqa: ANN401 - as the table says
        office = asked.office
        method = getattr(office.catalogue, name)
        if office.catalogue.behind:
            raise CatchingUpError
        if "clock" in inspect.signature(method).parameters:
            given["clock"] = office.clock(office.register.policy())
        return method(**given)

    return give


for _name, _listed in LISTS.items():
    _form = _model(_name, dict(_listed.takes))
    ANSWERS[f"list/{_name.replace('_', '-')}"] = Answer(give=_list(_name), form=_form, parts=EVERYBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    name: str
    once: str


@_answers(WORKERS)
def told_before(asked: Asked, name: str, once: str) -> bool:
    """Tell whether a notice went out before."""
    return asked.office.outbox.has_told(_About(name=name, once=once))


@_answers(WORKERS, writes=True)
def tell(asked: Asked, name: str, once: str, people: tuple[str, ...], text: str) -> bool:
    """Send a notice."""
    if not _FILE.fullmatch(name):
        raise MalformedError("notice", Fault(path="name", problem="it is no name of a file"))
    asked.office.outbox.tell(Notice(about=_About(name=name, once=once), people=people, text=text))
    return True


@_answers(EVERYBODY)
def told_to(asked: Asked, person: str) -> list[str]:
    """Return the names of the notices to a person."""
    if asked.peer.person not in {"", person}:
        raise NotEntitledError(asked.peer.person, verb="read notices", needed="that they are their own")
    return [*asked.office.outbox.told(person)]


@_answers(WORKERS)
def signed_as(asked: Asked) -> str:
    """Return in whose name papers are signed."""
    return asked.office.copies.signed_as


@_answers(WORKERS, writes=True)
def stated(asked: Asked) -> tuple[int, str]:
    """Return what a paper states of the register."""
    return asked.office.copies.stated()


@_answers(WORKERS, writes=True)
def put_by(asked: Asked, reference: str, document: str) -> bool:
    """Put the copies of an earlier version by, where the next one is signed off."""
    dossier = asked.office.register.dossier(reference)
    if dossier.case.stage(_known(document)) is Stage.PUBLICATION:
        asked.office.copies.put_by(dossier, document)
    return True


@_answers(WORKERS, writes=True, most=MOST_BYTES)
def lay_out(asked: Asked, reference: str, document: str, page: str) -> bool:
    """Lay out what was published."""
    publishing.lay_out_brought(asked.office, reference, _known(document), page)
    return True


@_answers(WORKERS)
def copies_missing(asked: Asked) -> list[tuple[str, str]]:
    """Return the published documents of which there is no copy."""
    return asked.office.copies.missing()


def _known(document: str) -> str:
    if document not in DOCUMENTS:
        raise MalformedError("document", Fault(path="", problem="there is no such kind of document"))
    return document
