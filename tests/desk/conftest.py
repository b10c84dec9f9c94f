"""Homes to work on: made once, copied for each test that writes."""

from __future__ import annotations

import shutil
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import worlds
from desk_builders import CASES, RULES, Desk, found_home, publish_now

from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs the tests, text is wrapped at 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with its officers and one case in drafting; not to be written to."""
    return Home(worlds.once(tmp_path_factory, "desk", found_home))


@pytest.fixture
def unsaid(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Desk:
    """The command line on a copy of such a home, whose kind of authority nobody said, as could be before."""
    made = worlds.once(tmp_path_factory, "unsaid", lambda root: found_home(root, replace(RULES, body=None)))
    shutil.copytree(made, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture(scope="session")
def untouched(founded: Home) -> Desk:
    """The command line on ``founded`` itself, for what is refused without anything done before."""
    return Desk(founded)


@pytest.fixture
def desk(founded: Home, tmp_path: Path) -> Desk:
    """The command line on a copy of ``founded``."""
    shutil.copytree(founded.root, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture
def published(tmp_path_factory: pytest.TempPathFactory, founded: Home) -> Home:
    """A home with one test that went through everything; not to be written to."""

    def publish(root: Path) -> None:
        shutil.copytree(founded.root, root)
        desk = Desk(Home(root))
        desk.submit()
        desk.approve("legal-review", "legal-reviewer")
        desk.approve("balancing", "sign-off-officer")
        publish_now(desk.home)
        worlds.pack(desk.home.register)

    return Home(worlds.once(tmp_path_factory, "published", publish))


@pytest.fixture(scope="session")
def played(demo_home: Home) -> Desk:
    """The command line on the home that one `equipoise demo --keep` left; not to be written to."""
    return Desk(demo_home)


@pytest.fixture
def story(played: Desk, tmp_path: Path) -> Desk:
    """The command line on a copy of ``played``."""
    shutil.copytree(played.home.root, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


@pytest.fixture
def second_draft() -> Path:
    """Another assessment of the case, fit to be submitted."""
    return CASES / ".story" / "1146A-22" / "assessment.yaml"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
