"""Whether two colours can be told apart."""

from __future__ import annotations

from typing import Final, TypeAlias

Colour: TypeAlias = tuple[float, float, float]
"""Red, green and blue, from 0 to 1."""
_NEAR: Final = 0.12
_DARK: Final = 0.3
_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are to the eye: ITU-R BT.709."""


def parsed(colour: str) -> Colour | None:
    """Return a colour written as six hexadecimal digits, or eight of which the first two are dropped."""
    digits = colour.strip().lstrip("#")[-6:]
    try:
        whole = int(digits, 16)
    except ValueError:
        return None
    if len(digits) < 6:  # noqa: PLR2004 - see above
        return None
    return (whole >> 16) / 255, (whole >> 8 & 255) / 255, (whole & 255) / 255


def near(one: Colour, other: Colour) -> bool:
    """Return whether nobody would see one colour on the other."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _NEAR


def dark(colour: Colour) -> bool:
    """Return whether a colour is dark enough to black something out."""
    return sum(part * weight for part, weight in zip(colour, _WEIGHTS, strict=True)) <= _DARK


def hides(colour: str, ground: str) -> str:
    """Return the code of what nobody would see on its ground, both in hexadecimal digits; empty if seen."""
    one, other = parsed(colour), parsed(ground)
    if one is None or other is None or not near(one, other):
        return ""
    return "HIDDEN_COVERED" if dark(other) else "HIDDEN_TEXT"


def is_dark(colour: str) -> bool:
    """Return whether a colour in hexadecimal digits is dark."""
    known = parsed(colour)
    return known is not None and dark(known)
