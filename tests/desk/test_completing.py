"""What a shell completes while somebody types a command."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from desk_builders import CASE, Desk

from flows.desk.cli.main import main
from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path


def completed(home: Home, line: str) -> list[str]:
    """Return what Bash would offer for the last word of a line."""
    count = len(shlex.split(line)) - (not line.endswith(" "))
    asking = {"COMP_WORDS": line, "COMP_CWORD": str(count), "_EQUIPOISE_COMPLETE": "bash_complete"}
    said = CliRunner().invoke(
        main, [], prog_name="equipoise", env={**asking, "EQUIPOISE_HOME": str(home.root)}
    )
    return [row.partition(",")[2] for row in said.output.splitlines() if row]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("equipoise show 11", [CASE]),
        ("equipoise show ", [CASE]),
        ("equipoise publish 1146a-", [CASE]),
        ("equipoise approve 2", []),
        ("equipoise show 11%", []),
        ("equipoise show pol", []),
        (f"equipoise approve {CASE} --as legal", ["legal-reviewer"]),
        ("equipoise evid", ["evidence", "evidence-pack"]),
    ],
)
def test_references_people_and_commands_are_completed(line: str, offered: list[str], untouched: Desk) -> None:
    assert completed(untouched.home, line) == offered


@pytest.mark.parametrize("line", ["equipoise show 11", "equipoise approve 1 --as l"])
def test_where_there_is_no_home_nothing_is_completed_and_nothing_said(line: str, tmp_path: Path) -> None:
    assert completed(Home(tmp_path / "nowhere"), line) == []
    assert not (tmp_path / "nowhere").exists()


def test_lists_that_are_damaged_are_left_as_they_are(desk: Desk) -> None:
    desk.home.catalogue.resolve().write_bytes(b"no database")

    assert completed(desk.home, "equipoise show 11") == []
    assert desk.home.catalogue.resolve().read_bytes() == b"no database"
