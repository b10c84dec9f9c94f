"""Backups while processes write: each, restored elsewhere, is a whole home of one moment."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest
import worlds
from desk_builders import Desk, found_home
from test_writers import write_at_once

from flows.casework.office import open_office
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 6.0


@pytest.mark.exhaustive
def test_every_backup_of_a_home_in_which_processes_write_is_restored_whole(
    home: Home, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copytree(worlds.once(tmp_path_factory, "desk", found_home), home.root, symlinks=True)
    desk, note = Desk(home), tmp_path / "checkpoint.txt"
    desk.done("checkpoint", "--out", note)
    writing = threading.Thread(target=write_at_once, args=(home, 2, SECONDS))
    writing.start()
    made: list[dict[str, dict[str, Any]]] = []
    while writing.is_alive():
        file = tmp_path / f"equipoise-{len(made):08}T000000Z"
        (tmp_path / f"keys-{len(made)}").mkdir()
        made.append(desk.told("backup", file, "--with-keys", tmp_path / f"keys-{len(made)}"))
    writing.join()
    with open_office(home, reading=True) as office:
        last = office.register.tip().entry.sequence
    shutil.rmtree(home.root)

    sizes = [each["home"]["entries"] for each in made]
    print(f"{len(made)} backups in {SECONDS:.0f} s, at {sizes} of {last} entries")  # noqa: T201 - the figures
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 2
    for number in (0, len(made) // 2, len(made) - 1):
        each, new = made[number], Desk(Home(tmp_path / f"machine-{number}"))
        said = new.told(
            *("restore", each["home"]["file"], "--keys", each["keys"]["file"], "--checkpoint", note)
        )
        assert (said["audit"]["passes"], said["audit"]["entries"]) == (True, each["home"]["entries"])
        assert said["ailments"] == []
        new.done("assign", "1146A/22", "--person", "both-gates", "--as", "foi-officer")
