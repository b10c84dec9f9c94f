"""The procedure, as data: the stages, the roles, the gates, and what people call them.

received → drafting → legal review → balancing → publication → published → sent
              ↑____________|_____________|   returned, with a reason

1. The service opens a case and writes the first draft of its test; from then on people write.
2. Whoever drafted or submitted a version never decides on it, and no one decides at both gates of
   one version: persons are counted, not keys.
3. A submission records what the checks found. What stops it, a sign-off officer who has not written
   may override with a reason, where it is a matter of opinion.
4. An approval names the bytes it was made on, and no draft changes them meanwhile. A return leads to
   drafting, whatever the gate.
5. The service publishes what has passed every gate. A person records when it was sent.

What each act needs and does stands in ``acts/``; the documents of a case in ``documents.py``.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Stage(StrEnum):
    """Where a document of a case stands, in the order of the procedure."""

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


CALLED: Final = MappingProxyType(
    {
        Role.FOI_OFFICER: "FOI officer",
        Role.LEGAL_REVIEWER: "legal reviewer",
        Role.SIGN_OFF_OFFICER: "sign-off officer",
        Role.ADMINISTRATOR: "administrator",
        Role.AUDITOR: "auditor",
        Role.SERVICE: "the service",
    }
)
"""What people call a role."""

ROLE_AT: Final = MappingProxyType(
    {Stage.LEGAL_REVIEW: Role.LEGAL_REVIEWER, Stage.BALANCING: Role.SIGN_OFF_OFFICER}
)
"""The gates, and who decides at each."""

FINISHED: Final = frozenset({Stage.SENT, Stage.CLOSED})
"""Where nobody has anything left to do; what is published still has to be sent."""

STAGES: Final = MappingProxyType(
    {
        Stage.RECEIVED: "received",
        Stage.DRAFTING: "drafting",
        Stage.LEGAL_REVIEW: "legal review",
        Stage.BALANCING: "sign-off",
        Stage.PUBLICATION: "publication",
        Stage.PUBLISHED: "published (not sent)",
        Stage.SENT: "sent",
        Stage.CLOSED: "closed",
    }
)
"""A stage in a word or two, for a column."""

STANDS: Final = MappingProxyType(
    {
        Stage.RECEIVED: "waits for its first draft",
        Stage.DRAFTING: "is in drafting",
        Stage.LEGAL_REVIEW: "is at legal review",
        Stage.BALANCING: "is at sign-off",
        Stage.PUBLICATION: "is signed off and waits to be published",
        Stage.PUBLISHED: "is published and waits to be sent",
        Stage.SENT: "is sent",
        Stage.CLOSED: "is closed",
    }
)
"""Where a document stands, to follow "The test"."""

APPROVALS: Final = MappingProxyType(
    {
        Stage.LEGAL_REVIEW: "legal review",
        Stage.BALANCING: "sign-off",
    }
)
"""What people call a gate."""
