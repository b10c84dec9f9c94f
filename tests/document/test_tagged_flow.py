"""Tagged paragraphs and tables on their own: one element each, over lines and pages."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from tagged_files import (
    BOLD,
    FACE,
    LAYOUT,
    WIDTH,
    a_link,
    a_paragraph,
    content,
    faults,
    flowed,
    opened,
    outline,
    read_aloud,
)

from flows.document import fonts
from flows.document.inspection.paper import read_paper
from flows.document.inspection.soundness import soundness
from flows.document.tagged.canvas import Face
from flows.document.tagged.flow import (
    Layout,
    Leader,
    Run,
    TaggedEntry,
    TaggedFigure,
    TaggedParagraph,
    Target,
    measure,
)
from flows.document.tagged.structure import Element, Structure, TagError
from flows.document.tagged.table import Grid, TaggedTable

if TYPE_CHECKING:
    from pathlib import Path

RULE = (0.5, FACE.colour)


def lines(paragraph: TaggedParagraph, width: float = WIDTH) -> list[str]:
    """Return the text of each line, as it is drawn."""
    fonts.register()
    paragraph.wrap(width, 0)
    return ["".join(piece.text for piece in line.pieces) for line in paragraph._lines]


def words(structure: Structure, *texts: str) -> TaggedParagraph:
    """Return a paragraph of several runs, every other one in bold."""
    fonts.register()
    element = Element("P", structure.root)
    runs = [
        Run(
            text, BOLD if number % 2 else FACE, (Element("Strong", element) if number % 2 else element).leaf()
        )
        for number, text in enumerate(texts)
    ]
    return TaggedParagraph(runs, LAYOUT)


def a_cell(row: Element, text: str, tag: str = "TD", **attributes: Any) -> TaggedParagraph:
    fonts.register()
    element = Element(tag, row, attributes={"O": "Table", **attributes} if attributes else None)
    return TaggedParagraph([Run(text, FACE, element.leaf())], Layout(leading=14, drop=10))


def a_table(structure: Structure, *rows: tuple[str, ...], tall: float = 100) -> TaggedTable:
    table = Element("Table", structure.root)
    first = Element("TR", table)
    header = [a_cell(first, text, "TH", Scope="Column") for text in rows[0]]
    body = []
    for texts in rows[1:]:
        row = Element("TR", table)
        body.append([a_cell(row, text) for text in texts])
    grid = Grid(
        widths=(WIDTH / len(rows[0]),) * len(rows[0]),
        side=3,
        above=2,
        below=2,
        tall=tall,
        head_rule=RULE,
        row_rule=RULE,
    )
    return TaggedTable(header, body, grid)


def test_a_line_ends_with_the_space_that_parts_its_last_word_from_the_next() -> None:
    drawn = lines(a_paragraph(Structure(), "word " * 40))

    assert all(line.endswith("word ") for line in drawn[:-1])
    assert drawn[-1].endswith("word")
    assert "".join(drawn) == ("word " * 40).strip()


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.org/a/path/that/goes/on/and/on/for/ever?so=it&is=broken#somewhere-inside",
        "0123456789abcdef" * 9,
        "short then-" + "x" * 99 + " and after",
        "i " * 50 + "W" * 60,
    ],
    ids=["address", "digest", "among others", "after a full line"],
)
def test_a_word_too_long_for_a_line_is_broken_without_a_space(text: str) -> None:
    drawn = lines(a_paragraph(Structure(), text))

    assert "".join(drawn) == text
    assert all(measure(line.rstrip(), FACE) <= WIDTH for line in drawn)


def test_an_address_is_broken_after_a_sign() -> None:
    drawn = lines(a_paragraph(Structure(), "https://www.example.org/" + "segment-of-path/" * 9))

    assert all(line[-1] in "/-" for line in drawn)


def test_a_line_narrower_than_a_letter_takes_one_at_a_time() -> None:
    assert lines(a_paragraph(Structure(), "abc"), width=1) == ["a", "b", "c"]


def test_a_word_in_several_faces_is_one_word() -> None:
    texts = ("some words and then ", "half", "a-word ", "or ", "more")
    drawn = lines(words(Structure(), *texts), width=120)

    assert "".join(drawn) == "".join(texts)
    assert any("halfa-word" in line for line in drawn)


def test_a_long_word_in_several_faces_is_broken_where_it_must() -> None:
    drawn = lines(words(Structure(), "x" * 30, "Y" * 30, "z" * 30), width=100)

    assert "".join(drawn) == "x" * 30 + "Y" * 30 + "z" * 30


def test_spaces_that_stand_together_are_one_and_their_leaves_go() -> None:
    structure = Structure()
    paragraph = words(structure, " ", " ", "a ", " ", " \n b", "", "c")

    assert lines(paragraph) == ["a bc"]
    assert faults(flowed([paragraph], structure)) == []
    assert outline(flowed([words(again := Structure(), "", "a ", " ", " \n b")], again)) == [
        "Document",
        ["P", ["Strong"], ["Strong"]],
    ]


def test_one_paragraph_is_one_element_over_pages(tmp_path: Path) -> None:
    structure = Structure()
    text = " ".join(str(number) for number in range(600))
    pdf = flowed([a_paragraph(structure, text)], structure)

    assert len(content(pdf)) > 2
    assert outline(pdf) == ["Document", ["P"]]
    assert read_aloud(pdf, tmp_path) == text
    assert faults(pdf) == []


def test_a_word_broken_over_a_page_is_one_word(tmp_path: Path) -> None:
    structure = Structure()
    pdf = flowed([a_paragraph(structure, "0123456789" * 100)], structure)

    assert len(content(pdf)) > 1
    assert read_aloud(pdf, tmp_path) == "0123456789" * 100


def test_links_and_bold_words_are_read_in_their_place(tmp_path: Path) -> None:
    structure = Structure()
    paragraph = Element("P", structure.root)
    before = Run("before ", FACE, paragraph.leaf())
    link = Element("Link", paragraph)
    target = Target(element=link, href="https://example.org/", words="x")
    inside = Run("the link is ", FACE, link.leaf(), target)
    bold = Run("long enough for more than one of the lines", BOLD, Element("Strong", link).leaf(), target)
    after = Run(" after", FACE, paragraph.leaf())
    pdf = flowed([TaggedParagraph([before, inside, bold, after], LAYOUT)], structure)
    said = read_aloud(pdf, tmp_path)

    assert outline(pdf) == ["Document", ["P", ["Link", ["Strong"]]]]
    assert [said.index(each) for each in ("before", "the link", "long enough", "after")] == sorted(
        said.index(each) for each in ("before", "the link", "long enough", "after")
    )
    file = opened(pdf)
    assert len(file.pages[0].Annots) == 2
    assert faults(pdf) == []


def test_a_link_covers_its_words_and_not_the_space_after_them() -> None:
    structure = Structure()
    file = opened(flowed([a_link(structure, "one two"), a_link(structure, "wide " * 30)], structure))
    first, *others = (list(map(float, each.Rect)) for each in file.pages[0].Annots)

    assert first[2] - first[0] == pytest.approx(measure("one two", FACE), abs=0.01)
    assert all(right <= WIDTH for _, _, right, _ in others)


def test_a_label_hangs_before_its_text(tmp_path: Path) -> None:
    structure = Structure()
    item = Element("LI", Element("L", structure.root))
    label = Run("1.", FACE, Element("Lbl", item).leaf())
    text = Run("some words " * 9, FACE, Element("P", Element("LBody", item)).leaf())
    pdf = flowed(
        [TaggedParagraph([text], Layout(leading=14, drop=10, indent=20, hang=2), label=label)], structure
    )

    assert outline(pdf) == ["Document", ["L", ["LI", ["Lbl"], ["LBody", ["P"]]]]]
    assert read_aloud(pdf, tmp_path).startswith("1.some words")
    assert "1 0 0 1 2 " in content(pdf)[0]
    assert faults(pdf) == []


def test_a_label_may_stand_alone() -> None:
    structure = Structure()
    label = Run("1.", FACE, Element("Lbl", structure.root).leaf())
    fonts.register()

    assert TaggedParagraph((), LAYOUT, label=label).wrap(WIDTH, 0) == (WIDTH, LAYOUT.leading)
    assert TaggedParagraph((), LAYOUT).wrap(WIDTH, 0) == (WIDTH, 0)


@pytest.mark.parametrize(
    ("height", "parts"), [(14, []), (28, [2, 6]), (92, [6, 2]), (98, [6, 2]), (112, [8])]
)
def test_no_line_is_left_alone(height: float, parts: list[int]) -> None:
    fonts.register()
    paragraph = a_paragraph(Structure(), "0123456789" * 25)
    lines(paragraph)
    count = len(paragraph._lines)

    found = [len(part._lines) for part in paragraph.split(WIDTH, height)]  # type: ignore[attr-defined] # ours
    assert (count, found) == (8, parts)


def test_a_part_that_meets_another_width_is_broken_anew() -> None:
    fonts.register()
    paragraph = a_paragraph(Structure(), "some words " * 40)
    _, rest = paragraph.split(WIDTH, 60)
    assert isinstance(rest, TaggedParagraph)
    before = lines(rest)

    assert "".join(lines(rest, width=90)) == "".join(before)
    assert len(lines(rest, width=90)) > len(before)


@pytest.mark.parametrize(("side", "at"), [("left", 0), ("center", 0.5), ("right", 1)])
def test_a_line_stands_at_its_side(side: Any, at: float) -> None:
    structure = Structure()
    layout = Layout(leading=14, drop=10, side=side)
    pdf = flowed([a_paragraph(structure, "word", layout=layout)], structure)
    x = float(content(pdf)[0].split(" Tm")[0].split()[-2])

    assert x == pytest.approx((WIDTH - measure("word", FACE)) * at, abs=0.01)


def test_a_heading_is_bookmarked_once_however_often_it_is_parted() -> None:
    structure = Structure()
    heading = a_paragraph(structure, "words " * 300, bookmark=("A heading", 0))
    with opened(flowed([heading], structure)).open_outline() as entries:
        assert [entry.title for entry in entries.root] == ["A heading"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_picture_has_words_for_those_who_cannot_see_it(mode: str) -> None:
    structure = Structure()
    picture = ImageReader(Image.new(mode, (7, 5), 200 if mode == "L" else "#1d3c63"))
    before = a_paragraph(structure, "before")
    crest = Element("Figure", structure.root, alternative="Crest: a dragon")
    figure = TaggedFigure(
        crest,
        lambda canvas: canvas.drawImage(picture, 0, 0, 70, 50, mask="auto"),
        width=70,
        height=50,
    )
    pdf = flowed([before, figure], structure)
    file = opened(pdf)
    element = file.Root.StructTreeRoot.K.K[1]

    assert [str(element.S), str(element.Alt)] == ["/Figure", "Crest: a dragon"]
    assert [float(each) for each in element.A.BBox] == [0, 230, 70, 280]
    assert pdf.count(b"\r\nendstream\n") == pdf.count(b"endstream")
    assert faults(pdf) == []


def test_words_of_another_language_say_so() -> None:
    structure = Structure()
    paragraph = Element("P", structure.root)
    english = Run("The Welsh for house is ", FACE, paragraph.leaf())
    welsh = Run("tŷ", FACE, Element("Span", paragraph, lang="cy").leaf())
    pdf = flowed([TaggedParagraph([english, welsh], LAYOUT)], structure)
    file = opened(pdf)

    assert file.Root.StructTreeRoot.K.K.K[1].Lang == "cy"
    assert faults(pdf) == []


def test_only_a_tagged_font_is_measured() -> None:
    with pytest.raises(TagError, match="Helvetica is not a tagged font"):
        measure("word", Face("Helvetica", 10, FACE.colour))


def test_a_table_is_one_table_over_pages_and_its_header_is_heard_once(tmp_path: Path) -> None:
    structure = Structure()
    rows = [(f"row {number}", "value") for number in range(60)]
    pdf = flowed([a_table(structure, ("Setting", "Reading"), *rows)], structure)
    said = read_aloud(pdf, tmp_path)

    assert len(content(pdf)) > 2
    assert outline(pdf) == ["Document", ["Table", ["TR", ["TH"], ["TH"]], *[["TR", ["TD"], ["TD"]]] * 60]]
    assert said.count("Setting") == 1
    assert all(
        page.count("/Artifact <</Type/Pagination>> BDC") == (n > 0) for n, page in enumerate(content(pdf))
    )
    assert faults(pdf) == []


def test_a_table_that_fits_is_not_parted() -> None:
    table = a_table(Structure(), ("Setting",), ("value",))

    assert table.split(WIDTH, table.wrap(WIDTH, 0)[1]) == [table]


def test_a_header_is_not_left_alone() -> None:
    structure = Structure()
    filler = a_paragraph(structure, "0123456789" * 60)
    table = a_table(structure, ("Setting",), ("value " * 40,), tall=300)
    pages = content(flowed([filler, table], structure))

    assert ["/TH <</MCID" in page for page in pages] == [False, True]


def test_a_row_taller_than_its_measure_is_parted(tmp_path: Path) -> None:
    structure = Structure()
    tall = " ".join(str(number) for number in range(400))
    pdf = flowed([a_table(structure, ("A", "B"), ("a", "b"), (tall, "short"), ("c", "d"))], structure)

    assert len(content(pdf)) > 3
    assert outline(pdf)[1][2:] == [["TR", ["TD"], ["TD"]]] * 3
    assert read_aloud(pdf, tmp_path) == f"ABab{tall}shortcd"
    assert faults(pdf) == []


def test_a_row_is_not_parted_where_too_little_of_it_would_stand() -> None:
    structure = Structure()
    filler = a_paragraph(structure, "0123456789" * 60)
    pdf = flowed([filler, a_table(structure, ("A",), ("value " * 60,))], structure)

    assert ["/TH <</MCID" in page for page in content(pdf)] == [False, True]


def test_a_header_taller_than_its_measure_is_parted_and_not_repeated() -> None:
    structure = Structure()
    pdf = flowed([a_table(structure, ("tall " * 300,), *[("x",)] * 30)], structure)

    assert not any("Pagination" in page for page in content(pdf))
    assert faults(pdf) == []


def test_a_link_in_a_repeated_header_leads_once() -> None:
    structure = Structure()
    table = Element("Table", structure.root)
    fonts.register()
    header = Element("TH", Element("TR", table), attributes={"O": "Table", "Scope": "Column"})
    link = Element("Link", header)
    target = Target(element=link, href="https://example.org/", words="x")
    cell = TaggedParagraph([Run("Setting", FACE, link.leaf(), target)], Layout(leading=14, drop=10))
    rows = [[a_cell(Element("TR", table), "x")] for _ in range(40)]
    grid = Grid(widths=(WIDTH,), side=3, above=2, below=2, tall=100, head_rule=RULE, row_rule=RULE)
    pdf = flowed([TaggedTable([cell], rows, grid)], structure)
    file = opened(pdf)

    assert sum(len(each.get("/Annots", [])) for each in file.pages) == 1
    assert len(file.pages) > 1
    assert faults(pdf) == []


# Entries of contents, and what leads from one place to another

ENTRY = Layout(leading=14, drop=10, right=30)


def an_entry(structure: Structure, text: str, spot: str = "there") -> TaggedEntry:
    fonts.register()
    link = Element("Link", Element("Reference", Element("TOCI", Element("TOC", structure.root))))
    target = Target(element=link, spot=spot, words=text)
    run = Run(text, FACE, link.leaf(), target)
    return TaggedEntry(
        [run],
        ENTRY,
        number=Run("", FACE, link.leaf(), target),
        leader=Leader(apart=4, size=0.7, clear=4, colour=FACE.colour),
    )


def there(structure: Structure, text: str = "The chapter") -> TaggedParagraph:
    return a_paragraph(structure, text, spot="there")


def test_an_entry_is_read_with_its_page_number(tmp_path: Path) -> None:
    structure = Structure()
    entry = an_entry(structure, "The chapter")
    pdf = flowed([entry, a_paragraph(structure, "Some words. " * 200), there(structure)], structure)
    pages = len(content(pdf))

    assert pages > 1
    assert read_aloud(pdf, tmp_path).startswith(f"The chapter {pages}Some words.")
    assert outline(pdf)[1] == ["TOC", ["TOCI", ["Reference", ["Link"]]]]
    assert faults(pdf) == []


def test_a_long_entry_does_not_run_into_its_number() -> None:
    structure = Structure()
    text = "A heading of many words that do not fit on one line of the list " * 3
    pdf = flowed([an_entry(structure, text.strip()), there(structure)], structure)
    found = read_paper(pdf).runs
    *said, number = [run for run in found if run.mcid is not None and "chapter" not in run.text]

    assert len(said) > 3
    assert max(run.end[0] for run in said) <= WIDTH - ENTRY.right + measure(" ", FACE) + 0.01
    assert number.text == " 1"
    assert round(number.end[0], 2) == WIDTH
    assert number.start[1] == said[-1].start[1]
    assert faults(pdf) == []


def test_an_entry_goes_to_the_next_page_as_a_whole() -> None:
    structure = Structure()
    entries = [an_entry(structure, "Six or seven words of one entry that is long " * 2) for _ in range(8)]
    pdf = flowed([*entries, there(structure)], structure, height=14 * 7)
    runs = [run for run in read_paper(pdf).runs if "chapter" not in run.text]
    ends = [at for at, run in enumerate(runs, start=1) if run.text.strip().isdecimal()]
    of_entries = [{run.page for run in runs[start:end]} for start, end in pairwise([0, *ends])]

    assert len(content(pdf)) > 3
    assert ends[0] > 3
    assert [len(each) for each in of_entries] == [1] * 8
    assert faults(pdf) == []


def test_an_entry_taller_than_a_page_ends_with_its_number() -> None:
    structure = Structure()
    entry = an_entry(structure, "Words of an entry without end. " * 60)
    pdf = flowed([entry, there(structure)], structure, height=14 * 8)
    told = [run for run in read_paper(pdf).runs if run.text.strip().isdecimal()]

    assert len(told) == 1
    assert told[0].page == len(content(pdf))
    assert faults(pdf) == []


def test_the_dots_of_a_leader_are_an_artifact_and_stop_before_the_number() -> None:
    structure = Structure()
    entries = [an_entry(structure, text) for text in ("Short", "A longer one")]
    pdf = flowed([*entries, there(structure)], structure)
    (page,) = content(pdf)
    starts, ends = zip(*re.findall(r"n ([\d.]+) [\d.]+ m ([\d.]+) [\d.]+ l S", page), strict=True)

    assert page.count("[0 4] 0 d") == page.count("/Artifact <</Type/Layout>> BDC") == 2
    assert {float(end) for end in ends} == {WIDTH - ENTRY.right}
    for entry, start in zip(entries, starts, strict=True):
        # The dots of all entries stand below each other.
        assert (WIDTH - ENTRY.right - float(start)) % 4 == 0
        assert 4 <= float(start) - entry._lines[-1].width < 8
    assert faults(pdf) == []


def test_an_entry_that_fills_its_line_has_no_leader() -> None:
    structure = Structure()
    text = "i" * 30
    fonts.register()
    while measure(text, FACE) < WIDTH - ENTRY.right - 4:
        text += "i"
    pdf = flowed([an_entry(structure, text), there(structure)], structure)

    assert "Artifact" not in content(pdf)[0]


def test_a_label_may_lead_back_and_is_not_underlined() -> None:
    structure = Structure()
    note = Element("Note", structure.root, id="note-1")
    link = Element("Link", Element("Lbl", note))
    label = Run("1.", FACE, link.leaf(), Target(element=link, spot="mark", words="Back"))
    text = TaggedParagraph(
        [Run("The words " * 20, FACE, Element("P", note).leaf())],
        Layout(leading=14, drop=10, indent=20, hang=3),
        label=label,
    )
    mark = a_paragraph(structure, "Text", spot="mark")
    pdf = flowed([text, mark], structure)
    file = opened(pdf)
    (area,) = file.pages[0].Annots

    assert str(area.A.S) == "/GoTo"
    assert [round(float(x), 2) for x in area.Rect][::2] == [3, round(3 + measure("1.", FACE), 2)]
    assert "Artifact" not in content(pdf)[0]
    assert faults(pdf) == []


def test_words_in_a_line_may_be_led_to_and_a_link_covers_them_where_they_are_raised() -> None:
    structure = Structure()
    paragraph = Element("P", structure.root)
    link = Element("Link", paragraph)
    raised = FACE._replace(size=6, rise=4)
    runs = [
        Run("Words of more than a line before the mark of a note", FACE, paragraph.leaf()),
        Run("1", raised, link.leaf(), Target(element=link, spot="mark", words="Note 1"), "mark"),
    ]
    pdf = flowed([TaggedParagraph(runs, LAYOUT)], structure)
    file = opened(pdf)
    (area,) = file.pages[0].Annots
    (mark,) = (run for run in read_paper(pdf).runs if run.text == "1")

    assert float(area.A.D[3]) == pytest.approx(mark.start[1] - 4 + LAYOUT.drop)
    assert float(area.Rect[1]) == pytest.approx(mark.start[1] - 1.2)
    assert float(area.Rect[3]) == pytest.approx(mark.start[1] + 6)
    assert list(soundness(read_paper(pdf))) == []
