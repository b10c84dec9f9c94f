"""The words of a notice to the people who may decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.document.files import environment
from flows.document.wording import day
from flows.domain.procedure import ROLE_AT, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

_GATE_WORDS: Final = {
    Stage.LEGAL_REVIEW: "legal review",
    Stage.BALANCING: "sign-off of the public interest test",
}


def write_notice(
    *,
    reference: str,
    version: int,
    gate: Stage,
    kind: str,
    due: date | None,
    people: Iterable[str],
    checked: str,
) -> str:
    """Return the text of a notice.

    Args:
        kind: ``asked``, ``due-soon`` or ``overdue``.
        people: Ids of those who may decide.
        checked: What the checks had found at submission, in words; empty for nothing.
    """
    page = environment(escape=False)
    page.filters["day"] = day
    return page.get_template("notices/decision.txt.j2").render(
        reference=reference,
        version=version,
        gate=gate,
        gate_words=_GATE_WORDS[gate],
        role=ROLE_AT[gate],
        kind=kind,
        due=due,
        people=sorted(people),
        checked=checked,
    )
