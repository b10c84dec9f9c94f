"""Which authority a request is addressed to."""

from __future__ import annotations

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
