"""Signed notes: a text, an empty line, and a line for each signature on it.

In the form of https://c2sp.org/signed-note, so that tools of others read what is written here; a
witness's signature, which says when, is that of https://c2sp.org/tlog-cosignature, version 1.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.exceptions import InvalidSignature

from flows.register.points import ed25519
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 64 * 1024
"""Characters of a note: far more than sixteen signatures, which every reader has to take."""
_NAME: Final = r"[^\s+]+"
_LINE: Final = re.compile(rf"— ({_NAME}) ([A-Za-z0-9+/]+={{0,2}})")
_KEY: Final = re.compile(rf"({_NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]{{44}})")  # 33 bytes
_ID_SIZE: Final = 4
_TIME_SIZE: Final = 8


class SignatureType(IntEnum):
    """What a signature is over: the byte that stands before a key."""

    TEXT = 0x01
    COSIGNATURE = 0x04
    OTHER = 0xFF


class PlainSigner(Protocol):
    """Whatever has an Ed25519 key."""

    def sign_plain(self, message: bytes) -> bytes:
        """Return the signature over ``message`` itself (RFC 8032)."""

    @property
    def point(self) -> bytes:
        """The public key, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """Whose signature on a note is looked for.

    Attributes:
        name: Of whoever signs: the origin of a log, or what a witness calls itself.
        public: The Ed25519 key, 32 bytes.
    """

    name: str
    type: SignatureType
    public: bytes

    @property
    def id(self) -> bytes:
        """By which a line says that it is by this key."""
        return key_id(self.name, bytes([self.type]) + self.public)

    def __str__(self) -> str:
        """Return the key on one line, as it is handed to others."""
        written = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{written}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature.

    Attributes:
        name: Of whoever says that they signed.
        key: Which key of theirs, four bytes.
    """

    name: str
    key: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line, its end included."""
        return f"— {self.name} {base64.b64encode(self.key + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note.

    Attributes:
        text: What is signed, ending in a newline.
    """

    text: str
    lines: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        """Return the note as it is written down."""
        return f"{self.text}\n{''.join(map(str, self.lines))}"

    def by(self, name: str, key: bytes) -> Iterator[bytes]:
        """Yield the signatures that say they are by a key."""
        return (line.signature for line in self.lines if (line.name, line.key) == (name, key))


def key_id(name: str, typed: bytes) -> bytes:
    """Return the first four bytes of a hash over a name and a key with its type before it."""
    return hashlib.sha256(name.encode() + b"\n" + typed).digest()[:_ID_SIZE]


def parse_note(note: str) -> Note:
    """Return a note; ends of lines and what else mail changes on the way are no part of it.

    Raises:
        ValueError: it is none.
    """
    if len(note) > _MOST:
        raise ValueError("larger than any note")
    text, parted, signed = tidied(note.removeprefix("\ufeff")).rpartition("\n\n")
    if not parted or any(c < " " and c != "\n" for c in note.replace("\r", "")):
        raise ValueError("not a signed note")
    return Note(text=f"{text}\n", lines=parse_lines(signed))


def parse_lines(signed: str) -> tuple[SignatureLine, ...]:
    """Return the lines of signatures that a text consists of.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(map(parse_line, signed.removesuffix("\n").split("\n")))


def parse_line(line: str) -> SignatureLine:
    """Return one line of a signature, without its end.

    Raises:
        ValueError: it is none.
    """
    found = _LINE.fullmatch(line)
    data = base64.b64decode(found[2], validate=True) if found else b""
    parsed = SignatureLine(name=found[1] if found else "", key=data[:_ID_SIZE], signature=data[_ID_SIZE:])
    if not parsed.signature or str(parsed) != f"{line}\n":
        raise ValueError("not the line of a signature")
    return parsed


def parse_note_key(text: str) -> NoteKey:
    """Return the key that is written on one line, as ``str`` of a key has it.

    Raises:
        ValueError: it is none, or one for which signatures prove nothing.
    """
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise ValueError("not a key of a note: NAME+ID+KEY")
    typed = base64.b64decode(found[3])
    key = NoteKey(name=found[1], type=SignatureType(typed[0]), public=typed[1:])
    if str(key) != text.strip():
        raise ValueError("the id is not that of the key")
    ed25519(key.public)
    return key


def sign_note(text: str, name: str, signer: PlainSigner) -> SignatureLine:
    """Return a signature on the text of a note."""
    key = NoteKey(name=name, type=SignatureType.TEXT, public=signer.point)
    return SignatureLine(name=name, key=key.id, signature=signer.sign_plain(text.encode()))


def cosign(text: str, name: str, signer: PlainSigner, now: datetime) -> SignatureLine:
    """Return a witness's signature on the text of a note, which says when it saw it."""
    key = NoteKey(name=name, type=SignatureType.COSIGNATURE, public=signer.point)
    seconds = int(now.timestamp())
    signature = seconds.to_bytes(_TIME_SIZE, "big") + signer.sign_plain(_seen(text, seconds))
    return SignatureLine(name=name, key=key.id, signature=signature)


def is_signed(note: Note, key: NoteKey) -> bool:
    """Tell whether a note is signed by a key; no line of another counts.

    Raises:
        ValueError: a line says that it is by this key, and does not fit.
    """
    signatures = [*note.by(key.name, key.id)]
    for each in signatures:
        _check(key, each, note.text.encode())
    return bool(signatures)


def when_cosigned(note: Note, key: NoteKey) -> datetime | None:
    """Return when a witness saw a note last; None where it did not cosign it.

    Raises:
        ValueError: a line says that it is by this witness, and does not fit.
    """
    times = [0]
    for each in note.by(key.name, key.id):
        seconds = int.from_bytes(each[:_TIME_SIZE], "big")
        _check(key, each[_TIME_SIZE:], _seen(note.text, seconds))
        times.append(seconds)
    try:
        return datetime.fromtimestamp(max(times), UTC) if times[1:] else None
    except OverflowError:
        raise ValueError("a time that no clock shows") from None


def _seen(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _check(key: NoteKey, signature: bytes, message: bytes) -> None:
    try:
        ed25519(key.public).verify(signature, message)
    except InvalidSignature:
        raise ValueError(f"the signature by {key.name} does not fit") from None
