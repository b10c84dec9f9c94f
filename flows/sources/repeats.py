"""The memory of what was asked, and by whom: whether a request is one that is a case already.

Of each case keyed digests are kept: of who asked for what in the form that ``gist`` gives it, and of all
that an applicant is looked up by, in the forms of ``lookup``. They stand outside git, tell nothing without
the key, and are derived: what is missing is made again from the sealed request, what was erased is forgotten.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.domain.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_FORM: Final = b"form 4"
"""Of what is digested, and how it is kept; with another, or another key, the file is made anew."""
_SCHEMA: Final = """
create table asked (recipient text primary key, reference text not null, digest blob not null) strict;
create index same on asked (digest);
create table who (digest blob, recipient text, primary key (digest, recipient)) strict, without rowid;
create index of_case on who (recipient);
create table made_with (mark blob not null) strict;
"""
_PATIENCE: Final = 60
"""Seconds to wait for another who writes."""


class Asked(NamedTuple):
    """What is remembered of a case: the name of its key, its reference, the gist, and who asked.

    Attributes:
        gist: None where the request could not be read, or tells not who asked.
        applicant: All that the applicant is looked up by.
    """

    recipient: str
    reference: str
    gist: str | None
    applicant: frozenset[str] = frozenset()


class Repeats:
    """What was asked in each case, in a file that only its owner reads; close it when done.

    Args:
        path: Of the file, which is made where there is none.
        digest: Returns the keyed digest of what it is given.
    """

    def __init__(self, path: Path, digest: Callable[[bytes], bytes]) -> None:
        self._path = path
        self._digest = digest
        try:
            self._db = self._opened()
        except sqlite3.DatabaseError as error:
            raise RegisterError(f"The memory of requests {path} cannot be opened: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def known(self) -> set[str]:
        """Return the names of the keys of the cases that are remembered."""
        return {recipient for (recipient,) in self._db.execute("select recipient from asked")}

    def remember(self, cases: Iterable[Asked]) -> None:
        """Keep what was asked in cases, oldest first; a request without a gist is the same as none."""
        found = [*cases]
        rows = [
            (each.recipient, each.reference, b"" if each.gist is None else self._digest(each.gist.encode()))
            for each in found
        ]
        who = [(self._who(mark), each.recipient) for each in found for mark in sorted(each.applicant)]
        with self._db as db:
            db.executemany("insert or replace into asked values (?, ?, ?)", rows)
            db.executemany("insert or ignore into who values (?, ?)", who)

    def forget(self, recipients: Iterable[str]) -> None:
        """Forget cases, by the names of their keys."""
        gone = [(each,) for each in recipients]
        with self._db as db:
            db.executemany("delete from asked where recipient = ?", gone)
            db.executemany("delete from who where recipient = ?", gone)

    def asked_by(self, applicant: Iterable[str]) -> list[str]:
        """Return the references of the cases whose applicant is known by any of these."""
        sought = "select asked.reference from who join asked using (recipient) where who.digest = ?"
        found = {
            reference: None
            for each in applicant
            for (reference,) in self._db.execute(f"{sought} order by asked.rowid desc", (self._who(each),))
        }
        return [*found]

    def _who(self, mark: str) -> bytes:
        # Apart from gists, of which one might read like another's name.
        return self._digest(b"applicant\0" + mark.encode())

    def find(self, gist: str | None) -> list[str]:
        """Return the references of the cases in which the same was asked, the newest first."""
        if gist is None:
            return []
        sought = "select reference from asked where digest = ? order by rowid desc"
        return [reference for (reference,) in self._db.execute(sought, (self._digest(gist.encode()),))]

    def _opened(self) -> sqlite3.Connection:
        db = self._connected()
        if db is None:  # none yet, damaged, of another form, or made with another key
            self._path.unlink(missing_ok=True)
            # SQLite would let the umask decide who reads it.
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
            with closing(self._connect()) as fresh:
                fresh.executescript(f"begin; {_SCHEMA}")
                fresh.execute("insert into made_with values (?)", (self._digest(_FORM),))
                fresh.commit()
            db = self._connect()
        return db

    def _connected(self) -> sqlite3.Connection | None:
        if not self._path.exists():
            return None
        db = self._connect()
        try:
            made_with = db.execute("select mark from made_with").fetchall()
            sound = db.execute("pragma quick_check").fetchall()
        except sqlite3.DatabaseError as error:
            db.close()
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise
            return None
        if (made_with, sound) == ([(self._digest(_FORM),)], [("ok",)]):
            return db
        db.close()
        return None

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_PATIENCE, check_same_thread=False)
        db.execute("pragma secure_delete = on")  # what is forgotten is written over
        return db
