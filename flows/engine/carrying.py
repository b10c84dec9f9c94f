"""Carrying out one run of a work pool, by its id, where it is one of our own authority's flows.

Run as ``python -P -m flows.engine.carrying ID`` by the worker. Which flow that is, is said by the name of the
deployment and by our own table: what else the server says of a deployment, its code above all, is not asked.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Failed

from flows.engine import authorities, failures
from flows.engine.here import load
from flows.engine.up import carry_out
from flows.home import find_home

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, State

    from flows.engine.settings import Schedule

_NONE_OF_OURS: Final = "The run is of no deployment that Equipoise made for {whom}; nothing was done."


def carry(run_id: UUID) -> None:
    """Carry out a run, or say on Prefect's pages and on standard error why not."""
    home = find_home()
    authority = authorities.own(home)
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(run_id)
        row = _row(client, run, authority)
        if row is None:
            why = _NONE_OF_OURS.format(whom=authority or "this pool")
            state: State[None] = Failed(message=why)
            client.set_flow_run_state(run.id, state, force=True)
            failures.tell("a run", why)
            return
    carry_out(load(row), run)


def _row(client: SyncPrefectClient, run: FlowRun, authority: str) -> Schedule | None:
    if run.deployment_id is None:
        return None
    try:
        named = client.read_deployment(run.deployment_id).name
    except ObjectNotFound:
        return None
    return authorities.rows(authority).get(named)


if __name__ == "__main__":
    with failures.told():
        carry(UUID(sys.argv[1]))
