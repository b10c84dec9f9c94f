"""Copies of a home's register elsewhere: a mirror by the command, and a git server that verifies."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from attacker import Attacker
from sampling import sampled, spread

from flows.domain.policy import SERVICE
from flows.register import signature
from flows.register.repository import BRANCH, branch_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk


def attacker(desk: Desk) -> Attacker:
    """Whoever has the machine, with the service's key and an officer's."""
    keys = {SERVICE: desk.home.service, "foi-officer": desk.home.officers / "foi-officer"}
    return Attacker(desk.home.register, {name: signature.load(path) for name, path in keys.items()})


def git(*arguments: str, where: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "user.name=m", "-c", "user.email=m", "-C", str(where), *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True)


def cut_off(desk: Desk) -> None:
    a = attacker(desk)
    a.steps = a.steps[:-1]
    a.together()


def rewritten(desk: Desk) -> None:
    a = attacker(desk)
    for step in a.steps[-2:]:
        step.committed += 1
    a.together()


def forged(desk: Desk) -> None:
    """An entry by somebody who has no key."""
    register = desk.home.register
    tree = git("rev-parse", "main^{tree}", where=register).stdout.strip()
    id_ = git("commit-tree", tree, "-p", "main", "-m", "balancing: approve", where=register).stdout.strip()
    (register / BRANCH).write_text(f"{id_}\n")


def invalid(desk: Desk) -> None:
    """An act with every key it takes that the procedure does not allow: a version is submitted twice."""
    desk.submit()
    a = attacker(desk)
    a.after(a.steps[-1], replace(a.steps[-1]))
    a.together()


ATTACKS: dict[str, tuple[Callable[[Desk], None], str]] = {
    "cut off": (cut_off, "E_REMEMBERED"),
    "rewritten": (rewritten, "E_REMEMBERED"),
    "forged": (forged, "E_PARSE"),
    "invalid": (invalid, "E_STAGE"),
}


def test_a_mirror_moves_on_by_the_command_and_stays_where_the_register_was_cut_off(
    desk: Desk, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.git"
    assert desk.done("mirror", desk.home.register, copy) == "Moved on: 8 entries.\n"
    assert desk.done("mirror", desk.home.register, copy) == "Nothing new: 8 entries.\n"
    cut_off(desk)

    result = desk("mirror", desk.home.register, copy)

    assert result.exit_code == 4
    assert result.stdout.startswith("E_REMEMBERED at entry 8\n")
    assert result.stdout.endswith("The copy stays as it was.\n")
    told = desk("mirror", desk.home.register, copy, "--json").stdout
    assert '"moved": false' in told
    assert git("rev-list", "--count", "main", where=copy).stdout == "8\n"


# A git server ----------------------------------------------------------------------------------------


@pytest.fixture
def server(desk: Desk, tmp_path: Path) -> Path:
    """A bare repository with the register and the hook, as docs/operating.md has it."""
    server = tmp_path / "server.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(server)], check=True)
    git("push", "-q", str(server), f"{BRANCH}:{BRANCH}", where=desk.home.register)
    hook = server / "hooks" / "pre-receive"
    main = "from flows.desk.cli.main import main; main()"
    pin = desk.told("audit")["fingerprint"]
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{main}' pre-receive --pin {pin}\n")
    hook.chmod(0o755)
    return server


def push(desk: Desk, server: Path, *what: str) -> subprocess.CompletedProcess[str]:
    return git(
        "push",
        "-q",
        "--force",
        str(server),
        *what or (f"{BRANCH}:{BRANCH}",),
        where=desk.home.register,
        check=False,
    )


def objects_of(server: Path) -> set[str]:
    return {str(path.relative_to(server)) for path in (server / "objects").rglob("*") if path.is_file()}


@pytest.mark.exhaustive
def test_a_server_lets_in_what_goes_on_and_passes_its_audit(desk: Desk, server: Path) -> None:
    desk.submit()

    done = push(desk, server)

    assert (done.returncode, done.stderr) == (0, "")
    assert branch_of(server) == branch_of(desk.home.register)
    assert not [path for path in objects_of(server) if "incoming" in path]


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", spread(ATTACKS, every=3))
def test_a_server_refuses_and_keeps_nothing(name: str, desk: Desk, server: Path) -> None:
    attack, code = ATTACKS[name]
    tip, before = branch_of(server), objects_of(server)
    attack(desk)

    done = push(desk, server)

    assert done.returncode != 0
    assert f"remote: {code} at " in done.stderr
    assert (branch_of(server), objects_of(server)) == (tip, before)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "what", sampled(["main:refs/heads/other", ":refs/heads/main", "main:refs/replace/" + "0" * 40])
)
def test_a_server_lets_in_nothing_but_the_branch(what: str, desk: Desk, server: Path) -> None:
    desk.submit()
    git("config", "receive.denyDeleteCurrent", "false", where=server)

    done = push(desk, server, what)

    assert done.returncode != 0
    assert "Only refs/heads/main is pushed to a register" in done.stderr
    assert git("for-each-ref", "--format=%(refname)", where=server).stdout == f"{BRANCH}\n"


@pytest.mark.exhaustive
def test_the_hook_is_called_by_git_alone() -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    main = "from flows.desk.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", main, "pre-receive"], env=outside, capture_output=True, text=True, check=False
    )

    assert (done.returncode, "called by git" in done.stderr) == (1, True)
