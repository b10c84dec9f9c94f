"""A paper in an authority's own look: what changes by it, and what never does."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sample_papers import DAY, LAW, a_crest, a_record, a_request, a_withheld_part, an_assessment, pages

from flows.document import crest as crests
from flows.document import publication
from flows.document.blocks import parse_document
from flows.document.html import render_html
from flows.document.imprint import Imprint
from flows.document.inspection import inspect
from flows.document.pdf import render_pdf
from flows.document.publication import Comparison, check, paper_blocks, publish, render
from flows.document.text import write_document
from flows.domain.errors import UnfitPaperError
from flows.domain.theme import HOUSE_STYLE, SIZES, Theme

if TYPE_CHECKING:
    from pathlib import Path

THEME = Theme(accent="#004d40", size=14, published_marking="PUBLIC RECORD", crest=a_crest())
DOCUMENT = write_document(a_request(), an_assessment(a_withheld_part()), LAW, on=DAY)


def rendered(theme: Theme, *, draft: bool = False) -> bytes:
    imprint = Imprint(
        title="Public interest test: 1146A/22",
        authority="West Midlands Police",
        reference="1146A/22",
        version=1,
        draft=draft,
        theme=theme,
    )
    return render_pdf(parse_document(DOCUMENT), imprint, dated=a_record().published)


def page(theme: Theme, **changes: Any) -> str:
    facts: dict[str, Any] = {
        "title": "Public interest test: 1146A/22",
        "authority": "West Midlands Police",
        "reference": "1146A/22",
        "version": 1,
    }
    return render_html(parse_document(DOCUMENT), Imprint(theme=theme, **facts | changes))


@pytest.mark.parametrize(
    "theme",
    [THEME, replace(THEME, size=SIZES[-1]), replace(THEME, crest=a_crest(height=40)), HOUSE_STYLE],
    ids=["a theme", "large print", "a tall crest", "the house style"],
)
def test_a_paper_in_any_look_is_one_that_everyone_can_read(theme: Theme) -> None:
    pictures = [theme.crest.words] if theme.crest else []

    for draft in (False, True):
        pdf = rendered(theme, draft=draft)
        assert inspect(pdf, parse_document(DOCUMENT), pictures=pictures) == ()


def test_a_published_paper_says_so_in_its_own_look_and_the_audit_makes_it_again() -> None:
    made = publish(DOCUMENT, a_record(), THEME)

    again = check(DOCUMENT, a_record(), made.manifest, made.pdf, THEME)
    other = check(DOCUMENT, a_record(), made.manifest, made.pdf, replace(THEME, accent="#004d41"))

    assert (again.comparison, other.comparison) == (Comparison.SAME, Comparison.DIFFERS)


@pytest.mark.parametrize(
    "pictures",
    [[], ["Crest of another council"], ["Crest of Sample Council"] * 2],
    ids=["none", "other", "two"],
)
def test_a_crest_that_is_not_the_one_expected_is_found(pictures: list[str]) -> None:
    [found] = inspect(rendered(THEME), parse_document(DOCUMENT), pictures=pictures)

    assert (found.code, found.place) == ("PDF_FIGURE", "before the text")


def test_a_crest_that_got_lost_stops_publication(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = render(DOCUMENT, a_record(), replace(THEME, crest=None)).pdf
    monkeypatch.setattr(publication, "render_pdf", lambda *_, **__: bare)

    with pytest.raises(UnfitPaperError, match="PDF_FIGURE"):
        publish(DOCUMENT, a_record(), THEME)


def test_the_crest_is_printed_once_and_stands_before_the_title(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(rendered(THEME))
    listed = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True, text=True).stdout
    told = subprocess.run(
        ["pdfinfo", "-struct", path], check=True, capture_output=True, text=True
    ).stdout.split()

    assert len(listed.splitlines()) == 3  # two lines of heading, one picture
    assert told[:2] == ["Document", "Figure:"]


def test_a_clear_crest_is_printed_on_white_without_transparency() -> None:
    pdf = rendered(THEME)
    picture = crests._rgb(a_crest().image)

    assert b"/SMask" not in pdf
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    assert picture.getpixel((100, 100)) == (0, 77, 64)


def test_another_crest_makes_another_document() -> None:
    def identifiers(theme: Theme) -> list[bytes]:
        found = re.search(rb"/ID\s*\[<(\w+)><(\w+)>\]", rendered(theme))
        assert found
        return [*found.groups()]

    one = identifiers(THEME)
    other = identifiers(replace(THEME, crest=a_crest(words="Coat of arms")))
    turned = Image.open(io.BytesIO(a_crest().image)).rotate(180)
    file = io.BytesIO()
    turned.save(file, "PNG")
    third = identifiers(replace(THEME, crest=a_crest(image=file.getvalue())))

    assert one[0] == other[0] == third[0]
    assert len({one[1], other[1], third[1]}) == 3


def test_a_published_paper_bears_a_marking_only_where_the_theme_says_so(tmp_path: Path) -> None:
    marked = pages(rendered(THEME), tmp_path)
    drafts = pages(rendered(THEME, draft=True), tmp_path)

    assert all(each.count("PUBLIC RECORD") == 2 for each in marked)
    assert not any("DRAFT" in each or "SENSITIVE" in each for each in marked)
    assert all(each.count("OFFICIAL-SENSITIVE") == 2 == each.count("DRAFT") for each in drafts)
    assert not any("OFFICIAL" in each for each in pages(rendered(HOUSE_STYLE), tmp_path))


def test_the_marking_of_drafts_is_the_themes(tmp_path: Path) -> None:
    own = replace(THEME, draft_marking="RESTRICTED")

    assert all(each.count("RESTRICTED") == 2 for each in pages(rendered(own, draft=True), tmp_path))
    assert "RESTRICTED" in page(own, draft=True)
    assert "SENSITIVE" not in page(own, draft=True)


def test_larger_print_takes_more_pages(tmp_path: Path) -> None:
    assert len(pages(rendered(replace(THEME, size=18)), tmp_path)) > len(pages(rendered(THEME), tmp_path))


def test_the_page_bears_colour_crest_and_marking_and_fetches_nothing() -> None:
    written = page(THEME)

    assert "--accent: #004d40" in written
    assert 'alt="Crest of Sample Council"' in written
    assert 'src="data:image/png;base64,' in written
    assert "PUBLIC RECORD" in written
    assert "DRAFT" not in written
    assert "<img" not in page(HOUSE_STYLE)


@pytest.mark.parametrize(
    "authority",
    [
        "A",
        "Heddlu Dyffryn-yr-Ŵyn & Partners, (North)",
        " / ".join(["Comisiynydd Heddlu a Throseddu De-ddwyrain Cymru"] * 3),
        "Heddlu " * 40,
        "W" * 90,
    ],
    ids=["short", "signs", "in two languages", "long", "one word"],
)
@pytest.mark.parametrize("theme", [HOUSE_STYLE, replace(THEME, size=18)], ids=["the house style", "large"])
def test_a_paper_of_an_authority_of_any_name_is_published(authority: str, theme: Theme) -> None:
    reference = "FOI/2026/0173-ABCDEFGHIJKLMNOPQRSTUVWXYZ"

    made = publish(DOCUMENT, a_record(authority=authority.strip(), reference=reference), theme)

    assert made.pdf.startswith(b"%PDF-")


def test_a_name_in_two_languages_is_printed_whole(tmp_path: Path) -> None:
    name = "Cyngor Sir Gogledd Enghraifft a Chyffiniau / Northshire and District County Council"
    first = " ".join(pages(publish(DOCUMENT, a_record(authority=name)).pdf, tmp_path)[0].split())

    assert first.startswith(name)


def test_a_long_name_beside_a_crest_is_set_smaller_before_its_end_is_left_out(tmp_path: Path) -> None:
    name = "Heddlu Dyffryn-yr-Ŵyn a Swyddfa Comisiynydd yr Heddlu a Throseddu Gogledd Cymru"
    record = a_record(authority=name)
    made = render("# A\n\nb\n", record, Theme(size=18, crest=a_crest()))

    first, *_ = pages(made.pdf, tmp_path)
    assert name in " ".join(first.split())
    assert inspect(made.pdf, paper_blocks("# A\n\nb\n", record), pictures=[a_crest().words]) == ()
