"""One Prefect server, two authorities with a home and a worker each: neither reaches the other by it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import authorities
import pytest
from flow_builders import PAPER, Town, ask, copied, eventually
from prefect.client.orchestration import get_client

from flows.disk import locked
from flows.domain.procedure import Stage
from flows.engine.deployment import ARRIVAL_SECONDS, POOL_TICK_SECONDS
from flows.home import HOME_VARIABLE
from flows.register.repository import LOCK
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.home import Home

pytestmark = pytest.mark.exhaustive

NORTH, SOUTH = (f"{name}{os.environ.get('PYTEST_XDIST_WORKER', '')}" for name in ("northshire", "southshire"))
"""Those of one process of the tests: all have one Prefect server."""
LONGEST: Final = POOL_TICK_SECONDS - 60
"""Seconds until what waits is done on a busy machine: an act has not to wait for a tick."""
ENDED: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


@dataclass
class Authority(authorities.Authority):
    """One with people in its home, asked as anybody can who reaches the server."""

    town: Town

    def deployment(self, flow: str) -> dict[str, Any]:
        found: dict[str, Any] = ask(f"/deployments/name/{flow}/{self.name}-{flow}", None, method="GET")
        return found

    def pause(self, flow: str) -> None:
        """Have nothing run by the clock, so that no run of ours meets another."""
        ask(f"/deployments/{self.deployment(flow)['id']}/pause_deployment", {})

    def ask_for(self, flow: str, **parameters: object) -> str:
        """Ask for a run as anybody with Prefect's API can; return its id."""
        body = {"state": {"type": "SCHEDULED"}, "parameters": parameters}
        return str(ask(f"/deployments/{self.deployment(flow)['id']}/create_flow_run", body)["id"])


def end_of(run: str) -> tuple[str, str]:
    """Return how a run ended, and what is said of it."""

    def state() -> Any:
        return ask(f"/flow_runs/{run}", None, method="GET")["state"]

    eventually(lambda: state()["type"] in ENDED, 300, "a run does not end")
    return state()["type"], state()["message"] or ""


@pytest.fixture
def both(
    prefect_server: Home, founded: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Authority, Authority]]:
    del prefect_server
    monkeypatch.delenv(OWN_VARIABLE)  # acts wake the workers, as on any machine
    made = []
    for name in (NORTH, SOUTH):
        (tmp_path / name).mkdir()
        town = copied(founded, tmp_path / name / "home")
        made.append(Authority(name, town.home, tmp_path / name, town))
        made[-1].deploy()
    yield made[0], made[1]
    with get_client(sync_client=True) as client:
        for authority in made:
            authority.town.close()
            for row in client.read_deployments():
                if row.work_pool_name == authority.pool:
                    client.delete_deployment(row.id)
            client.request("DELETE", "/work_pools/{name}", path_params={"name": authority.pool})


def test_each_publishes_in_its_own_home_what_was_asked_of_it(both: tuple[Authority, Authority]) -> None:
    north, south = both
    with north.worker() as said, south.worker():
        for authority in both:  # the same reference, and another request
            authority.town.put_case("A/1", subject=f"A plan of {authority.name}")
            authority.ask_for("intake", authority=authority.name)
        for authority in both:
            stages = authority.town.stages
            eventually(lambda stages=stages: stages() == {"A/1": "drafting"}, LONGEST, said.read_text())
            authority.town.submit("A/1")
            authority.town.approve("A/1", Stage.LEGAL_REVIEW)
        assert {authority.town.stages()["A/1"] for authority in both} == {"balancing"}
        north.town.approve("A/1", Stage.BALANCING)  # which wakes the publication of the north alone
        eventually(lambda: north.town.stages() == {"A/1": "published"}, LONGEST, said.read_text())
        assert south.town.stages() == {"A/1": "balancing"}
        south.town.approve("A/1", Stage.BALANCING)
        eventually(lambda: south.town.stages() == {"A/1": "published"}, LONGEST, "the south does not publish")
        copies = [authority.town.home.published / "A-1.pdf" for authority in both]
        eventually(lambda: all(copy.exists() for copy in copies), 60, "no copy")
        for authority in both:
            check_what_prefect_shows(authority)

    assert copies[0].read_bytes() != copies[1].read_bytes()
    for authority, copy in zip(both, copies, strict=True):
        assert copy.read_bytes() == authority.town.read("A/1", PAPER)
        assert authority.town.audited().passes


def check_what_prefect_shows(authority: Authority) -> None:
    """Each of its runs has its tag, and each act is an event by its name."""
    pool = {"work_pools": {"name": {"any_": [authority.pool]}}}
    began = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    named = {"intake A/1", "drafting A/1", "publication A/1"}

    def ended() -> list[Any]:
        return list(ask("/flow_runs/filter", pool | began))

    eventually(lambda: named <= {row["name"] for row in ended()}, 60, f"not all of {named} ended")
    runs = ended()
    assert all(authority.pool in row["tags"] for row in runs)
    wanted = f"equipoise.{authority.name}.case.published"
    ever = {"since": "2020-01-01T00:00:00Z"}
    asked = {"filter": {"event": {"name": [wanted]}, "occurred": ever}}
    # The server writes events down in batches.
    eventually(lambda: ask("/events/filter", asked)["events"], 60, f"no {wanted}")
    (published,) = ask("/events/filter", asked)["events"]
    assert published["resource"]["equipoise.authority"] == authority.name


def test_a_worker_does_nothing_for_another_whatever_is_said_on_the_server(
    both: tuple[Authority, Authority], tmp_path: Path
) -> None:
    north, south = both
    mark = tmp_path / "mark"
    evil = tmp_path / "evil.py"
    evil.write_text(f"from prefect import flow\nopen({str(mark)!r}, 'w')\n@flow\ndef drafting(): pass\n")
    hostile = {
        "entrypoint": f"{evil}:drafting",
        "pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": f"touch {mark}"}}],
        "job_variables": {
            "command": f"touch {mark}",
            "working_dir": str(tmp_path),
            "env": {HOME_VARIABLE: str(south.town.home.root), "EQUIPOISE_AUTHORITY": SOUTH},
        },
    }
    for authority in both:
        authority.pause("drafting")
        authority.town.opened("A/1")
    before = south.town.everything()
    theirs, ours = south.deployment("drafting"), north.deployment("drafting")
    strange = {"name": "strange", "flow_id": ours["flow_id"], "work_pool_name": north.pool, **hostile}
    made = ask("/deployments/", strange)
    none_of_ours = f"The run is of no deployment that Equipoise made for {NORTH}; nothing was done."
    not_for_us = f"The run is not for {NORTH}, whose worker this is; nothing was done."

    with north.worker() as said:
        run = str(ask(f"/deployments/{made['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"])
        assert end_of(run) == ("FAILED", none_of_ours)

        ask(f"/deployments/{theirs['id']}", {"work_pool_name": north.pool}, method="PATCH")
        assert end_of(south.ask_for("drafting")) == ("FAILED", none_of_ours)

        state, message = end_of(north.ask_for("drafting", authority=SOUTH))
        assert (state, not_for_us in message) == ("FAILED", True)
        assert north.town.stages() == south.town.stages() == {"A/1": "received"}

        ask(f"/deployments/{ours['id']}", hostile, method="PATCH")
        state, message = end_of(north.ask_for("drafting"))
        assert state == "COMPLETED", message + said.read_text()
    assert north.town.stages() == {"A/1": "drafting"}
    assert not mark.exists()
    assert south.town.everything() == before
    assert said.read_text().count(none_of_ours) == 2
    assert not_for_us in said.read_text()


def test_a_tick_for_which_nothing_waits_is_no_run(both: tuple[Authority, Authority]) -> None:
    north, _ = both
    pool = {"work_pools": {"name": {"any_": [north.pool]}}}
    with north.worker() as said:
        time.sleep(ARRIVAL_SECONDS + 40)
        found = ask("/flow_runs/filter", pool)
    past = (datetime.now(UTC) - timedelta(seconds=20)).isoformat()
    assert found, "nothing is scheduled"
    assert [row["name"] for row in found if row["expected_start_time"] < past] == []
    assert {row["state_type"] for row in found} == {"SCHEDULED"}
    assert "submitted to infrastructure" not in said.read_text()


def test_a_run_that_takes_long_gives_way_to_those_that_begin(both: tuple[Authority, Authority]) -> None:
    north, _ = both
    north.pause("drafting")
    north.town.opened("A/1")
    with north.worker() as said:
        with locked(north.town.home.register / LOCK):  # its first draft waits for that
            run = north.ask_for("drafting", authority=north.name)
            eventually(lambda: carrying(run), 120, said.read_text())
            (process,) = carrying(run)
            assert os.getpriority(os.PRIO_PROCESS, process) == 0
            eventually(lambda: os.getpriority(os.PRIO_PROCESS, process) > 0, 60, "it does not give way")
        assert end_of(run)[0] == "COMPLETED"
    assert north.town.stages() == {"A/1": "drafting"}


def carrying(run: str) -> list[int]:
    """Return the process in which a run is carried out."""
    found = (path for path in Path("/proc").glob("[0-9]*/cmdline") if run.encode() in _read(path))
    return [int(path.parent.name) for path in found]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended just then
        return b""
