"""A checkpoint: the register's head, signed by the service, to be kept elsewhere.

A signed note as https://c2sp.org/tlog-checkpoint has it: the origin, how many entries there are, the
root of the Merkle tree over them, and as a line of our own the hash of the newest; where the vault was opened
by somebody, as another where the log of that ended. The service signs it
twice: as the notes of others are signed, and as OpenSSH signs, so that nobody needs a tool of ours.

Earlier ones have the hash of the newest entry in the place of the root, and OpenSSH's signature alone.
They are read, and none is written any more.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.errors import UnfitSignatureError
from flows.register import signature
from flows.register.kinds import raw_point
from flows.register.merkle import hash_leaf
from flows.register.note import (
    Note,
    NoteKey,
    SignatureLine,
    SignatureType,
    is_signed,
    key_id,
    parse_note,
    sign_note,
)
from flows.register.openings import End
from flows.register.sshsig import MAGIC, from_one_line, on_one_line, tidied

if TYPE_CHECKING:
    from pathlib import Path

    from flows.register.merkle import Tree
    from flows.register.signature import FileSigner

_FORM: Final = re.compile(
    r"equipoise/([0-9a-f]{32})\n([1-9][0-9]{0,11})\n([A-Za-z0-9+/]{43}=)\n"
    r"(?:newest sha256:([0-9a-f]{64})\n(?:vault ([1-9][0-9]{0,11}) sha256:([0-9a-f]{64})\n)?)?"
)
_STATED: Final = re.compile(r"equipoise/([0-9a-f]{32}) ([1-9][0-9]{0,11}) ([0-9a-f]{64})")
_SSH: Final = bytes([SignatureType.OTHER]) + signature.CHECKPOINT
"""The type of OpenSSH's signature in a note: one without a number, so its name follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a register.

    Attributes:
        sequence: How many entries there are.
        head: SHA-256 of the newest raw entry.
        root: Of the Merkle tree over all; None in an earlier form of checkpoint.
        vault: Where the log of the vault's openings ended; None where it says nothing of that.
    """

    register: str
    sequence: int
    head: str
    root: str | None
    vault: End | None = None

    @property
    def origin(self) -> str:
        """Which register it is, as whoever keeps checkpoints of many logs tells them apart."""
        return f"equipoise/{self.register}"

    def text(self) -> str:
        """Return what is signed."""
        hash_ = base64.b64encode(bytes.fromhex(self.root or self.head)).decode()
        newest = f"newest sha256:{self.head}\n" if self.root else ""
        vault = f"vault {self.vault.number} sha256:{self.vault.sha256}\n" if self.vault else ""
        return f"{self.origin}\n{self.sequence}\n{hash_}\n{newest}{vault}"

    def is_of(self, tree: Tree) -> bool:
        """Tell whether the entries of ``tree`` begin with those it was made of."""
        return tree.leaf(self.sequence - 1) == hash_leaf(bytes.fromhex(self.head)) and self.root in {
            None,
            tree.root(self.sequence).hex(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a paper states of the register as it was when it was published. Nobody signed it apart.

    Attributes:
        sequence: How many entries there were.
        root: Of the Merkle tree over them.
    """

    register: str
    sequence: int
    root: str

    def __str__(self) -> str:
        return f"equipoise/{self.register} {self.sequence} {self.root}"

    def is_of(self, tree: Tree) -> bool:
        """Tell whether the entries of ``tree`` begin with those."""
        return self.sequence <= tree.size and tree.root(self.sequence).hex() == self.root


def parse_stated(text: str) -> Stated:
    """Return what a page or a manifest states.

    Raises:
        ValueError: it is nothing that any states.
    """
    found = _STATED.fullmatch(text)
    if found is None:
        raise ValueError("not what a paper states of a register")
    return Stated(register=found[1], sequence=int(found[2]), root=found[3])


def head_of(tree: Tree, register: str, head: str, vault: End | None = None) -> Checkpoint:
    """Return the checkpoint of a whole tree, whose newest entry has the SHA-256 ``head``."""
    return Checkpoint(register=register, sequence=tree.size, head=head, root=tree.root().hex(), vault=vault)


def write_checkpoint(checkpoint: Checkpoint, service: FileSigner) -> str:
    """Return the note with the service's signatures."""
    text, origin = checkpoint.text(), checkpoint.origin
    by_ssh = SignatureLine(
        name=origin,
        key=key_id(origin, _SSH + service.point),
        signature=base64.b64decode(on_one_line(service.sign(text.encode(), signature.CHECKPOINT))),
    )
    return str(Note(text=text, lines=(sign_note(text, origin, service), by_ssh)))


def log_key(register: str, public: str) -> NoteKey:
    """Return the service's key as a witness needs it."""
    return NoteKey(name=f"equipoise/{register}", type=SignatureType.TEXT, public=raw_point(public))


def newest_checkpoint(folder: Path) -> tuple[str | None, list[str]]:
    """Return the newest note of a folder that can be read, and the names of newer ones that cannot."""
    unreadable: list[str] = []
    for path in sorted(folder.glob("*.txt"), reverse=True):
        try:
            note = path.read_text(encoding="utf-8")
            parse_checkpoint(note)
        except (OSError, ValueError):
            unreadable.append(path.name)
        else:
            return note, unreadable
    return None, unreadable


def parse_checkpoint(note: str) -> tuple[Checkpoint, str]:
    """Return the checkpoint in a note and the public key that signed it.

    Ends of lines, blanks before them and a byte-order mark, which mail and editors change on the way, are
    no part of it. Signatures by others than the service are left alone.

    Raises:
        ValueError: it is not a note this register writes, or its signature does not fit.
    """
    text, armoured = for_ssh_keygen(note)
    checkpoint = parse_text(text)
    try:
        public = signature.verify(armoured, text.encode(), signature.CHECKPOINT).public
    except UnfitSignatureError as error:
        raise ValueError(str(error)) from None
    if checkpoint.root:
        _check_signed_as_note(parse_note(note), checkpoint, public)
    return checkpoint, public


def _check_signed_as_note(note: Note, checkpoint: Checkpoint, public: str) -> None:
    key = log_key(checkpoint.register, public)
    if not is_signed(note, key) or not any(note.by(key.name, key_id(key.name, _SSH + key.public))):
        raise ValueError("not signed as a note")


def parse_text(text: str) -> Checkpoint:
    """Return the checkpoint that a text is, whoever signed it.

    Raises:
        ValueError: it is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("not a checkpoint")
    register, sequence, written, newest, opened, last = found.groups()
    hash_ = base64.b64decode(written, validate=True).hex()
    checkpoint = Checkpoint(
        register=register,
        sequence=int(sequence),
        head=newest or hash_,
        root=hash_ if newest else None,
        vault=End(number=int(opened), sha256=last) if opened else None,
    )
    if checkpoint.text() != text:
        raise ValueError("not a checkpoint")
    return checkpoint


def for_ssh_keygen(note: str) -> tuple[str, str]:
    """Return what is signed and the service's signature on it, as ``ssh-keygen -Y verify`` takes them.

    Raises:
        ValueError: it is no checkpoint.
    """
    text, _, armoured = tidied(note.removeprefix("\ufeff")).partition("\n\n")
    if armoured.startswith("-----"):
        return f"{text}\n", armoured
    parsed = parse_note(note)
    for line in parsed.lines:
        if line.signature.startswith(MAGIC):
            return parsed.text, from_one_line(base64.b64encode(line.signature).decode())
    raise ValueError("not a checkpoint")
