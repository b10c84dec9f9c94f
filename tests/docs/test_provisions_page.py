"""The pages made from data are what their data says; the page of exemptions has all of them."""

from __future__ import annotations

import re

import pytest
from console_blocks import DOCS, ROOT
from pages import PAGES

from flows.domain.provisions import provisions

PAGE = (DOCS / "provisions.md").read_text(encoding="utf-8")
LAW = provisions()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_data_is_what_its_data_says(name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")

    assert written == PAGES[name](), "the data has changed: run `make pages`"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_data_says_so(name: str) -> None:
    assert "make pages" in (ROOT / name).read_text(encoding="utf-8")
    assert re.search(r"^pages: .*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_provision_limb_and_purpose_has_its_place_on_the_page() -> None:
    headings = re.findall(r"^### Section (\S+)$", PAGE, re.MULTILINE)
    rows = re.findall(r"^\| (\S+) \| ", PAGE, re.MULTILINE)

    assert headings == [provision.citation for provision in LAW.all]
    assert {limb for provision in LAW.all for limb in provision.limbs} <= set(rows)
    assert LAW.purposes.keys() <= set(rows)


def test_no_two_headings_can_be_taken_for_one_another() -> None:
    headings = [
        re.sub(r"[^a-z0-9]", "", heading.lower()) for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    ]

    assert len(headings) == len(set(headings))


def test_whatever_is_not_verified_is_said_to_be_so() -> None:
    notes = [each.unverified for each in LAW.all]
    notes += [*(each.unverified for each in LAW.regulators), LAW.review.unverified]
    notes += [each.unverified for each in LAW.clock.limits]
    unverified = [note for note in notes if note]

    unverified += [each.unverified for each in LAW.historical if each.unverified]

    assert PAGE.count("**Not verified.**") == len(unverified)
    assert all(each in PAGE for each in unverified)


def test_each_body_and_each_qualified_person_has_its_row() -> None:
    rows = re.findall(r"^\| ((?:23\(3\)|36\(5\))\(\w+\)) \| ", PAGE, re.MULTILINE)

    bodies, persons = LAW.security_bodies, LAW.qualified_persons
    assert rows == [*(each.paragraph for each in bodies), *(each.paragraph for each in persons)]
