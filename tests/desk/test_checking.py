"""lint, schema, and audit as commands."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from desk_builders import CASE, CASES, EXAMPLE, Desk, everything
from jsonschema import Draft202012Validator

from flows import home as flows_home
from flows.casework.auditing import audit_register
from flows.casework.office import open_office
from flows.desk.cli.checking import Progress
from flows.desk.cli.main import main
from flows.domain.errors import TamperedError
from flows.register import stop
from flows.register.repository import BRANCH

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

GOOD = EXAMPLE / "assessment.yaml"
STOPPED = ("31(3)", "31(1)(a)")


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, words)], prog_name="equipoise", catch_exceptions=False)


def marks(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if not line.startswith("  ")]


def changed(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD.read_text().replace(old, new))
    return path


def test_lint_says_that_nothing_was_found(tmp_path: Path) -> None:
    case = CASES / "FOI-2026-0173"
    just_in = tmp_path / "request.yaml"
    received, today = "received: 2026-09-28", f"received: {flows_home.today()}"
    just_in.write_text((case / "request.yaml").read_text().replace(received, today))

    result = call("lint", case / "assessment.yaml", "--request", just_in)

    assert (result.exit_code, result.stdout, result.stderr) == (0, "Nothing found.\n", "")


def test_lint_warns_and_exits_0() -> None:
    result = call("lint", GOOD, "--request", EXAMPLE / "request.yaml")

    assert result.exit_code == 0
    assert marks(result) == [
        "Warning X07 parts[0].exemptions[0].provision",
        "Warning N01 parts[0].denying",
        "Warning N05 parts[0].information",
        "Warning S01 parts[0].harm",
        "Warning P05",
        "Nothing stops submission; 5 remarks.",
    ]
    assert [line for line in result.stdout.splitlines() if line.startswith("  ")][3:6] == [
        "  The part does not say what a denial would reveal.",
        "  Write it under denying, so that it is clear why the answer would be the same whichever is true.",
        "  See ICO guidance on neither confirming nor denying.",
    ]


def test_lint_shows_the_words_that_a_finding_means(tmp_path: Path) -> None:
    mine = changed(tmp_path, "The counter-measures are cheap", "We hold two reports. They are cheap")
    result = call("lint", mine, "--request", EXAMPLE / "request.yaml")
    told = json.loads(call("lint", mine, "--request", EXAMPLE / "request.yaml", "--json").stdout)

    (leak,) = [row for row in told["findings"] if row["code"] == "N02"]
    assert "“We hold two reports. They are cheap a…”" in result.stdout
    assert (leak["place"], leak["span"]) == ("parts[0].exemptions[1].against[0].text", [0, 7])
    assert "two reports" not in json.dumps(told)


def test_lint_exits_1_where_something_stops_submission(tmp_path: Path) -> None:
    result = call("lint", changed(tmp_path, *STOPPED), "--request", EXAMPLE / "request.yaml")

    assert result.exit_code == 1
    assert result.stdout.startswith("Stops submission X03 parts[0].exemptions[1].provision\n")
    assert "No reason overrides this." in result.stdout
    assert marks(result)[-1].startswith("1 finding to mend before submission; ")


def test_lint_stops_a_draft_that_names_the_applicant(tmp_path: Path) -> None:
    mine = changed(tmp_path, "An answer would be", "Sample Applicant, it would be")
    result = call("lint", mine, "--request", EXAMPLE / "request.yaml")

    assert result.exit_code == 1
    assert "Stops submission S04 parts[0].harm" in marks(result)


def test_lint_tells_in_json(tmp_path: Path) -> None:
    result = call("lint", changed(tmp_path, *STOPPED), "--request", EXAMPLE / "request.yaml", "--json")
    told = json.loads(result.stdout)

    assert result.exit_code == 1
    assert told.keys() == {"rules", "findings"}
    assert ("X03", "block") in [(row["code"], row["severity"]) for row in told["findings"]]
    assert set(told["findings"][0]) == {
        *("code", "severity", "place", "sentence", "mend", "span", "citation", "final", "overridden"),
    }


def test_neither_confirming_nor_denying_may_not_withhold(tmp_path: Path) -> None:
    mine = changed(tmp_path, *STOPPED)
    mine.write_text(
        mine.read_text().replace("Covert recognition is of", "The information is withheld. It is of")
    )
    told = json.loads(call("lint", mine, "--request", EXAMPLE / "request.yaml", "--json").stdout)

    stopping = [(row["code"], row["place"]) for row in told["findings"] if row["severity"] == "block"]
    assert stopping == [("X03", "parts[0].exemptions[1].provision"), ("N02", "parts[0].harm")]


def test_lint_without_the_request_says_what_it_could_not_look_at() -> None:
    assert marks(call("lint", GOOD))[4:] == [
        "Note X01",
        *(f"Not checked {code}" for code in ("H03", "N03", "S06", "S08", "S09", "S04", "P04", "P05", "P06")),
        "Nothing stops submission; 14 remarks.",
    ]


def test_what_only_some_authorities_may_cite_is_not_checked_until_the_kind_is_said(tmp_path: Path) -> None:
    mine = changed(tmp_path, '"24(2)"', '"33(3)"')

    def of_x09(*words: str) -> list[str]:
        return [line for line in marks(call("lint", mine, *words)) if " X09" in line]

    assert of_x09() == [
        "Not checked X09 parts[0].exemptions[0].provision",
        "Nobody said what kind of authority this is, so that X09 could not be checked.",
    ]
    assert of_x09("--body", "other") == ["Stops submission X09 parts[0].exemptions[0].provision"]
    assert of_x09("--body", "audit-authority") == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("reference: 1146A/22", "reference: 1146A/23", "the reference is not the request's; write 1146A/22"),
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


def test_a_submission_unchecked_for_want_of_the_kind_of_authority_says_so_wherever_it_is_read(
    unsaid: Desk, tmp_path: Path
) -> None:
    unsaid.draft(changed(tmp_path, '"24(2)"', '"33(3)"'))
    alarm = "Nobody said what kind of authority this is, so that X09 could not be checked."
    shown = unsaid.done("show", CASE)
    assert alarm in shown
    assert "Limit       Nobody said what kind of authority this is" in shown
    assert "Nobody said" in unsaid.done("deadline", "2022-11-07")

    said = unsaid.done("submit", CASE, "--version", "2", "--as", "foi-officer")

    assert said.endswith("Submitted unchecked by X09; `equipoise show 1146A/22` says what is missing.\n")
    assert alarm in unsaid.done("show", CASE)
    assert "1 rule not run" in unsaid.done("history", CASE)
    unsaid.done("body", "set", "audit-authority", "--as", "administrator")
    assert "X09" not in unsaid.done("show", CASE)


def test_lint_refuses_a_request_that_is_yet_to_come(tmp_path: Path) -> None:
    request = tmp_path / "request.yaml"
    text = (EXAMPLE / "request.yaml").read_text()
    request.write_text(text.replace("received: 2022-11-07", "received: 2999-11-07"))

    result = call("lint", EXAMPLE / "assessment.yaml", "--request", request)

    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "received: 7 November 2999 is yet to come; write the day on which the request came" in result.stderr
    )


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
    assert lines[-6:-3] == [
        "Read         8 entries, 1 case",
        "Overridden   0 findings of the checks",
        "Attested     0 acts by a sign-in",
    ]
    assert lines[-3].startswith("Fingerprint  ")
    assert lines[-2:] == ["Checkpoint   none", "The register passes its audit."]


def cut_back(desk: Desk) -> None:
    """Let the nightly audit find that the newest entry, which a checkpoint knew, is gone."""
    with open_office(desk.home) as office:
        audit_register(office)
        before = office.register.tip().entry.parent
        (desk.home.register / BRANCH).write_text(f"{before}\n")
        with pytest.raises(TamperedError):
            audit_register(office)


def test_an_audit_knows_by_itself_what_the_homes_newest_checkpoint_knew(desk: Desk, tmp_path: Path) -> None:
    cut_back(desk)

    result = desk("audit")

    assert result.exit_code == 4
    assert result.stdout.startswith("E_ROLLBACK at entry 8\n")
    assert "the checkpoint is the home's own (--checkpoint)" in result.stdout.replace("\n  ", " ")
    assert "Checkpoint   the newest of this home\n" in result.stdout
    assert "Nothing is recorded: the register failed its audit" in result.stdout
    told = json.loads(desk("audit", "--json").stdout)
    assert [row["code"] for row in told["findings"]] == ["E_ROLLBACK"]
    assert told["stopped"].startswith("Nothing is recorded: ")
    elsewhere = tmp_path / "copy" / "register.git"
    shutil.copytree(desk.home.register, elsewhere)
    copy = json.loads(desk("audit", elsewhere, "--json").stdout)
    assert (copy["findings"], copy["stopped"]) == ([], None)


def test_a_stop_refuses_every_act_until_an_administrator_lifts_it_with_a_reason(desk: Desk) -> None:
    assert desk.refused("resume", "--reason", "No need.", "--as", "administrator") == (
        1,
        "Writing was not stopped; there is nothing to resume.",
    )
    cut_back(desk)
    code, sentence = desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer")
    assert (code, sentence.count("E_ROLLBACK at entry 8")) == (1, 1)
    assert desk.refused("resume", "--reason", "I go on.", "--as", "foi-officer")[0] == 1

    said = desk.done("resume", "--reason", "The copy had no more.", "--as", "administrator")

    assert said == "Recorded as entry 8; the register is written again.\n"
    assert desk.refused("submit", CASE, "--version", "1", "--as", "foi-officer")[1].startswith(
        f"{CASE} cannot be submitted"
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [("We move the office on Friday.\n", "We move the office on Friday."), ("", stop._UNTOLD)],
)
def test_a_stop_that_no_audit_set_is_not_for_an_administrator_to_decide_on(
    desk: Desk, written: str, told: str
) -> None:
    (desk.home.root / "writing-stopped.txt").write_text(written)

    code, sentence = desk.refused("resume", "--reason", "We moved.", "--as", "administrator")

    assert code == 1
    assert sentence == (
        "There is nothing to decide on, since the last audit that is kept found nothing and never wrote "
        f"writing-stopped.txt, which says: {told} Where that names no way on, see to what it says, "
        "and delete it once `equipoise audit` passes."
    )
    assert (desk.home.root / "writing-stopped.txt").exists()


def test_an_audit_of_another_register_finds_it_out_and_exits_4(desk: Desk) -> None:
    result = desk("audit", "--pin", "0" * 64)

    assert (result.exit_code, result.stderr) == (4, "")
    assert result.stdout.startswith("E_PIN at entry 1\n")
    assert result.stdout.endswith("The register fails its audit: 1 finding.\n")
    told = json.loads(desk("audit", "--pin", "0" * 64, "--json").stdout)
    assert (told["passes"], [row["code"] for row in told["findings"]]) == (False, ["E_PIN"])


def test_an_audit_finds_an_altered_object_and_exits_4(desk: Desk) -> None:
    desk.submit()
    head = desk.told("history", CASE)["entries"][-1]["entry"]
    loose = desk.home.register / "objects" / head[:2] / head[2:]
    loose.chmod(0o600)
    loose.write_bytes(loose.read_bytes()[:-4] + b"\0\0\0\0")

    result = desk("audit")

    assert result.exit_code == 4
    assert "The register fails its audit" in result.stdout


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


def test_a_checkpoint_that_went_through_mail_counts(desk: Desk, tmp_path: Path) -> None:
    with open_office(desk.home) as office:
        audit_register(office)
    (note,) = desk.home.checkpoints.iterdir()
    mailed = tmp_path / "note"
    mailed.write_bytes(b"\xef\xbb\xbf" + note.read_bytes().replace(b"\n", b"  \r\n"))

    assert desk("audit", "--checkpoint", mailed).exit_code == 0


def test_a_checkpoint_that_is_none_does_not_pass(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(b"not a checkpoint")
    (tmp_path / "wide").write_bytes("a checkpoint".encode("utf-16"))
    before = everything(desk.home)

    assert desk("audit", "--checkpoint", tmp_path / "note").exit_code == 4
    assert "UTF-16" in desk.refused("audit", "--checkpoint", tmp_path / "wide")[1]
    assert desk.refused("audit", "--checkpoint", tmp_path / "absent")[0] == 2
    assert everything(desk.home) == before


def test_progress_is_shown_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> str:
        with Progress() as progress:
            progress.show("Reading", 0, 1)
            for done in range(1, 4):
                progress.show("Auditing", done, 3)
        return capsys.readouterr().err

    assert told() == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = told()
    assert shown.index("Reading") < shown.index("Auditing")
    assert "3/3" in shown
