"""Each entry is an event in Prefect, once, by reference and without text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from flow_builders import ask, eventually

from flows.domain.procedure import Stage
from flows.engine import announcing
from flows.engine.waking import Prefect, reached

if TYPE_CHECKING:
    from flow_builders import Town

    from flows.home import Home


def events(register: str) -> list[dict[str, Any]]:
    """Return the events of one register that the server has, in their order."""
    ever = {"since": "2020-01-01T00:00:00Z"}
    which = {"event": {"prefix": ["equipoise."]}, "occurred": ever, "order": "ASC"}
    found = ask("/events/filter", {"filter": which, "limit": 50})["events"]
    ours = [row for row in found if row["resource"]["equipoise.register"] == register]
    return sorted(ours, key=lambda row: row["payload"]["entry"])


def test_what_is_done_is_announced_by_reference(
    town: Town, prefect_server: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    del prefect_server
    monkeypatch.delenv("EQUIPOISE_OWN_PREFECT")
    there = reached(town.home)
    assert there
    register = town.office.register.tip().entry.register
    announcing.announce(town.office, there)  # from here on
    town.drafted("A/1")
    town.submit("A/1")
    announcing.announce(town.office, there)
    town.return_("A/1", Stage.LEGAL_REVIEW)
    (town.home.prefect / "announced.json").write_text(f'{{"entry": {town.entries() - 2}}}')  # told again
    announcing.announce(town.office, there)
    announcing.announce(town.office, there)

    eventually(lambda: len(events(register)) >= 4, 30, "the events are not kept")
    assert [(row["event"], row["resource"]["prefect.resource.id"]) for row in events(register)] == [
        (f"equipoise.case.{done}", "equipoise.case.A/1")
        for done in ("opened", "drafted", "submitted", "returned")
    ]
    assert {*events(register)[-1]["payload"]} == {"reference", "entry"}
    assert events(register)[-1]["payload"]["entry"] == town.entries()


def test_what_could_not_be_announced_is_announced_later(town: Town) -> None:
    nobody = Prefect(url="http://127.0.0.1:9/api", authorization="")
    told = town.home.prefect / "announced.json"
    announcing.announce(town.office, nobody)  # nothing to tell of yet
    before = told.read_text()
    town.opened("A/1")

    with pytest.raises(OSError, match="refused"):
        announcing.announce(town.office, nobody)

    assert told.read_text() == before
    assert os.environ["EQUIPOISE_OWN_PREFECT"]
