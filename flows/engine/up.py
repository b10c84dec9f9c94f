"""Up: one machine. The Prefect server in a child process, the flows in threads of this one.

Every flow is a deployment with its schedule and room for one run at a time. This process asks the
server which runs are due, those that the desk asked for included, and carries them out. A process for
every run, as Prefect's own runner has it, would spend seconds of the processor on each tick.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, chdir, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.domain.errors import RefusedError, RegisterError
from flows.engine import server
from flows.engine.here import drain, load, quieten
from flows.engine.settings import SCHEDULES, set_prefect_environment
from flows.home import LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.flows import Flow

    from flows.engine.server import Server
    from flows.home import Home

_POLL_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 20.0
_MOST_DUE: Final = 50
_LOCK_SECONDS: Final = 0.5

Flows = dict["UUID", "Flow[..., Any]"]


def run(home: Home, *, every: int, say: Callable[[str], None]) -> None:
    """Run until SIGINT or SIGTERM.

    Args:
        every: Seconds between two ticks.
        say: Told where Prefect's pages are, once everything runs.

    Raises:
        RefusedError: another ``up`` runs in this home.
        RegisterError: the server did not start, or ended.
    """
    finished = True
    home.prefect.mkdir(parents=True, exist_ok=True)
    with _alone(home) as publish_address, chdir(home.prefect):
        stopping = _stop_on_signal()
        started = server.start(home, port=server.PORT, ui=True)
        try:
            set_prefect_environment(home, started.url)
            quieten()
            started.wait()
            from prefect.client.orchestration import get_client  # noqa: PLC0415 - after the environment

            with get_client(sync_client=True) as client:
                flows = _deploy(client, every)
                _clear_away(client)
                publish_address(started.url)
                say(started.url.removesuffix("/api"))
                finished = _serve(client, flows, started, stopping)
        finally:
            if finished:
                drain()
            started.stop()
    if not finished:
        # A thread cannot be ended. The register stands before or after an act, whatever the instant,
        # and the next ``up`` clears away what Prefect still believes to be running.
        os._exit(0)


@contextmanager
def _alone(home: Home) -> Iterator[Callable[[str], object]]:
    """Hold the file by which other commands know that ``up`` runs, and how to reach it."""
    with ExitStack() as held:
        try:
            # A command that looks whether ``up`` runs holds the lock for an instant too.
            held.enter_context(disk.locked(home.address, patience=_LOCK_SECONDS))
        except BlockingIOError:
            raise RefusedError(f"equipoise up is running in {home.root} already.") from None
        home.address.write_text("")  # in place: a file put there instead would not be locked
        try:
            yield lambda url: home.address.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        finally:
            home.address.write_text("")


def _stop_on_signal() -> threading.Event:
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            os._exit(130)  # asked twice: the server ends with its pipe
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _deploy(client: SyncPrefectClient, every: int) -> Flows:
    from prefect.client.schemas.actions import DeploymentScheduleCreate  # noqa: PLC0415
    from prefect.client.schemas.objects import (  # noqa: PLC0415
        ConcurrencyLimitStrategy,
        ConcurrencyOptions,
    )
    from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule  # noqa: PLC0415

    flows: Flows = {}
    for row in SCHEDULES:
        flow = load(row)
        when = (
            CronSchedule(cron=row.cron, timezone=str(LOCAL))
            if row.cron
            else IntervalSchedule(interval=timedelta(seconds=every))
        )
        deployment = client.create_deployment(
            flow_id=client.create_flow(flow),
            name=row.flow,
            entrypoint=row.entrypoint,
            schedules=[DeploymentScheduleCreate(schedule=when, active=True)],
            concurrency_limit=1,
            concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )
        flows[deployment] = flow
    return flows


def _clear_away(client: SyncPrefectClient) -> None:
    """End what a killed ``up`` left: runs said to be running, slots they held, runs now late."""
    from prefect.states import Cancelled, Crashed  # noqa: PLC0415

    for limit in client.request("POST", "/v2/concurrency_limits/filter", json={}).json():
        if limit["active_slots"]:
            client.request(
                "PATCH",
                "/v2/concurrency_limits/{id_or_name}",
                path_params={"id_or_name": limit["id"]},
                json={"active_slots": 0},
            )
    began = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING"]}}}
    late = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    for which, ended in ((began, Crashed), (late, Cancelled)):
        for found in client.request("POST", "/flow_runs/filter", json={"flow_runs": which}).json():
            client.set_flow_run_state(found["id"], ended(message="equipoise up was not running"), force=True)


def _serve(client: SyncPrefectClient, flows: Flows, started: Server, stopping: threading.Event) -> bool:
    """Carry out every run that is due, until asked to stop; return whether what had begun ended."""
    pool = ThreadPoolExecutor(len(flows), thread_name_prefix="flow")
    begun: set[Future[None]] = set()
    try:
        while not stopping.wait(_POLL_SECONDS):
            if started.process.poll() is not None:
                raise RegisterError("The Prefect server ended; start equipoise up again.")
            begun = {run for run in begun if not run.done()}
            try:
                for flow, due in _due(client, flows):
                    begun.add(pool.submit(_carry_out, flow, due))
            except Exception as error:  # noqa: BLE001 - Prefect's own trouble must not end the day's work
                print(f"asking Prefect what is due: {type(error).__name__}", file=sys.stderr)  # noqa: T201
    finally:
        # What has begun ends while the server is there: afterwards it would ask in vain, or ask another.
        pool.shutdown(wait=False, cancel_futures=True)
        unfinished = wait(begun, timeout=_STOP_SECONDS).not_done
    return not unfinished


def _due(client: SyncPrefectClient, flows: Flows) -> Iterator[tuple[Flow[..., Any], FlowRun]]:
    """Yield each run that is due and was granted its flow's one slot."""
    from prefect.client.schemas.objects import FlowRun  # noqa: PLC0415
    from prefect.exceptions import Abort  # noqa: PLC0415
    from prefect.states import Pending  # noqa: PLC0415
    from prefect.utilities.engine import propose_state_sync  # noqa: PLC0415

    late = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "next_scheduled_start_time": {"before_": datetime.now(UTC).isoformat()},
    }
    ours = {"id": {"any_": [str(deployment) for deployment in flows]}}
    body = {
        "deployments": ours,
        "flow_runs": late,
        "sort": "NEXT_SCHEDULED_START_TIME_ASC",
        "limit": _MOST_DUE,
    }
    for row in client.request("POST", "/flow_runs/filter", json=body).json():
        found = FlowRun.model_validate(row)
        # Where the slot is taken, the server cancels the run instead.
        try:
            found.state = propose_state_sync(client, Pending(), flow_run_id=found.id)
        except Abort:  # no Exception: somebody cancelled it, or we did, and the answer came too late
            continue
        if found.deployment_id and found.state.is_pending():
            yield flows[found.deployment_id], found


def _carry_out(flow: Flow[..., Any], found: FlowRun) -> None:
    from prefect.flow_engine import run_flow  # noqa: PLC0415

    try:
        run_flow(flow, flow_run=found, return_type="state")
    except Exception as error:  # noqa: BLE001 - a flow's failures are states; this is Prefect's own
        print(f"run {found.name}: {type(error).__name__}", file=sys.stderr)  # noqa: T201
