"""Checkpoints of the home's register: written, what they prove, and what witnesses say of them."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.casework import copies_elsewhere
from flows.casework.copies_elsewhere import Way
from flows.domain.errors import Fault, MalformedError, RefusedError, TamperedError
from flows.register.checkpoint import (
    head_of,
    newest_checkpoint,
    parse_checkpoint,
    write_checkpoint,
)
from flows.register.note import parse_lines, parse_note
from flows.register.openings import read_openings
from flows.register.statement import mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from flows.casework.office import Office
    from flows.home import Home
    from flows.register.checkpoint import Checkpoint
    from flows.register.merkle import Tree
    from flows.register.note import Note, SignatureLine
    from flows.register.openings import End


_SUM: Final = 32
"""Bytes of the checksum behind the kept tree."""


def tree_of(office: Office, *, keep: bool = True) -> Tree:
    """Return the Merkle tree over all entries, going on from what the home keeps of it.

    Args:
        keep: Write what is new of it, for the next time.
    """
    path = office.home.tree
    written = path.read_bytes() if path.exists() else b""
    kept, sum_ = written[:-_SUM], written[-_SUM:]
    # A hash that the disk lost would be signed, and no later checkpoint could go on from that.
    tree = office.register.tree(kept if hashlib.sha256(kept).digest() == sum_ else b"")
    if keep and tree.nodes != kept:
        disk.write(path, tree.nodes + hashlib.sha256(tree.nodes).digest())
    return tree


def current(office: Office) -> str:
    """Return the newest checkpoint, written now if the register has grown since the last.

    Raises:
        RefusedError: writing was stopped by an audit that found something.
        TamperedError: the register does not go on from where its last checkpoint was made, or the log of
            the vault's openings does not, or the service did not write its newest entry.
    """
    office.register.check_not_stopped()
    office.register.check_tip()
    tree, note = going_on(office)
    last = parse_checkpoint(note)[0] if note else None
    # What was opened since is in the next: witnesses sign one text for each number of entries.
    if note and last and last.root and last.sequence == tree.size:
        return note
    openings = read_openings(office.home.vault_opened)
    if last and last.vault and (gone := openings.against(last.vault)):
        raise TamperedError(f"{gone} So no checkpoint is signed; run `equipoise audit`.")
    keep(office, head(office, tree, openings.end))
    return path_of(office.home, tree.size).read_text(encoding="utf-8")


def going_on(office: Office) -> tuple[Tree, str | None]:
    """Return the tree over all entries, which goes on from the newest checkpoint, and that; None for none.

    Raises:
        TamperedError: it does not go on from there.
    """
    tree = tree_of(office)
    note, _ = newest_checkpoint(office.home.checkpoints)
    last = parse_checkpoint(note)[0] if note else None
    if last and not last.is_of(tree):
        # A log signs nothing that does not go on from what it signed before (tlog-checkpoint).
        office.home.tree.unlink(missing_ok=True)
        raise TamperedError(
            f"The register does not go on from its checkpoint of entry {last.sequence}, so none is signed; "
            "run `equipoise audit`."
        )
    return tree, note


def take(office: Office, person: str) -> str:
    """Return the newest checkpoint for somebody who takes it along, and note who did."""
    if there := office.keys_elsewhere:
        return there.ask("checkpoint", str, person=person)
    note = current(office)
    copies_elsewhere.note(office, Way.TAKEN, person, parse_checkpoint(note)[0].sequence)
    return note


def head(office: Office, tree: Tree, vault: End | None = None) -> Checkpoint:
    """Return what a checkpoint of all entries in ``tree`` says.

    Args:
        vault: Where the log of the vault's openings ends.
    """
    newest = office.register.since(tree.size - 1)[0]
    newest_hash = mark(office.register.raw(newest.id)).sha256
    return head_of(tree, office.register.policy().register, newest_hash, vault)


def keep(office: Office, checkpoint: Checkpoint) -> None:
    """Sign a checkpoint and keep it in the home."""
    path = path_of(office.home, checkpoint.sequence)
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write(path, write_checkpoint(checkpoint, office.service).encode())


def path_of(home: Home, sequence: int) -> Path:
    """Return where the checkpoint of an entry stands."""
    return home.checkpoints / f"{sequence:09}.txt"


def proof_of(office: Office, sequence: int) -> str:
    """Return the proof that an entry is among those of the newest checkpoint (c2sp.org/tlog-proof).

    Args:
        sequence: The number of the entry, from 1.

    Raises:
        RefusedError: there is no such entry.
    """
    if there := office.keys_elsewhere:
        return there.ask("proof-of", str, sequence=sequence)
    note = current(office)
    size = parse_checkpoint(note)[0].sequence
    if not 0 < sequence <= size:
        raise RefusedError(f"There is no entry {sequence}; the register has {size}.")
    path = tree_of(office).inclusion(sequence - 1, size)
    return f"c2sp.org/tlog-proof@v1\nindex {sequence - 1}\n{_lines(path)}\n{note}"


def since(office: Office, old: int) -> str:
    """Return what a witness is asked: that the newest checkpoint goes on from one of ``old`` entries.

    In the form of https://c2sp.org/tlog-witness, add-checkpoint.

    Raises:
        RefusedError: the register has fewer entries.
    """
    if there := office.keys_elsewhere:
        return there.ask("proof-since", str, old=old)
    note = current(office)
    size = parse_checkpoint(note)[0].sequence
    if not 0 <= old <= size:
        raise RefusedError(f"The register has {size} entries, and no checkpoint of {old}.")
    return request(parse_note(note), tree_of(office).consistency(old, size), old)


def request(note: Note, proof: Iterable[bytes], old: int) -> str:
    """Return what a witness is asked: to cosign a checkpoint that goes on from ``old`` entries."""
    return f"old {old}\n{_lines(proof)}\n{note}"


def add_cosignatures(office: Office, text: str) -> tuple[str, list[str]]:
    """Add to the newest checkpoint what witnesses answered; return it, and whose lines are new.

    Args:
        text: Lines of signatures, or the whole checkpoint with them. Whether they fit, whoever has the
            witness's key sees.

    Raises:
        MalformedError: it is neither, or another checkpoint.
        RegisterError: the home is elsewhere.
    """
    office.home.check_here()
    note = parse_note(current(office))
    try:
        given = parse_note(text) if "\n\n" in text else replace(note, lines=parse_lines(text))
    except ValueError as error:
        raise _unfit(str(error)) from None
    if given.text != note.text:
        raise _unfit("it is another checkpoint than the newest")
    new = tuple(line for line in given.lines if line not in note.lines)
    written = _keep_lines(office, note, new)
    return written, [line.name for line in new]


def keep_cosigned(office: Office, checkpoint: Checkpoint, lines: tuple[SignatureLine, ...]) -> None:
    """Keep cosignatures with a checkpoint, each in the place of an older one by its key."""
    path = path_of(office.home, checkpoint.sequence)
    if not parse_checkpoint(path.read_text(encoding="utf-8"))[0].root:
        keep(office, checkpoint)  # one in an earlier form, which nobody cosigns
    note = parse_note(path.read_text(encoding="utf-8"))
    by = {(line.name, line.key) for line in lines}
    kept = tuple(line for line in note.lines if (line.name, line.key) not in by)
    _keep_lines(office, replace(note, lines=kept), lines)


def _keep_lines(office: Office, note: Note, new: tuple[SignatureLine, ...]) -> str:
    """Write a checkpoint with more lines under it; return it."""
    note = replace(note, lines=note.lines + new)
    sequence = parse_checkpoint(str(note))[0].sequence
    path = path_of(office.home, sequence)
    made = path.stat().st_mtime_ns
    disk.write(path, str(note).encode())
    os.utime(path, ns=(made, made))  # it is no younger for what was added
    for line in new:
        copies_elsewhere.note(office, Way.COSIGNED, line.name, sequence)
    return str(note)


def stamp(office: Office) -> tuple[str, bytes]:
    """Return the newest checkpoint, and a time-stamp of it by whom the authority has its papers stamped.

    Raises:
        RefusedError: the authority names no time-stamp authority, or that does not answer.
        RegisterError: the home is elsewhere.
    """
    office.home.check_here()
    from flows.document.signing import pades  # noqa: PLC0415 - a second, for those who stamp

    if office.credential is None:
        raise RefusedError("The authority signs no papers, so it names nobody who stamps a time.")
    note = current(office)
    return note, pades.stamp(note.encode(), office.credential)


def _lines(hashes: Iterable[bytes]) -> str:
    return "".join(f"{base64.b64encode(each).decode()}\n" for each in hashes)


def _unfit(problem: str) -> MalformedError:
    return MalformedError("what the witness answered", Fault(path="", problem=problem))
