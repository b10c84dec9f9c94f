"""Opening a case, and closing one that is not to be answered with a published test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Fact, Kind, On, a_choice, a_day, a_text, the_day
from flows.domain.case import Case, Document
from flows.domain.documents import ASSESSMENT, REQUEST, SEALED_REQUEST, TEST
from flows.domain.events import Events
from flows.domain.life import Life
from flows.domain.procedure import Role, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.domain.act import Act

GROUNDS: Final = frozenset({"withdrawn"})
"""Why a case may be closed without a published test."""


def opened(act: Act) -> Case:
    """Return the case that an opening begins."""
    return Case(
        reference=act.case,
        received=the_day(act.details["received"]),
        recipient=act.details["recipient"],
        regime=act.details["regime"],
        acts=1,
        files=act.files,
        documents={TEST.name: Document(name=TEST.name)},
        life=Life(events=Events(received=the_day(act.details["received"]))),
        opened=act.time,
        changed=act.time,
    )


def _request(act: Act) -> Mapping[str, str]:
    # Each attempt seals to a new key, so neither key nor sealed file tells two requests apart.
    return {path: act.files[path].sha256 for path in (REQUEST,) if path in act.files}


def _regime_fault(text: str) -> str | None:
    from flows.domain.provisions import regimes  # noqa: PLC0415 - the law as data, for an opening alone

    return None if text in regimes() else f"one of {', '.join(regimes())} is needed"


OPEN: Final = Kind(
    name="open",
    on=On.CASE,
    roles=frozenset({Role.SERVICE}),
    facts=(
        a_day("received"),
        a_text("recipient", r"[A-Za-z0-9]{1,100}", "the public name of a key is needed"),
        Fact(name="regime", fault=_regime_fault),
    ),
    # The assessment that came beside the request waits here for the first draft.
    writes=lambda _: (REQUEST, SEALED_REQUEST, ASSESSMENT),
    chosen=_request,
    verb="open",
    passive="opened",
    subject="intake: open {case}",
    done="opened the case",
)

CLOSE: Final = Kind(
    name="close",
    on=On.CASE,
    roles=frozenset({Role.FOI_OFFICER}),
    at=frozenset(Stage) - {Stage.PUBLISHED, Stage.SENT, Stage.CLOSED},
    facts=(a_choice("ground", GROUNDS, "Why it ends here."),),
    after=lambda case, act: replace(case, closed=act.time),
    verb="close",
    passive="closed",
    subject="closing: close {case} as {ground}",
    done="closed the case as {ground}",
    told="Closed as {ground}.",
    help="Close a case without a published test.",
    example="equipoise close 1146A/22 --ground withdrawn --as foi-officer",
)
