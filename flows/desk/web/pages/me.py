"""What is mine: keys, where I am signed in, what was done in my name, what I was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows.casework import told
from flows.desk.web import invitations, sessions
from flows.desk.web.invitations import Step
from flows.desk.web.pages.people import person_row
from flows.desk.web.visit import NotFoundError, Page, See

if TYPE_CHECKING:
    from flows.casework.told import Told
    from flows.catalogue.rows import Done
    from flows.desk.web.pages.people import PersonRow
    from flows.desk.web.visit import Answer, Visit

MOST: Final = 200
"""Acts that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser in which somebody is signed in."""

    how: str
    began: datetime
    used: datetime
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeView:
    """What the page of one's own shows.

    Attributes:
        waiting: How far the making of a further key has come; None where there is none.
        count: How many acts there are in one's name; ``done`` has the newest.
    """

    me: PersonRow
    waiting: Step | None
    sessions: tuple[SessionRow, ...]
    count: int
    done: tuple[Done, ...]
    told: tuple[Told, ...]


def show(visit: Visit) -> Page:
    """Show what is one's own."""
    if visit.session is None:
        raise NotFoundError
    known = visit.policy.people[visit.person]
    invitation = invitations.of(visit.store, visit.person)
    listed = invitation and {key.public for key in invitation.proven} <= {*known.keys}
    waits = invitation is not None and not (listed and invitation.step is Step.HANDED_IN)
    done, count = visit.office.catalogue.done_by(visit.person, most=MOST)
    view = MeView(
        me=person_row(visit, known),
        waiting=invitation.step if invitation and waits else None,
        sessions=tuple(
            SessionRow(
                how=each.how,
                began=datetime.fromtimestamp(each.began, UTC),
                used=datetime.fromtimestamp(each.used, UTC),
                here=each.here,
            )
            for each in sessions.of(visit.store, visit.session)
        ),
        count=count,
        done=tuple(done),
        told=told.to(visit.office, visit.person),
    )
    return Page(template="me.html.j2", view=view)


def make_key(visit: Visit) -> Answer:
    """Begin a further key; an administrator lists it as anybody's."""
    secret = invitations.invite(visit.store, visit.person, visit.roles, visit.person)
    return See(url=f"/enrolment/{invitations.begin(visit.store, secret)}")


def end_all(visit: Visit) -> See:
    """Sign out in every browser."""
    sessions.end_all(visit.store, visit.person)
    return See(url="/sign-in", cookie="")


def accessibility(_: Visit) -> Page:
    """Say how far everybody can use the desk."""
    return Page(template="accessibility.html.j2")
