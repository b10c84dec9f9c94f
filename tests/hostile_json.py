"""JSON as somebody writes it who wants its reader to fail, or a disk that lost part of it."""

from __future__ import annotations

from typing import Final

DEEP: Final = 100_000

NO_VALUE: Final[dict[str, bytes]] = {
    "nested lists": b"[" * DEEP,
    "nested lists, whole": b"[" * DEEP + b"]" * DEEP,
    "nested objects": b'{"a":' * DEEP,
    "nested objects, whole": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a number too long to read": b'{"a": ' + b"9" * 5_000 + b"}",
    "a number beyond 64 bits": b'{"a": 9223372036854775808}',
    "a number below 64 bits": b'{"a": -9223372036854775808}',
    "a fraction beyond 64 bits": b'{"a": 1e999}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "half of a pair": rb'{"a": "\ud800"}',
    "half of a pair, as a name": rb'{"\uDFFF": 1}',
    "half of a pair, bare": b'{"a": "\xed\xa0\x80"}',
    "a name twice": b'{"a": 1, "a": 2}',
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "NULs": bytes(512),
    "cut off": b'{"a": ',
    "a line end in a text": b'{"a": "\n"}',
    "two values": b"{}{}",
    "nothing": b"",
}
"""What is no value in JSON that two readers need agree on."""

NO_OBJECT: Final[dict[str, bytes]] = {
    "null": b"null",
    "a list": b"[]",
    "a list of pairs": b'[["a", 1]]',
    "a text": b'"error"',
    "a number": b"7",
    "true": b"true",
}
"""What is one, and no object."""

HOSTILE: Final = NO_VALUE | NO_OBJECT
