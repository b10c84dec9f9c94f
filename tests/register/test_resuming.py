"""An audit that was cut off goes on from its last safe point, and says what it would have said."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from typing import TYPE_CHECKING, Any, Final

import pytest
from register_builders import Office, audited
from sampling import sampled

from flows.register import packs, resuming, sharing
from flows.register.examine import Examiner
from flows.register.report import FoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.register.report import Report


@pytest.fixture(autouse=True)
def _at_each_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resuming, "_EVERY", 0.0)
    monkeypatch.setattr(sharing, "_AT_ONCE", 1)
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "auditor"
    folder.mkdir()
    return folder / "validated.txt"


def cut_off(path: Path, beside: Path, after: int, **given: Any) -> None:
    """Have an audit end after some entries."""

    def interrupted(done: int, _: int) -> None:
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audited(path, keep_at=beside, progress=interrupted, **given)


def gone_on(path: Path, beside: Path, **given: Any) -> tuple[Report, int]:
    """Return what an audit says that goes on, and how many entries were done as it began."""
    seen: list[int] = []
    report = audited(path, keep_at=beside, progress=lambda done, _: seen.append(done), **given)
    return report, seen[0]


def test_an_audit_goes_on_from_the_last_safe_point_and_says_the_same(
    busy_office: Office, beside: Path
) -> None:
    whole = audited(busy_office.path)
    for after in range(2, whole.entries, 5):
        cut_off(busy_office.path, beside, after)

        assert gone_on(busy_office.path, beside) == (whole, after)
        assert [*beside.parent.iterdir()] == []


@pytest.mark.exhaustive
def test_an_audit_goes_on_from_each_entry(busy_office: Office, beside: Path) -> None:
    whole = audited(busy_office.path)
    for after in range(1, whole.entries):
        cut_off(busy_office.path, beside, after)

        assert gone_on(busy_office.path, beside) == (whole, after)


@pytest.mark.parametrize(
    "change",
    sampled(
        [
            {"bound": "0.0.0 0 0/1"},
            {"root": "0" * 64},
            {"at": 0},
            {"at": 10_000},
            {"policy": [10_000]},
            {"policy": [None]},
            {"cases": [["G/1"]]},
            {"lists": {}},
            {"entries": None},
            {"at": float("inf")},
            {"committed": float("inf")},
            {"committed": -1},
            {"lists": dict.fromkeys(resuming.LISTS, "x")},
            {"lists": {name: [["x"]] for name in resuming.LISTS}},
            {"unexamined": "x"},
            {"unexamined": [["papers", "x"]]},
            {"served": [[None, 1, 2]]},
            {"served": [["x", 1, 2]]},
            {"signed": [["x", [1]]]},
            {"signed": "x"},
        ],
        first=5,
    ),
)
def test_a_safe_point_of_another_audit_or_out_of_form_is_left_aside(
    change: dict[str, Any], busy_office: Office, beside: Path
) -> None:
    whole = audited(busy_office.path)
    cut_off(busy_office.path, beside, 20)
    (kept,) = beside.parent.iterdir()
    kept.write_text(json.dumps(json.loads(kept.read_bytes()) | change), encoding="ascii")

    assert gone_on(busy_office.path, beside) == (whole, 0)


def test_a_safe_point_of_the_day_before_yesterday_is_left_aside(busy_office: Office, beside: Path) -> None:
    cut_off(busy_office.path, beside, 20)
    (kept,) = beside.parent.iterdir()
    then = kept.stat().st_mtime - 90_000
    os.utime(kept, (then, then))

    assert gone_on(busy_office.path, beside)[1] == 0


def test_where_nothing_can_be_kept_the_audit_is_none_the_worse(busy_office: Office, beside: Path) -> None:
    assert gone_on(busy_office.path, beside / "no" / "folder") == (audited(busy_office.path), 0)


NO_SAFE_POINTS: Final[dict[str, Callable[[Path], object]]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "in brackets": lambda path: path.write_bytes(b"[" * 100_000),
    "a list": lambda path: path.write_bytes(b"[]"),
    "a number of too many digits": lambda path: path.write_bytes(b"1" * 6_000),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),  # type: ignore[func-returns-value]
    "a link": lambda path: path.symlink_to(path.rename(path.with_name("elsewhere"))),
    "a folder": lambda path: (path.unlink(), path.mkdir()),  # type: ignore[func-returns-value]
}


@pytest.mark.parametrize("spoil", NO_SAFE_POINTS.values(), ids=[*NO_SAFE_POINTS])
def test_what_is_no_safe_point_is_left_aside(
    spoil: Callable[[Path], object], busy_office: Office, beside: Path
) -> None:
    whole = audited(busy_office.path)
    cut_off(busy_office.path, beside, 20)
    (kept,) = beside.parent.iterdir()
    spoil(kept)

    assert gone_on(busy_office.path, beside) == (whole, 0)


def test_an_audit_that_looks_into_less_is_not_gone_on_with(busy_office: Office, beside: Path) -> None:
    validated = audited(busy_office.path).checkpoint
    cut_off(busy_office.path, beside, 20, looked_into=validated)

    assert gone_on(busy_office.path, beside)[1] == 0


def test_nothing_is_kept_behind_what_was_found(
    busy_office: Office, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examine = Examiner.examine

    def failing(self: Examiner, id_: str) -> None:
        examine(self, id_)
        if self._line.sequence == 12:
            raise FoundError("E_ACT", "entry 12", "Found.")

    monkeypatch.setattr(Examiner, "examine", failing)
    cut_off(busy_office.path, beside, 20)
    report, began = gone_on(busy_office.path, beside)

    assert began == 11
    assert [found.place for found in report.findings] == ["entry 12"]


def test_a_safe_point_is_for_its_owner_alone(busy_office: Office, beside: Path) -> None:
    cut_off(busy_office.path, beside, 20)

    assert {each.stat().st_mode & 0o077 for each in beside.parent.iterdir()} == {0}


@pytest.mark.exhaustive
@pytest.mark.parametrize("processes", [1, 2])
def test_an_audit_that_was_killed_goes_on(processes: int, busy_office: Office, beside: Path) -> None:
    whole = audited(busy_office.path)
    program = f"""
        import itertools, os, signal, sys
        from pathlib import Path
        sys.path[:0] = {sys.path!r}
        from register_builders import audited
        from flows.register import resuming, sharing
        resuming._EVERY, sharing._AT_ONCE, sharing.WORTH_A_PROCESS = 0.0, 1, 1
        told = itertools.count(1)
        def killed(*_):
            if next(told) == int(sys.argv[3]):
                os.kill(os.getpid(), signal.SIGKILL)
        audited(Path(sys.argv[1]), keep_at=Path(sys.argv[2]), processes={processes}, progress=killed)
    """
    for after in itertools.count(4, 3):
        command = [
            sys.executable,
            "-c",
            textwrap.dedent(program),
            str(busy_office.path),
            str(beside),
            str(after),
        ]
        ended = subprocess.run(command, check=False).returncode
        if ended == 0:  # the first process told fewer times of its share, which is not always half
            break

        assert ended == -signal.SIGKILL
        assert any(beside.parent.iterdir())
        assert gone_on(busy_office.path, beside, processes=processes)[0] == whole
        for left in beside.parent.iterdir():  # by a process that ended after its first
            left.unlink()
    assert after > whole.entries // (processes + 2)


def test_the_next_audit_removes_what_one_that_was_killed_left(
    busy_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    left, fresh, others = (temporary / f"equipoise-git-{name}" for name in ("left", "fresh", "others"))
    for each in (left, fresh):
        (each / "objects").mkdir(parents=True)
        (each / "objects/pack").symlink_to(busy_office.path / "objects/pack")
    others.symlink_to(busy_office.path)
    os.utime(left, (0, 0))
    os.utime(others, (0, 0), follow_symlinks=False)
    with packs.own_repository(busy_office.path / "objects", ["pack"]) as used:
        os.utime(used, (0, 0))

        assert audited(busy_office.path).passes

        assert {*temporary.iterdir()} == {fresh, others, used}
    assert (busy_office.path / "objects/pack").is_dir()
