"""A letter as a paper: it opens as letters do, and is fit to be published whatever its kind."""

from __future__ import annotations

from datetime import date

import pytest
from letter_texts import a_letter
from sample_papers import a_record

from flows.document.arrangement import arrange
from flows.document.blocks import Paragraph, parse_document, plain_text
from flows.document.inspection import inspect
from flows.document.publication import paper_blocks, publish
from flows.document.record import TITLE
from flows.domain.documents import DOCUMENTS, TEST

FROM = "West Midlands Police, 1 Sample Street, foi@sample.example"
TODAY = date(2022, 12, 5)
OPENS = [
    f"From: {FROM}",
    "To: The applicant",
    "Date: 5 December 2022",
    "Our reference: 1146A/22",
    "Dear applicant",
]


def test_a_letter_opens_with_its_sender_its_day_and_its_reference_and_no_decision() -> None:
    record = a_record(sender=FROM, addressee="The applicant")
    blocks = paper_blocks(a_letter("response", "1146A/22", TODAY), record)
    read = [plain_text(each.inlines) for each in blocks if isinstance(each, Paragraph)]

    assert read[:5] == OPENS
    assert not any(words.startswith("Decided on") for words in read)


@pytest.mark.parametrize("kind", sorted(DOCUMENTS.keys() - {TEST.name}))
def test_a_letter_of_each_kind_is_fit_to_be_published_and_is_compared_with_its_text_alone(kind: str) -> None:
    text = a_letter(kind, "1146A/22", TODAY)
    record = a_record(kind=DOCUMENTS[kind].title, sender=FROM, addressee="The applicant")
    made = publish(text, record)

    assert inspect(made.pdf, arrange(parse_document(text)), until=TITLE) == ()
    assert "<strong>Our reference:</strong> 1146A/22" in made.html
