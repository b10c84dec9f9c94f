"""Auditing: verify the register and write a checkpoint, to be copied elsewhere."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import auditing as audits
from flows.casework.office import Done, Office
from flows.engine.limits import FLOWS
from flows.engine.tasks import Run, at_time, guarded, office_for, report


@flow(name="auditing", flow_run_name=at_time("auditing"), timeout_seconds=FLOWS["auditing"].seconds)
@guarded
def auditing(authority: str = "") -> list[State[Done]]:
    """Audit the register against its last checkpoint; write the next if it passes and has grown.

    Args:
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("auditing", [Run("register", audit_register(office, return_state=True))], office)


def waiting(office: Office) -> list[str]:  # noqa: ARG001 - as of every flow
    """Return that the register waits: an audit has its hour, and where it cannot be made, its run says so."""
    return ["the register"]


@task(task_run_name="auditing")
@guarded
def audit_register(office: Office) -> Done:
    """Audit the register."""
    return audits.audit_register(office)
