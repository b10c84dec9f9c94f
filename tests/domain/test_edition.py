"""Editions of the procedure: what was lawful under one stays lawful for ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, combinations_with_replacement, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    BY_US,
    LAWYER,
    MANY_HATS,
    OWNER,
    REFERENCE,
    WRITER,
    a_case,
    a_person,
    a_policy,
    an_act,
    an_act_by,
    some_rules,
    the_case_for,
)

from flows.domain.acts import ADD_OFFICER, ADOPT_EDITION, APPROVE, CLOSE, FOUND, OVERRIDE, RETURN, SUBMIT
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.acts.policy import add_officer, adopt_edition, check_amendment
from flows.domain.case import Override
from flows.domain.checks import VERSION
from flows.domain.decide import decide, may_decide, refusals
from flows.domain.documents import DOCUMENTS
from flows.domain.edition import EDITIONS, ONE_PERSON, Edition, gates_for, latest
from flows.domain.errors import (
    MalformedError,
    NotEntitledError,
    PitError,
    RefusedError,
    SamePersonError,
    UnchangedError,
)
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from flows.domain.case import Case
    from flows.domain.policy import Policy

SIGNS_OFF: dict[str, Any] = {"gate": Stage.BALANCING, "actor": OWNER, "role": Role.SIGN_OFF_OFFICER}
FIRST = a_policy(rules=some_rules(edition=1))
NEXT = latest() + 1
SECOND = replace(FIRST, rules=some_rules(edition=NEXT))


@pytest.fixture(autouse=True)
def another_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another edition, under which a test needs its sign-off alone, and is submitted by a legal reviewer."""
    another = Edition(
        gates={"full": (Stage.BALANCING,), "two-person": (Stage.BALANCING,)},
        rules=1,
        rows={
            "submit": {"roles": frozenset({Role.LEGAL_REVIEWER})},
            "close": {"after": lambda case, _: case},
            "add-officer": {"roles": frozenset({Role.AUDITOR})},
        },
    )
    monkeypatch.setitem(EDITIONS, NEXT, another)


def a_submission(gates: str, **changes: Any) -> Any:
    return an_act(SUBMIT, details={"gates": gates, "rules": "1"}, **changes)


def by_lawyer(gates: str) -> Any:
    details = {"gates": gates, "rules": "1", MADE_WITH: BY_US}
    return an_act(SUBMIT, details=details, actor=LAWYER, role=Role.LEGAL_REVIEWER)


def test_a_new_register_is_founded_under_the_latest() -> None:
    assert latest() == NEXT


def test_every_edition_that_is_known_keeps_to_the_gates_there_are() -> None:
    del EDITIONS[NEXT]

    assert EDITIONS[latest()].rows == {}, "what the latest edition says of an act stands in the table itself"
    assert EDITIONS[latest()].rules == int(VERSION), "and nobody under it escapes the rules of today"
    for edition in EDITIONS.values():
        for name, gates in edition.gates.items():
            assert bool(gates) == (name != ONE_PERSON)
            assert {*gates} <= ROLE_AT.keys()
        assert {*edition.documents.values()} <= edition.gates.keys()
        assert edition.documents.keys() <= DOCUMENTS.keys()
    for earlier, later in pairwise(EDITIONS[number] for number in sorted(EDITIONS)):
        assert earlier.gates.keys() <= later.gates.keys(), "a policy may go by one of them"


def test_an_act_is_judged_by_the_gates_of_the_edition_in_force() -> None:
    case = the_case_for(SUBMIT)
    before = decide(case, a_submission("legal-review balancing"), FIRST)
    after = decide(case, by_lawyer("balancing"), SECOND)

    assert (before.stage(), before.test.gates) == (Stage.LEGAL_REVIEW, (Stage.LEGAL_REVIEW, Stage.BALANCING))
    assert (after.stage(), after.test.gates) == (Stage.BALANCING, (Stage.BALANCING,))
    assert gates_for(FIRST, "test") == before.test.gates
    assert gates_for(SECOND, "test") == after.test.gates
    for gates, submission, policy in [
        ("balancing", a_submission, FIRST),
        ("legal-review balancing", by_lawyer, SECOND),
    ]:
        with pytest.raises(MalformedError, match=r"details.gates"):
            decide(case, submission(gates), policy)


def test_a_version_submitted_under_one_edition_passes_its_gates_under_the_next() -> None:
    submitted = decide(the_case_for(SUBMIT), a_submission("legal-review balancing"), FIRST)
    reviewed = decide(submitted, an_act(), SECOND)

    assert reviewed.stage() is Stage.BALANCING
    assert decide(reviewed, an_act(**SIGNS_OFF), SECOND).stage() is Stage.PUBLICATION


def test_an_act_is_judged_by_the_row_of_the_edition_in_force() -> None:
    case = the_case_for(SUBMIT)
    assert case

    with pytest.raises(NotEntitledError, match="the role foi-officer"):
        decide(case, by_lawyer("legal-review balancing"), FIRST)
    with pytest.raises(NotEntitledError, match="the role legal-reviewer"):
        decide(case, a_submission("balancing"), SECOND)
    may = {
        (person, policy.rules.edition): not refusals(case, SUBMIT, person, policy, document="test")
        for person in (WRITER, LAWYER)
        for policy in (FIRST, SECOND)
    }
    assert may == {(WRITER, 1): True, (WRITER, NEXT): False, (LAWYER, 1): False, (LAWYER, NEXT): True}


def test_what_an_act_does_is_the_same_in_every_edition() -> None:
    """A register is followed without a look at its policies."""
    assert decide(a_case(), an_act(CLOSE), SECOND) == decide(a_case(), an_act(CLOSE), FIRST)
    assert decide(a_case(), an_act(CLOSE), SECOND).stage() is Stage.CLOSED


# What an edition asks of a submission, and of whoever overrode


@pytest.mark.parametrize(("edition", "lowest"), [(1, 1), (2, 2)])
def test_a_submission_names_no_older_rules_than_its_edition_asks_for(edition: int, lowest: int) -> None:
    case, policy = the_case_for(SUBMIT), a_policy(rules=some_rules(edition=edition))

    for rules in range(1, int(VERSION) + 1):
        act = an_act(SUBMIT, details={"gates": "legal-review balancing", "rules": str(rules)})
        if rules >= lowest:
            assert decide(case, act, policy).stage() is Stage.LEGAL_REVIEW
        else:
            with pytest.raises(MalformedError, match=f"asks for the rules of version {lowest} or later"):
                decide(case, act, policy)


GATES: dict[str, dict[str, Any]] = {
    "legal review": {"gate": Stage.LEGAL_REVIEW, "role": Role.LEGAL_REVIEWER},
    "sign-off": {"gate": Stage.BALANCING, "role": Role.SIGN_OFF_OFFICER},
}


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_whoever_overrode_a_finding_passes_no_gate_of_that_version_from_the_second_edition_on(
    gate: dict[str, Any], edition: int
) -> None:
    policy = a_policy(rules=some_rules(edition=edition))
    override = Override(finding="F01", place="parts[0]", person=MANY_HATS, act=3)
    case = a_case(stage=gate["gate"], overrides=(override,))
    act = an_act(actor=MANY_HATS, **gate)

    told = refusals(case, APPROVE, MANY_HATS, policy, document="test")
    assert may_decide(case, policy, "test") & {MANY_HATS} == ({MANY_HATS} if edition == 1 else set())
    if edition == 1:
        assert told == []
        assert decide(case, act, policy).stage() is not gate["gate"]
        return
    assert [str(each) for each in told] == [
        f"{MANY_HATS} overrode a finding of {REFERENCE}, so another person has to approve."
    ]
    with pytest.raises(SamePersonError):
        decide(case, act, policy)
    # They may still send it back, and pass the next version.
    assert refusals(case, RETURN, MANY_HATS, policy, document="test") == []
    assert refusals(a_case(stage=gate["gate"]), APPROVE, MANY_HATS, policy, document="test") == []


SEATS = (Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER)
HATS = [frozenset(some) for size in range(4) for some in combinations(SEATS, size)]
OVERRIDES = "beside sign-off-officer nobody would be free to "


def of_people(*others: frozenset[Role], edition: int = 2, gates: str = "full") -> Policy:
    """A policy with the one who overrides, and with others."""
    people = [a_person(OWNER, Role.SIGN_OFF_OFFICER)]
    people += [a_person(f"other-{at}", *roles) for at, roles in enumerate(others)]
    rules = some_rules(edition=edition, gates={"test": gates, "response": "two-person"})
    return a_policy(*people, rules=rules)


def can_be_passed(case: Case, policy: Policy) -> bool:
    """Tell whether anybody, in any order, can bring a version from drafting past its gates."""
    if case.stage() is Stage.PUBLICATION:
        return True
    kind = SUBMIT if case.stage() is Stage.DRAFTING else APPROVE
    for person in policy.people:
        try:
            then = decide(case, an_act_by(person, kind, case, policy), policy)
        except PitError:
            continue
        if can_be_passed(then, policy):
            return True
    return False


@pytest.mark.parametrize("gates", ["full", "two-person"])
def test_nobody_overrides_where_nobody_is_then_left_to_decide(gates: str) -> None:
    """Tried on every authority of four people or fewer, against every way of passing the version."""
    case = a_case(stage=Stage.DRAFTING, writers=frozenset({"other-0"}))
    told = set()
    for others in combinations_with_replacement(HATS, 2 if gates == "two-person" else 3):
        policy = of_people(*others, gates=gates)
        then = decide(case, an_act(OVERRIDE), of_people(*others, gates=gates, edition=1))
        before, after = (can_be_passed(each, policy) for each in (case, then))
        said = ""
        try:
            decide(case, an_act(OVERRIDE), policy)
        except RefusedError as error:
            said = str(error)
        assert (OVERRIDES in said) == bool(said) == (before and not after), others
        told.add(bool(said))
    assert told == {True, False}


@pytest.mark.parametrize(
    ("others", "lacking"),
    [
        (({Role.FOI_OFFICER}, {Role.LEGAL_REVIEWER}), "decide at sign-off"),
        (({Role.FOI_OFFICER}, {Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER}), "decide at sign-off"),
    ],
    ids=["nobody else signs off", "who else does is needed at the other gate"],
)
def test_who_is_lacking_is_said_before_an_override_is_signed(
    others: tuple[set[Role], ...], lacking: str
) -> None:
    people = (*map(frozenset, others),)
    case = a_case(stage=Stage.DRAFTING, writers=frozenset({"other-0"}))

    with pytest.raises(RefusedError) as refused:
        decide(case, an_act(OVERRIDE), of_people(*people))
    one_more = of_people(*people, frozenset({Role.SIGN_OFF_OFFICER}))

    assert str(refused.value) == (
        f"Whoever overrides a finding of {REFERENCE} neither submits nor approves that version, and "
        f"{OVERRIDES}{lacking}; let somebody else override it, or authorise one more person first."
    )
    assert decide(case, an_act(OVERRIDE), one_more).test.overrides
    assert decide(case, an_act(OVERRIDE), of_people(*people, edition=1)).test.overrides


# Adopting one


def an_adoption(edition: str = str(NEXT), **changes: Any) -> Any:
    return an_act(ADOPT_EDITION, **{"details": {"edition": edition}} | changes)


ADOPTED = replace(SECOND, version=2)


def test_an_edition_is_adopted() -> None:
    assert adopt_edition(FIRST, NEXT) == ADOPTED

    check_amendment(FIRST, an_adoption(), ADOPTED)


_WRONG: dict[str, tuple[Policy, dict[str, Any], Policy, type[PitError]]] = {
    "a second time": (SECOND, {}, ADOPTED, UnchangedError),
    "backwards": (SECOND, {"details": {"edition": "1"}}, replace(FIRST, version=2), RefusedError),
    "of which nobody knows": (
        FIRST,
        {"details": {"edition": str(NEXT + 1)}},
        replace(ADOPTED, rules=some_rules(edition=NEXT + 1)),
        RefusedError,
    ),
    "other than it says": (
        FIRST,
        {"details": {"edition": str(NEXT)}},
        replace(FIRST, version=2),
        MalformedError,
    ),
    "in another form": (FIRST, {"details": {"edition": f"0{NEXT}"}}, ADOPTED, MalformedError),
    "of no number": (FIRST, {"details": {"edition": "next"}}, ADOPTED, MalformedError),
    "that is not named": (FIRST, {"details": {}}, ADOPTED, MalformedError),
    "with other gates": (
        FIRST,
        {},
        replace(ADOPTED, rules=some_rules(edition=NEXT, gates={"test": "two-person"})),
        MalformedError,
    ),
    "beside other people": (
        FIRST,
        {},
        replace(ADOPTED, people={**FIRST.people, "new": a_person("new", Role.AUDITOR)}),
        MalformedError,
    ),
    "by an officer": (FIRST, {"actor": WRITER}, ADOPTED, NotEntitledError),
    "by whoever would be entitled by the next": (
        FIRST,
        {"actor": MANY_HATS, "role": Role.AUDITOR},
        ADOPTED,
        NotEntitledError,
    ),
}


@pytest.mark.parametrize(("before", "changes", "after", "refusal"), _WRONG.values(), ids=_WRONG.keys())
def test_an_edition_is_not_adopted(
    before: Policy, changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    with pytest.raises(refusal):
        check_amendment(before, an_adoption(**changes), after)


def test_the_edition_does_not_change_by_another_act() -> None:
    added = add_officer(FIRST, a_person("new", Role.AUDITOR))

    with pytest.raises(MalformedError):
        check_amendment(
            FIRST,
            an_act(ADD_OFFICER, details={"person": "new"}),
            replace(added, rules=some_rules(edition=NEXT)),
        )


def test_an_act_on_the_policy_is_judged_by_the_edition_before_it() -> None:
    new, act = a_person("new", Role.AUDITOR), an_act(ADD_OFFICER, details={"person": "new"})
    by_auditor = replace(act, actor=MANY_HATS, role=Role.AUDITOR)

    check_amendment(FIRST, act, add_officer(FIRST, new))
    check_amendment(SECOND, by_auditor, add_officer(SECOND, new))
    for policy, other in [(FIRST, by_auditor), (SECOND, act)]:
        with pytest.raises(NotEntitledError):
            check_amendment(policy, other, add_officer(policy, new))


@pytest.mark.parametrize("edition", [0, NEXT + 1])
def test_no_register_is_founded_under_an_edition_that_nobody_knows(edition: int) -> None:
    check_amendment(None, an_act(FOUND), SECOND)

    with pytest.raises(MalformedError):
        check_amendment(None, an_act(FOUND), replace(FIRST, rules=some_rules(edition=edition)))


def test_what_made_a_text_is_said_from_edition_3_on_and_not_before() -> None:
    nameless = an_act(SUBMIT, details={"gates": "legal-review balancing", "rules": "2"})
    named = an_act(SUBMIT)
    for edition in (1, 2, 3):
        policy = a_policy(rules=some_rules(edition=edition))
        good, bad = (named, nameless) if edition == 3 else (nameless, named)

        assert decide(the_case_for(SUBMIT), good, policy).stage() is Stage.LEGAL_REVIEW
        with pytest.raises(MalformedError, match=r"details.made-with"):
            decide(the_case_for(SUBMIT), bad, policy)
