"""The automations on a Prefect server: what becomes of a run of which nothing is heard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flows.engine import authorities

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEARTBEAT_SECONDS: Final = 30
"""A run says so often that it is alive; one that is silent for three times as long is taken for dead."""

BEGIN_SECONDS: Final = 300
"""A run that a worker took has begun by then, or never does; a container's image may have to come first."""

_PROCESSES: Final = ["process", "equipoise"]
"""The types of work pools whose runs are processes of their worker, and end with it before they begin.

Prefect's worker gives none of them back as it is stopped. They begin within half a minute."""

_A_RUN: Final = "prefect.flow-run.*"
_SILENT: Final = "It was silent for too long."
_UNBEGUN: Final = "The worker that took it did not begin it."
_RESUMES: Final = "prefect automation resume '{name}'"
_MAKES: Final = "prefect automation create --from-json '{json}'"


def described() -> list[dict[str, Any]]:
    """Return the automations, as Prefect's API takes them."""
    ended = [f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled")]
    began, alive = "prefect.flow-run.Running", "prefect.flow-run.heartbeat"
    taken = ["prefect.flow-run.Pending", "prefect.flow-run.Submitting"]
    # A worker may be killed in the very second in which a run begins, before it tells that it is alive.
    silent = _unheard(
        "equipoise: a silent run has crashed",
        "A run that tells no more that it goes on is said to have crashed.",
        ("CRASHED", _SILENT),
        after=[began, alive],
        expect=[alive, *ended],
        within=3 * HEARTBEAT_SECONDS,
    )
    unbegun = _unheard(
        "equipoise: a run that never begins has crashed",
        "A run that a worker took and did not begin is said to have crashed.",
        ("CRASHED", _UNBEGUN),
        after=taken,
        expect=[began, *ended],
        within=BEGIN_SECONDS,
    )
    no_process = _unheard(
        "equipoise: a run that no process begins has crashed",
        "A run that a worker of processes took and did not begin, as one does that is stopped, has crashed.",
        ("CRASHED", _UNBEGUN),
        after=[*taken],
        expect=[began, *ended],
        within=3 * HEARTBEAT_SECONDS,
        pools=_PROCESSES,
    )
    # No worker ends it, and its place would be taken for as long.
    cancelled = _unheard(
        "equipoise: a run that was cancelled before it began is cancelled",
        "A run that is to be cancelled, and does not go on, is said to be cancelled.",
        ("CANCELLED", "It had not begun."),
        after=["prefect.flow-run.Cancelling"],
        expect=[alive, *ended],
        within=3 * HEARTBEAT_SECONDS,
    )
    # Not done by the first three: of a run that was planned less than five minutes before, as after
    # a deployment, Prefect puts the end by and takes it for silent. It cannot crash then, and needs no next.
    following = {
        "name": "equipoise: after a run that was found dead comes the next",
        "description": "It does what was left, and what was asked for and refused because of that run.",
        "enabled": True,
        "trigger": _trigger("Reactive", expect=["prefect.flow-run.Crashed"], within=0)
        | {"match": {"prefect.resource.id": [_A_RUN], "prefect.state-message": [_SILENT, _UNBEGUN]}},
        "actions": [{"type": "run-deployment", "source": "inferred"}],
    }
    return [silent, unbegun, no_process, cancelled, following]


def unserved(there: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the names of those whose work nothing on a server does, each with the command that mends it.

    One is known by what it does and not by its name or its seconds: whoever renames one, or switches it off
    for one of their own that does the same, is told nothing.

    Args:
        there: Every automation of the server, as its API tells of them.

    Raises:
        KeyError, TypeError, AttributeError: that is not how it does.
    """
    there = list(there)
    done = {work for each in there if each["enabled"] for work in _works(each)}
    off = {(each["name"], _works(each)) for each in there if not each["enabled"]}
    return [
        (name, _RESUMES.format(name=name) if (name, works) in off else _MAKES.format(json=json.dumps(each)))
        for each in described()
        if not (works := _works(each)) <= done and (name := each["name"])
    ]


def _works(automation: Mapping[str, Any]) -> frozenset[tuple[Any, ...]]:
    """Return what an automation does, by which it is known."""
    # Of a trigger that is made of others nothing is known; such a one is not ours.
    trigger = automation["trigger"]
    of_some = isinstance(trigger.get("match_related"), list)
    what = ("type", "state", "message", "source")
    return frozenset(
        (trigger.get("posture"), of_some, *(each.get(key) for key in what)) for each in automation["actions"]
    )


def _unheard(
    name: str,
    description: str,
    becomes: tuple[str, str],
    *,
    after: list[str],
    expect: list[str],
    within: int,
    pools: list[str] | None = None,
) -> dict[str, Any]:
    state, message = becomes
    return {
        "name": name,
        "description": description,
        "enabled": True,
        "trigger": _trigger("Proactive", expect=expect, within=within, pools=pools) | {"after": after},
        "actions": [{"type": "change-flow-run-state", "state": state, "message": message}],
    }


def _trigger(
    posture: str, *, expect: list[str], within: int, pools: list[str] | None = None
) -> dict[str, Any]:
    ours = {"prefect.resource.id": [f"prefect.tag.{authorities.TAG}"]}
    return {
        "type": "event",
        "posture": posture,
        "match": {"prefect.resource.id": [_A_RUN]},
        "match_related": [ours, {"prefect.work-pool.type": pools}] if pools else ours,
        "expect": expect,
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        "within": within,
    }
