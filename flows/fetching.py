"""Asking others over HTTP: within a time and a size that count from the first byte to the last.

No redirect is followed: what leaves goes to the address that was named, or nowhere.
"""

from __future__ import annotations

import io
import ssl
import time
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody answers, in HTTP; ``date`` is what they say of their clock, if anything."""

    status: int
    body: bytes
    date: str = ""


def fetch(
    url: str,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    within: float,
    most: int,
    proxies: bool,
) -> Answer:
    """Return what is answered to a GET, or to a POST of ``data``, whatever its status.

    Args:
        url: Over http or https, which the caller has looked at.
        within: Seconds, for the answer from its first byte to its last.
        most: Bytes of it.
        proxies: Whether to go by the proxies that the environment names.

    Raises:
        OSError: nothing is answered, or not in HTTP, or not within these bounds.
    """
    until = time.monotonic() + within
    opener = OpenerDirector()
    for handler in (ProxyHandler(None if proxies else {}), _Http(until), _Https(until), UnknownHandler()):
        opener.add_handler(handler)
    try:
        request = Request(url, data, dict(headers or {}))  # noqa: S310 - looked at by the caller
        with opener.open(request, timeout=within) as answer:
            return Answer(
                status=answer.status, body=body_of(answer, most), date=answer.headers.get("Date", "")
            )
    except (HTTPException, ValueError) as error:
        raise OSError(f"no answer in HTTP: {type(error).__name__}") from None


def body_of(answer: HTTPResponse, most: int) -> bytes:
    """Return the body of an answer.

    Raises:
        OSError: it is larger than ``most`` bytes, or was cut off.
    """
    body = answer.read(most + 1)
    if len(body) > most:
        raise OSError(f"an answer of more than {most} bytes")
    if answer.length:  # of what was announced; `read` itself says nothing of it
        raise ConnectionResetError("an answer that was cut off")
    return body


def until_then(connection: HTTPConnection, until: float) -> None:
    """Have whatever is answered next on a connection end by an instant of the monotonic clock."""
    # What http.client calls a class is called to make one.
    connection.response_class = partial(_Answer, until=until)  # type: ignore[assignment]


class _InTime(io.RawIOBase):
    """What comes on a socket, until an instant: one that sends a byte now and then gains no time by it."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._socket, self._until = sock, until
        self._each = sock.gettimeout()
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - whatever has bytes
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("an answer that came too slowly")
        self._socket.settimeout(left if self._each is None else min(left, self._each))
        try:
            return self._raw.readinto(buffer)
        finally:
            self._socket.settimeout(self._each)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, until: float, **options: Any) -> None:  # noqa: ANN401 - as http.client gives them
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_InTime(sock, until))


def _made(kind: Callable[..., HTTPConnection], until: float) -> Callable[..., HTTPConnection]:
    def made(*args: Any, **options: Any) -> HTTPConnection:  # noqa: ANN401 - as urllib gives them
        connection = kind(*args, **options)
        until_then(connection, until)
        return connection

    return made


class _Http(HTTPHandler):
    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_made(HTTPConnection, self._until), req)


class _Https(HTTPSHandler):
    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def https_open(self, req: Request) -> HTTPResponse:
        context = ssl.create_default_context()
        return self.do_open(_made(HTTPSConnection, self._until), req, context=context)
