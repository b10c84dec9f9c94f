"""The days that a policy adds: in the register, and against whoever forges them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from register_builders import Office, audited, codes

from flows.domain.acts import (
    ADD_CLOSURE,
    ADD_HOLIDAY,
    ADD_OFFICER,
    CHANGE_BODY,
    REMOVE_CLOSURE,
    REMOVE_HOLIDAY,
    Kind,
)
from flows.domain.acts.policy import (
    add_closure,
    add_holiday,
    add_officer,
    change_body,
    remove_closure,
    remove_holiday,
)
from flows.domain.errors import MalformedError, NotEntitledError
from flows.domain.policy import SERVICE, Policy, Proclaimed
from flows.domain.procedure import Role
from flows.domain.working_days import Closure
from flows.register import canonical
from flows.register.roster import CALENDAR, write_policy
from flows.register.statement import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from attacker import Step

    from flows.register.line import Recorded

GAMES = date(2027, 6, 14)
FILE = f"{POLICY}/{CALENDAR}"


def a_day(office: Office, **changes: Any) -> Proclaimed:
    day = Proclaimed(
        date=GAMES,
        name="Games",
        nations=("Scotland",),
        source="Edinburgh Gazette, 6 February 2026",
        added=office.time().date(),
    )
    return replace(day, **changes)


def recorded(
    office: Office, kind: Kind, after: Policy, actor: str = "administrator", **facts: Any
) -> Recorded:
    role = Role.ADMINISTRATOR
    act = office.act(kind, POLICY, actor, role, version=after.version, details={"date": GAMES.isoformat()})
    return office.register.record(replace(act, **facts), write_policy(after), office.signers[actor])


def add(office: Office, **changes: Any) -> Recorded:
    day = a_day(office, **changes)
    return recorded(office, ADD_HOLIDAY, add_holiday(office.register.policy(), day))


def test_a_bank_holiday_is_recorded_and_read_again(office: Office) -> None:
    day = a_day(office)

    assert add(office).entry.subject == "policy: add the bank holiday 2027-06-14"
    with Office(office.folder) as again:
        assert again.register.policy().holidays == (day,)
        assert again.register.policies()[-2].holidays == ()
    assert audited(office.path).passes


def test_after_its_removal_it_is_gone_and_the_register_remembers_both(office: Office) -> None:
    add(office)
    recorded(office, REMOVE_HOLIDAY, remove_holiday(office.register.policy(), GAMES))
    office.authorise(replace(office.person("sign-off-officer"), roles=frozenset({Role.AUDITOR})))

    assert office.register.policy().holidays == ()
    assert [len(policy.holidays) for policy in office.register.policies()] == [0, 0, 0, 0, 0, 1, 0, 0]
    assert audited(office.path).passes


def test_only_an_administrator_adds_one(office: Office) -> None:
    after = add_holiday(office.register.policy(), a_day(office))

    with pytest.raises(
        NotEntitledError, match="sign-off-officer may not add bank holidays: that needs the role administ"
    ):
        recorded(office, ADD_HOLIDAY, after, actor="sign-off-officer")


def test_what_the_rules_of_the_policy_refuse_is_not_appended(office: Office) -> None:
    before = office.register.policy()
    forged = replace(before, version=before.version + 1, holidays=(a_day(office, source=""),))

    with pytest.raises(MalformedError, match="source: 1 to 300 characters"):
        recorded(office, ADD_HOLIDAY, forged)


# Forgeries, by somebody who holds the service's key and the administrator's


def a_forgery(office: Office, kind: Kind, after: Policy, **facts: Any) -> tuple[Attacker, Step]:
    """Return an attacker about to put one more change of the policy at the end of the line."""
    attacker = Attacker(
        office.path, {name: office.signers[name] for name in (SERVICE, "administrator", "sign-off-officer")}
    )
    version = office.register.policy().version
    act = {
        "kind": kind,
        "policy": version,
        "version": version + 1,
        "time": office.time(),
        "details": {"date": GAMES.isoformat()},
    }
    step = attacker.another(attacker.of(POLICY)[-1], **(act | facts))
    step.changes = {f"{POLICY}/{name}": content for name, content in write_policy(after).items()}
    step.committed = int(office.time().timestamp())
    attacker.steps.append(step)
    return attacker, step


def edited(step: Step, edit: Callable[[Any], Any]) -> None:
    content = step.changes[FILE]
    assert isinstance(content, bytes)
    value = json.loads(content)
    edit(value)
    step.changes[FILE] = canonical.dump(value)


def test_a_forger_who_keeps_to_the_rules_is_no_forger(office: Office) -> None:
    after = add_holiday(office.register.policy(), a_day(office))

    a_forgery(office, ADD_HOLIDAY, after)[0].together()

    assert codes(office.path) == []


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        pytest.param(lambda c: c["holidays"][0].update(added="2026-01-05"), "E_POLICY", id="backdated"),
        pytest.param(lambda c: c["holidays"][0].update(source=" "), "E_POLICY", id="without a source"),
        pytest.param(lambda c: c["holidays"][0].update(date="2027-06-15"), "E_POLICY", id="another day"),
        pytest.param(lambda c: c["holidays"][0].update(nations=["Wales"]), "E_POLICY", id="no such nation"),
        pytest.param(
            lambda c: c["holidays"][0].update(name="a\u001b[31m"), "E_POLICY", id="unseen characters"
        ),
        pytest.param(lambda c: c["holidays"].clear(), "E_POLICY", id="nothing added"),
        pytest.param(lambda c: c["holidays"].append(c["holidays"][0]), "E_POLICY", id="added twice"),
        pytest.param(lambda c: c.update(version=5), "E_POLICY", id="of another version"),
        pytest.param(lambda c: c.update(more=1), "E_POLICY", id="another form"),
    ],
)
def test_a_forged_calendar_is_found(edit: Callable[[Any], Any], code: str, office: Office) -> None:
    after = add_holiday(office.register.policy(), a_day(office))
    attacker, step = a_forgery(office, ADD_HOLIDAY, after)
    edited(step, edit)

    attacker.together()

    assert codes(office.path) == [code]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"actor": "sign-off-officer"}, ["E_POLICY"], id="by an officer"),
        pytest.param(
            {"actor": "sign-off-officer", "role": Role.SIGN_OFF_OFFICER}, ["E_POLICY"], id="in another role"
        ),
        pytest.param({"details": {"date": "2027-06-15"}}, ["E_POLICY"], id="signed for another day"),
        pytest.param({"kind": REMOVE_HOLIDAY}, ["E_POLICY"], id="as a removal"),
        pytest.param(
            {"kind": ADD_OFFICER, "details": {"person": "sign-off-officer"}},
            ["E_POLICY"],
            id="as another act",
        ),
    ],
)
def test_a_bank_holiday_in_a_forged_act_is_found(
    facts: dict[str, Any], expected: list[str], office: Office
) -> None:
    after = add_holiday(office.register.policy(), a_day(office))

    attacker, step = a_forgery(office, ADD_HOLIDAY, after)
    step.act(**facts)
    attacker.together()

    assert codes(office.path) == expected


HALF_TERM = Closure(first=date(2027, 2, 15), last=date(2027, 2, 19), name="Half term", added=GAMES)


def closing(office: Office) -> tuple[dict[str, Any], Policy]:
    """Return the facts of an act that states a closure of a school, and the policy after it."""
    body = {"body": "school"}
    recorded(office, CHANGE_BODY, change_body(office.register.policy(), **body), details=body)
    details = {"first": "2027-02-15", "last": "2027-02-19"}
    closure = replace(HALF_TERM, added=office.time().date())
    return details, add_closure(office.register.policy(), closure)


def test_a_closure_is_recorded_and_read_again(office: Office) -> None:
    details, after = closing(office)

    recorded(office, ADD_CLOSURE, after, details=details)

    with Office(office.folder) as again:
        assert again.register.policy() == after
    assert audited(office.path).passes
    recorded(office, REMOVE_CLOSURE, remove_closure(after, HALF_TERM.first), details={"first": "2027-02-15"})
    assert b"closures" not in write_policy(office.register.policy())[CALENDAR]
    assert audited(office.path).passes


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda c: c["closures"][0].update(added="2026-01-05"), id="backdated"),
        pytest.param(lambda c: c["closures"][0].update(last="2027-02-22"), id="longer than was signed"),
        pytest.param(lambda c: c["closures"][0].update(name=" "), id="without a name"),
        pytest.param(lambda c: c["closures"][0].update(more=1), id="another form"),
        pytest.param(lambda c: c["closures"].clear(), id="none"),
        pytest.param(lambda c: c["closures"].append(c["closures"][0]), id="twice"),
    ],
)
def test_a_forged_closure_is_found(edit: Callable[[Any], Any], office: Office) -> None:
    details, after = closing(office)
    attacker, step = a_forgery(office, ADD_CLOSURE, after, details=details)
    assert codes(office.path) == []
    edited(step, edit)

    attacker.together()

    assert codes(office.path) == ["E_POLICY"]


def test_a_bank_holiday_slipped_in_beside_a_change_of_the_list_is_found(office: Office) -> None:
    changed = replace(office.person("sign-off-officer"), roles=frozenset({Role.AUDITOR}))
    after = replace(add_officer(office.register.policy(), changed), holidays=(a_day(office),))

    a_forgery(office, ADD_OFFICER, after, details={"person": "sign-off-officer"})[0].together()

    assert codes(office.path) == ["E_POLICY"]


def test_a_calendar_that_is_taken_away_is_found(office: Office) -> None:
    add(office)
    changed = replace(office.person("sign-off-officer"), roles=frozenset({Role.AUDITOR}))
    after = add_officer(office.register.policy(), changed)
    attacker, step = a_forgery(office, ADD_OFFICER, after, details={"person": "sign-off-officer"})
    step.removed, _ = {FILE}, step.changes.pop(FILE)

    attacker.together()

    assert codes(office.path) == ["E_TREE"]


def test_a_calendar_changed_in_its_object_is_found(office: Office) -> None:
    add(office)
    attacker = Attacker(office.path, {SERVICE: office.signers[SERVICE]})
    edited(attacker.of(POLICY)[-1], lambda c: c["holidays"][0].update(name="Other games"))

    attacker.together()

    assert codes(office.path) == ["E_SIGNATURE"]
