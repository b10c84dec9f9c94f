"""lint, deadline, schema, and audit as commands."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from desk_builders import CASE, CASES, EXAMPLE, Desk, everything
from jsonschema import Draft202012Validator

from flows.desk.cli import main
from flows.desk.commands.checking import _Progress

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

GOOD = EXAMPLE / "assessment.yaml"
STOPPED = ("31(3)", "31(1)(a)")


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words)], prog_name="equipoise", catch_exceptions=False)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.read_text().replace(old, new))
    return path


def test_lint_says_that_nothing_was_found() -> None:
    result = call(
        "lint", CASES / ".story" / "1146A-22" / "assessment.yaml", "--request", EXAMPLE / "request.yaml"
    )

    assert (result.exit_code, result.stdout, result.stderr) == (0, "Nothing found.\n", "")


def test_lint_warns_and_exits_0() -> None:
    result = call("lint", GOOD, "--request", EXAMPLE / "request.yaml")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Warning N01 parts[0].denying",
        "  The part does not say what a denial would reveal.",
        "  Write it under denying, so that it is clear why the answer would be the same whichever is true.",
        "Nothing stops submission; 1 remark.",
    ]


def test_lint_exits_1_where_something_stops_submission(tmp_path: Path) -> None:
    result = call("lint", changed(tmp_path, *STOPPED), "--request", EXAMPLE / "request.yaml")

    assert result.exit_code == 1
    assert result.stdout.startswith("Stops submission X03 parts[0].exemptions[1].provision\n")
    assert result.stdout.endswith("1 finding to mend before submission; 1 remark.\n")


def test_lint_tells_in_json(tmp_path: Path) -> None:
    result = call("lint", changed(tmp_path, *STOPPED), "--request", EXAMPLE / "request.yaml", "--json")
    told = json.loads(result.stdout)

    assert result.exit_code == 1
    assert told.keys() == {"findings"}
    assert [(row["code"], row["severity"]) for row in told["findings"]] == [("X03", "block"), ("N01", "warn")]
    assert {"code", "severity", "place", "sentence", "mend"} == set(told["findings"][0])


def test_lint_without_the_request_says_what_it_could_not_look_at() -> None:
    marks = [line for line in call("lint", GOOD).stdout.splitlines() if not line.startswith("  ")]

    assert marks == [
        "Warning N01 parts[0].denying",
        "Note X01",
        "Not checked S06 reference",
        "Not checked P03 request.summary",
        "Nothing stops submission; 4 remarks.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("reference: 1146A/22", "reference: 1146A/23", "the reference is not the request's; write 1146A/22"),
        ("An answer would be", "Sample Applicant, it would be", "it holds the applicant's name or e-mail"),
        ("outcome: maintain", "outcome: withhold", "write 'maintain' or 'confirm-or-deny'"),
    ],
)
def test_lint_exits_2_where_a_draft_would_be_malformed(
    old: str, new: str, problem: str, tmp_path: Path
) -> None:
    result = call("lint", changed(tmp_path, old, new), "--request", EXAMPLE / "request.yaml")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{tmp_path}/mine.yaml: ")
    assert problem in result.stderr


def test_a_deadline_is_told_day_by_day() -> None:
    told = json.loads(call("deadline", "2026-06-12", "--json").stdout)

    assert told.keys() == {"received", "due", "days"}
    assert (told["received"], told["due"]) == ("2026-06-12", "2026-07-14")
    assert all(row.keys() == {"date", "counts", "reason"} for row in told["days"])
    assert sum(row["counts"] for row in told["days"]) == 20
    assert all((row["reason"] is None) is row["counts"] for row in told["days"])
    assert (told["days"][0]["date"], told["days"][-1]["date"]) == ("2026-06-13", "2026-07-14")


def test_a_deadline_in_words_lists_the_days_that_do_not_count() -> None:
    lines = call("deadline", "2022-11-07").stdout.splitlines()

    assert lines[0] == "Received Monday 7 November 2022; due Tuesday 6 December 2022."
    assert "  Sat 12 Nov 2022  Saturday" in lines
    assert "  Wed 30 Nov 2022  bank holiday in Scotland: Saint Andrew's Day" in lines


@pytest.mark.parametrize("day", ["2099-01-01", "1066-10-14", "2028-12-20", "2026-02-30", "soon", ""])
def test_a_deadline_that_cannot_be_known_is_malformed(day: str) -> None:
    result = call("deadline", day)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("name", ["request", "assessment"])
def test_the_schemas_are_valid_and_the_examples_fit_them(name: str) -> None:
    result = call("schema", name)
    schema = json.loads(result.stdout)

    assert result.exit_code == 0
    Draft202012Validator.check_schema(schema)
    assert schema == json.loads(call("schema", name, "--json", "--home", "anywhere").stdout)


def test_an_audit_without_anything_from_outside_says_what_it_cannot_establish(desk: Desk) -> None:
    lines = desk.done("audit").splitlines()

    assert lines[0] == "Not established"
    assert lines[-3] == "Read         8 entries, 1 case"
    assert lines[-2].startswith("Fingerprint  ")
    assert lines[-1] == "The register holds."


def test_an_audit_of_another_register_finds_it_out_and_exits_4(desk: Desk) -> None:
    result = desk("audit", "--pin", "0" * 64)

    assert (result.exit_code, result.stderr) == (4, "")
    assert result.stdout.startswith("E_PIN at entry 1\n")
    assert result.stdout.endswith("The register does not hold: 1 finding.\n")
    told = json.loads(desk("audit", "--pin", "0" * 64, "--json").stdout)
    assert (told["holds"], [row["code"] for row in told["findings"]]) == (False, ["E_PIN"])


def test_an_audit_finds_an_altered_object_and_exits_4(desk: Desk) -> None:
    head = desk.told("history", CASE)["entries"][-1]["entry"]
    loose = desk.home.register / "objects" / head[:2] / head[2:]
    loose.chmod(0o600)
    loose.write_bytes(loose.read_bytes()[:-4] + b"\0\0\0\0")

    result = desk("audit")

    assert result.exit_code == 4
    assert "The register does not hold" in result.stdout


@pytest.mark.parametrize("kind", ["absent", "file", "folder"])
def test_an_audit_of_no_register_exits_3(kind: str, untouched: Desk, tmp_path: Path) -> None:
    place = tmp_path / "register.git"
    if kind == "file":
        place.write_text("a letter")
    elif kind == "folder":
        place.mkdir()

    code, sentence = untouched.refused("audit", place)

    assert code == 3
    assert str(place) in sentence


@pytest.mark.parametrize("pin", ["", "abc", "g" * 64, "0" * 65])
def test_a_fingerprint_that_is_none_is_malformed(pin: str, untouched: Desk) -> None:
    assert untouched.refused("audit", "--pin", pin) == (2, "--pin: a fingerprint has 64 hexadecimal digits.")


def test_a_checkpoint_that_is_none_does_not_pass(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(b"\xff not a checkpoint")
    before = everything(desk.home)

    assert desk("audit", "--checkpoint", tmp_path / "note").exit_code == 4
    assert desk.refused("audit", "--checkpoint", tmp_path / "absent")[0] == 2
    assert everything(desk.home) == before


def test_progress_is_shown_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> str:
        with _Progress("Auditing") as progress:
            for done in range(1, 4):
                progress.show(done, 3)
        return capsys.readouterr().err

    assert told() == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "Auditing" in told()
