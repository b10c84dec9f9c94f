"""Reminding: tell the people who have to act of every day that a case has to keep, in time and afterwards."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import reminding as reminders
from flows.casework.office import Done, Office
from flows.engine.limits import FLOWS
from flows.engine.tasks import at_time, for_each, guarded, office_for, report


@flow(name="reminding", flow_run_name=at_time("reminding"), timeout_seconds=FLOWS["reminding"].seconds)
@guarded
def reminding(only: list[str] | None = None, authority: str = "") -> list[State[Done]]:
    """Remind people of every case that has a day to keep, or of ``only`` those named.

    Args:
        only: The cases to be looked at, each by its reference; without it, all that wait.
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("reminding", for_each(remind, office, waiting(office), only), office)


def waiting(office: Office) -> list[tuple[str, str]]:
    """Return the cases about which people are to be told."""
    return reminders.untold(office)


@task(task_run_name="reminding-{about}")
@guarded
def remind(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Remind people of the days of one case."""
    return reminders.remind(office, reference)
