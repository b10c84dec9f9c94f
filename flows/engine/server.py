"""One Prefect server on this machine, as a child process that ends with its parent.

Run as ``python -m flows.engine.server FD``: FD is a socket the parent bound and listens on, so the port is
known before the server runs and nobody can take it in between. Standard input is a pipe from the
parent: when the parent ends, however it ends, the pipe ends, and so does the server.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from flows.domain.errors import RegisterError
from flows.engine.settings import server_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from flows.home import Home

PORT: Final = 4200
_START_SECONDS: Final = 90
_STOP_SECONDS: Final = 8
_COLLECT_SECONDS: Final = 5
_WORTH_COLLECTING: Final = 2000
"""Objects; Python itself collects the youngest at 700."""
_YOUNG: Final = 1
_EVERYTHING: Final = 2
"""Generations of :mod:`gc`; of this one it counts how often the younger ones were collected since."""
_OLD: Final = 10
_DOCKET_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started; ``url`` ends in ``/api``."""

    process: subprocess.Popen[bytes]
    url: str

    def wait(self) -> None:
        """Return once the server answers.

        Raises:
            RegisterError: it ended, or does not answer in time.
        """
        until = time.monotonic() + _START_SECONDS
        while not answers(self.url):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RegisterError("The Prefect server did not start; state/prefect/server.log says why.")

    def stop(self) -> None:
        """End the server."""
        end(self.process)


def start(home: Home, *, port: int = 0, ui: bool = False) -> Server:
    """Start a server for ``home``, without waiting for it.

    Args:
        port: Where it listens, on loopback; another one if that is taken.
    """
    home.prefect.mkdir(parents=True, exist_ok=True)
    with listening(port) as listener, (home.prefect / "server.log").open("ab") as log:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-m", "flows.engine.server", str(listener.fileno())],
            cwd=home.prefect,  # with -P: neither code nor settings are taken from where the parent stands
            # its pages would ask at the usual port, where another server may answer
            env={**server_environment(home, ui=ui), "PREFECT_SERVER_UI_API_URL": url},
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            umask=0o077,
            start_new_session=True,  # Ctrl-C is the parent's, which ends the flows before the server
        )
        return Server(process, url)


@contextmanager
def running(home: Home) -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    server = start(home)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def answers(url: str) -> bool:
    """Tell whether a server answers at ``url``."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP: OK
    except (OSError, ValueError):
        return False


def listening(port: int) -> socket.socket:
    """Listen on loopback, at another port if the one that is asked for is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def end(process: subprocess.Popen[bytes]) -> None:
    """End a child that ends with its standard input, or else by force."""
    if process.stdin:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with_parent() -> None:
    """Wait until the parent has ended, however it did, and end then."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Timer(_STOP_SECONDS, os._exit, [1]).start()


def _collect_garbage() -> None:
    """Collect garbage in a thread of its own, from now on.

    A forgotten cursor of SQLite can be freed only while its connection is idle. Python collects in
    whatever thread happens to run, and in the one that answers that was a deadlock: the connection
    waited for a lock, its holder waited to be served by this very thread, and everything stood still
    until the lock's waiting time of a minute was over.

    As Python itself does, it looks through what is young each time and through everything every tenth time:
    to look through everything takes up to a second, in which nothing is answered.
    """
    gc.freeze()
    gc.disable()

    def collect() -> None:
        while True:
            time.sleep(_COLLECT_SECONDS)
            if gc.get_count()[0] > _WORTH_COLLECTING:
                gc.collect(_EVERYTHING if gc.get_count()[_EVERYTHING] >= _OLD else _YOUNG)

    threading.Thread(target=collect, daemon=True).start()


def _let_docket_rest() -> None:
    """Let Prefect's background tasks be looked for every few seconds, and not a dozen times a second.

    Docket, which runs them, asks a store in memory: whether a task became due and whether one came, four
    times a second, and ten times whether one was cancelled, which Prefect never does. That took more of
    the processor than all the rest. A task that is to run at once still does: what waits for it is woken.
    """
    from docket import Docket, Worker  # noqa: PLC0415 - for the server alone
    from prefect.server.api import background_workers  # noqa: PLC0415 - as above
    from prefect.server.api import server as api  # noqa: PLC0415 - as above

    class Resting(Worker):
        async def _cancellation_listener(self) -> None:
            if session := self._processing_session:
                session.cancellation_ready.set()
                await session.stopping.wait()

    often = timedelta(seconds=_DOCKET_SECONDS)
    resting = partial(Resting, minimum_check_interval=often, scheduling_resolution=often)
    background_workers.Worker = resting  # type: ignore[assignment,attr-defined] # there is no setting
    api.Docket = partial(Docket, heartbeat_interval=often)  # type: ignore[assignment,attr-defined] # nor here


def _wait_to_write() -> None:
    """Let each transaction of the database wait for its turn to write as it begins.

    Prefect begins most of them by reading. Where another wrote between the reading and the writing, SQLite
    refuses at once, whatever the waiting time; the server answers 503, and Prefect's client asks again two
    seconds later. One in nine runs that were asked for met that.
    There is no setting for it.
    """
    from prefect.server.database import configurations  # noqa: PLC0415 - as above

    def begin(_: configurations.AioSqliteConfiguration, connection: Connection) -> None:
        if configurations.SQLITE_BEGIN_MODE.get():
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    configurations.AioSqliteConfiguration.begin_sqlite_stmt = begin  # type: ignore[assignment,method-assign]


def _serve(descriptor: int) -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    import uvicorn  # noqa: PLC0415 - a parent need not import them
    from prefect.server.api.server import create_app  # noqa: PLC0415 - as above

    from flows.engine.answering import Answering  # noqa: PLC0415 - as above

    config = uvicorn.Config(create_app(), log_level="error", access_log=False, timeout_graceful_shutdown=3)
    _let_docket_rest()
    _wait_to_write()
    _collect_garbage()
    Answering(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
