"""Who is to look after a case, and who is not to touch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason, a_person
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
    after=lambda case, act: case.with_life(aside=case.life.aside - {act.details["person"]}),
    verb="assign",
    passive="assigned",
    subject="assigning: assign {case} to {person}",
    done="assigned the case to {person}",
    told="Assigned to {person}.",
    help="Record who is to look after a case.",
    example="equipoise assign 1146A/22 --person legal-reviewer --as foi-officer",
)


# Whoever has an interest of their own in a case says so and does nothing more in it, unless somebody else
# assigns it to them again.


STEP_ASIDE: Final = Kind(
    name="step-aside",
    on=On.CASE,
    roles=_ROLES,
    at=frozenset(Stage) - {Stage.CLOSED},
    reason=Reason.MUST,
    after=lambda case, act: case.with_life(aside=case.life.aside | {act.actor}),
    verb="step aside",
    passive="stepped aside from",
    subject="assigning: step aside from {case}",
    done="stepped aside from the case",
    told="You take no further part in this case.",
    help="Take no further part in a case, with the reason.",
    example='equipoise step-aside 1146A/22 --reason "I know the applicant." --as legal-reviewer',
    reason_help="Why, as a conflict of interest; required.",
)
