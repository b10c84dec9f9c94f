"""Intake: open a case for every new request in the inbox, once, however often it runs."""

from __future__ import annotations

import time
from pathlib import Path

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import handing_over
from flows.casework.office import Done, Office
from flows.casework.taking_in import Inbox, taking_in
from flows.domain.procedure import Stage
from flows.engine.limits import FLOWS, TASKS
from flows.engine.tasks import (
    Run,
    at_time,
    guarded,
    lost_the_race,
    office_for,
    report,
)
from flows.sources import inbox
from flows.sources.item import has_rested, tag_of


@flow(name="intake", flow_run_name=at_time("intake"), timeout_seconds=FLOWS["intake"].seconds)
@guarded
def intake(authority: str = "") -> list[State[Done]]:
    """Open a case for every new request in the inbox; set aside what cannot be taken in.

    A worker elsewhere first hands over what is in an inbox of its own.

    Args:
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office, taking_in(office) as requests:
        handed = [hand_over(tag_of(path), path, office, return_state=True) for path in _own_inbox(office)]
        taken = [run for tag in requests.begin() if (run := take_in(tag, requests))]
        requests.end()
        if taken:
            office.wake(Stage.RECEIVED)
        return report("intake", [*(Run("an item", state) for state in handed), *taken], office)


def _own_inbox(office: Office) -> list[Path]:
    """Return what stands in the inbox of a worker that has no home; nothing where the home is."""
    own = office.keys_elsewhere and office.home.inbox.is_dir()
    return inbox.waiting(office.home.inbox) if own else []


def waiting(office: Office) -> list[str]:
    """Return what has arrived in the inbox."""
    paths, now = inbox.waiting(office.home.inbox), time.time()
    return [tag_of(path) for path in paths if has_rested(path, now=now)]


def take_in(tag: str, requests: Inbox) -> Run | None:
    """Read one item and open its case, or set it aside; return what it goes by, and the task's state.

    None is returned where it has not arrived yet.
    """
    try:
        seen = requests.look(tag)
    except Exception as error:  # noqa: BLE001 - an item that trips us up must not hold up the others
        return Run(f"item {tag}", fail_item(tag, error, return_state=True))
    if seen is None:
        return None
    if not seen.reference:
        return Run(f"item {tag}", set_aside(tag, requests, return_state=True))
    reference = seen.reference
    return Run(reference, open_case(reference, tag, requests, return_state=True), reference)


@task(task_run_name="hand-over-{tag}")
@guarded
def hand_over(tag: str, path: Path, office: Office) -> Done:
    """Hand one item of a worker's own inbox to the registrar."""
    registrar = office.keys_elsewhere
    done = handing_over.hand_over(path, office, registrar) if registrar else None
    return done or Done(reference=f"item {tag}")


@task(
    task_run_name="intake-{reference}",
    retries=TASKS["open_case"].again,
    retry_condition_fn=lost_the_race,
)
@guarded
def open_case(reference: str, tag: str, requests: Inbox) -> Done:
    """Open one case and remove its item, or find that it is open already."""
    return requests.open(tag, reference)


@task(task_run_name="set-aside-{tag}")
@guarded
def set_aside(tag: str, requests: Inbox) -> Done:
    """Move an item that cannot be taken in out of the inbox, with the reasons beside it."""
    return requests.set_aside(tag)


@task(task_run_name="intake-{tag}")
@guarded
def fail_item(tag: str, error: Exception) -> Done:  # noqa: ARG001 - the run's name
    """Fail on an item that could be neither read nor found unfit."""
    raise error
