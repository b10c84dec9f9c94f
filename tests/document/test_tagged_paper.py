"""Papers as other people's tools see them: everyone can read them, and archives can keep them."""

from __future__ import annotations

import re
import resource
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from drawn_papers import a_drawn_paper, an_adversarial_paper
from pikepdf import Dictionary
from sample_papers import pages, tool
from sampling import sampled
from tagged_files import content, faults, opened, outline, read_aloud
from test_pdf import heading, paragraph, rendered

from flows.casework import texts
from flows.document.arrangement import arrange, with_contents, with_notes
from flows.document.blocks import (
    Link,
    List,
    Note,
    Paragraph,
    Strong,
    Table,
    Text,
    parse_document,
    words,
)
from flows.document.inspection.content import read_content
from flows.domain.documents import DOCUMENT
from flows.files import folder
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.document.blocks import Block

CASES = sorted(each.name for each in folder("cases").glob("[!.]*"))
GOLDEN = Path(__file__).parent / "golden"


def a_case(name: str) -> tuple[Block, ...]:
    """Return the paper of one of the sample cases."""
    item = folder("cases") / name
    arrived = parse_request((item / "request.yaml").read_bytes(), rules=texts.RULES)
    data = (item / "assessment.yaml").read_bytes()
    request = arrived.request(arrived.reference or "")
    assessment = texts.read_assessment(data, request.reference)
    files = texts.version_files(request, assessment, data, on=request.received, body=None)
    return arrange(parse_document(files[DOCUMENT].decode()))


def said(blocks: Iterable[Block]) -> str:
    return re.sub(r"\s+", "", "".join(words(blocks)))


@pytest.mark.parametrize("draft", [False, True], ids=["published", "draft"])
@pytest.mark.parametrize("name", CASES)
def test_every_sample_conforms_to_both_standards(name: str, draft: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a table's column
    pdf = rendered(a_case(name), draft=draft)
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)

    assert faults(pdf) == []
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", path)
    assert all(row.split()[-5:-2] == ["yes"] * 3 for row in tool("pdffonts", path).splitlines()[2:])
    assert "Helvetica" not in tool("pdffonts", path)


def test_a_sample_reads_as_a_person_would_read_it_aloud(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered(a_case(CASES[0])))

    assert tool("pdfinfo", "-struct-text", path) == (GOLDEN / f"{CASES[0]}.txt").read_text()


@pytest.mark.parametrize(
    "seeds", sampled([range(10), range(10, 100), range(100, 200), range(200, 300)]), ids=str
)
def test_papers_of_every_shape_conform(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        blocks = a_drawn_paper(seed)
        pdf = rendered(blocks, draft=seed % 3 == 0)

        assert faults(pdf) == [], seed
        if seed % 10 == 0:
            heard = re.sub(r"\s+", "", read_aloud(pdf, tmp_path))
            assert len(heard) >= len(said(blocks)), seed


@pytest.mark.parametrize(("chapters", "count"), sampled([(1, 15), (7, 200)]))
def test_many_pages_at_their_worst_conform(chapters: int, count: int, tmp_path: Path) -> None:
    pdf = rendered(an_adversarial_paper(chapters=chapters))
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)

    assert len(content(pdf)) > count
    assert faults(pdf) == []
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", path)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def grown() -> int:
    """Return how much more memory a thousand papers take than a hundred, in KiB."""
    blocks = a_case(CASES[0])
    for version in range(1, 101):
        rendered(blocks, version=version)
    before = peak()
    for version in range(101, 1001):
        rendered((*blocks, paragraph(f"Number {version} of many different papers")), version=version)
    return peak() - before


@pytest.mark.exhaustive
def test_a_thousand_papers_take_no_more_memory_than_a_hundred() -> None:
    # What other tests took and gave back does not count in a process of its own.
    with get_context("spawn").Pool(1) as process:
        assert process.apply(grown) < 10 * 1024


@pytest.mark.parametrize(
    ("blocks", "tags"),
    [
        ((paragraph("a"),), [["P"]]),
        ((Paragraph((Strong((Text("a"),)), Text("b"))),), [["P", ["Strong"]]]),
        (
            (Paragraph((Link(href="https://ico.org.uk", inlines=(Strong((Text("a"),)), Text("b"))),)),),
            [["P", ["Link", ["Strong"]]]],
        ),
        (
            (List(ordered=False, items=((paragraph("a"), paragraph("b")),)),),
            [["L", ["LI", ["Lbl"], ["LBody", ["P"], ["P"]]]]],
        ),
        (
            (List(ordered=True, items=((List(ordered=False, items=((paragraph("a"),),)),),)),),
            [["L", ["LI", ["Lbl"], ["LBody", ["L", ["LI", ["Lbl"], ["LBody", ["P"]]]]]]]],
        ),
        (
            (
                List(
                    ordered=True,
                    items=((paragraph("a"), paragraph("b")), (Paragraph((Strong((Text("c"),)),)),)),
                    of_paragraphs=True,
                ),
            ),
            [["P"], ["P"], ["P", ["Strong"]]],
        ),
        (
            (Table(header=((Text("a"),), ()), rows=(((Text("b"),), ()),), alignments=(None, None)),),
            [["Table", ["TR", ["TH"], ["TH"]], ["TR", ["TD"], ["TD"]]]],
        ),
        (
            parse_document("[[a]{lang=cy}](https://ico.org.uk)\n"),
            [["P", ["Link", ["Span"]]]],
        ),
        (
            with_notes((Paragraph((Text("a"), Note((Strong((Text("b"),)),)))),)),
            [
                ["P", ["Reference", ["Link"]]],
                ["H2"],
                ["Note", ["Lbl", ["Link"]], ["P", ["Strong"]]],
            ],
        ),
        (
            with_contents((heading("x"), heading("a"), heading("b", 3), heading("c"))),
            [
                *(["H2"], ["H2"]),
                [
                    "TOC",
                    ["TOCI", ["Reference", ["Link"]], ["TOC", ["TOCI", ["Reference", ["Link"]]]]],
                    ["TOCI", ["Reference", ["Link"]]],
                ],
                *(["H2"], ["H3"], ["H2"]),
            ],
        ),
    ],
    ids=[
        *("paragraph", "bold", "bold in a link", "list", "list in a list"),
        *("numbered paragraphs", "table with empty cells"),
        *("passage in a link", "note", "contents"),
    ],
)
def test_each_block_is_one_element(blocks: tuple[Block, ...], tags: list[Any]) -> None:
    pdf = rendered((heading("A", 1), *blocks), draft=True)

    assert outline(pdf) == ["Document", ["H1"], *tags]
    assert faults(pdf) == []


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [2, 1, 4, 6, 2, 6, 1]

    tags = outline(rendered(tuple(heading(f"of level {level}", level) for level in levels), draft=True))
    assert tags == ["Document", *[[tag] for tag in ("H1", "H1", "H2", "H3", "H2", "H3", "H1")]]


@pytest.mark.parametrize(
    ("first", "tags"),
    [
        ([(Strong((Text("a"),)),), (Strong((Text("b"),)),)], ["TH", "TH"]),
        ([(Strong((Text("a"),)),), (Text("b"),)], ["TD", "TD"]),
        ([(Strong((Text("a"),)), Text("b")), (Strong((Text("b"),)),)], ["TD", "TD"]),
    ],
    ids=["all bold", "one not", "one in part"],
)
def test_a_bold_first_column_heads_its_rows(first: list[Any], tags: list[str]) -> None:
    rows = tuple((cell, (Text("x"),)) for cell in first)
    table = Table(header=((Text("h"),), (Text("i"),)), rows=rows, alignments=(None, None))
    pdf = rendered((table,), draft=True)
    file = opened(pdf)
    body = list(file.Root.StructTreeRoot.K.K.K)[1:]

    assert [str(row.K[0].S)[1:] for row in body] == tags
    assert {str(row.K[0].get("/A", {}).get("/Scope")) for row in body} == (
        {"/Row"} if tags[0] == "TH" else {"None"}
    )
    assert faults(pdf) == []


def test_a_table_of_one_column_heads_no_rows() -> None:
    table = Table(header=((Text("h"),),), rows=(((Strong((Text("a"),)),),),), alignments=(None,))

    assert outline(rendered((table,), draft=True))[1][2] == ["TR", ["TD", ["Strong"]]]


@pytest.mark.parametrize(("ordered", "kind"), [(True, "/Decimal"), (False, "/Disc")])
def test_a_list_says_of_what_kind_it_is(ordered: bool, kind: str) -> None:  # noqa: FBT001 - a table's column
    file = opened(rendered((List(ordered=ordered, items=((paragraph("a"),),)),), draft=True))

    assert file.Root.StructTreeRoot.K.K.A.ListNumbering == kind


def test_a_number_of_many_digits_leaves_its_text_its_place() -> None:
    items = tuple((paragraph(f"item {number} " * 20),) for number in range(4))
    file = opened(rendered((List(ordered=True, start=123456, items=items),), draft=True))
    drawn = read_content(file.pages[0], 1, {}).runs
    at = {run.start[0] for run in drawn if run.mcid is not None}

    assert len(at) == 2
    assert max(at) - min(at) > 40


def test_what_repeats_is_an_artifact(tmp_path: Path) -> None:
    pdf = rendered((heading("A", 1), *[paragraph("word " * 400)] * 5), draft=True)
    pages = content(pdf)

    assert len(pages) > 2
    for page in pages:
        for subtype in ("Header", "Footer", "Watermark"):
            assert page.count(f"/Artifact <</Type/Pagination/Subtype/{subtype}>> BDC") == 1
    assert read_aloud(pdf, tmp_path).count("DRAFT") == 0
    assert read_aloud(pdf, tmp_path).count("West Midlands Police") == 0


def test_a_name_too_long_for_its_line_is_cut_short_where_it_repeats(tmp_path: Path) -> None:
    authority = "The Combined Authority of Many Places " * 9
    pdf = rendered((heading("A", 1), *[paragraph("word " * 400)] * 3), authority=authority.strip())

    assert all("The Combined Authority" in page and "\u2026" in page for page in pages(pdf, tmp_path))
    assert faults(pdf) == []


@pytest.mark.parametrize(
    ("title", "foot"),
    [
        (
            "Public interest test 1/1: " + "gait recognition, " * 6,
            "recognition, gait\u2026, version",
        ),
        ("A short one", "A short one, version"),
        ("x" * 120, "xxx\u2026, version"),
    ],
    ids=["after a word", "whole", "within a word that is too long"],
)
def test_the_title_at_the_foot_ends_with_a_whole_word(title: str, foot: str, tmp_path: Path) -> None:
    blocks = (heading("A", 1), paragraph("word"))
    [page] = pages(rendered(blocks, title=title), tmp_path)

    assert foot in page


def test_a_draft_says_so_where_it_is_heard() -> None:
    drafted, published = (opened(rendered(draft=draft)) for draft in (True, False))

    assert drafted.docinfo.Title == "Draft: Public interest test: 1146A/22"
    assert published.docinfo.Title == "Public interest test: 1146A/22"


def test_only_a_published_paper_has_a_place_for_a_signature() -> None:
    drafted, published = (opened(rendered(draft=draft)) for draft in (True, False))
    (field,) = published.Root.AcroForm.Fields

    assert [str(field.T), field.F, list(field.Rect)] == ["Publication", 132, [0, 0, 0, 0]]
    assert "/AcroForm" not in drafted.Root


def test_words_in_another_language_say_so_where_they_stand() -> None:
    blocks = parse_document("# A\n\nThe [tŷ **ŵyn**]{lang=cy} there.\n")
    file = opened(rendered(blocks, draft=True))
    paragraph = file.Root.StructTreeRoot.K.K[1]

    assert [str(each.S) for each in paragraph.K if isinstance(each, Dictionary)] == ["/Span"]
    assert str(paragraph.K[1].Lang) == "cy"


def test_every_note_has_an_identifier_that_finds_it() -> None:
    text = with_notes(parse_document("# A\n\n" + "b^[c] " * 12))
    file = opened(rendered(text, draft=True))
    names = file.Root.StructTreeRoot.IDTree.Names

    assert {str(names[at]) for at in range(0, len(names), 2)} == {f"note-{n}" for n in range(1, 13)}
    assert all(names[at] == names[at + 1].ID for at in range(0, len(names), 2))


def test_no_entry_of_the_contents_stands_alone(tmp_path: Path) -> None:
    for before in range(24, 44):
        opening = [paragraph(f"Line {number}.") for number in range(before)]
        chapters = [heading(f"Chapter {number}", 2 + (number % 3 > 0)) for number in range(12)]
        text: tuple[Block, ...] = (heading("Title", 1), heading("Decision"), *opening, *chapters)
        said = pages(rendered(with_contents(text), draft=True), tmp_path)
        told = [[row for row in page.splitlines() if re.search(r"Chapter \d+ +\d+$", row)] for page in said]
        lists = [rows for rows in told if rows]

        assert sum(map(len, lists)) == 12, before
        for rows in lists:
            assert len(rows) > 1, before
            # A chapter stays with the first of its sections.
            assert int(re.findall(r"Chapter (\d+)", rows[-1])[0]) % 3 != 0 or rows is lists[-1], before
        heads = next(page for page in said if "Contents" in page)
        assert re.search(r"Chapter 1 +\d+$", heads, re.MULTILINE), before


def test_a_text_that_was_not_arranged_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="arranged before it is drawn"):
        rendered(parse_document("# A\n\nb^[c]\n"))
