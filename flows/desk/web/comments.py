"""What reviewers chose and said until it is recorded, and which comments a writer has dealt with.

All of it is its person's alone; a writer is shown the comments of a return when that is in the register.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Final

from flows.casework.reviewing import Comment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flows.desk.web.copies import Place
    from flows.desk.web.store import Store


_KEPT: Final = 7 * 86_400.0
"""Seconds for which a decision is kept that nobody signed."""


def keep_decision(store: Store, place: Place, version: int, gate: str, *, decision: str, reason: str) -> None:
    """Keep what somebody chose and wrote for a decision, while they comment or before they sign."""
    now = time.time()
    with store.writing():
        store.ask("delete from decisions where at < ?", now - _KEPT)
        store.ask(
            "insert or replace into decisions values (?, ?, ?, ?, ?, ?, ?, ?)",
            *(place.person, place.identity, place.document, version, gate, decision, reason, now),
        )


def decision_of(store: Store, place: Place, version: int, gate: str) -> tuple[str, str]:
    """Return what somebody chose and wrote for a decision on a version; both empty without."""
    found = store.ask(
        "select decision, reason from decisions"
        " where person = ? and identity = ? and document = ? and version = ? and gate = ?",
        *(place.person, place.identity, place.document, version, gate),
    )
    return found[0] if found else ("", "")


def own(store: Store, place: Place, version: int) -> dict[str, Comment]:
    """Return what a person said of a version, by id, in the order of the text."""
    found = store.ask(
        "select id, paragraph, quote, said, instead from comments"
        " where person = ? and identity = ? and document = ? and version = ? order by paragraph, at",
        *(place.person, place.identity, place.document, version),
    )
    return {id_: _comment(*row) for id_, *row in found}


def of_all(store: Store, place: Place) -> list[tuple[str, str, int, Comment]]:
    """Return what everybody said of a document: the id, by whom, of which version."""
    found = store.ask(
        "select id, person, version, paragraph, quote, said, instead from comments"
        " where identity = ? and document = ?",
        *(place.identity, place.document),
    )
    return [(id_, person, version, _comment(*row)) for id_, person, version, *row in found]


def _comment(paragraph: int, quote: str, said: str, instead: str) -> Comment:
    return Comment(paragraph=paragraph, quote=quote, said=said, instead=instead)


def keep(store: Store, place: Place, version: int, comment: Comment, id_: str) -> None:
    """Keep a comment, in the place of the one of that id; an empty id for a new one."""
    with store.writing():
        forget(store, place, id_)
        store.ask(
            "insert into comments values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(secrets.token_hex(8), place.person, place.identity, place.document, version),
            *(comment.paragraph, comment.quote, comment.said, comment.instead, time.time()),
        )


def forget(store: Store, place: Place, id_: str) -> None:
    """Forget a comment, if it is the person's own."""
    store.ask(
        "delete from comments where id = ? and person = ? and identity = ? and document = ?",
        *(id_, place.person, place.identity, place.document),
    )


def done(store: Store, person: str) -> frozenset[str]:
    """Return the ids of the comments that a person has dealt with."""
    return frozenset(id_ for (id_,) in store.ask("select comment from ticks where person = ?", person))


def tick(store: Store, person: str, shown: Iterable[str], ticked: Iterable[str]) -> None:
    """Keep which of the comments that were shown a person has dealt with."""
    shown, ticked = {*shown}, {*ticked}
    with store.writing():
        for id_ in shown - ticked:
            store.ask("delete from ticks where person = ? and comment = ?", person, id_)
        for id_ in shown & ticked:
            store.ask("insert or ignore into ticks values (?, ?)", person, id_)
