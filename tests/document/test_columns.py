"""Tables: no figure and no ordinary word is broken, or their author is told."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sample_papers import a_part, an_assessment
from sampling import sampled
from varied_papers import rendered

from flows.casework.texts import unfit_tables_in
from flows.document.arrangement import arrange
from flows.document.blocks import Block, List, Table, parse_document, parse_prose
from flows.document.columns import columns
from flows.document.inspection import inspect
from flows.document.inspection.paper import read_paper
from flows.document.look import style_of
from flows.document.markdown import prose_faults, unfit_tables
from flows.domain.theme import SIZES, Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.document.inspection.values import Paper

_HEADS = ("Beat", "Officers posted", "Patrol hours planned", "Recorded offences", "Percentage")
_MORE_HEADS = ("Neighbourhood", "Cost (\u00a3)", "Confirmed", "Unconfirmed", "Notes")
_ROWS = (
    ("**Upland**", "4", "3,420", "1,204", "12.5%", "Bromsgrove", "\u00a31,204,500", "Yes", "No", "At work"),
    ("**Urban**", "113", "16,510", "978", "77.75%", "Wolverhampton", "\u00a312,978,310", "?", "Yes", ""),
)


def a_table(width: int) -> str:
    rows = [(*_HEADS, *_MORE_HEADS)[:width], ("---",) * width, *(row[:width] for row in _ROWS)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def a_text(table: str, before: str = "These are the figures:") -> tuple[Block, ...]:
    inside = table.replace("\n", "\n   ")
    return arrange(parse_document(f"# A\n\n## B\n\n1. First.\n\n2. {before}\n\n   {inside}\n\n3. After.\n"))


def tables(blocks: tuple[Block, ...]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, List):
            for item in block.items:
                yield from tables(item)


def broken(paper: Paper) -> list[str]:
    """Return what stands at the end of a line of a cell and goes on in the next without a space."""
    cells = (each for each in paper.root.within() if each.kind in {"TH", "TD"})
    lines = [[run for mark in cell.marks() for run in mark.runs] for cell in cells]
    return [
        upper.text
        for runs in lines
        for upper, lower in pairwise(runs)
        if lower.start[1] < upper.start[1] and not upper.text.endswith(" ")
    ]


@pytest.mark.parametrize("size", [12, 18])
@pytest.mark.parametrize("width", sampled([10, 7, 3, 4, 5, 6, 8, 9], first=3))
def test_no_word_is_broken_in_three_to_ten_columns(width: int, size: int) -> None:
    blocks = a_text(a_table(width))
    pdf = rendered(blocks, size=size)

    assert broken(read_paper(pdf)) == []
    assert inspect(pdf, blocks) == ()


def test_type_shrinks_before_the_page_is_turned_and_never_below_its_floor() -> None:
    for size in SIZES:
        style = style_of(Theme(size=size))
        laid_out = [columns(next(tables(a_text(a_table(width)))), 0, style) for width in range(3, 11)]

        assert [each.turned for each in laid_out] == sorted(each.turned for each in laid_out)
        assert (laid_out[0].cells.ratio, laid_out[0].turned) == (1, False)
        assert laid_out[-1].turned
        assert all(style.floor <= each.cells.ratio <= 1 for each in laid_out)
        for upright in (True, False):
            ratios = [each.cells.ratio for each in laid_out if each.turned != upright]
            assert ratios == sorted(ratios, reverse=True)
    assert any(each.cells.ratio < 1 for each in laid_out if not each.turned)


def test_a_turned_page_begins_with_what_leads_to_its_table_and_the_next_one_is_upright() -> None:
    paper = read_paper(rendered(a_text(a_table(10), "Before.\n\n   It leads:")))
    other = read_paper(rendered(a_text(f"{a_table(10)}\n\nNext:\n\n{a_table(9)}")))

    for each, last, first in ((paper, "2. Before.", "It leads:"), (other, "1. First.", "2. These are")):
        assert [content.box[2] > content.box[3] for content in each.drawn] == [False, True, False]
        words = ["".join(run.text for run in content.runs if not run.artifact) for content in each.drawn]
        assert words[0].endswith(last)
        assert words[1].startswith(first)
        assert words[2].startswith("3. After.")
    assert "Next:" in words[1]


def test_a_paper_that_begins_with_a_broad_table_has_no_page_without_words() -> None:
    for text in (a_table(10), f"# A\n\n{a_table(10)}\n\nAfter.\n"):
        blocks = parse_document(text)

        assert inspect(rendered(blocks), blocks) == ()


def test_addresses_and_digests_are_broken_and_make_no_column_wide() -> None:
    digest, address = "0123456789abcdef" * 4, f"https://example.org/{'path/' * 20}"
    blocks = a_text(f"| a | b |\n|---|---|\n| Digest | {digest} |\n| Way | [{address}]({address}) |")
    pdf = rendered(blocks)

    assert len(read_paper(pdf).drawn) == 1
    assert inspect(pdf, blocks) == ()
    assert unfit_tables(blocks, 18) == []


LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def test_what_fits_on_no_page_is_told_with_its_columns_and_printed_none_the_less() -> None:
    wide = f"| a | b | c | d |\n|---|---|---|---|\n| {LONG} | 1 | {LONG} | {LONG} |"

    (fault,) = prose_faults(wide)
    assert fault == (
        "has a table of 4 columns that fits on no page, at 12 points, without a word being broken; shorten "
        "the longest words in columns 1, 3, 4, or make two tables of it"
    )
    blocks = a_text(wide)
    assert inspect(rendered(blocks), blocks) == ()
    assert prose_faults(wide.replace(f"{LONG} |", "x |")) == []


def test_a_table_may_fit_in_clear_print_and_not_in_large_print() -> None:
    text = f"| a | b | c |\n|---|---|---|\n| {LONG} | {LONG} | {LONG[:14]} |"

    assert prose_faults(text) == []
    assert "at 18 points" in unfit_tables(parse_prose(text), 18)[0]


def test_an_author_is_told_the_field_of_a_table_that_the_authoritys_papers_have_no_room_for() -> None:
    wide = f"| a | b | c |\n|---|---|---|\n| {LONG} | {LONG} | {LONG[:14]} |"
    assessment = an_assessment(a_part(information="a | b"), a_part(answer=f"These:\n\n{wide}"))

    assert unfit_tables_in(assessment, Theme()) == []
    (fault,) = unfit_tables_in(assessment, Theme(size=18))
    assert fault.path == "parts[1].answer"
    assert LONG not in fault.problem


@pytest.mark.parametrize(
    ("count", "parted"), [(3, False), (9, True)], ids=["where there is room", "where there is none"]
)
def test_a_day_in_a_cell_is_parted_only_where_the_columns_have_no_room(count: int, *, parted: bool) -> None:
    cells = ["**Something that is said at length**", *["Another thing"] * (count - 2), "30 November 2022"]
    table = f"| {' | '.join('abcdefghi'[:count])} |\n|{'---|' * count}\n| {' | '.join(cells)} |"
    blocks = a_text(table)
    pdf = rendered(blocks, size=18)
    *_, last = (each for each in read_paper(pdf).root.within() if each.kind == "TD")
    lines = {run.start[1] for mark in last.marks() for run in mark.runs}

    assert (len(lines) > 1) is parted
    assert inspect(pdf, blocks) == ()
