"""A file in the form of age with a passphrase, made with less work than the program takes for it.

From https://age-encryption.org/v1 alone, so that what we read is that form and not our library's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_WORK: Final = 4
"""The logarithm of scrypt's N."""


def encrypted(data: bytes, passphrase: str) -> bytes:
    """Return up to 64 KiB encrypted with a passphrase."""
    key, salt, nonce = (os.urandom(16) for _ in range(3))
    label = b"age-encryption.org/v1/scrypt" + salt
    wraps = hashlib.scrypt(passphrase.encode(), salt=label, n=2**_WORK, r=8, p=1, dklen=32)
    body = ChaCha20Poly1305(wraps).encrypt(bytes(12), key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {_WORK}\n{_base64(body)}\n---".encode()
    mac = hmac.digest(HKDF(SHA256(), 32, b"", b"header").derive(key), head, "sha256")
    stream = HKDF(SHA256(), 32, nonce, b"payload").derive(key)
    sealed = ChaCha20Poly1305(stream).encrypt(bytes(11) + b"\x01", data, None)
    return head + f" {_base64(mac)}\n".encode() + nonce + sealed


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
