"""The page on cases, compared with the code that reads their texts."""

from __future__ import annotations

import re

import pytest
from console_blocks import DOCS

from flows.document.arrangement import LONG, SECTIONS
from flows.document.blocks import Note, Paragraph, Passage, parse_prose
from flows.document.markdown import normalise

_PAGE = (DOCS / "cases.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"```markdown\n(.*?)```", _PAGE, re.DOTALL)


@pytest.mark.parametrize(("example", "shown"), [*zip(_EXAMPLES, [Passage, Note], strict=True)])
def test_each_example_is_written_as_it_should_be(example: str, shown: type[Passage | Note]) -> None:
    (paragraph,) = parse_prose(example)

    assert normalise(example) == example
    assert isinstance(paragraph, Paragraph)
    assert [type(each) for each in paragraph.inlines].count(shown) == 1


def test_what_makes_a_paper_long_is_as_the_page_says() -> None:
    assert f"more than {LONG:,} words" in _PAGE
    assert SECTIONS == 5
    assert "at least five headings" in _PAGE
