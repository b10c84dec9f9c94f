"""Attested: which acts a sign-in may stand for, whose, and how lately; and who says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from domain_builders import (
    ADMINISTRATOR,
    LAWYER,
    MANY_HATS,
    NOON,
    OWNER,
    SECOND,
    WRITER,
    a_case,
    a_document,
    a_policy,
    an_act,
    an_act_by,
    some_rules,
    the_case_for,
)

from flows.domain.acts import ACTS, ASSIGN, CHANGE_ATTESTED, DRAFT, SENT, SUBMIT, On
from flows.domain.acts.policy import change_attested, check_amendment
from flows.domain.attested import (
    AHEAD,
    FRESH,
    Attested,
    Attesting,
    account_of,
    attestable,
    parse_attested,
    words_of,
)
from flows.domain.decide import decide, idempotency_key
from flows.domain.errors import (
    AttestedError,
    MalformedError,
    NotEntitledError,
    PitError,
    SamePersonError,
    UnchangedError,
)
from flows.domain.policy import SERVICE, Policy
from flows.domain.procedure import Stage

ISSUER: Final = "https://login.example.gov.uk/tenant"
NEVER: Final = {
    *("approve", "return", "override", "take-back", "reopen", "close", "confirm-receipt", "review-decided"),
    *("erase", "confirm-erasure", "open", "publish", "correct-day"),
}


def account(person: str) -> str:
    return account_of("5" * 32, ISSUER, person)


EVERY: Final = tuple(sorted(name for name, kind in ACTS.items() if attestable(kind)))


def attesting(**changes: Any) -> Attesting:
    accounts = {person: account(person) for person in (WRITER, LAWYER, OWNER, ADMINISTRATOR)}
    return replace(Attesting(issuer=ISSUER, kinds=EVERY, accounts=accounts), **changes)


def letting(attested: Attesting | None = None, **rules: Any) -> Policy:
    return a_policy(rules=replace(some_rules(**rules), attested=attested or attesting()))


def sign_in(person: str = WRITER, **changes: Any) -> Attested:
    found = Attested(issuer=ISSUER, account=account(person), at=NOON, methods=("mfa", "pwd"), level="2")
    return replace(found, **changes)


def test_a_decision_a_policy_and_the_service_take_a_key_of_their_own() -> None:
    on_cases = {name for name, kind in ACTS.items() if kind.on is not On.POLICY}

    assert {name for name in on_cases if not attestable(ACTS[name])} == NEVER
    assert not any(attestable(kind) for kind in ACTS.values() if kind.on is On.POLICY)


@pytest.mark.parametrize("kind", [kind for kind in ACTS.values() if kind.on is not On.POLICY], ids=str)
def test_an_act_is_attested_only_where_its_kind_may_be_and_the_policy_names_it(kind: Any) -> None:
    case, act = the_case_for(kind), an_act(kind)
    attested = replace(act, attested=sign_in(act.actor, at=act.time))
    nothing = a_policy()

    decide(case, act, nothing)
    with pytest.raises(AttestedError, match="never attested" if kind.name in NEVER else "does not let a"):
        decide(case, attested, nothing)
    others = tuple(name for name in EVERY if name != kind.name)
    with pytest.raises(AttestedError):
        decide(case, attested, letting(attesting(kinds=others)))
    # Whatever a policy says that was written in spite of all.
    with_it = letting(attesting(kinds=tuple(sorted({*EVERY, kind.name}))))
    if kind.name in NEVER:
        with pytest.raises(AttestedError, match="takes one's own key"):
            decide(case, attested, with_it)
    elif act.actor != SERVICE:
        assert decide(case, attested, with_it) == decide(case, act, with_it)


_WRONG: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "elsewhere": ({"issuer": "https://login.example.gov.uk"}, "signed in elsewhere"),
    "with another's account": ({"account": account(LAWYER)}, "does not say that the account"),
    "too long before": ({"at": NOON - FRESH - timedelta(seconds=1)}, "did not sign in within the 15 minutes"),
    "after it": ({"at": NOON + AHEAD + timedelta(seconds=1)}, "did not sign in within the 15 minutes"),
}


@pytest.mark.parametrize("how", _WRONG)
def test_another_sign_in_attests_nothing(how: str) -> None:
    changes, sentence = _WRONG[how]
    act = replace(an_act(ASSIGN), time=NOON)
    case = the_case_for(ASSIGN)

    with pytest.raises(AttestedError, match=sentence):
        decide(case, replace(act, attested=sign_in(**changes)), letting())
    for at in (NOON - FRESH, NOON + AHEAD):
        decide(case, replace(act, attested=sign_in(at=at)), letting())


def test_an_account_that_the_policy_links_to_nobody_attests_nothing() -> None:
    without = attesting(accounts={LAWYER: account(LAWYER)})

    with pytest.raises(AttestedError, match=f"account that signed in is {WRITER}'s"):
        decide(the_case_for(ASSIGN), replace(an_act(ASSIGN), attested=sign_in()), letting(without))


def test_what_is_attested_is_its_persons_act_and_keeps_persons_apart() -> None:
    policy, case = letting(attesting(accounts={MANY_HATS: account(MANY_HATS)})), the_case_for(SUBMIT)
    submitted = decide(case, replace(an_act(SUBMIT), actor=MANY_HATS, attested=sign_in(MANY_HATS)), policy)

    assert MANY_HATS in submitted.document("test").writers
    with pytest.raises(SamePersonError):
        decide(submitted, an_act(actor=MANY_HATS), policy)
    assert decide(submitted, an_act(), policy).document("test").approvals
    with pytest.raises(NotEntitledError):
        decide(case, replace(an_act(SUBMIT), actor=LAWYER, attested=sign_in(LAWYER)), letting())
    with pytest.raises(NotEntitledError, match="the list of authorised people"):
        decide(case, replace(an_act(SUBMIT), actor="gone", attested=sign_in("gone")), policy)


def test_whoever_submits_what_needs_no_approval_decides_and_signs() -> None:
    one = letting(gates={"test": "full", "cost": "one-person"})
    two = letting(gates={"test": "full", "cost": "two-person"})
    case = a_case(a_document("cost", stage=Stage.DRAFTING, gates=(), version=1), stage=Stage.DRAFTING)

    decide(case, an_act_by(WRITER, SUBMIT, case, one, "cost"), one)
    decide(case, replace(an_act_by(WRITER, SUBMIT, case, two, "cost"), attested=sign_in()), two)
    with pytest.raises(AttestedError, match="needs no approval"):
        decide(case, replace(an_act_by(WRITER, SUBMIT, case, one, "cost"), attested=sign_in()), one)


def test_attested_and_signed_it_is_the_same_act_tried_again() -> None:
    case, act = the_case_for(DRAFT), an_act(DRAFT)

    assert idempotency_key(replace(act, attested=sign_in()), case) == idempotency_key(act, case)
    assert (act.signed_for, replace(act, attested=sign_in()).signed_for) == (act.actor, SERVICE)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"methods": (), "level": ""},
        {"methods": ("hwk", "user"), "level": "urn:mace:incommon:iap:silver"},
        {"issuer": "http://localhost:8080/tenant"},
    ],
)
def test_the_fact_is_read_as_it_is_written(changes: dict[str, Any]) -> None:
    said = sign_in(**changes)

    assert parse_attested(said.text) == said


_TEXT: Final = sign_in().text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        _TEXT + " ",
        _TEXT + "\n",
        _TEXT.replace(" amr=", "  amr="),
        _TEXT.replace("mfa,pwd", "pwd,mfa"),
        _TEXT.replace("mfa,pwd", "mfa,mfa"),
        _TEXT.replace("mfa,pwd", "mfa,"),
        _TEXT.replace("Z amr", "z amr"),
        _TEXT.replace("2022-11-28", "2022-11-31"),
        _TEXT.replace("issuer=https", "issuer=ftp"),
        _TEXT.replace("acr=2", "acr=2 3"),
        _TEXT.replace("acr=2", "acr=é"),
        _TEXT.upper(),
    ],
)
def test_another_form_of_the_fact_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"fact of a sign-in|does not match|day is out of range"):
        parse_attested(text)


def test_of_a_providers_words_only_plain_ones_are_kept() -> None:
    assert words_of(["pwd", "mfa", "pwd", 7, None, "a b", "é", "", "x" * 101, "<b>", "a,b"]) == ("mfa", "pwd")
    assert words_of(None) == words_of({"a": "b"}) == ()
    assert words_of("0") == ("0",)
    assert len(words_of([str(each) for each in range(99)])) == 8


def test_the_account_is_a_digest_of_its_own_for_each_register_and_provider() -> None:
    one = account_of("1" * 32, ISSUER, "object-7")

    assert "object-7" not in one
    assert (
        len({one, account_of("2" * 32, ISSUER, "object-7"), account_of("1" * 32, "https://a", "object-7")})
        == 3
    )


# The policy


def amending(**changes: Any) -> Any:
    return an_act(CHANGE_ATTESTED, **changes)


def test_an_administrator_chooses_what_a_sign_in_attests_and_takes_it_back() -> None:
    after = change_attested(a_policy(), attesting(), ACTS)

    assert after == replace(letting(), version=2)
    check_amendment(a_policy(), amending(), after)
    nothing = change_attested(after, None, ACTS)
    assert (nothing.rules, nothing.version) == (a_policy().rules, 3)
    check_amendment(after, amending(policy=2, version=3), nothing)
    with pytest.raises(UnchangedError, match="already"):
        change_attested(after, attesting(), ACTS)


_UNFIT: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "a decision": ({"kinds": ("approve",)}, "kinds"),
    "a change of the policy": ({"kinds": ("change-attested",)}, "kinds"),
    "an act that is none": ({"kinds": ("wave",)}, "kinds"),
    "no act": ({"kinds": ()}, "kinds"),
    "out of order": ({"kinds": ("sent", "assign")}, "kinds"),
    "twice": ({"kinds": ("assign", "assign")}, "kinds"),
    "nobody": ({"accounts": {}}, "accounts"),
    "the service": ({"accounts": {SERVICE: "0" * 64}}, "accounts"),
    "somebody who is not on the list": ({"accounts": {"gone": "0" * 64}}, "accounts"),
    "no account": ({"accounts": {WRITER: "object-7"}}, "accounts"),
    "one account of two people": ({"accounts": {WRITER: "0" * 64, LAWYER: "0" * 64}}, "accounts"),
    "no provider": ({"issuer": ""}, "issuer"),
    "a provider of another kind": ({"issuer": "javascript:alert(1)"}, "issuer"),
}


@pytest.mark.parametrize("what", _UNFIT)
def test_what_cannot_be_attested_is_not_chosen(what: str) -> None:
    changes, path = _UNFIT[what]

    with pytest.raises(MalformedError) as refused:
        change_attested(a_policy(), attesting(**changes), ACTS)
    assert {fault.path for fault in refused.value.faults} == {path}
    with pytest.raises(MalformedError):
        check_amendment(a_policy(), amending(), replace(letting(attesting(**changes)), version=2))


_AMENDED: Final[dict[str, tuple[dict[str, Any], type[PitError]]]] = {
    "by an officer": ({"actor": WRITER}, NotEntitledError),
    "with a fact too many": ({"details": {"person": WRITER}}, MalformedError),
    "attested itself": ({"attested": sign_in(ADMINISTRATOR)}, AttestedError),
}


@pytest.mark.parametrize("how", _AMENDED)
def test_it_is_chosen_by_an_administrators_own_signature(how: str) -> None:
    changes, error = _AMENDED[how]
    after = change_attested(letting(attesting(kinds=(SENT.name,))), attesting(), ACTS)

    with pytest.raises(error):
        check_amendment(letting(attesting(kinds=(SENT.name,))), amending(**changes), after)


def test_no_change_of_a_policy_is_attested_whoever_proposed_it() -> None:
    two = letting(threshold=2)
    after = change_attested(two, None, ACTS)
    facts = {"proposed-by": SECOND, "consent": "x"}

    check_amendment(two, amending(details=facts), after)
    with pytest.raises(AttestedError):
        check_amendment(two, amending(details=facts, attested=sign_in(ADMINISTRATOR)), after)
