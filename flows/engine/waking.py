"""Asking a Prefect server for a flow, from any process: a running ``up``'s, or the one the environment names.

That takes no Prefect: a lock that tells whether ``up`` runs, one small file, and plain HTTP. A running
``up`` sees by itself what an act changed; workers elsewhere are told by whoever acts.
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flows import disk
from flows.domain.errors import PitError
from flows.domain.procedure import Stage
from flows.engine import authorities, automations
from flows.engine.settings import SCHEDULES, account
from flows.foreign import json_of, object_of
from flows.settings import OWN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.fetching import Answer
    from flows.home import Home

_MOST: Final = 1 << 22
"""Bytes of an answer: those that are asked for have some thousands."""
_WITHIN: Final = 5.0
"""Seconds: an act is never held up for longer by a server that is slow to answer."""

_OK, _ELSEWHERE, _BUSY = 200, 300, 503
_BUSY_SECONDS: Final = 0.2
_PAGE: Final = 200
"""Rows that the server gives at once, at most."""
_MOST_AUTOMATIONS: Final = 1_000
_COUNTING_SECONDS: Final = 1.0
"""In which a server that counted a slot has noted who has it."""
_SCHEDULED: Final = {"state": {"type": "SCHEDULED", "name": "Scheduled"}}

_REFUSED: Final = {
    401: "it refuses PREFECT_API_AUTH_STRING, or PREFECT_API_KEY",
    403: "it refuses PREFECT_API_AUTH_STRING, or PREFECT_API_KEY",
    404: "it has no deployment of {flow}; deploy the flows, or give an address that ends in /api",
}
"""What a server means by a status that it goes on answering with."""
_PAUSED: Final = "its work pool {pool} is paused; resume it"
_NOBODY: Final = (
    "no worker of its work pool {pool} looks into the queue {queue}, for runs of {flow}; start one"
)
_HTTP_DATE: Final = "%a, %d %b %Y %H:%M:%S GMT"
"""Of an answer (RFC 9110, 5.6.7)."""

_NEXT: Final = {
    Stage.RECEIVED: "drafting",
    Stage.LEGAL_REVIEW: "legal-review",
    Stage.BALANCING: "balancing",
    Stage.PUBLICATION: "publication",
}
"""The flow that has something to do once a case stands at a stage."""


class _StatusError(OSError):
    """A server answers, and not as it was asked to."""

    def __init__(self, status: int) -> None:
        super().__init__(f"it answers with {status}")
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefect:
    """A Prefect server.

    Attributes:
        url: It ends in ``/api``.
        authorization: What a call says of who asks; empty where nobody has to.
        up: The home whose ``up`` runs it; None where it runs elsewhere.
        authority: Whose deployments are asked; empty where the server is one authority's.
    """

    url: str
    authorization: str
    up: Home | None = None
    authority: str = ""

    def call(self, path: str, body: object = None, *, within: float = _WITHIN) -> dict[str, Any]:
        """Return what it answers to a GET, or to a POST of ``body``; asked again while it is busy.

        Args:
            within: Seconds to wait for the answer.

        Raises:
            OSError, ValueError: it does not answer, or not as one does, or refuses.
        """
        return object_of(self._answered(path, body, within=within).body or b"{}")

    def _answered(self, path: str, body: object = None, *, within: float = _WITHIN) -> Answer:
        from flows.fetching import fetch  # noqa: PLC0415 - where an up runs alone

        headers = {"Content-Type": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        data = None if body is None else json.dumps(body).encode()
        until = time.monotonic() + within
        while True:
            left = max(until - time.monotonic(), _BUSY_SECONDS)
            answer = fetch(f"{self.url}{path}", data, headers, within=left, most=_MOST, proxies=True)
            # Prefect on SQLite says so where another wrote at that moment.
            if answer.status != _BUSY or time.monotonic() > until:
                break
            time.sleep(_BUSY_SECONDS)
        if not _OK <= answer.status < _ELSEWHERE:
            raise _StatusError(answer.status)
        return answer

    def ask_for_refused(self, deployment: str, since: datetime) -> None:
        """Ask for one run in the place of those that were refused, as another was under way; never fails.

        Of several that ask in the place of the same, one is heard.

        Args:
            deployment: Its id.
            since: When they were refused, at the earliest.
        """
        cancelled = {"state": {"type": {"any_": ["CANCELLED"]}}, "end_time": {"after_": since.isoformat()}}
        which = {
            "deployments": {"id": {"any_": [deployment]}},
            "flow_runs": cancelled,
            "sort": "END_TIME_DESC",
            "limit": 1,
        }
        with suppress(OSError, ValueError, KeyError, TypeError):
            for refused in json_of(self._answered("/flow_runs/filter", which).body):
                body = {**_SCHEDULED, "idempotency_key": f"instead-of-{refused['id']}"}
                self.call(f"/deployments/{deployment}/create_flow_run", body)

    def free_lost_slots(self, tag: str) -> int:
        """Free the slots of the limit of a tag that are counted and that nobody has; never fails.

        A server that ends after it counted a slot and before it noted who has it, or that noted it in its
        memory alone, leaves the slot taken for good; in the end no task with the tag would begin any more.

        Returns:
            How many there were; 0 where there is no such limit.
        """
        with suppress(OSError, ValueError, KeyError, TypeError):
            lost = self._lost_slots(tag)
            if lost:  # or somebody is given one, or gives it back, at this moment
                time.sleep(_COUNTING_SECONDS)
                lost = min(lost, self._lost_slots(tag))
            if lost:
                self._answered("/v2/concurrency_limits/decrement", {"slots": lost, "names": [f"tag:{tag}"]})
            return lost
        return 0

    def _lost_slots(self, tag: str) -> int:
        taken = int(self.call(f"/v2/concurrency_limits/tag:{tag}")["active_slots"])
        return max(0, taken - len(self.call(f"/concurrency_limits/tag/{tag}")["active_slots"]))

    def refusal(self, flow: str, *, at_last: bool = False) -> str | None:
        """Return why no run of ``flow`` can be asked for, or begins, until people change that; else None.

        Args:
            at_last: Whether it is not asked again, so that whatever error it answers with is told.
        """
        named = f"{flow}/{authorities.deployment(flow, self.authority)}"
        try:
            deployment = self.call(f"/deployments/name/{named}")
            pool = deployment.get("work_pool_name")
            if pool and self.call(f"/work_pools/{quote(str(pool), safe='')}").get("is_paused"):
                return _PAUSED.format(pool=pool)
            if pool and deployment.get("status") == "NOT_READY":
                return _NOBODY.format(
                    flow=flow, pool=pool, queue=deployment.get("work_queue_name") or "default"
                )
        except _StatusError as error:
            other = str(error) if at_last and error.status != _BUSY else None
            return _REFUSED.get(error.status, "").format(flow=flow) or other
        except (OSError, ValueError):
            return None
        return None

    def trouble(self) -> str | None:
        """Return why a flow cannot be asked for there, or is not begun; None where every one can, and is."""
        refusals = (self.refusal(row.flow, at_last=True) for row in SCHEDULES)
        return self.silence() or next(filter(None, refusals), None)

    def unserved_automations(self) -> list[tuple[str, str]]:
        """Return the automations whose work nothing there does, each with the command that mends it."""
        there: list[Any] = []
        try:
            for offset in range(0, _MOST_AUTOMATIONS, _PAGE):
                body = {"limit": _PAGE, "offset": offset}
                page = json_of(self._answered("/automations/filter", body).body)
                there += page
                if len(page) < _PAGE:
                    break
            return automations.unserved(there)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def clock(self) -> datetime | None:
        """Return what it says of its clock, to the second; None where it says nothing."""
        with suppress(OSError, ValueError):
            return datetime.strptime(self._answered("/health").date, _HTTP_DATE).replace(tzinfo=UTC)
        return None

    def silence(self) -> str | None:
        """Return what keeps it from answering, in the system's words; None where it answers."""
        try:
            self._answered("/health")
        except _StatusError:
            return None
        except OSError as error:
            import ssl  # noqa: PLC0415 - where something is wrong alone

            why = getattr(error, "reason", error)
            if isinstance(why, ssl.SSLCertVerificationError):
                return f"its certificate: {why.verify_message}"
            if isinstance(why, ssl.SSLError):
                return "it speaks no TLS that this machine understands"
            return getattr(why, "strerror", None) or "what answers is no server of the web"
        return None

    def ask(self, flow: str, only: Sequence[str] | None, *, within: float = _WITHIN) -> str | None:
        """Ask for a run of ``flow``; return its id, None where that cannot be asked for.

        Args:
            within: Seconds to wait for each answer.
        """
        body = {**_SCHEDULED, "parameters": {} if only is None else {"only": list(only)}}
        try:
            deployment = self.call(
                f"/deployments/name/{flow}/{authorities.deployment(flow, self.authority)}", within=within
            )
            run = self.call(f"/deployments/{deployment['id']}/create_flow_run", body, within=within)
            if self.up:
                self.up.address.touch()  # ``up`` looks at once
            return str(run["id"])
        except (OSError, ValueError, KeyError):
            return None


def flow_for(stage: str) -> str | None:
    """Return the flow that has something to do once a case stands at a stage."""
    return _NEXT.get(Stage(stage))


def wake(home: Home, stage: str) -> None:
    """Ask the workers elsewhere for the flow that ``stage`` waits for; never fails, never waits for it."""
    if flow := _NEXT.get(Stage(stage)):
        ask_workers(home, flow)


def ask_workers(home: Home, flow: str) -> None:
    """Ask the workers elsewhere for a flow; never fails, never waits for it."""
    there = elsewhere(home)
    if there and not disk.is_locked(home.address):
        there.ask(flow, None)


def reached(home: Home, *, patience: float = 0.0) -> Prefect | None:
    """Return the server that runs the flows of ``home``; None where a command has to run them itself.

    Args:
        patience: How many seconds to wait for an ``up`` that is still starting.
    """
    until = time.monotonic() + patience
    while disk.is_locked(home.address):
        try:
            url = str(object_of(home.address.read_bytes())["url"])
            return Prefect(url=url, authorization=_basic(account(home)), up=home)
        except (OSError, ValueError, KeyError):
            if time.monotonic() >= until:
                return None
            time.sleep(0.2)
    return elsewhere(home)


def elsewhere(home: Home) -> Prefect | None:
    """Return the server that ``$PREFECT_API_URL`` names, with its password or key; None where none is named.

    Inside a command or an ``up`` that has a server of its own, that is not meant.
    Nor is it where the settings of ``home`` cannot be read: whose deployments to ask is not known then.
    """
    url = os.environ.get("PREFECT_API_URL", "")
    if not url.startswith(("http://", "https://")) or os.environ.get(OWN_VARIABLE):
        return None
    try:
        authority = authorities.own(home)
    except PitError:
        return None
    password, key = os.environ.get("PREFECT_API_AUTH_STRING"), os.environ.get("PREFECT_API_KEY")
    authorization = _basic(password) if password else f"Bearer {key}" if key else ""
    return Prefect(url=url.rstrip("/"), authorization=authorization, authority=authority)


def _basic(account: str) -> str:
    return f"Basic {b64encode(account.encode()).decode()}"
