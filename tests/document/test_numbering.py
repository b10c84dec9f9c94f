"""The numbers of a paper's paragraphs: one for each, counted through the whole of it."""

from __future__ import annotations

import pytest

from flows.document.blocks import parse_document
from flows.document.markdown import write_markdown
from flows.document.numbering import last_number, numbered, without_numbers


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# T\n\na\n\n## S\n\nb\n\nc\n", "# T\n\na\n\n## S\n\n1. b\n\n2. c\n"),
        ("## S\n\na\n\n### U\n\nb\n", "## S\n\n1. a\n\n### U\n\n2. b\n"),
        ("## S\n\na:\n\n- b\n- c\n\nd\n", "## S\n\n1. a:\n\n   - b\n   - c\n\n2. d\n"),
        ("## S\n\na:\n\nb:\n\n- c\n\nd\n\ne:\n", "## S\n\n1. a:\n\n   b:\n\n   - c\n\n2. d\n\n3. e:\n"),
        ("## S\n\n- a\n- b\n\n  c\n\nd\n", "## S\n\n1. a\n\n2. b\n\n3. c\n\n4. d\n"),
        (
            "## S\n\n- a\n\n  - b\n  - c\n\n- | d |\n  |---|\n",
            "## S\n\n1. a\n\n   - b\n   - c\n\n2. | d |\n   | --- |\n",
        ),
        ("## S\n\n3. a\n4. b\n\nc\n", "## S\n\n1. 3. a\n   4. b\n\n2. c\n"),
        ("a\n\n- b\n", "a\n\n- b\n"),
        ("## S\n", "## S\n"),
    ],
    ids=[
        *("after the first section opens", "on through the headings", "with the list after it"),
        "with the paragraph that it leads to",
        *("bullets that nothing leads to", "a table by itself", "a list that counts by itself"),
        *("no section", "nothing in it"),
    ],
)
def test_each_paragraph_has_its_number_with_what_belongs_to_it(text: str, told: str) -> None:
    # A list that counts is one of paragraphs wherever a document opens with it: here it is an officer's.
    blocks = parse_document(text.replace("3. a\n4. b", "- 3. a\n  4. b"))

    assert write_markdown(numbered(blocks)) == told
    assert parse_document(told) == numbered(blocks)


def test_more_is_numbered_from_where_the_paper_ends() -> None:
    paper = numbered(parse_document("## S\n\na\n\nb\n"))
    more = numbered(parse_document("## R\n\nc\n"), first=last_number(paper) + 1)

    assert write_markdown([*paper, *more]) == "## S\n\n1. a\n\n2. b\n\n## R\n\n3. c\n"
    assert last_number(parse_document("a\n\n- b\n")) == 0


def test_texts_are_compared_without_the_numbers() -> None:
    text = "# T\n\n## S\n\na:\n\n- b\n\n" + "c\n\n" * 9
    document = write_markdown(numbered(parse_document(text)))

    assert "\n10. c\n" in document
    assert without_numbers(document) == write_markdown(parse_document(text))
