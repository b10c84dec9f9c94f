"""An intake that is killed with SIGKILL at any moment, and run again, opens each case once and loses none."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

import pytest
from flow_builders import a_request, an_assessment
from sampling import sampled
from taker import POINTS

from flows.domain.documents import SEALED_REQUEST
from flows.home import HOME_VARIABLE

if TYPE_CHECKING:
    from flow_builders import Town

    from flows.home import Home

KILLED: Final = -signal.SIGKILL


class Taker:
    """The other process; see ``taker.py``."""

    def __init__(self, home: Home) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("taker.py")],
            env={**environment, "PYTHONPATH": str(root), HOME_VARIABLE: str(home.root)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe("stdin").close()
        self._process.wait(30)
        self._pipe("stdout").close()

    def begin(self, point: str = "never") -> int:
        """Begin an intake; return its process id."""
        self._pipe("stdin").write(f"{point}\n")
        self._pipe("stdin").flush()
        return int(self._pipe("stdout").readline())

    def ended(self) -> int:
        """Wait for the intake; return its exit code, negative for a signal."""
        return int(self._pipe("stdout").readline())

    def _pipe(self, name: str) -> IO[str]:
        pipe: Any = getattr(self._process, name)
        assert pipe is not None
        return pipe  # type: ignore[no-any-return]


def fill(town: Town, count: int) -> dict[str, str]:
    """Put requests into the inbox; return them by reference."""
    asked = {}
    for number in range(1, count + 1):
        reference = f"R/{number:03}"
        asked[reference] = a_request(reference, text=f"What do you hold about {number}?\n")
        town.put(f"item-{number:03}", asked[reference], an_assessment(reference) if number % 2 else None)
    return asked


def check_all_taken_in(town: Town, asked: dict[str, str]) -> None:
    """Check that each request is one case, that none was lost, and that nothing is left over."""
    office = town.office
    opened = [recorded for recorded in office.register.since(0) if recorded.entry.act.endswith("-open")]
    assert sorted(recorded.entry.case for recorded in opened) == sorted(asked)
    assert {row.reference for row in office.catalogue.cases()} == asked.keys()
    for row in office.catalogue.cases():
        sealed = town.read(row.reference, SEALED_REQUEST)
        assert office.vault.unseal(row.recipient, sealed).decode() == asked[row.reference]
    assert len({row.recipient for row in office.catalogue.cases()}) == len(asked)
    assert town.orphan_keys() == set()
    assert town.inbox() == set()
    assert town.set_aside() == set()
    assert town.audited().passes


@pytest.mark.exhaustive
@pytest.mark.parametrize("point", sampled(POINTS))
def test_an_intake_killed_at_a_named_point_is_finished_by_the_next(town: Town, point: str) -> None:
    asked = fill(town, 4)
    with Taker(town.home) as taker:
        taker.begin(point)
        assert taker.ended() == KILLED
        assert (len(town.orphan_keys()), len(town.stages()), len(town.inbox())) == {
            "after the key": (1, 1, 3),
            "after the objects": (1, 1, 3),
            "after the ref": (0, 2, 3),
            "before the item is deleted": (0, 2, 3),
        }[point]

        taker.begin()
        assert taker.ended() == 0

    check_all_taken_in(town, asked)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("requests", "kills"), [(20, 5), (50, 20)])
def test_requests_survive_kills_at_any_moment(requests: int, kills: int, town: Town) -> None:
    asked = fill(town, requests)
    chance = random.Random()  # noqa: S311 - any moments will do
    pace, killed = 0.1, 0
    left_behind = {"a key without a case": 0, "a case with its item": 0}
    with Taker(town.home) as taker:
        for kill in range(kills):
            to_spare = len(town.inbox()) - 2 * (kills - kill)
            run = taker.begin()
            with suppress(ProcessLookupError):  # on a busy machine it may end before it is killed
                pace = wait_for_items(town, run, chance.randint(0, min(2, max(0, to_spare)))) or pace
                time.sleep(chance.uniform(0, pace))
                os.kill(run, signal.SIGKILL)
            if (ended := taker.ended()) == 0:
                break
            assert ended == KILLED
            killed += 1
            left_behind["a key without a case"] += bool(town.orphan_keys())
            waiting = {path.name[-3:] for path in town.home.inbox.glob("item-*")}
            left_behind["a case with its item"] += bool({f"R/{n}" for n in waiting} & town.stages().keys())
        print(f"opened before the last kill: {len(town.stages())}; left behind: {left_behind}")  # noqa: T201

        for _ in range(2):  # what a kill left under a name of ours, one run puts back and the next takes in
            taker.begin()
            assert taker.ended() == 0

    assert killed > 1
    check_all_taken_in(town, asked)


def wait_for_items(town: Town, run: int, count: int) -> float | None:
    """Wait until the run has begun, and dealt with so many items; return the seconds each took."""
    waiting, keys = len(town.inbox()), len(list(town.home.case_keys.iterdir()))
    until = time.monotonic() + 60
    while len(list(town.home.case_keys.iterdir())) == keys:
        assert time.monotonic() < until
        os.kill(run, 0)
        time.sleep(0.002)
    began = time.monotonic()
    while len(town.inbox()) > waiting - count:
        assert time.monotonic() < until
        os.kill(run, 0)
        time.sleep(0.002)
    return (time.monotonic() - began) / count if count else None
