"""Who is signed in: kept on this side, so that it can be ended here.

The browser has 32 random bytes in a cookie, and the store their SHA-256. A session ends after eight hours,
after half an hour in which nothing was asked for, when its person signs out, and when they leave the list
of authorised people.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.domain.attested import parse_attested

if TYPE_CHECKING:
    from flows.desk.web.store import Store
    from flows.domain.attested import Attested

LONGEST: Final = 8 * 3600.0
"""Seconds."""
IDLE: Final = 1800.0
"""Seconds without a request."""
_NOTED_AFTER: Final = 60.0
"""Seconds after which it is written down again that a session is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser of a person.

    Attributes:
        id: As it is stored.
        how: They signed in: ``passkey``, ``key``, ``sample``, ``sso``.
        token: That a form of this session has to bring.
    """

    id: str
    person: str
    how: str
    token: str


def begin(store: Store, person: str, how: str, said: Attested | None = None) -> str:
    """Begin a session; return what the cookie has.

    Args:
        said: What the authority's provider says of their sign-in.
    """
    secret, now = secrets.token_urlsafe(32), time.time()
    with store.writing():
        if said:
            store.ask("delete from sign_ins where id not in (select id from sessions)")
            store.ask("insert into sign_ins values (?, ?)", _stored(secret), said.text)
        store.ask("delete from sessions where began < ? or used < ?", now - LONGEST, now - IDLE)
        store.ask("insert into sessions values (?, ?, ?, ?, ?)", _stored(secret), person, how, now, now)
    return secret


def find(store: Store, secret: str) -> Session | None:
    """Return the session that a cookie names, if it goes on."""
    now, id_ = time.time(), _stored(secret)
    found = store.ask(
        "select person, how, used from sessions where id = ? and began > ? and used > ?",
        *(id_, now - LONGEST, now - IDLE),
    )
    if not found:
        return None
    ((person, how, used),) = found
    if used < now - _NOTED_AFTER:
        store.ask("update sessions set used = ? where id = ?", now, id_)
    return Session(id=id_, person=person, how=how, token=_token(secret))


def signed_in(store: Store, session: Session) -> Attested | None:
    """Return what the authority's provider said of the sign-in that began a session; None without that."""
    found = store.ask("select said from sign_ins where id = ?", session.id)
    return parse_attested(found[0][0]) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A session that goes on, as it is listed.

    Attributes:
        began: In seconds since 1970 UTC, as is ``used``.
        here: Whether it is the one that asks.
    """

    how: str
    began: float
    used: float
    here: bool


def of(store: Store, session: Session) -> list[Known]:
    """Return the sessions of the person whose session this is, the newest first."""
    now = time.time()
    return [
        Known(how=how, began=began, used=used, here=id_ == session.id)
        for id_, how, began, used in store.ask(
            "select id, how, began, used from sessions where person = ? and began > ? and used > ? "
            "order by began desc",
            *(session.person, now - LONGEST, now - IDLE),
        )
    ]


def end(store: Store, session: Session) -> None:
    """End a session."""
    store.ask("delete from sessions where id = ?", session.id)


def end_all(store: Store, person: str) -> None:
    """End every session of a person."""
    store.ask("delete from sessions where person = ?", person)


def _stored(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
