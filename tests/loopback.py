"""An authority that answers over HTTP on loopback, for as long as a block lasts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reply = Callable[[str, bytes], tuple[str, bytes] | tuple[str, bytes, int]]
    """Of a path and what was sent, the type of the answer, the answer, and its status where it is not 200."""


@contextmanager
def answering_on_loopback(reply: Reply) -> Iterator[str]:
    """Answer every GET and POST; give the address, without a slash at its end."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._send(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._send(b"")

        def _send(self, asked: bytes) -> None:
            kind, content, *status = reply(self.path, asked)
            self.send_response(status[0] if status else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
