"""Publication: make the PDF of every case that is signed off, register it, and lay it out for people."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows.casework import publishing
from flows.casework.office import Done, Office
from flows.domain.procedure import Stage
from flows.engine import authorities
from flows.engine.limits import FLOWS, TASKS
from flows.engine.tasks import (
    at_time,
    for_each,
    guarded,
    lost_the_race,
    office_for,
    report,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_A_TIME: Final = 4


@flow(name="publication", flow_run_name=at_time("publication"), timeout_seconds=FLOWS["publication"].seconds)
@guarded
def publication(only: list[str] | None = None, authority: str = "") -> list[State[Done]]:
    """Publish what is signed off, of every case or ``only`` those named; lay out again what is missing.

    Args:
        only: The cases to be looked at, each by its reference; without it, all that wait.
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        paper = publish.with_options(tags=[authorities.paper(authority)])  # by which there may be a limit
        runs = for_each(paper, office, _ready(office), only)
        runs += for_each(lay_out_again, office, publishing.copies_missing(office))
        return report("publication", runs, office)


def _ready(office: Office) -> Iterator[tuple[str, str]]:
    """Yield what is to be published, also what comes to it meanwhile, each once.

    A few cases at a time, and these in no order: runs of other workers do the same, and seldom take the same
    then. What two do take is published once all the same. A case's papers come in the order of its documents,
    so that its history is told alike each time.
    """
    begun: set[tuple[str, str]] = set()
    while left := [each for each in office.catalogue.ready(Stage.PUBLICATION) if each not in begun]:
        cases = sorted({reference for reference, _ in left})
        some = set(random.sample(cases, min(len(cases), _AT_A_TIME)))
        now = [each for each in left if each[0] in some]
        begun.update(now)
        yield from now


def waiting(office: Office) -> list[tuple[str, str]]:
    """Return the documents that are to be published, and those of which a copy is missing."""
    return [*office.catalogue.ready(Stage.PUBLICATION), *publishing.copies_missing(office)]


@task(
    task_run_name="publication-{about}",
    retries=TASKS["publish"].again,
    retry_condition_fn=lost_the_race,
)
@guarded
def publish(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Publish one document."""
    return publishing.publish(office, reference, document)


@task(task_run_name="publication-copy-{about}")
@guarded
def lay_out_again(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - as above
    """Lay out again what the register has of one document and the folder lacks."""
    return publishing.lay_out_again(office, reference, document)
