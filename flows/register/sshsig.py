"""SSHSIG, OpenSSH's form of a signature: what is signed, and how it is written down.

PROTOCOL.sshsig has the form; RFC 4251, section 5, the strings and numbers it is made of.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from flows.domain.errors import UnfitSignatureError

_BEGIN: Final = "-----BEGIN SSH SIGNATURE-----"
_END: Final = "-----END SSH SIGNATURE-----"
MAGIC: Final = b"SSHSIG"
_VERSION: Final = (1).to_bytes(4, "big")
_LINE: Final = 70


class Reader:
    """Reads bytes in SSH's form from the front.

    Raises:
        ValueError: they end too early, go on where they should end, or a number has a second form.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise ValueError("cut off")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def number(self, size: int) -> int:
        """Return the next ``size`` bytes as a number."""
        return int.from_bytes(self.take(size), "big")

    def string(self) -> bytes:
        """Return the next string."""
        return self.take(int.from_bytes(self.take(4), "big"))

    def mpint(self) -> int:
        """Return the next number of any length, which is not negative."""
        written = self.string()
        number = int.from_bytes(written, "big")
        if mpint(number) != string(written):
            raise ValueError("a number in a second form")
        return number

    def end(self) -> None:
        """Check that nothing is left."""
        if self._at != len(self._data):
            raise ValueError("something follows")


def string(data: bytes) -> bytes:
    """Return ``data`` after its length."""
    return len(data).to_bytes(4, "big") + data


def mpint(number: int) -> bytes:
    """Return a number that is not negative, in its shortest form with the highest bit clear."""
    return string(number.to_bytes((number.bit_length() + 8) // 8, "big") if number else b"")


def to_be_signed(message: bytes, namespace: bytes) -> bytes:
    """Return the block that is signed for ``message``."""
    return MAGIC + string(namespace) + _HASHED + string(hashlib.sha512(message).digest())


_HASHED: Final = string(b"") + string(b"sha512")
"""Nothing in the reserved field, and by what the message is hashed."""


def armour(key: bytes, namespace: bytes, signature: bytes) -> str:
    """Return the signature as text, ending in a newline.

    Args:
        key: The public key in SSH's form.
        signature: In the form of its kind.
    """
    blob = MAGIC + _VERSION + string(key) + string(namespace) + _HASHED + string(signature)
    return from_one_line(base64.b64encode(blob).decode())


def on_one_line(armoured: str) -> str:
    """Return what an armoured signature has between its first line and its last, in one."""
    return "".join(armoured.split("\n")[1:-2])


def from_one_line(text: str) -> str:
    """Return the signature as ``armour`` writes it, from what ``on_one_line`` made of it."""
    lines = [text[i : i + _LINE] for i in range(0, len(text), _LINE)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def parse_armour(armoured: str, namespace: bytes) -> tuple[bytes, bytes]:
    """Return public key and signature, as they were given to ``armour``.

    Raises:
        UnfitSignatureError: it is not to the letter what ``armour`` writes in ``namespace``.
    """
    try:
        reader = Reader(base64.b64decode(on_one_line(armoured), validate=True))
        reader.take(len(MAGIC + _VERSION))
        key, found, _, _, signature = (reader.string() for _ in range(5))
    except ValueError:
        raise UnfitSignatureError("This is not a whole SSH signature.") from None
    if found != namespace:
        raise UnfitSignatureError(
            f"The signature was made for another purpose than {namespace.decode()}, its namespace."
        )
    # Written again it must be the same to the letter, so that no second form of a signature passes.
    if armour(key, namespace, signature) != armoured:
        raise UnfitSignatureError("The signature is not in the form this register writes.")
    return key, signature


def tidied(pasted: str) -> str:
    """Return a signature that somebody pasted, without what pasting adds: ends of line, space around."""
    # No other sign ends a line, or a changed one in a note would pass for an end.
    lines = pasted.strip().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"{line.strip()}\n" for line in lines)
