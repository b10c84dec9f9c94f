"""A paper on the desk: the draft, the published paper, and whether it is genuine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, CASES, publish_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk_builders import Desk
    from web_builders import Person

    from flows.home import Home

_PAPER = "/cases/1146A-22/paper"


@pytest.mark.exhaustive
def test_a_draft_says_so_and_what_is_published_is_verified(
    person: Callable[..., Person], command: Desk, home: Home
) -> None:
    officer = person("foi-officer", viewport={"width": 360, "height": 800})
    officer.goes(_PAPER)
    assert "Draft: the paper is marked so on every page." in officer.words
    assert "DRAFT" in officer.page.frame_locator("iframe").locator("body").inner_text()
    request = officer.context.request
    pdf = request.get(f"{officer.desk}{_PAPER}/paper.pdf").body()
    kept = {path: path.stat().st_mtime_ns for path in home.laid_out.iterdir()}
    assert request.get(f"{officer.desk}{_PAPER}/paper.pdf").body() == pdf
    assert {path: path.stat().st_mtime_ns for path in home.laid_out.iterdir()} == kept
    assert request.get(f"{officer.desk}{_PAPER}/copy.pdf").status == 404
    assert request.get(f"{officer.desk}{_PAPER}/paper.pdf?version=2").status == 404
    command.approve("legal-review", "legal-reviewer")
    command.approve("balancing", "sign-off-officer")
    publish_now(home)
    officer.goes(_PAPER)
    officer.follows("Verify the paper as it is given out")
    assert "It is genuine, as far as can be established here." in officer.words
    assert officer.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "sha256" in request.get(f"{officer.desk}{_PAPER}/manifest.json").text()
    copy = home.published / "1146A-22.pdf"
    assert request.get(f"{officer.desk}{_PAPER}/copy.pdf").body() == copy.read_bytes()
    first = request.get(f"{officer.desk}{_PAPER}/paper.pdf").body()
    is_corrected(command, home)
    assert request.get(f"{officer.desk}{_PAPER}/copy.pdf").body() == copy.read_bytes() != first
    # Of an earlier publication the register has the paper; the file that is given out is the newest's.
    assert request.get(f"{officer.desk}{_PAPER}/copy.pdf?version=1").status == 404
    assert request.get(f"{officer.desk}{_PAPER}/paper.pdf?version=1").body() == first
    officer.goes(f"{_PAPER}?version=1&verify=yes")
    assert "Published" in officer.words
    assert "genuine" not in officer.words
    copy.write_bytes(copy.read_bytes() + b"more")
    officer.goes(f"{_PAPER}?verify=yes")
    assert "Something speaks against it: content." in officer.words


def is_corrected(command: Desk, home: Home) -> None:
    """Send the paper, correct it, and publish it once more."""
    as_officer = ("--as", "foi-officer")
    command.done(
        "sent", CASE, "--on", str(datetime.now(UTC).date()), "--by", "post", "--reason", "Late.", *as_officer
    )
    command.done("correct", CASE, "--reason", "A word is wrong.", *as_officer)
    command.draft(CASES / ".story" / "1146A-22" / "assessment.yaml")
    command.submit(2)
    command.approve("legal-review", "legal-reviewer", 2)
    command.approve("balancing", "sign-off-officer", 2)
    publish_now(home)
