"""What the stage flows share: how a task retries, what it reports, what a run leaves to read."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext, TaskRunContext

from flows.domain.documents import DOCUMENTS
from flows.domain.errors import PitError, RegisterMovedError, UnexpectedError
from flows.engine import failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prefect.client.schemas.objects import State, TaskRun
    from prefect.tasks import Task

    from flows.casework.office import Done, Office

ATTEMPTS_AFTER_A_LOST_RACE: Final = 3
_MOST_NAMED: Final = 3

Run = tuple[str, "State[Done]"]
"""What a task was about, and how it ended."""

P = ParamSpec("P")
R = TypeVar("R")


def guarded(body: Callable[P, R]) -> Callable[P, R]:
    """Return ``body`` with every error that is not ours reduced to its kind, and one that ends a flow told.

    Prefect keeps the text of an error in its database, and pickles one that ends a flow; only our own
    errors are known to hold no text of a case.
    """

    @functools.wraps(body)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is
            known = error if isinstance(error, PitError) else UnexpectedError.of(error)
            run = FlowRunContext.get()
            if run and run.flow and not TaskRunContext.get():
                failures.tell(run.flow.name, str(known))
            raise known from None

    return wrapped


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
        RefusedError: writing was stopped.
    """
    office.register.check_not_stopped()
    return [
        (
            about := DOCUMENTS[document].named(reference),
            one(about, reference, document, office, return_state=True),
        )
        for reference, document in documents
        if only is None or reference in only
    ]


def report(flow: str, runs: Sequence[Run]) -> list[State[Done]]:
    """Leave something a person can read if the run did something; return the states.

    That is an artifact with a row for each case, and the references as the run's name.
    A flow that returns the states fails if one of its tasks failed, and each that did is told.
    """
    for about, state in runs:
        if not state.is_completed():
            failures.tell(flow, _why(state), about)
    rows = [(about, what) for about, state in runs if (what := _what(state))]
    if rows:
        _tell_done(flow, [(about, state) for about, state in runs if state.is_completed()])
        lines = (f"| {about} | {what} |" for about, what in rows)
        table = "\n".join(["| case | what happened |", "|---|---|", *lines])
        create_markdown_artifact(key=flow, markdown=table, description=f"What the {flow} run did")
        _name_run([about for about, _ in rows])
    return [state for _, state in runs]


def _tell_done(flow: str, runs: Iterable[Run]) -> None:
    context = FlowRunContext.get()
    since = context.start_time if context else datetime.now(UTC)
    for about, state in runs:
        if what := _what(state):
            failures.tell_done(flow, what, about, (datetime.now(UTC) - since).total_seconds())


def _name_run(about: Sequence[str]) -> None:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    more = f" and {len(about) - _MOST_NAMED} more" if len(about) > _MOST_NAMED else ""
    with get_client(sync_client=True) as client:
        client.update_flow_run(context.flow_run.id, name=", ".join(about[:_MOST_NAMED]) + more)


def _what(state: State[Done]) -> str:
    if state.is_completed():
        return state.result().what
    return f"failed: {_why(state)}".replace("|", "\\|")


def _why(state: State[Done]) -> str:
    error = state.result(raise_on_failure=False)
    return str(error) if isinstance(error, PitError) else state.name or "failed"
