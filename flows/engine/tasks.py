"""What the stage flows share: how a task retries, what it reports, what a run leaves to read."""

from __future__ import annotations

import functools
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext

from flows.domain.errors import PitError, RegisterMovedError, UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prefect.client.schemas.objects import State, TaskRun
    from prefect.tasks import Task

    from flows.casework.office import Done, Office
    from flows.domain.procedure import Stage

ATTEMPTS_AFTER_A_LOST_RACE: Final = 3
_MOST_NAMED: Final = 3

Run = tuple[str, "State[Done]"]
"""What a task was about, and how it ended."""

P = ParamSpec("P")
R = TypeVar("R")


def guarded(body: Callable[P, R]) -> Callable[P, R]:
    """Return ``body`` with every error that is not ours reduced to its kind.

    Prefect keeps the text of an error in its database, and pickles one that ends a flow; only our own
    errors are known to hold no text of a case.
    """

    @functools.wraps(body)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return body(*args, **kwargs)
        except PitError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            raise UnexpectedError(type(error).__name__, _where(error)) from None

    return wrapped


def _where(error: BaseException) -> str:
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return f"{Path(frame.f_code.co_filename).name}:{line}"


def lost_the_race(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether a task failed because somebody wrote first: the one failure worth another try."""
    return isinstance(state.result(raise_on_failure=False), RegisterMovedError)


def for_each(
    one: Task[[str, Office], Done], office: Office, stage: Stage, only: Sequence[str] | None
) -> list[Run]:
    """Run a task for every case at ``stage``, or of ``only`` those named."""
    ready = office.register.ready(stage)
    references = ready if only is None else [reference for reference in ready if reference in only]
    return [(reference, one(reference, office, return_state=True)) for reference in references]


def report(flow: str, runs: Sequence[Run]) -> list[State[Done]]:
    """Leave something a person can read if the run did something; return the states.

    That is an artifact with a row for each case, and the references as the run's name.
    A flow that returns the states fails if one of its tasks failed.
    """
    rows = [(about, what) for about, state in runs if (what := _what(state))]
    if rows:
        lines = (f"| {about} | {what} |" for about, what in rows)
        table = "\n".join(["| case | what happened |", "|---|---|", *lines])
        create_markdown_artifact(key=flow, markdown=table, description=f"What the {flow} run did")
        _name_run([about for about, _ in rows])
    return [state for _, state in runs]


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
    error = state.result(raise_on_failure=False)
    return f"failed: {error if isinstance(error, PitError) else state.name}".replace("|", "\\|")
