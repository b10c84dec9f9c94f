"""The rules that were set at the founding, changed by the command line."""

from __future__ import annotations

import hashlib
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


def test_what_a_sign_in_attests_is_named_with_whose_account_and_taken_back(desk: Desk) -> None:
    words = ("policy", "attested", "submit", "draft", "--person", "foi-officer")
    assert "no single sign-on" in desk.refused(*words, *BY)[1]
    (desk.home.root / "secret").write_text("secret", encoding="utf-8")
    desk.home.sign_on.write_text(
        'issuer = "https://login.example"\nclient = "desk"\nsecret = "secret"\n[people]\nfoi-officer = "o-7"',
        encoding="utf-8",
    )

    assert "A sign-in may attest draft and submit from now on." in desk.done(*words, *BY)
    assert "It is so already" in desk.done(*words, *BY)
    *kinds, account, by = desk.told("policy", "show")["matters"]["Acts that a sign-in may attest, and whose"]
    assert (kinds, by) == (["draft", "submit"], "by https://login.example")
    register = desk.told("audit")["register"]
    asked = f"{register}\nhttps://login.example\no-7".encode()
    assert account == f"foi-officer: account {hashlib.sha256(asked).hexdigest()}"
    assert "names no account of legal-reviewer" in desk.refused(*words, "--person", "legal-reviewer", *BY)[1]
    assert "needed" in desk.refused("policy", "attested", "draft", *BY)[1]
    assert "is not one of" in desk.refused("policy", "attested", "approve", *BY)[1]
    assert "may not change what a sign-in attests" in desk.refused(*words, "--as", "foi-officer")[1]

    assert "A sign-in attests nothing from now on." in desk.done("policy", "attested", *BY)
    assert "Acts that" not in desk.done("policy", "show")
    assert desk.told("audit")["attested"] == []


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
