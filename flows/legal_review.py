"""Legal review: tell the people who may decide on every case at this gate, once, and chase by the clock.

Waiting for a person is a state in the register; what they decide they append themselves.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import wiring
from flows.asking import ask
from flows.domain.procedure import Stage
from flows.running import Done, guarded, report
from flows.wiring import House


@flow(name="legal-review")
@guarded
def legal_review(only: list[str] | None = None) -> list[State[Done]]:
    """Ask about every case that a lawyer is to review, or ``only`` those named."""
    with wiring.open_house() as house:
        ready = house.register.ready(Stage.LEGAL_REVIEW)
        references = ready if only is None else [reference for reference in ready if reference in only]
        states = [ask_about(reference, house, return_state=True) for reference in references]
        return report("legal-review", references, states)


@task(task_run_name="legal-review-{reference}")
@guarded
def ask_about(reference: str, house: House) -> Done:
    """Ask about one case."""
    return ask(reference, Stage.LEGAL_REVIEW, house)
