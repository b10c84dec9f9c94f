"""What an authority writes to say how its papers look."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sample_papers import a_crest
from spoilt_pictures import spoilt_pngs

from flows.document.crest import crest_faults, redrawn
from flows.document.theme_file import read_theme, write_theme
from flows.domain.errors import MalformedError
from flows.domain.theme import HOUSE_STYLE, Crest, Theme

if TYPE_CHECKING:
    from pathlib import Path


def a_png(width: int = 120, height: int = 120, mode: str = "RGBA", form: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, form)
    return file.getvalue()


def theme_in(folder: Path, text: str, crest: bytes | None = None) -> Theme:
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    if crest is not None:
        (folder / "crest.png").write_bytes(crest)
    return read_theme(folder / "theme.toml")


def faults(folder: Path, text: str, crest: bytes | None = None) -> dict[str, str]:
    with pytest.raises(MalformedError) as raised:
        theme_in(folder, text, crest)
    return {fault.path: fault.problem for fault in raised.value.faults}


CREST = '[crest]\nfile = "crest.png"\nwords = "Crest of Sample Council"\n'


def test_what_is_left_out_is_the_house_style(tmp_path: Path) -> None:
    assert theme_in(tmp_path, "") == HOUSE_STYLE
    assert theme_in(tmp_path, 'accent = "#004D40"\n') == replace(HOUSE_STYLE, accent="#004d40")


@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_how_an_editor_saved_it_is_no_part_of_it(ends: str, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_bytes(f"\ufeffsize = 14{ends}[marking]{ends}".encode())

    assert read_theme(tmp_path / "theme.toml") == replace(HOUSE_STYLE, size=14)


def test_of_a_picture_its_pixels_alone_are_taken(tmp_path: Path) -> None:
    noted, plain = io.BytesIO(), io.BytesIO()
    image = Image.new("RGB", (120, 120), "#004d40")
    text = PngInfo()
    text.add_text("Author", "somebody")
    image.save(noted, "PNG", pnginfo=text, save_all=True, append_images=[Image.new("RGB", (120, 120), "red")])
    image.save(plain, "PNG", optimize=True)

    theme = theme_in(tmp_path, CREST, noted.getvalue() + b"more")

    assert theme.crest
    assert theme.crest.image == plain.getvalue()


def test_a_theme_is_read_as_it_is_written(tmp_path: Path) -> None:
    crest = a_crest(image=redrawn(a_crest().image))
    theme = Theme(
        accent="#004d40",
        size=16,
        draft_marking='A "B" \\ Ŵ',
        published_marking="C",
        crest=crest,
        signatory="the Head of “B”",
    )

    assert theme_in(tmp_path, write_theme(theme), crest.image) == theme


@given(st.text(st.characters(codec="latin-1", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40))
def test_whatever_the_marking_it_is_written_so_that_it_reads_back(marking: str) -> None:
    import tomllib  # noqa: PLC0415 - for this alone

    written = write_theme(replace(HOUSE_STYLE, draft_marking=marking))

    assert tomllib.loads(written)["marking"]["drafts"] == marking


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("accent = 1", "accent", "text is needed"),
        ("size = 12.5", "size", "a whole number is needed"),
        ("size = true", "size", "a whole number is needed"),
        ("colour = 1", "colour", "is unknown; known are accent, size"),
        ("[marking]\nletters = 'x'", "marking.letters", "is unknown"),
        ("marking = 'x'", "marking", "is unknown"),
        ("[crest]\nfile = 'crest.png'", "crest.words", "is needed with a crest"),
        ("[crest]\nheight = 18", "crest.file", "is needed with a crest"),
        ("accent = '#777777'", "accent", "contrast on white is 4.5 to 1, and 7 is needed"),
        ("[marking]\ndrafts = '\u6587'", "marking.drafts", "U+6587"),
        ("accent = ", "", "not TOML"),
        ("[crest]\nfile = 'none.png'\nwords = 'x'", "crest.file", "cannot be read"),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_would_be_right(
    text: str, path: str, words: str, tmp_path: Path
) -> None:
    assert words in faults(tmp_path, text)[path]


def test_a_theme_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MalformedError, match=r"none\.toml: it cannot be read"):
        read_theme(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("crest", "words"),
    [
        (b"", "a PNG is needed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a PNG is needed"),
        (a_png()[:-30], "a PNG is needed"),
        (a_png(form="GIF", mode="L"), "a PNG is needed"),
        (a_png(mode="I;16"), "8 bits of grey or colour"),
        (a_png(2001, 120), "at most 2000 each way"),
        (a_png(20, 20), "20 pixels from top to bottom; 107 are needed to be 18 mm high"),
        (a_png(1200, 120), "180 mm wide, and 70 is the most"),
        (a_png() + bytes(300_000), "larger than 262144 bytes"),
    ],
    ids=["empty", "noise", "cut off", "a GIF", "16 bits", "too fine", "too coarse", "too wide", "too large"],
)
def test_a_picture_that_will_not_do_is_refused(crest: bytes, words: str, tmp_path: Path) -> None:
    assert words in faults(tmp_path, CREST, crest)["crest.file"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_picture_of_any_usual_kind_will_do(mode: str, tmp_path: Path) -> None:
    assert theme_in(tmp_path, CREST, a_png(mode=mode)).crest is not None


@pytest.mark.parametrize("mode", ["RGBA", "P", "L"])
def test_a_picture_with_a_part_that_is_damaged_is_whole_or_refused_in_our_words(mode: str) -> None:
    refused = set()
    for spoilt in spoilt_pngs(a_png(mode=mode)):
        image = redrawn(spoilt)
        refused |= {*crest_faults(Crest(image=image, words="Arms", height=18))}
    assert refused == {"cannot be read; a PNG is needed"}
