"""A case with two documents: each goes its own way, and nobody decides on words of their own in either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from desk_builders import CASE, EXAMPLE, Desk, passes_audit, publish_now
from letter_texts import a_letter

from flows import home as flows_home
from flows.casework import papers, publishing
from flows.desk.cli.terminal import day
from flows.domain.documents import DOCUMENTS, TEST
from flows.domain.errors import MalformedError
from flows.domain.reference import ENDINGS, parse_new_reference

if TYPE_CHECKING:
    from pathlib import Path

LETTER = a_letter("response", CASE, flows_home.today())
OF_THE_LETTER = ("--document", "response")
SENT = ("--on", flows_home.today().isoformat(), "--by", "email", "--reason", "It is a sample.")


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """The text of a response."""
    (tmp_path / "letter.md").write_text(LETTER)
    return tmp_path / "letter.md"


@pytest.fixture
def answered(desk: Desk, letter: Path) -> Desk:
    """A home whose case has a response too, by the FOI officer, in drafting as its test is."""
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")
    return desk


def act(desk: Desk, name: str, person: str, *words: str, version: int = 1) -> str:
    """Take an act on the response."""
    return desk.done(name, CASE, *OF_THE_LETTER, "--version", str(version), *words, "--as", person)


def signed_off(desk: Desk) -> None:
    act(desk, "submit", "foi-officer")
    act(desk, "approve", "sign-off-officer", "--gate", "balancing")


def document(desk: Desk, name: str = "response") -> dict[str, Any]:
    (found,) = (each for each in desk.told("show", CASE)["documents"] if each["document"] == name)
    return dict(found)


def test_a_response_goes_its_own_way_while_the_test_stays_where_it_is(desk: Desk, letter: Path) -> None:
    assert desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer") == (
        "1146A/22: Recorded as version 1. The response is in drafting.\nNothing found.\n"
    )
    assert act(desk, "submit", "foi-officer") == (
        "1146A/22: Version 1 of the response is submitted. The response is at sign-off.\n"
    )
    assert act(desk, "approve", "sign-off-officer", "--gate", "balancing") == (
        "1146A/22: Version 1 of the response is approved at sign-off. "
        "The response is signed off and waits to be published.\n"
    )
    publish_now(desk.home, "response")
    told = f"{CASE} cannot be recorded as sent: it is in drafting"
    assert desk.refused("sent", CASE, *SENT, "--as", "foi-officer")[1] == (
        f"{told}; its response can be, with --document response."
    )
    sent = desk.done("sent", CASE, *SENT, *OF_THE_LETTER, "--as", "foi-officer")
    assert desk.refused("sent", CASE, *SENT, "--as", "foi-officer")[1] == f"{told}."

    assert sent.endswith(" by email, late: it was due on 6 December 2022. The response is sent.\n")
    assert (desk.stage(), desk.stage("response")) == ("drafting", "sent")
    shown = desk.told("show", CASE)
    assert (shown["answered"], shown["due"], shown["overdue"]) == (SENT[1], "2022-12-06", False)
    words = " ".join(desk.done("show", CASE).split())
    assert "(overdue)" not in words
    assert f"Answered {day(flows_home.today())} Owed a paper after the answer Recorded" in words
    assert [path.name for path in sorted(desk.home.published.iterdir())] == [
        "1146A-22-response.html",
        "1146A-22-response.pdf",
    ]
    assert passes_audit(desk.home)


@pytest.mark.parametrize("placeholder", ["[name]", "dd/mm/yyyy", "________"])
def test_a_response_with_a_placeholder_is_not_submitted(placeholder: str, desk: Desk, letter: Path) -> None:
    letter.write_text(f"It was decided\n\nby {placeholder}.\n\n{LETTER}")
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")

    code, said = desk.refused("submit", CASE, *OF_THE_LETTER, "--version", "1", "--as", "foi-officer")
    assert code == 1
    assert "cannot be submitted yet: a placeholder stands in line 3 (S03, good practice)" in said
    letter.write_text(f"It was decided\n\nby the panel.\n\n{LETTER}")
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")
    act(desk, "submit", "foi-officer", version=2)


def test_a_letter_is_not_approved_once_its_test_decides_otherwise(answered: Desk, tmp_path: Path) -> None:
    act(answered, "submit", "foi-officer")
    assessment = (EXAMPLE / "assessment.yaml").read_text(encoding="utf-8").replace('"24(2)"', '"27(4)"')
    (tmp_path / "assessment.yaml").write_text(assessment, encoding="utf-8")
    answered.draft(tmp_path / "assessment.yaml")

    approve = ("approve", CASE, *OF_THE_LETTER, "--version", "1", "--gate", "balancing")
    code, said = answered.refused(*approve, "--as", "sign-off-officer")

    assert code == 1
    missing = (
        "the letter does not say that section 27(4) is relied on, as the test does (L05, FOIA s.17(1)(b))"
    )
    assert f"{CASE} cannot be approved yet: {missing}" in said
    reason = ("--reason", "The test relies on another section now.")
    act(answered, "return", "sign-off-officer", "--gate", "balancing", *reason)


def test_the_test_goes_on_after_its_response_was_sent(answered: Desk) -> None:
    signed_off(answered)
    publish_now(answered.home, "response")
    answered.done("sent", CASE, *SENT, *OF_THE_LETTER, "--as", "foi-officer")

    answered.submit()
    answered.approve("legal-review", "legal-reviewer")
    answered.approve("balancing", "sign-off-officer")
    publish_now(answered.home)

    assert (answered.stage(), answered.stage("response")) == ("published", "sent")
    assert answered.told("verify", answered.home.published / "1146A-22.pdf")["register"]["document"] == "test"
    assert passes_audit(answered.home)


def test_both_documents_stand_in_the_queue_until_they_are_sent(answered: Desk) -> None:
    rows = [(row["document"], row["stage"]) for row in answered.told("queue")["cases"]]
    signed_off(answered)
    publish_now(answered.home, "response")
    head, test, response = answered.done("queue").splitlines()
    answered.done("sent", CASE, *SENT, *OF_THE_LETTER, "--as", "foi-officer")

    assert rows == [("test", "drafting"), ("response", "drafting")]
    assert head.startswith("Reference          ")
    assert (test.split()[0], test.split()[-1]) == (CASE, "drafting")
    assert (response.split()[:2], response[-20:]) == ([CASE, "response"], "published (not sent)")
    assert [row["document"] for row in answered.told("queue")["cases"]] == ["test"]
    # The test has no day any more.
    assert [row["document"] for row in answered.told("queue", "--all")["cases"]] == ["response", "test"]


def test_a_case_shows_each_of_its_documents_and_what_each_needs_next(answered: Desk) -> None:
    act(answered, "submit", "foi-officer")
    shown = answered.done("show", CASE)

    assert (
        "Stage       The response is at sign-off.\n"
        "Version     1\n"
        "Written by  foi-officer\n"
        "May decide  all-three-roles, both-gates, sign-off-officer\n"
    ) in shown
    assert shown.endswith(
        "Next\n"
        "  equipoise submit 1146A/22 --version 1 --as PERSON\n"
        "  equipoise approve 1146A/22 --version 1 --gate balancing --as PERSON --document response\n"
    )
    assert document(answered, "test")["writers"] == ["service"]
    assert document(answered)["may_decide"] == ["all-three-roles", "both-gates", "sign-off-officer"]


def test_each_next_step_is_a_call_that_its_command_takes(answered: Desk) -> None:
    calls: list[str] = []

    def next_steps() -> None:
        calls.extend(each["next"] for each in answered.told("show", CASE)["documents"] if each["next"])

    next_steps()
    act(answered, "submit", "foi-officer")
    next_steps()
    act(answered, "approve", "sign-off-officer", "--gate", "balancing")
    next_steps()
    publish_now(answered.home, "response")
    next_steps()
    answered.done("sent", CASE, *SENT, *OF_THE_LETTER, "--as", "foi-officer")
    asked = ("--on", SENT[1], "--file", EXAMPLE / "request.yaml")
    answered.done("review-asked", CASE, *asked, "--as", "foi-officer")
    next_steps()

    assert calls[-1] == f"equipoise draft {CASE} --start --out FILE --document review"
    assert len({*calls}) == 6
    for call in calls:
        answered.done(*call.removeprefix("equipoise ").split(), "--help")


def test_the_history_tells_the_acts_on_each_document_apart(answered: Desk) -> None:
    answered.submit()
    signed_off(answered)
    publish_now(answered.home, "response")
    answered.done("sent", CASE, *SENT, *OF_THE_LETTER, "--as", "foi-officer")

    rows = answered.told("history", CASE)["entries"]
    told = [(row["document"], row["what"].partition(" (")[0]) for row in rows]

    assert told[:-1] == [
        ("", "opened the case"),
        ("test", "wrote version 1"),
        ("response", "wrote version 1 of the response"),
        ("test", "submitted version 1"),
        ("response", "submitted version 1 of the response"),
        ("response", "approved version 1 of the response at sign-off"),
        ("response", "published version 1 of the response"),
    ]
    assert told[-1][1].startswith("recorded version 1 of the response as sent on ")
    assert [row["subject"] for row in rows][5:7] == [
        "balancing: approve 1146A/22 response version 1",
        "publication: publish 1146A/22 response version 1",
    ]


def test_the_text_and_the_difference_are_those_of_the_document_that_is_named(
    answered: Desk, letter: Path
) -> None:
    letter.write_text(LETTER.replace("Thank you", "We thank you"))
    answered.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")

    assert answered.done("document", CASE, *OF_THE_LETTER) == LETTER.replace("Thank you", "We thank you")
    assert answered.done("document", CASE, *OF_THE_LETTER, "--version", "1") == LETTER
    assert "public interest" in answered.done("document", CASE)
    (change,) = answered.told("diff", CASE, *OF_THE_LETTER)["changes"]
    assert change["words"][:2] == [
        {"change": "removed", "text": "Thank"},
        {"change": "added", "text": "We thank"},
    ]
    assert answered.refused("diff", CASE) == (
        1,
        "1146A/22 has one version so far; there is none to compare it with.",
    )


def test_a_response_that_was_not_begun_says_how_it_is(desk: Desk) -> None:
    assert desk.refused("document", CASE, *OF_THE_LETTER) == (
        1,
        (
            "1146A/22 has no text of its response yet: "
            "its first draft is written by `equipoise draft --document response`."
        ),
    )
    assert desk.refused("submit", CASE, *OF_THE_LETTER, "--version", "1", "--as", "foi-officer") == (
        1,
        "The response of 1146A/22 cannot be submitted: it waits for its first draft.",
    )


def test_the_paper_of_a_response_is_made_marked_and_verified_as_such(answered: Desk, tmp_path: Path) -> None:
    answered.done("document", CASE, *OF_THE_LETTER, "--html", tmp_path / "draft.html")
    signed_off(answered)
    publish_now(answered.home, "response")
    paper = answered.home.published / "1146A-22-response.pdf"

    told = answered.told("verify", paper)

    assert "DRAFT" in (tmp_path / "draft.html").read_text().upper()
    assert "Response to a request 1146A/22: Covert use" in (tmp_path / "draft.html").read_text()
    assert (told["register"]["reference"], told["register"]["document"], told["version"]["current"]) == (
        CASE,
        "response",
        True,
    )
    assert "0006-publish of 1146A/22 response" in answered.done("verify", paper)
    assert (
        answered.told("pdf-check", paper)["compared_with"] == "version 1 of 1146A/22 response in the register"
    )
    assert answered.told("pdf-check", paper)["findings"] == []


def test_a_paper_of_a_response_that_is_not_what_was_approved_fails_the_audit(
    answered: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_off(answered)
    monkeypatch.setattr(
        publishing, "Basis", lambda **facts: papers.Basis(**{**facts, "text": b"We agree.\n"})
    )
    publish_now(answered.home, "response")

    assert not passes_audit(answered.home)


@pytest.mark.parametrize(
    "words", ["Asked by Sample Applicant.\n", "As [Sample](https://example.org) Applicant asked.\n"]
)
def test_a_response_that_names_the_applicant_is_refused_and_does_not_repeat_them(
    words: str, desk: Desk, letter: Path
) -> None:
    letter.write_text(words)

    code, sentence = desk.refused("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")

    assert (code, "Sample" in sentence) == (2, False)
    assert (
        sentence
        == f"{letter}: it has the applicant's name, e-mail, telephone or address in it; write it without."
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "a text of 1 to 100,000 characters is needed"),
        (b"x" * 100_001, "a text of 1 to 100,000 characters is needed"),
        (b"\xff", "is not UTF-8 text"),
        (b"# A heading\n", "line 1 has a heading"),
        (b"<b>bold\n", "line 1 has "),
        ("Turn \u202earound\n".encode(), "U+202E"),
    ],
    ids=["empty", "long", "no text", "heading", "HTML", "bidi"],
)
def test_an_unfit_response_is_malformed(content: bytes, problem: str, desk: Desk, letter: Path) -> None:
    letter.write_bytes(content)

    code, sentence = desk.refused("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")

    assert code == 2
    assert problem in sentence


# Who may do what --------------------------------------------------------------------------------


REFUSALS = {
    "a writer of the response signs it off": (
        ("approve", "--gate", "balancing", "--version", "1", "--as", "all-three-roles"),
        (
            "all-three-roles wrote or submitted a version of the response of 1146A/22, "
            "so another person has to approve."
        ),
    ),
    "a writer of the response returns it": (
        ("return", "--gate", "balancing", "--version", "1", "--reason", "No.", "--as", "all-three-roles"),
        (
            "all-three-roles wrote or submitted a version of the response of 1146A/22, "
            "so another person has to return a version."
        ),
    ),
    "legal review, which a response does not pass": (
        ("approve", "--gate", "legal-review", "--version", "1", "--as", "legal-reviewer"),
        "The response of 1146A/22 cannot be approved at legal review: it is at sign-off.",
    ),
    "a finding is overridden, though no rules are run": (
        ("override", "--finding", "F01", "--version", "1", "--reason", "No.", "--as", "sign-off-officer"),
        "The response of 1146A/22 cannot be freed from a finding: it is at sign-off.",
    ),
    "it is sent before it is published": (
        ("sent", "--on", "2022-12-05", "--by", "post", "--as", "foi-officer"),
        "The response of 1146A/22 cannot be recorded as sent: it is at sign-off.",
    ),
    "a version that is none": (
        ("approve", "--gate", "balancing", "--version", "2", "--as", "sign-off-officer"),
        "The response of 1146A/22 is at version 1, not 2; read version 1 and act on that.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_desk_refuses_of_a_response(name: str, desk: Desk, letter: Path) -> None:
    (command, *words), sentence = REFUSALS[name]
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "all-three-roles")
    act(desk, "submit", "foi-officer")

    assert desk.refused(command, CASE, *OF_THE_LETTER, *words) == (1, sentence)


def test_nothing_is_overridden_where_no_rules_are_run(answered: Desk) -> None:
    words = ("--finding", "F01", "--version", "1", "--reason", "No.", "--as", "sign-off-officer")

    assert answered.refused("override", CASE, *OF_THE_LETTER, *words) == (
        1,
        "No rules are run on the response of 1146A/22, so there is nothing to override.",
    )


def test_who_wrote_words_of_one_document_does_not_decide_on_them_in_another(
    desk: Desk, letter: Path, tmp_path: Path, second_draft: Path
) -> None:
    (tmp_path / "summary.txt").write_text("Any policy on gait recognition.\n")
    words = ("--summary", tmp_path / "summary.txt", "--as", "all-three-roles")
    desk.done("draft", CASE, second_draft, *words)
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "foi-officer")
    act(desk, "submit", "foi-officer")

    # The summary of what was asked is theirs, and the response is decided on together with it.
    assert "all-three-roles" not in document(desk)["may_decide"]
    assert desk.refused(
        *("approve", CASE, *OF_THE_LETTER, "--gate", "balancing", "--version", "1", "--as", "all-three-roles")
    ) == (1, "all-three-roles wrote words of the response of 1146A/22, so another person has to approve.")


def test_whoever_wrote_one_document_may_decide_on_another(desk: Desk, letter: Path) -> None:
    desk.done("draft", CASE, letter, *OF_THE_LETTER, "--as", "all-three-roles")
    desk.submit()

    desk.approve("legal-review", "all-three-roles")

    assert (desk.stage(), desk.stage("response")) == ("balancing", "drafting")
    assert passes_audit(desk.home)


def test_an_approval_of_one_document_is_none_of_another(answered: Desk) -> None:
    answered.submit()
    answered.approve("legal-review", "both-gates")
    act(answered, "submit", "foi-officer")

    act(answered, "approve", "both-gates", "--gate", "balancing")

    assert (answered.stage(), answered.stage("response")) == ("balancing", "publication")
    assert answered.refused(
        "approve", CASE, "--gate", "balancing", "--version", "1", "--as", "both-gates"
    ) == (1, "both-gates already approved version 1 of 1146A/22, so another person has to approve.")


def test_what_a_response_is_being_decided_on_with_does_not_change_meanwhile(
    answered: Desk, tmp_path: Path, second_draft: Path
) -> None:
    act(answered, "submit", "foi-officer")
    (tmp_path / "summary.txt").write_text("Another summary of what was asked.\n")
    words = ("draft", CASE, second_draft, "--summary", tmp_path / "summary.txt", "--as", "foi-officer")

    assert answered.refused(*words) == (
        1,
        "request.md cannot change now: the response of 1146A/22 is at sign-off, and is decided on with it.",
    )


def test_a_case_with_a_sent_response_cannot_be_withdrawn(answered: Desk) -> None:
    signed_off(answered)
    publish_now(answered.home, "response")

    assert answered.refused("close", CASE, "--ground", "withdrawn", "--as", "foi-officer") == (
        1,
        "1146A/22 cannot be closed: its response is published and waits to be sent.",
    )


def test_a_withdrawn_case_takes_its_documents_with_it(answered: Desk) -> None:
    assert answered.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer") == (
        "1146A/22: Closed as withdrawn. The case is closed.\n"
    )
    assert "Recorded    foi-officer closed the case as withdrawn\n" in answered.done("show", CASE)
    assert answered.done("queue") == "No cases are waiting.\n"
    assert answered.refused("submit", CASE, *OF_THE_LETTER, "--version", "1", "--as", "foi-officer") == (
        1,
        "The response of 1146A/22 cannot be submitted: it is closed.",
    )


def test_the_papers_of_two_cases_never_go_by_one_name() -> None:
    for kind in DOCUMENTS.values():
        assert kind.slug(CASE) == ("1146A-22" if kind == TEST else f"1146A-22-{kind.name}")
        if kind != TEST:
            with pytest.raises(MalformedError):
                parse_new_reference(f"1146A/22-{kind.name}")
    assert {f"-{kind.name}" for kind in DOCUMENTS.values() if kind != TEST} == {*ENDINGS}


def test_what_owes_its_answer_once_the_letter_was_withdrawn_waits_with_the_test_that_was_sent(
    answered: Desk,
) -> None:
    answered.submit()
    answered.approve("legal-review", "legal-reviewer")
    answered.approve("balancing", "sign-off-officer")
    publish_now(answered.home)
    answered.done("sent", CASE, *SENT, "--as", "foi-officer")
    reason = ("--reason", "It was the wrong case.")
    answered.done("withdraw-draft", CASE, *OF_THE_LETTER, *reason, "--as", "foi-officer")

    (row,) = answered.told("queue")["cases"]
    assert (row["document"], row["stage"], row["overdue"]) == ("test", "sent", True)
    assert answered.done("queue").rstrip().endswith("sent; owed: the answer")
    answered.done("draft", CASE, "--document", "response", "--start", "--as", "foi-officer")
