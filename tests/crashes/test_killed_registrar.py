"""A registrar that is killed while others record through it, and two of them on one register."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

import pytest
import registrars
from desk_builders import CASE
from desk_builders import found_home as found_home_of_desk
from registrars import EQUIPOISE, open_cases, opening, start
from scenarios import stopped

from flows.casework import papers
from flows.casework.office import Office, open_office
from flows.domain.acts import RESUME
from flows.domain.errors import RegisterError
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE
from flows.register import repository, stop
from flows.register.audit import audit
from flows.register.repository import Repository
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flows.home import Home

_CLIENTS, _CASES, _KILLS = 2, 30, 6
_ENDS_BEFORE_IT_LIFTS: Final = """\
#!{python}
import os, signal, sys
from flows.desk.cli.main import main
from flows.register import stop
stop.lift = lambda _: os.kill(os.getpid(), signal.SIGKILL)
sys.exit(main())
"""
"""The command, which is killed when a decision is recorded and the stop is not lifted yet."""


def opened_in(home: Home) -> Counter[str]:
    """Return how often each case was opened in the line, from its first entry to its newest."""
    with open_office(home) as office:
        entries = [each.entry for each in office.register.since(0)]
    assert [each.sequence for each in entries] == [*range(1, len(entries) + 1)]
    return Counter(each.case for each in entries if each.act == "0001-open")


@pytest.mark.exhaustive
def test_an_act_is_recorded_once_however_often_the_registrar_is_killed_and_started_again(home: Home) -> None:
    found_home_of_desk(home.root)
    dice, running = random.Random(7), start(home)  # noqa: S311 - no secret
    shares = [[f"K-{client}-{number}" for number in range(_CASES)] for client in range(_CLIENTS)]
    with ThreadPoolExecutor(_CLIENTS) as clients:
        asking = [
            clients.submit(open_cases, home.root.with_name(f"far-{client}"), running.socket, share)
            for client, share in enumerate(shares)
        ]
        for _ in range(_KILLS):
            before = opened_in(home).total()
            while opened_in(home).total() < before + 2 and not all(each.done() for each in asking):
                time.sleep(0.01)
            time.sleep(dice.random() / 10)
            running.kill()
            running = start(home)
        told = [recorded for each in asking for recorded in each.result()]
    running.end()

    assert opened_in(home) == Counter(
        {CASE: 1, **dict.fromkeys((each for share in shares for each in share), 1)}
    )
    assert Counter(each.entry.case for each in told) == Counter(each for share in shares for each in share)
    assert [*audit(home.register, check_brought=papers.check).findings] == []


def decisions(home: Home) -> int:
    with open_office(home, reading=True) as office:
        return [each.act.kind for each in office.register.dossier(POLICY).statements].count(RESUME)


@pytest.mark.exhaustive
@pytest.mark.parametrize("again", ["by the connection", "by the administrator"])
def test_a_decision_to_go_on_is_recorded_once_where_the_registrar_is_killed_before_it_lifts_the_stop(
    home: Home, tmp_path: Path, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = tmp_path / "deadly"
    deadly.write_text(_ENDS_BEFORE_IT_LIFTS.format(python=sys.executable))
    deadly.chmod(0o755)
    found_home_of_desk(home.root)
    stopped(home)
    said = ("--reason", "Restored.", "--as", "administrator")
    call: list[str | Path] = [EQUIPOISE, "resume", *said, "--key", home.officers / "administrator"]
    with monkeypatch.context() as patched:
        patched.setattr(registrars, "EQUIPOISE", deadly)
        killed = start(home)
    there = {HOME_VARIABLE: str(tmp_path / "far"), REGISTRAR_VARIABLE: killed.socket.text}
    asking = subprocess.Popen(call, env={**os.environ, **there})
    assert killed.process.wait(60) == -signal.SIGKILL
    killed.kill()
    assert (decisions(home), stop.stopped(home.register) is not None) == (1, True)
    if again == "by the administrator":
        asking.kill()
        asking.wait(60)
    running = start(home)
    if again == "by the administrator":
        asking = subprocess.Popen(call, env={**os.environ, **there})
    assert asking.wait(60) == 0
    running.end()

    assert (decisions(home), stop.stopped(home.register)) == (1, None)
    assert [*audit(home.register, check_brought=papers.check).findings] == []


def test_two_writers_that_no_lock_keeps_apart_make_one_line(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody took the lock away, or the disk is another machine's too."""
    found_home_of_desk(home.root)
    monkeypatch.setattr(Repository, "locked", lambda _: nullcontext())
    monkeypatch.setattr(repository, "_LOCK_WAIT", 600.0)
    both, written = threading.Barrier(2), Repository.write

    def write_as_the_other_does(own: Repository, objects: Mapping[str, tuple[str, bytes]]) -> None:
        """Come to the branch only once the other has seen it too, where it comes within a moment."""
        written(own, objects)
        try:
            both.wait(0.2)
        except threading.BrokenBarrierError:
            both.reset()

    monkeypatch.setattr(Repository, "write", write_as_the_other_does)

    def write(own: str) -> list[str]:
        done: list[str] = []
        with Office(home) as office:
            for number in range(3):
                act, files = opening(office, f"{own}-{number}")
                while office.register.find(act.case) is None:
                    try:
                        done.append(office.register.record(act, files, office.service).id)
                    except RegisterError as error:
                        assert "nothing was recorded, try again" in str(error)  # noqa: PT017 - often not raised
        return done

    with ThreadPoolExecutor(2) as writers:
        asked = [writers.submit(write, own) for own in ("one", "two")]
        recorded = [id_ for each in asked for id_ in each.result()]
    with open_office(home) as office:
        line = [each.id for each in office.register.since(0)]

    assert sorted(recorded) == sorted(line[-len(recorded) :])
    cases = [f"{own}-{number}" for own in ("one", "two") for number in range(3)]
    assert opened_in(home) == Counter([CASE, *cases])
    assert [*audit(home.register, check_brought=papers.check).findings] == []
