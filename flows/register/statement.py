"""A statement: one act as somebody signs it, bound to its register, its case and its files.

JSON in the form of ``canonical``; docs/register.md shows one whole. A chain of statements, each with
the SHA-256 of the one before and of every file of its folder, proves itself outside git too.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from flows.domain.act import Act, FileMark
from flows.domain.procedure import ActKind, Role, Stage
from flows.register import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 1
POLICY: Final = "policy"
"""What a statement about the policy has in place of a reference."""

_VERDICTS: Final = {ActKind.APPROVE: "approve", ActKind.RETURN: "return"}
_FIELDS: Final = frozenset(
    {
        *("act", "actor", "case", "details", "document", "files", "format", "gate", "key", "number"),
        *("policy", "previous", "reason", "register", "role", "time", "verdict", "version"),
    }
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One act, bound.

    Attributes:
        register: The register's id.
        number: Counts from 1 within the chain of the case, or of the policy.
        previous: SHA-256 of the chain's previous statement; None for the first.
        key: Under which a repeated attempt is recognised.
        records: The files of earlier acts, by path in the folder; with ``act.files`` they are
            everything the folder holds but this statement and its signature.
    """

    register: str
    number: int
    previous: str | None
    key: str
    act: Act
    records: Mapping[str, FileMark]

    @property
    def label(self) -> str:
        """Number and act, as ``0004-approve``."""
        return f"{self.number:04}-{self.act.kind}"

    @property
    def path(self) -> str:
        """Where the statement stands in its folder; its signature stands beside it."""
        return f"acts/{self.label}.json"

    @property
    def signature_path(self) -> str:
        """Where the signature stands in the folder."""
        return self.path + ".sig"

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed and kept."""
        act = self.act
        listed = {**act.files, **self.records}
        return canonical.dump(
            {
                "act": act.kind,
                "actor": act.actor,
                "case": act.case,
                "details": dict(act.details),
                "document": act.document,
                "files": [
                    {"path": path, "sha256": mark.sha256, "size": mark.size}
                    for path, mark in sorted(listed.items())
                ],
                "format": FORMAT,
                "gate": act.gate,
                "key": self.key,
                "number": self.number,
                "policy": act.policy,
                "previous": self.previous,
                "reason": act.reason,
                "register": self.register,
                "role": act.role,
                "time": act.time.strftime(_TIME),
                "verdict": _VERDICTS.get(act.kind),
                "version": act.version,
            }
        )


def parse(data: bytes) -> Statement:
    """Return the statement in ``data``.

    Raises:
        ValueError: it is not exactly what ``to_bytes`` writes.
    """
    raw = canonical.read(data)
    if raw.keys() != _FIELDS or raw["format"] != FORMAT:
        raise ValueError("not a statement of this format")
    try:
        statement = _from(raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a field has the wrong form") from error
    # Every field by way of its type and back: whatever a type would forgive is refused here.
    if statement.to_bytes() != data:
        raise ValueError("a field has the wrong form")
    return statement


def _from(raw: dict[str, Any]) -> Statement:
    files = {
        row["path"]: FileMark(size=_int(row["size"]), sha256=_sha256(row["sha256"])) for row in raw["files"]
    }
    act = Act(
        kind=ActKind(raw["act"]),
        case=_text(raw["case"]),
        actor=_text(raw["actor"]),
        role=Role(raw["role"]),
        time=datetime.strptime(raw["time"], _TIME).replace(tzinfo=UTC),
        policy=_int(raw["policy"]),
        version=_int(raw["version"]),
        document=_text(raw["document"]),
        gate=None if raw["gate"] is None else Stage(raw["gate"]),
        reason=None if raw["reason"] is None else _text(raw["reason"]),
        details={_text(name): _text(value) for name, value in raw["details"].items()},
        files={path: mark for path, mark in files.items() if not is_record(path)},
    )
    return Statement(
        register=_text(raw["register"]),
        number=_int(raw["number"]),
        previous=None if raw["previous"] is None else _sha256(raw["previous"]),
        key=_text(raw["key"]),
        act=act,
        records={path: mark for path, mark in files.items() if is_record(path)},
    )


def is_record(path: str) -> bool:
    """Tell whether a path in a folder is a statement or its signature."""
    return path.startswith("acts/")


def mark(content: bytes) -> FileMark:
    """Return what identifies ``content``."""
    return FileMark(size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _int(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _sha256(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise ValueError("not a SHA-256")
    return value
