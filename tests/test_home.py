"""A home that is made takes its place whole, and nothing stays of one that was cut off."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from flows import home as homes
from flows.disk import locked
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_killed_command_left_goes_once_nothing_writes_it_any_more(tmp_path: Path) -> None:
    left, anothers = tmp_path / ".home.0a1b2c3d.part", tmp_path / ".other.0a1b2c3d.part"
    for folder in (left, anothers):
        (folder / "keys").mkdir(parents=True)

    with ExitStack() as writing:
        writing.enter_context(locked(left / ".making"))
        with homes.fresh(Home(tmp_path / "home")):
            assert left.exists()
            writing.close()

    assert sorted(tmp_path.iterdir()) == [anothers, tmp_path / "home"]
