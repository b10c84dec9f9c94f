"""Mailboxes: what waits in one, and where a message goes once it was taken in. Nothing is ever deleted."""

from __future__ import annotations

import imaplib
import os
import re
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from flows import disk
from flows.domain.errors import RegisterError
from flows.sources.item import storing

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

MOST: Final = 60 << 20
"""Bytes of a message that is taken in."""
BEGINNING: Final = 64 << 10
"""Bytes that are read of a larger one."""
TIMEOUT: Final = 30.0
"""Seconds to wait for each answer of a server."""
TAKEN: Final = "Equipoise taken in"
ASIDE: Final = "Equipoise set aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits.

    Attributes:
        key: By which the mailbox knows it.
        received: When the mail system received it, UTC.
        size: In bytes.
    """

    key: str
    received: datetime
    size: int


class Mailbox(Protocol):
    """One mailbox, open."""

    def waiting(self) -> Iterator[Waiting]:
        """Yield the messages that wait, the oldest first."""

    def read(self, message: Waiting) -> bytes:
        """Return a message, or the beginning of one that is too large."""

    def put_by(self, message: Waiting, folder: str) -> None:
        """Move a message to a folder of the mailbox; one that is gone already is no matter."""


class Maildir:
    """A Maildir, with the folders of Maildir++ beside its own."""

    _DELIVERED: Final = re.compile(r"(\d{9,11})\.")

    def __init__(self, path: Path) -> None:
        self._path = path

    def waiting(self) -> Iterator[Waiting]:
        """Yield the messages that wait, as the protocol has it.

        A file's name begins with the second of its delivery; where it does not, its time counts.
        """
        found = []
        with storing("The Maildir"):
            for folder in ("new", "cur"):
                for path in (self._path / folder).iterdir():
                    status = os.lstat(path)
                    if not stat.S_ISREG(status.st_mode):
                        continue
                    named = self._DELIVERED.match(path.name)
                    seconds = float(named[1]) if named else status.st_mtime
                    received = datetime.fromtimestamp(seconds, UTC)
                    key = f"{folder}/{path.name}"
                    found.append(Waiting(key=key, received=received, size=status.st_size))
        yield from sorted(found, key=lambda each: (each.received, each.key))

    def read(self, message: Waiting) -> bytes:
        """Return a message, as the protocol has it."""
        with storing("The Maildir"):
            path = self._path / message.key
            if message.size <= MOST:
                return disk.read_plain(path, MOST)
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(BEGINNING)

    def put_by(self, message: Waiting, folder: str) -> None:
        """Move a message, as the protocol has it."""
        target = self._path / f".{folder}"
        with storing("The Maildir"):
            for each in ("tmp", "new", "cur"):
                (target / each).mkdir(parents=True, exist_ok=True, mode=0o700)
            (target / "maildirfolder").touch()
            name = message.key.partition("/")[2].partition(":2,")[0]
            with suppress(FileNotFoundError):
                (self._path / message.key).rename(target / "cur" / f"{name}:2,S")
            disk.sync(target / "cur")


class Imap:
    """A mailbox on a server, IMAP4rev1 over TLS, logged in."""

    _SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
    _ARRIVED: Final = re.compile(rb'INTERNALDATE "[^"]+"')

    def __init__(self, server: imaplib.IMAP4, folder: str) -> None:
        self._server = server
        self._done("SELECT", server.select(_quoted(folder)))
        self._made: set[str] = set()

    def waiting(self) -> Iterator[Waiting]:
        """Yield the messages that wait, as the protocol has it."""
        found = self._done("SEARCH", self._server.uid("SEARCH", "UNDELETED"))
        for uid in (found[0] or b"").split():
            asked = "(RFC822.SIZE INTERNALDATE)"
            said = b" ".join(
                _bytes(each) for each in self._done("FETCH", self._server.uid("FETCH", uid.decode(), asked))
            )
            size, arrived = self._SIZE.search(said), self._ARRIVED.search(said)
            if size:  # another client may have moved it meanwhile
                at = imaplib.Internaldate2tuple(arrived[0]) if arrived else None
                seconds = time.mktime(at) if at else time.time()
                received = datetime.fromtimestamp(seconds, UTC)
                yield Waiting(key=uid.decode(), received=received, size=int(size[1]))

    def read(self, message: Waiting) -> bytes:
        """Return a message, as the protocol has it, unseen as it was."""
        part = "BODY.PEEK[]" if message.size <= MOST else f"BODY.PEEK[]<0.{BEGINNING}>"
        found = self._done("FETCH", self._server.uid("FETCH", message.key, f"({part})"))
        for each in found:
            if isinstance(each, tuple):
                return bytes(each[1])
        return b""

    def put_by(self, message: Waiting, folder: str) -> None:
        """Move a message, as the protocol has it."""
        if folder not in self._made:
            self._server.create(_quoted(folder))  # it may be there
            self._made.add(folder)
        if "MOVE" in self._server.capabilities:
            self._done("MOVE", self._server.uid("MOVE", message.key, _quoted(folder)))
            return
        self._done("COPY", self._server.uid("COPY", message.key, _quoted(folder)))
        self._done("STORE", self._server.uid("STORE", message.key, "+FLAGS", r"(\Deleted)"))
        if "UIDPLUS" in self._server.capabilities:
            self._done("EXPUNGE", self._server.uid("EXPUNGE", message.key))

    @staticmethod
    def _done(what: str, answer: tuple[str, list[Any]]) -> list[Any]:
        said, found = answer
        if said != "OK":
            raise RegisterError(f"The mail server refuses {what}.")  # its words may have a person's name
        return found


@contextmanager
def opened_imap(
    *, host: str, port: int, user: str, password: str, folder: str, context: ssl.SSLContext, patience: float
) -> Iterator[Imap]:
    """Hold a mailbox on a server open.

    Args:
        patience: Seconds to wait for each answer.

    Raises:
        RegisterError: the server does not answer, is not who it says, or refuses.
    """
    try:
        server = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=patience)
    except (OSError, imaplib.IMAP4.error) as error:
        raise RegisterError(f"The mail server {host} does not answer: {_kind(error)}.") from None
    try:
        try:
            server.login(user, password)
        except imaplib.IMAP4.error:
            raise RegisterError(f"The mail server {host} does not let the account of mail.toml in.") from None
        yield Imap(server, folder)
    except (OSError, imaplib.IMAP4.error) as error:
        raise RegisterError(f"The mail server {host} ended the talk: {_kind(error)}.") from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _kind(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _quoted(folder: str) -> str:
    return f'"{folder}"'


def _bytes(answered: object) -> bytes:
    if isinstance(answered, tuple):
        return b" ".join(map(_bytes, answered))
    return answered if isinstance(answered, bytes) else b""
