"""The page of rules has every rule that one might look for, or says why it is not there."""

from __future__ import annotations

from pages import ABSENT

from flows.domain.checks.ruleset import RULES

_LOOKED_FOR = {
    "X": 20,
    "F": 6,
    "H": 8,
    "N": 6,
    "B": 6,
    "S": 9,
    "P": 6,
    "G": 4,
}
"""How many rules each family has, those that are absent included."""


def test_every_rule_exists_under_its_id_or_its_absence_is_explained() -> None:
    ids = {f"{letter}{number:02}" for letter, many in _LOOKED_FOR.items() for number in range(1, many + 1)}

    assert {rule.id for rule in RULES} | ABSENT.keys() == ids
    assert {rule.id for rule in RULES} & ABSENT.keys() == set()
