"""A desk without a proxy before it, and somebody at the machine who wants to keep all others out of it."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from web_builders import SignedIn

from flows.desk import connections
from flows.desk.web import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.home import Home

MANY: Final = 8
ASKED: Final = "GET /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\n"
FORM: Final = (
    "POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {size}\r\n"
)
SLOW: Final = {
    "nothing": "",
    "half a head": "GET / HTTP/1.1\r\nX: a",
    "half a form": FORM + "\r\na=",
    "a form that is asked for and never comes": FORM + "Expect: 100-continue\r\n\r\n",
    "what turns into another connection": ASKED
    + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "one question, and silence": ASKED + "\r\n",
}


@contextmanager
def asking(at: str, sent: str, *, path: str = "/sign-in", size: int = 1_000) -> Iterator[socket.socket]:
    port = at.rpartition(":")[2]
    with socket.create_connection(("127.0.0.1", int(port)), timeout=60) as connection:
        connection.sendall(sent.format(port=port, path=path, size=size).encode())
        yield connection


def is_ended(connection: socket.socket) -> bool:
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def status(connection: socket.socket) -> bytes:
    return connection.recv(1 << 16)[9:12]


@pytest.mark.parametrize("how", SLOW)
def test_whoever_keeps_silent_gives_way_to_whoever_comes(
    home: Home, at: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ALL", MANY)
    officer = SignedIn(home, at, "legal-reviewer")
    with ExitStack() as stack:
        opened: list[socket.socket] = []
        for _ in range(2):
            some = [stack.enter_context(asking(at, SLOW[how])) for _ in range(MANY)]
            opened += some
            if ASKED in SLOW[how]:  # what is being answered gives way to nobody
                assert {*map(status, some)} == {b"200"}
        assert officer.client.get("/").status_code == 200
        assert all(map(is_ended, opened[:MANY]))
    officer.close()


def test_nobody_keeps_others_waiting_by_asking_a_hundred_things_at_once(at: str) -> None:
    with asking(at, (ASKED + "\r\n") * 100) as asked:
        came = b""
        while part := asked.recv(1 << 16):
            came += part
    assert came.count(b"HTTP/1.1 200 ") == 1
    assert came.endswith(b"</html>\n")


def test_whoever_is_slow_to_send_a_form_is_told_and_whoever_goes_away_is_no_fault(
    at: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "_SENDING", 0.2)
    with asking(at, SLOW["half a form"]) as slow:
        assert b"HTTP/1.1 408" in slow.recv(1 << 16)
    monkeypatch.undo()
    with asking(at, SLOW["half a form"]):
        pass
    with asking(at, ASKED + "Connection: close\r\n\r\n") as another:
        assert is_ended(another)
    assert not caplog.records


def test_little_is_held_of_what_nobody_sends_who_is_signed_in(home: Home, at: str) -> None:
    officer = SignedIn(home, at, "foi-officer")
    cookie = f"Cookie: desk={officer.secret}\r\n\r\n"
    files = {"file": ("request.yaml", b"#" * (5 << 20))}
    with ExitStack() as stack:
        with asking(at, f"{FORM}\r\n", path="/inbox", size=5 << 20) as large:
            assert status(large) == b"401"
        with asking(at, FORM + cookie.replace("desk=", "desk=x"), path="/inbox", size=5 << 20) as large:
            assert status(large) == b"401"
        draft = "/cases/1146A-22/draft"
        for _ in range(app.Room(free=32 << 20).free // (4 << 20)):
            stack.enter_context(asking(at, f"{FORM}\r\na=", path=draft, size=4 << 20))
        with asking(at, f"{FORM}\r\na=", path=draft, size=4 << 20) as more:
            assert status(more) == b"503"
        answer = officer.client.post(
            "/inbox", headers={"Origin": at}, data={"token": officer.token}, files=files
        )
        assert answer.status_code < 500
        assert "signed in" not in answer.text
    officer.close()
