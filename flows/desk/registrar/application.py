"""The registrar over HTTP: who asks is known by the connection; a few offices answer, one of which writes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import ExitStack, contextmanager
from queue import LifoQueue
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError
from pydantic_core import to_json

from flows import tracing
from flows.casework.office import Office
from flows.desk.connections import EACH, Bounded
from flows.desk.registrar.answers import ANSWERS, Answer, Asked
from flows.desk.registrar.peers import account_of
from flows.domain.errors import (
    Fault,
    MalformedError,
    NotEntitledError,
    PitError,
    RegisterError,
    UnexpectedError,
)
from flows.engine import failures
from flows.registrar import refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from flows.desk.registrar.certificates import Certificates
    from flows.desk.registrar.peers import Named, Peer
    from flows.desk.registrar.replication import Replication
    from flows.home import Home
    from flows.register.store import OwnRegister

_READERS: Final = 3
_TOGETHER: Final = 512 << 20
"""Bytes of all that is being asked at an instant."""
_UNNAMED: Final = 16
"""Connections of all together who may not ask."""
_SENDING: Final = 300.0
"""Seconds for which somebody may take to say what they ask."""
_LARGER: Final = "it is larger than anything that is asked there"
_HEALTH: Final = "health"
_OK, _REFUSED, _STOPPED = 200, 409, 503


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
        self._held = 0

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        name, who = scope["path"].strip("/"), scope["state"]["who"]
        body = bytearray()
        try:
            peer = who()
            # Nothing is read of whoever may not ask it; and who it is may change while they send it.
            if name != _HEALTH:
                await self._read(_may_ask(name, peer)[1], scope, receive, body)
                peer = who()
            # In a thread: it waits for the disk, and for the one that writes.
            carried = _header(scope, tracing.CARRIER)
            status, answer = await asyncio.to_thread(self._answered, name, peer, bytes(body), carried)
        except PitError as error:
            status, answer = _REFUSED, json.dumps(refusal.told(error)).encode()
        except ConnectionError:
            while (await receive())["type"] != "http.disconnect":
                pass  # it takes a few turns until whoever was cut off is gone
            return
        finally:
            self._held -= len(body)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _read(
        self,
        asked: Answer,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        body: bytearray,
    ) -> None:
        """Read what is asked.

        Raises:
            MalformedError: it is not asked as one asks, is too large, or comes too slowly.
            RegisterError: others ask too much at the moment.
            ConnectionError: whoever asked is gone.
        """
        # What a browser sends without asking first is of another type, and one that asks says its origin.
        plain = _header(scope, "content-type").partition(";")[0].strip() == "application/json"
        if scope["method"] != "POST" or not plain or _header(scope, "origin"):
            raise _unfit("it is no POST of application/json by a program")
        if _header(scope, "content-length") and _header(scope, "transfer-encoding"):
            raise _unfit("where it ends is said in two ways")
        if int(_header(scope, "content-length") or 0) > asked.most:
            raise _unfit(_LARGER)
        try:
            async with asyncio.timeout(_SENDING):
                more = True
                while more:
                    part = await receive()
                    if part["type"] == "http.disconnect":
                        raise ConnectionResetError
                    body += part["body"]
                    self._held += len(part["body"])
                    if len(body) > asked.most:
                        raise _unfit(_LARGER)
                    if self._held > _TOGETHER:
                        raise RegisterError("Too much is asked of the registrar at the moment; ask again.")
                    more = part["more_body"]
        except TimeoutError:
            raise _unfit("it came too slowly") from None

    def _answered(self, name: str, peer: Peer | None, body: bytes, carried: str = "") -> tuple[int, bytes]:
        if name == _HEALTH:
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
        known, answer = _may_ask(name, peer)
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
            found = answer.give(Asked(peer=known, office=office, register=register), **given)
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


def _may_ask(name: str, peer: Peer | None) -> tuple[Peer, Answer]:
    """Return who asks and what answers, where they may ask that.

    Raises:
        NotEntitledError: they may not, or there is no such thing.
    """
    answer = ANSWERS.get(name)
    if peer is None or answer is None or peer.part not in answer.parts:
        who = (peer.person or peer.part) if peer else "whoever is not named in registrar.toml"
        raise NotEntitledError(who, verb="ask that of the registrar", needed="another part in it")
    return peer, answer


def _unfit(problem: str) -> MalformedError:
    return MalformedError("what was asked", Fault(path="", problem=problem))


def _header(scope: dict[str, Any], name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")


def protocol_for(peers: Named) -> type[_Known]:
    """Return how connections are served, each with who is at its other end."""
    return type("Known", (_Known,), {"peers": peers, "open_": Counter()})


class _Known(Bounded):
    """A connection of somebody who is known.

    Attributes:
        peers: Who may ask.
        certificates: By which certificates they are known, where they ask over TLS.
    """

    peers: Named
    certificates: Certificates | None = None

    def whose(self) -> tuple[Peer | None, int]:
        peer = self._at_its_end()
        self.app_state = {**self.app_state, "who": self._who}
        return peer, EACH if peer else _UNNAMED

    def _who(self) -> Peer | None:
        """Return who is at the other end now, at each question: it may be open for as long as they like.

        Raises:
            ConnectionAbortedError: the certificate has to be shown again, by connecting again.
        """
        connected = self.transport.get_extra_info("ssl_object")
        if self.certificates and connected.context is not self.certificates.now():
            self.transport.abort()
            raise ConnectionAbortedError
        return self._at_its_end()

    def _at_its_end(self) -> Peer | None:
        peers, connected = self.peers.now(), self.transport.get_extra_info("ssl_object")
        if connected:
            return peers.of_certificate(connected.getpeercert())
        # Without TLS there is no other way in than the socket of this machine.
        return peers.of_account(account_of(self.transport.get_extra_info("socket")))
