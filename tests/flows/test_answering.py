"""A server at rest ends when it is told to, not when it looks next."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import Any

import httpx
import pytest
import uvicorn

from flows.engine import answering
from flows.engine.answering import Answering
from flows.engine.server import listening

SERVED = """
import signal
import socket
import sys

from flows.engine import answering
from test_answering import configured

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what it puts behind without it

answering._LOOK_SECONDS = 3600
answering.Answering(configured()).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""


async def application(_: Any, __: Any, send: Any) -> None:
    """Answer with nothing."""
    await send({"type": "http.response.start", "status": 204})
    await send({"type": "http.response.body"})


def configured() -> uvicorn.Config:
    return uvicorn.Config(application, lifespan="off", log_level="error")


def at_rest(port: int) -> None:
    """Return once something is answered there: all that is left to do then is to rest."""
    assert httpx.get(f"http://127.0.0.1:{port}", timeout=60).status_code == 204


def test_it_ends_at_once_when_a_thread_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_LOOK_SECONDS", 3600)
    server = Answering(configured())
    with listening(0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        at_rest(listener.getsockname()[1])
        server.end()
        thread.join(60)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.exhaustive)]
)
def test_it_ends_at_once_at_a_signal(number: signal.Signals) -> None:
    with listening(0) as listener:
        call = [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {__file__.rpartition('/')[0]!r}){SERVED}",
        ]
        with subprocess.Popen([*call, str(listener.fileno())], pass_fds=[listener.fileno()]) as process:
            try:
                at_rest(listener.getsockname()[1])
                process.send_signal(number)
                assert process.wait(60) == -number
            finally:
                process.kill()
