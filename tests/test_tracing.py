"""Traces cost nothing where they are off, and say what is ours where they are on."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from collector import collecting

from flows import tracing

if TYPE_CHECKING:
    from pathlib import Path

LOADED = """
import sys
from flows import tracing
with tracing.span("act", case="A/1") as doing:
    doing.tell(entry=1)
    assert doing.carried == {}
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
LATE = """
from flows import tracing
with tracing.span("act"):
    pass
"""


def run(code: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize(
    "off",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_of_opentelemetry_is_imported_where_traces_are_off(
    off: dict[str, str], tmp_path: Path
) -> None:
    assert run(LOADED, tmp_path, **off).stdout == "[]\n"


def test_a_span_says_how_an_error_is_called_and_not_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting(monkeypatch) as collector:
        with pytest.raises(ValueError, match="marmalade"), tracing.span("publish", case="A/1"):
            raise ValueError("marmalade")
        with tracing.span("answer", carried="marmalade; 1"):
            pass
        (failed, answered) = collector.until("publish", "answer")
    assert (failed.name, failed.failed, failed.events) == ("publish", True, 0)
    assert failed.facts == {"equipoise.case": "A/1", "error.type": "ValueError"}
    assert answered.parent == b""
    assert all(path == "/v1/traces" and b"marmalade" not in body for path, body in collector.came)
    (resource,) = {str(each.resource) for asked in collector.requests for each in asked.resource_spans}
    assert '"equipoise"' in resource


def test_spans_of_other_libraries_are_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry import trace  # noqa: PLC0415 - what it is about

    with collecting(monkeypatch) as collector:
        with tracing.span("ours"), trace.get_tracer("theirs").start_as_current_span("theirs"):
            pass
        assert [each.name for each in collector.until("ours")] == ["ours"]


def test_a_collector_that_is_not_there_holds_nobody_up_and_is_told_of_in_one_sentence(tmp_path: Path) -> None:
    began = time.monotonic()
    told = run(LATE, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert time.monotonic() - began < 60  # two seconds, on a machine that is not busy
    assert told.stderr == f"{tracing._NOT_TAKEN}\n"
