"""The flows as Prefect's deployments in a running ``up``, and which of their runs are due.

A tick that finds nothing waiting is no run: the server's run is deleted before it begins. Imports
Prefect, whose settings have to be in the environment by then.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, FlowRun
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import Abort
from prefect.states import Cancelled, Crashed, Pending
from prefect.utilities.callables import parameter_schema
from prefect.utilities.engine import propose_state_sync

from flows.casework import auditing
from flows.casework.office import open_office
from flows.domain.local_day import LOCAL
from flows.engine.here import load, waiting
from flows.engine.settings import SCHEDULES, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State
    from prefect.flows import Flow

    from flows.casework.office import Office
    from flows.home import Home

_MOST_DUE: Final = 50


class Runs:
    """The runs of all flows, which are registered with the server for it.

    Attributes:
        flows: Each row of the table, by the id of its deployment.

    Args:
        every: Seconds between two ticks.
    """

    def __init__(self, client: SyncPrefectClient, home: Home, every: int) -> None:
        self._client = client
        self._home = home
        # Who switched a schedule off, on Prefect's pages, finds it off after a restart.
        off = {row.name for row in client.read_deployments() if not all(s.active for s in row.schedules)}
        self.flows = {self._deploy(row, every, active=row.flow not in off): row for row in SCHEDULES}
        # Asked in this way the server believes that somebody serves them, and says "ready".
        self._post("/deployments/get_scheduled_flow_runs", {"deployment_ids": self._ids(), "limit": 1})

    def clear_away(self) -> None:
        """End what a killed ``up`` left: runs said to be running, slots they held, runs now late."""
        for limit in self._post("/v2/concurrency_limits/filter", {}):
            if limit["active_slots"]:
                self._client.request(
                    "PATCH",
                    "/v2/concurrency_limits/{id_or_name}",
                    path_params={"id_or_name": limit["id"]},
                    json={"active_slots": 0},
                )
        began = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
        for which, ended in ((began, Crashed), (_late(), Cancelled)):
            for found in self._post("/flow_runs/filter", {"flow_runs": which}):
                state: State[Any] = ended(message="equipoise up was not running")
                self._client.set_flow_run_state(found["id"], state, force=True)

    def make_up(self) -> None:
        """Ask for the audit that was missed, as when nothing ran at its hour."""
        with open_office(self._home) as office:
            if auditing.missed(office):
                (audit,) = [id_ for id_, row in self.flows.items() if row.flow == "auditing"]
                self._client.create_flow_run_from_deployment(audit)

    def due(self) -> Iterator[tuple[Flow[..., Any], FlowRun]]:
        """Yield each run that is due, has something to do and was granted its flow's one slot."""
        body = {
            "deployments": {"id": {"any_": self._ids()}},
            "flow_runs": _late(),
            "sort": "NEXT_SCHEDULED_START_TIME_ASC",
            "limit": _MOST_DUE,
        }
        late = [FlowRun.model_validate(row) for row in self._post("/flow_runs/filter", body)]
        ticks = {run.id: self._row(run) for run in late if run.auto_scheduled}
        idle = self._idle({*ticks.values()})
        for run in late:
            if ticks.get(run.id) in idle:
                self._client.request("DELETE", "/flow_runs/{id}", path_params={"id": run.id})
                continue
            # Where the slot is taken, the server cancels the run instead.
            try:
                run.state = propose_state_sync(self._client, Pending(), flow_run_id=run.id)
            except Abort:  # no Exception: somebody cancelled it, or we did, and the answer came too late
                continue
            if run.state.is_pending():
                yield load(self._row(run)), run

    def _deploy(self, row: Schedule, every: int, *, active: bool) -> UUID:
        flow = load(row)
        when = (
            CronSchedule(cron=row.cron, timezone=str(LOCAL))
            if row.cron
            else IntervalSchedule(interval=timedelta(seconds=every))
        )
        return self._client.create_deployment(
            flow_id=self._client.create_flow(flow),
            name=row.flow,
            description=flow.description,
            version=version("equipoise"),
            tags=["equipoise"],
            entrypoint=row.entrypoint,
            parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
            schedules=[DeploymentScheduleCreate(schedule=when, active=active)],
            concurrency_limit=1,
            concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )

    def _idle(self, rows: set[Schedule]) -> set[Schedule]:
        """Return those for which nothing waits."""
        # What is wrong with the home, the runs themselves tell.
        if rows:
            with suppress(Exception), open_office(self._home) as office:
                return {row for row in rows if not _waits(row, office)}
        return set()

    def _row(self, run: FlowRun) -> Schedule:
        return self.flows[run.deployment_id]  # type: ignore[index] # only those of ours were asked for

    def _ids(self) -> list[str]:
        return [str(id_) for id_ in self.flows]

    def _post(self, path: str, body: object) -> Sequence[dict[str, Any]]:
        found: Sequence[dict[str, Any]] = self._client.request("POST", path, json=body).json()  # type: ignore[arg-type]
        return found


def _waits(row: Schedule, office: Office) -> bool:
    try:
        return bool(waiting(row, office))
    except Exception:  # noqa: BLE001 - its run tells what is wrong
        return True


def _late() -> dict[str, Any]:
    return {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
