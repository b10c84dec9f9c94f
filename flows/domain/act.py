"""One act: what somebody did, before it is bound into the register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.domain.policy import SERVICE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flows.domain.acts.kind import Kind
    from flows.domain.attested import Attested
    from flows.domain.procedure import Role, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """What identifies a file's bytes.

    Attributes:
        size: In bytes.
        sha256: 64 lower-case hex digits.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did to a case or to the policy, by whom, in which role, when.

    Attributes:
        kind: The row of the table of acts.
        case: The case's reference, or ``policy``.
        role: The role in which the actor acts.
        time: UTC, whole seconds.
        policy: Version of the policy in force before the act; 0 when it founds the register.
        document: The kind of document it is about; empty for an act on the case or on the policy.
        version: The version the act is about: the one a draft makes, else the current one; 0 before
            the first and for an act on the case. For an act on the policy, the version it makes.
        gate: The gate at which a decision is made; None for every other act.
        reason: Why, in the actor's words.
        details: The facts of this kind of act, all of them text, by name; of an approval also the
            SHA-256 of each file it was made on, under its path.
        files: The case's folder as the act leaves it, the records of acts left out.
        attested: The sign-in for which the service signs it; None of what the actor signs themselves.
    """

    kind: Kind
    case: str
    actor: str
    role: Role
    time: datetime
    policy: int
    document: str = ""
    version: int = 0
    gate: Stage | None = None
    reason: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileMark] = field(default_factory=dict)
    attested: Attested | None = None

    @property
    def signed_for(self) -> str:
        """Whose key has to sign it: the actor's own, or the service's where it is attested."""
        return SERVICE if self.attested else self.actor
