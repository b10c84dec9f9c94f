"""What became of each message, and which letters did not go: a list for people, and no evidence.

No name, no address and no word of a message stands in it: of each its tag, when it came, and what it is.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from flows.domain.errors import RegisterError

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA: Final = """
create table if not exists came (tag text primary key, received text not null, what text not null,
    reference text not null, why text not null, again integer not null default 0) strict;
create index if not exists came_received on came (received);
create table if not exists letters (reference text not null, document text not null, version integer not null,
    at text not null, why text not null, primary key (reference, document, version)) strict;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A message that was taken in.

    Attributes:
        received: As the mail system says, UTC.
        what: It is, as ``reply``.
        reference: Of the case that it came in, or whose request it is; empty where there is none.
        why: It was set aside; empty where it was not.
        again: How often it came once more.
    """

    tag: str
    received: datetime
    what: str
    reference: str = ""
    why: str = ""
    again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A letter that was to go by mail.

    Attributes:
        at: When that was tried last, UTC.
        why: It did not go, as a sentence; empty where the relay took it.
    """

    reference: str
    document: str
    version: int
    at: datetime
    why: str = ""


class Journal:
    """The list, open in a ``with`` block."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.execute("pragma journal_mode = wal")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise RegisterError(
                f"The list of mail {path} cannot be opened: {error}; take it away."
            ) from error
        path.chmod(0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def came(self, message: Came) -> None:
        """Note a message; one that is noted stays as it was."""
        self._db.execute(
            "insert or ignore into came (tag, received, what, reference, why) values (?, ?, ?, ?, ?)",
            (message.tag, message.received.isoformat(), message.what, message.reference, message.why),
        )

    def came_again(self, tag: str) -> None:
        """Note that a message came once more."""
        self._db.execute("update came set again = again + 1 where tag = ?", (tag,))

    def belongs_to(self, tag: str, reference: str) -> None:
        """Note to which case a message belongs after all."""
        self._db.execute("update came set reference = ? where tag = ?", (reference, tag))

    def find(self, tag: str) -> Came | None:
        """Return a message by its tag."""
        return next(iter(self._came("where tag = ?", tag)), None)

    def newest(self, most: int, skip: int = 0) -> list[Came]:
        """Return messages, the newest first."""
        return self._came("order by received desc, tag limit ? offset ?", most, skip)

    def count(self) -> int:
        """Return how many messages are noted."""
        (number,) = self._db.execute("select count(*) from came").fetchone()
        return int(number)

    def _came(self, which: str, *values: object) -> list[Came]:
        rows = self._db.execute(
            f"select tag, received, what, reference, why, again from came {which}",  # noqa: S608 - ours
            values,
        )
        return [
            Came(
                tag=tag,
                received=datetime.fromisoformat(received),
                what=what,
                reference=reference,
                why=why,
                again=again,
            )
            for tag, received, what, reference, why, again in rows
        ]

    def tried(self, letter: Tried) -> None:
        """Note that a letter went, or did not, in the place of an earlier time."""
        self._db.execute(
            "insert or replace into letters values (?, ?, ?, ?, ?)",
            (letter.reference, letter.document, letter.version, letter.at.isoformat(), letter.why),
        )

    def letters(self, *, failed: bool, most: int) -> list[Tried]:
        """Return letters that did not go, or those that went, the newest first."""
        rows = self._db.execute(
            "select reference, document, version, at, why from letters where (why != '') = ? "
            "order by at desc limit ?",
            (failed, most),
        )
        return [
            Tried(
                reference=reference,
                document=document,
                version=version,
                at=datetime.fromisoformat(at),
                why=why,
            )
            for reference, document, version, at, why in rows
        ]
