"""What an act does to a case, and which acts are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    ADMINISTRATOR,
    BY_US,
    LAWYER,
    LETTER,
    MANY_HATS,
    NOON,
    OWNER,
    PDF,
    REFERENCE,
    WRITER,
    a_case,
    a_mark,
    a_policy,
    a_published_case,
    a_response,
    an_act,
    an_approval,
    an_override,
    digests,
    some_rules,
    the_case_for,
    the_files,
    with_changes,
)

from flows.domain.acts import (
    ACTS,
    ADD_OFFICER,
    APPROVE,
    ASSIGN,
    CLOSE,
    DRAFT,
    OPEN,
    OVERRIDE,
    PUBLISH,
    RETURN,
    SENT,
    SUBMIT,
    Kind,
    On,
)
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.acts.kind import a_text
from flows.domain.acts.opening import ATTACHED
from flows.domain.case import Case, Document, Paper, Stated
from flows.domain.checks import VERSION
from flows.domain.decide import decide, idempotency_key
from flows.domain.documents import ASSESSMENT, DOCUMENT, REQUEST, RESPONSE, SEALED_REQUEST, TEST
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
from flows.domain.events import Events
from flows.domain.life import Life
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from flows.domain.act import Act
    from flows.domain.policy import Policy

CASE_ACTS = [kind for kind in ACTS.values() if kind.on is not On.POLICY]
POLICY_ACTS = [kind for kind in ACTS.values() if kind.on is On.POLICY]
BALANCING: dict[str, Any] = {"stage": Stage.BALANCING, "approvals": (an_approval(),)}
SIGNS_OFF: dict[str, Any] = {"gate": Stage.BALANCING, "actor": OWNER, "role": Role.SIGN_OFF_OFFICER}
SUBMITS = dict(an_act(SUBMIT).details)


def a_submission(**details: str) -> Act:
    return an_act(SUBMIT, details=SUBMITS | details)


def followed(case: Case, *acts: Act, policy: Policy | None = None) -> Case:
    """The case once every act was judged and taken."""
    for act in acts:
        case = decide(case, act, policy or a_policy())
    return case


def test_an_opening_makes_a_case_without_a_version() -> None:
    opened = decide(None, an_act(OPEN), a_policy())

    assert opened == Case(
        reference=REFERENCE,
        received=date(2022, 11, 7),
        recipient="age1example",
        regime="foia",
        acts=1,
        files=the_files(0),
        documents={"test": Document(name="test")},
        life=Life(events=Events(received=date(2022, 11, 7))),
        opened=NOON,
        settled=NOON,
        changed=NOON,
    )
    assert (opened.stage(), opened.test.version) == (Stage.RECEIVED, 0)


def test_the_service_writes_the_first_draft() -> None:
    received = decide(None, an_act(OPEN), a_policy())
    first = an_act(DRAFT, actor=SERVICE, role=Role.SERVICE, version=1, files=the_files(1))

    assert decide(received, first, a_policy()) == a_case(
        stage=Stage.DRAFTING, acts=2, gates=(), writers=frozenset({SERVICE})
    )


def test_a_draft_makes_the_next_version_and_its_author_a_writer() -> None:
    before = a_case(stage=Stage.DRAFTING, approvals=(an_approval(),), round=1)

    after = decide(before, an_act(DRAFT, actor=MANY_HATS), a_policy())

    written = [the_files(2)[path] for path in (ASSESSMENT, DOCUMENT)]
    assert after == with_changes(
        before,
        version=2,
        acts=4,
        files=the_files(2),
        writers=frozenset({SERVICE, WRITER, MANY_HATS}),
        authors={mark.sha256: frozenset({MANY_HATS}) for mark in written},
        approvals=(),
        hands=frozenset({MANY_HATS}),
    )


@pytest.mark.parametrize(
    ("gates", "stated"),
    [("full", (Stage.LEGAL_REVIEW, Stage.BALANCING)), ("two-person", (Stage.BALANCING,))],
)
def test_a_submission_leads_to_the_first_gate_of_the_rules(gates: str, stated: tuple[Stage, ...]) -> None:
    before = a_case(stage=Stage.DRAFTING, gates=(), writers=frozenset({SERVICE}))

    after = decide(before, a_submission(gates=" ".join(stated)), a_policy(gates=gates))

    assert after == with_changes(
        before,
        stage=stated[0],
        gates=stated,
        acts=4,
        writers=frozenset({SERVICE, WRITER}),
        hands=frozenset({WRITER}),
    )


def test_an_override_is_remembered_until_the_next_version() -> None:
    before = a_case(stage=Stage.DRAFTING, writers=frozenset({SERVICE}))

    after = decide(before, an_act(OVERRIDE), a_policy())
    anew = decide(after, an_act(DRAFT), a_policy())

    assert after == with_changes(before, acts=4, overrides=(an_override(act=4),), hands=frozenset({OWNER}))
    assert anew.test.overrides == ()


def test_what_is_overridden_no_longer_stops_a_submission() -> None:
    before = a_case(stage=Stage.DRAFTING, overrides=(an_override(),))
    found = "N01 warn parts[0].denying\nX06 block parts[0].exemptions[1]"

    after = decide(before, a_submission(findings=found), a_policy())

    assert after.stage() is Stage.LEGAL_REVIEW


def test_legal_approval_leads_to_balancing() -> None:
    after = decide(a_case(), an_act(), a_policy())

    assert after == a_case(
        stage=Stage.BALANCING, acts=4, approvals=(an_approval(),), hands=frozenset({LAWYER})
    )


def test_sign_off_leads_to_publication() -> None:
    after = decide(a_case(acts=4, **BALANCING), an_act(**SIGNS_OFF), a_policy())

    signed_off = an_approval(gate=Stage.BALANCING, person=OWNER, role=Role.SIGN_OFF_OFFICER, act=5)
    assert after == a_case(
        stage=Stage.PUBLICATION, acts=5, approvals=(an_approval(), signed_off), hands=frozenset({OWNER})
    )


@pytest.mark.parametrize("gate", [Stage.LEGAL_REVIEW, Stage.BALANCING])
def test_a_return_leads_to_drafting_from_either_gate(gate: Stage) -> None:
    role = {Stage.LEGAL_REVIEW: Role.LEGAL_REVIEWER, Stage.BALANCING: Role.SIGN_OFF_OFFICER}[gate]
    before = a_case(stage=gate)

    after = decide(before, an_act(RETURN, gate=gate, actor=MANY_HATS, role=role), a_policy())

    assert after == with_changes(before, stage=Stage.DRAFTING, round=1, acts=4, hands=frozenset({MANY_HATS}))


def test_publication_ends_the_writers_part() -> None:
    before = a_case(stage=Stage.PUBLICATION)
    made_from = {path: mark for path, mark in the_files().items() if path != SEALED_REQUEST}

    after = decide(before, an_act(PUBLISH), a_policy())

    assert after == with_changes(
        before,
        stage=Stage.PUBLISHED,
        acts=4,
        files={**the_files(), PDF: a_mark("pdf")},
        writers=frozenset(),
        paper=Paper(version=1, at=NOON, files=made_from),
    )


def test_a_published_paper_is_sent_and_a_case_withdrawn() -> None:
    assert decide(a_published_case(), an_act(SENT), a_policy()).stage() is Stage.SENT

    withdrawn = decide(a_case(), an_act(CLOSE), a_policy())
    assert (withdrawn.stage(), withdrawn.stage("response")) == (Stage.CLOSED, Stage.CLOSED)
    assert withdrawn.closed == NOON


@pytest.mark.parametrize(
    ("published", "on", "editions"),
    [
        (datetime(2022, 6, 30, 23, 30, tzinfo=UTC), date(2022, 7, 1), {1, 2}),
        (datetime(2022, 6, 30, 23, 30, tzinfo=UTC), date(2022, 6, 30), {1}),
        (datetime(2022, 6, 30, 22, 30, tzinfo=UTC), date(2022, 7, 1), set()),
        (datetime(2022, 12, 30, 23, 30, tzinfo=UTC), date(2022, 12, 30), {1, 2}),
        (datetime(2022, 12, 30, 23, 30, tzinfo=UTC), date(2022, 12, 31), {1}),
    ],
    ids=[
        *("after midnight in summer", "the day before it was published", "before midnight"),
        *("in winter", "on a day that is yet to come"),
    ],
)
def test_a_paper_is_sent_from_the_local_day_on_which_it_was_published(
    published: datetime, on: date, editions: set[int]
) -> None:
    case = a_published_case().with_document("test", changed=published)
    sent = an_act(SENT, time=published, details={"on": str(on), "by": "post"})

    for edition in (1, 2):
        policy = a_policy(rules=some_rules(edition=edition))
        if edition in editions:
            assert decide(case, sent, policy).stage() is Stage.SENT
        else:
            with pytest.raises(WrongDateError):
                decide(case, sent, policy)


def test_only_the_approvals_since_the_last_return_stand() -> None:
    earlier, now = an_approval(), an_approval(round=1, act=7)

    assert a_case(round=1, approvals=(earlier, now)).test.standing == (now,)


def test_an_approval_of_an_earlier_round_does_not_count_for_its_gate() -> None:
    returned = an_act(RETURN, **SIGNS_OFF)
    case = followed(a_case(acts=4, **BALANCING), returned, an_act(SUBMIT))

    with pytest.raises(WrongStageError, match=r"1146A/22 cannot be approved.*: it is at legal review"):
        decide(case, an_act(**SIGNS_OFF), a_policy())


def test_the_same_version_may_be_approved_afresh_after_a_return() -> None:
    case = a_case(round=1, approvals=(an_approval(),))

    after = decide(case, an_act(), a_policy())

    assert after.test.standing == (an_approval(round=1),)


def test_a_draft_lets_whoever_approved_the_version_before_it_decide_anywhere() -> None:
    case = a_case(stage=Stage.DRAFTING, round=1, approvals=(an_approval(person=MANY_HATS),))

    assert decide(case, an_act(DRAFT), a_policy()).test.approvals == ()


_REFUSALS: dict[str, tuple[Case | None, Kind, dict[str, Any], type[PitError], str]] = {
    # Who
    "a stranger": (a_case(), APPROVE, {"actor": "nobody"}, NotEntitledError, "list of authorised"),
    "a role not held": (a_case(), APPROVE, {"actor": WRITER}, NotEntitledError, "legal-reviewer"),
    "a role that takes no such act": (
        a_case(),
        APPROVE,
        {"role": Role.AUDITOR, "actor": MANY_HATS},
        NotEntitledError,
        "may not approve: that needs the role legal-reviewer",
    ),
    "the other gate's role": (
        a_case(),
        APPROVE,
        {"actor": OWNER, "role": Role.SIGN_OFF_OFFICER},
        NotEntitledError,
        "the role legal-reviewer",
    ),
    "the service in a person's role": (
        a_case(),
        APPROVE,
        {"actor": SERVICE},
        NotEntitledError,
        "service may not approve: that needs the role legal-reviewer",
    ),
    "a person in the service's role": (
        the_case_for(PUBLISH),
        PUBLISH,
        {"actor": WRITER},
        NotEntitledError,
        "may not publish: that needs .*the service itself",
    ),
    "an administrator who writes": (
        the_case_for(DRAFT),
        DRAFT,
        {"actor": ADMINISTRATOR, "role": Role.ADMINISTRATOR},
        NotEntitledError,
        "may not draft: that needs the role foi-officer",
    ),
    "a person who writes the first version of a test": (
        decide(None, an_act(OPEN), a_policy()),
        DRAFT,
        {"version": 1, "files": the_files(1)},
        NotEntitledError,
        "write the first version of the test: that needs .*the service itself",
    ),
    "the service that writes a second version": (
        the_case_for(DRAFT),
        DRAFT,
        {"actor": SERVICE, "role": Role.SERVICE},
        NotEntitledError,
        "service may not write a later version of the test: that needs the role foi-officer",
    ),
    "a person who publishes": (
        the_case_for(PUBLISH),
        PUBLISH,
        {"actor": WRITER, "role": Role.FOI_OFFICER},
        NotEntitledError,
        "the service itself",
    ),
    # Separation of duties
    "a writer who approves": (
        a_case(writers=frozenset({MANY_HATS})),
        APPROVE,
        {"actor": MANY_HATS},
        SamePersonError,
        "wrote or submitted a version of 1146A/22, so another person has to approve",
    ),
    "a writer who returns": (
        a_case(writers=frozenset({MANY_HATS})),
        RETURN,
        {"actor": MANY_HATS},
        SamePersonError,
        "has to return",
    ),
    "a writer who overrides": (
        a_case(stage=Stage.DRAFTING, writers=frozenset({MANY_HATS})),
        OVERRIDE,
        {"actor": MANY_HATS},
        SamePersonError,
        "has to override",
    ),
    "whoever wrote what is decided on with another's version": (
        a_case(authors={the_files()[REQUEST].sha256: frozenset({MANY_HATS})}),
        APPROVE,
        {"actor": MANY_HATS},
        SamePersonError,
        "wrote words of 1146A/22, so another person has to approve",
    ),
    "one who overrode and then submits": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(person=MANY_HATS),)),
        SUBMIT,
        {"actor": MANY_HATS},
        SamePersonError,
        "overrode a finding of 1146A/22, so another person has to submit",
    ),
    "an override by a writer's role": (
        the_case_for(OVERRIDE),
        OVERRIDE,
        {"role": Role.FOI_OFFICER},
        NotEntitledError,
        "the role sign-off-officer",
    ),
    "an override without a reason": (
        the_case_for(OVERRIDE),
        OVERRIDE,
        {"reason": " \n"},
        MissingReasonError,
        "to override .*takes a reason",
    ),
    "an override a second time": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(),)),
        OVERRIDE,
        {},
        RefusedError,
        "overridden in 1146A/22 already",
    ),
    "an override at a gate": (
        a_case(),
        OVERRIDE,
        {},
        WrongStageError,
        "1146A/22 cannot be .*: it is at legal review",
    ),
    "an override of a document that no rules are run on": (
        a_case(a_response(stage=Stage.DRAFTING), files=the_files() | {LETTER: a_mark("letter")}),
        OVERRIDE,
        {"document": "response", "files": the_files() | {LETTER: a_mark("letter")}},
        RefusedError,
        "No rules are run on the response of 1146A/22",
    ),
    "an override of an older version": (
        a_case(stage=Stage.DRAFTING, version=2),
        OVERRIDE,
        {},
        StaleVersionError,
        "at version 2, not 1",
    ),
    "an override of nothing that a rule could be": (
        the_case_for(OVERRIDE),
        OVERRIDE,
        {"details": {"finding": "all", "place": ""}},
        MalformedError,
        "a finding is named by its code",
    ),
    "an override of a place that is none": (
        the_case_for(OVERRIDE),
        OVERRIDE,
        {"details": {"finding": "X06", "place": "the\nplace"}},
        MalformedError,
        "details.place: the place of a finding",
    ),
    "a submission with findings and no rules": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": {"gates": SUBMITS["gates"], "findings": "N01 warn"}},
        MalformedError,
        "details.rules: the version of the rules is needed",
    ),
    "a submission by rules that are no number": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"rules": "1\n2"}},
        MalformedError,
        "the version of the rules is a number",
    ),
    "a submission by rules that nobody named": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"rules": ""}},
        MalformedError,
        "the version of the rules is a number",
    ),
    "a submission by rules that nobody knows": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"rules": str(int(VERSION) + 1)}},
        MalformedError,
        f"knows the rules up to version {VERSION}",
    ),
    "a submission of findings in a document that no rules are run on": (
        a_case(a_response(stage=Stage.DRAFTING), files=the_files() | {LETTER: a_mark("letter")}),
        SUBMIT,
        {
            "document": "response",
            "files": the_files() | {LETTER: a_mark("letter")},
            "details": {"gates": "balancing", "findings": "N01 warn"},
        },
        MalformedError,
        "details.rules: no rules are run on the response",
    ),
    "a submission that does not say what made its text": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": {name: fact for name, fact in SUBMITS.items() if name != MADE_WITH}},
        MalformedError,
        "details.made-with: the procedure in force asks what made the text",
    ),
    "a submission that says in words what made its text": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {MADE_WITH: f"{BY_US} "}},
        MalformedError,
        "details.made-with: what made the text, as equipoise=0.1.0",
    ),
    "a submission of a document that is made of nothing, with what made it": (
        a_case(a_response(stage=Stage.DRAFTING), files=the_files() | {LETTER: a_mark("letter")}),
        SUBMIT,
        {
            "document": "response",
            "files": the_files() | {LETTER: a_mark("letter")},
            "details": {"gates": "balancing", MADE_WITH: BY_US},
        },
        MalformedError,
        "details.made-with: the response is made of nothing",
    ),
    "a submission to fewer gates": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"gates": "balancing"}},
        MalformedError,
        "details.gates: the approvals that the rules in force ask for",
    ),
    "a submission to the gates in another order": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"gates": "balancing legal-review"}},
        MalformedError,
        "details.gates: the approvals that the rules in force ask for",
    ),
    "a submission that names no gate": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": {"rules": VERSION}},
        MalformedError,
        "details.gates: this fact is needed",
    ),
    "a submission with what stops it": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"findings": "N01 warn parts[0].denying\nX06 block parts[0]"}},
        IncompleteError,
        r"X06 at parts\[0\]",
    ),
    "a submission with an override of another place": (
        a_case(stage=Stage.DRAFTING, writers=frozenset(), overrides=(an_override(),)),
        SUBMIT,
        {"details": SUBMITS | {"findings": "X06 block parts[1]"}},
        IncompleteError,
        r"X06 at parts\[1\]",
    ),
    "a submission whose findings are not in their form": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"details": SUBMITS | {"findings": "none at all"}},
        MalformedError,
        "a finding has a code",
    ),
    "an act with a fact of another kind": (
        the_case_for(CLOSE),
        CLOSE,
        {"details": {"ground": "withdrawn", "person": WRITER}},
        MalformedError,
        "it states ground, original and nothing else",
    ),
    "one person at both gates": (
        a_case(stage=Stage.BALANCING, approvals=(an_approval(person=MANY_HATS),), writers=frozenset()),
        APPROVE,
        SIGNS_OFF | {"actor": MANY_HATS},
        SamePersonError,
        "already approved version 1",
    ),
    "one person who approved at one gate and returns at the other": (
        a_case(stage=Stage.BALANCING, approvals=(an_approval(person=MANY_HATS),), writers=frozenset()),
        RETURN,
        SIGNS_OFF | {"actor": MANY_HATS},
        SamePersonError,
        "already approved version 1 of 1146A/22, so another person has to return",
    ),
    "one person at both gates, a return between": (
        a_case(
            stage=Stage.BALANCING,
            round=1,
            approvals=(an_approval(person=MANY_HATS), an_approval(round=1)),
            writers=frozenset(),
        ),
        APPROVE,
        SIGNS_OFF | {"actor": MANY_HATS},
        SamePersonError,
        "already approved version 1",
    ),
    "a role among those of the act that the person has not": (
        a_case(stage=Stage.DRAFTING),
        DRAFT,
        {"role": Role.SERVICE},
        NotEntitledError,
        "needs the service itself",
    ),
    # Where
    "an unknown case": (None, APPROVE, {}, UnknownCaseError, "no case 1146A/22"),
    "a second opening": (a_case(), OPEN, {}, KnownReferenceError, "already a case"),
    "a gate where the case is not": (a_case(), APPROVE, SIGNS_OFF, WrongStageError, "it is at legal review"),
    "a gate that was passed": (a_case(**BALANCING), APPROVE, {}, WrongStageError, "it is at .*sign-off"),
    "a draft under review": (
        a_case(),
        DRAFT,
        {},
        WrongStageError,
        "1146A/22 cannot be .*: it is at legal review",
    ),
    "publication before sign-off": (
        a_case(**BALANCING),
        PUBLISH,
        {},
        WrongStageError,
        "1146A/22 cannot be published: it is at .*sign-off",
    ),
    "the closing of a published case": (
        a_published_case(),
        CLOSE,
        {},
        WrongStageError,
        "1146A/22 cannot be closed: its test is published and waits to be sent",
    ),
    "a draft of a closed case": (
        a_case(stage=Stage.DRAFTING, closed=NOON),
        DRAFT,
        {},
        WrongStageError,
        "cannot be .*: it is closed",
    ),
    "a closing again": (a_case(closed=NOON), CLOSE, {}, WrongStageError, "cannot be closed: it is closed"),
    # Which version, which bytes
    "an earlier version": (a_case(version=2), APPROVE, {}, StaleVersionError, "version 2, not 1"),
    "a draft made of an earlier version": (
        a_case(stage=Stage.DRAFTING, version=2),
        DRAFT,
        {"version": 2},
        StaleVersionError,
        "version 2, not 1",
    ),
    "an opening under a reference that ends as a letter's name does": (
        None,
        OPEN,
        {"case": "1146A/22-fees"},
        MalformedError,
        "a reference does not end as the name of a letter",
    ),
    "an opening with a version": (None, OPEN, {"version": 1}, StaleVersionError, "version 0, not 1"),
    "an assignment to an administrator": (
        a_case(),
        ASSIGN,
        {"details": {"person": ADMINISTRATOR}},
        NotEntitledError,
        "look after a case",
    ),
    "a closing with a version": (a_case(), CLOSE, {"version": 1}, StaleVersionError, "version 0, not 1"),
    "other bytes than were read": (
        a_case(),
        APPROVE,
        {"details": digests(the_files(2))},
        StaleContentError,
        "assessment.yaml of 1146A/22 has changed",
    ),
    "bytes not named": (
        a_case(),
        APPROVE,
        {"details": {p: digest for p, digest in digests(the_files()).items() if p != REQUEST}},
        MalformedError,
        "details.request.md: the SHA-256 of what was read is needed",
    ),
    "bytes named by nothing": (
        a_case(),
        APPROVE,
        {"details": digests(the_files()) | {REQUEST: ""}},
        StaleContentError,
        "request.md of 1146A/22 has changed",
    ),
    "bytes that nobody decides on": (
        a_case(),
        APPROVE,
        {"details": digests(the_files()) | {SEALED_REQUEST: the_files()[SEALED_REQUEST].sha256}},
        MalformedError,
        "and nothing else",
    ),
    "a draft that changes nothing": (
        a_case(stage=Stage.DRAFTING),
        DRAFT,
        {"files": the_files(1)},
        SameTextError,
        "Version 1 of 1146A/22 has this text already",
    ),
    "a draft without its text": (
        a_case(stage=Stage.DRAFTING, files=the_files(0)),
        DRAFT,
        {"files": the_files(0)},
        MalformedError,
        "document.md: a draft needs this file",
    ),
    "an approval that changes the text": (
        a_case(),
        APPROVE,
        {"files": the_files(2)},
        MalformedError,
        "document.md: to approve leaves this file as it is",
    ),
    "a draft that drops the sealed request": (
        a_case(stage=Stage.DRAFTING),
        DRAFT,
        {"files": {path: mark for path, mark in the_files(2).items() if path != SEALED_REQUEST}},
        MalformedError,
        "request.age: to draft leaves",
    ),
    "a draft that drops the request in clear": (
        a_case(stage=Stage.DRAFTING),
        DRAFT,
        {"files": {path: mark for path, mark in the_files(2).items() if path != REQUEST}},
        MalformedError,
        "request.md: to draft leaves",
    ),
    "a publication of another case's paper": (
        a_case(stage=Stage.PUBLICATION),
        PUBLISH,
        {"files": the_files() | {"test/other.pdf": a_mark("pdf")}},
        MalformedError,
        "test/other.pdf: to publish leaves this file as it is",
    ),
    "a publication without a paper": (
        a_case(stage=Stage.PUBLICATION),
        PUBLISH,
        {"files": the_files()},
        MalformedError,
        "needs its PDF",
    ),
    "a publication of the paper before it": (
        a_case(stage=Stage.PUBLICATION, files=the_files() | {PDF: a_mark("pdf")}),
        PUBLISH,
        {},
        MalformedError,
        "needs its PDF",
    ),
    "an opening with an attachment that it does not state": (
        None,
        OPEN,
        {"files": the_files(0) | {ATTACHED: a_mark("sealed")}},
        MalformedError,
        "an opening registers",
    ),
    "an opening that states an attachment it does not have": (
        None,
        OPEN,
        {"details": {**an_act(OPEN).details, "attachments": "PDF, 7 bytes"}},
        MalformedError,
        "an opening registers",
    ),
    "an opening with a draft": (None, OPEN, {"files": the_files()}, MalformedError, "an opening"),
    # Which facts
    "a return without a reason": (
        a_case(),
        RETURN,
        {"reason": " \n"},
        MissingReasonError,
        "to return .*takes a reason",
    ),
    "a decision without its gate": (
        a_case(),
        APPROVE,
        {"gate": None},
        MalformedError,
        "gate: one of",
    ),
    "a decision where none is made": (
        a_case(stage=Stage.DRAFTING),
        APPROVE,
        {"gate": Stage.DRAFTING},
        MalformedError,
        "gate: one of legal-review, balancing is needed",
    ),
    "a publication that names a gate to get past the others": (
        a_case(stage=Stage.DRAFTING),
        PUBLISH,
        {"gate": Stage.DRAFTING},
        MalformedError,
        "only an approval or a return has a gate",
    ),
    "another document, with gates of its own": (
        a_case(stage=Stage.DRAFTING),
        SUBMIT,
        {"document": "letter"},
        MalformedError,
        "document: one of .*response, .*test, .* is needed",
    ),
    "an act on no document": (
        a_case(stage=Stage.DRAFTING),
        SUBMIT,
        {"document": ""},
        MalformedError,
        "document: one of .*response, .*test, .* is needed",
    ),
    "an act on the case that names a document": (
        a_case(),
        CLOSE,
        {"document": "test"},
        MalformedError,
        "document: this is done to the case",
    ),
    "a reason where none is stated": (
        the_case_for(SUBMIT),
        SUBMIT,
        {"reason": "Because."},
        MalformedError,
        "reason: to submit states no reason",
    ),
    "another case": (a_case(), APPROVE, {"case": "1146a-22"}, MalformedError, "written 1146A/22"),
    "another policy": (a_case(), APPROVE, {"policy": 2}, MalformedError, "version 1 of the policy"),
    "an impossible reference": (None, OPEN, {"case": "../etc"}, MalformedError, "a reference has"),
    "a receipt without a date": (
        None,
        OPEN,
        {"details": {"recipient": "age1example", "regime": "foia"}},
        MalformedError,
        "details.received: this fact is needed",
    ),
    "a receipt on no day": (
        None,
        OPEN,
        {"details": {"received": "2022-02-30", "recipient": "age1example", "regime": "foia"}},
        MalformedError,
        "write the date as 2022-11-07",
    ),
    "a date in another form": (
        None,
        OPEN,
        {"details": {"received": "20221107", "recipient": "age1example", "regime": "foia"}},
        MalformedError,
        "write the date as 2022-11-07",
    ),
    "a request under no Act that is known": (
        None,
        OPEN,
        {"details": {"received": "2022-11-07", "recipient": "age1example", "regime": "magna-carta"}},
        MalformedError,
        "details.regime: one of foia is needed",
    ),
    "a request under no Act": (
        None,
        OPEN,
        {"details": {"received": "2022-11-07", "recipient": "age1example"}},
        MalformedError,
        "details.regime: this fact is needed",
    ),
    "a sending before the publication": (
        a_published_case(),
        SENT,
        {"details": {"on": "2022-11-27", "by": "email"}},
        WrongDateError,
        "1146A/22 was published on 28 November 2022",
    ),
    "a sending in the future": (
        a_published_case(),
        SENT,
        {"details": {"on": "2022-11-29", "by": "email"}},
        WrongDateError,
        "today, 28 November 2022",
    ),
    "an unknown channel": (
        a_published_case(),
        SENT,
        {"details": {"on": "2022-11-28", "by": "pigeon"}},
        MalformedError,
        "one of email, post",
    ),
    "a message that went by post": (
        a_published_case(),
        SENT,
        {"details": {"on": "2022-11-28", "by": "post", "message": 64 * "0"}},
        MalformedError,
        "details.by: a message is sent by e-mail",
    ),
    "an unknown ground": (
        a_case(),
        CLOSE,
        {"details": {"ground": "bored"}},
        MalformedError,
        "one of accessible-elsewhere, answered, answered-in-full",
    ),
}


@pytest.mark.parametrize(
    ("case", "kind", "changes", "refusal", "says"), _REFUSALS.values(), ids=_REFUSALS.keys()
)
def test_what_is_refused(
    case: Case | None, kind: Kind, changes: dict[str, Any], refusal: type[PitError], says: str
) -> None:
    with pytest.raises(refusal, match=says) as refused:
        decide(case, an_act(kind, **changes), a_policy())

    assert type(refused.value) is refusal


@pytest.mark.parametrize("kind", POLICY_ACTS, ids=str)
@pytest.mark.parametrize("case", [None, a_case()], ids=["before a case", "on a case"])
def test_an_act_on_the_policy_is_refused_for_a_case(kind: Kind, case: Case | None) -> None:
    with pytest.raises(MalformedError, match="never to a case"):
        decide(case, an_act(kind, case=REFERENCE, policy=1), a_policy())


def test_rules_without_the_document_are_refused() -> None:
    policy = a_policy(rules=some_rules(gates={"response": "full"}))

    with pytest.raises(MalformedError, match=r"document: one of clarification, .*response, "):
        decide(a_case(), an_act(), policy)


def test_a_version_passes_the_gates_it_was_submitted_to_whatever_the_rules_become() -> None:
    before, once = a_case(stage=Stage.DRAFTING), a_policy(gates="two-person")
    submitted = decide(before, a_submission(gates="balancing"), once)
    signed_off = decide(submitted, an_act(**SIGNS_OFF), a_policy(gates="full"))
    reviewed = decide(a_case(), an_act(), once)

    assert (signed_off.stage(), reviewed.stage()) == (Stage.PUBLICATION, Stage.BALANCING)


# The key under which an act is known again


@pytest.mark.parametrize("kind", [kind for kind in CASE_ACTS if kind != OPEN], ids=str)
def test_an_act_tried_again_after_it_was_recorded_has_the_same_key(kind: Kind) -> None:
    before, act = the_case_for(kind), an_act(kind)
    after = decide(before, act, a_policy())

    assert idempotency_key(act, after) == idempotency_key(act, before)


def test_an_opening_tried_again_has_the_same_key_whatever_it_is_sealed_to() -> None:
    first = an_act(OPEN)
    again = replace(
        first,
        details={**first.details, "recipient": "age1other"},
        files={**first.files, SEALED_REQUEST: a_mark("sealed anew")},
    )

    assert idempotency_key(again, None) == idempotency_key(first, None)
    assert idempotency_key(again, a_case(round=2)) == idempotency_key(first, None)


_OTHERS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "another request": (OPEN, {"files": the_files(0) | {REQUEST: a_mark("other")}}),
    "another text for the same version": (DRAFT, {"files": the_files(3)}),
    "another day of sending": (SENT, {"details": {"on": "2022-11-29", "by": "email"}}),
    "another officer at the same version of the policy": (
        ADD_OFFICER,
        {"files": {"roster.json": a_mark("other")}},
    ),
    "another person": (APPROVE, {"actor": "another"}),
    "another gate": (RETURN, {"gate": Stage.BALANCING}),
    "another version": (SUBMIT, {"version": 2}),
    "another document": (SUBMIT, {"document": "response"}),
    "another reason to override": (OVERRIDE, {"reason": "Another."}),
}


@pytest.mark.parametrize(("kind", "changes"), _OTHERS.values(), ids=_OTHERS.keys())
def test_another_act_has_another_key(kind: Kind, changes: dict[str, Any]) -> None:
    case = None if kind.on is On.POLICY else the_case_for(kind)

    assert idempotency_key(an_act(kind, **changes), case) != idempotency_key(an_act(kind), case)


def test_an_approval_after_a_return_has_another_key_than_the_one_before_it() -> None:
    assert idempotency_key(an_act(), a_case(round=1)) != idempotency_key(an_act(), a_case())


def test_a_return_that_meets_a_case_never_returned_is_not_taken_for_done() -> None:
    with pytest.raises(WrongStageError):
        decide(a_case(stage=Stage.DRAFTING), an_act(RETURN), a_policy())
    assert idempotency_key(an_act(RETURN), a_case(stage=Stage.DRAFTING)) == (
        "return/1146A-22/test/v1/r0/legal-review/legal-reviewer"
    )


# An act on the case itself may be taken again

NOTE = Kind(
    name="note",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage) - {Stage.CLOSED},
    facts=(a_text("words", r"[a-z ]+", "words are needed", "What is noted."),),
    verb="note",
    passive="noted",
    subject="noting: note {words} of {case}",
    done="noted {words}",
)


def a_note(words: str, actor: str = WRITER) -> Act:
    return replace(an_act(CLOSE), kind=NOTE, details={"words": words}, actor=actor)


def test_what_was_said_last_of_a_case_stands_and_its_documents_are_left_alone() -> None:
    before = a_case(a_response())

    after = followed(before, a_note("once"), a_note("again", MANY_HATS))

    said = Stated(times=2, actor=MANY_HATS, details={"words": "again"})
    assert after == replace(before, acts=5, stated={"note": said})


def test_an_act_on_the_case_taken_again_is_another_and_tried_again_is_the_same() -> None:
    case, keys = a_case(), []
    for act in [
        *(a_note("once"), a_note("again"), a_note("once")),
        *(a_note("once", MANY_HATS), a_note("once"), a_note("once", MANY_HATS)),
    ]:
        before, case = case, followed(case, act)
        keys.append(idempotency_key(act, before))
        assert idempotency_key(act, case) == keys[-1], "it is known again once it was recorded"

    assert len({*keys}) == len(keys)


def test_an_act_on_the_case_of_another_kind_between_does_not_make_it_another() -> None:
    noted = followed(a_case(), a_note("once"))
    other = replace(a_note("other"), kind=replace(NOTE, name="remark"))

    assert idempotency_key(a_note("once"), followed(noted, other)) == idempotency_key(a_note("once"), noted)


def test_what_is_decided_on_is_the_text_and_the_request_in_clear() -> None:
    assert TEST.decided_on == (ASSESSMENT, DOCUMENT, REQUEST)
    assert RESPONSE.decided_on == (LETTER, REQUEST)
