"""What may change the policy, and who may."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from domain_builders import (
    ADMINISTRATOR,
    LAWYER,
    WRITER,
    a_person,
    a_policy,
    an_act,
    some_rules,
)

from flows.domain.amendment import add_officer, check_amendment, revoke_officer
from flows.domain.errors import MalformedError, NotEntitledError, PitError, RefusedError
from flows.domain.policy import SERVICE, Person, Policy, parse_person
from flows.domain.procedure import ActKind, Role, Stage

NEW = a_person("new", Role.LEGAL_REVIEWER)


def test_an_officer_is_added() -> None:
    before = a_policy()

    assert add_officer(before, NEW) == replace(before, version=2, people={**before.people, "new": NEW})


def test_an_officer_is_given_other_roles() -> None:
    changed = a_person(LAWYER, Role.AUDITOR)

    assert add_officer(a_policy(), changed).people[LAWYER] == changed


def test_an_officer_is_revoked() -> None:
    before = a_policy()

    after = revoke_officer(before, LAWYER)

    assert after.version == 2
    assert after.people.keys() == before.people.keys() - {LAWYER}


@pytest.mark.parametrize(
    ("person", "says"),
    [
        (a_policy().people[LAWYER], "already has these"),
        (a_person("new", Role.AUDITOR, keys=("ssh-ed25519 writer",)), "belongs to writer"),
        (a_person("new", Role.AUDITOR, keys=("ssh-ed25519 service",)), "belongs to service"),
        (a_person("new"), "at least one role"),
        (a_person("new", Role.SERVICE, Role.AUDITOR), "not the role of the service"),
        (a_person(ADMINISTRATOR, Role.AUDITOR), "last administrator"),
    ],
    ids=[
        "nothing new",
        "another's key",
        "the service's key",
        "no role",
        "the service's role",
        "no administrator left",
    ],
)
def test_an_officer_is_not_added(person: Person, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        add_officer(a_policy(), person)


def test_the_service_is_given_no_other_key_as_if_it_were_an_officer() -> None:
    with pytest.raises(MalformedError, match="not 'service'"):
        add_officer(a_policy(), a_person(SERVICE, Role.AUDITOR, keys=("ssh-ed25519 another",)))


@pytest.mark.parametrize(
    ("person", "says"),
    [("nobody", "not on the list"), (SERVICE, "not on the list"), (ADMINISTRATOR, "last administrator")],
)
def test_an_officer_is_not_revoked(person: str, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        revoke_officer(a_policy(), person)


def test_a_founding_an_addition_and_a_revocation_hold() -> None:
    added = add_officer(a_policy(), NEW)
    revoked = revoke_officer(added, "new")

    check_amendment(None, an_act(ActKind.FOUND), a_policy())
    check_amendment(a_policy(), an_act(ActKind.ADD_OFFICER, details={"person": "new"}), added)
    check_amendment(
        added,
        an_act(ActKind.REVOKE_OFFICER, policy=2, version=3, details={"person": "new"}),
        revoked,
    )


_ADDED = add_officer(a_policy(), NEW)
_MORE = replace(_ADDED, people={**_ADDED.people, "more": a_person("more", Role.AUDITOR)})
_WRONG: dict[str, tuple[Policy | None, ActKind, dict[str, Any], Policy, type[PitError]]] = {
    "by a stranger": (a_policy(), ActKind.ADD_OFFICER, {"actor": "nobody"}, _ADDED, NotEntitledError),
    "by an officer": (a_policy(), ActKind.ADD_OFFICER, {"actor": WRITER}, _ADDED, NotEntitledError),
    "in another role": (
        a_policy(),
        ActKind.ADD_OFFICER,
        {"actor": WRITER, "role": Role.FOI_OFFICER},
        _ADDED,
        NotEntitledError,
    ),
    "by somebody who is administrator only afterwards": (
        a_policy(),
        ActKind.ADD_OFFICER,
        {"actor": WRITER, "details": {"person": WRITER}},
        add_officer(a_policy(), a_person(WRITER, Role.ADMINISTRATOR)),
        NotEntitledError,
    ),
    "founded by no administrator": (None, ActKind.FOUND, {"actor": WRITER}, a_policy(), NotEntitledError),
    "founded in another role": (
        None,
        ActKind.FOUND,
        {"actor": WRITER, "role": Role.FOI_OFFICER},
        a_policy(),
        NotEntitledError,
    ),
    "founded by an addition": (
        None,
        ActKind.ADD_OFFICER,
        {"policy": 0, "version": 1},
        a_policy(),
        MalformedError,
    ),
    "founded at version 2": (None, ActKind.FOUND, {"version": 2}, a_policy(version=2), MalformedError),
    "founded twice": (a_policy(), ActKind.FOUND, {"policy": 1, "version": 2}, _ADDED, MalformedError),
    "a version left out": (
        a_policy(),
        ActKind.ADD_OFFICER,
        {"version": 3},
        replace(_ADDED, version=3),
        MalformedError,
    ),
    "another version than it says": (a_policy(), ActKind.ADD_OFFICER, {"version": 3}, _ADDED, MalformedError),
    "judged by another policy": (a_policy(), ActKind.ADD_OFFICER, {"policy": 2}, _ADDED, MalformedError),
    "nobody named": (a_policy(), ActKind.ADD_OFFICER, {"details": {}}, _ADDED, MalformedError),
    "somebody else too": (a_policy(), ActKind.ADD_OFFICER, {}, _MORE, MalformedError),
    "other rules too": (
        a_policy(),
        ActKind.ADD_OFFICER,
        {},
        replace(_ADDED, rules=some_rules(gates={"test": "two-person"})),
        MalformedError,
    ),
    "a revocation that adds": (a_policy(), ActKind.REVOKE_OFFICER, {}, _ADDED, RefusedError),
    "the last administrator": (
        a_policy(),
        ActKind.REVOKE_OFFICER,
        {"details": {"person": ADMINISTRATOR}},
        a_policy(version=2),
        RefusedError,
    ),
    "an act on a case": (
        a_policy(),
        ActKind.CLOSE,
        {"actor": ADMINISTRATOR, "role": Role.ADMINISTRATOR, "version": 2},
        _ADDED,
        MalformedError,
    ),
}


@pytest.mark.parametrize(
    ("before", "kind", "changes", "after", "refusal"), _WRONG.values(), ids=_WRONG.keys()
)
def test_an_amendment_does_not_hold(
    before: Policy | None, kind: ActKind, changes: dict[str, Any], after: Policy, refusal: type[PitError]
) -> None:
    act = an_act(kind, **({"details": {"person": "new"}} | changes))

    with pytest.raises(refusal):
        check_amendment(before, act, after)


@pytest.mark.parametrize("text", ["a", "j.smith", "officer-2", "x" * 40])
def test_an_id_is_read(text: str) -> None:
    assert parse_person(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "A", "x" * 41, "a b", "a..b", ".a", "a.", "a-", "é", "a\n", "a/b", "service", "policy"],
)
def test_what_is_no_id_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_person(text)

    assert refused.value.source == "person"


def test_a_policy_knows_who_holds_a_role_and_which_gates_a_document_passes() -> None:
    policy = a_policy(gates="two-person")

    assert policy.holders(Role.ADMINISTRATOR) == {ADMINISTRATOR}
    assert policy.rules.gates_for("test") == (Stage.BALANCING,)
