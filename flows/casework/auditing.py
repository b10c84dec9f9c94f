"""Auditing the home's own register, and the checkpoint that is to be copied elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import disk
from flows.casework import papers
from flows.casework.office import Done
from flows.domain.errors import TamperedError
from flows.register.audit import audit
from flows.register.checkpoint import Checkpoint, newest_checkpoint, write_checkpoint

if TYPE_CHECKING:
    from flows.casework.office import Office


def audit_register(office: Office) -> Done:
    """Audit the register against its last checkpoint; write the next if it passes and has grown."""
    folder = office.home.checkpoints
    earlier, unreadable = newest_checkpoint(folder)
    found = audit(
        office.home.register,
        check_paper=papers.check,
        pin=office.register.fingerprint(),
        now=office.now(),
        checkpoint=earlier,
    )
    if not found.holds:
        first = found.findings[0]
        raise TamperedError(
            f"The register does not hold: {len(found.findings)} findings, the first {first.code} at "
            f"{first.place}; `equipoise audit` lists them."
        )
    told = [f"checkpoint {name} cannot be read and was passed over" for name in unreadable]
    whole = folder / f"{found.entries:09}.txt"
    if whole.name in unreadable or not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        head = Checkpoint(register=found.register, sequence=found.entries, head=found.head)
        disk.write(whole, write_checkpoint(head, office.service).encode())
        told.append(f"{found.entries} entries hold; checkpoint {whole.name} written")
    return Done(reference="register", what="; ".join(told))
