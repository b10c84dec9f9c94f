"""With traces on, one trace leads from a page or a command to the registrar's answer and the act's entry."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
from canaries import NAME, WORDS, holds_canary
from collector import Collector, collecting
from desk_builders import CASE, EQUIPOISE, an_officer
from registrars import elsewhere, running, straight
from web_builders import SignedIn

from flows.casework.acts import Wish, act
from flows.desk.web import serving
from flows.domain.acts import APPROVE
from flows.domain.documents import TEST
from flows.domain.procedure import Stage
from flows.home import HOME_VARIABLE, REGISTRAR_VARIABLE, Home

if TYPE_CHECKING:
    from pathlib import Path

    from collector import Spanned

ABOUT = f"{NAME} asks {WORDS}"


def lines_of(spans: list[Spanned]) -> set[str]:
    """Return each span with what led to it, as ``a > b > c``."""
    by_id = {each.id: each for each in spans}

    def line(span: Spanned) -> str:
        above = by_id.get(span.parent)
        if above:
            assert above.trace == span.trace
        return f"{line(above)} > {span.name}" if above else span.name

    return {line(each) for each in spans}


def says_nothing(collector: Collector) -> bool:
    return not any(holds_canary(body) or b"legal-reviewer" in body for _, body in collector.came)


def test_an_act_through_a_registrar_is_one_trace_with_its_reference_and_entry(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = an_officer(home, "legal-reviewer")
    wish = Wish(kind=APPROVE, reference=CASE, document=TEST.name, version=1, gate=Stage.LEGAL_REVIEW)
    with (
        collecting(monkeypatch) as collector,
        straight(home, monkeypatch) as address,
        elsewhere(tmp_path / "far", address) as office,
    ):
        taken = act(office, officer, wish)
        spans = collector.until("act approve")
    assert "act approve > ask append > answer append > append" in lines_of(spans)
    (append,) = (each for each in spans if each.name == "append")
    assert append.facts == {
        "equipoise.case": CASE,
        "equipoise.document": "test",
        "equipoise.act": "approve",
        "equipoise.entry": str(taken.recorded.entry.sequence),
    }
    assert 0 < append.seconds < 60
    assert {each.kind for each in spans if each.name.startswith("ask")} == {"client"}
    assert {each.kind for each in spans if each.name.startswith("answer")} == {"server"}
    assert says_nothing(collector)


@pytest.mark.exhaustive
def test_a_page_and_a_command_are_followed_into_the_process_of_the_registrar(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "far"
    with collecting(monkeypatch) as collector, running(home) as registrar:
        monkeypatch.setenv(REGISTRAR_VARIABLE, registrar.socket.text)
        there = Home(far, registrar.socket)
        there.make_folders()
        shutil.copy(home.officers / "legal-reviewer", there.officers)
        with serving.running(there, port=0) as desk:
            someone = SignedIn(there, desk.address, "foi-officer")
            someone.client.timeout = httpx.Timeout(60)  # the first page comes once the process has begun
            for page, status in (
                (f"/cases?words={WORDS}", 200),
                ("/cases/1146A-22", 200),
                (f"/cases/{NAME}", 422),
            ):
                assert someone.client.get(page).status_code == status
            someone.close()
            collector.until("GET /cases/{case}", "answer filed")
        call = [str(EQUIPOISE), "request", CASE, "--as", "legal-reviewer", "--reason", ABOUT]
        subprocess.run(
            call, env={**os.environ, HOME_VARIABLE: str(far)}, capture_output=True, check=True, timeout=120
        )
        spans = collector.until("act read-request", "append")
    found = lines_of(spans)
    assert "act read-request > ask append > answer append > append" in found
    pages = {each for each in found if each.startswith("GET /cases/{case} > ask ")}
    assert any(" > answer " in each for each in pages), found
    assert says_nothing(collector)
