"""How git is started: on one repository, with nobody's configuration but that repository's own."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from git import GitCommandError

if TYPE_CHECKING:
    from pathlib import Path


def environment(git_dir: Path, objects: Path) -> dict[str, str]:
    """Return the variables that bind git to ``git_dir`` and ``objects``.

    All that the caller's environment could divert is named here: run from a git hook, GIT_DIR would
    otherwise lead elsewhere.
    """
    return {
        "GIT_DIR": str(git_dir.absolute()),
        "GIT_COMMON_DIR": str(git_dir.absolute()),
        "GIT_OBJECT_DIRECTORY": str(objects.absolute()),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": "0",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TEMPLATE_DIR": "",
        "GIT_TERMINAL_PROMPT": "0",
        # For the reflog alone; entries are not committed by git.
        "GIT_COMMITTER_NAME": "service",
        "GIT_COMMITTER_EMAIL": "service",
    }


def end_process(process: Any) -> None:  # noqa: ANN401 - GitPython's wrapper has no public type
    """Close a git process's pipes, which ends it, and wait for that."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        with suppress(OSError, AttributeError):
            pipe.close()
    with suppress(GitCommandError):
        process.wait()
