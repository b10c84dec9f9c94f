"""The index: what the register holds, in a form that answers "which cases are ready" at once.

Derived from the register, kept outside git, caught up from the newest entry backwards, and made anew
when it is lost or belongs to another line.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flows.domain.procedure import Stage

_FORM: Final = 1
"""To be raised with every change of the tables; an index of another form is made anew."""

_SCHEMA: Final = f"""
begin immediate;
drop table if exists cases;
drop table if exists reflects;
create table cases (
  identity text primary key, reference text not null, folder text not null, stage text not null,
  version integer not null, round integer not null, received text not null, recipient text not null,
  last_entry text not null, last_number integer not null
) strict, without rowid;
create index by_stage on cases (stage, received);
create table reflects (tip text not null) strict;
pragma user_version = {_FORM};
commit;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the index knows of a case.

    Attributes:
        identity: What two references that count as the same share.
        stage: Where it stands; for the policy, "policy".
        round: How often it was returned.
        last_entry: Id of its newest entry.
        last_number: Number of its newest act.
    """

    identity: str
    reference: str
    folder: str
    stage: str
    version: int
    round: int
    received: str
    recipient: str
    last_entry: str
    last_number: int


_COLUMNS: Final = ", ".join(field.name for field in fields(Row))
_SLOTS: Final = ", ".join(f":{field.name}" for field in fields(Row))


class Index:
    """The index in one SQLite file.

    Raises:
        RegisterError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _connect(path)
        except sqlite3.OperationalError as error:
            raise RegisterError(f"The index {path} cannot be opened: {error}.") from error
        except sqlite3.DatabaseError:
            # Derived, so a damaged file is simply made anew, with what SQLite keeps beside it.
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._db = _connect(path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def tip(self) -> str | None:
        """Return the entry up to which the index reflects the register."""
        found = self._db.execute("select tip from reflects").fetchone()
        return found[0] if found else None

    def catch_up(
        self,
        newest: Callable[[], str | None],
        rows_since: Callable[[str, str | None], tuple[bool, Iterable[Row]]],
    ) -> None:
        """Bring the index to the newest entry.

        Args:
            newest: Returns that entry's id. It is asked again once the index is ours alone, so that a
                slow reader does not turn back what another has brought further.
            rows_since: Given the newest entry and the one the index reflects, returns whether the
                latter is on the line, and the rows of every case changed since (of every case if not).
        """
        if self.tip() == newest():
            return
        with self._db:
            self._db.execute("begin immediate")
            tip = newest()
            known, rows = rows_since(tip, self.tip()) if tip else (False, ())
            if not known:
                self._db.execute("delete from cases")
            self._db.executemany(
                f"insert or replace into cases ({_COLUMNS}) values ({_SLOTS})",  # noqa: S608 - our own names
                ({field.name: getattr(row, field.name) for field in fields(Row)} for row in rows),
            )
            self._db.execute("delete from reflects")
            self._db.execute("insert into reflects select ? where ? is not null", (tip, tip))

    def find(self, identity: str) -> Row | None:
        """Return the row of one case, or of the policy."""
        return next(self._rows("where identity = ?", identity), None)

    def at(self, stage: Stage) -> list[str]:
        """Return the references of the cases at ``stage``, oldest receipt first."""
        found = self._db.execute(
            "select reference from cases where stage = ? order by received, identity", (stage,)
        )
        return [reference for (reference,) in found]

    def recipients(self) -> set[str]:
        """Return the names of all case keys."""
        found = self._db.execute("select recipient from cases where stage <> 'policy'")
        return {recipient for (recipient,) in found}

    def all(self) -> list[Row]:
        """Return every case, oldest receipt first; the policy left out."""
        return list(self._rows("where stage <> 'policy' order by received, identity"))

    def _rows(self, where: str, *values: str) -> Iterator[Row]:
        cursor = self._db.execute(f"select {_COLUMNS} from cases {where}", values)  # noqa: S608 - our own text
        names = [field.name for field in fields(Row)]
        return (Row(**dict(zip(names, found, strict=True))) for found in cursor)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    # Losing the last rows to a power cut only costs catching up again.
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")
    if db.execute("pragma user_version").fetchone() != (_FORM,):
        db.executescript(_SCHEMA)
    return db
