"""Older backups, removed once a newer one is on its disk: those of the same home alone."""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from flows import disk
from flows.casework.backup_manifest import ENDINGS, HOME
from flows.casework.restoring import said_by
from flows.domain.errors import MalformedError, RegisterError

if TYPE_CHECKING:
    from pathlib import Path

    from flows.casework.backing_up import BackedUp


def thin(made: BackedUp, keep: int) -> list[Path]:
    """Remove the oldest backups beside one that was just made, of the same home and kind; return them.

    One counts that has the name which a backup gets in a folder, is a plain file, or of a
    home a folder, and says itself of which
    register it is. So one with a name of somebody's choice stays, as do sealed keys, which say nothing.

    Args:
        keep: How many stay, the new one among them; at least 1.

    Raises:
        RegisterError: the disk did not allow it.
    """
    folder = made.file.parent
    try:
        older = sorted((path for path in folder.iterdir() if _is_like(path, made)), reverse=True)
        removed = older[keep - 1 :]
        for path in removed:
            _remove(path)
        disk.sync(folder)
    except OSError as error:
        raise RegisterError(
            f"The backup {made.file} is written; older ones beside it could not be removed: {error.strerror}."
        ) from error
    return sorted(removed)


def _remove(path: Path) -> None:
    """Remove a backup; a folder loses its name first, so that half of one never passes for a backup."""
    if path.is_dir():
        gone = path.with_name(f".{path.name}.part")
        path = path.rename(gone)
    disk.discard(path)


def _is_like(path: Path, made: BackedUp) -> bool:
    kind = made.manifest.kind
    named = re.fullmatch(rf"equipoise-\d{{8}}T\d{{6}}Z{re.escape(ENDINGS[kind])}", path.name, re.ASCII)
    of_kind = stat.S_ISDIR if kind == HOME else stat.S_ISREG
    if named and path != made.file and of_kind(path.lstat().st_mode):
        with suppress(MalformedError):
            return said_by(path, kind).register == made.manifest.register
    return False
