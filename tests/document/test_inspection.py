"""A PDF compared with its text: what is as it should be passes, and no defect does."""

from __future__ import annotations

import io
import random
import re
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import mutants
import page
import pikepdf
import pytest
from sample_papers import DAY, LAW, a_part, a_record, a_request, a_withheld_part, an_assessment
from varied_papers import rendered, varied, varied_text

from flows.document.arrangement import arrange
from flows.document.blocks import Block, Heading, Paragraph, Text, parse_document
from flows.document.inspection import inspect
from flows.document.inspection.approved import says_otherwise
from flows.document.inspection.comparison import compare, source_words
from flows.document.inspection.conformance import checker, conformance
from flows.document.inspection.noticing import MEANINGS
from flows.document.inspection.paper import named_reference, read_paper
from flows.document.publication import paper_blocks, publish, render
from flows.document.record import TITLE
from flows.document.text import write_document
from flows.domain.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.domain.finding import Finding

DOCUMENT = write_document(a_request(), an_assessment(a_withheld_part(), a_part()), LAW, on=DAY)


def codes(findings: Iterable[Finding]) -> set[str]:
    return {each.code for each in findings}


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return (Heading(level=1, inlines=(Text("Title"),)), *(Paragraph((Text(text),)) for text in texts))


# What is as it should be


def test_a_published_paper_says_to_the_ear_what_its_text_says() -> None:
    paper = publish(DOCUMENT, a_record())

    assert inspect(paper.pdf, paper_blocks(DOCUMENT, a_record())) == ()


def test_a_row_over_two_pages_is_read_cell_by_cell() -> None:
    row = f"| {'long ' * 900} **bold end** | short |"
    blocks = parse_document(f"# Title\n\n| A | B |\n|---|---|\n{row}\n\nAfter.\n")

    assert inspect(rendered(blocks), blocks) == ()


def test_the_record_at_the_end_can_be_left_out_of_the_comparison() -> None:
    paper = publish(DOCUMENT, a_record())
    text = parse_document(DOCUMENT)

    assert inspect(paper.pdf, text, until=TITLE) == ()
    assert codes(inspect(paper.pdf, text)) >= {"PDF_EXTRA", "PDF_BOOKMARK"}


def test_the_record_may_be_left_out_where_the_contents_lead_to_it_too() -> None:
    document = mutants.LONG_DOCUMENT
    text = arrange(parse_document(document))
    paper = publish(document, a_record())

    assert inspect(paper.pdf, paper_blocks(document, a_record())) == ()
    assert inspect(paper.pdf, text, until=TITLE) == ()
    assert inspect(rendered(text, draft=True), text, until=TITLE) == ()
    assert "PDF_EXTRA" in codes(inspect(paper.pdf, text[:-1], until=TITLE))


def test_a_passage_in_the_language_of_the_whole_is_in_no_other() -> None:
    said = parse_document("# A\n\nA [b]{lang=en-GB} c.\n")
    plain = parse_document("# A\n\nA b c.\n")

    assert inspect(rendered(said), said) == inspect(rendered(said), plain) == ()
    assert inspect(rendered(plain), said) == ()


@pytest.mark.parametrize("change", ["[b]{lang=fr}", "b", "[b c]{lang=cy}"])
def test_another_text_in_another_language_is_noticed(change: str) -> None:
    pdf = rendered(parse_document("# A\n\nA [b]{lang=cy} c.\n"))

    assert codes(inspect(pdf, parse_document(f"# A\n\nA {change}{' c' * ('c' not in change[:4])}.\n"))) == {
        "PDF_LANGUAGE"
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("A1 b^[c].", {"PDF_WORDS"}),
        ("A1^[c] b.", {"PDF_NOTE", "PDF_TARGET"}),
        ("A^[d]1 b.", {"PDF_WORDS"}),
        ("A11 b.", {"PDF_NOTE", "PDF_TARGET", "PDF_EXTRA", "PDF_BOOKMARK"}),
    ],
    ids=["after another word", "on another letter", "of other words", "none"],
)
def test_another_text_with_other_notes_is_noticed(change: str, expected: set[str]) -> None:
    pdf = rendered(arrange(parse_document("# A\n\nA^[c]1 b.\n")))

    assert codes(inspect(pdf, arrange(parse_document(f"# A\n\n{change}\n")))) >= expected


def test_contents_and_notes_are_followed_without_the_text_too() -> None:
    assert codes(inspect(mutants.mutant("an entry that leads to another page"))) == {"PDF_CONTENTS"}
    assert codes(inspect(mutants.mutant("a mark that leads to another note"))) == {"PDF_NOTE"}


def test_a_paragraph_with_another_number_is_caught() -> None:
    text = parse_document("# A\n\n## B\n\n8. c\n\n9. **d** e\n\n   - f\n")
    other = parse_document("# A\n\n## B\n\n8. c\n\n## B\n\n10. **d** e\n\n    - f\n")

    assert inspect(rendered(text), text) == ()
    found = inspect(rendered((*other[:3], *other[4:])), text)
    assert [(each.code, each.place) for each in found] == [("PDF_WORDS", "paragraph 9")]


def test_the_line_that_dates_a_paper_is_no_surprise_where_nobody_knows_its_record() -> None:
    document = "# A\n\n## Our decision\n\n1. b\n"
    record = a_record()
    pdf, text = render(document, record).pdf, arrange(parse_document(document))

    assert inspect(pdf, paper_blocks(document, record), pictures=()) == ()
    assert inspect(pdf, text, until=TITLE) == ()
    assert codes(inspect(pdf, text)) == {"PDF_EXTRA", "PDF_BOOKMARK"}


def test_marks_on_one_line_have_one_way_back() -> None:
    text = arrange(parse_document("# A\n\nA^[b]^[c] d^[e].\n"))

    assert inspect(rendered(text), text) == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "numbers",
    [
        range(20),
        *(pytest.param(range(at, at + 98), marks=pytest.mark.exhaustive) for at in range(20, 1000, 98)),
    ],
    ids=str,
)
def test_papers_of_every_shape_pass(numbers: range) -> None:
    for number in numbers:
        blocks = varied(number)
        paper = rendered(blocks, draft=number % 3 == 0)
        assert inspect(paper, blocks) == (), number
        assert says_otherwise(paper, varied_text(number)) is None, number


@pytest.mark.exhaustive
def test_a_paper_of_many_pages_passes() -> None:
    blocks = arrange(tuple(block for number in range(10) for block in varied_text(number)))

    paper = rendered(blocks)

    assert len(read_paper(paper).drawn) > 12
    assert inspect(paper, blocks) == ()


def test_a_paper_of_other_words_or_of_other_software_says_otherwise() -> None:
    text = varied_text(0)
    paper = rendered(varied(0))

    assert says_otherwise(paper, (*text, *paragraphs("One sentence more."))) == (
        f"The paper lacks words of the approved text, from its block {len(text) + 1} on."
    )
    for other in (
        b"",
        b"%PDF-1.7",
        paper[:-20],
        paper + b"\n",
        paper.replace(b"/FlateDecode", b"/LZWDecode"),
    ):
        assert "no PDF that any release" in str(says_otherwise(other, text))


# Defects


@pytest.mark.parametrize("document", [mutants.DOCUMENT, mutants.LONG_DOCUMENT], ids=["short", "long"])
def test_the_papers_that_are_spoilt_below_are_good(document: str) -> None:
    assert inspect(mutants.good(document), mutants.blocks(document)) == ()
    assert inspect(mutants.Bench(document).spoilt(), mutants.blocks(document)) == ()


def test_the_paper_with_a_crest_that_is_spoilt_below_is_good() -> None:
    pictures = ("Crest of Sample Council",)

    for pdf in (mutants.good(crested=True), mutants.Bench(crested=True).spoilt()):
        assert inspect(pdf, mutants.blocks(), pictures=pictures) == ()


def test_what_hides_words_is_noticed_without_the_text_too() -> None:
    assert codes(inspect(mutants.mutant("words cut away"))) == {"PDF_UNSEEN"}
    assert codes(inspect(mutants.mutant("white words"))) == {"PDF_UNSEEN"}


EXPECTED = {
    "two paragraphs swapped": "PDF_ORDER",
    "a paragraph out of the tree": "PDF_MISSING",
    "body text as artifact": "PDF_ARTIFACT",
    "body text without any mark": "PDF_OUTSIDE",
    "crossed links": "PDF_TARGET",
    "crossed areas of links": "PDF_LINK",
    "a wrong way back": "PDF_PARENT_TREE",
    "word breaks lost at line ends": "PDF_SPACES",
    "a paragraph split in two": "PDF_SPLIT",
    "a header cell turned into a plain one": "PDF_KIND",
    "a header that heads the wrong way": "PDF_TABLE",
    "a bookmark that leads to another page": "PDF_BOOKMARK",
    "a bookmark with other words": "PDF_BOOKMARK",
    "a wrong role": "PDF_KIND",
    "a missing label": "PDF_LIST",
    "a link without anything to follow": "PDF_LINK",
    "another language": "PDF_LANGUAGE",
    "a number used twice on a page": "PDF_MARK",
    "the page drawn in another order": "PDF_CONTENT_ORDER",
    "not marked as tagged": "PDF_TAGGED",
    "an empty element": "PDF_EMPTY",
    "a list item in another list": "PDF_ORDER",
    "words heard that nobody sees": "PDF_UNSEEN",
    "an element with another parent": "PDF_TREE",
    "stress that is not tagged": "PDF_EMPHASIS",
    "words that lie in place of the content": "PDF_WORDS",
    "a passage said to be in a third language": "PDF_LANGUAGE",
    "a passage without its language": "PDF_LANGUAGE",
    "a language given to more words than are in it": "PDF_LANGUAGE",
    "a language given to the words beside it": "PDF_LANGUAGE",
    "an entry of the contents without its language": "PDF_LANGUAGE",
    "a list of contents in another language": "PDF_LANGUAGE",
    "a label in another language": "PDF_LANGUAGE",
    "a mark that leads to another note": "PDF_NOTE",
    "marks that lead to each others notes": "PDF_NOTE",
    "a note that leads back to another mark": "PDF_NOTE",
    "a mark that leads to another page": "PDF_NOTE",
    "a mark that leads out of the paper": "PDF_TARGET",
    "a mark that leads nowhere": "PDF_LINK",
    "a mark that does not say what it is": "PDF_LINK",
    "marks that say they are each other": "PDF_NOTE",
    "a way back that says it is anothers": "PDF_NOTE",
    "an entry that says it is another": "PDF_CONTENTS",
    "a mark that nobody hears": "PDF_NOTE",
    "a mark that is no reference": "PDF_NOTE",
    "a note without its identifier": "PDF_NOTE",
    "two notes of one identifier": "PDF_NOTE",
    "two notes exchanged": "PDF_ORDER",
    "the words of two notes exchanged": "PDF_CONTENT_ORDER",
    "the numbers of two notes exchanged": "PDF_NOTE",
    "a note out of the tree": "PDF_MISSING",
    "a note without its number": "PDF_NOTE",
    "page numbers of two entries exchanged": "PDF_CONTENTS",
    "a page number that nobody hears": "PDF_CONTENTS",
    "an entry of the contents dropped": "PDF_MISSING",
    "two entries of the contents exchanged": "PDF_ORDER",
    "an entry that leads to the heading beside its own": "PDF_CONTENTS",
    "an entry that leads to another page": "PDF_CONTENTS",
    "an entry that leads to a heading of the same name": "PDF_CONTENTS",
    "an entry of which a part leads elsewhere": "PDF_CONTENTS",
    "an entry that leads to a page and no place on it": "PDF_CONTENTS",
    "an entry without anything to follow": "PDF_LINK",
    "a mark inside a mark": "PDF_MARK",
    "an index that names other notes": "PDF_NOTE",
    "no index of the notes": "PDF_NOTE",
    "another title in the properties": "PDF_IMPRINT",
    "another title wherever it is told": "PDF_IMPRINT",
    "another author wherever it is told": "PDF_IMPRINT",
    "other words in the head of each page": "PDF_IMPRINT",
    "a link described by other words": "PDF_LINK",
    "white words": "PDF_UNSEEN",
    "pale words": "PDF_UNSEEN",
    "words of no colour in another space": "PDF_UNSEEN",
    "tiny words": "PDF_UNSEEN",
    "words made tiny by the page": "PDF_UNSEEN",
    "words without any width": "PDF_UNSEEN",
    "words cut away": "PDF_UNSEEN",
    "words under a white box": "PDF_UNSEEN",
    "words under a broad white line": "PDF_UNSEEN",
    "words under a picture": "PDF_FIGURE",
    "words that are transparent": "PDF_UNSEEN",
    "a picture that is not drawn": "PDF_FIGURE",
    "a picture that is said to be elsewhere": "PDF_FIGURE",
    "a picture as large as the page": "PDF_FIGURE",
    "an outline that is closed": "PDF_BOOKMARK",
}


SAMPLE = (
    "body text as artifact",
    "the page drawn in another order",
    "stress that is not tagged",
    "an empty element",
    "a paragraph out of the tree",
    "not marked as tagged",
    "crossed links",
    "words that lie in place of the content",
    "a paragraph gone altogether",
    "body text without any mark",
    "a paragraph split in two",
    "word breaks lost at line ends",
    "a glyph said to be another",
    "a wrong role",
    "a heading of another level",
    "a heading that is a paragraph",
    "an element at two places",
    "an element with another parent",
    "content held by two elements",
    "a number used twice on a page",
    "marked content left open",
    "a wrong way back",
    "no way back from a page",
    "no way back from a link",
    "crossed areas of links",
    "a link without a description",
    "a link taken off the page",
    "a missing label",
    "a numbered list said to have bullets",
    "a header cell turned into a plain one",
    "a plain cell turned into a header",
    "a header that heads the wrong way",
    "a header that heads nothing",
    "a cell that claims two columns",
    "no tag tree",
    "another language",
    "no language",
    "a passage said to be in another language",
    "a bookmark that leads to another page",
    "a bookmark that leads to another heading",
    "a bookmark with other words",
    "words heard that nobody sees",
    "a page that nobody hears",
    "a bookmark missing",
    "a label in another language",
    "a mark that leads nowhere",
    "a mark that is no reference",
    "a note that is a division",
    "a page number that nobody hears",
    "two entries of the contents exchanged",
    "inner entries on the level of the others",
    "an entry that says it is another",
    "an entry without anything to follow",
    "another title in the properties",
    "white words",
    "words under a broad white line",
    "words under a picture",
    "a picture that is not drawn",
    "a picture as large as the page",
    "an outline that is closed",
)
"""One defect for each thing that is looked at: together they trip every check that any defect does, and each
code is expected by name of one of them."""


def checks(names: Iterable[str]) -> set[tuple[str, str]]:
    """Return what finds some defects: each code with its sentence, figures left out."""
    found = (each for name in names for each in mutants.found(name))
    return {(each.code, re.sub(r"\(.*?\)|[0-9]+", "", each.sentence)) for each in found}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in SAMPLE else pytest.mark.exhaustive) for name in mutants.DEFECTS],
)
def test_a_defect_is_caught_without_the_conformance_checker_and_called_by_its_name(name: str) -> None:
    found = codes(mutants.found(name))

    assert found
    assert EXPECTED.get(name, min(found)) in found


@pytest.mark.exhaustive
def test_the_sample_trips_every_check_that_a_defect_does() -> None:
    assert checks(SAMPLE) == checks(mutants.DEFECTS)


def test_every_code_there_is_is_given_for_some_defect() -> None:
    assert MEANINGS.keys() - {code for code, _ in checks(SAMPLE)} == {"PDF_CONFORMS"}


def test_a_rule_of_a_standard_that_is_broken_is_named() -> None:
    found = inspect(mutants.mutant("not marked as tagged"))

    assert any(each.place.startswith("PDF/UA-1, ") for each in found)
    assert any(each.place.startswith("PDF/A-2a, ") for each in found)
    assert checker().startswith("page-validation 0.11.")


def test_a_finding_says_where_and_which_words_without_quoting_them() -> None:
    pdf = rendered(paragraphs("The harm is real.", "Nobody may know the plan."))
    text = paragraphs("The harm is real.", "Nobody may know the place.")

    (found,) = (each for each in inspect(pdf, text) if each.code == "PDF_WORDS")

    assert (found.place, found.sentence) == ("block 3", "The element has other words than the text.")
    assert found.span is not None
    assert source_words(text)["block 3"][slice(*found.span)] == "ce"


def test_one_finding_is_given_for_one_paragraph_left_out() -> None:
    pdf = rendered(paragraphs("One.", "Two.", "Three."))

    assert [each.code for each in inspect(pdf, paragraphs("One.", "Two.", "More.", "Three."))] == [
        "PDF_MISSING"
    ]
    assert [each.code for each in inspect(pdf, paragraphs("One.", "Three."))] == ["PDF_EXTRA"]
    assert [each.code for each in inspect(pdf, paragraphs("Three.", "One.", "Two."))] == ["PDF_ORDER"]


def test_another_text_altogether_is_noticed() -> None:
    assert codes(inspect(mutants.good(), parse_document(DOCUMENT))) >= {"PDF_MISSING", "PDF_EXTRA"}


def test_a_file_that_says_less_to_a_search_than_to_the_eye_is_noticed() -> None:
    bench = mutants.Bench()
    for font in bench.page().obj.Resources.Font.values():
        del font["/ToUnicode"]

    assert codes(mutants.by_comparison(bench.spoilt())) >= {"PDF_WORDS"}


def test_a_picture_without_words_is_noticed() -> None:
    bench = mutants.Bench()
    bench.top(1).S = pikepdf.Name.Figure

    assert "PDF_FIGURE" in codes(mutants.by_comparison(bench.spoilt()))


# Files


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.7", b"no PDF", b"%PDF-1.7\ntrailer\n<</Root 1 0 R>>\n%%EOF"], ids=repr
)
def test_what_is_no_pdf_is_malformed(pdf: bytes) -> None:
    with pytest.raises(MalformedError, match=r"mine\.pdf"):
        inspect(pdf, source="mine.pdf")
    assert named_reference(pdf) is None


def test_an_encrypted_file_is_malformed() -> None:
    target = io.BytesIO()
    pikepdf.open(io.BytesIO(mutants.good())).save(target, encryption=pikepdf.Encryption(user="x", owner="y"))

    with pytest.raises(MalformedError, match="encrypted"):
        inspect(target.getvalue())


def test_a_file_without_any_tags_is_told_so() -> None:
    target = io.BytesIO()
    file = pikepdf.new()
    file.add_blank_page()
    file.save(target)

    assert codes(inspect(target.getvalue())) >= {"PDF_TAGGED", "PDF_LANGUAGE", "PDF_CONFORMS"}


def test_a_damaged_file_is_malformed_or_has_findings_and_nothing_else() -> None:
    dice = random.Random(4)  # noqa: S311 - the same damage each time
    good = mutants.good()
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(dice.randint(1, 30)):
            damaged[dice.randrange(len(good))] = dice.randrange(256)
        try:
            inspect(bytes(damaged), mutants.blocks())
        except MalformedError as error:
            assert "Public interest" not in str(error)  # noqa: PT017 - either is right


def test_a_tree_that_leads_back_to_itself_is_noticed() -> None:
    bench = mutants.Bench()
    mutants.set_kids(bench.one("LBody"), [bench.root])

    assert "PDF_TREE" in codes(mutants.by_comparison(bench.spoilt()))


def test_an_outline_that_leads_back_to_itself_is_malformed() -> None:
    bench = mutants.Bench()
    bench.bookmark(0).First = bench.bookmark(0)

    with pytest.raises(MalformedError):
        inspect(bench.spoilt())


def test_a_paper_says_which_case_it_is_of() -> None:
    assert named_reference(mutants.good()) == "1146A/22"


STRANGE = (b"<<>>", b"[<<>> 1 /A]", b"(a)", b"/A", b"-1", b"true")
"""What may stand where something else should: a value of each kind."""


def places(bench: mutants.Bench) -> list[Any]:
    """Return the dictionaries of a file that lead to all others."""
    root, page = bench.pdf.Root, bench.page().obj
    link, field = page.Annots[0], root.AcroForm.Fields[0]
    held = (root, page, page.Resources, bench.tree, bench.tree.RoleMap, bench.bookmark(0))
    return [*held, root.AcroForm, root.Outlines, bench.one("TH"), bench.one("TH").A, link, link.A, field]


@pytest.mark.exhaustive
@pytest.mark.filterwarnings("ignore:This document has 1 form widget")
@pytest.mark.parametrize(
    "turn", [0, *(pytest.param(turn, marks=pytest.mark.exhaustive) for turn in range(1, len(STRANGE)))]
)
def test_a_file_of_strange_values_is_malformed_or_has_findings_and_nothing_else(turn: int) -> None:
    good = mutants.Bench()
    keys = [(at, key) for at, holder in enumerate(places(good)) for key, _ in holder.items()]
    for number, (at, key) in enumerate(keys):
        bench = mutants.Bench()
        places(bench)[at][key] = pikepdf.Object.parse(STRANGE[(number + turn) % len(STRANGE)])
        with suppress(MalformedError, pikepdf.PdfError):
            assert mutants.by_comparison(bench.spoilt()) is not None


def test_many_headings_of_one_level_are_no_broken_rule() -> None:
    text = arrange(parse_document("# A\n\n" + "".join(f"## Part {at}\n\nB.\n\n" for at in range(300))))

    assert inspect(rendered(text), text) == ()


def test_a_file_too_deep_for_the_checker_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["flows.document.inspection.conformance"]
    monkeypatch.setattr(module, "_LIMITS", page.SafetyLimits(max_reference_depth=2))

    found = [*conformance(mutants.good())]

    assert [(each.code, each.place) for each in found] == [
        ("PDF_CONFORMS", "PDF/UA-1"),
        ("PDF_CONFORMS", "PDF/A-2a"),
    ]
    assert "gave up" in found[0].sentence


# What is drawn


def drawn(content: bytes) -> list[tuple[str, tuple[float, float]]]:
    """Return what a page with that content draws, and where each piece begins."""
    file = pikepdf.new()
    page = file.add_blank_page(page_size=(600, 800))
    table = file.make_stream(b"2 beginbfchar <61> <0041> <62> <00660069> endbfchar <63> <D835DC00>")
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.TrueType,
        FirstChar=97,
        Widths=pikepdf.Array([500] * 26),
        ToUnicode=table,
    )
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.obj.Contents = file.make_stream(content)
    target = io.BytesIO()
    file.save(target)
    runs = read_paper(target.getvalue()).runs
    return [(run.text, (round(run.start[0], 3), round(run.start[1], 3))) for run in runs]


SHOWN = {
    "by the font's own table": (b"(abc) Tj (d) Tj", [("Afi\U0001d400", (0, 0)), ("\ufffd", (15, 0))]),
    "in its place": (b"1 0 0 1 50 700 Tm (aa) Tj (a) Tj", [("AA", (50, 700)), ("A", (60, 700))]),
    "on the next line": (b"14 TL 1 0 0 1 50 700 Tm (a) Tj T* (a) Tj", [("A", (50, 700)), ("A", (50, 686))]),
    "raised": (b"3 Ts (a) Tj 0 Ts (a) Tj", [("A", (0, 3)), ("A", (5, 0))]),
}


@pytest.mark.parametrize(("content", "expected"), SHOWN.values(), ids=SHOWN)
def test_text_is_read(content: bytes, expected: list[tuple[str, tuple[float, float]]]) -> None:
    assert drawn(b"BT /F1 10 Tf " + content + b" ET") == expected


def test_text_stands_where_the_page_puts_it() -> None:
    content = b"q 2 0 0 2 10 20 cm BT /F1 10 Tf 1 0 0 1 5 5 Tm (a) Tj ET Q BT /F1 10 Tf (a) Tj ET"

    assert drawn(content) == [("A", (20, 30)), ("A", (0, 0))]


def test_text_without_a_font_says_nothing() -> None:
    assert drawn(b"Q Q BT (a) Tj ET") == [("\ufffd", (0, 0))]


def test_a_paper_read_twice_is_the_same() -> None:
    assert read_paper(mutants.good()) == read_paper(mutants.good())


def test_a_crest_before_the_text_is_of_no_block() -> None:
    paper = read_paper(mutants.good())
    (document,) = paper.root.elements()
    crest = replace(next(document.elements()), kind="Figure", instead="The crest of the authority")
    held = (crest, *document.held)
    crested = replace(paper, root=replace(paper.root, held=(replace(document, held=held),)))

    assert codes(compare(crested, mutants.blocks())) == set()
