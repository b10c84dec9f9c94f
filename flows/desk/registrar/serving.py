"""The registrar's process: alone on its register, it listens on a socket, and over TLS where that is set."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from flows import disk
from flows.casework.sole_writer import sole_writer
from flows.desk.registrar.application import Application, Offices, protocol_for
from flows.desk.registrar.certificates import Certificates
from flows.desk.registrar.peers import Named
from flows.desk.registrar.replication import Replication
from flows.domain.errors import RefusedError, RegisterError
from flows.engine import failures
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from flows.desk.registrar.certificates import OverTls
    from flows.home import Home

_TURN: Final = 0.0005
"""Seconds of the processor after which a thread lets another have its turn: an append gives way at every file
that it writes, and at Python's 5 ms would wait as often for one that reads."""
_KEPT_OPEN: Final = 300
_BACKLOG: Final = 128
_STOP: Final = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """One of several in a process, which are told together when to end."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def serve(
    home: Home, path: Path, tls: OverTls | None, copy: str | None = None, *, say: Callable[[str], object]
) -> None:
    """Answer until SIGTERM or SIGINT.

    Args:
        path: Of the socket on this machine.
        copy: Where every act is pushed to; None for nowhere.
        say: Told where it answers, once it does.

    Raises:
        RefusedError: another writes the register, here or behind the copy.
        MalformedError: who may ask is not in its form.
        RegisterError: the register, the address or a certificate is not fit.
    """
    disk.close_to_others()
    sys.setswitchinterval(_TURN)
    with ExitStack() as stack:
        stack.enter_context(sole_writer(home))
        stack.enter_context(failures.told(home.log, form=Settings(home).text("log.form")))
        protocol, offices = protocol_for(Named(home)), Offices(home)
        stack.callback(offices.close)
        replication = Replication(home.register, copy) if copy else None
        if replication:
            replication.start()
            stack.callback(replication.end)
        application = Application(offices, replication)
        servers = [(_server(application, protocol), stack.enter_context(_on_socket(path)))]
        where = f"unix:{path}"
        if tls:
            listener = stack.enter_context(_on_network(tls))
            servers.append((_server(application, protocol, tls), listener))
            where += f" and https://{tls.host}:{listener.getsockname()[1]}"
        asyncio.run(_run(servers, lambda: say(where)))


async def _run(servers: list[tuple[_Server, socket.socket]], ready: Callable[[], object]) -> None:
    def end() -> None:
        for server, _ in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in _STOP:
        loop.add_signal_handler(number, end)
    running = [asyncio.ensure_future(server.serve(sockets=[listener])) for server, listener in servers]
    await asyncio.sleep(0)  # they listen already
    ready()
    await asyncio.gather(*running)


def _server(application: Any, protocol: Any, tls: OverTls | None = None) -> _Server:  # noqa: ANN401 - uvicorn's
    certificates = Certificates.of(tls) if tls else None
    config = uvicorn.Config(
        application,
        http=type("Served", (protocol,), {"certificates": certificates}),
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEPT_OPEN,
        timeout_graceful_shutdown=10,
        ssl_context_factory=(lambda *_: certificates) if certificates else None,
    )
    return _Server(config)


@contextmanager
def _on_socket(path: Path) -> Iterator[socket.socket]:
    """Listen on a socket of this machine, for its account and its group; one that a kill left is replaced."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        try:
            if path.is_socket():
                _check_left(path)
                path.unlink()
            listener.bind(str(path))
            path.chmod(0o660)
        except OSError as error:
            why = error.strerror or str(error)
            raise RegisterError(f"The registrar cannot listen at {path}: {why}.") from error
        listener.listen(_BACKLOG)
        try:
            yield listener
        finally:
            with suppress(FileNotFoundError):
                path.unlink()


def _check_left(path: Path) -> None:
    """Check that nobody answers at a socket.

    Raises:
        RefusedError: somebody does.
    """
    with suppress(ConnectionRefusedError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(str(path))
        raise RefusedError(f"Another registrar answers at {path}.")


@contextmanager
def _on_network(tls: OverTls) -> Iterator[socket.socket]:
    try:
        found = socket.getaddrinfo(tls.host, tls.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise RegisterError(f"The registrar cannot listen at {tls.host}: {error.strerror}.") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as error:
            raise RegisterError(
                f"The registrar cannot listen at {tls.host}:{tls.port}: {error.strerror}."
            ) from error
        listener.listen(_BACKLOG)
        yield listener
