"""Connections that nobody can hold for ever: so many at once, and each asks, or is read, within a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

if TYPE_CHECKING:
    import asyncio
    from collections import Counter

EACH: Final = 128
"""Connections that one who asks has at most."""


class Bounded(H11Protocol):
    """A connection with bounds; subclass it once for each service, with a count of its own.

    Attributes:
        open_: How many there are, by whose they are.
        beginning: Seconds from its first byte, or a question's first, to the last of the question's head.
        taking: Seconds for which somebody may take to read an answer.
    """

    open_: Counter[Any]
    beginning = 60.0
    taking = 1200.0
    _owner: Any = None
    _counted = False
    _ending: asyncio.TimerHandle | None = None

    def whose(self) -> tuple[Any, int]:
        """Return with whose connections this one counts, and how many of them there may be."""
        return None, EACH

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin, or end where there are too many."""
        super().connection_made(transport)
        self._owner, most = self.whose()
        if self.open_[self._owner] >= most:
            transport.abort()
            return
        self._counted = True
        self.open_[self._owner] += 1
        self._end_after(self.beginning)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._go_on()
        if self._counted:
            self.open_[self._owner] -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        super().data_received(data)
        asked: RequestResponseCycle | None = self.cycle  # None before the first question
        if asked is not None and not asked.response_complete:
            self._go_on()
        elif self._ending is None:  # the beginning of a question, or the rest of one that was refused
            self._end_after(self.beginning)

    def on_response_complete(self) -> None:
        """See that the answer is read."""
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self._end_after(self.taking)

    def _end_after(self, seconds: float) -> None:
        self._go_on()
        self._ending = self.loop.call_later(seconds, self.transport.abort)

    def _go_on(self) -> None:
        if self._ending:
            self._ending.cancel()
        self._ending = None
