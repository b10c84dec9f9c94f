"""``deploy/prefect.yaml`` for a machine with a Prefect work pool, made from the one table of schedules.

``python -m flows.engine.deployment > deploy/prefect.yaml``
"""

from __future__ import annotations

from typing import Final

import yaml

from flows.engine.settings import SCHEDULES, TICK_SECONDS, Schedule
from flows.home import LOCAL

POOL: Final = "equipoise"
_HEAD: Final = """\
# Made by `python -m flows.engine.deployment`; change the table in flows/engine/settings.py instead.
# Needs a work pool of type process whose workers share the home ($EQUIPOISE_HOME):
#   prefect work-pool create equipoise --type process
#   prefect --no-prompt deploy --all --prefect-file deploy/prefect.yaml
"""


def prefect_yaml() -> str:
    """Return the text of the file."""
    content = {
        "name": "equipoise",
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": "{{ $EQUIPOISE_CODE }}"}}],
        "deployments": [_deployment(row) for row in SCHEDULES],
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False, width=100)


def _deployment(row: Schedule) -> dict[str, object]:
    when: dict[str, object] = (
        {"cron": row.cron, "timezone": str(LOCAL)} if row.cron else {"interval": TICK_SECONDS}
    )
    return {
        "name": row.flow,
        "entrypoint": row.entrypoint,
        "schedules": [{**when, "active": True}],
        "concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"},
        "work_pool": {"name": POOL},
    }


if __name__ == "__main__":
    print(prefect_yaml(), end="")  # noqa: T201 - its purpose
