"""An event in Prefect for each entry of the register, so that automations can notify; by reference alone.

What was announced last stands in a file, so that what was done while nothing ran is announced later. An
event has its id from its entry: announced twice, it is there once.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from flows import disk
from flows.domain.reference import slug
from flows.engine import authorities
from flows.foreign import object_of

if TYPE_CHECKING:
    from flows.casework.office import Office
    from flows.engine.waking import Prefect
    from flows.register.line import Recorded

_DONE: Final = {
    "open": "opened",
    "draft": "drafted",
    "submit": "submitted",
    "approve": "approved",
    "return": "returned",
    "publish": "published",
    "correct": "corrected",
    "close": "closed",
    "reopen": "reopened",
}
"""The word for an act that was done, where there is one that no other act shares; else its name is told."""
_AT_ONCE: Final = 50
_WITHIN: Final = 10.0


def announce(office: Office, there: Prefect) -> None:
    """Tell a Prefect server of every entry since the last that was told.

    Raises:
        OSError, ValueError: it does not answer, or refuses; the next call tells of the same.
    """
    told = office.home.prefect / "announced.json"
    told.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # where no ``up`` ever ran
    with disk.locked(office.home.prefect / "announcing.lock"):
        newest, last = office.register.tip().entry.sequence, None
        with suppress(OSError, ValueError, LookupError, TypeError):
            last = range(newest + 1).index(object_of(told.read_bytes())["entry"])
        # Of what was done before there was anybody to tell, nobody is told.
        events = [event_of(each, office) for each in office.register.since(newest if last is None else last)]
        for start in range(0, len(events), _AT_ONCE):
            there.call("/events", events[start : start + _AT_ONCE], within=_WITHIN)
        if newest != last:
            disk.write(told, json.dumps({"entry": newest}).encode())


def event_of(recorded: Recorded, office: Office) -> dict[str, Any]:
    """Return the event of an entry, as Prefect takes it."""
    entry = recorded.entry
    act = entry.act.partition("-")[2]
    of_a_case = entry.case != "policy"
    authority = authorities.own(office.home)
    # Whoever forgets to ask for one authority's is told of no other's: the name is another.
    ours = f"equipoise.{authority}" if authority else "equipoise"
    resource = {
        "prefect.resource.id": f"{ours}.case.{entry.case}" if of_a_case else f"{ours}.policy",
        "prefect.resource.name": entry.case,
        **({"equipoise.authority": authority} if authority else {}),
        "equipoise.register": entry.register,
        "equipoise.act": act,
    }
    desk = next(iter(office.register.policy().rules.desk), "")
    link = {"link": f"{desk}/cases/{slug(entry.case)}"} if desk and of_a_case else {}
    return {
        "id": str(uuid5(NAMESPACE_URL, f"equipoise:{entry.register}:{entry.sequence}:{entry.statement}")),
        "occurred": datetime.fromtimestamp(entry.committed, UTC).isoformat(),
        "event": f"{ours}.{'case' if of_a_case else 'policy'}.{_DONE.get(act, act)}",
        "resource": resource,
        "payload": {"reference": entry.case, "entry": entry.sequence, **link},
    }
