"""What a sceptic sees without us: git, ssh-keygen, and the list of signers."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from flows.register.roster import allowed_signers
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from register_builders import Office


@pytest.fixture
def allowed(busy_office: Office) -> Path:
    path = busy_office.folder / "allowed_signers"
    path.write_text(allowed_signers(busy_office.register.policies()))
    return path


def git(office: Office, *arguments: str) -> str:
    command = ["git", "-C", str(office.path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_ssh_keygen_verifies_every_statement(busy_office: Office, allowed: Path, tmp_path: Path) -> None:
    for case in (POLICY, "1146A/22"):
        entry = busy_office.register.dossier(case).entries[-1].id
        for said in busy_office.register.dossier(case).statements:
            folder = git(busy_office, "ls-tree", "-r", "--name-only", entry).splitlines()
            path = next(
                p for p in folder if p.endswith(said.path) and (case == POLICY) == p.startswith(POLICY)
            )
            (tmp_path / "sig").write_text(git(busy_office, "show", f"{entry}:{path}.sig"))
            subprocess.run(
                [
                    *("ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", said.act.actor),
                    *("-n", "equipoise-act-v1", "-s", str(tmp_path / "sig")),
                ],
                input=said.to_bytes(),
                check=True,
                capture_output=True,
            )


def test_git_verifies_every_entry(busy_office: Office, allowed: Path) -> None:
    shown = git(
        busy_office,
        *("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed}"),
        *("log", "--format=%G? %GS", "refs/heads/main"),
    )

    assert set(shown.splitlines()) == {"G service"}
    assert len(shown.splitlines()) == 24


def test_git_does_not_take_a_persons_key_on_an_entry(busy_office: Office, allowed: Path) -> None:
    lines = allowed.read_text().splitlines()
    allowed.write_text("\n".join(line for line in lines if not line.startswith("service")))

    shown = git(
        busy_office,
        *("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={allowed}"),
        *("log", "--format=%G?", "refs/heads/main"),
    )

    assert set(shown.split()) == {"U"}


def test_git_fsck_has_nothing_to_say(busy_office: Office) -> None:
    command = ["git", "-C", str(busy_office.path), "fsck", "--full", "--strict", "--no-dangling"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert done.stdout == ""
    assert "error" not in done.stderr
    assert "warning" not in done.stderr


def test_a_cases_history_is_the_log_of_its_folder(busy_office: Office) -> None:
    shown = git(busy_office, "log", "--format=%H", "main", "--", "cases/2026/11/02/1146A-22").split()

    assert shown == [found.id for found in reversed(busy_office.register.dossier("1146A/22").entries)]


def test_the_author_is_who_acted_and_the_committer_the_service(busy_office: Office) -> None:
    shown = git(busy_office, "log", "-1", "--format=%an|%cn|%s", "main").strip()

    assert shown == "foi.officer.2|service|drafting: submit C/1 version 1"
