"""What follows an answer, by command: told by `show`, `queue` and `history`, and passed by the audit."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk, another_case, passes_audit
from letter_texts import a_letter

from flows import home as flows_home
from flows.casework import asking, finding, publishing, reminding
from flows.casework.office import open_office
from flows.casework.waiting import Next, buckets
from flows.catalogue.search import Sought
from flows.domain.english import in_full
from flows.domain.procedure import Stage

if TYPE_CHECKING:
    from pathlib import Path

CASE = "R/1"
TODAY = flows_home.today()
ON = ("--on", TODAY.isoformat())
OFFICER = ("--as", "foi-officer")
COMPLAINT = "IC-123456-A1B2"
WORDS = "The answer leaves out the river unit."


def decides(desk: Desk, person: str) -> set[str]:
    """Return the documents of the case that are listed as waiting for a person's decision."""
    with open_office(desk.home, reading=True) as office:
        listed = buckets(office, person, office.register.policy())
    rows = [row for each in listed if each.next is Next.DECIDE for row in each.rows]
    return {row.document for row in rows if row.reference == CASE}


def published(desk: Desk, folder: Path, document: str, *, signs: str) -> None:
    """Draft, submit, sign off and publish a letter of the case."""
    (folder / "letter.md").write_text(a_letter(document, CASE, TODAY))
    of_it = (CASE, "--document", document, "--version", "1")
    desk.done("draft", CASE, folder / "letter.md", "--document", document, *OFFICER)
    desk.done("submit", *of_it, *OFFICER)
    desk.done("approve", *of_it, "--gate", "balancing", "--as", signs)
    with open_office(desk.home) as office:
        publishing.publish(office, CASE, document)


@pytest.fixture
def answered(desk: Desk, tmp_path: Path) -> Desk:
    """A home with a case that was answered today."""
    another_case(desk.home, CASE, (TODAY - timedelta(days=7)).isoformat())
    published(desk, tmp_path, "response", signs="sign-off-officer")
    desk.done("sent", CASE, *ON, "--by", "email", "--document", "response", *OFFICER)
    (tmp_path / "words.eml").write_text(WORDS)
    return desk


def row_of(desk: Desk, document: str) -> tuple[str, str | None, str]:
    (row,) = (
        each
        for each in desk.told("queue")["cases"]
        if (each["reference"], each["document"]) == (CASE, document)
    )
    return row["duty"], row["due"], row["stage"]


def test_a_review_is_owed_from_its_asking_to_its_outcome(answered: Desk, tmp_path: Path) -> None:
    asking = ("review-asked", CASE, *ON, "--file", tmp_path / "words.eml", *OFFICER)
    assert answered.done(*asking) == (
        f"R/1: A review was asked for on {in_full(TODAY)}; its outcome is drafted with --document review. "
        f"The case was answered on {in_full(TODAY)}.\n"
    )
    duty, due, stage = row_of(answered, "review")
    assert (duty, stage) == ("review", "received")
    assert due
    assert due > TODAY.isoformat()
    assert "Owed the outcome of the review, by " in " ".join(answered.done("show", CASE).split())

    published(answered, tmp_path, "review", signs="both-gates")
    deciding = ("review-decided", CASE, *ON, "--by", "email", "--outcome", "partly-upheld", "--as")
    for other in ("upheld", "overturned"):
        _, told = answered.refused(*deciding[:-2], other, "--as", "all-three-roles")
        assert f"of R/1 says that the answer is partly upheld, and not {other}; record what it says" in told
    assert answered.refused(*deciding, "foi-officer") == (
        1,
        "foi-officer had an earlier part in R/1, so another person has to decide on the review of it.",
    )
    assert "The answer is partly upheld on review" in answered.done(*deciding, "all-three-roles")

    assert [each["duty"] for each in answered.told("show", CASE)["owed"]] == ["paper"]
    assert "recorded the review as partly upheld" in " ".join(answered.done("history", CASE).split())
    assert passes_audit(answered.home)
    assert WORDS.encode() not in b"".join(
        each.read_bytes() for each in answered.home.root.rglob("*") if each.is_file()
    )


def test_whoever_signed_off_the_answer_does_not_sign_off_its_review(answered: Desk, tmp_path: Path) -> None:
    answered.done("review-asked", CASE, *ON, "--file", tmp_path / "words.eml", *OFFICER)

    with pytest.raises(AssertionError, match="sign-off-officer had an earlier part in R/1"):
        published(answered, tmp_path, "review", signs="sign-off-officer")
    assert (decides(answered, "sign-off-officer"), decides(answered, "both-gates")) == (set(), {"review"})


def test_where_every_sign_off_officer_had_a_part_one_of_them_says_why_they_decide(
    answered: Desk, tmp_path: Path
) -> None:
    for person in ("both-gates", "all-three-roles", "second.sign-off-officer"):
        if person in answered.done("officer", "list"):
            answered.done("officer", "revoke", person, "--as", "administrator")
    asking = ("review-asked", CASE, *ON, "--file", tmp_path / "words.eml", *OFFICER)
    advice = "Every sign-off officer had an earlier part in the case: authorise one who had none"
    assert advice in answered.done(*asking)
    assert f"See to {advice}" in " ".join(answered.done("show", CASE).split())

    (tmp_path / "letter.md").write_text(a_letter("review", CASE, TODAY))
    of_it = (CASE, "--document", "review", "--version", "1")
    answered.done("draft", CASE, tmp_path / "letter.md", "--document", "review", *OFFICER)
    answered.done("submit", *of_it, *OFFICER)
    assert answered.document(CASE, "review")["may_decide"] == ["sign-off-officer"]
    assert decides(answered, "sign-off-officer") == {"review"}
    approving = ("approve", *of_it, "--gate", "balancing", "--as", "sign-off-officer")
    status, told = answered.refused(*approving)
    assert (status, "or say with --reason why that is not practicable" in told) == (1, True), told
    answered.done(*approving, "--reason", "We are three people.")

    assert "We are three people." in answered.done("history", CASE)
    assert passes_audit(answered.home)


def test_what_is_closed_as_answered_was_answered(answered: Desk) -> None:
    another_case(answered.home, "R/2", TODAY.isoformat())
    assert answered.refused("close", "R/2", "--ground", "answered", *OFFICER) == (
        1,
        "R/2 cannot be closed as answered yet: its answer has to be sent first.",
    )
    assert "Closed as answered." in answered.done("close", CASE, "--ground", "answered", *OFFICER)


def test_a_complaint_that_was_settled_is_told_as_over(answered: Desk) -> None:
    of_it = ("--regulator", COMPLAINT, *ON)
    answered.done("complained", CASE, *of_it, *OFFICER)

    told = answered.done("complaint-closed", CASE, *of_it, "--why", "settled", *OFFICER)

    assert f"The complaint {COMPLAINT} is over without a decision: settled." in told
    assert "without a decision: settled" in " ".join(answered.done("history", CASE).split())
    again = answered.refused("complaint-closed", CASE, *of_it, "--why", "withdrawn", *OFFICER)[1]
    assert "has no complaint" in again
    assert passes_audit(answered.home)


def test_what_the_regulator_and_the_tribunal_order_is_owed_until_it_is_done(answered: Desk) -> None:
    steps, information = (str(TODAY + timedelta(days=days)) for days in (35, 21))
    of_it = ("--regulator", COMPLAINT)
    answered.done("log", CASE, "--entry", "listed", *OFFICER)
    answered.done("complained", CASE, *of_it, *ON, *OFFICER)
    answered.done("information-notice", CASE, *of_it, *ON, "--due", information, *OFFICER)
    answered.done(
        *("notice", CASE, *of_it, *ON, "--outcome", "partly-upheld", "--steps", steps, *OFFICER),
    )

    assert row_of(answered, "test")[:2] == ("information", information)
    assert [(each["duty"], each["clock"]["due"]) for each in answered.told("show", CASE)["owed"]] == [
        ("information", information),
        ("steps", steps),
    ]
    assert "owed: the answer to the information notice" in " ".join(answered.done("queue").split())
    assert answered.refused("close", CASE, "--ground", "answered-in-full", *OFFICER) == (
        1,
        f"R/1 cannot be closed: the authority owes the answer to the information notice ({COMPLAINT}).",
    )

    for duty in ("information", "steps"):
        of_duty = ("--duty", duty, "--reference", COMPLAINT)
        answered.done("complied", CASE, *of_duty, *ON, "--reason", "Sent by hand.", *OFFICER)
    answered.done("appealed", CASE, "--by", "applicant", "--tribunal", "EA/2026/0123", *ON, *OFFICER)
    answered.done("decided", CASE, "--tribunal", "EA/2026/0123", *ON, "--outcome", "dismissed", *OFFICER)

    shown = " ".join(answered.done("show", CASE).split())
    for done in (
        "foi-officer entered the case in the disclosure log as listed",
        f"recorded the complaint {COMPLAINT} to the regulator",
        f"on the complaint {COMPLAINT}: partly upheld, with steps due by",
        f"recorded steps of {COMPLAINT} as done",
        "recorded the appeal EA/2026/0123 by the applicant",
        "on the appeal EA/2026/0123: dismissed",
    ):
        assert done in shown
    assert [each["duty"] for each in answered.told("show", CASE)["owed"]] == ["paper"]
    assert passes_audit(answered.home)


def test_what_is_unfinished_after_the_answer_is_late_nowhere(desk: Desk, tmp_path: Path) -> None:
    def late() -> set[str]:
        """Return where the case is told to be late."""
        with open_office(desk.home, reading=True) as office:
            policy = office.register.policy()
            (listed,) = (each for each in buckets(office, "foi-officer", policy) if each.next is Next.OVERDUE)
            found = finding.find(office, Sought(late=True)).rows
        rows = [each for each in desk.told("queue", "--all")["cases"] if each["reference"] == CASE]
        told = {
            "show": desk.told("show", CASE)["overdue"],
            "queue": any(each["overdue"] for each in rows),
            "desk": any(each.reference == CASE for each in listed.rows),
            "found": any(each.reference == CASE for each in found),
            # The example is late too.
            "health": json.loads(desk("health", "--json").stdout)["overdue"] > 1,
        }
        return {where for where, is_so in told.items() if is_so}

    another_case(desk.home, CASE, (TODAY - timedelta(days=60)).isoformat())
    published(desk, tmp_path, "response", signs="sign-off-officer")
    assert late() == {"show", "queue", "desk", "found", "health"}

    of_it = ("--document", "response", "--reason", "Two people were ill.")
    desk.done("sent", CASE, *ON, "--by", "email", *of_it, *OFFICER)
    assert late() == set()
    assert row_of(desk, "test") == ("paper", None, "received")
    assert [each["duty"] for each in desk.told("show", CASE)["owed"]] == ["paper"]
    assert "nothing waits 0 received; owed: a paper after the answer" in " ".join(desk.done("queue").split())

    # Of a letter that waits for sign-off now the notice says the same.
    (tmp_path / "letter.md").write_text(a_letter("cost", CASE, TODAY))
    desk.done("draft", CASE, tmp_path / "letter.md", "--document", "cost", *OFFICER)
    desk.done("submit", CASE, "--document", "cost", "--version", "1", *OFFICER)
    with open_office(desk.home) as office:
        asking.ask(office, CASE, Stage.BALANCING, "cost")
        assert CASE not in dict(reminding.untold(office))
    (notice,) = desk.home.notices.glob("*cost*")
    assert "Nothing is due by the Act, for the request was answered." in notice.read_text()
