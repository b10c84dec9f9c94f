"""The desk is served alone where a registrar writes, as in a pod beside it."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
from desk_builders import EQUIPOISE, Desk
from registrars import running

from flows.engine.server import listening
from flows.home import REGISTRAR_VARIABLE

if TYPE_CHECKING:
    from flows.home import Home


def test_a_desk_answers_at_the_port_it_is_told_or_not_at_all(home: Home) -> None:
    with listening(0) as taken:
        port = taken.getsockname()[1]
        told = Desk(home)("desk", "serve", "--port", str(port))
    assert (told.exit_code, told.stdout) == (3, "")
    assert told.stderr == f"Port {port} of this machine is taken; name another with --port.\n"


@pytest.mark.exhaustive
def test_a_desk_beside_a_registrar_answers_on_the_same_home_until_it_is_told_to_end(home: Home) -> None:
    with listening(0) as free:
        port = str(free.getsockname()[1])
    with running(home) as registrar:
        told = {**os.environ, REGISTRAR_VARIABLE: registrar.socket.text}
        call = [str(EQUIPOISE), "desk", "serve", "--port", port, "--home", str(home.root)]
        with subprocess.Popen(call, env=told, stdout=subprocess.PIPE, text=True) as desk:
            try:
                assert desk.stdout
                at = f"http://localhost:{port}"
                assert desk.stdout.readline() == f"The desk answers at {at}. Stop with Ctrl-C.\n"
                answer = httpx.get(f"{at}/health", timeout=60)
                state = httpx.get(f"{at}/health/state", timeout=60)
                desk.send_signal(signal.SIGTERM)
                assert desk.wait(60) in {0, -signal.SIGTERM}
            finally:
                desk.kill()
    assert answer.status_code == 200
    assert state.json()["entries"] > 1
