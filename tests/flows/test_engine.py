"""How a command comes to its flow: through the ``up`` that runs, else in its own process."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shlex
import stat
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from canaries import NAME
from desk_builders import Desk
from flow_builders import ask
from prefect.client.orchestration import get_client
from sampling import sampled

from flows import home as flows_home
from flows.casework import doctor
from flows.domain.documents import ASSESSMENT
from flows.domain.errors import RegisterError
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.engine import waking
from flows.engine.automations import described
from flows.engine.due import Runs
from flows.engine.settings import SCHEDULES, password
from flows.home import Home
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flow_builders import Town

NOBODY = "http://127.0.0.1:9/api"
"""Where nothing listens."""


@contextmanager
def held(home: Home, text: str) -> Iterator[None]:
    """Hold the file of addresses as a running ``up`` does."""
    with home.address.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text)
        file.flush()
        yield


def test_the_engine_tells_whether_a_flow_completed(town: Town) -> None:
    town.put_case("A/1")
    town.put_case("A/2")

    assert engine.run_flow("intake")
    town.damage("A/1", ASSESSMENT)
    assert not engine.run_flow("drafting")
    assert engine.run_flow("drafting", only=["A/2"])
    assert town.stages() == {"A/1": "received", "A/2": "drafting"}


def test_of_cases_that_are_named_nothing_is_done_where_one_is_not_there(town: Town) -> None:
    town.opened("A/1")

    unknown = town.run("drafting", only=["A/1", "A/2"])
    unfit = town.run("drafting", only=["A/1", NAME])

    assert "There is no case A/2 in the register" in str(unknown.state.message)
    assert "a reference has up to 40 letters" in str(unfit.state.message)
    assert NAME not in str(unfit.state.message)
    assert town.stages() == {"A/1": "received"}
    assert town.run("drafting", only=["a/1"]).completed  # as people write it
    assert town.stages() == {"A/1": "drafting"}


def test_of_a_case_that_is_named_and_does_not_wait_the_log_says_so(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.drafted("A/1")

    assert town.run("drafting", only=["A/1"]).completed

    assert "A/1: nothing waits for this flow" in caplog.messages


def test_no_up_has_no_address(resting: Town) -> None:
    assert waking.reached(resting.home) is None


def test_a_killed_up_has_no_address(resting: Town) -> None:
    resting.home.address.write_text(json.dumps({"url": NOBODY, "pid": 1}))

    assert waking.reached(resting.home) is None


def test_an_up_that_is_still_starting_has_no_address(resting: Town) -> None:
    with held(resting.home, ""):
        assert waking.reached(resting.home) is None


def test_a_running_up_has_its_address(resting: Town) -> None:
    with held(resting.home, json.dumps({"url": NOBODY, "pid": 1})):
        found = waking.reached(resting.home)
    assert found
    assert (found.url, found.up) == (NOBODY, resting.home)


@pytest.fixture
def remote(prefect_server: Home, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a server that somebody else started, as it stands in the environment of a machine."""
    del prefect_server
    monkeypatch.delenv(OWN_VARIABLE)
    return os.environ["PREFECT_API_URL"]


def test_a_command_goes_to_the_server_that_the_environment_names(resting: Town, remote: str) -> None:
    found = waking.reached(resting.home)

    assert found
    assert (found.url, found.up) == (remote, None)
    assert found.call("/admin/settings")
    with held(resting.home, json.dumps({"url": NOBODY, "pid": 1})):  # an up of the home comes first
        nearer = waking.reached(resting.home)
    assert nearer
    assert nearer.url == NOBODY


@pytest.mark.usefixtures("remote")
def test_the_key_of_an_account_is_given_where_there_is_no_password(
    resting: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_AUTH_STRING")
    nobody = waking.elsewhere(resting.home)
    assert nobody
    assert nobody.authorization == ""
    with pytest.raises(OSError, match="it answers with 401"):
        nobody.call("/admin/settings")

    monkeypatch.setenv("PREFECT_API_KEY", "pnu_1")
    account = waking.elsewhere(resting.home)
    assert account
    assert account.authorization == "Bearer pnu_1"


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://127.0.0.1/api"])
@pytest.mark.usefixtures("remote")
def test_an_address_that_is_none_of_the_web_is_not_asked(
    resting: Town, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", url)

    assert waking.elsewhere(resting.home) is None


@pytest.mark.parametrize("stage", Stage)
def test_workers_elsewhere_that_cannot_be_asked_fail_no_act(
    resting: Town, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(OWN_VARIABLE)
    monkeypatch.setenv("PREFECT_API_URL", NOBODY)

    waking.wake(resting.home, stage)


def test_a_command_and_the_doctor_say_why_no_flow_can_be_asked_for(
    resting: Town, remote: str, sole_deployer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sole_deployer  # nobody deploys meanwhile
    monkeypatch.setattr(engine, "_ATTEMPTS", 1)
    account = os.environ["PREFECT_API_AUTH_STRING"]
    wrong = {
        (remote, account): "it has no deployment of mail; deploy the flows",
        (remote, "equipoise:another"): "it refuses PREFECT_API_AUTH_STRING",
        (NOBODY, account): "Connection refused",
        (remote.replace("http:", "https:"), account): "it speaks no TLS",
    }
    for (url, password_), what in wrong.items():
        monkeypatch.setenv("PREFECT_API_URL", url)
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", password_)

        with pytest.raises(RegisterError, match=what):
            engine.run(resting.home, ["mail"])
        ailment, *_ = doctor.examine(resting.home)

        assert ailment.place == "PREFECT_API_URL"
        assert what in ailment.what
        told = Desk(resting.home)("health", "--json")
        assert (told.exit_code, json.loads(told.stdout)["troubles"][-1]) == (1, "flows-unasked")


@pytest.mark.usefixtures("remote")
def test_a_command_and_the_doctor_tell_of_a_work_pool_that_nobody_serves_or_that_is_paused(
    resting: Town, sole_deployer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sole_deployer
    monkeypatch.setattr(engine, "_BEGIN_SECONDS", 0.1)
    pool, row = "a pool of the office", SCHEDULES[0]
    with get_client(sync_client=True) as client:
        ask("/work_pools/", {"name": pool, "type": "process"})
        try:
            flow = client.create_flow(engine.load(row))
            client.create_deployment(flow_id=flow, name=row.flow, work_pool_name=pool)
            for paused, what in {
                False: "no worker of its work pool {} looks into the queue default, for runs of mail",
                True: "its work pool {} is paused",
            }.items():
                ask(f"/work_pools/{quote(pool)}", {"is_paused": paused}, method="PATCH")

                with pytest.raises(RegisterError, match=what.format(pool)):
                    engine.run(resting.home, [row.flow])
                ailment, *_ = doctor.examine(resting.home)

                assert what.format(pool) in ailment.what
        finally:
            ask(f"/work_pools/{quote(pool)}", None, method="DELETE")
            for each in client.read_deployments():
                if each.name == row.flow:
                    client.delete_deployment(each.id)


@pytest.mark.usefixtures("remote", "automations")
@pytest.mark.parametrize(
    ("apart", "what"),
    [
        (timedelta(seconds=30), ""),
        (timedelta(seconds=-30), ""),
        (timedelta(minutes=10), "is 10 minutes behind this machine's"),
        (timedelta(minutes=-10), "is 10 minutes ahead of this machine's"),
    ],
)
def test_the_doctor_tells_of_a_prefect_server_whose_clock_is_another(
    resting: Town, apart: timedelta, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows_home, "now", lambda: datetime.now(UTC) + apart)

    told = [each.what for each in doctor.examine(resting.home) if "clock of that" in each.what]

    assert told == ([f"The clock of that Prefect server {what}."] if what else [])


@pytest.fixture
def automations() -> Iterator[dict[str, str]]:
    """Those of deploy/ on the server: the id of each by its name."""
    made = {each["name"]: str(ask("/automations/", each)["id"]) for each in described()}
    yield made
    for each in made.values():
        with suppress(urllib.error.HTTPError):
            ask(f"/automations/{each}", None, method="DELETE")


def told_by_the_doctor(home: Home) -> list[str]:
    """Return what is wrong with the automations of the server, each as one text."""
    found = doctor.examine(home)
    return [f"{each.what} {each.remedy}" for each in found if "automation" in each.what]


@pytest.mark.usefixtures("remote")
@pytest.mark.parametrize("which", sampled(range(len(described()))))
def test_the_doctor_names_an_automation_that_is_gone_or_off_with_the_command_that_mends_it(
    resting: Town, sole_deployer: None, automations: dict[str, str], which: int
) -> None:
    del sole_deployer
    name, id_ = list(automations.items())[which]
    assert told_by_the_doctor(resting.home) == []

    ask(f"/automations/{id_}", {"enabled": False}, method="PATCH")
    (off,) = told_by_the_doctor(resting.home)
    assert f"`prefect automation resume '{name}'` mends" in off

    own = {**described()[which], "name": "one of the office's own"}
    mine = str(ask("/automations/", own)["id"])
    assert told_by_the_doctor(resting.home) == []
    ask(f"/automations/{mine}", None, method="DELETE")

    ask(f"/automations/{id_}", None, method="DELETE")
    (gone,) = told_by_the_doctor(resting.home)
    command = shlex.split(gone.split("`")[3])
    assert command[:4] == ["prefect", "automation", "create", "--from-json"]
    automations[name] = str(ask("/automations/", json.loads(command[4]))["id"])
    assert told_by_the_doctor(resting.home) == []


@pytest.mark.usefixtures("remote", "automations")
def test_a_command_says_that_no_worker_takes_its_flow_up_and_the_doctor_finds_nothing(
    resting: Town, sole_deployer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sole_deployer
    monkeypatch.setattr(engine, "_BEGIN_SECONDS", 0.1)
    with get_client(sync_client=True) as client:
        flows = Runs(client, resting.home, every=3600).flows
        try:
            with pytest.raises(RegisterError, match="does not get to intake; look whether a worker runs"):
                engine.run(resting.home, ["intake"])
            assert doctor.examine(resting.home) == []
        finally:
            for each in flows:
                client.delete_deployment(each)


def test_a_command_says_that_the_up_does_not_answer(resting: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_ATTEMPTS", 2)
    with (
        held(resting.home, json.dumps({"url": NOBODY, "pid": 1})),
        pytest.raises(RegisterError, match="does not get to intake"),
    ):
        engine.run(resting.home, ["intake"])


def answer_to(headers: dict[str, str], path: str = "/flow_runs/count") -> tuple[int, str | None]:
    """Return what the server answers to a plain call: the status, and to which other sites it answers."""
    url = os.environ["PREFECT_API_URL"] + path
    request = urllib.request.Request(url, b"{}", {"Content-Type": "application/json", **headers})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.headers["Access-Control-Allow-Origin"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Access-Control-Allow-Origin"]


@pytest.mark.usefixtures("prefect_server")
def test_the_server_answers_nobody_without_its_password() -> None:
    who = os.environ["PREFECT_API_AUTH_STRING"]
    right, wrong = (base64.b64encode(each.encode()).decode() for each in (who, f"{who}x"))

    assert answer_to({}) == (401, None)
    assert answer_to({"Authorization": f"Basic {wrong}"}) == (401, None)
    assert answer_to({}, "/deployments/") == (401, None)
    asked_from_a_site = {"Authorization": f"Basic {right}", "Origin": "https://elsewhere.example"}
    assert answer_to(asked_from_a_site) == (200, None)


def test_the_password_of_a_home_is_for_its_owner_alone_and_stays_the_same(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = password(home)

    assert len(first) > 40
    assert first == password(home) != password(Home(tmp_path / "other"))
    assert [path.name for path in home.prefect.iterdir()] == ["password"]
    assert stat.S_IMODE((home.prefect / "password").stat().st_mode) == 0o600
