"""``deploy/prefect.yaml`` is what the table of schedules says, in the form Prefect reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.client.schemas.objects import ConcurrencyLimitStrategy
from prefect.flows import load_flow_from_entrypoint

from flows.engine.here import load
from flows.engine.settings import SCHEDULES, TICK_SECONDS, Schedule

ROOT: Final = Path(__file__).parents[2]
FILE: Final = ROOT / "deploy" / "prefect.yaml"


def test_the_file_is_what_the_table_makes() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "flows.engine.deployment"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert FILE.read_text() == made.stdout


def test_prefect_reads_it_as_the_table_means_it() -> None:
    model = PrefectYamlModel.model_validate(yaml.safe_load(FILE.read_text()))

    assert [row.name for row in model.deployments] == [row.flow for row in SCHEDULES]
    for row, scheduled in zip(model.deployments, SCHEDULES, strict=True):
        assert row.entrypoint == scheduled.entrypoint
        limit = row.concurrency_limit
        assert limit is not None
        assert not isinstance(limit, int)
        assert limit.limit == 1
        assert ConcurrencyLimitStrategy(limit.collision_strategy) is ConcurrencyLimitStrategy.CANCEL_NEW
        assert row.schedules
        (when,) = yaml.safe_load(FILE.read_text())["deployments"][SCHEDULES.index(scheduled)]["schedules"]
        if scheduled.cron:
            assert (when["cron"], when["timezone"]) == (scheduled.cron, "Europe/London")
        else:
            assert when["interval"] == TICK_SECONDS


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda row: row.flow)
def test_each_entrypoint_is_the_flow_of_its_name(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert load_flow_from_entrypoint(schedule.entrypoint).name == schedule.flow
    assert load(schedule).name == schedule.flow
