"""What stands together on a page: a heading with what it heads, a lead-in with its list or table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_papers import pages
from sampling import sampled
from varied_papers import rendered

from flows.document.arrangement import arrange
from flows.document.blocks import parse_document

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = "| a | b |\n|---|---|\n" + "| Followed | d |\n" * 3
_TALL = "| a | b |\n|---|---|\n" + "| Followed | d |\n" * 40
_AFTER = {
    "a lead-in and a table of many rows": f"It leads:\n\n{_TALL}",
    "a list in a list": "- - Followed\n  - so",
    "a heading and a table of many rows": f"### Deeper\n\n{_TALL}",
    "a table of one tall row": f"| a | b |\n|---|---|\n| {'Followed ' * 300} | d |\n",
    "a table": _TABLE,
    "a lead-in and a table": f"It leads:\n\n{_TABLE}",
    "a numbered lead-in and a table": f"1. It leads:\n\n   {_TABLE.replace(chr(10), chr(10) + '   ')}",
    "a lead-in and a list": "It leads:\n\n- Followed\n- so",
    "a numbered list": "1. - Followed\n   - so\n",
    "a paragraph of many lines": "Followed " * 80,
    "a paragraph": "Followed.",
    "a list": "- Followed\n- so",
    "a table of many rows": _TALL,
    "two headings": "### Deeper\n\n#### Deepest\n\nFollowed.",
    "a heading and a list": "### Deeper\n\n- Followed\n- so",
    "a numbered paragraph": "1. Followed\n",
}


@pytest.mark.parametrize("size", sampled([12, 18]))
@pytest.mark.parametrize("name", sampled([*_AFTER], first=4))
def test_no_heading_stands_at_the_foot_of_a_page(name: str, size: int, tmp_path: Path) -> None:
    stranded = []
    for before in range(18, 27) if size == 12 else range(9, 18):
        lines = "\n\n".join(f"Line {number}." for number in range(before))
        text = f"# T\n\n{lines}\n\n## Heads\n\n{_AFTER[name]}"
        read = pages(rendered(arrange(parse_document(text)), size=size), tmp_path)
        (page,) = [page for page in read if "Heads" in page]
        stranded += [] if "Followed" in page else [before]

    assert stranded == []


@pytest.mark.parametrize("length", sampled([1, 90, 60]))
@pytest.mark.parametrize("after", ["- Followed\n- so", _TABLE, _TALL], ids=["list", "table", "tall table"])
def test_a_lead_in_stays_with_what_it_leads_to(after: str, length: int, tmp_path: Path) -> None:
    parted = []
    for before in range(17, 27):
        lines = "\n\n".join(f"Line {number}." for number in range(before))
        text = f"# T\n\n{lines}\n\n{'word ' * length}leads:\n\n{after}"
        read = pages(rendered(arrange(parse_document(text))), tmp_path)
        (page,) = [page for page in read if "leads:" in page]
        parted += [] if "Followed" in page else [before]

    assert parted == []
