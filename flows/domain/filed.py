"""Where cases are filed in the register, and what became of them: between register and catalogue.

Neither room knows the other: the register asks where a case is filed, and the catalogue what has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flows.domain.act import Act
    from flows.domain.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where a case, or the policy, stands in the register.

    Attributes:
        folder: Path in the register.
        last_entry: Id of its newest entry.
        last_number: Number of its newest act.
    """

    reference: str
    folder: str
    last_entry: str
    last_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case, or the policy, as its newest entry left it.

    Attributes:
        case: None for the policy.
        acts: Oldest first.
        entries: Number to sequence, of the acts that nobody was told of yet.
        read: Returns a file by its path in the folder.
    """

    filed: Filed
    case: Case | None
    acts: Sequence[Act]
    entries: Mapping[int, int]
    read: Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The entry up to which something is known: its id, and its place in the line."""

    entry: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed up to an entry.

    Attributes:
        reached: That entry; None where there is none at all.
        count: How many cases changed, the policy among them.
        standings: Each of them, read as it is asked for.
    """

    reached: Reached | None
    count: int
    standings: Iterator[Standing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """How far what is known is behind the register, while it catches up.

    Attributes:
        entry: Up to which everything is known; 0 while everything is read anew.
        newest: Number of the newest entry.
        done: How many cases are read of those that are read anew.
        count: Of how many; 0 while that is not known.
    """

    entry: int
    newest: int
    done: int = 0
    count: int = 0


class Source(Protocol):
    """What tells of changes: the register."""

    def newest(self) -> str | None:
        """Return the id of the newest entry; None while there is none."""

    def length(self) -> int:
        """Return how many entries there are."""

    def changes(self, since: Reached | None) -> Changes | None:
        """Return what changed since an entry, or ever; None where that entry is none of its line."""


class Filing(Protocol):
    """What knows where cases are filed."""

    @property
    def behind(self) -> Behind | None:
        """How far it was behind when it was caught up last; None where it was whole."""

    def filed(self, identity: str) -> Filed | None:
        """Return where a case, or the policy, is filed; None without."""

    def close(self) -> None:
        """End its use."""


class Catalogue(Filing, Protocol):
    """What remembers it, beside the register."""

    def catch_up(self, source: Source) -> None:
        """Take note of everything that changed."""

    def distrust(self) -> None:
        """Forget everything, for it says something else than the register."""
