"""The list of releases is whole: what a tag of this repository made papers with stands in it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from releases import CHECKOUT, add, missing, row

from flows.document.releases import RELEASES, release_of, releases, running

if TYPE_CHECKING:
    from pathlib import Path


def test_every_version_that_was_tagged_here_is_in_the_list_with_its_software() -> None:
    if not (CHECKOUT / ".git").exists():
        pytest.skip("not a checkout of git")

    assert missing(CHECKOUT, releases()) == []


def a_checkout(folder: Path) -> Path:
    """Return a repository with the software at hand, tagged as a version."""
    folder.mkdir()
    words = ("flows/document", "flows/domain", "flows/files.py", "flows/__init__.py", "templates")
    archive = subprocess.run(["tar", "-c", "-C", CHECKOUT, *words], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "All"], ["tag", "v9.9.9"]):
        subprocess.run(["git", "-C", folder, *command], check=True)
    return folder


@pytest.mark.exhaustive
def test_a_tag_without_its_row_or_with_that_of_other_software_is_missing(tmp_path: Path) -> None:
    checkout, here = a_checkout(tmp_path / "checkout"), replace(running(), version="9.9.9")

    assert missing(checkout, (here,)) == []
    assert missing(checkout, ()) == ["v9.9.9"]
    assert missing(checkout, (replace(here, version="9.9.8"),)) == ["v9.9.9"]
    assert missing(checkout, (replace(here, renderer="0" * 64),)) == ["v9.9.9"]
    assert missing(checkout, (replace(here, templates="0" * 64),)) == ["v9.9.9"]


def test_the_version_at_hand_is_added_once(tmp_path: Path) -> None:
    path = tmp_path / "releases.toml"
    path.write_text(RELEASES.read_text(encoding="utf-8"), encoding="utf-8")

    assert "was added" in add(path)
    assert path.read_text(encoding="utf-8").endswith(row(running()))
    assert "is in the list" in add(path)
    path.write_text(path.read_text(encoding="utf-8").replace(running().renderer, "0" * 64))
    with pytest.raises(SystemExit, match="was other software"):
        add(path)


def test_software_is_known_by_all_three_that_a_manifest_names() -> None:
    earlier = releases()[0]
    named = {"equipoise": earlier.version, "renderer": earlier.renderer, "templates": earlier.templates}

    assert release_of(named) == earlier
    for name in named:
        assert release_of({**named, name: "0"}) is None
        assert release_of({key: value for key, value in named.items() if key != name}) is None
