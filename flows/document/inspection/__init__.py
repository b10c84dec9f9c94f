"""Checks a PDF: what it tells a reader who cannot see it, compared with the text it is made of.

paper         the file: its tag tree, what its pages draw, its links, its outline
soundness     what can be said of the tag tree without the text
sheets        what the pages show: their pictures and lines, and their head and foot
ways          whether contents and notes lead to what they name; this needs no text either
comparison    what can be said with it, block by block
conformance   what the rules of PDF/UA-1 and PDF/A-2a say
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.document.inspection.comparison import compare
from flows.document.inspection.conformance import conformance
from flows.document.inspection.paper import read_paper
from flows.document.inspection.sheets import sheets
from flows.document.inspection.soundness import soundness
from flows.document.inspection.ways import ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.document.blocks import Block
    from flows.document.inspection.values import Paper
    from flows.domain.finding import Finding


def inspect(
    pdf: bytes,
    blocks: Sequence[Block] | None = None,
    *,
    until: str | None = None,
    pictures: Sequence[str] | None = None,
    source: str = "the PDF",
) -> tuple[Finding, ...]:
    """Return what is wrong with ``pdf``, each thing once.

    Args:
        pdf: The file.
        blocks: What it should say; None where nobody knows.
        until: The heading after which the paper goes on, of which ``blocks`` hold nothing; None where they
            hold everything.
        pictures: What the pictures before the text are called; None where nobody knows.
        source: What the file is called, for errors.

    Raises:
        MalformedError: it cannot be read as a PDF.
    """
    paper = read_paper(pdf, source=source)
    return tuple(dict.fromkeys([*examine(paper, blocks, until=until, pictures=pictures), *conformance(pdf)]))


def examine(
    paper: Paper,
    blocks: Sequence[Block] | None,
    *,
    until: str | None = None,
    pictures: Sequence[str] | None = None,
) -> Iterator[Finding]:
    """Yield what is wrong with a paper as read, the rules of the standards left out; see `inspect`."""
    yield from paper.findings
    for look in (soundness, sheets, ways):
        yield from look(paper)
    if blocks is not None:
        yield from compare(paper, blocks, until=until, pictures=pictures)
