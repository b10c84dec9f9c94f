"""Who may do what, with which keys: everybody reads it; an administrator changes it by signed acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows.casework import acts
from flows.casework.amendments import grouped, key_view, waiting
from flows.desk.web import invitations
from flows.desk.web.invitations import Step
from flows.desk.web.numbers import whole
from flows.desk.web.pages.signing import keep
from flows.desk.web.visit import FEWEST, NotFoundError, Page, See
from flows.domain.acts import SUSPECT_KEY
from flows.domain.errors import PitError, RefusedError
from flows.domain.policy import SERVICE, Person, parse_person
from flows.domain.procedure import Role
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.casework.amendments import KeyView, Proposed
    from flows.desk.web.invitations import Invitation, NewKey
    from flows.desk.web.visit import Answer, Visit

ROLES: Final = tuple(role for role in Role if role is not Role.SERVICE)
"""Those that a person can be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A key, and what the desk knows of it.

    Attributes:
        synced: Whether copies of a passkey may live on several devices, as it said when it was made; None
            where it was not made at this desk.
        used: When it signed at this desk last; None where that is not known.
    """

    key: KeyView
    synced: bool | None
    used: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person."""

    id: str
    roles: tuple[Role, ...]
    keys: tuple[KeyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation that goes on."""

    person: str
    roles: tuple[Role, ...]
    by: str
    step: Step
    until: datetime
    keys: tuple[KeyRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectRow:
    """A key that was made suspect.

    Attributes:
        digits: The first of its fingerprint.
        since: The first entry that is doubted.
    """

    person: str
    digits: str
    since: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleView:
    """What the page of people shows.

    Attributes:
        version: Of the policy in force.
        proposed: Changes of it that wait for another administrator.
    """

    version: int
    people: tuple[PersonRow, ...]
    invitations: tuple[InvitationRow, ...]
    suspects: tuple[SuspectRow, ...]
    proposed: tuple[Proposed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """What the page of one person shows.

    Attributes:
        person: As listed; without keys and roles where they are only invited.
        waiting: Their invitation, if one goes on.
    """

    person: PersonRow
    waiting: InvitationRow | None


def show(visit: Visit) -> Page:
    """Show everybody."""
    return _shown(visit, "")


def _shown(visit: Visit, error: str) -> Page:
    people = sorted(visit.policy.people.values(), key=lambda each: each.id)
    view = PeopleView(
        version=visit.policy.version,
        people=tuple(person_row(visit, each) for each in people if each.id != SERVICE),
        invitations=tuple(_invitation_row(visit, each) for each in _going_on(visit)),
        suspects=tuple(_suspects(visit)),
        proposed=waiting(visit.office),
    )
    more = {
        "error": error,
        "acts": Role.ADMINISTRATOR in visit.roles,
        "administrators": len(visit.policy.holders(Role.ADMINISTRATOR)),
        "all_roles": ROLES,
        "fewest": FEWEST,
        "person": visit.sent("person"),
        "chosen": visit.form.get("role", []),
    }
    return Page(template="people.html.j2", view=view, more=more, status=422 if error else 200)


def invite(visit: Visit) -> Answer:
    """Invite somebody; the link is shown once."""
    try:
        person, roles = parse_person(visit.sent("person")), _roles(visit)
    except PitError as error:
        return _shown(visit, str(error))
    secret = invitations.invite(visit.store, person, roles, visit.person)
    more = {"person": person, "link": f"{visit.origin}/invitation/{secret}"}
    return Page(template="invited.html.j2", more=more)


def one(visit: Visit) -> Page:
    """Show one person, or somebody who is invited."""
    return _one(visit, "")


def _one(visit: Visit, error: str) -> Page:
    id_ = visit.path["person"]
    known = visit.policy.people.get(id_) if id_ != SERVICE else None
    found = next((each for each in _going_on(visit) if each.person == id_), None)
    if known is None and found is None:
        raise NotFoundError
    row = person_row(visit, known) if known else PersonRow(id=id_, roles=(), keys=())
    view = PersonView(person=row, waiting=_invitation_row(visit, found) if found else None)
    more = {
        "error": error,
        "acts": Role.ADMINISTRATOR in visit.roles,
        "all_roles": ROLES,
        "chosen": visit.form.get("role") or row.roles or (sorted(found.roles) if found else ()),
    }
    return Page(template="person.html.j2", view=view, more=more, status=422 if error else 200)


def change(visit: Visit) -> Answer:
    """Make of the keys and roles that were chosen the act that lists them."""
    id_ = visit.path["person"]
    try:
        known, made = visit.policy.people.get(id_), _handed_in(visit, id_)
        chosen = set(visit.form.get("key", []))
        there = [*(known.keys if known else ()), *(key.public for key in made)]
        keys = tuple(key for key in there if key in chosen)
        if not keys:
            raise RefusedError("Choose at least one key; to take somebody off the list, revoke them.")
        if chosen & {key.public for key in made} and visit.sent("compared") != "yes":
            raise RefusedError("Compare the digits with the person first, and say that you did.")
        person = Person(id=parse_person(id_), roles=frozenset(_roles(visit)), keys=keys)
        return keep(visit, lambda officer: acts.add_officer(visit.office, officer, person))
    except PitError as error:
        return _one(visit, str(error))


def revoke(visit: Visit) -> Answer:
    """Make the act that takes somebody off the list."""
    id_ = visit.path["person"]
    try:
        return keep(visit, lambda officer: acts.revoke_officer(visit.office, officer, id_))
    except PitError as error:
        return _one(visit, str(error))


def suspect(visit: Visit) -> Answer:
    """Make the act by which a key signs no more, and what rests on it is listed."""
    id_, since = visit.path["person"], whole(visit.sent("since"))
    try:
        if since is None:
            raise RefusedError("Say since which entry the key is doubted, by its number.")
        return keep(
            visit,
            lambda officer: acts.suspect_key(
                visit.office, officer, id_, visit.sent("key"), since=since, reason=visit.sent("reason")
            ),
        )
    except PitError as error:
        return _one(visit, str(error))


def withdraw(visit: Visit) -> See:
    """Take an invitation back; nothing of it was on the list."""
    invitations.withdraw(visit.store, visit.path["person"])
    return See(url="/people")


def person_row(visit: Visit, person: Person) -> PersonRow:
    """Return what is shown of a person."""
    return PersonRow(
        id=person.id,
        roles=tuple(sorted(person.roles)),
        keys=tuple(_listed_row(visit, key) for key in person.keys),
    )


def _suspects(visit: Visit) -> Iterator[SuspectRow]:
    for said in visit.office.register.dossier(POLICY).statements:
        if said.act.kind == SUSPECT_KEY:
            facts = said.act.details
            yield SuspectRow(
                person=facts["person"],
                digits=grouped(facts["key"]),
                since=int(facts["since"]),
                reason=said.act.reason or "",
            )


def _listed_row(visit: Visit, public: str) -> KeyRow:
    found = visit.store.ask("select synced, used from passkeys where public = ?", public)
    synced, used = found[0] if found else (None, None)
    return KeyRow(
        key=key_view(public),
        synced=None if synced is None else bool(synced),
        used=datetime.fromtimestamp(used, UTC) if used else None,
    )


def _invitation_row(visit: Visit, found: Invitation) -> InvitationRow:
    return InvitationRow(
        person=found.person,
        roles=tuple(sorted(found.roles)),
        by=found.by,
        step=found.step,
        until=datetime.fromtimestamp(found.expires, UTC),
        keys=tuple(_listed_row(visit, key.public) for key in found.proven),
    )


def _going_on(visit: Visit) -> list[Invitation]:
    """Return the invitations that wait for something; those whose keys are listed are done with."""
    left = []
    for each in invitations.every(visit.store):
        known = visit.policy.people.get(each.person)
        handed_in = each.step is Step.HANDED_IN
        if known and handed_in and {key.public for key in each.proven} <= {*known.keys}:
            continue
        left.append(each)
    return left


def _handed_in(visit: Visit, person: str) -> tuple[NewKey, ...]:
    found = invitations.of(visit.store, person)
    return found.proven if found and found.step is Step.HANDED_IN else ()


def _roles(visit: Visit) -> list[Role]:
    chosen: list[Role] = [role for role in ROLES if role in visit.form.get("role", [])]
    if not chosen:
        raise RefusedError("Choose at least one role.")
    return chosen
