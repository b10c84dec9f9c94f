"""Letters stand as close as the typeface says: measured as they are drawn, and read as they were written."""

from __future__ import annotations

from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fontpkg_lato
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_papers import tool
from sampling import sampled
from tagged_files import FACE, INK, a_canvas, a_paragraph, content, flowed, opened, saved

from flows.document import fonts
from flows.document.inspection.content import read_content
from flows.document.tagged.canvas import Face, TaggedText
from flows.document.tagged.flow import measure
from flows.document.tagged.kerning import kerning
from flows.document.tagged.structure import Element, Structure

if TYPE_CHECKING:
    from collections.abc import Callable

FILES: Final = {
    face: Path(fontpkg_lato.ROOT) / "files" / name
    for face, name in {
        fonts.REGULAR: "Lato-Regular.ttf",
        fonts.BOLD: "Lato-Bold.ttf",
        fonts.ITALIC: "Lato-Italic.ttf",
        fonts.BOLD_ITALIC: "Lato-BoldItalic.ttf",
    }.items()
}
LETTERS: Final = (
    "ABCDEFGJKLMOPQRSTUVWXYZabcdefghjklmoprstuvwxyz.,:;()/-117\u2018\u2019\u201c\u201d\u2013ŴŵŶŷẀỳÉâ£§"
)


@cache
def _font(face: str) -> Any:
    return TTFont(FILES[face])


def _known(face: str) -> Callable[[str, str], int]:
    """Return what another library reads in the same table."""
    font = _font(face)
    [lookup, *_] = font["GPOS"].table.LookupList.Lookup
    names, tables = font.getBestCmap(), [each.ExtSubTable for each in lookup.SubTable]
    covered = [{name: at for at, name in enumerate(each.Coverage.glyphs)} for each in tables]

    def between(left: str, right: str) -> int:
        one, other = names[ord(left)], names[ord(right)]
        for table, places in zip(tables, covered, strict=True):
            if one not in places:
                continue
            if table.Format == 2:
                row = table.Class1Record[table.ClassDef1.classDefs.get(one, 0)]
                return int(row.Class2Record[table.ClassDef2.classDefs.get(other, 0)].Value1.XAdvance)
            pairs = table.PairSet[places[one]].PairValueRecord
            if found := [each for each in pairs if each.SecondGlyph == other]:
                return int(found[0].Value1.XAdvance)
        return 0

    return between


@pytest.mark.exhaustive
@pytest.mark.parametrize("face", sampled([*FILES]))
def test_pairs_are_read_as_another_library_reads_them(face: str) -> None:
    font, known = _font(face), _known(face)
    ours, names = kerning(font.reader["GPOS"]), font.getBestCmap()
    glyphs = {each: font.getGlyphID(names[ord(each)]) for each in LETTERS}
    found = {pair: ours(*map(glyphs.__getitem__, pair)) for pair in product(LETTERS, repeat=2)}

    assert found == {pair: known(*pair) for pair in found}
    assert sum(map(bool, found.values())) > 1000


def test_a_capital_draws_the_letter_after_it_closer() -> None:
    fonts.register()
    apart = sum(measure(each, FACE) for each in "To")

    assert measure("To", FACE) == pytest.approx(apart - 0.122 * FACE.size)


def test_a_space_is_kerned_with_nothing_so_that_ties_change_no_measure() -> None:
    fonts.register()

    assert measure("T y", FACE) == measure("T\u00a0y", FACE)
    assert measure("T y", FACE) == pytest.approx(sum(measure(each, FACE) for each in "T y"))


TEXTS: Final = st.text("AVATToWy.,Ŵŵ\u2019\u201d ()fi31\u0259\u03a9\u0394", min_size=1, max_size=30)


@settings(max_examples=60)
@given(text=TEXTS, face=st.sampled_from([*FILES]))
def test_a_text_is_drawn_as_wide_as_it_is_measured(text: str, face: str) -> None:
    """Letters of the first subset of the font and others beside each other, too."""
    drawn = _drawn(text, Face(face, 10, INK))
    end = drawn[-1].end[0]

    assert end - drawn[0].start[0] == pytest.approx(measure(text, Face(face, 10, INK)))
    assert "".join(run.text for run in drawn) == text


def _drawn(text: str, face: Face) -> list[Any]:
    structure = Structure()
    canvas = a_canvas(structure)
    line = TaggedText(canvas)
    line.move(10, 100)
    line.show(text, face, Element("P", structure.root).leaf())
    canvas.put(line)
    file = opened(saved(canvas))
    return read_content(file.pages[0], 1, {}).runs


CLOSE: Final = (
    "AVATAR. To Te Ty LTD. P., We. WAV \u201cTo\u201d Yo, r.y, F.A.Q. L\u2019A Ŵy Ty, Llŷn 7.1.1(1)(a)"
)


def test_what_is_searched_for_and_copied_stays_what_was_written(tmp_path: Path) -> None:
    structure = Structure()
    path = tmp_path / "close.pdf"
    path.write_bytes(flowed([a_paragraph(structure, f"{CLOSE} {CLOSE.lower()}")], structure))
    [code] = content(path.read_bytes())

    assert code.count("TJ") > 1
    assert " ".join(tool("pdftotext", path, "-").split()) == f"{CLOSE} {CLOSE.lower()}"
