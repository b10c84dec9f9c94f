"""What fails is told in one line, once, wherever it is told."""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

import pytest

from flows.engine import failures

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failure_is_one_line_on_standard_error_and_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with failures.told(tmp_path / "equipoise.log"):
        failures.tell("drafting", "Object 1 is missing.", "A/1")
        failures.tell("intake", "The service's key is missing.")

    assert capsys.readouterr().err == (
        "drafting: A/1: Object 1 is missing.\nintake: The service's key is missing.\n"
    )
    assert [re.sub("^[0-9T:-]{19}Z ", "when ", line) for line in lines(tmp_path)] == [
        "when drafting: A/1: Object 1 is missing.",
        "when intake: The service's key is missing.",
    ]


def test_as_json_each_line_is_an_object_that_tells_what_was_done_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with failures.told(tmp_path / "equipoise.log", form="json"):
        failures.tell("drafting", "No\nobject \u202e1.", "A/1")
        failures.tell_done("publication", "version 1 published", "A/2", 0.25)
    with failures.told(tmp_path / "equipoise.log"):
        failures.tell_done("publication", "version 1 published", "A/3", 0.25)

    rows = [json.loads(line) for line in lines(tmp_path)]
    assert [{**row, "at": ""} for row in rows] == [
        {"at": "", "level": "error", "flow": "drafting", "about": "A/1", "what": "No\nobject \u202e1."},
        {
            "at": "",
            "level": "info",
            "flow": "publication",
            "about": "A/2",
            "what": "version 1 published",
            "seconds": 0.25,
        },
    ]
    assert "\u202e" not in (tmp_path / "equipoise.log").read_text()
    assert capsys.readouterr().err.splitlines() == lines(tmp_path)


def lines(folder: Path) -> list[str]:
    return (folder / "equipoise.log").read_text().splitlines()


def test_the_same_is_told_again_after_an_hour_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("flows.engine.failures.time.monotonic", lambda: clock[0])
    with failures.told(tmp_path / "equipoise.log"):
        for clock[0] in (0.0, 1.0, 3599.0, 3600.0, 3601.0):
            failures.tell("drafting", "Object 1 is missing.", "A/1")
        failures.tell("drafting", "Object 1 is missing.", "A/2")

    assert [line.split()[2] for line in lines(tmp_path)] == ["A/1:", "A/1:", "A/2:"]


def test_nothing_in_a_line_steers_a_terminal_or_begins_another(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with failures.told():
        failures.tell("intake", "No\nintake: \x1b[2Jfile \u202egnp.exe; Cymdeithas Tŷ.")

    assert capsys.readouterr().err == "intake: No�intake: �[2Jfile �gnp.exe; Cymdeithas Tŷ.\n"


def test_what_is_told_elsewhere_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("equipoise")
    before = (log.handlers[:], log.filters[:], log.propagate)

    with failures.told(), pytest.raises(KeyError):
        raise KeyError

    assert (log.handlers, log.filters, log.propagate) == before
    assert capsys.readouterr().err == ""
