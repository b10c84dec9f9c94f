"""Flows run on a machine that has no register, no service key and no case key: they ask a registrar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from registrars import straight

from flows.domain.procedure import Stage
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE

if TYPE_CHECKING:
    from pathlib import Path

    from flow_builders import Town


@pytest.mark.exhaustive
def test_every_stage_is_run_by_a_worker_that_asks_a_registrar(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.put_case("A/1")
    with straight(town.home, monkeypatch) as address:
        monkeypatch.setenv(REGISTRAR_VARIABLE, address.text)
        # Where the home is the case keys are, and requests are taken in; the registrar writes all the same.
        assert town.run("intake").completed
        monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "worker"))
        assert town.run("drafting").completed
        town.submit("A/1")
        assert town.run("legal-review").completed
        assert [*town.notices()] == ["A-1-version-1-legal-review-asked-1.txt"]
        town.approve("A/1", Stage.LEGAL_REVIEW)
        town.approve("A/1", Stage.BALANCING)
        assert town.run("checking").completed
        assert town.run("reminding").completed
        assert town.run("publication").completed
        before = town.everything()
        (town.home.published / "A-1.html").unlink()
        assert town.run("publication").tasks() == [("publication-copy-A/1", "COMPLETED", 1)]

    assert town.everything() == before
    assert town.stages() == {"A/1": "published"}
    assert {path.name for path in (tmp_path / "worker").rglob("*")} <= {"state", "looked-ahead.json"}
    assert town.audited().passes
