"""The files in ``deploy/`` with which Prefect carries the flows to workers, made from the one table of flows.

``python -m flows.engine.deployment`` writes them. Those for one of several authorities that share a Prefect
server are written, by ``--authority NAME``, into a folder that is named after it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from flows.domain.errors import MalformedError
from flows.domain.local_day import LOCAL
from flows.engine import authorities, automations
from flows.engine.automations import HEARTBEAT_SECONDS
from flows.engine.settings import RUN_SETTINGS, SCHEDULES, Schedule
from flows.home import Home
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
"""Of a checkout; an installation has none."""
POOL: Final = authorities.pool("")
AT_HOME: Final = "home"
"""The queue of the runs that have to be where the register is; a worker that names none takes all."""
_POOL_AT_HOME: Final = "-home"
"""After the name of the pool, where its runs have machines of their own: those at home have another pool."""

ARRIVAL_SECONDS: Final = 60
"""After which what comes from outside is looked for, as nothing tells of a file that came; a work
pool starts a process for every run, which takes seconds of the processor."""
POOL_TICK_SECONDS: Final = 300
"""After which every other flow looks too, for a day that comes near and for what a killed run left; what acts
lead to is asked for at once."""

_IMAGE: Final = "equipoise:{}"
_PLACE: Final = "/srv/equipoise"
_INSIDE: Final = {"EQUIPOISE_HOME": f"{_PLACE}/home", "PREFECT_HOME": "/tmp/prefect"}  # noqa: S108 - of the container alone
"""What a run in a container finds where; all but the home is written where it goes with the container."""
_JOB: Final = "kubernetes/job.json"
_AS_A_WORKER: Final = {"app.kubernetes.io/name": "worker"}
"""What a pod is called, as the policies of `distributed.yaml` are about it; Prefect would name the flow."""
_ANY_COMMAND: Final = ["/usr/bin/env"]
"""Starts what the worker says, `prefect` and its words, where the image's own entrance would take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A kind of work pool.

    Attributes:
        template: The file of the template of its jobs, in ``deploy/``; empty for Prefect's own.
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
    template: str = ""


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
        needs="the image, the extra docker, and the home at /srv/{name}/home, which is the account 10001's",
        variables=lambda name: {
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "volumes": [f"/srv/{name}:{_PLACE}"],
            "auto_remove": True,
            "networks": [],
            "privileged": False,
            "container_create_kwargs": {
                "entrypoint": [*_ANY_COMMAND],
                "init": True,
                "read_only": True,
                "tmpfs": {"/tmp": ""},  # noqa: S108 - as above
                "cap_drop": ["ALL"],
                "security_opt": ["no-new-privileges:true"],
            },
        },
        environment=_INSIDE,
    ),
    Pool(
        kind="kubernetes",
        file="prefect-kubernetes.yaml",
        grace=300,
        needs="leave to make jobs in their namespace: deploy/kubernetes/jobs.yaml",
        variables=lambda name: {
            "image": _IMAGE.format(version("equipoise")),
            "image_pull_policy": "IfNotPresent",
            "namespace": name,
            "labels": {**_AS_A_WORKER},
            "finished_job_ttl": 3600,
        },
        environment={},
        template=_JOB,
    ),
)

_HEAD: Final = """\
# Made by `python -m flows.engine.deployment{option}`; change the tables in flows/engine/ instead.
# Needs a work pool of type {kind}, whose workers have {needs}:
#   prefect work-pool create {pool} --type {kind}{how}
#   prefect --no-prompt deploy --all --prefect-file deploy/{file}
"""

_AUTOMATIONS: Final = """\
# Made by `python -m flows.engine.deployment`. A run whose worker was killed is found dead by its silence, and
# the next is asked for; one that was cancelled before it began is cancelled:
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
        how=_how_made(pool, authority),
    )
    return head + _text(content)


def _how_made(pool: Pool, authority: str) -> str:
    if not pool.template:
        return ""
    at_home = f"{authorities.pool(authority)}{_POOL_AT_HOME}"
    return (
        f" --base-job-template deploy/{pool.template}\n#   prefect work-pool create {at_home} --type process"
    )


def job_json(worker: Mapping[str, Any]) -> str:
    """Return the text of the template of a run's job on Kubernetes: the pod of a worker, for one run.

    Args:
        worker: The pod's template, as `distributed.yaml` has it.
    """
    (container,) = worker["spec"]["containers"]
    for_itself = ("command", "livenessProbe")
    run = {key: each for key, each in container.items() if key not in for_itself} | {
        "name": "prefect-job",  # Prefect takes no other
        "command": _ANY_COMMAND,
        "args": "{{ command }}",
        "image": "{{ image }}",
        "imagePullPolicy": "{{ image_pull_policy }}",
    }
    # The two numbers are the job's, and Prefect wants them here as well.
    once = {"parallelism": 1, "completions": 1}
    pod = worker["spec"] | once | {"restartPolicy": "Never", "containers": [run]}
    manifest = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "labels": "{{ labels }}",
            "annotations": {},
            "namespace": "{{ namespace }}",
            "generateName": "{{ name }}-",
        },
        "spec": {
            "backoffLimit": 0,  # what was left, the next run does
            **once,
            "ttlSecondsAfterFinished": "{{ finished_job_ttl }}",
            "template": {"spec": pod},
        },
    }
    filled = ("name", "namespace", "env", "labels", "command")
    content = {
        "job_configuration": {each: f"{{{{ {each} }}}}" for each in filled} | {"job_manifest": manifest},
        "variables": {
            "type": "object",
            "properties": {
                **{each: {"type": "string"} for each in ("name", "namespace", "command", "image")},
                **{each: {"type": "object"} for each in ("env", "labels")},
                "image_pull_policy": {"type": "string", "enum": ["IfNotPresent", "Always", "Never"]},
                "finished_job_ttl": {"type": "integer"},
            },
        },
    }
    return json.dumps(content, indent=1) + "\n"


def _worker() -> dict[str, Any]:
    text = (DEPLOY / "kubernetes" / "distributed.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = next(
        each["spec"]["template"]
        for each in yaml.safe_load_all(text)
        if (each["kind"], each["metadata"]["name"]) == ("Deployment", "worker")
    )
    return found


def automations_yaml() -> str:
    """Return the text of the file of automations: what becomes of a run of which nothing is heard."""
    return _AUTOMATIONS + _text({"automations": automations.described()})


def files(authority: str = "") -> dict[str, str]:
    """Return the text of every file in ``deploy/`` that is made, by its name there.

    The automation is the server's, whoever's run is silent; an authority has none of its own.
    """
    deployments = {_joined(authority, pool.file): prefect_yaml(pool, authority) for pool in POOLS}
    shared = {"automations.yaml": automations_yaml(), _JOB: job_json(_worker())}
    return deployments if authority else deployments | shared


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
        **({"EQUIPOISE_AUTHORITY": authority} if authority and pool.kind != "process" else {}),
    }
    at_home = row.flow == "auditing"
    elsewhere = at_home and pool.template
    variables = {} if elsewhere else pool.variables(authorities.pool(authority))
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
            "name": authorities.pool(authority) + (_POOL_AT_HOME if elsewhere else ""),
            **({"work_queue_name": AT_HOME} if at_home else {}),
            "job_variables": {"env": environment, **variables},
        },
    }


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write the files with which Prefect deploys the flows.")
    parser.add_argument("--authority", default="", help="one of several that share the Prefect server")
    parser.add_argument("--into", type=Path, default=DEPLOY, help="a folder")
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
