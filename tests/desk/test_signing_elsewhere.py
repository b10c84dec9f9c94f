"""Acts that are proposed here, signed elsewhere with the real ssh-keygen, and appended."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, Desk, passes_audit

from flows.register.entry import LONGEST_DELAY

if TYPE_CHECKING:
    from pathlib import Path


def signed(desk: Desk, statement: Path, person: str) -> Path:
    key = desk.home.officers / person
    statement.with_name(f"{statement.name}.sig").unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "equipoise-act-v1", "-f", key, statement], check=True
    )
    return statement.with_name(f"{statement.name}.sig")


def test_an_act_signed_elsewhere_is_appended_once(desk: Desk, tmp_path: Path) -> None:
    statement = tmp_path / "statement.json"
    submit = ("submit", CASE, "--version", "1", "--as", "foi-officer")
    told = desk.told(*submit, "--propose", statement)
    assert (told["statement"], desk.stage()) == (str(statement), "drafting")

    signature = signed(desk, statement, "foi-officer")
    assert desk.done("append", statement, signature) == (
        f"{CASE}: Version 1 is submitted. The test is at legal review.\n"
    )
    assert desk.done("append", statement, signature) == (
        f"{CASE}: This was done before; nothing was recorded. The test is at legal review.\n"
    )
    assert passes_audit(desk.home)


def test_what_nobody_signed_within_a_day_is_dropped(desk: Desk, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer", "--propose", old)
    (kept,) = desk.home.proposals.iterdir()
    yesterday = time.time() - LONGEST_DELAY - 60
    os.utime(kept, (yesterday, yesterday))

    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer", "--propose", new)

    assert not kept.exists()
    assert desk.refused("append", old, signed(desk, old, "foi-officer")) == (
        2,
        "statement: it was not proposed at this home within the last 24 hours; propose the act again.",
    )


def test_a_change_of_the_policy_is_signed_elsewhere(desk: Desk, tmp_path: Path) -> None:
    statement = tmp_path / "statement.json"
    desk.done(*("officer", "revoke", "legal-reviewer", "--as", "administrator", "--propose"), statement)
    said = desk.done("append", statement, signed(desk, statement, "administrator"))
    assert said.startswith("administrator revoked legal-reviewer. The policy is at version ")
    assert passes_audit(desk.home)


def test_a_draft_waits_with_what_it_writes(desk: Desk, tmp_path: Path) -> None:
    statement, letter = tmp_path / "statement.json", tmp_path / "letter.md"
    letter.write_text("We give you what you asked for.\n")
    desk.done(
        *("draft", CASE, letter, "--document", "response", "--as", "foi-officer", "--propose"), statement
    )
    letter.unlink()
    said = desk.done("append", statement, signed(desk, statement, "foi-officer"))
    assert said == f"{CASE}: Recorded as version 1. The response is in drafting.\n"
    assert desk.done("document", CASE, "--document", "response") == "We give you what you asked for.\n"


@pytest.mark.parametrize(
    ("signer", "sentence"),
    [("legal-reviewer", "foi-officer may not submit: that needs a signature by a key of foi-officer.")],
)
def test_another_persons_signature_is_refused(desk: Desk, tmp_path: Path, signer: str, sentence: str) -> None:
    statement = tmp_path / "statement.json"
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer", "--propose", statement)
    assert desk.refused("append", statement, signed(desk, statement, signer)) == (1, sentence)


def test_whoever_comes_second_signs_again(desk: Desk, tmp_path: Path) -> None:
    statement = tmp_path / "statement.json"
    desk.done("submit", CASE, "--version", "1", "--as", "foi-officer", "--propose", statement)
    desk.done("close", CASE, "--ground", "withdrawn", "--as", "foi-officer")
    code, sentence = desk.refused("append", statement, signed(desk, statement, "foi-officer"))
    assert (code, sentence) == (1, f"{CASE} cannot be submitted: it is closed.")


def test_who_is_overtaken_by_an_act_that_leaves_theirs_lawful_signs_again(desk: Desk, tmp_path: Path) -> None:
    statement, letter = tmp_path / "statement.json", tmp_path / "letter.md"
    letter.write_text("We give you what you asked for.\n")
    submit = ("submit", CASE, "--version", "1", "--as", "foi-officer", "--propose", statement)
    desk.done(*submit)
    desk.done("draft", CASE, letter, "--document", "response", "--as", "all-three-roles")

    assert desk.refused("append", statement, signed(desk, statement, "foi-officer")) == (
        3,
        f"{CASE} changed before this was recorded: look at it again, and sign again.",
    )
    statement.unlink()
    desk.done(*submit)
    desk.done("append", statement, signed(desk, statement, "foi-officer"))
    assert passes_audit(desk.home)


def test_records_that_are_signed_elsewhere_are_listed_in_the_schedule_that_is_begun(
    desk: Desk, tmp_path: Path
) -> None:
    statement, listed = tmp_path / "statement.json", tmp_path / "records.yaml"
    listed.write_text(
        f"reference: {CASE}\nrecords:\n- number: 1\n  description: plan of the site\n  pages: 2\n"
        "  status: withheld\n  exemptions:\n  - pages: 1-2\n    provision: 31(1)(a)\n"
    )
    desk.done(*("records", CASE, listed, "--as", "foi-officer", "--propose"), statement)
    listed.unlink()

    said = desk.done("append", statement, signed(desk, statement, "foi-officer"))

    begin = ("draft", CASE, "--document", "schedule", "--start")
    assert f"Begin their schedule with `equipoise {' '.join(begin)}`." in said
    row = "| 1 | plan of the site | 2 | withheld | section 31(1)(a) (pages 1 to 2) |"
    assert row in desk.done(*begin)
    assert passes_audit(desk.home)
