from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console_blocks import ROOT

from flows.desk.cli.main import main

if TYPE_CHECKING:
    import click

_README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    shown = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", _README, re.MULTILINE)

    assert shown == [(name, first_paragraph(command)) for name, command in main.commands.items()]


def test_the_two_commands_for_a_fresh_machine_are_targets_of_the_makefile() -> None:
    block = re.search(r"```sh\n(.*?)```", _README, re.DOTALL)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert block is not None
    assert block[1].splitlines() == ["make demo", "make test"]
    for line in block[1].splitlines():
        assert re.search(rf"^{line.removeprefix('make ')}:.*##", makefile, re.MULTILINE)


def test_every_folder_in_the_map_is_there() -> None:
    folders = re.findall(r"`([a-z/]+/)`", _README)

    rooms = {f"flows/{path.parent.name}/" for path in (ROOT / "flows").glob("*/__init__.py")}

    assert rooms <= {*folders}
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_the_versions_of_python_and_git_are_those_the_project_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert 'requires-python = ">=3.11"' in project
    assert "Python 3.11 or later, git 2.36 or later" in _README


def first_paragraph(command: click.Command) -> str:
    """Return what the help says first, on one line."""
    return " ".join((command.help or "").split("\n\n")[0].split())
