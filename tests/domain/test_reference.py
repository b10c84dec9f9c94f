"""References: what one may be, and what two have in common that count as the same."""

from __future__ import annotations

import pytest

from flows.domain.errors import MalformedError
from flows.domain.reference import identity, parse_new_reference, parse_reference


@pytest.mark.parametrize("text", ["1146A/22", "FOI-2026-0173", "4593_26", "a", "policy-1", "1146A/22.a"])
def test_a_reference_is_returned_as_it_is(text: str) -> None:
    assert parse_reference(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-1", "/1", "a b", "a\n", "é", "a" * 41, "a..b", "a//b", "a/", "a."),
        *("policy", "Policy", "1146A/22-response", "1146A/22/Response"),
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="a reference has up to 40"):
        parse_reference(text)


def test_no_new_reference_ends_as_a_letter_does() -> None:
    with pytest.raises(MalformedError, match="no reference ends in -fees"):
        parse_new_reference("1146A/22-fees")


def test_how_a_reference_is_spelt_makes_no_other_case() -> None:
    assert identity("1146A/22") == identity("1146a-22")
