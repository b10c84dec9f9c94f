"""The outbox of a registrar: what was told, and what is to be told, from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.notices.notice import Named, Notice
    from flows.registrar.connection import Connection


class RemoteOutbox:
    """An outbox behind a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Nothing: the connection is the register's."""

    def has_told(self, about: Named) -> bool:
        """Tell whether a notice of this went out before."""
        return self._connection.ask("told-before", bool, name=about.name, once=about.once)

    def tell(self, notice: Notice) -> None:
        """Have the notice sent."""
        about = {"name": notice.about.name, "once": notice.about.once}
        self._connection.ask("tell", bool, **about, people=notice.people, text=notice.text)

    def told(self, person: str) -> Iterator[str]:
        """Yield the names of the notices to a person, the newest first."""
        yield from self._connection.ask("told-to", list[str], person=person)
