"""The registers that benchmarks run on are registers: the audit and git say so."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from offices import open_staffed
from packed_register import build, references, take_next

from flows.casework import papers
from flows.domain.procedure import Stage
from flows.register.audit import audit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.exhaustive
def test_a_packed_register_holds_and_takes_further_acts(tmp_path: Path) -> None:
    build(tmp_path / "office", cases=60, acts=4)

    with open_staffed(tmp_path / "office") as office:
        assert office.catalogue.ready(Stage.BALANCING) == [(each, "test") for each in references(60)]
        take_next(office, references(60)[31])
        assert office.catalogue.ready(Stage.PUBLICATION) == [(references(60)[31], "test")]
        report = audit(office.home.register, check_brought=papers.check)
    assert (report.findings, report.cases, report.entries) == ([], 60, 4 + 60 * 4 + 1)
    subprocess.run(["git", "-C", office.home.register, "fsck", "--full", "--strict"], check=True)
