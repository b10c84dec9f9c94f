"""What an act does to a case: the one place where the procedure is carried out.

``decide`` is used when an act is appended and again when the register is audited, so nobody can change a
case without the check, and an auditor who replays the acts reaches the same case. It may be given an act
that was forged: whatever its fields say, it is carried out or refused. ``after`` alone follows acts that
were judged before. ``refusals`` says beforehand, for a page or a help, why somebody may not act.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts import (
    APPROVE,
    ASSIGN,
    CONFIRM_ERASURE,
    CORRECT,
    DRAFT,
    ERASE,
    OPEN,
    OVERRIDE,
    READ_REQUEST,
    REOPEN,
    RETURN,
    STEP_ASIDE,
    SUBMIT,
    TAKE_BACK,
    WITHDRAW_DRAFT,
    On,
    Reason,
)
from flows.domain.acts.days import with_its_day
from flows.domain.acts.erasing import gone
from flows.domain.acts.kind import malformed
from flows.domain.acts.opening import ATTACHED, opened
from flows.domain.attested import against_attested
from flows.domain.case import Stated
from flows.domain.characters import unseen_fault
from flows.domain.documents import ASSESSMENT, DOCUMENTS, REQUEST, SEALED_REQUEST, sealed_with
from flows.domain.edition import documents_of, edition_of
from flows.domain.errors import (
    Fault,
    KnownReferenceError,
    MalformedError,
    MissingReasonError,
    NotEntitledError,
    RefusedError,
    SamePersonError,
    StaleVersionError,
    UnknownCaseError,
    WrongStageError,
)
from flows.domain.policy import SERVICE, one_of
from flows.domain.procedure import APPROVALS, ROLE_AT, Stage
from flows.domain.reference import identity, parse_reference, slug

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from flows.domain.act import Act
    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy
    from flows.domain.procedure import Role


_HANDS: Final = frozenset({DRAFT, OVERRIDE, SUBMIT, APPROVE, RETURN})
"""What gives a person a part in a case, so that its review is decided by somebody else."""

_BESIDE: Final = frozenset({ASSIGN, STEP_ASIDE, READ_REQUEST, ERASE, CONFIRM_ERASURE})
"""What leaves a case that has ended as it is, so that the time for which it is kept runs on."""


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
    kind = edition_of(policy).row(act.kind)
    judged = act if kind is act.kind else replace(act, kind=kind)
    for error in _against(case, judged, policy):
        raise error
    return after(case, act)


def after(case: Case | None, act: Act) -> Case:
    """Return the case as an act leaves it that was judged before."""
    if case is None:
        return opened(act)
    then = act.kind.after(case, act)
    documents, life, stated = then.documents, with_its_day(case, act, then.life), case.stated
    if act.kind.on is On.DOCUMENT:
        if is_ := documents.get(act.document):
            was = case.document(act.document)
            since = was.since if is_.stage is was.stage else act.time
            documents = {**documents, is_.name: replace(is_, changed=act.time, since=since)}
        if act.kind in _HANDS and act.actor not in {SERVICE, *life.hands}:
            life = replace(life, hands=life.hands | {act.actor})
    else:
        known = stated.get(act.kind.name)
        said = Stated(times=known.times + 1 if known else 1, actor=act.actor, details=act.details)
        stated = {**stated, act.kind.name: said}
    settles = act.kind not in _BESIDE
    if settles and life.erasing:
        # What two administrators would erase is no longer what the first of them looked at.
        life = replace(life, erasing=None)
    return replace(
        then,
        acts=case.acts + 1,
        files=act.files,
        documents=documents,
        life=life,
        authors=_authors(case, act),
        stated=stated,
        settled=act.time if settles else then.settled,
        changed=act.time,
    )


def refusals(
    case: Case,
    kind: Kind,
    person: str,
    policy: Policy,
    *,
    document: str = "",
    gate: Stage | None = None,
) -> list[RefusedError]:
    """Return every reason why a person may not take an act on a case as it stands; none if they may.

    What depends on the facts the person would state is not looked at.

    Args:
        document: The kind of document, for an act on one.
        gate: The gate, for a decision; by default the one where the document stands.
    """
    kind = edition_of(policy).row(kind)
    if kind.at_gate and gate is None and case.stage(document) in ROLE_AT:
        gate = case.stage(document)
    found: list[RefusedError] = []
    try:
        policy.require(person, *_roles(kind, gate), verb=kind.verb)
    except NotEntitledError as error:
        found.append(error)
    found += _against_stage(case, kind, document, gate)
    waived = kind.waives(case, document, policy)
    found += _against_person(case, kind, person, document, gate, waived=waived)
    return found


def bars(case: Case, kind: Kind, person: str, document: str, *, waived: bool = False) -> bool:
    """Tell whether the part that a person had in a case keeps them from an act, whatever their roles.

    Args:
        waived: Leaves out what the act waives where nobody else could take it.
    """
    return any(_against_person(case, kind, person, document, case.stage(document), waived=waived))


def may_decide(case: Case, policy: Policy, document: str) -> frozenset[str]:
    """Return the ids of everyone who could approve a document at the gate where it stands."""
    return frozenset(
        person for person in policy.people if not refusals(case, APPROVE, person, policy, document=document)
    )


def idempotency_key(act: Act, case: Case | None) -> str:
    """Return the key under which an act counts as the same when it is tried again.

    The round tells a second approval after a return from the first one repeated. Where the actor
    chose a content, the key has its digest: another text for the same version is another act, to be
    refused and not to be taken for done.

    Args:
        act: With its files filled in.
        case: The case before the act; None before it is opened, and for the policy.
    """
    chosen = act.kind.chosen(act)
    written = json.dumps(dict(chosen), sort_keys=True).encode() if chosen else b""
    digest = hashlib.sha256(written).hexdigest()[:16] if chosen else ""
    parts = (act.kind.name, slug(act.case), act.document, _position(act, case), act.gate, act.actor)
    return "/".join(filter(None, (*parts, digest)))


def _position(act: Act, case: Case | None) -> str:
    if case is None or act.kind == OPEN:
        return f"v{act.version}/r0"
    if act.kind.on is On.CASE:
        # An act on the case may be taken again. Where the last one was this very act, it is that one, unless
        # the case is ready for another.
        last = case.stated.get(act.kind.name)
        same = last is not None and (last.actor, last.details) == (act.actor, act.details)
        repeated = same and not act.kind.again(case)
        return f"n{(last.times if last else 0) - repeated}"
    document = case.document(act.document)
    # A document may stand in drafting because of this very act, which began a round.
    begun = act.kind in {RETURN, REOPEN, TAKE_BACK, CORRECT} and document.stage in {
        Stage.DRAFTING,
        Stage.RECEIVED,
    }
    return f"v{act.version}/r{max(document.round - begun, 0)}"


def _against(case: Case | None, act: Act, policy: Policy) -> Iterator[PitError]:
    """Yield what speaks against an act, in the order in which one reason rests on another."""
    # 1. The act has the form of its kind.
    yield from _against_form(act, policy)
    # 2. Whoever acts has the role, the role may act, and a sign-in may stand for their signature.
    yield from _against_actor(act, policy)
    yield from against_attested(act, policy)
    # 3. The case is there, and an opening finds none.
    if act.kind == OPEN:
        if case is not None:
            yield KnownReferenceError(act.case)
        yield from _against_opening(act, policy)
        return
    if case is None:
        yield UnknownCaseError(act.case)
        return
    if act.case != case.reference:
        yield malformed(act, "case", f"the reference is written {case.reference}")
    # 4. It stands where this act belongs, at this version.
    yield from _against_stage(case, act.kind, act.document, act.gate)
    yield from _against_version(case, act)
    # 5. No file is changed that this act leaves alone.
    yield from _against_files(case, act)
    # 6. The facts are there; a person decides on no words of their own, nor twice; a reason is given.
    yield from _against_facts(case, act)
    waived = act.kind.waives(case, act.document, policy)
    yield from _against_person(case, act.kind, act.actor, act.document, act.gate, waived=waived)
    if act.kind.reason is Reason.MUST and not (act.reason or "").strip():
        yield MissingReasonError(case.said(act.document), verb=act.kind.verb)
    # 7. What this kind of act asks beside that.
    yield from act.kind.against(case, act, policy)


def _against_form(act: Act, policy: Policy) -> Iterator[PitError]:
    kind = act.kind
    if kind.on is On.POLICY:
        yield malformed(act, "act", "this is done to the policy, never to a case")
    documents = documents_of(policy).keys() & DOCUMENTS.keys()
    if kind.document:
        documents = documents & {kind.document}
    if kind.on is On.DOCUMENT and act.document not in documents:
        yield malformed(act, "document", f"one of {', '.join(sorted(documents))} is needed")
    if kind.on is On.CASE and act.document:
        yield malformed(act, "document", "this is done to the case, and not to a document of it")
    if kind.at_gate and act.gate not in ROLE_AT:
        yield malformed(act, "gate", f"one of {', '.join(ROLE_AT)} is needed")
    if not kind.at_gate and act.gate is not None:
        yield malformed(act, "gate", "only an approval or a return has a gate")
    if kind.reason is Reason.NONE and act.reason is not None:
        yield malformed(act, "reason", f"to {kind.verb} states no reason")
    yield from _against_texts(act, policy)
    if act.policy != policy.version:
        yield malformed(act, "policy", f"version {policy.version} of the policy is in force")


def _against_texts(act: Act, policy: Policy) -> Iterator[PitError]:
    if edition_of(policy).unseen:
        return
    details = {f"details.{name}": text for name, text in act.details.items()}
    for name, text in {"reason": act.reason or "", **details}.items():
        if problem := unseen_fault([text]):
            yield malformed(act, name, problem)


def _against_actor(act: Act, policy: Policy) -> Iterator[PitError]:
    roles = _roles(act.kind, act.gate)
    if act.role not in roles:
        yield NotEntitledError(act.actor, verb=act.kind.verb, needed=one_of(roles))
    policy.require(act.actor, *roles, verb=act.kind.verb)
    policy.require(act.actor, act.role, verb=act.kind.verb)


def _roles(kind: Kind, gate: Stage | None) -> Collection[Role]:
    return {ROLE_AT[gate]} if gate else kind.roles


def _against_opening(act: Act, policy: Policy) -> Iterator[PitError]:
    parse_reference(act.case)
    if identity(act.case).endswith(edition_of(policy).endings):
        yield malformed(act, "case", "a reference does not end as the name of a letter does")
    if act.version != 0:
        yield StaleVersionError(act.case, current=0, named=act.version)
    attached = {ATTACHED} if "attachments" in act.details else set()
    if set(act.files) - {ASSESSMENT} != {REQUEST, SEALED_REQUEST} | attached:
        problem = f"an opening registers {REQUEST}, {SEALED_REQUEST}, maybe {ASSESSMENT} and attachments"
        yield malformed(act, "files", problem)
    yield from _against_details(act, {fact.name for fact in act.kind.facts})
    if fault := edition_of(policy).receipt(act.details["received"], act.time):
        yield malformed(act, "details.received", fault)


def _against_stage(case: Case, kind: Kind, document: str, gate: Stage | None) -> Iterator[RefusedError]:
    yield from gone(case)
    at = {gate} if gate else kind.at
    if kind == DRAFT and document in DOCUMENTS and DOCUMENTS[document].recurs:
        # Another clarification, or another notice of more time, follows the one that was sent.
        at = at | {Stage.SENT}
    passive = f"{kind.passive} at {APPROVALS[gate]}" if gate else kind.passive
    # An act on the case needs every document of it to stand where it may be taken.
    every = kind.on is On.CASE and not case.closed
    for name in case.documents if every else [document]:
        if (stage := case.stage(name)) not in at:
            which = f"its {DOCUMENTS[name].short}" if every else "it"
            yield WrongStageError(case.said(document), passive=passive, stage=stage, which=which)


def _against_version(case: Case, act: Act) -> Iterator[PitError]:
    new = act.kind == DRAFT
    current = case.document(act.document).version if act.document else 0
    right = case.next_version(act.document) if new else current
    if act.version != right:
        yield StaleVersionError(case.said(act.document), current=right - new, named=act.version - new)


def _against_files(case: Case, act: Act) -> Iterator[PitError]:
    changed = {
        path for path in act.files.keys() | case.files.keys() if act.files.get(path) != case.files.get(path)
    }
    lawful = {path for path in act.kind.writes(act) if path in act.files}
    with_it = sealed_with(case.acts + 1, act.kind.name)
    if act.kind.seals is not Reason.NONE:
        lawful |= {with_it} & act.files.keys()
    if act.kind.seals is Reason.MUST and with_it not in act.files:
        yield malformed(act, with_it, "the file that is kept sealed with it is needed")
    if unlawful := sorted(changed - lawful):
        faults = (
            Fault(path=path, problem=f"to {act.kind.verb} leaves this file as it is") for path in unlawful
        )
        yield MalformedError(f"{act.kind} of {case.reference}", *faults)


def _against_facts(case: Case, act: Act) -> Iterator[PitError]:
    named = {*case.document(act.document).kind.decided_on} if act.kind.names_files else set()
    yield from _against_details(act, {fact.name for fact in act.kind.facts} | named)
    for name in named - act.details.keys():
        yield malformed(act, f"details.{name}", "the SHA-256 of what was read is needed")


def _against_details(act: Act, known: set[str]) -> Iterator[PitError]:
    if not act.details.keys() <= known:
        yield malformed(act, "details", f"it states {', '.join(sorted(known)) or 'no fact'} and nothing else")
    for fact in act.kind.facts:
        text = act.details.get(fact.name)
        missing = "this fact is needed" if fact.needed else None
        if problem := missing if text is None else fact.fault(text):
            yield malformed(act, f"details.{fact.name}", problem)


def _against_person(
    case: Case, kind: Kind, person: str, document: str, gate: Stage | None, *, waived: bool
) -> Iterator[RefusedError]:
    if person in case.life.aside:
        yield RefusedError(
            f"{person} stepped aside from {case.reference} and takes no further part in it, unless somebody "
            "else assigns it to them."
        )
    if kind.no_writer and person in case.words_of(document):
        writer = person in case.document(document).writers
        earlier = "wrote or submitted a version of" if writer else "wrote words of"
        yield SamePersonError(case.said(document), person, earlier=earlier, verb=kind.verb)
    approvals = case.document(document).approvals if kind.no_second_gate else ()
    if any(each.person == person and each.gate is not gate for each in approvals):
        earlier = f"already approved version {case.document(document).version} of"
        yield SamePersonError(case.said(document), person, earlier=earlier, verb=kind.verb)
    overrides = case.document(document).overrides if kind.no_overrider else ()
    if any(each.person == person for each in overrides):
        yield SamePersonError(case.said(document), person, earlier="overrode a finding of", verb=kind.verb)
    if not waived:
        yield from kind.bars(case, document, person)


def _authors(case: Case, act: Act) -> dict[str, frozenset[str]]:
    """Return who wrote which bytes of the case, once ``act`` is taken."""
    authors = dict(case.authors)
    if act.kind == WITHDRAW_DRAFT:
        return authors  # what it puts back was written by others
    for path, mark in act.files.items():
        if act.actor != SERVICE and case.files.get(path) != mark:
            authors[mark.sha256] = authors.get(mark.sha256, frozenset()) | {act.actor}
    return authors
