"""Publication: make the PDF of every case that is signed off, register it, and lay it out for people."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import publishing
from flows.casework.office import Done, Office, open_office
from flows.domain.procedure import Stage
from flows.engine.tasks import ATTEMPTS_AFTER_A_LOST_RACE, for_each, guarded, lost_the_race, report


@flow(name="publication")
@guarded
def publication(only: list[str] | None = None) -> list[State[Done]]:
    """Publish every case that is signed off, or ``only`` those named; lay out again what is missing."""
    with open_office() as office:
        runs = for_each(publish, office, Stage.PUBLICATION, only)
        missing = publishing.copies_missing(office)
        runs += [(reference, lay_out_again(reference, office, return_state=True)) for reference in missing]
        return report("publication", runs)


@task(
    task_run_name="publication-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def publish(reference: str, office: Office) -> Done:
    """Publish one case."""
    return publishing.publish(office, reference)


@task(task_run_name="publication-copy-{reference}")
@guarded
def lay_out_again(reference: str, office: Office) -> Done:
    """Lay out again what the register has of one case and the folder lacks."""
    return publishing.lay_out_again(office, reference)
