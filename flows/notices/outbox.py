"""The outbox: each notice is told once, as a file that a person opens.

The memory of what was told is kept outside git. Losing it costs one repeated notice.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows import disk

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

_SCHEMA: Final = """
create table if not exists told (
  slug text, version integer, round integer, gate text, kind text, due text,
  primary key (slug, version, round, gate, kind, due)
) strict
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told about one case at one gate.

    Attributes:
        slug: The case's reference as one path component.
        round: How often the case had been returned.
        kind: ``asked``, ``due-soon`` or ``overdue``.
        due: The statutory deadline; None where it cannot be computed.
    """

    slug: str
    version: int
    round: int
    gate: str
    kind: str
    due: date | None

    @property
    def name(self) -> str:
        """The name of the notice's file."""
        return f"{self.slug}-version-{self.version}-{self.gate}-{self.kind}-{self.round + 1}.txt"


class Outbox:
    """The notices in one folder and the memory beside it; close it when done."""

    def __init__(self, folder: Path, memory: Path) -> None:
        self._folder = folder
        memory.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(memory, timeout=60, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(_SCHEMA)

    def close(self) -> None:
        """Close the memory."""
        self._db.close()

    def has_told(self, notice: Notice) -> bool:
        """Tell whether the notice went out before."""
        return bool(
            self._db.execute(
                "select 1 from told where slug = ? and version = ? and round = ? and gate = ? and kind = ?"
                " and due = ?",
                _key(notice),
            ).fetchone()
        )

    def tell(self, notice: Notice, text: str) -> None:
        """Write the notice, then remember it: a kill in between repeats it rather than losing it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        disk.write(self._folder / notice.name, text.encode())
        self._db.execute("insert or ignore into told values (?, ?, ?, ?, ?, ?)", _key(notice))


def _key(notice: Notice) -> tuple[str, int, int, str, str, str]:
    due = notice.due.isoformat() if notice.due else ""
    return (notice.slug, notice.version, notice.round, notice.gate, notice.kind, due)
