"""Inviting somebody, and the keys they make: kept here until an administrator lists them.

1. *Sent.* The link has 32 random bytes, of which only the SHA-256 is kept. It is good for a day, and once:
   who opens it first goes on at another address, and whoever opens it after that is turned away.
2. *Begun.* Keys are made, and each is proven by a signature.
3. *Handed in.* An administrator compares what is read out to them with what they see, and signs the act that
   lists the keys. Only that act lets anybody in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from flows.desk.web.store import Store

_DAY: Final = 86_400.0
GOOD_FOR: Final = _DAY
"""Seconds in which an invitation has to be taken up and handed in."""
WAITS: Final = 7 * _DAY
"""Seconds for which what was handed in waits for an administrator."""
MOST_KEYS: Final = 6


class Step(StrEnum):
    """How far an invitation has come."""

    SENT = "sent"
    BEGUN = "begun"
    HANDED_IN = "handed-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that somebody made.

    Attributes:
        public: As it is to be listed.
        id: By which a browser finds a passkey; empty for a key of another kind.
        synced: Whether copies of it may live on several devices.
        proven: Whether it signed that somebody has it.
    """

    public: str
    id: str = ""
    synced: bool = False
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One person's.

    Attributes:
        roles: That they are to have.
        by: Who invited them.
        expires: When it ends, in seconds since 1970 UTC.
        keys: That they made so far.
        token: The SHA-256 of the secret by which it goes on; empty at a founding, where nobody is invited.
    """

    person: str
    roles: frozenset[Role]
    by: str
    expires: float
    step: Step
    keys: tuple[NewKey, ...]
    token: str = ""

    @property
    def proven(self) -> tuple[NewKey, ...]:
        """The keys that signed once."""
        return tuple(key for key in self.keys if key.proven)

    @property
    def unproven(self) -> NewKey | None:
        """The key that is to sign next."""
        return next((key for key in self.keys if not key.proven), None)


def invite(store: Store, person: str, roles: Collection[Role], by: str) -> str:
    """Invite somebody, in the place of what was sent to them before; return the secret of the link."""
    secret = secrets.token_urlsafe(32)
    values = (person, _stored(secret), ",".join(sorted(roles)), by, time.time() + GOOD_FOR, Step.SENT, "[]")
    store.ask("insert or replace into invitations values (?, ?, ?, ?, ?, ?, ?)", *values)
    return secret


def begin(store: Store, secret: str) -> str | None:
    """Take an invitation up; return the secret under which it goes on, or None where it cannot be."""
    follows = secrets.token_urlsafe(32)
    taken = store.ask(
        "update invitations set token = ?, stage = ? where token = ? and stage = ? and expires > ? "
        "returning person",
        *(_stored(follows), Step.BEGUN, _stored(secret), Step.SENT, time.time()),
    )
    return follows if taken else None


def find(store: Store, secret: str) -> Invitation | None:
    """Return the invitation that a secret names, if it goes on."""
    return next(iter(_found(store, "token = ?", _stored(secret))), None)


def of(store: Store, person: str) -> Invitation | None:
    """Return the invitation of a person, if it goes on."""
    return next(iter(_found(store, "person = ?", person)), None)


def every(store: Store) -> list[Invitation]:
    """Return every invitation that goes on."""
    return _found(store, "true order by person")


def keep(store: Store, invitation: Invitation, keys: Sequence[NewKey]) -> None:
    """Keep the keys that somebody made, unless it was handed in, replaced or written to meanwhile."""
    store.ask(
        "update invitations set keys = ? where token = ? and stage = ? and keys = ?",
        *(_written(keys), invitation.token, Step.BEGUN, _written(invitation.keys)),
    )


def hand_in(store: Store, invitation: Invitation) -> None:
    """Let an administrator see the keys; no more can be made."""
    store.ask(
        "update invitations set stage = ?, expires = ? where token = ? and stage = ? and keys = ?",
        *(Step.HANDED_IN, time.time() + WAITS, invitation.token, Step.BEGUN, _written(invitation.keys)),
    )


def withdraw(store: Store, person: str) -> None:
    """Take an invitation back."""
    store.ask("delete from invitations where person = ?", person)


def _found(store: Store, where: str, *values: str) -> list[Invitation]:
    columns = "person, roles, by, expires, stage, keys, token"
    return [
        Invitation(
            person=person,
            roles=frozenset(map(Role, roles.split(","))),
            by=by,
            expires=expires,
            step=Step(step),
            keys=tuple(NewKey(**key) for key in json.loads(keys)),
            token=token,
        )
        for person, roles, by, expires, step, keys, token in store.ask(
            f"select {columns} from invitations where expires > ? and {where}",  # noqa: S608 - our own words
            time.time(),
            *values,
        )
    ]


def _written(keys: Sequence[NewKey]) -> str:
    return json.dumps([asdict(key) for key in keys])


def _stored(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
