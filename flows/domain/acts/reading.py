"""Reading what is sealed in a case: that somebody did stands on record, once for each person and case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Kind, On, Reason
from flows.domain.local_day import days_of_utc
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.domain.act import Act


def _on_its_day(act: Act) -> Mapping[str, str]:
    return {"day": days_of_utc(act.time)[0].isoformat()}


READ_REQUEST: Final = Kind(
    name="read-request",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER, Role.LEGAL_REVIEWER, Role.SIGN_OFF_OFFICER, Role.AUDITOR}),
    # Whoever looks into a complaint reads the request of a case that was closed long ago.
    at=frozenset(Stage),
    reason=Reason.MUST,
    # Whoever signs elsewhere states it again on another day, as an act of its own.
    chosen=_on_its_day,
    verb="open the request",
    passive="opened",
    subject="reading: open the request of {case}",
    done="opened the request as it arrived",
    told="The request may be read now; open it again with `equipoise request`.",
)
