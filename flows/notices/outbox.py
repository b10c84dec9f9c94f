"""The outbox: each notice is told once.

The memory of what was told is kept outside git, and has no text. Losing it costs one repeated notice.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from flows.notices.channel import Channel
    from flows.notices.notice import About, Notice

_SCHEMA: Final = "create table if not exists told (name text, once text, primary key (name, once)) strict"


class Outbox:
    """What is told through a channel, and the memory of it; close it when done."""

    def __init__(self, channel: Channel, memory: Path) -> None:
        self._channel = channel
        memory.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(memory, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(_SCHEMA)

    def close(self) -> None:
        """Close the memory."""
        self._db.close()

    def has_told(self, about: About) -> bool:
        """Tell whether a notice of this went out before."""
        found = self._db.execute("select 1 from told where name = ? and once = ?", (about.name, about.once))
        return bool(found.fetchone())

    def tell(self, notice: Notice) -> None:
        """Send the notice, then remember it: a kill in between repeats it rather than losing it."""
        self._channel.send(notice)
        about = notice.about
        self._db.execute("insert or ignore into told values (?, ?)", (about.name, about.once))
