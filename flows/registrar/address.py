"""Where a registrar answers, and by what each side knows the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.domain.errors import Fault, MalformedError

UNIX: Final = "unix:"
HTTPS: Final = "https://"
_HOST: Final = re.compile(r"https://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a registrar answers.

    Attributes:
        text: As ``unix:/run/equipoise/registrar.sock`` or ``https://registrar.example.gov.uk:8430``.
        authority: Certificates of those who may certify a registrar, PEM; needed for https.
        certificate: Of whoever asks, PEM, its own first; needed for https.
        key: Its private key, PEM; needed for https.
    """

    text: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def socket(self) -> Path | None:
        """The socket of this machine; None where it is asked over the network."""
        return Path(self.text.removeprefix(UNIX)) if self.text.startswith(UNIX) else None

    @property
    def host(self) -> tuple[str, int]:
        """Host and port, where it is asked over the network."""
        found = _HOST.fullmatch(self.text)
        if found is None:
            raise ValueError(self.text)
        return found[1].strip("[]"), int(found[2])

    def check(self, source: str) -> None:
        """Check that it can be asked there.

        Args:
            source: What faults are told of.

        Raises:
            MalformedError: it cannot.
        """
        if self.text.startswith(f"{UNIX}/"):
            return
        if not _HOST.fullmatch(self.text):
            problem = "unix: and the whole path of a socket is needed, or https:// with a host and a port"
            raise MalformedError(source, Fault(path="", problem=problem))
        if not (self.authority and self.certificate and self.key):
            problem = "over https it takes the files of an authority, a certificate and its key too"
            raise MalformedError(source, Fault(path="", problem=problem))
