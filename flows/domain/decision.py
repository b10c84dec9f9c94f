"""What an act does to a case: the one place where the procedure is carried out.

``decide`` is used when an act is appended and again when the register is audited, so nobody can
change a case without the check, and an auditor who replays the acts reaches the same case. Both may
be given an act that was forged: whatever its fields say, it is carried out or refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from flows.domain.case import Approval, Case, Override
from flows.domain.errors import (
    Fault,
    IncompleteError,
    KnownReferenceError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    RefusedError,
    SamePersonError,
    SameTextError,
    StaleContentError,
    StaleVersionError,
    UnknownCaseError,
    WrongDateError,
    WrongStageError,
)
from flows.domain.finding import Severity
from flows.domain.noted import CODE, PLACE, read_noted
from flows.domain.policy import SERVICE
from flows.domain.procedure import (
    ASSESSMENT,
    CHANNELS,
    DECIDED_ON,
    DECISIONS,
    DETAILS_OF,
    DOCUMENT,
    DOCUMENTS,
    GROUNDS,
    POLICY_ACTS,
    REQUEST,
    ROLE_AT,
    ROLES_FOR,
    SEALED_REQUEST,
    TAKEN_AT,
    ActKind,
    Role,
    Stage,
    may_change,
)
from flows.domain.reference import parse_reference, slug
from flows.domain.working_days import latest_local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flows.domain.act import Act
    from flows.domain.policy import Policy

_WHOLE: Final = "the whole text"
"""The place of a finding that has no other."""
_RULES: Final = re.compile(r"[1-9][0-9]{0,5}")


def decide(case: Case | None, act: Act, policy: Policy) -> Case:
    """Return the case as it stands once ``act`` is taken under ``policy``.

    Args:
        case: The case before the act; None before it is opened.
        act: What somebody did, or wishes to do.
        policy: The policy in force before the act.

    Raises:
        RefusedError: the procedure does not allow the act; its subclasses say why.
        MalformedError: the act lacks a fact of its kind or has one of another kind, or changes a file
            it may not.
    """
    _check_form(act, policy)
    _check_entitled(act, policy)
    if act.kind is ActKind.OPEN:
        if case is not None:
            raise KnownReferenceError(act.case)
        return _opened(act)
    if case is None:
        raise UnknownCaseError(act.case)

    _check_case(case, act)
    _check_stage(case, act)
    _check_version(case, act)
    _check_files(case, act)
    after = _AFTER[act.kind](case, act, policy)
    return replace(after, acts=case.acts + 1, files=act.files, changed=act.time)


def idempotency_key(act: Act, case: Case | None) -> str:
    """Return the key under which an act counts as the same when it is tried again.

    The round tells a second approval after a return from the first one repeated. Where the actor
    chose a content, the key has its digest: another text for the same version is another act, to be
    refused and not to be taken for done.

    Args:
        act: With its files filled in.
        case: The case before the act; None before it is opened, and for the policy.
    """
    position = f"v{act.version}/r{_round_of(act, case)}"
    chosen = _chosen(act)
    digest = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:16] if chosen else None
    return "/".join(filter(None, (act.kind, slug(act.case), position, act.gate, act.actor, digest)))


def _round_of(act: Act, case: Case | None) -> int:
    if case is None or act.kind is ActKind.OPEN:
        return 0
    if act.kind is ActKind.RETURN and case.stage is Stage.DRAFTING:
        # The case may stand there because of this very return, which began a round.
        return max(case.round - 1, 0)
    return case.round


def _chosen(act: Act) -> Mapping[str, str]:
    """Return what tells two acts apart that one actor takes at one position."""
    marks = {path: mark.sha256 for path, mark in act.files.items()}
    match act.kind:
        case ActKind.OPEN:  # each attempt seals to a new key, so neither key nor sealed file counts
            return {path: marks[path] for path in (REQUEST,) if path in marks}
        case kind if kind is ActKind.DRAFT or kind in POLICY_ACTS:
            return marks
        case ActKind.SENT | ActKind.CLOSE:
            return act.details
        case ActKind.OVERRIDE:  # another reason is another act, to be refused
            return {**act.details, "reason": act.reason or ""}
        case _:
            return {}


def may_decide(case: Case, policy: Policy) -> frozenset[str]:
    """Return the ids of everyone who could approve ``case`` at the gate where it stands."""
    role = ROLE_AT.get(case.stage)
    if role is None:
        return frozenset()
    elsewhere = {a.person for a in case.approvals if a.gate is not case.stage}
    return policy.holders(role) - case.writers - elsewhere


def _same_person(case: Case, act: Act, earlier: str) -> SamePersonError:
    return SamePersonError(case.reference, act.actor, act=act.kind, earlier=earlier)


def _malformed(act: Act, path: str, problem: str) -> MalformedError:
    return MalformedError(f"{act.kind} of {act.case}", Fault(path=path, problem=problem))


def _check_form(act: Act, policy: Policy) -> None:
    if act.kind in POLICY_ACTS:
        raise _malformed(act, "act", "this is done to the policy, never to a case")
    if act.document not in DOCUMENTS or act.document not in policy.rules.gates:
        raise _malformed(act, "document", f"one of {', '.join(sorted(DOCUMENTS))} is needed")
    if act.gate is not None and act.kind not in DECISIONS:
        raise _malformed(act, "gate", "only an approval or a return has a gate")
    stated = DETAILS_OF.get(act.kind, frozenset())
    if not act.details.keys() <= stated:
        raise _malformed(
            act, "details", f"it states {', '.join(sorted(stated)) or 'no fact'} and nothing else"
        )
    if act.policy != policy.version:
        raise _malformed(act, "policy", f"version {policy.version} of the policy is in force")


def _check_entitled(act: Act, policy: Policy) -> None:
    if (act.actor == SERVICE) != (act.role is Role.SERVICE):
        raise NotEntitledError(act.actor, act=act.kind, needed="its own role")
    if act.role not in ROLES_FOR[act.kind]:
        wanted = " or ".join(sorted(ROLES_FOR[act.kind] - {Role.SERVICE}))
        needed = f"the role {wanted}" if wanted else "the service itself"
        raise NotEntitledError(act.actor, act=act.kind, needed=needed)
    policy.require(act.actor, act.role, act=act.kind)


def _check_case(case: Case, act: Act) -> None:
    if act.case != case.reference:
        raise _malformed(act, "case", f"the reference is written {case.reference}")


def _check_stage(case: Case, act: Act) -> None:
    at = TAKEN_AT[act.kind]
    if act.kind in DECISIONS:
        at = frozenset({_gate(act)})
    elif act.kind is ActKind.DRAFT:
        # The first draft is the service's; every later one a person's.
        at = frozenset({Stage.RECEIVED if act.role is Role.SERVICE else Stage.DRAFTING})
    if case.stage not in at:
        needed = " or ".join(stage for stage in Stage if stage in at)
        raise WrongStageError(case.reference, act=act.kind, needed=needed, found=case.stage)


def _check_version(case: Case, act: Act) -> None:
    new = act.kind is ActKind.DRAFT
    if act.version != case.version + new:
        raise StaleVersionError(case.reference, current=case.version, named=act.version - new)


def _check_files(case: Case, act: Act) -> None:
    changed = {
        path for path in act.files.keys() | case.files.keys() if act.files.get(path) != case.files.get(path)
    }
    unlawful = sorted(
        path
        for path in changed
        if path not in act.files or not may_change(act.kind, path, slug(case.reference))
    )
    if unlawful:
        raise MalformedError(
            f"{act.kind} of {case.reference}",
            *(Fault(path=path, problem=f"to {act.kind} leaves this file as it is") for path in unlawful),
        )


def _opened(act: Act) -> Case:
    parse_reference(act.case)
    if act.version != 0:
        raise StaleVersionError(act.case, current=0, named=act.version)
    if set(act.files) - {ASSESSMENT} != {REQUEST, SEALED_REQUEST}:
        # The assessment that came beside the request waits in the folder for the first draft.
        raise _malformed(
            act, "files", f"an opening registers {REQUEST}, {SEALED_REQUEST}, maybe {ASSESSMENT}"
        )
    return Case(
        reference=act.case,
        received=_date(act, "received"),
        recipient=_detail(act, "recipient"),
        stage=Stage.RECEIVED,
        version=0,
        round=0,
        acts=1,
        files=act.files,
        writers=frozenset(),
        approvals=(),
        opened=act.time,
        changed=act.time,
    )


def _drafted(case: Case, act: Act, _: Policy) -> Case:
    missing = [path for path in (ASSESSMENT, DOCUMENT) if path not in act.files]
    if missing:
        raise MalformedError(
            f"draft of {act.case}", *(Fault(path=path, problem="a draft needs this file") for path in missing)
        )
    if all(act.files[path] == case.files.get(path) for path in (ASSESSMENT, DOCUMENT)):
        raise SameTextError(case.reference, current=case.version)
    return replace(
        case,
        stage=Stage.DRAFTING,
        version=act.version,
        writers=case.writers | {act.actor},
        approvals=(),
        overrides=(),
    )


def _overridden(case: Case, act: Act, _: Policy) -> Case:
    finding, place = _detail(act, "finding"), act.details.get("place", "")
    if not CODE.fullmatch(finding) or not PLACE.fullmatch(place):
        raise _malformed(act, "details", "a finding is named by its code, as X06, and its place")
    if act.actor in case.writers:
        raise _same_person(case, act, "wrote or submitted a version of")
    if not (act.reason or "").strip():
        raise MissingReasonError(case.reference, act=act.kind)
    if _is_overridden(case, finding, place):
        raise RefusedError(f"{finding} at {place or _WHOLE} is overridden in {case.reference} already.")
    override = Override(finding=finding, place=place, person=act.actor, act=case.acts + 1)
    return replace(case, overrides=(*case.overrides, override))


def _is_overridden(case: Case, finding: str, place: str) -> bool:
    return any((each.finding, each.place) == (finding, place) for each in case.overrides)


def _submitted(case: Case, act: Act, policy: Policy) -> Case:
    # Registers of before there were rules have submissions that name none; the audit tells of them.
    if act.details and not _RULES.fullmatch(_detail(act, "rules")):
        raise _malformed(act, "details.rules", "the version of the rules is a number")
    try:
        found = read_noted(act.details.get("findings", ""))
    except ValueError as error:
        raise _malformed(act, "details.findings", str(error)) from None
    stopping = [
        each
        for each in found
        if each.severity is Severity.BLOCK and not _is_overridden(case, each.code, each.place)
    ]
    if stopping:
        raise IncompleteError(
            case.reference,
            blocking=len(stopping),
            first=f"{stopping[0].code} at {stopping[0].place or _WHOLE}.",
        )
    if any(each.person == act.actor for each in case.overrides):
        raise _same_person(case, act, "overrode a finding of")
    first, *_ = policy.rules.gates_for(act.document)
    return replace(case, stage=first, writers=case.writers | {act.actor})


def _approved(case: Case, act: Act, policy: Policy) -> Case:
    gate = _check_decider(case, act)
    for path in DECIDED_ON:
        if _detail(act, path) != case.files[path].sha256:
            raise StaleContentError(case.reference, path)
    approval = Approval(
        gate=gate,
        person=act.actor,
        role=act.role,
        version=case.version,
        round=case.round,
        act=case.acts + 1,
        at=act.time,
    )
    onward = _onward(case, act, policy)
    return replace(case, stage=onward, approvals=(*case.approvals, approval))


def _onward(case: Case, act: Act, policy: Policy) -> Stage:
    """Return where an approval leads; the rules may have changed since the case was submitted."""
    gates = policy.rules.gates_for(act.document)
    passed = {approval.gate for approval in case.standing}
    open_ = [gate for gate in gates if gate not in passed]
    if not open_ or open_[0] is not case.stage:
        needed = open_[0] if open_ else Stage.PUBLICATION
        raise WrongStageError(case.reference, act=act.kind, needed=needed, found=case.stage)
    return (*open_, Stage.PUBLICATION)[1]


def _returned(case: Case, act: Act, _: Policy) -> Case:
    _check_decider(case, act)
    if not (act.reason or "").strip():
        raise MissingReasonError(case.reference, act=act.kind)
    return replace(case, stage=Stage.DRAFTING, round=case.round + 1)


def _gate(act: Act) -> Stage:
    if act.gate is None or act.gate not in ROLE_AT:
        raise _malformed(act, "gate", f"one of {', '.join(ROLE_AT)} is needed")
    return act.gate


def _check_decider(case: Case, act: Act) -> Stage:
    gate = _gate(act)
    if act.role is not ROLE_AT[gate]:
        raise NotEntitledError(act.actor, act=act.kind, needed=f"the role {ROLE_AT[gate]}")
    if act.actor in case.writers:
        raise _same_person(case, act, "wrote or submitted a version of")
    if any(a.person == act.actor and a.gate is not gate for a in case.approvals):
        raise _same_person(case, act, f"already approved version {case.version} of")
    return gate


def _published(case: Case, act: Act, _: Policy) -> Case:
    pdf = f"published/{slug(case.reference)}.pdf"
    if act.files.get(pdf) == case.files.get(pdf):
        raise _malformed(act, "published", "a publication needs its PDF")
    return replace(case, stage=Stage.PUBLISHED, writers=frozenset())


def _sent(case: Case, act: Act, _: Policy) -> Case:
    # FOIA s.10(1): this day stops the clock, so it cannot be earlier than the paper.
    first, last = case.changed.date(), latest_local_day(act.time)
    if not first <= _date(act, "on") <= last:
        raise WrongDateError(case.reference, first=first, last=last)
    _choice(act, "by", CHANNELS)
    return replace(case, stage=Stage.SENT)


def _closed(case: Case, act: Act, _: Policy) -> Case:
    _choice(act, "ground", GROUNDS)
    return replace(case, stage=Stage.CLOSED)


_AFTER: Final[Mapping[ActKind, Callable[[Case, Act, Policy], Case]]] = {
    ActKind.DRAFT: _drafted,
    ActKind.OVERRIDE: _overridden,
    ActKind.SUBMIT: _submitted,
    ActKind.APPROVE: _approved,
    ActKind.RETURN: _returned,
    ActKind.PUBLISH: _published,
    ActKind.SENT: _sent,
    ActKind.CLOSE: _closed,
}
"""What each act on an open case makes of it."""


def _detail(act: Act, name: str) -> str:
    if not act.details.get(name):
        raise _malformed(act, f"details.{name}", "this fact is needed")
    return act.details[name]


def _choice(act: Act, name: str, choices: frozenset[str]) -> None:
    if _detail(act, name) not in choices:
        raise _malformed(act, f"details.{name}", f"one of {', '.join(sorted(choices))} is needed")


def _date(act: Act, name: str) -> date:
    text = _detail(act, name)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat reads other forms too; one day is to have one form.
    if day is None or day.isoformat() != text:
        raise _malformed(act, f"details.{name}", "write the date as 2022-11-07")
    return day
