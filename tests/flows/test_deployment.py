"""What stands in ``deploy/`` for Prefect is deployed and run as its first lines and docs/operating.md say."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml
from flow_builders import Town, eventually
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.utilities.callables import parameter_schema

from flows.engine.automations import HEARTBEAT_SECONDS
from flows.engine.deployment import (
    ARRIVAL_SECONDS,
    POOL,
    POOL_TICK_SECONDS,
    POOLS,
    Pool,
    files,
)
from flows.engine.here import load
from flows.engine.settings import RUN_SETTINGS, SCHEDULES
from flows.home import HOME_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import DeploymentResponse

    from flows.engine.settings import Schedule
    from flows.home import Home

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
PREFECT: Final = Path(sys.executable).with_name("prefect")


@pytest.mark.parametrize("name", files())
def test_a_file_is_what_the_tables_make(name: str) -> None:
    assert (DEPLOY / name).read_text() == files()[name]


@pytest.mark.parametrize("row", SCHEDULES, ids=lambda row: row.flow)
def test_every_parameter_is_described_to_whoever_asks_for_a_run(row: Schedule) -> None:
    told = parameter_schema(load(row)).properties

    assert "authority" in told
    assert [name for name, each in told.items() if not each.get("description")] == []


def commands_of(file: Path) -> list[list[str]]:
    """Return the commands at the head of a file, for a folder that has nothing to do with it."""
    lines = [line.removeprefix("#   ") for line in file.read_text().splitlines() if line.startswith("#   ")]
    return [line.replace("deploy/", f"{DEPLOY}/").split() for line in lines]


def give(words: list[str], cwd: Path) -> None:
    done = subprocess.run(
        [PREFECT, *words[1:]], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def client(sole_deployer: None) -> Iterator[SyncPrefectClient]:
    del sole_deployer
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def pool(request: pytest.FixtureRequest) -> Pool:
    """The kind of pool; that of processes unless a test names another."""
    pool: Pool = getattr(request, "param", POOLS[0])
    return pool


@pytest.fixture
def deployed(
    prefect_server: Home, client: SyncPrefectClient, pool: Pool, tmp_path: Path
) -> Iterator[dict[str, DeploymentResponse]]:
    """What the commands at the head of a pool's file make."""
    # The workers share the server, and the pools have one name.
    with (prefect_server.root / "deployed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in commands_of(DEPLOY / pool.file):
            give(words, tmp_path)
        pools = [words[3] for words in commands_of(DEPLOY / pool.file) if words[1] == "work-pool"]
        ours = [row for row in client.read_deployments() if row.work_pool_name in pools]
        yield {row.name: row for row in ours}
        for row in ours:
            client.delete_deployment(row.id)
        for name in pools:
            client.request("DELETE", "/work_pools/{name}", path_params={"name": name})


@pytest.mark.exhaustive
@pytest.mark.parametrize("pool", POOLS, indirect=True, ids=[pool.kind for pool in POOLS])
def test_every_flow_is_deployed_as_the_table_means_it(
    deployed: dict[str, DeploymentResponse], pool: Pool
) -> None:
    assert deployed.keys() == {row.flow for row in SCHEDULES}
    for row in SCHEDULES:
        found = deployed[row.flow]
        (schedule,) = found.schedules
        when = schedule.schedule.model_dump()
        assert found.concurrency_options
        variables = {} if pool.template and row.flow == "auditing" else pool.variables(POOL)
        environment = found.job_variables["env"]
        assert {
            "description": found.description,
            "version": found.version,
            "tags": found.tags,
            "entrypoint": found.entrypoint,
            "pulled": found.pull_steps,
            "environment": {name: environment.get(name) for name in RUN_SETTINGS},
            "heartbeat": environment["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"],
            "variables": {name: found.job_variables.get(name) for name in variables},
            "at once": found.global_concurrency_limit and found.global_concurrency_limit.limit,
            "collision": found.concurrency_options.collision_strategy,
            "grace": found.concurrency_options.grace_period_seconds,
            "active": schedule.active,
            "when": when["cron"] if row.cron else when["interval"].total_seconds(),
        } == {
            "description": load(row).description,
            "version": version("equipoise"),
            "tags": ["equipoise"],
            "entrypoint": row.entrypoint,
            "pulled": [],
            "environment": RUN_SETTINGS,
            "heartbeat": str(HEARTBEAT_SECONDS),
            "variables": variables,
            "at once": row.at_once,
            "collision": ConcurrencyLimitStrategy.CANCEL_NEW,
            "grace": pool.grace,
            "active": True,
            "when": row.cron or (ARRIVAL_SECONDS if row.arrives else POOL_TICK_SECONDS),
        }
        assert (HOME_VARIABLE in environment) == (pool.kind == "docker")  # elsewhere the worker's counts


@pytest.mark.exhaustive
def test_a_schedule_that_was_switched_off_is_off_after_the_next_deployment(
    deployed: dict[str, DeploymentResponse], client: SyncPrefectClient, pool: Pool, tmp_path: Path
) -> None:
    for flow in ("mail", "auditing"):
        (schedule,) = deployed[flow].schedules
        client.update_deployment_schedule(deployed[flow].id, schedule.id, active=False)

    give(commands_of(DEPLOY / pool.file)[-1], tmp_path)

    now = {row.flow: client.read_deployment(deployed[row.flow].id).schedules for row in SCHEDULES}
    assert {flow for flow, (schedule,) in now.items() if not schedule.active} == {"mail", "auditing"}


@pytest.mark.exhaustive
def test_the_automations_are_made_as_their_file_says(client: SyncPrefectClient, tmp_path: Path) -> None:
    (words,) = commands_of(DEPLOY / "automations.yaml")
    described = yaml.safe_load((DEPLOY / "automations.yaml").read_text())["automations"]

    give(words, tmp_path)

    every = client.request("POST", "/automations/filter", json={}).json()
    made = {row["name"]: row for row in every if row["name"].startswith("equipoise: ")}
    for row in made.values():
        client.request("DELETE", "/automations/{id}", path_params={"id": row["id"]})
    assert made.keys() == {row["name"] for row in described}
    for row in described:
        there = made[row["name"]]
        assert there["enabled"]
        assert {key: there["trigger"][key] for key in ("within", "posture")} == {
            key: row["trigger"][key] for key in ("within", "posture")
        }
        assert {*there["trigger"]["after"]} == {*row["trigger"].get("after", ())}
        assert {*there["trigger"]["expect"]} == {*row["trigger"]["expect"]}


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
