"""What a file of a case is to be, as far as it can be known without a key: sealed, and of its own case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flows.domain.acts import OPEN
from flows.domain.characters import unseen_fault
from flows.domain.documents import ASSESSMENT, REQUEST
from flows.domain.errors import MalformedError
from flows.domain.reference import identity
from flows.domain.request_file import parse_request_file
from flows.domain.text_file import typed
from flows.register.report import FoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flows.domain.act import Act

_SEALED: Final = ".age"
_TEXTS: Final = (".md", ".yaml", ".json")
_NAMED: Final = re.compile(r"Reference: ([^\n]+)\n")
_HEADER: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?P<recipients>(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+)"
    rb"--- [A-Za-z0-9+/]{43}\n"
)
"""C2SP age, version 1: recipients, each with lines of base64 of which the last is short; and a MAC."""
_RECIPIENT: Final = re.compile(rb"^-> (\S+)", re.MULTILINE)
_GREASE: Final = b"-grease"
"""Ends the name of a recipient that is nobody, put in so that readers get used to names they do not know.

What follows such a name is made up of any characters, an arrow as well."""
_LEAST: Final = 16 + 16
"""A nonce and the tag of one chunk."""


def is_examined(path: str) -> bool:
    """Tell whether a file is one that this module looks into: all but papers."""
    return path.endswith((_SEALED, *_TEXTS))


def check_content(act: Act, fresh: Mapping[str, bytes], place: str) -> str | None:
    """Check the files that an act brought; return what cannot be known of them, None for nothing.

    Args:
        fresh: They, by path.
        place: For findings.

    Raises:
        FoundError: one is not what it is to be.
    """
    unknown = None
    for path, data in fresh.items():
        if path.endswith(_SEALED):
            _check_sealed(data, f"{place}, {path}")
            continue
        _check_text(data, f"{place}, {path}")
        if path == REQUEST:
            unknown = _check_request(act, data.decode(), f"{place}, {path}")
    return unknown


def unfit_texts(fresh: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield each text that has a character nobody sees, with what is wrong."""
    for path, data in fresh.items():
        if not path.endswith(_SEALED):
            text = data.decode()
            # People write this one, and it is kept as their editor saved it.
            if problem := unseen_fault([typed(text) if path == ASSESSMENT else text]):
                yield path, problem


def _check_sealed(data: bytes, place: str) -> None:
    found = _HEADER.match(data[: 1 << 16])
    named = _RECIPIENT.findall(found["recipients"]) if found else []
    somebody = [name for name in named if not name.endswith(_GREASE)]
    if somebody != [b"X25519"] or len(data) - (found.end() if found else 0) < _LEAST:
        raise FoundError("E_CONTENT", place, "The file is not sealed to the one key of its case.")


def _check_text(data: bytes, place: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        raise FoundError("E_CONTENT", place, "The file is no text in UTF-8.") from None


def _check_request(act: Act, text: str, place: str) -> str | None:
    named = _NAMED.match(text)
    if named is None:
        raise FoundError("E_CONTENT", place, "The file is no request: it does not begin with a reference.")
    if identity(named[1]) != identity(act.case):
        raise FoundError("E_CONTENT", place, "The request is of another case.")
    try:
        request = parse_request_file(text)
    except MalformedError:
        return f"whether {place} is of its case: it is not in the form that this software writes"
    stated = (act.details.get("received"), act.details.get("regime"))
    if act.kind == OPEN and (request.received.isoformat(), request.regime) != stated:
        raise FoundError("E_CONTENT", place, "The request is of another day or Act than the opening states.")
    return None
