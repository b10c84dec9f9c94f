"""What may change the policy, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flows.domain.errors import Fault, MalformedError, NotEntitledError, RefusedError
from flows.domain.policy import SERVICE, parse_person
from flows.domain.procedure import ActKind, Role

if TYPE_CHECKING:
    from flows.domain.act import Act
    from flows.domain.policy import Person, Policy


def add_officer(policy: Policy, person: Person) -> Policy:
    """Return the next policy, with ``person`` added or given other roles and keys.

    Raises:
        RefusedError: a key is somebody else's already, the person would have no role, the service's
            role or nothing new, or the last administrator would be gone.
        MalformedError: the id is no person's.
    """
    parse_person(person.id)
    if policy.people.get(person.id) == person:
        raise RefusedError(f"{person.id} already has these roles and keys.")
    if not person.roles or Role.SERVICE in person.roles:
        raise RefusedError(f"{person.id} needs at least one role, and not the role of the service.")
    for other in policy.people.values():
        if other.id != person.id and set(other.keys) & set(person.keys):
            raise RefusedError(f"That key belongs to {other.id}; each person needs a key of their own.")
    return _next(policy, {**policy.people, person.id: person}, changed=person.id)


def revoke_officer(policy: Policy, person: str) -> Policy:
    """Return the next policy, without ``person``.

    Raises:
        RefusedError: nobody of that id, the service, or the last administrator.
    """
    if person not in policy.people or person == SERVICE:
        raise RefusedError(f"{person} is not on the list of authorised people.")
    return _next(policy, {id_: p for id_, p in policy.people.items() if id_ != person}, changed=person)


def check_amendment(before: Policy | None, act: Act, after: Policy) -> None:
    """Check that ``act``, judged by the policy before it, leads to ``after``.

    Raises:
        NotEntitledError: the actor is no administrator under the policy before.
        RefusedError: the policy before does not allow the change.
        MalformedError: the policy after is not what the act makes of the one before.
    """
    judge = before or after
    if act.role is not Role.ADMINISTRATOR:
        raise NotEntitledError(act.actor, act=act.kind, needed=f"the role {Role.ADMINISTRATOR}")
    judge.require(act.actor, Role.ADMINISTRATOR, act=act.kind)
    in_force = before.version if before else 0
    if (act.policy, act.version, after.version) != (in_force, in_force + 1, in_force + 1):
        raise _unlike(act)
    if before is None:
        if act.kind is not ActKind.FOUND:
            raise _unlike(act)
        return
    person = act.details.get("person", "")
    if act.kind is ActKind.ADD_OFFICER and person in after.people:
        expected = add_officer(before, after.people[person])
    elif act.kind is ActKind.REVOKE_OFFICER:
        expected = revoke_officer(before, person)
    else:
        raise _unlike(act)
    if after != expected:
        raise _unlike(act)


def _next(policy: Policy, people: dict[str, Person], *, changed: str) -> Policy:
    after = replace(policy, version=policy.version + 1, people=people)
    if not after.holders(Role.ADMINISTRATOR):
        raise RefusedError(f"{changed} is the last administrator; add another before changing this one.")
    return after


def _unlike(act: Act) -> MalformedError:
    return MalformedError(
        f"{act.kind} of the policy",
        Fault(path="roster.json", problem="it is not what this act makes of the policy before it"),
    )
