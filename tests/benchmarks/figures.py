"""What a benchmark says: one row for each figure, with its goal and whether that was reached."""

from __future__ import annotations

import time
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        ours: What was measured, with its unit.
        beside: What it is compared with, with its unit.
        ratio: Of the two, as the goal has it; None where the figure stands for itself.
        reached: None where there is no goal.
    """

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None


def at_least(goal: float, ratio: float, what: str, ours: str, beside: str) -> Row:
    """Return the row of a ratio that is good when it is large."""
    reached = ratio >= goal
    return Row(what=what, ours=ours, beside=beside, ratio=ratio, goal=f"≥ {goal:g}", reached=reached)


def at_most(goal: float, ratio: float, what: str, ours: str, beside: str) -> Row:
    """Return the row of a ratio that is good when it is small."""
    reached = ratio <= goal
    return Row(what=what, ours=ours, beside=beside, ratio=ratio, goal=f"≤ {goal:g}", reached=reached)


def timed(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[float, T]:
    """Return how many seconds ``work`` took, and what it returned."""
    began = time.perf_counter()
    result = work(*args, **kwargs)
    return time.perf_counter() - began, result


def spent(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[float, T]:
    """Return how many seconds of processor time ``work`` took, the processes it ended included.

    For work that waits for nothing but the processor this tells the same as a clock, and other load on
    the machine does not move it.
    """
    began = _processor_time()
    result = work(*args, **kwargs)
    return _processor_time() - began, result


def _processor_time() -> float:
    usages = map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def typical(seconds: Iterable[float]) -> float:
    """Return the median, which a moment's other load does not move."""
    return median(seconds)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def took(what: str, seconds: float, *, goal: float | None = None) -> Row:
    """Return the row of a time that stands for itself."""
    if goal is None:
        return Row(what=what, ours=ms(seconds))
    return Row(what=what, ours=ms(seconds), goal=f"< {ms(goal)}", reached=seconds < goal)


def table(rows: Iterable[Row]) -> str:
    lines = [("what", "ours", "beside", "ratio", "goal", "reached")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        reached = {None: "", True: "yes", False: "NO"}[row.reached]
        lines.append((row.what, row.ours, row.beside, ratio, row.goal, reached))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ruled = [lines[0], tuple("-" * width for width in widths), *lines[1:]]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in ruled
    )
