"""The paper as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError
from sample_papers import DAY, LAW, a_record, a_request, an_assessment

from flows.document.arrangement import arrange
from flows.document.blocks import Block, Heading, Link, List, Paragraph, Table, Text, parse_document
from flows.document.html import render_html
from flows.document.imprint import Imprint
from flows.document.publication import render
from flows.document.text import write_document


class Outline(HTMLParser):
    """The tags of a page in order, what they carry, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def page(blocks: tuple[Block, ...] | None = None, **changes: Any) -> str:
    facts: dict[str, Any] = {
        "title": "Public interest test: 1146A/22",
        "authority": "West Midlands Police",
        "reference": "1146A/22",
        "version": 3,
    }
    usual = parse_document(write_document(a_request(), an_assessment(), LAW, on=DAY))
    return render_html(usual if blocks is None else blocks, Imprint(**facts | changes))


def test_the_page_is_well_formed_with_one_title_and_one_main_part() -> None:
    outline = Outline(page())

    assert outline.open == []
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("main") == 1
    assert ("lang", "en-GB") in outline.attributes
    assert page().startswith("<!DOCTYPE html>")


def test_blocks_without_a_title_get_the_one_given() -> None:
    assert "<h1>Public interest test: 1146A/22</h1>" in page((Paragraph((Text("a"),)),))


def test_a_published_page_says_whose_it_is_and_leads_to_its_paper() -> None:
    made = render("# A\n\n## B\n\n1. c\n", a_record(reference="A&B/1")).html

    for said in (
        '<meta name="author" content="West Midlands Police">',
        '<meta name="DC.identifier" content="A&amp;B/1, version 2">',
        '<meta name="DC.date" content="2022-12-05">',
        '<link rel="canonical" href="A%26B-1.html">',
        '<link rel="alternate" type="application/pdf" href="A%26B-1.pdf">',
        '<a href="A%26B-1.pdf">This paper as a PDF</a>',
    ):
        assert said in made
    assert f'<span class="long digest">{"ab" * 32}</span>' in made
    assert made.index("Decided on") < made.index("<h2>B")
    assert ".pdf" not in page(draft=True)


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    outline = Outline(page())

    assert not {"script", "link", "img", "iframe"} & set(outline.tags)
    assert not {"src", "style", "onclick"} & {name for name, _ in outline.attributes}
    assert "url(" not in page()
    assert "default-src 'none'" in page()


def test_words_that_look_like_markup_are_words() -> None:
    words = "</main><script>alert(1)</script> {{ 7 * 7 }} \"quoted\" 'single' &amp;"
    blocks = (
        Heading(level=2, inlines=(Text(words),)),
        List(ordered=True, start=3, items=((Paragraph((Text(words),)),),)),
        Table(
            header=((Text(words),),),
            rows=(((Link(href="https://a.uk/?b=1&c=2", inlines=(Text(words),)),),),),
            alignments=("right",),
        ),
    )
    outline = Outline(page(blocks, title=words, authority=words, reference=words))

    assert "script" not in outline.tags
    assert outline.text.count(words) == 11
    assert ("href", "https://a.uk/?b=1&c=2") in outline.attributes
    assert ("start", "3") in outline.attributes


def test_a_table_has_headers_that_say_what_they_head() -> None:
    table = Table(
        header=((Text("a"),), (Text("b"),)), rows=(((Text("1"),), (Text("2"),)),), alignments=(None, "right")
    )
    outline = Outline(page((table,)))

    assert outline.attributes.count(("scope", "col")) == 2
    assert outline.tags.count("td") == 2
    assert '<td class="right">2</td>' in page((table,))


def test_a_draft_says_so_and_is_not_indexed() -> None:
    assert "DRAFT, not a decision. OFFICIAL-SENSITIVE" in page(draft=True)
    assert 'content="noindex"' in page(draft=True)
    assert "DRAFT" not in page()
    assert "OFFICIAL" not in page()


def test_words_in_another_language_say_which() -> None:
    blocks = parse_document("# A\n\nThe [tŷ *ŵyn*]{lang=cy} and [[le]{lang=fr} chat](https://a.uk).\n")

    assert '<span lang="cy">tŷ <em>ŵyn</em></span>' in page(blocks)
    assert '<a href="https://a.uk" rel="noreferrer"><span lang="fr">le</span> chat</a>' in page(blocks)


def test_a_note_and_its_mark_lead_to_each_other_and_say_where() -> None:
    made = page(arrange(parse_document("# A\n\nB^[see *c* & d].\n\n| e |\n|---|\n| f^[g] |\n")))
    outline = Outline(made)

    assert outline.open == []
    for number in ("1", "2"):
        assert (
            f'<sup><a href="#note-{number}" id="mark-{number}" role="doc-noteref" '
            f'aria-label="Note {number}">{number}</a></sup>'
        ) in made
        assert (
            f'<a href="#mark-{number}" role="doc-backlink" '
            f'aria-label="Back to the text at note {number}">Back to the text</a></li>'
        ) in made
    assert "<h2>Notes</h2>" in made
    assert '<section role="doc-endnotes" aria-label="Notes">' in made
    assert '<li id="note-1">see <em>c</em> &amp; d ' in made


def test_what_a_control_shows_is_part_of_what_it_is_called() -> None:
    # WCAG 2.2, 2.5.3: somebody who speaks to the machine says what is seen.
    made = page(arrange(parse_document("# A\n\nB^[c].\n")))

    for called, shown in re.findall(r'<a [^>]*aria-label="([^"]+)">([^<]+)<', made):
        assert shown in called


LONG = "\n\n".join(
    [
        "# A",
        "## Decision",
        "## Part 1: *the* [tŷ]{lang=cy}",
        "### Harm",
        "word " * 3000,
        "## Part 2",
        "### Harm",
        "## \\<b>\\*",
        "### Note 1",
        "a^[b]",
    ]
)


def test_the_contents_lead_to_headings_by_ids_of_their_own() -> None:
    made = page(arrange(parse_document(LONG)))
    outline = Outline(made)
    ids = [value for name, value in outline.attributes if name == "id"]
    ways = [value[1:] for name, value in outline.attributes if name == "href" and value and value[0] == "#"]

    assert outline.open == []
    assert len(set(ids)) == len(ids)
    assert set(ways) == set(ids)
    assert ways[:7] == [
        *("section-part-1-the-tŷ", "section-harm", "section-part-2", "section-harm-2"),
        *("section-b", "section-note-1", "section-notes"),
    ]
    assert (
        '<h2>Contents</h2><nav aria-label="Contents"><ol>'
        '<li><a href="#section-part-1-the-tŷ"><span class="whole">Part 1:</span> the '
        '<span lang="cy">tŷ</span></a>'
        '<ol><li><a href="#section-harm">Harm</a></li></ol></li>'
    ) in made.replace("\n", "")
    assert '1-the-tŷ"><span class="whole">Part 1:</span> <em>the</em> <span lang="cy">tŷ</span></h2>' in made


def test_headings_that_nothing_leads_to_have_no_id() -> None:
    made = page()

    assert "<h2>" in made
    assert not re.search(r"<h\d [^>]*id=", made)


def test_a_paragraph_is_reached_by_its_number_which_is_read_once() -> None:
    made = page(parse_document("# A\n\n## B\n\n9. Before:\n\n    - c\n\n10. **After**\n\n11. - d\n"))

    assert re.findall(r'<div class="numbered" id="([^"]+)">\n<p>(.*?)</p>', made) == [
        ("paragraph-9", '<span class="number">9.</span> Before:'),
        ("paragraph-10", '<span class="number">10.</span> <strong>After</strong>'),
        ("paragraph-11", '<span class="number">11.</span>'),
    ]
    assert "<ol" not in made
    assert made.count("<ul>") == 2


def test_a_text_that_was_not_arranged_is_no_page() -> None:
    with pytest.raises(UndefinedError):
        page(parse_document("# A\n\nB^[c].\n"))
