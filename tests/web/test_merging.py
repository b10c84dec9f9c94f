"""Two texts that were begun from the same one, and one text of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from flows.desk.web.merging import Side, apart, joined, paragraphs_apart, paragraphs_joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.desk.web.merging import Apart

BEFORE: Final[Any] = {"a": "one", "list": ["x", "y"], "parts": [{"harm": "h\n", "outcome": "withhold"}]}
MINE, THEIRS = Side.MINE, Side.THEIRS
CHANGES: Final[dict[str, tuple[Any, Any, list[tuple[str, Side | None]]]]] = {
    "only mine": ({"a": "two"}, {}, [("a", MINE)]),
    "only theirs": ({}, {"a": "two"}, [("a", THEIRS)]),
    "both, each another": ({"a": "two"}, {"a": "three"}, [("a", None)]),
    "both the same": ({"a": "two"}, {"a": "two"}, []),
    "different places": ({"a": "two"}, {"list": ["x", "z"]}, [("a", MINE), ("list[1]", THEIRS)]),
    "a list of another length": ({"list": ["x"]}, {}, [("list", MINE)]),
    "a key more, and one less": ({"new": "n"}, {"a": None}, [("new", MINE), ("a", THEIRS)]),
    "deep inside": ({"parts": [{"harm": "H\n", "outcome": "withhold"}]}, {}, [("parts[0].harm", MINE)]),
}


def _with(changes: dict[str, Any]) -> Any:
    return {key: value for key, value in {**BEFORE, **changes}.items() if value is not None}


@pytest.mark.parametrize("what", CHANGES)
def test_each_place_is_told_with_whose_words_are_proposed(what: str) -> None:
    mine, theirs, expected = CHANGES[what]
    found = apart(BEFORE, _with(mine), _with(theirs))
    assert sorted((each.place, each.proposed) for each in found) == sorted(expected, key=lambda each: each[0])


@pytest.mark.parametrize("what", CHANGES)
def test_either_text_can_be_had_whole(what: str) -> None:
    mine, theirs = map(_with, CHANGES[what][:2])
    for side, text in ((MINE, mine), (THEIRS, theirs)):
        chosen = _all(apart(BEFORE, mine, theirs), side)
        assert joined(BEFORE, mine, theirs, chosen) == text


def test_what_was_begun_from_need_not_be_known() -> None:
    assert [each.proposed for each in apart(None, {"a": "1", "b": "2"}, {"a": "3", "b": "2"})] == [None]


def test_a_letter_is_made_one_paragraph_by_paragraph() -> None:
    before, mine, theirs = "A.\n\nB.\n\nC.\n", "A.\n\nB mine.\n\nC.\n\nD.\n", "A theirs.\n\nB.\n\nC.\n"
    found = paragraphs_apart(before, mine, theirs)
    for side, text in ((MINE, mine), (THEIRS, theirs)):
        assert paragraphs_joined(mine, theirs, _all(found, side)) == text
    added = paragraphs_apart("A.\n", "A.\n\nB.\n", "A.\n")
    assert [(each.mine, each.theirs, each.proposed) for each in added] == [("B.", "", MINE)]


def _all(found: Iterable[Apart], side: Side) -> dict[str, Side]:
    return {each.place: side for each in found}
