"""A run that is killed at any step and repeated loses nothing and doubles nothing."""

from __future__ import annotations

import errno
import os
import signal
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from sample_files import ASSESSMENT, REQUEST
from sampling import sampled

from flows.sources.aside import set_aside, set_aside_assessment
from flows.sources.inbox import assign_reference, assigned_reference, waiting
from flows.sources.item import Item, look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STEPS = ["open", "write", "fsync", "rename", "replace", "link", "unlink", "mkdir", "rmdir"]
KINDS = ["folder", "file"]
EVERY = sampled([("folder", 3), ("folder", 1), ("file", 1)])
"""Every so many'th step at which a kill is tried: a fork of the process that ran all tests costs."""


def put(inbox: Path, kind: str) -> None:
    inbox.mkdir(parents=True)
    if kind == "file":
        (inbox / "one.yaml").write_text(REQUEST)
    else:
        (inbox / "one").mkdir()
        (inbox / "one" / "request.yaml").write_text(REQUEST)
        (inbox / "one" / "assessment.yaml").write_text(ASSESSMENT)


def killed_at(step: int, act: Callable[[], Any]) -> bool:
    """Carry out ``act`` in a child that kills itself before that step; False if it had fewer."""
    child = os.fork()
    if child == 0:
        calls = count()
        for name in STEPS:
            setattr(os, name, _counted(getattr(os, name), calls, step))
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _counted(call: Callable[..., Any], calls: Iterator[int], step: int) -> Callable[..., Any]:
    def counted(*args: Any, **options: Any) -> Any:
        if next(calls) == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **options)

    return counted


def each_crash(tmp_path: Path, kind: str, act: Callable[[Path], Any], every: int = 1) -> Iterator[Path]:
    """Yield a home in which ``act`` was killed, for each of its steps in turn, or every so many'th."""
    for step in count(step=every):
        home = tmp_path / str(step)
        put(home / "inbox", kind)
        if not killed_at(step, lambda home=home: act(home)):  # type: ignore[misc]
            assert step > 3
            return
        yield home


def requests_in(folder: Path) -> list[str]:
    found = [path for path in folder.rglob("*.yaml") if path.is_file()]
    return [path.read_text() for path in found if path.name != "assessment.yaml"]


def items(home: Path) -> list[Item]:
    """Return what the next run finds, long after everything there was written."""
    now = time.time() + 3600
    for path in waiting(home / "inbox"):
        look(path, now=now)  # deals with what the killed run left
    return [item for path in waiting(home / "inbox") if (item := look(path, now=now))]


def only(home: Path) -> Item:
    (item,) = items(home)
    return item


@pytest.mark.parametrize(("kind", "every"), EVERY)
def test_a_removal_leaves_the_whole_item_or_nothing(kind: str, every: int, tmp_path: Path) -> None:
    for home in each_crash(tmp_path, kind, lambda home: only(home).remove(), every):
        for item in items(home):
            assert item.request == REQUEST.encode()
            assert (item.assessment is None) == (kind == "file")
            assert item.remove()
        assert list((home / "inbox").iterdir()) == []


@pytest.mark.parametrize(("kind", "every"), EVERY)
def test_a_removal_leaves_whatever_was_written_after_the_reading(
    kind: str, every: int, tmp_path: Path
) -> None:
    def act(home: Path) -> None:
        item = only(home)
        with next((home / "inbox").rglob("*.yaml")).open("a") as file:
            file.write("# more\n")
        (home / "came").touch()
        assert not item.remove()

    for home in each_crash(tmp_path, kind, act, every):
        if (home / "came").exists():
            item = only(home)
            assert b"# more\n" in item.request + (item.assessment or b"")
            assert item.remove()
    assert (home / "came").exists()


@pytest.mark.parametrize(("kind", "every"), EVERY)
def test_setting_aside_happens_once(kind: str, every: int, tmp_path: Path) -> None:
    def act(home: Path) -> None:
        for item in items(home):
            set_aside(item.path, home / "set-aside", ["why"])

    for home in each_crash(tmp_path, kind, act, every):
        assert requests_in(home) == [REQUEST]
        for path in (home / "set-aside").glob("*/*.yaml"):
            assert "why" in (path.parent / "WHY.txt").read_text()
        act(home)

        assert list((home / "inbox").iterdir()) == []
        assert requests_in(home) == [REQUEST]
        (target,) = (home / "set-aside").iterdir()
        assert not [path for path in target.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("kind", KINDS)
def test_an_inbox_on_another_file_system_is_set_aside_from(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(old: Path, new: Path) -> None:
        if old.is_relative_to(tmp_path / "inbox") != new.is_relative_to(tmp_path / "inbox"):
            raise OSError(errno.EXDEV, "on another device")
        renamed(old, new)

    renamed = os.rename
    monkeypatch.setattr(os, "rename", rename)
    put(tmp_path / "inbox", kind)

    target = set_aside(only(tmp_path).path, tmp_path / "set-aside", ["why"])

    assert requests_in(tmp_path) == [REQUEST]
    assert [*(tmp_path / "inbox").iterdir()] == []
    assert {path.name for path in target.iterdir()} >= {"WHY.txt"}
    assert not [path for path in target.iterdir() if path.name.startswith(".")]


@pytest.mark.exhaustive
def test_setting_an_assessment_aside_happens_once(tmp_path: Path) -> None:
    def act(home: Path) -> None:
        set_aside_assessment(only(home), home / "set-aside", ["why"])

    for home in each_crash(tmp_path, "folder", act):
        act(home)

        (target,) = (home / "set-aside").iterdir()
        assert {path.name for path in target.iterdir()} == {"assessment.yaml", "WHY.txt"}
        assert only(home).assessment == ASSESSMENT.encode()


@pytest.mark.parametrize(("kind", "every"), EVERY)
def test_a_reference_once_assigned_stays(kind: str, every: int, tmp_path: Path) -> None:
    def act(home: Path, reference: str = "FOI-2022-0001") -> None:
        item = only(home)
        if assigned_reference(item.path) is None:
            assign_reference(item, reference)

    for home in each_crash(tmp_path, kind, act, every):
        assert requests_in(home) == [REQUEST]
        standing = assigned_reference(only(home).path)
        act(home, "FOI-2022-0002")

        assert assigned_reference(only(home).path) == (standing or "FOI-2022-0002")
        assert requests_in(home) == [REQUEST]
        assert only(home).remove()
        assert list((home / "inbox").iterdir()) == []
