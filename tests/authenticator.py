"""Security keys and passkeys in software: what a device and a browser write, every part of it to choose.

The private keys are made here, for one run.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.register.kinds import CURVE, ORDER, SK_ECDSA, SK_ED25519, WEBAUTHN, point_of, read_key
from flows.register.sshsig import armour, mpint, string, to_be_signed
from flows.register.webauthn import MAY_BE_COPIED, PRESENT, VERIFIED, url64

ORIGIN: Final = "https://foi.example.gov.uk"
RP_ID: Final = "foi.example.gov.uk"


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class EdSecurityKey:
    """A hardware key of the type ``sk-ssh-ed25519@openssh.com``; ``flags`` and ``counter`` are to choose."""

    def __init__(self, application: str = "ssh:") -> None:
        self._key = Ed25519PrivateKey.generate()
        self.application = application.encode()
        self.flags, self.counter = PRESENT, 0
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.blob = string(SK_ED25519) + string(raw) + string(self.application)
        self.public = read_key(self.blob).text

    def sign(self, message: bytes, namespace: bytes) -> str:
        data = self.device_data() + sha256(to_be_signed(message, namespace))
        made = string(SK_ED25519) + string(self._key.sign(data)) + self.flags_and_counter()
        return armour(self.blob, namespace, made)

    def flags_and_counter(self) -> bytes:
        return bytes([self.flags]) + self.counter.to_bytes(4, "big")

    def device_data(self) -> bytes:
        return sha256(self.application) + self.flags_and_counter()


class SecurityKey(EdSecurityKey):
    """One of the type ``sk-ecdsa-sha2-nistp256@openssh.com``.

    Attributes:
        high: Whether it writes the signature with the higher s.
    """

    def __init__(self, application: str = "ssh:") -> None:
        self._ec = generate_private_key(SECP256R1())
        self.application = application.encode()
        self.flags, self.counter, self.high = PRESENT, 0, False
        point = self._ec.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.blob = string(SK_ECDSA) + string(CURVE) + string(point) + string(self.application)
        self.public = read_key(self.blob).text

    def numbers(self, data: bytes) -> tuple[int, int]:
        r, s = decode_dss_signature(self._ec.sign(data, ECDSA(SHA256())))
        return r, max(s, ORDER - s) if self.high else min(s, ORDER - s)

    def sign(self, message: bytes, namespace: bytes) -> str:
        r, s = self.numbers(self.device_data() + sha256(to_be_signed(message, namespace)))
        made = string(SK_ECDSA) + string(mpint(r) + mpint(s)) + self.flags_and_counter()
        return armour(self.blob, namespace, made)


class Passkey(SecurityKey):
    """A passkey and the browser in which it is used.

    Attributes:
        origin: Of the page that asks.
        framed: Of which site's page it stands in a frame, as the browser says it; None where it says nothing.
        client: Fields of the client data to change or to add.
        reordered: Whether they come in another order, as a password manager may have it.
        extensions: What the device adds to its data; the flag that says so is not set by itself.
    """

    def __init__(self, rp_id: str = RP_ID, origin: str = ORIGIN) -> None:
        super().__init__(rp_id)
        self.flags, self.counter = PRESENT | VERIFIED | MAY_BE_COPIED, 0
        self.origin = origin
        self.framed: bool | None = False
        self.client: dict[str, Any] = {}
        self.reordered = False
        self.extensions = b""

    def client_data(self, type_: str, challenge: str) -> bytes:
        said: dict[str, Any] = {"type": type_, "challenge": challenge, "origin": self.origin}
        if self.framed is not None:
            said["crossOrigin"] = self.framed
        said |= self.client
        return json.dumps(said, sort_keys=self.reordered, separators=(",", ":")).encode()

    def assertion(self, challenge: str) -> str:
        """Return what ``navigator.credentials.get`` gives, as JSON."""
        client = self.client_data("webauthn.get", challenge)
        device = self.device_data() + self.extensions
        signature = encode_dss_signature(*self.numbers(device + sha256(client)))
        return self._credential(
            authenticatorData=url64(device), clientDataJSON=url64(client), signature=url64(signature)
        )

    def made(self, challenge: str, **changes: Any) -> str:
        """Return what ``navigator.credentials.create`` gives, as JSON."""
        client = self.client_data("webauthn.create", challenge)
        spki = self._ec.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        answer = {
            "authenticatorData": url64(self.device_data()),
            "clientDataJSON": url64(client),
            "publicKey": url64(spki),
            "publicKeyAlgorithm": -7,
        }
        return self._credential(**answer | changes)

    def _credential(self, **response: Any) -> str:
        return json.dumps({"id": url64(sha256(self.blob)), "type": "public-key", "response": response})

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the SSHSIG of an assertion, whatever is wrong with it."""
        client = self.client_data("webauthn.get", url64(to_be_signed(message, namespace)))
        return self.packed(client, namespace)

    def packed(self, client: bytes, namespace: bytes) -> str:
        r, s = self.numbers(self.device_data() + self.extensions + sha256(client))
        made = string(WEBAUTHN) + string(mpint(r) + mpint(s)) + self.flags_and_counter()
        made += string(self.origin.encode()) + string(client) + string(self.extensions)
        return armour(self.blob, namespace, made)


def as_a_device_has_it(public: str, application: bytes = b"ssh:") -> str:
    """Return a key of the same point as another, as that of a security key or a passkey."""
    if public.startswith("ssh-ed25519"):
        kind, before = SK_ED25519, b""
    else:
        kind, before = SK_ECDSA, string(CURVE)
    blob = string(kind) + before + string(point_of(" ".join(public.split()[:2]))) + string(application)
    return f"{kind.decode()} {b64encode(blob).decode()}"
