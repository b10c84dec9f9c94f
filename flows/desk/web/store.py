"""What the desk keeps beside the register: who is signed in, who was invited, what was read or written.

None of it is evidence. Where the file is lost, people sign in again and their passkeys are asked for without
a hint which one is meant.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE: Final = 10
"""Seconds to wait for another who writes."""

GOOD_FOR: Final = 600.0
"""Seconds for which what is to be signed at the desk is kept."""

SCHEMA: Final = """
create table if not exists sessions (
  id text primary key, person text not null, how text not null, began real not null, used real not null
) strict;
create table if not exists sign_ins (id text primary key, said text not null) strict, without rowid;
create table if not exists challenges (
  id text primary key, purpose text not null, content blob not null, expires real not null
) strict;
create table if not exists passkeys (
  public text primary key, id text not null unique, synced integer not null, added real not null, used real
) strict;
create table if not exists invitations (
  person text primary key, token text not null unique, roles text not null, by text not null,
  expires real not null, stage text not null, keys text not null
) strict, without rowid;
create table if not exists seen (
  person text not null, identity text not null, document text not null, version integer not null,
  number integer not null, at real not null, primary key (person, identity, document)
) strict, without rowid;
create table if not exists copies (
  person text not null, identity text not null, document text not null, base integer not null,
  text text not null, summary text not null, earlier text, changed real not null,
  primary key (person, identity, document)
) strict, without rowid;
create table if not exists comments (
  id text primary key, person text not null, identity text not null, document text not null,
  version integer not null, paragraph integer not null, quote text not null, said text not null,
  instead text not null, at real not null
) strict;
create index if not exists comments_on on comments (identity, document);
create table if not exists decisions (
  person text not null, identity text not null, document text not null, version integer not null,
  gate text not null, decision text not null, reason text not null, at real not null,
  primary key (person, identity, document)
) strict, without rowid;
create table if not exists ticks (person text not null, comment text not null, primary key (person, comment))
  strict, without rowid;
create table if not exists openings (
  identity text not null, document text not null, person text not null, at real not null,
  primary key (identity, document, person)
) strict, without rowid;
create table if not exists rates (key text primary key, since real not null, times integer not null)
  strict, without rowid;
"""


class Store:
    """The file, used by one thread at a time; close it when done."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def ask(self, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 - SQLite's
        """Return the rows that a statement of SQL gives."""
        return self._db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Do several things, or none of them."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def put_challenge(self, purpose: str, content: bytes) -> str:
        """Keep for ten minutes what somebody is to sign; return the name under which it is kept."""
        id_, now = hashlib.sha256(content).hexdigest(), time.time()
        with self.writing():
            self.ask("delete from challenges where expires < ?", now)
            self.ask("insert into challenges values (?, ?, ?, ?)", id_, purpose, content, now + GOOD_FOR)
        return id_

    def challenge(self, purpose: str, id_: str) -> bytes | None:
        """Return what somebody is to sign, or began; None where it was taken, or is too old."""
        found = self.ask(
            "select content from challenges where id = ? and purpose = ? and expires > ?",
            *(id_, purpose, time.time()),
        )
        return bytes(found[0][0]) if found else None

    def take_challenge(self, purpose: str, id_: str) -> bytes:
        """Return what was to be signed, once.

        Raises:
            RefusedError: it was taken already, or is too old.
        """
        with self.writing():
            found = self.ask(
                "delete from challenges where id = ? and purpose = ? and expires > ? returning content",
                *(id_, purpose, time.time()),
            )
        if not found:
            raise RefusedError("What was signed is too old, or was used; sign what the page shows now.")
        content: bytes = found[0][0]
        return content

    def within_rate(self, key: str, *, most: int, seconds: float) -> float:
        """Count one more under ``key``; return 0, or the seconds to wait where that is too many."""
        now = time.time()
        with self.writing():
            self.ask("delete from rates where since < ?", now - seconds)
            self.ask(
                "insert into rates values (?, ?, 1) on conflict (key) do update set times = times + 1",
                key,
                now,
            )
            ((since, times),) = self.ask("select since, times from rates where key = ?", key)
        return max(since + seconds - now, 1.0) if times > most else 0.0
