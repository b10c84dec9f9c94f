"""A paper that was given out is replaced, and everybody who asks is told which one stands."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import Desk, another_case, passes_audit
from letter_texts import a_letter

from flows import home as flows_home
from flows.casework import publishing
from flows.casework.office import open_office
from flows.domain.english import in_full

if TYPE_CHECKING:
    from pathlib import Path

CASE = "R/1"
TODAY = flows_home.today()
OFFICER = ("--as", "foi-officer")
RESPONSE = ("--document", "response")
LETTER = a_letter("response", CASE, TODAY)


def publish(desk: Desk, folder: Path, text: str, version: str) -> Path:
    """Take a version of the response to its publication; return the copy that is laid out."""
    (folder / "letter.md").write_text(text)
    of_it = (CASE, *RESPONSE, "--version", version)
    desk.done("draft", CASE, folder / "letter.md", *RESPONSE, *OFFICER)
    desk.done("submit", *of_it, *OFFICER)
    desk.done("approve", *of_it, "--gate", "balancing", "--as", "sign-off-officer")
    with open_office(desk.home) as office:
        publishing.publish(office, CASE, "response")
    return desk.home.published / "R-1-response.pdf"


def test_a_corrected_response_replaces_the_one_that_was_sent(desk: Desk, tmp_path: Path) -> None:
    another_case(desk.home, CASE, (TODAY - timedelta(days=7)).isoformat())
    paper = publish(desk, tmp_path, LETTER, "1")
    desk.done("sent", CASE, "--on", TODAY.isoformat(), "--by", "email", *RESPONSE, *OFFICER)
    first = paper.read_bytes()

    assert desk.done("correct", CASE, *RESPONSE, "--reason", "A date is wrong.", *OFFICER) == (
        "R/1: Version 1 of the response stands until the one that is drafted next takes its place. "
        "The response is in drafting.\n"
    )
    assert paper.read_bytes() == first
    assert "a paper after the answer" in " ".join(desk.done("queue").split())
    assert desk.refused("submit", CASE, *RESPONSE, "--version", "1", *OFFICER)[1] == (
        "Version 1 of the response of R/1 is published; draft what is to take its place."
    )

    publish(desk, tmp_path, LETTER.replace("Thank you", "We thank you"), "2")

    replaced = f"version 1, published on {in_full(TODAY)}"
    page = re.sub("<[^>]+>", "", paper.with_suffix(".html").read_text(encoding="utf-8"))
    assert f"This replaces {replaced}." in page
    earlier = desk.home.published / "earlier" / "R-1-response-version-1" / paper.name
    assert (earlier.read_bytes(), paper.read_bytes() == first) == (first, False)
    assert f"published version 2 of the response, which replaces {replaced}" in " ".join(
        desk.done("history", CASE).split()
    )
    superseded = f"{replaced}, superseded by version 2, published on {in_full(TODAY)}"
    assert superseded in " ".join(desk.done("show", CASE).split())

    told = desk("verify", earlier)
    assert f"SUPERSEDED by version 2, published on {in_full(TODAY)}" in " ".join(told.output.split())
    assert "which stands published" in " ".join(desk("verify", paper).output.split())
    assert passes_audit(desk.home)


@pytest.mark.exhaustive
def test_a_second_letter_of_a_kind_that_recurs_replaces_none(desk: Desk, tmp_path: Path) -> None:
    another_case(desk.home, CASE, (TODAY - timedelta(days=7)).isoformat())
    on = ("--on", TODAY.isoformat())
    (tmp_path / "answer.eml").write_text("The drones of the river unit.")
    for version in ("1", "2"):
        (tmp_path / "letter.md").write_text(a_letter("clarification", CASE, TODAY) + f"\nRound {version}.\n")
        desk.done("draft", CASE, tmp_path / "letter.md", "--document", "clarification", *OFFICER)
        desk.done("submit", CASE, "--document", "clarification", "--version", version, *OFFICER)
        with open_office(desk.home) as office:
            publishing.publish(office, CASE, "clarification")
        desk.done("ask-clarification", CASE, *on, "--by", "email", *OFFICER)
        desk.done("clarified", CASE, *on, "--file", tmp_path / "answer.eml", *OFFICER)

    page = (desk.home.published / "R-1-clarification.html").read_text(encoding="utf-8")
    assert "This replaces" not in page
    assert "superseded" not in desk.done("show", CASE)
    earlier = desk.home.published / "earlier" / "R-1-clarification-version-1" / "R-1-clarification.pdf"
    assert "which stands published" in " ".join(desk("verify", earlier).output.split())


def test_a_withdrawn_case_is_opened_again_by_a_sign_off_officer(desk: Desk) -> None:
    desk.done("close", "1146A/22", "--ground", "withdrawn", *OFFICER)
    words = ("reopen", "1146A/22", "--reason", "The applicant asks for it after all.", "--as")

    assert "needs the role sign-off-officer" in desk.refused(*words, "foi-officer")[1]
    assert (
        desk.done(*words, "sign-off-officer")
        == "1146A/22: The case is open again. The test is in drafting.\n"
    )
    assert "1146A/22" in desk.done("queue")
    assert passes_audit(desk.home)


@pytest.mark.exhaustive
def test_a_correction_begun_by_mistake_is_withdrawn_and_the_paper_stands_as_before(
    desk: Desk, tmp_path: Path
) -> None:
    another_case(desk.home, CASE, (TODAY - timedelta(days=7)).isoformat())
    paper = publish(desk, tmp_path, LETTER, "1")
    desk.done("sent", CASE, "--on", TODAY.isoformat(), "--by", "email", *RESPONSE, *OFFICER)
    queued, showed = desk.done("queue"), desk.done("show", CASE)
    due = desk.done("deadline", CASE)
    reason = ("--reason", "It was the wrong case.")

    desk.done("correct", CASE, *RESPONSE, *reason, *OFFICER)
    (tmp_path / "letter.md").write_text(LETTER.replace("Thank you", "We thank you"))
    desk.done("draft", CASE, tmp_path / "letter.md", *RESPONSE, *OFFICER)
    desk.done("submit", CASE, *RESPONSE, "--version", "2", *OFFICER)
    assert desk.done("queue") != queued

    assert desk.done("withdraw-draft", CASE, *RESPONSE, *reason, *OFFICER) == (
        "R/1: The draft of the response is withdrawn, so that version 1 stands as before. "
        "The response is sent.\n"
    )

    assert (desk.done("queue"), desk.done("deadline", CASE)) == (queued, due)
    said = "foi-officer withdrew the draft of the response, so that version 1 stands as before"
    assert said in " ".join(desk.done("history", CASE).split())
    now = " ".join(desk.done("show", CASE).split())
    assert said in now
    assert set(showed.split()) <= set(now.split())
    assert "which stands published" in " ".join(desk("verify", paper).output.split())
    assert desk.done("document", CASE, *RESPONSE) == desk.done("document", CASE, *RESPONSE, "--version", "1")
    assert "We thank you" in desk.done("document", CASE, *RESPONSE, "--version", "2")
    desk.done("correct", CASE, *RESPONSE, "--reason", "A date is wrong.", *OFFICER)
    publish(desk, tmp_path, LETTER.replace("Thank you", "We thank you"), "3")
    assert passes_audit(desk.home)


def test_a_letter_begun_by_mistake_waits_no_more(desk: Desk, tmp_path: Path) -> None:
    queued = desk.done("queue")
    (tmp_path / "letter.md").write_text(a_letter("cost", "1146A/22", TODAY))
    desk.done("draft", "1146A/22", tmp_path / "letter.md", "--document", "cost", *OFFICER)
    assert "1146A/22 cost" in desk.done("queue")

    words = ("withdraw-draft", "1146A/22", "--document", "cost", "--reason", "It is a response.", *OFFICER)
    assert desk.done(*words) == "1146A/22: The draft of the refusal on cost is withdrawn.\n"

    assert desk.done("queue") == queued
    assert "The cost" not in desk.done("show", "1146A/22")
    assert "withdrew the draft of the refusal on cost" in desk.done("history", "1146A/22")
    assert "waits for its first draft" in desk.refused(*words)[1]
    assert passes_audit(desk.home)
