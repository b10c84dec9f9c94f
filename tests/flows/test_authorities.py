"""Several authorities on one Prefect server: own names each, wakes its own flows, works for itself."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import yaml
from flow_builders import ask, eventually
from prefect.client.orchestration import get_client
from prefect.states import Cancelling, Pending
from prefect.utilities.engine import propose_state_sync

from flows.domain.errors import MalformedError, RefusedError
from flows.domain.procedure import Stage
from flows.engine import announcing, authorities, carrying, failures, up, waking
from flows.engine import here as engine
from flows.engine.deployment import POOLS, files
from flows.engine.settings import SCHEDULES
from flows.home import Home
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from flow_builders import Town

VARIABLE = "EQUIPOISE_AUTHORITY"


@pytest.fixture
def northshire(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The home of one of several."""
    monkeypatch.setenv(VARIABLE, "northshire")
    return town


def run(flow: str, **parameters: str) -> Any:
    schedule = next(row for row in SCHEDULES if row.flow == flow)
    return engine.load(schedule)(**parameters, return_state=True)


@pytest.mark.parametrize("authority", ["Northshire", "north shire", "north-shire", "9", "a" * 31, "ñ", "a\n"])
def test_a_name_that_could_be_mistaken_on_prefects_pages_is_refused(
    authority: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, authority)

    with pytest.raises(MalformedError, match="small letters and digits is needed"):
        authorities.own(Home(tmp_path))


def test_the_settings_of_a_home_name_its_authority(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('authority = "northshire"\n')

    assert authorities.own(Home(tmp_path)) == "northshire"


@pytest.mark.exhaustive
def test_every_flow_refuses_a_run_for_another_authority_and_does_nothing(northshire: Town) -> None:
    northshire.put_case("A/1")
    northshire.opened("A/2")
    before, entries = northshire.everything(), northshire.entries()

    for row in SCHEDULES:
        for parameters in ({"authority": "south\x1b[31mshire"}, {}):
            error = run(row.flow, **parameters).result(raise_on_failure=False)
            assert isinstance(error, RefusedError)
            assert str(error) == "The run is not for northshire, whose worker this is; nothing was done."

    assert northshire.entries() == entries
    assert northshire.everything() == before


@pytest.mark.parametrize("release", ["0.0.9", None])
def test_a_run_of_a_deployment_of_another_release_does_nothing_and_says_which_works_here(
    town: Town, release: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    town.opened("A/1")
    flow = engine.load(next(row for row in SCHEDULES if row.flow == "drafting"))
    with get_client(sync_client=True) as client:
        deployed = client.create_deployment(flow_id=client.create_flow(flow), name="skewed", version=release)
        found = client.create_flow_run_from_deployment(deployed)
        found.state = propose_state_sync(client, Pending(), flow_run_id=found.id)
        with failures.told():
            up.carry_out(flow, found)
        state = client.read_flow_run(found.id).state
        client.delete_deployment(deployed)

    assert state
    assert (state.is_failed(), town.stages()["A/1"] == "received") == (bool(release), bool(release))
    told = (
        f"drafting: The flows were deployed by another release of Equipoise than {version('equipoise')}, "
        "which works here: deploy them again from this one, or start a worker of that one; "
        "nothing was done.\n"
    )
    assert capfd.readouterr().err == (told if release else "")


def test_a_worker_that_is_nobodys_by_name_refuses_a_run_for_one(town: Town) -> None:
    town.opened("A/1")

    error = run("drafting", authority="northshire").result(raise_on_failure=False)

    assert isinstance(error, RefusedError)
    assert "EQUIPOISE_AUTHORITY says none here" in str(error)
    assert town.stages() == {"A/1": "received"}


def test_a_run_for_the_authority_that_works_here_is_done_and_kept_apart(northshire: Town) -> None:
    northshire.opened("A/1")

    state = run("drafting", authority="northshire")

    assert state.is_completed()
    of_this = {"artifacts": {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}}
    assert [row["key"] for row in ask("/artifacts/filter", of_this)] == ["drafting-northshire"]
    assert engine.run_flow("legal-review")  # by a command


def test_a_paper_is_laid_out_under_the_limit_of_its_own_authority(northshire: Town) -> None:
    northshire.drafted("A/1")
    northshire.sign_off("A/1")

    state = run("publication", authority="northshire")

    assert state.is_completed()
    engine.drain()
    of_this = {"flow_runs": {"id": {"any_": [str(state.state_details.flow_run_id)]}}}
    eventually(lambda: ask("/task_runs/filter", of_this), 60, "the task is not recorded")
    assert [row["tags"] for row in ask("/task_runs/filter", of_this)] == [["equipoise-paper-northshire"]]


def test_slots_that_a_server_lost_are_free_again_once_a_run_begins(
    northshire: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As when it is ended between counting one and noting who has it."""
    monkeypatch.delenv(OWN_VARIABLE)
    limit = {"tag": "equipoise-paper-northshire", "concurrency_limit": 4}
    slot = {"slots": 1, "names": [f"tag:{limit['tag']}"]}
    there = waking.elsewhere(northshire.home)
    assert there

    assert there.free_lost_slots(str(limit["tag"])) == 0  # there is none
    made = ask("/concurrency_limits/", limit)
    try:
        someone = {"type": "task_run", "id": str(uuid4())}
        ask("/v2/concurrency_limits/increment-with-lease", {**slot, "holder": someone})
        ask("/v2/concurrency_limits/increment", {**slot, "slots": 2})
        assert ask(f"/v2/concurrency_limits/{made['id']}", None, method="GET")["active_slots"] == 3
        assert run("reminding", authority="northshire").is_completed()
        assert ask(f"/v2/concurrency_limits/{made['id']}", None, method="GET")["active_slots"] == 1
        assert run("reminding", authority="northshire").is_completed()
    finally:
        ask(f"/v2/concurrency_limits/{made['id']}", None, method="DELETE")

    freed = "2 slots of the limit equipoise-paper-northshire that nobody had were freed"
    assert caplog.messages.count(freed) == 1


@pytest.fixture
def both(sole_deployer: None) -> Iterator[dict[str, UUID]]:
    """The drafting of two authorities, and of one without a name, deployed on one server."""
    del sole_deployer
    drafting = engine.load(next(row for row in SCHEDULES if row.flow == "drafting"))
    with get_client(sync_client=True) as client:
        flow = client.create_flow(drafting)
        made = {
            authority: client.create_deployment(
                flow_id=flow, name=authorities.deployment("drafting", authority), tags=["test"]
            )
            for authority in ("northshire", "southshire", "")
        }
        yield made
        for deployment in made.values():
            client.delete_deployment(deployment)


def test_an_act_wakes_the_flow_of_its_own_authority_alone(
    northshire: Town, both: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OWN_VARIABLE)

    waking.wake(northshire.home, Stage.RECEIVED)

    runs = ask("/flow_runs/filter", {"deployments": {"id": {"any_": [str(id_) for id_ in both.values()]}}})
    assert [row["deployment_id"] for row in runs] == [str(both["northshire"])]


@pytest.mark.exhaustive
def test_a_run_is_carried_out_by_its_id_and_one_that_is_cancelled_does_not_stay_so(
    northshire: Town, both: dict[str, UUID]
) -> None:
    northshire.opened("A/1")
    with get_client(sync_client=True) as client:
        good, cancelled, strange = (
            client.create_flow_run_from_deployment(
                both[name], state=Pending(), parameters={"authority": "northshire"}
            ).id
            for name in ("northshire", "northshire", "southshire")
        )
        client.set_flow_run_state(cancelled, Cancelling(), force=True)
        for run_id in (good, cancelled, strange):
            carrying.carry(run_id)
        states = [client.read_flow_run(run_id).state for run_id in (good, cancelled, strange)]
    assert [state.type.value for state in states if state] == ["COMPLETED", "CANCELLED", "FAILED"]
    assert northshire.stages() == {"A/1": "drafting"}


def test_an_event_says_whose_it_is_in_its_name(northshire: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    northshire.opened("A/1")
    recorded = northshire.office.register.tip()

    named = announcing.event_of(recorded, northshire.office)
    monkeypatch.delenv(VARIABLE)
    nameless = announcing.event_of(recorded, northshire.office)

    assert (named["event"], nameless["event"]) == (
        "equipoise.northshire.case.opened",
        "equipoise.case.opened",
    )
    assert named["resource"]["prefect.resource.id"] == "equipoise.northshire.case.A/1"
    assert named["resource"]["equipoise.authority"] == "northshire"
    assert "equipoise.authority" not in nameless["resource"]


@pytest.mark.parametrize("pool", POOLS, ids=[pool.kind for pool in POOLS])
def test_what_is_deployed_for_two_authorities_has_nothing_in_common_but_the_flows(pool: Any) -> None:
    north, south = (
        yaml.safe_load(files(name)[f"{name}/{pool.file}"]) for name in ("northshire", "southshire")
    )

    for ours, theirs, row in zip(north["deployments"], south["deployments"], SCHEDULES, strict=True):
        assert (ours["name"], theirs["name"]) == (f"northshire-{row.flow}", f"southshire-{row.flow}")
        assert ours["parameters"] == {"authority": "northshire"}
        assert {*ours["tags"]} & {*theirs["tags"]} == {"equipoise"}
        assert ours["work_pool"]["name"].removesuffix("-home") == "equipoise-northshire"
        assert ours["entrypoint"] == theirs["entrypoint"] == row.entrypoint
        said = ours["work_pool"]["job_variables"]["env"]
        assert said.get(VARIABLE) == (None if pool.kind == "process" else "northshire")
    assert "southshire" not in str(north)
