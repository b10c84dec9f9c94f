"""The procedure, as data: the stages, the acts, who may take them, and which approvals a test needs.

    received → drafting → legal review → balancing → publication → published → sent
                  ↑____________|_____________|   returned, with a reason

1. The service opens a case and writes its first draft; from then on people write.
2. Whoever drafted or submitted a version never decides on it, and no one decides at both gates of
   one version: persons are counted, not keys.
3. A submission records what the checks found. What stops it, a sign-off officer who has not written
   may override with a reason, where it is a matter of opinion.
4. An approval names the bytes it was made on; a return leads to drafting, whatever the gate.
5. The service publishes what has passed every gate. A person records when it was sent.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Stage(StrEnum):
    """Where a case stands, in the order of the procedure."""

    RECEIVED = "received"
    DRAFTING = "drafting"
    LEGAL_REVIEW = "legal-review"
    BALANCING = "balancing"
    PUBLICATION = "publication"
    PUBLISHED = "published"
    SENT = "sent"
    CLOSED = "closed"


class Role(StrEnum):
    """What a person may be entitled to; one person may hold several."""

    FOI_OFFICER = "foi-officer"
    LEGAL_REVIEWER = "legal-reviewer"
    SIGN_OFF_OFFICER = "sign-off-officer"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SERVICE = "service"
    """The machine itself; never given to a person."""


class ActKind(StrEnum):
    """What can be done to a case, or to the policy."""

    OPEN = "open"
    DRAFT = "draft"
    OVERRIDE = "override"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    SENT = "sent"
    CLOSE = "close"
    FOUND = "found"
    ADD_OFFICER = "add-officer"
    REVOKE_OFFICER = "revoke-officer"
    ADD_HOLIDAY = "add-holiday"
    REMOVE_HOLIDAY = "remove-holiday"
    CHANGE_THEME = "change-theme"
    CHANGE_DESK = "change-desk"


POLICY_ACTS: Final = frozenset(
    {
        ActKind.FOUND,
        ActKind.ADD_OFFICER,
        ActKind.REVOKE_OFFICER,
        ActKind.ADD_HOLIDAY,
        ActKind.REMOVE_HOLIDAY,
        ActKind.CHANGE_THEME,
        ActKind.CHANGE_DESK,
    }
)
"""Acts on the policy rather than on a case."""

DECISIONS: Final = frozenset({ActKind.APPROVE, ActKind.RETURN})
"""Acts at a gate."""

DOCUMENTS: Final = frozenset({"test"})
"""The documents a case may hold: so far one."""

GATES: Final = MappingProxyType(
    {
        "full": (Stage.LEGAL_REVIEW, Stage.BALANCING),
        "two-person": (Stage.BALANCING,),
    }
)
"""Which approvals a document needs, in order, under each name that ``rules.json`` may use."""

ROLE_AT: Final = MappingProxyType(
    {Stage.LEGAL_REVIEW: Role.LEGAL_REVIEWER, Stage.BALANCING: Role.SIGN_OFF_OFFICER}
)
"""Who decides at a gate."""

TAKEN_AT: Final = MappingProxyType(
    {
        ActKind.DRAFT: frozenset({Stage.RECEIVED, Stage.DRAFTING}),
        ActKind.OVERRIDE: frozenset({Stage.DRAFTING}),
        ActKind.SUBMIT: frozenset({Stage.DRAFTING}),
        ActKind.APPROVE: frozenset(ROLE_AT),
        ActKind.RETURN: frozenset(ROLE_AT),
        ActKind.PUBLISH: frozenset({Stage.PUBLICATION}),
        ActKind.SENT: frozenset({Stage.PUBLISHED}),
        ActKind.CLOSE: frozenset(
            {
                Stage.RECEIVED,
                Stage.DRAFTING,
                Stage.LEGAL_REVIEW,
                Stage.BALANCING,
                Stage.PUBLICATION,
            }
        ),
    }
)
"""The stages at which a case takes an act."""

ROLES_FOR: Final = MappingProxyType(
    {
        ActKind.OPEN: frozenset({Role.SERVICE}),
        ActKind.DRAFT: frozenset({Role.FOI_OFFICER, Role.SERVICE}),
        ActKind.OVERRIDE: frozenset({Role.SIGN_OFF_OFFICER}),
        ActKind.SUBMIT: frozenset({Role.FOI_OFFICER}),
        ActKind.APPROVE: frozenset(ROLE_AT.values()),
        ActKind.RETURN: frozenset(ROLE_AT.values()),
        ActKind.PUBLISH: frozenset({Role.SERVICE}),
        ActKind.SENT: frozenset({Role.FOI_OFFICER}),
        ActKind.CLOSE: frozenset({Role.FOI_OFFICER}),
        ActKind.FOUND: frozenset({Role.ADMINISTRATOR}),
        ActKind.ADD_OFFICER: frozenset({Role.ADMINISTRATOR}),
        ActKind.REVOKE_OFFICER: frozenset({Role.ADMINISTRATOR}),
        ActKind.ADD_HOLIDAY: frozenset({Role.ADMINISTRATOR}),
        ActKind.REMOVE_HOLIDAY: frozenset({Role.ADMINISTRATOR}),
        ActKind.CHANGE_THEME: frozenset({Role.ADMINISTRATOR}),
        ActKind.CHANGE_DESK: frozenset({Role.ADMINISTRATOR}),
    }
)
"""The roles in which an act may be taken."""

REQUEST: Final = "request.md"
SEALED_REQUEST: Final = "request.age"
ASSESSMENT: Final = "assessment.yaml"
DOCUMENT: Final = "document.md"

DECIDED_ON: Final = (ASSESSMENT, DOCUMENT, REQUEST)
"""The files an approval is about."""

DETAILS_OF: Final = MappingProxyType(
    {
        ActKind.OPEN: frozenset({"received", "recipient"}),
        ActKind.OVERRIDE: frozenset({"finding", "place"}),
        ActKind.SUBMIT: frozenset({"rules", "findings"}),
        ActKind.APPROVE: frozenset(DECIDED_ON),
        ActKind.SENT: frozenset({"on", "by"}),
        ActKind.CLOSE: frozenset({"ground"}),
    }
)
"""The facts an act on a case may state; every other act states none."""

GROUNDS: Final = frozenset({"withdrawn"})
"""Why a case may be closed without a published test."""

CHANNELS: Final = frozenset({"email", "post"})
"""How a published paper may be sent."""


def may_change(act: ActKind, path: str, slug: str) -> bool:
    """Tell whether ``act`` may create or change ``path`` of a case folder."""
    match act:
        case ActKind.OPEN:
            # The assessment that came beside the request waits here for the first draft.
            return path in {REQUEST, SEALED_REQUEST, ASSESSMENT}
        case ActKind.DRAFT:
            return path in DECIDED_ON
        case ActKind.PUBLISH:
            return path in {f"published/{slug}.pdf", f"published/{slug}.json"}
        case _:
            return False
