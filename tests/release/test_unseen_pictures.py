"""What a picture keeps and nobody sees: colours under what is transparent, bytes between its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unseen_pictures import CLEAN, CLEAN_TIFF, HIDDEN, HIDDEN_IN_TIFF

from flows.release.kinds import look

if TYPE_CHECKING:
    from collections.abc import Callable


def told(name: str, make: Callable[[], bytes]) -> set[str]:
    return {finding.code for finding in look(name, make(), frozenset())}


@pytest.mark.parametrize("name", HIDDEN)
def test_colours_that_are_transparent_are_stopped(name: str) -> None:
    assert told(name, HIDDEN[name]) == {"HIDDEN_CROPPED"}


@pytest.mark.parametrize("name", HIDDEN_IN_TIFF)
def test_bytes_between_the_parts_of_a_tiff_are_stopped(name: str) -> None:
    assert told(name, HIDDEN_IN_TIFF[name]) == {"HIDDEN_OUTSIDE"}


@pytest.mark.parametrize("name", [*CLEAN, *CLEAN_TIFF])
def test_a_picture_that_keeps_nothing_unseen_passes(name: str) -> None:
    assert told(name, {**CLEAN, **CLEAN_TIFF}[name]) == set()
