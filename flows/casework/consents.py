"""Changes of the policy that one administrator proposed and signed, and that wait for another to confirm.

They are kept beside the register for as long as they are good: until the policy changes, whoever changes it.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flows import disk
from flows.domain.errors import RefusedError, RegisterError, RegisterMovedError
from flows.domain.procedure import Role
from flows.foreign import object_of
from flows.register import consent as consents
from flows.register.roster import parse_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flows.casework.office import Office
    from flows.domain.policy import Policy
    from flows.register.consent import Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A change that waits to be confirmed.

    Attributes:
        name: By which it is confirmed: the SHA-256, in hex, of what was signed.
        since: When it was proposed.
        armoured: The signature of whoever proposed it.
        after: The policy that it makes.
    """

    name: str
    since: datetime
    consent: Consent
    armoured: str
    files: Mapping[str, bytes]
    after: Policy


def keep(office: Office, consent: Consent, armoured: str) -> str:
    """Keep a change with the signature of whoever proposes it; return its name.

    Raises:
        RegisterMovedError: the policy is no longer the one that it would change.
        ConsentError: the signature is not theirs, or not for this.
        RefusedError: such changes wait where a registrar is.
    """
    if office.keys_elsewhere:
        raise RefusedError(
            "This takes two administrators, and what one of them proposes waits where the registrar is; do "
            "this there."
        )
    policy = office.register.policy()
    if consent.act.policy != policy.version:
        raise RegisterMovedError(POLICY)
    consents.check_signed(consent, armoured, policy)
    data = consent.to_bytes()
    kept = {
        "consent": b64encode(data).decode(),
        "files": {path: b64encode(content).decode() for path, content in consent.changes.items()},
        "signature": armoured,
    }
    office.home.consents.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in _kept(office):
        if old.consent.act.policy != policy.version:
            _place(office, old.name).unlink(missing_ok=True)
    name = _name(data)
    disk.write(_place(office, name), json.dumps(kept).encode(), mode=0o600)
    return name


def every(office: Office) -> list[Waiting]:
    """Return the changes that wait, oldest first."""
    version = office.register.policy().version
    good = (each for each in _kept(office) if each.consent.act.policy == version)
    return sorted(good, key=lambda each: (each.since, each.name))


def find(office: Office, name: str) -> Waiting:
    """Return the change of that name.

    Raises:
        RefusedError: none waits.
    """
    for each in every(office):
        if each.name == name:
            return each
    raise RefusedError("No such change waits: it was confirmed or declined, or the policy changed since.")


def decline(office: Office, person: str, name: str) -> None:
    """Take a change away that waits; nothing of it is recorded.

    Raises:
        NotEntitledError: the person is no administrator.
        RefusedError: no such change waits.
    """
    office.register.policy().require(person, Role.ADMINISTRATOR, verb="decline a change of the policy")
    _place(office, find(office, name).name).unlink(missing_ok=True)


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _place(office: Office, name: str) -> Path:
    return office.home.consents / f"{name}.json"


def _kept(office: Office) -> list[Waiting]:
    folder = office.home.consents
    return [_read(path) for path in folder.glob("*.json")] if folder.is_dir() else []


def _read(path: Path) -> Waiting:
    try:
        return _said(object_of(path.read_bytes()), datetime.fromtimestamp(int(path.stat().st_mtime), UTC))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise RegisterError(
            f"{path} is damaged: delete it, and have the change proposed again that waited in it."
        ) from None


def _said(kept: Mapping[str, Any], since: datetime) -> Waiting:
    content = b64decode(kept["consent"])
    files = {path: b64decode(content) for path, content in kept["files"].items()}
    return Waiting(
        name=_name(content),  # whatever the file is called: who looked at one change confirms no other
        since=since,
        consent=consents.parse(content, since),
        armoured=kept["signature"],
        files=files,
        after=parse_policy(files),
    )
