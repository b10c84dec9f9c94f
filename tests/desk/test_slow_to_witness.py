"""Whoever is slow to ask a witness, or asks by more connections than it has, is cut off."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from test_hostile_askers import until, until_closed

from flows.desk import connections, witness_service
from flows.desk.connections import Bounded
from flows.register.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

HEAD = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\n"
ASKED = HEAD + b"Connection: close\r\n\r\nxx"


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Serve a witness in a thread of this process."""
    server = witness_service.server(Witness.create(folder, "witness.example/v"), 0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),))
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


def sent(address: tuple[str, int], data: bytes) -> bytes:
    with socket.create_connection(address, timeout=60) as asking:
        asking.sendall(data)
        return until_closed(asking)


def test_who_is_slow_to_ask_a_witness_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "beginning", 0.2)
    monkeypatch.setattr(witness_service, "_SENDING", 0.2)
    with serving(tmp_path / "witness") as address:
        for head in (b"", b"POST /add-ch", HEAD):
            assert sent(address, head) == b""
        assert sent(address, HEAD + b"Connection: close\r\n\r\nx").startswith(b"HTTP/1.1 408 ")
        assert sent(address, ASKED).startswith(b"HTTP/1.1 400 ")
        # One whose connection stays open for a second question, too.
        with socket.create_connection(address, timeout=60) as asking:
            asking.sendall(HEAD + b"\r\nxx")
            until(asking, b"\r\n\r\n")
            asking.sendall(b"POST /add")
            assert b"HTTP/1.1" not in until_closed(asking)


def test_a_witness_has_so_many_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "EACH", 3)
    with serving(tmp_path / "witness") as address:
        for _ in range(2):  # those that ended count no more
            with ExitStack() as stack:
                for _ in range(3):
                    asking = stack.enter_context(socket.create_connection(address, timeout=60))
                    asking.sendall(HEAD + b"\r\nxx")
                    assert asking.recv(1 << 12).startswith(b"HTTP/1.1 400 ")
                    stack.callback(until_closed, asking)
                    stack.callback(asking.sendall, ASKED)
                assert sent(address, ASKED) == b""
