"""Balancing: tell the people who may decide on every case at this gate, once, and chase by the clock.

Waiting for a person is a state in the register; what they decide they append themselves.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import asking
from flows.casework.office import Done, Office
from flows.domain.procedure import Stage
from flows.engine.limits import FLOWS
from flows.engine.tasks import at_time, for_each, guarded, office_for, report


@flow(name="balancing", flow_run_name=at_time("balancing"), timeout_seconds=FLOWS["balancing"].seconds)
@guarded
def balancing(only: list[str] | None = None, authority: str = "") -> list[State[Done]]:
    """Ask about every case whose public interest test is to be signed off, or ``only`` those named.

    Args:
        only: The cases to be looked at, each by its reference; without it, all that wait.
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("balancing", for_each(ask_about, office, waiting(office), only), office)


def waiting(office: Office) -> list[tuple[str, str]]:
    """Return the cases about which people are to be told."""
    return asking.untold(office, Stage.BALANCING)


@task(task_run_name="balancing-{about}")
@guarded
def ask_about(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Ask about one document."""
    return asking.ask(office, reference, Stage.BALANCING, document)
