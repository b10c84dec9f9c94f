"""A restore that was cut off goes on by the same command, and trusts nothing more for it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import pytest
from desk_builders import CASE, Desk, run

from flows import home as flows_home
from flows.casework import auditing, backing_up
from flows.casework.office import open_office
from flows.casework.restoring import restore
from flows.domain.errors import RefusedError
from flows.home import Home
from flows.register import resuming, sharing
from flows.register.audit import AUDITING

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND: Final = "from flows.desk.cli.main import main; main()"


@pytest.fixture
def backed_up(desk: Desk, tmp_path: Path) -> tuple[Path, Path]:
    """A backup of a home and one of its keys."""
    # A name of a file is bytes, and need be no text.
    home, keys = tmp_path / "backup", tmp_path / "elsewhere" / os.fsdecode(b"keys-\xff.tar")
    keys.parent.mkdir()
    desk.done("backup", home, "--with-keys", keys)
    return home, keys


@pytest.fixture
def new(tmp_path: Path) -> Desk:
    """An empty machine."""
    return Desk(Home(tmp_path / "machine" / "home"))


def left(home: Home) -> list[str]:
    return sorted(path.name for path in home.state.glob("restoring*"))


def begun(new: Desk, home: Path, keys: Path) -> subprocess.Popen[bytes]:
    words: list[str | Path] = ["restore", home, "--keys", keys, "--home", new.home.root]
    return subprocess.Popen([sys.executable, "-P", "-c", _COMMAND, *words], stdout=subprocess.DEVNULL)


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    while not os.path.lexists(path):
        assert process.poll() is None
        time.sleep(0.001)


def killed(process: subprocess.Popen[bytes]) -> bool:
    """Kill a process that has not ended; tell whether it had not."""
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.mark.exhaustive
def test_a_restore_that_was_killed_goes_on_by_the_same_command_alone(
    backed_up: tuple[Path, Path], new: Desk
) -> None:
    home, keys = backed_up
    process = begun(new, home, keys)
    wait_for(new.home.root, process)
    assert killed(process)

    assert (
        "call the same `equipoise restore`"
        in new.refused("submit", CASE, "--version", "1", "--as", "foi-officer")[1]
    )
    assert "was restored otherwise" in new.refused("restore", home)[1]
    with open_office(new.home) as office:  # as `up` does, which the restore would audit a second time
        assert not auditing.missed(office)
        with pytest.raises(RefusedError, match="its audit has not ended"):
            auditing.audit_register(office)
    assert new.told("restore", home, "--keys", keys)["audit"]["passes"]
    assert left(new.home) == []
    new.submit()
    assert "is not an empty folder" in new.refused("restore", home, "--keys", keys)[1]


@pytest.mark.exhaustive
@pytest.mark.parametrize("step", [0.1, 0.02])
def test_whenever_a_restore_is_killed_the_same_command_ends_it(
    step: float, backed_up: tuple[Path, Path], tmp_path: Path
) -> None:
    home, keys = backed_up
    for moment in count():
        new = Desk(Home(tmp_path / f"machine-{moment}" / "home"))
        process = begun(new, home, keys)
        if step < 0.1:  # what comes once the home is there takes a fraction of a second
            wait_for(new.home.root, process)
        time.sleep(moment * step)
        was_killed = killed(process)
        if was_killed and (not new.home.root.exists() or left(new.home)):
            assert new.told("restore", home, "--keys", keys)["audit"]["passes"], moment
        assert [path.name for path in new.home.root.parent.iterdir()] == ["home"]
        new.submit()
        if not was_killed:
            break


def on_a_terminal(*words: str | Path) -> tuple[str, str]:
    """Run a command whose standard error is a terminal; return what it prints, and what stands there."""
    ours, theirs = pty.openpty()
    told: list[str | Path] = [sys.executable, "-P", "-c", _COMMAND, *words]
    with subprocess.Popen(told, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                shown += piece
        printed = process.stdout.read() if process.stdout else ""
    os.close(ours)
    return printed, shown.decode()


@pytest.mark.exhaustive
def test_a_terminal_shows_what_is_done_and_json_stays_json(desk: Desk, new: Desk, tmp_path: Path) -> None:
    backup, copy = tmp_path / "backup", tmp_path / "copy.git"
    (desk.home.notices / "a.txt").write_text("Somebody is to decide.\n")
    calls: dict[tuple[str | Path, ...], list[str]] = {
        ("backup", backup, "--home", desk.home.root): ["Copying", "Writing the register", "Reading back"],
        ("restore", backup, "--home", new.home.root): [
            *("Taking", "Reading every case", "Following the line", "Auditing")
        ],
        ("audit", "--home", desk.home.root): ["Following the line", "Auditing"],
        ("mirror", desk.home.register, copy): [
            *("Fetching", "Following the line", "Auditing"),
        ],
        ("mirror", copy, copy): ["Fetching", "Following the copy", "Following the line", "Auditing"],
        ("restore", backup, "--register", copy, "--home", tmp_path / "newer"): [
            *("Taking", "Fetching", "Following the copy", "Following the line", "Auditing"),
            *("Reading every case", "Following the line"),
        ],
        ("doctor", "--mend", "--home", desk.home.root): ["Reading every case"],
    }
    for words, labels in calls.items():
        if "doctor" in words:
            desk.home.catalogue.unlink()  # it is made anew, as after an upgrade
        printed, shown = on_a_terminal(*words, "--json")
        assert isinstance(json.loads(printed), dict)
        after = 0
        for label in labels:
            after = shown.index(label, after) + 1
    for words in (("doctor",), ("audit",)):
        desk.home.catalogue.unlink(missing_ok=True)
        assert desk(*words).stderr == ""  # and nothing of it is on a pipe
    assert run("mirror", desk.home.register, copy).stderr == ""


class Cut(BaseException):
    """Ctrl-C."""


def restored(new: Desk, backup: tuple[Path, Path], *, until: int | None = None) -> list[int]:
    """Restore, cut off once so many entries are audited; return which the audit came to."""
    came_to: list[int] = []

    def tell(what: str, done: int, _: int) -> None:
        if what == AUDITING:
            came_to.append(done)
            if done == until:
                raise Cut

    done: Any = restore(new.home, backup[0], keys=backup[1], now=flows_home.now(), tell=tell)
    assert done.report.passes
    return came_to


def test_its_audit_goes_on_from_where_it_was(
    backed_up: tuple[Path, Path], new: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "_EVERY", 0)
    monkeypatch.setattr(sharing, "_AT_ONCE", 2)
    with pytest.raises(Cut):
        restored(new, backed_up, until=4)

    assert restored(new, backed_up)[0] == 4
    assert left(new.home) == []


def test_how_far_another_audit_came_is_never_taken_from_a_backup(
    backed_up: tuple[Path, Path], new: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "_EVERY", 0)
    monkeypatch.setattr(sharing, "_AT_ONCE", 2)
    with pytest.raises(Cut):
        restored(new, backed_up, until=4)
    assert len(left(new.home)) == 2
    # Even where some software wrote it into a backup, and the service signed that.
    monkeypatch.setattr(backing_up, "LEFT_OUT", re.compile(r"keys|register\.git"))
    new.done("backup", tmp_path / "second")
    third = Desk(Home(tmp_path / "third"))

    assert restored(third, (tmp_path / "second", backed_up[1]))[0] == 0
    third.submit()
