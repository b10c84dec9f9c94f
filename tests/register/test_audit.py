"""What the audit says of registers that hold, and how it fails closed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attacker import Attacker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from register_builders import (
    ODD,
    Office,
    audited,
    bytes_of,
    check_brought,
    codes,
    copied,
    places,
    with_value,
)

from flows.domain.act import Act
from flows.domain.acts import OPEN, PUBLISH, RESUME
from flows.domain.documents import REQUEST
from flows.domain.errors import Fault, MalformedError, RegisterError, ShortageError, TamperedError
from flows.domain.policy import SERVICE
from flows.domain.procedure import Role, Stage
from flows.register import canonical, evidence, examine, known
from flows.register import report as reports
from flows.register.audit import Brought, Verdict, _compare_keys, audit, head_of_line
from flows.register.content import check_content
from flows.register.entry import LONGEST_DELAY
from flows.register.examine import sets_the_clock_right
from flows.register.reading import read_record
from flows.register.roster import FILES
from flows.register.statement import POLICY, Statement

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_register_told_to_the_end_holds(busy_office: Office) -> None:
    before = bytes_of(busy_office.path)
    seen: list[tuple[int, int]] = []

    report = audited(
        busy_office.path,
        pin=busy_office.register.fingerprint(),
        checkpoint=busy_office.checkpoint(),
        now=busy_office.time(),
        progress=lambda done, all_: seen.append((done, all_)),
    )

    assert report.passes
    assert (report.entries, report.cases) == (24, 3)
    assert report.not_established == [SEALED]
    assert report.register == busy_office.register.policy().register
    assert seen == [(number, 24) for number in range(24)]
    assert bytes_of(busy_office.path) == before


def test_how_far_the_line_is_followed_is_told_before_it_is_audited(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.register.audit._OFTEN", 10)
    told: list[tuple[str, int, int]] = []

    audited(
        busy_office.path,
        following=lambda done, all_: told.append(("line", done, all_)),
        progress=lambda done, all_: told.append(("entries", done, all_)),
    )

    assert told[:4] == [("line", done, 24) for done in (0, 10, 20, 24)]
    assert {what for what, _, _ in told[4:]} == {"entries"}


def test_a_newest_entry_that_is_none_is_followed_and_found(busy_office: Office) -> None:
    told: list[tuple[int, int]] = []
    a = Attacker(busy_office.path, busy_office.signers)
    a.steps[-1].edit_raw = lambda raw: raw[: raw.index(b"\n\n") + 2]
    a.together()

    report = audited(busy_office.path, following=lambda done, all_: told.append((done, all_)))

    assert not report.passes
    assert told == [(0, 1), (24, 24)]


def test_what_it_has_to_read_again_of_a_case_changes_nothing(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in ("G/1", "H/1", "I/1"):
        busy_office.open(case)
    for case in ("G/1", "H/1", "I/1"):
        busy_office.draft(case)
    for case in ("G/1", "H/1", "I/1"):
        busy_office.submit(case)
    whole = audited(busy_office.path)
    reads: list[str] = []

    def read(*given: Any) -> Any:
        reads.append(given[2])
        return read_record(*given)

    monkeypatch.setattr(known, "_MOST_AWAKE", 2)
    monkeypatch.setattr(known, "read_record", read)

    assert audited(busy_office.path) == whole
    # Two cases are looked up again for one act, and then for two.
    assert len(reads) > 3


def test_what_it_reads_again_of_a_case_is_in_the_order_of_its_acts_however_many(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four digits are right for 9,999 acts; with as many as a number has, eleven acts show what 10,000 would.
    def label(it: Statement) -> str:
        return f"{it.number if it.act.case == 'G/1' else f'{it.number:04}'}-{it.act.kind}"

    monkeypatch.setattr(Statement, "label", property(label))
    busy_office.open("G/1")
    busy_office.draft("G/1")
    for _ in range(5):
        busy_office.submit("G/1")
        busy_office.return_("G/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    for other in ("H/1", "I/1", "J/1"):
        busy_office.open(other)
    busy_office.submit("G/1")
    assert busy_office.register.dossier("G/1").chain.number == 13
    monkeypatch.setattr(known, "_MOST_AWAKE", 2)

    assert audited(busy_office.path).findings == []


def test_a_full_temporary_folder_is_told_and_is_no_finding(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "_MOST_AWAKE", 0)
    monkeypatch.setattr(
        known, "_TABLES", ("PRAGMA page_size = 512", *known._TABLES, "PRAGMA max_page_count = 3")
    )
    for number in range(12):
        busy_office.open(f"FOI/{number}")

    with pytest.raises(ShortageError, match="temporary folder"):
        audited(busy_office.path)


SEALED = "that no published text names its applicant: the requests are sealed"


def test_it_says_what_it_cannot_know_without_something_from_outside(busy_office: Office) -> None:
    report = audited(busy_office.path)

    assert report.passes
    assert len(report.not_established) == 3
    assert report.not_established[0] == SEALED
    assert "--pin" in report.not_established[1]
    assert "--checkpoint" in report.not_established[2]


def test_two_documents_of_a_case_go_their_own_ways_and_are_both_published(busy_office: Office) -> None:
    office = busy_office

    def stages() -> dict[str, Stage]:
        case = office.case("C/1")
        return {name: case.stage(name) for name in case.documents}

    office.draft("C/1", "foi-officer", document="response")
    assert stages() == {"test": Stage.LEGAL_REVIEW, "response": Stage.DRAFTING}
    office.submit("C/1", document="response")
    office.return_("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    assert stages() == {"test": Stage.DRAFTING, "response": Stage.BALANCING}
    office.approve("C/1", "sign-off-officer", Stage.BALANCING, document="response")
    office.publish("C/1", document="response")
    assert stages() == {"test": Stage.DRAFTING, "response": Stage.PUBLISHED}
    assert codes(office.path) == []
    office.draft("C/1", "foi-officer", text="second")
    office.submit("C/1")
    office.approve("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)
    office.approve("C/1", "sign-off-officer", Stage.BALANCING)
    office.publish("C/1")
    assert stages() == {"test": Stage.PUBLISHED, "response": Stage.PUBLISHED}

    dossier = office.register.dossier("C/1")
    seen: list[tuple[str, str]] = []

    def check(published: Brought) -> Verdict:
        if published.act.kind == PUBLISH:
            seen.append((published.case.reference, published.act.document))
        return check_brought(published)

    report = audit(office.path, check_brought=check, checkpoint=office.checkpoint())
    assert (report.passes, report.entries, report.cases) == (True, 34, 3)
    assert seen[-2:] == [("C/1", "response"), ("C/1", "test")]
    assert {name: each.version for name, each in dossier.case.documents.items()} == {"test": 2, "response": 1}
    assert sorted(path for path in dossier.case.files if "/" in path) == [
        *("response/C-1.json", "response/C-1.pdf", "response/document.md"),
        *("test/C-1.json", "test/C-1.pdf", "test/assessment.yaml", "test/document.md"),
    ]
    assert office.register.catalogue.ready(Stage.PUBLISHED)[-2:] == [("C/1", "test"), ("C/1", "response")]


def test_an_older_checkpoint_is_contained_in_a_longer_register(busy_office: Office) -> None:
    note = busy_office.checkpoint()
    busy_office.open("D/1")

    assert codes(busy_office.path, checkpoint=note) == []


def test_a_case_taken_out_whole_needs_a_checkpoint_to_be_missed(busy_office: Office) -> None:
    note = busy_office.checkpoint()
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    attacker.steps = [step for step in attacker.steps if step.said.act.case != "B/1"]
    attacker.together()

    assert codes(busy_office.path) == []
    assert codes(busy_office.path, checkpoint=note) == ["E_ROLLBACK"]


def test_what_a_person_did_before_they_were_revoked_stands(busy_office: Office) -> None:
    busy_office.revoke("legal-reviewer")

    assert codes(busy_office.path) == []


def test_what_was_signed_with_a_key_since_changed_stands(busy_office: Office) -> None:
    outsider = busy_office.signers["outsider"].public
    busy_office.authorise(replace(busy_office.person("legal-reviewer"), keys=(outsider,)))
    busy_office.signers["legal-reviewer"] = busy_office.signers["outsider"]
    busy_office.approve("C/1", "legal-reviewer", Stage.LEGAL_REVIEW)

    assert codes(busy_office.path) == []


def test_a_packed_register_holds(busy_office: Office) -> None:
    for command in (["gc", "-q"], ["pack-refs", "--all"]):
        subprocess.run(["git", "-C", str(busy_office.path), *command], check=True)

    assert codes(busy_office.path) == []


def test_a_mirror_holds(busy_office: Office, tmp_path: Path) -> None:
    mirror = tmp_path / "programs, include" / "mirror.git"
    command = ["git", "clone", "-q", "--mirror", "--no-local", str(busy_office.path), str(mirror)]
    subprocess.run(command, check=True)

    assert codes(mirror) == []


def test_an_attacker_who_changes_nothing_makes_the_same_register(busy_office: Office) -> None:
    tip = busy_office.register.tip().id

    Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]}).together()

    assert (busy_office.path / "refs/heads/main").read_text() == f"{tip}\n"


def test_an_act_appended_to_a_case_that_does_not_hold_is_still_examined(busy_office: Office) -> None:
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    step = attacker.step("B/1", "0004-approve")
    step.signed_as = SERVICE
    attacker.step("B/1", "0005-approve").signed_as = SERVICE
    attacker.together()

    found = audited(busy_office.path).findings

    assert [(finding.code, finding.place) for finding in found] == [
        ("E_ROLE", "entry 19, B/1"),
        ("E_ROLE", "entry 20, B/1"),
    ]


@pytest.mark.parametrize("number", [0, 5])
def test_a_register_without_its_founding_holds_nothing(number: int, busy_office: Office) -> None:
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    attacker.steps = attacker.of("C/1")[:1]
    attacker.steps[0].act(policy=number)
    note = busy_office.checkpoint()
    attacker.together()

    assert codes(busy_office.path, checkpoint=note) == ["E_POLICY", "E_CHECKPOINT"]


def test_of_many_findings_of_a_kind_the_first_are_told_and_the_others_counted(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "KEPT", 2)
    note = busy_office.checkpoint()
    for name in ("a", "b", "c"):
        (busy_office.path / f"refs/heads/{name}").write_text("")
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    for step in attacker.steps[-6:]:
        step.entry_key = None
    attacker.steps[3].entry_key = None
    attacker.together()

    report = audited(busy_office.path, checkpoint=note)

    assert report.named == [
        *("E_FORK at entry 24", "E_UNSIGNED at entry 4", "E_UNSIGNED at entry 19"),
        *("E_REF at refs/heads/a", "E_REF at refs/heads/b", "E_REF at 1 more", "E_UNSIGNED at 5 more"),
    ]
    assert report.counts == {"E_UNSIGNED": 7, "E_FORK": 1, "E_REF": 3}


def test_a_line_that_cannot_be_followed_is_compared_with_nothing(busy_office: Office) -> None:
    note = busy_office.checkpoint()
    (busy_office.path / "refs/heads/main").write_text("1" * 40 + "\n")

    report = audited(busy_office.path, checkpoint=note, pin="0" * 64)

    assert [finding.code for finding in report.findings] == ["E_MISSING"]
    assert len(report.not_established) == 1


def test_a_line_that_cannot_be_followed_has_no_newest_entry(busy_office: Office) -> None:
    (busy_office.path / "refs/heads/main").write_text("1" * 40 + "\n")

    with pytest.raises(TamperedError, match=r"fails its audit at commit 1+ with E_MISSING"):
        head_of_line(busy_office.path)


def test_the_key_of_a_case_that_was_erased_is_found_where_somebody_looked() -> None:
    erased = {"age1a": ("A/1", "entry 7"), "age1b": ("B/1", "entry 9")}
    for keys, found, unknown in ((None, [], 1), ({"age1b", "age1c"}, ["E_KEY_KEPT at entry 9"], 0)):
        report = reports.Report()
        _compare_keys(report, erased, keys)
        report.sort()
        assert (report.named, len(report.not_established)) == (found, unknown)


def test_a_request_in_a_form_of_before_is_told_as_not_established() -> None:
    act = Act(kind=OPEN, case="B/1", actor=SERVICE, role=Role.SERVICE, time=WHEN, policy=1)

    told = check_content(act, {REQUEST: b"Reference: B/1\nOn: today\n"}, "entry 9")

    assert (
        told == "whether entry 9, request.md is of its case: it is not in the form that this software writes"
    )


def test_a_folder_with_more_files_than_a_case_can_have_is_found(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "_MOST_FILES", 9)

    [found, *_] = audited(busy_office.path).findings

    assert (found.code, found.sentence) == ("E_TREE", "The folder has more files than a case can have.")


def test_a_newest_entry_out_of_form_has_no_date(busy_office: Office) -> None:
    attacker = Attacker(busy_office.path, {SERVICE: busy_office.signers[SERVICE]})
    attacker.steps[-1].edit_payload = lambda data: data.replace(b"tree ", b"trea ", 1)
    now = busy_office.time()
    attacker.together()

    assert codes(busy_office.path, now=now) == ["E_HEADERS"]


def test_a_finding_cannot_steer_a_terminal(busy_office: Office) -> None:
    attacker = Attacker(
        busy_office.path, {name: busy_office.signers[name] for name in (SERVICE, "foi.officer.2")}
    )
    attacker.steps[-1].act(actor="\x1b[2J", details={})
    attacker.steps[-1].signed_as = SERVICE
    attacker.steps[-1].entry = {"author": "foi.officer.2"}
    attacker.together()

    (finding,) = audited(busy_office.path).findings

    assert finding.code == "E_IDENTITY"
    assert finding.sentence.isprintable()


def test_a_remark_on_a_paper_that_holds_is_passed_on(busy_office: Office) -> None:
    def on_another_toolchain(published: Brought) -> Verdict:
        assert published.statements[-1][1].act is published.act
        told = "Another toolchain." if published.act.kind == PUBLISH else ""
        return replace(check_brought(published), sentence=told)

    report = audit(busy_office.path, check_brought=on_another_toolchain)

    assert report.passes
    assert report.remarks == ["entry 15, 1146A/22: Another toolchain.", "entry 21, B/1: Another toolchain."]


def test_what_nobody_here_could_examine_is_said_at_its_entry_and_counted(busy_office: Office) -> None:
    def on_another_toolchain(published: Brought) -> Verdict:
        return replace(check_brought(published), established=False, sentence="Another toolchain")

    report = audit(busy_office.path, check_brought=on_another_toolchain)

    assert report.passes
    assert report.unexamined == {"text": 8, "submission": 4, "paper": 2}
    said = [sentence for sentence in report.not_established if "Another toolchain" in sentence]
    assert len(said) == report.unexamined.total()
    assert said[:2] == [
        "whether the assessment of entry 6, 1146A/22 is one: Another toolchain",
        "whether the text of entry 7, 1146A/22 is made of its assessment: Another toolchain",
    ]


def test_of_one_kind_of_what_is_not_examined_a_hundred_are_told_and_all_counted(
    monkeypatch: pytest.MonkeyPatch, busy_office: Office
) -> None:
    monkeypatch.setattr(examine, "KEPT", 1)
    report = audit(busy_office.path, check_brought=lambda _: Verdict(passes=True, established=False))

    assert report.unexamined.total() == 14
    assert sum(sentence.startswith("whether the ") for sentence in report.not_established) == 3


@pytest.mark.parametrize(
    "error",
    [MalformedError("manifest", Fault(path="", problem="unreadable")), ValueError("no"), RegisterError("no")],
)
def test_a_paper_that_cannot_be_compared_does_not_hold(error: Exception, busy_office: Office) -> None:
    def failing(published: Brought) -> Verdict:
        if published.act.kind == PUBLISH:
            raise error
        return Verdict(passes=True)

    report = audit(busy_office.path, check_brought=failing)

    assert [finding.code for finding in report.findings] == ["E_PDF", "E_PDF"]


def test_a_file_a_paper_lacks_is_a_finding(busy_office: Office) -> None:
    def wanting(published: Brought) -> Verdict:
        return Verdict(passes=published.act.kind != PUBLISH or bool(published.read("test/other.pdf")))

    report = audit(busy_office.path, check_brought=wanting)

    assert [finding.code for finding in report.findings] == ["E_TREE", "E_TREE"]


FIELDS = [
    *("act", "actor", "case", "details", "document", "files", "gate", "key", "number", "policy", "previous"),
    *("reason", "register", "role", "time", "version"),
]

FREE = ["reason", "details", "document", "gate"]
"""Words of the actor's own; on the policy, which has neither gates nor documents, those too."""


def put_in(office: Office, case: str, field: str, value: object) -> None:
    """Put an odd value into the newest statement of a case, signed by everyone who would have to."""
    attacker = Attacker(office.path, office.signers)
    step = attacker.of(case)[-1]
    step.edit_statement = lambda data: canonical.dump({**json.loads(data), field: value})
    attacker.together()


def fails_closed(told: Path, folder: Path, case: str, field: str, value: object) -> None:
    with copied(told, folder) as office:
        before = office.register.dossier(case).statements[-1].to_bytes()
        put_in(office, case, field, value)
        passes = audited(office.path).passes
        as_before = canonical.dump({**json.loads(before), field: value}) == before
        assert passes == as_before or field in FREE


@pytest.mark.exhaustive
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=st.sampled_from(["C/1", "B/1", "policy"]), field=st.sampled_from(FIELDS), value=st.sampled_from(ODD)
)
def test_an_odd_value_in_a_statement_is_found_whoever_signed_it(
    told: Path, tmp_path_factory: pytest.TempPathFactory, case: str, field: str, value: Any
) -> None:
    fails_closed(told, tmp_path_factory.mktemp("odd"), case, field, value)


@pytest.mark.exhaustive
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("case", ["C/1", "B/1", "policy"])
def test_every_odd_value_in_every_field_is_found(case: str, field: str, told: Path, tmp_path: Path) -> None:
    for number, value in enumerate(ODD):
        fails_closed(told, tmp_path / str(number), case, field, value)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_odd_value_in_a_file_of_the_policy_is_found_whoever_signed_it(
    founded: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    with copied(founded, tmp_path_factory.mktemp("odd")) as office:
        attacker = Attacker(office.path, office.signers)
        step = attacker.of(POLICY)[-1]
        path = f"{POLICY}/{data.draw(st.sampled_from(FILES))}"
        before = step.changes[path]
        assert isinstance(before, bytes)
        whole = json.loads(before)
        place = data.draw(st.sampled_from([*places(whole)]))
        step.changes[path] = canonical.dump(with_value(whole, place, data.draw(st.sampled_from(ODD))))
        attacker.together()

        assert audited(office.path).passes == (step.changes[path] == before)


def test_an_entry_a_little_ahead_of_the_auditors_clock_is_told_and_no_finding(busy_office: Office) -> None:
    newest = busy_office.time() - timedelta(minutes=1)

    for minutes, remarks in (
        (4, []),
        (
            300,
            ["entry 24: it is dated 300 minutes ahead of this machine's clock; one of the two is wrong."],
        ),
    ):
        report = audited(busy_office.path, now=newest - timedelta(minutes=minutes))
        assert (report.findings, report.remarks) == ([], remarks)


def test_whatever_one_paper_does_to_the_check_the_rest_is_still_examined(busy_office: Office) -> None:
    def failing(_: Brought) -> Verdict:
        raise KeyError("the text of a case")

    report = audit(busy_office.path, check_brought=failing)

    assert {(finding.code, finding.sentence) for finding in report.findings} == {
        ("E_CONTENT", "The text cannot be examined: KeyError.")
    }
    assert len(report.findings) == report.cases
    assert report.entries == 24


def test_an_act_sets_the_clock_right_where_that_of_the_very_entry_was_found_ahead_by_more_than_a_day() -> (
    None
):
    def resume(findings: str) -> Act:
        return Act(
            kind=RESUME,
            case=POLICY,
            actor="administrator",
            role=Role.ADMINISTRATOR,
            time=datetime(2026, 11, 2, tzinfo=UTC),
            policy=1,
            version=2,
            details={"findings": findings},
        )

    act, now = resume("E_SEQ at entry 6; E_CLOCK at entry 7"), 1_800_000_000
    ahead = now + LONGEST_DELAY + 1

    assert sets_the_clock_right(act, 7, ahead, now)
    assert not sets_the_clock_right(act, 7, ahead - 1, now)
    assert not sets_the_clock_right(act, 8, ahead, now)
    assert not sets_the_clock_right(resume("E_CLOCK at entry 77"), 7, ahead, now)
    assert not sets_the_clock_right(replace(act, kind=PUBLISH), 7, ahead, now)
