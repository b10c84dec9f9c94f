"""Work in a process of its own, forked from the tests': what it does to itself is done to nobody else."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def forked(work: Callable[[], T]) -> T | None:
    """Return what ``work`` returns in a fork; None where that ended without a word, or with an error."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            told = pickle.dumps(work())
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(told)
        except BaseException:  # noqa: BLE001 - a fork of pytest must not go on as one
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(said) if said else None  # noqa: S301 - from our own child
