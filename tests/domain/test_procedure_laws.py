"""The laws of the procedure: whatever is attempted, in whatever order.

What was accepted is written down by the test itself, and each law is read off that account and not
off the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    PDF,
    REFERENCE,
    a_mark,
    a_person,
    a_policy,
    an_act,
    digests,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.domain.decision import decide, idempotency_key, may_decide
from flows.domain.errors import PitError, SamePersonError
from flows.domain.policy import SERVICE
from flows.domain.procedure import (
    ASSESSMENT,
    DOCUMENT,
    GATES,
    ROLE_AT,
    ActKind,
    Role,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.policy import Policy

_NEXT = {
    Stage.RECEIVED: ActKind.DRAFT,
    Stage.DRAFTING: ActKind.SUBMIT,
    Stage.LEGAL_REVIEW: ActKind.APPROVE,
    Stage.BALANCING: ActKind.APPROVE,
    Stage.PUBLICATION: ActKind.PUBLISH,
    Stage.PUBLISHED: ActKind.SENT,
}
_ALL = frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER})
_PEOPLE = ("ann", "ben", "cat", "dan")
_CASE_ACTS = (
    *(ActKind.DRAFT, ActKind.OVERRIDE, ActKind.SUBMIT, ActKind.APPROVE, ActKind.RETURN),
    *(ActKind.PUBLISH, ActKind.SENT),
)
_STOPS = "X06 block parts[0]"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody tries: the next step of the procedure, or any other act."""

    kind: ActKind | None
    person: str
    gate: Stage | None
    stale: bool
    awry: bool
    stopped: bool = False


@dataclass(kw_only=True)
class Account:
    """What was accepted, oldest first, and the case each time."""

    gates: str
    policy: Policy
    acts: list[Act] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    _texts: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def case(self) -> Case:
        return self.cases[-1]

    def attempt(self, act: Act) -> bool:
        try:
            case = decide(self.cases[-1] if self.cases else None, act, self.policy)
        except PitError:
            return False
        self.acts.append(act)
        self.cases.append(case)
        return True

    def act(self, attempt: Attempt) -> Act:
        case = self.case
        kind = attempt.kind or _NEXT.get(case.stage, ActKind.SENT)
        machine = kind is ActKind.PUBLISH or (kind is ActKind.DRAFT and case.stage is Stage.RECEIVED)
        gate = attempt.gate or (case.stage if case.stage in ROLE_AT else Stage.LEGAL_REVIEW)
        changes: dict[str, Any] = {
            "actor": SERVICE if machine else attempt.person,
            "role": Role.SERVICE if machine else Role.FOI_OFFICER,
            "version": case.version - attempt.stale,
            "files": dict(case.files),
            "gate": attempt.gate if attempt.awry else None,
        }
        if kind is ActKind.DRAFT:
            text = next(self._texts)
            changes["version"] += 1
            changes["files"] |= {path: a_mark(f"{path} {text}") for path in (ASSESSMENT, DOCUMENT)}
        if kind in {ActKind.APPROVE, ActKind.RETURN}:
            role = Role.AUDITOR if attempt.awry else ROLE_AT.get(gate, Role.LEGAL_REVIEWER)
            changes |= {"gate": gate, "role": role}
        if kind is ActKind.APPROVE:
            changes["details"] = digests(
                {**case.files, **({DOCUMENT: a_mark("unread")} if attempt.awry else {})}
            )
        if kind is ActKind.OVERRIDE:
            role = Role.AUDITOR if attempt.awry else Role.SIGN_OFF_OFFICER
            changes |= {"role": role, "details": {"finding": "X06", "place": "parts[0]"}}
        if kind is ActKind.SUBMIT and attempt.stopped:
            changes["details"] = {"rules": "1", "findings": _STOPS}
        if kind is ActKind.PUBLISH:
            changes["files"] |= {PDF: a_mark("pdf")}
        return an_act(kind, **changes)

    def since_last_version(self, kind: ActKind, *, until: int) -> list[Act]:
        """Return the acts of a kind after the last draft or return before a position."""
        start = max(
            position
            for position, act in enumerate(self.acts[:until])
            if act.kind in {ActKind.DRAFT, ActKind.RETURN}
        )
        return [act for act in self.acts[start + 1 : until] if act.kind is kind]

    def writers(self, *, until: int) -> set[str]:
        written = (act for act in self.acts[:until] if act.kind in {ActKind.DRAFT, ActKind.SUBMIT})
        return {act.actor for act in written} - {SERVICE}

    def published(self) -> list[int]:
        return [position for position, act in enumerate(self.acts) if act.kind is ActKind.PUBLISH]


attempts = st.lists(
    st.builds(
        Attempt,
        kind=st.sampled_from([None] * 14 + [ActKind.RETURN, ActKind.OVERRIDE] * 3 + [*_CASE_ACTS]),
        person=st.sampled_from(_PEOPLE),
        gate=st.sampled_from([None] * 20 + [*Stage]),
        stale=st.sampled_from([False] * 19 + [True]),
        awry=st.sampled_from([False] * 19 + [True]),
        stopped=st.booleans(),
    ),
    min_size=6,
    max_size=40,
)


def everybody_may_everything(gates: str) -> Policy:
    return a_policy(*(a_person(person, *_ALL) for person in _PEOPLE), gates=gates)


def the_account(gates: str, tried: list[Attempt]) -> Account:
    account = Account(gates=gates, policy=everybody_may_everything(gates))
    account.attempt(an_act(ActKind.OPEN))
    for attempt in tried:
        account.attempt(account.act(attempt))
    return account


accounts = st.builds(the_account, st.sampled_from(sorted(GATES)), attempts)

LAWS: list[Callable[[Account], None]] = []


def law(each: Callable[[Account], None]) -> Callable[[Account], None]:
    """Enter a law among those that hold of every account."""
    LAWS.append(each)
    return each


@settings(max_examples=400, deadline=None)
@given(account=accounts)
def test_every_law_of_the_procedure_holds_of_whatever_is_attempted(account: Account) -> None:
    for each in LAWS:
        each(account)


@pytest.mark.exhaustive
@settings(max_examples=20_000, deadline=None)
@given(account=accounts)
def test_every_law_of_the_procedure_holds_of_much_more_that_is_attempted(account: Account) -> None:
    for each in LAWS:
        each(account)


@law
def publication_takes_three_pairs_of_hands_and_where_two_do_two(account: Account) -> None:
    hands = {"full": 3, "two-person": 2}[account.gates]
    for position in account.published():
        approvers = {act.actor for act in account.since_last_version(ActKind.APPROVE, until=position)}
        assert len(approvers | account.writers(until=position)) >= hands


@law
def nobody_who_wrote_approved_what_is_published(account: Account) -> None:
    for position in account.published():
        approvers = {act.actor for act in account.since_last_version(ActKind.APPROVE, until=position)}
        assert not approvers & account.writers(until=position)


@law
def whoever_approves_had_no_hand_in_the_text_until_then(account: Account) -> None:
    for position, act in enumerate(account.acts):
        if act.kind in {ActKind.APPROVE, ActKind.RETURN}:
            assert act.actor not in account.writers(until=position)


@law
def every_gate_is_passed_in_order_after_the_last_return(account: Account) -> None:
    gates = account.policy.rules.gates_for("test")
    for position in account.published():
        approved = account.since_last_version(ActKind.APPROVE, until=position)
        assert tuple(act.gate for act in approved) == gates
        assert len({act.actor for act in approved}) == len(gates)


@law
def nobody_passes_both_gates_of_one_version(account: Account) -> None:
    passed = {(act.version, act.actor, act.gate) for act in account.acts if act.kind is ActKind.APPROVE}

    assert len({(version, person) for version, person, _ in passed}) == len(passed)


@law
def every_approval_that_counts_names_the_bytes_of_the_current_version(account: Account) -> None:
    for position, (act, case) in enumerate(zip(account.acts, account.cases, strict=True), start=1):
        for approval in case.standing:
            approving = account.acts[approval.act - 1]
            assert (approving.actor, approving.gate) == (approval.person, approval.gate)
            assert approving.details == digests(case.files)
            assert (approval.version, approval.round) == (case.version, case.round)
        assert case.acts == position
        assert case.files == act.files


@law
def the_text_changes_by_a_draft_alone_and_each_draft_is_a_version(account: Account) -> None:
    drafts = [act for act in account.acts if act.kind is ActKind.DRAFT]

    assert [act.version for act in drafts] == list(range(1, len(drafts) + 1))
    assert account.case.version == len(drafts)
    for before, after, act in zip(account.cases, account.cases[1:], account.acts[1:], strict=False):
        changed = digests_of(before) != digests_of(after)
        assert changed == (act.kind is ActKind.DRAFT)


def digests_of(case: Case) -> list[object]:
    return [case.files.get(path) for path in (ASSESSMENT, DOCUMENT)]


@law
def what_stops_a_submission_is_overridden_by_somebody_who_had_no_hand_in_the_text(
    account: Account,
) -> None:
    for position, act in enumerate(account.acts):
        if act.kind is ActKind.SUBMIT and act.details.get("findings") == _STOPS:
            overriding = [
                earlier.actor
                for earlier in account.acts[:position]
                if earlier.kind is ActKind.OVERRIDE and earlier.version == act.version
            ]
            assert len(overriding) == 1
            assert not {*overriding} & {act.actor, *account.writers(until=position)}


@law
def no_two_acts_that_were_accepted_have_the_same_key(account: Account) -> None:
    befores = [None, *account.cases]
    keys = [idempotency_key(act, case) for act, case in zip(account.acts, befores, strict=False)]

    assert len(set(keys)) == len(keys)


@law
def whoever_may_decide_can_and_nobody_else(account: Account) -> None:
    case, policy = account.case, account.policy
    for person in _PEOPLE:
        if case.stage in ROLE_AT:
            role = ROLE_AT[case.stage]
            approval = an_act(
                case=REFERENCE,
                actor=person,
                role=role,
                gate=case.stage,
                version=case.version,
                files=case.files,
                details=digests(case.files),
            )
            if person in may_decide(case, policy):
                decide(case, approval, policy)
            else:
                with pytest.raises(SamePersonError):
                    decide(case, approval, policy)


@settings(max_examples=200, deadline=None)
@given(
    account=accounts,
    kind=st.sampled_from(ActKind),
    actor=st.sampled_from([*_PEOPLE, SERVICE, "nobody"]),
    role=st.sampled_from(Role),
    gate=st.sampled_from([None, *Stage]),
    version=st.integers(0, 3),
    document=st.sampled_from(["test", "letter"]),
    files=st.sampled_from(["same", "none", "other"]),
    details=st.dictionaries(
        st.sampled_from(["on", "by", "ground", "finding", "place", "rules", "findings", DOCUMENT]),
        st.text(max_size=12),
    ),
)
def test_a_forged_act_is_carried_out_or_refused_and_never_breaks_off(
    account: Account, kind: ActKind, files: str, **forged: Any
) -> None:
    held = {"same": account.case.files, "none": {}, "other": {"notes.txt": a_mark("x")}}[files]

    # Account.attempt takes our own errors for a refusal, and lets every other one through.
    account.attempt(replace(an_act(kind, case=REFERENCE, policy=1), files=held, **forged))


def test_the_attempts_do_reach_publication() -> None:
    steps = [
        Attempt(kind=None, person=person, gate=None, stale=False, awry=False)
        for person in ("ann", "ann", "ben", "cat", "ann", "ann")
    ]

    account = the_account("full", steps)

    assert account.case.stage is Stage.SENT or account.published()
