"""What changed since somebody acted or looked, on the pages that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_builders import Desk
    from web_builders import Person

_THERE = "/cases/1146A-22"


@pytest.mark.exhaustive
def test_a_reviewer_is_shown_what_changed_since_they_returned_it(
    person: Callable[..., Person], command: Desk, tmp_path: Path
) -> None:
    reviewer = person("legal-reviewer", viewport={"width": 360, "height": 800})
    reviewer.goes(f"{_THERE}/changes")
    assert "It is the first version: there is nothing before it." in reviewer.words
    reviewer.goes(_THERE)
    command.return_()
    content = (EXAMPLE / "assessment.yaml").read_text(encoding="utf-8")
    mended = content.replace("    harm: |\n      ", "    harm: |\n      Plainly, ", 1)
    (tmp_path / "mended.yaml").write_text(mended, encoding="utf-8")
    command.draft(tmp_path / "mended.yaml")
    command.submit(2)
    reviewer.goes("/")
    reviewer.follows("Changed since you looked at 1146A/22")
    assert reviewer.heading.endswith("What changed from version 1 to version 2")
    assert "Plainly," in reviewer.page.locator("ins").all_inner_texts()[0]
    assert reviewer.page.evaluate("document.documentElement.scrollWidth") <= 360
    reviewer.goes(f"{_THERE}/decide/test")
    reviewer.page.get_by_text("What changed since version 1").click()
    assert reviewer.page.locator("ins").first.is_visible()
    reviewer.goes(f"{_THERE}/changes?from=2&to=2")
    assert "The two are identical." in reviewer.words


def test_a_part_that_is_new_is_read_without_the_marks_of_its_headings(
    person: Callable[..., Person], command: Desk, tmp_path: Path
) -> None:
    command.return_()
    content = (EXAMPLE / "assessment.yaml").read_text(encoding="utf-8")
    part = content.partition("parts:\n")[2].replace("information: any other", "information: the other", 1)
    (tmp_path / "longer.yaml").write_text(f"{content.rstrip()}\n{part}", encoding="utf-8")
    command.draft(tmp_path / "longer.yaml")
    assert "\n## " in command.done("document", CASE)
    reader = person("legal-reviewer")
    reader.goes(f"{_THERE}/changes?from=1&to=2")
    told = reader.page.locator("main").text_content() or ""
    assert "the other information" in told
    assert "#" not in told
