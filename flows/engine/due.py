"""The flows as Prefect's deployments in a running ``up``, what has to run, and which runs are due.

A look at the catalogue decides whether a flow runs at all. Their schedules are there to be seen, and to be
switched off; what falls due by them and finds nothing waiting is no run: it is deleted before it begins.
Imports Prefect, whose settings have to be in the environment by then.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, FlowRun
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import Abort
from prefect.states import Cancelled, Crashed, Pending
from prefect.utilities.callables import parameter_schema
from prefect.utilities.engine import propose_state_sync

from flows.casework import auditing
from flows.casework.office import open_office
from flows.domain.errors import PitError
from flows.domain.local_day import LOCAL
from flows.engine import announcing, authorities, waking
from flows.engine.here import load, waiting
from flows.engine.settings import AT_LATEST_SECONDS, SCHEDULES, Schedule

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
        self._every = every
        self._asked_for: dict[str, tuple[frozenset[object], float]] = {}
        # Who switched a schedule off, on Prefect's pages, finds it off after a restart.
        off = {row.name for row in client.read_deployments() if not all(s.active for s in row.schedules)}
        self.flows = {self._deploy(row, active=row.flow not in off): row for row in SCHEDULES}
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

    def for_what_waits(self, under_way: set[str]) -> Iterator[tuple[Flow[..., Any], FlowRun]]:
        """Yield a run of each flow for which something waits, asked for and granted.

        Each is yielded before the next is asked for, and before anything is announced: every question to the
        server is time in which somebody waits. What a run did not get done, as a case that fails, is tried
        again once the time of a tick is over.

        Args:
            under_way: The flows of which a run is; each is looked at again when that has ended.
        """
        found, on = self._what_waits(), None
        for id_, row in list(self.flows.items()):
            waits = found.get(row.flow)
            if not waits:
                self._asked_for.pop(row.flow, None)
            elif row.flow not in under_way and self._is_new(row.flow, waits):
                on = self._are_on() if on is None else on
                if id_ not in on:
                    continue
                run = self._client.create_flow_run_from_deployment(id_)
                self._asked_for[row.flow] = waits, time.monotonic()
                if self._is_granted(run):
                    yield load(row), run
        self._announce()

    def due(self) -> Iterator[tuple[Flow[..., Any], FlowRun]]:
        """Yield each run that is due, has something to do and was granted its flow's one slot."""
        body = {
            "deployments": {"id": {"any_": self._ids()}},
            "flow_runs": _late(),
            "sort": "NEXT_SCHEDULED_START_TIME_ASC",
            "limit": _MOST_DUE,
        }
        late = [FlowRun.model_validate(row) for row in self._post("/flow_runs/filter", body)]
        waits = self._what_waits() if any(run.auto_scheduled for run in late) else {}
        for run in late:
            if run.auto_scheduled and not waits.get(self._row(run).flow, True):
                self._client.request("DELETE", "/flow_runs/{id}", path_params={"id": run.id})
                continue
            if self._is_granted(run):
                yield load(self._row(run)), run

    def _is_granted(self, run: FlowRun) -> bool:
        """Tell whether a run may begin; where the slot is taken, the server cancels it instead."""
        try:
            run.state = propose_state_sync(self._client, Pending(), flow_run_id=run.id)
        except Abort:  # no Exception: somebody cancelled it, or we did, and the answer came too late
            return False
        return run.state.is_pending()

    def _what_waits(self) -> dict[str, frozenset[object]]:
        """Return what waits for each flow that has no hour of its own; where that fails, the failure.

        What is wrong with the home, the runs themselves tell.
        """
        rows = [row for row in SCHEDULES if not row.cron]
        try:
            with open_office(self._home) as office:
                return {row.flow: _waiting(row, office) for row in rows}
        except Exception as error:  # noqa: BLE001 - as above
            return {row.flow: frozenset([type(error)]) for row in rows}

    def _announce(self) -> None:
        there = waking.reached(self._home)
        if there:
            # What is wrong with the home, the runs tell; what the server was not told, the next look tells.
            with suppress(OSError, ValueError, PitError), open_office(self._home) as office:
                announcing.announce(office, there)

    def _is_new(self, flow: str, waits: frozenset[object]) -> bool:
        before, when = self._asked_for.get(flow, (frozenset(), 0.0))
        return waits != before or time.monotonic() - when >= self._every

    def _are_on(self) -> set[UUID]:
        """Return the deployments that nobody switched off; one that was deleted is made anew for later."""
        ours = DeploymentFilter(id=DeploymentFilterId(any_=[*self.flows]))
        found = self._client.read_deployments(deployment_filter=ours)
        for lost in self.flows.keys() - {row.id for row in found}:
            row = self.flows.pop(lost)
            self.flows[self._deploy(row, active=True)] = row
        return {row.id for row in found if not row.paused and any(each.active for each in row.schedules)}

    def _deploy(self, row: Schedule, *, active: bool) -> UUID:
        flow = load(row)
        when = (
            CronSchedule(cron=row.cron, timezone=str(LOCAL))
            if row.cron
            else IntervalSchedule(interval=timedelta(seconds=AT_LATEST_SECONDS))
        )
        return self._client.create_deployment(
            flow_id=self._client.create_flow(flow),
            name=row.flow,
            description=flow.description,
            version=version("equipoise"),
            tags=authorities.tags(""),  # the server is this authority's own
            parameters=authorities.parameters(authorities.own(self._home)),
            entrypoint=row.entrypoint,
            parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
            schedules=[DeploymentScheduleCreate(schedule=when, active=active)],
            concurrency_limit=1,
            concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )

    def _row(self, run: FlowRun) -> Schedule:
        return self.flows[run.deployment_id]  # type: ignore[index] # only those of ours were asked for

    def _ids(self) -> list[str]:
        return [str(id_) for id_ in self.flows]

    def _post(self, path: str, body: object) -> Sequence[dict[str, Any]]:
        found: Sequence[dict[str, Any]] = self._client.request("POST", path, json=body).json()  # type: ignore[arg-type]
        return found


def _waiting(row: Schedule, office: Office) -> frozenset[object]:
    try:
        return frozenset(waiting(row, office))
    except Exception as error:  # noqa: BLE001 - its run tells what is wrong
        return frozenset([type(error)])


def _late() -> dict[str, Any]:
    return {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
