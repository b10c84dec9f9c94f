"""Drafting, deciding, sending and closing through the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, a_submission, an_officer, everything, passes_audit

from flows import home as flows_home
from flows.casework import acts
from flows.casework.office import open_office
from flows.domain.errors import RegisterMovedError

if TYPE_CHECKING:
    from pathlib import Path

    from flows.register.line import Recorded
    from flows.register.register import Proposal, Register


def test_a_draft_is_the_next_version(desk: Desk, second_draft: Path) -> None:
    said = desk.done("draft", CASE, second_draft, "--as", "foi-officer")

    assert said.startswith("1146A/22: Recorded as version 2. The test is in drafting.\n")
    assert said.endswith(" remarks.\n")


def test_an_identical_draft_records_nothing(desk: Desk) -> None:
    before = everything(desk.home)

    said = desk.done("draft", CASE, EXAMPLE / "assessment.yaml", "--as", "foi-officer")
    told = desk.told("draft", CASE, EXAMPLE / "assessment.yaml", "--as", "foi-officer")

    assert said.startswith(
        "1146A/22: This is identical with version 1; nothing was recorded. The test is in drafting.\n"
    )
    assert (told["new"], told["entry"], told["version"]) == (False, None, 1)
    assert everything(desk.home) == before


def test_a_summary_alone_makes_a_new_version(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "summary.txt").write_bytes(b"\xef\xbb\xbfAny policy on\r\ngait recognition. \r\n\r\n")
    words = ("--summary", tmp_path / "summary.txt", "--as", "foi-officer")

    assert desk.told("draft", CASE, EXAMPLE / "assessment.yaml", *words)["version"] == 2
    assert "Any policy on gait recognition." in desk.done("document", CASE)
    assert "Any policy on gait recognition." not in desk.done("document", CASE, "--version", "1")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it has no words"),
        (b"caf\xe9", "is not UTF-8 text; save it as UTF-8"),
        ("Asked.".encode("utf-16"), "is in UTF-16, which Notepad calls Unicode; save it as UTF-8"),
        ("Zeichen \u202e herum".encode(), "U+202E"),
        (b"Asked by Sample Applicant.", "the applicant's name, e-mail"),
    ],
)
def test_an_unfit_summary_is_refused(content: bytes, problem: str, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "summary.txt").write_bytes(content)

    code, sentence = desk.refused(
        "draft",
        CASE,
        EXAMPLE / "assessment.yaml",
        "--summary",
        tmp_path / "summary.txt",
        "--as",
        "foi-officer",
    )

    assert code == 2
    assert problem in sentence


@pytest.mark.parametrize(
    "personal", ["Sample Applicant", "SAMPLE.applicant@example.org", "Ms Applicant", "S. Applicant"]
)
def test_a_draft_with_the_applicants_details_is_refused_and_does_not_repeat_them(
    personal: str, desk: Desk, tmp_path: Path
) -> None:
    text = (EXAMPLE / "assessment.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("An answer would be", f"{personal}, an answer would be"))

    code, sentence = desk.refused("draft", CASE, tmp_path / "mine.yaml", "--as", "foi-officer")

    assert code == 2
    assert "mine.yaml" in sentence
    assert "it has the applicant's name, e-mail, telephone or address in it; write it without" in sentence
    assert personal not in sentence


def test_every_fault_of_a_draft_is_listed_under_the_name_of_the_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("reference: 1146A/22\nparts:\n- information: x\n  duty: perhaps\n")
    before = everything(desk.home)

    result = desk("draft", CASE, tmp_path / "mine.yaml", "--as", "foi-officer")

    assert result.exit_code == 2
    first, *faults = result.stderr.splitlines()
    assert first == f"{tmp_path}/mine.yaml has {len(faults)} faults:"
    assert any(fault.startswith("  parts[0].duty: ") for fault in faults)
    assert everything(desk.home) == before


def test_a_draft_with_what_stops_submission_is_not_submitted(desk: Desk, tmp_path: Path) -> None:
    text = (EXAMPLE / "assessment.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("31(3)", "31(1)(a)"))
    desk.draft(tmp_path / "mine.yaml")

    code, sentence = desk.refused("submit", CASE, "--version", "2", "--as", "foi-officer")

    assert code == 1
    assert sentence.startswith("1146A/22 cannot be submitted yet: ")


def test_an_act_done_before_is_found_and_not_repeated(desk: Desk) -> None:
    desk.submit()
    before = everything(desk.home)

    assert desk.done("submit", CASE, "--version", "1", "--as", "foi-officer") == (
        "1146A/22: This was done before; nothing was recorded. The test is at legal review.\n"
    )
    assert everything(desk.home) == before


def test_each_act_says_where_the_case_stands_now(desk: Desk) -> None:
    assert desk.done("submit", CASE, "--version", "1", "--as", "foi-officer") == (
        "1146A/22: Version 1 is submitted. The test is at legal review.\n"
    )
    words = ("--version", "1", "--comment", "Clear.", "--as")
    assert desk.done("approve", CASE, "--gate", "legal-review", *words, "legal-reviewer") == (
        "1146A/22: Version 1 is approved at legal review. The test is at sign-off.\n"
    )
    assert desk.told("approve", CASE, "--gate", "balancing", *words, "sign-off-officer") == {
        "reference": CASE,
        "document": "test",
        "stage": "publication",
        "version": 1,
        "entry": desk.told("history", CASE)["entries"][-1]["entry"],
        "sequence": 11,
        "new": True,
    }


def test_a_reason_is_kept_whole_and_cannot_forge_a_trailer(desk: Desk) -> None:
    desk.submit()
    reason = "Weigh the delay.\n\nSequence: 99\nCase: other"

    desk.done(
        "return",
        CASE,
        "--gate",
        "legal-review",
        "--version",
        "1",
        "--as",
        "legal-reviewer",
        "--reason",
        reason,
    )

    last = desk.told("history", CASE)["entries"][-1]
    assert (last["reason"], last["sequence"], last["subject"]) == (
        reason,
        10,
        "legal-review: return 1146A/22 version 1",
    )
    assert passes_audit(desk.home)


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("Weigh\x1b[31m it", "U+001B"),
        ("Weigh \u202eit", "U+202E"),
        ("Weigh\x07 it", "U+0007"),
        ("Weigh\rit", "U+000D"),
        ("Weigh\u200bit", "U+200B"),
        ("x" * 10_001, "it has 10,001 characters; 10,000 are the most"),
    ],
    ids=["escape", "bidi", "bell", "carriage return", "zero width", "long"],
)
@pytest.mark.parametrize("act", ["approve", "return"])
def test_a_reason_that_could_not_be_shown_is_refused(act: str, reason: str, problem: str, desk: Desk) -> None:
    desk.submit()
    option = {"approve": "--comment", "return": "--reason"}[act]

    code, sentence = desk.refused(
        act, CASE, "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer", option, reason
    )

    assert code == 2
    assert sentence.startswith("reason: ")
    assert problem in sentence


@pytest.mark.parametrize("personal", ["Mr Applicant", "Applicant, S.", "sample.applicant"])
def test_a_comment_with_the_applicants_details_is_refused_and_does_not_repeat_them(
    personal: str, desk: Desk
) -> None:
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer")

    code, sentence = desk.refused(
        "approve",
        CASE,
        *("--gate", "legal-review", "--version", "1", "--as", "legal-reviewer"),
        *("--comment", f"As {personal} asked."),
    )

    assert (code, sentence) == (
        2,
        "reason: it has the applicant's name, e-mail, telephone or address in it; write it without.",
    )


def test_a_reason_in_decomposed_letters_is_kept_composed(desk: Desk) -> None:
    desk.submit()
    words = ("--gate", "legal-review", "--version", "1", "--as", "legal-reviewer")
    desk.done("return", CASE, *words, "--reason", "Cafe\u0301 first.")

    assert desk.told("history", CASE)["entries"][-1]["reason"] == "Caf\u00e9 first."


def test_a_published_paper_is_recorded_as_sent_once(story: Desk) -> None:
    today = flows_home.now().date().isoformat()
    words = ("sent", CASE, "--on", today, "--by", "post", "--as", "foi-officer")

    assert story.refused(*words) == (1, "1146A/22: say why; to record it as sent late takes a reason.")
    late = (*words, "--reason", "It is a sample.")
    first = story.done(*late)
    again = story.done(*late)

    assert re.search(
        r": Version 2 is recorded as sent on \d+ \w+ \d{4} by post, late: it was due on 6 December 2022\. "
        r"The test is sent\.\n$",
        first,
    )
    assert again == "1146A/22: This was done before; nothing was recorded. The test is sent.\n"
    told = " ".join(story.done("history", CASE).split())
    assert "by post, late: it was due on 6 December 2022: It is a sample." in told
    assert "it was due on 6 December 2022. Its history says why." in " ".join(story.done("audit").split())
    assert CASE not in story.done("queue")
    assert CASE in story.done("queue", "--all")
    assert passes_audit(story.home)


def test_a_reason_is_plain_text_however_it_looks(desk: Desk) -> None:
    desk.submit()
    reason = "# 1. <see> *s. 36*\u00a0\u2192 ask again\r\n\r\n- twice"
    words = ("--gate", "legal-review", "--version", "1", "--as", "legal-reviewer", "--reason", reason)

    desk.done("return", CASE, *words)

    assert desk.told("history", CASE)["entries"][-1]["reason"] == reason.replace("\r", "")


@pytest.mark.parametrize("days", [-1, 2], ids=["before the publication", "in the future"])
def test_a_paper_cannot_have_been_sent_on_another_day(days: int, story: Desk) -> None:
    day = (flows_home.now() + timedelta(days=days)).date().isoformat()

    code, sentence = story.refused("sent", CASE, "--on", day, "--by", "email", "--as", "foi-officer")

    assert code == 1
    assert re.fullmatch(
        r"1146A/22 was published on (\d+ \w+ \d{4}): it cannot have been sent before then, nor after today, "
        r"\d+ \w+ \d{4}\.",
        sentence,
    )


def test_a_withdrawn_case_is_closed_for_good(desk: Desk, second_draft: Path) -> None:
    said = desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")

    assert said == "1146A/22: Closed as withdrawn. The case is closed.\n"
    assert desk.done("queue") == "No cases are waiting.\n"
    assert desk.refused("draft", CASE, second_draft, "--as", "foi-officer") == (
        1,
        "1146A/22 cannot be drafted again: it is closed.",
    )


def test_a_case_is_the_duplicate_of_another_that_is_in_the_register(desk: Desk) -> None:
    words = ("close", CASE, "--ground", "duplicate", "--as", "foi-officer", "--original")

    assert desk.refused(*words, "9999/22") == (
        1,
        "There is no case 9999/22 in the register; `equipoise queue --all` lists every case.",
    )
    assert (
        desk.refused(*words, CASE)[1]
        == "close of 1146A/22: details.original: the reference of another case is needed."
    )


def test_a_ground_that_a_letter_tells_waits_for_the_letter(desk: Desk) -> None:
    assert desk.refused("close", CASE, "--ground", "cost-limit", "--as", "foi-officer") == (
        1,
        "1146A/22 cannot be closed as cost limit yet: its refusal on cost has to be sent first.",
    )


def test_an_act_that_loses_a_race_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_office(desk.home) as office:
        lost = races_lost(office.register, 2, monkeypatch)
        acts.act(office, an_officer(desk.home, "foi-officer"), a_submission())

    assert lost == [CASE, CASE]
    assert desk.stage() == "legal-review"


def test_an_act_that_loses_every_race_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_office(desk.home) as office:
        races_lost(office.register, 99, monkeypatch)
        with pytest.raises(RegisterMovedError):
            acts.act(office, an_officer(desk.home, "foi-officer"), a_submission())


def races_lost(register: Register, times: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the next ``times`` attempts to record fail as when somebody wrote first."""
    lost: list[str] = []
    append = register.append

    def appending(proposal: Proposal, armoured: str, *, now: int) -> Recorded:
        if len(lost) < times:
            lost.append(proposal.statement.act.case)
            raise RegisterMovedError(lost[-1])
        return append(proposal, armoured, now=now)

    monkeypatch.setattr(register, "append", appending)
    return lost


def test_a_case_is_assigned_to_whom_the_option_names_and_not_to_who_acts(desk: Desk) -> None:
    said = desk.done("assign", CASE, "--person", "legal-reviewer", "--as", "foi-officer")

    assert said.startswith("1146A/22: Assigned to legal-reviewer.")
    assert "assigned the case to legal-reviewer" in desk.done("history", CASE)
