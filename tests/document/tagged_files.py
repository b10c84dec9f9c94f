"""Files made with the tagging layer alone, and what other people's tools find in them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import page
import pikepdf
from reportlab.lib.colors import HexColor
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate
from sample_papers import tool

from flows.document import fonts
from flows.document.tagged.canvas import Face, TaggedCanvas
from flows.document.tagged.flow import Layout, Run, TaggedParagraph, Target
from flows.document.tagged.metadata import Properties
from flows.document.tagged.structure import Element, Structure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reportlab.platypus import Flowable

INK = HexColor("#1b1b1b")
FACE = Face(fonts.REGULAR, 10, INK)
BOLD = Face(fonts.BOLD, 10, INK)
LAYOUT = Layout(leading=14, drop=10, after=6)
WIDTH = 200.0


def the_properties(**changes: Any) -> Properties:
    facts: dict[str, Any] = {
        "title": "A title",
        "author": "An author",
        "subject": "A subject",
        "creator": "A test",
        "producer": "ReportLab",
        "lang": "en-GB",
        "dated": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "identity": "a document",
    }
    return Properties(**facts | changes)


def a_canvas(structure: Structure | None = None, **changes: Any) -> TaggedCanvas:
    """Return a canvas of its own, which saves to ``canvas.target``."""
    fonts.register()
    target = io.BytesIO()
    canvas = TaggedCanvas(
        target,
        pagesize=(WIDTH + 100, 300),
        initialFontName=fonts.REGULAR,
        invariant=1,
        structure=structure or Structure(),
        properties=the_properties(**changes),
    )
    canvas.target = target  # type: ignore[attr-defined] # for the test alone
    return canvas


def saved(canvas: TaggedCanvas) -> bytes:
    canvas.save()
    return bytes(canvas.target.getvalue())  # type: ignore[attr-defined] # set above


def flowed(flowables: Sequence[Flowable], structure: Structure, *, height: float = 300) -> bytes:
    """Return a file of pages that are ``WIDTH`` wide and ``height`` high inside."""
    fonts.register()
    target = io.BytesIO()
    document = BaseDocTemplate(target, pagesize=(WIDTH, height), invariant=1, initialFontName=fonts.REGULAR)
    frame = Frame(0, 0, WIDTH, height, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])

    def canvas(*args: Any, **options: Any) -> TaggedCanvas:
        return TaggedCanvas(*args, structure=structure, properties=the_properties(), **options)

    document.build(list(flowables), canvasmaker=canvas)
    return target.getvalue()


def a_paragraph(structure: Structure, text: str, **options: Any) -> TaggedParagraph:
    leaf = Element("P", structure.root).leaf()
    return TaggedParagraph([Run(text, FACE, leaf)], options.pop("layout", LAYOUT), **options)


def a_link(structure: Structure, text: str, href: str = "https://example.org/") -> TaggedParagraph:
    link = Element("Link", Element("P", structure.root))
    target = Target(element=link, href=href, words=f"{text} ({href})")
    return TaggedParagraph([Run(text, FACE, link.leaf(), target)], LAYOUT)


def faults(pdf: bytes) -> list[str]:
    """Return what the rules of PDF/UA-1 and of PDF/A-2a say is wrong."""
    found = [page.validate_pdf_bytes(pdf, profile=profile) for profile in ("ua1", "2a")]
    assert all(each.rules.total > 100 for each in found)
    return [str(fault) for each in found for fault in each.failures]


def opened(pdf: bytes) -> Any:
    """Return the file as pikepdf's objects, whose kinds are those of the file."""
    return pikepdf.open(io.BytesIO(pdf))


def outline(pdf: bytes) -> list[Any]:
    """Return the tree of tags as nested lists: ["Document", ["P", …], …]."""
    file = opened(pdf)
    return _outline(file.Root.StructTreeRoot.K)


def _outline(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    inside = kids if isinstance(kids, pikepdf.Array) else [kids]
    return [
        str(element.S)[1:],
        *(_outline(kid) for kid in inside if isinstance(kid, pikepdf.Dictionary) and "/S" in kid),
    ]


def read_aloud(pdf: bytes, folder: Path) -> str:
    """Return the words in the order of the tree, one sequence after the other, as poppler reads them."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    return "".join(re.findall(r'^ +"(.*)"$', tool("pdfinfo", "-struct-text", path), re.MULTILINE))


def content(pdf: bytes) -> list[str]:
    """Return each page's content stream."""
    file = opened(pdf)
    return [each.Contents.read_bytes().decode("latin-1") for each in file.pages]
