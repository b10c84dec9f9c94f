"""Legal review: tell the people who may decide on every case at this gate, once, and chase by the clock.

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


@flow(
    name="legal-review", flow_run_name=at_time("legal-review"), timeout_seconds=FLOWS["legal_review"].seconds
)
@guarded
def legal_review(only: list[str] | None = None, authority: str = "") -> list[State[Done]]:
    """Ask about every case that a lawyer is to review, or ``only`` those named.

    Args:
        only: The cases to be looked at, each by its reference; without it, all that wait.
        authority: Whose run it is, where several authorities share the server; the deployment names it.
    """
    with office_for(authority) as office:
        return report("legal-review", for_each(ask_about, office, waiting(office), only), office)


def waiting(office: Office) -> list[tuple[str, str]]:
    """Return the cases about which people are to be told."""
    return asking.untold(office, Stage.LEGAL_REVIEW)


@task(task_run_name="legal-review-{about}")
@guarded
def ask_about(about: str, reference: str, document: str, office: Office) -> Done:  # noqa: ARG001 - the run's name
    """Ask about one document."""
    return asking.ask(office, reference, Stage.LEGAL_REVIEW, document)
