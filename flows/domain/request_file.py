"""``request.md``: the request as it stands in clear, for people and for the software alike.

Four lines of facts, an empty line, and the summary fit to publish, or the words that there is none.
A request under another Act than FOIA has a fifth line of facts, its regime.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flows.domain.assessment import FOIA, Request
from flows.domain.documents import REQUEST
from flows.domain.errors import Fault, MalformedError
from flows.domain.provisions import regimes

_NOT_SUMMARISED: Final = "Not summarised."
_FORM: Final = re.compile(
    r"Reference: (?P<reference>[^\n]+)\n"
    r"Authority: (?P<authority>[^\n]+)\n"
    r"Received: (?P<received>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"Subject: (?P<subject>[^\n]+)\n"
    r"(?:Regime: (?P<regime>[^\n]+)\n)?"
    r"\n(?P<summary>.+)\n",
    re.DOTALL,
)


def write_request(request: Request) -> str:
    """Return the file's text."""
    regime = "" if request.regime == FOIA else f"Regime: {request.regime}\n"
    return (
        f"Reference: {request.reference}\n"
        f"Authority: {request.authority}\n"
        f"Received: {request.received.isoformat()}\n"
        f"Subject: {request.subject}\n{regime}"
        f"\n{(request.summary or _NOT_SUMMARISED).strip()}\n"
    )


def parse_request_file(text: str) -> Request:
    """Return the request in the file's text.

    Raises:
        MalformedError: it is not in the form ``write_request`` gives it, or of a regime not known here.
    """
    request = _request(text)
    if request is None or write_request(request) != text:
        raise MalformedError(REQUEST, Fault(path="", problem="it is not in the form the register writes"))
    if request.regime not in regimes():
        problem = f"this version of the software knows the regimes {', '.join(regimes())} only"
        raise MalformedError(REQUEST, Fault(path="Regime", problem=problem))
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
        regime=found["regime"] or FOIA,
    )
