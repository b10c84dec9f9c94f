"""A witness over HTTP: `POST /add-checkpoint`, as https://c2sp.org/tlog-witness has it.

Who asks is not asked: only a log has the key that signs its checkpoints. So it needs no log-in, and what
it answers may be seen by anybody. Everything it decides, `register.witness` decides.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows import home as flows_home
from flows.domain.errors import NotCosignedError
from flows.register.witness import MOST_BYTES

if TYPE_CHECKING:
    from starlette.requests import Request
    from uvicorn import Server

    from flows.desk.connections import Bounded
    from flows.register.witness import Witness

_TOO_LARGE, _TOO_SLOW, _MALFORMED = 413, 408, 400
_SENDING: Final = 60.0
"""Seconds for which somebody may take to say what they ask: some kilobytes."""


def application(witness: Witness) -> Starlette:
    """Return what answers for a witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        try:
            async with asyncio.timeout(_SENDING):
                async for part in request.stream():
                    body += part
                    if len(body) > MOST_BYTES:
                        return PlainTextResponse("It is larger than any request.\n", _TOO_LARGE)
        except TimeoutError:
            return PlainTextResponse("It came too slowly.\n", _TOO_SLOW)
        try:
            asked = body.decode("utf-8")
            # In a thread: it waits for the log's lock and for the disk.
            answer = await asyncio.to_thread(witness.add, asked, flows_home.now())
        except UnicodeDecodeError:
            return PlainTextResponse("It is not UTF-8.\n", _MALFORMED)
        except NotCosignedError as refused:
            if refused.size is not None:
                # As the specification has it, to the letter: no set of characters follows.
                kind = {"Content-Type": "text/x.tlog.size"}
                return Response(f"{refused.size}\n", refused.status, headers=kind)
            return PlainTextResponse(f"{refused}\n", refused.status)
        return PlainTextResponse(answer)

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def server(witness: Witness, port: int) -> Server:
    """Return a server for a witness, on loopback: a proxy before it speaks TLS."""
    import uvicorn  # noqa: PLC0415 - for who serves alone

    return uvicorn.Server(
        uvicorn.Config(
            application(witness),
            http=_connections(),
            host="127.0.0.1",
            port=port,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )


def _connections() -> type[Bounded]:
    """Return how connections are served: a few at once, none for long; the answers are short."""
    from flows.desk.connections import Bounded  # noqa: PLC0415 - as above

    return type("Served", (Bounded,), {"open_": Counter(), "taking": 60.0})
