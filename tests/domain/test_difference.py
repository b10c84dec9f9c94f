"""What changed from one text to another, by section and by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.difference import Change, Difference, differences

TEXT = """# Test

The harm is real.

## Harm

One two three four five six seven.

It would be felt at once.
"""
SAME, REMOVED, ADDED = Change


def told(before: str, after: str) -> list[tuple[str, list[tuple[Change, str]]]]:
    found = differences(before, after)
    return [(each.section, [(words.change, words.text) for words in each.words]) for each in found]


@pytest.mark.parametrize(
    ("old", "new", "section", "words"),
    [
        ("real", "slight", "Test", [(SAME, "The harm is"), (REMOVED, "real."), (ADDED, "slight.")]),
        ("three ", "", "Harm", [(SAME, "One two"), (REMOVED, "three"), (SAME, "four five six seven.")]),
        ("It would be felt at once.\n", "", "Harm", [(REMOVED, "It would be felt at once.")]),
        ("\nOne", "\nAt first.\n\nOne", "Harm", [(ADDED, "At first.")]),
        (
            "two three four",
            "2 three 4",
            "Harm",
            [
                *[(SAME, "One"), (REMOVED, "two three four"), (ADDED, "2 three 4")],
                (SAME, "five six seven."),
            ],
        ),
    ],
    ids=[
        "a word",
        "a word that went",
        "a paragraph that went",
        "a paragraph that came",
        "a word that stayed between two that did not",
    ],
)
def test_what_changed_is_told_by_word_under_its_heading(
    old: str, new: str, section: str, words: list[tuple[Change, str]]
) -> None:
    assert told(TEXT, TEXT.replace(old, new, 1)) == [(section, words)]


def test_the_same_text_has_no_differences() -> None:
    assert told(TEXT, TEXT) == []


def test_what_stands_before_the_first_heading_has_no_section() -> None:
    assert told("One.\n", "Two.\n") == [("", [(REMOVED, "One."), (ADDED, "Two.")])]


paragraphs = st.lists(st.sampled_from("abcd#"), min_size=1, max_size=8).map(" ".join)
texts = st.lists(paragraphs, max_size=6).map("\n\n".join)


def words_of(found: list[Difference], kind: Change) -> list[str]:
    """Return every word of a kind."""
    return " ".join(part.text for each in found for part in each.words if part.change is kind).split()


@given(before=texts, after=texts)
def test_no_word_is_told_that_was_not_there_and_each_that_changed_is_told(before: str, after: str) -> None:
    found = [*differences(before, after)]
    gone, come = words_of(found, REMOVED), words_of(found, ADDED)

    rest = sorted(before.split())
    for word in gone:
        rest.remove(word)
    assert sorted([*rest, *come]) == sorted(after.split())
    assert (found == []) == (before.strip("\n") == after.strip("\n"))
