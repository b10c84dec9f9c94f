"""The register handed out pack by pack: git lists each entry once, whoever asks, however it grows."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from flows.domain.errors import RegisterError
from flows.register import handing_out
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from register_builders import Office


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries git listed, for each time it was asked to."""
    asked, count = handing_out._git, list[int]()

    def git(call: Sequence[str], own: Path, variables: Mapping[str, str], given: bytes = b"") -> bytes:
        said = asked(call, own, variables, given)
        if call[0] == "rev-list":
            count.append(len(said.splitlines()))
        return said

    monkeypatch.setattr(handing_out, "_git", git)
    monkeypatch.setattr(handing_out, "_ENTRIES", 2)
    return count


def taken(path: Path, after: str | None = None) -> list[str]:
    """Ask for packs until there are no more; return the last id of each."""
    ends, more = list[str](), True
    while more:
        packed, after, more = handing_out.pack(path, after)
        assert packed.startswith(b"PACK") or not more
        ends.append(after)
    return ends


def line(path: Path) -> list[str]:
    command = ["git", "-C", str(path), "rev-list", "--first-parent", "--reverse", BRANCH]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_each_entry_is_listed_once_for_all_packs_and_for_what_came_since(
    office: Office, listed: list[int]
) -> None:
    office.story("A/1")
    entries = line(office.path)

    assert taken(office.path) == [*entries[1:-1:2], entries[-1]]
    assert taken(office.path)[-1] == entries[-1]
    assert listed == [len(entries)]
    office.open("A/2")
    assert taken(office.path, entries[-1]) == [line(office.path)[-1]]
    assert listed == [len(entries), 1]
    assert handing_out.pack(office.path, line(office.path)[-1]) == (b"", line(office.path)[-1], False)


@pytest.mark.parametrize("how", ["put back", "written anew", "another's"])
def test_what_was_listed_of_a_register_that_is_not_there_any_more_is_not_handed_out(
    how: str, office: Office, listed: list[int], tmp_path: Path
) -> None:
    del listed
    office.story("A/1")
    taken(office.path)
    entries = line(office.path)
    if how == "put back":
        (office.path / BRANCH).write_text(f"{entries[-2]}\n")
    elif how == "written anew":
        made = [
            "git",
            "-C",
            str(office.path),
            "-c",
            "user.name=m",
            "-c",
            "user.email=m",
            "commit-tree",
            "-m",
            "m",
        ]
        call = [*made, "-p", entries[-3], f"{entries[-1]}^{{tree}}"]
        fresh = subprocess.run(call, check=True, capture_output=True, text=True).stdout
        (office.path / BRANCH).write_text(fresh)
    else:
        subprocess.run(["git", "init", "-q", "--bare", tmp_path / "other"], check=True)
        call = [
            "git",
            "-C",
            str(office.path),
            "push",
            "-q",
            str(tmp_path / "other"),
            f"{entries[-4]}:{BRANCH}",
        ]
        subprocess.run(call, check=True)
        office.path.rename(tmp_path / "away")
        (tmp_path / "other").rename(office.path)

    assert taken(office.path)[-1] == line(office.path)[-1] != entries[-1]
    with pytest.raises(RegisterError, match="There is no such entry"):
        handing_out.pack(office.path, entries[-1])


def test_what_is_no_entry_of_the_register_is_told(office: Office) -> None:
    for other in ("main", "f" * 40):
        with pytest.raises(RegisterError, match="There is no such entry"):
            handing_out.pack(office.path, other)
