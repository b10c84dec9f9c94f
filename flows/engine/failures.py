"""What fails is told: one line on standard error, and in the log of the home of a running ``up``.

A line says which flow failed, on what, and why, in the words of our own errors, which hold no text of a
case. What fails again and again is told once an hour.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Final, TextIO

from flows.domain.characters import in_json, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG: Final = logging.getLogger("equipoise")
_AGAIN_SECONDS: Final = 3600
_LARGEST: Final = 1 << 20
_KEPT: Final = 5


def tell(flow: str, what: str, about: str = "") -> None:
    """Tell of a failure.

    Args:
        flow: Which failed, or what else was tried.
        what: Why: a sentence of ours, or the kind of an error that is not ours.
        about: The case or the item it was about.
    """
    _say(logging.ERROR, flow, what, about)


def tell_done(flow: str, what: str, about: str, seconds: float) -> None:
    """Tell what a run did, where the log is JSON.

    Args:
        seconds: That the run took so far.
    """
    _say(logging.INFO, flow, what, about, seconds=round(seconds, 3))


def _say(level: int, flow: str, what: str, about: str, **more: object) -> None:
    said = {"flow": flow, "about": about, "what": what, **more}
    _LOG.log(level, "%s", ": ".join(filter(None, (flow, about, what))), extra={"said": said})


@contextmanager
def told(file: Path | None = None, *, form: str = "text") -> Iterator[None]:
    """Tell of failures on standard error, and in ``file``, for as long as the block lasts.

    Args:
        form: ``text``; or ``json``, one object a line, of what was done too.
    """
    handlers: list[logging.Handler] = [_Stderr()]
    if file:
        kept = RotatingFileHandler(file, maxBytes=_LARGEST, backupCount=_KEPT, encoding="utf-8")
        kept.setFormatter(_Line("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"))
        handlers.append(kept)
    if form == "json":
        for handler in handlers:
            handler.setFormatter(_Json())
    once, propagates, level = _Once(), _LOG.propagate, _LOG.level
    _LOG.setLevel(logging.INFO if form == "json" else logging.ERROR)
    _LOG.addFilter(once)
    _LOG.propagate = False  # Prefect has a handler of its own
    for handler in handlers:
        _LOG.addHandler(handler)
    try:
        yield
    finally:
        _LOG.propagate = propagates
        _LOG.setLevel(level)
        _LOG.removeFilter(once)
        for handler in handlers:
            _LOG.removeHandler(handler)
            handler.close()


class _Line(logging.Formatter):
    """One line, in which nothing can steer a terminal."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record), lines=False)


class _Json(logging.Formatter):
    """One JSON object: when, how grave, which flow, about what, and what."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        said = getattr(record, "said", {"what": record.getMessage()})
        row = {
            "at": at,
            "level": record.levelname.lower(),
            **{key: each for key, each in said.items() if each},
        }
        return in_json(json.dumps(row, ensure_ascii=False))


class _Stderr(logging.StreamHandler[TextIO]):
    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(_Line())


class _Once(logging.Filter):
    """Lets a line pass that was not told within the hour."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            return True
        now, line = time.monotonic(), record.getMessage()
        self._told = {each: when for each, when in self._told.items() if now - when < _AGAIN_SECONDS}
        return self._told.setdefault(line, now) == now
