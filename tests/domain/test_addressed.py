"""Which authority a request is addressed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.domain.addressed import own_name


@pytest.mark.parametrize(
    ("authority", "addressed"),
    [
        ("Northshire Police", "the northshire  POLICE"),
        ("Northshire Police", "North-shire Police."),
        ("Council of the Isles", "Isles"),
        ("London Borough of Wenlock", "The Council of the London Borough of Wenlock"),
        ("Marsh & Moor Council", "Marsh and Moor Council"),
        ("Heddlu Dyffryn-yr-\u0174yn", "heddlu dyffryn yr W\u0302yn"),
        ("Department for Rivers", "Department\u00a0for Rivers"),
    ],
)
def test_one_authority_is_written_in_several_ways(authority: str, addressed: str) -> None:
    assert own_name(authority, addressed) == authority
    assert own_name(f"Another Council; {authority}", addressed) == authority


@pytest.mark.parametrize(
    "addressed",
    ["Southshire Police", "Northshire", "Northshire Council", "Northshire Police Federation", "", "The"],
)
def test_another_authority_is_told(addressed: str) -> None:
    assert own_name("Northshire Police", addressed) is None


def judged_wrongly(name: str) -> list[tuple[str, str]]:
    """Return what a file has wrong: a line with @ is an authority, + its own, - another's request."""
    wrong, authority = [], ""
    lines = Path(__file__).with_name("addressing").joinpath(f"{name}.txt").read_text("utf-8").splitlines()
    for line in lines:
        sign, text = line[0], line[2:].replace("\\n", "\n")
        if sign == "@":
            authority = text
        elif (own_name(authority, text) is not None) != (sign == "+"):
            wrong.append((authority, text))
    return wrong


def test_who_holds_an_office_in_an_authority_is_told_from_another_authority() -> None:
    assert judged_wrongly("first") == []


def test_of_the_addresses_that_were_kept_aside_none_is_misjudged() -> None:
    assert judged_wrongly("kept") + judged_wrongly("third") == []


def test_of_a_second_set_one_office_that_is_joined_to_another_counts_as_another_authority() -> None:
    assert judged_wrongly("second") == [
        ("Ministry of Justice", "Secretary of State for Justice and Lord Chancellor")
    ]


def test_what_is_too_long_for_a_name_is_not_taken_apart() -> None:
    assert own_name("Wenlock Town Council", "Town Clerk, " * 20_000 + "Wenlock Town Council") is None
