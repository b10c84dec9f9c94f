"""The page of attacks is the one that the tables make."""

from __future__ import annotations

from pathlib import Path

from attacks_page import attacks_page


def test_the_page_lists_every_attack_that_is_tried_with_what_the_audit_says() -> None:
    page = Path(__file__).parents[2] / "docs/attacks.md"

    assert page.read_text(encoding="utf-8") == attacks_page()
