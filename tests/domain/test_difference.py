"""What changed from one text to another, by section and by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.difference import Change, Difference, Fate, differences, passages

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


_PARTS = [
    "One two three four five.",
    "## Harm",
    "Six seven eight nine.",
    "1. Ten eleven.",
    "## Balance",
    "Ten.",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=8), st.lists(st.sampled_from(_PARTS), max_size=8))
def test_passages_have_every_word_of_the_new_text_in_order_and_lose_none_of_the_old(
    old: list[str], new: list[str]
) -> None:
    found = [*passages("\n\n".join(old), "\n\n".join(new))]
    after = [each.words for each in found if each.fate is not Fate.MOVED_AWAY]
    kept = [
        word for words in after for each in words if each.change is not REMOVED for word in each.text.split()
    ]
    assert kept == " ".join(new).split()
    was = [
        word
        for each in found
        if each.fate is not Fate.MOVED_HERE
        for words in each.words
        if words.change is not ADDED
        for word in words.text.split()
    ]
    assert sorted(was) == sorted(" ".join(old).split())


def test_a_paragraph_in_another_place_has_moved_whatever_its_number() -> None:
    old = "## Harm\n\n1. It would be felt.\n\n2. It is real.\n\n## Balance\n\n3. It weighs more."
    new = "## Harm\n\n1. It is real.\n\n## Balance\n\n2. It weighs more.\n\n3. It would be felt."
    told = [
        (each.section, each.fate, each.other) for each in passages(old, new) if each.fate is not Fate.SAME
    ]
    assert told == [("Harm", Fate.MOVED_AWAY, "Balance"), ("Balance", Fate.MOVED_HERE, "Harm")]


def test_unchanged_paragraphs_are_told_by_section() -> None:
    found = [*passages(TEXT, TEXT.replace("at once", "soon"))]
    assert [(each.section, each.fate) for each in found] == [
        ("Test", Fate.SAME),
        ("Harm", Fate.SAME),
        ("Harm", Fate.CHANGED),
    ]
