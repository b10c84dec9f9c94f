"""A statement: one act as somebody signs it, bound to its register, its case and its files.

JSON in the form of ``canonical``; docs/register.md shows one whole. A chain of statements, each with
the SHA-256 of the one before, of its signature, and of every file of its folder, proves itself outside
git too.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flows.domain.act import Act, FileMark
from flows.domain.acts import ACTS
from flows.domain.attested import ATTESTED, parse_attested
from flows.domain.documents import DOCUMENTS
from flows.domain.procedure import Role, Stage
from flows.register import canonical
from flows.register.canonical import integer, text

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = 1
POLICY: Final = "policy"
"""What a statement about the policy has in place of a reference."""

RECORDS: Final = "acts/"
"""Where in a folder the statements stand, each with its signature beside it."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DATE_AND_TIME: Final = len("YYYY-MM-DDTHH:MM:SS")


@dataclass(frozen=True, slots=True)
class Link:
    """What binds a statement to the one before it in its chain: the SHA-256 of that and of its signature."""

    statement: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One act, bound.

    Attributes:
        register: The register's id.
        number: Counts from 1 within the chain of the case, or of the policy.
        previous: The chain's previous statement and its signature; None for the first.
        key: Under which a repeated attempt is recognised.
    """

    register: str
    number: int
    previous: Link | None
    key: str
    act: Act

    @property
    def label(self) -> str:
        """Number and act, as ``0004-approve``."""
        return f"{self.number:04}-{self.act.kind}"

    @property
    def path(self) -> str:
        """Where the statement stands in its folder; its signature stands beside it."""
        return f"{RECORDS}{self.label}.json"

    @property
    def signature_path(self) -> str:
        """Where the signature stands in the folder."""
        return self.path + ".sig"

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed and kept."""
        act = self.act
        previous = self.previous
        return canonical.dump(
            {
                "act": act.kind.name,
                "actor": act.actor,
                "case": act.case,
                "details": {**act.details, **({ATTESTED: act.attested.text} if act.attested else {})},
                "document": act.document or None,
                "files": rows_of(act.files),
                "format": FORMAT,
                "gate": act.gate,
                "key": self.key,
                "number": self.number,
                "policy": act.policy,
                "previous": previous and {"signature": previous.signature, "statement": previous.statement},
                "reason": act.reason,
                "register": self.register,
                "role": act.role,
                "time": f"{act.time.isoformat(timespec='seconds')[:_DATE_AND_TIME]}Z",
                "version": act.version,
            }
        )


def parse(data: bytes) -> Statement:
    """Return the statement in ``data``.

    Raises:
        ValueError: it is not exactly what ``to_bytes`` writes.
    """
    raw = canonical.read(data)
    try:
        statement = _from(raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a field has the wrong form") from error
    # Every field by way of its type and back: whatever a type would forgive is refused here.
    if statement.to_bytes() != data:
        raise ValueError("a field has the wrong form")
    return statement


def _from(raw: dict[str, Any]) -> Statement:
    details = {text(name): text(value) for name, value in raw["details"].items()}
    sign_in = details.pop(ATTESTED, None)
    act = Act(
        kind=ACTS[raw["act"]],
        case=text(raw["case"]),
        actor=text(raw["actor"]),
        role=Role(raw["role"]),
        time=datetime.fromisoformat(raw["time"]),
        policy=integer(raw["policy"]),
        version=integer(raw["version"]),
        document="" if raw["document"] is None else DOCUMENTS[raw["document"]].name,
        gate=None if raw["gate"] is None else Stage(raw["gate"]),
        reason=None if raw["reason"] is None else text(raw["reason"]),
        details=details,
        files=files_of(raw["files"]),
        attested=None if sign_in is None else parse_attested(sign_in),
    )
    return Statement(
        register=text(raw["register"]),
        number=integer(raw["number"]),
        previous=_link(raw["previous"]),
        key=text(raw["key"]),
        act=act,
    )


def rows_of(files: Mapping[str, FileMark]) -> list[dict[str, Any]]:
    """Return files as they are listed."""
    return [{"path": path, "sha256": mark.sha256, "size": mark.size} for path, mark in sorted(files.items())]


def files_of(rows: list[dict[str, Any]]) -> dict[str, FileMark]:
    """Return the files of a list.

    Raises:
        ValueError, KeyError, TypeError: a row has the wrong form.
    """
    return {
        text(row["path"]): FileMark(size=integer(row["size"]), sha256=_sha256(row["sha256"])) for row in rows
    }


def _link(raw: dict[str, Any] | None) -> Link | None:
    if raw is None:
        return None
    return Link(statement=_sha256(raw["statement"]), signature=_sha256(raw["signature"]))


def mark(content: bytes) -> FileMark:
    """Return what identifies ``content``."""
    return FileMark(size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _sha256(value: str) -> str:
    if not _SHA256.fullmatch(value):
        raise ValueError("not a SHA-256")
    return value
