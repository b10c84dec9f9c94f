"""SSH signatures (SSHSIG) with Ed25519 keys, in process.

The form is OpenSSH's PROTOCOL.sshsig: ``ssh-keygen -Y verify`` and ``git verify-commit`` read what
is written here. Namespaces keep a signature on a statement from passing for one on an entry or a
checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from flows.domain.errors import Fault, MalformedError, NotEntitledError
from flows.register.objects import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

STATEMENT: Final = b"equipoise-act-v1"
"""Namespace of signatures on statements."""
ENTRY: Final = b"git"
"""Namespace of signatures on entries, the one git looks for."""
CHECKPOINT: Final = b"equipoise-checkpoint-v1"
"""Namespace of signatures on checkpoints."""

_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_LINE: Final = 70
_KEY_TYPE: Final = b"ssh-ed25519"
_ED25519_KEY_SIZE: Final = 32
_ED25519_SIGNATURE_SIZE: Final = 64


class Signer(Protocol):
    """Whatever can sign for one public key."""

    @property
    def public(self) -> str:
        """The OpenSSH public key, as ``ssh-ed25519 AAAA…``."""

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``, ending in a newline."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a private key read from a file."""

    _key: Ed25519PrivateKey
    public: str

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``."""
        return _armour(self.public, namespace, self._key.sign(_to_be_signed(message, namespace)))


@dataclass(frozen=True, slots=True)
class AgentSigner:
    """Signs through the ssh-agent that holds the private key."""

    public: str
    _socket: str

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``.

        Raises:
            NotEntitledError: the agent does not answer, or will not sign with this key.
        """
        request = (
            b"\x0d" + _string(_blob(self.public)) + _string(_to_be_signed(message, namespace)) + bytes(4)
        )
        try:
            raw = _signed_by_agent(_ask_agent(self._socket, request))
        except (OSError, struct.error, ValueError):
            raise NotEntitledError(
                "the caller", act="sign", needed="the key in an ssh-agent that answers, and its consent"
            ) from None
        return _armour(self.public, namespace, raw)


def generate(private: Path) -> str:
    """Make an Ed25519 pair in ``private`` and ``private.pub``; return the public key.

    The private file is created exclusively, readable by its owner alone.

    Raises:
        FileExistsError: there is a key already.
    """
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(private, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(private.parent)
    public = _public_text(key)
    private.with_name(private.name + ".pub").write_text(public + "\n", encoding="ascii")
    return public


def load(private: Path) -> FileSigner:
    """Return a signer for the OpenSSH private key in ``private``.

    Raises:
        NotEntitledError: there is no such file.
        MalformedError: it is not an unencrypted Ed25519 key.
    """
    try:
        text = private.read_bytes()
    except OSError:
        raise NotEntitledError("the caller", act="sign", needed=f"the private key {private}") from None
    try:
        key = serialization.load_ssh_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise MalformedError(
            str(private),
            Fault(
                path="",
                problem="an OpenSSH private key of type ed25519 without a passphrase is needed; "
                "one with a passphrase goes through ssh-agent",
            ),
        )
    return FileSigner(key, _public_text(key))


def agent(public: str, agent_socket: str | None) -> AgentSigner:
    """Return a signer that asks the ssh-agent at ``agent_socket`` to sign for ``public``.

    Raises:
        NotEntitledError: no agent is running.
    """
    if not agent_socket:
        raise NotEntitledError(
            "the caller", act="sign", needed="a running ssh-agent ($SSH_AUTH_SOCK is not set)"
        )
    return AgentSigner(public, agent_socket)


def parse_public(text: str, *, source: str = "public key") -> str:
    """Return an OpenSSH public key without its comment, ``ssh-ed25519 AAAA…``.

    Raises:
        MalformedError: it is not an Ed25519 public key on one line.
    """
    words = text.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
        kind, at = _take(blob, 0)
        key, end = _take(blob, at)
        good = words[0].encode() == kind == _KEY_TYPE and len(key) == _ED25519_KEY_SIZE and end == len(blob)
    except (IndexError, binascii.Error, struct.error, ValueError):
        good = False
    if not good or "\n" in text.strip():
        raise MalformedError(
            source, Fault(path="", problem="one line as in id_ed25519.pub is needed: ssh-ed25519 AAAA…")
        )
    return " ".join(words[:2])


def verify(armoured: str, message: bytes, namespace: bytes) -> str:
    """Return the public key that made the signature ``armoured`` over ``message``.

    Raises:
        ValueError: it is not one well-formed Ed25519 SSHSIG in ``namespace`` over ``message``.
    """
    public, raw = _parse(armoured, namespace)
    try:
        _loaded(public).verify(raw, _to_be_signed(message, namespace))
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    return public


_LOADED: dict[str, Ed25519PublicKey] = {}


def _loaded(public: str) -> Ed25519PublicKey:
    key = _LOADED.get(public)
    if key is None:
        key = Ed25519PublicKey.from_public_bytes(_blob(public)[-_ED25519_KEY_SIZE:])
        _LOADED[public] = key
    return key


def _parse(armoured: str, namespace: bytes) -> tuple[str, bytes]:
    """Return public key and raw signature of the one form that ``_armour`` writes."""
    lines = armoured.split("\n")
    if lines[0] != _BEGIN or lines[-2:] != [_END, ""]:
        raise ValueError("not an SSH signature")
    try:
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
        key, _ = _take(blob, len(_MAGIC) + 4)
        raw = blob[-_ED25519_SIGNATURE_SIZE:]
        public = parse_public(f"{_KEY_TYPE.decode()} {base64.b64encode(key).decode()}")
    except (ValueError, struct.error, MalformedError):
        raise ValueError("not an Ed25519 SSH signature") from None
    # Written again it must be the same to the letter: no second form, namespace or hash passes.
    if _armour(public, namespace, raw) != armoured:
        raise ValueError("not in the form this register writes")
    return public, raw


def _armour(public: str, namespace: bytes, raw: bytes) -> str:
    blob = (
        _MAGIC
        + struct.pack(">I", _VERSION)
        + _string(_blob(public))
        + _string(namespace)
        + _string(b"")
        + _string(b"sha512")
        + _string(_string(_KEY_TYPE) + _string(raw))
    )
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + _LINE] for i in range(0, len(text), _LINE)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _to_be_signed(message: bytes, namespace: bytes) -> bytes:
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace) + _string(b"") + _string(b"sha512") + _string(digest)


def _public_text(key: Ed25519PrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )


def _blob(public: str) -> bytes:
    return base64.b64decode(public.split()[1])


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">I", data, at)
    end = at + 4 + length
    if end > len(data):
        raise ValueError("truncated")
    return data[at + 4 : end], end


def _ask_agent(address: str, request: bytes) -> bytes:
    # draft-ietf-sshm-ssh-agent: SSH_AGENTC_SIGN_REQUEST is 13, SSH_AGENT_SIGN_RESPONSE 14.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        connection.sendall(_string(request))
        with connection.makefile("rb") as answer:
            (length,) = struct.unpack(">I", answer.read(4))
            return answer.read(length)


def _signed_by_agent(answer: bytes) -> bytes:
    if answer[:1] != b"\x0e":
        raise ValueError("the agent refused")
    signature, _ = _take(answer, 1)
    _, at = _take(signature, 0)
    return _take(signature, at)[0]
