"""A home for each test, a clock, and the shared Prefect server."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import worlds
from flow_builders import TODAY, Clock, Town, copied, found_home

from flows.disk import locked
from flows.home import HOME_VARIABLE, Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with its officers and no case."""
    return Home(worlds.once(tmp_path_factory, "flows", found_home))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of acts, which stands still."""
    return Clock(monkeypatch, TODAY)


@pytest.fixture
def resting(founded: Home, tmp_path: Path) -> Iterator[Town]:
    """A copy of ``founded``, with the clock of the machine and no server."""
    town = copied(founded, tmp_path / "home")
    yield town
    town.close()


@pytest.fixture
def startable(resting: Town, prefect_server: Home) -> Town:
    """``resting``, with the database that a server of its own would first have to make."""
    resting.home.prefect.mkdir(parents=True)
    shutil.copy(prefect_server.root / "fresh.db", resting.home.prefect / "prefect.db")
    return resting


@pytest.fixture
def sole_deployer(prefect_server: Home) -> Iterator[None]:
    """Keep out others who deploy on the shared server: who deletes a deployment deletes its runs."""
    with locked(prefect_server.root / "deploying.lock"):
        yield


@pytest.fixture
def town(resting: Town, prefect_server: Home, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A home in which flows run in this process, with the shared server and a clock that stands still."""
    del prefect_server, clock
    monkeypatch.setenv(HOME_VARIABLE, str(resting.home.root))
    return resting
