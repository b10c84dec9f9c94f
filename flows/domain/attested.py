"""Attested: what somebody did who had signed in at their authority's own sign-in, signed by the service.

An act is signed by its actor's own key. Where the policy names its kind, and the account of the person, the
service may sign it in their stead; its statement then says so, and by which sign-in. It is the actor's act
all the same: their role, and every rule that keeps persons apart, go by them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from flows.domain.errors import AttestedError
from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.act import Act
    from flows.domain.acts.kind import Kind
    from flows.domain.policy import Policy

ATTESTED: Final = "attested"
"""The fact that says so."""

FRESH: Final = timedelta(minutes=15)
"""How long before the act its person may have signed in."""
AHEAD: Final = timedelta(minutes=1)
"""By how much the provider's clock may be fast."""

ISSUER: Final = re.compile(r"https?://[!-~]{1,200}")
ACCOUNT: Final = re.compile("[0-9a-f]{64}")
_WORD: Final = re.compile(r"[A-Za-z0-9._:/+-]{1,100}")
_MOST_METHODS: Final = 8
_FORM: Final = re.compile(
    rf"issuer=({ISSUER.pattern}) account=({ACCOUNT.pattern}) at=(\S{{20}}) amr=(\S*) acr=(\S*)"
)
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A sign-in, as a provider of OpenID Connect told of it (Core 1.0, section 2).

    Attributes:
        issuer: Who says so.
        account: As whom, as ``account_of`` has it; never the subject itself.
        at: When the person last proved who they are, ``auth_time``, UTC.
        methods: How, ``amr``, as ``pwd`` and ``mfa`` (RFC 8176).
        level: How surely, ``acr``; empty where nothing is said.
    """

    issuer: str
    account: str
    at: datetime
    methods: tuple[str, ...] = ()
    level: str = ""

    @property
    def text(self) -> str:
        """The fact as a statement has it."""
        return (
            f"issuer={self.issuer} account={self.account} at={self.at.strftime(_TIME)} "
            f"amr={','.join(self.methods)} acr={self.level}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attesting:
    """What of a register may be attested.

    Attributes:
        issuer: The one provider whose word is taken.
        kinds: Names of acts, in order.
        accounts: By id of a person, the account that is theirs.
    """

    issuer: str
    kinds: tuple[str, ...]
    accounts: Mapping[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, for people."""
        accounts = sorted(self.accounts.items())
        return (*self.kinds, *(f"{person}: account {mark}" for person, mark in accounts), f"by {self.issuer}")


def account_of(register: str, issuer: str, subject: str) -> str:
    """Return what stands in a register for an account: who knows the subject can compare it."""
    return hashlib.sha256(f"{register}\n{issuer}\n{subject}".encode()).hexdigest()


def words_of(values: object) -> tuple[str, ...]:
    """Return those of a provider's words that a statement can have; none of what is not of that form."""
    given = values if isinstance(values, list) else [values]
    fit = [each for each in given if isinstance(each, str) and _WORD.fullmatch(each)]
    return tuple(sorted(set(fit)))[:_MOST_METHODS]


def parse_attested(text: str) -> Attested:
    """Return the sign-in of a fact.

    Raises:
        ValueError: it is not exactly what ``Attested.text`` writes.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError("not the fact of a sign-in")
    issuer, account, at, methods, level = found.groups()
    read = Attested(
        issuer=issuer,
        account=account,
        at=datetime.strptime(at, _TIME).replace(tzinfo=UTC),
        methods=words_of(methods.split(",")),
        level="".join(words_of(level)),
    )
    if read.text != text:
        raise ValueError("not the one form of the fact of a sign-in")
    return read


def attestable(kind: Kind) -> bool:
    """Tell whether a policy may name a kind of act at all: a decision takes the key of whoever decides."""
    return not kind.own_key and kind.roles != {Role.SERVICE}


def against_attested(act: Act, policy: Policy) -> Iterator[AttestedError]:
    """Yield what speaks against an act that is attested; nothing of one that is not."""
    said, rules, who = act.attested, policy.rules.attested, act.actor
    if said is None:
        return
    if not attestable(act.kind):
        yield AttestedError(f"To {act.kind.verb} takes one's own key, and is never attested by a sign-in.")
    elif rules is None or act.kind.name not in rules.kinds:
        yield AttestedError(
            f"The policy does not let a sign-in attest what it takes to {act.kind.verb}: {who} signs it "
            "with a key of their own."
        )
    elif said.issuer != rules.issuer:
        yield AttestedError(f"{who} signed in elsewhere than where the policy says, which is {rules.issuer}.")
    elif said.account != rules.accounts.get(who):
        yield AttestedError(f"The policy does not say that the account that signed in is {who}'s.")
    elif not -AHEAD <= act.time - said.at <= FRESH:
        minutes = FRESH // timedelta(minutes=1)
        yield AttestedError(f"{who} did not sign in within the {minutes} minutes before; sign in again.")
