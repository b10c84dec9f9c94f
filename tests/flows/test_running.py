"""What the flows share: a lost race is run again, a refusal is not, and a second run does nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from flow_builders import TODAY, a_request, ask, eventually

from flows import home as flows_home
from flows.casework import acts, texts
from flows.domain.errors import RegisterMovedError, UnexpectedError, WrongStageError
from flows.domain.procedure import Stage
from flows.engine import here as engine
from flows.engine.settings import SCHEDULES
from flows.register.register import Proposal
from flows.sources.parse import parse_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from flow_builders import Run, Town

DESK = "https://foi.example.gov.uk"
RETRIED = pytest.mark.parametrize("flow", ["intake", "drafting", "publication"])


def ready(town: Town, flow: str) -> None:
    """Bring A/1 to where ``flow`` has something to do."""
    if flow == "intake":
        town.put_case("A/1")
    elif flow == "drafting":
        town.opened("A/1")
    else:
        town.drafted("A/1")
        town.sign_off("A/1")


def before_each_signature(monkeypatch: pytest.MonkeyPatch, town: Town, times: int) -> None:
    """Let somebody change the policy between the reading of a case and the act on it."""
    signed_by = Proposal.signed_by
    left = [None] * times

    def slow(proposal: Proposal, signer: Any) -> str:
        if proposal.statement.act.actor == "service" and left:
            left.pop()
            town.amend_policy()
        return signed_by(proposal, signer)

    monkeypatch.setattr(Proposal, "signed_by", slow)


def before_the_act(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Let something be done once, after a case was read and before its act is stated."""
    waiting = [do]

    def now() -> Any:
        if waiting:
            waiting.pop()()
        return TODAY

    monkeypatch.setattr(flows_home, "now", now)


@pytest.mark.exhaustive
@RETRIED
def test_a_lost_race_is_run_again(town: Town, monkeypatch: pytest.MonkeyPatch, flow: str) -> None:
    ready(town, flow)
    before_each_signature(monkeypatch, town, times=2)

    run = town.run(flow)

    assert run.completed
    assert run.tasks() == [(f"{flow}-A/1", "COMPLETED", 3)]
    assert town.orphan_keys() == set() or flow == "intake"
    assert town.audited().passes


@pytest.mark.exhaustive
@RETRIED
def test_a_race_that_is_always_lost_fails_after_the_fourth(
    town: Town, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    ready(town, flow)
    before_each_signature(monkeypatch, town, times=10)

    run = town.run(flow)

    assert run.tasks() == [(f"{flow}-A/1", "FAILED", 4)]
    assert [type(error) for error in run.failures] == [RegisterMovedError]


@pytest.mark.exhaustive
@pytest.mark.parametrize("flow", ["drafting", "publication"])
def test_a_refusal_is_not_run_again(town: Town, monkeypatch: pytest.MonkeyPatch, flow: str) -> None:
    ready(town, flow)
    before_the_act(monkeypatch, lambda: town.close_case("A/1"))

    run = town.run(flow)

    assert run.tasks() == [(f"{flow}-A/1", "FAILED", 1)]
    assert [type(error) for error in run.failures] == [WrongStageError]
    assert town.stages() == {"A/1": "closed"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("flow", ["drafting", "publication"])
def test_a_case_that_is_no_longer_ready_is_done_and_not_failed(
    town: Town, monkeypatch: pytest.MonkeyPatch, flow: str
) -> None:
    ready(town, flow)
    signed_by = Proposal.signed_by

    def overtaken(proposal: Proposal, signer: Any) -> str:
        if proposal.statement.act.actor == "service":
            town.close_case("A/1")
        return signed_by(proposal, signer)

    monkeypatch.setattr(Proposal, "signed_by", overtaken)

    run = town.run(flow)

    assert run.completed
    assert run.tasks() == [(f"{flow}-A/1", "COMPLETED", 2)]
    assert run.artifacts() == []
    assert town.stages() == {"A/1": "closed"}


@pytest.mark.exhaustive
def test_a_second_run_of_every_flow_does_nothing(town: Town) -> None:
    town.drafted("at-legal", "at-balancing", "signed-off")
    town.opened("received")
    town.put("bare", a_request())
    for reference in ("at-legal", "at-balancing"):
        town.submit(reference)
    town.approve("at-balancing", Stage.LEGAL_REVIEW)
    town.sign_off("signed-off")
    town.put("late", a_request("late", received="2022-08-08"))
    town.put("bad", "no request")
    did = {row.flow: len(town.run(row.flow).artifacts()) for row in SCHEDULES}
    before, entries = town.everything(), town.entries()

    again = {row.flow: town.run(row.flow) for row in SCHEDULES}

    assert did == {**dict.fromkeys(did, 1), "mail": 0}  # there is no mailbox
    assert {flow: run.artifacts() for flow, run in again.items()} == {flow: [] for flow in did}
    assert all(run.completed for run in again.values())
    assert town.entries() == entries
    assert town.everything() == before


def test_a_run_goes_by_its_case_and_leads_to_the_desk(town: Town) -> None:
    acts.change_desk(town.office, town.officer("administrator"), (DESK,))
    town.opened("A/1")

    run = town.run("drafting")

    (artifact,) = run.artifacts()
    assert f"| [A/1]({DESK}/cases/A-1) | first draft" in artifact
    assert named(run) == "drafting A/1"


def test_a_run_about_several_cases_goes_by_its_time(town: Town) -> None:
    town.opened("A/1", "A/2")

    assert re.fullmatch(r"drafting \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", named(town.run("drafting")))


@pytest.mark.exhaustive
def test_what_a_run_leaves_to_read_names_no_other_case(town: Town) -> None:
    town.opened("A/1", "A/2")
    runs = [town.run("drafting", [reference]) for reference in ("A/1", "A/2")]
    engine.drain()

    def events() -> list[Any]:
        ever = {"since": "2020-01-01T00:00:00Z"}
        about = {"related": {"id": [f"prefect.flow-run.{run.id}" for run in runs]}, "occurred": ever}
        found = ask("/events/filter", {"filter": {"event": {"name": ["prefect.artifact.created"]}, **about}})
        return list(found["events"])

    eventually(lambda: len(events()) >= len(runs), 60, "what was left to read is not announced")
    related = {each["prefect.resource.id"] for event in events() for each in event["related"]}
    assert not [each for each in related if each.startswith("prefect.task-run.")]


def named(run: Run) -> str:
    (found,) = ask("/flow_runs/filter", {"flow_runs": {"id": {"any_": [run.id]}}})
    return str(found["name"])


def test_an_error_that_is_not_ours_keeps_its_words_to_itself(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(town, "drafting")

    def fail(*_: object, **__: object) -> None:
        raise KeyError("what the applicant wrote")

    monkeypatch.setattr(texts, "version_files", fail)

    run = town.run("drafting")

    (error,) = run.failures
    assert isinstance(error, UnexpectedError)
    assert "KeyError at test_running.py" in str(error)
    assert "applicant" not in str(error)
    (artifact,) = run.artifacts()
    assert "| A/1 | failed: The program failed with KeyError at test_running.py:" in artifact


def test_an_item_that_trips_us_up_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for reference in ("A/1", "A/2", "A/3"):
        town.put_case(reference)

    def parse(data: bytes, **given: Any) -> Any:
        if b"A/2" in data:
            raise RecursionError("what the applicant wrote")
        return parse_request(data, **given)

    monkeypatch.setattr("flows.casework.requests.parse_request", parse)

    run = town.run("intake")

    assert not run.completed
    assert set(town.stages()) == {"A/1", "A/3"}
    assert town.inbox() == {"A-2"}
    assert sorted(state for _, state, _ in run.tasks()) == ["COMPLETED", "COMPLETED", "FAILED"]
    (artifact,) = run.artifacts()
    assert "failed: The program failed with RecursionError at test_running.py:" in artifact
