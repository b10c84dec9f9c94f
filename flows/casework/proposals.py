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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.casework import acts, consents
from flows.casework.acts import UnconfirmedError
from flows.domain.acts.publishing import MESSAGE
from flows.domain.errors import AttestedError, Fault, MalformedError, RegisterMovedError, UnfitSignatureError
from flows.foreign import object_of
from flows.register.consent import Consent
from flows.register.consent import parse as parse_consent
from flows.register.entry import LONGEST_DELAY
from flows.register.roster import parse_policy
from flows.register.signature import CONSENT, STATEMENT
from flows.register.sshsig import tidied
from flows.register.statement import POLICY, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flows.casework.acts import Taken
    from flows.casework.office import Office
    from flows.domain.act import Act
    from flows.domain.attested import Attested
    from flows.domain.policy import Policy
    from flows.register.line import Recorded
    from flows.register.register import Proposal


_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """An act on the policy that is in the register."""

    act: Act
    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What waits to be signed.

    Attributes:
        content: The bytes that are signed: a statement, or a consent to a change of the policy.
        namespace: In which they are.
        act: What they say.
        consent: What is agreed to; None where it is a statement.
        files: What the act writes.
    """

    content: bytes
    namespace: bytes
    act: Act
    consent: Consent | None
    files: Mapping[str, bytes]


def keep(office: Office, proposal: Proposal | Consent) -> Kept:
    """Keep a proposal; return what waits to be signed."""
    office.home.proposals.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(office)
    content = (proposal if isinstance(proposal, Consent) else proposal.statement).to_bytes()
    files = {path: b64encode(content).decode() for path, content in proposal.changes.items()}
    kept = {"statement": b64encode(content).decode(), "files": files}
    disk.write(_place(office, _digest(content)), json.dumps(kept).encode(), mode=0o600)
    return _read(kept, office.now())


def find(office: Office, digest: str) -> Kept | None:
    """Return what waits to be signed and has that SHA-256; None without."""
    if not _SHA256.fullmatch(digest):
        return None
    place = _place(office, digest)
    try:
        kept, when = object_of(place.read_bytes()), place.stat().st_mtime
        return _read(kept, datetime.fromtimestamp(int(when), UTC))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _read(kept: Mapping[str, Any], when: datetime) -> Kept:
    content = b64decode(kept["statement"])
    files = {path: b64decode(data) for path, data in kept["files"].items()}
    try:
        act = parse(content).act
    except ValueError:
        consent = replace(parse_consent(content, when), changes=files)
        return Kept(content=content, namespace=CONSENT, act=consent.act, consent=consent, files=files)
    return Kept(content=content, namespace=STATEMENT, act=act, consent=None, files=files)


def sweep(office: Office) -> None:
    """Take away proposals that the register would take no more."""
    folder = office.home.proposals
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.stat().st_mtime < time.time() - LONGEST_DELAY:
            old.unlink()


def policy_of(office: Office, digest: str) -> Policy | None:
    """Return the policy that a kept proposal would make; None where it is about a case."""
    found = find(office, digest)
    return parse_policy(found.files) if found and found.act.case == POLICY else None


def append(office: Office, statement: bytes, signature: str) -> Taken | Amended:
    """Append a proposal that was kept, with its signature.

    Raises:
        MalformedError: the statement is none that was proposed here within the last day.
        UnconfirmedError: it is a consent, which now waits for another administrator.
        RegisterMovedError: somebody wrote first; what is to be signed is now another statement.
        NotEntitledError: the signature is not by a key of the person who acts.
    """
    found = find(office, _digest(statement))
    if found is None:
        problem = "it was not proposed at this home within the last 24 hours; propose the act again"
        raise MalformedError("statement", Fault(path="", problem=problem))
    if found.consent:
        raise UnconfirmedError(consents.keep(office, found.consent, tidied(signature)))
    act = found.act
    proposal, armoured = office.register.propose(act, found.files), tidied(signature)
    taken: Taken | Amended
    try:
        if act.case == POLICY:
            taken = Amended(act=act, recorded=acts.append_amendment(office, proposal, armoured))
        elif MESSAGE in act.details:
            taken = _sent(office, proposal, armoured)
        else:
            taken = acts.append(office, proposal, armoured)
    except UnfitSignatureError:
        # What follows the newest act now is another statement than the one that was signed.
        if proposal.statement.to_bytes() != statement:
            raise RegisterMovedError(act.case) from None
        raise
    return taken  # what was kept stays for its day: the same, sent twice, was done before


def _sent(office: Office, proposal: Proposal, armoured: str) -> Taken:
    """Send the letter that an act states as sent by e-mail, and append the act."""
    from flows.casework import sending  # noqa: PLC0415 - mail, for this alone

    with sending.handed_over(office, proposal, armoured):
        return acts.append(office, proposal, armoured)


def attest(office: Office, found: Kept, said: Attested) -> Taken:
    """Append a proposal that was kept, signed by the service for somebody who had signed in.

    Raises:
        AttestedError: the policy does not let this sign-in attest that, or it is too old.
        RegisterMovedError: somebody wrote first; what was read is now another statement.
    """
    act = replace(found.act, time=office.now(), attested=said)
    if found.consent:
        raise AttestedError("A change of the policy takes one's own key, and is never attested by a sign-in.")
    proposal = office.register.propose(act, found.files)
    # What is recorded is what was shown, but for the moment and the sign-in.
    shown = replace(proposal.statement, act=found.act).to_bytes() == found.content
    if not shown and not office.register.dossier(act.case).chain.under(proposal.statement.key):
        raise RegisterMovedError(act.case)
    armoured = proposal.signed_by(office.machine)
    return (_sent if MESSAGE in act.details else acts.append)(office, proposal, armoured)


def _digest(statement: bytes) -> str:
    return hashlib.sha256(statement).hexdigest()


def _place(office: Office, digest: str) -> Path:
    return office.home.proposals / f"{digest}.json"
