"""The application: for every route of the table, what is looked at before its page is asked, in order.

1. Host, origin, encoding and size, before anything of the request is believed.
2. Who asks: the session that the cookie names, and the person's roles by the policy in force now.
3. Whether the table opens the route to one of them; if not, it is as if the page were not there.
4. How often they asked.
5. The token of their session, for whatever changes something.
Then the page is made, in a thread that has an office of its own.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from python_multipart.multipart import parse_options_header
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route as Routed

from flows import tracing
from flows.desk.web import safety, sessions
from flows.desk.web.language import LANGUAGES, words_of
from flows.desk.web.offices import Offices
from flows.desk.web.render import as_json, render
from flows.desk.web.routes import ROUTES
from flows.desk.web.visit import Answer, NotFoundError, Page, See, Sent, Visit
from flows.domain.errors import (
    MalformedError,
    PitError,
    RefusedError,
    RegisterMovedError,
    UnexpectedError,
    UnknownCaseError,
)
from flows.domain.procedure import Role
from flows.engine import failures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from starlette.datastructures import FormData
    from starlette.types import ASGIApp, Receive, Scope, Send

    from flows.casework.office import Office
    from flows.desk.web.routes import Route
    from flows.desk.web.sessions import Session
    from flows.desk.web.store import Store
    from flows.domain.policy import Policy
    from flows.home import Home

_COOKIE: Final = "desk"
_BEGAN: Final = "sign-on"
_MOST_FIELDS: Final = 2_000
_MOST_FILES: Final = 50
_MOST_BYTES: Final = 4 << 20
"""Of one field; how much a route takes in all stands in the table."""
_SMALL: Final = 64 << 10
"""Bytes of which nobody need be known."""
_MOST_UNKNOWN: Final = 4 << 20
"""Bytes that somebody may send who is not signed in, as a draft is given back to whoever was signed out."""
_SENDING: Final = 300.0
"""Seconds for which somebody may take to send a form."""
_MINUTE: Final = 60.0
_TOLD: Final = frozenset({"done", "saved"})
"""By which a page tells, after a form of the desk, what was done."""
_A_YEAR: Final = 365 * 86_400

_STATUS: Final = (
    (UnknownCaseError, 404),
    (NotFoundError, 404),
    (RefusedError, 409),
    (RegisterMovedError, 409),
    (MalformedError, 422),
    (UnexpectedError, 500),
    (PitError, 503),
)


class TooOftenError(PitError):
    """Somebody asked too often."""

    def __init__(self, seconds: float) -> None:
        self.seconds = int(seconds) + 1
        super().__init__(f"That was asked too often; try again in {self.seconds} seconds.")


class TokenError(PitError):
    """A form was made for another session, or before this one began."""

    def __init__(self) -> None:
        super().__init__("You were signed out meanwhile. What you wrote is below; send it again.")


@dataclass(kw_only=True)
class Room:
    """How much is held of what people send, all of it together.

    Attributes:
        free: Bytes.
    """

    free: int

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Keep room for as long as the block lasts.

        Raises:
            HTTPException: there is not so much.
        """
        if size > self.free:
            raise HTTPException(503)
        self.free -= size
        try:
            yield
        finally:
            self.free += size


@dataclass(kw_only=True)
class Desk:
    """What the pages share.

    Attributes:
        origins: At which people see the desk, by the policy that was read last.
        known: For what is sent by those who are signed in.
        unknown: For what is sent by all others, who keep none of those out.
    """

    home: Home
    offices: Offices
    origins: tuple[str, ...] = field(default=())
    known: Room = field(default_factory=lambda: Room(free=256 << 20))
    unknown: Room = field(default_factory=lambda: Room(free=32 << 20))

    @property
    def is_sample(self) -> bool:
        """Whether this is the home of the sample, where a newcomer signs in as anybody of it."""
        return (self.home.root / ".demo").is_file()

    def read_origins(self) -> None:
        """Read at which origins people see the desk now."""
        with self.offices.one() as (office, _):
            self.origins = office.register.policy().rules.desk


@dataclass(kw_only=True)
class SentForm:
    """What a form brought: the values of its fields, and the files."""

    form: dict[str, list[str]] = field(default_factory=dict)
    uploads: list[tuple[str, str, bytes]] = field(default_factory=list)
    body: bytes = b""


def application(home: Home) -> Starlette:
    """Return the desk of a home."""
    desk = Desk(home=home, offices=Offices(home))
    routes = [each for route in ROUTES for each in _routed(desk, route)]

    @asynccontextmanager
    async def open_offices(_: Starlette) -> AsyncIterator[None]:
        desk.read_origins()
        yield
        desk.offices.close()

    made = Starlette(
        routes=routes,
        lifespan=open_offices,
        exception_handlers=HANDLERS,
        middleware=[Middleware(Headers)],
    )
    made.router.redirect_slashes = False  # it would lead to whatever Host was named, and from https to http
    return made


async def _closed(request: Request, error: Exception) -> Response:
    return plain_error(error.status_code if isinstance(error, HTTPException) else 500, request)


HANDLERS: Final = dict.fromkeys((400, 401, 404, 405, 408, 413, 415, 500, 503), _closed)
"""Of whatever is refused before there is a page, which is told in a sentence of ours."""


class Limited:
    """Lets through no more than ``most`` bytes; what says that it has more is refused unread."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = RequestBodyLimitMiddleware(app, most), most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's
        request = Request(scope)
        if int(request.headers.get("content-length", 0)) > self._most:
            await plain_error(413, request)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Headers:
    """Puts the desk's headers on every answer, those of failures included."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - ASGI's
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, D102 - ASGI's
        async def sending(message: Any) -> None:  # noqa: ANN401 - as above
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in safety.HEADERS.items()
                        if name.lower().encode() not in there
                    ),
                ]
            await send(message)

        await self._app(scope, receive, sending)


def _routed(desk: Desk, route: Route) -> list[Routed]:
    """Return a route, and before it that of the same page as JSON, where it is a page to be read."""
    limit = [Middleware(Limited, most=route.most)]
    found = []
    if route.has_json:
        path = "/index.json" if route.path == "/" else f"{route.path}.json"
        found.append(Routed(path, _endpoint(desk, route, json_=True), methods=["GET"], middleware=limit))
    found.append(
        Routed(route.path, _endpoint(desk, route, json_=False), methods=[route.method], middleware=limit)
    )
    return found


def _endpoint(desk: Desk, route: Route, *, json_: bool) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def endpoint(request: Request) -> Response:
        began = time.monotonic()
        host = request.headers.get("host", "")
        origin = safety.origin_of(host, desk.origins)
        if origin is None:
            await run_in_threadpool(desk.read_origins)  # it may have moved there since
            origin = safety.origin_of(host, desk.origins)
        if origin is None:
            return plain_error(421, request)
        safe = route.method in safety.SAFE and not route.machine
        if safe and (safety.is_part_of_another(request.headers) or safety.is_fetched_ahead(request.headers)):
            return plain_error(404, request)
        if not (safe or route.machine or safety.is_from_here(request.headers, origin)):
            return plain_error(403, request)
        with nullcontext() if safe else await _room_for(desk, route, request, origin):
            sent = SentForm() if safe else await _sent(route, request)
            response, person = await run_in_threadpool(_traced, desk, route, request, sent, as_data=json_)
        _log(desk, route, person, response.status_code, time.monotonic() - began)
        return response

    return endpoint


async def _room_for(desk: Desk, route: Route, request: Request, origin: str) -> AbstractContextManager[None]:
    """Return what keeps room for what a request brings, before anything of it is read.

    Raises:
        HTTPException: it is more than somebody may send who is not signed in.
    """
    size = int(request.headers.get("content-length", route.most))
    if size <= _SMALL:
        return nullcontext()
    cookie = "" if route.machine else request.cookies.get(_cookie(origin), "")
    known = bool(cookie) and await run_in_threadpool(_is_signed_in, desk, cookie)
    if not known and size > _MOST_UNKNOWN:
        raise HTTPException(401)
    return (desk.known if known else desk.unknown).taken(size)


def _is_signed_in(desk: Desk, cookie: str) -> bool:
    with desk.offices.one() as (office, store):
        return _session(store, cookie, office.register.policy()) is not None


async def _sent(route: Route, request: Request) -> SentForm:
    """Read what a request brings.

    Raises:
        HTTPException: it comes too slowly, or no more.
    """
    try:
        async with asyncio.timeout(_SENDING):
            return SentForm(body=await request.body()) if route.machine else await form_of(request)
    except (TimeoutError, ClientDisconnect):
        raise HTTPException(408) from None


async def form_of(request: Request) -> SentForm:
    """Read the form that a request brings.

    Raises:
        HTTPException: it is none, or larger than any; or it says that it is in another encoding than browsers
            use, which would choose how its bytes are read: some take minutes for a megabyte, or make of it
            what is no text.
    """
    kind, said = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data" and said.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise HTTPException(415)
    try:
        async with request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_MOST_BYTES
        ) as came:
            return await _form_in(came)
    except HTTPException as error:  # it comes with words of others, which are in no catalogue
        raise HTTPException(error.status_code) from None


async def _form_in(came: FormData) -> SentForm:
    sent = SentForm()
    for name, value in came.multi_items():
        if isinstance(value, UploadFile):
            sent.uploads.append((name, value.filename or "", await value.read()))
        else:
            sent.form.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return sent


def _traced(
    desk: Desk, route: Route, request: Request, sent: SentForm, *, as_data: bool
) -> tuple[Response, str]:
    """Answer in a span that has the route, and not what it was asked about."""
    with tracing.span(f"{route.method} {route.path}", kind="server") as doing:
        answered = _answered(desk, route, request, sent, as_data=as_data)
        doing.tell(status=answered[0].status_code)
        return answered


def _answered(
    desk: Desk, route: Route, request: Request, sent: SentForm, *, as_data: bool
) -> tuple[Response, str]:
    """Return the answer to a request, and who asked."""
    person = ""
    try:
        with desk.offices.one(records=route.records) as (office, store):
            visit = _visit(desk, request, sent, (office, store), with_cookie=not route.machine)
            person = visit.session.person if visit.session else ""
            return _response(_page_of(route, request, visit), visit, as_data=as_data), person
    except (OSError, sqlite3.Error) as error:
        # What failed may be named in the error, and is nobody's business: where it failed is told.
        failures.tell("desk", str(UnexpectedError.of(error)))
        return plain_error(503, request), person
    except PitError as error:  # before it is known who asks
        failures.tell("desk", str(error))
        return plain_error(503, request), person
    except Exception as error:  # noqa: BLE001 - as a page that fails: where, and no words of a case
        failures.tell("desk", str(UnexpectedError.of(error)))
        return plain_error(500, request), person


def _visit(
    desk: Desk, request: Request, sent: SentForm, kept: tuple[Office, Store], *, with_cookie: bool
) -> Visit:
    office, store = kept
    policy = office.register.policy()
    desk.origins = policy.rules.desk
    origin = safety.origin_of(request.headers.get("host", ""), desk.origins) or ""
    cookie = request.cookies.get(_cookie(origin), "") if with_cookie else ""
    session = _session(store, cookie, policy)
    known = policy.people[session.person] if session else None
    peer = request.client.host if request.client else ""
    return Visit(
        path=dict(request.path_params),
        asked=_asked_of(request),
        form=sent.form,
        files={name: content for name, _, content in sent.uploads},
        uploads=sent.uploads,
        office=office,
        store=store,
        policy=policy,
        session=session,
        roles=known.roles if known else frozenset(),
        origin=origin,
        peer=peer,
        counted=safety.counted_as(request.headers, peer),
        led=safety.led_from_elsewhere(request.headers),
        sample=desk.is_sample and safety.is_at_this_machine(request.headers, peer, origin),
        began=request.cookies.get(_cookie(origin, _BEGAN), ""),
        language=language_of(request),
        here=request.url.path,
        body=sent.body,
        headers={} if with_cookie else request.headers,
    )


def _asked_of(request: Request) -> dict[str, str]:
    """Return what an address asks for; that something is done is the desk's to say, and not of a link."""
    told = frozenset[str]() if safety.came_from_here(request.headers) else _TOLD
    return {name: value for name, value in request.query_params.items() if name not in told}


def _session(store: Store, secret: str, policy: Policy) -> Session | None:
    found = sessions.find(store, secret) if secret else None
    if found and (found.person not in policy.people or Role.SERVICE in policy.people[found.person].roles):
        sessions.end(store, found)
        return None
    return found


def _page_of(route: Route, request: Request, visit: Visit) -> Answer:
    """Return what is answered: the page, or why it is not to be had."""
    if route.open_to is not None and visit.session is None:
        return _signed_out(request, visit)
    try:
        _check_open(route, visit)
        return route.handle(visit)
    except TokenError as error:
        return Page(
            template="again.html.j2",
            more={"error": str(error), "url": _own(request), "form": visit.form},
            status=403,
        )
    except PitError as error:
        return _failed(error)
    except (OSError, sqlite3.Error):
        raise
    except Exception as error:  # noqa: BLE001 - a fault of ours is told without the words it came with
        unexpected = UnexpectedError.of(error)
        failures.tell("desk", str(unexpected))
        return _failed(unexpected)


def _check_open(route: Route, visit: Visit) -> None:
    """Check that a visitor may take a route now.

    Raises:
        NotFoundError: it is not for them.
        TooOftenError: they took it too often.
        TokenError: what they sent was made for another session.
    """
    if route.open_to is not None and visit.roles.isdisjoint(route.open_to):
        raise NotFoundError
    who = visit.session.person if visit.session else visit.counted
    # Where a page of others leads somebody does not count as their own asking, which it could use up.
    whence = " from elsewhere" if visit.led else ""
    key = f"{route.method} {route.path} {who}{whence}"
    limited = route.rate and not route.awaits(visit)
    if limited and (wait := visit.store.within_rate(key, most=route.rate, seconds=_MINUTE)):
        raise TooOftenError(wait)
    # What is open to everybody is sent from pages of no session, also by whoever signed in at another since.
    bound = route.method not in safety.SAFE and route.open_to is not None
    if bound and visit.session and not safety.has_token(visit.session, visit.sent("token")):
        raise TokenError


def _failed(error: PitError) -> Page:
    if isinstance(error, TooOftenError):
        return Page(template="error.html.j2", view={"error": str(error)}, status=429)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    sentence = str(NotFoundError()) if status == 404 else str(error)  # noqa: PLR2004 - HTTP: not found
    more = {"missing": status == 404}  # noqa: PLR2004 - as above
    return Page(template="error.html.j2", view={"error": sentence}, more=more, status=status)


def _signed_out(request: Request, visit: Visit) -> Answer:
    if request.method in safety.SAFE:
        return See(url=f"/sign-in?next={quote(_own(request))}")
    more = {"error": str(TokenError()), "url": _own(request), "form": visit.form}
    return Page(template="again.html.j2", more=more, status=401)


def _own(request: Request) -> str:
    """Return the address on this desk that was asked for."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _response(answer: Answer, visit: Visit, *, as_data: bool) -> Response:
    if isinstance(answer, See):
        response: Response = RedirectResponse(answer.url, status_code=303)
        if answer.cookie is not None:
            _keep(response, _COOKIE, answer.cookie, visit.origin)
        if answer.began is not None:
            _keep(response, _BEGAN, answer.began, visit.origin)
        if answer.language is not None:
            keep_language(response, answer.language)
        return response
    headers = safety.headers_of(answer.policy)
    if isinstance(answer, Sent):
        if answer.name:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(answer.name)}"
        headers |= answer.headers
        return Response(answer.content, answer.status, headers, media_type=answer.media)
    if answer.status == 429:  # noqa: PLR2004 - HTTP: too many
        headers["Retry-After"] = "60"
    if as_data:
        content, media = as_json(answer.view), "application/json"
    else:
        content, media = render(answer, visit), "text/html"
    return Response(content, status_code=answer.status, media_type=media, headers=headers)


def _cookie(origin: str, name: str = _COOKIE) -> str:
    """Return the name of the cookie; with the prefix a browser takes it from this very host alone."""
    return f"__Host-{name}" if origin.startswith("https:") else name


def _keep(response: Response, name: str, cookie: str, origin: str) -> None:
    safe, name = origin.startswith("https:"), _cookie(origin, name)
    if cookie:
        response.set_cookie(name, cookie, httponly=True, samesite="lax", secure=safe, path="/")
    else:
        response.delete_cookie(name, httponly=True, samesite="lax", secure=safe, path="/")


_CLOSED: Final = {
    400: "What was sent is no form of this desk, or has more than 2,000 fields or 50 files.",
    401: "You are not signed in, or were signed out meanwhile; sign in, and send it again.",
    403: "This form was not sent from a page of the desk.",
    404: str(NotFoundError()),
    405: "This page cannot be asked for in this way.",
    408: "What was sent came too slowly; send it again.",
    413: "What was sent is too large.",
    415: "What was sent is not in UTF-8.",
    421: "This desk has another address.",
    500: "The desk cannot answer now.",
}


def language_of(request: Request) -> str:
    """Return the language that somebody chose for the pages, else English."""
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def plain_error(status: int, request: Request) -> Response:
    """Return an answer of one sentence, for whoever has no page yet."""
    language = language_of(request)
    text = words_of(language).gettext(_CLOSED.get(status, _CLOSED[500]))
    return PlainTextResponse(text, status_code=status, headers={"Content-Language": language})


def keep_language(response: Response, language: str) -> None:
    """Have a browser keep in which language the pages are to speak."""
    response.set_cookie("language", language, max_age=_A_YEAR, samesite="lax", path="/")


def _log(desk: Desk, route: Route, person: str, status: int, seconds: float) -> None:
    """Write down that a page was asked for: by its route, never by what it was asked about."""
    line = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "route": f"{route.method} {route.path}",
        "person": person,
        "status": status,
        "ms": round(seconds * 1000),
    }
    with desk.home.desk_log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
