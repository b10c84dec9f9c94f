"""What every test of faults needs: a process that forks for each, and a place for the home it is tried on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from zygote import Zygote

from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote() as started:
        yield started


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
