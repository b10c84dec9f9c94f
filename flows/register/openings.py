"""The log of the vault's openings, as a reader of the register takes it: its lines, and where it ends.

Whoever runs the machine can cut a log off, and what is left follows line on line. So a checkpoint says where
it ended, and whoever keeps that can tell.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a log ended.

    Attributes:
        number: How many lines there were.
        sha256: Of the last, without its end of line; as each names the one before, it stands for all.
    """

    number: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """A log as it is.

    Attributes:
        digests: SHA-256 of each line.
        broken: Number of the first line that does not follow the one before; None where all do.
    """

    digests: tuple[str, ...] = ()
    broken: int | None = None

    @property
    def end(self) -> End | None:
        """Where it ends; None where nothing was noted."""
        return End(number=len(self.digests), sha256=self.digests[-1]) if self.digests else None

    def against(self, known: End) -> str | None:
        """Return what is wrong where it does not go on from an end that is known; None where it does."""
        there = len(self.digests)
        if there < known.number:
            has = f"has {there} line{'s' if there > 1 else ''}" if there else "is empty or gone"
            return f"The log of the vault's openings {has}; it had {known.number}."
        if self.digests[known.number - 1] != known.sha256:
            return f"Line {known.number} of the log of the vault's openings is another than it was."
        return None


def read_openings(log: Path) -> Openings:
    """Return the log in a file; one that is not there has no line.

    What has no end of line yet is being written, or was cut off by a kill before anything was opened.

    Raises:
        OSError: it cannot be read.
    """
    try:
        lines = log.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return Openings()
    digests = tuple(hashlib.sha256(line).hexdigest() for line in lines)
    befores = chain([None], digests)
    broken = (at for at, each in enumerate(zip(lines, befores, strict=False), start=1) if not _follows(*each))
    return Openings(digests=digests, broken=next(broken, None))


def _follows(line: bytes, before: str | None) -> bool:
    try:
        named = json.loads(line)["before"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return bool(named == before)
