"""Drafting: write the first draft of every case that was opened."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import drafts
from flows.casework.office import Done, Office, open_office
from flows.domain.procedure import Stage
from flows.engine.tasks import ATTEMPTS_AFTER_A_LOST_RACE, for_each, guarded, lost_the_race, report


@flow(name="drafting")
@guarded
def drafting(only: list[str] | None = None) -> list[State[Done]]:
    """Write the first draft of every case that waits for one, or of ``only`` those named."""
    with open_office() as office:
        return report("drafting", for_each(write_first_draft, office, Stage.RECEIVED, only))


@task(
    task_run_name="drafting-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def write_first_draft(reference: str, office: Office) -> Done:
    """Write the first draft of one case."""
    return drafts.write_first_draft(office, reference)
