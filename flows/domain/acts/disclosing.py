"""The disclosure log: what the authority shows everybody of what it gave one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason, a_choice
from flows.domain.errors import MissingReasonError, RefusedError
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.act import Act
    from flows.domain.case import Case
    from flows.domain.errors import PitError
    from flows.domain.policy import Policy


def _bars_log(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if case.life.answered is None:
        yield RefusedError(f"{case.reference} was not answered yet, so there is nothing to list.")


def _against_log(case: Case, act: Act, _: Policy) -> Iterator[PitError]:
    if act.details["entry"] == "declined" and not (act.reason or "").strip():
        yield MissingReasonError(case.reference, verb="leave it out of the disclosure log")


LOG: Final = Kind(
    name="log",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage),
    facts=(a_choice("entry", {"listed", "declined"}, "Whether it is on the disclosure log, or left out."),),
    reason=Reason.MAY,
    bars=_bars_log,
    against=_against_log,
    verb="enter in the disclosure log",
    passive="entered in the disclosure log",
    subject="log: enter {case} as {entry}",
    done="entered the case in the disclosure log as {entry}",
    told="In the disclosure log it is {entry}.",
    help="Record whether an answer is on the disclosure log, or why it is left out.",
    example="equipoise log 1146A/22 --entry listed --as foi-officer",
    reason_help="Why it is left out; required where it is.",
)
