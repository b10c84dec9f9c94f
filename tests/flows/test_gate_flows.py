"""Legal review and balancing: the people who may decide are told once, and reminded by the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flow_builders import an_assessment

from flows.casework import acts, drafts
from flows.domain.procedure import ROLE_AT, Stage

if TYPE_CHECKING:
    from flow_builders import Clock, Town

LAST_QUIET_DAY = datetime(2022, 9, 22, 22, 59, tzinfo=UTC)
FIVE_DAYS_LEFT = datetime(2022, 9, 22, 23, 0, tzinfo=UTC)  # 23 September in London
DUE = datetime(2022, 9, 30, 22, 59, tzinfo=UTC)
OVERDUE = datetime(2022, 9, 30, 23, 0, tzinfo=UTC)  # 1 October in London

GATES = pytest.mark.parametrize("gate", [Stage.LEGAL_REVIEW, Stage.BALANCING])


def bring_to(gate: Stage, town: Town, *references: str) -> None:
    town.drafted(*references)
    for reference in references:
        town.submit(reference)
        if gate is Stage.BALANCING:
            town.approve(reference, Stage.LEGAL_REVIEW)


def kinds(town: Town) -> list[str]:
    """Every notice that is there, by its name, in the order of the words."""
    return sorted(town.notices())


def test_a_lawyer_is_asked_to_review(town: Town) -> None:
    bring_to(Stage.LEGAL_REVIEW, town, "A/1")

    run = town.run("legal-review")

    assert run.completed
    assert run.tasks() == [("legal-review-A/1", "COMPLETED", 1)]
    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 | asked: legal-reviewer |"]
    assert town.notices() == {
        "A-1-version-1-legal-review-asked-1.txt": (
            "To: legal-reviewer\n"
            "About: A/1, version 1\n"
            "\n"
            "The public interest test in A/1 waits for legal review.\n"
            "\n"
            "The answer is due on 30 September 2022.\n"
            "\n"
            "Read it:    equipoise document A/1\n"
            "Approve it: equipoise approve A/1 --gate legal-review --version 1 --as PERSON\n"
            'Return it:  equipoise return A/1 --gate legal-review --version 1 --as PERSON --reason "…"\n'
        )
    }


def test_who_may_decide_is_told_what_the_checks_had(town: Town) -> None:
    town.drafted("A/1")
    without_weight = an_assessment("A/1").replace("outweighs", "is greater than")
    drafts.draft(town.office, town.officer("foi-officer"), "A/1", without_weight.encode())
    town.submit("A/1", 2)

    town.run("legal-review")

    (notice,) = town.notices().values()
    assert (
        "\n\nWhen it was submitted the checks had: 1 warning.\n"
        "`equipoise show A/1` lists what they find.\n\nRead it:"
    ) in notice


def test_a_sign_off_officer_is_asked_who_had_no_part_before(town: Town) -> None:
    bring_to(Stage.BALANCING, town, "A/1")

    run = town.run("balancing")

    assert run.tasks() == [("balancing-A/1", "COMPLETED", 1)]
    (notice,) = town.notices().values()
    # The reviewer could sign off too, had they not reviewed; the writer could review, had they not written.
    assert notice.startswith("To: sign-off-officer\nAbout: A/1, version 1\n")


def test_a_writer_is_not_asked(town: Town) -> None:
    bring_to(Stage.LEGAL_REVIEW, town, "A/1")
    town.run("legal-review")

    (notice,) = town.notices().values()
    assert "foi-officer" in town.office.register.policy().holders(ROLE_AT[Stage.LEGAL_REVIEW])
    assert "foi-officer" not in notice


def test_a_sign_off_officer_is_asked_about_a_response_apart_from_its_test(town: Town) -> None:
    bring_to(Stage.BALANCING, town, "A/1")
    town.answer("A/1")

    run = town.run("balancing")

    assert run.tasks() == [("balancing-A/1", "COMPLETED", 1), ("balancing-A/1 response", "COMPLETED", 1)]
    (artifact,) = run.artifacts()
    assert artifact.splitlines()[2:] == [
        "| A/1 | asked: sign-off-officer |",
        "| A/1 response | asked: legal-reviewer, sign-off-officer |",
    ]
    assert town.notices()["A-1-response-version-1-balancing-asked-1.txt"] == (
        "To: legal-reviewer, sign-off-officer\n"
        "About: A/1 response, version 1\n"
        "\n"
        "The response in A/1 waits for sign-off.\n"
        "\n"
        "The answer is due on 30 September 2022.\n"
        "\n"
        "Read it:    equipoise document A/1 --document response\n"
        "Approve it: equipoise approve A/1 --document response --gate balancing --version 1 --as PERSON\n"
        "Return it:  equipoise return A/1 --document response --gate balancing --version 1 --as PERSON "
        '--reason "…"\n'
    )
    assert "A-1-version-1-balancing-asked-1.txt" in town.notices()
    assert town.run("balancing").artifacts() == []


@GATES
def test_people_are_asked_once(town: Town, gate: Stage) -> None:
    bring_to(gate, town, "A/1", "A/2")
    town.run(gate)
    before = town.everything()

    run = town.run(gate)

    assert run.completed
    assert (run.tasks(), run.artifacts()) == ([], [])
    assert town.everything() == before


@pytest.mark.exhaustive
@GATES
def test_people_are_reminded_once_when_the_time_is_nearly_over_and_once_when_it_is(
    town: Town, clock: Clock, gate: Stage
) -> None:
    bring_to(gate, town, "A/1")
    seen = []
    for moment in (clock.time, LAST_QUIET_DAY, FIVE_DAYS_LEFT, FIVE_DAYS_LEFT, DUE, OVERDUE, OVERDUE):
        clock.time = moment
        before = set(town.notices())
        town.run(gate)
        seen.append([name.removeprefix(f"A-1-version-1-{gate}-") for name in {*town.notices()} - before])

    assert seen == [["asked-1.txt"], [], ["due-soon-1.txt"], [], [], ["overdue-1.txt"], []]
    texts = " ".join(" ".join(town.notices().values()).split())
    assert "the time for the answer is nearly over." in texts
    assert "the time for the answer is over." in texts


def test_after_a_return_people_are_asked_again(town: Town) -> None:
    bring_to(Stage.LEGAL_REVIEW, town, "A/1")
    town.run("legal-review")
    town.return_("A/1", Stage.LEGAL_REVIEW)
    town.run("legal-review")
    town.submit("A/1")

    town.run("legal-review")

    assert kinds(town) == [
        "A-1-version-1-legal-review-asked-1.txt",
        "A-1-version-1-legal-review-asked-2.txt",
    ]


def test_where_nobody_may_decide_the_notice_says_so(town: Town) -> None:
    bring_to(Stage.LEGAL_REVIEW, town, "A/1")
    acts.revoke_officer(town.office, town.officer("administrator"), "legal-reviewer")

    run = town.run("legal-review")

    assert run.artifacts() == ["| case | what happened |\n|---|---|\n| A/1 | asked: nobody may decide |"]
    (notice,) = town.notices().values()
    assert notice.startswith("To: nobody\n")
    assert "equipoise officer add ID --role legal-reviewer" in notice
    assert "Approve it" not in notice


@pytest.mark.exhaustive
@GATES
def test_a_lost_outbox_costs_one_repeated_notice(town: Town, gate: Stage) -> None:
    bring_to(gate, town, "A/1")
    town.run(gate)
    (name,) = town.notices()
    for left in town.home.state.glob("outbox.sqlite*"):
        left.unlink()
    (town.home.notices / name).unlink()  # read, and thrown away

    first, second = town.run(gate), town.run(gate)

    assert set(town.notices()) == {name}
    assert (len(first.artifacts()), len(second.artifacts())) == (1, 0)


def test_past_the_known_bank_holidays_no_deadline_is_guessed(town: Town, clock: Clock) -> None:
    clock.time = datetime(2028, 12, 20, 12, tzinfo=UTC)
    town.drafted("A/1", received="2028-12-20")
    town.submit("A/1")

    town.run("legal-review")

    (notice,) = town.notices().values()
    assert "The deadline could not be computed" in notice


@pytest.mark.exhaustive
@GATES
def test_a_case_about_which_nobody_can_be_asked_holds_up_no_other(town: Town, gate: Stage) -> None:
    bring_to(gate, town, "A/1", "A/2", "A/3")
    town.damage("A/2", "acts/0002-draft.json")

    run = town.run(gate)

    assert not run.completed
    assert run.tasks() == [
        (f"{gate}-A/1", "COMPLETED", 1),
        (f"{gate}-A/2", "FAILED", 1),
        (f"{gate}-A/3", "COMPLETED", 1),
    ]
    assert len(town.notices()) == 2
    (artifact,) = run.artifacts()
    assert "| A/2 | failed: Object " in artifact


@pytest.mark.exhaustive
@GATES
def test_naming_a_case_does_not_bring_it_to_the_gate(town: Town, gate: Stage) -> None:
    bring_to(gate, town, "A/1", "A/2")
    town.drafted("A/3")

    run = town.run(gate, only=["A/2", "A/3"])

    assert [name for name, *_ in run.tasks()] == [f"{gate}-A/2"]
    assert len(town.notices()) == 1
