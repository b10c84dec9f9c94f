"""What the checks stop: who may override it, how that is recorded, and what nobody can leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, a_signer, a_submission, an_officer, publish_now

from flows import home as flows_home
from flows.casework import acts, checking, drafts
from flows.casework import papers as paper
from flows.casework.checking import findings
from flows.casework.office import open_office
from flows.document.releases import texts_made_with
from flows.domain.act import Act
from flows.domain.acts import DRAFT, OVERRIDE, SUBMIT
from flows.domain.acts.drafting import MADE_WITH
from flows.domain.checks import VERSION
from flows.domain.documents import ASSESSMENT, DOCUMENT, TEST
from flows.domain.errors import IncompleteError, MalformedError, StaleVersionError
from flows.domain.procedure import Role
from flows.register.audit import audit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flows.casework.office import Office
    from flows.domain.finding import Finding
    from flows.register.audit import Report
    from flows.register.dossier import Dossier

PLACE = "parts[0].exemptions[0].against"
REASON = "Both sides are weighed together under section 31(3)."
STOPS = "stops version 2 of 1146A/22"
OVERRIDING = ("override", CASE, "--finding", "F01", "--place", PLACE, "--version", "2")


@pytest.fixture
def stopped(desk: Desk, tmp_path: Path) -> Desk:
    """A home whose case has a second version, by foi-officer, without a factor against under 24(2)."""
    desk.draft(one_sided(tmp_path))
    return desk


def one_sided(folder: Path) -> Path:
    path = folder / "one-sided.yaml"
    text = (EXAMPLE / "assessment.yaml").read_text()
    cut, times = re.subn(r"        against:\n.*?(?=      - provision)", "", text, count=1, flags=re.DOTALL)
    assert times == 1
    path.write_text(cut)
    return path


def test_the_next_step_is_to_write_until_nothing_stops_submission(stopped: Desk, tmp_path: Path) -> None:
    assert stopped.done("show", CASE).endswith("\n  equipoise draft 1146A/22 FILE --as PERSON\n")

    stopped.done(*OVERRIDING, "--reason", REASON, "--as", "sign-off-officer")

    assert stopped.done("show", CASE).endswith("\n  equipoise submit 1146A/22 --version 2 --as PERSON\n")
    letter, call = tmp_path / "letter.md", "\n  equipoise {} --as PERSON --document clarification\n"
    for which, step in (("[To be written]", "draft 1146A/22 FILE"), ("which", "submit 1146A/22 --version 2")):
        letter.write_text(f"Of 1146A/22: please tell us {which} year you mean.")
        stopped.done("draft", CASE, letter, "--document", "clarification", "--as", "foi-officer")
        assert stopped.done("show", CASE).endswith(call.format(step))


def overridden(desk: Desk) -> None:
    desk.done(*OVERRIDING, "--reason", REASON, "--as", "sign-off-officer")


def test_the_writer_is_told_when_the_draft_is_recorded(desk: Desk, tmp_path: Path) -> None:
    said = desk.done("draft", CASE, one_sided(tmp_path), "--as", "foi-officer")
    told = desk.told("draft", CASE, one_sided(tmp_path), "--as", "foi-officer")

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
    code, sentence = stopped.refused("submit", CASE, "--version", "2", "--as", "foi-officer")
    overridden(stopped)
    stopped.submit(version=2)

    assert (code, f"(F01 at {PLACE})" in sentence) == (1, True)
    assert stopped.stage() == "legal-review"


def test_an_override_is_in_the_history_and_counted_by_the_audit(stopped: Desk) -> None:
    overridden(stopped)
    stopped.submit(version=2)

    override, submission = stopped.told("history", CASE)["entries"][-2:]
    report = stopped.told("audit")

    assert (override["actor"], override["role"], override["act"]) == (
        "sign-off-officer",
        "sign-off-officer",
        "override",
    )
    assert override["what"] == "overrode the finding F01 in version 2"
    assert override["reason"] == REASON
    assert override["subject"] == "drafting: override F01 in 1146A/22 version 2"
    assert f"F01 block {PLACE}" in submission["details"]["findings"].splitlines()
    assert submission["details"]["rules"] == VERSION
    assert submission["what"].startswith("submitted version 2 (1 overridden finding, ")
    assert report["passes"] is True
    assert report["overrides"] == [
        {
            "entry": override["sequence"],
            "case": CASE,
            "version": 2,
            "finding": "F01",
            "place": PLACE,
            "person": "sign-off-officer",
        }
    ], "and no word of the reason, since what an audit says goes to logs"
    assert "1 finding of the checks" in stopped.done("audit")


REFUSALS = {
    "a writer overrides for themselves": (
        ("--reason", REASON, "--as", "foi-officer"),
        "foi-officer may not override a finding: that needs the role sign-off-officer.",
    ),
    "a legal reviewer overrides": (
        ("--reason", REASON, "--as", "legal-reviewer"),
        "legal-reviewer may not override a finding: that needs the role sign-off-officer.",
    ),
    "an override without a reason": (
        ("--reason", " ", "--as", "sign-off-officer"),
        "1146A/22: say why; to override a finding takes a reason.",
    ),
    "an override of what does not stop it": (
        ("--finding", "N01", "--reason", REASON, "--as", "sign-off-officer"),
        f"No finding N01 {STOPS}; `equipoise show 1146A/22` lists those that do.",
    ),
    "an override elsewhere": (
        ("--place", "parts[0]", "--reason", REASON, "--as", "sign-off-officer"),
        f"F01 {STOPS} at {PLACE}, and not at parts[0]; name one such place.",
    ),
    "an override of an older version": (
        ("--version", "1", "--reason", REASON, "--as", "sign-off-officer"),
        "1146A/22 is at version 2, not 1; read version 2 and act on that.",
    ),
}


@pytest.mark.parametrize(("words", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_the_desk_refuses_an_override(words: tuple[str, ...], sentence: str, stopped: Desk) -> None:
    assert stopped.refused(*OVERRIDING, *words) == (1, sentence)


def test_whoever_names_no_place_is_told_which_there_are(desk: Desk, tmp_path: Path) -> None:
    sides = "parts[0].exemptions[0].against", "parts[0].exemptions[1].against"
    text = one_sided(tmp_path).read_text()
    path = tmp_path / "no-side.yaml"
    path.write_text(re.sub(r"        against:\n.*?(?=    harm:)", "", text, count=1, flags=re.DOTALL))
    desk.draft(path)
    words = ("override", CASE, "--finding", "F01", "--version", "2", "--reason", REASON)

    told = desk.refused(*words, "--as", "sign-off-officer")
    desk.done(*words, "--place", sides[0], "--as", "sign-off-officer")
    left = desk.refused(*words, "--as", "sign-off-officer")

    which = "and not at the whole text; name one such place."
    assert told == (1, f"F01 {STOPS} at {sides[0]} and {sides[1]}, {which}")
    assert left == (1, f"F01 {STOPS} at {sides[1]}, {which}")


def test_a_writer_who_may_also_sign_off_cannot_override_for_themselves(desk: Desk, tmp_path: Path) -> None:
    desk.draft(one_sided(tmp_path), "all-three-roles")

    assert desk.refused(*OVERRIDING, "--reason", REASON, "--as", "all-three-roles") == (
        1,
        (
            "all-three-roles wrote or submitted a version of 1146A/22, "
            "so another person has to override a finding."
        ),
    )


def test_whoever_overrode_cannot_submit(stopped: Desk) -> None:
    stopped.done(*OVERRIDING, "--reason", REASON, "--as", "all-three-roles")

    assert stopped.refused("submit", CASE, "--version", "2", "--as", "all-three-roles") == (
        1,
        "all-three-roles overrode a finding of 1146A/22, so another person has to submit.",
    )


def test_whoever_overrode_passes_no_gate_of_that_version(stopped: Desk) -> None:
    overridden(stopped)
    stopped.submit(version=2)
    stopped.approve("legal-review", "legal-reviewer", version=2)
    signing_off = ("approve", CASE, "--gate", "balancing", "--version", "2", "--as")

    (test, *_) = stopped.told("show", CASE)["documents"]
    assert test["may_decide"] == ["all-three-roles", "both-gates"]
    assert stopped.refused(*signing_off, "sign-off-officer") == (
        1,
        "sign-off-officer overrode a finding of 1146A/22, so another person has to approve.",
    )
    stopped.done(*signing_off, "both-gates")
    assert stopped.told("audit")["passes"] is True


def test_where_no_other_can_decide_an_override_is_refused_before_it_is_signed(
    stopped: Desk, tmp_path: Path
) -> None:
    for person in ("all-three-roles", "both-gates"):
        stopped.done("officer", "revoke", person, "--as", "administrator")
    words = (*OVERRIDING, "--reason", REASON, "--as", "sign-off-officer")

    for each in (words, (*words, "--propose", tmp_path / "act")):
        code, sentence = stopped.refused(*each)
        assert (code, "nobody would be free to decide at sign-off; let somebody" in sentence) == (1, True)
    assert not (tmp_path / "act").exists()


def test_what_is_no_matter_of_opinion_cannot_be_overridden(desk: Desk, tmp_path: Path) -> None:
    desk.draft(mixed_up(tmp_path))
    place = "parts[0].exemptions[1].provision"
    words = ("override", CASE, "--finding", "X03", "--place", place, "--version", "2", "--reason", REASON)

    assert desk.refused(*words, "--as", "sign-off-officer") == (
        1,
        "X03 is not a matter of opinion and cannot be overridden; the text has to be mended.",
    )


def test_an_override_counts_for_its_version_alone(stopped: Desk, tmp_path: Path) -> None:
    overridden(stopped)
    changed = tmp_path / "changed.yaml"
    changed.write_text(one_sided(tmp_path).read_text().replace("moderate", "some"))
    stopped.draft(changed)

    code, sentence = stopped.refused("submit", CASE, "--version", "3", "--as", "foi-officer")

    assert (code, f"(F01 at {PLACE})" in sentence) == (1, True)


def test_an_override_done_before_is_found_and_not_repeated(stopped: Desk) -> None:
    overridden(stopped)

    assert "This was done before" in stopped.done(*OVERRIDING, "--reason", REASON, "--as", "sign-off-officer")
    assert len(stopped.told("audit")["overrides"]) == 1
    assert stopped.refused(*OVERRIDING, "--reason", "Another reason.", "--as", "sign-off-officer") == (
        1,
        f"F01 at {PLACE} is overridden in 1146A/22 already.",
    )
    assert stopped.refused(*OVERRIDING, "--as", "sign-off-officer")[1].endswith(
        "to override a finding takes a reason."
    )


def submission_of(desk: Desk, **details: str) -> Act:
    with open_office(desk.home, reading=True) as office:
        policy = office.register.policy().version
    return Act(
        kind=SUBMIT,
        case=CASE,
        actor="foi-officer",
        role=Role.FOI_OFFICER,
        time=flows_home.now(),
        policy=policy,
        document=TEST.name,
        version=2,
        details={"gates": "legal-review balancing", MADE_WITH: texts_made_with(), **details},
    )


def test_the_register_itself_refuses_a_submission_that_says_what_stops_it(stopped: Desk) -> None:
    forged = submission_of(stopped, rules=VERSION, findings=f"F01 block {PLACE}")

    with open_office(stopped.home) as office, pytest.raises(IncompleteError, match="F01"):
        office.register.record(forged, {}, a_signer(stopped.home, "foi-officer"))


LIES = {
    "left out": {"rules": VERSION},
    "told as a warning": {"rules": VERSION, "findings": f"F01 warn {PLACE}"},
    "told as not run": {"rules": VERSION, "findings": f"F01 not-run {PLACE}"},
}


def taken_past_the_desk(desk: Desk, signs_off: str = "sign-off-officer", **details: str) -> Report:
    """Submit past the desk, publish, and return what the audit says."""
    with open_office(desk.home) as office:
        officer = a_signer(desk.home, "foi-officer")
        office.register.record(submission_of(desk, **details), {}, officer)
    desk.approve("legal-review", "legal-reviewer", version=2)
    desk.approve("balancing", signs_off, version=2)
    publish_now(desk.home)
    return audit(desk.home.register, check_brought=paper.check)


@pytest.mark.parametrize("details", LIES.values(), ids=LIES.keys())
def test_the_audit_finds_a_published_paper_whose_submission_did_not_tell_what_stops_it(
    details: dict[str, str], stopped: Desk
) -> None:
    (finding,) = taken_past_the_desk(stopped, **details).findings

    assert (finding.code, PLACE in finding.sentence) == ("E_CHECKS", True)


UNTOLD = {
    "rules that this software does not know": ({"rules": "999"}, f"knows the rules up to version {VERSION}"),
    "no rules": ({}, "the version of the rules is needed"),
    "rules that are no number": ({"rules": "1 or so"}, "the version of the rules is a number"),
    "other gates than the policy asks for": ({"rules": VERSION, "gates": "balancing"}, "the approvals that"),
    "a finding in no known form": ({"rules": VERSION, "findings": "F01"}, "findings"),
}


@pytest.mark.parametrize(("details", "problem"), UNTOLD.values(), ids=UNTOLD.keys())
def test_a_submission_has_to_say_by_which_rules_it_was_checked_and_what_they_found(
    details: dict[str, str], problem: str, stopped: Desk
) -> None:
    forged = submission_of(stopped, **details)

    with open_office(stopped.home) as office, pytest.raises(MalformedError, match=problem):
        office.register.record(forged, {}, a_signer(stopped.home, "foi-officer"))


def test_what_is_never_a_matter_of_opinion_is_found_though_it_was_overridden_past_the_desk(
    desk: Desk, tmp_path: Path
) -> None:
    desk.draft(mixed_up(tmp_path))
    place = "parts[0].exemptions[1].provision"
    forged = replace(
        submission_of(desk),
        kind=OVERRIDE,
        actor="sign-off-officer",
        role=Role.SIGN_OFF_OFFICER,
        reason=REASON,
        details={"finding": "X03", "place": place},
    )
    with open_office(desk.home) as office:
        office.register.record(forged, {}, a_signer(desk.home, "sign-off-officer"))

    code, sentence = desk.refused("submit", CASE, "--version", "2", "--as", "foi-officer")
    assert (code, f"(X03 at {place})." in sentence) == (1, True)
    (finding,) = taken_past_the_desk(
        desk, "both-gates", rules=VERSION, findings=f"X03 block {place}"
    ).findings

    assert (finding.code, f"X03 at {place}" in finding.sentence) == ("E_CHECKS", True)


def test_a_refusal_without_an_exemption_is_never_submitted_and_never_overridden(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text(
        f"reference: {CASE}\nparts:\n  - information: the plan\n    duty: disclose\n    exemptions: []\n"
        "    outcome: withhold\n    answer: We will not give it out.\n"
    )
    desk.draft(path)
    words = ("--finding", "X16", "--place", "parts[0].exemptions", "--version", "2", "--reason", REASON)

    (row,) = [row for row in desk.told("show", CASE)["findings"] if row["code"] == "X16"]
    submitted, told = desk.refused("submit", CASE, "--version", "2", "--as", "foi-officer")
    overrode, _ = desk.refused("override", CASE, *words, "--as", "sign-off-officer")

    assert (row["severity"], row["final"]) == ("block", True)
    assert (submitted, "X16 at parts[0].exemptions" in told) == (1, True)
    assert (overrode, desk.stage()) == (1, "drafting")


def mixed_up(folder: Path) -> Path:
    path = folder / "mixed-up.yaml"
    path.write_text((EXAMPLE / "assessment.yaml").read_text().replace('"31(3)"', '"31(1)"'))
    return path


def test_a_draft_that_comes_between_the_checks_and_the_submission_is_checked_too(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[bool] = []

    def slowly(office: Office, dossier: Dossier) -> tuple[Finding, ...]:
        found = findings(office, dossier)
        if not came:
            came.append(True)
            drafts.draft(office, an_officer(desk.home, "foi-officer"), CASE, one_sided(tmp_path).read_bytes())
        return found

    monkeypatch.setattr(checking, "findings", slowly)
    with open_office(desk.home) as office, pytest.raises(StaleVersionError):
        acts.act(office, an_officer(desk.home, "foi-officer"), a_submission())

    assert (came, desk.stage()) == ([True], "drafting")


def test_a_version_that_appears_while_it_is_asked_for_is_not_submitted_unchecked(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = flows_home.now

    def slowly() -> datetime:
        monkeypatch.setattr(flows_home, "now", real)
        with open_office(desk.home) as other:
            drafts.draft(other, an_officer(desk.home, "foi-officer"), CASE, one_sided(tmp_path).read_bytes())
        return real()

    monkeypatch.setattr(flows_home, "now", slowly)
    with open_office(desk.home) as office:
        with pytest.raises(StaleVersionError):
            acts.act(office, an_officer(desk.home, "foi-officer"), a_submission(2))
        with pytest.raises(IncompleteError, match="F01"):
            acts.act(office, an_officer(desk.home, "foi-officer"), a_submission(2))

    assert desk.stage() == "drafting"


def test_a_text_that_is_not_made_of_its_assessment_cannot_be_submitted(desk: Desk) -> None:
    with open_office(desk.home) as office:
        dossier = office.register.dossier(CASE)
        text = dossier.read(DOCUMENT) + b"\nWe hold the recordings.\n"
        act = replace(submission_of(desk), kind=DRAFT, details={})
        files = {DOCUMENT: text, ASSESSMENT: dossier.read(ASSESSMENT)}
        office.register.record(act, files, a_signer(desk.home, "foi-officer"))

    code, sentence = desk.refused("submit", CASE, "--version", "2", "--as", "foi-officer")

    assert (code, "(S09 at document)" in sentence) == (1, True)


@pytest.mark.parametrize("written", ["[Sample](https://example.org) Applicant", "*Sample* **Applicant**"])
def test_a_name_that_only_the_reader_sees_is_found(written: str, desk: Desk, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((EXAMPLE / "assessment.yaml").read_text().replace("An answer would be", f"{written} is"))

    code, sentence = desk.refused("draft", CASE, mine, "--as", "foi-officer")

    assert (code, "the applicant's name, e-mail" in sentence) == (2, True)
