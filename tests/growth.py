"""Whether work costs what it should, told so that what else the machine does cannot fail a test.

Other work only adds to what is measured. So the least of several tries counts, and they end with the first
that is small enough: what is too dear is so each time.
"""

from __future__ import annotations

from itertools import accumulate
from time import process_time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES: Final = 6
_TOO_SHORT: Final = 0.005
"""Seconds below which a measure says little."""


def costs_at_most(times: float, work: Callable[[Any], object], short: object, long: object) -> bool:
    """Tell whether ``work`` takes at most so many times the processor time for ``long`` as for ``short``."""
    tries = ((_spent(work, short), _spent(work, long)) for _ in range(_TRIES))
    least = accumulate(tries, lambda one, other: (min(one[0], other[0]), min(one[1], other[1])))
    return any(many <= times * max(few, _TOO_SHORT) for few, many in least)


def _spent(work: Callable[[Any], object], given: object) -> float:
    began = process_time()
    work(given)
    return process_time() - began
