"""``request.md``: the request as it stands in clear, for people and for the software alike.

Four lines of facts, an empty line, and the summary fit to publish, or the words that there is none.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flows.domain.assessment import Request
from flows.domain.errors import Fault, MalformedError
from flows.domain.procedure import REQUEST

_NOT_SUMMARISED: Final = "Not summarised."
_FORM: Final = re.compile(
    r"Reference: (?P<reference>[^\n]+)\n"
    r"Authority: (?P<authority>[^\n]+)\n"
    r"Received: (?P<received>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"Subject: (?P<subject>[^\n]+)\n"
    r"\n(?P<summary>.+)\n",
    re.DOTALL,
)


def write_request(request: Request) -> str:
    """Return the file's text."""
    return (
        f"Reference: {request.reference}\n"
        f"Authority: {request.authority}\n"
        f"Received: {request.received.isoformat()}\n"
        f"Subject: {request.subject}\n"
        f"\n{(request.summary or _NOT_SUMMARISED).strip()}\n"
    )


def parse_request_file(text: str) -> Request:
    """Return the request in the file's text.

    Raises:
        MalformedError: it is not in the form ``write_request`` gives it.
    """
    request = _request(text)
    if request is None or write_request(request) != text:
        raise MalformedError(REQUEST, Fault(path="", problem="it is not in the form the register writes"))
    return request


def _request(text: str) -> Request | None:
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    try:
        received = date.fromisoformat(found["received"])
    except ValueError:
        return None
    summary = found["summary"]
    return Request(
        reference=found["reference"],
        authority=found["authority"],
        received=received,
        subject=found["subject"],
        summary=None if summary == _NOT_SUMMARISED else summary,
    )
