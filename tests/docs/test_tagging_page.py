"""The example of the tagging layer runs as it stands, and gives what the page says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import page as checker
import pytest

from flows.document import fonts
from flows.document.tagged import canvas, flow, table

_PAGE = (Path(__file__).parents[2] / "docs" / "tagging.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.+?)```", _PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def in_a_folder_with_the_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Lato-Regular.ttf").symlink_to(fonts._FILES[fonts.REGULAR])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_runs_conforms_and_reads_as_shown(in_a_folder_with_the_font: Path) -> None:
    exec(compile(example("python"), "tagging.md", "exec"), {})  # noqa: S102 - the page's own example
    paper = in_a_folder_with_the_font / "paper.pdf"

    for profile in ("ua1", "2a"):
        assert checker.validate_pdf_bytes(paper.read_bytes(), profile=profile).failures == []
    told = subprocess.run(["pdfinfo", "-struct-text", paper], check=True, capture_output=True, text=True)
    assert told.stdout == example("text")


def test_everything_the_page_names_is_there() -> None:
    modules: dict[str, Any] = {"canvas": canvas.TaggedCanvas, "flow": flow, "table": table}

    named = re.findall(r"`(?:with )?(canvas|flow|table)\.([A-Za-z_]+)", _PAGE)
    assert len(named) >= 8
    for module, name in named:
        assert hasattr(modules[module], name) or hasattr(canvas, name), name
