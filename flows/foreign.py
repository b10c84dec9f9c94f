"""JSON that others wrote, or that a disk may have spoilt: read as one clear value, or not at all."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

_LARGEST: Final = 1 << 63
"""Above every number that is read: what a column, a clock and other readers of JSON have."""
_HALF_OF_A_PAIR: Final = re.compile(r"\\u[dD][89a-fA-F]")


def json_of(data: bytes | str) -> Any:  # noqa: ANN401 - whatever JSON has
    """Return what a text in JSON says.

    Raises:
        ValueError: it is none, or no two readers need agree on it (RFC 7493): not in UTF-8, with half of a
            pair of surrogates, a name given twice, a number beyond 64 bits or none at all; or it is nested
            deeper than anybody would.
    """
    text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    try:
        found = _DECODER.decode(text)
        if _HALF_OF_A_PAIR.search(text):
            json.dumps(found, ensure_ascii=False).encode()  # a whole pair is one character by now
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def object_of(data: bytes | str) -> dict[str, Any]:
    """Return what a text in JSON says that is one object.

    Raises:
        ValueError: as ``json_of``, or it is another thing.
    """
    found = json_of(data)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - of what was read, not of how this was called
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _number(text: str) -> int:
    found = int(text)
    if abs(found) >= _LARGEST:
        raise ValueError("a number is beyond 64 bits")
    return found


def _fraction(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError("a number is beyond 64 bits")
    return found


def _none(text: str) -> None:
    raise ValueError(f"{text} is no number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_number, parse_float=_fraction, parse_constant=_none
)
