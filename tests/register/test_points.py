"""Public keys for which a signature proves nothing: every one there is, worked out anew."""

from __future__ import annotations

import base64
import itertools
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from register_builders import forged, weak_key

from flows.domain.errors import MalformedError, UnfitSignatureError
from flows.register import signature
from flows.register.kinds import CURVE, SK_ECDSA, SK_ED25519, parse_key, parse_public
from flows.register.points import WeakKeyError, ed25519, p256
from flows.register.signature import STATEMENT
from flows.register.sshsig import string, to_be_signed

if TYPE_CHECKING:
    from pathlib import Path

P: Final = 2**255 - 19
D: Final = 37095705934669439343138083508754565189542113879843219016388785533085940283555
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of the subgroup that keys are made in; RFC 8032, 5.1. The whole group has eight times as many points."""
P256: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1

Point = tuple[int, int]


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points, RFC 8032, 5.1.4, in affine coordinates."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P,
    )


def times(number: int, point: Point) -> Point:
    total = (0, 1)
    for bit in f"{number:b}":
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def x_of(y: int) -> int | None:
    """Return an x of the curve's points at ``y``, None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square:
            return x
    return None


def encoded(point: Point) -> bytes:
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def points_of_small_order() -> list[Point]:
    for y in itertools.count(2):
        x = x_of(y)
        if x is not None:
            generator = times(ORDER, (x, y))
            if times(4, generator) != (0, 1):
                return [times(number, generator) for number in range(8)]
    raise AssertionError


SMALL: Final = points_of_small_order()
ODD: Final = {
    *(encoded(point) for point in SMALL),
    *((y | sign << 255).to_bytes(32, "little") for y in range(P, 2**255) for sign in (0, 1)),
    # the two points with x = 0, with the sign of an x that is not 0
    *((y | 1 << 255).to_bytes(32, "little") for y in (1, P - 1)),
}
"""Every encoding of a point of small order, and every second way to write any point."""


def of_y(encoded: bytes) -> int:
    return int.from_bytes(encoded, "little") % 2**255


def test_there_are_eight_points_of_small_order() -> None:
    assert len(set(SMALL)) == 8
    assert len(ODD) == 8 + 2 * 19 + 2


@pytest.mark.parametrize("odd", sorted(ODD), ids=bytes.hex)
@pytest.mark.parametrize(
    ("kind", "more"), [(b"ssh-ed25519", b""), (SK_ED25519, string(b"ssh:"))], ids=["a file's", "a device's"]
)
def test_no_point_of_small_order_is_a_key_however_it_is_written(kind: bytes, more: bytes, odd: bytes) -> None:
    line = f"{kind.decode()} {base64.b64encode(string(kind) + string(odd) + more).decode()}"

    with pytest.raises(WeakKeyError, match="second way" if of_y(odd) >= P else "small order"):
        ed25519(odd)
    with pytest.raises(MalformedError, match="has to make another"):
        parse_public(line)


@given(number=st.integers(2, P - 2))
def test_a_number_is_a_key_if_it_is_on_the_curve(number: int) -> None:
    written = number.to_bytes(32, "little")
    if x_of(number) is not None and written not in ODD:
        assert ed25519(written).public_bytes_raw() == written
    else:
        with pytest.raises(WeakKeyError):
            ed25519(written)


def test_a_key_that_was_made_is_one() -> None:
    for _ in range(50):
        raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        assert ed25519(raw).public_bytes_raw() == raw


@pytest.mark.parametrize("small", SMALL, ids=lambda point: encoded(point).hex())
def test_with_such_a_key_anybody_could_sign_were_it_not_refused(small: Point) -> None:
    armoured, message = forged(weak_key(encoded(small)), b"approved")

    raw = base64.b64decode("".join(armoured.splitlines()[1:-1]))[-64:]
    Ed25519PublicKey.from_public_bytes(encoded(small)).verify(
        raw, to_be_signed(message, STATEMENT)
    )  # the library has nothing to say
    with pytest.raises(UnfitSignatureError, match="no kind that can sign here"):
        signature.verify(armoured, message, STATEMENT)


def test_ssh_keygen_takes_what_anybody_can_sign(tmp_path: Path) -> None:
    public = weak_key(encoded((0, 1)))
    armoured, message = forged(public, b"approved")
    (tmp_path / "sig").write_text(armoured)
    (tmp_path / "allowed").write_text(f"legal-reviewer {public}\n")

    done = subprocess.run(
        [
            *("ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "allowed"), "-I", "legal-reviewer"),
            *("-n", STATEMENT.decode(), "-s", str(tmp_path / "sig")),
        ],
        input=message,
        check=True,
        capture_output=True,
    )
    assert done.stdout.startswith(b"Good")


def points_of_p256() -> dict[str, bytes]:
    key = generate_private_key(SECP256R1()).public_key()
    x, y = (getattr(key.public_numbers(), name).to_bytes(32, "big") for name in "xy")
    return {
        "at infinity": b"\0",
        "at infinity, at length": bytes(65),
        "empty": b"",
        "compressed": key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        "hybrid": bytes([6 + y[-1] % 2]) + x + y,
        "off the curve": b"\4" + x + bytes(32),
        "of numbers beyond the field": b"\4" + (5 + P256).to_bytes(32, "big") + Y_OF_5,
        "cut short": b"\4" + x + y[:-1],
        "too long": b"\4" + x + y + b"\0",
    }


B256: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
Y_OF_5: Final = pow(5**3 - 3 * 5 + B256, (P256 + 1) // 4, P256).to_bytes(32, "big")


def test_the_point_that_is_written_beyond_the_field_is_on_the_curve() -> None:
    assert p256(b"\4" + (5).to_bytes(32, "big") + Y_OF_5).public_numbers().x == 5


@pytest.mark.parametrize("name", points_of_p256())
@pytest.mark.parametrize("application", [b"ssh:", b"foi.example.gov.uk"], ids=["security key", "passkey"])
def test_only_a_point_written_out_is_a_key_on_p256(application: bytes, name: str) -> None:
    blob = string(SK_ECDSA) + string(CURVE) + string(points_of_p256()[name]) + string(application)

    with pytest.raises(WeakKeyError):
        parse_key(f"{SK_ECDSA.decode()} {base64.b64encode(blob).decode()}")
