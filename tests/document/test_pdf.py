"""The paper as PDF, looked at with other people's tools."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sample_papers import DAY, LAW, a_part, a_request, a_withheld_part, an_assessment, pages, tool

from flows.document.blocks import Block, Heading, Link, List, Paragraph, Strong, Table, Text, parse_document
from flows.document.imprint import Imprint
from flows.document.pdf import render_pdf
from flows.document.text import write_document
from flows.domain.errors import MalformedError

if TYPE_CHECKING:
    from pathlib import Path

WELSH = "Heddlu Dyffryn-yr-Ŵyn: tŷ, ŵyn, ŷd, Ŷ, gẃr"


def the_blocks() -> tuple[Block, ...]:
    return parse_document(
        write_document(a_request(), an_assessment(a_withheld_part(), a_part()), LAW, on=DAY)
    )


def rendered(blocks: tuple[Block, ...] | None = None, **changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "title": "Public interest test: 1146A/22",
        "authority": "West Midlands Police",
        "reference": "1146A/22",
        "version": 3,
    }
    dated = changes.pop("dated", datetime(2022, 12, 5, 10, 30, tzinfo=UTC))
    return render_pdf(the_blocks() if blocks is None else blocks, Imprint(**facts | changes), dated=dated)


def paragraph(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def heading(text: str, level: int = 2) -> Heading:
    return Heading(level=level, inlines=(Text(text),))


def test_the_text_is_all_there_in_order(tmp_path: Path) -> None:
    said = " ".join(" ".join(pages(rendered(), tmp_path)).split())
    at = [
        said.index(each)
        for each in (
            "Our decision",
            "What this paper covers",
            "Applicable exemptions",
            "Balancing test",
            "Outcome",
        )
    ]

    assert at == sorted(at)
    assert "the public interest in maintaining the exclusion of the duty to confirm or deny" in said


def test_the_file_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered())

    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", path)


def test_every_font_is_embedded_and_none_is_helvetica(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered((*the_blocks(), Paragraph((Strong((Text("bold"),)),)))))
    rows = tool("pdffonts", path).splitlines()[2:]

    assert rows
    for row in rows:
        assert "+Lato-" in row
        assert row.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, with Unicode


def test_each_page_names_authority_reference_version_and_its_number(tmp_path: Path) -> None:
    all_pages = pages(rendered((heading("A", 1), *[paragraph("word " * 400)] * 5)), tmp_path)

    assert len(all_pages) > 2
    for number, page in enumerate(all_pages, start=1):
        assert "West Midlands Police" in page
        assert "1146A/22" in page
        assert "version 3" in page
        assert f"Page {number} of {len(all_pages)}" in page


def test_a_draft_is_marked_on_every_page_and_a_paper_on_none(tmp_path: Path) -> None:
    for page in pages(rendered(draft=True), tmp_path):
        assert page.count("DRAFT") == 2
        assert page.count("OFFICIAL-SENSITIVE") == 2
    for page in pages(rendered(), tmp_path):
        assert "DRAFT" not in page
        assert "OFFICIAL" not in page


def test_properties_and_language_are_those_of_the_paper(tmp_path: Path) -> None:
    pdf = rendered(authority=WELSH)
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    properties = tool("pdfinfo", "-isodates", path)

    assert "Public interest test: 1146A/22" in properties
    assert WELSH in properties
    assert "CreationDate:    2022-12-05T10:30:00Z" in properties
    assert "ModDate:         2022-12-05T10:30:00Z" in properties
    assert b"/Lang (en-GB)" in pdf


def test_headings_are_bookmarks(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered((heading("Title", 1), heading("Jumps", 4), heading("Ŵyn"), paragraph("x"))))
    outline = tool("qpdf", "--json", "--json-key=outlines", path)

    assert [outline.count(f'"title": "{title}"') for title in ("Title", "Jumps", "Ŵyn")] == [1, 1, 1]


def test_welsh_letters_are_printed(tmp_path: Path) -> None:
    (page,) = pages(rendered((paragraph(WELSH),)), tmp_path)

    assert WELSH in page


@pytest.mark.parametrize("character", ["\u2713", "\U0001f600", "漢", "\u202e"])
def test_a_character_without_a_glyph_is_refused_by_name(character: str) -> None:
    with pytest.raises(MalformedError, match=f"U\\+{ord(character):04X}"):
        rendered((paragraph(f"a{character}"),))
    with pytest.raises(MalformedError, match=f"U\\+{ord(character):04X}"):
        rendered((paragraph("a"),), authority=f"a{character}")


def test_a_link_leads_where_it_says() -> None:
    link = Link(href="https://ico.org.uk/a?b=1&c=%28", inlines=(Text("here"),))

    assert b"/URI (https://ico.org.uk/a?b=1&c=%28)" in rendered((Paragraph((link,)),))


def test_words_that_look_like_markup_are_words(tmp_path: Path) -> None:
    (page,) = pages(rendered((paragraph("a <b>c</b> &amp; <para> ]]> <a href='x'>"),)), tmp_path)

    assert "a <b>c</b> &amp; <para> ]]> <a href='x'>" in page


def test_a_heading_stays_with_its_text(tmp_path: Path) -> None:
    for lines in range(20, 45):
        filler = tuple(paragraph("filler") for _ in range(lines))
        text = "words of the text " * 12
        pdf = rendered((*filler, heading("Outer"), heading("Inner", 3), paragraph(text)))
        (page,) = (page for page in pages(pdf, tmp_path) if "Outer" in page)

        assert "Inner" in page
        assert "words of the text" in page


def test_no_line_of_a_paragraph_is_left_alone(tmp_path: Path) -> None:
    for lines in range(20, 45):
        filler = tuple(paragraph("filler") for _ in range(lines))
        pdf = rendered((*filler, paragraph("marker of this text " * 20)))

        assert all(page.count("marker of this") != 1 for page in pages(pdf, tmp_path))


def test_a_long_word_breaks_inside_the_measure(tmp_path: Path) -> None:
    url = "https://www.example.org/" + "segment-of-path/" * 40
    link = Link(href=url, inlines=(Text(url),))
    table = Table(
        header=((Text("a"),), (Text(url),)), rows=(((Text("b"),), (Text(url),)),), alignments=(None, None)
    )
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered((paragraph(url), Paragraph((link,)), table)))
    boxes = tool("pdftotext", "-bbox", path, "-")
    ends = [float(box.split('"')[0]) for box in boxes.split('xMax="')[1:]]

    assert max(ends) < 595.28 - 70


def test_a_header_row_is_repeated_on_each_page(tmp_path: Path) -> None:
    rows = tuple(((Text(f"row {n}"),), (Text("value"),)) for n in range(120))
    table = Table(header=((Text("Setting"),), (Text("Reading"),)), rows=rows, alignments=(None, "right"))
    all_pages = pages(rendered((table,)), tmp_path)

    assert len(all_pages) > 2
    assert all(page.count("Setting") == 1 for page in all_pages)
    assert all(sum(f"row {n} " in page for page in all_pages) == 1 for n in range(120))


def test_a_row_taller_than_a_page_is_parted(tmp_path: Path) -> None:
    table = Table(
        header=((Text("A"),), (Text("B"),)),
        rows=(((Text("long " * 3000),), (Text("short"),)),),
        alignments=(None, None),
    )

    assert sum(page.count("long") for page in pages(rendered((table,)), tmp_path)) == 3000


def test_a_header_taller_than_a_page_is_parted(tmp_path: Path) -> None:
    table = Table(header=((Text("long " * 3000),),), rows=(((Text("b"),),),), alignments=(None,))

    assert sum(page.count("long") for page in pages(rendered((table,)), tmp_path)) == 3000


def test_lists_nest_and_count_from_where_they_start(tmp_path: Path) -> None:
    inner = List(ordered=True, start=9, items=((paragraph("ninth"),), (paragraph("tenth"),)))
    outer = List(ordered=False, items=((paragraph("first"), inner, paragraph("more")), (inner,)))
    (page,) = pages(rendered((outer,)), tmp_path)
    said = [line.split() for line in page.splitlines() if line.strip()]

    assert ["\u2022", "first"] in said
    assert said.count(["9.", "ninth"]) == 2
    assert said.count(["10.", "tenth"]) == 2
    assert ["more"] in said


@pytest.mark.exhaustive
def test_a_document_of_a_hundred_pages_works(tmp_path: Path) -> None:
    chapter = (heading("Chapter"), paragraph("word " * 500), List(ordered=False, items=((paragraph("x"),),)))
    all_pages = pages(rendered(chapter * 125), tmp_path)

    assert len(all_pages) >= 100
    assert sum(page.count("Chapter") for page in all_pages) == 125
    assert f"Page 100 of {len(all_pages)}" in all_pages[99]


def test_a_long_word_leaves_room_for_the_words_beside_it(tmp_path: Path) -> None:
    header = ((Text("h"),), (Text("x" * 200),))
    table = Table(header=header, rows=(((Text("long " * 100),), (Text("y"),)),), alignments=(None, None))

    assert len(pages(rendered((table,)), tmp_path)) == 1


def test_a_date_without_a_time_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rendered(dated=datetime(2022, 12, 5))  # noqa: DTZ001 - the point


def test_an_empty_document_is_one_page(tmp_path: Path) -> None:
    assert len(pages(rendered(()), tmp_path)) == 1


@pytest.mark.parametrize("lead", range(6))
def test_the_line_with_which_an_item_closes_never_opens_a_page(lead: int, tmp_path: Path) -> None:
    item = (paragraph("Some words of a factor. " * 11), paragraph("Weight: moderate."))
    text: tuple[Block, ...] = (*[paragraph("One line.")] * lead, List(ordered=False, items=(item,) * 40))

    read = pages(rendered(text), tmp_path)

    assert len(read) > 5
    firsts = [[line for line in page.splitlines() if line.strip()][1] for page in read[1:]]
    assert not any("Weight" in first for first in firsts)
    assert sum(page.count("Weight") for page in read) == 40


@pytest.mark.parametrize("lead", range(12))
def test_a_table_stands_with_the_words_that_lead_to_it(lead: int, tmp_path: Path) -> None:
    cells = tuple(((Text(f"row {row}"),), (Text("value"),)) for row in range(5))
    table = Table(header=((Text("header"),), (Text("b"),)), rows=cells, alignments=(None, None))
    text: tuple[Block, ...] = (
        *[paragraph("One line.")] * (18 + lead),
        paragraph("The figures are these:"),
        table,
    )

    read = pages(rendered(text), tmp_path)

    assert [("these:" in page) == ("header" in page) for page in read] == [True] * len(read)
    assert sum("these:" in page for page in read) == 1
