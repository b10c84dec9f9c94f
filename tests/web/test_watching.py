"""What a program watches: numbers alone, for this machine and whoever has the token."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from desk_builders import CASE, PEOPLE, Desk, another_case
from prometheus_client.parser import text_string_to_metric_families
from web_builders import serving

from flows import home as flows_home
from flows.casework import auditing
from flows.casework.health import TROUBLES
from flows.casework.office import open_office
from flows.home import Home
from flows.register.stop import stop

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(submitted: Home, tmp_path: Path) -> Desk:
    shutil.copytree(submitted.root, tmp_path / "home")
    return Desk(Home(tmp_path / "home"))


def audited(desk: Desk) -> None:
    with open_office(desk.home) as office:
        auditing.audit_register(office)


def metrics(text: str) -> dict[str, float]:
    """Return each metric with its labels, as Prometheus reads them."""
    return {
        "".join([each.name, *each.labels.values()]): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_what_is_wrong_turns_the_state_red_and_stands_in_the_metrics(desk: Desk, tmp_path: Path) -> None:
    with serving(desk.home) as at, httpx.Client(base_url=at) as client:
        fresh = client.get("/health/state")
        assert (fresh.status_code, fresh.json()["troubles"]) == (200, [])
        assert (fresh.json()["audited"], fresh.json()["passed"]) == (None, False)
        audited(desk)
        assert client.get("/health/state").json()["well"]

        another_case(desk.home, "R/2", "2022-11-08")
        (desk.home.set_aside / "item").mkdir()
        (desk.home.inbox / "item.yaml").touch()
        with open_office(desk.home) as office:
            entries = office.register.tip().entry.sequence
        desk.done("backup", tmp_path / "b.tar")
        found = metrics(client.get("/metrics").text)
        assert found["equipoise_entries_total"] == entries
        assert found["equipoise_documentslegal-review"] == 1
        assert found["equipoise_documentsreceived"] == 1
        assert found["equipoise_overdue"] == 2
        assert found["equipoise_set_aside_items"] == 1
        assert found["equipoise_inbox_items"] == 1
        assert found["equipoise_last_audit_passed"] == 1
        assert found["equipoise_last_backup_entries"] == entries
        now = flows_home.now().timestamp()
        for name in ("newest_entry", "last_audit", "last_backup"):
            assert now - 600 < found[f"equipoise_{name}_timestamp_seconds"] <= now + 1
        assert {name for name in TROUBLES if found[f"equipoise_trouble{name}"]} == set()

        stop(desk.home.register, "Nothing is recorded.")
        red = client.get("/health/state")
        assert (red.status_code, red.json()["troubles"]) == (503, ["writing-stopped"])
        assert metrics(client.get("/metrics").text)["equipoise_writing_stopped"] == 1
        # Whoever starts a desk anew over this would mend nothing.
        assert client.get("/health").status_code == 200


def test_no_reference_and_nobody_is_named_to_whoever_watches(desk: Desk) -> None:
    with serving(desk.home) as at:
        said = httpx.get(f"{at}/metrics").text + httpx.get(f"{at}/health/state").text

    assert [name for name in (*PEOPLE, "administrator", CASE, "1146A", "Midlands") if name in said] == []


def test_from_elsewhere_it_answers_whoever_brings_the_token_alone(desk: Desk) -> None:
    with serving(desk.home) as at, httpx.Client(base_url=at) as client:
        proxied = {"X-Forwarded-For": "192.0.2.1"}
        right = proxied | {"Authorization": "Bearer zeppelin"}
        assert client.get("/metrics", headers=right).status_code == 404

        (desk.home.root / "settings.toml").write_text('[metrics]\ntoken = "token"\n')
        (desk.home.root / "token").write_text("zeppelin\n")
        (desk.home.root / "token").chmod(0o600)
        for path in ("/metrics", "/health/state"):
            assert client.get(path, headers=right).status_code != 404
            for wrong in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer zeppeli"}):
                assert client.get(path, headers=proxied | wrong).status_code == 404
        # A page of another site, whose name leads to this machine, is told nothing.
        assert client.get("/metrics", headers={"Host": "evil.example"}).status_code == 421


def test_a_backup_that_is_late_and_an_audit_that_failed_or_is_old_are_told_by_the_command(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited(desk)
    (desk.home.root / "settings.toml").write_text("[backup]\nhours = 24\n")
    assert TROUBLES["backup-old"] in desk("health").stdout
    desk.done("backup", tmp_path / "b.tar")
    assert desk.done("health").endswith("All is well.\n")
    assert re.search(r"Waiting +1 legal-review\n", desk.done("health"))

    later = flows_home.now() + timedelta(hours=37)
    monkeypatch.setattr(flows_home, "now", lambda: later)
    late = desk("health", "--json")
    with monkeypatch.context() as lost:
        lost.setattr(flows_home, "now", lambda: later - timedelta(hours=1, minutes=30))
        desk.home.audits.rename(tmp_path / "audits")
        assert '"audit-old"' not in desk("health", "--json").stdout
        lost.setattr(flows_home, "now", lambda: later)
        assert '"audit-old"' in desk("health", "--json").stdout, "a register of before that nobody audited"
        (tmp_path / "audits").rename(desk.home.audits)

    assert late.exit_code == 1
    assert '"audit-old"' in late.stdout
    assert '"backup-old"' in late.stdout
    monkeypatch.undo()
    text = desk.home.audits.read_text().replace('"findings": []', '"findings": ["E_TREE at entry 3"]')
    desk.home.audits.write_text(text)
    assert TROUBLES["audit-failed"] in desk("health").stdout
