"""What an act does to a case, and which acts are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from domain_builders import (
    LAWYER,
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
    a_published_case,
    an_act,
    an_approval,
    an_override,
    digests,
    some_rules,
    the_case_for,
    the_files,
)

from flows.domain.case import Case
from flows.domain.decision import decide, idempotency_key, may_decide
from flows.domain.errors import (
    IncompleteError,
    KnownReferenceError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    PitError,
    RefusedError,
    SamePersonError,
    SameTextError,
    StaleContentError,
    StaleVersionError,
    UnknownCaseError,
    WrongDateError,
    WrongStageError,
)
from flows.domain.policy import SERVICE
from flows.domain.procedure import (
    ASSESSMENT,
    DECIDED_ON,
    DOCUMENT,
    POLICY_ACTS,
    REQUEST,
    SEALED_REQUEST,
    ActKind,
    Role,
    Stage,
)

CASE_ACTS = [kind for kind in ActKind if kind not in POLICY_ACTS]
BALANCING: dict[str, Any] = {"stage": Stage.BALANCING, "approvals": (an_approval(),)}
SIGNS_OFF: dict[str, Any] = {"gate": Stage.BALANCING, "actor": OWNER, "role": Role.SIGN_OFF_OFFICER}


def test_an_opening_makes_a_case_without_a_version() -> None:
    opened = decide(None, an_act(ActKind.OPEN), a_policy())

    assert opened == Case(
        reference=REFERENCE,
        received=date(2022, 11, 7),
        recipient="age1example",
        stage=Stage.RECEIVED,
        version=0,
        round=0,
        acts=1,
        files=the_files(0),
        writers=frozenset(),
        approvals=(),
        opened=NOON,
        changed=NOON,
    )


def test_the_service_writes_the_first_draft() -> None:
    received = a_case(stage=Stage.RECEIVED, version=0, acts=1, files=the_files(0), writers=frozenset())
    first = an_act(ActKind.DRAFT, actor=SERVICE, role=Role.SERVICE, version=1, files=the_files(1))

    assert decide(received, first, a_policy()) == a_case(
        stage=Stage.DRAFTING, acts=2, writers=frozenset({SERVICE})
    )


def test_a_draft_makes_the_next_version_and_its_author_a_writer() -> None:
    before = a_case(stage=Stage.DRAFTING, approvals=(an_approval(),), round=1)

    after = decide(before, an_act(ActKind.DRAFT, actor=MANY_HATS), a_policy())

    assert after == replace(
        before,
        version=2,
        acts=4,
        files=the_files(2),
        writers=frozenset({SERVICE, WRITER, MANY_HATS}),
        approvals=(),
    )


@pytest.mark.parametrize(("gates", "stage"), [("full", Stage.LEGAL_REVIEW), ("two-person", Stage.BALANCING)])
def test_a_submission_leads_to_the_first_gate_of_the_rules(gates: str, stage: Stage) -> None:
    before = a_case(stage=Stage.DRAFTING, writers=frozenset({SERVICE}))

    after = decide(before, an_act(ActKind.SUBMIT), a_policy(gates=gates))

    assert after == replace(before, stage=stage, acts=4, writers=frozenset({SERVICE, WRITER}))


def test_an_override_is_remembered_until_the_next_version() -> None:
    before = a_case(stage=Stage.DRAFTING, writers=frozenset({SERVICE}))

    after = decide(before, an_act(ActKind.OVERRIDE), a_policy())
    anew = decide(after, an_act(ActKind.DRAFT), a_policy())

    assert after == replace(before, acts=4, overrides=(an_override(act=4),))
    assert anew.overrides == ()


def test_a_submission_of_before_there_were_rules_is_lawful() -> None:
    after = decide(a_case(stage=Stage.DRAFTING), an_act(ActKind.SUBMIT, details={}), a_policy())

    assert after.stage is Stage.LEGAL_REVIEW


def test_what_is_overridden_no_longer_stops_a_submission() -> None:
    before = a_case(stage=Stage.DRAFTING, overrides=(an_override(),))
    found = "N01 warn parts[0].denying\nX06 block parts[0].exemptions[1]"

    after = decide(before, an_act(ActKind.SUBMIT, details={"rules": "1", "findings": found}), a_policy())

    assert after.stage is Stage.LEGAL_REVIEW


def test_legal_approval_leads_to_balancing() -> None:
    after = decide(a_case(), an_act(), a_policy())

    assert after == a_case(stage=Stage.BALANCING, acts=4, approvals=(an_approval(),))


def test_sign_off_leads_to_publication() -> None:
    after = decide(a_case(acts=4, **BALANCING), an_act(**SIGNS_OFF), a_policy())

    signed_off = an_approval(gate=Stage.BALANCING, person=OWNER, role=Role.SIGN_OFF_OFFICER, act=5)
    assert after == a_case(stage=Stage.PUBLICATION, acts=5, approvals=(an_approval(), signed_off))


@pytest.mark.parametrize("gate", [Stage.LEGAL_REVIEW, Stage.BALANCING])
def test_a_return_leads_to_drafting_from_either_gate(gate: Stage) -> None:
    role = {Stage.LEGAL_REVIEW: Role.LEGAL_REVIEWER, Stage.BALANCING: Role.SIGN_OFF_OFFICER}[gate]
    before = a_case(stage=gate)

    after = decide(before, an_act(ActKind.RETURN, gate=gate, actor=MANY_HATS, role=role), a_policy())

    assert after == replace(before, stage=Stage.DRAFTING, round=1, acts=4)


def test_publication_ends_the_writers_part() -> None:
    before = a_case(stage=Stage.PUBLICATION)

    after = decide(before, an_act(ActKind.PUBLISH), a_policy())

    assert after == replace(
        before, stage=Stage.PUBLISHED, acts=4, files={**the_files(), PDF: a_mark("pdf")}, writers=frozenset()
    )


def test_a_published_paper_is_sent_and_a_case_withdrawn() -> None:
    assert decide(a_published_case(), an_act(ActKind.SENT), a_policy()).stage is Stage.SENT
    assert decide(a_case(), an_act(ActKind.CLOSE), a_policy()).stage is Stage.CLOSED


def test_late_in_the_evening_of_summer_time_the_local_day_has_begun() -> None:
    late = datetime(2022, 6, 30, 23, 30, tzinfo=UTC)
    case = a_published_case(changed=late)
    sent = an_act(ActKind.SENT, time=late, details={"on": "2022-07-01", "by": "post"})

    assert decide(case, sent, a_policy()).stage is Stage.SENT


def test_only_the_approvals_since_the_last_return_stand() -> None:
    earlier, now = an_approval(), an_approval(round=1, act=7)

    assert a_case(round=1, approvals=(earlier, now)).standing == (now,)


def test_an_approval_of_an_earlier_round_does_not_count_for_its_gate() -> None:
    case = a_case(stage=Stage.BALANCING, round=1, approvals=(an_approval(round=0),))

    with pytest.raises(WrongStageError, match="to approve needs it at legal-review"):
        decide(case, an_act(**SIGNS_OFF), a_policy())


def test_the_same_version_may_be_approved_afresh_after_a_return() -> None:
    case = a_case(round=1, approvals=(an_approval(),))

    after = decide(case, an_act(), a_policy())

    assert after.standing == (an_approval(round=1),)


def test_a_draft_lets_whoever_approved_the_version_before_it_decide_anywhere() -> None:
    case = a_case(stage=Stage.DRAFTING, round=1, approvals=(an_approval(person=MANY_HATS),))

    assert decide(case, an_act(ActKind.DRAFT), a_policy()).approvals == ()


_REFUSALS: dict[str, tuple[Case | None, ActKind, dict[str, Any], type[PitError], str]] = {
    # Who
    "a stranger": (a_case(), ActKind.APPROVE, {"actor": "nobody"}, NotEntitledError, "list of authorised"),
    "a role not held": (a_case(), ActKind.APPROVE, {"actor": WRITER}, NotEntitledError, "legal-reviewer"),
    "a role that takes no such act": (
        a_case(),
        ActKind.APPROVE,
        {"role": Role.AUDITOR, "actor": MANY_HATS},
        NotEntitledError,
        "the role legal-reviewer or sign-off-officer",
    ),
    "the other gate's role": (
        a_case(),
        ActKind.APPROVE,
        {"actor": OWNER, "role": Role.SIGN_OFF_OFFICER},
        NotEntitledError,
        "the role legal-reviewer",
    ),
    "the service in a person's role": (
        a_case(),
        ActKind.APPROVE,
        {"actor": SERVICE},
        NotEntitledError,
        "its own role",
    ),
    "a person in the service's role": (
        the_case_for(ActKind.PUBLISH),
        ActKind.PUBLISH,
        {"actor": WRITER},
        NotEntitledError,
        "its own role",
    ),
    "a person who publishes": (
        the_case_for(ActKind.PUBLISH),
        ActKind.PUBLISH,
        {"actor": WRITER, "role": Role.FOI_OFFICER},
        NotEntitledError,
        "the service itself",
    ),
    # Separation of duties
    "a writer who approves": (
        a_case(),
        ActKind.APPROVE,
        {"actor": MANY_HATS},
        SamePersonError,
        "to decide at",
    ),
    "a writer who returns": (a_case(), ActKind.RETURN, {"actor": MANY_HATS}, SamePersonError, "to decide at"),
    "a writer who overrides": (
        the_case_for(ActKind.OVERRIDE),
        ActKind.OVERRIDE,
        {"actor": MANY_HATS},
        SamePersonError,
        "wrote or submitted a version of 1146A/22, so another person has to override the finding",
    ),
    "one who overrode and then submits": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(person=MANY_HATS),)),
        ActKind.SUBMIT,
        {"actor": MANY_HATS},
        SamePersonError,
        "overrode a finding of 1146A/22, so another person has to submit it",
    ),
    "an override by a writer's role": (
        the_case_for(ActKind.OVERRIDE),
        ActKind.OVERRIDE,
        {"role": Role.FOI_OFFICER},
        NotEntitledError,
        "the role sign-off-officer",
    ),
    "an override without a reason": (
        the_case_for(ActKind.OVERRIDE),
        ActKind.OVERRIDE,
        {"reason": " \n"},
        MissingReasonError,
        "an override needs a reason",
    ),
    "an override a second time": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(),)),
        ActKind.OVERRIDE,
        {},
        RefusedError,
        "overridden in 1146A/22 already",
    ),
    "an override at a gate": (a_case(), ActKind.OVERRIDE, {}, WrongStageError, "needs it at drafting"),
    "an override of an older version": (
        a_case(stage=Stage.DRAFTING, version=2),
        ActKind.OVERRIDE,
        {},
        StaleVersionError,
        "at version 2, not 1",
    ),
    "an override of nothing that a rule could be": (
        the_case_for(ActKind.OVERRIDE),
        ActKind.OVERRIDE,
        {"details": {"finding": "all", "place": ""}},
        MalformedError,
        "a finding is named by its code",
    ),
    "an override of a place that is none": (
        the_case_for(ActKind.OVERRIDE),
        ActKind.OVERRIDE,
        {"details": {"finding": "X06", "place": "the\nplace"}},
        MalformedError,
        "a finding is named by its code",
    ),
    "a submission with findings and no rules": (
        the_case_for(ActKind.SUBMIT),
        ActKind.SUBMIT,
        {"details": {"findings": "N01 warn"}},
        MalformedError,
        "details.rules: this fact is needed",
    ),
    "a submission by rules that are no number": (
        the_case_for(ActKind.SUBMIT),
        ActKind.SUBMIT,
        {"details": {"rules": "1\n2"}},
        MalformedError,
        "the version of the rules is a number",
    ),
    "a submission with what stops it": (
        the_case_for(ActKind.SUBMIT),
        ActKind.SUBMIT,
        {"details": {"rules": "1", "findings": "N01 warn parts[0].denying\nX06 block parts[0]"}},
        IncompleteError,
        r"X06 at parts\[0\]",
    ),
    "a submission with an override of another place": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(),)),
        ActKind.SUBMIT,
        {"details": {"rules": "1", "findings": "X06 block parts[1]"}},
        IncompleteError,
        r"X06 at parts\[1\]",
    ),
    "a submission whose findings are not in their form": (
        the_case_for(ActKind.SUBMIT),
        ActKind.SUBMIT,
        {"details": {"rules": "1", "findings": "none at all"}},
        MalformedError,
        "a finding has a code",
    ),
    "an act with a fact of another kind": (
        the_case_for(ActKind.CLOSE),
        ActKind.CLOSE,
        {"details": {"ground": "withdrawn", "person": "bo"}},
        MalformedError,
        "it states ground and nothing else",
    ),
    "one person at both gates": (
        a_case(stage=Stage.BALANCING, approvals=(an_approval(person=MANY_HATS),), writers=frozenset()),
        ActKind.APPROVE,
        SIGNS_OFF | {"actor": MANY_HATS},
        SamePersonError,
        "already approved version 1",
    ),
    "one person at both gates, a return between": (
        a_case(
            stage=Stage.BALANCING,
            round=1,
            approvals=(an_approval(person=MANY_HATS), an_approval(round=1)),
            writers=frozenset(),
        ),
        ActKind.APPROVE,
        SIGNS_OFF | {"actor": MANY_HATS},
        SamePersonError,
        "already approved version 1",
    ),
    # Where
    "an unknown case": (None, ActKind.APPROVE, {}, UnknownCaseError, "holds no case"),
    "a second opening": (a_case(), ActKind.OPEN, {}, KnownReferenceError, "already a case"),
    "a gate where the case is not": (a_case(), ActKind.APPROVE, SIGNS_OFF, WrongStageError, "is at legal-r"),
    "a draft under review": (a_case(), ActKind.DRAFT, {}, WrongStageError, "needs it at drafting"),
    "a person's draft of a new case": (
        a_case(stage=Stage.RECEIVED),
        ActKind.DRAFT,
        {},
        WrongStageError,
        "needs it at drafting",
    ),
    "a second draft by the service": (
        a_case(stage=Stage.DRAFTING),
        ActKind.DRAFT,
        {"actor": SERVICE, "role": Role.SERVICE},
        WrongStageError,
        "needs it at received",
    ),
    "publication before sign-off": (a_case(**BALANCING), ActKind.PUBLISH, {}, WrongStageError, "publication"),
    "the closing of a published case": (a_published_case(), ActKind.CLOSE, {}, WrongStageError, "at publish"),
    "a draft of a closed case": (a_case(stage=Stage.CLOSED), ActKind.DRAFT, {}, WrongStageError, "at closed"),
    # Which version, which bytes
    "an earlier version": (a_case(version=2), ActKind.APPROVE, {}, StaleVersionError, "version 2, not 1"),
    "a draft made of an earlier version": (
        a_case(stage=Stage.DRAFTING, version=2),
        ActKind.DRAFT,
        {"version": 2},
        StaleVersionError,
        "version 2, not 1",
    ),
    "an opening with a version": (None, ActKind.OPEN, {"version": 1}, StaleVersionError, "version 0, not 1"),
    "other bytes than were read": (
        a_case(),
        ActKind.APPROVE,
        {"details": digests(the_files(2))},
        StaleContentError,
        "assessment.yaml of 1146A/22 has changed",
    ),
    "bytes not named": (
        a_case(),
        ActKind.APPROVE,
        {"details": digests(the_files()) | {REQUEST: ""}},
        MalformedError,
        "details.request.md",
    ),
    "a draft that changes nothing": (
        a_case(stage=Stage.DRAFTING),
        ActKind.DRAFT,
        {"files": the_files(1)},
        SameTextError,
        "Version 1 of 1146A/22 has this text already",
    ),
    "a draft without its text": (
        a_case(stage=Stage.DRAFTING, files=the_files(0)),
        ActKind.DRAFT,
        {"files": the_files(0)},
        MalformedError,
        "document.md: a draft needs this file",
    ),
    "an approval that changes the text": (
        a_case(),
        ActKind.APPROVE,
        {"files": the_files(2)},
        MalformedError,
        "document.md: to approve leaves this file as it is",
    ),
    "a draft that drops the sealed request": (
        a_case(stage=Stage.DRAFTING),
        ActKind.DRAFT,
        {"files": {path: mark for path, mark in the_files(2).items() if path != SEALED_REQUEST}},
        MalformedError,
        "request.age: to draft leaves",
    ),
    "a publication of another case's paper": (
        a_case(stage=Stage.PUBLICATION),
        ActKind.PUBLISH,
        {"files": the_files() | {"published/other.pdf": a_mark("pdf")}},
        MalformedError,
        "published/other.pdf",
    ),
    "a publication without a paper": (
        a_case(stage=Stage.PUBLICATION),
        ActKind.PUBLISH,
        {"files": the_files()},
        MalformedError,
        "needs its PDF",
    ),
    "a publication of the paper before it": (
        a_case(stage=Stage.PUBLICATION, files=the_files() | {PDF: a_mark("pdf")}),
        ActKind.PUBLISH,
        {},
        MalformedError,
        "needs its PDF",
    ),
    "an opening with a draft": (None, ActKind.OPEN, {"files": the_files()}, MalformedError, "an opening"),
    # Which facts
    "a return without a reason": (a_case(), ActKind.RETURN, {"reason": " \n"}, MissingReasonError, "Say why"),
    "a decision without its gate": (
        a_case(),
        ActKind.APPROVE,
        {"gate": None},
        MalformedError,
        "gate: one of",
    ),
    "a decision where none is made": (
        a_case(stage=Stage.DRAFTING),
        ActKind.APPROVE,
        {"gate": Stage.DRAFTING},
        MalformedError,
        "gate: one of legal-review, balancing is needed",
    ),
    "a publication that names a gate to get past the others": (
        a_case(stage=Stage.DRAFTING),
        ActKind.PUBLISH,
        {"gate": Stage.DRAFTING},
        MalformedError,
        "only an approval or a return has a gate",
    ),
    "another document, with gates of its own": (
        a_case(stage=Stage.DRAFTING),
        ActKind.SUBMIT,
        {"document": "letter"},
        MalformedError,
        "document: one of test",
    ),
    "another case": (a_case(), ActKind.APPROVE, {"case": "1146a-22"}, MalformedError, "written 1146A/22"),
    "another policy": (a_case(), ActKind.APPROVE, {"policy": 2}, MalformedError, "version 1 of the policy"),
    "an impossible reference": (None, ActKind.OPEN, {"case": "../etc"}, MalformedError, "a reference has"),
    "a receipt without a date": (
        None,
        ActKind.OPEN,
        {"details": {"recipient": "age1example"}},
        MalformedError,
        "details.received: this fact is needed",
    ),
    "a receipt on no day": (
        None,
        ActKind.OPEN,
        {"details": {"received": "2022-02-30", "recipient": "age1example"}},
        MalformedError,
        "write the date as 2022-11-07",
    ),
    "a date in another form": (
        None,
        ActKind.OPEN,
        {"details": {"received": "20221107", "recipient": "age1example"}},
        MalformedError,
        "write the date as 2022-11-07",
    ),
    "a sending before the publication": (
        a_published_case(),
        ActKind.SENT,
        {"details": {"on": "2022-11-27", "by": "email"}},
        WrongDateError,
        "published on 2022-11-28",
    ),
    "a sending in the future": (
        a_published_case(),
        ActKind.SENT,
        {"details": {"on": "2022-11-29", "by": "email"}},
        WrongDateError,
        "until today, 2022-11-28",
    ),
    "an unknown channel": (
        a_published_case(),
        ActKind.SENT,
        {"details": {"on": "2022-11-28", "by": "pigeon"}},
        MalformedError,
        "one of email, post",
    ),
    "an unknown ground": (
        a_case(),
        ActKind.CLOSE,
        {"details": {"ground": "bored"}},
        MalformedError,
        "one of withdrawn",
    ),
}


@pytest.mark.parametrize(
    ("case", "kind", "changes", "refusal", "says"), _REFUSALS.values(), ids=_REFUSALS.keys()
)
def test_what_is_refused(
    case: Case | None, kind: ActKind, changes: dict[str, Any], refusal: type[PitError], says: str
) -> None:
    if case is not None and changes.get("actor") == MANY_HATS and not case.approvals:
        case = replace(case, writers=frozenset({MANY_HATS}))

    with pytest.raises(refusal, match=says) as refused:
        decide(case, an_act(kind, **changes), a_policy())

    assert type(refused.value) is refusal


@pytest.mark.parametrize("kind", sorted(POLICY_ACTS))
@pytest.mark.parametrize("case", [None, a_case()], ids=["before a case", "on a case"])
def test_an_act_on_the_policy_is_refused_for_a_case(kind: ActKind, case: Case | None) -> None:
    with pytest.raises(MalformedError, match="never to a case"):
        decide(case, an_act(kind, case=REFERENCE, policy=1), a_policy())


def test_rules_without_the_document_are_refused() -> None:
    policy = a_policy(rules=some_rules(gates={"letter": "full"}))

    with pytest.raises(MalformedError, match="document"):
        decide(a_case(), an_act(), policy)


def test_rules_made_stricter_on_the_way_ask_for_the_gate_that_was_passed_over() -> None:
    submitted = decide(a_case(stage=Stage.DRAFTING), an_act(ActKind.SUBMIT), a_policy(gates="two-person"))

    with pytest.raises(WrongStageError, match="is at balancing; to approve needs it at legal-review"):
        decide(submitted, an_act(**SIGNS_OFF), a_policy(gates="full"))


def test_rules_made_laxer_on_the_way_leave_a_return_as_the_way_on() -> None:
    with pytest.raises(WrongStageError, match="is at legal-review; to approve needs it at balancing"):
        decide(a_case(), an_act(), a_policy(gates="two-person"))

    returned = decide(a_case(), an_act(ActKind.RETURN), a_policy(gates="two-person"))
    assert returned.stage is Stage.DRAFTING


def test_a_gate_that_was_passed_is_not_passed_twice() -> None:
    again = a_case(
        stage=Stage.BALANCING,
        approvals=(an_approval(), an_approval(gate=Stage.BALANCING, person="another")),
    )

    with pytest.raises(WrongStageError, match="needs it at publication"):
        decide(again, an_act(**SIGNS_OFF), a_policy())


def test_whoever_may_decide_is_neither_a_writer_nor_at_the_other_gate() -> None:
    policy = a_policy(
        a_person("busy", Role.SIGN_OFF_OFFICER),
        a_person("free", Role.SIGN_OFF_OFFICER),
        a_person("seen", Role.SIGN_OFF_OFFICER, Role.LEGAL_REVIEWER),
    )
    case = a_case(stage=Stage.BALANCING, writers=frozenset({"busy"}), approvals=(an_approval(person="seen"),))

    assert may_decide(case, policy) == {"free"}
    assert may_decide(replace(case, stage=Stage.DRAFTING), policy) == frozenset()


# The key under which an act is known again


@pytest.mark.parametrize("kind", [kind for kind in CASE_ACTS if kind is not ActKind.OPEN])
def test_an_act_tried_again_after_it_was_recorded_has_the_same_key(kind: ActKind) -> None:
    before, act = the_case_for(kind), an_act(kind)
    after = decide(before, act, a_policy())

    assert idempotency_key(act, after) == idempotency_key(act, before)


def test_an_opening_tried_again_has_the_same_key_whatever_it_is_sealed_to() -> None:
    first = an_act(ActKind.OPEN)
    again = replace(
        first,
        details={**first.details, "recipient": "age1other"},
        files={**first.files, SEALED_REQUEST: a_mark("sealed anew")},
    )

    assert idempotency_key(again, None) == idempotency_key(first, None)
    assert idempotency_key(again, a_case(round=2)) == idempotency_key(first, None)


_OTHERS: dict[str, tuple[ActKind, dict[str, Any]]] = {
    "another request": (ActKind.OPEN, {"files": the_files(0) | {REQUEST: a_mark("other")}}),
    "another text for the same version": (ActKind.DRAFT, {"files": the_files(3)}),
    "another day of sending": (ActKind.SENT, {"details": {"on": "2022-11-29", "by": "email"}}),
    "another officer at the same version of the policy": (
        ActKind.ADD_OFFICER,
        {"files": {"roster.json": a_mark("other")}},
    ),
    "another person": (ActKind.APPROVE, {"actor": "another"}),
    "another gate": (ActKind.RETURN, {"gate": Stage.BALANCING}),
    "another version": (ActKind.SUBMIT, {"version": 2}),
}


@pytest.mark.parametrize(("kind", "changes"), _OTHERS.values(), ids=_OTHERS.keys())
def test_another_act_has_another_key(kind: ActKind, changes: dict[str, Any]) -> None:
    case = None if kind in POLICY_ACTS else the_case_for(kind)

    assert idempotency_key(an_act(kind, **changes), case) != idempotency_key(an_act(kind), case)


def test_an_approval_after_a_return_has_another_key_than_the_one_before_it() -> None:
    assert idempotency_key(an_act(), a_case(round=1)) != idempotency_key(an_act(), a_case())


def test_a_return_that_meets_a_case_never_returned_is_not_taken_for_done() -> None:
    with pytest.raises(WrongStageError):
        decide(a_case(stage=Stage.DRAFTING), an_act(ActKind.RETURN), a_policy())
    assert idempotency_key(an_act(ActKind.RETURN), a_case(stage=Stage.DRAFTING)) == (
        "return/1146A-22/v1/r0/legal-review/lawyer"
    )


def test_what_is_decided_on_is_the_text_and_the_request_in_clear() -> None:
    assert DECIDED_ON == (ASSESSMENT, DOCUMENT, REQUEST)
    assert LAWYER not in a_case().writers
