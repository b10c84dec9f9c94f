"""Assigning a case: who is to look after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, a_person
from flows.domain.errors import NotEntitledError
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy

_ROLES: Final = frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER})


def _against_assigning(_: Case, act: Act, policy: Policy) -> Iterator[PitError]:
    try:
        policy.require(act.details["person"], *_ROLES, verb="look after a case")
    except NotEntitledError as error:
        yield error


ASSIGN: Final = Kind(
    name="assign",
    on=On.CASE,
    roles=_ROLES,
    at=frozenset(Stage) - {Stage.CLOSED},
    facts=(a_person("person", "Who is to look after it."),),
    against=_against_assigning,
    verb="assign",
    passive="assigned",
    subject="assigning: assign {case} to {person}",
    done="assigned the case to {person}",
    told="Assigned to {person}.",
    help="Record who is to look after a case.",
    example="equipoise assign 1146A/22 --person legal-reviewer --as foi-officer",
)
