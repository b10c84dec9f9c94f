"""Signing in, and out.

Nobody has a password. A passkey, or a key file by `ssh-keygen -Y sign`, signs a few lines that are made for
this one sign-in and good for ten minutes, in a namespace of its own: no act can be made of that signature.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.casework import provider
from flows.desk.web import passkeys, sessions
from flows.desk.web import sign_on as oidc
from flows.desk.web.store import GOOD_FOR
from flows.desk.web.visit import NotFoundError, Page, See, within
from flows.domain.errors import MalformedError, PitError, RefusedError
from flows.domain.procedure import Role
from flows.register import passkey
from flows.register.signature import SESSION, verify
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    from flows.casework.provider import Provider
    from flows.desk.web.visit import Answer, Visit

_PURPOSE: Final = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the page of signing in shows.

    Attributes:
        request: What a browser is asked for, as JSON; empty where no passkey can sign at this address.
        statement: What is signed.
        sign_on: Whether the authority's single sign-on lets people in.
        people: Whom a newcomer to the sample may sign in as.
    """

    authority: str
    request: str
    statement: str
    challenge: str
    sign_on: bool
    people: tuple[tuple[str, tuple[str, ...]], ...]


def ask(visit: Visit) -> Page:
    """Ask for a passkey, or a key file."""
    return _asked(visit, visit.asked.get("next", ""), "")


def _asked(visit: Visit, next_: str, error: str) -> Page:
    id_, content = _challenge(visit)
    at_desk = visit.origin in visit.policy.rules.desk
    asked = passkeys.request(visit.store, passkey.challenge(content, SESSION), visit.origin, ())
    people = [
        (person.id, tuple(sorted(person.roles)))
        for person in visit.policy.people.values()
        if visit.sample and Role.SERVICE not in person.roles
    ]
    view = SignIn(
        authority=visit.policy.authority.partition(";")[0],
        request=asked if at_desk else "",
        statement=content.decode(),
        challenge=id_,
        sign_on=visit.office.home.sign_on.is_file(),
        people=tuple(people),
    )
    return Page(
        template="sign-in.html.j2",
        view=view,
        more={"next": within(next_), "error": error},
        status=422 if error else 200,
    )


def enter(visit: Visit) -> Answer:
    """Let somebody in who signed."""
    try:
        person, how = _signed(visit)
    except PitError as error:
        return _asked(visit, visit.sent("next"), str(error))
    return _entered(visit, person, how)


def enter_sample(visit: Visit) -> Answer:
    """Let a newcomer to the sample in as one of its people, at this machine alone."""
    person = visit.sent("person")
    if not visit.sample or person not in visit.policy.people:
        raise NotFoundError
    return _entered(visit, person, "sample")


def sign_on(visit: Visit) -> Answer:
    """Send somebody to the authority's single sign-on."""
    next_ = within(visit.asked.get("next", ""))
    try:
        anew = visit.asked.get("anew") == "yes"
        url, kept = oidc.begin(visit.store, _provider(visit), _back(visit), next_, anew=anew)
    except (RefusedError, MalformedError) as error:
        return _asked(visit, next_, str(error))
    return See(url=url, began=kept)


def is_awaited(visit: Visit) -> bool:
    """Tell whether somebody comes back from a sign-in that this browser began, and that has not ended."""
    return oidc.is_begun(visit.store, visit.asked, visit.began)


def back(visit: Visit) -> Answer:
    """Let somebody in whom the authority's single sign-on knows."""
    known = _provider(visit)
    try:
        came = oidc.finish(
            visit.store, known, _back(visit), visit.asked, visit.began, register=visit.policy.register
        )
        person = visit.policy.people.get(came.person)
        if person is None or Role.SERVICE in person.roles:
            raise RefusedError("You are not on the list of authorised people; ask an administrator.")
    except PitError as error:
        return _asked(visit, "", str(error))
    if visit.session:
        sessions.end(visit.store, visit.session)
    cookie = sessions.begin(visit.store, came.person, "sso", came.said)
    return See(url=within(came.next), cookie=cookie, began="")


def _provider(visit: Visit) -> Provider:
    if found := provider.provider(visit.office.home):
        return found
    raise NotFoundError


def _back(visit: Visit) -> str:
    return f"{visit.origin}/sign-in/on/back"


def leave(visit: Visit) -> See:
    """End the session."""
    if visit.session:
        sessions.end(visit.store, visit.session)
    return See(url="/sign-in", cookie="")


def _entered(visit: Visit, person: str, how: str) -> See:
    if visit.session:
        sessions.end(visit.store, visit.session)
    return See(url=within(visit.sent("next")), cookie=sessions.begin(visit.store, person, how))


def _signed(visit: Visit) -> tuple[str, str]:
    content = visit.store.take_challenge(_PURPOSE, visit.sent("challenge"))
    answer, origins = visit.sent("answer"), visit.policy.rules.desk
    if answer:
        # Whom the browser names is not asked: how long the answer takes would tell who is on the list.
        keys = {key: person for person in visit.policy.people for key in passkeys.of(visit.policy, person)}
        _, key = passkeys.signed(visit.store, answer, keys, content, SESSION, origins=origins)
        return keys[key], "passkey"
    key = verify(tidied(visit.sent("signature")), content, SESSION, origins=origins).public
    for person in visit.policy.people.values():
        if key in person.keys and Role.SERVICE not in person.roles:
            return person.id, "key"
    raise RefusedError("The key that signed is nobody's on the list of authorised people.")


def _challenge(visit: Visit) -> tuple[str, bytes]:
    """Return what is to be signed, and the name under which it is kept."""
    stated = {
        "desk": visit.origin,
        "register": visit.policy.register,
        "signs in until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + GOOD_FOR)),
        "random": secrets.token_hex(16),
    }
    content = (json.dumps(stated, indent=2, sort_keys=True) + "\n").encode()
    return visit.store.put_challenge(_PURPOSE, content), content
