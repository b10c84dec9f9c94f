"""A recovery key: who changes it, whom it names, and what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from domain_builders import (
    ADMINISTRATOR,
    LAWYER,
    SECOND,
    WRITER,
    a_person,
    a_policy,
    an_act,
    some_rules,
)

from flows.domain.acts import CHANGE_RECOVERY, RECOVER
from flows.domain.acts.policy import (
    CONSENT,
    PROPOSED_BY,
    RECOVERY,
    change_recovery,
    check_amendment,
    recover,
)
from flows.domain.errors import (
    ConsentError,
    KeylessError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    PitError,
    RecoveryError,
    UnchangedError,
)
from flows.domain.policy import Person, Policy, Recovery
from flows.domain.procedure import Role

KEY: Final = Recovery(key="ssh-ed25519 AAAA", needed=3, shares=5)
NEW: Final = a_person("new", Role.ADMINISTRATOR)


def with_key(recovery: Recovery | None = KEY, **changes: Any) -> Policy:
    return a_policy(rules=some_rules(recovery=recovery, **changes))


def the_act(**changes: Any) -> Any:
    act = an_act(RECOVER, actor="new", details={"person": "new", RECOVERY: "U1NIU0lH"}, reason="It was lost.")
    return replace(act, **changes)


def test_a_recovery_key_is_set_replaced_and_taken_away() -> None:
    other = replace(KEY, key="ssh-ed25519 BBBB")

    assert change_recovery(with_key(None), KEY) == replace(with_key(), version=2)
    assert change_recovery(with_key(), other).rules.recovery == other
    assert change_recovery(with_key(), None).rules.recovery is None
    for same in (KEY, None):
        with pytest.raises(UnchangedError):
            change_recovery(with_key(same), same)


def test_an_administrator_alone_sets_it_and_two_where_a_change_takes_two() -> None:
    one, two = with_key(None), with_key(None, threshold=2)
    act = an_act(CHANGE_RECOVERY)
    check_amendment(one, act, change_recovery(one, KEY))

    with pytest.raises(NotEntitledError):
        check_amendment(one, replace(act, actor=WRITER), change_recovery(one, KEY))
    with pytest.raises(ConsentError):
        check_amendment(two, act, change_recovery(two, KEY))
    agreed = replace(act, details={PROPOSED_BY: SECOND, CONSENT: "U1NIU0lH"})
    check_amendment(two, agreed, change_recovery(two, KEY))


@pytest.mark.parametrize("threshold", [1, 2])
def test_it_names_one_more_administrator_however_many_a_change_takes(threshold: int) -> None:
    before = with_key(threshold=threshold)
    after = recover(before, NEW)

    assert after == replace(before, version=2, people={**before.people, "new": NEW})
    check_amendment(before, the_act(), after)


@pytest.mark.parametrize(
    ("before", "person", "error", "says"),
    [
        (with_key(None), NEW, RecoveryError, "no recovery key"),
        (with_key(), a_person(ADMINISTRATOR, Role.ADMINISTRATOR), RecoveryError, "on the list already"),
        (with_key(), a_person(LAWYER, Role.ADMINISTRATOR), RecoveryError, "on the list already"),
        (with_key(), a_person("service", Role.ADMINISTRATOR), MalformedError, "not 'service'"),
        (with_key(), a_person("new", Role.LEGAL_REVIEWER), RecoveryError, "nothing else"),
        (with_key(), a_person("new", Role.ADMINISTRATOR, Role.AUDITOR), RecoveryError, "nothing else"),
        (with_key(), a_person("new", Role.ADMINISTRATOR, keys=()), KeylessError, "no key"),
    ],
    ids=["no key", "oneself", "a reviewer", "the service", "a reviewer anew", "more", "without a key"],
)
def test_it_names_nobody_else_and_nothing_else(
    before: Policy, person: Person, error: type[PitError], says: str
) -> None:
    with pytest.raises(error, match=says):
        recover(before, person)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"details": {"person": "new"}}, RecoveryError),
        ({"details": {RECOVERY: "U1NIU0lH"}}, MalformedError),
        ({"details": {"person": WRITER, RECOVERY: "U1NIU0lH"}}, MalformedError),
        ({"details": {"person": "new", RECOVERY: "U1NIU0lH", CONSENT: "U1NIU0lH"}}, MalformedError),
        ({"reason": None}, MissingReasonError),
        ({"reason": " "}, MissingReasonError),
        ({"actor": ADMINISTRATOR}, MalformedError),
        ({"actor": "nobody"}, NotEntitledError),
        ({"role": Role.SIGN_OFF_OFFICER}, NotEntitledError),
        ({"policy": 0}, MalformedError),
    ],
    ids=lambda each: "" if isinstance(each, type) else str(each),
)
def test_an_act_that_states_it_otherwise_is_none(changes: dict[str, Any], error: type[PitError]) -> None:
    before = with_key()
    after = recover(before, NEW)

    with pytest.raises(error):
        check_amendment(before, the_act(**changes), after)


def test_the_act_changes_nothing_beside() -> None:
    before = with_key()
    after = recover(before, NEW)

    for more in (
        replace(after, authority="Another"),
        replace(after, rules=some_rules(recovery=None)),
        replace(after, people={**after.people, LAWYER: NEW}),
        replace(after, people={id_: each for id_, each in after.people.items() if id_ != SECOND}),
    ):
        with pytest.raises(MalformedError):
            check_amendment(before, the_act(), more)
