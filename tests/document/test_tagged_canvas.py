"""The tagged canvas on its own: what it draws belongs to the tree, or is an artifact."""

from __future__ import annotations

import importlib
import io
from itertools import chain, product
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageCms
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfmetrics import getFont
from tagged_files import (
    FACE,
    a_canvas,
    a_link,
    a_paragraph,
    content,
    faults,
    flowed,
    opened,
    outline,
    saved,
    the_properties,
)

from flows.document import fonts
from flows.document.tagged.canvas import RELIED_ON, Face, TaggedCanvas, TaggedText
from flows.document.tagged.fonts import GlyphError, to_unicode
from flows.document.tagged.metadata import srgb_profile, xmp
from flows.document.tagged.structure import Element, Structure, TagError


def a_line(canvas: TaggedCanvas, text: str, *, face: Face = FACE) -> None:
    """Draw one line as a paragraph of its own."""
    line = TaggedText(canvas)
    line.move(20, 100)
    line.show(text, face, Element("P", canvas.structure.root).leaf())
    canvas.put(line)


def test_all_that_is_relied_on_is_there() -> None:
    for place, names in RELIED_ON.items():
        module, path = place.split(":")
        thing: Any = importlib.import_module(f"reportlab.{module}")
        for part in path.split("."):
            thing = getattr(thing, part)
        made = _made(path, thing)
        missing = [name for name in names.split() if not hasattr(made, name)]

        assert not missing, place


def _made(path: str, thing: Any) -> Any:
    match path:
        case "TimeStamp":
            return thing(1)
        case "Canvas":
            return a_canvas()
        case "TTFont":
            return a_font()
        case "TTFontFace":
            return a_font().face
        case "Flowable":
            return _did_not_fit()
        case _:
            return thing()


def _did_not_fit() -> Any:
    structure = Structure()
    paragraphs = [a_paragraph(structure, "some words " * 30) for _ in range(3)]
    flowed(paragraphs, structure, height=150)
    return next(each for each in paragraphs if hasattr(each, "_postponed"))


def test_reportlab_still_ends_streams_where_archives_do_not_want_it() -> None:
    stream = pdfdoc.PDFStream(content=b"x", filters=[])

    assert stream.format(pdfdoc.PDFDocument()).endswith(b"stream\nxendstream\n")


def test_a_line_of_text_is_content_of_its_element() -> None:
    canvas = a_canvas()
    a_line(canvas, "Some words")
    pdf = saved(canvas)

    assert outline(pdf) == ["Document", ["P"]]
    assert "/P <</MCID 0>> BDC" in content(pdf)[0]
    assert faults(pdf) == []


def test_text_outside_the_tree_is_an_error_that_says_after_what() -> None:
    canvas = a_canvas()
    a_line(canvas, "Some words")
    canvas.drawString(20, 50, "Others")

    with pytest.raises(TagError, match=r"text outside the tag tree on page 1, after Document/P\[1\]"):
        canvas.save()


def test_text_outside_the_tree_is_an_error_on_a_page_without_any() -> None:
    canvas = a_canvas()
    canvas.drawString(20, 50, "Others")

    with pytest.raises(TagError, match=r"on page 1$"):
        canvas.showPage()


def test_lines_and_fills_outside_the_tree_are_artifacts() -> None:
    canvas = a_canvas()
    canvas.rect(10, 10, 20, 20, fill=1)
    canvas.lines([(0, 0, 10, 10), (0, 10, 10, 0)])
    path = canvas.beginPath()
    path.moveTo(0, 0)
    path.lineTo(9, 9)
    canvas.clipPath(path, stroke=0)
    canvas.setFillColor(FACE.colour)
    canvas.circle(50, 50, 10)
    pdf = saved(canvas)
    file = opened(pdf)
    operators = [str(each.operator) for each in pikepdf.parse_content_stream(file.pages[0])]

    assert operators.count("BMC") == operators.count("EMC") == 3
    assert faults(pdf) == []
    inside = False
    for operator in operators:
        inside = operator == "BMC" or (inside and operator != "EMC")
        assert inside or operator not in {"S", "s", "f", "f*", "B", "B*", "b"}


def test_what_platypus_draws_can_be_content() -> None:
    canvas = a_canvas()
    figure = Element(
        "Figure",
        canvas.structure.root,
        alternative="A square",
        attributes={"O": "Layout", "BBox": (10, 10, 30, 30)},
    )
    with canvas.content(figure.leaf()):
        canvas.rect(10, 10, 20, 20, fill=1)
        canvas.drawString(20, 20, "x")
    pdf = saved(canvas)

    assert outline(pdf) == ["Document", ["Figure"]]
    assert "Artifact" not in content(pdf)[0]
    assert faults(pdf) == []


def test_an_artifact_within_an_artifact_is_one() -> None:
    canvas = a_canvas()
    with canvas.artifact("Pagination", "Header"), canvas.artifact():
        canvas.drawString(20, 20, "Page 1")
        a_line(canvas, "seen, not heard")
    canvas.structure.root.kids.clear()
    pdf = saved(canvas)

    assert content(pdf)[0].count("BDC") == content(pdf)[0].count("EMC") == 1
    assert "/Artifact <</Type/Pagination/Subtype/Header>> BDC" in content(pdf)[0]


def test_content_stands_in_nothing_else() -> None:
    canvas = a_canvas()
    leaf = canvas.structure.root.leaf()
    with pytest.raises(TagError, match="content inside an artifact"), canvas.artifact(), canvas.content(leaf):
        pass
    canvas = a_canvas()
    with pytest.raises(TagError, match="content inside other content"), canvas.content(leaf):
        a_line(canvas, "Some words")
    canvas = a_canvas()
    with (
        pytest.raises(TagError, match="content inside other content"),
        canvas.content(leaf),
        canvas.artifact(),
    ):
        pass


def test_annotations_of_reportlabs_own_are_refused() -> None:
    canvas = a_canvas()
    with pytest.raises(TagError, match=r"an annotation outside the tag tree on page 1; use link\(\)"):
        canvas.linkURL("https://example.org/", (0, 0, 10, 10))


def test_a_link_says_what_it_is_and_where_it_belongs() -> None:
    structure = Structure()
    pdf = flowed([a_link(structure, "Commissioner")], structure)
    file = opened(pdf)
    (link,) = file.pages[0].Annots
    element = file.Root.StructTreeRoot.K.K.K

    assert link.Contents == "Commissioner (https://example.org/)"
    assert link.A.URI == "https://example.org/"
    assert link.F == 4
    assert element.S == "/Link"
    assert element.K[1].Obj.objgen == link.objgen
    assert file.Root.StructTreeRoot.ParentTree.Nums[2 * link.StructParent + 1].objgen == element.objgen
    assert faults(pdf) == []


def test_a_link_in_an_artifact_leads_nowhere() -> None:
    structure = Structure()
    canvas = a_canvas(structure)
    with canvas.artifact():
        canvas.link(Element("Link", structure.root), "https://example.org/", "x", (0, 0, 9, 9))

    canvas.structure.root.kids.clear()
    file = opened(saved(canvas))

    assert "/Annots" not in file.pages[0]


def test_a_font_that_says_nothing_of_its_glyphs_is_refused() -> None:
    with pytest.raises(TagError, match="Helvetica is not a tagged font"):
        a_line(a_canvas(), "Some words", face=Face("Helvetica", 10, FACE.colour))


@pytest.mark.parametrize("character", ["\u2713", "漢", "\U0001f600", "\0"])
def test_a_character_without_a_glyph_is_an_error_that_names_it(character: str) -> None:
    canvas = a_canvas()
    a_line(canvas, "known")
    with pytest.raises(GlyphError, match=rf"Lato has no glyph for U\+{ord(character):04X}"):
        a_line(canvas, f"known {character}")


def test_a_no_break_space_is_a_space() -> None:
    canvas = a_canvas()
    a_line(canvas, "a\u00a0b")

    assert faults(saved(canvas)) == []


def test_no_glyph_means_nothing_and_no_block_is_too_long() -> None:
    written = to_unicode("AAAAAA+Font", [0, *range(0x41, 0x41 + 150), 0x1D11E])

    assert "<00>" not in written.replace("<00> <FF>", "")
    assert "0000>" not in written
    assert "100 beginbfchar" in written
    assert "51 beginbfchar" in written
    assert "<97> <D834DD1E>" in written


def a_font() -> Any:
    fonts.register()
    return getFont(fonts.REGULAR)


def test_texts_of_the_same_kinds_of_characters_share_the_subset_of_a_font() -> None:
    made = a_font()._program
    made.cache_clear()
    first, second = saved_again("Abba in 1974"), saved_again("Xylo 2")

    assert (made.cache_info().misses, made.cache_info().hits) == (1, 1)
    assert font_files(first) == font_files(second)
    assert font_files(saved_again("Abba")) != font_files(first)


def test_the_codes_of_a_font_do_not_hang_on_the_order_of_its_characters() -> None:
    assert font_files(saved_again("\u0175 \u00a3 \u2019")) == font_files(saved_again("\u2019 \u00a3 \u0175"))


def font_files(pdf: bytes) -> list[bytes]:
    with opened(pdf) as file:
        used = file.pages[0].Resources.Font.values()
        return [each.FontDescriptor.FontFile2.read_bytes() for each in used]


def test_a_font_of_more_than_one_part_is_read_in_full() -> None:
    canvas = a_canvas()
    characters = sorted(fonts.coverage())
    many = "".join(c for c in characters if c.isalpha())[:400]
    a_line(canvas, many)
    a_line(canvas, many)
    file = opened(saved(canvas))
    lato = [each for each in file.pages[0].Resources.Font.values() if "Regular" in str(each.BaseFont)]

    assert len(lato) == 3  # the usual letters, and two parts for what is not
    assert faults(saved_again(many)) == []


def saved_again(text: str) -> bytes:
    canvas = a_canvas()
    a_line(canvas, text)
    return saved(canvas)


def test_the_file_says_what_it_is() -> None:
    canvas = a_canvas(title="A & B <c>", lang="cy")
    a_line(canvas, "Some words")
    file = opened(saved(canvas))
    told = file.Root.Metadata.read_bytes().decode()

    assert file.Root.Lang == "cy"
    assert file.Root.MarkInfo.Marked is True
    assert file.Root.ViewerPreferences.DisplayDocTitle is True
    assert "/Filter" not in file.Root.Metadata
    assert "A &amp; B &lt;c&gt;" in told
    assert file.docinfo.Title == "A & B <c>"
    assert file.docinfo.CreationDate == "D:20261102090000+00'00'"
    assert "<xmp:ModifyDate>2026-11-02T09:00:00Z</xmp:ModifyDate>" in told
    assert [file.pages[0].Tabs, file.pages[0].StructParents] == ["/S", 0]


def test_the_colours_are_those_of_the_standard() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    into = ImageCms.buildTransform(ours, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    assert into is not None
    steps = range(0, 256, 15)
    image = Image.frombytes("RGB", (len(steps) ** 2, len(steps)), bytes(chain(*product(steps, repeat=3))))
    moved = ImageCms.applyTransform(image, into)
    assert moved is not None
    apart = [abs(before - after) for before, after in zip(image.tobytes(), moved.tobytes(), strict=True)]

    assert ImageCms.getProfileDescription(ours).strip() == "sRGB IEC61966-2.1"
    assert max(apart) <= 1


def test_every_stream_ends_before_its_last_line() -> None:
    for number in range(30):
        canvas = a_canvas()
        a_line(canvas, f"words {number} " * (number + 1))
        pdf = saved(canvas)

        assert pdf.count(b"\r\nendstream\n") == pdf.count(b"endstream") > 3
        file = opened(pdf)
        for obj in file.objects:
            if isinstance(obj, pikepdf.Stream):
                raw = obj.read_raw_bytes()
                assert len(raw) == int(obj.Length)
                assert raw + b"\r\nendstream" in pdf


def test_the_identifier_follows_what_is_in_the_file() -> None:
    def identifier(text: str = "abc", **changes: Any) -> list[bytes]:
        canvas = a_canvas(**changes)
        a_line(canvas, text)
        file = opened(saved(canvas))
        return [bytes(each) for each in file.trailer.ID]

    usual = identifier()
    # Glyphs are numbered as they are met: the pages of these two look alike inside.
    assert identifier("bcd")[0] == usual[0]
    assert identifier("bcd")[1] != usual[1]
    assert identifier(title="Other")[1] != usual[1]
    assert identifier(identity="other")[0] != usual[0]
    assert identifier() == usual


def test_a_signature_field_is_empty_unseen_and_in_the_tree() -> None:
    canvas = a_canvas()
    a_line(canvas, "Some words")
    canvas.leave_signature_field("Seal", "The seal of tŷ")
    pdf = saved(canvas)
    file = opened(pdf)
    (field,) = file.Root.AcroForm.Fields
    (widget,) = file.pages[0].Annots

    assert field.objgen == widget.objgen
    assert [field.FT, field.T, field.TU, field.F] == ["/Sig", "Seal", "The seal of tŷ", 132]
    assert list(field.Rect) == [0, 0, 0, 0]
    assert "/V" not in field
    assert outline(pdf) == ["Document", ["P"], ["Form"]]
    assert faults(pdf) == []


def test_bookmarks_go_down_one_level_at_a_time() -> None:
    canvas = a_canvas()
    for title, level in (("One", 0), ("Three", 2), ("Two", 1), ("One more", 0)):
        canvas.enter(title, level, 10)
    a_line(canvas, "Some words")
    with opened(saved(canvas)).open_outline() as entries:
        assert [entry.title for entry in entries.root] == ["One", "One more"]
        assert [entry.title for entry in entries.root[0].children] == ["Three", "Two"]


def test_a_page_of_artifacts_alone_is_a_page() -> None:
    canvas = a_canvas()
    with canvas.artifact("Pagination", "Footer"):
        canvas.drawString(20, 20, "Page 1")
    canvas.showPage()
    a_line(canvas, "Some words")
    pdf = saved(canvas)

    file = opened(pdf)

    assert "/StructParents" not in file.pages[0]
    assert file.pages[1].StructParents == 0
    assert faults(pdf) == []


def test_colours_and_faces_change_within_a_line() -> None:
    canvas = a_canvas()
    line = TaggedText(canvas)
    leaf = Element("P", canvas.structure.root).leaf()
    line.move(20, 100)
    for face in (FACE, FACE, FACE._replace(colour=HexColor("#ff0000")), FACE._replace(size=12)):
        line.show("x", face, leaf)
    canvas.put(line)
    page = content(saved(canvas))[0]

    assert page.count(" rg") == 3
    assert page.count(" Tf") == 2
    assert page.count("BDC") == 1


def test_xmp_says_both_claims() -> None:
    told = xmp(the_properties()).decode()

    assert "<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>A</pdfaid:conformance>" in told
    assert "<pdfuaid:part>1</pdfuaid:part>" in told


# Places and what leads to them


def a_way(canvas: TaggedCanvas, spot: str) -> None:
    """Draw a line that leads to ``spot``."""
    link = Element("Link", Element("P", canvas.structure.root))
    line = TaggedText(canvas)
    line.move(20, 100)
    line.show("There", FACE, link.leaf())
    canvas.put(line)
    canvas.link_inside(link, spot, "To the end", (20, 98, 60, 110))


def test_a_link_leads_to_a_place_that_is_still_to_come() -> None:
    canvas = a_canvas()
    a_way(canvas, "the end")
    canvas.showPage()
    canvas.translate(0, 50)
    canvas.stand("the end", 120)
    canvas.stand("the end", 20)
    a_line(canvas, "The end")
    pdf = saved(canvas)
    file = opened(pdf)
    (link,) = file.pages[0].Annots

    assert (str(link.A.S), str(link.Contents)) == ("/GoTo", "To the end")
    assert link.A.D[0].objgen == file.pages[1].objgen
    assert [str(link.A.D[1]), link.A.D[2], link.A.D[3]] == ["/XYZ", None, 170]
    assert canvas.page_of("the end") == 2
    assert faults(pdf) == []


def test_a_link_to_a_place_that_is_nowhere_is_an_error() -> None:
    canvas = a_canvas()
    a_way(canvas, "the end")

    with pytest.raises(TagError, match="a link leads to the end, which stands on no page"):
        canvas.save()


def test_nothing_leads_to_an_artifact_or_from_it() -> None:
    canvas = a_canvas()
    with canvas.artifact():
        canvas.stand("the end", 120)
        canvas.link_inside(canvas.structure.root, "the end", "To the end", (0, 0, 9, 9))
    a_line(canvas, "Words")
    file = opened(saved(canvas))

    assert "/Annots" not in file.pages[0]
    with pytest.raises(TagError, match="stands on no page"):
        canvas.page_of("the end")


def test_what_is_known_at_the_end_stands_in_its_place_and_in_its_element() -> None:
    canvas = a_canvas()
    leaf = Element("P", canvas.structure.root).leaf()
    a_line(canvas, "Before")

    def late() -> str:
        text = TaggedText(canvas)
        text.move(20, 60)
        text.show(f"{canvas.page_of('the end')} of \\g<0>", FACE, None)
        return text.end()

    canvas.leave(late, leaf)
    canvas.showPage()
    canvas.stand("the end", 0)
    a_line(canvas, "After")
    pdf = saved(canvas)
    page = content(pdf)[0]

    assert page.index("/P <</MCID 1>> BDC") < page.index("1 0 0 1 20 60 Tm") < page.rindex("EMC")
    assert "\0" not in page
    assert faults(pdf) == []


def test_raised_words_raise_nothing_after_them() -> None:
    canvas = a_canvas()
    line = TaggedText(canvas)
    line.move(20, 100)
    leaf = Element("P", canvas.structure.root).leaf()
    for words, face in (("a", FACE), ("1", FACE._replace(rise=3.5)), ("2", FACE._replace(rise=3.5))):
        line.show(words, face, leaf)
    code = line.end()

    assert [row for row in code.splitlines() if row.endswith(" Ts")] == ["3.5 Ts", "0 Ts"]
