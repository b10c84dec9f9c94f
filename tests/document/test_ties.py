"""What stands together on a line: found in the text, kept by the layout, and gone from what is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sample_papers import pages
from varied_papers import rendered

from flows.document.arrangement import arrange
from flows.document.blocks import parse_document
from flows.document.inspection import inspect
from flows.document.ties import TIE, bound, tied

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        "see section~31(1) and~(b), sections~2(1) or 38, and (question~3)",
        "from 1~April to 22~November~2022, in May~2023 and by 2~May",
        "[2025]~UKSC~27 or [2011]~UKUT~39~(AAC) or [2015]~EWCA~Civ~388",
        "10~per~cent of 40~working~days, \u00a35~million and 3~weeks.",
        "ar 22~Tachwedd~2022 o dan adran~31(1)",
        "Part~I of the Act, part of it, and article~8(1)",
        "In 2022 the force had 3 officers (all of them) and [a list] of it",
        "the Act of 2000 and (as said) the rest",
    ],
)
def test_what_belongs_together_is_tied_and_nothing_else(text: str) -> None:
    assert tied(text.replace("~", " ")).replace(TIE, "~") == text


def test_a_page_of_html_binds_them_without_another_character() -> None:
    assert bound("on 2 May 2023, so") == [["on"], ["2", "May", "2023,"], ["so"]]
    assert bound("on 2\u00a0May 2023") == [["on"], ["2\u00a0May"], ["2023"]]
    assert " ".join(" ".join(each) for each in bound(" a  2 May ")) == " a  2 May "


@pytest.mark.parametrize("size", [12, 18])
def test_no_line_ends_within_what_is_tied_whatever_stands_before_it(size: int, tmp_path: Path) -> None:
    told = "under section 31(1) on 22 November 2022 in [2025] UKSC 27 for 10 per cent of it."
    text = "\n\n".join(f"{'mmm ' * (at // 3)}{'i' * (1 + at % 3)} {told}" for at in range(60))
    blocks = arrange(parse_document(f"# A\n\n{text}\n"))
    pdf = rendered(blocks, size=size)

    lines = [line.strip() for page in pages(pdf, tmp_path) for line in page.splitlines()]
    lines = [line for line in lines if ", version 2" not in line]
    for end in ("section", "22", "November", "[2025]", "UKSC", "10", "per"):
        assert not [line for line in lines if line.endswith(f" {end}")], end
    assert lines.count("of it.") > 1
    assert "it." not in lines
    assert inspect(pdf, blocks) == ()


def test_a_tie_is_read_as_a_space_and_gives_way_in_a_narrow_cell(tmp_path: Path) -> None:
    cells = " | ".join(["on 22 November 2022 under section 31(1)"] * 4)
    blocks = arrange(parse_document(f"# A\n\n| {' | '.join('abcd')} |\n|{'---|' * 4}\n| {cells} |\n"))
    pdf = rendered(blocks)

    assert inspect(pdf, blocks) == ()
    said = "".join(pages(pdf, tmp_path))
    assert TIE not in said
    assert said.count("November") == 4
