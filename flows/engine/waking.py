"""Asking a running ``up`` for a flow, from any process.

That takes no Prefect: a lock that tells whether ``up`` runs, one small file, and plain HTTP.
"""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from flows import disk
from flows.domain.procedure import Stage
from flows.engine.settings import account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.home import Home

_WITHIN: Final = 5.0
"""Seconds: an act is never held up for longer by a server that is slow to answer."""

_NEXT: Final = {
    Stage.RECEIVED: "drafting",
    Stage.LEGAL_REVIEW: "legal-review",
    Stage.BALANCING: "balancing",
    Stage.PUBLICATION: "publication",
}
"""The flow that has something to do once a case stands at a stage."""


def wake(home: Home, stage: str) -> None:
    """Ask a running ``up`` for the flow that ``stage`` waits for; never fails, never waits for it."""
    flow = _NEXT.get(Stage(stage))
    url = address(home) if flow else None
    if flow and url:
        ask(home, url, flow, None)


def address(home: Home, *, patience: float = 0.0) -> str | None:
    """Return where ``up`` answers, None where none runs.

    Args:
        patience: How many seconds to wait for one that is still starting.
    """
    until = time.monotonic() + patience
    while disk.is_locked(home.address):
        try:
            return str(json.loads(home.address.read_text(encoding="utf-8"))["url"])
        except (OSError, ValueError, KeyError):
            if time.monotonic() >= until:
                return None
            time.sleep(0.2)
    return None


def ask(
    home: Home, url: str, flow: str, only: Sequence[str] | None, *, within: float = _WITHIN
) -> str | None:
    """Ask the ``up`` of ``home`` for a run of ``flow``; return its id, None where it cannot be asked.

    Args:
        within: Seconds to wait for each answer.
    """
    body = {
        "state": {"type": "SCHEDULED", "name": "Scheduled"},
        "parameters": {} if only is None else {"only": list(only)},
    }
    try:
        deployment = call(home, f"{url}/deployments/name/{flow}/{flow}", within=within)
        run = call(home, f"{url}/deployments/{deployment['id']}/create_flow_run", body, within=within)
        home.address.touch()  # ``up`` looks at once
        return str(run["id"])
    except (OSError, ValueError, KeyError):
        return None


def call(home: Home, url: str, body: object = None, *, within: float = _WITHIN) -> dict[str, Any]:
    """Return what the Prefect of ``home`` answers to a GET, or to a POST of ``body``."""
    import urllib.request  # noqa: PLC0415 - where an up runs alone

    who = account(home).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback, from our own file
        url,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {b64encode(who).decode()}"},
    )
    with urllib.request.urlopen(request, timeout=within) as answer:  # noqa: S310 - as above
        found: dict[str, Any] = json.load(answer)
        return found
