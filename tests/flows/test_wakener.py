"""A process in which many act asks workers for flows soon after, and not once for every act."""

from __future__ import annotations

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from flow_builders import ask, eventually
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.states import Pending
from prefect.utilities.engine import propose_state_sync
from registrars import elsewhere, straight
from sampling import sampled
from yaml import safe_load

from flows.casework import drafts
from flows.casework.taking_in import taking_in
from flows.domain.errors import RegisterError
from flows.domain.procedure import Stage
from flows.engine import due, failures, here, wakener, waking
from flows.engine.automations import BEGIN_SECONDS
from flows.engine.deployment import automations_yaml
from flows.engine.due import Runs
from flows.engine.settings import SCHEDULES
from flows.engine.up import carry_out
from flows.engine.wakener import Wakener
from flows.home import HOME_VARIABLE
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow_builders import Town
    from prefect.client.schemas.objects import FlowRun

    from flows.casework.office import Done, Office

PAUSE: Final = 0.05
DRAFTING: Final = here.load(next(row for row in SCHEDULES if row.flow == "drafting"))


@pytest.fixture
def drafting(resting: Town, sole_deployer: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the deployment of drafting, on a server that is elsewhere."""
    del sole_deployer
    monkeypatch.delenv(OWN_VARIABLE)
    monkeypatch.setattr(due, "SCHEDULES", [row for row in SCHEDULES if row.flow == "drafting"])
    with get_client(sync_client=True) as client:
        (id_,) = Runs(client, resting.home, every=3600).flows
        yield str(id_)
        client.delete_deployment(id_)


def runs_of(deployment: str) -> list[dict[str, str]]:
    """Return the runs that were asked for, without those that the schedule plans."""
    found = ask("/flow_runs/filter", {"deployments": {"id": {"any_": [deployment]}}})
    return [row for row in found if not row["auto_scheduled"]]


def set_state(run: str, state: str) -> None:
    ask(f"/flow_runs/{run}/set_state", {"state": {"type": state}, "force": True})


def test_many_acts_ask_for_one_run_and_for_the_next_when_that_is_over(resting: Town, drafting: str) -> None:
    asking = Wakener(resting.home, PAUSE)
    for _ in range(20):
        asking.tell(Stage.RECEIVED)
    eventually(lambda: runs_of(drafting), 30, "no run was asked for")

    asking.tell(Stage.RECEIVED)  # the run has not begun: it will find what this act left
    time.sleep(20 * PAUSE)
    (first,) = runs_of(drafting)

    set_state(first["id"], "RUNNING")  # it may have looked before the next act
    asking.tell(Stage.RECEIVED)
    eventually(lambda: len(runs_of(drafting)) == 2, 30, "nothing was asked for once the first had begun")


def test_who_asks_goes_on_whatever_the_server_answers(
    resting: Town, drafting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = os.environ["PREFECT_API_URL"]
    asking = Wakener(resting.home, PAUSE)
    with answering(b"HTTP/1.1 503 Busy\r\n\r\n", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n[]") as wrong:
        monkeypatch.setenv("PREFECT_API_URL", wrong.url)
        asking.tell(Stage.RECEIVED)
        eventually(lambda: wrong.asked > 6, 30, "it asks no more")

    monkeypatch.setenv("PREFECT_API_URL", right)
    eventually(lambda: runs_of(drafting), 30, "no run was asked for")
    ask(
        f"/flow_runs/{runs_of(drafting)[0]['id']}", None, method="DELETE"
    )  # as somebody can, who has the password
    asking.tell(Stage.RECEIVED)
    eventually(lambda: runs_of(drafting), 30, "the run that is gone was waited for")


def test_a_run_that_a_killed_worker_had_taken_keeps_no_other_from_being_asked_for(
    resting: Town, drafting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakener, "_BEGINNING_SECONDS", 3)
    asking = Wakener(resting.home, PAUSE)
    asking.tell(Stage.RECEIVED)
    eventually(lambda: runs_of(drafting), 30, "no run was asked for")
    (dead,) = runs_of(drafting)
    set_state(dead["id"], "PENDING")
    time.sleep(3)

    asking.tell(Stage.RECEIVED)

    eventually(lambda: len(runs_of(drafting)) == 2, 30, "the dead run was waited for")


def test_a_stage_at_which_people_act_asks_for_nothing(resting: Town, drafting: str) -> None:
    asking = Wakener(resting.home, PAUSE)

    asking.tell(Stage.DRAFTING)
    time.sleep(10 * PAUSE)

    assert runs_of(drafting) == []


def test_a_case_that_the_registrar_opens_asks_for_its_draft_before_the_inbox_is_done(
    resting: Town, drafting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting.put_case("A/1")
    with (
        straight(resting.home, monkeypatch) as address,
        elsewhere(tmp_path / "worker", address) as worker,
        taking_in(worker) as inbox,
    ):
        (tag,) = inbox.begin()
        inbox.look(tag)
        inbox.open(tag, "A/1")

        eventually(lambda: runs_of(drafting), 30, "no draft was asked for")


def test_nobody_who_asks_is_refused_because_others_ask(resting: Town, drafting: str) -> None:
    there = waking.elsewhere(resting.home)
    assert there
    with ThreadPoolExecutor(4) as many:
        asked = [*many.map(lambda _: there.ask("drafting", None, within=60), range(40))]

    assert None not in asked
    assert len(runs_of(drafting)) == 40


class Answering:
    """A server that gives the same few answers, one after another, to whatever it is asked."""

    def __init__(self, answers: tuple[bytes, ...]) -> None:
        self.asked = 0
        self._answers = answers
        self._listens = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listens.getsockname()[1]}/api"
        threading.Thread(target=self._answer, daemon=True).start()

    def close(self) -> None:
        self._listens.shutdown(socket.SHUT_RDWR)
        self._listens.close()

    def _answer(self) -> None:
        with suppress(OSError):
            while True:
                asker, _ = self._listens.accept()
                with asker:
                    asker.recv(65_536)
                    asker.sendall(self._answers[self.asked % len(self._answers)])
                self.asked += 1


def answering(*answers: bytes) -> closing[Answering]:
    return closing(Answering(answers))


def granted(run: str) -> FlowRun | None:
    """Take a run as a worker does; return it, None where the server refuses it."""
    with get_client(sync_client=True) as client:
        found = client.read_flow_run(UUID(run))
        found.state = propose_state_sync(client, Pending(), flow_run_id=found.id)
        return found if found.state.is_pending() else None


def asked_for(deployment: str) -> list[str]:
    """Return the runs that a worker would take next."""
    return [row["id"] for row in runs_of(deployment) if row["state_type"] == "SCHEDULED"]


@pytest.mark.parametrize("how", sampled(["failed", "completed"], 1))
def test_an_act_whose_run_was_refused_as_another_was_under_way_is_seen_to_when_that_ends(
    how: str, resting: Town, drafting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(resting.home.root))
    resting.opened("A/1")
    right = drafts.write_first_draft

    def in_the_middle(office: Office, reference: str) -> Done:
        """Act once the run has read its list; a worker finds no place for the run that the act asks for."""
        monkeypatch.setattr(drafts, "write_first_draft", right)
        resting.opened("A/2")
        for _ in range(2):
            waking.wake(resting.home, Stage.RECEIVED)
        assert [granted(run) for run in asked_for(drafting)] == [None, None]
        if how == "failed":
            raise RegisterError("It fails.")
        return right(office, reference)

    monkeypatch.setattr(drafts, "write_first_draft", in_the_middle)
    waking.wake(resting.home, Stage.RECEIVED)
    carry_out_next(drafting)
    assert resting.stages()["A/2"] == "received"

    carry_out_next(drafting)  # one in the place of two

    assert set(resting.stages().values()) == {"drafting"}
    assert asked_for(drafting) == []


def carry_out_next(deployment: str) -> None:
    (asked,) = asked_for(deployment)
    run = granted(asked)
    assert run
    carry_out(DRAFTING, run)


def test_a_run_that_is_cancelled_in_the_middle_goes_to_its_end_and_is_cancelled_then(
    resting: Town, drafting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(resting.home.root))
    resting.opened("A/1")
    waking.wake(resting.home, Stage.RECEIVED)
    (asked,) = asked_for(drafting)
    right = drafts.write_first_draft

    def in_the_middle(office: Office, reference: str) -> Done:
        set_state(asked, "CANCELLING")
        return right(office, reference)

    monkeypatch.setattr(drafts, "write_first_draft", in_the_middle)
    with failures.told():
        carry_out_next(drafting)

    assert ask(f"/flow_runs/{asked}", None, method="GET")["state_type"] == "CANCELLED"
    assert resting.stages() == {"A/1": "drafting"}
    assert capsys.readouterr().err == ""


def test_a_deployment_that_somebody_deleted_is_made_anew(
    resting: Town, sole_deployer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sole_deployer
    monkeypatch.setattr(due, "SCHEDULES", [row for row in SCHEDULES if row.flow == "drafting"])
    resting.opened("A/1")
    with get_client(sync_client=True) as client:
        runs = Runs(client, resting.home, every=3600)
        (deleted,) = runs.flows
        client.delete_deployment(deleted)

        assert list(runs.for_what_waits(set())) == []
        ((flow, _),) = runs.for_what_waits(set())

        assert flow.name == "drafting"
        (anew,) = runs.flows
        client.delete_deployment(anew)


def test_a_run_that_is_deleted_as_it_begins_holds_up_nothing(
    resting: Town, drafting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waking.wake(resting.home, Stage.RECEIVED)
    (asked,) = asked_for(drafting)
    run = granted(asked)
    assert run
    name = SyncPrefectClient.update_flow_run

    def delete(self: SyncPrefectClient, *of: Any, **more: Any) -> Any:
        named = name(self, *of, **more)
        ask(f"/flow_runs/{asked}", None, method="DELETE")
        return named

    monkeypatch.setattr(SyncPrefectClient, "update_flow_run", delete)
    with failures.told():
        begun = threading.Thread(target=carry_out, args=(DRAFTING, run), daemon=True)
        begun.start()
        begun.join(120)

    assert not begun.is_alive()
    assert capsys.readouterr().err.startswith("drafting: Prefect failed with ")


@pytest.fixture
def automations(request: pytest.FixtureRequest) -> Iterator[None]:
    """Those of deploy/, which wait for ten seconds; with a parameter those alone that wait for no longer."""
    described = safe_load(automations_yaml())["automations"]
    for each in described:
        if each["trigger"]["within"] <= getattr(request, "param", inf):
            each["trigger"]["within"] = min(each["trigger"]["within"], 10)
    made = [ask("/automations/", each)["id"] for each in described]
    yield
    for each in made:
        ask(f"/automations/{each}", None, method="DELETE")


def state_of(run: str) -> str:
    return str(ask(f"/flow_runs/{run}", None, method="GET")["state_type"])


def a_run_that_was(deployment: str, *states: str) -> str:
    run = str(ask(f"/deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"])
    take_through(run, *states)
    return run


def take_through(run: str, *states: str) -> None:
    for state in states:
        ask(f"/flow_runs/{run}/set_state", {"state": {"type": state}})


@pytest.mark.exhaustive
@pytest.mark.usefixtures("automations")
@pytest.mark.parametrize("died", ["RUNNING", "PENDING"])
def test_after_a_run_that_is_found_dead_the_next_is_asked_for(drafting: str, died: str) -> None:
    run = a_run_that_was(drafting, *dict.fromkeys(["PENDING", died]))

    eventually(lambda: asked_for(drafting), 90, "nothing was asked for")

    assert len(runs_of(drafting)) == 2
    assert state_of(run) == "CRASHED"


@pytest.mark.exhaustive
@pytest.mark.usefixtures("automations")
@pytest.mark.parametrize("automations", [BEGIN_SECONDS - 1], indirect=True)
def test_a_run_that_ended_with_its_worker_of_processes_is_found_before_one_that_may_yet_begin(
    sole_deployer: None,
) -> None:
    del sole_deployer
    kinds = ("process", "equipoise", "docker", "kubernetes")
    pools = {kind: f"{kind} that is stopped" for kind in kinds}
    deployments: dict[str, str] = {}
    try:
        with get_client(sync_client=True) as client:
            flow = client.create_flow(DRAFTING)
            for kind, pool in pools.items():
                ask("/work_pools/", {"name": pool, "type": kind, "base_job_template": {}})
                made = client.create_deployment(
                    flow_id=flow, name=pool, work_pool_name=pool, tags=["equipoise"]
                )
                deployments[kind] = str(made)
        runs = {kind: a_run_that_was(each, "PENDING") for kind, each in deployments.items()}

        for kind in ("process", "equipoise"):
            eventually(lambda kind=kind: asked_for(deployments[kind]), 90, f"nothing was asked for on {kind}")

        assert {kind: state_of(run) for kind, run in runs.items()} == {
            "process": "CRASHED",
            "equipoise": "CRASHED",
            "docker": "PENDING",
            "kubernetes": "PENDING",
        }
    finally:
        for pool in pools.values():
            with suppress(HTTPError):
                ask(f"/work_pools/{quote(pool)}", None, method="DELETE")
        for each in deployments.values():
            ask(f"/deployments/{each}", None, method="DELETE")


@pytest.mark.exhaustive
@pytest.mark.usefixtures("automations")
def test_a_run_that_is_cancelled_before_it_begins_leaves_its_place(drafting: str) -> None:
    run = a_run_that_was(drafting, "PENDING", "CANCELLING")

    eventually(lambda: state_of(run) == "CANCELLED", 90, "it is being cancelled for ever")

    with get_client(sync_client=True) as client:
        limit = client.read_deployment(UUID(drafting)).global_concurrency_limit
    assert limit
    assert limit.active_slots == 0


@pytest.mark.exhaustive
@pytest.mark.usefixtures("automations")
def test_for_a_run_that_ended_and_seemed_to_be_silent_no_other_is_asked_for(drafting: str) -> None:
    ask(f"/deployments/{drafting}/schedule", {})
    (planned, *_) = [
        str(row["id"]) for row in ask("/flow_runs/filter", {"deployments": {"id": {"any_": [drafting]}}})
    ]
    take_through(planned, "PENDING", "RUNNING")
    related = {"tag": "equipoise", "deployment": drafting}
    alive = {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": "prefect.flow-run.heartbeat",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{planned}"},
        "related": [
            {"prefect.resource.id": f"prefect.{role}.{each}", "prefect.resource.role": role}
            for role, each in related.items()
        ],
    }
    ask("/events", [alive])
    take_through(planned, "COMPLETED")

    failed = {
        "event": {"name": ["prefect.automation.action.failed"]},
        "any_resource": {"id": [f"prefect.flow-run.{planned}"]},
    }
    eventually(lambda: ask("/events/filter", {"filter": failed})["events"], 90, "it did not seem silent")
    time.sleep(5)
    assert state_of(planned) == "COMPLETED"
    assert runs_of(drafting) == []
