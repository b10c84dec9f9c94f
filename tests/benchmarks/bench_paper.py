"""The paper: render_pdf, tagged and archival, beside ReportLab used plainly for the same text."""

from __future__ import annotations

import io
from bisect import bisect_right
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from figures import Row, at_most, ms, spent, typical
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus import SimpleDocTemplate
from reportlab.platypus import Table as Grid

from flows import paper
from flows.document import fonts
from flows.document.blocks import Block, Heading, List, Paragraph, Table, inline_words, parse_document
from flows.document.pdf import render_pdf
from flows.domain.procedure import ASSESSMENT, DOCUMENT
from flows.files import folder as sample_folder
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportlab.platypus import Flowable

_TURNS: Final = 15
_DATED: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
_BODY: Final = ParagraphStyle("body", fontName="Plain", fontSize=11, leading=16, spaceAfter=8)
_HEADING: Final = ParagraphStyle("heading", fontName="Plain-Bold", fontSize=15, leading=20, spaceAfter=8)


def run() -> Iterator[Row]:
    """Yield a row for two pages, for ten, and for each sample paper."""
    _register_plain_fonts()
    samples = {item.name: _blocks(item.name) for item in sorted(sample_folder("cases").glob("[!.]*"))}
    everything = [block for blocks in samples.values() for block in blocks]
    for pages in (2, 10):
        yield _row(f"PDF of {pages} pages", _of_pages(everything, pages))
    for name, blocks in samples.items():
        yield _row(f"PDF of {name}", blocks)


def _register_plain_fonts() -> None:
    for name, face in (("Plain", fonts.REGULAR), ("Plain-Bold", fonts.BOLD)):
        font = TTFont(name, str(fonts._path(face)))
        # ReportLab takes two fonts of one name inside for the same, and would use ours.
        font.face.name = name.encode()
        pdfmetrics.registerFont(font)


def _row(what: str, blocks: Sequence[Block]) -> Row:
    turns = [(spent(_ours, blocks), spent(_plain, blocks)) for _ in range(_TURNS)]
    ours, plain = (typical(turn[side][0] for turn in turns) for side in (0, 1))
    (_, ours_pdf), (_, plain_pdf) = turns[0]
    what = f"{what} ({_pages(ours_pdf)} p., plain ReportLab {_pages(plain_pdf)} p., untagged), CPU time"
    return at_most(1.5, ours / plain, what, ms(ours), ms(plain))


def _ours(blocks: Sequence[Block]) -> bytes:
    return render_pdf(
        blocks, title="A paper", authority="Sample Authority", reference="A/1", version=1, dated=_DATED
    )


def _plain(blocks: Sequence[Block]) -> bytes:
    target = io.BytesIO()
    document = SimpleDocTemplate(target, pagesize=A4, title="A paper", pageCompression=1, invariant=1)
    document.build([flowable for block in blocks for flowable in _flowables(block)])
    return target.getvalue()


def _flowables(block: Block) -> Iterator[Flowable]:
    match block:
        case Heading(inlines=inlines):
            yield Lines(escape("".join(inline_words(inlines))), _HEADING)
        case Paragraph(inlines=inlines):
            yield Lines(escape("".join(inline_words(inlines))), _BODY)
        case List(items=items):
            for item in items:
                for inner in item:
                    yield from _flowables(inner)
        case Table(header=header, rows=rows):
            yield Grid(
                [
                    [Lines(escape("".join(inline_words(cell))), _BODY) for cell in row]
                    for row in (header, *rows)
                ],
                repeatRows=1,
            )


def _blocks(name: str) -> tuple[Block, ...]:
    """Return a sample case's paper, as it would be submitted."""
    item = sample_folder("cases") / name
    arrived = parse_request((item / "request.yaml").read_bytes(), rules=paper.RULES)
    data = (item / "assessment.yaml").read_bytes()
    request = arrived.request(arrived.reference or "")
    files = paper.version_files(request, paper.read_assessment(data, request.reference), data)
    assert ASSESSMENT in files
    return parse_document(files[DOCUMENT].decode())


def _of_pages(blocks: Sequence[Block], pages: int) -> Sequence[Block]:
    """Return as much of ``blocks`` as fills so many pages."""
    count = bisect_right(range(1, len(blocks)), pages, key=lambda count: _pages(_ours(blocks[:count])))
    return blocks[:count]


def _pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n")
