"""Connections that nobody can hold for ever: so many at once, and each asks, or is read, within a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

if TYPE_CHECKING:
    import asyncio
    from collections import Counter

EACH: Final = 128
"""Connections that one who asks has at most."""
ALL: Final = 400
"""Connections of all together where nobody can be told from another: a process may open 1024 files."""


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

    def makes_room(self) -> bool:
        """End another connection for this one, where there are too many; tell whether one was ended."""
        return False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin, or end where there are too many."""
        super().connection_made(transport)
        self._owner, most = self.whose()
        if self.open_[self._owner] >= most and not self.makes_room():
            transport.abort()
            return
        self._counted = True
        self.open_[self._owner] += 1
        self._end_after(self.beginning)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._go_on()
        self.uncount()
        super().connection_lost(exc)

    def uncount(self) -> None:
        """Count this no more."""
        if self._counted:
            self.open_[self._owner] -= 1
        self._counted = False

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


class GivingWay(Bounded):
    """A connection where all come from one address, as from a proxy or the machine itself.

    None of them can be told from whoever wants to keep the others out. So where there are too many, whoever
    was silent for longest gives way to the one that comes: it may ask for something at once.

    Attributes:
        heard: Every one that is open, who was heard of last at the end.
    """

    heard: dict[GivingWay, None]

    def whose(self) -> tuple[None, int]:
        """Return nobody's, and how many there may be of all."""
        return None, ALL

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin."""
        super().connection_made(transport)
        if self._counted:
            self.heard[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self.heard.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        if self in self.heard:
            self.heard[self] = self.heard.pop(self)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """End where more was asked than one thing at a time, as no browser and no proxy does."""
        if self.conn.their_state is h11.DONE and self.conn.trailing_data[0]:
            self.transport.close()  # once this answer is read
        super().on_response_complete()

    def makes_room(self) -> bool:
        """End the one that was silent for longest of those that wait for their other end."""
        silent = next((each for each in self.heard if each.waits()), None)
        if silent is None:
            return False
        del self.heard[silent]
        silent.uncount()  # it is gone only at the loop's next turn
        silent.transport.abort()
        return True

    def waits(self) -> bool:
        """Tell whether this waits for its other end, to say something or to read an answer."""
        asked: RequestResponseCycle | None = self.cycle
        return asked is None or asked.response_complete or asked.more_body or self.flow.write_paused
