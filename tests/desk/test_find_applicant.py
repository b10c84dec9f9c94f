"""The cases of an applicant are found by who may open them; each shown says so, and every look is noted."""

from __future__ import annotations

import json
import shutil

import pytest
from desk_builders import CASE, EXAMPLE, Desk, everything, open_case, passes_audit

from flows.casework.office import open_office

WHY = ("--reason", "They rang.")
BY = (*WHY, "--as", "foi-officer")


@pytest.fixture
def two(desk: Desk) -> Desk:
    """A home with another case of the same applicant, and one of somebody else."""
    data = (EXAMPLE / "request.yaml").read_text()
    second = data.replace(CASE, "R/2").replace("Please answer", "Send me the log of R/2")
    third = data.replace(CASE, "R/3").replace("Sample Applicant", "Else Body").replace("sample.app", "else")
    with open_office(desk.home) as office:
        for each in (second, third):
            open_case(office, each.encode())
    return desk


def found(desk: Desk, words: str, *more: str) -> list[str]:
    return [each["reference"] for each in desk.told("find", "--applicant", words, *(more or BY))["cases"]]


def opened(desk: Desk, case: str) -> list[str]:
    entries = desk.told("history", case)["entries"]
    return [each["actor"] for each in entries if each["act"] == "read-request"]


@pytest.mark.parametrize("words", ["Sample Applicant", "sample.applicant@example.org", "S Applicant"])
def test_every_case_of_the_applicant_is_found_and_says_that_it_was_opened(words: str, two: Desk) -> None:
    assert sorted(found(two, words)) == [CASE, "R/2"]

    assert [opened(two, case) for case in (CASE, "R/2", "R/3")] == [["foi-officer"], ["foi-officer"], []]
    assert passes_audit(two.home)


def test_a_look_is_noted_found_or_not_without_the_words(two: Desk) -> None:
    found(two, "Sample Applicant")
    assert two.done("find", "--applicant", "Missing Person", *BY) == "Nothing was found.\n"

    lines = [json.loads(line) for line in two.home.lookups.read_text().splitlines()]
    assert [(each["person"], each["reason"], sorted(each["cases"])) for each in lines] == [
        ("foi-officer", "They rang.", [CASE, "R/2"]),
        ("foi-officer", "They rang.", []),
    ]
    assert two.home.lookups.stat().st_mode & 0o777 == 0o600
    kept = [path.read_bytes() for path in two.home.root.rglob("*") if path.is_file()]
    assert not [each for each in kept if b"Missing" in each or b"Sample Applicant" in each]


def test_a_lost_index_is_made_anew_and_what_was_erased_is_not_in_it(two: Desk) -> None:
    two.home.repeats.unlink()
    assert sorted(found(two, "Sample Applicant")) == [CASE, "R/2"]

    shutil.rmtree(two.home.case_keys)
    assert found(two, "Sample Applicant") == []


def test_a_case_from_which_they_stepped_aside_is_kept_back(two: Desk) -> None:
    two.done("step-aside", "R/2", "--reason", "I know them.", "--as", "foi-officer")

    told = two.told("find", "--applicant", "Sample Applicant", *BY)

    assert ([each["reference"] for each in told["cases"]], told["kept_back"]) == ([CASE], 1)
    assert "1 more case is not for you to open." in two.done("find", "--applicant", "Sample Applicant", *BY)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ("Sample Applicant", *WHY, "--as", "administrator"),
            1,
            "administrator may not look for an applicant",
        ),
        (("Sample Applicant", "--as", "foi-officer"), 1, "say why; to look for an applicant takes a reason"),
        (("Sample Applicant", *WHY), 2, "--applicant goes with --as and --reason"),
        (("Sample Applicant", "--stage", "sent", *BY), 2, "and with nothing else"),
        (("?", *BY), 2, "a name, an e-mail address or a telephone is needed"),
        (("Jo Smith", "--reason", "Mr Smith rang.", "--as", "foi-officer"), 2, "say why without the name"),
        (("Sample Applicant", *BY, "--propose", "out.json"), 1, "name a key at hand with --key"),
    ],
)
def test_nobody_looks_without_a_role_a_reason_and_a_name(
    words: tuple[str, ...], code: int, told: str, untouched: Desk
) -> None:
    before = everything(untouched.home)

    result = untouched("find", "--applicant", *words)

    assert (result.exit_code, result.stdout, told in result.stderr) == (code, "", True), result.stderr
    assert everything(untouched.home) == before
