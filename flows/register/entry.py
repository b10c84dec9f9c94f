"""An entry: the commit that puts one act into the register.

Every byte of it follows from the statement and the place in the line, so the audit writes it again
and compares. Its message is a sentence for people and trailers in a fixed order; no text from
outside is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import in_words
from flows.domain.policy import SERVICE

if TYPE_CHECKING:
    from datetime import datetime

    from flows.register.statement import Statement

_TRAILERS: Final = (
    "Sequence",
    "Case",
    "Act",
    "Statement",
    "Previous-Entry",
    "Case-Previous",
    "Policy",
)
LONGEST_DELAY: Final = 24 * 60 * 60
"""Seconds from an act to its entry, at most: as long as a person may take to sign."""
AHEAD: Final = "E_CLOCK at entry {}"
"""How the audit names the newest entry, by its number, that is dated in the future."""

_NONE: Final = "none"
_SIGNATURE_START: Final = b"\ngpgsig "
_FORM: Final = re.compile(
    rb"tree (?P<tree>[0-9a-f]{40})\n"
    rb"(?:parent (?P<parent>[0-9a-f]{40})\n)?"
    rb"author (?P<author>[a-z0-9.-]+) <(?P=author)@(?P<register>[0-9a-f]{32})> "
    rb"(?P<authored>\d{1,11}) \+0000\n"
    rb"committer service <service@(?P=register)> (?P<committed>\d{1,11}) \+0000\n"
    rb"\n"
    rb"(?P<subject>[ -~]+)\n\n"
    + b"".join(b"%s: (?P<t%d>[ -~]+)\n" % (name.encode(), i) for i, name in enumerate(_TRAILERS))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the register.

    Attributes:
        sequence: Counts from 1 over the whole register.
        case: The case's reference, or ``policy``.
        act: Number and act, as ``0004-approve``.
        statement: SHA-256 of the statement.
        previous_entry: SHA-256 of the raw entry before; None for the first.
        case_previous: Id of the case's previous entry; None for its first.
        policy: Version of the policy in force before the act.
        authored: Seconds since 1970 UTC, the statement's time.
        committed: Seconds since 1970 UTC; never less than in the entry before.
    """

    tree: str
    parent: str | None
    register: str
    author: str
    authored: int
    committed: int
    subject: str
    sequence: int
    case: str
    act: str
    statement: str
    previous_entry: str | None
    case_previous: str | None
    policy: int

    def to_bytes(self) -> bytes:
        """Return the commit without its signature: what is signed."""
        values = (
            self.sequence,
            self.case,
            self.act,
            f"sha256:{self.statement}",
            f"sha256:{self.previous_entry}" if self.previous_entry else _NONE,
            self.case_previous or _NONE,
            self.policy,
        )
        trailers = "".join(f"{name}: {value}\n" for name, value in zip(_TRAILERS, values, strict=True))
        parent = f"parent {self.parent}\n" if self.parent else ""
        return (
            f"tree {self.tree}\n{parent}"
            f"author {self.author} <{self.author}@{self.register}> {self.authored} +0000\n"
            f"committer {SERVICE} <{SERVICE}@{self.register}> {self.committed} +0000\n"
            f"\n{self.subject}\n\n{trailers}"
        ).encode()


def entry_for(
    statement: Statement,
    *,
    digest: str,
    tree: str,
    parent: str | None,
    previous_entry: str | None,
    case_previous: str | None,
    sequence: int,
    committed: int,
) -> Entry:
    """Return the entry of ``statement``, whose SHA-256 is ``digest``, at its place in the line."""
    act = statement.act
    return Entry(
        tree=tree,
        parent=parent,
        register=statement.register,
        author=act.actor,
        authored=seconds(act.time),
        committed=committed,
        subject=in_words(act.kind.subject, act, plain=False),
        sequence=sequence,
        case=act.case,
        act=statement.label,
        statement=digest,
        previous_entry=previous_entry,
        case_previous=case_previous,
        policy=act.policy,
    )


def parse(payload: bytes) -> Entry:
    """Return the entry in a commit without its signature.

    Raises:
        ValueError: it is not exactly what ``to_bytes`` writes.
    """
    found = _FORM.fullmatch(payload)
    if found is None:
        raise ValueError("not an entry")
    field = {name: value.decode() for name, value in found.groupdict().items() if value is not None}
    sequence, case, act, statement, previous_entry, case_previous, policy = (
        field[f"t{i}"] for i in range(len(_TRAILERS))
    )
    entry = Entry(
        tree=field["tree"],
        parent=field.get("parent"),
        register=field["register"],
        author=field["author"],
        authored=int(field["authored"]),
        committed=int(field["committed"]),
        subject=field["subject"],
        sequence=int(sequence),
        case=case,
        act=act,
        statement=statement.removeprefix("sha256:"),
        previous_entry=None if previous_entry == _NONE else previous_entry.removeprefix("sha256:"),
        case_previous=None if case_previous == _NONE else case_previous,
        policy=int(policy),
    )
    if entry.to_bytes() != payload:
        raise ValueError("not an entry in the register's form")
    return entry


def with_signature(payload: bytes, armoured: str) -> bytes:
    """Return the commit with its signature, as git writes one."""
    head, _, body = payload.partition(b"\n\n")
    lines = armoured.rstrip("\n").replace("\n", "\n ").encode()
    return head + _SIGNATURE_START + lines + b"\n\n" + body


def without_signature(raw: bytes) -> tuple[bytes, str | None]:
    """Return a commit's payload and its armoured signature; None where there is none.

    Raises:
        ValueError: the signature is not the last header, or not written as ``with_signature`` does.
    """
    head, _, body = raw.partition(b"\n\n")
    payload_head, start, lines = head.partition(_SIGNATURE_START)
    if not start:
        return raw, None
    payload = payload_head + b"\n\n" + body
    armoured = lines.decode("ascii").replace("\n ", "\n") + "\n"
    if with_signature(payload, armoured) != raw:
        raise ValueError("a header too many, or a signature out of form")
    return payload, armoured


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970 UTC."""
    return int(moment.timestamp())
