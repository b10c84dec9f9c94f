"""Findings as a submission records them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.domain.finding import Finding, Severity
from flows.domain.noted import Noted, note, read_noted

_CODES = st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True)
_PLACES = st.from_regex(r"[a-z0-9.\[\]-]{0,20}", fullmatch=True)


def a_finding(code: str, severity: Severity, place: str = "parts[0]") -> Finding:
    return Finding(code=code, severity=severity, place=place, sentence="So.", mend="Mend it.")


@given(st.lists(st.builds(a_finding, _CODES, st.sampled_from(Severity), _PLACES)))
def test_what_is_noted_is_read_again(findings: list[Finding]) -> None:
    expected = {
        Noted(code=one.code, severity=one.severity, place=one.place)
        for one in findings
        if one.severity is not Severity.INFO
    }

    assert set(read_noted(note(findings))) == expected


def test_each_is_noted_once_in_order_and_mere_information_is_not() -> None:
    findings = [
        a_finding("X06", Severity.BLOCK),
        a_finding("N01", Severity.WARN, ""),
        a_finding("X06", Severity.BLOCK),
        a_finding("B05", Severity.INFO),
    ]

    assert note(findings) == "N01 warn\nX06 block parts[0]"


@pytest.mark.parametrize(
    "text",
    [
        "X06 block parts[0]\nN01 warn",
        "N01 warn\nN01 warn",
        "N01 warn\n",
        "\n",
        "N01",
        "N01 info",
        "N01 loud parts[0]",
        "n01 warn parts[0]",
        "N01 warn the place",
        "N01 warn Parts",
        "N01 warn ",
    ],
)
def test_what_note_would_not_write_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a finding has|not in order"):
        read_noted(text)
