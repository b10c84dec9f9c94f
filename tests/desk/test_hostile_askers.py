"""Whoever may ask a registrar may want it to fail, or to do what only others may."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import ssl
import threading
import time
import typing
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin, get_type_hints

import pytest
from desk_builders import CASE, Desk, a_signer, a_submission, passes_audit
from pydantic import AwareDatetime
from registrars import Certifier, elsewhere, running

from flows.casework.acts import propose
from flows.desk.connections import Bounded
from flows.desk.registrar import application
from flows.desk.registrar.answers import ANSWERS
from flows.desk.registrar.application import Application, Offices, protocol_for
from flows.desk.registrar.peers import Named, Part, Peer, Peers
from flows.desk.registrar.serving import _server
from flows.domain.errors import MalformedError, PitError, TamperedError, UnexpectedError
from flows.register.remote import Stands
from flows.register.signature import STATEMENT
from flows.registrar import refusal
from flows.registrar.address import Address
from flows.registrar.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flows.home import Home

TEXTS: Final = (
    "",
    CASE,
    "test",
    "../../keys/service",
    "/etc/passwd",
    "a\x00b",
    "\u202e",
    "x" * 5_000,
    "*",
    "%",
    "'",
    "-1",
    "x\n- y",
)
VALUES: Final[dict[Any, tuple[Any, ...]]] = {
    str: TEXTS,
    int: (0, 1, -1, 1 << 31, (1 << 63) - 1, 1 << 63, -(1 << 70), 10**400),
    bool: (True, False),
    bytes: ("", "AAAA", "e30=", "LS0tLS1CRUdJTg==", "A" * 40_000),
    date: ("0001-01-01", "9999-12-31", "2022-11-07"),
    datetime: ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2022-11-07T00:00:00Z"),
    type(None): (None,),
}
VALUES[AwareDatetime] = VALUES[datetime]


def values_of(kind: Any) -> Iterator[Any]:  # noqa: C901 - a row for each kind of type
    """Yield values of a type, as JSON has them, each of which somebody hostile might choose."""
    origin, within = get_origin(kind), get_args(kind)
    if kind in VALUES:
        yield from VALUES[kind]
    elif origin is typing.Annotated:
        yield from values_of(within[0])
    elif origin in (UnionType, typing.Union):
        for each in within:
            yield from values_of(each)
    elif origin in (list, set, frozenset) or (origin is tuple and within[-1] is ...):
        yield []
        for value in values_of(within[0]):
            yield [value]
        yield [next(values_of(within[0]))] * 2_000
    elif origin is tuple:
        yield from ([*row] for row in rows_of(dict(enumerate(within)), values=True))
    elif origin is dict:
        yield {}
        yield from ({key: next(values_of(within[1]))} for key in TEXTS)
        yield from ({CASE: value} for value in values_of(within[1]))
    elif is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        yield from rows_of({each.name: hints[each.name] for each in fields(kind)})
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from (each.value for each in kind)
    else:
        pytest.fail(f"no hostile values are known of {kind}")


def rows_of(takes: dict[Any, Any], *, values: bool = False) -> Iterator[Any]:
    """Yield rows in which each value stands beside plain ones, and each beside another of its place."""
    chosen = {name: [*values_of(kind)] for name, kind in takes.items()}
    plain = {name: each[1 % len(each)] for name, each in chosen.items()}
    for name in takes:
        for value in chosen[name]:
            row = plain | {name: value}
            yield [*row.values()] if values else row
    for each in itertools.islice(itertools.zip_longest(*chosen.values()), 12):
        row = {name: plain[name] if value is None else value for name, value in zip(takes, each, strict=True)}
        yield [*row.values()] if values else row


@pytest.mark.exhaustive
def test_whatever_is_asked_is_answered_or_refused_in_a_sentence(desk: Desk) -> None:
    offices = Offices(desk.home)
    answering = Application(offices)
    failed = {}
    try:
        for name, answer in ANSWERS.items():
            takes = {each: field.annotation for each, field in answer.form.model_fields.items()}
            for part in sorted(answer.parts):
                peer = Peer(part=part, person="foi-officer" if part is Part.OFFICER else "")
                for row in rows_of(takes):
                    status, said = answering._answered(name, peer, json.dumps(row).encode())
                    error = refusal.read(json.loads(said)) if status == 409 else None
                    if isinstance(error, UnexpectedError | TamperedError):
                        failed[(name, str(error))] = row
    finally:
        offices.close()
    assert failed == {}
    assert passes_audit(desk.home)


# How it is asked ----------------------------------------------------------------------------------


@contextmanager
def served(home: Home, path: Path) -> Iterator[Application]:
    """Serve a registrar at a socket, in a thread of this process."""
    offices = Offices(home)
    answering = Application(offices)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        server = _server(answering, protocol_for(Named(home)))
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),))
        thread.start()
        try:
            yield answering
        finally:
            server.should_exit = True
            thread.join()
            offices.close()


def asked(path: Path, sent: bytes) -> bytes:
    """Return all that is answered to some bytes until nothing more comes."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(20)
        asking.connect(str(path))
        with suppress(BrokenPipeError):
            asking.sendall(sent)
        return until_closed(asking)


def until_closed(asking: socket.socket) -> bytes:
    return until(asking, b"nothing that is ever said")


def until(asking: socket.socket, end: bytes) -> bytes:
    """Return what comes, up to where it has an end; all, if it is cut off before."""
    came = b""
    with suppress(ConnectionError):
        while end not in came and (more := asking.recv(1 << 16)):
            came += more
    return came


def head(what: str = "stands", *more: str, method: str = "POST", length: int | None = 2) -> bytes:
    lines = [f"{method} /{what} HTTP/1.1", "Host: x", "Content-Type: application/json", *more]
    lines += [f"Content-Length: {length}"] if length is not None else []
    return "\r\n".join([*lines, "", ""]).encode()


LAST = "Connection: close"


def test_nothing_is_read_of_whoever_may_not_ask(desk: Desk, tmp_path: Path) -> None:
    """What they announce is never sent: they are answered nonetheless."""
    path = tmp_path / "s"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Peers, "of_account", lambda *_: Peer(part=Part.WORKER))
        with served(desk.home, path) as answering:
            for what in ("unseal", "arrivals", "nothing", "health/../unseal", "%2e%2e/append", "Append"):
                with socket.socket(socket.AF_UNIX) as asking:
                    asking.settimeout(20)
                    asking.connect(str(path))
                    asking.sendall(head(what, length=100 << 20))
                    told = b"worker may not ask that of the registrar"
                    assert told in until(asking, b"}"), what
            assert answering._held == 0


UNASKED = {
    "a form of a page": head("stands", "Origin: https://desk.example.gov.uk", LAST) + b"{}",
    "a form that needs no question first": head("stands", LAST).replace(b"application/json", b"text/plain")
    + b"{}",
    "what is fetched": head("stands", LAST, method="GET", length=None),
    "a length and parts": head("stands", "Transfer-Encoding: chunked", LAST)
    + b"0\r\n\r\n"
    + head("stands")
    + b"{}",
    "more than is asked there": head("stands", LAST, length=5 << 20),
}
NO_HTTP = {
    "two lengths": head("stands", "Content-Length: 7") + b"{}POST /",
    "parts in another code": head("stands", "Transfer-Encoding: xchunked", length=None) + b"0\r\n\r\n",
    "a length below nothing": head("stands", length=-1),
    "a length with a sign": head("stands", length=None)[:-2] + b"Content-Length: +2\r\n\r\n{}",
    "a space before the colon": head("stands", "X : a") + b"{}",
    "a NUL in a line": head("stands", "X: a\0b") + b"{}",
    "a line without end": b"POST /stands HTTP/1.1\r\nX: " + b"x" * 300_000,
    "no line": b"\x16\x03\x01" * 1_000 + b"\r\n\r\n",
}


def test_what_is_not_asked_as_one_asks_is_refused_and_nothing_behind_it_is_answered(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "s"
    with served(desk.home, path) as answering:
        assert b"200 OK" in asked(path, head("stands", LAST) + b"{}")
        for name, sent in UNASKED.items():
            came = asked(path, sent)
            assert b"what was asked: " in came, name
            assert came.count(b"HTTP/1.1 ") == 1, name
        parts = head("stands", "Transfer-Encoding: chunked", length=None) + b"%x\r\n" % (8 << 20)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(20)
            asking.connect(str(path))
            asking.sendall(parts + bytes(8 << 20) + b"\r\n0\r\n\r\n" + head("stands") + b"{}")
            assert b"larger than anything" in until(asking, b"200 OK")  # and the next is answered
        with closing(Connection(Address(text=f"unix:{path}"))) as told:
            for _ in range(2):  # whoever asks in our own way reads why, and can go on asking
                with pytest.raises(MalformedError, match="larger than anything that is asked there"):
                    told.ask("filed", dict, reference="x" * (5 << 20))
                assert told.ask("stands", Stands).stopped is None
        for name, sent in NO_HTTP.items():
            came = asked(path, sent.replace(b"Host: x", b"Host: x\r\nConnection: close", 1))
            assert came.startswith(b"HTTP/1.1 400 ") or came == b"", (name, came)
            assert came.count(b"HTTP/1.1 ") <= 1, (name, came)
        assert answering._held == 0


def test_who_is_slow_to_ask_or_to_read_is_cut_off(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_SENDING", 0.2)
    for each in ("beginning", "taking"):
        monkeypatch.setattr(Bounded, each, 0.2)
    path = tmp_path / "s"
    with served(desk.home, path) as answering:
        for sent in (b"", b"POST /sta", head("stands", LAST) + b"{}" + head("stands")[:9]):
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(20)
                asking.connect(str(path))
                asking.sendall(sent)
                came = until_closed(asking)
            assert came.count(b"200 OK") == sent.count(b"{}")
        assert b"it came too slowly" in asked(path, head("stands", LAST) + b"{")
        assert answering._held == 0
        # An answer that nobody reads, and the rest of what was refused, are not kept for ever.
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(20)
            asking.connect(str(path))
            asking.sendall(head("pack", length=15) + b'{"after": null}')
            with pytest.raises(OSError):  # noqa: PT011, PT012 - whichever the system has for it
                for _ in range(10_000):
                    asking.sendall(b"x" * 10)
                    time.sleep(0.01)


def test_one_who_asks_has_so_many_connections(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "EACH", 3)
    path = tmp_path / "s"
    with served(desk.home, path), ExitStack() as stack:
        for _ in range(2):  # what is closed counts no more
            some = []
            for _ in range(3):
                asking = stack.enter_context(socket.socket(socket.AF_UNIX))
                asking.settimeout(20)
                asking.connect(str(path))
                asking.sendall(head("stands") + b"{}")
                assert b"200 OK" in asking.recv(1 << 16)
                some.append(asking)
            assert asked(path, head("stands", LAST) + b"{}") == b""
            for asking in some:
                asking.sendall(head("stands", LAST) + b"{}")
                assert b"200 OK" in until_closed(asking)


def test_no_more_is_held_of_all_that_is_asked_than_there_is_room_for(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_TOGETHER", 1_000)
    path = tmp_path / "s"
    with served(desk.home, path) as answering:
        sent = head("named-in", LAST, length=2_000) + b" " * 2_000
        assert b"Too much is asked of the registrar at the moment" in asked(path, sent)
        assert answering._held == 0
        assert b"200 OK" in asked(path, head("stands", LAST) + b"{}")


# Over TLS -----------------------------------------------------------------------------------------


PEERS = """
[certificates]
"worker-1" = "worker"
"""
ODD: Final[dict[str, dict[str, Any]]] = {
    "a name that goes on behind a NUL": {"names": ["worker-1\0.example"]},
    "a wildcard": {"names": ["*"]},
    "in capitals": {"names": ["WORKER-1"]},
    "a letter of another script": {"names": ["w\u043erker-1"]},
    "with a space": {"names": ["worker-1 "]},
    "two names": {"names": ["worker-1", "another"]},
    "the name twice": {"names": ["worker-1", "worker-1"]},
}


@pytest.mark.exhaustive
def test_a_certificate_is_of_whom_it_names_and_in_force(desk: Desk, tmp_path: Path) -> None:
    desk.home.peers.write_text(PEERS)
    certifier = Certifier(tmp_path)
    (tmp_path / "other").mkdir()
    other = Certifier(tmp_path / "other")
    with running(desk.home, certifier) as registrar:
        host, port = Address(text=registrar.over_tls).host

        def answered(files: tuple[Path, Path] | None) -> str:
            context = ssl.create_default_context(cafile=certifier.authority)
            if files:
                context.load_cert_chain(*files)
            try:
                with (
                    socket.create_connection((host, port), timeout=60) as plain,
                    context.wrap_socket(plain, server_hostname=host) as asking,
                ):
                    asking.sendall(head("stands", LAST) + b"{}")
                    return until_closed(asking).decode()
            except OSError:
                return "cut off"

        assert "200 OK" in answered(certifier.certify("worker-1"))
        for name, each in ODD.items():
            files = certifier.certify(*each["names"], file="odd")
            assert "whoever is not named in registrar.toml may not" in answered(files), name
        ended = certifier.certify("worker-1", ended=True, file="ended")
        for nobody in (other.certify("worker-1"), ended, None):
            assert answered(nobody) in {"", "cut off"}
        # Whoever has a certificate, and no part, keeps nobody else out.
        stranger = certifier.certify("stranger")
        with ExitStack() as stack:
            context = ssl.create_default_context(cafile=certifier.authority)
            context.load_cert_chain(*stranger)
            for _ in range(40):
                with suppress(OSError):
                    plain = stack.enter_context(socket.create_connection((host, port), timeout=60))
                    stack.enter_context(context.wrap_socket(plain, server_hostname=host))
            assert answered(stranger) in {"", "cut off"}
            assert "200 OK" in answered(certifier.certify("worker-1"))


# The same act, and another under its key ----------------------------------------------------------


@pytest.mark.exhaustive
def test_an_act_that_is_sent_again_is_recorded_once_and_another_under_its_key_never(
    desk: Desk, tmp_path: Path
) -> None:
    desk.home.peers.write_text(PEERS)
    certifier = Certifier(tmp_path)
    with running(desk.home, certifier) as registrar:
        address = certifier.address(registrar.over_tls, "worker-1")
        signer = a_signer(desk.home, "foi-officer")
        with elsewhere(tmp_path / "desk", registrar.socket) as office:
            proposal = propose(office, "foi-officer", a_submission())
        given: dict[str, Any] = {
            "statement": proposal.statement.to_bytes(),
            "changes": dict(proposal.changes),
            "signature": signer.sign(proposal.statement.to_bytes(), STATEMENT),
        }
        with ThreadPoolExecutor(8) as pool:

            def ask(_: int) -> tuple[bytes, bool]:
                asking = Connection(address)
                with closing(asking):
                    return asking.ask("append", tuple[bytes, bool], **given)

            answers = [*pool.map(ask, range(16))]
        assert len({raw for raw, _ in answers}) == 1
        assert [new for _, new in answers].count(True) == 1
        asking = Connection(address)
        with closing(asking):
            for other in (
                {"statement": given["statement"].replace(b"submit", b"return")},
                {"statement": given["statement"].replace(b"foi-officer", b"administrator")},
                {"signature": ""},
            ):
                with pytest.raises(PitError):
                    asking.ask("append", tuple[bytes, bool], **{**given, **other})
    assert desk.stage() == "legal-review"
    assert passes_audit(desk.home)
