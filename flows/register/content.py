"""What a file of a case is to be, as far as it can be known without a key: sealed, and of its own case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.acts import OPEN
from flows.domain.documents import REQUEST
from flows.domain.errors import MalformedError
from flows.domain.reference import identity
from flows.domain.request_file import parse_request_file
from flows.register.report import FoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flows.domain.act import Act

_SEALED: Final = ".age"
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?P<recipients>(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+)"
    rb"--- [A-Za-z0-9+/]{43}\n"
)
"""C2SP age, version 1: recipients, each with lines of base64 of which the last is short; and a MAC."""
_TO_A_KEY: Final = b"-> X25519 "
_LEAST: Final = 16 + 16
"""A nonce and the tag of one chunk."""


def check_content(act: Act, fresh: Iterable[str], read: Callable[[str], bytes], place: str) -> str | None:
    """Check the files that an act brought; return what cannot be known of them, None for nothing.

    Args:
        fresh: Their paths.
        read: Returns one of them.
        place: For findings.

    Raises:
        FoundError: one is not what it is to be.
    """
    unknown = None
    for path in fresh:
        if path.endswith(_SEALED):
            _check_sealed(read(path), f"{place}, {path}")
        elif path == REQUEST:
            unknown = _check_request(act, read(path), f"{place}, {path}")
    return unknown


def _check_sealed(data: bytes, place: str) -> None:
    found = _HEADER.match(data[: 1 << 16])
    keys = found["recipients"].count(_TO_A_KEY) if found else 0
    if found is None or keys != 1 or len(data) - found.end() < _LEAST:
        raise FoundError("E_CONTENT", place, "The file is not sealed to the one key of its case.")


def _check_request(act: Act, data: bytes, place: str) -> str | None:
    try:
        request = parse_request_file(data.decode())
    except (MalformedError, UnicodeDecodeError):
        return f"whether {place} is of its case: it is not in the form that this software writes"
    if identity(request.reference) != identity(act.case):
        raise FoundError("E_CONTENT", place, "The request is of another case.")
    stated = (act.details.get("received"), act.details.get("regime"))
    if act.kind == OPEN and (request.received.isoformat(), request.regime) != stated:
        raise FoundError("E_CONTENT", place, "The request is of another day or Act than the opening states.")
    return None
