"""Proposals whose signature is made elsewhere: kept beside the register until it comes.

What a person signs is a statement; what an act writes may be more than that. Both are kept in the home,
for as long as the register would take the act.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import acts
from flows.domain.errors import Fault, MalformedError, RegisterMovedError, UnfitSignatureError
from flows.register.entry import LONGEST_DELAY
from flows.register.roster import parse_policy
from flows.register.sshsig import tidied
from flows.register.statement import POLICY, parse

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.acts import Taken
    from flows.casework.office import Office
    from flows.domain.act import Act
    from flows.domain.policy import Policy
    from flows.register.line import Recorded
    from flows.register.store import Proposal


_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """An act on the policy that is in the register."""

    act: Act
    recorded: Recorded


def keep(office: Office, proposal: Proposal) -> bytes:
    """Keep a proposal; return the statement that is to be signed."""
    office.home.proposals.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(office)
    statement = proposal.statement.to_bytes()
    files = {path: b64encode(content).decode() for path, content in proposal.changes.items()}
    kept = {"statement": b64encode(statement).decode(), "files": files}
    disk.write(_place(office, _digest(statement)), json.dumps(kept).encode(), mode=0o600)
    return statement


def find(office: Office, digest: str) -> tuple[bytes, Act] | None:
    """Return the statement of that SHA-256 that waits to be signed, and what it says; None without."""
    if not _SHA256.fullmatch(digest):
        return None
    try:
        statement = b64decode(json.loads(_place(office, digest).read_bytes())["statement"])
        return statement, parse(statement).act
    except (OSError, ValueError):
        return None


def sweep(office: Office) -> None:
    """Take away proposals that the register would take no more."""
    folder = office.home.proposals
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.stat().st_mtime < time.time() - LONGEST_DELAY:
            old.unlink()


def policy_of(office: Office, digest: str) -> Policy | None:
    """Return the policy that a kept proposal would make; None where it is about a case."""
    found = find(office, digest)
    if found is None or found[1].case != POLICY:
        return None
    files = json.loads(_place(office, digest).read_bytes())["files"]
    return parse_policy({path: b64decode(content) for path, content in files.items()})


def append(office: Office, statement: bytes, signature: str) -> Taken | Amended:
    """Append a proposal that was kept, with its signature.

    Raises:
        MalformedError: the statement is none that was proposed here within the last day.
        RegisterMovedError: somebody wrote first; what is to be signed is now another statement.
        NotEntitledError: the signature is not by a key of the person who acts.
    """
    try:
        kept = json.loads(_place(office, _digest(statement)).read_bytes())["files"]
        act = parse(statement).act
    except (OSError, ValueError):
        problem = "it was not proposed at this home within the last 24 hours; propose the act again"
        raise MalformedError("statement", Fault(path="", problem=problem)) from None
    files = {path: b64decode(content) for path, content in kept.items()}
    proposal, armoured = office.register.propose(act, files), tidied(signature)
    taken: Taken | Amended
    try:
        if act.case == POLICY:
            taken = Amended(act=act, recorded=acts.append_amendment(office, proposal, armoured))
        else:
            taken = acts.append(office, proposal, armoured)
    except UnfitSignatureError:
        # What follows the newest act now is another statement than the one that was signed.
        if proposal.statement.to_bytes() != statement:
            raise RegisterMovedError(act.case) from None
        raise
    return taken  # what was kept stays for its day: the same, sent twice, was done before


def _digest(statement: bytes) -> str:
    return hashlib.sha256(statement).hexdigest()


def _place(office: Office, digest: str) -> Path:
    return office.home.proposals / f"{digest}.json"
