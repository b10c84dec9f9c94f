"""Whole numbers that a browser sends: one way to read them, wherever they stand."""

from __future__ import annotations

from typing import Final

_DIGITS: Final = 9
"""As many as any number has that a page asks for; of thousands Python reads none."""


def whole(text: str) -> int | None:
    """Return the number that a text says; None where it says none, or one that no page asks for."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
