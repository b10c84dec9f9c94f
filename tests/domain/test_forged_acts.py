"""An act that was forged: whatever its fields say, it is carried out or refused, and breaks nothing off."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    ADMINISTRATOR,
    LETTER,
    MANY_HATS,
    NOON,
    OWNER,
    PDF,
    REFERENCE,
    WRITER,
    a_case,
    a_mark,
    a_person,
    a_policy,
    a_proclaimed_day,
    a_response,
    an_act,
    an_act_by,
    some_rules,
    the_case_for,
    with_changes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.domain.acts import ACTS, ADD_HOLIDAY, OPEN, SENT, Kind, On, Reason
from flows.domain.acts.kind import in_words
from flows.domain.acts.policy import add_officer, check_amendment
from flows.domain.decide import decide, idempotency_key
from flows.domain.documents import DOCUMENTS, RESPONSE, TEST
from flows.domain.errors import MissingReasonError, PitError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import FileMark
    from flows.domain.case import Case
    from flows.domain.policy import Policy

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
CASE_ACTS = [kind for kind in ACTS.values() if kind.on is not On.POLICY]
NEW = a_person("new", Role.LEGAL_REVIEWER)

TEXTS = (
    *("", " ", "\n", "0", "1", "999999", "\u0661", "\ud800", "\x1b[31m", "x" * 200),
    *("2022-11-28", "2022-11-31", "0001-01-01", "9999-12-31", "email", "withdrawn", "foia", "age1"),
    *("X06", "parts[0]", "X06 block parts[0]", "N01 warn\nN01 warn", "N01", "\u2028"),
    *("balancing", "legal-review balancing", "balancing balancing", "drafting"),
    *("new", SERVICE, ADMINISTRATOR, "2", "99"),
)
texts = st.sampled_from(TEXTS) | st.text(max_size=12)
names = st.sampled_from(
    sorted(
        {fact.name for kind in ACTS.values() for fact in kind.facts} | {*TEST.decided_on, LETTER, "more", ""}
    )
)
forgeries = st.fixed_dictionaries(
    {},
    optional={
        "case": st.sampled_from([REFERENCE, "1146a-22", "policy", "../etc", ""]),
        "actor": st.sampled_from([WRITER, MANY_HATS, OWNER, SERVICE, ADMINISTRATOR, "nobody", ""]),
        "role": st.sampled_from(Role),
        "time": st.sampled_from([FIRST, LAST]),
        "policy": st.integers(-1, 2),
        "document": st.sampled_from([*DOCUMENTS, "letter", "", "../etc"]),
        "version": st.integers(-1, 3),
        "gate": st.sampled_from([None, *Stage]),
        "reason": st.none() | texts,
    },
)
listings = st.dictionaries(
    st.sampled_from([*TEST.decided_on, LETTER, PDF, RESPONSE.published("1146A-22")[0], "../etc", ""]),
    st.none() | st.just(a_mark("forged")),
    max_size=2,
)


def a_case_for(kind: Kind, document: str) -> Case:
    """A case on one of whose documents an act of the kind may be taken."""
    case = the_case_for(kind) or a_case()
    response = a_response(stage=case.stage(), gates=case.test.gates, approvals=case.test.approvals)
    files = {**case.files, LETTER: a_mark("letter")}
    if document == RESPONSE.name:
        case = with_changes(case, stage=Stage.DRAFTING)
    else:
        response = replace(response, stage=Stage.DRAFTING)
    return replace(case, files=files, documents={**case.documents, RESPONSE.name: response})


@pytest.mark.parametrize("kind", [each for each in CASE_ACTS if each.reason is Reason.MUST], ids=str)
def test_an_act_that_takes_a_reason_is_refused_without_one(kind: Kind) -> None:
    case = the_case_for(kind)
    act = an_act(kind)

    for reason in (None, "", " \n"):
        with pytest.raises(MissingReasonError):
            decide(case, replace(act, reason=reason), a_policy())


@pytest.mark.exhaustive
@settings(max_examples=1_000, deadline=None)
@given(
    kind=st.sampled_from(CASE_ACTS),
    document=st.sampled_from([*DOCUMENTS]),
    as_kind=st.none() | st.sampled_from([*ACTS.values()]),
    stage=st.none() | st.sampled_from(Stage),
    forged=forgeries,
    stated=st.dictionaries(names, st.none() | texts, max_size=3),
    listed=listings,
)
def test_a_forged_act_on_a_case_never_breaks_off(  # noqa: PLR0917 - each can be forged
    kind: Kind,
    document: str,
    as_kind: Kind | None,
    stage: Stage | None,
    forged: dict[str, Any],
    stated: dict[str, str | None],
    listed: dict[str, FileMark | None],
) -> None:
    case, policy = a_case_for(kind, document), a_policy()
    act = an_act(kind)
    act = an_act_by(act.actor, kind, case, policy, document)
    details = {name: text for name, text in {**act.details, **stated}.items() if text is not None}
    files = {path: mark for path, mark in {**act.files, **listed}.items() if mark is not None}
    act = replace(act, kind=as_kind or kind, details=details, files=files, **forged)
    before = None if kind == OPEN else with_changes(case, **({"stage": stage} if stage else {}))

    with suppress(PitError):  # ours are refusals; every other comes through
        decide(before, act, policy)
    assert idempotency_key(act, before).startswith(act.kind.name)
    # The audit writes the subject before it asks whether the act was lawful.
    assert in_words(act.kind.subject, act, plain=False)


@settings(max_examples=400, deadline=None)
@given(
    before=st.sampled_from([None, a_policy(), add_officer(a_policy(), NEW)]),
    kind=st.sampled_from([*ACTS.values()]),
    after=st.sampled_from(
        [
            a_policy(),
            add_officer(a_policy(), NEW),
            a_policy(rules=some_rules(edition=99)),
            a_policy(version=2, holidays=(a_proclaimed_day(date(2026, 6, 15), added=date.max),)),
        ]
    ),
    details=st.dictionaries(names, texts, max_size=2),
    forged=forgeries,
)
def test_a_forged_act_on_the_policy_never_breaks_off(
    before: Policy | None, kind: Kind, after: Policy, details: dict[str, str], forged: dict[str, Any]
) -> None:
    usual: dict[str, Any] = {"actor": ADMINISTRATOR, "role": Role.ADMINISTRATOR, "version": 2}
    act = an_act(kind, **usual | {"details": details} | forged)

    with suppress(PitError):
        check_amendment(before, act, after)
    assert idempotency_key(act, None).startswith(kind.name)


# What would seldom be drawn


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, fact.name) for kind in CASE_ACTS for fact in kind.facts],
    ids=lambda each: getattr(each, "name", each),
)
def test_no_text_of_a_fact_breaks_off(kind: Kind, name: str) -> None:
    act = an_act(kind)

    for text in TEXTS:
        with suppress(PitError):
            decide(the_case_for(kind), replace(act, details={**act.details, name: text}), a_policy())


def test_the_last_moment_of_the_calendar_is_a_moment_like_another() -> None:
    published = the_case_for(SENT)
    assert published

    sent = decide(published, an_act(SENT, time=LAST), a_policy())
    tomorrow = an_act(SENT, time=LAST, details={"on": "9999-12-31", "by": "post"})

    assert sent.stage() is decide(published, tomorrow, a_policy()).stage() is Stage.SENT


def test_the_last_day_of_the_calendar_is_a_day_like_another() -> None:
    day = a_proclaimed_day(date.max, added=date.max)
    act = an_act(ADD_HOLIDAY, time=LAST, details={"date": "9999-12-31"})

    check_amendment(a_policy(), act, a_policy(version=2, holidays=(day,)))


@pytest.mark.parametrize("time", [FIRST, NOON, LAST])
def test_a_time_is_as_good_as_another_to_open_a_case(time: datetime) -> None:
    policy = a_policy(rules=some_rules(edition=1))  # a later one asks for one after the receipt
    assert decide(None, an_act(OPEN, time=time), policy).opened == time
