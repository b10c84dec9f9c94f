"""What a page does not do a second time, and what it does not wait for."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from test_me import signed_in

from flows.desk.web import serving
from flows.desk.web.store import Store

if TYPE_CHECKING:
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


def test_no_connection_is_closed_through_which_a_proxy_may_send(home: Home) -> None:
    assert serving.server(home).config.timeout_keep_alive > NGINX_KEEPS
