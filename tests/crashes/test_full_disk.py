"""A disk that is full: an act is done or not done, and room is all it takes to go on."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from scenarios import SCENARIOS, audited, entries
from test_faults import ready

from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE: Final = 4 << 20
BLOCK: Final = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk is mounted by root alone")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.exhaustive
def test_an_act_on_a_full_disk_is_done_or_not(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before, scenario = ready(tmp_path_factory, "an act"), SCENARIOS["an act"]
    first, done = entries(before), 0
    tried = range(0, 64 * BLOCK, BLOCK)
    for room in tried:
        home = Home(disk / "home")
        shutil.rmtree(home.root, ignore_errors=True)
        shutil.copytree(before.root, home.root, symlinks=True)
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room)

        was_done = scenario.work(home)

        ballast.unlink()
        assert entries(home) in {first, first + 1}
        assert entries(home) == first + 1 or not was_done
        assert audited(home) == []
        assert scenario.work(home)
        assert entries(home) == first + 1
        assert audited(home) == []
        done += was_done
    print(f"{len(tried)} amounts of room, {done} of them enough")  # noqa: T201 - the figures
    assert 0 < done < len(tried)
