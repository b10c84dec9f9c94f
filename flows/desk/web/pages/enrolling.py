"""Taking up an invitation: keys are made, each signs once, and an administrator is left to list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework.amendments import key_view
from flows.desk.web import invitations
from flows.desk.web.enrolment import Enrolment
from flows.desk.web.invitations import Step
from flows.desk.web.visit import FEWEST, Page, See
from flows.domain.errors import PitError
from flows.register.roster import owners

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.casework.amendments import KeyView
    from flows.desk.web.enrolment import Asked
    from flows.desk.web.invitations import Invitation, NewKey
    from flows.desk.web.visit import Answer, Visit

    Sending = Callable[[str], str]
    """Returns a field of the form that was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolView:
    """What the page of an enrolment shows.

    Attributes:
        keys: That were made and proven.
        next: The key that is to sign, if one is.
        asked: What the browser, or the person, is asked for now.
        listed: Whether an administrator has listed the keys.
    """

    person: str
    roles: tuple[str, ...]
    by: str
    step: Step
    keys: tuple[KeyView, ...]
    next: KeyView | None
    asked: Asked | None
    listed: bool


_GONE: Final = (
    "This invitation was used, taken back or replaced, or it is too old. Ask whoever invited you for another."
)


def greet(visit: Visit) -> Page:
    """Show what an invitation is about; nothing is used up by looking."""
    found = invitations.find(visit.store, visit.path["token"])
    if found is None or found.step is not Step.SENT:
        return _gone()
    more = {"person": found.person, "roles": sorted(found.roles), "by": found.by}
    return Page(template="invitation.html.j2", more=more)


def begin(visit: Visit) -> Answer:
    """Take an invitation up, once."""
    secret = invitations.begin(visit.store, visit.path["token"])
    return See(url=f"/enrolment/{secret}") if secret else _gone()


def ask(visit: Visit) -> Page:
    """Show what is to be done next."""
    found = invitations.find(visit.store, visit.path["token"])
    return _asked(visit, found, "") if found and found.step is not Step.SENT else _gone()


def _asked(visit: Visit, found: Invitation, error: str) -> Page:
    return page_of(_enrolment(visit, found), found, there=_there(visit), error=error)


def page_of(
    enrolment: Enrolment, found: Invitation, *, there: str, error: str, turns: tuple[int, int] | None = None
) -> Page:
    """Return the page on which keys are made, as far as that has come.

    Args:
        there: The address of the page.
        turns: At a founding, which administrator makes keys of how many; nobody invites them.
    """
    left, asked = found.unproven, None
    if found.step is Step.BEGUN:
        asked = enrolment.ask_to_prove(left) if left else enrolment.ask_to_make()
    proven = {key.public for key in found.proven}
    view = EnrolView(
        person=found.person,
        roles=tuple(sorted(found.roles)),
        by=found.by,
        step=found.step,
        keys=tuple(key_view(key.public) for key in found.proven),
        next=key_view(left.public) if left else None,
        asked=asked,
        listed=bool(proven) and proven <= {*enrolment.listed},
    )
    more = {"error": error, "there": there, "fewest": FEWEST, "turns": turns}
    return Page(template="enrol.html.j2", view=view, more=more, status=422 if error else 200)


def make(visit: Visit) -> Answer:
    """Take the key that somebody made."""
    return _stepped(visit, made)


def prove(visit: Visit) -> Answer:
    """Take the first signature by a new key."""
    return _stepped(visit, proven)


def drop(visit: Visit) -> Answer:
    """Leave out a key that did not sign."""
    return _stepped(visit, lambda _enrolment, found, _sent: found.proven)


def made(enrolment: Enrolment, found: Invitation, sent: Sending) -> tuple[NewKey, ...]:
    """Return the keys, with the one that was made now.

    Raises:
        PitError: as ``take_passkey`` and ``take_public``.
    """
    if answer := sent("answer"):
        key = enrolment.take_passkey(sent("challenge"), answer)
    else:
        key = enrolment.take_public(sent("public"))
    return (*found.proven, key)


def proven(enrolment: Enrolment, found: Invitation, sent: Sending) -> tuple[NewKey, ...]:
    """Return the keys, with the one that signed for the first time.

    Raises:
        PitError: as ``Enrolment.prove``.
    """
    if found.unproven is None:
        return found.keys
    pasted = sent("signature")
    key = enrolment.prove(found.unproven, sent("challenge"), answer=sent("answer"), pasted=pasted)
    return (*found.proven, key)


def hand_in(visit: Visit) -> Answer:
    """Let the administrator see the keys."""
    found = _begun(visit)
    if found is None:
        return _gone()
    if not found.proven:
        return _asked(visit, found, "Make a key first.")
    invitations.hand_in(visit.store, found)
    return See(url=_there(visit))


def _stepped(visit: Visit, step: Callable[[Enrolment, Invitation, Sending], tuple[NewKey, ...]]) -> Answer:
    found = _begun(visit)
    if found is None:
        return _gone()
    try:
        invitations.keep(visit.store, found, step(_enrolment(visit, found), found, visit.sent))
    except PitError as error:
        return _asked(visit, found, str(error))
    return See(url=_there(visit))


def _begun(visit: Visit) -> Invitation | None:
    found = invitations.find(visit.store, visit.path["token"])
    return found if found and found.step is Step.BEGUN else None


def _there(visit: Visit) -> str:
    return f"/enrolment/{visit.path['token']}"


def _enrolment(visit: Visit, found: Invitation) -> Enrolment:
    known = visit.policy.people.get(found.person)
    return Enrolment(
        store=visit.store,
        register=visit.policy.register,
        authority=visit.policy.authority,
        person=found.person,
        origin=visit.origin,
        origins=visit.policy.rules.desk,
        owners=owners(visit.office.register.policies()),
        listed=known.keys if known else (),
        made=found.keys,
    )


def _gone() -> Page:
    return Page(template="error.html.j2", view={"error": _GONE}, status=404)
