"""desk: where people sign with a passkey, chosen by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from desk_builders import passes_audit

if TYPE_CHECKING:
    from desk_builders import Desk

ORIGIN: Final = "https://foi.example.gov.uk"


def test_without_a_choice_there_is_no_desk(untouched: Desk) -> None:
    assert untouched.done("desk", "show") == "There is no desk; no passkey can sign.\n"
    assert untouched.told("desk", "show")["desk"] == []


def test_a_desk_is_chosen_shown_and_removed(desk: Desk) -> None:
    assert desk.done("desk", "set", "--origin", ORIGIN, "--as", "administrator") == (
        "Passkeys sign there from now on. The policy is at version 7.\n"
    )
    assert desk.done("desk", "show") == (
        "Address                     RP id\nhttps://foi.example.gov.uk  foi.example.gov.uk\n"
    )
    assert desk.told("desk", "show") == {
        "policy": 7,
        "desk": [{"origin": ORIGIN, "rp-id": "foi.example.gov.uk"}],
    }
    assert desk.done("desk", "remove", "--as", "administrator") == (
        "No passkey can sign from now on. The policy is at version 8.\n"
    )
    assert desk.told("desk", "show")["desk"] == []
    assert passes_audit(desk.home)


def test_the_same_choice_again_records_nothing(desk: Desk) -> None:
    words = ("desk", "set", "--origin", ORIGIN, "--origin", "http://localhost:8000", "--as", "administrator")
    assert desk.told(*words) == {"policy": 7, "new": True}

    assert desk.done(*words) == "It is so already; nothing was recorded. The policy is at version 7.\n"
    assert desk.told(*words) == {"policy": 7, "new": False}


def test_only_an_administrator_chooses(desk: Desk) -> None:
    sentence = "foi-officer may not change where passkeys sign: that needs the role administrator."
    for words in (("set", "--origin", ORIGIN), ("remove",)):
        assert desk.refused("desk", *words, "--as", "foi-officer") == (1, sentence)


def test_an_address_of_no_desk_is_refused(desk: Desk) -> None:
    code, sentence = desk.refused(
        "desk", "set", "--origin", "https://foi.example.gov.uk/", "--as", "administrator"
    )

    assert code == 2
    assert sentence.startswith("origin: the desk's address up to the host and port is needed")
    code, sentence = desk.refused("desk", "set", "--as", "administrator")
    assert (code, sentence.startswith("Missing option '--origin'")) == (2, True)
