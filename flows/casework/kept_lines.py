"""Files of a home with one JSON object a line, of which a power cut or a disk may have spoilt some.

What can be read of them counts, and what cannot is counted: nothing waits for a line that is lost.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeVar

from flows import disk
from flows.foreign import object_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")


def read(path: Path, form: Callable[[dict[str, Any]], T]) -> tuple[list[T], int]:
    """Return what the lines of a file say, and how many of them say nothing; none where there is no file.

    Args:
        form: Returns what an object says; whatever it raises, that line says nothing.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return [], 0
    rows, lost = [], 0
    for line in lines:
        try:
            rows += [form(object_of(line))] if line else []
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            lost += 1
    return rows, lost


def write(path: Path, rows: Iterable[Mapping[str, object]], aside: Path, *, lost: int) -> None:
    """Write a file anew, whole or not at all; what it was with lines that say nothing is put aside first."""
    if lost:
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk.write(aside / f"{int(time.time())}-{path.name}", path.read_bytes(), mode=0o600)
    disk.write(path, "".join(f"{json.dumps(row)}\n" for row in rows).encode())
