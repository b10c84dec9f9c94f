"""The policy in words a person can compare: what it says, and what an act would make it say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from flows.casework import consents, proposals
from flows.domain.acts.kind import in_words
from flows.domain.attested import Attesting
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import documents_of, edition_of
from flows.domain.english import in_full
from flows.domain.policy import SERVICE, Recovery, fingerprint
from flows.domain.procedure import APPROVALS, CALLED
from flows.domain.working_days import where
from flows.register.kinds import parse_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from flows.casework.consents import Waiting
    from flows.casework.office import Office
    from flows.domain.policy import Person, Policy, Proclaimed

DIGITS: Final = 12
"""Of a fingerprint, in hex, as they are read out by voice."""

NAMES: Final = {
    "edition": "Edition of the procedure",
    "gates": "Approvals",
    "threshold": "Administrators that a change takes",
    "reference_pattern": "Pattern of references",
    "chase_within": "Working days before the day at which people are reminded",
    "body": "Kind of authority",
    "retention": "Months for which a case is kept after it ended",
    "attested": "Acts that a sign-in may attest, and whose",
    "recovery": "How a lost last key of an administrator is made good",
    "desk": "Addresses at which passkeys sign",
}
"""What people call a rule; one without a name here is shown by its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key on the list.

    Attributes:
        kind: What people call its kind.
        digits: The first of its fingerprint, in groups, to be compared by voice.
        place: For what a device made it; empty for a key of no device.
    """

    public: str
    kind: str
    digits: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One matter of the policy that an act changes, line by line.

    Attributes:
        removed: Lines that it has no more.
        added: Lines that it has from then on.
    """

    what: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def key_view(public: str) -> KeyView:
    """Return what is shown of a key."""
    key = parse_key(public)
    return KeyView(public=public, kind=key.kind, digits=digits(public), place=key.application)


def digits(public: str) -> str:
    """Return the first digits of a key's fingerprint, in groups of four."""
    return grouped(fingerprint(public))


def grouped(mark: str) -> str:
    """Return the first digits of a fingerprint, in groups of four."""
    return " ".join(mark[at : at + 4] for at in range(0, DIGITS, 4))


def proposed(office: Office, digest: str) -> tuple[Changed, ...]:
    """Return what a proposal on the policy that was kept would change in the one in force."""
    after = proposals.policy_of(office, digest)
    return tuple(difference(office.register.policy(), after)) if after else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A change that waits for another administrator.

    Attributes:
        name: By which it is confirmed.
        by: Who proposed it.
        sentence: What they did, to follow their id.
    """

    name: str
    by: str
    since: datetime
    sentence: str
    reason: str | None
    changes: tuple[Changed, ...]


def waiting(office: Office) -> tuple[Proposed, ...]:
    """Return the changes that wait for another administrator, oldest first."""
    policy = office.register.policy()
    return tuple(_proposed(each, policy) for each in consents.every(office))


def _proposed(each: Waiting, policy: Policy) -> Proposed:
    act = each.consent.act
    return Proposed(
        name=each.name,
        by=act.actor,
        since=each.since,
        sentence=in_words(act.kind.done, act),
        reason=act.reason,
        changes=tuple(difference(policy, each.after)),
    )


def difference(before: Policy, after: Policy) -> Iterator[Changed]:
    """Yield every matter in which a policy differs from another."""
    old, new = matters(before), matters(after)
    for what in dict.fromkeys([*old, *new]):
        was, will = old.get(what, ()), new.get(what, ())
        if was != will:
            yield Changed(
                what=what,
                removed=tuple(line for line in was if line not in will),
                added=tuple(line for line in will if line not in was),
            )


def matters(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Return everything that a policy says but its version, each matter in its lines."""
    return dict(_matters(policy))


def _matters(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "Authority", (policy.authority,)
    for person in sorted(policy.people.values(), key=lambda each: each.id):
        yield "The service" if person.id == SERVICE else person.id, (*_lines_of(person),)
    yield from _rules(policy)
    yield "Bank holidays added", tuple(map(_holiday, policy.holidays))
    closed = tuple(f"{each.words}: {each.name}" for each in policy.closures)
    yield "When the school has no session", closed
    theme, letters = policy.theme, policy.letterhead
    for field in fields(theme):
        yield f"Papers: {_called(field.name)}", (_theme_line(getattr(theme, field.name)),)
    for field in fields(letters):
        value = getattr(letters, field.name)
        yield f"Letters: {_called(field.name)}", value if isinstance(value, tuple) else (value,)


def _rules(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in fields(policy.rules):
        value = getattr(policy.rules, field.name)
        if field.name == "gates":
            asked = documents_of(policy)
            named = {name: kind.called for name, kind in DOCUMENTS.items() if name in asked}
            lines = tuple(f"{called}: {_gates(policy, asked[name])}" for name, called in named.items())
        elif field.name == "body":
            lines = (_body(value),)
        elif isinstance(value, Attesting | Recovery):
            lines = value.lines
        elif isinstance(value, tuple):
            lines = tuple(map(str, value))
        else:
            lines = () if value is None else (str(value),)
        yield NAMES.get(field.name, _called(field.name)), lines


def _gates(policy: Policy, approvals: str) -> str:
    gates = [APPROVALS[stage] for stage in edition_of(policy).gates[approvals]]
    return ", then ".join(gates) or "no approval; whoever submits it decides on it"


def _body(body: str | None) -> str:
    if body is None:
        return "not stated: some checks do not run"
    return "none of those with rules of their own" if body == "other" else body.replace("-", " ")


def _lines_of(person: Person) -> Iterator[str]:
    yield from (f"role: {CALLED[role]}" for role in sorted(person.roles))
    for key in map(key_view, person.keys):
        yield f"{key.kind} {key.digits}{f' for {key.place}' if key.place else ''}"


def _holiday(day: Proclaimed) -> str:
    return f"{in_full(day.date)}: {day.name}, {where(day.nations)} ({day.source})"


def _theme_line(value: object) -> str:
    image = getattr(value, "image", None)
    if image is None:
        return "" if value is None else str(value)
    return f"{getattr(value, 'words', '')}, PNG with SHA-256 {hashlib.sha256(image).hexdigest()}"


def _called(name: str) -> str:
    return name.replace("_", " ")
