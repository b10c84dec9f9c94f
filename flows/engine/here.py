"""Running flows from a command: through a running ``up``, else with a server for that command."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import chdir, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from flows.domain.errors import PitError, RegisterError
from flows.engine import server, waking
from flows.engine.settings import SCHEDULES, set_prefect_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prefect.client.schemas.objects import State
    from prefect.flows import Flow

    from flows.engine.settings import Schedule
    from flows.home import Home

_ENDED: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_ATTEMPTS: Final = 20
_DRAIN_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 60.0  # a server that has just started, on a busy machine
_START_SECONDS: Final = 90.0


class Engine:
    """Runs flows in this process, with a server of their own.

    Args:
        tell: Told, in one sentence, of each thing that failed.
    """

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self._tell = tell

    def run(self, flow: str, only: Sequence[str] | None = None) -> bool:
        """Run a flow to its end; return whether it completed."""
        schedule = next(row for row in SCHEDULES if row.flow == flow)
        parameters = {} if only is None else {"only": list(only)}
        state = cast("State[Any]", load(schedule)(**parameters, return_state=True))
        for sentence in _failures(state):
            self._tell(sentence)
        return state.is_completed()


def load(schedule: Schedule) -> Flow[..., Any]:
    """Return the flow that a row of the table names; Prefect, slow to import, comes with it."""
    module, _, name = schedule.entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(import_module(module), name)
    return flow


@contextmanager
def running(home: Home, tell: Callable[[str], None] = lambda _: None) -> Iterator[Engine]:
    """Start a server for ``home`` and run flows in this process for as long as the block lasts."""
    # Prefect reads settings from files of the current folder; it has no business in anybody's.
    with server.running(home) as started, chdir(home.prefect):
        set_prefect_environment(home, started.url)
        quieten()
        try:
            yield Engine(tell)
        finally:
            drain()


def run(
    home: Home,
    flows: Sequence[str],
    only: Sequence[str] | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> bool:
    """Run ``flows`` one after another to their ends; return whether all completed.

    Args:
        tell: Told, in one sentence, of each thing that failed.

    Raises:
        RegisterError: ``up`` runs, yet cannot be asked.
    """
    url = waking.address(home, patience=_START_SECONDS)
    if url is None:
        with running(home, tell) as engine:
            return all([engine.run(flow, only) for flow in flows])  # noqa: C419 - each runs, whatever the others did
    return all([_run_there(url, flow, only) for flow in flows])  # noqa: C419 - as above


def _failures(state: State[Any]) -> Iterator[str]:
    """Yield what went wrong, in the words of our own errors."""
    found = state.result(raise_on_failure=False)
    if isinstance(found, list):
        for each in found:
            yield from _failures(each)
    elif isinstance(found, PitError):
        yield str(found)
    elif isinstance(found, BaseException):
        yield f"Prefect failed with {type(found).__name__}."


def _run_there(url: str, flow: str, only: Sequence[str] | None) -> bool:
    for _ in range(_ATTEMPTS):
        asked = waking.ask(url, flow, only, within=_ANSWER_SECONDS)
        ended = _wait(url, asked) if asked else None
        # Cancelled: another run of the flow was under way. None: the server had no answer just then.
        if ended not in {None, "CANCELLED"}:
            return ended == "COMPLETED"
        time.sleep(1)
    raise RegisterError(f"equipoise up runs, but does not get to {flow}; try again, or start it anew.")


def _wait(url: str, run_id: str) -> str | None:
    """Return the state in which a run ended, None where the server does not say."""
    missed = 0
    while missed < _ATTEMPTS:
        try:
            state = str(waking.call(f"{url}/flow_runs/{run_id}", within=_ANSWER_SECONDS)["state_type"])
        except (OSError, ValueError, KeyError):
            missed += 1
            state = ""
        if state in _ENDED:
            return state
        time.sleep(0.1)
    return None


def quieten() -> None:
    """Switch off the flows' heartbeat, whose thread makes each run last to the next whole second."""
    import prefect.context  # noqa: PLC0415 - after the environment is set
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, get_current_settings  # noqa: PLC0415

    # No environment variable says "none".
    settings = get_current_settings().copy_with_update(updates={PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})
    profile = prefect.context.get_settings_context().profile
    context = prefect.context.SettingsContext(profile=profile, settings=settings)
    prefect.context.GLOBAL_SETTINGS_CONTEXT = context
    context.__enter__()


def drain() -> None:
    """Wait until the server has every task run: they reach it later, through a websocket."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker  # noqa: PLC0415

    workers: dict[Any, EventsWorker] = EventsWorker._instances  # type: ignore[misc] # noqa: SLF001 - no public way to wait for all
    for worker in list(workers.values()):
        waiting = threading.Thread(target=worker.drain, daemon=True)
        waiting.start()
        waiting.join(_DRAIN_SECONDS)
