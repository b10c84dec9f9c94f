"""The paper: render_pdf, tagged and archival, beside ReportLab used plainly for the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import engine_ours
import engine_plain
from figures import Row, at_most, ms, spent, typical
from sample_content import TITLE, for_peers, of_pages, page_count, samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.document.blocks import Block

_TURNS: Final = 15


def run() -> Iterator[Row]:
    """Yield a row for two pages, for ten, and for each sample paper."""
    for pages in (2, 10):
        yield _row(f"PDF of {pages} pages", of_pages(pages))
    for name, blocks in samples().items():
        yield _row(f"PDF of {name}", blocks)


def _row(what: str, blocks: Sequence[Block]) -> Row:
    parts = for_peers(blocks)
    turns = [
        (spent(engine_ours.render, blocks, TITLE), spent(engine_plain.render, parts, TITLE))
        for _ in range(_TURNS)
    ]
    ours, plain = (typical(turn[side][0] for turn in turns) for side in (0, 1))
    (_, ours_pdf), (_, plain_pdf) = turns[0]
    counts = f"{page_count(ours_pdf)} p., plain ReportLab {page_count(plain_pdf)} p., untagged"
    return at_most(1.5, ours / plain, f"{what} ({counts}), CPU time", ms(ours), ms(plain))
