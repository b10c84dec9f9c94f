"""When it is time to look: what changed, what is still arriving, and what was asked for already."""

from __future__ import annotations

import os
import time
from math import inf
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from flow_builders import a_request, ask, rested
from prefect.client.orchestration import get_client
from prefect.states import Completed

from flows.engine import up, watching
from flows.engine.due import Runs
from flows.engine.watching import Watch
from flows.home import HOME_VARIABLE
from flows.sources.item import REST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from flow_builders import Town
    from prefect.client.schemas.objects import FlowRun, State

HOUR = 3600


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks may follow each other at once."""
    monkeypatch.setattr(watching, "_APART_SECONDS", 0)


def test_it_is_time_to_look_once_something_changed(tmp_path: Path) -> None:
    watch = Watch([tmp_path, tmp_path / "none"], HOUR)
    assert [watch.is_due(), watch.is_due()] == [True, False]

    (tmp_path / "none").write_text("")
    assert [watch.is_due(), watch.is_due()] == [True, False]
    os.utime(tmp_path / "none", ns=(0, 7))
    assert [watch.is_due(), watch.is_due()] == [True, False]
    watch.look_again()
    assert [watch.is_due(), watch.is_due()] == [True, False]


def test_it_is_time_to_look_once_the_time_is_over(tmp_path: Path) -> None:
    watch = Watch([tmp_path], 0)

    assert [watch.is_due(), watch.is_due()] == [True, True]


def test_two_looks_are_some_time_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_APART_SECONDS", HOUR)
    watch = Watch([tmp_path], 0)

    assert [watch.is_due(), watch.is_due()] == [True, False]


def test_an_item_that_arrives_is_looked_at_again_within_a_second(
    resting: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_ARRIVING_SECONDS", 0)
    watch = watching.home(resting.home, HOUR)
    assert [watch.is_due(), watch.is_due()] == [True, False]

    item = resting.home.inbox / "A-1"
    item.mkdir()
    (item / "request.yaml").write_text(a_request("A/1"))
    assert [watch.is_due(), watch.is_due()] == [True, True]
    rested(item)
    assert [watch.is_due(), watch.is_due()] == [True, False]


def test_the_next_look_is_when_the_first_item_will_have_rested(resting: Town) -> None:
    assert watching._arrives_in(resting.home) == inf
    for name, age in (("A-1.yaml", 0.0), ("A-2.yaml", REST - 0.4), ("A-3.yaml", REST)):
        path = resting.home.inbox / name
        path.write_text(a_request())
        os.utime(path, (time.time() - age,) * 2)

    assert 0.0 < watching._arrives_in(resting.home) <= 0.4
    (resting.home.inbox / "A-2.yaml").unlink()
    assert watching._arrives_in(resting.home) == watching._ARRIVING_SECONDS


def test_an_act_is_seen(resting: Town) -> None:
    resting.opened("A/1")
    watch = watching.home(resting.home, HOUR)
    assert [watch.is_due(), watch.is_due()] == [True, False]

    resting.close_case("A/1")

    assert [watch.is_due(), watch.is_due()] == [True, False]


@pytest.fixture
def runs(resting: Town, sole_deployer: None) -> Iterator[Runs]:
    del sole_deployer
    with get_client(sync_client=True) as client:
        runs = Runs(client, resting.home, every=HOUR)
        yield runs
        for deployment in runs.flows:
            client.delete_deployment(deployment)


def begun(runs: Runs, *under_way: str) -> list[str]:
    """Return the flows of which a run was asked for and granted; each is over at once."""
    found = []
    with get_client(sync_client=True) as client:
        for flow, run in runs.for_what_waits({*under_way}):
            found.append(flow.name)
            done: State[None] = Completed()
            client.set_flow_run_state(run.id, done, force=True)
    return sorted(found)


def test_a_flow_is_asked_for_when_something_waits_and_its_schedule_is_on(resting: Town, runs: Runs) -> None:
    assert begun(runs) == []
    resting.put_case("A/1")
    assert begun(runs, "intake") == []  # one is under way

    assert begun(runs) == ["intake"]
    assert begun(runs) == []  # the same waits, and its time is not over

    resting.put_case("A/2")
    switch_off(runs, "intake")
    assert begun(runs) == []
    resting.opened("A/3")
    assert begun(runs) == ["drafting", "reminding"]  # its day is long past


def switch_off(runs: Runs, flow: str) -> None:
    (id_,) = [id_ for id_, row in runs.flows.items() if row.flow == flow]
    (schedule,) = ask("/deployments/filter", {"deployments": {"id": {"any_": [str(id_)]}}})[0]["schedules"]
    ask(f"/deployments/{id_}/schedules/{schedule['id']}", {"active": False}, method="PATCH")


@pytest.mark.exhaustive
def test_what_a_run_did_not_get_done_is_tried_again_after_a_while(
    resting: Town, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting.home.service.rename(resting.home.service.with_name("away"))
    assert begun(runs)
    assert begun(runs) == []

    later = time.monotonic() + HOUR
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert begun(runs)


class Until:
    """Stops once something is so, or a minute is over."""

    def __init__(self, met: Callable[[], bool]) -> None:
        self._met = met
        self._until = time.monotonic() + 60

    def within(self, seconds: float) -> bool:
        time.sleep(seconds)
        return self._met() or time.monotonic() > self._until


def test_up_looks_again_at_once_where_prefect_did_not_answer(
    resting: Town, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(resting.home.root))
    resting.put_case("A/1")
    asked, missed = runs._client.create_flow_run_from_deployment, list[object]()

    def away(deployment: UUID) -> FlowRun:
        if not missed:
            missed.append(deployment)
            raise TimeoutError
        return asked(deployment)

    monkeypatch.setattr(runs._client, "create_flow_run_from_deployment", away)
    started: Any = SimpleNamespace(process=SimpleNamespace(poll=lambda: None))
    stopping: Any = Until(lambda: resting.stages() == {"A/1": "drafting"})
    watches = watching.home(resting.home, HOUR), watching.server(resting.home, HOUR)

    assert up._serve(runs, started, stopping, *watches) is up._Ended.WHOLE

    assert missed
    assert resting.stages() == {"A/1": "drafting"}
