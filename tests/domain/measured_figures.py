"""The figures of the rules that read prose, as they were measured and stand in the documentation."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEASURED: Final = Path(__file__).with_name("measured")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many of some faults were noticed, and how many innocents were taken for one."""

    faults: int
    innocents: int
    noticed: int
    taken: int

    @property
    def precision(self) -> float:
        """Of what was noticed, the share that was a fault."""
        return self.noticed / (self.noticed + self.taken) if self.noticed + self.taken else 1.0

    @property
    def recall(self) -> float:
        """Of the faults, the share that was noticed."""
        return self.noticed / self.faults


def _figures(row: dict[str, list[int]], counts: str) -> Figures:
    (faults, innocents), (noticed, taken) = row["sentences"], row[counts]
    return Figures(faults=faults, innocents=innocents, noticed=noticed, taken=taken)


_ROWS: Final = tomllib.loads((MEASURED / "figures.toml").read_text(encoding="utf-8"))
BEFORE: Final = {rule: _figures(row, "before") if "before" in row else None for rule, row in _ROWS.items()}
"""By rule, before it was worked on; None where there was no such rule."""
NOW: Final = {rule: _figures(row, "now") for rule, row in _ROWS.items()}
"""By rule, as it is."""
