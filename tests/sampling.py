"""Which values of a parameter every run tries, and which the exhaustive tests alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


def sampled(values: Iterable[Any], first: int = 1) -> list[Any]:
    """Return ``values`` as a parameter's, all but the first so many marked as exhaustive."""
    rows = [value if isinstance(value, tuple) else (value,) for value in values]
    return [
        pytest.param(*row, marks=[] if number < first else pytest.mark.exhaustive)
        for number, row in enumerate(rows)
    ]


def spread(values: Iterable[Any], every: int) -> list[Any]:
    """Return ``values`` as a parameter's, all but every so many'th marked as exhaustive."""
    return [
        pytest.param(value, marks=[pytest.mark.exhaustive] if number % every else [])
        for number, value in enumerate(values)
    ]
