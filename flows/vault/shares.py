"""A secret in shares (Shamir, "How to share a secret", 1979), each written so that a person can keep it.

Every byte of the secret is the value at 0 of a polynomial over GF(256), with the field of AES (FIPS 197,
section 4.2); a share is the values at one other place. Fewer shares than are needed tell nothing at all.
Times depend on the secret, so it is put together where nobody measures them.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, Final

from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECRET: Final = 32
"""Bytes of a secret."""
_SET: Final = 5
_CHECK: Final = 6
_BYTES: Final = _SET + 2 + SECRET + _CHECK
_GROUP: Final = r"[A-Za-z2-70]{4}"
_LINE: Final = re.compile(rf"[ \t|>]*({_GROUP}(?:[ \t-]+{_GROUP}){{2}})[ \t]*")
_LINES: Final = 6
"""Of twelve letters, in three groups: 45 bytes in base32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One share of a secret.

    Attributes:
        made_with: Five bytes that the shares of one secret have in common.
        needed: How many of them make the secret.
        number: From 1.
    """

    made_with: bytes
    needed: int
    number: int
    value: bytes

    def lines(self) -> list[str]:
        """Return it as people write it down: base32 (RFC 4648, section 6), with a checksum at its end."""
        body = self.made_with + bytes([self.needed, self.number]) + self.value
        text = base64.b32encode(body + _checksum(body)).decode()
        groups = [text[at : at + 4] for at in range(0, len(text), 4)]
        return [" ".join(groups[at : at + 3]) for at in range(0, len(groups), 3)]


def split(secret: bytes, made_with: bytes, needed: int, shares: int) -> list[Share]:
    """Return ``shares`` shares of a secret, any ``needed`` of which make it."""
    drawn = [secret, *(secrets.token_bytes(SECRET) for _ in range(needed - 1))]
    return [
        Share(made_with=made_with, needed=needed, number=number, value=_at(drawn, number))
        for number in range(1, shares + 1)
    ]


def combine(shares: Sequence[Share]) -> bytes:
    """Return the secret of which these are shares; of too few, or others', something else comes out."""
    places = [share.number for share in shares]
    weights = [
        reduce(_times, (_times(other, _inverse(other ^ place)) for other in places if other != place), 1)
        for place in places
    ]
    weighted = (
        [_times(weight, byte) for byte in share.value] for weight, share in zip(weights, shares, strict=True)
    )
    return bytes(reduce(xor, column) for column in zip(*weighted, strict=True))


def parse_shares(text: str, source: str) -> list[Share]:
    """Return the shares written in a text, whatever stands around them.

    Raises:
        MalformedError: there is none, or one is mistyped.
    """
    lines = [found[1] for found in map(_LINE.fullmatch, text.splitlines()) if found]
    if not lines or len(lines) % _LINES:
        problem = (
            f"a share has {_LINES} lines of three groups of four letters; {len(lines)} such lines are there"
        )
        raise MalformedError(source, Fault(path="", problem=problem))
    return [_parsed("".join(lines[at : at + _LINES]), source) for at in range(0, len(lines), _LINES)]


def _parsed(text: str, source: str) -> Share:
    # A nought is taken for the letter, which base32 has and the digit not.
    letters = re.sub(r"[ \t-]", "", text).upper().replace("0", "O")
    data = base64.b32decode(letters)
    body, check = data[:-_CHECK], data[-_CHECK:]
    if len(data) != _BYTES or check != _checksum(body):
        raise MalformedError(
            source, Fault(path="", problem="a letter of the share is mistyped, or a line is in another place")
        )
    return Share(made_with=body[:_SET], needed=body[_SET], number=body[_SET + 1], value=body[_SET + 2 :])


def set_of(public: str) -> bytes:
    """Return what the shares of the private half of a public key have in common."""
    return hashlib.sha256(public.encode()).digest()[:_SET]


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(b"equipoise-share" + body).digest()[:_CHECK]


def _at(coefficients: Sequence[bytes], place: int) -> bytes:
    return bytes(
        reduce(lambda sum_, each: _times(sum_, place) ^ each, reversed(column))
        for column in zip(*coefficients, strict=True)
    )


def _times(one: int, other: int) -> int:
    return reduce(xor, _doubled(one, other), 0)


def _doubled(one: int, other: int) -> Iterator[int]:
    while other:
        if other & 1:
            yield one
        one = (one << 1) ^ (0x11B if one & 0x80 else 0)
        other >>= 1


def _inverse(number: int) -> int:
    # The field has 255 elements beside 0: to the power of 254 is one less than to that of 255, which is 1.
    return reduce(lambda power, _: _times(power, number), range(254), 1)
