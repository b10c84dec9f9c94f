"""The page of who may take which act at which stage, made by trying all of them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from standing_cases import KINDS, ROLES, every

from flows.domain.procedure import STAGES, Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from standing_cases import Tried

    from flows.domain.acts import Kind

_HEAD: Final = """\
# Who may take which act, and when

<!-- Made by `make pages`, which tries every act at every stage for a person of every role. -->

Each PERSON here holds one role and had no part in the case before.
Where an act rests on an earlier one, that was taken.
A decision is tried at the gate where the document stands, else at legal review.
An act on a document is tried on the test, or on the one letter it is about.
An act on the case is tried with its test at that stage.
A number stands for the reason below the table: the first one a person would be told.
A change of the policy takes an administrator, or [two](register.md#two-administrators) where it says so.
What else may speak against an act, its own facts or what the person did before, is in [the acts](acts.md).
"""
_COLUMNS: Final = (*ROLES, Role.SERVICE)


def who_may_page() -> str:
    """Return the page."""
    tried = {kind: [*found] for kind, found in groupby(every(), lambda each: each.kind)}
    return "\n".join([_HEAD, *(line for kind in KINDS for line in _table(kind, tried[kind]))])


def _table(kind: Kind, tried: list[Tried]) -> Iterator[str]:
    reasons: dict[str, int] = {}
    yield f"## {kind.name}"
    yield ""
    yield f"| stage | {' | '.join(map(str, _COLUMNS))} |"
    yield f"|---|{'---|' * len(_COLUMNS)}"
    for stage in Stage:
        cells = []
        for role in _COLUMNS:
            (one,) = (each for each in tried if (each.stage, each.role) == (stage, role))
            why = one.refused[0].replace(one.person, "PERSON") if one.refused else ""
            number = reasons.setdefault(why, len(reasons) + 1) if why else 0
            cells.append(str(number) if number else "**yes**")
        yield f"| {STAGES[stage]} | {' | '.join(cells)} |"
    yield ""
    for sentence, number in reasons.items():
        yield f"{number}. {sentence}"
    yield ""
