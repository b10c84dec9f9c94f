"""What a page does not do a second time, and what it does not wait for."""

from __future__ import annotations

import queue
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from test_me import signed_in

from flows.desk.web import render, serving
from flows.desk.web.store import Store
from flows.engine import wakener
from flows.files import folder
from flows.register import signature
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    import pytest

    from flows.home import Home

NGINX_KEEPS: int = 60
"""Seconds for which nginx keeps a connection to send the next request through (keepalive_timeout)."""


def test_what_somebody_saw_before_is_not_written_again(home: Home, at: str) -> None:
    with signed_in(home, at, "legal-reviewer") as (client, _), closing(Store(home.desk)) as store:
        assert client.get("/cases/1146a-22").is_success
        store.ask("update seen set at = 7")
        assert client.get("/cases/1146a-22").is_success
        assert store.ask("select person, document, version, at from seen") == [
            ("legal-reviewer", "test", 1, 7.0)
        ]
        store.ask("update seen set version = 0")
        assert client.get("/cases/1146a-22").is_success
        ((version, when),) = store.ask("select version, at from seen")
        assert version == 1
        assert when > 7


def test_who_signs_does_not_wait_until_a_flow_is_woken(
    home: Home, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed, woken = threading.Event(), queue.Queue[tuple[str, bool]]()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.delenv(OWN_VARIABLE, raising=False)

    def seen_to(_own: object, _there: object, flow: str) -> bool:
        woken.put((flow, signed.wait(30)))
        return True

    monkeypatch.setattr(wakener.Wakener, "_is_seen_to", seen_to)
    with signed_in(home, at, "legal-reviewer") as (client, token):
        client.follow_redirects = False
        sent = {**token, "decision": "approve", "version": "1", "gate": "legal-review"}
        signing = client.post("/cases/1146A-22/decide/test", data=sent).headers["location"]
        key = signature.load(home.officers / "legal-reviewer")
        armoured = key.sign(client.get(f"{signing}/statement").content, signature.STATEMENT)
        answer = client.post(signing, data={**token, "signature": armoured}, timeout=90)
    signed.set()
    assert answer.headers["location"].startswith("/cases/1146A-22?done=approve")
    assert woken.get(timeout=60) == ("balancing", True)


def test_no_page_is_compiled_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [f"desk/{page.name}" for page in (folder("templates") / "desk").glob("*.j2")]
    render.make_ready("en")
    made = render.environment("en")
    monkeypatch.setattr(made, "compile", None)
    assert {made.get_template(page).name for page in pages} == {*pages}
    assert len(pages) > 30


def test_no_connection_is_closed_through_which_a_proxy_may_send(home: Home) -> None:
    assert serving.server(home).config.timeout_keep_alive > NGINX_KEEPS
