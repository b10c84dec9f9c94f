"""What killed processes leave in the temporary folder goes with the run of the tests, or at the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import places

_WAIT = "import places, pathlib, sys\nprint(places.make(pathlib.Path(sys.argv[1])), flush=True)\ninput()"


def test_what_is_temporary_lies_in_the_folder_of_the_run() -> None:
    assert Path(tempfile.gettempdir()).parent.name.startswith("equipoise-tests-")
    assert os.environ["TMPDIR"] == tempfile.gettempdir()


def test_the_folder_of_a_run_is_swept_once_it_was_killed_and_not_before(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WAIT, str(tmp_path)]
    found = {**os.environ, "PYTHONPATH": str(Path(places.__file__).parent)}
    other = subprocess.Popen(command, env=found, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert other.stdin
    made = Path(other.stdout.readline().strip())
    (made / "tmp" / "equipoise-git-1").mkdir()

    places.sweep(tmp_path)
    assert [*tmp_path.iterdir()] == [made]

    other.send_signal(signal.SIGKILL)
    other.communicate()
    places.sweep(tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_folder_of_another_name_or_not_yet_locked_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "tmp").mkdir(parents=True)
    (tmp_path / "equipoise-tests-begun").mkdir()

    places.sweep(tmp_path)

    assert {each.name for each in tmp_path.iterdir()} == {"elsewhere", "equipoise-tests-begun"}
