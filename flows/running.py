"""What the stage flows share: how a task retries, what it reports, what a run leaves to read."""

from __future__ import annotations

import functools
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from prefect.artifacts import create_markdown_artifact

from flows.domain.errors import PitError, RegisterMovedError, UnexpectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prefect.client.schemas.objects import State, TaskRun
    from prefect.tasks import Task

ATTEMPTS_AFTER_A_LOST_RACE: Final = 3
_MOST_NAMED: Final = 3

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one task did to one case.

    Attributes:
        what: In a few words; empty where there was nothing left to do.
    """

    reference: str
    what: str = ""


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


def report(flow: str, references: Sequence[str], states: Sequence[State[Done]]) -> list[State[Done]]:
    """Leave an artifact a person can read if the run did something; return ``states``.

    A flow that returns them fails if one of its tasks failed.

    Args:
        references: What each of the states is about.
    """
    rows = []
    for reference, state in zip(references, states, strict=True):
        what = _what(state)
        if what:
            rows.append(f"| {reference} | {what} |")
    if rows:
        table = "\n".join(["| case | what happened |", "|---|---|", *rows])
        create_markdown_artifact(key=flow, markdown=table, description=f"What the {flow} run did")
    return list(states)


def _what(state: State[Done]) -> str:
    if state.is_completed():
        return state.result().what
    error = state.result(raise_on_failure=False)
    return f"failed: {error if isinstance(error, PitError) else state.name}".replace("|", "\\|")
