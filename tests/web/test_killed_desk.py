"""A desk that is killed while somebody decides: that was recorded or it was not, and they can see which."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from desk_builders import CASE, Desk, passes_audit

from flows.desk.web import serving, sessions
from flows.desk.web.store import Store
from flows.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECISION: Final = {"decision": "approve", "version": "1", "gate": "legal-review"}


@contextmanager
def desk_of(home: Home) -> Iterator[tuple[serving.Running, httpx.Client]]:
    """Run the desk in a process of its own; give it, and what asks it, once it answers."""
    with (
        serving.running(home, port=0) as running,
        httpx.Client(base_url=running.address, headers={"Origin": running.address}) as client,
    ):
        for _ in range(300):
            with suppress(httpx.HTTPError):
                if client.get("/health").is_success:
                    break
            time.sleep(0.05)
        yield running, client


AFTER: Final = (0.03, 0.0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.04, 0.06, 0.09, 0.13)
"""Seconds: of some 40 ms that it takes."""


@pytest.mark.exhaustive
@pytest.mark.parametrize("after", AFTER)
def test_a_decision_is_whole_or_not_there(submitted: Home, tmp_path: Path, after: float) -> None:
    shutil.copytree(submitted.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    store = Store(home.desk)
    secret = sessions.begin(store, "legal-reviewer", "key")
    session = sessions.find(store, secret)
    store.close()
    assert session
    with desk_of(home) as (running, client):
        client.cookies.set("desk", secret)
        sent = {**DECISION, "token": session.token}
        signing = client.post("/cases/1146A-22/decide/test", data=sent).headers["location"]
        _killed_while(client, running, signing, session.token, after)
    approved = Desk(home).stage() == "balancing"
    assert Desk(home).stage() in {"legal-review", "balancing"}
    assert passes_audit(home)

    # Signed in still, they look, and send the same again.
    with desk_of(home) as (_, client):
        client.cookies.set("desk", secret)
        assert ("approved version 1 at legal review" in client.get("/cases/1146A-22").text) is approved
        again = client.post(signing, data={"token": session.token, "with": "sample"})
        assert again.status_code == 303
    entries = Desk(home).told("history", CASE)["entries"]
    assert [each["act"] for each in entries].count("approve") == 1
    assert passes_audit(home)


def _killed_while(
    client: httpx.Client, running: serving.Running, path: str, token: str, after: float
) -> None:
    """Kill the desk so many seconds after a signature was sent to it."""

    def kill() -> None:
        time.sleep(after)
        running.process.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with suppress(httpx.HTTPError):
        client.post(path, data={"token": token, "with": "sample"})
    killer.join()
