"""The catalogue in its file: caught up with the register, made anew where it is no use, and asked.

The file is a link to one of another name, so that a new one takes its place whole while readers of the
old go on: what SQLite keeps beside a file is found by the name of the file itself.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import ExitStack, closing, suppress
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.catalogue.rows import COLUMNS, FORM, SCHEMA, Done, Kept, Row, write
from flows.catalogue.search import (
    ALIKE,
    MOST_URGENT_FIRST,
    NEWEST_FIRST,
    OLDEST_FIRST,
    WAITING,
    Alike,
    Entries,
    telling_apart,
)
from flows.domain.errors import RegisterError
from flows.domain.filed import Behind, Filed, Reached
from flows.domain.local_day import local_day
from flows.domain.owed import from_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from pathlib import Path

    from flows.catalogue.rows import Describe
    from flows.catalogue.search import Sought, Which
    from flows.domain.clock import Clock
    from flows.domain.filed import Source
    from flows.domain.procedure import Stage

_WITH_DUE: Final = {
    "documents": "regime",
    "watched": "(select regime from documents where documents.id = watched.id)",
}
"""Tables of what is owed, each with how it is found under which Act."""

_PATIENCE: Final = 60
"""Seconds to wait for another who writes."""
_FILLING: Final = (
    "create table filling (done integer not null, count integer not null); insert into filling values (0, 0);"
)
"""What a file has until it is whole."""
_AT_ONCE: Final = 250
"""Entries that are read while somebody waits: a second of work."""
_SHOWN_EVERY: Final = 100
"""Cases after which those read so far are there for readers."""


class Catalogue:
    """The catalogue of one register, used by one thread at a time; close it when done.

    Args:
        path: Where the file is, or is to be.
        describe: Reads what the files of a case say.
        tell: Told how many cases are written down of how many, while it is made anew.
        clock: Gives the clock by which it is known when what is written down falls due; None to leave that
            to whoever asks first.
        elsewhere: Begins to catch up elsewhere, where it takes long: then what is there is read meanwhile.
            None to do it here, however long it takes.

    Attributes:
        behind: How far it was behind when it was caught up last; None where it was whole.
        was_behind: How far it was when it was behind last, until whoever reads begins anew: what is read
            bit by bit is only as good as the oldest bit.
    """

    def __init__(
        self,
        path: Path,
        describe: Describe,
        tell: Callable[[int, int], object] | None = None,
        *,
        clock: Callable[[], Clock | None] = lambda: None,
        elsewhere: Callable[[], object] | None = None,
    ) -> None:
        self._path = path
        self._describe = describe
        self._tell = tell or (lambda _done, _count: None)
        self._clock = clock
        self._elsewhere = elsewhere
        self.behind: Behind | None = None
        self.was_behind: Behind | None = None
        self._source: Source
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        if self._db:
            self._db.close()
        self._db = None

    def catch_up(self, source: Source) -> None:
        """Take note of everything that changed; make the file anew where it is no use.

        Raises:
            RegisterError: it cannot be opened.
        """
        self._source = source
        if self.behind and not self.behind.entry:
            self.close()  # what was there of it then
        self.behind = self._takes_long() if self._elsewhere else None
        if self.behind and self._elsewhere:
            self.was_behind = self.behind
            self._elsewhere()
            return
        while not self._caught_up():
            self._make_anew()

    def distrust(self) -> None:
        """Forget everything, for it says something else than the register; it is made anew at once."""
        if self._db:
            self._discard()

    def open_as_it_is(self) -> bool:
        """Open what was written last, whatever the register has since; tell whether there is any."""
        self._db = self._opened()
        return self._db is not None

    def beginning_with(self, identity: str, *, most: int) -> list[str]:
        """Return the references that begin with ``identity``, in its order, ``most`` at most."""
        return [
            reference
            for (reference,) in self._there().execute(
                "select distinct reference from documents where document <> 'policy' and identity >= ? "
                "and identity < ? || char(1114111) order by identity limit ?",
                (identity, identity, most),
            )
        ]

    def filed(self, identity: str) -> Filed | None:
        """Return where a case, or the policy, is filed; None without."""
        names = "reference, folder, last_entry, last_number"
        found = self._ask(f"select {names} from documents where identity = ? limit 1", (identity,))  # noqa: S608
        return Filed(**dict(zip(names.split(", "), found[0], strict=True))) if found else None

    def ready(self, stage: Stage) -> list[tuple[str, str]]:
        """Return the documents at ``stage``, by reference and kind, oldest receipt first."""
        sql = f"select reference, document from documents where stage = ? {OLDEST_FIRST}"  # noqa: S608 - ours
        return self._ask(sql, (stage,))

    def at(self, stage: Stage) -> list[Row]:
        """Return the documents at ``stage``, oldest receipt first."""
        return self._rows(f"where stage = ? {OLDEST_FIRST}", (stage,))

    def recipients(self) -> dict[str, str]:
        """Return the reference of each case by the name of its key, the newest case first."""
        sql = "select recipient, reference from documents where recipient <> '' order by id desc"
        return dict(self._ask(sql))

    def erased(self) -> dict[str, str]:
        """Return the reference of each case that was erased by the name of its key."""
        return dict(self._ask("select distinct recipient, reference from documents where erased"))

    def references(self) -> list[str]:
        """Return the reference of every case."""
        found = self._ask("select distinct reference from documents where document <> 'policy'")
        return [reference for (reference,) in found]

    def kept(self, by: datetime | None = None) -> list[Kept]:
        """Return the cases that are not erased, the longest settled first.

        Args:
            by: Those alone that have ended, with their last act by this moment, UTC.
        """
        if by is None:
            return self._kept("order by settled, id")
        return self._kept("where running = '' and settled <= ? order by settled, id", by.isoformat())

    def count_ended(self, *, before: datetime) -> int:
        """Return how many cases ended before a moment, UTC, and are not erased."""
        sql = "select count(*) from kept where running = '' and settled < ?"
        ((count,),) = self._ask(sql, (before.isoformat(),))
        return int(count)

    def some_kept(self, *, most: int, skip: int) -> tuple[list[Kept], int]:
        """Return some of the cases that are not erased, and how many there are.

        Those that have ended come first, the longest settled first; then those that run.
        """
        ((ended,),) = self._ask("select count(*) from kept where running = ''")
        ((count,),) = self._ask("select count(*) from kept")
        rows = self._kept("where running = '' order by settled, id limit ? offset ?", most, skip)
        left = most - len(rows), max(skip - ended, 0)
        return [*rows, *self._kept("where running <> '' order by id limit ? offset ?", *left)], count

    def _kept(self, rest: str, *values: Any) -> list[Kept]:  # noqa: ANN401 - SQLite's
        names = [each.name for each in fields(Kept)]
        sql = f"select {', '.join(names)} from kept join documents using (id) {rest}"  # noqa: S608 - ours
        found = [dict(zip(names, each, strict=True)) for each in self._ask(sql, values)]
        return [Kept(**{**each, "settled": datetime.fromisoformat(each["settled"])}) for each in found]

    def cases(self) -> list[Row]:
        """Return every document of every case, oldest receipt first."""
        return self._rows(f"where document <> 'policy' {OLDEST_FIRST}")

    def waiting(self, clock: Clock) -> list[Row]:
        """Return every document that waits for somebody, the most urgent first."""
        self._know_due(clock)
        return self._rows(f"{WAITING} {MOST_URGENT_FIRST}")

    def watched(self, clock: Clock, by: date, at_once: Collection[str]) -> list[tuple[str, str, str]]:
        """Return what falls due by a day, or is one of the duties ``at_once``, the oldest day first.

        Of each the reference, the Act, and what is owed, as ``as_text`` writes it.
        """
        self._know_due(clock)
        marks = ", ".join("?" * len(at_once))
        sql = (
            "select reference, regime, watched.owed from watched join documents using (id) "  # noqa: S608 - ours
            f"where watched.due between '0' and ? or duty in ({marks}) order by watched.due, id, watched.owed"
        )
        return self._ask(sql, (by.isoformat(), *at_once))

    def some(self, which: Which, clock: Clock, *, most: int) -> tuple[list[Row], int]:
        """Return the most urgent of some documents, ``most`` at most, and how many there are of them."""
        self._know_due(clock)
        terms, values = which.sql()
        rows = self._rows(f"{terms} {MOST_URGENT_FIRST} limit :most", {**values, "most": most})
        if len(rows) < most:
            return rows, len(rows)
        ((count,),) = self._ask(f"select count(*) from documents {terms}", values)  # noqa: S608 - ours
        return rows, count

    def done_by(self, person: str, *, most: int) -> tuple[list[Done], int]:
        """Return what a person did last, ``most`` acts at most, and how many there are."""
        return self.entries(Entries(person=person), most=most), self.count_entries(Entries(person=person))

    def entries(self, which: Entries, *, most: int, skip: int = 0) -> list[Done]:
        """Return what was done, the newest first."""
        terms, values = which.sql()
        sql = (
            "select sequence, reference, kind, document, version, at, person, attested from acts "  # noqa: S608 - ours
            f"{terms} order by sequence desc limit {most} offset {skip}"
        )
        names = [each.name for each in fields(Done)]
        return [
            Done(
                **{
                    **dict(zip(names, each, strict=True)),
                    "at": datetime.fromisoformat(at),
                    "attested": bool(by),
                }
            )
            for each in self._ask(sql, values)
            for *_, at, _, by in [each]
        ]

    def count_entries(self, which: Entries) -> int:
        """Return how many acts there are."""
        terms, values = which.sql()
        ((count,),) = self._ask(f"select count(*) from acts {terms}", values)  # noqa: S608 - ours
        return int(count)

    def alike(self, identity: str, document: str) -> list[Alike]:
        """Return published documents that rest on a provision on which a document does, among the newest."""
        found = self._ask(ALIKE, {"identity": identity, "document": document})
        return [
            Alike(
                reference=reference,
                subject=subject,
                provisions=tuple(sorted(provisions.split(", "))),
                since=local_day(datetime.fromisoformat(since)),
            )
            for reference, subject, since, provisions in found
        ]

    def find(self, sought: Sought, clock: Clock) -> list[Row]:
        """Return the documents that are looked for, the most urgent first."""
        terms, values = self._sought(sought, clock)
        return self._rows(f"{terms} {MOST_URGENT_FIRST}", values)

    def page(self, sought: Sought, clock: Clock, *, most: int, skip: int = 0) -> list[Row]:
        """Return some of the documents that are looked for, the newest first."""
        terms, values = self._sought(sought, clock)
        return self._rows(f"{terms} {NEWEST_FIRST} limit {most} offset {skip}", values)

    def told_apart(self, sought: Sought, clock: Clock, *, most: int) -> list[tuple[int, str, str, int]]:
        """Return the documents that are looked for, the newest first: each as its id and its ``FACETS``.

        Args:
            most: Documents that are looked at.
        """
        terms, values = self._sought(sought, clock)
        ((found,),) = self._ask(telling_apart(terms, most), values)
        return [(id_, stage, document, late) for id_, stage, document, late in json.loads(found)]

    def those(self, ids: Sequence[int]) -> list[Row]:
        """Return the documents with some ids, the newest first."""
        which = f"where id in (select value from json_each(?)) {NEWEST_FIRST}"  # noqa: S608 - ours
        return self._rows(which, (json.dumps(ids),))

    def _sought(self, sought: Sought, clock: Clock) -> tuple[str, dict[str, str]]:
        self._know_due(clock)
        common = [name for name, call in sought.sets(clock.today).items() if self._ask(*call)]
        return sought.sql(clock.today, common)

    def _rows(self, rest: str, values: Any = ()) -> list[Row]:  # noqa: ANN401 - SQLite's
        found = self._ask(f"select {', '.join(COLUMNS)} from documents {rest}", values)  # noqa: S608 - ours
        return [Row(**dict(zip(COLUMNS, each, strict=True))) for each in found]

    def _ask(self, sql: str, values: Any = ()) -> list[Any]:  # noqa: ANN401 - SQLite's
        db = self._there()
        try:
            return db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error) or db.in_transaction:
                raise
        self._discard()
        self.catch_up(self._source)
        return self._there().execute(sql, values).fetchall()

    def _there(self) -> sqlite3.Connection:
        if self._db is None:
            raise RegisterError(f"The catalogue {self._path} was not caught up yet.")
        return self._db

    def _know_due(self, clock: Clock) -> None:
        """Compute the due dates that nobody asked for yet; all of them where the calendar changed."""
        if self.behind:
            return  # who catches up does it
        if which := _unknown(self._ask, clock):
            with self._there() as db:
                db.execute("begin immediate")
                _compute_due(db, clock, which)

    # Caught up, made anew -------------------------------------------------------------------------

    def _takes_long(self) -> Behind | None:
        """Return how far the file is behind where catching up takes long, having opened what can be read."""
        self._db = self._db or self._opened()
        try:
            reached = _reached(self._db) if self._db else None
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._discard()
            reached = None
        if reached and reached.entry == self._source.newest():
            return None
        newest, entry = self._source.length(), reached.sequence if reached else 0
        if entry and newest - entry <= _AT_ONCE and self._source.changes(reached) is None:
            entry = 0  # of another line: nothing of it is of use
        if 0 <= newest - entry <= _AT_ONCE:
            return None
        if self._db and 0 < entry <= newest:
            return Behind(entry=entry, newest=newest)
        self.close()
        self._db, done, count = self._unfinished()
        return Behind(entry=0, newest=newest, done=done, count=count)

    def _unfinished(self) -> tuple[sqlite3.Connection, int, int]:
        """Open what is there of a file that is being made: with how many cases of how many."""
        for path in self._path.parent.glob(f"{self._path.stem}-*{self._path.suffix}"):
            address = f"{path.absolute().as_uri()}?mode=ro"
            # Of another form, whole and no use, or gone meanwhile: even before it is open.
            with suppress(sqlite3.Error), ExitStack() as unless_it_is:
                db = sqlite3.connect(address, uri=True, check_same_thread=False)
                unless_it_is.callback(db.close)
                if db.execute("pragma user_version").fetchone() == (FORM,):
                    ((done, count),) = db.execute("select done, count from filling").fetchall()
                    unless_it_is.pop_all()
                    return db, done, count
        db = sqlite3.connect(":memory:", check_same_thread=False)
        db.executescript(SCHEMA)
        return db, 0, 0

    def _caught_up(self) -> bool:
        """Bring the file to the newest entry; tell whether it could be."""
        if self._db is None:
            self._db = self._opened()
        if self._db is None:
            return False
        try:
            reached = _reached(self._db)
            if reached and reached.entry == self._source.newest():
                return True
            with self._db as db:
                db.execute("begin immediate")
                # Asked now that it is ours alone: a slow reader does not turn it back.
                changes = self._source.changes(_reached(db))
                for standing in changes.standings if changes else ():
                    write(db, standing, self._describe)
                if changes:
                    _reflect(db, changes.reached)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._discard()
            return False
        return changes is not None

    def _make_anew(self) -> None:
        """Write everything down in a new file beside the old one, and put it in its place."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with disk.locked(self._path.with_suffix(".lock")):
            self.close()
            if self._caught_up():
                return  # another made it while we waited
            self.close()
            fresh = self._path.with_name(f"{self._path.stem}-{os.urandom(4).hex()}{self._path.suffix}")
            self._sweep(self._path.resolve())
            self._fill(fresh)
            link = self._path.with_suffix(".link")
            link.unlink(missing_ok=True)
            link.symlink_to(fresh.name)
            link.replace(self._path)
            disk.sync(self._path.parent)
            self._sweep(fresh)

    def _fill(self, fresh: Path) -> None:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
            # Whatever is cut off here is made anew; till it is whole, who cannot wait reads what there is.
            db.executescript(
                f"pragma journal_mode = wal; pragma synchronous = off; begin; {SCHEMA} {_FILLING}"
            )
            changes = self._source.changes(None)
            for done, standing in enumerate(changes.standings if changes else (), start=1):
                write(db, standing, self._describe)
                self._tell(done, changes.count if changes else 0)
                if done % _SHOWN_EVERY == 1 and changes:
                    self._show(db, done, changes.count)
            db.execute("drop table filling")
            _reflect(db, changes.reached if changes else None)
            db.execute("commit")
            db.execute("pragma wal_checkpoint (truncate)")
        for path in (fresh, fresh.with_name(f"{fresh.name}-wal")):
            if path.exists():  # the second, where somebody reads from it
                with path.open("rb") as file:
                    os.fsync(file)

    def _show(self, db: sqlite3.Connection, done: int, count: int) -> None:
        """Let readers have the cases read so far, with the days on which what is owed falls due."""
        db.execute("update filling set done = ?, count = ?", (done, count))
        clock = self._clock()
        if clock and (which := _unknown(lambda sql: db.execute(sql).fetchall(), clock)):
            _compute_due(db, clock, which)
        db.execute("commit")
        db.execute("begin")

    def _sweep(self, keep: Path) -> None:
        """Take away what was swapped out or cut off; who reads it still has it open."""
        for path in self._path.parent.glob(f"{self._path.stem}*{self._path.suffix}*"):
            if path != self._path and not path.name.startswith(keep.name):
                path.unlink()

    def _opened(self) -> sqlite3.Connection | None:
        """Open the file; return None where it is lost, damaged or of another form."""
        while self._path.exists():
            file = self._path.resolve()
            try:
                return _connect(file)
            except sqlite3.OperationalError as error:
                if self._path.resolve() != file:
                    continue  # it was swapped out, and swept, under our hands
                raise RegisterError(f"The catalogue {self._path} cannot be opened: {error}.") from error
            except sqlite3.DatabaseError:
                return None
        return None

    def _discard(self) -> None:
        """Take away a damaged file, unless another has taken its place."""
        ((_, _, name),) = self._there().execute("pragma database_list").fetchall()
        self.close()
        if str(self._path.resolve()) == name:
            self._path.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection | None:
    address = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        # Losing the last rows to a power cut only costs catching up again.
        db.execute("pragma synchronous = normal")
        if db.execute("pragma user_version").fetchone() == (FORM,):
            return db
    except sqlite3.DatabaseError:
        db.close()
        raise
    db.close()
    return None


def _unknown(ask: Callable[[str], list[Any]], clock: Clock) -> str:
    """Return of which rows the due dates are to be computed; empty for none.

    Of those of which nobody asked yet; of all where the calendar changed.
    """
    if ask("select key from calendar") != [(clock.key,)]:
        return "owed <> ''"
    undue = " union all ".join(f"select 1 from {each} where due is null" for each in _WITH_DUE)  # noqa: S608 - ours
    return "due is null" if ask(f"{undue} limit 1") else ""


def _compute_due(db: sqlite3.Connection, clock: Clock, which: str) -> None:
    def falls(owed: str, regime: str) -> str:
        due = clock.falls(from_text(owed), regime)
        return due.isoformat() if due else ""

    db.create_function("falls", 2, falls)
    for table, regime in _WITH_DUE.items():
        db.execute(f"update {table} set due = falls(owed, {regime}) where {which}")  # noqa: S608 - ours
    db.execute("delete from calendar")
    db.execute("insert into calendar values (?)", (clock.key,))


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    # What is wrong with a call, or the disk, or is locked, is one of its subclasses.
    return type(error) is sqlite3.DatabaseError


def _reached(db: sqlite3.Connection) -> Reached | None:
    found = db.execute("select entry, sequence from reflects").fetchone()
    return Reached(entry=found[0], sequence=found[1]) if found else None


def _reflect(db: sqlite3.Connection, reached: Reached | None) -> None:
    db.execute("delete from reflects")
    if reached:
        db.execute("insert into reflects values (?, ?)", (reached.entry, reached.sequence))
