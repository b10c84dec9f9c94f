"""The rules that read prose, measured on sentences that were held back (``-s`` prints the matrix)."""

from __future__ import annotations

import pytest
from measured_figures import BEFORE, MEASURED, NOW, Figures
from measuring import PUT, halves, measure, noticed, rules

from flows.domain.finding import Severity

_PRECISION, _RECALL = 0.95, 0.8

each_rule = pytest.mark.parametrize("rule", sorted(PUT))


@each_rule
def test_a_rule_does_as_its_figures_say(rule: str) -> None:
    developed, held_back = (measure(rule, half) for half in halves(rule))

    print(f"\n{rule} {_told(BEFORE[rule])}; now {_told(held_back)}; worked on with {_told(developed)}")  # noqa: T201 - the matrix, for pytest -s
    assert held_back == NOW[rule], (
        "write the new figures in tests/domain/measured/figures.toml and `make pages`; where a rule does "
        "worse, say in the change log why"
    )


def _told(figures: Figures | None) -> str:
    return f"precision {figures.precision:.2f}, recall {figures.recall:.2f}" if figures else "no such rule"


def test_the_rules_hold_their_floors() -> None:
    for rule, figures in NOW.items():
        assert figures.precision >= _PRECISION, rule
        assert figures.recall >= _RECALL, rule


@each_rule
def test_no_innocent_sentence_is_stopped(rule: str) -> None:
    stopping = rules()[rule].severity

    for half in halves(rule):
        for entry in half.fine:
            found = {each.severity or stopping for each in noticed(rule, entry)}
            assert Severity.BLOCK not in found, entry


def test_there_are_twenty_of_each_and_figures_of_all() -> None:
    assert NOW.keys() == BEFORE.keys() == PUT.keys() == {path.stem for path in MEASURED.glob("*.yaml")}
    for rule in PUT:
        for kind in ("wrong", "fine"):
            developed, held_back = (getattr(half, kind) for half in halves(rule))
            assert len(developed) + len(held_back) >= 20
            assert 0 <= len(developed) - len(held_back) <= 1
            assert not {*map(str, developed)} & {*map(str, held_back)}
