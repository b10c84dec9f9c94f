"""``equipoise up``: one command, one machine; whatever way it ends, nothing is lost or left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flow_builders import PAPER, Town, a_request, ask, command, eventually, processes_of, up
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Scheduled

from flows.engine import here as engine
from flows.engine.due import Runs
from flows.engine.settings import SCHEDULES

APPROVALS = (("legal-review", "legal-reviewer"), ("balancing", "sign-off-officer"))


def act(town: Town, *words: str) -> None:
    said = command(town.home, *words)
    assert said.returncode == 0, said.stderr


def stage(town: Town, reference: str) -> str | None:
    return town.stages().get(reference)


def names_of_tasks(url: str) -> set[str]:
    return {row["name"] for row in ask("/task_runs/filter", {"limit": 200}, url)}


def is_server(pid: int) -> bool:
    return b"flows.engine.server" in (Path("/proc") / str(pid) / "cmdline").read_bytes()


def begun(url: str) -> set[str]:
    """Return the flows of which a run began."""
    flows = {row["id"]: row["name"] for row in ask("/flows/filter", {}, url)}
    waiting = {"flow_runs": {"state": {"type": {"not_any_": ["SCHEDULED"]}}}}
    return {flows[row["flow_id"]] for row in ask("/flow_runs/filter", waiting, url)}


def test_a_request_dropped_in_is_published_with_three_commands(startable: Town, tmp_path: Path) -> None:
    town = startable
    with up(town.home, "--every", "2", cwd=a_decoy(tmp_path)) as running:
        url = running.wait()
        check_a_second_up_is_refused(town)
        check_pages_tell_what_runs(url)
        # Prefect's pages are made in the home: under systemd and in a container nothing else can be written.
        assert (town.home.prefect / "pages" / "v2" / "index.html").is_file()
        eventually(town.home.audits.exists, 60, "the audit that was missed is not made up for")
        time.sleep(5)
        assert begun(url) == {"auditing"}  # a tick that finds nothing is no run
        town.put_case("A/1")
        drafted = eventually(lambda: stage(town, "A/1") == "drafting", 60, "no first draft")

        act(town, "submit", "A/1", "--version", "1", "--as", "foi-officer")
        for gate, who in APPROVALS:
            # A gate passed before its flow looked needs no run; a person takes longer than a tick.
            eventually(lambda gate=gate: gate in begun(url), 60, f"{gate} was not woken")
            act(town, "approve", "A/1", "--gate", gate, "--version", "1", "--as", who)
        published = eventually(lambda: stage(town, "A/1") == "published", 60, "not published")

        paper = town.home.published / "A-1.pdf"
        eventually(paper.exists, 60, "no copy")
        assert paper.read_bytes() == town.read("A/1", PAPER)
        by_reference = {"intake-A/1", "drafting-A/1", "publication-A/1"}
        eventually(lambda: by_reference <= names_of_tasks(url), 60, "task runs are not recorded by reference")
        stages = {"auditing", "intake", "drafting", "legal-review", "balancing", "publication"}
        assert stages <= begun(url) <= stages | {"checking", "reminding"}  # which come at a tick
        print(f"first draft after {drafted:.1f} s, published {published:.1f} s after approval")  # noqa: T201

        assert running.end(signal.SIGINT) == 0
    assert processes_of(town.home) == []
    assert town.home.address.read_text() == ""
    assert not (tmp_path / "mark").exists()
    assert town.audited().passes, town.audited().findings


def check_a_second_up_is_refused(town: Town) -> None:
    second = command(town.home, "up")

    assert second.returncode == 1
    assert "is running in" in second.stderr
    assert second.stderr.count("\n") == 1


def a_decoy(tmp_path: Path) -> Path:
    """Return a folder whose code would leave a mark, and whose settings nobody could read."""
    decoy = tmp_path / "elsewhere"
    for name in ("flows", "prefect", "uvicorn"):
        (decoy / name).mkdir(parents=True)
        (decoy / name / "__init__.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    (decoy / "prefect.toml").write_text("no settings of anybody's")
    return decoy


def check_pages_tell_what_runs(url: str) -> None:
    with urllib.request.urlopen(url.removesuffix("api") + "ui-settings") as answer:  # noqa: S310 - loopback
        assert json.load(answer)["api_url"] == url  # which the pages in the browser ask

    def deployments() -> list[Any]:
        found: list[Any] = ask("/deployments/filter", {}, url)
        return found

    # Prefect's server says so in a task of its own, some time after it was asked.
    eventually(lambda: {row["status"] for row in deployments()} == {"READY"}, 60, "a deployment is not ready")
    rows = deployments()
    assert {row["name"]: (row["description"], row["tags"]) for row in rows} == {
        row.flow: (engine.load(row).description, ["equipoise"]) for row in SCHEDULES
    }
    (only,) = (row["parameter_openapi_schema"]["properties"] for row in rows if row["name"] == "drafting")
    assert only.keys() == {"only", "authority"}


@pytest.mark.exhaustive
def test_what_fails_at_every_tick_is_told_once(startable: Town) -> None:
    town = startable
    with up(town.home, "--every", "1") as running:
        url = running.wait()
        key = town.home.service.rename(town.home.service.with_name("away"))
        town.put_case("A/1")
        failed = {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}
        eventually(lambda: len(ask("/flow_runs/filter", failed, url)) > 4, 60, "nothing fails")

        missing = f"The service's key {town.home.service} is missing or unfit; restore it from a copy."
        told = running.said.read_text()
        assert told.count(f"intake: {missing}\n") == 1
        assert town.home.log.read_text().count(f"Z intake: {missing}\n") == 1
        assert "Traceback" not in told

        key.rename(town.home.service)
        eventually(lambda: stage(town, "A/1") == "drafting", 30, "it does not go on")
        assert running.end(signal.SIGINT) == 0


@pytest.mark.exhaustive
@pytest.mark.usefixtures("sole_deployer")
def test_a_run_that_is_cancelled_as_it_falls_due_is_passed_over(resting: Town) -> None:
    with get_client(sync_client=True) as client:
        runs = Runs(client, resting.home, every=3600)
        falling_due = datetime.now(UTC) - timedelta(seconds=2)
        first, second, third = (
            client.create_flow_run_from_deployment(
                deployment, state=Scheduled(scheduled_time=falling_due + timedelta(seconds=number / 2))
            )
            for number, deployment in enumerate([*runs.flows][:3])
        )
        due = runs.due()
        granted = [next(due)[1].id]
        client.set_flow_run_state(second.id, Cancelled(), force=True)

        granted += [run.id for _, run in due]

        for run in (first, third):
            client.set_flow_run_state(run.id, Cancelled(), force=True)
        for deployment in runs.flows:
            client.delete_deployment(deployment)
    assert granted == [first.id, third.id]


@pytest.mark.exhaustive
def test_the_server_never_stands_still(resting: Town) -> None:
    slowest = 0.0
    with up(resting.home, "--every", "1") as running:
        url = running.wait()
        until = time.monotonic() + 240
        while time.monotonic() < until:
            began = time.monotonic()
            ask("/flow_runs/count", {}, url)
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.2)
    assert slowest < 10


@pytest.mark.exhaustive
def test_a_killed_up_leaves_no_server_and_the_next_runs_what_a_command_asks_for(startable: Town) -> None:
    town = startable
    with up(town.home, "--every", "2") as killed:
        switch_off(killed.wait(), "balancing")
        town.put_case("A/1")
        time.sleep(1)
        killed.end(signal.SIGKILL)
        eventually(lambda: processes_of(town.home) == [], 60, "the server outlived its parent")

    with up(town.home, "--every", "3600") as running:
        url = running.wait()
        assert switched_off(url) == {"balancing"}
        town.put("bare", a_request("A/2"))

        act(town, "intake")  # long before the first tick

        assert (stage(town, "A/1"), stage(town, "A/2")) == ("drafting", "drafting")
        by_reference = {"intake-A/2", "drafting-A/2"}
        eventually(lambda: by_reference <= names_of_tasks(url), 60, "it ran elsewhere")
        unfinished = {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}}}
        eventually(lambda: ask("/flow_runs/filter", unfinished, url) == [], 60, "runs of the killed one stay")

        (server,) = [pid for pid in processes_of(town.home) if is_server(pid)]
        os.kill(server, signal.SIGSTOP)
        threading.Timer(7, os.kill, [server, signal.SIGCONT]).start()  # an act would not wait so long
        assert engine.run(town.home, ["intake"])
        assert running.end(signal.SIGTERM) == 0
    assert processes_of(town.home) == []
    assert town.audited().passes, town.audited().findings


def switch_off(url: str, flow: str) -> None:
    """Switch a schedule off, as on Prefect's pages."""
    (row,) = [row for row in ask("/deployments/filter", {}, url) if row["name"] == flow]
    (schedule,) = row["schedules"]
    ask(f"/deployments/{row['id']}/schedules/{schedule['id']}", {"active": False}, url, method="PATCH")


def switched_off(url: str) -> set[str]:
    rows = ask("/deployments/filter", {}, url)
    return {row["name"] for row in rows if not all(schedule["active"] for schedule in row["schedules"])}


@pytest.mark.exhaustive
def test_without_prefects_database_the_next_up_goes_on_from_git(resting: Town) -> None:
    town = resting
    with up(town.home, "--every", "2") as first:
        first.wait()
        town.put_case("A/1")
        eventually(lambda: stage(town, "A/1") == "drafting", 60, "no first draft")
        act(town, "submit", "A/1", "--version", "1", "--as", "foi-officer")
        eventually(lambda: len(town.notices()) == 1, 60, "nobody was asked")
        first.end(signal.SIGTERM)
    act(town, "approve", "A/1", "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer")
    before = town.everything()
    shutil.rmtree(town.home.prefect)

    with up(town.home, "--every", "2") as second:
        second.wait()
        eventually(lambda: len(town.notices()) == 2, 60, "the next was not asked")
        assert {name: before[name] for name in before if name.startswith("notices/")} == {
            f"notices/{name}": text.encode()
            for name, text in town.notices().items()
            if "balancing" not in name
        }
        act(town, "approve", "A/1", "--gate", "balancing", "--version", "1", "--as", "sign-off-officer")
        eventually(lambda: stage(town, "A/1") == "published", 60, "not published")
        second.end(signal.SIGTERM)
    assert town.audited().passes, town.audited().findings
