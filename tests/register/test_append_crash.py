"""Killed writers and racing writers: nothing half done, nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest
from register_builders import Office, codes, copied
from sampling import sampled, spread

from flows.domain.acts import DRAFT
from flows.domain.errors import RegisterMovedError
from flows.domain.procedure import Stage
from flows.register import repository
from flows.register.repository import Repository
from flows.register.store import OwnRegister

if TYPE_CHECKING:
    from pathlib import Path

CASES: Final = [f"FOI/{number}" for number in range(1, 5)]
ACTS: Final = 6
PLAN: Final[list[Callable[[Office, str], object]]] = [
    lambda office, case: office.open(case),
    lambda office, case: office.draft(case),
    lambda office, case: office.submit(case),
    lambda office, case: office.approve(case, "legal-reviewer", Stage.LEGAL_REVIEW),
    lambda office, case: office.approve(case, "sign-off-officer", Stage.BALANCING),
    lambda office, case: office.publish(case),
]


def acts_of(office: Office, case: str) -> int:
    known = office.register.find(case)
    return known.case.acts if known else 0


def tell(office: Office, case: str, said: Callable[[str, int], None]) -> None:
    """Take a case to its end from wherever it stands, the last act tried again; say each that is done."""
    done = acts_of(office, case)
    for number in range(done, ACTS):
        if number == done > 1:
            repeat(office, case)
        PLAN[number](office, case)
        said(case, number + 1)


def repeat(office: Office, case: str) -> None:
    last = office.register.dossier(case).statements[-1].act
    if last.kind != DRAFT:
        assert not office.register.record(last, {}, office.signers[last.actor]).new


def in_child(work: Callable[[int], None]) -> tuple[int, int]:
    """Start ``work`` in a process of its own; return its id and the end of the pipe it writes to."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(read)
            work(write)
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    return pid, read


def said_by(read: int) -> list[str]:
    with os.fdopen(read, encoding="utf-8") as pipe:
        return pipe.read().splitlines()


def writer(
    folder: Path, cases: list[str], *, first: Callable[[], None] = lambda: None
) -> Callable[[int], None]:
    def work(pipe: int) -> None:
        def acknowledge(case: str, act: int) -> None:
            os.write(pipe, f"{case} {act}\n".encode())

        first()
        with Office(folder) as office:
            for case in cases:
                tell(office, case, acknowledge)

    return work


def check(folder: Path, acknowledged: list[str], cases: list[str] = CASES) -> None:
    """Go on to the end; the register holds, and has every act there was exactly once."""
    with Office(folder) as office:
        there = {f"{case} {number}" for case in cases for number in range(1, acts_of(office, case) + 1)}
        assert set(acknowledged) <= there
        for case in cases:
            tell(office, case, lambda _case, _act: None)
        for case in cases:
            history = office.register.dossier(case).entries
            assert [int(found.entry.act.partition("-")[0]) for found in history] == [*range(1, ACTS + 1)]
        line = [*office.register._line.back_from(office.register.tip().id)]
        counted = Counter((found.entry.case, found.entry.act) for found in line)
        assert set(counted.values()) == {1}
        assert [found.entry.sequence for found in line] == list(range(len(line), 0, -1))
        assert codes(office.path) == []


@pytest.fixture
def place(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(repository, "_LOCK_WAIT", 0.1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # for what killed processes leave
    with copied(founded, tmp_path):
        pass
    return tmp_path


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


Call = Callable[..., Any]


def before(call: Call, now: Call) -> Call:
    def dying(self: Any, *arguments: Any) -> Any:
        now()
        return call(self, *arguments)

    return dying


def behind(call: Call, now: Call) -> Call:
    def dying(self: Any, *arguments: Any) -> Any:
        done = call(self, *arguments)
        now()
        return done

    return dying


def halfway(call: Call, now: Call) -> Call:
    def dying(self: Any, objects: dict[str, Any]) -> Any:
        call(self, dict([*objects.items()][: len(objects) // 2]))
        now()
        return call(self, objects)

    return dying


def with_gits_lock(call: Call, now: Call) -> Call:
    def dying(self: Any, *arguments: Any) -> Any:
        lock = self.path / "refs/heads/main.lock"
        lock.touch()
        now()
        lock.unlink()
        return call(self, *arguments)

    return dying


POINTS: Final[dict[str, tuple[type, str, Callable[[Call, Call], Call]]]] = {
    "before its objects": (Repository, "write", before),
    "halfway through its objects": (Repository, "write", halfway),
    "after its objects": (Repository, "write", behind),
    "with git's lock in the way": (Repository, "advance", with_gits_lock),
    "before the branch's log": (Repository, "_log", before),
    "after the branch's log": (Repository, "_log", behind),
    "after the branch moved": (Repository, "advance", behind),
    "before the catalogue": (OwnRegister, "_write", behind),
    "after the catalogue": (Repository, "pack_when_due", before),
}


def killed_at(point: str, after: int) -> Callable[[], None]:
    """Return what makes a process die the ``after``-th time it comes to ``point``."""
    left = [after]

    def now() -> None:
        left[0] -= 1
        if not left[0]:
            die()

    def arrange() -> None:
        place, name, how = POINTS[point]
        setattr(place, name, how(getattr(place, name), now))

    return arrange


@pytest.mark.parametrize("after", sampled([4, 1, 11]))
@pytest.mark.parametrize("point", spread(POINTS, 3))
def test_a_writer_killed_leaves_the_register_before_or_after_the_act(
    point: str, after: int, place: Path
) -> None:
    pid, read = in_child(writer(place, CASES, first=killed_at(point, after)))
    acknowledged = said_by(read)
    _, status = os.waitpid(pid, 0)

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert len(acknowledged) in {after - 1, after}
    assert bool([*place.rglob("main.lock")]) == ("lock in the way" in point or "branch's log" in point)
    check(place, acknowledged)


def kill_at_random(folder: Path, times: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments to die, not secrets
    acknowledged: list[str] = []
    for _ in range(times):
        pid, read = in_child(writer(folder, CASES))
        time.sleep(chance.uniform(0.01, 0.12))
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        acknowledged += said_by(read)
        os.waitpid(pid, 0)
    assert set(Counter(acknowledged).values()) <= {1}
    check(folder, acknowledged)


def test_a_writer_killed_at_ten_moments_loses_and_repeats_nothing(place: Path) -> None:
    kill_at_random(place, 10, seed=1)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(20))
def test_a_writer_killed_at_many_moments_loses_and_repeats_nothing(seed: int, place: Path) -> None:
    kill_at_random(place, 40, seed=seed)


@pytest.mark.exhaustive
def test_writers_of_different_cases_lose_and_repeat_nothing(place: Path) -> None:
    children = [in_child(writer(place, CASES[i::4])) for i in range(4)]
    acknowledged = [line for _, read in children for line in said_by(read)]

    assert [os.waitpid(pid, 0)[1] for pid, _ in children] == [0] * 4
    assert sorted(acknowledged) == sorted(f"{case} {act}" for case in CASES for act in range(1, ACTS + 1))
    check(place, acknowledged)


def test_of_two_approvals_of_one_case_at_once_one_is_refused(place: Path) -> None:
    with Office(place) as office:
        office.open("FOI/1")
        office.draft("FOI/1")
        office.submit("FOI/1")
    go, start = os.pipe()

    def approving(who: str) -> Callable[[int], None]:
        def work(pipe: int) -> None:
            with Office(place) as office:
                proposal = office.register.propose(office.approval("FOI/1", who, Stage.LEGAL_REVIEW), {})
                armoured = proposal.signed_by(office.signers[who])
                now = int(proposal.statement.act.time.timestamp())
                os.write(pipe, b"ready\n")
                os.read(go, 1)
                try:
                    office.register.append(proposal, armoured, now=now)
                    os.write(pipe, b"recorded\n")
                except RegisterMovedError:
                    os.write(pipe, b"moved\n")

        return work

    children = [in_child(approving(who)) for who in ("legal-reviewer", "foi-officer")]
    heard = [os.read(read, 6) for _, read in children]
    os.write(start, b"xx")
    outcomes = sorted(said_by(read)[-1] for _, read in children)
    for pid, _ in children:
        os.waitpid(pid, 0)
    os.close(go)
    os.close(start)

    assert heard == [b"ready\n"] * 2
    assert outcomes == ["moved", "recorded"]
    with Office(place) as office:
        assert office.case("FOI/1").stage() is Stage.BALANCING
        assert len(office.register.dossier("FOI/1").statements) == 4
        assert office.register.tip().entry.author in {"legal-reviewer", "foi-officer"}
    assert codes(place / "register.git") == []
