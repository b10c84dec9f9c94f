"""What the tests of the sources room share."""

from __future__ import annotations

import pytest

from flows.sources.parse import TextRules


def _nothing(_: str) -> list[str]:
    return []


@pytest.fixture
def rules() -> TextRules:
    return TextRules(plain=_nothing, prose=_nothing)
