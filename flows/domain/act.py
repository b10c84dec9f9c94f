"""One act: what somebody did, before it is bound into the register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flows.domain.procedure import ActKind, Role, Stage


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
        case: The case's reference, or ``policy``.
        role: The role in which the actor acts.
        time: UTC, whole seconds.
        policy: Version of the policy in force before the act; 0 when it founds the register.
        version: The version the act is about: the one a draft makes, else the current one; 0 before
            the first. For an act on the policy, the version of the policy it makes.
        gate: The gate at which a decision is made; None for every other act.
        reason: Why, in the actor's words; a return needs one.
        details: Facts of this kind of act, all of them text: ``received`` and ``recipient`` of an
            opening, the SHA-256 of each file a decision was made on under its path, ``on`` and
            ``by`` of a sending, ``ground`` of a closing, ``person`` or ``date`` of a change of policy.
        files: The case folder as the act leaves it, the records of acts left out.
    """

    kind: ActKind
    case: str
    actor: str
    role: Role
    time: datetime
    policy: int
    version: int = 0
    document: str = "test"
    gate: Stage | None = None
    reason: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileMark] = field(default_factory=dict)
