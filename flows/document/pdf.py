"""Blocks as PDF that everyone can read and archives can keep: PDF/UA-1 and PDF/A-2a at once.

The same bytes come from the same blocks, anywhere.

No setting of the machine, its clock, locale or environment has a say: dates and
identifiers follow the version and its content, and ReportLab's own settings are put to
known values. What is left is the toolchain, which publication records.
"""

from __future__ import annotations

import io
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.platypus import BaseDocTemplate, Spacer

from flows.document import fonts
from flows.document.blocks import words
from flows.document.characters import character_faults
from flows.document.crest import figure
from flows.document.sheet import Sheet, page_templates
from flows.document.story import story
from flows.document.tagged.metadata import Properties
from flows.document.tagged.structure import Structure
from flows.domain.errors import Fault, MalformedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from flows.document.blocks import Block
    from flows.document.imprint import Imprint

_SETTINGS: Final = {
    "canvas_baseColor": None,
    "documentLang": None,
    "invariant": 1,
    "overlapAttachedSpace": 1,
    "pageCompression": 1,
    "pdfComments": 0,
    "pdfMultiLine": 0,
    "shapeChecking": 1,
    "std14Embed": False,
    "useA85": 0,
}
"""ReportLab's settings, which it would else take from the environment or a file."""

_ONE_AT_A_TIME: Final = threading.Lock()
"""ReportLab keeps fonts and settings per process, and rendering gains nothing from threads."""


def render_pdf(blocks: Sequence[Block], imprint: Imprint, *, dated: datetime) -> bytes:
    """Return ``blocks`` as a PDF.

    Args:
        blocks: What the paper says; opens with its title as a heading.
        imprint: What its pages and the file's properties say beside them.
        dated: The version's own time, with a time zone; it becomes the file's dates.

    Raises:
        MalformedError: a character has no glyph in the font.
        ValueError: ``dated`` has no time zone.
    """
    if dated.tzinfo is None:
        raise ValueError("a paper's date needs a time zone: without one it depends on the machine")
    markings = (imprint.theme.draft_marking, imprint.theme.published_marking)
    _check_glyphs([imprint.title, imprint.authority, imprint.reference, *markings, *words(blocks)])
    with _ONE_AT_A_TIME:
        return _build(blocks, imprint, _properties(imprint, dated))


def _check_glyphs(texts: Sequence[str]) -> None:
    if problems := character_faults("\n".join(texts)):
        raise MalformedError("document", *(Fault(path="", problem=each) for each in problems))


def _properties(imprint: Imprint, dated: datetime) -> Properties:
    return Properties(
        # The marks on the pages are not read aloud; a file's title is.
        title=f"Draft: {imprint.title}" if imprint.draft else imprint.title,
        author=imprint.authority,
        subject=f"{imprint.reference}, version {imprint.version}",
        creator="Equipoise",
        producer="ReportLab",
        lang="en-GB",
        dated=dated,
        identity=repr((imprint.authority, imprint.reference)),
    )


def _build(blocks: Sequence[Block], imprint: Imprint, properties: Properties) -> bytes:
    for name, value in _SETTINGS.items():
        setattr(rl_config, name, value)
    fonts.register()
    structure, target = Structure(), io.BytesIO()
    document = BaseDocTemplate(
        target, pagesize=A4, invariant=1, pageCompression=1, initialFontName=fonts.REGULAR
    )
    crest = figure(imprint.theme.crest, structure.root) if imprint.theme.crest else None
    document.addPageTemplates(page_templates(imprint, crest))
    sheet = partial(Sheet, imprint=imprint, structure=structure, properties=properties)
    told = story(blocks, structure.root, imprint.style)
    document.build(told or [Spacer(0, 0)], canvasmaker=sheet)
    return target.getvalue()
