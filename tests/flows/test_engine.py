"""How a command comes to its flow: through the ``up`` that runs, else in its own process."""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from flows.domain.documents import ASSESSMENT
from flows.domain.errors import RegisterError
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.engine import waking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flow_builders import Town

    from flows.home import Home

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


def test_no_up_has_no_address(resting: Town) -> None:
    assert waking.address(resting.home) is None


def test_a_killed_up_has_no_address(resting: Town) -> None:
    resting.home.address.write_text(json.dumps({"url": NOBODY, "pid": 1}))

    assert waking.address(resting.home) is None


def test_an_up_that_is_still_starting_has_no_address(resting: Town) -> None:
    with held(resting.home, ""):
        assert waking.address(resting.home) is None


def test_a_running_up_has_its_address(resting: Town) -> None:
    with held(resting.home, json.dumps({"url": NOBODY, "pid": 1})):
        assert waking.address(resting.home) == NOBODY


@pytest.mark.parametrize("stage", Stage)
def test_waking_an_up_that_does_not_answer_fails_no_act(resting: Town, stage: Stage) -> None:
    with held(resting.home, json.dumps({"url": NOBODY, "pid": 1})):
        waking.wake(resting.home, stage)


def test_a_command_says_that_the_up_does_not_answer(resting: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_ATTEMPTS", 2)
    with (
        held(resting.home, json.dumps({"url": NOBODY, "pid": 1})),
        pytest.raises(RegisterError, match="does not get to intake"),
    ):
        engine.run(resting.home, ["intake"])
