"""A Prefect worker of one authority: ``prefect worker start`` on a work pool of type ``equipoise``.

Whoever may use Prefect's API can make a run on any pool, and say in a deployment which command it starts, in
which environment and with which code; the worker of processes does as it is told. This one takes of a run its
id alone. What it starts is ``flows.engine.carrying``, in the environment in which it was started itself, and
that knows nothing but the flows of its own authority. A tick for which nothing waits is no run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import anyio
from anyio.to_thread import run_sync
from prefect.exceptions import ObjectNotFound
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows.casework.office import open_office
from flows.engine import authorities
from flows.engine.automations import HEARTBEAT_SECONDS
from flows.engine.here import waiting
from flows.engine.settings import RUN_SETTINGS
from flows.home import find_home, home_environment

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import WorkerFlowRunResponse

    from flows.engine.settings import Schedule


_SHORT_SECONDS: Final = 10.0
"""For which a run has the processor like any other process: that of one case has ended by then."""
_LONG: Final = 10
"""How far a run of many cases then gives way, in steps of ``nice``, to others on the machine that begin."""


class Ended(BaseWorkerResult):
    """How the process of a run ended."""


class EquipoiseWorker(BaseWorker[BaseJobConfiguration, BaseVariables, Ended]):
    """Carries out the flows of one authority, each run in a process of its own."""

    type = "equipoise"
    job_configuration = BaseJobConfiguration
    _description = "Carries out the flows of Equipoise for one authority, and nothing else."
    _display_name = "Equipoise"

    async def setup(self) -> None:
        """Prepare to work.

        Raises:
            MalformedError: the settings cannot be.
        """
        self._home = find_home()
        self._rows = authorities.rows(authorities.own(self._home))
        await super().setup()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,  # noqa: ARG002 - what the server says is to be started
        task_status: TaskStatus[int] | None = None,
    ) -> Ended:
        """Carry a run out in a process; return how that ended."""
        command = [sys.executable, "-P", "-m", "flows.engine.carrying", str(flow_run.id)]
        environment = {
            **os.environ,
            **RUN_SETTINGS,
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
            **home_environment(self._home),
        }
        async with await anyio.open_process(
            command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=None, stderr=None
        ) as process:
            if task_status:
                task_status.started(process.pid)
            with anyio.move_on_after(_SHORT_SECONDS):
                await process.wait()
            if process.returncode is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.setpriority(os.PRIO_PROCESS, process.pid, _LONG)
            code = await process.wait()
        return Ended(identifier=str(process.pid), status_code=code)

    async def _get_scheduled_flow_runs(self) -> list[WorkerFlowRunResponse]:
        found = await super()._get_scheduled_flow_runs()
        return [each for each in found if not await self._is_idle(each.flow_run)]

    async def _is_idle(self, run: FlowRun) -> bool:
        """Tell whether a run was made by a schedule and finds nothing to do; such a one is deleted."""
        if not run.auto_scheduled or run.deployment_id is None or run.id in self._submitting_flow_run_ids:
            return False
        try:
            deployment = await self.client.read_deployment(run.deployment_id)
            row = self._rows.get(deployment.name)
            if row is None or await run_sync(self._waits, row):
                return False
            await self.client.delete_flow_run(run.id)
        except ObjectNotFound:
            pass
        return True

    def _waits(self, row: Schedule) -> bool:
        try:
            with open_office(self._home) as office:
                return bool(waiting(row, office))
        except Exception:  # noqa: BLE001 - its run tells what is wrong
            return True
