"""Auditing the home's own register, and the checkpoint that is to be copied elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flows.casework import papers
from flows.casework.office import Done
from flows.domain.errors import TamperedError
from flows.register.audit import Report, audit
from flows.register.checkpoint import Checkpoint, write_checkpoint

if TYPE_CHECKING:
    from flows.casework.office import Office


def audit_register(office: Office) -> Done:
    """Audit the register against its last checkpoint; write the next if it passes and has grown."""
    folder = office.home.checkpoints
    notes = sorted(folder.glob("*.txt"))
    found = audit(
        office.home.register,
        check_paper=papers.check,
        pin=office.register.fingerprint(),
        now=office.now(),
        checkpoint=notes[-1].read_text(encoding="ascii") if notes else None,
    )
    if not found.holds:
        first = found.findings[0]
        raise TamperedError(
            f"The register does not hold: {len(found.findings)} findings, the first {first.code} at "
            f"{first.place}; `equipoise audit` lists them."
        )
    name = f"{found.entries:09}.txt"
    if notes and notes[-1].name == name:
        return Done(reference="register")
    _write(office, name, found)
    return Done(reference="register", what=f"{found.entries} entries hold; checkpoint {name} written")


def _write(office: Office, name: str, found: Report) -> None:
    folder = office.home.checkpoints
    folder.mkdir(parents=True, exist_ok=True)
    note = write_checkpoint(
        Checkpoint(register=found.register, sequence=found.entries, head=found.head), office.service
    )
    fresh = folder / f".{name}.part"
    fresh.write_text(note, encoding="ascii")
    os.replace(fresh, folder / name)  # noqa: PTH105 - never half a checkpoint
