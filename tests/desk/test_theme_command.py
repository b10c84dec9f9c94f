"""theme: how papers look, chosen by an administrator and kept with the papers made so."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, passes_audit, publish_now
from PIL import Image

from flows.casework import papers as paper
from flows.casework import publishing
from flows.document.crest import redrawn
from flows.register.audit import audit

if TYPE_CHECKING:
    from pathlib import Path

THEME = """\
accent = "#004d40"
size = 14

[marking]
drafts = "SENSITIVE"
published = "PUBLIC RECORD"

[crest]
file = "crest.png"
words = "Crest of Sample Council"
height = 18
"""
HOUSE_STYLE = """\
accent = "#1d3c63"
size = 12

[marking]
drafts = "OFFICIAL-SENSITIVE"
published = ""
"""


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """A theme file with a crest beside it."""
    Image.new("RGB", (150, 150), "#004d40").save(tmp_path / "crest.png")
    path = tmp_path / "theme.toml"
    path.write_text(THEME, encoding="utf-8")
    return path


def sha256(desk: Desk, folder: Path, *words: str) -> str:
    desk.done("document", CASE, "--pdf", folder / "paper.pdf", *words)
    return hashlib.sha256((folder / "paper.pdf").read_bytes()).hexdigest()


def test_without_a_choice_papers_are_in_the_house_style(untouched: Desk) -> None:
    assert untouched.done("theme", "show") == HOUSE_STYLE
    assert untouched.told("theme", "show")["theme"]["crest"] is None


def test_a_theme_is_chosen_shown_and_chosen_again_from_what_was_shown(
    desk: Desk, chosen: Path, tmp_path: Path
) -> None:
    assert desk.done("theme", "set", chosen, "--as", "administrator") == (
        "New papers look like this from now on. The policy is at version 7.\n"
    )
    other = tmp_path / "again"
    other.mkdir()
    shown = desk.done("theme", "show", "--crest", other / "crest.png")

    assert shown == THEME
    assert (other / "crest.png").read_bytes() == redrawn((tmp_path / "crest.png").read_bytes())
    (other / "theme.toml").write_text(shown.replace("size = 14", "size = 16"), encoding="utf-8")
    assert desk.told("theme", "set", other / "theme.toml", "--as", "administrator") == {
        "policy": 8,
        "new": True,
    }
    assert desk.told("theme", "show") == {
        "policy": 8,
        "theme": {
            "accent": "#004d40",
            "size": 16,
            "signatory": "",
            "marking": {"drafts": "SENSITIVE", "published": "PUBLIC RECORD"},
            "crest": {
                "words": "Crest of Sample Council",
                "height": 18,
                "bytes": (other / "crest.png").stat().st_size,
            },
        },
    }
    assert passes_audit(desk.home)


@pytest.mark.exhaustive
def test_what_was_drafted_or_published_keeps_its_look(desk: Desk, chosen: Path, tmp_path: Path) -> None:
    before = sha256(desk, tmp_path)
    desk.done("theme", "set", chosen, "--as", "administrator")
    assert sha256(desk, tmp_path) == before

    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    publish_now(desk.home)
    published = sha256(desk, tmp_path)
    desk.done("document", CASE, "--html", tmp_path / "paper.html")
    assert "PUBLIC RECORD" in (tmp_path / "paper.html").read_text(encoding="utf-8")

    chosen.write_text("size = 18\n", encoding="utf-8")
    desk.done("theme", "set", chosen, "--as", "administrator")
    assert sha256(desk, tmp_path) == published
    assert desk.told("pdf-check", tmp_path / "paper.pdf")["findings"] == []
    assert passes_audit(desk.home)


def test_the_audit_finds_a_paper_that_was_made_in_another_look(
    desk: Desk, chosen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.done("theme", "set", chosen, "--as", "administrator")
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    monkeypatch.setattr(
        publishing,
        "Basis",
        lambda **facts: paper.Basis(**{**facts, "theme": replace(facts["theme"], size=12)}),
    )
    publish_now(desk.home)

    [found] = audit(desk.home.register, check_brought=paper.check).findings
    assert found.code == "E_PDF"


def test_a_look_is_tried_before_it_is_chosen(desk: Desk, chosen: Path, tmp_path: Path) -> None:
    for words in ((), ("--draft",)):
        assert desk.done("theme", "preview", chosen, tmp_path / "try.pdf", *words) == (
            f"Written: {tmp_path}/try.pdf\n"
        )
        assert desk.told("pdf-check", tmp_path / "try.pdf")["findings"] == []
    told = desk.told("theme", "preview", chosen, tmp_path / "try.pdf")
    assert (told["files"], told["theme"]["accent"]) == ([f"{tmp_path}/try.pdf"], "#004d40")
    assert desk.done("theme", "show") == HOUSE_STYLE


def test_a_look_that_nobody_could_read_is_refused(desk: Desk, chosen: Path) -> None:
    chosen.write_text('accent = "#999999"\n', encoding="utf-8")

    assert desk.refused("theme", "set", chosen, "--as", "administrator") == (
        2,
        "theme.toml: accent: its contrast on white is 2.8 to 1, and 7 is needed; choose a darker one.",
    )


def test_only_an_administrator_chooses(desk: Desk, chosen: Path) -> None:
    assert desk.refused("theme", "set", chosen, "--as", "foi-officer") == (
        1,
        "foi-officer may not change how papers look: that needs the role administrator.",
    )


def test_the_same_choice_again_records_nothing(desk: Desk, chosen: Path) -> None:
    desk.done("theme", "set", chosen, "--as", "administrator")

    assert desk.done("theme", "set", chosen, "--as", "administrator") == (
        "Papers look like this already; nothing was recorded. The policy is at version 7.\n"
    )
    assert desk.told("theme", "set", chosen, "--as", "administrator") == {"policy": 7, "new": False}


def test_a_crest_that_is_not_there_cannot_be_written(untouched: Desk, tmp_path: Path) -> None:
    code, said = untouched.refused("theme", "show", "--crest", tmp_path / "crest.png")

    assert (code, said) == (1, "There is no crest.")
