"""The outbox: each notice is told once.

The memory of what was told, and to whom, is kept outside git, and has no text. Losing it costs one repeated
notice of what still waits.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.notices.channel import Channel
    from flows.notices.notice import Named, Notice

_SCHEMA: Final = """
create table if not exists told (name text, once text, primary key (name, once)) strict;
create table if not exists addressed (
  id integer primary key, person text not null, name text not null, unique (person, name)
) strict;
create index if not exists newest on addressed (person, id);
create table if not exists mailed (upto integer not null) strict;
"""


class Outbox:
    """What is told through a channel, and the memory of it; close it when done."""

    def __init__(self, channel: Channel, memory: Path) -> None:
        self._channel = channel
        memory.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(memory, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the memory."""
        self._db.close()

    def has_told(self, about: Named) -> bool:
        """Tell whether a notice of this went out before."""
        found = self._db.execute("select 1 from told where name = ? and once = ?", (about.name, about.once))
        return bool(found.fetchone())

    def tell(self, notice: Notice) -> None:
        """Send the notice, then remember it: a kill in between repeats it rather than losing it."""
        self._channel.send(notice)
        about = notice.about
        rows = [(person, about.name) for person in notice.people]
        # Told anew it is the newest again.
        self._db.executemany("insert or replace into addressed (person, name) values (?, ?)", rows)
        self._db.execute("insert or ignore into told values (?, ?)", (about.name, about.once))

    def told(self, person: str) -> Iterator[str]:
        """Yield the names of the notices to a person, the newest first."""
        sql = "select name from addressed where person = ? order by id desc"
        yield from (name for (name,) in self._db.execute(sql, (person,)))

    def unmailed(self) -> list[tuple[int, str, str]]:
        """Return each notice that was told and not mailed yet: its number, the person, and its name.

        The first time there is none: what was told before anybody is told by mail is not told again.
        """
        row = self._db.execute("select upto from mailed").fetchone()
        if row is None:
            newest = self._db.execute("select coalesce(max(id), 0) from addressed").fetchone()
            self._db.execute("insert into mailed values (?)", newest)
            return []
        found = self._db.execute("select id, person, name from addressed where id > ? order by id", row)
        return found.fetchall()

    def mailed(self, number: int) -> None:
        """Remember that the notices up to a number were mailed."""
        self._db.execute("update mailed set upto = ?", (number,))
