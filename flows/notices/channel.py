"""The ways in which a notice reaches people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flows.notices.notice import Notice


class Channel(Protocol):
    """One way; that of the same notice twice does no harm."""

    def send(self, notice: Notice) -> None:
        """Send a notice, durably on return.

        Raises:
            OSError: it could not be sent; it counts as not told, and is told again.
        """
