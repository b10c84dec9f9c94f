"""uvicorn at rest: it looks ten times a second whether it is to end, and two will do."""

from __future__ import annotations

import asyncio
from typing import Final

import uvicorn

_LOOK_SECONDS: Final = 0.5


class Answering(uvicorn.Server):
    """A server that rests between two questions."""

    async def main_loop(self) -> None:
        """Return once it is to end; the time of the answers, which is whole seconds, is kept meanwhile."""
        while not await self.on_tick(0):  # noqa: ASYNC110 - a signal's handler sets what it looks at
            await asyncio.sleep(_LOOK_SECONDS)
