"""Founding a register by the page, where there is none: on this machine, behind a link that is printed once.

1. The authority, what kind it is, which approvals a test needs, and what its administrators are called: one,
   or two or three, of whom a change of the policy then takes two from the start; and whether there are to be
   shares for recovery.
2. The keys of each, in turn, made and proven as everybody's.
3. The shares, shown once, to be printed. They are in the memory of this process until then, and nowhere else.
4. The founding, signed by the first of them. Then the home takes its place, whole.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from flows import home as flows_home
from flows.casework import acts, recovering
from flows.casework.amendments import key_view
from flows.casework.office import Office, catalogue_of
from flows.desk.making import PATTERN, first_rules, fresh_home, parse_authority
from flows.desk.web import passkeys, safety
from flows.desk.web.app import HANDLERS, Headers, Limited, form_of, keep_language, language_of, plain_error
from flows.desk.web.enrolment import Enrolment
from flows.desk.web.invitations import Invitation, Step
from flows.desk.web.pages import enrolling, static
from flows.desk.web.render import render
from flows.desk.web.store import Store
from flows.desk.web.visit import Page, See, Sent, Visit
from flows.domain.edition import EDITIONS, ONE_PERSON, latest
from flows.domain.errors import PitError, RefusedError
from flows.domain.local_day import local_day
from flows.domain.policy import (
    BODIES,
    FEWEST_SHARES,
    MOST_SHARES,
    Person,
    Policy,
    fingerprint,
    parse_person,
)
from flows.domain.procedure import Role
from flows.domain.provisions import provisions
from flows.register import passkey, signature
from flows.register.entry import seconds
from flows.register.founding import first_policy, founding
from flows.register.kinds import Kind
from flows.register.signature import STATEMENT
from flows.register.sshsig import tidied

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from starlette.requests import Request

    from flows.casework.amendments import KeyView
    from flows.casework.recovering import Made
    from flows.desk.web.invitations import NewKey
    from flows.desk.web.visit import Answer
    from flows.domain.policy import Recovery
    from flows.home import Home
    from flows.register.register import Proposal, Register

_MOST: Final = 1 << 18
"""Bytes of what is sent."""
_QUIET: Final = 2.0
"""Seconds without a request after which the page that says it is founded has all that it shows."""
_STARTING: Final = 5
"""Seconds after which the desk is asked again; it listens within one of the end of this page's server."""
_SIGN_IN: Final = "/sign-in"
_LONGEST: Final = 8 * 3600.0
"""Seconds for which the keys that were made are good."""
_COUNT: Final = re.compile("[0-9]{1,2}")
_OTHERS: Final = ("second", "third")
"""Fields for more administrators than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundView:
    """What the page that asks for the founding's signature shows."""

    authority: str
    person: str
    statement: str
    digest: str
    request: str
    administrators: tuple[tuple[str, tuple[KeyView, ...]], ...]
    threshold: int
    recovery: Recovery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesView:
    """What the page that shows the shares shows; no lines where they were shown before."""

    authority: str
    key: str
    day: date
    needed: int
    shares: int
    lines: tuple[tuple[int, str], ...]


@dataclass(kw_only=True)
class _Founding:
    """One founding, as far as it has come.

    Attributes:
        home: That is being filled.
        policy: With the keys that were handed in; None before the first step.
        people: The administrators, the first of them first, each with the keys they make.
        wanted: How many shares are needed, of how many; None for none.
        made: The shares, until they are shown; None before they are made, and once they were shown.
        kept: Whether somebody said that they have them.
        at: When the founding was made, which its statement says.
        fingerprint: Once it is founded.
        asked: When somebody last asked for something, by the monotonic clock.
    """

    home: Home
    origin: str
    secret: str
    policy: Policy | None = None
    people: list[Invitation] = field(default_factory=list)
    wanted: tuple[int, int] | None = None
    made: Made | None = field(default=None, repr=False)
    kept: bool = False
    at: datetime | None = None
    fingerprint: str = ""
    asked: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def turn(self) -> Invitation | None:
        """Whose keys are made now; None before the first step, and once all are made."""
        return next((each for each in self.people if each.step is Step.BEGUN), None)


def found_by_page(home: Home, listener: socket.socket, say: Callable[[str], None]) -> None:
    """Serve the page until a register was founded, whose home then takes its place.

    Args:
        say: Told the link.

    Raises:
        RefusedError: something is there already, or it was ended without a founding.
    """
    origin = f"http://localhost:{listener.getsockname()[1]}"
    with fresh_home(home) as fresh:
        begun = _Founding(home=fresh, origin=origin, secret=secrets.token_urlsafe(32))
        server = _Server(begun)
        say(f"{origin}/found/{begun.secret}")
        server.run(sockets=[listener])
        if not begun.fingerprint:
            raise RefusedError("No register was founded.")


class _Server(uvicorn.Server):
    """A server that ends once the register is founded and the page that says so is shown, with its look."""

    def __init__(self, begun: _Founding) -> None:
        super().__init__(
            uvicorn.Config(application(begun), log_level="error", access_log=False, proxy_headers=False)
        )
        self._begun = begun

    async def on_tick(self, counter: int) -> bool:
        """End where nothing is left to do."""
        if self._begun.fingerprint and time.monotonic() > self._begun.asked + _QUIET:
            self.should_exit = True
        return await super().on_tick(counter)


def application(begun: _Founding) -> Starlette:
    """Return the page, with its steps."""
    limit = [Middleware(Headers), Middleware(Limited, most=_MOST)]
    paths = {
        "/found/{secret}": ["GET", "POST"],
        "/found/{secret}/{step}": ["POST"],
        "/static/{name}": ["GET"],
        "/language": ["POST"],
        _SIGN_IN: ["GET"],
    }

    async def endpoint(request: Request) -> Response:
        begun.asked = time.monotonic()
        if safety.origin_of(request.headers.get("host", ""), [begun.origin]) != begun.origin:
            return plain_error(421, request)
        peer = request.client.host if request.client else ""
        if not safety.is_at_this_machine(request.headers, peer, begun.origin):
            return plain_error(403, request)
        if request.method == "POST" and not safety.is_from_here(request.headers, begun.origin):
            return plain_error(403, request)
        sent = (await form_of(request)).form if request.method == "POST" else {}
        return await run_in_threadpool(_answered, begun, request, sent)

    routes = [Route(path, endpoint, methods=methods) for path, methods in paths.items()]
    made = Starlette(routes=routes, middleware=limit, exception_handlers=HANDLERS)
    made.router.redirect_slashes = False  # as of the desk
    return made


def _answered(begun: _Founding, request: Request, form: dict[str, list[str]]) -> Response:
    path = request.path_params
    known = secrets.compare_digest(path.get("secret", "").encode(), begun.secret.encode())
    if "secret" in path and not known:
        return plain_error(404, request)
    with begun.lock:
        store = Store(begun.home.desk)
        try:
            visit = _visit(begun, request, form, store)
            if "secret" in path:
                answer = _stepped(begun, visit)
            elif request.url.path == _SIGN_IN:
                return _asked_too_soon(visit) if begun.fingerprint else plain_error(404, request)
            else:
                answer = static.file(visit) if "name" in path else static.language(visit)
        except PitError as error:
            answer = Page(template="error.html.j2", view={"error": str(error)}, status=409)
        finally:
            store.close()
    if isinstance(answer, Sent):
        return Response(answer.content, media_type=answer.media)
    if isinstance(answer, Page):
        return Response(render(answer, visit), status_code=answer.status, media_type="text/html")
    response = RedirectResponse(answer.url, status_code=303)
    if answer.language is not None:
        keep_language(response, answer.language)
    return response


def _asked_too_soon(visit: Visit) -> Response:
    """Answer whoever wants to sign in before the desk is there, with a page that asks again by itself."""
    page = Page(template="desk-starts.html.j2")
    return Response(render(page, visit), media_type="text/html", headers={"Refresh": str(_STARTING)})


def _visit(begun: _Founding, request: Request, form: dict[str, list[str]], store: Store) -> Visit:
    nobody = Policy(
        version=0, register="", authority="", people={}, rules=first_rules("full", PATTERN, "other")
    )
    return Visit(
        path=request.path_params,
        asked={},
        form=form,
        files={},
        uploads=(),
        office=cast("Office", None),  # there is none yet, and none of these pages asks for it
        store=store,
        policy=begun.policy or nobody,
        session=None,
        roles=frozenset(),
        origin=begun.origin,
        peer="",
        counted="",
        sample=False,
        language=language_of(request),
        here=request.url.path,
    )


def _stepped(begun: _Founding, visit: Visit) -> Answer:
    """Do what was sent, and return the page of the step that comes next."""
    error = ""
    if visit.form and not begun.fingerprint:
        step = _STEPS.get(visit.path.get("step", ""))
        try:
            if step:
                step(begun, visit)
            return See(url=_there(begun))
        except PitError as refused:
            error = str(refused)
    return _page(begun, visit, error)


def _page(begun: _Founding, visit: Visit, error: str) -> Page:
    if begun.fingerprint:
        more = {"fingerprint": begun.fingerprint, "alone": len(begun.people) == 1}
        return Page(template="founded.html.j2", more=more)
    if begun.policy is None:
        words = provisions().authorities
        more = {
            "error": error,
            "there": _there(begun),
            "authority": visit.sent("authority"),
            "administrator": visit.sent("administrator") or "administrator",
            "others": {name: visit.sent(name) for name in _OTHERS},
            "pattern": visit.sent("pattern") or PATTERN,
            "body": visit.sent("body"),
            "bodies": [(body, words.get(body, "")) for body in reversed(BODIES)],
            "approvals": visit.sent("approvals") or "full",
            "needed": visit.sent("needed"),
            "shares": visit.sent("shares"),
        }
        return Page(template="found.html.j2", more=more, status=422 if error else 200)
    if turn := begun.turn:
        number = begun.people.index(turn) + 1
        turns = (number, len(begun.people))
        return enrolling.page_of(
            _enrolment(begun, visit), turn, there=_there(begun), error=error, turns=turns
        )
    if begun.wanted and not begun.kept:
        return _to_print(begun, visit, error)
    return _to_sign(begun, visit, error)


def _to_print(begun: _Founding, visit: Visit, error: str) -> Page:
    """Return the page with the shares, which are forgotten with it."""
    recovery = visit.policy.rules.recovery
    if recovery is None:
        raise RefusedError("Make a key first.")
    made, begun.made = begun.made, None
    view = SharesView(
        authority=visit.policy.authority,
        key=fingerprint(recovery.key),
        day=local_day(begun.at or flows_home.now()),
        needed=recovery.needed,
        shares=recovery.shares,
        lines=tuple((share.number, "\n".join(share.lines())) for share in made.shares) if made else (),
    )
    more = {"error": error, "there": _there(begun)}
    return Page(template="found-shares.html.j2", view=view, more=more, status=422 if error else 200)


def _to_sign(begun: _Founding, visit: Visit, error: str) -> Page:
    with _proposed(begun) as (_, proposal):
        content = proposal.statement.to_bytes()
    keys = _of_first(begun)
    by_passkey = [key for key in keys if key_view(key).kind is Kind.PASSKEY]
    asked = passkey.challenge(content, STATEMENT)
    view = FoundView(
        authority=visit.policy.authority,
        person=begun.people[0].person,
        statement=content.decode(),
        digest=hashlib.sha256(content).hexdigest(),
        request=passkeys.request(visit.store, asked, begun.origin, by_passkey) if by_passkey else "",
        administrators=tuple(
            (each.person, tuple(key_view(key.public) for key in each.proven)) for each in begun.people
        ),
        threshold=visit.policy.rules.threshold,
        recovery=visit.policy.rules.recovery,
    )
    more = {"error": error, "there": _there(begun)}
    return Page(template="found-sign.html.j2", view=view, more=more, status=422 if error else 200)


def _state(begun: _Founding, visit: Visit) -> None:
    """Take what the authority is, and who administers the register."""
    if begun.people:
        return
    approvals, body = visit.sent("approvals"), visit.sent("body")
    if approvals not in EDITIONS[latest()].gates or approvals == ONE_PERSON:
        raise RefusedError("Choose which approvals a test needs.")
    if body not in BODIES:
        raise RefusedError("Choose what kind of authority it is.")
    authority = parse_authority(visit.sent("authority"), "The authority's name")
    first, *others = map(parse_person, [visit.sent("administrator"), *filter(None, map(visit.sent, _OTHERS))])
    if len({first, *others}) <= len(others):
        raise RefusedError("Each administrator is named once; a change that takes two needs two persons.")
    wanted = _wanted(visit.sent("needed").strip(), visit.sent("shares").strip())
    rules = first_rules(approvals, visit.sent("pattern"), body, desk=(begun.origin,))
    policy = first_policy(authority, first, (), rules, signature.load(begun.home.service))
    begun.policy, begun.wanted = _with(policy, dict.fromkeys(others, ())), wanted
    begun.people = [
        Invitation(
            person=person,
            roles=frozenset({Role.ADMINISTRATOR}),
            by="",
            expires=time.time() + _LONGEST,
            step=Step.BEGUN,
            keys=(),
        )
        for person in (first, *others)
    ]


def _wanted(needed: str, shares: str) -> tuple[int, int] | None:
    """Return how many shares are needed of how many; None where both are left empty."""
    if not needed and not shares:
        return None
    if not (_COUNT.fullmatch(needed) and _COUNT.fullmatch(shares)) or not (
        FEWEST_SHARES <= int(needed) <= int(shares) <= MOST_SHARES
    ):
        raise RefusedError(
            "Say how many shares are needed, 2 or more, and how many there are, 16 at most; or neither."
        )
    return int(needed), int(shares)


def _with(policy: Policy, administrators: Mapping[str, tuple[str, ...]]) -> Policy:
    """Return a policy with administrators and their keys; of several, two are needed for a change."""
    listed = {
        person: Person(id=person, roles=frozenset({Role.ADMINISTRATOR}), keys=keys)
        for person, keys in administrators.items()
    }
    people = {**policy.people, **listed}
    count = sum(Role.ADMINISTRATOR in person.roles for person in people.values())
    return replace(policy, people=people, rules=replace(policy.rules, threshold=min(count, 2)))


def _make(begun: _Founding, visit: Visit) -> None:
    _take(begun, enrolling.made(_enrolment(begun, visit), _turn(begun), visit.sent))


def _prove(begun: _Founding, visit: Visit) -> None:
    _take(begun, enrolling.proven(_enrolment(begun, visit), _turn(begun), visit.sent))


def _drop(begun: _Founding, _: Visit) -> None:
    _take(begun, _turn(begun).proven)


def _hand_in(begun: _Founding, visit: Visit) -> None:
    """Take the keys that somebody made; with those of the last, make the founding."""
    turn = _turn(begun)
    if not turn.proven:
        raise RefusedError("Make a key first.")
    begun.policy = _with(visit.policy, {turn.person: tuple(key.public for key in turn.proven)})
    _put(begun, replace(turn, step=Step.HANDED_IN))


def _go_without(begun: _Founding, visit: Visit) -> None:
    """Found it without an administrator who is not there after all."""
    turn = _turn(begun)
    if turn is begun.people[0]:
        raise RefusedError("The first administrator signs the founding.")
    people = {person: known for person, known in visit.policy.people.items() if person != turn.person}
    begun.policy = _with(replace(visit.policy, people=people), {})
    begun.people.remove(turn)
    _put(begun, begun.people[0])


def _make_shares(begun: _Founding, _: Visit | None = None) -> None:
    """Make a recovery key, in the place of one whose shares were shown, and may not have been kept."""
    if begun.at is None or begun.policy is None or begun.wanted is None or begun.kept:
        raise RefusedError("There are no shares to be made.")
    begun.made = recovering.make(*begun.wanted)
    rules = replace(begun.policy.rules, recovery=begun.made.recovery)
    begun.policy = replace(begun.policy, rules=rules)


def _keep_shares(begun: _Founding, visit: Visit) -> None:
    """Go on once somebody says that they have every share, or without any."""
    if begun.at is None or begun.policy is None or begun.wanted is None or begun.kept:
        raise RefusedError("There are no shares to be made.")
    if visit.sent("with") == "none":
        begun.wanted = None
        begun.policy = replace(begun.policy, rules=replace(begun.policy.rules, recovery=None))
    elif not visit.sent("printed"):
        raise RefusedError("Say that every share is printed; nobody can show them again.")
    elif begun.made:
        raise RefusedError("The shares were not shown yet.")
    begun.made, begun.kept = None, True


def _sign(begun: _Founding, visit: Visit) -> None:
    """Record the founding with its signature."""
    if begun.at is None or begun.fingerprint or (begun.wanted and not begun.kept):
        return
    origins, keys = (begun.origin,), _of_first(begun)
    with _proposed(begun) as (register, proposal):
        content = proposal.statement.to_bytes()
        armoured = tidied(visit.sent("signature"))
        if answer := visit.sent("answer"):
            armoured, _ = passkeys.signed(visit.store, answer, keys, content, STATEMENT, origins=origins)
        register.append(proposal, armoured, now=seconds(flows_home.now()))
        fingerprint = register.fingerprint()
    with Office(begun.home) as office:
        acts.write_allowed_signers(office)
    begun.fingerprint = fingerprint


_STEPS: Final = {
    "": _state,
    "key": _make,
    "prove": _prove,
    "drop": _drop,
    "hand-in": _hand_in,
    "without": _go_without,
    "shares": _make_shares,
    "kept": _keep_shares,
    "sign": _sign,
}


def _proposed(begun: _Founding) -> AbstractContextManager[tuple[Register, Proposal]]:
    if begun.policy is None or begun.at is None:
        raise RefusedError("Make a key first.")
    service = signature.load(begun.home.service)
    return founding(begun.home.register, catalogue_of(begun.home), begun.policy, service, begun.at)


def _take(begun: _Founding, keys: tuple[NewKey, ...]) -> None:
    _put(begun, replace(_turn(begun), keys=keys))


def _put(begun: _Founding, changed: Invitation) -> None:
    """Put one administrator as they are now; the founding is made once nobody is left to make keys."""
    begun.people = [changed if each.person == changed.person else each for each in begun.people]
    if begun.turn is None:
        begun.at = flows_home.now()
        if begun.wanted:
            _make_shares(begun)


def _turn(begun: _Founding) -> Invitation:
    if not begun.people:
        raise RefusedError("Say first what the authority is.")
    if begun.turn is None:
        raise RefusedError("The keys are made; sign the founding.")
    return begun.turn


def _of_first(begun: _Founding) -> list[str]:
    """Return the keys of the first administrator, who signs the founding."""
    return [key.public for key in begun.people[0].proven] if begun.people else []


def _enrolment(begun: _Founding, visit: Visit) -> Enrolment:
    turn = _turn(begun)
    return Enrolment(
        store=visit.store,
        register=visit.policy.register,
        authority=visit.policy.authority,
        person=turn.person,
        origin=begun.origin,
        origins=(begun.origin,),
        owners={key.public: each.person for each in begun.people if each is not turn for key in each.proven},
        listed=(),
        made=turn.keys,
    )


def _there(begun: _Founding) -> str:
    return f"/found/{begun.secret}"
