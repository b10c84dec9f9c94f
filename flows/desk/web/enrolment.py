"""Making a key and proving it: what is asked for, and what may be listed.

A new key signs a few lines that name its person and itself, in a namespace of their own: that shows that
somebody has it, and no act or sign-in can be made of that signature. Whose it is, an administrator says.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows.desk.web import passkeys
from flows.desk.web.invitations import MOST_KEYS, NewKey
from flows.desk.web.store import GOOD_FOR
from flows.domain.errors import RefusedError, UnfitSignatureError
from flows.register import passkey
from flows.register.kinds import Kind, parse_key, parse_public, point_of
from flows.register.signature import ENROLMENT, verify
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flows.desk.web.store import Store

_MAKE, _PROVE = "make a passkey", "prove a key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page asks of somebody.

    Attributes:
        challenge: The name under which it is kept.
        request: What a browser is asked for, as JSON; empty where no passkey can be used.
        statement: What is signed; empty where a passkey is made.
    """

    challenge: str
    request: str
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Whose keys are made, and where.

    Attributes:
        origin: At which the browser sees the desk.
        origins: The desk's, by the policy in force.
        owners: Every key that ever was listed, and whose it was.
        listed: The keys of the person that are listed now.
        made: Those that they made so far.
    """

    store: Store
    register: str
    authority: str
    person: str
    origin: str
    origins: Collection[str]
    owners: Mapping[str, str]
    listed: tuple[str, ...]
    made: tuple[NewKey, ...]

    @property
    def at_desk(self) -> bool:
        """Whether passkeys can be made at this address."""
        return self.origin in self.origins

    def ask_to_make(self) -> Asked:
        """Ask for a passkey."""
        content = secrets.token_bytes(32)
        request = passkeys.creation(
            self.store,
            content,
            self.origin,
            person=self.person,
            authority=self.authority,
            ids=[key.id for key in self.made if key.id],
            keys=self.listed,
        )
        return Asked(
            challenge=self.store.put_challenge(_MAKE, content) if self.at_desk else "",
            request=request if self.at_desk else "",
        )

    def take_passkey(self, challenge: str, answer: str) -> NewKey:
        """Return the passkey that a browser made.

        Raises:
            RefusedError, MalformedError: as ``passkey.enrolled``; or it is not asked for, or listed already.
        """
        asked = self.store.take_challenge(_MAKE, challenge)
        found = passkey.enrolled(answer, asked, origins=self.origins)
        if self.store.ask("select 1 from passkeys where id = ?", found.id):
            raise RefusedError("This passkey was made for the desk before; make another.")
        return self._new(NewKey(public=found.public, id=found.id, synced=found.synced))

    def take_public(self, text: str) -> NewKey:
        """Return the key of a file or of a security key, whose public line somebody pasted.

        Raises:
            MalformedError: it is no public key, or one that proves nothing.
            RefusedError: it is listed already.
        """
        return self._new(NewKey(public=parse_public(text.strip(), source="public key")))

    def _new(self, key: NewKey) -> NewKey:
        known = {*map(point_of, self.owners), *(point_of(each.public) for each in self.made)}
        if point_of(key.public) in known:
            raise RefusedError("That key is on the list already, or was; make another.")
        if len(self.made) >= MOST_KEYS:
            raise RefusedError(f"{MOST_KEYS} keys are the most.")
        return key

    def ask_to_prove(self, key: NewKey) -> Asked:
        """Ask for the first signature by a key."""
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + GOOD_FOR))
        stated = {
            "desk": self.origin,
            "enrols": self.person,
            "key": key.public,
            "random": secrets.token_hex(16),
            "register": self.register,
            "until": until,
        }
        content = (json.dumps(stated, indent=2, sort_keys=True) + "\n").encode()
        by_passkey = parse_key(key.public).kind is Kind.PASSKEY and self.at_desk
        asked = passkeys.asked(passkey.challenge(content, ENROLMENT), self.origin, [key.id] if key.id else [])
        return Asked(
            challenge=self.store.put_challenge(_PROVE, content),
            request=asked if by_passkey else "",
            statement=content.decode(),
        )

    def prove(self, key: NewKey, challenge: str, *, answer: str, pasted: str) -> NewKey:
        """Return a key that signed what it was asked to.

        Raises:
            UnfitSignatureError: it did not.
            RefusedError, MalformedError: it was not asked to, or the answer is out of form.
        """
        content = self.store.take_challenge(_PROVE, challenge)
        if answer:
            passkey.signed(answer, key.public, content, ENROLMENT, origins=self.origins)
        elif verify(tidied(pasted), content, ENROLMENT, origins=self.origins).public != key.public:
            raise UnfitSignatureError("Another key signed than the one that is to be listed.")
        stated = json.loads(content)
        if (stated["enrols"], stated["key"]) != (self.person, key.public):
            raise UnfitSignatureError("What was signed is about another key, or another person.")
        if key.id:
            passkeys.remember(self.store, key.public, key.id, synced=key.synced)
        return replace(key, proven=True)
