"""A register pushed to a copy elsewhere, and the copy fenced when another writer takes it over.

A push only ever moves the copy forward. It comes after an act was recorded and is no part of recording it.
Once another writes, the copy takes no push: so whoever wrote before learns of it, and stops.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import RefusedError
from flows.register.handing_out import lent
from flows.register.packs import GIT
from flows.register.repository import BRANCH, branch_of

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS: Final = 300
_UNDER_WAY: Final = 30.0
"""Seconds for a push that is under way to end."""
_AGAIN: Final = 0.05
_FENCE: Final = "[receive]\n\thideRefs = refs/\n"
"""Whoever pushes is told that the ref is hidden."""
_REFUSED: Final = ("[rejected]", "[remote rejected]")
_TROUBLE: Final = "unpacker error"
"""Of the other side, as a full disk: it says nothing of who writes."""


class Pushed(StrEnum):
    """What became of a push."""

    DONE = "done"
    REFUSED = "refused"
    """The copy does not go forward to what was pushed, or takes no push any more."""
    UNREACHED = "unreached"


def push(repository: Path, copy: str) -> Pushed:
    """Push a register's branch to a copy, a folder or whatever else git pushes to; forward only."""
    with lent(repository) as (own, variables):
        call = ["push", "--porcelain", "--no-verify", "--", copy, f"{BRANCH}:{BRANCH}"]
        try:
            done = subprocess.run(  # noqa: S603 - the copy comes after --, and is no option
                [*GIT, *call],
                cwd=own,
                env={**variables, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.SubprocessError):
            return Pushed.UNREACHED
    if done.returncode == 0:
        return Pushed.DONE
    said = [line for line in done.stdout.decode(errors="replace").split("\n") if line.startswith("!")]
    refused = any(each in line for line in said for each in _REFUSED)
    return Pushed.REFUSED if refused and _TROUBLE not in said[0] else Pushed.UNREACHED


def check_there(copy: Path) -> None:
    """Refuse to go on where there is no copy.

    Raises:
        RefusedError: there is none.
    """
    if branch_of(copy) is None:
        raise RefusedError(f"There is no copy of a register at {copy}.")


def fence(copy: Path) -> None:
    """Let a copy take no push any more, from this instant on; one that did not end by then is refused.

    The lock of the branch stays: git moves no branch that is locked. Done before, it is done.

    Raises:
        RefusedError: there is no copy, or a push to it does not end.
    """
    branch = copy / BRANCH
    check_there(copy)
    settings = copy / "config"
    written = settings.read_text(encoding="utf-8") if settings.exists() else ""
    if not written.endswith(_FENCE):
        _lock(branch.with_name(f"{branch.name}.lock"))
        disk.write(settings, (written + _FENCE).encode())


def _lock(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + _UNDER_WAY
    while time.monotonic() < until:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o644))
            disk.sync(path.parent)
            return
        time.sleep(_AGAIN)
    raise RefusedError(
        f"A push to {path.parent.parent.parent} does not end, or was killed; if none is under way, delete "
        f"{path} and try again."
    )
