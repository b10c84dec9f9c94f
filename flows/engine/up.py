"""Up: one machine. The Prefect server in a child process, the flows in threads of this one.

Every flow is a deployment with its schedule and room for one run at a time. This process watches the home,
asks the server for a run of each flow for which something waits, and carries out every run that is due,
whoever asked for it. A process for every run, as Prefect's own runner has it, would spend seconds of the
processor on each.
"""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, chdir, contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, cast

from flows import disk
from flows.casework.sole_writer import sole_writer
from flows.domain.errors import PitError, RefusedError, RegisterError
from flows.engine import failures, server, watching
from flows.engine.here import drain, quieten
from flows.engine.settings import SCHEDULES, set_prefect_environment
from flows.register.stop import stopped
from flows.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefect.client.schemas.objects import FlowRun, State
    from prefect.flows import Flow

    from flows.engine.due import Runs
    from flows.engine.server import Server
    from flows.engine.watching import Watch
    from flows.home import Home

_LOOK_SECONDS: Final = 0.25
_POLL_SECONDS: Final = 60
_STOP_SECONDS: Final = 20.0
_LOCK_SECONDS: Final = 0.5


def run(home: Home, *, every: int, say: Callable[[str], None]) -> bool:
    """Run until SIGINT or SIGTERM; return whether to begin anew, as a run goes on that nothing could end.

    Args:
        every: Seconds between two ticks.
        say: Told where Prefect's pages are, once everything runs.

    Raises:
        RefusedError: another ``up`` runs in this home, or a registrar.
        RegisterError: the server did not start, or ended.
    """
    ended = _Ended.WHOLE
    home.prefect.mkdir(parents=True, exist_ok=True)
    with (
        _alone(home) as publish_address,
        sole_writer(home),
        chdir(home.prefect),
        failures.told(home.log, form=Settings(home).text("log.form")),
    ):
        stopping = _Stopping()
        started = server.start(home, port=server.PORT, ui=True)
        try:
            set_prefect_environment(home, started.url)
            quieten()
            started.wait()
            from prefect.client.orchestration import get_client  # noqa: PLC0415 - after the environment

            from flows.engine import due  # noqa: PLC0415 - as above

            with get_client(sync_client=True) as client:
                runs = due.Runs(client, home, every)
                runs.clear_away()
                runs.make_up()
                publish_address(started.url)
                say(started.url.removesuffix("/api"))
                sentence = stopped(home.register)
                if sentence:
                    failures.tell("equipoise up", sentence)
                watches = watching.home(home, every), watching.server(home, _POLL_SECONDS)
                ended = _serve(runs, started, stopping, *watches)
        finally:
            if ended is _Ended.WHOLE:
                drain()
            started.stop()
    if ended is _Ended.UNFINISHED:
        # A thread cannot be ended. The register stands before or after an act, whatever the instant,
        # and the next ``up`` clears away what Prefect still believes to be running.
        os._exit(0)
    return ended is _Ended.STUCK


class _Ended(Enum):
    WHOLE = auto()
    UNFINISHED = auto()
    STUCK = auto()


@contextmanager
def _alone(home: Home) -> Iterator[Callable[[str], object]]:
    """Hold the file by which other commands know that ``up`` runs, and how to reach it."""
    with ExitStack() as held:
        try:
            # A command that looks whether ``up`` runs has the lock for an instant too.
            held.enter_context(disk.locked(home.address, patience=_LOCK_SECONDS))
        except BlockingIOError:
            raise RefusedError(f"equipoise up is running in {home.root} already.") from None
        home.address.write_text("")  # in place: a file put there instead would not be locked
        try:
            yield lambda url: home.address.write_text(json.dumps({"url": url, "pid": os.getpid()}))
        finally:
            home.address.write_text("")


class _Stopping:
    """Whether ``up`` was asked to end, by SIGINT or SIGTERM.

    The handler sets a plain attribute: it may run while this very thread is inside a lock, as that of an
    ``Event`` it waits for, and would then wait for itself.
    """

    asked = False

    def __init__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def within(self, seconds: float) -> bool:
        """Return after so many seconds whether it was asked."""
        time.sleep(seconds)
        return self.asked

    def _ask(self, *_: object) -> None:
        if self.asked:
            os._exit(130)  # asked twice: the server ends with its pipe
        self.asked = True


def _serve(runs: Runs, started: Server, stopping: _Stopping, home: Watch, asked: Watch) -> _Ended:
    """Carry out every run that is due, until asked to stop; return whether what had begun ended."""
    pool = ThreadPoolExecutor(len(SCHEDULES), thread_name_prefix="flow")
    from flows.engine.limits import longest  # noqa: PLC0415 - Prefect, after the environment

    begun: dict[Future[None], str] = {}
    until: dict[Future[None], float] = {}
    try:
        while not stopping.within(_LOOK_SECONDS):
            if started.process.poll() is not None:
                raise RegisterError("The Prefect server ended; start equipoise up again.")
            for ended in [run for run in begun if run.done()]:
                del begun[ended], until[ended]
                home.look_again()  # at what came meanwhile
            now = time.monotonic()
            if stuck := [flow for run, flow in begun.items() if now > until[run]]:
                failures.tell(stuck[0], "does not end although its time is over; equipoise up begins anew.")
                return _Ended.STUCK
            try:
                for flow, run in _to_carry_out(runs, {*begun.values()}, home, asked):
                    begun[carried := pool.submit(carry_out, flow, run)] = flow.name
                    until[carried] = time.monotonic() + longest(flow.name)
            except Exception as error:  # noqa: BLE001 - Prefect's own trouble must not end the day's work
                failures.tell("equipoise up", f"Prefect does not say what is due: {type(error).__name__}.")
                home.look_again()
                asked.look_again()
    finally:
        # What has begun ends while the server is there: afterwards it would ask in vain, or ask another.
        pool.shutdown(wait=False, cancel_futures=True)
        unfinished = wait(begun, timeout=_STOP_SECONDS).not_done
    return _Ended.UNFINISHED if unfinished else _Ended.WHOLE


def _to_carry_out(
    runs: Runs, under_way: set[str], home: Watch, asked: Watch
) -> Iterator[tuple[Flow[..., Any], FlowRun]]:
    if home.is_due():
        yield from runs.for_what_waits(under_way)
    if asked.is_due():
        yield from runs.due()


def _end_cancelled(run: FlowRun) -> None:
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - after the environment
    from prefect.states import Cancelled  # noqa: PLC0415 - as above

    with get_client(sync_client=True) as client:
        done: State[None] = Cancelled(message="It was cancelled once it had begun, and went to its end.")
        client.set_flow_run_state(run.id, done, force=True)


def carry_out(flow: Flow[..., Any], found: FlowRun) -> None:
    """Carry out a run of a flow that was granted; what goes wrong is told."""
    from prefect.flow_engine import run_flow  # noqa: PLC0415

    # Of a deployment, Prefect begins a run with a thread and a connection that watch whether it is suspended,
    # which none of ours can be; it waits for them, for ever where somebody deleted the run just then.
    alone = found.model_copy(update={"deployment_id": None})
    try:
        state = cast("State[Any]", run_flow(flow, flow_run=alone, return_type="state"))
        if state.is_cancelling():  # what had begun is done: that it stays so helps nobody
            _end_cancelled(found)
            return
        error = state.result(raise_on_failure=False)
    except Exception as trouble:  # noqa: BLE001 - a flow's failures are states; this is Prefect's own
        error = trouble
    # Our own were told by the flow, and so was that its time was over.
    if isinstance(error, BaseException) and not isinstance(error, PitError | TimeoutError):
        failures.tell(flow.name, f"Prefect failed with {type(error).__name__}.")
