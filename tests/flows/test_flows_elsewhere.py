"""Flows run on a machine that has no register, no service key and no case key: they ask a registrar."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from flow_builders import a_request
from registrars import elsewhere as office_elsewhere
from registrars import straight

from flows.domain.procedure import Stage
from flows.engine import failures, here
from flows.engine.settings import SCHEDULES
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE
from flows.register.stop import stopped
from flows.sources.item import tag_of

if TYPE_CHECKING:
    from pathlib import Path

    from flow_builders import Town


@pytest.mark.exhaustive
def test_every_stage_is_run_by_a_worker_that_asks_a_registrar(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.put_case("A/1")
    elsewhere = tmp_path / "worker" / "inbox"
    elsewhere.mkdir(parents=True)
    shutil.move(town.put("posted", a_request("B/2")), elsewhere)
    with straight(town.home, monkeypatch) as address:
        monkeypatch.setenv(REGISTRAR_VARIABLE, address.text)
        monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "worker"))
        run = town.run("intake")
        assert [name.partition(tag_of(elsewhere / "posted"))[0] for name, *_ in run.tasks()] == [
            "hand-over-",
            "intake-A/1",
            "intake-B/2",
        ]
        assert town.stages() == {"A/1": "received", "B/2": "received"}
        assert not [*elsewhere.iterdir()]
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
    assert town.stages() == {"A/1": "published", "B/2": "drafting"}
    kept = {path.name for path in (tmp_path / "worker").rglob("*") if path.is_file()}
    assert kept <= {"looked-ahead.json", "B-2.json"}  # what the checks found
    assert town.audited().passes


def test_an_audit_is_not_made_where_the_register_is_not_and_says_so(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a worker that takes from the queue of the home, and has none."""
    town.drafted("A/1")
    (row,) = (row for row in SCHEDULES if row.flow == "auditing")
    with straight(town.home, monkeypatch) as address:
        with office_elsewhere(tmp_path / "worker", address) as office:
            assert here.waiting(row, office)  # or its run would be deleted, and nobody told
        monkeypatch.setenv(REGISTRAR_VARIABLE, address.text)
        monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "worker"))
        with failures.told():
            run = town.run("auditing")

    said = "The register is not on this machine, so it was not audited; "
    assert run.tasks() == [("auditing", "FAILED", 1)]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"auditing: register: {said}")
    assert [*town.notices()] == []
    assert stopped(town.home.register) is None
    assert not [path for path in (tmp_path / "worker").rglob("*") if path.is_file()]
    town.submit("A/1")  # nothing stopped the work
