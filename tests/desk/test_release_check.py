"""release-check: files that are to be released, as a person looks them through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk
from pikepdf import Dictionary, Name, new

from flows.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def anywhere(tmp_path: Path) -> Desk:
    """A place without a register, which the command does not need."""
    return Desk(Home(tmp_path / "nothing"))


def a_pdf(path: Path, author: str = "") -> Path:
    with new() as made:
        made.add_blank_page()
        made.pages[0].obj.Contents = made.make_stream(b"0 0 m")
        made.pages[0].obj.Resources = Dictionary(Font=Dictionary(F1=Dictionary(BaseFont=Name.Helvetica)))
        if author:
            made.docinfo[Name.Author] = author
        made.save(path)
    return path


def test_files_that_hide_nothing_pass(anywhere: Desk, tmp_path: Path) -> None:
    one, other = a_pdf(tmp_path / "one.pdf"), a_pdf(tmp_path / "other.pdf")

    assert anywhere.done("release-check", one, other) == f"{one}: nothing found\n{other}: nothing found\n"
    assert anywhere.told("release-check", one) == {
        "files": [{"file": str(one), "passes": True, "findings": []}]
    }


def test_a_file_with_something_hidden_is_told_with_its_place_and_what_to_do(
    anywhere: Desk, tmp_path: Path
) -> None:
    file = a_pdf(tmp_path / "one.pdf", author="A. Person")
    result = anywhere("release-check", file)

    assert result.exit_code == 1
    assert result.stdout == (
        f"{file}: 1 finding\nHIDDEN_METADATA in the file\n  The properties have an author.\n"
        "  Remove the properties (in Office: File, Info, Inspect Document), and save the file again.\n"
    )
    (told,) = json.loads(anywhere("release-check", file, "--json").stdout)["files"]
    assert (told["passes"], [row["code"] for row in told["findings"]]) == (False, ["HIDDEN_METADATA"])


def test_the_authority_may_stand_as_author(anywhere: Desk, tmp_path: Path) -> None:
    file = a_pdf(tmp_path / "one.pdf", author="West Midlands Police")

    assert anywhere("release-check", file, "--own", "West Midlands Police").exit_code == 0
    assert anywhere("release-check", file, "--own", "West Midlands").exit_code == 1


def test_the_name_of_a_file_writes_nothing_on_the_terminal(anywhere: Desk, tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[2J.exe"
    file.write_bytes(b"MZ")
    result = anywhere("release-check", file)

    assert result.exit_code == 1
    assert "\x1b" not in result.stdout


def test_a_file_that_is_not_there_is_a_malformed_call(anywhere: Desk, tmp_path: Path) -> None:
    code, said = anywhere.refused("release-check", tmp_path / "none.pdf")

    assert (code, "none.pdf" in said) == (2, True)
