"""A home that is made while faults happen: it is there whole or not at all, and can be made again."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest
from faults import concerns, traceable
from scenarios import FOUNDED_AT, FOUNDING, audited, entries
from test_faults import FAULTS, doctored, points
from test_power_loss import LOSSES, materialise

from flows.desk.making import fresh_home
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from faults import Call
    from zygote import Zygote

pytestmark = traceable

NAME: Final = "founding"


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """A folder with another in it, in which there is nothing."""
    return emptied(Home(tmp_path / "place"))


def emptied(place: Home) -> Home:
    shutil.rmtree(place.root, ignore_errors=True)
    (place.root / FOUNDED_AT).parent.mkdir(parents=True)
    return place


def check(place: Home) -> bool:
    """Check that a home is there whole or not at all and can be made then; tell whether it was there."""
    home = Home(place.root / FOUNDED_AT)
    was_there = home.root.exists()
    assert FOUNDING[NAME].work(place) != was_there  # where there is one, that is said
    assert [*home.root.parent.iterdir()] == [home.root]
    assert (entries(home), audited(home)) == (1, [])
    doctored(home)
    return was_there


@pytest.mark.parametrize(
    ("fault", "every"),
    [
        ("KILL", 400),
        *(pytest.param(fault, 4, marks=pytest.mark.exhaustive) for fault in FAULTS),
    ],
)
def test_a_fault_leaves_a_home_that_is_whole_or_none(
    fault: str, every: int, place: Home, zygote: Zygote
) -> None:
    kind, _, for_good = fault.partition(" ")
    calls = [call for call in made(place, zygote) if concerns(kind, call)]
    there = 0
    chosen = points(calls, every)
    for at in chosen:
        ended = zygote.run(NAME, emptied(place), fault=kind, at=at, for_good=bool(for_good))
        assert kind == "KILL" or ended.status in {0, 1}, (at, calls[at - 1])
        there += check(place)
    print(f"founding, {fault}: {len(chosen) - there} without a home, {there} with a whole one")  # noqa: T201 - the figures
    assert there < len(chosen)


def made(place: Home, zygote: Zygote) -> Sequence[Call]:
    whole = zygote.run(NAME, emptied(place), keep_data=True)
    assert whole.status == 0
    return whole.calls


@pytest.mark.parametrize(
    ("loss", "every"),
    [("all", 400), *(pytest.param(loss, 12, marks=pytest.mark.exhaustive) for loss in LOSSES)],
)
def test_a_power_cut_leaves_a_home_that_is_whole_or_none(
    loss: str, every: int, place: Home, zygote: Zygote, tmp_path: Path
) -> None:
    calls = made(place, zygote)
    before = emptied(Home(tmp_path / "before"))
    there = False
    for cut in [*range(0, len(calls), every), len(calls)]:
        materialise(before, place, calls[:cut], loss)
        there = check(place)
    assert there  # what was told as made is there, whatever was lost


def test_a_home_that_somebody_makes_meanwhile_is_left_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    with fresh_home(home) as first:
        left = home.root.with_name(".home.of-one-that-was-killed.part")
        left.mkdir()
        with suppress(FileExistsError), fresh_home(home):
            assert not left.exists()
            assert first.root.is_dir()
            raise FileExistsError
    assert os.listdir(tmp_path) == ["home"]  # noqa: PTH208 - names
