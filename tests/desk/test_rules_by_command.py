"""The rules that were set at the founding, changed by the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_builders import passes_audit

if TYPE_CHECKING:
    from desk_builders import Desk

BY = ("--as", "administrator")


def test_each_is_changed_shown_and_not_recorded_twice(desk: Desk) -> None:
    changes = {
        ("approvals", "cost", "full"): ("Approvals", "refusal on cost: legal review, then sign-off"),
        ("pattern", "IG/{number:03}"): ("Pattern of references", "IG/{number:03}"),
        ("reminders", "9"): ("Working days before the day at which people are reminded", "9"),
        ("authority", "Northshire Council"): ("Authority", "Northshire Council"),
    }
    for words, (matter, line) in changes.items():
        assert "The policy is at version" in desk.done("policy", *words, *BY)
        assert line in desk.told("policy", "show")["matters"][matter]
        assert "It is so already; nothing was recorded." in desk.done("policy", *words, *BY)
    assert "Northshire Council" in desk.done("policy", "show")
    assert passes_audit(desk.home)


def test_the_next_version_that_is_submitted_needs_the_other_approvals(desk: Desk) -> None:
    desk.done("policy", "approvals", "test", "two-person", *BY)

    desk.submit()

    assert desk.stage() == "balancing"
    desk.done("policy", "approvals", "test", "full", *BY)
    desk.approve("balancing", "sign-off-officer")
    assert desk.stage() == "publication"
    assert passes_audit(desk.home)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("approvals", "test", "one-person"), "one person is too few"),
        (("approvals", "letter", "full"), "is not one of"),
        (("pattern", "FOI-{year}"), "{number} once, {year} at most once"),
        (("pattern", "FOI {number}"), "a reference has up to 40 letters"),
        (("pattern", ".{number}"), "a reference has up to 40 letters"),
        (("reminders", "61"), "0<=x<=60"),
        (("authority", " "), "a name of 1 to 200 characters"),
        (("authority", "Council\x1b[2J"), "U+001B"),
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, words: tuple[str, ...], sentence: str) -> None:
    code, said = desk.refused("policy", *words, *BY)

    assert (code in {1, 2}, sentence in said) == (True, True), said
