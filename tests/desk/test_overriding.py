"""What the checks stop: who may override it, how that is recorded, and what nobody can leave out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from desk_builders import CASE, EXAMPLE, Desk, an_officer, by_service, holds

from flows import paper, wiring
from flows.domain.act import Act
from flows.domain.checks.ruleset import VERSION
from flows.domain.errors import IncompleteError
from flows.domain.procedure import DOCUMENT, REQUEST, ActKind, Role
from flows.register.audit import audit
from flows.register.statement import mark
from flows.wiring import open_house

if TYPE_CHECKING:
    from pathlib import Path

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
        "jo wrote or submitted a version of 1146A/22, so another person has to decide at this stage.",
    )


def test_whoever_overrode_cannot_submit(stopped: Desk) -> None:
    stopped.done(*OVERRIDE, "--reason", REASON, "--as", "jo")

    assert stopped.refused("submit", CASE, "--version", "2", "--as", "jo") == (
        1,
        "jo overrode a finding of 1146A/22, so another person has to decide at this stage.",
    )


def test_what_is_no_matter_of_opinion_cannot_be_overridden(desk: Desk, tmp_path: Path) -> None:
    mixed_up = tmp_path / "mixed-up.yaml"
    mixed_up.write_text((EXAMPLE / "assessment.yaml").read_text().replace('"31(3)"', '"31(1)"'))
    desk.draft(mixed_up)
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


def submission_of(desk: Desk, **details: str) -> Act:
    with open_house(desk.home, reading=True) as house:
        policy = house.register.policy().version
    return Act(
        kind=ActKind.SUBMIT,
        case=CASE,
        actor="wren",
        role=Role.FOI_OFFICER,
        time=wiring.now(),
        policy=policy,
        version=2,
        details=details,
    )


def test_the_register_itself_refuses_a_submission_that_says_what_stops_it(stopped: Desk) -> None:
    forged = submission_of(stopped, rules=VERSION, findings=f"F01 block {PLACE}")

    with open_house(stopped.home) as house, pytest.raises(IncompleteError, match="F01"):
        house.register.record(forged, {}, an_officer(stopped.home, "wren").signer)


@pytest.mark.parametrize(("rules", "codes"), [(VERSION, ["E_CHECKS"]), ("0", [])], ids=["same", "other"])
def test_the_audit_finds_a_published_paper_whose_submission_left_out_what_stops_it(
    rules: str, codes: list[str], stopped: Desk
) -> None:
    with open_house(stopped.home) as house:
        wren = an_officer(stopped.home, "wren").signer
        house.register.record(submission_of(stopped, rules=rules), {}, wren)
    stopped.approve("legal-review", "lee", version=2)
    stopped.approve("balancing", "sam", version=2)
    published(stopped)

    found = audit(stopped.home.register, check_paper=paper.check).findings

    assert [finding.code for finding in found] == codes
    assert all(PLACE in finding.sentence for finding in found)
    assert holds(stopped.home) is not bool(codes)


def published(desk: Desk) -> None:
    with open_house(desk.home) as house:
        register, time = house.register, wiring.now()
        made = paper.Basis(
            request=register.read(CASE, REQUEST),
            document=register.read(CASE, DOCUMENT),
            statements=[(mark(said.to_bytes()).sha256, said) for said in register.statements(CASE)],
            time=time,
            fingerprint=register.fingerprint(),
        ).publication()
        act = by_service(house, ActKind.PUBLISH, CASE, version=2)
        files = {"published/1146A-22.pdf": made.pdf, "published/1146A-22.json": made.manifest}
        house.register.record(replace(act, time=time), files, house.service)
