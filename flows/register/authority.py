"""Whose keys were good for what at each entry, as the audit follows the policy."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

from flows.domain import errors
from flows.domain.acts import RECOVER, RESUME
from flows.domain.acts.policy import PROPOSED_BY, check_amendment, check_suspect, judge_of, suspects
from flows.domain.characters import unseen_fault
from flows.domain.decide import idempotency_key
from flows.domain.policy import SERVICE, fingerprint
from flows.domain.procedure import Role
from flows.register import signature
from flows.register.consent import check_consent
from flows.register.points import WeakKeyError
from flows.register.report import Administered, FoundError, Suspected, printable
from flows.register.roster import FILES, check_owners, owners, parse_policy, unseen_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flows.domain.policy import Policy
    from flows.register.kinds import Signed
    from flows.register.reading import Said


_CODES: Final = {
    errors.AttestedError: "E_ATTESTED",
    errors.ConsentError: "E_CONSENT",
    errors.KeyOwnerError: "E_OWNER",
    errors.KeylessError: "E_NO_KEY",
    errors.RecoveryError: "E_RECOVERY",
}
"""What a change of the policy is refused for, as a code; anything else is E_POLICY."""


@dataclass(kw_only=True)
class Resting:
    """What rests on each key.

    Attributes:
        served: The entries of which a key of the service's signed the first and the last.
        signed: The entries with an act that a key signed.
        counted: By key and what a person calls it: in turn such an entry, and how often the device had
            signed by then; none of a device that does not count.
    """

    served: dict[str, range] = field(default_factory=dict)
    signed: dict[str, array[int]] = field(default_factory=dict)
    counted: dict[tuple[str, str], array[int]] = field(default_factory=dict)

    def join(self, other: Resting) -> None:
        """Put in what rests on the same keys by other entries, or by the same."""
        for key, served in other.served.items():
            known = self.served.get(key, served)
            self.served[key] = range(min(known.start, served.start), max(known.stop, served.stop))
        for key, entries in other.signed.items():
            self.signed[key] = array("Q", sorted({*self.signed.get(key, ()), *entries}))
        for device, counts in other.counted.items():
            pairs = sorted({*_in_twos(self.counted.get(device, ())), *_in_twos(counts)})
            self.counted[device] = array("Q", chain.from_iterable(pairs))
        # As if each had been met in the order of the entries.
        self.served = dict(sorted(self.served.items(), key=lambda each: each[1].start))
        self.signed = dict(sorted(self.signed.items(), key=lambda each: each[1][0]))
        self.counted = dict(sorted(self.counted.items(), key=lambda each: each[1][0]))

    def copies(self) -> Iterator[str]:
        """Remark on each device whose count did not rise: there may be a copy."""
        for (_, device), counts in self.counted.items():
            for (_, before), (sequence, now) in pairwise(_in_twos(counts)):
                if now <= before:
                    yield (
                        f"entry {sequence}: {device} counted {before} signatures before and {now} now; ask "
                        "whether there is a copy of it."
                    )


def _in_twos(flat: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(flat[::2], flat[1::2], strict=True)


class Authority:
    """The policy, entry after entry.

    Attributes:
        policy: In force; None before the register is founded.
        fingerprint: SHA-256 of the statement that founded the register; empty before that.
        service_keys: Every key that was ever the service's.
        remarks: What passes, yet an auditor should know.
        accepted: The findings in spite of which an administrator decided last to go on.
        resting: What rests on each key.
        administrators: Who was one, oldest first.
    """

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.fingerprint = ""
        self.service_keys: set[str] = set()
        self.remarks: list[str] = []
        self.accepted: tuple[str, ...] = ()
        self.administrators: list[Administered] = []
        self._owners: dict[str, str] = {}
        self._suspects: dict[str, int] = {}
        self.resting = Resting()

    @property
    def version(self) -> int:
        """Of the policy in force; 0 before the register is founded."""
        return self.policy.version if self.policy else 0

    def amend(self, said: Said, read: Callable[[str], bytes]) -> None:
        """Let the act ``said`` change the policy, if the policy before it allows.

        Raises:
            FoundError: it does not.
        """
        before, it = self.policy, said.statement
        if said.nodes.keys() != {*FILES, *said.records}:
            raise FoundError("E_TREE", said.place, "The policy's folder has something else than a policy.")
        try:
            after = parse_policy({name: read(name) for name in FILES})
        except WeakKeyError as error:
            raise FoundError(
                "E_WEAK_KEY", said.place, f"The list has a key that proves nothing: {error}."
            ) from None
        except ValueError as error:
            raise FoundError("E_POLICY", said.place, f"The policy is out of form: {error}.") from None
        if before and after.version <= before.version:
            raise FoundError(
                "E_POLICY_ROLLBACK", said.place, "An older policy was put in the place of a newer one."
            )
        self.check_signer(said, judge_of(before, it.act, after))
        try:
            check_amendment(before, it.act, after)
            self._note_consent(before, said)
            check_owners(self._owners, after, self._suspects)
            check_suspect(it.act, self._owners)
        except errors.PitError as error:
            code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "E_POLICY")
            raise FoundError(code, said.place, str(error)) from None
        if after.register != it.register or it.key != idempotency_key(it.act, None):
            raise FoundError("E_POLICY", said.place, "The policy does not belong to its statement.")
        if before is None:
            self.fingerprint = hashlib.sha256(said.data).hexdigest()
        self._remark(said, read)
        self._suspects |= suspects([it.act])
        self.policy = after
        self._owners |= owners([after])
        self._note_administrators(after, said.entry.sequence)
        self.service_keys |= set(after.people[SERVICE].keys)

    def _note_consent(self, before: Policy | None, said: Said) -> None:
        signed = check_consent(before, said.statement.act) if before else None
        if signed:
            self._note(signed, said, said.statement.act.details[PROPOSED_BY])

    def _remark(self, said: Said, read: Callable[[str], bytes]) -> None:
        """Keep of a change that passes what an auditor is told."""
        act = said.statement.act
        if act.kind == RESUME:
            self.accepted = tuple(act.details["findings"].split("; "))
            self.remarks.append(
                printable(
                    f"{said.place}: {act.actor} let the register be written again in spite of "
                    f"{', '.join(self.accepted)}: {' '.join((act.reason or '').split())}"
                )
            )
        if act.kind == RECOVER:
            words = " ".join((act.reason or "").split())
            self.remarks.append(
                printable(f"{said.place}: the recovery key named {act.actor} an administrator: {words}")
            )
        # Under the edition in which it may be, an auditor is told all the same.
        problem = unseen_fault([act.reason or "", *act.details.values()])
        if problem := problem or unseen_in({name: read(name) for name in FILES}):
            self.remarks.append(f"{said.place}: a text of the policy is unfit, as {problem}.")

    def check_signer(self, said: Said, policy: Policy) -> None:
        """Check that a key of the person who acted signed the statement, or the service's what is attested.

        Raises:
            FoundError: it did not.
        """
        act, origins = said.statement.act, policy.rules.desk
        actor = act.actor
        try:
            signed = signature.verify(said.armoured, said.data, signature.STATEMENT, origins=origins)
        except errors.UnfitSignatureError as error:
            raise FoundError("E_SIGNATURE", said.place, str(error)) from None
        public = signed.public
        owner = next((p.id for p in policy.people.values() if public in p.keys), None)
        if owner == act.signed_for:
            self._note(signed, said, owner)
            return
        if act.attested and owner:
            raise FoundError("E_KEY_CLASS", said.place, f"A key of {owner} signed what a sign-in attests.")
        if owner == SERVICE:
            raise FoundError("E_ROLE", said.place, f"The service's key signed an act of {actor}.")
        if owner:
            raise FoundError("E_IDENTITY", said.place, f"A key of {owner} signed an act of {actor}.")
        if public in self._owners:
            raise FoundError("E_KEY_EXPIRED", said.place, "The key that signed was no longer on the list.")
        raise FoundError("E_UNKNOWN_KEY", said.place, "The key that signed was never on the list.")

    def suspected(self) -> Iterator[Suspected]:
        """Yield each key that was made suspect, and what rests on it since."""
        rests = self.resting
        for public in {**rests.signed, **rests.served}:
            mark = fingerprint(public)
            if (since := self._suspects.get(mark)) is not None:
                sequences = rests.served.get(public) or rests.signed[public]
                resting = tuple(each for each in sequences if each >= since)
                yield Suspected(person=self._owners[public], key=mark, since=since, entries=resting)

    def _note_administrators(self, after: Policy, sequence: int) -> None:
        """Keep who is an administrator from an entry on, and who is none any more."""
        now = after.holders(Role.ADMINISTRATOR)
        known = {each.person for each in self.administrators if each.until is None}
        self.administrators = [
            replace(each, until=sequence) if each.until is None and each.person not in now else each
            for each in self.administrators
        ]
        self.administrators += [Administered(person=each, since=sequence) for each in sorted(now - known)]

    def _note(self, signed: Signed, said: Said, person: str) -> None:
        """Keep what rests on a key, and how often its device had signed."""
        sequence = said.entry.sequence
        self.resting.signed.setdefault(signed.public, array("Q")).append(sequence)
        if signed.counter:
            device = signed.public, f"the {signed.kind} of {person}"
            self.resting.counted.setdefault(device, array("Q")).extend((sequence, signed.counter))

    def check_service(
        self, payload: bytes, armoured: str | None, policy: Policy | None, sequence: int, place: str
    ) -> None:
        """Check that the service of ``policy`` signed an entry, and keep what rests on its key.

        Raises:
            FoundError: it did not.
        """
        public = signer_of(payload, armoured, place)
        if policy and public in policy.people[SERVICE].keys:
            # One key after another, so that what rests on one is a range.
            served = self.resting.served
            first = served[public].start if public in served else sequence
            served[public] = range(first, sequence + 1)
            return
        if public in self._owners.keys() - self.service_keys:
            raise FoundError("E_IDENTITY", place, "A person's key signed the entry, not the service's.")
        raise FoundError("E_UNKNOWN_KEY", place, "A key that the policy does not list signed the entry.")


def signer_of(payload: bytes, armoured: str | None, place: str) -> str:
    """Return the public key that signed an entry.

    Raises:
        FoundError: none did.
    """
    if armoured is None:
        raise FoundError("E_UNSIGNED", place, "The entry is not signed.")
    try:
        return signature.verify(armoured, payload, signature.ENTRY).public
    except errors.UnfitSignatureError as error:
        raise FoundError("E_SIGNATURE", place, str(error)) from None
