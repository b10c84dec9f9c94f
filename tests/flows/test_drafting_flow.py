"""Drafting: the first draft of every case that was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flow_builders import a_request

from flows.domain.documents import ASSESSMENT

if TYPE_CHECKING:
    from flow_builders import Town


def test_every_opened_case_gets_its_first_draft(town: Town) -> None:
    town.put_case("A/1")
    town.put("bare", a_request("A/2"))
    town.run("intake")

    run = town.run("drafting")

    assert run.completed
    assert town.stages() == {"A/1": "drafting", "A/2": "drafting"}
    assert [row.version for row in town.office.catalogue.cases()] == [1, 1]
    assert "".join(run.artifacts()) == (
        "| case | what happened |\n"
        "|---|---|\n"
        "| A/1 | first draft written from the assessment that came with it |\n"
        "| A/2 | first draft written from a skeleton |"
    )
    assert run.tasks() == [("drafting-A/1", "COMPLETED", 1), ("drafting-A/2", "COMPLETED", 1)]


@pytest.mark.exhaustive
def test_a_case_that_cannot_be_drafted_holds_up_no_other(town: Town) -> None:
    for reference in ("A/1", "A/2", "A/3"):
        town.put_case(reference)
    town.run("intake")
    town.damage("A/2", ASSESSMENT)

    run = town.run("drafting")

    assert not run.completed
    assert town.stages() == {"A/1": "drafting", "A/2": "received", "A/3": "drafting"}
    assert run.tasks() == [
        ("drafting-A/1", "COMPLETED", 1),
        ("drafting-A/2", "FAILED", 1),
        ("drafting-A/3", "COMPLETED", 1),
    ]
    (artifact,) = run.artifacts()
    assert "| A/2 | failed: Object " in artifact


@pytest.mark.exhaustive
def test_naming_a_case_does_not_make_it_ready_for_drafting(town: Town) -> None:
    town.drafted("A/1")
    town.put_case("A/2")
    town.put_case("A/3")
    town.run("intake")
    before = town.entries()

    run = town.run("drafting", only=["A/1", "A/2"])

    assert [name for name, *_ in run.tasks()] == ["drafting-A/2"]
    assert town.entries() == before + 1
    assert town.stages() == {"A/1": "drafting", "A/2": "drafting", "A/3": "received"}
