"""A process in which many act asks workers for flows soon after, and not once for every act."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest
from flow_builders import ask, eventually
from prefect.client.orchestration import get_client
from registrars import elsewhere, straight

from flows.casework.taking_in import taking_in
from flows.domain.procedure import Stage
from flows.engine import due, wakener, waking
from flows.engine.due import Runs
from flows.engine.settings import SCHEDULES
from flows.engine.wakener import Wakener
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow_builders import Town

PAUSE: Final = 0.05


@pytest.fixture
def drafting(resting: Town, prefect_server: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The id of the deployment of drafting, on a server that is elsewhere."""
    del prefect_server
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

    set_state(first["id"], "RUNNING")
    asking.tell(Stage.RECEIVED)
    time.sleep(20 * PAUSE)
    assert len(runs_of(drafting)) == 1

    set_state(first["id"], "COMPLETED")
    eventually(lambda: len(runs_of(drafting)) == 2, 30, "nothing was asked for when the run was over")


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
