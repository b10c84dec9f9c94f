"""Working copies: what a person writes on a document and has not recorded, and who else is at it.

They are kept in the desk's own file, unsigned, and as secret as the home.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flows.desk.web.store import Store

_AT_WORK: Final = 3600.0
"""Seconds after which somebody who opened a text is no longer thought to be at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose working copy, of what.

    Attributes:
        identity: Of the case, ``domain.reference``.
    """

    person: str
    identity: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A text as somebody has it now.

    Attributes:
        base: The version that it was begun from.
        summary: What was asked, fit to publish.
        earlier: The text before the last change that took something out or put another in its place.
        changed: None where nobody wrote on it yet.
    """

    base: int
    text: str
    summary: str
    earlier: str | None = None
    changed: datetime | None = None

    @property
    def digest(self) -> str:
        """What tells whether it is still the same."""
        return hashlib.sha256(repr((self.base, self.text, self.summary)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody else who has the text open.

    Attributes:
        minutes: Since then.
    """

    person: str
    minutes: int


def find(store: Store, place: Place) -> Copy | None:
    """Return somebody's working copy, if there is one."""
    found = store.ask(
        "select base, text, summary, earlier, changed from copies"
        " where person = ? and identity = ? and document = ?",
        *(place.person, place.identity, place.document),
    )
    if not found:
        return None
    ((base, text, summary, earlier, changed),) = found
    when = datetime.fromtimestamp(changed, UTC)
    return Copy(base=base, text=text, summary=summary, earlier=earlier, changed=when)


def keep(store: Store, place: Place, copy: Copy) -> None:
    """Keep a working copy, in the place of the one there was."""
    store.ask(
        "insert or replace into copies values (?, ?, ?, ?, ?, ?, ?, ?)",
        *(place.person, place.identity, place.document),
        *(copy.base, copy.text, copy.summary, copy.earlier, time.time()),
    )


def drop(store: Store, place: Place) -> None:
    """Forget a working copy."""
    store.ask(
        "delete from copies where person = ? and identity = ? and document = ?",
        *(place.person, place.identity, place.document),
    )


def opened(store: Store, place: Place) -> tuple[Opening, ...]:
    """Note that somebody opened a text to write on it; return who else did within the hour."""
    now = time.time()
    with store.writing():
        store.ask("delete from openings where at < ?", now - _AT_WORK)
        store.ask(
            "insert or replace into openings values (?, ?, ?, ?)",
            *(place.identity, place.document, place.person, now),
        )
        others = store.ask(
            "select person, at from openings where identity = ? and document = ? and person <> ? order by at",
            *(place.identity, place.document, place.person),
        )
    return tuple(Opening(person=person, minutes=int((now - at) // 60)) for person, at in others)
