"""From what a browser answers to a passkey for the list, and to a signature for the register.

1. *Enrol.* The desk asks ``navigator.credentials.create`` for an ES256 key, and ``enrolled`` makes its line
   for the list. Nothing signs that answer: that somebody has the key is shown by what they sign with it,
   and whose it is by the administrator who lists it.
2. *Sign.* The desk asks ``navigator.credentials.get`` with the ``challenge`` of a statement, and ``signed``
   makes of the answer the signature to append, once it is verified as the audit will verify it.

Answers are taken as ``JSON.stringify(credential.toJSON())`` writes them (WebAuthn, level 3, 5.1).
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from flows.domain.errors import Fault, MalformedError, RefusedError
from flows.domain.policy import host_of
from flows.register.kinds import CURVE, ORDER, SK_ECDSA, WEBAUTHN, blob, read_key
from flows.register.signature import verify
from flows.register.sshsig import armour, mpint, string, to_be_signed
from flows.register.webauthn import MAY_BE_COPIED, Ceremony, check_use, unurl64, url64

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

ES256: Final = -7
"""The algorithm to ask for, by its number in COSE: OpenSSH has a form for the passkeys of no other."""

_FLAGS: Final = 32
"""Where in the device's data they stand, after the hash of the RP id; the counter's four bytes follow."""
_END: Final = _FLAGS + 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey that was made.

    Attributes:
        id: By which the browser finds it again, in base64url.
        public: Its line for the list; the RP id stands in it.
        synced: Whether copies of it may live on several devices. The device says so, unproven.
    """

    id: str
    public: str
    synced: bool


def challenge(message: bytes, namespace: bytes) -> str:
    """Return what the browser is to have signed for ``message``, in base64url: the whole block of SSHSIG."""
    return url64(to_be_signed(message, namespace))


def enrolled(answer: str, asked: bytes, *, origins: Collection[str]) -> Passkey:
    """Return the passkey that a browser made.

    Args:
        asked: The challenge it answers: random, and good once.
        origins: The desk's, by the policy in force.

    Raises:
        MalformedError: the answer is not in the form of WebAuthn.
        RefusedError: the key is not of the one kind that can sign.
        UnfitSignatureError: it was made on another page, for another request, or with nobody verified.
    """
    with _in_form():
        credential = json.loads(answer)
        response = credential["response"]
        device, client = (unurl64(response[name]) for name in ("authenticatorData", "clientDataJSON"))
        origin = json.loads(client)["origin"].encode()
        check_use(
            Ceremony.CREATE,
            client,
            challenge=asked,
            origin=origin,
            rp_id_hash=device[:_FLAGS],
            flags=device[_FLAGS],
            origins=origins,
        )
        if response["publicKeyAlgorithm"] != ES256:
            raise RefusedError(
                "This device makes passkeys of a kind that OpenSSH cannot verify; make one with a phone or a "
                "security key instead."
            )
        key = serialization.load_der_public_key(unurl64(response["publicKey"]))
        if not isinstance(key, EllipticCurvePublicKey):
            raise TypeError
        point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        rp_id = host_of(origin.decode()).encode()
        public = read_key(string(SK_ECDSA) + string(CURVE) + string(point) + string(rp_id))
        return Passkey(
            id=url64(unurl64(credential["id"])),
            public=public.text,
            synced=bool(device[_FLAGS] & MAY_BE_COPIED),
        )


def signed(
    answer: str, public: str, message: bytes, namespace: bytes, *, origins: Collection[str]
) -> tuple[str, bool]:
    """Return the armoured SSHSIG made of what a browser answered, and whether the passkey may be copied.

    Args:
        public: The passkey that was asked for, as it is listed.
        origins: The desk's, by the policy in force.

    Raises:
        MalformedError: the answer is not in the form of WebAuthn.
        UnfitSignatureError: the signature does not count; the sentence says why.
    """
    with _in_form():
        response = json.loads(answer)["response"]
        device, client = (unurl64(response[name]) for name in ("authenticatorData", "clientDataJSON"))
        origin = json.loads(client)["origin"].encode()
        r, s = decode_dss_signature(unurl64(response["signature"]))
        made = (
            string(WEBAUTHN)
            + string(mpint(r) + mpint(min(s, ORDER - s)))
            + device[_FLAGS:_END]
            + string(origin)
            + string(client)
            + string(device[_END:])
        )
    armoured = armour(blob(public), namespace, made)
    return armoured, verify(armoured, message, namespace, origins=origins).synced


@contextmanager
def _in_form() -> Iterator[None]:
    try:
        yield
    except (
        *(ValueError, LookupError, TypeError, AttributeError),
        *(OverflowError, RecursionError, UnsupportedAlgorithm),
    ):
        problem = "the browser's answer is not in the form of WebAuthn; open the page again"
        raise MalformedError("passkey", Fault(path="", problem=problem)) from None
