"""What an audit knows of each case, in memory that does not grow with the acts of a register.

Of the cases that were met last everything is known. Of the others it keeps where their newest entry and
their folder stand, and reads their acts again, which were examined, when one more comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.domain.decide import after
from flows.register import statement
from flows.register.chain import Chain
from flows.register.reading import read_record
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flows.register.evidence import Evidence

_MOST_AWAKE: Final = 1_024
"""Some five weeks of 10,000 requests a year."""
_LEFT_AWAKE: Final = 15 / 16
"""Of those, once they are too many."""


@dataclass(kw_only=True)
class Known:
    """What is known of a case, or of the policy.

    Attributes:
        folder: Where its records stand.
        records: The records of its acts, path to object id.
        tree: Id of that folder, as its newest entry left it.
        entry: Id of its newest entry.
        broken: Whether an act of it failed; what follows is then no longer put to ``decide``.
    """

    chain: Chain = field(default_factory=Chain)
    records: Mapping[str, str] = field(default_factory=dict)
    tree: str = ""
    entry: str | None = None
    broken: bool = False


class Cases:
    """What is known of every case that was met, and of the policy, by identity."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._awake: dict[str, Known] = {}
        self._kept: dict[str, Known] = {}
        self._asleep: dict[str, tuple[str, bytes, bytes]] = {}

    def __len__(self) -> int:
        """Return how many cases were met."""
        met = len(self._awake) + len(self._kept) + len(self._asleep)
        return met - (POLICY in self._awake or POLICY in self._kept)

    def where(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield of each case that did not fail its identity, its folder, its newest entry and its tree."""
        for identity, known in self._awake.items():
            if known.entry and identity != POLICY:
                yield identity, known.chain.folder, known.entry, known.tree
        for identity, (folder, entry, tree) in self._asleep.items():
            yield identity, folder, entry.hex(), tree.hex()

    def take_up(self, where: Iterable[tuple[str, str, str, str]]) -> None:
        """Go on from what ``where`` said."""
        for identity, folder, entry, tree in where:
            self._asleep[identity] = folder, bytes.fromhex(entry), bytes.fromhex(tree)

    def meet(self, identity: str, place: str) -> Known:
        """Return what is known of a case, to be kept up to date by whoever examines it.

        Raises:
            FoundError: what was examined cannot be read any more.
        """
        if identity in self._kept:
            return self._kept[identity]
        known = self._awake.pop(identity, None) or self._wake(identity, place)
        self._asleep.pop(identity, None)
        self._awake[identity] = known  # the one met last stands last
        if len(self._awake) > _MOST_AWAKE:
            self._put_to_sleep()
        return known

    def _wake(self, identity: str, place: str) -> Known:
        if identity not in self._asleep:
            return Known()
        folder, entry, tree = self._asleep[identity]
        nodes = dict(self._evidence.files(tree.hex(), place))
        records = {path: id_ for path, id_ in nodes.items() if path.startswith(statement.RECORDS)}
        chain = Chain()
        for path in sorted(path for path in records if f"{path}.sig" in records):
            said, data, armoured = read_record(self._evidence, records, path, place)
            case = after(chain.case, said.act)
            chain = chain.then(said, data, armoured.encode(), folder=folder, case=case)
        return Known(chain=chain, records=records, tree=tree.hex(), entry=entry.hex())

    def _put_to_sleep(self) -> None:
        """Keep of those that were met longest ago no more than where they stand."""
        for identity in [*islice(self._awake, len(self._awake) - int(_MOST_AWAKE * _LEFT_AWAKE))]:
            known = self._awake.pop(identity)
            # What failed cannot be followed again, and of the policy there is little.
            if known.broken or not known.entry or identity == POLICY:
                self._kept[identity] = known
            else:
                where = known.chain.folder, bytes.fromhex(known.entry), bytes.fromhex(known.tree)
                self._asleep[identity] = where
