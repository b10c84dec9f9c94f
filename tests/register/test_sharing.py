"""Several processes that share the cases out tell to the letter what one process tells."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from authenticator import ORIGIN, Passkey
from register_builders import Office, audited, opening, request_of
from sampling import spread
from test_tampering import ATTACKS, scene

from flows.domain.acts import OPEN
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage
from flows.register import sharing
from flows.register.examine import Examiner
from flows.register.report import FoundError

if TYPE_CHECKING:
    from test_tampering import Scene

    from flows.register.report import Report

__all__ = ["scene"]


@pytest.fixture(autouse=True)
def _for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1)


def told_by(processes: int, path: Path, **given: Any) -> Report:
    return audited(path, **given, processes=processes)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return whether each audit by several processes could put together what they told."""
    done: list[bool] = []
    join = sharing._joined

    def joined(*args: Any) -> Any:
        result = join(*args)
        done.append(result is not None)
        return result

    monkeypatch.setattr(sharing, "_joined", joined)
    return done


@pytest.mark.parametrize("name", spread(ATTACKS, every=100))
def test_an_attack_is_told_as_by_one_process(name: str, scene: Scene) -> None:
    ATTACKS[name][0](scene)

    assert told_by(3, scene.path, **scene.given) == told_by(1, scene.path, **scene.given)


@pytest.mark.exhaustive
@pytest.mark.parametrize("processes", [2, 3, 8])
def test_a_register_that_grows_is_told_as_by_one_process(
    processes: int, busy_office: Office, together: list[bool]
) -> None:
    for number in range(100, 112):
        busy_office.story(f"FOI/{number}")

        assert told_by(processes, busy_office.path) == told_by(1, busy_office.path)
    assert together == [True] * 12


def test_each_process_examines_only_its_own_cases(
    busy_office: Office, together: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    examine = Examiner.examine

    def counted(self: Examiner, id_: str) -> None:
        seen.append(id_)
        examine(self, id_)

    monkeypatch.setattr(Examiner, "examine", counted)
    for number in range(100, 106):
        busy_office.open(f"FOI/{number}")

    report = audited(busy_office.path, processes=2)

    assert together == [True]
    assert report.passes
    assert len(seen) < report.entries


def test_a_process_that_ends_early_lets_one_examine_everything(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "_work", lambda *_, **__: os._exit(0))

    assert told_by(2, busy_office.path) == told_by(1, busy_office.path)


def test_a_process_in_which_something_breaks_lets_one_examine_everything(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, examine = os.getpid(), Examiner.examine

    def broken(self: Any, id_: str) -> None:
        if os.getpid() != parent:
            raise MemoryError
        examine(self, id_)

    monkeypatch.setattr(Examiner, "examine", broken)

    assert told_by(2, busy_office.path) == told_by(1, busy_office.path)


def test_what_another_process_finds_is_found(busy_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    parent, examine = os.getpid(), Examiner.examine

    def strict(self: Any, id_: str) -> None:
        examine(self, id_)
        if os.getpid() != parent:
            raise FoundError("E_TREE", "there", "Found elsewhere.")

    for number in range(100, 106):
        busy_office.open(f"FOI/{number}")
    monkeypatch.setattr(Examiner, "examine", strict)

    assert {each.sentence for each in audited(busy_office.path, processes=2).findings} == {"Found elsewhere."}


def test_two_requests_sealed_to_one_key_are_found_whoever_examined_them(
    busy_office: Office, together: list[bool]
) -> None:
    busy_office.open("FOI/100")
    for number in range(101, 107):
        details = opening(recipient=busy_office.case("FOI/100").recipient)
        act = busy_office.act(OPEN, f"FOI/{number}", SERVICE, Role.SERVICE, details=details)
        busy_office.register.record(act, request_of(f"FOI/{number}"), busy_office.signers[SERVICE])

    one, several = told_by(1, busy_office.path), told_by(2, busy_office.path)

    assert several == one
    assert one.counts == {"E_CONTENT": 6}
    assert together == [False]


def test_a_device_that_counts_back_is_told_whoever_examined_its_signatures(
    busy_office: Office, together: list[bool]
) -> None:
    key = Passkey()
    busy_office.set_desk(ORIGIN)
    busy_office.give("legal-reviewer", key)
    for number in range(100, 106):
        case = f"FOI/{number}"
        busy_office.open(case)
        busy_office.draft(case)
        busy_office.submit(case)
        key.counter = 200 - number
        busy_office.approve(case, "legal-reviewer", Stage.LEGAL_REVIEW)

    one, several = told_by(1, busy_office.path), told_by(3, busy_office.path)

    assert several == one
    assert len(one.remarks) == 5
    assert together == [True]


@pytest.mark.parametrize(
    ("every", "rises"),
    [
        ([{1: (1, 5)}, {1: (2, 9)}], True),
        ([{1: (1, 5)}, {2: (6, 9)}], True),
        ([{1: (1, 5), 2: (7, 7)}, {1: (2, 6)}], True),
        ([{1: (1, 5)}, {2: (3, 9)}], False),
        ([{1: (1, 2), 2: (5, 9)}, {1: (3, 6)}], False),
        ([{1: (1, 8)}, {2: (4, 4)}, {1: (2, 3)}], False),
    ],
)
def test_no_older_rules_are_named_after_newer_ones_by_another_process(
    every: list[dict[int, tuple[int, int]]], *, rises: bool
) -> None:
    assert sharing._rise(every) is rises


def test_an_audit_that_is_interrupted_leaves_no_process(busy_office: Office) -> None:
    def interrupted(done: int, _: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audited(busy_office.path, processes=2, progress=interrupted)

    assert multiprocessing.active_children() == []


@pytest.mark.exhaustive
def test_an_audit_that_is_killed_leaves_no_process_and_no_object_in_the_temporary_folder(
    busy_office: Office, tmp_path: Path
) -> None:
    kept = tmp_path / "temporary"
    kept.mkdir()
    program = f"""
        import os, signal, sys, time
        from pathlib import Path
        from flows.register import sharing
        from flows.register.examine import Examiner
        from flows.register.audit import Verdict, audit
        sharing.WORTH_A_PROCESS = 1
        examine, parent = Examiner.examine, os.getpid()
        def slow(self, id_):
            if os.getpid() == parent:
                time.sleep(1)
                os.kill(parent, signal.SIGKILL)
            Path({str(tmp_path)!r}, "worker").write_text(str(os.getpid()))
            time.sleep(0.1)
        Examiner.examine = slow
        sharing._AT_ONCE = 1
        audit(Path(sys.argv[1]), check_brought=lambda _: Verdict(passes=True), processes=2)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(busy_office.path)]

    subprocess.run(command, env={**os.environ, "TMPDIR": str(kept)}, check=False)

    worker = Path("/proc", (tmp_path / "worker").read_text(encoding="ascii"))
    until = time.monotonic() + 60
    while worker.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not worker.exists()
    # What the first one leaves, until the next audit, is where its git ran: a link, and nothing behind it.
    (left,) = kept.iterdir()
    assert left.stat().st_mode & 0o077 == 0
    assert {str(each.relative_to(left)) for each in left.rglob("*")} == {
        "HEAD",
        "refs",
        "objects",
        "objects/pack",
    }
    assert (left / "objects/pack").is_symlink()


def test_the_processes_are_no_more_than_the_work_is_worth(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1_000)
    monkeypatch.setattr(sharing, "_examine_together", lambda *_: pytest.fail("one was enough"))

    assert audited(busy_office.path, processes=8).passes


def test_where_other_threads_run_one_process_examines_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _: ["1", "2"])
    assert sharing.processors() == 1
    monkeypatch.setattr(os, "listdir", lambda _: ["1"])
    assert sharing.processors() == (len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1)
