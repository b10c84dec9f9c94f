"""What the checks stop: who may override it, how that is recorded, and what nobody can leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, an_officer, publish_now

from flows import home as flows_home
from flows.casework import acts
from flows.casework import papers as paper
from flows.casework.checking import findings
from flows.casework.office import open_office
from flows.domain.act import Act
from flows.domain.checks.ruleset import VERSION
from flows.domain.errors import IncompleteError, StaleVersionError
from flows.domain.procedure import ASSESSMENT, DOCUMENT, ActKind, Role
from flows.register.audit import audit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.casework.office import Office
    from flows.domain.case import Case
    from flows.domain.finding import Finding
    from flows.register.audit import Report

PLACE = "parts[0].exemptions[0].against"
REASON = "Both sides are weighed together under section 31(3)."
STOPS = "stops version 2 of 1146A/22; `equipoise show 1146A/22` lists those that do."
OVERRIDE = ("override", CASE, "--finding", "F01", "--place", PLACE, "--version", "2")


@pytest.fixture
def stopped(desk: Desk, tmp_path: Path) -> Desk:
    """A home whose case has a second version, by wren, without a factor against under 24(2)."""
    desk.draft(one_sided(tmp_path))
    return desk


def one_sided(folder: Path) -> Path:
    path = folder / "one-sided.yaml"
    text = (EXAMPLE / "assessment.yaml").read_text()
    cut, times = re.subn(r"        against:\n.*?(?=      - provision)", "", text, count=1, flags=re.DOTALL)
    assert times == 1
    path.write_text(cut)
    return path


def overridden(desk: Desk) -> None:
    desk.done(*OVERRIDE, "--reason", REASON, "--as", "sam")


def test_the_writer_is_told_when_the_draft_is_recorded(desk: Desk, tmp_path: Path) -> None:
    said = desk.done("draft", CASE, one_sided(tmp_path), "--as", "wren")
    told = desk.told("draft", CASE, one_sided(tmp_path), "--as", "wren")

    assert f"Stops submission F01 {PLACE}\n" in said
    assert [row["place"] for row in told["findings"] if row["code"] == "F01"] == [PLACE]


def test_both_gates_and_the_writer_are_shown_what_was_found(stopped: Desk) -> None:
    (row,) = [row for row in stopped.told("show", CASE)["findings"] if row["severity"] == "block"]
    overridden(stopped)
    stopped.submit(version=2)
    (at_gate,) = [row for row in stopped.told("show", CASE)["findings"] if row["severity"] == "block"]

    assert (row["code"], row["place"], row["overridden"], row["final"]) == ("F01", PLACE, False, False)
    assert at_gate == {**row, "overridden": True}
    assert f"Overridden F01 {PLACE}\n" in stopped.done("show", CASE)


def test_a_draft_with_what_stops_it_cannot_be_submitted_until_it_is_overridden(stopped: Desk) -> None:
    code, sentence = stopped.refused("submit", CASE, "--version", "2", "--as", "wren")
    overridden(stopped)
    stopped.submit(version=2)

    assert (code, f"(F01 at {PLACE})" in sentence) == (1, True)
    assert stopped.stage() == "legal-review"


def test_an_override_is_in_the_history_and_counted_by_the_audit(stopped: Desk) -> None:
    overridden(stopped)
    stopped.submit(version=2)

    override, submission = stopped.told("history", CASE)["entries"][-2:]
    report = stopped.told("audit")

    assert (override["actor"], override["role"], override["act"]) == ("sam", "sign-off-officer", "override")
    assert override["what"] == "overrode the finding F01 in version 2"
    assert override["reason"] == REASON
    assert override["subject"] == "drafting: override F01 in 1146A/22 version 2"
    assert f"F01 block {PLACE}" in submission["details"]["findings"].splitlines()
    assert submission["details"]["rules"] == VERSION
    assert submission["what"].startswith("submitted version 2 (1 overridden finding, ")
    assert (report["holds"], report["overrides"]) == (True, 1)
    assert "1 finding of the checks" in stopped.done("audit")


REFUSALS = {
    "a writer overrides for themselves": (
        ("--reason", REASON, "--as", "wren"),
        "wren may not override: that needs the role sign-off-officer.",
    ),
    "a legal reviewer overrides": (
        ("--reason", REASON, "--as", "lee"),
        "lee may not override: that needs the role sign-off-officer.",
    ),
    "an override without a reason": (
        ("--reason", " ", "--as", "sam"),
        "Say why 1146A/22 may go on in spite of the finding: an override needs a reason.",
    ),
    "an override of what does not stop it": (
        ("--finding", "N01", "--reason", REASON, "--as", "sam"),
        f"No finding N01 at {PLACE} {STOPS}",
    ),
    "an override elsewhere": (
        ("--place", "parts[0]", "--reason", REASON, "--as", "sam"),
        f"No finding F01 at parts[0] {STOPS}",
    ),
    "an override of an older version": (
        ("--version", "1", "--reason", REASON, "--as", "sam"),
        "1146A/22 is at version 2, not 1; read version 2 and act on that.",
    ),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_desk_refuses_an_override(words: tuple[str, ...], sentence: str, stopped: Desk) -> None:
    assert stopped.refused(*OVERRIDE, *words) == (1, sentence)


def test_a_writer_who_may_also_sign_off_cannot_override_for_themselves(desk: Desk, tmp_path: Path) -> None:
    desk.draft(one_sided(tmp_path), "jo")

    assert desk.refused(*OVERRIDE, "--reason", REASON, "--as", "jo") == (
        1,
        "jo wrote or submitted a version of 1146A/22, so another person has to override the finding.",
    )


def test_whoever_overrode_cannot_submit(stopped: Desk) -> None:
    stopped.done(*OVERRIDE, "--reason", REASON, "--as", "jo")

    assert stopped.refused("submit", CASE, "--version", "2", "--as", "jo") == (
        1,
        "jo overrode a finding of 1146A/22, so another person has to submit it.",
    )


def test_what_is_no_matter_of_opinion_cannot_be_overridden(desk: Desk, tmp_path: Path) -> None:
    desk.draft(mixed_up(tmp_path))
    place = "parts[0].exemptions[1].provision"
    words = ("override", CASE, "--finding", "X03", "--place", place, "--version", "2", "--reason", REASON)

    assert desk.refused(*words, "--as", "sam") == (
        1,
        "X03 is not a matter of opinion and cannot be overridden; the text has to be mended.",
    )


def test_an_override_counts_for_its_version_alone(stopped: Desk, tmp_path: Path) -> None:
    overridden(stopped)
    changed = tmp_path / "changed.yaml"
    changed.write_text(one_sided(tmp_path).read_text().replace("moderate", "some"))
    stopped.draft(changed)

    code, sentence = stopped.refused("submit", CASE, "--version", "3", "--as", "wren")

    assert (code, f"(F01 at {PLACE})" in sentence) == (1, True)


def test_an_override_done_before_is_found_and_not_repeated(stopped: Desk) -> None:
    overridden(stopped)

    assert "This was done before" in stopped.done(*OVERRIDE, "--reason", REASON, "--as", "sam")
    assert stopped.told("audit")["overrides"] == 1
    assert stopped.refused(*OVERRIDE, "--reason", "Another reason.", "--as", "sam") == (
        1,
        f"F01 at {PLACE} is overridden in 1146A/22 already.",
    )
    assert stopped.refused(*OVERRIDE, "--as", "sam")[1].endswith("an override needs a reason.")


def submission_of(desk: Desk, **details: str) -> Act:
    with open_office(desk.home, reading=True) as office:
        policy = office.register.policy().version
    return Act(
        kind=ActKind.SUBMIT,
        case=CASE,
        actor="wren",
        role=Role.FOI_OFFICER,
        time=flows_home.now(),
        policy=policy,
        version=2,
        details=details,
    )


def test_the_register_itself_refuses_a_submission_that_says_what_stops_it(stopped: Desk) -> None:
    forged = submission_of(stopped, rules=VERSION, findings=f"F01 block {PLACE}")

    with open_office(stopped.home) as office, pytest.raises(IncompleteError, match="F01"):
        office.register.record(forged, {}, an_officer(stopped.home, "wren").signer)


LIES = {
    "left out": {"rules": VERSION},
    "told as a warning": {"rules": VERSION, "findings": f"F01 warn {PLACE}"},
    "told as not run": {"rules": VERSION, "findings": f"F01 not-run {PLACE}"},
}


def taken_past_the_desk(desk: Desk, **details: str) -> Report:
    """Submit past the desk, publish, and return what the audit says."""
    with open_office(desk.home) as office:
        wren = an_officer(desk.home, "wren").signer
        office.register.record(submission_of(desk, **details), {}, wren)
    desk.approve("legal-review", "lee", version=2)
    desk.approve("balancing", "sam", version=2)
    publish_now(desk.home)
    return audit(desk.home.register, check_paper=paper.check)


@pytest.mark.parametrize("details", LIES.values(), ids=LIES.keys())
def test_the_audit_finds_a_published_paper_whose_submission_did_not_tell_what_stops_it(
    details: dict[str, str], stopped: Desk
) -> None:
    (finding,) = taken_past_the_desk(stopped, **details).findings

    assert (finding.code, PLACE in finding.sentence) == ("E_CHECKS", True)


@pytest.mark.parametrize(
    ("details", "why"),
    [({"rules": "999"}, "its rules are 999, and not"), ({}, "it names no rules")],
    ids=["other rules", "before there were rules"],
)
def test_what_the_audit_cannot_check_again_it_says(details: dict[str, str], why: str, stopped: Desk) -> None:
    report = taken_past_the_desk(stopped, **details)

    assert report.holds
    assert any("told of everything" in line and why in line for line in report.not_established)


def test_no_submission_may_stop_naming_its_rules(stopped: Desk) -> None:
    overridden(stopped)
    stopped.submit(version=2)
    stopped.return_(version=2)
    with open_office(stopped.home) as office:
        office.register.record(submission_of(stopped), {}, an_officer(stopped.home, "wren").signer)

    (finding,) = audit(stopped.home.register, check_paper=paper.check).findings

    assert (finding.code, finding.sentence) == (
        "E_CHECKS",
        "The submission does not say what the checks found.",
    )


def test_what_is_never_a_matter_of_opinion_is_found_though_it_was_overridden_past_the_desk(
    desk: Desk, tmp_path: Path
) -> None:
    desk.draft(mixed_up(tmp_path))
    place = "parts[0].exemptions[1].provision"
    forged = replace(
        submission_of(desk),
        kind=ActKind.OVERRIDE,
        actor="sam",
        role=Role.SIGN_OFF_OFFICER,
        reason=REASON,
        details={"finding": "X03", "place": place},
    )
    with open_office(desk.home) as office:
        office.register.record(forged, {}, an_officer(desk.home, "sam").signer)

    (finding,) = taken_past_the_desk(desk, rules=VERSION, findings=f"X03 block {place}").findings

    assert (finding.code, f"X03 at {place}" in finding.sentence) == ("E_CHECKS", True)


def mixed_up(folder: Path) -> Path:
    path = folder / "mixed-up.yaml"
    path.write_text((EXAMPLE / "assessment.yaml").read_text().replace('"31(3)"', '"31(1)"'))
    return path


def test_a_draft_that_comes_between_the_checks_and_the_submission_is_checked_too(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[bool] = []

    def slowly(office: Office, case: Case) -> tuple[Finding, ...]:
        found = findings(office, case)
        if not came:
            came.append(True)
            acts.draft(office, an_officer(desk.home, "wren"), CASE, one_sided(tmp_path).read_bytes())
        return found

    monkeypatch.setattr(acts, "findings", slowly)
    with open_office(desk.home) as office, pytest.raises(StaleVersionError):
        acts.submit(office, an_officer(desk.home, "wren"), CASE, 1)

    assert desk.stage() == "drafting"


def test_a_version_that_appears_while_it_is_asked_for_is_checked(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = flows_home.now

    def slowly() -> datetime:
        monkeypatch.setattr(flows_home, "now", real)
        with open_office(desk.home) as other:
            acts.draft(other, an_officer(desk.home, "wren"), CASE, one_sided(tmp_path).read_bytes())
        return real()

    monkeypatch.setattr(flows_home, "now", slowly)
    with open_office(desk.home) as office, pytest.raises(IncompleteError, match="F01"):
        acts.submit(office, an_officer(desk.home, "wren"), CASE, 2)

    assert desk.stage() == "drafting"


def test_a_text_that_is_not_made_of_its_assessment_cannot_be_submitted(desk: Desk) -> None:
    with open_office(desk.home) as office:
        register = office.register
        text = register.read(CASE, DOCUMENT) + b"\nWe hold the recordings.\n"
        act = replace(submission_of(desk), kind=ActKind.DRAFT, details={})
        files = {DOCUMENT: text, ASSESSMENT: register.read(CASE, ASSESSMENT)}
        register.record(act, files, an_officer(desk.home, "wren").signer)

    code, sentence = desk.refused("submit", CASE, "--version", "2", "--as", "wren")

    assert (code, "(S09 at document)" in sentence) == (1, True)


@pytest.mark.parametrize("written", ["[Sample](https://example.org) Applicant", "Sample&#32;Applicant"])
def test_a_name_that_only_the_reader_sees_is_found(written: str, desk: Desk, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((EXAMPLE / "assessment.yaml").read_text().replace("An answer would be", f"{written} is"))

    code, sentence = desk.refused("draft", CASE, mine, "--as", "wren")

    assert (code, "the applicant's name or e-mail" in sentence) == (2, True)
