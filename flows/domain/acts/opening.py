"""Opening a case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flows.domain.acts.kind import Fact, Kind, On, a_day, a_text, the_day
from flows.domain.case import Case, Document
from flows.domain.documents import ASSESSMENT, REQUEST, SEALED_REQUEST, TEST, sealed_with
from flows.domain.events import Events
from flows.domain.life import Life
from flows.domain.procedure import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flows.domain.act import Act


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
        settled=act.time,
        changed=act.time,
    )


def _request(act: Act) -> Mapping[str, str]:
    # Each attempt seals to a new key, so neither key nor sealed file tells two requests apart.
    return {path: act.files[path].sha256 for path in (REQUEST,) if path in act.files}


def _regime_fault(text: str) -> str | None:
    from flows.domain.provisions import regimes  # noqa: PLC0415 - the law as data, for an opening alone

    return None if text in regimes() else f"one of {', '.join(regimes())} is needed"


_ATTACHED: Final = r"[A-Za-z0-9 ]{1,20}, [1-9][0-9]{0,8} bytes"
ATTACHED: Final = sealed_with(1, "open")
"""What came with the request, sealed."""

OPEN: Final = Kind(
    name="open",
    on=On.CASE,
    roles=frozenset({Role.SERVICE}),
    facts=(
        a_day("received"),
        a_text("recipient", r"[A-Za-z0-9]{1,100}", "the public name of a key is needed"),
        Fact(name="regime", fault=_regime_fault),
        replace(
            a_text(
                "attachments",
                rf"{_ATTACHED}(; {_ATTACHED}){{0,49}}",
                "the kind and the size of each attachment are needed",
            ),
            needed=False,
            shown=", with attachments: {}".format,
        ),
    ),
    # The assessment that came beside the request waits here for the first draft.
    writes=lambda _: (REQUEST, SEALED_REQUEST, ASSESSMENT, ATTACHED),
    chosen=_request,
    verb="open",
    passive="opened",
    subject="intake: open {case}",
    done="opened the case{attachments}",
)
