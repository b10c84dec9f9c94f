"""What a browser and an authenticator say when a passkey is used, and what of it has to be so.

A passkey signs its own data (the hash of the RP id, flags, a counter) and the hash of the *client data*,
in which the browser wrote what it was asked and by which page. OpenSSH compares the beginning of the
client data to the letter (PROTOCOL.u2f) and leaves the rest open. Here it is not left open, because
ssh-keygen says "Good" also where nobody was verified at the device, where a page of another site
asked, and where the desk's page stood in another site's frame.

Sections are those of WebAuthn, level 3.
"""

from __future__ import annotations

import base64
import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows.domain.errors import UnfitSignatureError
from flows.domain.policy import host_of

if TYPE_CHECKING:
    from collections.abc import Collection

# Flags of the authenticator's data, 6.1.
PRESENT: Final = 0x01
VERIFIED: Final = 0x04
MAY_BE_COPIED: Final = 0x08
ATTESTED: Final = 0x40
EXTENDED: Final = 0x80


class Ceremony(StrEnum):
    """What the browser was asked for, 5.8.1."""

    CREATE = "webauthn.create"
    GET = "webauthn.get"


_ANOTHER_REQUEST: Final = {
    Ceremony.CREATE: "The passkey was made for another request than this one.",
    Ceremony.GET: "The passkey signed something else than this statement.",
}


def url64(data: bytes) -> str:
    """Return base64url without padding, as WebAuthn writes bytes in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unurl64(text: str) -> bytes:
    """Return the bytes that ``url64`` wrote.

    Raises:
        ValueError: it did not write this.
    """
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def check_use(
    ceremony: Ceremony,
    client: bytes,
    *,
    challenge: bytes,
    origin: bytes,
    rp_id_hash: bytes,
    flags: int,
    origins: Collection[str],
) -> None:
    """Check that a person used a passkey of the desk, at the desk, for what the desk asked.

    Args:
        client: The client data, as the browser hashed them.
        challenge: What the desk asked.
        origin: Of the page that asked, as the signature has it.
        rp_id_hash: Of the RP id to which the passkey belongs, its SHA-256.
        flags: As the authenticator signed them.
        origins: The desk's, by the policy in force.

    Raises:
        UnfitSignatureError: it was otherwise; the sentence says how.
    """
    if not origins:
        raise UnfitSignatureError("The policy names no desk, so no passkey can sign.")
    # 5.8.1.2: browsers write these three first and in this order, so that they can be compared.
    asked = url64(challenge)
    start = b'{"type":"%s","challenge":"%s","origin":"%s"' % (ceremony.encode(), asked.encode(), origin)
    said = _read(client)
    if not said or not client.startswith(start):
        if said.get("challenge", asked) != asked:
            raise UnfitSignatureError(_ANOTHER_REQUEST[ceremony])
        raise UnfitSignatureError(
            "The browser, or a password manager in it, wrote down what was asked in a form that OpenSSH "
            "does not verify; use another passkey."
        )
    if not flags & PRESENT:
        raise UnfitSignatureError("Nobody was present at the passkey's device.")
    if not flags & VERIFIED:
        raise UnfitSignatureError(
            "The passkey's device did not verify who used it, by fingerprint, face or PIN."
        )
    if origin.decode("utf-8", "replace") not in origins:
        raise UnfitSignatureError("The passkey was used on a page that is not the desk's.")
    if rp_id_hash != hashlib.sha256(host_of(origin.decode()).encode()).digest():
        raise UnfitSignatureError("The passkey was made for another RP id than the desk's whole host name.")
    # 5.8.1: browsers of level 2 never say the second, those of level 1 neither.
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise UnfitSignatureError("The desk's page stood within a page of another site.")


def _read(client: bytes) -> dict[str, object]:
    """Return the client data; nothing where they are no JSON object, and so out of form."""
    try:
        said = json.loads(client)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}
