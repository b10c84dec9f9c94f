"""What the audit compares a register with that its keeper cannot change: notes kept elsewhere.

A register that was cut off, or written anew with the service's key, passes every check from inside. Only
what somebody else kept of it tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.register.checkpoint import parse_checkpoint
from flows.register.note import parse_note, when_cosigned
from flows.register.report import Witnessed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from collections.abc import Set as AbstractSet

    from flows.register.checkpoint import Checkpoint, Stated
    from flows.register.merkle import Tree
    from flows.register.note import NoteKey
    from flows.register.openings import Openings
    from flows.register.report import Report


def compare_with_outside(
    report: Report,
    tree: Tree,
    service_keys: AbstractSet[str],
    *,
    note: str | None,
    witnesses: Collection[NoteKey],
    remembered: Checkpoint | None,
    stated: Stated | None,
    openings: Openings | None,
) -> None:
    """Compare a register with what was kept of it elsewhere, and report up to where it is known whole.

    Args:
        report: To which is added what is found.
        tree: Over its entries.
        service_keys: Every key that was ever the service's.
        note: A checkpoint.
        witnesses: Whose cosignatures on it count.
        remembered: What an earlier audit validated.
        stated: What a paper states.
        openings: The log of the vault's openings; None where nobody looked.
    """
    reached = 0
    ends: list[Checkpoint] = []
    if remembered:
        reached = _compare_remembered(report, tree, remembered)
        ends.append(remembered)
    if note is not None:
        signed = _signed(report, service_keys, note)
        ends += [signed] if signed else []
        reached = max(reached, _compare_checkpoint(report, tree, signed, note, witnesses) if signed else 0)
    elif witnesses:
        report.not_established.append("what witnesses saw: no checkpoint was given that they cosigned")
    if stated:
        reached = max(reached, _compare_stated(report, tree, stated))
    report.compared_to = reached
    _compare_openings(report, [each for each in ends if each.vault], openings)
    if not remembered and note is None and stated is None:
        report.not_established.append(
            f"completeness: the register is internally consistent to entry {tree.size}, and whoever has the "
            "service's key may have left acts out; neither a checkpoint from outside was given to compare "
            "(--checkpoint) nor what an earlier audit validated (--remember)"
        )
    elif 0 < reached < tree.size:
        report.not_established.append(
            f"completeness after entry {reached}: nothing from outside knows of a later one"
        )


def _compare_remembered(report: Report, tree: Tree, remembered: Checkpoint) -> int:
    """Return how many entries are known from an earlier audit; 0 where they are others."""
    place = f"entry {remembered.sequence}"
    if remembered.register == report.register and remembered.is_of(tree):
        return remembered.sequence
    if remembered.sequence > tree.size:
        said = f"An earlier audit validated {remembered.sequence} entries; the register has {tree.size}."
    else:
        said = "The register is not the one that an earlier audit validated up to here."
    report.add("E_REMEMBERED", place, said)
    return 0


def _compare_stated(report: Report, tree: Tree, stated: Stated) -> int:
    """Return how many entries a paper vouches for; 0 where they are others."""
    if stated.register == report.register and stated.is_of(tree):
        return stated.sequence
    if stated.register != report.register:
        said = "The paper states a checkpoint of another register."
    elif stated.sequence > tree.size:
        said = f"The paper was published after {stated.sequence} entries; the register has {tree.size}."
    else:
        said = "The entries up to here are others than when the paper was published, by what it states."
    report.add("E_STATED", f"entry {stated.sequence}", said)
    return 0


def _signed(report: Report, service_keys: AbstractSet[str], note: str) -> Checkpoint | None:
    """Return the checkpoint in a note; None where it is none by this register's service."""
    try:
        checkpoint, public = parse_checkpoint(note)
    except ValueError:
        report.add("E_CHECKPOINT", "checkpoint", "The checkpoint is malformed or its signature does not fit.")
        return None
    if checkpoint.register != report.register or public not in service_keys:
        report.add("E_CHECKPOINT", "checkpoint", "The checkpoint is not by this register's service.")
        return None
    return checkpoint


def _compare_checkpoint(
    report: Report, tree: Tree, checkpoint: Checkpoint, note: str, witnesses: Collection[NoteKey]
) -> int:
    """Return how many entries a checkpoint vouches for; 0 where it does not fit."""
    place = f"entry {checkpoint.sequence}"
    if checkpoint.sequence > tree.size:
        known = f"The checkpoint knows {checkpoint.sequence} entries; the register has {tree.size}."
        report.add("E_ROLLBACK", place, known)
    elif not checkpoint.is_of(tree):
        report.add("E_FORK", place, "The entry is not the one the checkpoint was made of.")
    else:
        _tell_witnesses(report, note, checkpoint.sequence, witnesses)
        return checkpoint.sequence
    return 0


def _compare_openings(report: Report, ends: Sequence[Checkpoint], openings: Openings | None) -> None:
    """Compare the log of the vault's openings with where it ended when something was kept elsewhere."""
    if openings is None:
        if ends:
            report.not_established.append(
                "whether openings of the vault were taken out of its log: the log was not given to compare "
                "(--openings)"
            )
        return
    if openings.broken:
        said = "This line of the log of the vault's openings does not follow from the one before it."
        report.add("E_OPENINGS", f"opening {openings.broken}", said)
    for sequence, end in {each.sequence: each.vault for each in ends}.items():
        if end and (wrong := openings.against(end)):
            report.add("E_OPENINGS", f"entry {sequence}", wrong)
    if openings.digests and not ends:
        report.not_established.append(
            "whether openings of the vault were taken out of its log: nothing from outside knows its end"
        )


def _tell_witnesses(report: Report, note: str, sequence: int, witnesses: Collection[NoteKey]) -> None:
    for witness in witnesses:
        try:
            when = when_cosigned(parse_note(note), witness)
        except ValueError:
            report.add("E_CHECKPOINT", "checkpoint", f"The cosignature of {witness.name} does not fit.")
            continue
        if when is None:
            report.not_established.append(f"what {witness.name} saw: it did not cosign the checkpoint")
        else:
            report.witnessed.append(Witnessed(name=witness.name, sequence=sequence, time=when))
