"""Running flows from a command: through a running ``up``, else with a server for that command."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import chdir, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from flows.domain.errors import RegisterError
from flows.engine import authorities, failures, server, waking
from flows.engine.settings import SCHEDULES, set_prefect_environment
from flows.home import find_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prefect.client.schemas.objects import State
    from prefect.flows import Flow

    from flows.casework.office import Office
    from flows.engine.settings import Schedule
    from flows.engine.waking import Prefect
    from flows.home import Home

_ENDED: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_ATTEMPTS: Final = 20
_DRAIN_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 60.0  # a server that has just started, on a busy machine
_START_SECONDS: Final = 90.0
_BEGIN_SECONDS: Final = 120.0
_REFUSES: Final = "The Prefect server of PREFECT_API_URL runs no {flow}: {refusal}."


def load(schedule: Schedule) -> Flow[..., Any]:
    """Return the flow that a row of the table names; Prefect, slow to import, comes with it."""
    module, _, name = schedule.entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(import_module(module), name)
    return flow


def waiting(schedule: Schedule, office: Office) -> Sequence[str]:
    """Return what waits for the flow that a row of the table names."""
    module, _, _ = schedule.entrypoint.rpartition(".")
    found: Sequence[str] = import_module(module).waiting(office)
    return found


@contextmanager
def running(home: Home) -> Iterator[None]:
    """Start a server for ``home``, so that ``run_flow`` runs flows for as long as the block lasts."""
    # Prefect reads settings from files of the current folder; it has no business in anybody's.
    with server.running(home) as started, chdir(home.prefect), failures.told():
        set_prefect_environment(home, started.url)
        quieten()
        try:
            yield
        finally:
            drain()


def run_flow(flow: str, only: Sequence[str] | None = None) -> bool:
    """Run a flow in this process, to its end; return whether it completed."""
    schedule = next(row for row in SCHEDULES if row.flow == flow)
    told = authorities.parameters(authorities.own(find_home()))
    parameters = told if only is None else {"only": list(only), **told}
    state = cast("State[Any]", load(schedule)(**parameters, return_state=True))
    return state.is_completed()


def run(home: Home, flows: Sequence[str], only: Sequence[str] | None = None) -> bool:
    """Run ``flows`` one after another to their ends; return whether all completed.

    What failed is told on standard error, here or by the ``up`` that runs.

    Raises:
        RegisterError: ``up`` runs, yet cannot be asked.
    """
    there = waking.reached(home, patience=_START_SECONDS)
    if there is None:
        with running(home):
            return all([run_flow(flow, only) for flow in flows])  # noqa: C419 - each runs, whatever the others did
    with failures.told():
        return all([_run_there(there, flow, only) for flow in flows])  # noqa: C419 - as above


def _run_there(there: Prefect, flow: str, only: Sequence[str] | None) -> bool:
    for _ in range(_ATTEMPTS):
        asked = there.ask(flow, only, within=_ANSWER_SECONDS)
        if not asked and not there.up and (refusal := there.refusal(flow)):
            raise RegisterError(_REFUSES.format(flow=flow, refusal=refusal))
        ended = _wait(there, flow, asked) if asked else None
        # Cancelled: another run of the flow was under way. None: the server had no answer just then.
        if ended not in {None, "CANCELLED"}:
            if ended != "COMPLETED":
                where = "equipoise up has told why, and keeps it in state/equipoise.log"
                failures.tell(flow, f"failed; {where if there.up else 'the pages of Prefect say why'}.")
            return ended == "COMPLETED"
        time.sleep(1)
    raise _unreached(there, flow)


def _unreached(there: Prefect, flow: str) -> RegisterError:
    if there.up:
        return RegisterError(f"equipoise up runs, but does not get to {flow}; try again, or start it anew.")
    if silence := there.silence():
        return RegisterError(f"The Prefect server of PREFECT_API_URL does not answer ({silence}).")
    if refusal := there.refusal(flow, at_last=True):
        return RegisterError(_REFUSES.format(flow=flow, refusal=refusal))
    return RegisterError(
        f"The Prefect server of PREFECT_API_URL does not get to {flow}; look whether a worker runs."
    )


def _wait(there: Prefect, flow: str, run_id: str) -> str | None:
    """Return the state in which a run ended, None where the server does not say.

    Raises:
        RegisterError: nobody begins with it.
    """
    missed, until = 0, time.monotonic() + _BEGIN_SECONDS
    while missed < _ATTEMPTS:
        try:
            state = str(there.call(f"/flow_runs/{run_id}", within=_ANSWER_SECONDS)["state_type"])
        except (OSError, ValueError, KeyError):
            missed += 1
            state = ""
        if state in _ENDED:
            return state
        if state == "SCHEDULED" and time.monotonic() > until:
            raise _unreached(there, flow)
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
    """Wait until the server has every task run and every line of the logs: they reach it later."""
    if "prefect" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker  # noqa: PLC0415
    from prefect.logging.handlers import APILogHandler  # noqa: PLC0415

    APILogHandler().flush()

    workers: dict[Any, EventsWorker] = EventsWorker._instances  # type: ignore[misc] # noqa: SLF001 - no public way to wait for all
    for worker in list(workers.values()):
        waiting = threading.Thread(target=worker.drain, daemon=True)
        waiting.start()
        waiting.join(_DRAIN_SECONDS)
