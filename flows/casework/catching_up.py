"""Catching the catalogue up in a thread of its own, while pages are made of what is there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from flows.domain.errors import PitError, UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LOCK: Final = threading.Lock()
_AT_WORK: Final[dict[Path, threading.Thread]] = {}
_FAILED: Final[dict[Path, PitError]] = {}


def begin(root: Path, work: Callable[[], object]) -> None:
    """Begin to catch up the catalogue of a home, unless that is under way.

    Raises:
        PitError: it was tried, and failed; the next call tries again.
    """
    with _LOCK:
        if error := _FAILED.pop(root, None):
            raise error
        running = _AT_WORK.get(root)
        if running and running.is_alive():
            return
        _AT_WORK[root] = threading.Thread(target=_work, args=(root, work), daemon=True)
        _AT_WORK[root].start()


def _work(root: Path, work: Callable[[], object]) -> None:
    try:
        work()
    except PitError as error:
        _FAILED[root] = error
    except Exception as error:  # noqa: BLE001 - whoever asks for the next page is told, without words of a case
        _FAILED[root] = UnexpectedError.of(error)
