"""Papers made in whatever process asks, told as digests."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime
from functools import cache

from drawn_papers import a_drawn_paper
from sample_papers import DAY, LAW, a_crest, a_part, a_record, a_request, a_withheld_part, an_assessment

from flows.document.html import render_html
from flows.document.imprint import Imprint
from flows.document.pdf import render_pdf
from flows.document.publication import render
from flows.document.text import write_document
from flows.domain.theme import Theme


@cache
def made() -> dict[str, str]:
    """Return the SHA-256 of papers and of all that is published with them."""
    document = write_document(a_request(), an_assessment(a_withheld_part(), a_part()), LAW, on=DAY)
    published = render(document, a_record(authority="Heddlu Dyffryn-yr-Ŵyn"), Theme(crest=a_crest()))
    imprint = Imprint(title="A title", authority="Heddlu", reference="1/22", version=3, draft=True)
    drawn = a_drawn_paper(8)
    dated = datetime(2022, 12, 5, 10, 30, tzinfo=UTC)
    found = {
        "document": document.encode(),
        "paper": published.pdf,
        "page": published.html.encode(),
        "manifest": published.manifest,
        "drawn paper": render_pdf(drawn, imprint, dated=dated),
        "drawn page": render_html(drawn, imprint).encode(),
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def tell() -> None:
    """Say them to whoever started this process."""
    json.dump(made(), sys.stdout)
