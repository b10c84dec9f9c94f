"""The one form in which the register writes JSON, so that it can be written again and compared."""

from __future__ import annotations

import json
import unicodedata
from typing import Any


def dump(value: object) -> bytes:
    """Return ``value`` as JSON: keys sorted, two-space indent, UTF-8, one final newline."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def load(data: bytes) -> dict[str, Any]:
    """Return the object in ``data``.

    Raises:
        ValueError: it is not one JSON object in the form ``dump`` writes, in NFC; a repeated key, a
            number that is no integer, or a stray space included.
    """
    value = read(data)
    if dump(value) != data:
        raise ValueError("not in the register's form")
    return value


def read(data: bytes) -> dict[str, Any]:
    """Return the object in ``data`` for a caller that writes it again and compares.

    Raises:
        ValueError: it is not one JSON object in NFC, or has a number that is no integer.
    """
    text = data.decode()
    try:
        value = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict) or not unicodedata.is_normalized("NFC", text):
        raise ValueError("not in the register's form")
    return value


def text(value: object) -> str:
    """Return a value that is a text.

    Raises:
        TypeError: it is none.
    """
    if type(value) is not str:
        raise TypeError
    return value


def integer(value: object) -> int:
    """Return a value that is a number.

    Raises:
        TypeError: it is none; true is none either.
    """
    if type(value) is not int:
        raise TypeError
    return value


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is not an integer")
