"""uvicorn at rest: it looks ten times a second whether it is to end, and one that is told so need not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    from types import FrameType

_LOOK_SECONDS: Final = 0.5


class Answering(uvicorn.Server):
    """A server that rests between two questions."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._over = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Return once it is to end; the time of the answers, which is whole seconds, is kept meanwhile."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._over.wait()

    def end(self) -> None:
        """Have it end, from whatever thread."""
        self.should_exit = True
        if self._loop:
            self._loop.call_soon_threadsafe(self._over.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End for a signal, at once."""
        super().handle_exit(sig, frame)
        self.end()
