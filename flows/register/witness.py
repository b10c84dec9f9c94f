"""A witness: it keeps the newest checkpoint of each log it knows, and signs the next if that goes on.

As https://c2sp.org/tlog-witness has it, for registers and for any other log of that form. Two histories
of one register cannot both have its signature: to the second its newest checkpoint is none to go on from.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import Fault, MalformedError, NotCosignedError, RegisterError
from flows.register import signature
from flows.register.merkle import EMPTY, proves_consistency
from flows.register.note import NoteKey, SignatureType, cosign, is_signed, parse_note, parse_note_key

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.register.note import Note

MOST_BYTES: Final = 128 * 1024
"""Of a request: a note of the largest size, and as long a proof as there can be."""
_MOST_HASHES: Final = 63
_NUMBER: Final = r"0|[1-9][0-9]{0,18}"
_OLD: Final = re.compile(rf"old ({_NUMBER})")
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_HEAD: Final = re.compile(rf"([^\n]+)\n({_NUMBER})\n([A-Za-z0-9+/]{{43}}=)\n(?:[^\n]+\n)*")
_NAME: Final = re.compile(r"[!-*,-~]{1,200}")

_MALFORMED, _UNSIGNED, _UNKNOWN, _MOVED, _UNPROVEN = 400, 403, 404, 409, 422
"""What an answer in HTTP says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """The first three lines of a checkpoint."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A checkpoint that the witness is asked to cosign, from which older size it goes on, and the proof."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    head: _Head


class Witness:
    """A witness's folder: its name and key, and for each log the log's keys and newest checkpoint.

    Raises:
        RegisterError: there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self.name = (folder / "name").read_text(encoding="utf-8").removesuffix("\n")
        except OSError:
            raise RegisterError(
                f"There is no witness at {folder}; `equipoise witness init` makes one."
            ) from None
        self._signer = signature.load(folder / "signing")

    @classmethod
    def create(cls, folder: Path, name: str) -> Witness:
        """Make a witness with a key of its own.

        Raises:
            MalformedError: the name is none, or there is a witness already.
        """
        if not _NAME.fullmatch(name):
            problem = "a name has no space and no plus sign, as witness.example.org/foi"
            raise MalformedError("the name of a witness", Fault(path="", problem=problem))
        try:
            disk.create(folder / "name", f"{name}\n".encode())
        except FileExistsError:
            problem = "there is a witness already"
            raise MalformedError(str(folder), Fault(path="", problem=problem)) from None
        signature.generate(folder / "signing")
        return cls(folder)

    @property
    def key(self) -> NoteKey:
        """What auditors need, to see what it cosigned."""
        return NoteKey(name=self.name, type=SignatureType.COSIGNATURE, public=self._signer.point)

    def trust(self, key: NoteKey) -> None:
        """Take a log on, or another key of one that is known."""
        folder = self._log(key.name)
        folder.mkdir(parents=True, exist_ok=True)
        with disk.locked(folder / "lock"):
            known = self._keys(key.name)
            if key not in known:
                disk.write(folder / "keys", "".join(f"{each}\n" for each in (*known, key)).encode())

    def newest(self, origin: str) -> str | None:
        """Return the newest checkpoint of a log that was cosigned; None while there is none."""
        path = self._log(origin) / "checkpoint"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def add(self, request: str, now: datetime) -> str:
        """Cosign a checkpoint that goes on from the newest one of its log; return the line.

        What is kept is on the disk before that is said.

        Args:
            request: As `add-checkpoint` takes it: old size, proof, empty line, checkpoint.
            now: UTC.

        Raises:
            NotCosignedError: it does not go on, or that is not proven, or the log is unknown.
        """
        asked = _parse(request)
        self._check_signed(asked)
        if asked.old > asked.head.size:
            raise NotCosignedError(_MALFORMED, "The checkpoint is smaller than what it is to go on from.")
        with disk.locked(self._log(asked.head.origin) / "lock"):
            self._check_goes_on(asked)
            line = cosign(asked.note.text, self.name, self._signer, now)
            kept = replace(asked.note, lines=(*asked.note.lines, line))
            disk.write(self._log(asked.head.origin) / "checkpoint", str(kept).encode())
        return str(line)

    def _check_signed(self, asked: _Asked) -> None:
        keys = self._keys(asked.head.origin)
        if not keys:
            raise NotCosignedError(_UNKNOWN, "This witness does not know the log.")
        try:
            signed = [is_signed(asked.note, key) for key in keys]
        except ValueError:
            signed = []
        if not any(signed):
            raise NotCosignedError(_UNSIGNED, "The checkpoint is not signed by the log.")

    def _check_goes_on(self, asked: _Asked) -> None:
        newest = self.newest(asked.head.origin)
        last = _head(parse_note(newest)) if newest else _Head(origin="", size=0, root=EMPTY)
        new = asked.head
        if asked.old != last.size:
            raise NotCosignedError(
                _MOVED, f"The newest checkpoint is of {last.size}, not {asked.old}.", size=last.size
            )
        if new.size == last.size and new.root != last.root:
            raise NotCosignedError(
                _MOVED, "There is a checkpoint of this size with another root.", size=last.size
            )
        if not proves_consistency(last.size, last.root, new.size, new.root, asked.proof):
            raise NotCosignedError(_UNPROVEN, "The proof does not show that the checkpoint goes on.")

    def _keys(self, origin: str) -> list[NoteKey]:
        path = self._log(origin) / "keys"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [parse_note_key(line) for line in lines]

    def _log(self, origin: str) -> Path:
        # An origin is anybody's words, and no name of a folder.
        return self._folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()


def _parse(request: str) -> _Asked:
    head, _, note = request.partition("\n\n")
    first, *lines = head.split("\n")
    found = _OLD.fullmatch(first)
    try:
        parsed = parse_note(note)
        if found is None or len(lines) > _MOST_HASHES or not all(map(_HASH.fullmatch, lines)):
            raise ValueError("out of form")  # noqa: TRY301 - as what it calls does
        return _Asked(
            old=int(found[1]),
            proof=tuple(base64.b64decode(line, validate=True) for line in lines),
            note=parsed,
            head=_head(parsed),
        )
    except ValueError:
        raise NotCosignedError(_MALFORMED, "This is no request to cosign a checkpoint.") from None


def _head(note: Note) -> _Head:
    found = _HEAD.fullmatch(note.text)
    if found is None:
        raise ValueError("not a checkpoint")
    return _Head(origin=found[1], size=int(found[2]), root=base64.b64decode(found[3], validate=True))
