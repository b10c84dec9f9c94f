"""Requests that nginx and the desk might read as two, or as from somebody else, by what is in deploy/."""

from __future__ import annotations

import json
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import an_officer
from starlette.datastructures import Headers
from test_behind_a_proxy import HOST, a_free_port, nginx
from web_builders import cookie_of

from flows.casework import acts
from flows.casework.office import open_office
from flows.desk.web.safety import counted_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flows.home import Home

    Ask = Callable[..., bytes]

INNER: Final = b"GET /me HTTP/1.1\r\nHost: HOST\r\nCookie: COOKIE\r\nX-Smuggled: "
"""A request that somebody would have the desk take for one of the next person's."""
CHUNK: Final = b"%x\r\n%s\r\n0\r\n\r\n"


def post(*lines: bytes, body: bytes = b"", path: bytes = b"/sign-in") -> bytes:
    head = [b"POST " + path + b" HTTP/1.1", b"Host: HOST", b"Origin: https://HOST", *lines]
    return b"\r\n".join([*head, b"", b""]) + body


def length(body: bytes, *lines: bytes) -> bytes:
    return post(b"Content-Length: %d" % len(body), *lines, body=body)


SMUGGLED: Final = {
    "a length and chunks": post(
        b"Content-Length: %d" % (5 + len(INNER)), b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + INNER
    ),
    "chunks and a length": post(
        b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n" + INNER
    ),
    "two lengths": post(b"Content-Length: 0", b"Content-Length: %d" % len(INNER), body=INNER),
    "a length with a sign": post(b"Content-Length: +%d" % len(INNER), body=INNER),
    "a length of two values": post(b"Content-Length: 0, %d" % len(INNER), body=INNER),
    "a length behind an underscore": post(b"Content_Length: %d" % len(INNER), body=INNER),
    "a length behind a space": post(b"Content-Length : %d" % len(INNER), body=INNER),
    "a length on a line that goes on": post(b"X: a\r\n Content-Length: %d" % len(INNER), body=INNER),
    "chunks behind a tab": post(b"Transfer-Encoding:\x0bchunked", body=CHUNK % (len(INNER), INNER)),
    "chunks in another code": post(b"Transfer-Encoding: xchunked", body=CHUNK % (len(INNER), INNER)),
    "chunks in two codes": post(b"Transfer-Encoding: gzip, chunked", body=CHUNK % (len(INNER), INNER)),
    "chunks twice": post(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=CHUNK % (len(INNER), INNER)
    ),
    "a size of a chunk with more": post(b"Transfer-Encoding: chunked", body=b"0;x=\n\n\r\n\r\n" + INNER),
    "a size of a chunk with a bare line end": post(b"Transfer-Encoding: chunked", body=b"0\n\n" + INNER),
    "a size of a chunk in hex with a mark": post(b"Transfer-Encoding: chunked", body=b"0x0\r\n\r\n" + INNER),
    "a size of a chunk beyond all numbers": post(
        b"Transfer-Encoding: chunked", body=b"10000000000000000\r\n" + INNER
    ),
    "a trailer": post(
        b"Transfer-Encoding: chunked", body=b"0\r\nContent-Length: %d\r\n\r\n" % len(INNER) + INNER
    ),
    "bare line ends": post(body=b"").replace(b"\r\n", b"\n") + INNER,
    "a bare return in a value": post(b"X: a\rContent-Length: %d" % len(INNER), body=INNER),
    "a NUL in a value": post(b"X: a\x00b", body=INNER),
    "a body of what has none": b"GET /sign-in HTTP/1.1\r\nHost: HOST\r\nContent-Length: %d\r\n\r\n"
    % len(INNER)
    + INNER,
    "a body that is expected": length(INNER, b"Expect: 100-continue"),
    "an upgrade to HTTP/2": length(
        INNER, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQ"
    ),
    "an upgrade to a socket": length(
        INNER,
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    "an older version": length(INNER).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "no version": b"GET /sign-in\r\n" + INNER,
    "a target with a line in it": length(b"", b"Host: HOST").replace(b"/sign-in", b"/sign-in%0d%0aX:%20/"),
}


@pytest.fixture
def proxied(home: Home, at: str, tmp_path: Path) -> Iterator[Ask]:
    """Ask the desk through nginx, in bytes."""
    port, plain = a_free_port(), a_free_port()
    with open_office(home) as office:
        acts.change_desk(office, an_officer(home, "administrator"), [f"https://{HOST}:{port}"])
    (tmp_path / "nginx").mkdir()
    cookie = f"__Host-desk={cookie_of(home, 'legal-reviewer')}"
    with nginx(tmp_path / "nginx", at, port, plain):
        trust = ssl.create_default_context(cafile=str(tmp_path / "nginx" / "desk.crt"))

        def ask(sent: bytes, source: str = "127.0.0.1") -> bytes:
            sent = sent.replace(b"HOST", f"{HOST}:{port}".encode()).replace(b"COOKIE", cookie.encode())
            came = b""
            with (
                socket.create_connection(("127.0.0.1", port), 20, (source, 0)) as plain,
                trust.wrap_socket(plain, server_hostname=HOST) as asking,
                suppress(ConnectionError, ssl.SSLError),
            ):
                asking.sendall(sent)
                came = asking.recv(1 << 16)
                asking.settimeout(0.5)  # what comes unasked comes at once
                with suppress(TimeoutError):
                    while more := asking.recv(1 << 16):
                        came += more
            return came

        yield ask


def asked_inner(home: Home, place: Path) -> tuple[int, int]:
    """Return how often nginx, and the desk, took it that the inner request was made."""
    access = (place / "nginx" / "access.log").read_text(encoding="utf-8")
    desk = [json.loads(line) for line in home.desk_log.read_text(encoding="utf-8").splitlines()]
    return access.count('"GET /me HTTP/1.1" 200 '), [each["route"] for each in desk].count("GET /me")


@pytest.mark.exhaustive
def test_no_request_hides_in_another(home: Home, proxied: Ask, tmp_path: Path) -> None:
    ask = proxied
    assert b"legal-reviewer" in ask(INNER + b"\r\nConnection: close\r\n\r\n")
    assert asked_inner(home, tmp_path) == (1, 1)
    hidden = {}
    for name, sent in SMUGGLED.items():
        came = ask(sent)
        by_nginx, by_desk = asked_inner(home, tmp_path)
        if by_nginx != by_desk:  # what nginx took for a request of its own hides nothing
            hidden[name] = ([f"{by_nginx} at nginx, {by_desk} at the desk"], came)
        after = ask(b"GET /health HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n")
        if after.count(b"HTTP/1.1 ") != 1 or b'{"entry"' not in after:
            hidden[name] = (["the next person's answer"], after)
    assert hidden == {}


AT_THE_DESK: Final = b"localhost:8420"
AS_IF_HERE: Final = {
    "an address of the machine": (b"X-Forwarded-For: 127.0.0.1",),
    "no address": (b"X-Forwarded-For:",),
    "no address, and that it is for nginx alone": (b"Connection: close, X-Forwarded-For",),
    "an address behind an underscore": (b"X_Forwarded_For: 127.0.0.1",),
    "what other proxies say": (b"X-Real-IP: 127.0.0.1", b"Forwarded: for=127.0.0.1;host=localhost"),
    "another host": (b"X-Forwarded-Host: localhost:8420", b"X-Host: localhost:8420"),
    "another path": (b"X-Original-URL: /sign-in/sample", b"X-Rewrite-URL: /sign-in/sample"),
    "another method": (b"X-HTTP-Method-Override: POST",),
    "who they are": (b"Remote-User: administrator", b"X-Remote-User: administrator", b"X-SSL-Client-S-DN: a"),
    "a name and a password": (b"Authorization: Basic YWRtaW5pc3RyYXRvcjo=",),
}


@pytest.mark.exhaustive
def test_nobody_is_taken_for_somebody_at_this_machine(proxied: Ask) -> None:
    entered = {}
    body = b"person=administrator"
    for name, lines in AS_IF_HERE.items():
        sent = length(body, b"Content-Type: application/x-www-form-urlencoded", *lines)
        sent = sent.replace(b"/sign-in HTTP", b"/sign-in/sample HTTP")
        here = sent.replace(b"https://HOST", b"http://HOST").replace(b"HOST", AT_THE_DESK)
        whole = here.replace(b"POST ", b"POST http://" + AT_THE_DESK, 1)
        ways = {"as it is": sent, "by its own name": here, "by a whole address": whole}
        for number, (way, each) in enumerate(ways.items(), start=1):
            came = proxied(each, f"127.0.1.{number}")  # each is asked so often alone
            if b"set-cookie" in came.lower() or b" 404 " not in came.partition(b"\r\n")[0]:
                entered[(name, way)] = came
    assert entered == {}


PATHS: Final = (
    b"//me",
    b"/./me",
    b"/%6de",
    b"/%2fme",
    b"/me;x=1",
    b"/me/",
    b"/me%00",
    b"/static/../me",
    b"/static/%2e%2e/me",
    b"/static/..%2fme",
    b"/static/..;/me",
    b"/static/%5c..%5cme",
    b"/ME",
    b"http://HOST/me",
    b"http://localhost/me",
)


@pytest.mark.exhaustive
def test_however_a_page_is_written_it_is_for_who_is_signed_in(proxied: Ask) -> None:
    open_ = {
        path: came
        for path in PATHS
        if b"legal-reviewer"
        in (came := proxied(INNER.replace(b"/me", path).replace(b"COOKIE", b"x") + b"\r\n\r\n"))
        or b" 200 " in came.partition(b"\r\n")[0]
    }
    assert open_ == {}


def test_what_is_too_large_for_the_head_of_a_request_ends_there(proxied: Ask) -> None:
    for sent in (
        b"GET /me?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: HOST\r\n\r\n",
        b"GET /me HTTP/1.1\r\nHost: HOST\r\nCookie: " + b"x" * 100_000 + b"\r\n\r\n",
        b"GET /me HTTP/1.1\r\nHost: HOST\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        length(b"x" * 10).replace(b"Length: 10", b"Length: 99999999999"),
    ):
        assert proxied(sent)[:10] in {b"HTTP/1.1 4", b""}  # nginx may close before it is read
    assert b'{"entry"' in proxied(b"GET /health HTTP/1.1\r\nHost: HOST\r\n\r\n")


def test_whoever_asks_too_often_keeps_nobody_else_from_signing_in(proxied: Ask) -> None:
    asked = length(b"challenge=x&signature=x", b"Content-Type: application/x-www-form-urlencoded")
    asked = asked.replace(b"Origin", b"Connection: close\r\nOrigin")

    def status(source: str, *lines: bytes) -> bytes:
        return proxied(asked.replace(b"Origin", b"\r\n".join([*lines, b"Origin"]), 1), source)[9:12]

    for _ in range(20):
        assert status("127.0.0.2") == b"422"
    assert status("127.0.0.2") == b"429"
    # No word of their own makes them somebody else, nor somebody else them.
    assert status("127.0.0.2", b"X-Forwarded-For: 192.0.2.7") == b"429"
    assert status("127.0.0.3", b"X-Forwarded-For: 127.0.0.2") == b"422"


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ([], "127.0.0.1"),
        (["192.0.2.7"], "192.0.2.7/32"),
        (["192.0.2.9", "192.0.2.8, 192.0.2.7"], "192.0.2.7/32"),
        (["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (["for=192.0.2.7"], "127.0.0.1"),
        ([""], "127.0.0.1"),
    ],
)
def test_what_the_proxy_says_last_is_whose_asking_is_counted(said: list[str], counted: str) -> None:
    headers = Headers(raw=[(b"x-forwarded-for", each.encode()) for each in said])

    assert counted_as(headers, "127.0.0.1") == counted
    assert counted_as(headers, "198.51.100.4") == "198.51.100.4"
