"""Who may act, with which keys, and under which rules: the register's policy."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.english import listing
from flows.domain.errors import Fault, MalformedError, NotEntitledError
from flows.domain.letterhead import PLAIN, Letterhead
from flows.domain.procedure import Role
from flows.domain.theme import HOUSE_STYLE, Theme
from flows.domain.working_days import Holiday

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from flows.domain.attested import Attesting
    from flows.domain.working_days import Closure

SERVICE: Final = "service"
"""The id under which the machine acts."""

BODIES: Final = (
    "government-department",
    "welsh-government",
    "audit-authority",
    "house-of-commons",
    "house-of-lords",
    "school",
    "academy",
    "archive",
    "armed-forces",
    "other",
)
"""The kinds of authority of which the law says something that it does not say of others: which exemptions are
open to them, FOIA s.33 to 36, or how long they have, s.10(4). Most are none of these: ``other``.
"""

HOST: Final = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
"""A host name as browsers write it in an origin, never a number: an IP address is no RP id."""

THRESHOLDS: Final = (1, 2)
"""How many administrators a change of the policy can take."""

FEWEST_SHARES: Final = 2
"""Of a recovery key that are needed to use it: with one, any trustee alone could name an administrator."""

MOST_SHARES: Final = 16
"""Of a recovery key that there can be."""

EARLIEST_REMINDER: Final = 60
"""Working days before a day is due: as long as a school ever has, SI 2004/3364, regulation 3."""

LONGEST_RETENTION: Final = 1_200
"""Months."""

_PERSON: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?")
_ORIGIN: Final = re.compile(r"(https?)://([^:]+)(?::([1-9][0-9]{0,4}))?")
_USUAL_PORT: Final = {"https": "443", "http": "80"}
"""Which browsers leave out."""
_LAST_PORT: Final = 65_535


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


def fingerprint(public: str) -> str:
    """Return the SHA-256 of a public key as it is listed, in hex; `ssh-keygen -l` prints it in base64."""
    return hashlib.sha256(b64decode(public.split()[1])).hexdigest()


def one_of(roles: Collection[Role]) -> str:
    """Return what entitles to act in one of ``roles``; a person cannot be given that of the service."""
    open_to = sorted({*roles} - {Role.SERVICE})
    return f"the role {listing(open_to, 'or')}" if open_to else "the service itself"


def parse_origin(text: str) -> str:
    """Return ``text`` if it can be the origin of a desk, as a browser writes it.

    Raises:
        MalformedError: it cannot.
    """
    found = _ORIGIN.fullmatch(text)
    scheme, host, port = found.groups() if found else ("", "", None)
    # A browser has passkeys on https alone, but for a demonstration on the machine itself.
    safe = scheme == "https" or (scheme == "http" and host == "localhost")
    usual = port == _USUAL_PORT.get(scheme, "")
    if not safe or not HOST.fullmatch(host) or usual or int(port or 0) > _LAST_PORT:
        raise MalformedError(
            "origin",
            Fault(
                path="",
                problem="the desk's address up to the host and port is needed, in small letters and without "
                "the usual port, as https://foi.example.gov.uk, or http://localhost:8000 for a demonstration",
            ),
        )
    return text


def host_of(origin: str) -> str:
    """Return the host of an origin, which is the RP id of the passkeys that sign there."""
    return origin.partition("://")[2].partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One authorised person, or the service.

    Attributes:
        id: What the authority calls them; never a name.
        keys: OpenSSH public keys of any kind, as ``ssh-ed25519 AAAA…`` without comment.
    """

    id: str
    roles: frozenset[Role]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A key that names a new administrator and does nothing else; its private half is in shares.

    How many shares there are, and how many it takes, is what its makers say: no register shows it.

    Attributes:
        key: An Ed25519 key, as ``ssh-ed25519 AAAA…`` without comment.
        needed: How many shares make the private half.
        shares: How many there are.
    """

    key: str
    needed: int
    shares: int

    @property
    def lines(self) -> tuple[str, ...]:
        """What it is, in lines that people compare."""
        return (f"{self.needed} of {self.shares} shares name a new administrator", fingerprint(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the authority chose.

    Attributes:
        edition: Of the procedure, by which acts are judged.
        gates: Document to the name of its approvals in the edition.
        threshold: How many administrators a change of policy takes.
        reference_pattern: How the next reference is made, as ``FOI-{year}-{number:04}``.
        chase_within: Working days before the statutory deadline at which deciders are reminded.
        body: What kind of authority it is, one of ``BODIES``; None where nobody said.
        retention: How many months a case is kept after it ended; None where nobody said, and none is erased.
        desk: The origins at which passkeys sign, sorted; without one no passkey can sign.
        attested: Which acts a sign-in may attest, and whose; None where it attests none.
        recovery: What names a new administrator where no key of one is left; None where nothing does.
    """

    edition: int
    gates: Mapping[str, str]
    threshold: int
    reference_pattern: str
    chase_within: int
    body: str | None = None
    retention: int | None = None
    desk: tuple[str, ...] = ()
    attested: Attesting | None = None
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proclaimed(Holiday):
    """A bank holiday that an administrator added, because the software's data do not have it.

    Attributes:
        source: Where it was proclaimed, as the Gazette's number and date.
        added: The local day on which the administrator added it.
    """

    added: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy in force.

    Attributes:
        version: Counts from 1; each policy entry makes the next.
        register: 32 lower-case hex digits, chosen at random when the register was founded.
        holidays: Those added to the software's data, by date and nations.
        closures: When the school has no session, in the order of their days.
        theme: How papers look.
        letterhead: What letters say of the authority.
    """

    version: int
    register: str
    authority: str
    people: Mapping[str, Person]
    rules: Rules
    holidays: tuple[Proclaimed, ...] = ()
    closures: tuple[Closure, ...] = ()
    theme: Theme = HOUSE_STYLE
    letterhead: Letterhead = PLAIN

    def require(self, person: str, *roles: Role, verb: str) -> Person:
        """Return the person if they hold one of ``roles``.

        Raises:
            NotEntitledError: nobody of that id, or with none of these roles.
        """
        known = self.people.get(person)
        if known is None:
            raise NotEntitledError(person, verb=verb, needed="a person on the list of authorised people")
        if known.roles.isdisjoint(roles):
            raise NotEntitledError(person, verb=verb, needed=one_of(roles))
        return known

    @property
    def signing_administrators(self) -> frozenset[str]:
        """The ids of every administrator who has a key."""
        return frozenset(id_ for id_ in self.holders(Role.ADMINISTRATOR) if self.people[id_].keys)

    def holders(self, role: Role) -> frozenset[str]:
        """Return the ids of everyone who holds ``role``."""
        return frozenset(p.id for p in self.people.values() if role in p.roles)
