"""Several processes write at once: every act is recorded once, and none that was acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import worlds
from desk_builders import found_home
from scenarios import audited

from flows.casework.office import open_office

if TYPE_CHECKING:
    from flows.home import Home

HERE: Final = Path(__file__).parent
SECONDS: Final = float(os.environ.get("EQUIPOISE_WRITERS_SECONDS", "15"))


def write_at_once(home: Home, writers: int, seconds: float) -> list[str]:
    """Have writers write for a while; return each act that one of them says it recorded."""
    path = os.pathsep.join(map(str, (HERE, HERE.parent, HERE.parents[1])))
    started = [
        subprocess.Popen(
            [sys.executable, HERE / "writer.py", home.root, str(number), str(seconds)],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    said = [line for each in started for line in each.communicate(timeout=seconds + 120)[0].splitlines()]
    assert [each.returncode for each in started] == [0] * writers
    return said


@pytest.mark.exhaustive
def test_of_four_writers_at_once_every_act_is_recorded_once(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copytree(worlds.once(tmp_path_factory, "desk", found_home), home.root, symlinks=True)

    said = write_at_once(home, 4, SECONDS)

    with open_office(home, reading=True) as office:
        line = office.register.since(0)
    recorded = Counter(f"{each.entry.case} {each.entry.act}" for each in line)
    kinds = Counter(each.entry.act.partition("-")[2] for each in line)
    print(f"{len(line)} entries in {SECONDS:.0f} s, {dict(kinds)}")  # noqa: T201 - the figures
    assert set(recorded.values()) == {1}
    assert [each.entry.sequence for each in line] == [*range(1, len(line) + 1)]
    assert set(Counter(said).values()) == {1}
    assert set(said) <= recorded.keys()
    assert max(kinds["open"], kinds["approve"]) > 4
    assert audited(home) == []
    assert {path.name for path in home.set_aside.iterdir()} == set()
