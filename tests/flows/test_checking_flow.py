"""Checking: no page waits for the checks, for they looked before somebody opens it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest
from sampling import spread

from flows.casework import looking
from flows.domain.documents import ASSESSMENT
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from flow_builders import Clock, Town

WAITING: Final = ["A/1", "A/2", "A/3"]


@pytest.fixture
def looked_at(resting: Town, clock: Clock) -> Town:
    """A town with a case in drafting, one at each gate, one signed off and one closed, looked at ahead."""
    del clock  # which stands still
    resting.drafted(*WAITING, "B/1", "B/2")
    resting.submit("A/2")
    resting.submit("A/3")
    resting.approve("A/3", Stage.LEGAL_REVIEW)
    resting.sign_off("B/1")
    resting.close_case("B/2")
    assert looking.look_ahead(resting.office).what == "looked at 3"
    return resting


def test_the_flow_looks_at_every_test_on_which_a_decision_lies_ahead(town: Town) -> None:
    town.drafted(*WAITING)
    town.submit("A/2")

    run = town.run("checking")

    assert run.completed
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| tests | looked at 3 |"]
    assert run.tasks() == [("checking", "COMPLETED", 1)]
    assert town.run("checking").artifacts() == []


def test_whoever_opens_a_case_then_is_told_what_was_found(
    looked_at: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossiers = [looked_at.office.register.dossier(reference) for reference in WAITING]
    anew = [looking._looked_anew(looked_at.office, each) for each in dossiers]
    monkeypatch.setattr(looking, "_looked_anew", None)
    assert [looking.look(looked_at.office, each) for each in dossiers] == anew
    assert [path.name for path in sorted(looked_at.home.looked.iterdir())] == [
        "A-1.json",
        "A-2.json",
        "A-3.json",
    ]


CHANGES: Final[dict[str, tuple[Callable[[Town, Clock], object], list[str]]]] = {
    "nothing": (lambda _town, _clock: None, []),
    "a case": (lambda town, _: town.return_("A/2", Stage.LEGAL_REVIEW), ["A/2"]),
    "a new one": (lambda town, _: town.drafted("A/9"), ["A/9"]),
    "one ends": (lambda town, _: town.close_case("A/2"), []),
    "the policy": (lambda town, _: town.amend_policy(), WAITING),
    "the day": (lambda _, clock: setattr(clock, "time", clock.time + timedelta(days=1)), WAITING),
    "what is known, cut off": (lambda town, _: town.home.looked_ahead.write_text("{"), WAITING),
    "what is known, of another form": (lambda town, _: town.home.looked_ahead.write_text("[]"), WAITING),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("change", spread(CHANGES, every=3))
def test_what_changed_is_looked_at_again_and_nothing_else(change: str, looked_at: Town, clock: Clock) -> None:
    do, expected = CHANGES[change]
    do(looked_at, clock)

    assert sorted(looking.unlooked(looked_at.office)) == expected
    looking.look_ahead(looked_at.office)
    assert looking.unlooked(looked_at.office) == []


def test_a_case_that_cannot_be_read_holds_up_no_other(resting: Town) -> None:
    resting.drafted(*WAITING)
    resting.damage("A/1", ASSESSMENT)

    assert looking.look_ahead(resting.office).what == "looked at 3"

    assert [path.name for path in sorted(resting.home.looked.iterdir())] == ["A-2.json", "A-3.json"]
    assert looking.unlooked(resting.office) == []
