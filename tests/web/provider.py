"""A provider of OpenID Connect on this machine, which signs in whoever asks; its faults are to choose."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT: Final = "desk"
SECRET: Final = "a secret: of / the desk"  # noqa: S105 - of the test


class Provider(ThreadingHTTPServer):
    """It answers as it should, but for what is changed.

    Attributes:
        claims: Of the identity token, to change.
        metadata: To change.
        moved: A path that redirects elsewhere.
        padding: Bytes by which the metadata are longer.
        raw: What is answered instead of JSON, by the end of the path.
        signer: Of the identity token, where it is not the provider's key.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.issuer = f"http://localhost:{self.server_port}/tenant"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig"})
        self.claims: dict[str, Any] = {}
        self.metadata: dict[str, str] = {}
        self.moved, self.padding = "", 0
        self.raw: dict[str, bytes] = {}
        self.signer = self.key
        self.signed_in = int(time.time())
        """When whoever signs in had proved who they are; now, where they are asked to anew."""
        self.asked: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def discovery(self) -> dict[str, str]:
        at = self.issuer
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "padding": "x" * self.padding,
        } | self.metadata

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "subject", "oid": "object-7", "iat": now}
        if "max_age" in asked:
            self.signed_in = now
        claims |= {"auth_time": self.signed_in, "amr": ["pwd", "mfa"], "acr": "urn:example:silver"}
        claims |= {"exp": now + 300, "nonce": asked["nonce"]} | self.claims
        header = {"alg": "RS256", "kid": "1"}
        return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.signer)


class _Page(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if self.server.moved and path.endswith(self.server.moved):
            self._moved("http://localhost:1/elsewhere")
        elif path.endswith("/openid-configuration"):
            self._json(self.server.discovery())
        elif path.endswith("/keys"):
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        else:
            asked = {name: values[0] for name, values in query.items()}
            code = secrets.token_hex(8)
            self.server.asked[code] = asked
            self._moved(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = self.server.asked.pop(form["code"][0])
        who = base64.b64encode(b"desk:a%20secret%3A%20of%20%2F%20the%20desk").decode()
        proven = create_s256_code_challenge(form["code_verifier"][0]) == asked["code_challenge"]
        if self.headers["Authorization"] != f"Basic {who}" or not proven:
            self.send_error(401)
        else:
            self._json({"id_token": self.server.token(asked)})

    def _json(self, content: object) -> None:
        name = urlsplit(self.path).path.rpartition("/")[2]
        body = self.server.raw.get(name, json.dumps(content).encode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _moved(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
