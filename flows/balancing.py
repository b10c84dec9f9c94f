"""Balancing: tell the people who may decide on every case at this gate, once, and chase by the clock.

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


@flow(name="balancing")
@guarded
def balancing(only: list[str] | None = None) -> list[State[Done]]:
    """Ask about every case whose public interest test is to be signed off, or ``only`` those named."""
    with wiring.open_house() as house:
        ready = house.register.ready(Stage.BALANCING)
        references = ready if only is None else [reference for reference in ready if reference in only]
        states = [ask_about(reference, house, return_state=True) for reference in references]
        return report("balancing", references, states)


@task(task_run_name="balancing-{reference}")
@guarded
def ask_about(reference: str, house: House) -> Done:
    """Ask about one case."""
    return ask(reference, Stage.BALANCING, house)
