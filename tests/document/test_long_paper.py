"""A paper of hundreds of pages: it holds, and takes no more for a page than a short one does."""

from __future__ import annotations

import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Final

import pytest
from tagged_files import faults
from varied_papers import rendered, varied_text

from flows.document.arrangement import arrange
from flows.document.inspection import inspect
from flows.document.inspection.paper import read_paper

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.document.blocks import Block

PAGES: Final = 300


def chapters(count: int) -> tuple[Block, ...]:
    """Return the texts of so many papers as one, of which the notes and the contents are its own."""
    return arrange([block for number in range(count) for block in varied_text(number)])


def timed(do: Callable[[], object]) -> float:
    start = time.process_time()
    do()
    return time.process_time() - start


@pytest.mark.exhaustive
def test_three_hundred_pages_hold_and_cost_three_hundred_times_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    few, many = chapters(10), chapters(110)
    rendered(few)
    short, long = rendered(few), rendered(many)
    at_first, at_last = len(read_paper(short).drawn), len(read_paper(long).drawn)
    making = timed(lambda: rendered(few)) / at_first, timed(lambda: rendered(many)) / at_last
    reading = timed(lambda: inspect(short, few)) / at_first, timed(lambda: inspect(long, many)) / at_last
    tracemalloc.start()
    rendered(many)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{at_last} pages, {len(many)} blocks, {len(long) / 1e6:.1f} MB: "
            f"made in {making[1] * 1000:.1f} ms a page ({making[0] * 1000:.1f} at {at_first} pages), "
            f"inspected in {reading[1] * 1000:.1f} ms a page ({reading[0] * 1000:.1f}), "
            f"at most {most / 1e6:.0f} MB in use\n"
        )

    assert at_last >= PAGES
    assert inspect(long, many) == ()
    assert faults(long) == []
    assert making[1] < 2 * making[0]
    assert reading[1] < 2 * reading[0]
    assert most < PAGES * 1_000_000
