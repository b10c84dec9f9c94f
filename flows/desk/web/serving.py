"""The desk's process: started by `up` as a child that ends with its parent, or by itself behind a proxy.

Run as ``python -m flows.desk.web.serving FD HOME``: FD is a socket the parent listens on. Standard input is a
pipe from the parent: when the parent ends, however it ends, the pipe ends, and so does the desk.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flows import disk
from flows.domain.errors import RegisterError
from flows.engine.server import end, end_with_parent, listening
from flows.home import find_home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.engine.answering import Answering
    from flows.home import Home

_TURN: Final = 0.0005
"""Seconds of the processor after which a thread lets another have its turn.

A page gives way a hundred times, at every row and file that it reads: at Python's 5 ms it would wait as often
for one that is being checked or laid out.
"""
_KEPT_OPEN: Final = 75
"""Seconds for which an idle connection is kept: longer than by a proxy, which may send through it."""

_AT_ONCE: Final = 128
"""Connections that are taken up together before they are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A desk that was started, and its address."""

    process: subprocess.Popen[bytes]
    address: str


@contextmanager
def running(home: Home, *, port: int) -> Iterator[Running]:
    """Run the desk of a home for as long as the block lasts.

    Args:
        port: Where it listens, on loopback; another one if that is taken.
    """
    home.state.mkdir(parents=True, exist_ok=True)
    with listening(port) as listener, (home.state / "desk-errors.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-m", "flows.desk.web.serving", str(listener.fileno()), str(home.root)],
            cwd=home.state,  # with -P: no code is taken from where the parent stands
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            umask=0o077,
            start_new_session=True,  # Ctrl-C is the parent's
        )
        address = f"http://localhost:{listener.getsockname()[1]}"
    try:
        yield Running(process=process, address=address)
    finally:
        end(process)


def serve_at(home: Home, port: int, *, say: Callable[[str], object]) -> None:
    """Answer at a port of loopback, and at no other, until SIGTERM or SIGINT.

    Args:
        say: Told the address, once something listens there.

    Raises:
        RegisterError: the port is taken.
    """
    disk.close_to_others()
    home.state.mkdir(parents=True, exist_ok=True)
    with listening(port) as listener:
        if listener.getsockname()[1] != port:
            raise RegisterError(f"Port {port} of this machine is taken; name another with --port.")
        say(f"http://localhost:{port}")
        serve(home, [listener])


def serve(home: Home, sockets: list[socket.socket]) -> None:
    """Answer until SIGTERM."""
    from flows.desk.web.language import LANGUAGES  # noqa: PLC0415 - as in `server`
    from flows.desk.web.render import make_ready  # noqa: PLC0415 - as above

    sys.setswitchinterval(_TURN)
    make_ready(LANGUAGES[0])
    server(home).run(sockets=sockets)


def server(home: Home) -> Answering:
    """Return what answers for the desk of a home."""
    import uvicorn  # noqa: PLC0415 - a parent need not import them

    from flows.desk.connections import GivingWay  # noqa: PLC0415 - as above
    from flows.desk.web.app import application  # noqa: PLC0415 - as above
    from flows.engine.answering import Answering  # noqa: PLC0415 - as above

    return Answering(
        uvicorn.Config(
            application(home),
            http=type("Served", (GivingWay,), {"open_": Counter(), "heard": {}}),
            backlog=_AT_ONCE,
            ws="none",  # nor does a connection become another that is not counted
            log_level="error",
            access_log=False,
            # What a proxy says of who asks is not believed: see safety.
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEPT_OPEN,
            timeout_graceful_shutdown=3,
        )
    )


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    serve(find_home(Path(sys.argv[2])), [socket.socket(fileno=int(sys.argv[1]))])
