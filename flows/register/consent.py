"""What one administrator signs for another to record, where a change of the policy takes two.

It names the register, the policy it is to change, and all that the act will state of itself but who
records it and when; so it is good for that one change of that one policy. docs/register.md has its form.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from flows.domain.act import Act
from flows.domain.acts import ACTS, RECOVER
from flows.domain.acts.policy import CONSENT, PROPOSED_BY, RECOVERY, takes_two
from flows.domain.errors import ConsentError, RecoveryError, UnfitSignatureError
from flows.domain.procedure import Role
from flows.register import canonical, signature
from flows.register.canonical import integer, text
from flows.register.sshsig import from_one_line, on_one_line
from flows.register.statement import POLICY, files_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flows.domain.policy import Policy
    from flows.register.kinds import Signed

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What one administrator agrees to.

    Attributes:
        act: As they would record it themselves.
        changes: The files that it writes, where they are at hand.
    """

    register: str
    act: Act
    changes: Mapping[str, bytes] = field(default_factory=dict, compare=False)

    def to_bytes(self) -> bytes:
        """Return the bytes that they sign."""
        act = self.act
        return canonical.dump(
            {
                "act": act.kind.name,
                "details": dict(act.details),
                "files": rows_of(act.files),
                "format": _FORMAT,
                "policy": act.policy,
                PROPOSED_BY: act.actor,
                "reason": act.reason,
                "register": self.register,
            }
        )

    def recovered(self, armoured: str) -> Act:
        """Return the act by which whom the recovery key names records that it does."""
        return replace(self.act, details={**self.act.details, RECOVERY: on_one_line(armoured)})

    def recorded_by(self, person: str, armoured: str, time: datetime) -> Act:
        """Return the act by which another administrator makes it so."""
        facts = {PROPOSED_BY: self.act.actor, CONSENT: on_one_line(armoured)}
        return replace(self.act, actor=person, time=time, details={**self.act.details, **facts})


def parse(data: bytes, time: datetime) -> Consent:
    """Return the consent in ``data``, whose act would be recorded at ``time``.

    Raises:
        ValueError: it is not exactly what ``to_bytes`` writes.
    """
    raw = canonical.load(data)
    try:
        consent = _from(raw, time)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a field is missing or has the wrong form") from error
    if consent.to_bytes() != data:
        raise ValueError("not in the register's form")
    return consent


def _from(raw: dict[str, Any], time: datetime) -> Consent:
    act = Act(
        kind=ACTS[raw["act"]],
        case=POLICY,
        actor=text(raw[PROPOSED_BY]),
        role=Role.ADMINISTRATOR,
        time=time,
        policy=integer(raw["policy"]),
        version=integer(raw["policy"]) + 1,
        reason=None if raw["reason"] is None else text(raw["reason"]),
        details={text(name): text(value) for name, value in raw["details"].items()},
        files=files_of(raw["files"]),
    )
    return Consent(register=text(raw["register"]), act=act)


def check_signed(consent: Consent, armoured: str, policy: Policy) -> Signed:
    """Check that whoever agreed signed that, with a key on the list of ``policy``; return what signed.

    Raises:
        ConsentError: they did not.
    """
    person, origins = policy.people.get(consent.act.actor), policy.rules.desk
    try:
        signed = signature.verify(armoured, consent.to_bytes(), signature.CONSENT, origins=origins)
    except UnfitSignatureError as error:
        raise ConsentError(
            f"That {consent.act.actor} agreed is not signed for this change: {error}"
        ) from None
    if person is None or signed.public not in person.keys:
        raise ConsentError(f"That {consent.act.actor} agreed is signed with a key that is not theirs.")
    return signed


def check_consent(policy: Policy, act: Act) -> Signed | None:
    """Check the signature of whoever agreed to a change of ``policy``; None where it takes no other person.

    Raises:
        ConsentError: it does not fit.
        RecoveryError: that of the recovery key does not.
    """
    if act.kind == RECOVER:
        _check_recovery(policy, act)
        return None
    if not takes_two(policy):
        return None
    facts = dict(act.details)
    first, written = facts.pop(PROPOSED_BY), facts.pop(CONSENT)
    agreed = Consent(register=policy.register, act=replace(act, actor=first, details=facts))
    return check_signed(agreed, from_one_line(written), policy)


def _check_recovery(policy: Policy, act: Act) -> None:
    """Check that the recovery key of ``policy`` named whoever takes the act, and for this one.

    Raises:
        RecoveryError: it did not.
    """
    facts, recovery = dict(act.details), policy.rules.recovery
    written = facts.pop(RECOVERY)
    named = Consent(register=policy.register, act=replace(act, details=facts))
    try:
        signed = signature.verify(from_one_line(written), named.to_bytes(), signature.RECOVERY)
    except UnfitSignatureError as error:
        raise RecoveryError(f"That shares named {act.actor} is not signed for this act: {error}") from None
    if signed.public != (recovery and recovery.key):
        raise RecoveryError(
            f"That shares named {act.actor} is signed with another key than the recovery key."
        )
