"""Registers to work on: built once a session, copied for each test."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from register_builders import Office, copied, found_office
from worlds import pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("unhurried", deadline=None)  # a busy machine is no counter-example
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _unsynced() -> Iterator[None]:
    """Spare the disk: a test can stage a kill, not a power cut, so syncing proves nothing here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with its officers and no case."""
    folder = tmp_path_factory.mktemp("founded")
    found_office(folder)
    pack(folder / "register.git")
    return folder


@pytest.fixture(scope="session")
def told(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with two cases told to the end, one returned on the way, and one at legal review."""
    folder = tmp_path_factory.mktemp("told")
    with copied(founded, folder) as office:
        office.longer_story("1146A/22")
        office.story("B/1")
        office.open("C/1")
        office.draft("C/1")
        office.submit("C/1")
    pack(folder / "register.git")
    return folder


@pytest.fixture
def register(told: Path, tmp_path: Path) -> Path:
    """The repository of a copy of ``told``, that no process has open."""
    shutil.copytree(told / "register.git", tmp_path / "register.git")
    return tmp_path / "register.git"


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of ``founded``, open."""
    with copied(founded, tmp_path) as office:
        yield office


@pytest.fixture
def busy_office(told: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of ``told``, open."""
    with copied(told, tmp_path) as office:
        yield office
