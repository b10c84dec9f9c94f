"""A stop: a file beside the repository. While it is there nothing is recorded but the act that lifts it.

It stops this program, and whoever would go on unawares; not somebody who has the machine.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = "writing-stopped.txt"
_UNTOLD: Final = "Nothing is recorded until an administrator decides; `equipoise resume --help` says how."


def stop(repository: Path, sentence: str) -> None:
    """Let nothing more be recorded; ``sentence`` says why, and what to do."""
    disk.write(repository.with_name(_NAME), f"{sentence}\n".encode())


def lift(repository: Path) -> None:
    """Let acts be recorded again."""
    disk.discard(repository.with_name(_NAME))
    disk.sync(repository.parent)


def stopped(repository: Path) -> str | None:
    """Return the sentence with which writing was stopped; None where it is not."""
    try:
        text = repository.with_name(_NAME).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    return text.partition("\n")[0] or _UNTOLD


def stopped_since(repository: Path) -> datetime | None:
    """Return when writing was stopped, UTC; None where it is not."""
    try:
        return datetime.fromtimestamp(repository.with_name(_NAME).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def check_not_stopped(repository: Path) -> None:
    """Check that acts may be recorded.

    Raises:
        RefusedError: writing was stopped.
    """
    sentence = stopped(repository)
    if sentence:
        raise RefusedError(sentence)
