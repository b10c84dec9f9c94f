"""A real browser with an authenticator that it simulates, and the pages of a desk on localhost.

    PYTHONPATH=tests python tests/register/browser.py

makes ``recorded_passkey.json`` anew. It has no secret: the private key stays in the browser.
"""

from __future__ import annotations

import json
import secrets
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from browsers import chromium

from flows.register.passkey import ES256, challenge
from flows.register.signature import STATEMENT
from flows.register.webauthn import url64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Frame, Page

RECORDED: Final = Path(__file__).with_name("recorded_passkey.json")
RP_ID: Final = "localhost"  # a host name: an IP address is no RP id
_DEVICE: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
_FRAME: Final = "publickey-credentials-get; publickey-credentials-create"


class _Page(BaseHTTPRequestHandler):
    """Answers ``/`` with a page, and ``/frame?PORT`` with one that has the page of that port in a frame."""

    def do_GET(self) -> None:
        path, _, port = self.path.partition("?")
        framed = (
            f'<iframe src="http://{RP_ID}:{port}/" allow="{_FRAME}"></iframe>' if path == "/frame" else ""
        )
        body = f"<!doctype html><title>Desk</title>{framed}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The pages, on a port of localhost."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Page)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def origin(self) -> str:
        return f"http://{RP_ID}:{self.server_port}"


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable")
        added = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
        self._device = added["authenticatorId"]

    def verifies(self, *, owner: bool) -> None:
        """Let the device know its owner from now on, or not."""
        self._devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self._device, "isUserVerified": owner}
        )

    def makes(self, asked: bytes, *, algorithm: int = ES256) -> str:
        """Return what the page gets when it asks for a passkey."""
        return asks(
            self.page.main_frame,
            "create",
            {
                "challenge": url64(asked),
                "rp": {"id": RP_ID, "name": "Equipoise"},
                "user": {
                    "id": url64(b"legal-reviewer"),
                    "name": "legal-reviewer",
                    "displayName": "legal-reviewer",
                },
                "pubKeyCredParams": [{"type": "public-key", "alg": algorithm}],
                "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
            },
        )

    def signs(self, asked: str, *, verification: str = "required", frame: Frame | None = None) -> str:
        """Return what the page gets, or the page in a frame, when it asks for a signature."""
        options = {"challenge": asked, "rpId": RP_ID, "userVerification": verification}
        return asks(frame or self.page.main_frame, "get", options)


def asks(frame: Frame, what: str, options: dict[str, Any]) -> str:
    answer: str = frame.evaluate(
        """async ([what, options]) => {
            const parse = what === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
            const publicKey = PublicKeyCredential[parse](options);
            const credential = (await navigator.credentials[what]({publicKey})).toJSON();
            delete credential.response.attestationObject;  // the device's data once more
            return JSON.stringify(credential);
        }""",
        [what, options],
    )
    return answer


@contextmanager
def opened() -> Iterator[Browser]:
    """Start a browser; end it afterwards."""
    with chromium() as browser:
        yield Browser(browser.new_page())


def record() -> dict[str, Any]:
    """Return what a browser answers when it is asked at the desk and elsewhere."""
    statement = '{\n  "act": "approve"\n}\n'
    asked, sign = secrets.token_bytes(32), challenge(statement.encode(), STATEMENT)
    with Server(8765) as desk, Server(8766) as other, opened() as browser:
        browser.page.goto(desk.origin)
        made = browser.makes(asked)
        answers = {"good": browser.signs(sign)}
        browser.verifies(owner=False)
        answers["nobody verified"] = browser.signs(sign, verification="discouraged")
        browser.verifies(owner=True)
        browser.page.goto(other.origin)
        answers["another page"] = browser.signs(sign)
        browser.page.goto(f"http://127.0.0.1:{other.server_port}/frame?{desk.server_port}")
        answers["framed"] = browser.signs(sign, frame=browser.page.frames[1])
        browser.page.goto(desk.origin)
        others = {name: browser.makes(asked, algorithm=number) for name, number in _OTHERS.items()}
        version = browser.page.context.browser
        return {
            "browser": f"Chromium {version.version if version else ''}",
            "origin": desk.origin,
            "asked": url64(asked),
            "made": json.loads(made),
            "made by other algorithms": {name: json.loads(answer) for name, answer in others.items()},
            "statement": statement,
            "answers": {name: json.loads(answer) for name, answer in answers.items()},
        }


_OTHERS: Final = {"Ed25519": -8, "RS256": -257}

if __name__ == "__main__":
    RECORDED.write_text(json.dumps(record(), indent=2) + "\n", encoding="utf-8")
