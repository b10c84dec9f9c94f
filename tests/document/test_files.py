"""The files that are not code are found wherever the code is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows import files
from flows.document.files import template_digest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_checkout_has_its_templates_beside_the_code() -> None:
    assert (files.folder("templates") / "document" / "test.md.j2").is_file()


def test_an_installation_has_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "flows" / "_files" / "templates"
    inside.mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(files, "_HERE", tmp_path / "flows")

    assert files.folder("templates") == inside


def test_a_folder_that_is_nowhere_is_a_broken_installation() -> None:
    with pytest.raises(FileNotFoundError, match="no folder 'nowhere'"):
        files.folder("nowhere")


def test_the_templates_have_one_digest() -> None:
    assert len(template_digest()) == 64
    assert template_digest() == template_digest()
