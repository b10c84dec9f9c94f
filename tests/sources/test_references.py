"""The next reference in an authority's pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.errors import MalformedError
from flows.sources.references import next_reference

PATTERN = "FOI-{year}-{number:04}"


@pytest.mark.parametrize(
    ("pattern", "taken", "following"),
    [
        (PATTERN, [], "FOI-2022-0001"),
        (PATTERN, ["FOI-2022-0001", "FOI-2022-0007", "1146A/22"], "FOI-2022-0008"),
        (PATTERN, ["FOI-2021-0009"], "FOI-2022-0001"),
        (PATTERN, ["foi-2022-0003"], "FOI-2022-0004"),
        (PATTERN, ["FOI-2022-9999"], "FOI-2022-10000"),
        ("{number}/{year}", ["12-2022"], "13/2022"),
        ("{number:3}A", ["041A"], None),
        ("R.{number}", ["Rx7"], "R.1"),
    ],
)
def test_the_next_is_one_past_the_highest(pattern: str, taken: list[str], following: str | None) -> None:
    if following is None:
        with pytest.raises(MalformedError):
            next_reference(pattern, 2022, taken)
    else:
        assert next_reference(pattern, 2022, taken) == following


@pytest.mark.parametrize(
    "pattern",
    [
        "", "FOI", "FOI-{year}", "{number}{number}", "{year}{year}{number}", "{}", "{0}", "{number",
        "{number!r}", "{number.real}", "{number:>4}", "{number:{year}}", "{year:02}{number}",
        "{other}{number}", "FOI {number}", "-{number}", "{number}/", "x" * 40 + "{number}",
    ],
)  # fmt: skip
def test_a_pattern_that_makes_no_references_is_malformed(pattern: str) -> None:
    with pytest.raises(MalformedError, match="the pattern of references"):
        next_reference(pattern, 2022, [])


@given(st.lists(st.integers(1, 9_999), max_size=20))
def test_the_next_is_never_taken(numbers: list[int]) -> None:
    taken = [PATTERN.format(year=2022, number=number) for number in numbers]

    assert next_reference(PATTERN, 2022, taken) not in taken
