"""Whether a public key is a sound point of its curve, written in the one way there is.

Libraries verify with whatever point they are given. With one of small order anybody can make a
signature that fits, without any private key; with a second way of writing a point one key could pass
for two. No generator of keys makes either, so such a key was put there by somebody who forges.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
"""RFC 8032, 5.1: the curve is -x² + y² = 1 + d·x²·y² modulo p."""
_TOP_BIT: Final = 1 << 255
"""Of an encoded point: the lowest bit of x."""
_UNCOMPRESSED: Final = 4
"""First byte of the one form that OpenSSH writes (SEC 1, 2.3.3)."""


class WeakKeyError(ValueError):
    """A public key for which signatures prove nothing; says why, as a sentence without its full stop."""


def ed25519(encoded: bytes) -> Ed25519PublicKey:
    """Return the Ed25519 key of 32 bytes.

    Raises:
        WeakKeyError: it is no point of the curve, or one of small order, or written in a second way.
    """
    number = int.from_bytes(encoded, "little")
    y = number % _TOP_BIT
    if y >= _P:
        raise WeakKeyError("the key is a point of its curve written in a second way")
    yy = y * y % _P
    xx = (yy - 1) * pow(_D * yy + 1, -1, _P) % _P
    # The points of order 1 and 2 have y² = 1, of order 4 y = 0, of order 8 twice the point has y = 0:
    # there x² = -y², and the curve's equation becomes d·y⁴ + 2·y² = 1. No others divide the cofactor, 8.
    if yy in {0, 1} or (_D * yy * yy + 2 * yy) % _P == 1:
        raise WeakKeyError("anybody can sign for this key: it is a point of small order")
    if pow(xx, _P // 2, _P) != 1:
        raise WeakKeyError("the key is no point of its curve")
    return Ed25519PublicKey.from_public_bytes(encoded)


def p256(encoded: bytes) -> EllipticCurvePublicKey:
    """Return the key on NIST's P-256, whose points are all of full order but the one at infinity.

    Raises:
        WeakKeyError: it is no point of the curve, the one at infinity, or compressed.
    """
    try:
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), encoded)
    except ValueError:
        raise WeakKeyError("the key is no point of its curve") from None
    if encoded[0] != _UNCOMPRESSED:
        raise WeakKeyError("the key is a point of its curve written in a second way")
    return point
