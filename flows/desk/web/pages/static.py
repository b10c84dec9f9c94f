"""What every page brings with it, and whether the desk is there."""

from __future__ import annotations

from typing import Final

from flows.desk.web.language import LANGUAGES
from flows.desk.web.visit import NotFoundError, See, Sent, Visit, within
from flows.files import folder

_MEDIA: Final = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def health(visit: Visit) -> Sent:
    """Say that the desk answers, and which entry it has read."""
    sequence = visit.office.register.tip().entry.sequence
    return Sent(content=f'{{"entry": {sequence}}}'.encode(), media="application/json")


def file(visit: Visit) -> Sent:
    """Hand out the style sheet, the script or the icon."""
    name = visit.path["name"]
    if name not in _MEDIA:
        raise NotFoundError
    return Sent(content=(folder("templates") / "desk" / name).read_bytes(), media=_MEDIA[name])


def language(visit: Visit) -> See:
    """Let the pages speak another language in this browser."""
    chosen = visit.sent("language")
    return See(url=within(visit.sent("next")), language=chosen if chosen in LANGUAGES else LANGUAGES[0])
