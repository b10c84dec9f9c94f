"""The tree of structure elements on its own: without ReportLab, without a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.document.tagged.structure import Element, Structure, TagError, text_string


def refer(name: str) -> str:
    return f"[{name}]"


def a_paragraph_over_two_pages() -> tuple[Structure, Element]:
    structure = Structure()
    paragraph = Element("P", structure.root)
    before, strong, after = paragraph.leaf(), Element("Strong", paragraph), paragraph.leaf()
    bold = strong.leaf()
    structure.begin_page("Page1")
    structure.mark(before)
    structure.mark(bold)
    structure.begin_page("Page2")
    structure.mark(bold)
    structure.mark(after)
    structure.settle()
    return structure, paragraph


def test_it_knows_nothing_of_reportlab() -> None:
    code = "import sys, flows.document.tagged.structure; assert 'reportlab' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_what_is_on_another_page_than_the_first_says_so() -> None:
    _, paragraph = a_paragraph_over_two_pages()

    assert paragraph.written(refer) == (
        "<</S/P/P [Structure.0]/Pg [Page1]/K[0 [Structure.2] <</Type/MCR/Pg [Page2]/MCID 1>>]>>"
    )


def test_the_order_of_the_tree_is_not_the_order_of_drawing() -> None:
    structure = Structure()
    first, second = (Element("P", structure.root) for _ in range(2))
    leaves = first.leaf(), second.leaf()
    structure.begin_page("Page1")
    for leaf in reversed(leaves):
        structure.mark(leaf)

    assert structure.settle() == [structure.root, first, second]
    assert first.written(refer) == "<</S/P/P [Structure.0]/Pg [Page1]/K 1>>"


def test_every_mark_leads_back_to_its_element() -> None:
    structure, _ = a_paragraph_over_two_pages()

    assert structure.written(refer) == (
        "<</Type/StructTreeRoot/K [Structure.0]/RoleMap<</Strong/Span/Em/Span>>/ParentTree<<"
        "/Nums[0[[Structure.1] [Structure.2]] 1[[Structure.2] [Structure.1]]]>>/ParentTreeNextKey 2>>"
    )


def test_an_annotation_leads_back_to_its_element() -> None:
    structure = Structure()
    link = Element("Link", Element("P", structure.root))
    leaf = link.leaf()
    structure.begin_page("Page1")
    structure.mark(leaf)

    assert structure.annotate(link, "There") == 1
    structure.settle()
    assert link.written(refer) == ("<</S/Link/P [Structure.1]/Pg [Page1]/K[0 <</Type/OBJR/Obj [There]>>]>>")
    assert "1 [Structure.2]" in structure.written(refer)


def test_an_annotation_on_another_page_says_so() -> None:
    structure = Structure()
    link = Element("Link", structure.root)
    leaf = link.leaf()
    structure.begin_page("Page1")
    structure.mark(leaf)
    structure.begin_page("Page2")
    structure.annotate(link, "There")
    structure.settle()

    assert "<</Type/OBJR/Obj [There]/Pg [Page2]>>" in link.written(refer)


@pytest.mark.parametrize(
    ("facts", "written"),
    [
        ({"attributes": {"O": "Table", "Scope": "Row"}}, "/A<</O/Table/Scope/Row>>"),
        ({"attributes": {"O": "Table", "ColSpan": 2}}, "/A<</O/Table/ColSpan 2>>"),
        ({"attributes": {"O": "Layout", "BBox": (0, 1.5, 20, 30)}}, "/A<</O/Layout/BBox[0 1.5 20 30]>>"),
        ({"alternative": "The crest (a lion)"}, "/Alt(The crest \\(a lion\\))"),
        ({"lang": "cy"}, "/Lang(cy)"),
    ],
    ids=["name", "number", "box", "alternative", "language"],
)
def test_an_element_says_more_about_itself(facts: dict[str, object], written: str) -> None:
    structure = Structure()
    element = Element("TD", structure.root, **facts)  # type: ignore[arg-type] # one fact of several
    structure.settle()

    assert element.written(refer) == f"<</S/TD/P [Structure.0]{written}>>"


@pytest.mark.parametrize(
    ("text", "written"),
    [("a (b) \\", "(a \\(b\\) \\\\)"), ("tŷ", "<FEFF00740177>"), ("a\nb", "<FEFF0061000A0062>"), ("", "()")],
    ids=["ASCII", "Welsh", "a line feed", "nothing"],
)
def test_a_text_is_readable_where_it_can_be(text: str, written: str) -> None:
    assert text_string(text) == written


def test_what_holds_nothing_is_left_out_but_for_cells() -> None:
    structure = Structure()
    row = Element("TR", Element("Table", structure.root))
    cell = Element("TD", row)
    Element("Strong", Element("P", structure.root)).leaf().drop()

    assert structure.settle() == [structure.root, row.parent, row, cell]


def test_what_was_not_drawn_is_an_error_that_says_where() -> None:
    structure = Structure()
    item = Element("LI", Element("L", structure.root))
    Element("LBody", item)
    Element("LBody", item).leaf()

    with pytest.raises(TagError, match=r"content of Document/L\[1\]/LI\[1\]/LBody\[2\] was never drawn"):
        structure.settle()


def test_what_has_an_identifier_is_found_by_it() -> None:
    structure = Structure()
    structure.begin_page("Page1")
    for name in ("note-2", "note-10"):
        structure.mark(Element("Note", structure.root, id=name).leaf())
    first, *_ = structure.settle()[1:]

    assert "/ID(note-2)" in first.written(refer)
    # Sorted as names are, and not as numbers (ISO 32000-1, 7.9.6).
    assert "/IDTree<</Names[(note-10) [Structure.2] (note-2) [Structure.1]]>>" in structure.written(refer)


def test_a_tree_without_identifiers_has_no_index_of_them() -> None:
    assert "IDTree" not in a_paragraph_over_two_pages()[0].written(refer)
