"""Whatever people try with a case, in whatever order: what the procedure promises holds of what was taken."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from domain_builders import ADMINISTRATOR, SECOND, a_person, a_policy, an_act, an_act_by
from sampling import spread

from flows.domain.act import Act
from flows.domain.acts import (
    ACTS,
    APPROVE,
    CONFIRM_ERASURE,
    DRAFT,
    ERASE,
    OPEN,
    PUBLISH,
    RETURN,
    SUBMIT,
    WITHDRAW_DRAFT,
    On,
)
from flows.domain.acts.erasing import still_open
from flows.domain.case import Case
from flows.domain.decide import after, decide
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.errors import PitError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

WALKS, TRIES = 60, 900
PEOPLE = {
    "first": {Role.FOI_OFFICER},
    "second": {Role.FOI_OFFICER, Role.LEGAL_REVIEWER},
    "third": {Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER},
    "fourth": {Role.SIGN_OFF_OFFICER},
    "fifth": {Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER},
}
POLICY = a_policy(*(a_person(name, *roles) for name, roles in PEOPLE.items()))
ADMINISTRATORS = [ADMINISTRATOR, SECOND]
KINDS = [kind for kind in ACTS.values() if kind.on is not On.POLICY and kind != OPEN]
MOVES_THE_CLOCK = {
    *("ask-clarification", "clarified", "fees-notice", "fee-paid", "extend", "day-specified"),
    "confirm-receipt",
    *("review-asked", "review-decided", "correct-day"),
}
ENDS_OR_BEGINS_AGAIN = {
    "close",
    "reopen",
    "correct",
    "take-back",
    "withdraw-draft",
    "step-aside",
    "erase",
    "confirm-erasure",
}
"""Taken seldom, since little can follow."""

ENDS_WHAT_IS_OPEN = [
    kind
    for kind in KINDS
    if kind.name
    in {
        *("notice", "complaint-closed", "complied", "decided", "sent", "publish", "close", "withdraw-draft"),
        *("erase", "confirm-erasure"),
    }
]
"""Tried alone once a life was lived, so that some come to their end."""
TRIES_TO_END = 300

Walk = list[tuple[Act, Case]]


@cache
def walk(seed: int) -> Walk:
    """Return the acts that were taken of those somebody tried, each with the case as it left it."""
    chance = random.Random(seed)  # noqa: S311 - the same walks each time
    opening = an_act(OPEN)
    taken = [(opening, decide(None, opening, POLICY))]
    usual = [*chance.sample([*DOCUMENTS], 3), TEST.name]
    for attempt in range(TRIES + TRIES_TO_END):
        case = taken[-1][1]
        kind = chance.choice(KINDS if attempt < TRIES else ENDS_WHAT_IS_OPEN)
        if attempt < TRIES and kind.name in ENDS_OR_BEGINS_AGAIN and chance.random() < 0.95:
            continue
        document = (kind.document or chance.choice(usual)) if kind.on is On.DOCUMENT else ""
        person = SERVICE if kind == PUBLISH or kind.roles == {Role.SERVICE} else chance.choice([*PEOPLE])
        if kind.roles == {Role.ADMINISTRATOR}:
            person = chance.choice(ADMINISTRATORS)
        if kind == DRAFT and document == TEST.name and not case.test.version:
            person = SERVICE
        act = an_act_by(person, kind, case, POLICY, document, text=attempt)
        try:
            taken.append((act, decide(case, act, POLICY)))
        except PitError:
            continue
    return taken


WALKED = pytest.mark.parametrize("seed", spread(range(WALKS), every=3))


def pairs(found: Walk) -> list[tuple[Case, Act, Case]]:
    return [(before, act, then) for (_, before), (act, then) in pairwise(found)]


@pytest.mark.exhaustive
def test_the_walks_reach_every_act_that_a_life_can_have() -> None:
    taken = Counter(act.kind for seed in range(WALKS) for act, _ in walk(seed))

    assert {kind.name for kind in KINDS} - {kind.name for kind in taken} == set()
    assert max(len(walk(seed)) for seed in range(WALKS)) > 40


@WALKED
def test_no_date_moves_without_an_act_that_moves_it(seed: int) -> None:
    for before, act, then in pairs(walk(seed)):
        if then.life.events != before.life.events:
            assert act.kind.name in MOVES_THE_CLOCK
        if then.life.answered != before.life.answered and before.life.answered is None:
            assert DOCUMENTS[act.document].answers
        assert then.received == before.received


@WALKED
def test_a_replay_comes_to_the_case_that_was_recorded(seed: int) -> None:
    found = walk(seed)
    case = after(None, found[0][0])
    for act, then in found[1:]:
        case = after(case, act)
        assert case == then


@WALKED
def test_nothing_is_published_without_its_gates_or_by_people_who_wrote_it(seed: int) -> None:
    found = walk(seed)
    for number, (act, _) in enumerate(found):
        if act.kind != PUBLISH:
            continue
        before = [each for each, _ in found[:number] if each.document == act.document]
        submitted = max(at for at, each in enumerate(before) if each.kind == SUBMIT)
        since = before[submitted:]
        gates = since[0].details["gates"]
        assert [each.gate for each in since if each.kind == APPROVE] == [
            Stage(gate) for gate in gates.split() if gate != "none"
        ]
        assert not any(each.kind in {DRAFT, RETURN} for each in since)
        published = [at for at, each in enumerate(before) if each.kind == PUBLISH]
        own = before[published[-1] + 1 if published else 0 :]
        writers = {each.actor for each in own if each.kind in {DRAFT, SUBMIT} and each.actor != SERVICE}
        deciders = [each.actor for each in since if each.kind == APPROVE]
        assert writers.isdisjoint(deciders)
        assert len({*deciders}) == len(deciders)


@WALKED
def test_a_draft_that_is_withdrawn_leaves_what_was_given_out_and_its_number_is_not_used_again(
    seed: int,
) -> None:
    found = walk(seed)
    drafted = [(act.document, act.version) for act, _ in found if act.kind == DRAFT]
    assert len({*drafted}) == len(drafted)
    for number, (act, then) in enumerate(found):
        if act.kind != WITHDRAW_DRAFT:
            continue
        published = [
            (each, case.document(act.document))
            for each, case in found[:number]
            if (each.kind, each.document) == (PUBLISH, act.document)
        ]
        assert bool(published) == (act.document in then.documents)
        for each, document in published[-1:]:
            kept = then.document(act.document)
            assert kept.version == document.version
            assert all(then.files[path] == each.files[path] for path in kept.kind.files)


@WALKED
def test_a_case_is_erased_once_it_has_ended_by_two_administrators_and_nothing_follows(seed: int) -> None:
    found = walk(seed)
    for number, (act, then) in enumerate(found):
        if act.kind != CONFIRM_ERASURE:
            assert not then.erased
            continue
        assert number == len(found) - 1
        before = [each for each, _ in found[:number]]
        proposed = next(each for each in reversed(before) if each.kind == ERASE)
        assert {proposed.actor, act.actor} == {*ADMINISTRATORS}
        assert not [*still_open(then)]
        assert (then.files, then.documents) == (found[number - 1][1].files, found[number - 1][1].documents)


@WALKED
def test_whoever_stepped_aside_takes_no_part_until_the_case_is_theirs_again(seed: int) -> None:
    for before, act, _ in pairs(walk(seed)):
        assert act.actor not in before.life.aside
