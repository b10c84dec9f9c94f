"""Signatures: made with keys at hand, and verified whatever kind of key made them.

In the form of SSHSIG, so that ``ssh-keygen -Y verify`` and ``git verify-commit`` read what is written
here. Namespaces keep a signature on a statement from passing for one on an entry or a checkpoint.
``kinds`` has the table of keys, ``passkey`` what comes from a browser.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flows import disk
from flows.domain.errors import Fault, MalformedError, NotEntitledError, UnfitSignatureError
from flows.domain.text_file import text_of
from flows.register.kinds import ED25519, blob, check, raw_point, read_key
from flows.register.objects import refuse_shortage
from flows.register.sshsig import Reader, armour, parse_armour, string, to_be_signed

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from flows.register.kinds import Signed

STATEMENT: Final = b"equipoise-act-v1"
"""Namespace of signatures on statements."""
ENTRY: Final = b"git"
"""Namespace of signatures on entries, the one git looks for."""
CONSENT: Final = b"equipoise-consent-v1"
"""Namespace of signatures by which one administrator agrees to what another records."""
RECOVERY: Final = b"equipoise-recovery-v1"
"""Namespace of signatures by which the recovery key names an administrator."""
CHECKPOINT: Final = b"equipoise-checkpoint-v1"
"""Namespace of signatures on checkpoints."""
BACKUP: Final = b"equipoise-backup-v1"
"""Namespace of signatures on what a backup says of itself; it stands in no register."""
SESSION: Final = b"equipoise-session-v1"
"""Namespace of signatures by which a person enters the desk; nothing is recorded of them."""
ENROLMENT: Final = b"equipoise-enrolment-v1"
"""Namespace of signatures by which a new key shows that somebody has it; nothing is recorded of them."""
OPENING: Final = b"equipoise-opening-v1"
"""Namespace of signatures by which a person shows that they are there; nothing is recorded of them."""


def verify(armoured: str, message: bytes, namespace: bytes, *, origins: Collection[str] = ()) -> Signed:
    """Return which key made the signature ``armoured`` over ``message``, of what kind, and where.

    Args:
        origins: The desk's, by the policy in force; without them no passkey can sign.

    Raises:
        UnfitSignatureError: it does not count; the sentence says why.
    """
    key, signature = parse_armour(armoured, namespace)
    try:
        public = read_key(key)
    except ValueError:
        raise UnfitSignatureError("The key that signed is of no kind that can sign here.") from None
    return check(public, signature, to_be_signed(message, namespace), origins)


class Signer(Protocol):
    """Whatever can sign for a person."""

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``, ending in a newline."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """Signs with a private key read from a file."""

    _key: Ed25519PrivateKey
    public: str

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``."""
        raw = self.sign_plain(to_be_signed(message, namespace))
        return armour(blob(self.public), namespace, string(ED25519) + string(raw))

    def sign_plain(self, message: bytes) -> bytes:
        """Return the Ed25519 signature over ``message`` itself, which has to say what it is for.

        No text of a note begins as SSHSIG does, so none is taken for what ``sign`` signs.
        """
        return self._key.sign(message)

    @property
    def point(self) -> bytes:
        """The public key as RFC 8032 writes it, 32 bytes."""
        return raw_point(self.public)


@dataclass(frozen=True, slots=True)
class AgentSigner:
    """Signs through the ssh-agent that has a person's private key, or reaches their security key."""

    keys: tuple[str, ...]
    _socket: str

    def sign(self, message: bytes, namespace: bytes) -> str:
        """Return the armoured SSHSIG over ``message``, by the first of the keys that the agent has.

        Raises:
            NotEntitledError: the agent does not answer, or will not sign with any of them.
        """
        block = to_be_signed(message, namespace)
        for key in map(blob, self.keys):
            with suppress(OSError, struct.error, ValueError):
                return armour(key, namespace, _signed_by_agent(self._socket, key, block))
        raise NotEntitledError(
            "the caller", verb="sign", needed="the key in an ssh-agent that answers, and its consent"
        )


def generate(private: Path) -> str:
    """Make an Ed25519 pair in ``private`` and ``private.pub``, both or neither; return the public key.

    The private file is created exclusively, readable by its owner alone. A kill may leave it without the
    public one, which ``write_public`` writes.

    Raises:
        FileExistsError: there is a key already.
    """
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    disk.create(private, text)
    try:
        write_public(private, _public_text(key))
    except OSError:
        private.unlink()
        raise
    return _public_text(key)


def write_public(private: Path, public: str) -> None:
    """Write the public half beside a private key, unless it stands there."""
    path = public_of(private)
    if not path.exists():
        disk.write(path, f"{public}\n".encode("ascii"))


def public_of(private: Path) -> Path:
    """Return where the public half of a private key stands."""
    return private.with_name(f"{private.name}.pub")


def load(private: Path) -> FileSigner:
    """Return a signer for the OpenSSH private key in ``private``.

    Raises:
        NotEntitledError: there is no such file.
        MalformedError: it is not an unencrypted Ed25519 key.
        ShortageError: whether there is one is not known.
    """
    try:
        text = text_of(private.read_bytes(), str(private)).encode()
    except OSError as error:
        refuse_shortage(error)
        raise NotEntitledError("the caller", verb="sign", needed=f"the private key {private}") from None
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
                "one with a passphrase, or of a security key, goes through ssh-agent",
            ),
        )
    return FileSigner(key, _public_text(key))


def from_seed(seed: bytes) -> FileSigner:
    """Return a signer for the Ed25519 key of a seed, 32 bytes (RFC 8032, section 5.1.5)."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return FileSigner(key, _public_text(key))


def agent(keys: tuple[str, ...], agent_socket: str | None) -> AgentSigner:
    """Return a signer that asks the ssh-agent at ``agent_socket`` to sign for one of a person's ``keys``.

    Raises:
        NotEntitledError: no agent is running.
    """
    if not agent_socket:
        raise NotEntitledError(
            "the caller", verb="sign", needed="a running ssh-agent ($SSH_AUTH_SOCK is not set)"
        )
    return AgentSigner(keys, agent_socket)


def _public_text(key: Ed25519PrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )


def _signed_by_agent(address: str, key: bytes, data: bytes) -> bytes:
    """Return the signature by the ssh-agent, its type first.

    Raises:
        ValueError, OSError, struct.error: the agent does not answer, or will not sign with this key.
    """
    # draft-ietf-sshm-ssh-agent: SSH_AGENTC_SIGN_REQUEST is 13, SSH_AGENT_SIGN_RESPONSE 14.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        connection.sendall(string(b"\x0d" + string(key) + string(data) + bytes(4)))
        with connection.makefile("rb") as answer:
            (length,) = struct.unpack(">I", answer.read(4))
            reader = Reader(answer.read(length))
    if reader.take(1) != b"\x0e":
        raise ValueError("the agent refused")
    return reader.string()
