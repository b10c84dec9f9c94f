"""Who may take which act at which stage: what a person is told beforehand is what happens."""

from __future__ import annotations

import pytest
from domain_builders import an_act_by
from standing_cases import KINDS, POLICY, ROLES, Tried, every

from flows.domain.acts import Kind, On
from flows.domain.decide import decide
from flows.domain.documents import TEST
from flows.domain.errors import PitError
from flows.domain.procedure import Stage

EVERY = [*every()]


def refusal(tried: Tried) -> list[str]:
    """Return what is said once somebody tries; nothing where the act is taken."""
    document = (tried.kind.document or TEST.name) if tried.kind.on is On.DOCUMENT else ""
    act = an_act_by(tried.person, tried.kind, tried.case, POLICY, document, text=2)
    try:
        decide(tried.case, act, POLICY)
    except PitError as error:
        return [str(error)]
    return []


def test_every_act_is_tried_at_every_stage_by_every_role() -> None:
    assert len(EVERY) == len(KINDS) * len(Stage) * (len(ROLES) + 1)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_whoever_may_act_can_and_whoever_may_not_is_told_the_first_reason(kind: Kind) -> None:
    for tried in (each for each in EVERY if each.kind == kind):
        assert refusal(tried) == [*tried.refused[:1]], (tried.stage, tried.role)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_no_act_is_open_to_nobody(kind: Kind) -> None:
    assert any(not each.refused for each in EVERY if each.kind == kind)
