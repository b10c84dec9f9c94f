"""The records that were found, with those that are given: kept sealed until they go, each by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason, a_text, by_its_file
from flows.domain.english import in_full
from flows.domain.errors import RefusedError
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flows.domain.case import Case

_ONE: Final = r"[1-9][0-9]{0,2} (released|redacted|withheld)"


def _bars_records(case: Case, _document: str, _person: str) -> Iterator[RefusedError]:
    if case.life.answered:
        yield RefusedError(
            f"{case.reference} was answered on {in_full(case.life.answered)}, with its records."
        )


RECORDS: Final = Kind(
    name="records",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage) - {Stage.CLOSED},
    facts=(
        a_text(
            "records",
            rf"{_ONE}(, {_ONE}){{0,998}}",
            "the number of each record is needed, and whether it is released, redacted or withheld",
        ),
    ),
    seals=Reason.MUST,
    bars=_bars_records,
    chosen=by_its_file,
    verb="schedule records",
    passive="given records",
    subject="records: schedule those of {case}",
    done="scheduled the records found: {records}",
    told="The records found are scheduled: {records}.",
)
