"""Evidence and consultations by command: kept sealed, before those who decide, and nowhere else."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from desk_builders import CASE, Desk, passes_audit, publish_now

from flows import home as flows_home

if TYPE_CHECKING:
    from pathlib import Path

SECRET: Final = b"%PDF-1.7 The informant lives at Canary Row.\xff"
TODAY: Final = flows_home.today().isoformat()


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.pdf"
    path.write_bytes(SECRET)
    return path


def keep(desk: Desk, evidence: Path, kind: str = "harm", person: str = "foi-officer") -> str:
    return desk.done("evidence", CASE, "--kind", kind, "--file", evidence, "--as", person)


def test_evidence_is_kept_and_opened_by_its_number(desk: Desk, evidence: Path, tmp_path: Path) -> None:
    assert keep(desk, evidence) == (
        f"{CASE}: It is kept sealed, for those who decide: harm. The case is in drafting.\n"
    )
    out = tmp_path / "out"
    words = ("--reason", "To decide.", "--as", "sign-off-officer")
    listed = desk.done("request", CASE, *words)
    assert "     3  foi-officer put evidence before the deciders: harm" in listed
    assert desk.refused("request", CASE, "--sealed", "3", *words)[1] == (
        f"What is sealed in {CASE}: it is no text, and cannot be printed; write it with --out FILE."
    )
    desk.done("request", CASE, "--sealed", "3", "--out", out, *words)
    assert out.read_bytes() == SECRET
    assert passes_audit(desk.home)


def test_two_files_of_one_kind_are_two_pieces_of_evidence(desk: Desk, evidence: Path) -> None:
    assert "was done before" not in keep(desk, evidence)
    assert "was done before" not in keep(desk, evidence)

    kept = desk.told("request", CASE, "--reason", "To count.", "--as", "legal-reviewer")["sealed"]
    assert [each["number"] for each in kept] == [3, 4]


def test_an_approval_says_what_lay_before_whoever_decided(desk: Desk, evidence: Path) -> None:
    desk.submit()
    keep(desk, evidence)
    desk.approve("legal-review", "legal-reviewer")
    keep(desk, evidence, "opinion", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")

    lines = [each["what"] for each in desk.told("history", CASE)["entries"] if each["act"] == "approve"]

    assert lines == [
        "approved version 1 at legal review, with evidence 4 before them",
        "approved version 1 at sign-off, with evidence 4 and evidence 6 before them",
    ]
    assert passes_audit(desk.home)


def test_no_word_of_the_evidence_leaves_its_seal(desk: Desk, evidence: Path) -> None:
    keep(desk, evidence)
    desk.done(
        "consult", CASE, "--whom", "third-party", "--on", TODAY, "--file", evidence, "--as", "foi-officer"
    )
    desk.done(
        "consulted", CASE, "--whom", "third-party", "--on", TODAY, "--file", evidence, "--as", "foi-officer"
    )
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    publish_now(desk.home)

    published = [*desk.home.published.iterdir()]
    assert {path.suffix for path in published} == {".pdf", ".html"}
    command = ["git", "-C", str(desk.home.register), "cat-file", "--batch-all-objects", "--batch"]
    kept = [subprocess.run(command, capture_output=True, check=True).stdout]
    kept += [path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file()]
    kept += [
        subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
        for path in published
        if path.suffix == ".pdf"
    ]
    assert [each for each in kept if b"Canary Row" in each or b"informant" in each] == []


def test_nobody_answers_for_whom_was_not_asked(desk: Desk, evidence: Path) -> None:
    asked = ("--on", TODAY, "--file", evidence, "--as", "foi-officer")
    desk.done("consult", CASE, "--whom", "third-party", *asked)

    told = desk.refused("consulted", CASE, "--whom", "authority", *asked)

    assert told == (1, f"No answer of another authority is awaited in {CASE}.")


def test_what_is_awaited_of_others_is_shown_until_they_answer(desk: Desk, evidence: Path) -> None:
    asked = ("--whom", "third-party", "--on", TODAY, "--as", "foi-officer")
    assert "Recorded as consulted on" in desk.done("consult", CASE, *asked)
    assert "Awaited" in desk.done("show", CASE)

    desk.done("consulted", CASE, *asked, "--file", evidence)

    assert desk.told("show", CASE)["awaited"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("consulted", "--whom", "authority", "--on", TODAY, "--file"),
            "Nobody was consulted in",
        ),
        (
            ("consult", "--whom", "authority", "--on", "2022-11-06", "--file"),
            "before 7 November 2022, the day of receipt",
        ),
        (("consult", "--whom", "authority", "--on", "2199-01-01", "--file"), "nor after today"),
    ],
)
def test_a_consultation_has_its_order(
    words: tuple[str, ...], told: str, untouched: Desk, evidence: Path
) -> None:
    act, *more = words

    code, sentence = untouched.refused(act, CASE, *more, evidence, "--as", "foi-officer")

    assert (code, told in sentence) == (1, True), sentence


def test_evidence_comes_before_a_decision(desk: Desk, evidence: Path) -> None:
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")

    code, sentence = desk.refused(
        "evidence", CASE, "--kind", "harm", "--file", evidence, "--as", "foi-officer"
    )

    assert (code, sentence) == (
        1,
        f"No decision lies ahead in {CASE}, and evidence is for whoever decides; draft first.",
    )


def test_what_is_too_large_to_be_kept_is_refused(untouched: Desk, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate((20 << 20) + 1)

    code, sentence = untouched.refused(
        "evidence", CASE, "--kind", "harm", "--file", tmp_path / "large", "--as", "foi-officer"
    )

    assert (code, sentence) == (2, f"{tmp_path}/large: it is larger than 20 MiB.")
