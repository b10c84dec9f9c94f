"""The audit of papers by software that nobody released, and the pack of such a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk_builders import CASE, publish_now

from flows.casework import papers
from flows.document import publication
from flows.register.audit import audit

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from desk_builders import Desk


def test_a_paper_by_software_that_was_never_released_is_a_finding_and_its_case_is_not_packed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    with monkeypatch.context() as elsewhere:
        claimed = {**publication.toolchain(), "renderer": "0" * 64}
        elsewhere.setattr(publication, "toolchain", lambda: claimed)
        publish_now(desk.home)

    [found] = audit(desk.home.register, check_brought=papers.check).findings
    assert found.code == "E_RENDERER"
    assert found.mend == (
        "Find out what made it: audit with a later release if one did; else draft, approve and publish "
        "it again with a release."
    )
    refused = desk("evidence-pack", CASE, tmp_path / "pack.zip")
    assert refused.exit_code == 4
    assert "fails its audit" in refused.stderr
    assert "E_RENDERER" in refused.stderr
    assert not (tmp_path / "pack.zip").exists()
