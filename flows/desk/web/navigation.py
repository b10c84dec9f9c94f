"""What stands in the bar at the head of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.desk.web.visit import Visit

READERS: Final = frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER, Role.AUDITOR})
"""Who reads cases."""
EVERYBODY: Final = READERS | {Role.ADMINISTRATOR}
"""Whoever is on the list of authorised people."""

PAGES: Final = (
    ("/", "Waiting", EVERYBODY),
    ("/cases", "Find", READERS),
    ("/inbox", "Inbox", READERS),
    ("/mail", "Mail", READERS),
    ("/register", "Register", EVERYBODY),
    ("/people", "People", EVERYBODY),
    ("/me", "Me", EVERYBODY),
)


_BELOW: Final = {"/people": ("/policy", "/retention")}
"""Pages that another one leads to, by the address of that."""


def navigation(visit: Visit) -> list[tuple[str, str, bool]]:
    """Return the address and the name of each page that is open to a person, and whether they are there."""
    return [*_open(visit)]


def _open(visit: Visit) -> Iterator[tuple[str, str, bool]]:
    for url, name, open_to in PAGES:
        if not visit.roles.isdisjoint(open_to):
            below = (f"{url}/", *_BELOW.get(url, ()))
            yield url, name, visit.here == url or (url != "/" and visit.here.startswith(below))
