"""A checkpoint: the register's head, signed by the service, to be kept elsewhere.

A signed note of three lines, as https://c2sp.org/tlog-checkpoint has them: the origin, how many
entries there are, and the hash of the newest; then the service's signature.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.errors import UnfitSignatureError
from flows.register import signature
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    from pathlib import Path

    from flows.register.signature import Signer

_FORM: Final = re.compile(r"equipoise/([0-9a-f]{32})\n([1-9][0-9]{0,11})\n([A-Za-z0-9+/]{43}=)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a register.

    Attributes:
        sequence: How many entries there are.
        head: SHA-256 of the newest raw entry.
    """

    register: str
    sequence: int
    head: str

    def text(self) -> str:
        """Return the three lines that are signed."""
        root = base64.b64encode(bytes.fromhex(self.head)).decode()
        return f"equipoise/{self.register}\n{self.sequence}\n{root}\n"


def write_checkpoint(checkpoint: Checkpoint, service: Signer) -> str:
    """Return the note with the service's signature."""
    text = checkpoint.text()
    return f"{text}\n{service.sign(text.encode(), signature.CHECKPOINT)}"


def newest_checkpoint(folder: Path) -> tuple[str | None, list[str]]:
    """Return the newest note of a folder that can be read, and the names of newer ones that cannot."""
    unreadable: list[str] = []
    for path in sorted(folder.glob("*.txt"), reverse=True):
        try:
            note = path.read_text(encoding="ascii")
            parse_checkpoint(note)
        except (OSError, ValueError):
            unreadable.append(path.name)
        else:
            return note, unreadable
    return None, unreadable


def parse_checkpoint(note: str) -> tuple[Checkpoint, str]:
    """Return the checkpoint in a note and the public key that signed it.

    Ends of lines, blanks before them and a byte-order mark, which mail and editors change on the way, are
    no part of it.

    Raises:
        ValueError: it is not a note this register writes, or its signature does not fit.
    """
    text, _, armoured = tidied(note.removeprefix("\ufeff")).partition("\n\n")
    found = _FORM.fullmatch(text + "\n")
    if found is None:
        raise ValueError("not a checkpoint")
    register, sequence, root = found.groups()
    checkpoint = Checkpoint(
        register=register, sequence=int(sequence), head=base64.b64decode(root, validate=True).hex()
    )
    if checkpoint.text() != text + "\n":
        raise ValueError("not a checkpoint")
    try:
        signed = signature.verify(armoured, checkpoint.text().encode(), signature.CHECKPOINT)
    except UnfitSignatureError as error:
        raise ValueError(str(error)) from None
    return checkpoint, signed.public
