"""The one form in which the register writes JSON, so that it can be written again and compared."""

from __future__ import annotations

import json
import unicodedata
from contextlib import contextmanager
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


_LARGEST: Final = 4 << 20
"""Bytes of what is read: a statement that lists twenty thousand files, or a theme with its crest."""


def dump(value: object) -> bytes:
    """Return ``value`` as JSON: keys sorted, two-space indent, UTF-8, one final newline."""
    return f"{_written(value)}\n".encode()


def _written(value: object, start: str = "\n") -> str:
    # What `json.dumps` writes with an indent, for which that takes ten times as long.
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return encode_basestring(value)
    inner = f"{start}  "
    if isinstance(value, dict) and value:
        # Most values are texts, and to call for each would take longer than to write it.
        encode = encode_basestring
        rows = [
            f"{encode(name)}: {encode(each) if type(each) is str else _written(each, inner)}"
            for name, each in sorted(value.items())
        ]
        return f"{{{inner}{f',{inner}'.join(rows)}{start}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{f',{inner}'.join([_written(each, inner) for each in value])}{start}]"
    return json.dumps(value)


def load(data: bytes) -> dict[str, Any]:
    """Return the object in ``data``.

    Raises:
        ValueError: it is not one JSON object in the form ``dump`` writes, in NFC; a repeated key, a
            number that is no integer, or a stray space included.
    """
    value = read(data)
    with _not_too_deep():
        if dump(value) != data:
            raise ValueError("not in the register's form")
    return value


def read(data: bytes) -> dict[str, Any]:
    """Return the object in ``data`` for a caller that writes it again and compares.

    Raises:
        ValueError: it is not one JSON object in NFC, or has a number that is no integer.
    """
    if len(data) > _LARGEST:
        raise ValueError("larger than anything in the register's form")
    text = data.decode()
    with _not_too_deep():
        value = _DECODER.decode(text)
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


@contextmanager
def _not_too_deep() -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise ValueError("nested too deep") from None


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is not an integer")


_DECODER: Final = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
