"""The clock of a case by command: its letters move it, and whoever asks is told the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk, another_case, passes_audit
from letter_texts import a_letter

from flows import home as flows_home
from flows.casework import publishing
from flows.casework.office import open_office
from flows.domain.clock import Clock
from flows.domain.english import in_full
from flows.domain.events import Events
from flows.sources.bank_holidays import calendar

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

CASE = "R/1"
TODAY = flows_home.today()
RECEIVED = TODAY - timedelta(days=7)
WORDS = "The drones I mean are those of the river unit."
SENT = ("--on", TODAY.isoformat(), "--by", "email", "--as", "foi-officer")


@pytest.fixture
def running(desk: Desk) -> Desk:
    """A home with a case that came a week ago."""
    another_case(desk.home, CASE, RECEIVED.isoformat())
    return desk


def write(desk: Desk, folder: Path, document: str, text: str) -> None:
    """Draft, submit and publish a letter that one or two persons may send."""
    (folder / "letter.md").write_text(text)
    of_it = ("--document", document)
    version = str(desk.document(CASE, document)["version"] + 1)
    desk.done("draft", CASE, folder / "letter.md", *of_it, "--as", "foi-officer")
    desk.done("submit", CASE, *of_it, "--version", version, "--as", "foi-officer")
    if document == "extension":
        gate = ("--gate", "balancing", "--version", version)
        desk.done("approve", CASE, *of_it, *gate, "--as", "sign-off-officer")
    with open_office(desk.home) as office:
        publishing.publish(office, CASE, document)


def due(**events: object) -> date:
    found = Clock(calendar(), (), TODAY, "other").answer(Events(received=RECEIVED, **events), "foia").due  # type: ignore[arg-type] # of events
    assert found
    return found


def test_clarification_stops_the_clock_and_its_answer_starts_it_anew(running: Desk, tmp_path: Path) -> None:
    write(running, tmp_path, "clarification", f"Which drones do you mean in {CASE}?\n")

    assert running.done("ask-clarification", CASE, *SENT) == (
        f"{CASE}: Clarification was asked for on {in_full(TODAY)} by email; nothing is due until it comes. "
        "The request for clarification is sent.\n"
    )
    (row,) = (each for each in running.told("queue")["cases"] if each["reference"] == CASE)
    waits = f"while the clarification asked on {in_full(TODAY)} is awaited"
    assert (row["document"], row["due"], row["waits"]) == ("test", None, waits)
    assert f"nothing, {waits}" in " ".join(running.done("show", CASE).split())
    assert "nothing is due for now" in running.done("deadline", CASE)

    (tmp_path / "answer.eml").write_text(WORDS)
    answer = ("--on", TODAY.isoformat(), "--file", tmp_path / "answer.eml", "--as", "foi-officer")
    running.done("clarified", CASE, *answer)

    begun = Clock(calendar(), (), TODAY, "other").answer(Events(received=TODAY), "foia").due
    assert begun
    assert running.told("show", CASE)["due"] == running.told("deadline", CASE)["due"] == begun.isoformat()
    assert running.told("deadline", CASE)["counted_from"] == TODAY.isoformat()
    assert "This was done before" in running.done("clarified", CASE, *answer)
    assert passes_audit(running.home)
    assert WORDS.encode() not in b"".join(
        each.read_bytes() for each in running.home.root.rglob("*") if each.is_file()
    )


def test_a_second_round_is_a_second_letter(running: Desk, tmp_path: Path) -> None:
    (tmp_path / "answer.eml").write_text(WORDS)
    for question in ("Which drones?", "Which river?"):
        write(running, tmp_path, "clarification", f"{question} Your request is {CASE}.\n")
        running.done("ask-clarification", CASE, *SENT)
        running.done(
            "clarified",
            CASE,
            *("--on", TODAY.isoformat(), "--file", tmp_path / "answer.eml", "--as", "foi-officer"),
        )

    told = running.done("history", CASE)
    assert told.count("asked for clarification") == told.count("took in the clarification") == 2
    assert len(running.told("deadline", CASE)["remarks"]) >= 2
    assert passes_audit(running.home)


def test_a_fee_is_waited_for_and_the_letter_has_to_name_it(running: Desk, tmp_path: Path) -> None:
    write(running, tmp_path, "fees", f"Please pay £75.50 for {CASE}, within three months.\n")

    refused = running.refused("fees-notice", CASE, *SENT, "--amount", "80")
    assert refused == (
        1,
        f"The fees notice of {CASE} does not say £80; record what it says, or send another.",
    )
    for part in ("75", "7"):  # the letter's figure has more to it
        assert "does not say" in running.refused("fees-notice", CASE, *SENT, "--amount", part)[1]
    running.done("fees-notice", CASE, *SENT, "--amount", "75.50")
    assert running.told("show", CASE)["due"] is None
    running.done("fee-paid", CASE, "--on", TODAY.isoformat(), "--as", "foi-officer")

    assert running.told("show", CASE)["due"] == due(fees_notice=TODAY, fees_paid=TODAY).isoformat()


def test_more_time_is_promised_for_qualified_exemptions_by_a_notice_in_time(
    running: Desk, tmp_path: Path
) -> None:
    until = due() + timedelta(days=14)
    write(running, tmp_path, "extension", a_letter("extension", CASE, TODAY, until=until))
    promise = ("--until", until.isoformat())

    for exemptions, told in (
        ("44(1)", "44(1) is absolute and needs no public interest test"),
        ("31(9)", "31(9) is no exemption"),
    ):
        status, sentence = running.refused("extend", CASE, *SENT, *promise, "--exemptions", exemptions)
        assert (status, told in sentence) == (1, True), sentence
    later = ("--until", (until + timedelta(days=1)).isoformat(), "--exemptions", "31(1)(a)")
    assert "does not say" in running.refused("extend", CASE, *SENT, *later)[1]
    early = ("--until", (TODAY + timedelta(days=1)).isoformat(), "--exemptions", "31(1)(a)")
    assert "without an extension the decision is due on" in running.refused("extend", CASE, *SENT, *early)[1]

    running.done("extend", CASE, *SENT, *promise, "--exemptions", "31(1)(a)")

    assert running.told("show", CASE)["due"] == until.isoformat()
    assert f"until {in_full(until)}, for 31(1)(a)" in " ".join(running.done("history", CASE).split())
    assert passes_audit(running.home)


def test_a_late_notice_of_more_time_says_why(desk: Desk, tmp_path: Path) -> None:
    another_case(desk.home, CASE, (TODAY - timedelta(days=60)).isoformat())
    until = TODAY + timedelta(days=10)
    write(desk, tmp_path, "extension", a_letter("extension", CASE, TODAY, until=until))
    call = ("extend", CASE, *SENT, "--until", until.isoformat(), "--exemptions", "31(1)")

    status, told = desk.refused(*call)
    assert (status, "section 17(2): say with --comment why it is late" in told) == (1, True)
    desk.done(*call, "--comment", "The officer was away.")
    assert "The officer was away." in desk.done("history", CASE)


def test_a_day_of_receipt_counts_once_another_person_confirms_it(running: Desk) -> None:
    came = (RECEIVED - timedelta(days=3)).isoformat()
    before = running.told("show", CASE)["due"]
    running.done(
        *("correct-receipt", CASE, "--received", came, "--reason", "It lay in a mailbox."),
        "--as",
        "foi-officer",
    )
    waits = running.told("show", CASE)
    assert waits["due"] == before
    said = f"that {in_full(RECEIVED - timedelta(days=3))} is the day of receipt, as foi-officer says."
    assert waits["awaited"] == [f"A sign-off officer's word {said}"]

    running.done("confirm-receipt", CASE, "--received", came, "--as", "sign-off-officer")

    found = running.told("show", CASE)
    assert (found["received"], found["due"] < before, found["awaited"]) == (came, True, [])
    assert found["folder"].startswith(f"cases/{RECEIVED.isoformat().replace('-', '/')}/")
    assert passes_audit(running.home)


def test_whoever_stepped_aside_is_asked_no_more(desk: Desk) -> None:
    desk.submit()
    assert "legal-reviewer" in desk.document("1146A/22", "test")["may_decide"]
    desk.done("step-aside", "1146A/22", "--reason", "I know the officer.", "--as", "legal-reviewer")

    assert "legal-reviewer" not in desk.document("1146A/22", "test")["may_decide"]
    approve = ("approve", "1146A/22", "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer")
    assert "stepped aside from 1146A/22" in desk.refused(*approve)[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("deadline", "R/9"), "There is no case R/9"),
        (("deadline", "1146A/22", "--refused", "2026-01-01"), "is on record; leave out the options"),
    ],
)
def test_the_clock_of_a_case_is_asked_by_its_reference_alone(
    desk: Desk, words: tuple[str, ...], told: str
) -> None:
    assert told in desk.refused(*words)[1]


def test_a_day_that_the_regulator_specified_is_when_the_answer_is_due(running: Desk) -> None:
    usual = due()
    words = ("--on", TODAY.isoformat(), "--ground", "information-abroad", "--as", "foi-officer")
    late, early = (str(usual + timedelta(days=days)) for days in (90, -1))
    for until in (late, early):
        told = running.refused("day-specified", CASE, "--until", until, *words)[1]
        assert f"specified: a day from {usual} on is needed" in told

    until = str(usual + timedelta(days=14))
    running.done("day-specified", CASE, "--until", until, *words)

    found = running.told("deadline", CASE)
    assert (found["due"], found["reached"]) == (until, "the day that the regulator specified, section 10(4)")
    assert running.told("show", CASE)["due"] == until
    assert passes_audit(running.home)
