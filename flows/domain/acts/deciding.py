"""Deciding at a gate: a version is approved on its very bytes, or returned with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason
from flows.domain.case import Approval, Case
from flows.domain.documents import REVIEW
from flows.domain.errors import RefusedError, SamePersonError, StaleContentError
from flows.domain.procedure import ROLE_AT, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy
    from flows.domain.procedure import Role


def _bars_approval(case: Case, document: str, person: str) -> Iterator[RefusedError]:
    if document == REVIEW.name and person in case.life.earlier:
        yield had_a_part(case, person)


def had_a_part(case: Case, person: str) -> SamePersonError:
    """Return why a person does not decide on a review: the code of practice under FOIA s.45, part 5."""
    return SamePersonError(
        case.reference, person, earlier="had an earlier part in", verb="decide on the review of it"
    )


def without_a_part(case: Case, policy: Policy, *roles: Role) -> frozenset[str]:
    """Return who holds one of some roles and had no part in a case before its review was asked for."""
    return frozenset[str]().union(*map(policy.holders, roles)) - case.life.earlier - case.life.aside


def nobody_without_a_part(case: Case) -> RefusedError:
    """Return what is said where everybody who could decide on a review had an earlier part in the case.

    By the same code a person without one decides where that is reasonably practicable: where it is not, as in
    a small authority, the reason is on record.
    """
    return RefusedError(
        f"Everybody who could decide on the review of {case.reference} had an earlier part in it: "
        "authorise somebody who had none, or say with --reason why that is not practicable."
    )


def _waives_approval(case: Case, document: str, policy: Policy) -> bool:
    return not without_a_part(case, policy, ROLE_AT[Stage.BALANCING]) - case.words_of(document)


def _against_approval(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    if act.document == REVIEW.name and act.actor in case.life.earlier and not (act.reason or "").strip():
        yield nobody_without_a_part(case)
    # What is approved are these bytes and no others, whatever is drafted meanwhile.
    for path in case.document(act.document).kind.decided_on:
        if act.details[path] != case.files[path].sha256:
            yield StaleContentError(case.reference, path)


def _approved(case: Case, act: Act) -> Case:
    document = case.document(act.document)
    here = Stage(document.stage)
    approval = Approval(
        gate=here,
        person=act.actor,
        role=act.role,
        version=document.version,
        round=document.round,
        act=case.acts + 1,
        at=act.time,
    )
    onward = (*document.gates, Stage.PUBLICATION)[document.gates.index(here) + 1]
    return case.with_document(act.document, stage=onward, approvals=(*document.approvals, approval))


def _returned(case: Case, act: Act) -> Case:
    return case.with_document(act.document, stage=Stage.DRAFTING, round=case.document(act.document).round + 1)


APPROVE: Final = Kind(
    name="approve",
    on=On.DOCUMENT,
    roles=frozenset(ROLE_AT.values()),
    at=frozenset(ROLE_AT),
    names_version=True,
    at_gate=True,
    names_files=True,
    own_key=True,
    reason=Reason.MAY,
    no_writer=True,
    no_second_gate=True,
    no_overrider=True,
    bars=_bars_approval,
    waives=_waives_approval,
    against=_against_approval,
    after=_approved,
    verb="approve",
    passive="approved",
    subject="{gate}: approve {what} version {version}",
    done="approved version {version}{of} at {gate}",
    told="Version {version}{of} is approved at {gate}.",
    help="Approve a version: at legal review, or at sign-off.",
    example="equipoise approve 1146A/22 --gate legal-review --version 2 --as legal-reviewer",
    reason_help="Kept with the approval.",
)

RETURN: Final = Kind(
    name="return",
    on=On.DOCUMENT,
    roles=frozenset(ROLE_AT.values()),
    at=frozenset(ROLE_AT),
    names_version=True,
    at_gate=True,
    own_key=True,
    reason=Reason.MUST,
    no_writer=True,
    no_second_gate=True,
    after=_returned,
    verb="return a version",
    passive="returned",
    subject="{gate}: return {what} version {version}",
    done="returned version {version}{of} at {gate}",
    told="Version {version}{of} is returned to drafting.",
    help="Send a version back to drafting, with the reason.",
    example="equipoise return 1146A/22 --gate balancing --version 2 \\\n"
    '  --reason "Weigh the delay too." --as sign-off-officer',
    reason_help="Why it goes back; required.",
)
