"""The text of a document as people read it, with what the checks say beside the paragraphs they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flows.document.arrangement import arrange
from flows.document.blocks import List, parse_document, words
from flows.document.html import render_body
from flows.domain.acts import DRAFT
from flows.domain.documents import DOCUMENTS
from flows.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flows.casework.looking import Looked
    from flows.document.blocks import Block
    from flows.domain.finding import Finding
    from flows.register.dossier import Dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that the checks say.

    Attributes:
        words: That it means; empty where it means the whole.
        paragraph: Number of the paragraph that has them; None where none has them whole.
        overridden: Whether a sign-off officer overrode it.
    """

    finding: Finding
    words: str
    paragraph: int | None
    overridden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text with what the checks say of it.

    Attributes:
        html: The text, fit to stand in a page.
        remarks: The gravest first.
        checked: Whether the checks were asked: they are for as long as a decision lies ahead.
        unable: Why the checks could not be made, as a sentence; empty otherwise.
    """

    version: int
    html: str
    remarks: tuple[Remark, ...]
    checked: bool
    unable: str


_KEPT: Final = 32
"""Texts that stay laid out: whoever reads one mostly reads it again, to decide on it."""
_ORDER = [Severity.BLOCK, Severity.WARN, Severity.INFO, Severity.NOT_RUN]


def reading_of(dossier: Dossier, document: str, looked: Looked | None, unable: str = "") -> Reading:
    """Return the current text of a document, with what the checks say."""
    html, paragraphs = _laid_out(dossier.read(DOCUMENTS[document].text).decode())
    found, words = (looked.findings, looked.words) if looked else ((), {})
    return Reading(
        version=dossier.case.document(document).version,
        html=html,
        remarks=remarks_on(dossier, document, found, words, paragraphs),
        checked=looked is not None,
        unable=unable,
    )


def remarks_on(
    dossier: Dossier,
    document: str,
    findings: Iterable[Finding],
    words: Mapping[str, str],
    paragraphs: Mapping[int, str] = MappingProxyType({}),
) -> tuple[Remark, ...]:
    """Return findings with the words they mean, the gravest first.

    Args:
        words: The texts that findings are about, by place.
        paragraphs: Those that are numbered, where the text is laid out.
    """
    overridden = {(each.finding, each.place) for each in dossier.case.document(document).overrides}
    remarks = [
        Remark(
            finding=finding,
            words=(meant := _meant(finding, words)),
            paragraph=next((n for n, text in paragraphs.items() if meant and meant in text), None),
            overridden=finding.severity is Severity.BLOCK and (finding.code, finding.place) in overridden,
        )
        for finding in findings
    ]
    return tuple(sorted(remarks, key=lambda each: _ORDER.index(each.finding.severity)))


def _meant(finding: Finding, words: Mapping[str, str]) -> str:
    start, end = finding.span or (0, 0)
    return plain(words.get(finding.place, "")[start:end])


def plain(text: str) -> str:
    """Return words with one space between them, as people compare them."""
    return re.sub(r"[\s\u00a0]+", " ", text).strip()


def paragraphs_of(dossier: Dossier, document: str, version: int | None = None) -> Mapping[int, str]:
    """Return the words of each numbered paragraph of a text, by its number.

    Args:
        version: None for the current one.
    """
    at = dossier.last(DRAFT, document=document, version=version)
    return _laid_out(dossier.read(DOCUMENTS[document].text, at=at).decode())[1]


@lru_cache(_KEPT)
def _laid_out(text: str) -> tuple[str, Mapping[int, str]]:
    """Return a text as HTML, and the words of each numbered paragraph."""
    blocks = arrange(parse_document(text))
    return render_body(blocks), MappingProxyType(dict(_paragraphs(blocks)))


def _paragraphs(blocks: Sequence[Block]) -> Iterator[tuple[int, str]]:
    """Yield each numbered paragraph: its number, and its words."""
    for block in blocks:
        if isinstance(block, List) and block.ordered:
            for at, item in enumerate(block.items):
                yield block.start + at, plain(" ".join(words(item)))
