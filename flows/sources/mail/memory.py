"""The memory of what was taken in from elsewhere, messages and requests, so that each is taken in once.

Of each a keyed digest of its id and its content, which tells nothing without the key. A message is
remembered before what was made of it is there for others, under a name of that digest: whatever a kill leaves
in between is finished by its name, or was not remembered and is thrown away.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SCHEMA: Final = "create table if not exists taken (tag text primary key, mark blob not null) strict"
_TAG: Final = 16
"""Hex digits of a tag: what stands for a message in names and logs."""


class Memory:
    """Which messages and requests were taken in; close it when done.

    Each is told by its id and its content, as ``Message.told`` has them.
    """

    def __init__(self, path: Path, digest: Callable[[bytes], bytes]) -> None:
        self._digest = digest
        try:
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.execute(_SCHEMA)
        except sqlite3.DatabaseError as error:
            problem = "take it away, and mail that was taken in and not moved yet is taken in once more"
            raise RegisterError(f"The memory of mail {path} cannot be opened: {error}; {problem}.") from error
        path.chmod(0o600)

    def close(self) -> None:
        """Close the memory."""
        self._db.close()

    def tag_of(self, told: str) -> str:
        """Return what stands for a message: the same for the same, whatever way it came by."""
        return self._mark(told).hex()[:_TAG]

    def has(self, tag: str) -> bool:
        """Tell whether a message was taken in."""
        return bool(self._db.execute("select 1 from taken where tag = ?", (tag,)).fetchone())

    def remember(self, told: str) -> None:
        """Remember, durably, that a message is taken in."""
        mark = self._mark(told)
        self._db.execute("insert or ignore into taken values (?, ?)", (mark.hex()[:_TAG], mark))

    def _mark(self, told: str) -> bytes:
        return self._digest(told.encode("utf-8", "replace"))
