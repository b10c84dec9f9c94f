"""By which certificates a registrar and those who ask it over TLS know each other: as the files are now.

Whoever is revoked, or was certified by an authority that is trusted no more, is out at once, and not when the
registrar is next started; a certificate that was renewed is taken up as soon.
"""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError
from flows.engine import failures

if TYPE_CHECKING:
    from pathlib import Path

_KEPT: Final = 600.0
"""Seconds after which all show theirs again: it, or a list of the revoked, may have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTls:
    """Where it listens for others' machines.

    Attributes:
        authority: Certificates of those who may certify whoever asks, PEM.
        certificate: Its own, PEM.
        key: Its private key, PEM.
        revoked: Lists of the certificates that count no more, one of each authority, PEM; None for no lists.
    """

    host: str
    port: int
    authority: Path
    certificate: Path
    key: Path
    revoked: Path | None = None


class Certificates(ssl.SSLContext):
    """Begins each connection with a context of the files as they are then."""

    _files: OverTls
    _seen: object = None
    _until = 0.0
    _context: ssl.SSLContext

    @classmethod
    def of(cls, files: OverTls) -> Certificates:
        """Return those of some files.

        Raises:
            RegisterError: a file will not do.
        """
        made = cls(ssl.PROTOCOL_TLS_SERVER)
        made._files = files
        made._context = made._made()
        return made

    def now(self) -> ssl.SSLContext:
        """Return what a connection is begun with that begins now; one begun with another is to begin anew.

        Where a file will not do, it lets nobody in.
        """
        if time.monotonic() > self._until or self._seen != self._looks():
            try:
                self._context = self._made()
            except RegisterError as error:
                failures.tell("registrar", str(error))
                self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        return self._context

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - as the class has it
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Begin a connection."""
        return self.now().wrap_bio(incoming, outgoing, server_side, server_hostname, session)

    def _made(self) -> ssl.SSLContext:
        """Return a context of the files; how they look is noted before, so that no change is missed."""
        files, context = self._files, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._seen, self._until = self._looks(), time.monotonic() + _KEPT
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_cert_chain(files.certificate, files.key)
            context.load_verify_locations(files.authority)
            if files.revoked:
                context.load_verify_locations(files.revoked)
                context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        except OSError as error:  # an error of OpenSSL is one too
            wrong = (
                "not in PEM, or the key is another's" if isinstance(error, ssl.SSLError) else error.strerror
            )
            raise RegisterError(f"The registrar's certificates cannot be read: {wrong}.") from error
        return context

    def _looks(self) -> list[tuple[int, int, int, int] | None]:
        files = self._files
        return [
            _look(each) for each in (files.authority, files.certificate, files.key, files.revoked) if each
        ]


def _look(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
