"""Whatever fault a writer meets, what it did is done or not done, and the next command goes on from there."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest
import worlds
from desk_builders import found_home
from faults import Call, concerns, traceable
from scenarios import LATER, SCENARIOS, Scenario, audited, dated, entries, names, unopened

from flows.casework import doctor
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zygote import Zygote

pytestmark = traceable

EVERY: Final = os.environ.get("EQUIPOISE_FAULTS_EVERY")
"""Of how many points one is tried, for every fault; 1 tries all, which takes a quarter of an hour."""
FAULTS: Final = ("KILL", "ENOSPC", "ENOSPC for good", "EROFS", "EMFILE", "EIO")
FINISHED_LATER: Final = {"an erasure": "E_KEY_KEPT"}
"""What the audit says where something is recorded and not yet carried out; the next command does."""


def ready(factory: pytest.TempPathFactory, name: str) -> Home:
    """Return a home before a scenario; not to be written to."""
    founded = worlds.once(factory, "desk", found_home)

    def build(root: Path) -> None:
        shutil.copytree(founded, root, symlinks=True)
        SCENARIOS[name].before(Home(root))

    return Home(worlds.once(factory, f"before {name}", build))


def stride(name: str, fault: str) -> int:
    """Return of how many points one is tried; a paper takes as long as ten other things."""
    return int(EVERY or (6 if fault == "KILL" else 12) * (4 if name == "a publication" else 1))


def put_back(before: Home, home: Home) -> None:
    shutil.rmtree(home.root, ignore_errors=True)
    shutil.copytree(before.root, home.root, symlinks=True)


def points(calls: Sequence[Call], every: int) -> list[int]:
    """Return at which calls a fault is tried: of those alike in a row first and last, and every so many."""
    alike = [(call.name, call.paths) for call in calls]
    found = [
        at
        for at in range(len(calls))
        if not 0 < at < len(calls) - 1 or not alike[at - 1] == alike[at] == alike[at + 1]
    ]
    return [at + 1 for number, at in enumerate(found) if number % every == 0 or at == len(calls) - 1]


def leftovers(home: Home) -> set[str]:
    """What stands in a home, but what is named at random, or kept for people on purpose."""
    found = {re.sub(r"age1\w+", "KEY", name) for name in names(home)}
    return {name for name in found if "orphans" not in name and not name.startswith("state/mended")}


def check(name: str, home: Home, first: int, clean: set[str]) -> bool:
    """Check that what a fault left is before or after, and that work goes on; tell whether after."""
    scenario = SCENARIOS[name]
    found = entries(home)
    assert found in {first, first + scenario.entries}
    assert {each.partition(" ")[0] for each in audited(home)} <= {FINISHED_LATER.get(name)}

    # A key whose erasure is recorded may be overwritten and not gone yet; every other one opens.
    assert len(unopened(home)) <= (found > first and name in FINISHED_LATER)

    for _ in range(2):  # what a kill left under a name of ours, one intake puts back and the next takes in
        assert scenario.work(home)
    assert entries(home) == first + scenario.entries
    assert audited(home) == []
    doctored(home)
    assert leftovers(home) == clean
    return found > first


def doctored(home: Home) -> None:
    """Have what is left over mended: then nothing is wrong."""
    long_ago = 1_000_000_000
    for path in [*home.root.rglob(".*.part"), *home.register.rglob("*.lock")]:
        os.utime(path, (long_ago, long_ago), follow_symlinks=False)
    with dated(LATER):  # as far as any of them goes
        _, left = doctor.mend(home)
    assert [each.place for each in left] == []


def tried(name: str, fault: str, before: Home, home: Home, *, zygote: Zygote, every: int) -> tuple[int, int]:
    """Have a scenario meet a fault at every so many points; return how often it was before, and after."""
    scenario: Scenario = SCENARIOS[name]
    kind, _, for_good = fault.partition(" ")
    first = entries(before)
    put_back(before, home)
    whole = zygote.run(name, home)
    assert whole.status == 0
    clean = leftovers(home)
    calls = [call for call in whole.calls if concerns(kind, call)]
    after = 0
    chosen = points(calls, every)
    for at in chosen:
        put_back(before, home)
        ended = zygote.run(name, home, fault=kind, at=at, for_good=bool(for_good))
        if kind != "KILL":
            assert ended.status in {0, 1}, (at, calls[at - 1])
            assert ended.status or entries(home) == first + scenario.entries
        after += check(name, home, first, clean)
    return len(chosen) - after, after


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "fault", "every"),
    [
        ("an act", "KILL", 16),
        ("setting aside", "ENOSPC for good", 8),
        *(
            pytest.param(name, fault, stride(name, fault), marks=pytest.mark.exhaustive)
            for name in SCENARIOS
            for fault in FAULTS
        ),
    ],
)
def test_a_fault_leaves_what_was_done_or_what_was_before(
    *,
    name: str,
    fault: str,
    every: int,
    home: Home,
    zygote: Zygote,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    before, after = tried(name, fault, ready(tmp_path_factory, name), home, zygote=zygote, every=every)
    print(f"{name}, {fault}: {before} before, {after} after, none between")  # noqa: T201 - the figures
    assert before + after
