"""The desk in Welsh: by its catalogue, which has every text of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from catalogue import PLACE, brought_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from web_builders import Person


def test_the_catalogue_has_every_text_of_the_pages_and_no_other() -> None:
    text = PLACE.read_bytes()
    assert brought_up(text) == text, "python -m tests.web.catalogue brings it up"


def test_a_reader_chooses_welsh_and_keeps_it(person: Callable[..., Person]) -> None:
    reader = person("legal-reviewer")
    reader.presses("Cymraeg")
    assert reader.heading == "Yn aros"
    assert reader.page.locator("html").get_attribute("lang") == "cy"
    assert "6 Rhag" in reader.words  # a day of December
    reader.goes("/me")
    assert "Lle'r ydych wedi mewngofnodi" in reader.words
    reader.presses("English")
    assert "Where you are signed in" in reader.words


def test_a_sign_for_a_hundredth_is_written_once_in_either_language(at: str) -> None:
    for language in ("en", "cy"):
        page = httpx.get(f"{at}/accessibility", cookies={"language": language}).text
        assert ("200 %" in page, "%%" in page) == (True, False)


def test_what_the_catalogue_lacks_is_there_in_english(at: str) -> None:
    page = httpx.get(f"{at}/accessibility", cookies={"language": "cy"})
    assert page.status_code == 200
    assert '<html lang="cy">' in page.text
    assert "Hygyrchedd" in page.text
