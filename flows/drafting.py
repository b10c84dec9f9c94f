"""Drafting: write the first draft of every case that was opened."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import drafts
from flows.casework.office import Done, Office
from flows.domain.procedure import Stage
from flows.engine.limits import FLOWS, TASKS
from flows.engine.tasks import (
    at_time,
    for_each,
    guarded,
    lost_the_race,
    office_for,
    report,
)


@flow(name="drafting", flow_run_name=at_time("drafting"), timeout_seconds=FLOWS["drafting"].seconds)
@guarded
def drafting(only: list[str] | None = None, authority: str = "") -> list[State[Done]]:
    """Write the first draft of every case that waits for one, or of ``only`` those named.

    Args:
        only: The cases to be looked at, each by its reference; without it, all that wait.
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("drafting", for_each(write_first_draft, office, waiting(office), only), office)


def waiting(office: Office) -> list[tuple[str, str]]:
    """Return the cases that wait for a first draft."""
    return office.catalogue.ready(Stage.RECEIVED)


@task(
    task_run_name="drafting-{about}",
    retries=TASKS["write_first_draft"].again,
    retry_condition_fn=lost_the_race,
)
@guarded
def write_first_draft(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Write the first draft of one test; no other document waits for the machine."""
    return drafts.write_first_draft(office, reference)
