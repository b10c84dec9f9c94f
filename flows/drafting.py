"""Drafting: write the first draft of every case that was opened.

From the assessment that came beside the request, else a skeleton for an officer to fill in.
"""

from __future__ import annotations

from prefect import flow, task
from prefect.client.schemas.objects import State

from flows import paper, wiring
from flows.document.text import skeleton
from flows.domain.act import Act
from flows.domain.policy import SERVICE
from flows.domain.procedure import ASSESSMENT, REQUEST, ActKind, Role, Stage
from flows.domain.request_file import parse_request_file
from flows.running import ATTEMPTS_AFTER_A_LOST_RACE, Done, guarded, lost_the_race, report
from flows.wiring import House


@flow(name="drafting")
@guarded
def drafting(only: list[str] | None = None) -> list[State[Done]]:
    """Write the first draft of every case that waits for one, or of ``only`` those named."""
    with wiring.open_house() as house:
        ready = house.register.ready(Stage.RECEIVED)
        references = ready if only is None else [reference for reference in ready if reference in only]
        states = [write_first_draft(reference, house, return_state=True) for reference in references]
        return report("drafting", references, states)


@task(
    task_run_name="drafting-{reference}",
    retries=ATTEMPTS_AFTER_A_LOST_RACE,
    retry_condition_fn=lost_the_race,
)
@guarded
def write_first_draft(reference: str, house: House) -> Done:
    """Write the first draft of one case."""
    case = house.register.case(reference)
    if case.stage is not Stage.RECEIVED:
        return Done(reference=reference)
    request = parse_request_file(house.register.read(reference, REQUEST).decode())
    came = ASSESSMENT in case.files
    data = house.register.read(reference, ASSESSMENT) if came else skeleton(request).encode()
    files = paper.version_files(request, paper.read_assessment(data, reference), data)
    act = Act(
        kind=ActKind.DRAFT,
        case=reference,
        actor=SERVICE,
        role=Role.SERVICE,
        time=wiring.now(),
        policy=house.register.policy().version,
        version=case.version + 1,
    )
    house.register.record(act, files, house.service)
    source = "the assessment that came with it" if came else "a skeleton"
    return Done(reference=reference, what=f"first draft written from {source}")
