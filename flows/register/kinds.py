"""The kinds of keys and what a signature by each has to be: one table.

| kind | who has the private key | what it signs |
|---|---|---|
| Ed25519 key | a file, or ssh-agent | the block of SSHSIG |
| security key | a device that is touched | its own data and the hash of the block (PROTOCOL.u2f) |
| passkey | a device that knows its owner | its own data and the hash of client data that quote the block |

ssh-keygen verifies all of them. A key of the type ``sk-ecdsa-sha2-nistp256@openssh.com`` is of one kind
or the other by its *application*: what starts with ``ssh:`` is a security key's, a host name is the
RP id of a passkey. Neither kind signs in the form of the other.
"""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flows.domain.errors import Fault, MalformedError, UnfitSignatureError
from flows.domain.policy import HOST
from flows.register import points
from flows.register.points import WeakKeyError
from flows.register.sshsig import Reader
from flows.register.webauthn import ATTESTED, EXTENDED, MAY_BE_COPIED, PRESENT, Ceremony, check_use

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ED25519: Final = b"ssh-ed25519"
SK_ED25519: Final = b"sk-ssh-ed25519@openssh.com"
SK_ECDSA: Final = b"sk-ecdsa-sha2-nistp256@openssh.com"
CURVE: Final = b"nistp256"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (SEC 2, 2.4.2). With (r, s) also (r, ORDER - s) is a signature; a passkey's has the lower s."""
WEBAUTHN: Final = b"webauthn-" + SK_ECDSA
_ED25519_SIZE: Final = 32


class Kind(StrEnum):
    """What people call a kind of key."""

    ED25519 = "Ed25519 key"
    SECURITY_KEY = "security key"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key, read.

    Attributes:
        text: As OpenSSH writes it, without a comment.
        application: For what a device made it: ``ssh:…``, or the RP id; empty for a key of no device.
    """

    text: str
    kind: Kind
    application: str
    point: Ed25519PublicKey | EllipticCurvePublicKey
    form: _Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a good signature says of itself.

    Attributes:
        public: The key that made it, as ``ssh-ed25519 AAAA…``.
        origin: The page at which a passkey signed, as ``https://foi.example.gov.uk``; else empty.
        counter: How often the device had signed, by its own count; 0 where it does not count.
        synced: Whether copies of a passkey may live on several devices. The device says so, unproven.
    """

    public: str
    kind: Kind
    origin: str = ""
    counter: int = 0
    synced: bool = False


def check(key: PublicKey, signature: bytes, block: bytes, origins: Collection[str]) -> Signed:
    """Return what a signature over ``block`` says.

    Args:
        signature: In SSH's form, the type first.
        origins: The desk's, by the policy in force; without them no passkey can sign.

    Raises:
        UnfitSignatureError: it is not one by ``key`` over ``block``, or not as its kind has to be.
    """
    reader = Reader(signature)
    with suppress(ValueError):
        if reader.string() == key.form.signature_type:
            return key.form.check(key, reader, block, origins)
    raise UnfitSignatureError(f"The signature is not in the form of one by this {key.kind}.")


def _by_file(key: PublicKey, reader: Reader, block: bytes, _: Collection[str]) -> Signed:
    raw = reader.string()
    reader.end()
    _check_fits(key, raw, block)
    return Signed(public=key.text, kind=key.kind)


def _by_security_key(key: PublicKey, reader: Reader, block: bytes, _: Collection[str]) -> Signed:
    raw = reader.string()
    if isinstance(key.point, EllipticCurvePublicKey):
        raw = encode_dss_signature(*_numbers(raw))
    flags, counter = reader.number(1), reader.number(4)
    reader.end()
    _check_fits(key, raw, _device_data(key, flags, counter) + hashlib.sha256(block).digest())
    if not flags & PRESENT:
        raise UnfitSignatureError("The security key was not touched.")
    return Signed(public=key.text, kind=key.kind, counter=counter)


def _by_passkey(key: PublicKey, reader: Reader, block: bytes, origins: Collection[str]) -> Signed:
    r, s = _numbers(reader.string())
    flags, counter = reader.number(1), reader.number(4)
    origin, client, extensions = (reader.string() for _ in range(3))
    reader.end()
    if flags & ATTESTED or bool(flags & EXTENDED) != bool(extensions):
        raise ValueError("flags that OpenSSH does not take")
    data = _device_data(key, flags, counter) + extensions
    _check_fits(key, encode_dss_signature(r, s), data + hashlib.sha256(client).digest())
    if s > ORDER // 2:
        raise UnfitSignatureError("The signature is the other one of two that fit, with the higher s.")
    check_use(
        Ceremony.GET,
        client,
        challenge=block,
        origin=origin,
        rp_id_hash=hashlib.sha256(key.application.encode()).digest(),
        flags=flags,
        origins=origins,
    )
    return Signed(
        public=key.text,
        kind=key.kind,
        origin=origin.decode(),
        counter=counter,
        synced=bool(flags & MAY_BE_COPIED),
    )


def _numbers(raw: bytes) -> tuple[int, int]:
    reader = Reader(raw)
    r, s = reader.mpint(), reader.mpint()
    reader.end()
    return r, s


def _device_data(key: PublicKey, flags: int, counter: int) -> bytes:
    """Return what a device signs of itself (PROTOCOL.u2f; WebAuthn, 6.1)."""
    return hashlib.sha256(key.application.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")


def _check_fits(key: PublicKey, raw: bytes, data: bytes) -> None:
    try:
        if isinstance(key.point, Ed25519PublicKey):
            key.point.verify(raw, data)
        else:
            key.point.verify(raw, data, ECDSA(SHA256()))
    except InvalidSignature:
        raise UnfitSignatureError("The signature does not fit what it stands beside.") from None


class _Form(NamedTuple):
    """How a key of one kind, and a signature by it, are written down and checked."""

    kind: Kind
    key_type: bytes
    signature_type: bytes
    application: re.Pattern[str]
    check: Callable[[PublicKey, Reader, bytes, Collection[str]], Signed]


_NO_DEVICE: Final = re.compile("")
_SSH: Final = re.compile(r"ssh:[!-~]{0,60}")
_FORMS: Final = (
    _Form(Kind.ED25519, ED25519, ED25519, _NO_DEVICE, _by_file),
    _Form(Kind.SECURITY_KEY, SK_ED25519, SK_ED25519, _SSH, _by_security_key),
    _Form(Kind.SECURITY_KEY, SK_ECDSA, SK_ECDSA, _SSH, _by_security_key),
    _Form(Kind.PASSKEY, SK_ECDSA, WEBAUTHN, HOST, _by_passkey),
)


@cache
def point_of(public: str) -> bytes:
    """Return the point of a public key as it is listed: what tells one private key from another."""
    key = parse_key(public).point
    if isinstance(key, Ed25519PublicKey):
        return key.public_bytes_raw()
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@cache
def read_key(blob: bytes) -> PublicKey:
    """Return the public key in SSH's form.

    Raises:
        WeakKeyError: signatures by it would prove nothing.
        ValueError: it is of no kind in the table, or out of form.
    """
    reader = Reader(blob)
    key_type = reader.string()
    ecdsa = key_type == SK_ECDSA
    if ecdsa and reader.string() != CURVE:
        raise ValueError("on another curve")
    point = reader.string()
    application = reader.string().decode("ascii") if key_type.startswith(b"sk-") else ""
    reader.end()
    for form in _FORMS:
        if key_type == form.key_type and form.application.fullmatch(application):
            return PublicKey(
                text=f"{key_type.decode()} {base64.b64encode(blob).decode()}",
                kind=form.kind,
                application=application,
                point=points.p256(point) if ecdsa else points.ed25519(point),
                form=form,
            )
    raise ValueError("of no kind known here")


def parse_key(text: str) -> PublicKey:
    """Return the public key on one line, as OpenSSH writes it.

    Raises:
        WeakKeyError, ValueError: as ``read_key``, or it is not one line.
    """
    type_, written, *_ = [*text.split(maxsplit=2), "", ""]
    key = read_key(base64.b64decode(written, validate=True))
    if key.text != f"{type_} {written}" or "\n" in text.strip():
        raise ValueError("not one line of this form")
    return key


def blob(public: str) -> bytes:
    """Return a public key, as it is listed, in SSH's form."""
    return base64.b64decode(public.split()[1])


def raw_point(public: str) -> bytes:
    """Return the 32 bytes of an Ed25519 key, as it is listed."""
    return blob(public)[-_ED25519_SIZE:]


def parse_public(text: str, *, source: str = "public key") -> str:
    """Return an OpenSSH public key of any kind without its comment, ``ssh-ed25519 AAAA…``.

    Raises:
        MalformedError: it is none, or one for which signatures would prove nothing.
    """
    try:
        return parse_key(text).text
    except WeakKeyError as error:
        problem = f"{error}; whoever it is meant for has to make another"
    except ValueError:
        problem = (
            "one line as in id_ed25519.pub is needed, ssh-ed25519 AAAA…, or the line of a security key "
            "(sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com) or of a passkey"
        )
    raise MalformedError(source, Fault(path="", problem=problem))
