"""Who may act, with which keys, and under which rules: the register's policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError, NotEntitledError
from flows.domain.procedure import GATES, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE: Final = "service"
"""The id under which the machine acts."""

_PERSON: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?")


def parse_person(text: str) -> str:
    """Return ``text`` if it can be a person's id.

    Raises:
        MalformedError: it cannot.
    """
    if not _PERSON.fullmatch(text) or text in {SERVICE, "policy"} or ".." in text:
        raise MalformedError(
            "person",
            Fault(
                path="",
                problem="an id has up to 40 lower-case letters, digits, dots and hyphens, starts and "
                "ends with a letter or digit, has no '..', and is not 'service' or 'policy'",
            ),
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One authorised person, or the service.

    Attributes:
        id: What the authority calls them; never a name.
        keys: OpenSSH public keys, as ``ssh-ed25519 AAAA…`` without comment.
    """

    id: str
    roles: frozenset[Role]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the authority chose.

    Attributes:
        gates: Document to the name of its approvals in ``GATES``.
        threshold: How many administrators a change of policy takes.
        reference_pattern: How the next reference is made, as ``FOI-{year}-{number:04}``.
        chase_within: Working days before the statutory deadline at which deciders are reminded.
    """

    gates: Mapping[str, str]
    threshold: int
    reference_pattern: str
    chase_within: int

    def gates_for(self, document: str) -> tuple[Stage, ...]:
        """Return the gates ``document`` passes, in order."""
        return GATES[self.gates[document]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy in force.

    Attributes:
        version: Counts from 1; each policy entry makes the next.
        register: 32 lower-case hex digits, chosen at random when the register was founded.
    """

    version: int
    register: str
    authority: str
    people: Mapping[str, Person]
    rules: Rules

    def require(self, person: str, role: Role, *, act: str) -> Person:
        """Return the person if they hold ``role``.

        Raises:
            NotEntitledError: nobody of that id, or without that role.
        """
        known = self.people.get(person)
        if known is None:
            raise NotEntitledError(person, act=act, needed="a person on the list of authorised people")
        if role not in known.roles:
            raise NotEntitledError(person, act=act, needed=f"the role {role}")
        return known

    def holders(self, role: Role) -> frozenset[str]:
        """Return the ids of everyone who holds ``role``."""
        return frozenset(p.id for p in self.people.values() if role in p.roles)
