"""The first page: what waits for whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.casework import amendments, mail_views, waiting
from flows.desk.web import seen
from flows.desk.web.navigation import READERS
from flows.desk.web.visit import Page
from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.casework.amendments import Proposed
    from flows.casework.mail_views import Came
    from flows.casework.waiting import Bucket
    from flows.desk.web.visit import Visit
    from flows.domain.filed import Behind


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """What waits.

    Attributes:
        changed: Documents of which there is a newer version than the person saw, and which they saw.
        proposed: Changes of the policy that wait for another administrator, for whoever is one.
        entry: The newest entry of the register up to which the lists know everything; 0 while they are
            made anew.
        behind: How far they are behind; None where they are whole.
        mail: Messages that came in cases and wait, for an FOI officer.
    """

    buckets: tuple[Bucket, ...]
    proposed: tuple[Proposed, ...]
    entry: int
    behind: Behind | None
    changed: Mapping[str, int]
    mail: tuple[Came, ...]


def show(visit: Visit) -> Page:
    """Show what waits for a person, by what they have to do next."""
    reads = not visit.roles.isdisjoint(READERS)
    found = waiting.buckets(visit.office, visit.person, visit.policy) if reads else ()
    behind = visit.office.behind
    view = WaitingView(
        buckets=found,
        proposed=amendments.waiting(visit.office) if Role.ADMINISTRATOR in visit.roles else (),
        entry=behind.entry if behind else visit.office.register.tip().entry.sequence,
        behind=behind,
        mail=mail_views.waits(visit.office) if Role.FOI_OFFICER in visit.roles else (),
        changed=seen.changed_since(visit, [row for bucket in found for row in bucket.rows]),
    )
    return Page(template="waiting.html.j2", view=view)
