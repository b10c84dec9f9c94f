"""Every act on a case at every stage, for a person of every role: whether it may be taken, and why not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from domain_builders import NOON, a_person, a_policy, the_case_for

from flows.domain.acts import ACTS, DRAFT, OPEN, On
from flows.domain.decide import refusals
from flows.domain.documents import TEST
from flows.domain.policy import SERVICE
from flows.domain.procedure import ROLE_AT, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.acts import Kind
    from flows.domain.case import Case
    from flows.domain.policy import Policy

ROLES: Final = tuple(role for role in Role if role is not Role.SERVICE)
KINDS: Final = tuple(kind for kind in ACTS.values() if kind.on is not On.POLICY and kind != OPEN)
POLICY: Final[Policy] = a_policy(
    *(a_person(f"the-{role}", role) for role in ROLES),
    # Without another nobody could decide on a version in which the first overrode a finding.
    a_person("another-sign-off-officer", Role.SIGN_OFF_OFFICER),
)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An act at a stage by a person of one role.

    Attributes:
        refused: Every reason why not; none where it may be taken.
    """

    kind: Kind
    stage: Stage
    role: Role
    case: Case
    person: str
    refused: tuple[str, ...]


def every() -> Iterator[Tried]:
    for kind in KINDS:
        for stage in Stage:
            for role in (*ROLES, Role.SERVICE):
                case = a_case_at(stage, kind, role)
                person = SERVICE if role is Role.SERVICE else f"the-{role}"
                document = (kind.document or TEST.name) if kind.on is On.DOCUMENT else ""
                gate = (stage if stage in ROLE_AT else Stage.LEGAL_REVIEW) if kind.at_gate else None
                found = refusals(case, kind, person, POLICY, document=document, gate=gate)
                refused = tuple(map(str, found))
                yield Tried(kind=kind, stage=stage, role=role, case=case, person=person, refused=refused)


def a_case_at(stage: Stage, kind: Kind, role: Role) -> Case:
    """Return a case of which nothing is wrong for an act but, maybe, its stage."""
    case = the_case_for(kind)
    assert case is not None
    name = kind.document or TEST.name
    changes = {"stage": stage, "version": 0 if stage is Stage.RECEIVED else 1}
    if kind == DRAFT and role is Role.SERVICE:
        changes["version"] = 0
    case = case.with_document(name, **changes)
    return replace(case, closed=NOON) if stage is Stage.CLOSED else case
