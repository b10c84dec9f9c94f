"""Numbers in words, as a sentence has them."""

from __future__ import annotations

import pytest

from flows.domain.english import listing, spans


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1], "1"),
        ([1, 2], "1 and 2"),
        ([1, 2, 3], "1 to 3"),
        ([1, 2, 4], "1, 2 and 4"),
        ([1, 2, 3, 5, 7, 8, 9, 10], "1 to 3, 5 and 7 to 10"),
        ([*range(1, 13)], "1 to 12"),
    ],
)
def test_numbers_in_a_row_are_told_by_the_first_and_the_last(numbers: list[int], words: str) -> None:
    assert listing(spans(numbers)) == words
