"""One writer of a register at a time, for as long as it runs: a registrar, or ``up``."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from flows import disk
from flows.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.home import Home


@contextmanager
def sole_writer(home: Home) -> Iterator[None]:
    """Hold the place of the one writer of a home's own register; of another's there is nothing to hold.

    Raises:
        RefusedError: another holds it.
    """
    with ExitStack() as held:
        if home.registrar is None:
            home.state.mkdir(parents=True, exist_ok=True)
            try:
                held.enter_context(disk.locked(home.writer, patience=0))
            except BlockingIOError:
                raise RefusedError(
                    f"A registrar, or equipoise up, writes the register of {home.root} already: end that, "
                    "or ask the registrar, with $EQUIPOISE_REGISTRAR."
                ) from None
        yield
