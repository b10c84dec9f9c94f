"""What an audit knows of each case, in memory that does not grow with the cases of a register.

Of the cases that were met last everything is known. Of the others it keeps where their newest entry and
their folder stand, and reads their acts again, which were examined, when one more comes. That, and to which
key each request is sealed, lies in a file without a name in the temporary folder; it goes with the process.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from flows.domain.decide import after
from flows.domain.errors import ShortageError
from flows.register import statement
from flows.register.canonical import text
from flows.register.chain import Chain
from flows.register.reading import read_record
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flows.register.evidence import Evidence

_MOST_AWAKE: Final = 1_024
"""Some five weeks of 10,000 requests a year."""
_LEFT_AWAKE: Final = 15 / 16
"""Of those, once they are too many."""
_TABLES: Final = (
    "PRAGMA journal_mode = OFF",
    "CREATE TABLE asleep (identity TEXT PRIMARY KEY, folder TEXT, entry BLOB, tree BLOB) WITHOUT ROWID",
    "CREATE TABLE sealed (recipient TEXT PRIMARY KEY, reference TEXT) WITHOUT ROWID",
)


@dataclass(kw_only=True)
class Known:
    """What is known of a case, or of the policy.

    Attributes:
        folder: Where its records stand.
        records: The records of its acts, path to object id.
        nodes: All files of that folder, path to object id.
        tree: Id of that folder, as its newest entry left it.
        entry: Id of its newest entry.
        broken: Whether an act of it failed; what follows is then no longer put to ``decide``.
    """

    chain: Chain = field(default_factory=Chain)
    records: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)
    tree: str = ""
    entry: str | None = None
    broken: bool = False


class Cases:
    """What is known of every case that was met, and of the policy, by identity.

    Raises:
        ShortageError: the temporary folder takes no more; of any method.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._awake: dict[str, Known] = {}
        self._kept: dict[str, Known] = {}
        self._file = sqlite3.connect("", isolation_level=None)
        for each in _TABLES:
            self._run(each)

    def __len__(self) -> int:
        """Return how many cases were met."""
        ((asleep,),) = self._run("SELECT count(*) FROM asleep")
        met = len(self._awake) + len(self._kept) + int(asleep)
        return met - (POLICY in self._awake or POLICY in self._kept)

    def where(self) -> list[tuple[str, str, str, str]]:
        """Return of each case that did not fail its identity, its folder, its newest entry and its tree."""
        awake = [
            (identity, known.chain.folder, known.entry, known.tree)
            for identity, known in self._awake.items()
            if known.entry and identity != POLICY
        ]
        return awake + self._run("SELECT identity, folder, lower(hex(entry)), lower(hex(tree)) FROM asleep")

    def sealed(self) -> list[tuple[str, str]]:
        """Return each key to which a request is sealed, by its public name, with the case's reference."""
        return self._run("SELECT * FROM sealed")

    def take_up(self, where: Iterable[Iterable[Any]], sealed: Iterable[Iterable[Any]]) -> None:
        """Go on from what ``where`` and ``sealed`` said.

        Raises:
            ValueError, TypeError: they did not say that.
        """
        for identity, folder, entry, tree in where:
            self._lay_down(text(identity), text(folder), bytes.fromhex(entry), bytes.fromhex(tree))
        for recipient, reference in sealed:
            self.sealed_first(text(recipient), text(reference))

    def sealed_first(self, recipient: str, reference: str) -> str:
        """Take note that a request is sealed to a key; return the case whose request was so first."""
        self._run("INSERT OR IGNORE INTO sealed VALUES (?, ?)", recipient, reference)
        ((first,),) = self._run("SELECT reference FROM sealed WHERE recipient = ?", recipient)
        return str(first)

    def meet(self, identity: str, place: str) -> Known:
        """Return what is known of a case, to be kept up to date by whoever examines it.

        Raises:
            FoundError: what was examined cannot be read any more.
        """
        if identity in self._kept:
            return self._kept[identity]
        known = self._awake.pop(identity, None) or self._wake(identity, place)
        self._awake[identity] = known  # the one met last stands last
        if len(self._awake) > _MOST_AWAKE:
            self._put_to_sleep()
        return known

    def _wake(self, identity: str, place: str) -> Known:
        asleep = self._run("SELECT folder, entry, tree FROM asleep WHERE identity = ?", identity)
        if not asleep:
            return Known()
        ((folder, entry, tree),) = asleep
        nodes = dict(self._evidence.files(tree.hex(), place))
        records = {path: id_ for path, id_ in nodes.items() if path.startswith(statement.RECORDS)}
        chain = Chain()
        read = [
            read_record(self._evidence, records, path, place) for path in records if f"{path}.sig" in records
        ]
        for said, data, armoured in sorted(read, key=lambda each: each[0].number):
            case = after(chain.case, said.act)
            chain = chain.then(said, data, armoured.encode(), folder=folder, case=case)
        self._run("DELETE FROM asleep WHERE identity = ?", identity)
        return Known(chain=chain, records=records, nodes=nodes, tree=tree.hex(), entry=entry.hex())

    def _put_to_sleep(self) -> None:
        """Keep of those that were met longest ago no more than where they stand."""
        for identity in [*islice(self._awake, len(self._awake) - int(_MOST_AWAKE * _LEFT_AWAKE))]:
            known = self._awake.pop(identity)
            # What failed cannot be followed again, and of the policy there is little.
            if known.broken or not known.entry or identity == POLICY:
                self._kept[identity] = known
            else:
                entry, tree = bytes.fromhex(known.entry), bytes.fromhex(known.tree)
                self._lay_down(identity, known.chain.folder, entry, tree)

    def _lay_down(self, identity: str, folder: str, entry: bytes, tree: bytes) -> None:
        self._run("INSERT OR REPLACE INTO asleep VALUES (?, ?, ?, ?)", identity, folder, entry, tree)

    def _run(self, command: str, *values: str | bytes) -> list[Any]:
        try:
            return self._file.execute(command, values).fetchall()
        except sqlite3.Error as error:
            raise ShortageError(f"the temporary folder: {error}") from error
