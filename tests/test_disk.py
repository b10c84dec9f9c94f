"""What is written is there whole, what is locked is locked, and who is writing is found out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from flows import disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STEPS = ["open", "write", "fsync", "rename", "replace", "unlink"]
LONG = 200_000


def killed_at(step: int, act: Callable[[], object]) -> bool:
    """Carry out ``act`` in a child that kills itself before that step; False if it had fewer."""
    child = os.fork()
    if child == 0:
        calls = count()
        for name in STEPS:
            setattr(os, name, _counted(getattr(os, name), calls, step))
        act()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _counted(call: Callable[..., Any], calls: Iterator[int], step: int) -> Callable[..., Any]:
    def counted(*args: Any, **options: Any) -> Any:
        if next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **options)

    return counted


def test_a_write_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    for step in count():
        path.write_bytes(b"old")
        if not killed_at(step, lambda: disk.write(path, b"new")):
            break
        assert path.read_bytes() in {b"old", b"new"}
    assert path.read_bytes() == b"new"
    assert step > 5
    assert [each.name for each in tmp_path.iterdir()] == ["one.txt"]


def _write_over_and_over(path: Path, letter: bytes) -> None:
    for _ in range(100):
        disk.write(path, letter * LONG)


def test_a_reader_never_sees_half_of_what_two_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    disk.write(path, b"a" * LONG)
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_write_over_and_over, args=(path, letter)) for letter in (b"a", b"b")]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(path.read_bytes())
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert seen <= {b"a" * LONG, b"b" * LONG}
    assert [each.name for each in tmp_path.iterdir()] == ["one.txt"]


def test_a_file_has_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        disk.write(tmp_path / "shared", b"x")
        disk.write(tmp_path / "ours", b"x", mode=0o600)
        disk.create(tmp_path / "key", b"x")
    finally:
        os.umask(before)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"shared": 0o644, "ours": 0o600, "key": 0o600}


def test_what_is_there_is_not_created_again(tmp_path: Path) -> None:
    disk.create(tmp_path / "key", b"first")
    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "key", b"second")

    assert (tmp_path / "key").read_bytes() == b"first"


def test_nothing_is_written_into_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.write(tmp_path / "gone" / "one.txt", b"x")

    assert list(tmp_path.iterdir()) == []


def test_a_link_is_discarded_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    for name in ("link", "none"):
        disk.discard(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]

    disk.discard(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_keeps_others_out_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with disk.locked(path), pytest.raises(BlockingIOError), disk.locked(path, patience=0.1):
        pass
    with disk.locked(path, patience=0):
        pass


def test_who_waits_for_a_lock_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    got: list[float] = []

    def wait(patience: float | None) -> None:
        with disk.locked(path, patience=patience):
            got.append(time.monotonic())

    waiting = [threading.Thread(target=wait, args=(patience,)) for patience in (None, 30.0)]
    with disk.locked(path):
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        released = time.monotonic()
    for thread in waiting:
        thread.join()

    assert len([when for when in got if when >= released]) == 2


def test_a_lock_is_seen_and_goes_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert not disk.is_locked(path)
    code = "import sys, pathlib, time; from flows import disk\nwith disk.locked(pathlib.Path(sys.argv[1])):\n"
    command = [sys.executable, "-c", f"{code}  print('held', flush=True); time.sleep(60)", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        assert disk.is_locked(path)
        holder.kill()

    assert not disk.is_locked(path)


linux = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")


@linux
def test_a_file_that_somebody_writes_is_known(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    with path.open("w"), path.open() as reader, pytest.raises(BlockingIOError):  # noqa: SIM117
        with disk.without_writers(reader.fileno()):
            pass

    with path.open() as reader, disk.without_writers(reader.fileno()) as granted:
        assert granted


@linux
def test_a_writer_waits_until_the_reader_is_done_and_ends_nobody(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("whole\n")
    append = f"print('begun', flush=True); open({str(path)!r}, 'a').write('more\\n')"
    with path.open() as reader, disk.without_writers(reader.fileno()):
        writer = subprocess.Popen([sys.executable, "-c", append], stdout=subprocess.PIPE)
        assert writer.stdout
        assert writer.stdout.readline() == b"begun\n"
        time.sleep(0.3)
        assert writer.poll() is None
        assert reader.read() == "whole\n"
        child = os.fork()  # as another thread may start git meanwhile; it has the file open too
        if child == 0:
            time.sleep(20)
            os._exit(0)
    writer.communicate(timeout=60)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

    assert path.read_text() == "whole\nmore\n"


def test_what_gives_no_such_promise_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with disk.without_writers(pipe) as granted:
            assert not granted
    finally:
        os.close(pipe)
