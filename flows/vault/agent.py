"""An agent that has the key-encryption key in its memory, and unwraps case keys for whoever runs the home.

As ssh-agent does, it gives the key itself to nobody. It listens on a socket in the home, answers its own
account alone, and forgets the key when it ends. A request is a letter, and the length of what follows in four
bytes, highest first; the answer has ``+`` or ``-`` for the letter.
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import RefusedError, RegisterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flows.vault.wrapping import Wrapping

_HEAD: Final = struct.Struct(">cI")
_PEER: Final = struct.Struct("3i")
_LONGEST: Final = 1 << 20
_SECONDS: Final = 5.0
_RECIPIENT, _UNWRAP, _DIGEST, _YES, _NO = b"p", b"u", b"d", b"+", b"-"


@dataclass(frozen=True, slots=True)
class Asked:
    """The key-encryption key of an agent."""

    recipient: str
    _socket: Path

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a case key that it wraps, as ``Wrapping`` has it."""
        return self._asked(_UNWRAP, wrapped)

    def digest(self, content: bytes) -> bytes:
        """Return a digest, as ``Wrapping`` has it."""
        return self._asked(_DIGEST, content)

    def _asked(self, what: bytes, data: bytes) -> bytes:
        try:
            return ask(self._socket, what, data)
        except OSError as error:
            raise RegisterError("The agent of the vault does not answer any more; start it again.") from error


def reach(place: Path) -> Asked | None:
    """Return the agent that listens at ``place``; None where none answers."""
    try:
        return Asked(ask(place, _RECIPIENT, b"").decode("ascii"), place)
    except (OSError, ValueError):
        return None


def ask(place: Path, what: bytes, data: bytes) -> bytes:
    """Return what an agent answers.

    Raises:
        ValueError: it says no.
        OSError: it does not answer.
    """
    with _at(place) as address, closing(_socket()) as connection:
        connection.connect(address)
        connection.sendall(_HEAD.pack(what, len(data)) + data)
        said, answer = _received(connection)
    if said != _YES:
        raise ValueError("the agent says no")
    return answer


def serve(place: Path, key: Wrapping, ready: Callable[[], object]) -> None:
    """Answer at ``place`` until something ends the process.

    Raises:
        RefusedError: another agent answers there.
    """
    with closing(_socket()) as listener, _at(place) as address:
        with disk.locked_folder(place.parent):
            if reach(place):
                raise RefusedError("An agent of this vault answers already.")
            place.unlink(missing_ok=True)  # left by a kill
            listener.bind(address)
            place.chmod(0o600)
        try:
            listener.listen()
            listener.settimeout(None)
            ready()
            while True:
                connection, _ = listener.accept()
                with closing(connection), suppress(OSError, ValueError):
                    _answer(connection, key)
        finally:
            place.unlink(missing_ok=True)


def _answer(connection: socket.socket, key: Wrapping) -> None:
    connection.settimeout(_SECONDS)
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    if _PEER.unpack(peer)[1] != os.getuid():
        return
    what, data = _received(connection)
    does: dict[bytes, Callable[[bytes], bytes]] = {
        _RECIPIENT: lambda _: key.recipient.encode(),
        _UNWRAP: key.unwrap,
        _DIGEST: key.digest,
    }
    try:
        answer, said = does[what](data), _YES
    except (KeyError, ValueError):
        answer, said = b"", _NO
    connection.sendall(_HEAD.pack(said, len(answer)) + answer)


def _received(connection: socket.socket) -> tuple[bytes, bytes]:
    with connection.makefile("rb") as file:
        head = file.read(_HEAD.size)
        if len(head) != _HEAD.size:
            raise OSError("nothing came")
        what, size = _HEAD.unpack(head)
        if size > _LONGEST:
            raise OSError("too much came")
        data = file.read(size)
    if len(data) != size:
        raise OSError("too little came")
    return what, data


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(_SECONDS)
    return made


@contextmanager
def _at(place: Path) -> Iterator[str]:
    """Give the address of a socket, which has 107 bytes at most, however long its path is."""
    with disk.opened(place.parent) as folder:
        yield f"/proc/self/fd/{folder}/{place.name}"
