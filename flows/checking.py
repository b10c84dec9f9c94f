"""Checking: look at every test on which a decision lies ahead, so that no page has to wait for the checks."""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import looking
from flows.casework.office import Done, Office
from flows.engine.limits import FLOWS
from flows.engine.tasks import Run, at_time, guarded, office_for, report


@flow(name="checking", flow_run_name=at_time("checking"), timeout_seconds=FLOWS["checking"].seconds)
@guarded
def checking(authority: str = "") -> list[State[Done]]:
    """Look at every test that changed, and at all of them on a new day or under a new policy.

    Args:
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("checking", [Run("tests", look_ahead(office, return_state=True))], office)


def waiting(office: Office) -> list[str]:
    """Return the cases whose tests are to be looked at."""
    return looking.unlooked(office)


@task(task_run_name="checking")
@guarded
def look_ahead(office: Office) -> Done:
    """Look at all of them: a task for each would take longer than the checks."""
    return looking.look_ahead(office)
