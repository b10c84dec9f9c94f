"""With traces on, a run and what it did to each case is told by reference, and no word of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canaries import NAME, WORDS, holds_canary
from collector import collecting
from flow_builders import a_request

if TYPE_CHECKING:
    import pytest
    from flow_builders import Town


def test_the_spans_of_an_intake_have_the_reference_and_no_word_of_the_request(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.put("asked", a_request("A/1").replace("Please", f"{NAME} asks {WORDS}. Please", 1))
    with collecting(monkeypatch) as collector:
        assert town.run("intake").completed
        by_name = {each.name: each for each in collector.until("intake")}
    run, opened, appended = (by_name[name] for name in ("intake", "open-case", "append"))
    assert (opened.parent, appended.parent) == (run.id, opened.id)
    assert opened.facts == {"equipoise.about": "A/1"}
    assert (appended.facts["equipoise.case"], appended.facts["equipoise.act"]) == ("A/1", "open")
    assert not any(holds_canary(body) for _, body in collector.came)
