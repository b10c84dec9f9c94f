"""A step that hangs is ended, wherever it hangs, and the run says so; a registrar may be away a while."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from flow_builders import Run, Town, eventually
from registrars import Running, running, start

from flows.casework import drafts
from flows.domain.errors import RegisterError
from flows.engine import failures, here, limits
from flows.engine.limits import FLOWS, TASKS
from flows.engine.settings import SCHEDULES
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE
from flows.register.remote import Stands
from flows.registrar import connection
from flows.registrar.address import Address
from flows.registrar.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.home import Home

CUT = "It was cut off after 5 seconds; the next run takes it up again."


def test_every_flow_and_every_task_has_its_limit_in_the_table() -> None:
    tasks = set()
    for row in SCHEDULES:
        flow = here.load(row)
        assert flow.timeout_seconds == FLOWS[flow.fn.__name__].seconds
        module = import_module(row.entrypoint.rpartition(".")[0])
        for name, each in vars(module).items():
            if type(each).__name__ == "Task" and each.fn.__module__ == module.__name__:
                tasks.add(name)
                assert each.retries == TASKS[name].again
                assert TASKS[name].seconds < FLOWS[flow.fn.__name__].seconds
    assert set(FLOWS) == {row.flow.replace("-", "_") for row in SCHEDULES}
    assert set(TASKS) == tasks
    assert all(limit.seconds > limits.PATIENCE for limit in TASKS.values())


# Where a step may hang; each would take a minute -----------------------------------------------------

ENDED: list[int] = []
"""What the processes returned that were read."""


def in_python(_: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pass


def in_a_process(_: Path) -> None:
    subprocess.run(["git", "-c", "alias.hang=!sleep 60", "hang"], check=True)


def in_reading_a_process(_: Path) -> None:
    with subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            process.stdout.read()
        finally:
            ENDED.append(process.wait())


def _hang(monkeypatch: pytest.MonkeyPatch, town: Town, where: Callable[[Path], None], case: str) -> None:
    """Have the first draft of one case hang."""
    if where is not in_python and sys.gettrace() and sys.version_info < (3, 12):
        pytest.skip("While an error waits for a thread that hangs, Python 3.11 stands still if it is traced.")
    ENDED.clear()
    right = drafts.write_first_draft

    def draft(office: Any, reference: str) -> Any:
        if reference == case:
            where(town.home.root)
        return right(office, reference)

    monkeypatch.setattr(drafts, "write_first_draft", draft)


def _set(monkeypatch: pytest.MonkeyPatch, table: dict[str, limits.Limit], name: str, seconds: int) -> None:
    monkeypatch.setitem(table, name, limits.Limit(seconds=seconds, again=table[name].again, why="", left=""))


def _run_in_a_thread(town: Town) -> Run:
    """Run as in ``up``, where no signal reaches it."""
    found: list[Run] = []
    thread = threading.Thread(target=lambda: found.append(town.run("drafting")))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize(
    ("where", "thread"),
    [
        (in_reading_a_process, True),
        pytest.param(in_python, False, marks=pytest.mark.exhaustive),
        pytest.param(in_python, True, marks=pytest.mark.exhaustive),
        pytest.param(in_a_process, False, marks=pytest.mark.exhaustive),
        pytest.param(in_a_process, True, marks=pytest.mark.exhaustive),
        pytest.param(in_reading_a_process, False, marks=pytest.mark.exhaustive),
    ],
)
def test_a_task_that_hangs_is_ended_alone_and_the_run_says_so(
    where: Callable[[Path], None],
    *,
    thread: bool,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    town.drafted("A/0")  # what is imported takes its time once
    town.opened("A/1", "A/2", "A/3")
    with monkeypatch.context() as patch, failures.told():
        _hang(patch, town, where, "A/2")
        _set(patch, TASKS, "write_first_draft", 5)
        run = _run_in_a_thread(town) if thread else town.run("drafting")

    assert ([-signal.SIGKILL] if where is in_reading_a_process else []) == ENDED
    assert town.stages() == {"A/0": "drafting", "A/1": "drafting", "A/2": "received", "A/3": "drafting"}
    assert run.tasks() == [
        ("drafting-A/1", "COMPLETED", 1),
        ("drafting-A/2", "FAILED", 1),
        ("drafting-A/3", "COMPLETED", 1),
    ]
    assert f"drafting: A/2: {CUT}\n" in capsys.readouterr().err
    assert f"failed: {CUT}" in run.artifacts()[0]
    assert town.run("drafting").tasks() == [("drafting-A/2", "COMPLETED", 1)]
    assert town.audited().passes


@pytest.mark.parametrize(
    "thread",
    [
        pytest.param(False, id="in the main thread", marks=pytest.mark.exhaustive),
        pytest.param(True, id="in a thread"),
    ],
)
def test_a_run_whose_time_is_over_begins_nothing_more(
    *, thread: bool, town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    town.drafted("A/0")  # what is imported takes its time once
    town.opened("A/1", "A/2", "A/3")
    row = next(row for row in SCHEDULES if row.flow == "drafting")
    with monkeypatch.context() as patch, failures.told():
        _hang(patch, town, in_reading_a_process, "A/2")
        _set(patch, FLOWS, "drafting", 8)
        patch.setattr(here.load(row), "timeout_seconds", 8.0)
        run = _run_in_a_thread(town) if thread else town.run("drafting")

    assert [-signal.SIGKILL] == ENDED
    assert (run.state.name, run.state.type.value) == ("TimedOut", "FAILED")
    assert town.stages() == {"A/0": "drafting", "A/1": "drafting", "A/2": "received", "A/3": "received"}
    assert capsys.readouterr().err == "drafting: was cut off after 8 seconds; the next run goes on.\n"
    assert [name for name, *_ in town.run("drafting").tasks()] == ["drafting-A/2", "drafting-A/3"]
    assert town.audited().passes


UP = """
import os, sys
from flows.casework import drafts
from flows.domain.errors import RegisterError
from flows.engine import settings
from flows.home import find_home, Home

def late(home, url, original=settings.set_prefect_environment):
    original(home, url)
    from flows.engine import limits
    limits.GRACE_SECONDS = 2
    limits.FLOWS["drafting"] = limits.Limit(seconds=3, why="", left="")
    pipe = home.root / "pipe"
    right = drafts.write_first_draft
    def draft(office, reference):
        if pipe.exists():
            os.open(pipe, os.O_WRONLY)  # which nobody reads: no signal and no error gets this thread out
        return right(office, reference)
    drafts.write_first_draft = draft

from flows.engine import up
up.set_prefect_environment = late
from flows.desk.cli.main import main
main()
"""


@pytest.mark.exhaustive
def test_up_begins_anew_where_nothing_can_end_a_run(startable: Town, tmp_path: Path) -> None:
    home, started = startable.home, tmp_path / "up.py"
    started.write_text(UP)
    pipe = home.root / "pipe"
    os.mkfifo(pipe)
    startable.opened("A/1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with (tmp_path / "said").open("wb") as said:
        call = [sys.executable, str(started), "up", "--port", port, "--home", str(home.root)]
        process = subprocess.Popen(call, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        told = tmp_path / "said"
        eventually(lambda: "equipoise up begins anew" in told.read_text(), 300, "it does not begin anew")
        pipe.unlink()
        eventually(lambda: startable.stages() == {"A/1": "drafting"}, 300, told.read_text())
        assert process.poll() is None
        assert told.read_text().count(f"Desk: http://localhost:{port} ") == 2
    finally:
        process.terminate()
        assert process.wait(60) == 0
    assert startable.audited().passes


# A registrar that is away -----------------------------------------------------------------------------


@pytest.mark.exhaustive
def test_who_gave_up_once_does_not_wait_for_each_case_until_it_is_answered(
    resting: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    opened = connection._connection

    def counted(address: Address) -> Any:
        tried.append(address)
        return opened(address)

    monkeypatch.setattr(connection, "_connection", counted)
    with closing(
        Connection(Address(text=f"unix:{resting.home.root.with_name('r.sock')}"), patience=0.5)
    ) as asked:
        for first in (True, False, False):
            tried.clear()
            with pytest.raises(RegisterError, match="does not answer"):
                asked.ask("stands", dict)
            assert (len(tried) > 1) is first
        with running(resting.home):
            assert asked.ask("stands", Stands).stopped is None
        tried.clear()
        with pytest.raises(RegisterError, match="does not answer"):
            asked.ask("stands", dict)
        assert len(tried) > 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("flow", ["drafting", "publication"])
def test_a_registrar_away_for_a_minute_loses_and_doubles_nothing(
    flow: str, resting: Town, prefect_server: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed in the middle of the first act, and is back a minute later."""
    del prefect_server
    cases = ("A/1", "A/2", "A/3")
    if flow == "publication":
        resting.drafted(*cases)
        resting.sign_off(*cases)
    else:
        resting.opened(*cases)
    before, began = resting.entries(), start(resting.home)
    killed = threading.Event()
    asked = Connection._asked

    def killing(self: Connection, what: str, body: bytes, carried: Any) -> tuple[int, bytes]:
        if what == "append" and not killed.is_set():
            killed.set()
            threading.Timer(0.02, began.kill).start()
            threading.Timer(60, lambda: again.append(start(resting.home))).start()
        return asked(self, what, body, carried)

    again: list[Running] = []
    monkeypatch.setattr(Connection, "_asked", killing)
    monkeypatch.setenv(REGISTRAR_VARIABLE, began.socket.text)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "worker"))
    (tmp_path / "worker").mkdir()
    try:
        run = resting.run(flow)
        assert killed.is_set()
        assert [state for _, state, _ in run.tasks()] == ["COMPLETED"] * 3
    finally:
        eventually(lambda: again, 120, "the registrar is not back")
        again[0].end()
    assert resting.entries() == before + 3
    assert set(resting.stages().values()) == {"published" if flow == "publication" else "drafting"}
    assert resting.audited().passes
