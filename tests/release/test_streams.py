"""What the bytes of a PDF have beside what programs show: after streams, below pictures, in comments."""

from __future__ import annotations

import pytest
from streams import BETWEEN, CLEAN, HIDDEN, INNOCENT

from flows.release.kinds import look


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in look("a.pdf", data, frozenset())}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_follows_what_is_packed_or_shown_is_stopped(name: str) -> None:
    assert codes(HIDDEN[name]()) == {"HIDDEN_CROPPED" if name.startswith("rows") else "HIDDEN_OUTSIDE"}


@pytest.mark.parametrize("name", BETWEEN)
def test_comments_and_words_around_streams_are_stopped(name: str) -> None:
    make, code = BETWEEN[name]

    assert code in codes(make())


@pytest.mark.parametrize("name", [*CLEAN, *INNOCENT])
def test_a_pdf_with_nothing_beside_what_it_shows_passes(name: str) -> None:
    assert codes({**CLEAN, **INNOCENT}[name]()) == set()
