"""Auditing: verify the register and write a checkpoint, to be copied elsewhere."""

from __future__ import annotations

import os

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import paper, wiring
from flows.domain.errors import TamperedError
from flows.register.audit import Report, audit
from flows.register.checkpoint import Checkpoint, write_checkpoint
from flows.running import Done, guarded, report
from flows.wiring import House


@flow(name="auditing")
@guarded
def auditing() -> list[State[Done]]:
    """Audit the register against its last checkpoint; write the next if it holds and has grown."""
    with wiring.open_house() as house:
        return report("auditing", ["register"], [audit_register(house, return_state=True)])


@task(task_run_name="auditing")
@guarded
def audit_register(house: House) -> Done:
    """Audit the register."""
    folder = house.home.checkpoints
    notes = sorted(folder.glob("*.txt"))
    found = audit(
        house.home.register,
        check_paper=paper.check,
        pin=house.register.fingerprint(),
        now=wiring.now(),
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
    _write(house, name, found)
    return Done(reference="register", what=f"{found.entries} entries hold; checkpoint {name} written")


def _write(house: House, name: str, found: Report) -> None:
    folder = house.home.checkpoints
    folder.mkdir(parents=True, exist_ok=True)
    note = write_checkpoint(
        Checkpoint(register=found.register, sequence=found.entries, head=found.head), house.service
    )
    fresh = folder / f".{name}.part"
    fresh.write_text(note, encoding="ascii")
    os.replace(fresh, folder / name)  # noqa: PTH105 - never half a checkpoint
