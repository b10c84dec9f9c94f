"""The laws of the procedure: whatever is attempted, in whatever order, on whichever document.

What was accepted is written down by the test itself, and each law is read off that account and not
off the case.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count, cycle, islice
from typing import TYPE_CHECKING, Any

import pytest
from domain_builders import (
    a_mark,
    a_person,
    a_policy,
    an_act,
    an_act_by,
    digests,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.domain.acts import (
    ACTS,
    APPROVE,
    CLOSE,
    CORRECT,
    CORRECT_DAY,
    DRAFT,
    OPEN,
    OVERRIDE,
    PUBLISH,
    REOPEN,
    RETURN,
    REVIEW_ASKED,
    SENT,
    SUBMIT,
    TAKE_BACK,
    WITHDRAW_DRAFT,
    Kind,
    On,
)
from flows.domain.acts.kind import the_day
from flows.domain.decide import decide, idempotency_key, may_decide, refusals
from flows.domain.documents import DOCUMENTS, REQUEST, RESPONSE, REVIEW, TEST
from flows.domain.edition import EDITIONS, documents_of, gates_for
from flows.domain.errors import PitError, RefusedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.policy import Policy

_NEXT = {
    Stage.RECEIVED: DRAFT,
    Stage.DRAFTING: SUBMIT,
    Stage.LEGAL_REVIEW: APPROVE,
    Stage.BALANCING: APPROVE,
    Stage.PUBLICATION: PUBLISH,
    Stage.PUBLISHED: SENT,
}
_ALL = frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER})
_PEOPLE = ("first-officer", "second-officer", "third-officer", "fourth-officer")
_CASE_ACTS = [kind for kind in ACTS.values() if kind.on is not On.POLICY]
_TRIED = [kind for kind in _CASE_ACTS if kind not in {OPEN, CLOSE}]
_MOST_DAYS = 14
"""For which every day that an act of the builders states is one that can be stated still."""
_DECIDED = {*ROLE_AT, Stage.PUBLICATION}
"""Where the decisions on a version are made, or stand."""
_TO_DRAFTING = {DRAFT, RETURN, TAKE_BACK, CORRECT, REOPEN}
"""What makes approvals that a document has count no more."""
_STOPS = "X06 block parts[0]"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody tries: the next step of the procedure, or any other act."""

    kind: str | None
    person: str
    document: str = TEST.name
    gate: Stage | None = None
    stale: bool = False
    awry: bool = False
    stopped: bool = False
    summarised: bool = False


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

    def refusal_of(self, act: Act) -> list[str]:
        try:
            decide(self.case, act, self.policy)
        except PitError as error:
            return [str(error)]
        return []

    def valid(self, kind: Kind, person: str, name: str) -> Act:
        """Return an act of which nothing is wrong but, maybe, who takes it and where the document stands."""
        act = an_act_by(person, kind, self.case, self.policy, name, text=next(self._texts))
        # A day is put right to the next one, so whatever comes after that is of that day.
        later = timedelta(days=sum(each.kind == CORRECT_DAY for each in self.acts))
        on = (
            {}
            if kind == CORRECT_DAY or "on" not in act.details
            else {"on": f"{the_day(act.details['on']) + later}"}
        )
        return replace(act, time=act.time + later, details={**act.details, **on})

    def act(self, attempt: Attempt) -> Act:
        name, document = attempt.document, self.case.document(attempt.document)
        kind = ACTS[attempt.kind] if attempt.kind else _NEXT.get(document.stage, SENT)
        machine = kind == PUBLISH or (kind == DRAFT and not document.version and name == TEST.name)
        act = self.valid(kind, SERVICE if machine else attempt.person, name)
        changes: dict[str, Any] = {"version": act.version - attempt.stale}
        if attempt.gate and (kind.at_gate or attempt.awry):
            changes |= {"gate": attempt.gate, "role": ROLE_AT.get(attempt.gate, act.role)}
        if attempt.awry and kind in {APPROVE, RETURN, OVERRIDE}:
            changes["role"] = Role.AUDITOR
        if attempt.awry and kind == APPROVE:
            changes["details"] = {**act.details, DOCUMENTS[name].text: a_mark("unread").sha256}
        if kind == OVERRIDE:
            changes["details"] = {"finding": "X06", "place": "parts[0]"}
        if kind == SUBMIT and attempt.stopped and name == TEST.name:
            changes["details"] = {**act.details, "findings": _STOPS}
        if kind == DRAFT and attempt.summarised:
            changes["files"] = {**act.files, REQUEST: a_mark(f"{REQUEST} {next(self._texts)}")}
        return replace(act, **changes)

    def on(self, name: str, *kinds: Kind, until: int | None = None) -> list[Act]:
        """Return the acts of some kinds on a document before a position."""
        return [act for act in self.acts[:until] if act.document == name and act.kind in kinds]

    def since_last_version(self, act: Act, *, until: int) -> list[Act]:
        """Return the approvals of an act's document since it last came to drafting, before a position."""
        start = max(
            position
            for position, each in enumerate(self.acts[:until])
            if each.document == act.document and each.kind in _TO_DRAFTING
        )
        since = self.acts[start + 1 : until]
        return [each for each in since if each.kind == APPROVE and each.document == act.document]

    def writers(self, name: str, *, until: int) -> set[str]:
        """Return whose words a decision on a document is about: also whoever summarised the request.

        What was published before was decided on by others; whoever corrects it writes anew.
        """
        published = [at for at, act in self.published() if act.document == name and at < until]
        written = {
            act.actor
            for act in self.acts[max(published, default=0) : until]
            if act.document == name and act.kind in {DRAFT, SUBMIT}
        }
        now = self.cases[until - 1].files[REQUEST]
        for position, (act, case) in enumerate(zip(self.acts[1:until], self.cases, strict=False), start=1):
            came = case.files[REQUEST] != now and self.cases[position].files[REQUEST] == now
            # Whoever withdraws a draft puts back what somebody else wrote.
            if came and act.kind != WITHDRAW_DRAFT:
                written.add(act.actor)
        return written - {SERVICE}

    def published(self) -> list[tuple[int, Act]]:
        return [(position, act) for position, act in enumerate(self.acts) if act.kind == PUBLISH]


attempts = st.lists(
    st.builds(
        Attempt,
        kind=st.sampled_from([None] * 14 + [each.name for each in [RETURN, OVERRIDE] * 3 + _TRIED]),
        person=st.sampled_from(_PEOPLE),
        document=st.sampled_from([TEST.name] * 2 + [RESPONSE.name]),
        gate=st.sampled_from([None] * 20 + [*Stage]),
        stale=st.sampled_from([False] * 19 + [True]),
        awry=st.sampled_from([False] * 19 + [True]),
        stopped=st.booleans(),
        summarised=st.booleans(),
    ),
    min_size=6,
    max_size=40,
)


def everybody_may_everything(gates: str) -> Policy:
    return a_policy(*(a_person(person, *_ALL) for person in _PEOPLE), gates=gates)


def the_account(gates: str, tried: list[Attempt]) -> Account:
    account = Account(gates=gates, policy=everybody_may_everything(gates))
    account.attempt(an_act(OPEN))
    for attempt in tried:
        act = account.act(attempt)
        if act.kind != CORRECT_DAY or len(account.on("", CORRECT_DAY)) < _MOST_DAYS:
            account.attempt(act)
    return account


accounts = st.builds(the_account, st.sampled_from(sorted(EDITIONS[1].gates)), attempts)

LAWS: list[Callable[[Account], None]] = []


def law(each: Callable[[Account], None]) -> Callable[[Account], None]:
    """Enter a law among those that hold of every account."""
    LAWS.append(each)
    return each


@settings(max_examples=150, deadline=None)
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
    for position, act in account.published():
        hands = 3 if (account.gates, act.document) == ("full", TEST.name) else 2
        approvers = {each.actor for each in account.since_last_version(act, until=position)}
        assert len(approvers | account.writers(act.document, until=position)) >= hands


@law
def nobody_who_wrote_approved_what_is_published(account: Account) -> None:
    for position, act in account.published():
        approvers = {each.actor for each in account.since_last_version(act, until=position)}
        assert not approvers & account.writers(act.document, until=position)


@law
def whoever_approves_had_no_hand_in_the_text_until_then(account: Account) -> None:
    for position, act in enumerate(account.acts):
        if act.kind in {APPROVE, RETURN}:
            assert act.actor not in account.writers(act.document, until=position)


@law
def every_gate_is_passed_in_order_after_the_last_return(account: Account) -> None:
    for position, act in account.published():
        gates = gates_for(account.policy, act.document)
        approved = account.since_last_version(act, until=position)
        assert tuple(each.gate for each in approved) == gates
        assert len({each.actor for each in approved}) == len(gates)


@law
def nobody_passes_both_gates_of_one_version(account: Account) -> None:
    for name in DOCUMENTS:
        passed = {(act.version, act.actor, act.gate) for act in account.on(name, APPROVE)}

        assert len({(version, person) for version, person, _ in passed}) == len(passed)


@law
def every_approval_that_counts_names_the_bytes_of_the_current_version(account: Account) -> None:
    for position, (act, case) in enumerate(zip(account.acts, account.cases, strict=True), start=1):
        for name, document in case.documents.items():
            for approval in document.standing:
                approving = account.acts[approval.act - 1]
                assert (approving.actor, approving.gate) == (approval.person, approval.gate)
                assert (approving.document, approving.kind) == (name, APPROVE)
                assert (approval.version, approval.round) == (document.version, document.round)
                # What is published stays as it was, whatever the request is said to be since.
                assert document.stage not in _DECIDED or approving.details == digests(case.files, name)
        assert case.acts == position
        assert case.files == act.files


@law
def the_text_changes_by_a_draft_or_its_withdrawal_and_each_draft_is_a_version(account: Account) -> None:
    for name, kind in DOCUMENTS.items():
        drafts = account.on(name, DRAFT)

        assert [act.version for act in drafts] == list(range(1, len(drafts) + 1))
        if not account.on(name, WITHDRAW_DRAFT):
            assert account.case.document(name).version == len(drafts)
        for before, after, act in zip(account.cases, account.cases[1:], account.acts[1:], strict=False):
            changed = any(before.files.get(path) != after.files.get(path) for path in kind.files)
            if act.document == name and act.kind == WITHDRAW_DRAFT:
                continue
            assert changed == (act.kind == DRAFT and act.document == name)


@law
def what_is_done_to_one_document_leaves_the_other_as_it_is(account: Account) -> None:
    for before, after, act in zip(account.cases, account.cases[1:], account.acts[1:], strict=False):
        # To ask for a review is to begin the document that answers it.
        its = REVIEW.name if act.kind == REVIEW_ASKED else act.document
        for name in {*DOCUMENTS} - {its}:
            assert after.document(name) == before.document(name)


@law
def what_stops_a_submission_is_overridden_by_somebody_who_had_no_hand_in_the_text(
    account: Account,
) -> None:
    for position, act in enumerate(account.acts):
        if act.kind == SUBMIT and act.details.get("findings") == _STOPS:
            earlier = account.on(act.document, OVERRIDE, until=position)
            overriding = [each.actor for each in earlier if each.version == act.version]
            assert len(overriding) == 1
            assert not {*overriding} & {act.actor, *account.writers(act.document, until=position)}


@law
def no_two_acts_that_were_accepted_have_the_same_key(account: Account) -> None:
    befores = [None, *account.cases]
    keys = [
        idempotency_key(act, case)
        for act, case in zip(account.acts, befores, strict=False)
        if not _said_again(case, act)
    ]

    assert len(set(keys)) == len(keys)


def _said_again(case: Case | None, act: Act) -> bool:
    """Whether an act on the case states what its kind stated last, which is the same act."""
    last = case.stated.get(act.kind.name) if case else None
    return last is not None and (last.actor, last.details) == (act.actor, act.details)


@law
def whoever_may_decide_can_and_nobody_else(account: Account) -> None:
    case, policy = account.case, account.policy
    for name in DOCUMENTS:
        able = may_decide(case, policy, name)
        if case.stage(name) not in ROLE_AT:
            assert able == frozenset()
            continue
        for person in _PEOPLE:
            approval = account.valid(APPROVE, person, name)
            if person in able:
                decide(case, approval, policy)
            else:
                with pytest.raises(RefusedError, match=r"another person has to|stepped aside"):
                    decide(case, approval, policy)


@law
def whoever_is_refused_for_what_they_are_is_told_so_beforehand_and_nobody_else(account: Account) -> None:
    case = account.case
    # Of each act by one of them in turn, from another one on in each account: all six would take longer than
    # all other laws.
    turns = cycle((*_PEOPLE, SERVICE, "nobody"))
    people = islice(turns, len(account.acts), None)
    for kind in _CASE_ACTS:
        names = [kind.document] if kind.document else documents_of(account.policy)
        for name in names if kind.on is On.DOCUMENT else ("",):
            person = next(people)
            act = account.valid(kind, person, name)
            told = refusals(case, kind, person, account.policy, document=name, gate=act.gate)
            refused = account.refusal_of(act)
            if kind == OPEN:  # refused as known already, whoever opens it
                assert told
                assert refused
            elif kind == OVERRIDE and "nobody would be free" in "".join(refused):
                pass  # who else is authorised is a matter of the policy, and not of the person
            elif kind == CORRECT_DAY and "put its day right" in "".join(refused):
                pass  # whose day it is depends on which act they name
            else:
                assert [str(each) for each in told[:1]] == refused


def test_the_attempts_do_reach_the_publication_of_both_documents() -> None:
    first, second, third, _ = _PEOPLE
    on_test = [first, first, second, third, first, first]
    on_response = [first, first, second, first]
    steps = [Attempt(kind=None, person=person) for person in on_test]
    steps += [Attempt(kind=None, person=person, document=RESPONSE.name) for person in on_response]

    account = the_account("full", steps)

    assert [act.document for _, act in account.published()] == [TEST.name, RESPONSE.name]


def test_the_attempts_do_put_days_right_and_go_on() -> None:
    first, second, third, _ = _PEOPLE
    on_test = [first, first, second, third, first, first]
    steps = [Attempt(kind=None, person=person) for person in on_test]
    steps += [Attempt(kind=CORRECT_DAY.name, person=second), Attempt(kind=CORRECT.name, person=first)]

    account = the_account("full", steps)

    assert [act.kind for act in account.acts[-2:]] == [CORRECT_DAY, CORRECT]
    for each in LAWS:
        each(account)
