"""A registrar that is killed while others record through it, and two of them on one register."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE
from desk_builders import found_home as found_home_of_desk
from registrars import open_cases, opening, start

from flows.casework import papers
from flows.casework.office import Office, open_office
from flows.domain.errors import RegisterError
from flows.register import repository
from flows.register.audit import audit
from flows.register.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.home import Home

_CLIENTS, _CASES, _KILLS = 2, 30, 6


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
