"""``deploy/prefect.yaml`` is deployed and run as its first lines and docs/operating.md say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from flow_builders import Town, eventually
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitStrategy

from flows.engine.deployment import POOL, POOL_TICK_SECONDS
from flows.engine.here import load
from flows.engine.settings import RUN_SETTINGS, SCHEDULES
from flows.home import HOME_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import DeploymentResponse

    from flows.home import Home

FILE: Final = Path(__file__).parents[2] / "deploy" / "prefect.yaml"
PREFECT: Final = Path(sys.executable).with_name("prefect")


def test_the_file_is_what_the_tables_make() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "flows.engine.deployment"], capture_output=True, text=True, check=True
    )

    assert FILE.read_text() == made.stdout


@pytest.fixture
def client(prefect_server: Home) -> Iterator[SyncPrefectClient]:
    del prefect_server
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def deployed(client: SyncPrefectClient, tmp_path: Path) -> Iterator[dict[str, DeploymentResponse]]:
    """What the commands at the head of the file make, given in a folder that has nothing to do with it."""
    commands = [
        line.removeprefix("#   ") for line in FILE.read_text().splitlines() if line.startswith("#   ")
    ]
    for command in commands:
        words = command.replace("deploy/prefect.yaml", str(FILE)).split()
        done = subprocess.run(
            [PREFECT, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
    ours = [row for row in client.read_deployments() if row.work_pool_name == POOL]
    yield {row.name: row for row in ours}
    for row in ours:
        client.delete_deployment(row.id)
    client.request("DELETE", "/work_pools/{name}", path_params={"name": POOL})


@pytest.mark.exhaustive
def test_every_flow_is_deployed_as_the_table_means_it(deployed: dict[str, DeploymentResponse]) -> None:
    assert deployed.keys() == {row.flow for row in SCHEDULES}
    for row in SCHEDULES:
        found = deployed[row.flow]
        (schedule,) = found.schedules
        when = schedule.schedule.model_dump()
        assert found.concurrency_options
        assert {
            "description": found.description,
            "tags": found.tags,
            "entrypoint": found.entrypoint,
            "pulled": found.pull_steps,
            "environment": found.job_variables["env"],
            "at once": found.global_concurrency_limit and found.global_concurrency_limit.limit,
            "collision": found.concurrency_options.collision_strategy,
            "active": schedule.active,
            "when": when["cron"] if row.cron else when["interval"].total_seconds(),
        } == {
            "description": load(row).description,
            "tags": ["equipoise"],
            "entrypoint": row.entrypoint,
            "pulled": [],
            "environment": RUN_SETTINGS,
            "at once": 1,
            "collision": ConcurrencyLimitStrategy.CANCEL_NEW,
            "active": True,
            "when": row.cron or POOL_TICK_SECONDS,
        }


@pytest.mark.exhaustive
def test_a_worker_carries_the_flows_out(
    deployed: dict[str, DeploymentResponse], client: SyncPrefectClient, resting: Town, tmp_path: Path
) -> None:
    town = resting
    decoy = tmp_path / "elsewhere"
    (decoy / "flows").mkdir(parents=True)
    (decoy / "flows" / "__init__.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    town.put_case("A/1")
    environment = {**os.environ, HOME_VARIABLE: str(town.home.root)}
    with (tmp_path / "worker.out").open("w") as said:
        worker = subprocess.Popen(
            [PREFECT, "worker", "start", "--pool", POOL],
            env={name: value for name, value in environment.items() if name not in RUN_SETTINGS},
            stdout=said,
            stderr=said,
        )
    try:
        for flow in ("intake", "drafting", "auditing"):
            run = client.create_flow_run_from_deployment(deployed[flow].id)
            eventually(lambda run=run: ended(client, run), 120, f"no end of {flow}")
            # A tick may have been quicker, and ours is cancelled then.
            assert ended(client, run) in {"COMPLETED", "CANCELLED"}, (tmp_path / "worker.out").read_text()
        eventually(lambda: town.stages() == {"A/1": "drafting"}, 120, "no first draft")
        eventually(lambda: [path.name for path in town.home.checkpoints.iterdir()], 120, "no checkpoint")
    finally:
        # It does not always end when it is asked to; systemd would kill it then.
        worker.send_signal(signal.SIGINT)
        try:
            worker.wait(60)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait(60)
    assert not (tmp_path / "mark").exists()
    assert town.inbox() == set()
    assert town.audited().passes


def ended(client: SyncPrefectClient, run: FlowRun) -> str | None:
    """Return the state in which a run ended."""
    state = client.read_flow_run(run.id).state
    return state.type.value if state and state.is_final() else None
