"""The peer: plain git, with a work tree, signing with ssh-keygen and told to make all of it durable."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class WorkTree:
    """A work tree of a register.

    Args:
        folder: Where it is made.
        entry: The id of the entry that is checked out.
        register: Whose objects it borrows, so that nothing is copied but the files.
        key: The private key that signs.
    """

    def __init__(self, folder: Path, register: Path, entry: str, key: Path) -> None:
        self.folder = folder
        self._git("init", "--quiet", "--initial-branch=main", str(folder), here=False)
        (folder / ".git/objects/info/alternates").write_text(f"{register}/objects\n")
        settings = {
            "core.fsync": "all",
            "core.fsyncMethod": "fsync",
            "gc.auto": "0",
            "gpg.format": "ssh",
            "user.email": "officer@example.org",
            "user.name": "officer",
            "user.signingKey": str(key),
        }
        for name, value in settings.items():
            self._git("config", name, value)
        self._git("reset", "--quiet", "--hard", entry)

    def commit(self, files: Mapping[str, bytes]) -> None:
        """Write ``files`` and commit them, signed."""
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)
        self._git("add", "--", *files)
        self._git("commit", "--quiet", "--gpg-sign", "--message=An act")

    def _git(self, *command: str, here: bool = True) -> None:
        place = ["-C", str(self.folder)] if here else []
        # Nobody's own configuration has a say.
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["git", *place, *command], check=True, env=os.environ | alone)
