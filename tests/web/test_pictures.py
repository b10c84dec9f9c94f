"""The pictures in docs/: one of every page of the desk, at both widths, that shows something."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from pictures import FOUNDING, PAGES, PLACE, SIZES
from PIL import Image
from sampling import spread

from flows.desk.web.routes import ROUTES

BY_THE_WAY: Final = {
    "/health",
    "/static/{name}",
    "/accessibility",
    "/retention",
}
"""What is no page, or has nothing to look at."""


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", spread([*PAGES, *FOUNDING], every=4))
def test_there_is_a_picture_of_the_page(name: str, width: int) -> None:
    with Image.open(PLACE / f"{name}-{width}.png") as picture:
        assert picture.size == (width, SIZES[width])
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 8


def test_no_page_is_shown_by_the_picture_of_another() -> None:
    of_phones = [(PLACE / f"{name}-360.png").read_bytes() for name in (*PAGES, *FOUNDING)]
    assert len({*of_phones}) == len(of_phones)


def test_every_page_of_the_bar_has_its_picture() -> None:
    shown = {path.partition("?")[0] for _, path in PAGES.values()}
    bar = {row.path for row in ROUTES if row.has_json and "{" not in row.path}
    assert bar - shown - BY_THE_WAY == set()


def test_the_page_about_the_desk_shows_them_all() -> None:
    page = (Path(PLACE).parent / "desk.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(desk/([a-z-]+)-1280\.png\)", page))
    assert linked == {*PAGES, *FOUNDING}
