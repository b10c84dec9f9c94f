"""Who is found by which words."""

from __future__ import annotations

import pytest

from flows.sources.applicant import applicant
from flows.sources.lookup import kept_of, sought_by

PUBLIC = {"name": "Ms Joanna Mary Public", "email": "Jo.Public@example.org", "telephone": "07700 900123"}


def found_by(words: str, **fields: str) -> bool:
    return bool(kept_of(applicant(**{**PUBLIC, **fields})) & sought_by(words))


@pytest.mark.parametrize(
    "words",
    [
        "Joanna Public",
        "joanna PUBLIC",
        "Public, Joanna",
        "Mrs J. Public",
        "J M Public",
        "Public",
        "Joanna M. Public",
        "jo.public@EXAMPLE.org",
        "+44 7700 900123",
        "(07700) 900 123",
    ],
)
def test_an_applicant_is_found_by_what_names_or_reaches_them(words: str) -> None:
    assert found_by(words)


@pytest.mark.parametrize(
    "words",
    [
        "Joan Public",
        "Joanna",
        "John Public",
        "K Public",
        "Publican",
        "Joanna Smith",
        "jo@example.org",
        "07700 900124",
    ],
)
def test_nobody_else_is(words: str) -> None:
    assert not found_by(words)


def test_whoever_gave_an_initial_may_be_meant_by_a_name_in_full() -> None:
    assert found_by("Joanna Public", name="J Public")
    assert not found_by("Karen Public", name="J Public")


@pytest.mark.parametrize("words", ["wenlock town news", "The Wenlock Town News Ltd", "Wenlock Town News"])
def test_a_body_is_found_by_its_name(words: str) -> None:
    assert found_by(words, name="Wenlock Town News")


@pytest.mark.parametrize("words", ["", "  ", "?", "anonymous", "not given"])
def test_what_names_nobody_finds_nobody(words: str) -> None:
    assert not sought_by(words)


def test_whoever_gave_no_name_is_found_by_nothing() -> None:
    assert kept_of(applicant("not given")) == frozenset()
