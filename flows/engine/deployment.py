"""The files in ``deploy/`` with which Prefect carries the flows to workers, made from the one table of flows.

``python -m flows.engine.deployment`` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import yaml

from flows.domain.local_day import LOCAL
from flows.engine.settings import RUN_SETTINGS, SCHEDULES, Schedule

POOL: Final = "equipoise"

POOL_TICK_SECONDS: Final = 60
"""A work pool starts a process for every run, which takes seconds."""

HEARTBEAT_SECONDS: Final = 30
"""A run says so often that it is alive; one that is silent for three times as long is taken for dead."""

_IMAGE: Final = "equipoise:{}"
_HOME: Final = "/srv/equipoise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A kind of work pool.

    Attributes:
        file: The name of its file in ``deploy/``.
        grace: Seconds within which a run has to begin and, from then on, to tell that it goes on; its
            place is given to the next otherwise. Prefect takes 60 or more.
        needs: What its workers have to have.
        variables: Of its jobs, beside their environment.
        environment: Of its jobs, beside what every run needs.
    """

    kind: str
    file: str
    grace: int
    needs: str
    variables: dict[str, object]
    environment: dict[str, str]


POOLS: Final = (
    Pool(
        kind="process",
        file="prefect.yaml",
        grace=60,
        needs="Equipoise installed, and $EQUIPOISE_HOME set where they start",
        variables={},
        environment={},
    ),
    Pool(
        kind="docker",
        file="prefect-docker.yaml",
        grace=120,
        needs=f"the image, and the home of this machine at {_HOME}",
        variables={
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "volumes": [f"{_HOME}:{_HOME}"],
            "auto_remove": True,
            "networks": [],
            "privileged": False,
        },
        environment={"EQUIPOISE_HOME": _HOME},
    ),
    Pool(
        kind="kubernetes",
        file="prefect-kubernetes.yaml",
        grace=300,
        needs="the image, and leave to make jobs in their namespace",
        variables={
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "namespace": "equipoise",
            "service_account_name": "equipoise-run",
            "finished_job_ttl": 3600,
        },
        environment={"EQUIPOISE_HOME": _HOME},
    ),
)

_HEAD: Final = """\
# Made by `python -m flows.engine.deployment`; change the tables in flows/engine/ instead.
# Needs a work pool of type {kind}, whose workers have {needs}:
#   prefect work-pool create equipoise --type {kind}
#   prefect --no-prompt deploy --all --prefect-file deploy/{file}
"""

_AUTOMATIONS: Final = """\
# Made by `python -m flows.engine.deployment`. A run whose worker was killed is found dead by its silence:
#   prefect automation create --from-file deploy/automations.yaml
"""


def prefect_yaml(pool: Pool) -> str:
    """Return the text of the file of a kind of pool."""
    content = {
        "name": "equipoise",
        "pull": [],  # the flows are those of the installed package
        "deployments": [_deployment(row, pool) for row in SCHEDULES],
    }
    return _HEAD.format(kind=pool.kind, needs=pool.needs, file=pool.file) + _text(content)


def automations_yaml() -> str:
    """Return the text of the file of automations: a run that is silent has crashed."""
    resource = {"prefect.resource.id": ["prefect.flow-run.*"]}
    ended = [f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled")]
    silent = {
        "name": "equipoise: a silent run has crashed",
        "description": "A run that tells no more that it goes on is said to have crashed.",
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Proactive",
            "match": resource,
            "match_related": {"prefect.resource.id": ["prefect.tag.equipoise"]},
            "after": ["prefect.flow-run.heartbeat"],
            "expect": ["prefect.flow-run.heartbeat", *ended],
            "for_each": ["prefect.resource.id"],
            "threshold": 1,
            "within": 3 * HEARTBEAT_SECONDS,
        },
        "actions": [
            {"type": "change-flow-run-state", "state": "CRASHED", "message": "It was silent for too long."}
        ],
    }
    return _AUTOMATIONS + _text({"automations": [silent]})


def files() -> dict[str, str]:
    """Return the text of every file in ``deploy/`` that is made, by its name."""
    return {pool.file: prefect_yaml(pool) for pool in POOLS} | {"automations.yaml": automations_yaml()}


def _text(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=100)


def _deployment(row: Schedule, pool: Pool) -> dict[str, object]:
    when: dict[str, object] = (
        {"cron": row.cron, "timezone": str(LOCAL)} if row.cron else {"interval": POOL_TICK_SECONDS}
    )
    environment = {
        **RUN_SETTINGS,
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        **pool.environment,
    }
    return {
        "name": row.flow,
        "version": version("equipoise"),
        "tags": ["equipoise"],
        "entrypoint": row.entrypoint,
        "schedules": [{**when, "active": True}],
        "concurrency_limit": {
            "limit": 1,
            "collision_strategy": "CANCEL_NEW",
            "grace_period_seconds": pool.grace,
        },
        "work_pool": {"name": POOL, "job_variables": {"env": environment, **pool.variables}},
    }


if __name__ == "__main__":
    for name, text in files().items():
        (Path(__file__).parents[2] / "deploy" / name).write_text(text, encoding="utf-8")
