"""What the stage flows share: how a task retries, what it reports, what a run leaves to read."""

from __future__ import annotations

import asyncio
import functools
import time
from contextlib import contextmanager, suppress
from contextvars import Context
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, NamedTuple, ParamSpec, TypeVar

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext, TaskRunContext
from prefect.events.worker import EventsWorker
from prefect.logging import get_run_logger

from flows import tracing
from flows.casework.office import Done, open_office
from flows.domain.documents import DOCUMENTS
from flows.domain.errors import (
    PitError,
    RefusedError,
    RegisterMovedError,
    UnexpectedError,
    UnknownCaseError,
)
from flows.domain.local_day import LOCAL
from flows.domain.reference import identity, parse_reference, slug
from flows.engine import announcing, authorities, failures, limits, waking
from flows.home import find_home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prefect.client.schemas.objects import FlowRun, State, TaskRun
    from prefect.flows import Flow
    from prefect.tasks import Task

    from flows.casework.office import Office

_REFUSING_SECONDS: Final = 1.0
"""In which the server has written down that it refused a run, once it did."""
_APART: Final = timedelta(minutes=1)
"""By which the clocks of two machines may differ."""
_OVER: Final = "was cut off after {seconds} seconds; the next run goes on."

_ANOTHER_RELEASE: Final = (
    "The flows were deployed by another release of Equipoise than {here}, which works here: deploy them again"
    " from this one, or start a worker of that one; nothing was done."
)


class Run(NamedTuple):
    """One task of a flow.

    Attributes:
        about: What it was about, as people call it.
        state: How it ended.
        reference: The case; empty where it was about none.
    """

    about: str
    state: State[Done]
    reference: str = ""


P = ParamSpec("P")
R = TypeVar("R")


def guarded(body: Callable[P, R]) -> Callable[P, R]:
    """Return ``body`` with every error that is not ours reduced to its kind, and one that ends a flow told.

    Prefect keeps the text of an error in its database, and pickles one that ends a flow; only our own
    errors are known to hold no text of a case. What was done is logged, by reference, with the time it took.
    """

    @functools.wraps(body)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        began = time.monotonic()
        within = limits.task_within if TaskRunContext.get() else limits.run_within
        if not TaskRunContext.get():
            _see_to_limits()
            # The thread that tells of events keeps the context in which it began: were it a task's, Prefect
            # would name this task in what later ones leave to read.
            Context().run(EventsWorker.instance)
        try:
            with tracing.span(body.__name__.replace("_", "-")) as doing, within(body.__name__):
                returned = body(*args, **kwargs)
                if isinstance(returned, Done):
                    doing.tell(about=returned.reference)
            if isinstance(returned, Done):
                seconds, what = time.monotonic() - began, returned.what or "nothing was left to do"
                get_run_logger().info("%s: %s (%.2f s)", returned.reference, what, seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is
            known = error if isinstance(error, PitError) else UnexpectedError.of(error)
            run = FlowRunContext.get()
            if run and run.flow and not TaskRunContext.get():
                failures.tell(run.flow.name, str(known))
            raise known from None
        except asyncio.CancelledError:  # Prefect's, by which a limit ends a run, is one
            run = FlowRunContext.get()
            if run and run.flow and not TaskRunContext.get():
                failures.tell(run.flow.name, _OVER.format(seconds=limits.FLOWS[body.__name__].seconds))
            raise
        return returned

    return wrapped


def _see_to_limits() -> None:
    """On a work pool, free the slots that a limit lost, and have the run look at its end for refused ones."""
    run = FlowRunContext.get()
    if run and run.flow and (there := waking.elsewhere(find_home())):
        tag = authorities.paper(there.authority)
        if lost := there.free_lost_slots(tag):
            get_run_logger().warning("%d slots of the limit %s that nobody had were freed", lost, tag)
        flow: Flow[..., Any] = run.flow
        if _ask_for_refused not in flow.on_completion_hooks:
            for ends in (flow.on_completion, flow.on_failure, flow.on_crashed):
                ends(_ask_for_refused)


def _ask_for_refused(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect's
    """Ask for a run in the place of those that acts asked for while this one was under way.

    Its place is free by now, so who asks from now on is not refused because of it.
    """
    there = waking.elsewhere(find_home())
    if there and flow_run.deployment_id:
        time.sleep(_REFUSING_SECONDS)
        since = flow_run.start_time or datetime.now(UTC) - timedelta(hours=1)
        there.ask_for_refused(str(flow_run.deployment_id), since - _APART)


@contextmanager
def office_for(authority: str) -> Iterator[Office]:
    """Open the office in which a run is to work, for as long as the block lasts.

    Raises:
        RefusedError: the run is for another authority than the one that works here, or of a deployment that
            another release of the software made.
    """
    _check_release()
    with open_office(patience=limits.PATIENCE) as office:
        authorities.check(authority, office.home)
        yield office


def _check_release() -> None:
    run, here = FlowRunContext.get(), version("equipoise")
    deployed = run and run.flow_run and run.flow_run.deployment_version
    if deployed and deployed != here:  # what it says is not repeated: anybody may have written it
        raise RefusedError(_ANOTHER_RELEASE.format(here=here))


def lost_the_race(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a task failed because somebody wrote first: the one failure worth another try."""
    return isinstance(state.result(raise_on_failure=False), RegisterMovedError)


def for_each(
    one: Task[[str, str, str, Office], Done],
    office: Office,
    documents: Iterable[tuple[str, str]],
    only: Sequence[str] | None = None,
) -> list[Run]:
    """Run a task for each document, by reference and kind, or of the cases ``only`` those named.

    Raises:
        RefusedError: writing was stopped, or there is no such case.
        MalformedError: what was named is no reference.
    """
    office.register.check_not_stopped()
    named = None if only is None else _named(only, office)
    runs = [
        Run(
            about := DOCUMENTS[document].named(reference),
            one(about, reference, document, office, return_state=True),
            reference,
        )
        for reference, document in documents
        if named is None or reference in named
    ]
    for reference in sorted((named or set()) - {run.reference for run in runs}):
        get_run_logger().info("%s: nothing waits for this flow", reference)
    return runs


def _named(only: Sequence[str], office: Office) -> set[str]:
    """Return the cases of some references, as they are written in the register."""
    found = set()
    for each in only:
        filed = office.catalogue.filed(identity(parse_reference(each)))
        if filed is None:
            raise UnknownCaseError(each)
        found.add(filed.reference)
    return found


def at_time(flow: str) -> Callable[[], str]:
    """Return what gives each run of a flow its name: the flow, and the local time at which it begins."""
    return lambda: f"{flow} {datetime.now(LOCAL):%Y-%m-%d %H:%M:%S}"


def report(flow: str, runs: Sequence[Run], office: Office) -> list[State[Done]]:
    """Leave something a person can read if the run did something; return the states.

    That is an artifact with a row for each case, which leads to the desk where its address is known, and
    the case as the run's name where there is one alone.
    A flow that returns the states fails if one of its tasks failed, and each that did is told.
    """
    there = waking.elsewhere(office.home)
    if there:
        with suppress(OSError, ValueError):  # the next run tells
            announcing.announce(office, there)
    for run in runs:
        if not run.state.is_completed():
            failures.tell(flow, _why(run.state), run.about)
    did = [(run, what) for run in runs if (what := _what(run.state))]
    if did:
        _tell_done(flow, did)
        desk = next(iter(office.register.policy().rules.desk), "")
        lines = (f"| {_linked(run, desk)} | {what} |" for run, what in did)
        table = "\n".join(["| case | what happened |", "|---|---|", *lines])
        key = authorities.artifact(flow, authorities.own(office.home))
        create_markdown_artifact(key=key, markdown=table, description=f"What the {flow} run did")
        if len(did) == 1:
            _name_run(f"{flow} {did[0][0].about}")
    return [run.state for run in runs]


def _linked(run: Run, desk: str) -> str:
    return f"[{run.about}]({desk}/cases/{slug(run.reference)})" if desk and run.reference else run.about


def _tell_done(flow: str, did: Iterable[tuple[Run, str]]) -> None:
    context = FlowRunContext.get()
    since = context.start_time if context else datetime.now(UTC)
    for run, what in did:
        if run.state.is_completed():
            failures.tell_done(flow, what, run.about, (datetime.now(UTC) - since).total_seconds())


def _name_run(name: str) -> None:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    with get_client(sync_client=True) as client:
        client.update_flow_run(context.flow_run.id, name=name)


def _what(state: State[Done]) -> str:
    if state.is_completed():
        return state.result().what
    return f"failed: {_why(state)}".replace("|", "\\|")


def _why(state: State[Done]) -> str:
    error = state.result(raise_on_failure=False)
    return str(error) if isinstance(error, PitError) else state.name or "failed"
