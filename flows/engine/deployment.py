"""``deploy/prefect.yaml`` for a machine with a Prefect work pool, made from the one table of schedules.

``python -m flows.engine.deployment > deploy/prefect.yaml``
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

import yaml

from flows.domain.local_day import LOCAL
from flows.engine.settings import RUN_SETTINGS, SCHEDULES, Schedule

POOL: Final = "equipoise"

POOL_TICK_SECONDS: Final = 60
"""A work pool starts a process for every run, which takes seconds."""

_HEAD: Final = """\
# Made by `python -m flows.engine.deployment`; change the tables in flows/engine/settings.py instead.
# Needs a work pool of type process, whose workers have Equipoise installed and $EQUIPOISE_HOME set:
#   prefect work-pool create equipoise --type process
#   prefect --no-prompt deploy --all --prefect-file deploy/prefect.yaml
"""


def prefect_yaml() -> str:
    """Return the text of the file."""
    content = {
        "name": "equipoise",
        "pull": [],  # the flows are those of the installed package
        "deployments": [_deployment(row) for row in SCHEDULES],
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False, width=100)


def _deployment(row: Schedule) -> dict[str, object]:
    when: dict[str, object] = (
        {"cron": row.cron, "timezone": str(LOCAL)} if row.cron else {"interval": POOL_TICK_SECONDS}
    )
    return {
        "name": row.flow,
        "version": version("equipoise"),
        "tags": ["equipoise"],
        "entrypoint": row.entrypoint,
        "schedules": [{**when, "active": True}],
        "concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"},
        "work_pool": {"name": POOL, "job_variables": {"env": RUN_SETTINGS}},
    }


if __name__ == "__main__":
    print(prefect_yaml(), end="")  # noqa: T201 - its purpose
