"""Intake: open a case for every new request in the inbox, once, however often it runs."""

from __future__ import annotations

import time
from pathlib import Path

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import requests
from flows.casework.arrivals import tell_of_set_aside
from flows.casework.office import Done, Office
from flows.casework.requests import Arrival, NextReferences
from flows.domain.errors import MalformedError
from flows.domain.procedure import Stage
from flows.engine.tasks import (
    ATTEMPTS_AFTER_A_LOST_RACE,
    Run,
    at_time,
    guarded,
    lost_the_race,
    office_for,
    report,
)
from flows.sources import inbox
from flows.sources.item import has_rested, look, tag_of


@flow(name="intake", flow_run_name=at_time("intake"))
@guarded
def intake(authority: str = "") -> list[State[Done]]:
    """Open a case for every new request in the inbox; set aside what cannot be taken in."""
    with office_for(authority) as office, office.taking_in():
        office.register.check_not_stopped()
        # While the inbox is held no opening is under way, so a key that no case names is an orphan.
        office.vault.sweep(office.catalogue.recipients().keys())
        requests.catch_up(office)
        references = NextReferences(office)
        paths = inbox.waiting(office.home.inbox)
        office.home.inbox_looked.touch()
        taken = [run for path in paths if (run := take_in(path, references, office))]
        tell_of_set_aside(office)
        if taken:
            office.wake(Stage.RECEIVED)
        return report("intake", taken, office)


def waiting(office: Office) -> list[str]:
    """Return what has arrived in the inbox."""
    paths, now = inbox.waiting(office.home.inbox), time.time()
    return [tag_of(path) for path in paths if has_rested(path, now=now)]


def take_in(path: Path, references: NextReferences, office: Office) -> Run | None:
    """Read one item and open its case, or set it aside; return what it goes by, and the task's state.

    None is returned where it has not arrived yet.
    """
    tag = tag_of(path)
    try:
        item = look(path, now=time.time())
        if item is None:
            return None
        arrival = requests.read_item(item, references)
    except MalformedError as error:
        faults = requests.faults_of(error)
        return Run(f"item {tag}", set_aside(tag, path, faults, office, return_state=True))
    except Exception as error:  # noqa: BLE001 - an item that trips us up must not hold up the others
        return Run(f"item {tag}", fail_item(tag, error, return_state=True))
    reference = arrival.reference
    return Run(reference, open_case(reference, arrival, office, return_state=True), reference)


@task(
    task_run_name="intake-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def open_case(reference: str, arrival: Arrival, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Open one case and remove its item, or find that it is open already."""
    return requests.open_case(office, arrival)


@task(task_run_name="set-aside-{tag}")
@guarded
def set_aside(tag: str, path: Path, why: list[str], office: Office) -> Done:  # noqa: ARG001 - as above
    """Move an item that cannot be taken in out of the inbox, with the reasons beside it."""
    return requests.set_aside(office, path, why)


@task(task_run_name="intake-{tag}")
@guarded
def fail_item(tag: str, error: Exception) -> Done:  # noqa: ARG001 - as above
    """Fail on an item that could be neither read nor found unfit."""
    raise error
