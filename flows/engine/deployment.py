"""The files in ``deploy/`` with which Prefect carries the flows to workers, made from the one table of flows.

``python -m flows.engine.deployment`` writes them. Those for one of several authorities that share a Prefect
server are written, by ``--authority NAME``, into a folder that is named after it.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from flows.domain.errors import MalformedError
from flows.domain.local_day import LOCAL
from flows.engine import authorities
from flows.engine.settings import RUN_SETTINGS, SCHEDULES, Schedule
from flows.home import Home
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

POOL: Final = authorities.pool("")
AT_HOME: Final = "home"
"""The queue of the runs that have to be where the register is; a worker that names none takes all."""

ARRIVAL_SECONDS: Final = 60
"""After which what comes from outside is looked for, as nothing tells of a file that came; a work
pool starts a process for every run, which takes seconds of the processor."""
POOL_TICK_SECONDS: Final = 300
"""After which every other flow looks too, for a day that comes near and for what a killed run left; what acts
lead to is asked for at once."""

HEARTBEAT_SECONDS: Final = 30
"""A run says so often that it is alive; one that is silent for three times as long is taken for dead."""

BEGIN_SECONDS: Final = 300
"""A run that a worker took has begun by then, or never does."""

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
        variables: Of its jobs, beside their environment, by the name of the pool.
        environment: Of its jobs, beside what every run needs; empty where they have their worker's.
    """

    kind: str
    file: str
    grace: int
    needs: str
    variables: Callable[[str], dict[str, object]]
    environment: dict[str, str]


POOLS: Final = (
    Pool(
        kind="process",
        file="prefect.yaml",
        grace=60,
        needs="Equipoise installed, and $EQUIPOISE_HOME set where they start",
        variables=lambda _: {},
        environment={},
    ),
    Pool(
        kind="docker",
        file="prefect-docker.yaml",
        grace=120,
        needs="the image, and the home of this machine at /srv/{name}",
        variables=lambda name: {
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "volumes": [f"/srv/{name}:{_HOME}"],
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
        variables=lambda name: {
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "namespace": name,
            "service_account_name": "equipoise-run",
            "finished_job_ttl": 3600,
        },
        environment={"EQUIPOISE_HOME": _HOME},
    ),
)

_HEAD: Final = """\
# Made by `python -m flows.engine.deployment{option}`; change the tables in flows/engine/ instead.
# Needs a work pool of type {kind}, whose workers have {needs}:
#   prefect work-pool create {pool} --type {kind}
#   prefect --no-prompt deploy --all --prefect-file deploy/{file}
"""

_AUTOMATIONS: Final = """\
# Made by `python -m flows.engine.deployment`. A run whose worker was killed is found dead by its silence, and
# the next is asked for:
#   prefect automation create --from-file deploy/automations.yaml
"""


def prefect_yaml(pool: Pool, authority: str = "") -> str:
    """Return the text of the file of a kind of pool, for one authority of several where it is named."""
    content = {
        "name": "equipoise",
        "pull": [],  # the flows are those of the installed package
        "deployments": [_deployment(row, pool, authority) for row in SCHEDULES],
    }
    # A worker of processes starts what the server says, and others say something there too.
    guarded = authority and pool.kind == "process"
    head = _HEAD.format(
        kind="equipoise" if guarded else pool.kind,
        needs=pool.needs.format(name=authorities.pool(authority)),
        pool=authorities.pool(authority),
        file=_joined(authority, pool.file),
        option=f" --authority {authority}" if authority else "",
    )
    return head + _text(content)


def automations_yaml() -> str:
    """Return the text of the file of automations: a run that is silent, or never begins, has crashed."""
    ended = [f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Crashed", "Cancelled")]
    began, alive = "prefect.flow-run.Running", "prefect.flow-run.heartbeat"
    taken = ["prefect.flow-run.Pending", "prefect.flow-run.Submitting"]
    # A worker may be killed in the very second in which a run begins, before it tells that it is alive.
    silent = _crashed(
        "equipoise: a silent run has crashed",
        "A run that tells no more that it goes on is said to have crashed.",
        "It was silent for too long.",
        after=[began, alive],
        expect=[alive, *ended],
        within=3 * HEARTBEAT_SECONDS,
    )
    unbegun = _crashed(
        "equipoise: a run that never begins has crashed",
        "A run that a worker took and did not begin is said to have crashed.",
        "The worker that took it did not begin it.",
        after=taken,
        expect=[began, *ended],
        within=BEGIN_SECONDS,
    )
    return _AUTOMATIONS + _text({"automations": [silent, unbegun]})


def _crashed(
    name: str, description: str, message: str, *, after: list[str], expect: list[str], within: int
) -> dict[str, object]:
    return {
        "name": name,
        "description": description,
        "enabled": True,
        "trigger": {
            "type": "event",
            "posture": "Proactive",
            "match": {"prefect.resource.id": ["prefect.flow-run.*"]},
            "match_related": {"prefect.resource.id": [f"prefect.tag.{authorities.TAG}"]},
            "after": after,
            "expect": expect,
            "for_each": ["prefect.resource.id"],
            "threshold": 1,
            "within": within,
        },
        "actions": [
            {"type": "change-flow-run-state", "state": "CRASHED", "message": message},
            {"type": "run-deployment", "source": "inferred"},  # it cannot ask for those refused because of it
        ],
    }


def files(authority: str = "") -> dict[str, str]:
    """Return the text of every file in ``deploy/`` that is made, by its name there.

    The automation is the server's, whoever's run is silent; an authority has none of its own.
    """
    deployments = {_joined(authority, pool.file): prefect_yaml(pool, authority) for pool in POOLS}
    return deployments if authority else deployments | {"automations.yaml": automations_yaml()}


def _joined(authority: str, file: str) -> str:
    return f"{authority}/{file}" if authority else file


def _text(content: object) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=100)


def _deployment(row: Schedule, pool: Pool, authority: str) -> dict[str, object]:
    interval = ARRIVAL_SECONDS if row.arrives else POOL_TICK_SECONDS
    when: dict[str, object] = (
        {"cron": row.cron, "timezone": str(LOCAL)} if row.cron else {"interval": interval}
    )
    environment = {
        **RUN_SETTINGS,
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        **pool.environment,
        **({"EQUIPOISE_AUTHORITY": authority} if authority and pool.environment else {}),
    }
    return {
        "name": authorities.deployment(row.flow, authority),
        "version": version("equipoise"),
        "tags": authorities.tags(authority),
        "entrypoint": row.entrypoint,
        **({"parameters": authorities.parameters(authority)} if authority else {}),
        # By its slug Prefect knows it again, and leaves it switched off where somebody did that.
        "schedules": [{"slug": "nightly" if row.cron else "tick", **when}],
        "concurrency_limit": {
            "limit": row.at_once,
            "collision_strategy": "CANCEL_NEW",
            "grace_period_seconds": pool.grace,
        },
        "work_pool": {
            "name": authorities.pool(authority),
            **({"work_queue_name": AT_HOME} if row.flow == "auditing" else {}),
            "job_variables": {"env": environment, **pool.variables(authorities.pool(authority))},
        },
    }


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write the files with which Prefect deploys the flows.")
    parser.add_argument("--authority", default="", help="one of several that share the Prefect server")
    parser.add_argument("--into", type=Path, default=Path(__file__).parents[2] / "deploy", help="a folder")
    given = parser.parse_args()
    try:  # by the rule of the setting, whose sentence says what would be right
        named = Settings(Home(given.into), {"EQUIPOISE_AUTHORITY": given.authority}).text("authority")
    except MalformedError as error:
        parser.error(str(error))
    for name, text in files(named).items():
        path = given.into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _main()
