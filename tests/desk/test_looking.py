"""What the checks say is kept until something changes that they look at."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE

from flows import files
from flows import home as flows_home
from flows.casework import looking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk

KEPT = "What is kept is told."


def sentences(desk: Desk) -> list[str]:
    return [row["sentence"] for row in desk.told("show", CASE)["findings"]]


@pytest.fixture
def kept(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was kept of a first look, with a sentence that no check says, and templates of its own."""
    shutil.copytree(files.folder("templates"), tmp_path / "templates")
    monkeypatch.setattr(looking, "folder", lambda name: tmp_path / name)
    looking.software.cache_clear()
    assert sentences(desk)
    (place,) = desk.home.looked.iterdir()
    told = json.loads(place.read_text())
    told["findings"][0]["sentence"] = KEPT
    place.write_text(json.dumps(told))
    return place


def test_what_was_found_is_told_again_as_it_was(desk: Desk) -> None:
    assert desk.done("show", CASE) == desk.done("show", CASE)
    assert desk.told("show", CASE) == desk.told("show", CASE)


def test_where_nothing_changed_nothing_is_looked_at_again(kept: Path, desk: Desk) -> None:
    assert sentences(desk)[0] == KEPT
    assert kept.stat().st_mode & 0o777 == 0o600
    desk.submit()
    assert sentences(desk)[0] == KEPT


CHANGES: dict[str, Callable[[Desk, Path], object]] = {
    "the text": lambda desk, _: desk.draft(_second_draft(desk)),
    "the kind of authority": lambda desk, _: desk.done("body", "set", "school", "--as", "administrator"),
    "the case's key": lambda desk, _: desk.home.case_keys.rename(desk.home.root / "elsewhere"),
    "the key-encryption key": lambda desk, _: desk.home.wrapping.rename(desk.home.root / "elsewhere"),
    "a template": lambda _, kept: _begin_with(kept.parents[3] / "templates" / "new.md"),
    "what is kept, cut off": lambda _, kept: kept.write_text(kept.read_text()[:-9]),
    "what is kept, of another form": lambda _, kept: kept.write_text("[]"),
    "what is kept, without its words": lambda _, kept: kept.write_text(_without(kept, "words")),
    "what is kept, a finding of another form": lambda _, kept: kept.write_text(_odd(kept)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_they_look_again(change: str, kept: Path, desk: Desk) -> None:
    CHANGES[change](desk, kept)

    assert KEPT not in sentences(desk)


def test_on_another_day_they_look_again(kept: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept.is_file()
    tomorrow = flows_home.now() + timedelta(days=1)
    monkeypatch.setattr(flows_home, "now", lambda: tomorrow)

    assert KEPT not in sentences(desk)


def _begin_with(template: Path) -> None:
    """Add a template, and be as a process that begins afterwards."""
    template.write_text("new")
    looking.software.cache_clear()


def _without(kept: Path, name: str) -> str:
    return json.dumps({key: value for key, value in json.loads(kept.read_text()).items() if key != name})


def _odd(kept: Path) -> str:
    told = json.loads(kept.read_text())
    told["findings"][-1]["severity"] = "odd"
    return json.dumps(told)


def _second_draft(desk: Desk) -> Path:
    path = desk.home.root.parent / "second.yaml"
    shutil.copy(files.folder("cases") / ".story" / "1146A-22" / "assessment.yaml", path)
    return path
