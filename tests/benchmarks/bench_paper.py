"""The paper: render_pdf, tagged and archival, beside ReportLab used plainly for the same text.

Then where its time goes, and what its inspection takes beside it: our own comparison with the text, and the
conformance checker, which runs once for each standard.
"""

from __future__ import annotations

import cProfile
import pstats
from collections import Counter
from typing import TYPE_CHECKING, Final

import engine_ours
import engine_plain
from figures import Row, at_most, ms, spent, typical
from sample_content import TITLE, another, for_peers, of_pages, page_count, samples

from flows.document.inspection import examine
from flows.document.inspection.conformance import conformance
from flows.document.inspection.paper import read_paper

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
    for pages in (2, 10):
        yield _profile(pages)
        yield from _inspection(pages)


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


_PARTS: Final = {
    "zlib": "deflating",
    "document/tagged/fonts": "typeface",
    "document/tagged/streams": "typeface",
    "reportlab/pdfbase/ttfonts": "typeface",
    "document/tagged/flow": "lines",
    "document/tagged/table": "lines",
    "document/tagged": "tags and content",
    "document/": "story",
    "reportlab/platypus": "pages",
    "reportlab": "file",
}
"""What a function is a part of, by the file it stands in: the first that fits."""


def _profile(pages: int) -> Row:
    """Return what part of a paper's time goes where, by the profiler, which makes short calls dearer."""
    papers = [another(of_pages(pages), number) for number in range(_TURNS)]
    engine_ours.render(papers[0], TITLE)
    profile = cProfile.Profile()
    for paper in papers:
        profile.runcall(engine_ours.render, paper, TITLE)
    shares: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined] # the stubs leave it out
        place = file if file != "~" else name
        shares[next((part for key, part in _PARTS.items() if key in place), "Python itself")] += own
    whole = sum(shares.values())
    told = ", ".join(f"{part} {share / whole:.0%}" for part, share in shares.most_common())
    return Row(what=f"PDF of {pages} pages, where the time goes", ours=told)


def _inspection(pages: int) -> Iterator[Row]:
    rendered, compared, checked = [], [], []
    for number in range(_TURNS):
        paper = another(of_pages(pages), number)
        seconds, pdf = spent(engine_ours.render, paper, TITLE)
        rendered.append(seconds)
        compared.append(spent(_compare, pdf, paper)[0])
        checked.append(spent(_check, pdf)[0])
    what, beside = f"PDF of {pages} pages", f"{ms(typical(rendered))} to render"
    comparing, checking = (
        typical(b / a for a, b in zip(rendered, each, strict=True)) for each in (compared, checked)
    )
    took = ms(typical(compared))
    yield at_most(1, comparing, f"{what}, comparison with its text ÷ rendering", took, beside)
    told = f"{what}, the checker of PDF/UA-1 and PDF/A-2a ÷ rendering"
    yield Row(what=told, ours=ms(typical(checked)), beside=beside, ratio=checking)


def _compare(pdf: bytes, blocks: Sequence[Block]) -> None:
    assert not [*examine(read_paper(pdf), blocks)]


def _check(pdf: bytes) -> None:
    assert not [*conformance(pdf)]
