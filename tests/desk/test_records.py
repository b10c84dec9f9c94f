"""The records found: scheduled by page and exemption, looked through, sealed, and listed in a letter."""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from desk_builders import CASE, Desk, another_case, passes_audit, publish_now
from letter_texts import a_refusal

from flows import home as flows_home

if TYPE_CHECKING:
    from pathlib import Path

GIVEN = b"The policy is to ask first.\n"


def a_record(number: int, **changes: Any) -> dict[str, Any]:
    record = {"number": number, "description": f"policy {number}", "pages": 3, "status": "released"}
    return {**record, "file": f"Zephyrine {number}.txt", **changes}


def withheld(number: int, **changes: Any) -> dict[str, Any]:
    exempt = {"pages": "1-3", "provision": "31(1)(a)"}
    record = a_record(number, status="withheld", description="note | for the chief", exemptions=[exempt])
    del record["file"]
    return {**record, **changes}


REDACTED = a_record(2, status="redacted", exemptions=[{"pages": "2", "provision": "40(2)"}])


def listed(folder: Path, *records: dict[str, Any]) -> Path:
    """Write a list, and the files that it names."""
    path = folder / "records.yaml"
    path.write_text(
        yaml.safe_dump({"reference": CASE, "records": [*records]}, sort_keys=False).replace("'", "")
    )
    for each in records:
        if name := each.get("file"):
            (folder / name).write_bytes(GIVEN)
    return path


def test_records_are_sealed_by_number_and_listed_in_a_schedule(desk: Desk, tmp_path: Path) -> None:
    path = listed(tmp_path, a_record(1), REDACTED, withheld(3))

    assert desk.done("records", CASE, path, "--as", "foi-officer") == (
        f"{CASE}: The records found are scheduled: 1 released, 2 redacted, 3 withheld. "
        "Version 1 of the schedule is drafted. The case is in drafting.\n"
    )

    text = desk.done("document", CASE, "--document", "schedule")
    assert "| 1 | policy 1 | 3 | released | none |" in text
    assert "| 2 | policy 2 | 3 | released with words removed | section 40(2) (page 2) |" in text
    assert "| 3 | note \\| for the chief | 3 | withheld | section 31(1)(a) (pages 1 to 3) |" in text
    out = tmp_path / "records.zip"
    desk.done(
        *("request", CASE, "--sealed", "3", "--out", out),
        *("--reason", "To send them.", "--as", "foi-officer"),
    )
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        assert archive.namelist() == ["records.yaml", "001.txt", "002.txt"]
        assert archive.read("001.txt") == GIVEN
    assert passes_audit(desk.home)


def test_a_file_with_something_hidden_in_it_is_not_scheduled(desk: Desk, tmp_path: Path) -> None:
    path = listed(tmp_path, a_record(1))
    (tmp_path / "Zephyrine 1.txt").write_bytes("As \u200bagreed.\n".encode())

    code, sentence = desk.refused("records", CASE, path, "--as", "foi-officer")

    assert code == 2
    assert "records[0].file: " in sentence
    assert "HIDDEN_TEXT" in sentence
    (tmp_path / "Zephyrine 1.txt").write_bytes(b"As agreed.\n")
    desk.done("records", CASE, path, "--as", "foi-officer")


def test_the_answer_states_which_records_went_and_none_is_scheduled_after_it(
    desk: Desk, tmp_path: Path
) -> None:
    path = listed(tmp_path, a_record(1), REDACTED, withheld(3))
    desk.done("records", CASE, path, "--as", "foi-officer")
    desk.submit()
    desk.approve("legal-review", "legal-reviewer")
    desk.approve("balancing", "sign-off-officer")
    publish_now(desk.home)

    late = ("--comment", "It is a story of 2022.", "--as", "foi-officer")
    desk.done("sent", CASE, "--on", flows_home.today().isoformat(), "--by", "email", *late)

    last = desk.told("history", CASE)["entries"][-1]
    assert last["details"]["records"] == "1, 2"
    assert last["what"].endswith(", with the records 1, 2")
    assert "was answered on" in desk.refused("records", CASE, path, "--as", "foi-officer")[1]
    assert passes_audit(desk.home)


def test_what_is_given_stands_nowhere_in_clear_and_its_name_nowhere_at_all(
    desk: Desk, tmp_path: Path
) -> None:
    desk.done("records", CASE, listed(tmp_path, a_record(1)), "--as", "foi-officer")

    command = ["git", "-C", str(desk.home.register), "cat-file", "--batch-all-objects", "--batch"]
    kept = [subprocess.run(command, capture_output=True, check=True).stdout]
    kept += [path.read_bytes() for path in desk.home.root.rglob("*") if path.is_file()]
    assert not [each for each in kept if GIVEN.strip() in each or b"Zephyrine" in each]


REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no record": ([], "records"),
    "a number twice": ([a_record(1), a_record(1, file="b.txt")], "records[0].number: another record"),
    "a file twice": ([a_record(1), a_record(2, file="Zephyrine 1.txt")], "records[1].file: another record"),
    "a withheld file": (
        [withheld(1, file="a.txt")],
        "records[0].file: a record that is withheld has no file",
    ),
    "no file": ([{k: v for k, v in a_record(1).items() if k != "file"}], "name the file that is given"),
    "withheld for no reason": ([withheld(1, exemptions=[])], "say which pages are exempt"),
    "redacted for no reason": ([a_record(1, status="redacted")], "say which pages are exempt"),
    "released and exempt": ([{**REDACTED, "status": "released"}], "released whole has no exemption"),
    "a page with no reason": (
        [withheld(1, exemptions=[{"pages": "1-2", "provision": "31(1)(a)"}])],
        "an exemption is needed for each of its 3 pages",
    ),
    "a page too many": ([{**REDACTED, "pages": 1}], "pages of this record are 1 to 1"),
    "pages backwards": (
        [{**REDACTED, "exemptions": [{"pages": "3-2", "provision": "40(2)"}]}],
        "the first before the last",
    ),
    "no exemption at all": (
        [{**REDACTED, "exemptions": [{"pages": "2", "provision": "99(1)"}]}],
        "this is no exemption",
    ),
    "a status of its own": ([a_record(1, status="lost")], "records[0].status"),
    "the applicant": ([a_record(1, description="letter of Sample Applicant")], "it has the applicant's name"),
    "a file elsewhere": ([a_record(1, file="/etc/hostname")], "without a folder"),
    "a kind nobody looks through": ([a_record(1, file="a.exe")], "HIDDEN_UNREAD"),
}


@pytest.mark.parametrize(("records", "told"), REFUSED.values(), ids=[*REFUSED])
def test_a_list_that_does_not_hold_together_is_refused(
    records: list[dict[str, Any]], told: str, untouched: Desk, tmp_path: Path
) -> None:
    elsewhere = any(each.get("file", "").startswith("/") for each in records)
    path = listed(tmp_path, *([] if elsewhere else records))
    if elsewhere:
        path.write_text(yaml.safe_dump({"reference": CASE, "records": records}))
    before = path.read_text()

    result = untouched("records", CASE, path, "--as", "foi-officer")

    assert (result.exit_code, result.stdout, told in result.stderr) == (2, "", True), before + result.stderr


def test_a_schedule_that_says_other_than_the_answer_is_not_submitted(desk: Desk, tmp_path: Path) -> None:
    today = flows_home.today()
    another_case(desk.home, "R/1", (today - timedelta(days=7)).isoformat())
    (tmp_path / "letter.md").write_text(a_refusal("R/1", today))
    desk.done("draft", "R/1", tmp_path / "letter.md", "--document", "response", "--as", "foi-officer")
    submitting = ("submit", "R/1", "--document", "schedule", "--as", "foi-officer", "--version")

    path = listed(tmp_path, a_record(1), withheld(2), REDACTED | {"number": 3, "file": "b.txt"})
    path.write_text(path.read_text().replace(CASE, "R/1"))
    desk.done("records", "R/1", path, "--as", "foi-officer")
    told = "R/1 cannot be submitted yet: the schedule has section 40(2), on which no response relies (L24, "
    assert desk.refused(*submitting, "1") == (1, f"{told}FOIA s.17(1)(b)).")
    answering = ("submit", "R/1", "--document", "response", "--version", "1", "--as", "foi-officer")
    assert "the schedule has section 40(2), on which no response relies" in desk.refused(*answering)[1]

    path = listed(tmp_path, a_record(1), withheld(2))
    path.write_text(path.read_text().replace(CASE, "R/1"))
    desk.done("records", "R/1", path, "--as", "foi-officer")
    desk.done(*submitting, "2")
    desk.done(*answering)
