"""The registrar over HTTP: who asks is known by the connection; a few offices answer, one of which writes."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack, contextmanager
from queue import LifoQueue
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError
from pydantic_core import to_json
from uvicorn.protocols.http.h11_impl import H11Protocol

from flows import tracing
from flows.casework.office import Office
from flows.desk.registrar.answers import ANSWERS, Asked
from flows.desk.registrar.peers import Peers, account_of
from flows.domain.errors import Fault, MalformedError, NotEntitledError, PitError, UnexpectedError
from flows.engine import failures
from flows.registrar import refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from flows.desk.registrar.peers import Peer
    from flows.desk.registrar.replication import Replication
    from flows.home import Home
    from flows.register.store import OwnRegister

_READERS: Final = 3
_MOST_BYTES: Final = 128 << 20
"""Of what is asked: twice what can come with a request, as base64."""
_OK, _REFUSED, _UNKNOWN, _STOPPED = 200, 409, 404, 503


class Offices:
    """Open offices, each used by one thread at a time: a few that read, and one that writes."""

    def __init__(self, home: Home) -> None:
        self._stack = ExitStack()
        # The one used last comes first: what it remembers is the newest.
        self._reading: LifoQueue[Office] = LifoQueue()
        self._writing: LifoQueue[Office] = LifoQueue()
        for queue, count in ((self._writing, 1), (self._reading, _READERS)):
            for _ in range(count):
                queue.put(self._stack.enter_context(Office(home, serving=True)))

    def close(self) -> None:
        """Close them."""
        self._stack.close()

    @contextmanager
    def lent(self, *, writes: bool) -> Iterator[Office]:
        """Lend one."""
        queue = self._writing if writes else self._reading
        office = queue.get()
        try:
            yield office
        finally:
            queue.put(office)


class Application:
    """What answers, as ASGI has it.

    Args:
        replication: Told of every act that is recorded; None where nothing is pushed.
    """

    def __init__(self, offices: Offices, replication: Replication | None = None) -> None:
        self._offices = offices
        self._replication = replication

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = bytearray()
        more = True
        while more and len(body) <= _MOST_BYTES:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        name, peer = scope["path"].strip("/"), scope["state"].get("peer")
        # In a thread: it waits for the disk, and for the one that writes.
        carried = _header(scope, tracing.CARRIER)
        status, answer = await asyncio.to_thread(self._answered, name, peer, bytes(body), carried)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answered(self, name: str, peer: Peer | None, body: bytes, carried: str = "") -> tuple[int, bytes]:
        if name == "health":
            return self._health()
        try:
            # Whatever else is asked for is nothing that may be told of.
            known = name if name in ANSWERS else "what is unknown"
            with tracing.span(f"answer {known}", kind="server", carried=carried) as doing:
                doing.tell(part=peer.part if peer else "nobody")
                return _OK, self._given(name, peer, body)
        except PitError as error:
            return _REFUSED, json.dumps(refusal.told(error)).encode()
        except Exception as error:  # noqa: BLE001 - what it says may be a case's words
            unexpected = UnexpectedError.of(error)
            failures.tell("registrar", str(unexpected), name)
            return _REFUSED, json.dumps(refusal.told(unexpected)).encode()

    def _given(self, name: str, peer: Peer | None, body: bytes) -> bytes:
        answer = ANSWERS.get(name)
        if peer is None or answer is None or peer.part not in answer.parts:
            who = (peer.person or peer.part) if peer else "whoever is not named in registrar.toml"
            raise NotEntitledError(who, verb="ask that of the registrar", needed="another part in it")
        if len(body) > _MOST_BYTES:
            raise MalformedError(name, Fault(path="", problem="it is larger than anything that is asked"))
        try:
            asked = answer.form.model_validate_json(body or b"{}")
        except ValidationError as error:
            # Without what was sent, which may be a case's words.
            faults = (".".join(map(str, each["loc"])) for each in error.errors(include_input=False))
            problem = f"of another form: {', '.join(sorted(set(faults)))}"
            raise MalformedError(name, Fault(path="", problem=problem)) from None
        given = {each: getattr(asked, each) for each in answer.form.model_fields}
        with self._offices.lent(writes=answer.writes) as office:
            register = cast("OwnRegister", office.register)
            found = answer.give(Asked(peer=peer, office=office, register=register), **given)
        if answer.writes and self._replication:
            self._replication.tell()
        return to_json(found, bytes_mode="base64")

    def _health(self) -> tuple[int, bytes]:
        """Say where the register stands; whoever can connect may know that."""
        try:
            with self._offices.lent(writes=False) as office:
                register = cast("OwnRegister", office.register)
                told = {"entries": register.length(), "stopped": register.stopped() or ""}
            told |= self._replication.state() if self._replication else {}
        except PitError as error:
            told = {"stopped": str(error)}
        status = _STOPPED if told["stopped"] else _OK
        return status, json.dumps({"alive": True, **told}).encode()


def _header(scope: dict[str, Any], name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")


def protocol_for(peers: Peers) -> type[H11Protocol]:
    """Return how connections are served, each with who is at its other end."""

    class Known(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
            super().connection_made(transport)
            self.app_state = {**self.app_state, "peer": _peer(peers, transport)}

    return Known


def _peer(peers: Peers, transport: asyncio.Transport) -> Peer | None:
    connected = transport.get_extra_info("ssl_object")
    if connected:
        return peers.of_certificate(connected.getpeercert())
    # Without TLS there is no other way in than the socket of this machine.
    return peers.of_account(account_of(transport.get_extra_info("socket")))
